//! The status line that is printed, and what is kept of the payload.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use journal::{Limits, Spent, UsageState};

use crate::installed::{Installed, feed};

const PAYLOAD: &str = r#"{"session_id":"s","model":{"id":"claude-opus-5-5","display_name":"Opus 5.5"},"cost":{"total_cost_usd":0.42},"context_window":{"context_window_size":1000000,"current_usage":{"input_tokens":131200},"used_percentage":13},"exceeds_200k_tokens":false}"#;

/// A home in which a tick can be wanted but not found.
struct Scene(Installed);

impl Scene {
    fn new() -> Self {
        Self(Installed::alone())
    }

    fn at(&self, relative: &str) -> PathBuf {
        self.0.at("data").join(relative)
    }

    fn run_with(&self, payload: &[u8], change: impl FnOnce(&mut Command) -> &mut Command) -> Output {
        let mut command = self.0.command(&["statusline"]);
        feed(change(command.env("NO_COLOR", "1")), payload)
    }

    #[track_caller]
    fn check(&self, payload: &[u8], expect: &str) {
        let output = self.run_with(payload, |command| command);
        let said = String::from_utf8(output.stdout).expect("it is text");
        assert_eq!((output.status.code(), said.as_str(), &output.stderr[..]), (Some(0), expect, &b""[..]));
    }

    fn write_state(&self, state: &UsageState, age: Duration) {
        fs::create_dir_all(self.at("state")).expect("a folder can be made");
        fs::write(self.at("state/usage.json"), state.text().expect("it has a text")).expect("it can be written");
        let file = File::options().write(true).open(self.at("state/usage.json"));
        file.and_then(|file| file.set_modified(SystemTime::now() - age)).expect("its time can be set");
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970");
    u64::try_from(since.as_millis()).expect("it is before the end of time")
}

fn state() -> UsageState {
    let spent = |dollars: i64| Spent {
        start_ms: 0,
        end_ms: now_ms() + 3_630_000,
        cost_nano_usd: dollars * 1_000_000_000,
        tokens: 1,
        unknown_cost_requests: 0,
    };
    UsageState::new(0, Some(spent(3)), Some(spent(1)))
}

#[test]
fn one_line_is_printed() {
    let scene = Scene::new();
    scene.check(PAYLOAD.as_bytes(), "Opus 5.5 · $0.42 session · context 13% (131k)\n");
    scene.write_state(&state(), Duration::ZERO);
    scene.check(
        PAYLOAD.as_bytes(),
        "Opus 5.5 · $0.42 session · $3.00 today · 5h $1.00, 1h 00m left · context 13% (131k)\n",
    );
    let narrow = scene.run_with(PAYLOAD.as_bytes(), |command| command.env("COLUMNS", "30"));
    assert_eq!(String::from_utf8_lossy(&narrow.stdout), "Opus 5.5 · context 13%\n");
    let colored = scene.run_with(PAYLOAD.as_bytes(), |command| command.env_remove("NO_COLOR"));
    assert!(String::from_utf8_lossy(&colored.stdout).starts_with("Opus 5.5\x1b[2m · \x1b[0m$0.42"));
}

#[test]
fn a_payload_that_says_nothing_still_gives_a_line_and_a_reason_in_the_log() {
    let scene = Scene::new();
    for payload in [&b""[..], b"hello", b"[1]", &PAYLOAD.as_bytes()[..40], &[0xff, 0, b'{']] {
        scene.check(payload, "sessions\n");
    }
    assert_eq!(scene.0.log().matches("the payload of the status line cannot be understood").count(), 5);
    scene.write_state(&state(), Duration::ZERO);
    scene.check(b"", "$3.00 today · 5h $1.00, 1h 00m left\n");
    scene.check(b"{}", "$3.00 today · 5h $1.00, 1h 00m left\n");
}

#[test]
fn where_nothing_can_be_read_or_written_there_is_a_line() {
    let scene = Scene::new();
    for home in ["/dev/null/data", "/proc/data"] {
        let output = scene.run_with(PAYLOAD.as_bytes(), |command| command.env("SESSIONS_HOME", home));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "Opus 5.5 · $0.42 session · context 13% (131k)\n");
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
    }
    fs::create_dir_all(scene.at("state")).expect("a folder can be made");
    fs::write(scene.at("state/usage.json"), "{torn").expect("it can be written");
    scene.check(PAYLOAD.as_bytes(), "Opus 5.5 · $0.42 session · context 13% (131k)\n");
    assert!(scene.0.log().contains("usage.json is damaged"));
}

#[test]
fn the_limits_are_kept_once() {
    let scene = Scene::new();
    let resets_at = now_ms() / 1_000 + 7_830;
    let payload = |used: f64| {
        let limits = format!(
            r#""rate_limits":{{"five_hour":{{"used_percentage":{used},"resets_at":{resets_at}}},"seven_day":{{"used_percentage":41,"resets_at":{resets_at}}}}}"#
        );
        PAYLOAD.replace("\"exceeds_200k_tokens\":false", &limits)
    };
    for _ in 0..3 {
        scene.check(payload(23.5).as_bytes(), "Opus 5.5 · $0.42 session · 5h 24%, 2h 10m left · context 13% (131k)\n");
    }
    scene.run_with(payload(24.0).as_bytes(), |command| command);
    let path = scene.at("limits.jsonl");
    let records = Limits::at(&path).records_since(0).expect("it can be read");
    let figures: Vec<_> = records.iter().map(|limit| (limit.window.as_str(), limit.used_hundredths)).collect();
    assert_eq!(figures, [("five_hour", 2_350), ("seven_day", 4_100), ("five_hour", 2_400)]);
    assert_eq!(fs::metadata(path).expect("it exists").permissions().mode() & 0o777, 0o600);
}

#[test]
fn old_figures_are_made_again_once_in_a_while() {
    let scene = Scene::new();
    let missing = "neither beside sessions-hook nor on PATH";
    let draws = |state_age: Duration, started: Option<Duration>| {
        fs::remove_dir_all(scene.at("")).ok();
        scene.write_state(&state(), state_age);
        if let Some(age) = started {
            let mark = File::create(scene.at("state/tick.started"));
            mark.and_then(|mark| mark.set_modified(SystemTime::now() - age)).expect("its time can be set");
        }
        scene.run_with(PAYLOAD.as_bytes(), |command| command);
        scene.0.log().matches(missing).count()
    };
    let (recent, old) = (Duration::from_secs(20), Duration::from_mins(2));
    assert_eq!(draws(recent, None), 0, "the figures are fresh");
    assert_eq!(draws(old, None), 1, "a tick is wanted");
    assert_eq!(draws(old, Some(old)), 1, "the last start is long ago");
    assert_eq!(draws(old, Some(recent)), 0, "one was started just now");
}
