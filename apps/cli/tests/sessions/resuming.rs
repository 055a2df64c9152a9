//! `resume`: the command that is run, and what stands in the way.

use std::fs;

use serde_json::json;

use crate::history::{self, FLAKY, REFUND};
use crate::sandbox::{Answer, Sandbox};

/// Tells how it was started.
const CLAUDE: &str = "pwd; printf '%s\\n' \"$@\"; exit 7";

fn resume(sandbox: &Sandbox, arguments: &[&str]) -> Answer {
    let path = sandbox.program("claude", CLAUDE);
    sandbox.run_with(&[&["resume"], arguments].concat(), "", |command| command.env("PATH", path))
}

#[test]
fn it_becomes_claude_in_the_directory_of_the_session() {
    let sandbox = history::sandbox();
    let answer = resume(&sandbox, &["4f2a", "--", "--model", "opus"]);
    assert_eq!(answer.code, 7);
    assert_eq!(answer.stdout, format!("~/src/shop\n--resume\n{REFUND}\n--model\nopus\n"));
}

#[test]
fn a_fork_leaves_the_session_as_it_is() {
    let sandbox = history::sandbox();
    let answer = resume(&sandbox, &["4f2a", "--fork"]);
    assert_eq!(answer.stdout, format!("~/src/shop\n--resume\n{REFUND}\n--fork-session\n"));
}

#[test]
fn latest_is_the_newest_of_this_directory() {
    let sandbox = history::sandbox();
    let path = sandbox.program("claude", CLAUDE);
    let in_folder = |folder: &str| {
        let directory = sandbox.directory(folder);
        sandbox.run_with(&["resume", "--latest", "--print"], "", |command| {
            command.env("PATH", &path).current_dir(directory)
        })
    };
    assert_eq!(in_folder("src/shop").ok(), format!("cd ~/src/shop && claude --resume {FLAKY}\n"));
    assert_eq!(in_folder("src").ok(), format!("cd ~/src/shop && claude --resume {FLAKY}\n"));
    insta::assert_snapshot!(in_folder("src/shop/nothing/here").refused(), @r"
    sessions: No session ran in ~/src/shop/nothing/here or below.
      4f2b2222-2222-4222-8222-222222222222  2026-10-03T12:00:01Z  shop  The e2e test is flaky
    The newest of all is this one; go on with it by `sessions resume 4f2b2222-2222-4222-8222-222222222222`.
    ");
}

#[test]
fn json_shows_the_plan_and_starts_nothing() {
    let sandbox = history::sandbox();
    let answer = resume(&sandbox, &["4f2a", "--json"]);
    let plan = answer.json();
    assert_eq!((answer.code, &plan["session"]), (0, &json!(REFUND)));
    assert_eq!(plan["command"], json!([plan["command"][0], "--resume", REFUND]));
}

#[test]
fn another_directory_can_be_named() {
    let sandbox = history::sandbox();
    sandbox.directory("other");
    assert!(resume(&sandbox, &["4f2a", "--directory", "other"]).stdout.starts_with("~/other\n"));
    assert!(resume(&sandbox, &["4f2a", "--directory", "missing"]).refused().contains("~/missing is no directory"));
}

#[test]
fn without_claude_the_way_out_is_told() {
    let sandbox = history::sandbox();
    let error = sandbox.run(&["resume", "4f2a", "--json"]).error();
    assert_eq!(error["code"], "no-claude");
}

#[test]
fn a_transcript_that_is_gone_is_told() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    fs::remove_file(sandbox.home.claude().join(format!("projects/-src-shop/{}.jsonl", history::REFUND)))
        .expect("it can be removed");
    let told = sandbox.run(&["resume", "4f2a", "--print"]);
    assert!(told.refused().contains("is gone; what was counted from it is kept"), "{told:?}");
}

#[test]
fn a_directory_that_is_gone_is_told() {
    let sandbox = history::sandbox();
    fs::remove_dir_all(sandbox.home.path().join("src/shop")).expect("it can be removed");
    let answer = resume(&sandbox, &["4f2a"]);
    assert!(answer.refused().contains("~/src/shop") && answer.stderr.contains("--directory"), "{answer:?}");
}

#[test]
fn a_running_session_is_not_started_twice() {
    let sandbox = history::sandbox();
    let folder = sandbox.directory(".claude/sessions");
    let entry = json!({ "pid": std::process::id(), "sessionId": REFUND, "cwd": "/", "status": "busy" });
    fs::write(folder.join("1.json"), entry.to_string()).expect("a file can be written");
    assert!(resume(&sandbox, &["4f2a"]).refused().contains("open already"));
    assert_eq!(resume(&sandbox, &["4f2a", "--force"]).code, 7);
    assert_eq!(resume(&sandbox, &["4f2b"]).code, 7);
}

#[test]
fn a_root_that_claude_would_not_look_in_is_handed_over() {
    let sandbox = history::sandbox();
    fs::rename(sandbox.home.claude(), sandbox.home.path().join("other-claude")).expect("it can be moved");
    let path = sandbox.program("claude", "echo $CLAUDE_CONFIG_DIR");
    let root = sandbox.home.path().join("other-claude");
    sandbox.run_with(&["scan"], "", |command| command.env("CLAUDE_CONFIG_DIR", &root)).ok();
    let answer = sandbox.run_with(&["resume", "4f2a"], "", |command| {
        command.env("PATH", path).env("CLAUDE_CONFIG_DIR", format!("{},/elsewhere", root.display()))
    });
    assert_eq!(answer.stdout, "~/other-claude\n");
}

#[test]
fn the_command_is_shown_even_where_claude_is_not_found() {
    let sandbox = history::sandbox();
    sandbox.directory("src/shop");
    let answer = sandbox.run_with(&["resume", "4f2a", "--print"], "", |command| command.env("PATH", ""));
    assert_eq!(answer.ok(), format!("cd ~/src/shop && claude --resume {REFUND}\n"));
}
