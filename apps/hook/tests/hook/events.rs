//! Events that are left, and the tick that is started for them.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use journal::{Event, EventKind, TickLock};

use crate::installed::{Installed, feed};

fn check_silent(output: &Output) {
    assert_eq!((output.status.code(), &output.stdout[..], &output.stderr[..]), (Some(0), &b""[..], &b""[..]));
}

#[test]
fn every_event_is_left_as_it_came_in_a_private_file() {
    let installed = Installed::alone();
    for kind in [EventKind::SessionStart, EventKind::SessionEnd, EventKind::Stop] {
        let payload =
            format!("{{\"session_id\": \"s\", \"hook_event_name\": \"{}\", \"new\": [1]}}\n", kind.claude_name());
        for arguments in [&[kind.name()][..], &[kind.claude_name()], &[]] {
            check_silent(&installed.run(arguments, payload.as_bytes()));
            let file = fs::read_dir(installed.at("data/spool"))
                .expect("it exists")
                .map(|entry| entry.expect("it can be listed").path());
            let file = file
                .into_iter()
                .find(|path| path.extension().is_some_and(|extension| extension == "json"))
                .expect("an event was left");
            assert_eq!(fs::metadata(file).expect("it exists").permissions().mode() & 0o777, 0o600);
            let events = installed.events();
            assert_eq!((events.len(), events[0].kind, events[0].payload.as_str()), (1, kind, payload.as_str()));
        }
    }
}

#[test]
fn of_a_tool_only_what_is_needed_is_left() {
    let installed = Installed::alone();
    let payload = r#"{"session_id":"s","cwd":"/w","tool_name":"Write","tool_input":{"file_path":"/w/f","content":"secret"},"tool_response":{"content":"secret"}}"#;
    check_silent(&installed.run(&["post-tool-use"], payload.as_bytes()));
    let events = installed.events();
    assert_eq!(
        events[0].payload,
        r#"{"session_id":"s","cwd":"/w","tool_name":"Write","tool_input":{"file_path":"/w/f"}}"#
    );
    assert_eq!(events[0].fields().file_path.as_deref(), Some("/w/f"));
}

#[test]
fn what_the_environment_tells_is_left_too() {
    let installed = Installed::alone();
    let mut command = installed.command(&["stop"]);
    command.envs([
        ("CLAUDE_CONFIG_DIR", "/far"),
        ("CLAUDE_CODE_SESSION_ID", "s1"),
        ("CLAUDE_PROJECT_DIR", "/w"),
        ("CLAUDE_PID", "77"),
    ]);
    check_silent(&feed(&mut command, b"{}"));
    let event = installed.events().remove(0);
    assert_eq!(event.claude_config_dir.as_deref(), Some("/far"));
    assert_eq!((event.session_id().as_deref(), event.claude_project_dir.as_deref()), (Some("s1"), Some("/w")));
    assert_eq!((event.claude_pid, event.parent_pid), (Some(77), Some(std::process::id())));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_millis();
    assert!(now.abs_diff(u128::from(event.received_ms)) < 60_000);
}

#[test]
fn garbage_is_left_too_and_bounded() {
    let installed = Installed::alone();
    let large = [b"{\"session_id\":\"s\",\"x\":\"".to_vec(), vec![b'x'; 5_000_000], b"\"}".to_vec()].concat();
    let payloads: [&[u8]; 7] =
        [b"", b"\n", b"hello", b"{\"session_id\":", &[0xff, 0xfe, 0], &large, &vec![b'\\'; 5_000_000]];
    for payload in payloads {
        for kind in EventKind::ALL {
            check_silent(&installed.run(&[kind.name()], payload));
        }
        let events = installed.events();
        assert_eq!(events.len(), EventKind::ALL.len());
        assert!(events.iter().all(|event| event.payload.len() <= 4_096));
        assert!(payload.len() != large.len() || events.iter().all(|event| event.session_id().as_deref() == Some("s")));
    }
}

