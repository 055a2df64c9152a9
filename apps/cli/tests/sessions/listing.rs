//! `ls` and `usage` on a small history.

use serde_json::{Value, json};

use crate::history::{self, BLOG, FLAKY, REFUND};
use crate::sandbox::{Answer, Sandbox};

/// Ids that a list shows, in order.
#[track_caller]
fn check(sandbox: &Sandbox, arguments: &[&str], expect: &[&str]) {
    let answer = sandbox.run(&[&["ls"], arguments].concat());
    let ids: Vec<&str> = answer.ok().lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(ids, expect, "{arguments:?}");
}

fn rows(answer: &Answer) -> Vec<Value> {
    answer.json()["sessions"].as_array().expect("a list").clone()
}

#[test]
fn lines_for_scripts_are_whole_and_escaped() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["ls"]).ok(), @r"
    4f2b2222-2222-4222-8222-222222222222	2026-10-03T12:00:01.000Z	shop	The e2e test is flaky	main	claude-opus-5	1	3610	0.010550000
    4f2a1111-1111-4111-8111-111111111111	2026-10-01T09:00:03.000Z	shop	Double refund	fix/refund	claude-opus-5	1	7220	0.021100000
    91cc3333-3333-4333-8333-333333333333	2026-09-15T20:00:01.000Z	blog	Tabs and\\or spaces	main	claude-sonnet-5	1	1001	0.010002000
    ");
}

#[test]
fn filters_choose_and_order() {
    let sandbox = history::sandbox();
    check(&sandbox, &[], &[FLAKY, REFUND, BLOG]);
    check(&sandbox, &["refund"], &[REFUND]);
    check(&sandbox, &["tabs", "spaces"], &[BLOG]);
    check(&sandbox, &["refund", "spaces"], &[]);
    check(&sandbox, &["--project", "SHOP"], &[FLAKY, REFUND]);
    check(&sandbox, &["--project", "src/blog/"], &[BLOG]);
    check(&sandbox, &["--project", "."], &[FLAKY, REFUND, BLOG]);
    check(&sandbox, &["--since", "2026-10"], &[FLAKY, REFUND]);
    check(&sandbox, &["--since", "2026-10-02"], &[FLAKY]);
    check(&sandbox, &["--limit", "1"], &[FLAKY]);
    check(&sandbox, &["--limit", "0"], &[]);
}

#[test]
fn columns_sort_in_both_directions() {
    let sandbox = history::sandbox();
    check(&sandbox, &["--sort", "when"], &[FLAKY, REFUND, BLOG]);
    check(&sandbox, &["--sort", "project"], &[BLOG, FLAKY, REFUND]);
    check(&sandbox, &["--sort", "title"], &[REFUND, BLOG, FLAKY]);
    check(&sandbox, &["--sort", "tokens"], &[REFUND, FLAKY, BLOG]);
    check(&sandbox, &["--sort", "tokens", "--reverse", "--limit", "1"], &[BLOG]);
    let refused = sandbox.run(&["ls", "--sort", "colour"]);
    assert!(refused.stderr.contains("branch, model, turns"), "{refused:?}");
}

#[test]
fn a_day_begins_where_the_person_is() {
    let sandbox = history::sandbox();
    check(&sandbox, &["--since", "2026-10-03T13:59", "--timezone", "Europe/Berlin"], &[FLAKY]);
    check(&sandbox, &["--since", "2026-10-03T14:01", "--timezone", "Europe/Berlin"], &[]);
}

#[test]
fn json_has_every_fact_of_a_session() {
    let sandbox = history::sandbox();
    let rows = rows(&sandbox.run(&["ls", "refund", "--json"]));
    let mut row = rows[0].clone();
    row.as_object_mut().expect("an object").retain(|key, _| key != "modified" && key != "bytes");
    let home = sandbox.neutral(serde_json::to_string_pretty(&row).expect("JSON").as_bytes());
    insta::assert_snapshot!(home, @r#"
    {
      "active_ms": 3000,
      "answers": 2,
      "branch": "fix/refund",
      "cost_known": true,
      "cost_usd": "0.021100000",
      "cwd_first": "~/src/shop",
      "cwd_last": "~/src/shop",
      "ended": "2026-10-01T09:00:03Z",
      "entrypoint": "cli",
      "files_touched": [],
      "first_prompt": "Why is a refund paid twice?",
      "id": "4f2a1111-1111-4111-8111-111111111111",
      "incomplete_requests": 0,
      "last_prompt": "Why is a refund paid twice?",
      "models": [
        "claude-opus-5"
      ],
      "parent": null,
      "pr_links": [],
      "problems": 0,
      "project": "shop",
      "prompts": 1,
      "requests": 2,
      "root": "~/.claude",
      "skills": [],
      "started": "2026-10-01T09:00:00Z",
      "subagents": 0,
      "title": "Double refund",
      "title_source": "ai",
      "tokens": {
        "cache_read": 6000,
        "cache_write_1h": 800,
        "cache_write_5m": 0,
        "input": 20,
        "output": 400,
        "total": 7220
      },
      "tool_calls": 1,
      "transcript": "~/.claude/projects/-src-shop/4f2a1111-1111-4111-8111-111111111111.jsonl",
      "unknown_cost_requests": 0,
      "versions": [
        "2.1.328"
      ]
    }
    "#);
}

#[test]
fn what_is_not_scanned_is_not_listed_without_a_scan() {
    let sandbox = history::sandbox();
    check(&sandbox, &["--no-scan"], &[]);
    check(&sandbox, &[], &[FLAKY, REFUND, BLOG]);
    check(&sandbox, &["--no-scan"], &[FLAKY, REFUND, BLOG]);
}

#[test]
fn a_second_scan_reads_nothing() {
    let sandbox = history::sandbox();
    let first = sandbox.run(&["scan", "--json"]).json();
    assert_eq!((&first["scan"]["sessions_new"], &first["scan"]["files_read"]), (&json!(3), &json!(3)));
    let second = sandbox.run(&["scan", "--json"]).json();
    assert_eq!((&second["scan"]["files_seen"], &second["scan"]["files_read"]), (&json!(3), &json!(0)));
    let again = sandbox.run(&["rebuild", "--json"]).json();
    assert_eq!((&again["scan"]["sessions"], &again["scan"]["files_read"]), (&json!(3), &json!(3)));
}

#[test]
fn a_store_that_another_program_holds_is_told_and_lists_when_it_is_free() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    let lock = sandbox.home.path().join("data/sessions.duckdb.lock");
    let held = std::fs::File::options().write(true).open(lock).expect("the store has a lock file");
    held.lock().expect("nobody holds it");
    let answer = sandbox.run(&["ls", "--json"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (1, ""));
    assert_eq!(answer.error()["code"], "store-locked");
    assert_eq!(sandbox.run(&["where"]).code, 0);
    // Programs that other tests start at this moment may still share the descriptor: the lock itself is let go.
    held.unlock().expect("it is held");
    check(&sandbox, &[], &[FLAKY, REFUND, BLOG]);
}
