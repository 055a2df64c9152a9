//! `sessions usage`.

use serde_json::{Value, json};

use crate::history::{self, BLOG};
use crate::terminal::Terminal;

#[test]
fn usage_adds_up_by_model() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["usage"]).ok(), @r"
    claude-opus-5	3	30	600	0	1200	9000	10830	0.031650000
    claude-sonnet-5	1	1	1000	0	0	0	1001	0.010002000
    total	4	31	1600	0	1200	9000	11831	0.041652000
    ");
    let answer = sandbox.run(&["usage", "--json", "--since", "2026-10-02", "--timezone", "Asia/Tokyo"]).json();
    assert_eq!((&answer["timezone"], &answer["since"]), (&json!("Asia/Tokyo"), &json!("2026-10-01T15:00:00Z")));
    assert_eq!((&answer["totals"]["requests"], &answer["rows"][0]["key"]), (&json!(1), &json!("claude-opus-5")));
}

#[test]
fn every_grouping_answers_and_adds_up() {
    let sandbox = history::sandbox();
    for by in [
        "total", "hour", "day", "week", "month", "session", "project", "model", "branch", "type", "tool", "agent",
        "block",
    ] {
        let answer = sandbox.run(&["usage", "--by", by, "--json"]).json();
        assert_eq!((&answer["schema"], &answer["by"]), (&json!(1), &json!(by)));
        assert_eq!(answer["totals"]["cost_usd"], "0.041652000", "{by}");
        let rows = answer["rows"].as_array().expect("rows");
        let tokens: u64 = rows.iter().filter_map(|row| row["total_tokens"].as_u64()).sum();
        assert_eq!(answer["totals"]["total_tokens"], tokens, "{by}");
        let nano = |row: &Value| row["cost_usd"].as_str().and_then(|cost| cost.replace('.', "").parse::<u64>().ok());
        let cost: u64 = rows.iter().filter_map(nano).sum();
        assert_eq!(Some(cost), nano(&answer["totals"]), "{by}");
        assert!(rows.iter().all(|row| row["models"].as_array().is_some_and(|models| !models.is_empty())), "{by}");
    }
}

/// Keys and requests of the rows.
fn rows(answer: &Value) -> Vec<(String, u64)> {
    let rows = answer["rows"].as_array().expect("rows");
    let row = |row: &Value| (row["key"].as_str().unwrap_or_default().to_owned(), row["requests"].as_u64().unwrap_or(0));
    rows.iter().map(row).collect()
}

#[test]
fn a_filter_of_each_kind_chooses_and_they_go_together() {
    let sandbox = history::sandbox();
    let check = |flags: &[&str], expect: &[(&str, u64)]| {
        let answer = sandbox.run(&[&["usage", "--by", "session", "--json"], flags].concat()).json();
        let rows = rows(&answer);
        let rows: Vec<(&str, u64)> = rows.iter().map(|(key, count)| (&key[..4], *count)).collect();
        assert_eq!(rows, expect, "{flags:?}");
    };
    check(&[], &[("91cc", 1), ("4f2a", 2), ("4f2b", 1)]);
    check(&["--project", "BLOG"], &[("91cc", 1)]);
    check(&["--project", "src/shop"], &[("4f2a", 2), ("4f2b", 1)]);
    check(&["--model", "opus"], &[("4f2a", 2), ("4f2b", 1)]);
    check(&["--model", "sonnet-5", "--model", "claude-opus-5"], &[("91cc", 1), ("4f2a", 2), ("4f2b", 1)]);
    check(&["--session", "4f2a"], &[("4f2a", 2)]);
    check(&["--since", "2026-10-01", "--until", "2026-10-02"], &[("4f2a", 2)]);
    check(&["--until", "2026-09"], &[("91cc", 1)]);
    check(&["--last", "2"], &[("4f2a", 2), ("4f2b", 1)]);
    check(&["--project", "shop", "--last", "1"], &[("4f2b", 1)]);
    check(&["--project", "src/shop", "--session", "4f2a"], &[("4f2a", 2)]);
    check(&["--project", "src/shop", "--session", "91cc"], &[]);
    check(&["--project", "shop", "--session", "91cc"], &[]);
    check(&["--project", "src/blog", "--project", "shop"], &[("91cc", 1), ("4f2a", 2), ("4f2b", 1)]);
    check(&["--project", "(none)"], &[]);
    check(&["--model", "OPUS"], &[("4f2a", 2), ("4f2b", 1)]);
    check(
        &[
            "--project",
            "src/shop",
            "--model",
            "opus",
            "--session",
            "4f2a",
            "--session",
            "4f2b",
            "--since",
            "2026-10-02",
        ],
        &[("4f2b", 1)],
    );
}

