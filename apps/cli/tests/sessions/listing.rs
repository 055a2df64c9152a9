//! `ls` and `usage` on a small history.

use std::fs;

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
    let none = sandbox.run(&["ls", "--limit", "0"]);
    assert!(none.refused().contains("use a whole number from 1 on"), "{none:?}");
}

#[test]
fn what_is_deleted_soon_is_found() {
    let sandbox = history::sandbox();
    let transcript = sandbox.home.claude().join(format!("projects/-src-blog/{BLOG}.jsonl"));
    let file = std::fs::File::options().append(true).open(transcript).expect("it was written");
    let weeks = std::time::Duration::from_hours(27 * 24);
    file.set_modified(std::time::SystemTime::now() - weeks).expect("its time can be set");
    check(&sandbox, &["is:expiring"], &[BLOG]);
    check(&sandbox, &["--", "-is:expiring"], &[FLAKY, REFUND]);
    check(&sandbox, &["is:starred"], &[]);
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
    let key = row["project_key"].as_str().expect("a text").to_owned();
    assert!(key.starts_with("shop~"), "{key} depends on where the home is");
    row.as_object_mut()
        .expect("an object")
        .retain(|key, _| !["modified", "bytes", "project_key"].contains(&key.as_str()));
    let home = sandbox.neutral(serde_json::to_string_pretty(&row).expect("JSON").as_bytes());
    insta::assert_snapshot!(home, @r#"
    {
      "active_ms": 3000,
      "answers": 2,
      "branch": "fix/refund",
      "client_lines_added": null,
      "client_lines_removed": null,
      "cost_known": true,
      "cost_usd": "0.021100000",
      "created_by": null,
      "cwd_first": "~/src/shop",
      "cwd_last": "~/src/shop",
      "ended": "2026-10-01T09:00:03Z",
      "entrypoint": "cli",
      "files_touched": [],
      "first_prompt": "Why is a refund paid twice?",
      "id": "4f2a1111-1111-4111-8111-111111111111",
      "incomplete_requests": 0,
      "last_prompt": "Why is a refund paid twice?",
      "lines_added": 0,
      "lines_removed": 0,
      "models": [
        "claude-opus-5"
      ],
      "parent": null,
      "pr_links": [],
      "problems": 0,
      "project": "shop",
      "prompts": 1,
      "recorded_by": null,
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

#[test]
fn a_scan_names_the_files_that_it_does_not_understand() {
    let sandbox = history::sandbox();
    let folder = sandbox.directory(".claude/projects/-home-you-torn");
    let path = folder.join("11111111-2222-4333-8444-555555555555.jsonl");
    fs::write(&path, "{\"type\":\"user\",\nno json at all\n").expect("it can be written");
    let scanned = sandbox.run(&["scan"]);
    let text = scanned.ok();
    assert!(text.contains("Not understood: 2 stretches") && text.contains("5555.jsonl: 2 stretches"), "{text}");
    let told = &sandbox.run(&["scan", "--json"]).json()["scan"]["not_understood"];
    assert_eq!((told.as_array().map(Vec::len), &told[0]["stretches"]), (Some(1), &json!(2)));
}
