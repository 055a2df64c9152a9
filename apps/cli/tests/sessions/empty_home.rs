//! Every command on a home without any history.

use serde_json::json;

use crate::history;
use crate::sandbox::{Sandbox, listing};

#[test]
fn the_list_is_empty_and_no_error() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["ls"]).ok(), "");
    assert_eq!(sandbox.run(&["ls", "--json"]).json(), json!({ "schema": 1, "sessions": [] }));
}

#[test]
fn usage_is_zero_and_no_error() {
    let answer = Sandbox::new().run(&["usage", "--json"]).json();
    assert_eq!((&answer["rows"], &answer["unknown_models"]), (&json!([]), &json!([])));
    assert_eq!((&answer["totals"]["requests"], &answer["totals"]["cost_usd"]), (&json!(0), &json!("0.000000000")));
}

#[test]
fn a_scan_finds_nothing_and_says_so() {
    let report = Sandbox::new().run(&["scan", "--json"]).json();
    assert_eq!((&report["scan"]["files_seen"], &report["scan"]["sessions"]), (&json!(0), &json!(0)));
    assert_eq!(Sandbox::new().run(&["rebuild", "--json"]).json()["scan"]["requests"], 0);
}

#[test]
fn a_tick_has_nothing_to_do() {
    insta::assert_snapshot!(Sandbox::new().run(&["tick"]).ok(), @"0 events taken in; sessions: 0 new, 0 changed");
}

#[test]
fn an_unknown_session_is_answered_with_the_next_step() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run(&["show", "4f2a"]).refused(), @r"
    sessions: No session has an id that begins with `4f2a`.
    List the sessions with `sessions ls`.
    ");
    insta::assert_snapshot!(sandbox.run(&["resume", "--latest"]).refused(), @r"
    sessions: No session ran in ~ or below.
    There are no sessions yet; start one with `claude`.
    ");
}

#[test]
fn a_search_says_that_there_is_nothing_to_search() {
    let sandbox = Sandbox::new();
    let told = sandbox.run(&["search", "refund"]);
    assert!(told.refused().contains("No Claude Code history found in"), "{}", told.stderr);
}

#[test]
fn the_screen_without_a_terminal_points_to_the_list() {
    insta::assert_snapshot!(Sandbox::new().run(&[]).refused(), @r"
    sessions: The screen needs a terminal, and this is none.
    Use `sessions ls` here; `sessions --help` shows all commands.
    ");
}

#[test]
fn where_names_every_path_and_makes_none() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run(&["where"]);
    insta::assert_snapshot!(answer.ok(), @r"
    data		~/data
    store		~/data/sessions.duckdb
    archive		~/data/archive
    spool		~/data/spool
    limits		~/data/limits.jsonl
    state		~/data/state
    logs		~/data/logs
    set-up		~/data/setup.json
    config		~/.config/sessions/config.toml
    prices		~/.config/sessions/prices.toml
    themes		~/.config/sessions/themes
    root		~/.config/claude/projects
    root		~/.claude/projects
    ");
    assert_eq!(listing(sandbox.home.path()), Vec::<String>::new());
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named_once_with_the_cause_and_the_next_step() {
    let sandbox = history::sandbox();
    std::fs::write(sandbox.home.path().join("data"), "a file").expect("it can be written");
    for command in [&["ls"][..], &["tick"], &["archive"], &["scan"], &["log", "issue", "x"], &["backup", "x.backup"]] {
        let answer = sandbox.run(command);
        let lines: Vec<&str> = answer.refused().lines().collect();
        assert!(lines.len() == 2 && lines[0].contains("~/data") && lines[0].contains("(os error"), "{answer:?}");
        assert_eq!(
            lines[1],
            "Is a disk missing, or a file in the place of a folder? `sessions where` lists every path."
        );
    }
}
