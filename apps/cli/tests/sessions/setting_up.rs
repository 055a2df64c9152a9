//! `setup`, `doctor`, `recent` and `types`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::history::{self, BLOG, REFUND};
use crate::sandbox::{Answer, PROGRAM, Sandbox, listing};
use crate::terminal::Terminal;

/// No systemd that answers, a crontab in a file, and a hook, should none lie beside the program.
fn with_programs(sandbox: &Sandbox) -> String {
    sandbox.program("systemctl", "exit 1");
    sandbox.program("sessions-hook", concat!("echo sessions-hook ", env!("CARGO_PKG_VERSION")));
    sandbox.program(
        "crontab",
        "case \"$1\" in\n-l) cat \"$HOME/crontab\" 2>/dev/null || { echo 'no crontab for you' >&2; exit 1; };;\n\
         -r) rm \"$HOME/crontab\";;\n-) cat > \"$HOME/crontab\";;\nesac\n",
    )
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Answer {
    let path = with_programs(sandbox);
    let mut answer = sandbox.run_with(arguments, "", |command: &mut Command| command.env("PATH", path));
    let beside = Path::new(PROGRAM).parent().expect("it has a folder").to_string_lossy().into_owned();
    for text in [&mut answer.stdout, &mut answer.stderr] {
        *text = text.replace(&beside, "~/bin");
    }
    answer
}

fn settings(sandbox: &Sandbox) -> Option<String> {
    fs::read_to_string(sandbox.home.claude().join("settings.json")).ok()
}

fn write_settings(sandbox: &Sandbox, text: &str) {
    fs::create_dir_all(sandbox.home.claude()).expect("a folder can be made");
    fs::write(sandbox.home.claude().join("settings.json"), text).expect("it can be written");
}

#[test]
fn a_dry_run_shows_everything_and_changes_nothing() {
    let sandbox = Sandbox::new();
    write_settings(&sandbox, "{\n  \"model\": \"opus\"\n}\n");
    let answer = run(&sandbox, &["setup", "--dry-run"]);
    let page = answer.ok().split("+++ ~/.claude/sessions.md").next().unwrap_or_default().to_owned();
    insta::assert_snapshot!(page);
    assert!(answer.stdout.contains("+++ crontab") && answer.stdout.contains("+@sessions.md"), "{}", answer.stdout);
    assert_eq!(settings(&sandbox).as_deref(), Some("{\n  \"model\": \"opus\"\n}\n"));
    assert_eq!(listing(&sandbox.home.claude()), ["settings.json"]);
}

#[test]
fn setting_up_is_done_once_and_taken_out_again() {
    let sandbox = Sandbox::new();
    write_settings(&sandbox, "{ \"hooks\": {} }");
    let first = run(&sandbox, &["setup", "--yes", "--json"]).json();
    let steps: Vec<&str> =
        first["steps"].as_array().expect("a list").iter().filter_map(|step| step["step"].as_str()).collect();
    assert_eq!((&first["done"], steps.as_slice()), (&json!(true), &["write", "write", "write", "crontab"][..]));
    let hooks: serde_json::Value = serde_json::from_str(&settings(&sandbox).expect("it is there")).expect("it is JSON");
    assert_eq!(hooks["hooks"]["SessionEnd"][0]["hooks"][0]["timeout"], 10);
    assert!(run(&sandbox, &["setup", "--yes"]).ok().ends_with("Everything is set up already; nothing was changed.\n"));
    assert_eq!(run(&sandbox, &["setup", "--check"]).code, 0);
    assert!(fs::read_to_string(sandbox.home.path().join("crontab")).expect("it is there").contains("sessions tick"));
    let removed = run(&sandbox, &["setup", "--remove", "--yes"]);
    assert!(removed.ok().contains("What was recorded stays in ~/data"), "{removed:?}");
    assert!(removed.ok().contains("2 numbered copies of your files from before stay in ~/.claude"), "{removed:?}");
    assert_eq!(settings(&sandbox).as_deref(), Some("{ \"hooks\": {} }"));
    assert_eq!(
        listing(&sandbox.home.claude()),
        ["settings.json", "settings.json.sessions-1.bak", "settings.json.sessions-2.bak"]
    );
    assert!(!sandbox.home.path().join("crontab").exists());
}

#[test]
fn nobody_to_ask_is_told_what_to_say() {
    let sandbox = Sandbox::new();
    let checked = run(&sandbox, &["setup", "--check"]);
    assert!(checked.code == 1 && checked.stdout.contains("! hooks"), "what is missing is no success: {checked:?}");
    let answer = run(&sandbox, &["setup"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.stderr, @r"
    sessions: Nothing was changed: there is nobody to ask.
    `--yes` does it without asking, `--dry-run` only shows it.
    ");
    assert_eq!(settings(&sandbox), None);
}

#[test]
fn settings_that_claude_code_ignores_are_explained() {
    let sandbox = Sandbox::new();
    write_settings(&sandbox, "{\n  \"model\": \"opus\", // mine\n}\n");
    insta::assert_snapshot!(run(&sandbox, &["setup", "--yes"]).refused(), @r"
    sessions: ~/.claude/settings.json: line 2, column 20: a comment, which strict JSON does not have
    Claude Code ignores such a file, or this part of it. Put it right, then run this again.
    ");
    let checked = run(&sandbox, &["setup", "--check"]);
    assert!(checked.code == 1 && checked.stdout.contains("✗ hooks"), "{checked:?}");
}

#[test]
fn data_is_deleted_only_when_its_folder_is_named_and_only_ours() {
    let sandbox = history::sandbox();
    run(&sandbox, &["scan"]).ok();
    fs::write(sandbox.home.path().join("data/token"), "not ours").expect("it can be written");
    for arguments in [
        &["setup", "--remove", "--purge", "--yes"][..],
        &["setup", "--remove", "--purge", "--yes", "--purge-data", "/elsewhere"],
    ] {
        let answer = run(&sandbox, arguments);
        assert!(answer.code == 1 && answer.stderr.contains("its folder was not named"), "{answer:?}");
        assert!(sandbox.home.path().join("data/sessions.duckdb").exists());
    }
    let answer = run(&sandbox, &["setup", "--remove", "--purge", "--yes", "--purge-data", "~/data"]);
    assert!(answer.ok().contains("The data is deleted"), "{answer:?}");
    assert_eq!(listing(&sandbox.home.path().join("data")), ["token"]);
}

#[test]
fn a_person_is_asked() {
    let sandbox = Sandbox::new();
    let path = with_programs(&sandbox);
    let mut terminal = Terminal::start(&sandbox, &["setup", "--no-page"], (50, 120), &[("PATH", &path)]);
    terminal.wait_for("Do this? [y/N]");
    terminal.press("y\r");
    terminal.wait_for("Set up.");
    assert!(settings(&sandbox).expect("it is there").contains("sessions-hook"));
}

#[test]
fn a_hook_that_is_gone_is_found_with_its_remedy() {
    let sandbox = Sandbox::new();
    write_settings(
        &sandbox,
        r#"{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "/gone/sessions-hook stop"}]}]}}"#,
    );
    let answer = run(&sandbox, &["doctor", "--json"]);
    assert_eq!((answer.code, &answer.error()["code"]), (1, &json!("broken")));
    let checks = answer.json()["checks"].as_array().cloned().expect("a list");
    let hooks = checks.iter().find(|check| check["part"] == "hooks").expect("it was checked");
    assert_eq!(hooks["says"], "they call /gone/sessions-hook, which is not there");
    assert_eq!(hooks["remedy"], "`sessions setup` puts it right.");
}

#[test]
fn a_healthy_home_is_told_part_by_part_and_in_a_report_without_names() {
    let sandbox = history::sandbox();
    run(&sandbox, &["setup", "--yes"]).ok();
    run(&sandbox, &["tick"]).ok();
    let answer = run(&sandbox, &["doctor", "--report", "report.txt"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let parts: Vec<&str> = answer
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1).filter(|_| !line.starts_with(' ')))
        .collect();
    assert_eq!(
        parts,
        [
            "programs", "hooks", "events", "page", "schedule", "data", "store", "journal", "spool", "archive", "disk",
            "root", "client", "clock", "terminal", "settings"
        ]
    );
    let report = fs::read_to_string(sandbox.home.path().join("report.txt")).expect("it was written");
    assert!(report.contains("ok      store") && !report.contains(&*sandbox.home.path().to_string_lossy()), "{report}");
}

/// What the doctor says of a part: how it is, and what it says.
fn checked(sandbox: &Sandbox, part: &str) -> (String, String) {
    let checks = run(sandbox, &["doctor", "--json"]).json()["checks"].as_array().cloned().expect("a list");
    let check = checks.iter().find(|check| check["part"] == part).unwrap_or_else(|| panic!("no {part}: {checks:?}"));
    assert!(check["state"] == "ok" || check["remedy"].is_string(), "{check}");
    let text = |field: &str| check[field].as_str().expect("a text").to_owned();
    (text("state"), text("says"))
}

#[test]
fn a_folder_that_cannot_be_written_is_broken_and_says_what_is_lost() {
    for (folder, part, lost) in [
        ("data", "data", "nothing can be kept"),
        ("data/journal", "journal", "what hooks and people tell cannot be taken in"),
        ("data/spool", "spool", "hooks cannot leave their events there"),
        ("data/archive", "archive", "transcripts are gone when Claude Code deletes them"),
        ("data/state", "state", "no tick can run"),
        ("data/logs", "logs", "no tick can run"),
    ] {
        let sandbox = history::sandbox();
        let place = sandbox.home.path().join(folder);
        // a link to a disk that is not there: whoever runs this as root may write everything else
        fs::create_dir_all(place.parent().expect("it has one")).expect("a folder can be made");
        std::os::unix::fs::symlink("/nowhere/at/all", &place).expect("a link can be made");
        let (state, says) = checked(&sandbox, part);
        assert!(state == "broken" && says.contains("cannot be written") && says.contains(lost), "{part}: {says}");
    }
    let sandbox = history::sandbox();
    let config = sandbox.directory(".config").join("sessions");
    std::os::unix::fs::symlink("/nowhere/at/all", config).expect("a link can be made");
    let (state, says) = checked(&sandbox, "settings");
    assert!(state == "notice" && says.contains("cannot be written"), "{says}");
}

#[test]
fn a_session_that_no_hook_told_of_is_worth_knowing() {
    let sandbox = history::sandbox();
    run(&sandbox, &["setup", "--yes"]).ok();
    run(&sandbox, &["scan"]).ok();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let receipt = fs::File::options().write(true).open(sandbox.home.path().join("data/setup.json"));
    receipt.and_then(|file| file.set_modified(long_ago)).expect("its time can be set");
    let events = sandbox.directory("data/state").join("events.json");
    fs::write(&events, r#"{"stop":1700000000000}"#).expect("it can be written");
    let (state, says) = checked(&sandbox, "events");
    assert!(state == "notice" && says.contains("no hook was called"), "{says}");
    fs::write(&events, r#"{"stop":1893456000000}"#).expect("it can be written");
    assert!(!checked(&sandbox, "events").1.contains("no hook was called"), "they told of it");
}

#[test]
fn programs_of_two_releases_and_hooks_of_another_place_are_told_of() {
    let sandbox = history::sandbox();
    run(&sandbox, &["setup", "--yes"]).ok();
    assert_eq!(checked(&sandbox, "hooks").0, "ok");
    let text = settings(&sandbox).expect("it is there");
    let other = sandbox.home.path().join("old/sessions-hook");
    fs::create_dir_all(other.parent().expect("it has one")).expect("a folder can be made");
    fs::copy(sandbox.home.path().join("bin/sessions-hook"), &other).expect("it can be copied");
    let command = text.split('"').find(|word| word.contains("sessions-hook stop")).expect("a hook").to_owned();
    write_settings(&sandbox, &text.replace(&command, &format!("{} stop", other.display())));
    let (state, says) = checked(&sandbox, "hooks");
    assert!(state == "notice" && says.contains("old/sessions-hook, not "), "{says}");
}

#[test]
fn recent_sessions_are_those_of_the_directory() {
    let sandbox = history::sandbox();
    let shop = sandbox.directory("src/shop");
    let here = sandbox.run_with(&["recent"], "", |command| command.current_dir(&shop));
    insta::assert_snapshot!(here.ok(), @r"
    Recent sessions here (`sessions resume ID` goes on with one):
      Oct  3 12:00  4f2b2222  The e2e test is flaky
      Oct  1 09:00  4f2a1111  Double refund
    ");
    assert!(sandbox.run(&["recent", "--all", "--limit", "1", "--json"]).json()["sessions"][0]["id"].is_string());
    let nowhere = sandbox.directory("empty");
    let none = sandbox.run_with(&["recent"], "", |command| command.current_dir(&nowhere));
    insta::assert_snapshot!(none.ok(), @"No session ran in this directory or below; `sessions recent --all` shows all others.");
    fs::remove_dir_all(sandbox.home.claude().join("projects")).expect("it can be removed");
    insta::assert_snapshot!(sandbox.run(&["recent", "--all"]).ok(), @"Nothing to go on with: 3 sessions, without a transcript or run by a script. `sessions ls` lists all; `sessions restore ID` puts an archived one back.");
    let none = sandbox.run_with(&["recent"], "", |command| command.current_dir(&nowhere));
    insta::assert_snapshot!(none.ok(), @"No session ran in this directory or below; `sessions ls` lists all others.");
}

#[test]
fn a_tick_prepares_what_a_session_that_starts_says() {
    let sandbox = history::sandbox();
    sandbox.run(&["tick"]).ok();
    let banner = || fs::read_to_string(sandbox.home.path().join("data/state/banner.json"));
    let text = banner().expect("it was prepared");
    let prepared: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let shop = sandbox.home.path().join("src/shop").to_string_lossy().into_owned();
    assert_eq!(prepared["directories"][&shop].as_array().map(Vec::len), Some(3), "{text}");
    sandbox.directory(".config/sessions");
    fs::write(sandbox.home.path().join(".config/sessions/config.toml"), "hooks.banner = 'off'")
        .expect("it can be written");
    sandbox.run(&["tick"]).ok();
    assert!(banner().is_err(), "nobody wants one");
}

#[test]
fn rules_for_types_are_listed_and_tried() {
    let sandbox = history::sandbox();
    let file = sandbox.directory(".config/sessions").join("session_types.yaml");
    fs::write(&file, "- {type: writing, path: [blog]}\n").expect("it can be written");
    insta::assert_snapshot!(sandbox.run(&["types"]).ok().replace('\t', " | "), @r"
    writing |  | blog | yours
    dbt | dbt,kimball | dbt | built in
    debugging | systematic-debugging |  | built in
    research | deep-research,brainstorming,research |  | built in
    planning | writing-plans,executing-plans |  | built in
    ");
    insta::assert_snapshot!(sandbox.run(&["types", "test", BLOG]).ok(), @r"
    writing  rule 1, by `blog`
      skills  none
      place   blog ~/src/blog
    ");
    assert_eq!(sandbox.run(&["types", "test", REFUND, "--json"]).json()["type"], "general");
}

#[test]
fn rules_are_edited_and_checked() {
    let sandbox = history::sandbox();
    let file = sandbox.home.path().join(".config/sessions/session_types.yaml");
    let edit = |editor: &str| sandbox.run_with(&["types", "edit"], "", |command| command.env("EDITOR", editor));
    assert!(edit("true").ok().starts_with("No rules of yours") && !file.exists());
    assert!(edit("echo '- {type: x, path: [shop]}' >>").ok().starts_with("1 rule of yours"));
    assert!(edit("echo 'no rule' >").refused().contains("a rule looks like"));
    assert!(edit("false").refused().contains("ended with an error"));
}