#[test]
fn an_event_that_nobody_knows_is_logged_and_not_left() {
    let installed = Installed::alone();
    check_silent(&installed.run(&["frobnicate"], b"{}"));
    check_silent(&installed.run(&[], b"{\"hook_event_name\":\"PreToolUse\"}"));
    check_silent(&installed.run(&[], b"garbage"));
    assert_eq!(installed.events(), []);
    let log = installed.log();
    assert!(["frobnicate", "PreToolUse", "no event was named"].iter().all(|part| log.contains(part)), "{log}");
}

#[test]
fn where_nothing_can_be_written_nothing_is_said() {
    let installed = Installed::alone();
    for (name, value) in [("SESSIONS_HOME", "/dev/null/data"), ("SESSIONS_HOME", "/proc/data")] {
        check_silent(&feed(installed.command(&["session-end"]).env(name, value), b"{}"));
    }
    let mut homeless = installed.command(&["session-end"]);
    check_silent(&feed(homeless.env_clear().env("HOME", "relative"), b"{}"));
    assert_eq!(installed.events(), []);
}

#[test]
fn a_payload_that_is_no_object_is_kept_and_logged() {
    let installed = Installed::alone();
    check_silent(&installed.run(&["session-end"], b"{\"session_id\":\"s\",\"cwd\":\"/sec"));
    check_silent(&installed.run(&["stop"], b""));
    assert_eq!(installed.events().len(), 2);
    let log = installed.log();
    assert!(log.contains("the payload of session-end is kept, but it is no JSON: EOF"), "{log}");
    assert!(log.contains("the payload of stop is kept, but it is empty") && !log.contains("/sec"), "{log}");
}

#[test]
fn people_get_help_and_version() {
    let installed = Installed::alone();
    let help = installed.run(&["--help"], b"");
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("Usage: sessions-hook"));
    let version = installed.run(&["--version"], b"");
    assert_eq!(version.stdout, format!("sessions-hook {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    assert_eq!(installed.events(), []);
}

#[test]
fn hooks_that_run_at_once_lose_nothing() {
    let installed = Installed::alone();
    thread::scope(|scope| {
        for writer in 0..8 {
            let installed = &installed;
            scope.spawn(move || {
                for number in 0..10 {
                    let payload = format!("{{\"session_id\":\"s{writer}-{number}\"}}");
                    check_silent(&installed.run(&["session-end"], payload.as_bytes()));
                }
            });
        }
    });
    let mut sessions: Vec<String> = installed.events().iter().filter_map(Event::session_id).collect();
    sessions.sort_unstable();
    sessions.dedup();
    assert_eq!(sessions.len(), 80);
}

#[test]
fn a_hook_that_is_killed_leaves_a_whole_event_or_none() {
    let installed = Installed::alone();
    for _ in 0..40 {
        let mut hook = installed.command(&["session-end"]).spawn().expect("the hook starts");
        let _ = hook.stdin.take().expect("it is piped").write_all(b"{\"session_id\":\"s\"}");
        hook.kill().expect("it is ours");
        hook.wait().expect("it ends");
    }
    assert!(
        installed.events().iter().all(|event| event.session_id().as_deref() == Some("s") || event.payload.is_empty())
    );
}

#[test]
fn without_a_sessions_program_the_event_waits() {
    let installed = Installed::alone();
    check_silent(&installed.run(&["session-end"], b"{}"));
    assert_eq!(installed.events().len(), 1);
    assert!(installed.log().contains("neither beside sessions-hook nor on PATH"));
}

#[test]
fn a_tick_is_started_once_and_outlives_the_group_of_the_hook() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let installed = Installed::with_stand_in("bin/sessions");
        let mut shell = Command::new("sh");
        shell.args(["-c", "\"$0\" session-end; kill -STOP $$"]).arg(installed.at("bin/sessions-hook")).process_group(0);
        shell.env_clear().envs(installed.home.variables()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut shell = shell.spawn().expect("a shell starts");
        let tick = installed.hear("started");
        let group = format!("-{}", shell.id());
        for signal in [signal, "-KILL"] {
            let killed = Command::new("kill").args([signal, "--", &group]).status();
            assert!(killed.expect("kill runs").success());
        }
        // The pipe would stay open if the tick had inherited it.
        let mut output = String::new();
        shell.stdout.take().expect("it is piped").read_to_string(&mut output).expect("it can be read");
        shell.wait().expect("it ends");
        assert!(Command::new("kill").args(["-0", tick.trim()]).status().expect("kill runs").success());
        installed.let_end();
        assert_eq!((installed.runs().as_str(), output.as_str(), installed.events().len()), ("tick\n", "", 1));
    }
}

