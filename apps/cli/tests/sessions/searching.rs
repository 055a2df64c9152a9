//! `search`, and queries in `ls` and `show`.

use serde_json::json;

use crate::history::{self, BLOG, FLAKY, REFUND};

#[test]
fn a_pipe_gets_one_line_for_each_hit_with_a_durable_reference() {
    let sandbox = history::sandbox();
    let answer = sandbox.run(&["search", "workers"]);
    assert_eq!(answer.ok(), format!("{REFUND}#1:2026-10-01T09:00:03Z:answer:Two workers take the same job.\n"));
    let shown = sandbox.run(&["show", &format!("{REFUND}#1")]);
    assert!(shown.ok().contains("Two workers take the same job."));
    let missing = sandbox.run(&["show", &format!("{REFUND}#9")]);
    assert_eq!(missing.refused(), format!("sessions: Session {REFUND} has no turn 9.\nIts last turn is 1.\n"));
    assert!(sandbox.run(&["show", "4f2a#x"]).refused().contains("`#x` is no turn"));
}

#[test]
fn all_words_count_in_titles_and_contents_together() {
    let sandbox = history::sandbox();
    let sessions = |query: &[&str]| -> Vec<String> {
        let answer = sandbox.run(&[&["search", "--json"], query].concat());
        let found = answer.json()["sessions"].as_array().cloned().unwrap_or_default();
        found.iter().map(|one| one["session"]["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(sessions(&["double", "workers"]), [REFUND]);
    assert_eq!(sessions(&["flaky", "short"]), [FLAKY]);
    assert_eq!(sessions(&["the", "project:shop"]), [FLAKY, REFUND]);
    assert_eq!(sessions(&["the -tool:Read -project:blog"]), [FLAKY]);
    assert_eq!(sessions(&["/pa[iy]d? twice/"]), [REFUND]);
    assert_eq!(sessions(&["file_path", "fn"]), Vec::<String>::new());
}

#[test]
fn json_has_the_place_of_each_hit() {
    let sandbox = history::sandbox();
    let answer = sandbox.run(&["search", "--json", "twice", "-C", "1"]);
    let json = answer.json();
    assert_eq!(json["schema"], 1);
    let hit = &json["sessions"][0]["hits"][0];
    assert_eq!(hit["ref"], format!("{REFUND}#1"));
    assert_eq!((hit["kind"].as_str(), hit["turn"].as_u64()), (Some("prompt"), Some(1)));
    assert_eq!(hit["text"], "Why is a refund paid twice?");
    assert_eq!(hit["marks"], serde_json::json!([[21, 26]]));
}

#[test]
fn what_a_subagent_says_has_a_reference_wherever_it_is_told() {
    let sandbox = history::sandbox();
    let mut told = testkit::Transcript::new("77aa4444-4444-4444-8444-444444444444");
    told.prompt("hello").answer("hi").prompt("look for writers");
    told.tool("Task", json!({ "description": "look", "prompt": "count the writers" }), "two");
    let report = json!({
        "type": "progress", "parentToolUseID": "toolu_x", "uuid": "p1", "timestamp": "2026-11-02T09:00:05.000Z",
        "data": { "type": "agent_progress", "agentId": "a2018e5", "message": {
            "type": "assistant", "uuid": "n1", "message": { "id": "msg_n", "content": [{ "type": "text", "text": "an inner mackerel" }] },
        } },
    });
    told.chained(report);
    sandbox.home.transcript("-src-shop/77aa4444-4444-4444-8444-444444444444.jsonl", told.text());
    let mut alone = testkit::Transcript::subagent("88bb5555-5555-4555-8555-555555555555", "b77");
    alone.prompt("warm up").answer("a lonely halibut");
    sandbox.home.transcript("-src-shop/88bb5555-5555-4555-8555-555555555555/subagents/agent-b77.jsonl", alone.text());
    for (word, agent, reference) in [
        ("mackerel", "a2018e5", "77aa4444-4444-4444-8444-444444444444#2/a2018e5"),
        ("halibut", "b77", "88bb5555-5555-4555-8555-555555555555#0/b77"),
    ] {
        let answer = sandbox.run(&["search", "--json", word]).json();
        let hit = &answer["sessions"][0]["hits"][0];
        assert_eq!((&hit["agent"], &hit["ref"]), (&json!(agent), &json!(reference)), "{answer}");
        let line = sandbox.run(&["search", word]).ok().to_owned();
        assert!(line.starts_with(&format!("{reference}:")), "{line}");
        assert!(sandbox.run(&["show", reference]).ok().contains(word));
    }
    assert!(sandbox.run(&["show", "88bb"]).ok().contains("a lonely halibut"), "it has nothing else to show");
    assert!(sandbox.run(&["show", "77aa", "--agent", "a20"]).ok().contains("an inner mackerel"));
}

#[test]
fn more_hits_than_are_held_are_all_printed() {
    let sandbox = history::sandbox();
    let mut long = testkit::Transcript::new("99cc6666-6666-4666-8666-666666666666");
    let lines: Vec<String> = (0..21_000).map(|number| format!("marlin {number}")).collect();
    long.prompt("count").answer(&lines.join("\n"));
    sandbox.home.transcript("-src-shop/99cc6666-6666-4666-8666-666666666666.jsonl", long.text());
    let answer = sandbox.run(&["search", "marlin"]);
    let found: Vec<&str> = answer.ok().lines().filter_map(|line| Some(line.rsplit_once(':')?.1)).collect();
    assert_eq!(found, lines);
}

#[test]
fn nothing_found_is_said_and_is_1() {
    let sandbox = history::sandbox();
    assert!(sandbox.run(&["search", "quetzalcoatl"]).refused().contains("Nothing matches `quetzalcoatl`."));
    let current = sandbox
        .run_with(&["search", "workers", "--not-current"], "", |command| command.env("CLAUDE_CODE_SESSION_ID", REFUND));
    assert_eq!(current.code, 1);
}

#[test]
fn words_that_stand_apart_are_shown_by_the_lines_where_they_are_nearest() {
    let sandbox = history::sandbox();
    let mut long = testkit::Transcript::new("99cc6666-6666-4666-8666-666666666666");
    long.prompt("the marlin").answer("a halibut").prompt("the marlin again").answer("no\nmore of the marlin");
    sandbox.home.transcript("-src-shop/99cc6666-6666-4666-8666-666666666666.jsonl", long.text());
    let found = |query: &[&str]| {
        let answer = sandbox.run(&[&["search", "--json"], query].concat()).json()["sessions"][0].clone();
        let hits = answer["hits"].as_array().cloned().unwrap_or_default();
        let texts: Vec<String> = hits.iter().map(|hit| hit["text"].as_str().unwrap_or_default().to_owned()).collect();
        (answer["together"].as_str().unwrap_or_default().to_owned(), answer["messages"].as_u64(), texts)
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(found(&["marlin", "halibut"]), ("apart".to_owned(), None, texts(&["the marlin", "a halibut"])));
    assert_eq!(found(&["no", "marlin"]), ("message".to_owned(), Some(1), texts(&["no", "more of the marlin"])));
    assert_eq!(found(&["marlin", "again"]), ("line".to_owned(), None, texts(&["the marlin again"])));
}

#[test]
fn a_word_with_a_minus_sign_needs_no_other_sign() {
    let sandbox = history::sandbox();
    let plain = sandbox.run(&["search", "--json", "--", "-workers", "the"]);
    let bare = sandbox.run(&["search", "-workers", "the", "--json"]);
    assert_eq!((bare.code, &bare.stdout), (0, &plain.stdout));
    assert!(!bare.stdout.contains(REFUND) && bare.stdout.contains(FLAKY), "{}", bare.stdout);
    assert_eq!(sandbox.run(&["ls", "-branch:fix", "project:shop"]).ok().lines().count(), 1);
    assert!(sandbox.run(&["search", "git", "--force"]).refused().contains("-- --force"));
}

#[test]
fn a_wrong_query_says_what_may_be_meant() {
    let sandbox = history::sandbox();
    assert!(sandbox.run(&["search", "x", "projct:shop"]).refused().contains("try `project:shop`"));
    assert!(sandbox.run(&["ls", "is:lve"]).refused().contains("try `is:live`"));
    assert!(sandbox.run(&["search", "project:shop"]).refused().contains("no word to search for"));
}

#[test]
fn limits_bound_sessions_and_hits() {
    let sandbox = history::sandbox();
    assert_eq!(sandbox.run(&["search", "the", "--limit", "1", "--max-count", "1"]).ok().lines().count(), 1);
    assert!(sandbox.run(&["search", "the", "--limit", "0"]).refused().contains("invalid value '0' for '--limit <N>'"));
    let many = sandbox.run(&["search", "--json", "re", "--max-count", "1"]);
    let json = many.json();
    let first = &json["sessions"][0];
    assert_eq!(first["hits"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_list_takes_the_same_language() {
    let sandbox = history::sandbox();
    let ids = |query: &[&str]| -> Vec<String> {
        let answer = sandbox.run(&[&["ls"], query].concat());
        answer.ok().lines().filter_map(|line| Some(line.split('\t').next()?.to_owned())).collect()
    };
    assert_eq!(ids(&["project:shop -branch:fix"]), [FLAKY]);
    assert_eq!(ids(&["tool:read"]), [REFUND]);
    assert_eq!(ids(&["before:2026-10"]), [BLOG]);
    assert_eq!(ids(&["on:2026-10-03"]), [FLAKY]);
    assert_eq!(ids(&["tokens:<2k"]), [BLOG]);
    assert_eq!(ids(&["\"double refund\""]), [REFUND]);
}

#[test]
fn tags_are_those_that_stand_in_transcripts() {
    let sandbox = history::sandbox();
    let line = |tag: &str| format!(r#"{{"type":"tag","tag":"{tag}","sessionId":"{BLOG}"}}"#);
    let path = sandbox.home.claude().join(format!("projects/-src-blog/{BLOG}.jsonl"));
    let mut text = std::fs::read_to_string(&path).expect("it was written");
    text = [text.as_str(), &line("draft"), "\n", &line("Customer"), "\n"].concat();
    std::fs::write(&path, text).expect("it can be written");
    let answer = sandbox.run(&["ls", "tag:customer"]);
    assert!(answer.ok().starts_with(BLOG), "{answer:?}");
    assert_eq!(sandbox.run(&["ls", "tag:draft"]).ok(), "");
}
