//! Wrong words, help, and what belongs to every command.

use std::fs;
use std::process::{Command, Stdio};

use crate::history;
use crate::sandbox::{PROGRAM, Sandbox};

const COMMANDS: [&str; 17] = [
    "ls",
    "show",
    "resume",
    "restore",
    "rescue",
    "usage",
    "prices",
    "scan",
    "rebuild",
    "archive",
    "backup",
    "where",
    "config",
    "record",
    "tick",
    "completions",
    "man",
];

#[test]
fn every_command_shows_examples_in_its_help() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        let help = sandbox.run(&[command, "--help"]);
        assert!(help.ok().contains("Examples:\n  "), "{command}: {}", help.stdout);
    }
    let help = sandbox.run(&["--help"]);
    for command in COMMANDS {
        assert!(help.ok().contains(&format!("\n  {command} ")), "{command} is missing");
    }
}

#[test]
fn wrong_words_are_the_persons_to_fix() {
    let sandbox = Sandbox::new();
    let wrong: [&[&str]; 10] = [
        &["lss"],
        &["ls", "--bogus"],
        &["ls", "--limit", "many"],
        &["ls", "--since", "soon"],
        &["ls", "--color", "sometimes"],
        &["show"],
        &["show", "4f2a", "--format", "pdf"],
        &["resume"],
        &["resume", "4f2a", "--latest"],
        &["completions", "cobol"],
    ];
    for words in wrong {
        let answer = sandbox.run(words);
        let text = answer.refused();
        assert!(text.starts_with("sessions: ") && text.ends_with("`--help` of the command.\n"), "{words:?}: {text}");
        let json: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        assert_eq!(sandbox.run(&json).error()["code"], "usage", "{words:?}");
    }
}

#[test]
fn a_wrong_word_is_answered_with_the_right_one() {
    insta::assert_snapshot!(Sandbox::new().run(&["lss"]).refused(), @r"
    sessions: unrecognized subcommand 'lss'

      tip: a similar subcommand exists: 'ls'

    Usage: sessions [OPTIONS] [COMMAND]
    See `sessions --help`, or `--help` of the command.
    ");
    insta::assert_snapshot!(Sandbox::new().run(&["ls", "--timezone", "Tokyo"]).refused(), @r"
    sessions: invalid value 'Tokyo' for '--timezone <ZONE>': no time zone has this name; use an IANA name such as `Asia/Tokyo`
    See `sessions --help`, or `--help` of the command.
    ");
}

#[test]
fn words_after_two_dashes_are_not_ours() {
    let answer = Sandbox::new().run(&["resume", "4f2a", "--", "--json"]);
    assert!(answer.refused().starts_with("sessions: No session has"), "{answer:?}");
}

#[test]
fn the_version_names_the_engine() {
    let manifest = include_str!("../../../../Cargo.toml");
    let pinned = manifest.split("duckdb = { version = \"=1.").nth(1).and_then(|rest| rest.get(..5)).expect("a pin");
    let number = |digits: &str| digits.parse::<u32>().expect("two digits each");
    let engine = format!("{}.{}.{}", number(&pinned[..1]), number(&pinned[1..3]), number(&pinned[3..5]));
    let expected = format!("sessions {} (DuckDB {engine})\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Sandbox::new().run(&["--version"]).ok(), expected);
}

#[test]
fn completions_exist_for_every_shell() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(sandbox.run(&["completions", shell]).ok().contains("resume"), "{shell}");
    }
}

#[test]
fn the_manual_has_a_page_per_command() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["man"]).ok().contains(".TH sessions 1"));
    sandbox.run(&["man", "--out", "pages/man1"]).ok();
    for command in COMMANDS {
        let page = sandbox.home.path().join(format!("pages/man1/sessions-{command}.1"));
        assert!(page.is_file(), "{}", page.display());
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_file_and_line() {
    let sandbox = Sandbox::new();
    let file = sandbox.directory(".config/sessions").join("config.toml");
    fs::write(&file, "[resume]\nflagz = []\n").expect("a file can be written");
    let answer = sandbox.run(&["ls", "--json"]);
    let warning = answer.warning();
    assert_eq!((answer.code, &warning["code"]), (0, &"config".into()));
    assert!(warning["message"].as_str().is_some_and(|text| text.contains("config.toml: line 1")), "{warning}");
    assert_eq!(sandbox.run(&["resume", "4f2a", "--json"]).error()["code"], "config");
    fs::write(&file, "no toml at all").expect("a file can be written");
    insta::assert_snapshot!(sandbox.run(&["where"]).stderr, @r"
    sessions: warning: ~/.config/sessions/config.toml: line 1: key with no value, expected `=`
    Until it is corrected nothing new is recorded, because it is not known what is excluded.
    ");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    let mut child = Command::new(PROGRAM)
        .args(["ls", "--no-scan"])
        .env_clear()
        .envs(sandbox.home.variables())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
