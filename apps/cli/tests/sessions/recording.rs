//! `record` and `tick`: what hooks leave behind is taken in.

use std::fs;

use serde_json::json;
use testkit::Transcript;

use crate::history;
use crate::sandbox::{Sandbox, listing};

const ID: &str = "77777777-7777-4777-8777-777777777777";

fn payload(sandbox: &Sandbox, event: &str, transcript: &str) -> String {
    let path = sandbox.home.path().join(transcript);
    json!({ "hook_event_name": event, "session_id": ID, "transcript_path": path, "cwd": "/" }).to_string()
}

fn transcript() -> String {
    let mut transcript = Transcript::new(ID);
    transcript.prompt("Record me").answer("Recorded.");
    transcript.text()
}

fn record(sandbox: &Sandbox, payload: &str) -> crate::sandbox::Answer {
    sandbox.run_with(&["record"], payload, |command| command)
}

#[test]
fn a_recorded_session_is_listed_when_it_returns() {
    let sandbox = Sandbox::new();
    sandbox.home.transcript(&format!("-p/{ID}.jsonl"), transcript());
    let payload = payload(&sandbox, "SessionEnd", &format!(".claude/projects/-p/{ID}.jsonl"));
    insta::assert_snapshot!(record(&sandbox, &payload).ok(), @"Recorded 77777777-7777-4777-8777-777777777777  demo  Record me");
    assert!(sandbox.run(&["ls", "--no-scan"]).ok().starts_with(ID));
    let spool = journal::Spool::new(sandbox.home.path().join("data/spool"));
    assert_eq!((spool.pending().expect("it can be listed"), spool.damaged().expect("it can be listed")), (0, 0));
}

#[test]
fn a_root_that_nothing_names_but_a_hook_is_remembered() {
    let sandbox = Sandbox::new();
    let folder = sandbox.directory("elsewhere/claude/projects/-p");
    fs::write(folder.join(format!("{ID}.jsonl")), transcript()).expect("a file can be written");
    let payload = payload(&sandbox, "Stop", &format!("elsewhere/claude/projects/-p/{ID}.jsonl"));
    record(&sandbox, &payload).ok();
    let mut later = Transcript::new("88888888-8888-4888-8888-888888888888");
    later.prompt("later").answer("yes");
    fs::write(folder.join("88888888-8888-4888-8888-888888888888.jsonl"), later.text()).expect("it can be written");
    assert_eq!(sandbox.run(&["ls"]).ok().lines().count(), 2);
}

#[test]
fn a_wrong_path_is_made_good_by_the_id() {
    let sandbox = Sandbox::new();
    sandbox.home.transcript(&format!("-right/{ID}.jsonl"), transcript());
    let payload = payload(&sandbox, "SessionStart", &format!(".claude/projects/-wrong/{ID}.jsonl"));
    assert!(record(&sandbox, &payload).ok().starts_with("Recorded"));
}

#[test]
fn a_session_that_was_never_saved_is_not_invented() {
    let sandbox = Sandbox::new();
    let payload = payload(&sandbox, "SessionEnd", &format!(".claude/projects/-p/{ID}.jsonl"));
    insta::assert_snapshot!(record(&sandbox, &payload).ok(), @"There is no transcript of 77777777-7777-4777-8777-777777777777 yet, so nothing was recorded.");
    assert_eq!(sandbox.run(&["ls"]).ok(), "");
}

#[test]
fn input_that_is_no_payload_is_refused_and_leaves_nothing() {
    let sandbox = Sandbox::new();
    for input in ["", "nonsense", "[1]", "{\"hook_event_name\":\"Notification\"}", "{\"hook_event_name\":7}"] {
        let answer = sandbox.run_with(&["record", "--json"], input, |command| command);
        assert_eq!((answer.code, &answer.error()["code"]), (1, &json!("payload")), "{input}");
    }
    assert_eq!(listing(sandbox.home.path()), Vec::<String>::new());
}

#[test]
fn a_tick_takes_in_what_a_killed_one_left() {
    let sandbox = Sandbox::new();
    sandbox.home.transcript(&format!("-p/{ID}.jsonl"), transcript());
    let spool = journal::Spool::new(sandbox.home.path().join("data/spool"));
    let payload = payload(&sandbox, "SessionEnd", &format!(".claude/projects/-p/{ID}.jsonl"));
    let event = journal::Event::new(journal::EventKind::SessionEnd, 1_793_610_000_000, payload.as_bytes());
    spool.leave(&event).expect("the spool can be written");
    let answer = sandbox.run(&["tick", "--json"]).json();
    assert_eq!((&answer["events"], &answer["scan"]["sessions_new"]), (&json!(1), &json!(1)));
    assert_eq!(sandbox.run(&["tick", "--json"]).json()["events"], 0);
}

