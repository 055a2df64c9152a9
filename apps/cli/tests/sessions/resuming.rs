//! `resume`: the command that is run, and what stands in the way.

use std::fs;
use std::path::Path;

use serde_json::json;
use testkit::Transcript;

use crate::history::{self, FLAKY, REFUND};
use crate::sandbox::{Answer, Sandbox};
use crate::terminal::Terminal;

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
    assert_eq!(plan["missing"], json!([]));
}

#[test]
fn what_is_remembered_of_a_moved_directory_can_be_forgotten() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    sandbox.directory("other");
    let (shop, gone) = (sandbox.home.path().join("src/shop"), sandbox.home.path().join("gone"));
    fs::rename(&shop, &gone).expect("it can be moved");
    assert!(resume(&sandbox, &["4f2a", "--directory", "other"]).stdout.starts_with("~/other\n"));
    assert!(resume(&sandbox, &["4f2a"]).stdout.starts_with("~/other\n"), "it is remembered");
    let project = || {
        let listed = sandbox.run(&["ls", "4f2a", "--json"]).json();
        listed["sessions"][0]["project"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(project(), "other", "as the directory that it is now");
    let places = sandbox.run(&["where"]).ok().to_owned();
    assert!(places.contains("moved\t0\t~/other\t~/src/shop\n"), "{places}");
    let forgotten = sandbox.run(&["where", "--forget", "src/shop"]);
    assert_eq!(forgotten.ok(), "Forgotten that ~/src/shop is ~/other now.\n");
    assert!(!sandbox.run(&["where"]).ok().contains("moved"));
    assert_eq!(project(), "shop", "what it was called while it was known where it went is forgotten, too");
    insta::assert_snapshot!(sandbox.run(&["where", "--forget", "~/src/shop"]).refused(), @r"
    sessions: It is not remembered that ~/src/shop moved, or that anything went there.
    `sessions where` lists what is remembered.
    ");
}

#[test]
fn a_scan_notes_which_repositories_there_are() {
    let sandbox = history::sandbox();
    let git = sandbox.directory("src/shop/.git");
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("a file can be written");
    fs::write(git.join("config"), "[remote \"origin\"]\n\turl = git@host:ada/shop.git\n").expect("the same");
    sandbox.run(&["scan"]).ok();
    fs::rename(sandbox.home.path().join("src/shop"), sandbox.directory("work").join("store")).expect("it can be moved");
    assert!(resume(&sandbox, &["4f2a"]).stdout.starts_with("~/work/store\n"));
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
    assert!(sandbox.run(&["resume", "4f2a"]).refused().contains("`claude` was not found on the PATH"));
    let plan = sandbox.run(&["resume", "4f2a", "--json"]).json();
    assert_eq!(plan["command"], json!(["claude", "--resume", REFUND]));
    assert!(plan["missing"][0].as_str().is_some_and(|text| text.contains("Install Claude Code")), "{plan}");
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
fn no_name_of_a_directory_or_a_session_writes_to_the_terminal() {
    let sandbox = history::sandbox();
    for name in ["e0\u{1b}[41m\u{7}1", "e0\u{1b}[41m\u{7}2"] {
        let mut evil = Transcript::new(name);
        evil.cwd("/gone/\u{1b}[41m\u{7}\u{202e}x").prompt("a needle").answer("Done.");
        sandbox.home.transcript(&format!("-gone/{name}.jsonl"), evil.text());
    }
    let bad = |character: char| matches!(character, '\u{202e}') || character.is_control() && character != '\n';
    let gone = resume(&sandbox, &["e0\u{1b}[41m\u{7}1"]);
    assert!(gone.refused().contains("/gone/x") && !gone.stderr.contains(bad), "{gone:?}");
    let several = resume(&sandbox, &["e0"]);
    assert!(several.refused().contains("  e01  ") && !several.stderr.contains(bad), "{several:?}");
    let asked: [&[&str]; 3] = [&["search", "needle"], &["ls"], &["show", "e0\u{1b}[41m\u{7}1"]];
    for arguments in asked {
        let (_, terminal) = Terminal::start(&sandbox, arguments, (40, 120), &[]).end();
        let screen = terminal.screen();
        assert!(screen.contents().contains("e01"), "{arguments:?}: {}", screen.contents());
        let colored = |row, column| screen.cell(row, column).is_some_and(|cell| cell.bgcolor() == vt100::Color::Idx(1));
        assert!(!(0..40).any(|row| (0..120).any(|column| colored(row, column))), "{arguments:?}");
    }
    sandbox.directory("other");
    let path = sandbox.program("claude", CLAUDE);
    let arguments = ["resume", "e0\u{1b}[41m\u{7}1", "--directory", "other"];
    let (_, terminal) = Terminal::start(&sandbox, &arguments, (40, 120), &[("PATH", &path)]).end();
    assert!(terminal.screen().contents().contains("Resuming e01 in"), "{}", terminal.screen().contents());
}

#[test]
fn a_repository_that_moved_is_found_by_its_remote_and_remembered() {
    let sandbox = history::sandbox();
    let git = sandbox.directory("src/shop/.git");
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("a file can be written");
    fs::write(git.join("config"), "[remote \"origin\"]\n\turl = git@host:ada/shop.git\n").expect("the same");
    sandbox.run(&["tick"]).ok();
    let code = sandbox.directory("code");
    fs::rename(sandbox.home.path().join("src/shop"), code.join("store")).expect("it can be moved");
    let answer = resume(&sandbox, &["4f2a"]);
    assert!(answer.stdout.starts_with("~/code/store\n"), "{answer:?}");
    assert!(answer.stdout.ends_with(&format!("--resume\n{REFUND}\n")), "{answer:?}");
    fs::remove_file(code.join("store/.git/config")).expect("it can be removed");
    assert!(
        resume(&sandbox, &["4f2b"]).stdout.starts_with("~/code/store\n"),
        "it is remembered for all that ran there"
    );
}

#[test]
fn a_directory_that_was_named_is_remembered_in_place_of_the_one_that_is_gone() {
    let sandbox = history::sandbox();
    let shop = sandbox.home.path().join("src/shop");
    sandbox.directory("other");
    assert!(resume(&sandbox, &["4f2a", "--directory", "other"]).stdout.starts_with("~/other\n"));
    assert!(resume(&sandbox, &["4f2a"]).stdout.starts_with("~/src/shop\n"), "its own directory is there");
    fs::remove_dir_all(&shop).expect("it can be removed");
    assert!(resume(&sandbox, &["4f2a"]).refused().contains("is gone"));
    assert!(resume(&sandbox, &["4f2a", "--directory", "other"]).stdout.starts_with("~/other\n"));
    assert!(resume(&sandbox, &["4f2a"]).stdout.starts_with("~/other\n"));
}

#[test]
fn a_command_that_is_only_shown_leaves_nothing_remembered() {
    let sandbox = history::sandbox();
    sandbox.directory("other");
    fs::remove_dir_all(sandbox.home.path().join("src/shop")).expect("it can be removed");
    for show in ["--print", "--json"] {
        assert!(resume(&sandbox, &["4f2a", "--directory", "other", show]).ok().contains("~/other"));
        assert!(resume(&sandbox, &["4f2a"]).refused().contains("is gone"), "{show}");
    }
}

#[test]
fn only_the_directory_that_is_missed_is_remembered() {
    let sandbox = history::sandbox();
    let (first, last) = (sandbox.home.path().join("src/gone"), sandbox.home.path().join("src/gone-too"));
    let session = |id: &str, directories: &[&Path]| {
        let mut session = Transcript::new(id);
        for directory in directories {
            session.cwd(&directory.to_string_lossy()).prompt("Go on").answer("Done.");
        }
        sandbox.home.transcript(&format!("-src/{id}.jsonl"), session.text());
    };
    session("aa11aaaa-1111-4111-8111-111111111111", &[&first, &last]);
    session("bb22bbbb-2222-4222-8222-222222222222", &[&first]);
    sandbox.directory("other");
    assert!(resume(&sandbox, &["aa11", "--directory", "other"]).stdout.starts_with("~/other\n"));
    assert!(resume(&sandbox, &["aa11"]).stdout.starts_with("~/other\n"));
    assert!(resume(&sandbox, &["bb22"]).refused().contains("~/src/gone"), "nobody said where that one is");
}

#[test]
fn a_tmux_window_is_given_the_command() {
    let sandbox = history::sandbox();
    sandbox.program("tmux", "printf '%s\\n' \"$@\" > \"$HOME/asked\"; echo work:3");
    let path = sandbox.program("claude", CLAUDE);
    let answer = sandbox.run_with(&["resume", "4f2a", "--tmux", "--fork"], "", |command| {
        command.env("PATH", &path).env("TMUX", "/tmp/a-socket,1,0")
    });
    assert_eq!(answer.ok(), "Opened in tmux window work:3: Double refund\n");
    let asked = sandbox.neutral(&fs::read(sandbox.home.path().join("asked")).expect("tmux was started"));
    let expect = format!(
        "-S\n/tmp/a-socket\nnew-window\n-P\n-F\n#{{session_name}}:#{{window_index}}\n-n\nDouble refund\n-c\n\
         ~/src/shop\n--\n~/bin/claude\n--resume\n{REFUND}\n--fork-session\n"
    );
    assert_eq!(asked, expect);
    assert!(resume(&sandbox, &["4f2a", "--tmux"]).refused().contains("not in tmux"));
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