#[test]
fn the_last_stretches_of_time_end_where_the_question_does() {
    let sandbox = history::sandbox();
    let answer = sandbox.run(&["usage", "--by", "day", "--last", "3", "--until", "2026-10-03", "--json"]).json();
    assert_eq!(rows(&answer), [("2026-10-01".to_owned(), 2), ("2026-10-03".to_owned(), 1)]);
    let shown = Terminal::start(&sandbox, &["usage", "--last", "1", "--until", "2026-10-20"], (24, 120), &[]).end().1;
    let shown = shown.screen().contents();
    assert!(shown.contains("the last day with one is 2026-10-03"), "{shown}");
}

#[test]
fn the_total_alone_is_one_line() {
    let sandbox = history::sandbox();
    let lines = |arguments: &[&str]| sandbox.run(arguments).ok().lines().map(str::to_owned).collect::<Vec<_>>();
    let [total] = &lines(&["usage", "--by", "total"])[..] else { panic!("{:?}", lines(&["usage", "--by", "total"])) };
    assert!(total.starts_with("total\t") && lines(&["usage"]).last() == Some(total), "{total}");
    assert_eq!(
        lines(&["usage", "--by", "total", "--breakdown"]).last(),
        Some(total),
        "behind its models it stands once"
    );
}

#[test]
fn costs_that_follow_earlier_prices_say_so() {
    let sandbox = history::sandbox();
    let before = sandbox.run(&["usage", "--json"]).json();
    assert_eq!(before["prices"].get("in_force"), None);
    let folder = sandbox.directory(".config/sessions");
    std::fs::write(folder.join("prices.toml"), "multiplier = 2\n").expect("it can be written");
    let stored = sandbox.run(&["usage", "--json", "--no-scan"]).json();
    assert_eq!(stored["prices"]["version"], before["prices"]["version"]);
    let after = sandbox.run(&["usage", "--json"]).json();
    assert_eq!((&after["prices"]["version"], after["prices"].get("in_force")), (&stored["prices"]["in_force"], None));
}

#[test]
fn prices_that_cannot_be_read_stop_only_what_shows_prices() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    let folder = sandbox.directory(".config/sessions");
    std::fs::write(folder.join("prices.toml"), "nonsense").expect("it can be written");
    for command in [&["ls"][..], &["usage"], &["show", BLOG], &["scan"]] {
        let answer = sandbox.run(command);
        assert!(answer.code == 0 && answer.stderr.contains("prices.toml, line 1"), "{answer:?}");
    }
    sandbox.run(&["tick"]).ok();
    assert!(sandbox.run(&["prices"]).refused().contains("prices.toml, line 1"));
}

#[test]
fn without_a_scan_nothing_new_is_looked_for() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    let path = sandbox.home.claude().join(format!("projects/-src-blog/{BLOG}.jsonl"));
    let renamed = "91cd3333-3333-4333-8333-333333333333";
    let text = std::fs::read_to_string(&path).expect("a transcript").replace(BLOG, renamed);
    std::fs::write(path.with_file_name(format!("{renamed}.jsonl")), text).expect("it can be written");
    let told = sandbox.run(&["usage", "--session", "91cd", "--no-scan"]);
    assert!(told.refused().contains("No session has an id"), "{told:?}");
    sandbox.run(&["usage", "--session", "91cd"]).ok();
}

#[test]
fn what_chooses_nothing_because_it_does_not_exist_is_told() {
    let sandbox = history::sandbox();
    let check = |flags: &[&str], expect: &str| {
        let answer = sandbox.run(&[&["usage"], flags].concat());
        let told = answer.refused();
        assert!(told.contains(expect), "{flags:?}: {told}");
    };
    check(&["--project", "shoes"], "There are: blog, shop.");
    check(&["--model", "opus-5-5"], "There are: claude-opus-5, claude-sonnet-5.");
    check(&["--session", "ffff"], "No session has an id");
    check(&["--project", ""], "There are: blog, shop.");
    check(&["--since", "2026-10", "--until", "2026-09"], "lies no time");
    check(&["--since", "2026-10-01T10:00", "--until", "2026-10-01T10:00"], "lies no time");
    check(&["--last", "0"], "use a whole number from 1 on");
    check(&["--last", "abc"], "use a whole number from 1 on");
    check(&["--week-start", "foo"], "use the name of a day, such as `monday`");
    check(&["--by", "moon"], "possible values");
    check(&["--csv", "--json"], "cannot be used with");
}

#[test]
fn csv_has_a_heading_and_can_be_broken_down_by_model() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["usage", "--by", "month", "--csv", "--breakdown"]).ok());
    insta::assert_snapshot!(sandbox.run(&["usage", "--by", "day"]).ok());
}

#[test]
fn scripts_can_tell_rows_apart_and_add_them_up() {
    let sandbox = history::sandbox();
    let lines = sandbox.run(&["usage", "--by", "branch"]);
    let keys: Vec<&str> = lines.ok().lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(keys, ["shop/fix/refund", "shop/main", "blog/main", "total"]);
    insta::assert_snapshot!("branches_csv", sandbox.run(&["usage", "--by", "branch", "--csv"]).ok());
    insta::assert_snapshot!("tools_csv", sandbox.run(&["usage", "--by", "tool", "--csv"]).ok());
    let lines = sandbox.run(&["usage", "--by", "month", "--breakdown"]);
    let requests = lines.ok().lines().filter_map(|line| line.split('\t').nth(1)?.parse::<u64>().ok());
    assert_eq!(requests.sum::<u64>(), 2 * 4, "each model of each month, and the total");
}