#[test]
fn a_sessions_program_on_path_is_found() {
    let installed = Installed::with_stand_in("elsewhere/sessions");
    let path = format!(".::{}:/usr/bin:/bin", installed.at("elsewhere").display());
    check_silent(&feed(installed.command(&["session-start"]).env("PATH", path), b"{}"));
    installed.hear("started");
    installed.let_end();
}

#[test]
fn none_is_started_while_one_runs() {
    let installed = Installed::with_stand_in("bin/sessions");
    let lock = installed.at("data/state/tick.lock");
    let held = TickLock::take(&lock).expect("it can be made");
    for kind in EventKind::ALL {
        check_silent(&installed.run(&[kind.name()], b"{}"));
    }
    assert!(!installed.at("data/state/tick.started").exists(), "no start is noted, and so none is made");
    assert_eq!(installed.events().len(), EventKind::ALL.len());
    drop(held);
    // A process that another test forks holds a copy of the lock until it becomes its program.
    while TickLock::is_held(&lock) {
        thread::yield_now();
    }
    check_silent(&installed.run(&["session-end"], b"{}"));
    installed.hear("started");
    installed.let_end();
}

#[test]
fn events_that_come_often_start_one_at_times() {
    let installed = Installed::with_stand_in("bin/sessions");
    let mark = installed.at("data/state/tick.started");
    let starts = |kind: EventKind, age: Duration| {
        let expect = SystemTime::now() - age;
        fs::create_dir_all(installed.at("data/state")).expect("a folder can be made");
        File::create(&mark).and_then(|file| file.set_modified(expect)).expect("its time can be set");
        check_silent(&installed.run(&[kind.name()], b"{}"));
        let is_started = fs::metadata(&mark).and_then(|mark| mark.modified()).expect("it exists") != expect;
        if is_started {
            installed.hear("started");
            installed.let_end();
        }
        is_started
    };
    let (recent, old) = (Duration::from_secs(1), Duration::from_mins(1));
    for kind in EventKind::ALL {
        let is_often = matches!(kind, EventKind::PostToolUse | EventKind::Stop);
        assert_eq!((starts(kind, recent), starts(kind, old)), (!is_often, true), "{kind:?}");
    }
}

/// What the hook prints for a start in `/w`, when the prepared banner holds this text.
fn greeting(banner: &str, kind: &str, payload: &str) -> String {
    let installed = Installed::alone();
    fs::create_dir_all(installed.at("data/state")).expect("a folder can be made");
    fs::write(installed.at("data/state/banner.json"), banner).expect("a file can be written");
    let output = installed.run(&[kind], payload.as_bytes());
    assert_eq!((output.status.code(), &output.stderr[..], installed.events().len()), (Some(0), &b""[..], 1));
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn a_session_that_starts_is_greeted_with_what_was_prepared() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_millis();
    let banner = format!(r#"{{"schema":1,"generated_ms":{now},"directories":{{"/w":["one","two"]}}}}"#);
    let start = r#"{"session_id":"s","cwd":"/w","source":"startup"}"#;
    let expect = "{\"systemMessage\":\"one\\ntwo\"}\n";
    assert_eq!(greeting(&banner, "session-start", start), expect);
    assert_eq!(greeting(&banner, "session-start", r#"{"session_id":"s","cwd":"/w"}"#), expect);
    for (kind, payload) in [
        ("session-start", r#"{"session_id":"s","cwd":"/elsewhere","source":"startup"}"#),
        ("session-start", r#"{"session_id":"s","cwd":"/w","source":"compact"}"#),
        ("session-start", r#"{"session_id":"s","cwd":"/w","source":"resume"}"#),
        ("session-end", start),
        ("stop", start),
    ] {
        assert_eq!(greeting(&banner, kind, payload), "", "{kind} {payload}");
    }
    assert_eq!(greeting(&banner[..banner.len() / 2], "session-start", start), "");
    assert_eq!(greeting(&banner.replace(&now.to_string(), "1000"), "session-start", start), "");
}