#[test]
fn one_tick_runs_at_a_time() {
    let sandbox = Sandbox::new();
    let lock = sandbox.home.path().join("data/state/tick.lock");
    let held = journal::TickLock::take(&lock).expect("it can be made").expect("nobody holds it");
    assert_eq!(sandbox.run(&["tick", "--json"]).json()["already_running"], true);
    drop(held);
    assert_eq!(Sandbox::new().run(&["tick", "--json"]).json()["already_running"], false);
}

#[test]
fn a_tick_leaves_the_figures_of_today_for_the_status_line() {
    let sandbox = Sandbox::new();
    let mut transcript = Transcript::new(ID);
    transcript.at(chrono::Utc::now() - chrono::TimeDelta::minutes(1)).prompt("now").answer("yes");
    sandbox.home.transcript(&format!("-p/{ID}.jsonl"), transcript.text());
    let path = sandbox.home.path().join("data/state/usage.json");
    let read = || journal::UsageState::read(&path).expect("it can be read").expect("it exists");
    sandbox.run(&["tick"]).ok();
    let (state, _) = read();
    let (today, block) = (state.today.expect("a day"), state.block.expect("a block"));
    // 10 × 5 + 200 × 25 + 400 × 10 + 3000 × 0.5 millionths of a dollar
    assert_eq!(block.cost_nano_usd, 10_550_000);
    let is_after_midnight = state.generated_ms - today.start_ms < 120_000;
    assert!(today.cost_nano_usd == 10_550_000 || is_after_midnight, "{today:?}");
    assert_eq!((today.end_ms - today.start_ms, block.end_ms - block.start_ms), (86_400_000, 18_000_000));
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(old)).expect("it can be set");
    sandbox.run(&["tick"]).ok();
    let (same, checked) = read();
    assert_eq!(same, state, "nothing changed, so it was not written again");
    assert!(checked > old, "but it was found to be right");
}

#[test]
fn a_tick_leaves_the_figures_even_where_it_cannot_remember_repositories() {
    let sandbox = history::sandbox();
    let git = sandbox.directory("src/shop/.git");
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("a file can be written");
    fs::write(git.join("config"), "[remote \"origin\"]\n\turl = git@host:ada/shop.git\n").expect("the same");
    sandbox.directory("data/places.json/in-the-way");
    sandbox.run(&["tick"]).ok();
    assert!(sandbox.home.path().join("data/state/usage.json").is_file());
    let logs = fs::read_dir(sandbox.home.path().join("data/logs")).expect("it can be listed").flatten();
    let text: String = logs.map(|log| fs::read_to_string(log.path()).expect("a log")).collect();
    assert!(text.contains("not remembered where repositories are"), "{text}");
}

#[test]
fn today_is_that_of_the_viewers_zone() {
    let sandbox = Sandbox::new();
    for (zone, starts_after_utc_midnight_ms) in
        [("UTC", 0), ("Asia/Kolkata", 66_600_000), ("Pacific/Kiritimati", 36_000_000)]
    {
        sandbox.run_with(&["tick"], "", |command| command.env("TZ", zone)).ok();
        let state = journal::UsageState::read(&sandbox.home.path().join("data/state/usage.json"));
        let (state, _) = state.expect("it can be read").expect("it exists");
        let today = state.today.expect("there is a day");
        assert_eq!(today.start_ms % 86_400_000, starts_after_utc_midnight_ms, "{zone}");
        assert!(today.holds(state.generated_ms) && today.end_ms - today.start_ms == 86_400_000, "{zone}");
        assert_eq!((today.cost_nano_usd, state.block), (0, None));
    }
}

#[test]
fn what_a_tick_writes_is_the_persons_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.home.transcript(&format!("-p/{ID}.jsonl"), transcript());
    sandbox.run(&["tick"]).ok();
    let data = sandbox.home.path().join("data");
    let written = listing(&data);
    assert!(written.iter().any(|name| name.starts_with("logs/tick.")), "{written:?}");
    for name in written {
        let path = data.join(&name);
        let mode = |path: &std::path::Path| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600, "{name}");
        assert_eq!(mode(path.parent().expect("it lies in a folder")), 0o700, "{name}");
    }
}