#[test]
fn a_cost_that_is_not_known_is_left_empty() {
    let sandbox = history::sandbox();
    let path = sandbox.home.claude().join(format!("projects/-src-blog/{BLOG}.jsonl"));
    let text = std::fs::read_to_string(&path).expect("a transcript").replace("claude-sonnet-5", "gateway\\u001b[31m");
    std::fs::write(&path, text).expect("it can be written");
    insta::assert_snapshot!("unknown_lines", sandbox.run(&["usage"]).ok());
    insta::assert_snapshot!("unknown_csv", sandbox.run(&["usage", "--csv"]).ok());
    assert!(sandbox.run(&["ls", "--project", "blog"]).ok().ends_with("\t\n"));
}

#[test]
fn a_table_fits_the_terminal() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    for by in ["day", "session", "branch", "tool", "block"] {
        for columns in [80, 140] {
            let arguments = ["usage", "--by", by, "--breakdown", "--timezone", "Europe/Berlin"];
            let terminal = Terminal::start(&sandbox, &arguments, (24, columns), &[("NO_COLOR", "1")]);
            let (code, screen) = terminal.end();
            assert_eq!(code, 0);
            let text = screen.screen().contents();
            insta::assert_snapshot!(format!("{by}_{columns}"), text);
        }
    }
}

#[test]
fn official_limits_stand_beside_blocks() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    let seen = "2026-10-01T09:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a moment");
    let seen_ms = u64::try_from(seen.timestamp_millis()).expect("after 1970");
    let now_ms = u64::try_from(chrono::Utc::now().timestamp_millis()).expect("after 1970");
    let limit = |window: &str, seen_ms, used_hundredths, resets_ms| journal::Limit {
        seen_ms,
        window: window.to_owned(),
        used_hundredths,
        resets_ms: Some(resets_ms),
    };
    let limits = journal::Limits::at(sandbox.home.path().join("data/limits.jsonl"));
    let tomorrow = now_ms + 24 * 60 * 60 * 1_000;
    let seen = [limit("five_hour", seen_ms, 2_350, seen_ms + 1), limit("seven_day", now_ms, 4_100, tomorrow)];
    assert_eq!(limits.record(&seen).expect("limits can be recorded"), 2);
    let shown = Terminal::start(&sandbox, &["usage", "--by", "block"], (24, 80), &[("NO_COLOR", "1")]).end().1;
    let shown = shown.screen().contents();
    assert!(shown.contains("official") && shown.contains("23.5 %"), "{shown}");
    let answer = sandbox.run(&["usage", "--by", "block", "--json"]).json();
    let blocks = answer["rows"].as_array().expect("rows");
    let used: Vec<&Value> = blocks.iter().map(|row| &row["limit"]["used_percentage"]).collect();
    assert_eq!(used, [&Value::Null, &json!(23.5), &Value::Null]);
    assert!(blocks.iter().all(|row| row["estimate"] == true));
    assert_eq!(
        (&answer["limits"][0]["window"], answer["limits"].as_array().map(Vec::len)),
        (&json!("seven_day"), Some(1))
    );
}

#[test]
fn the_clients_own_total_stands_beside_a_session() {
    let sandbox = history::sandbox();
    let total = json!({"type": "cost-state", "sessionId": BLOG, "totalCostUSD": 0.5, "modelUsage": {}});
    let path = sandbox.home.claude().join(format!("projects/-src-blog/{BLOG}.jsonl"));
    let text = std::fs::read_to_string(&path).expect("a transcript") + &total.to_string() + "\n";
    std::fs::write(&path, text).expect("it can be written");
    let answer = sandbox.run(&["usage", "--by", "session", "--json"]).json();
    assert_eq!(answer["rows"][0]["ledger"], json!({"cost_usd": "0.500000000", "difference_usd": "0.489998000"}));
    let sum = &answer["ledger"];
    assert_eq!(
        (&sum["sessions"], &sum["cost_usd"], &sum["computed_usd"]),
        (&json!(1), &json!("0.500000000"), &json!("0.010002000"))
    );
}

#[test]
fn rules_for_types_are_the_persons_and_a_broken_file_is_told() {
    let sandbox = history::sandbox();
    let folder = sandbox.directory(".config/sessions");
    std::fs::write(folder.join("session_types.yaml"), "- {type: writing, path: [blog]}\n").expect("it can be written");
    let answer = sandbox.run(&["usage", "--by", "type", "--json"]).json();
    assert_eq!(rows(&answer), [("general".to_owned(), 3), ("writing".to_owned(), 1)]);
    std::fs::write(folder.join("session_types.yaml"), "- {kind: writing}\n").expect("it can be written");
    let told = sandbox.run(&["usage", "--by", "type"]);
    assert!(told.refused().contains("session_types.yaml"), "{told:?}");
}
