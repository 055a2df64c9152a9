//! MotherDuck through the engine, as far as it goes without it: what loads its extension fails in every way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use sync::{Duck, Fault, Remote};
use tempfile::TempDir;

use crate::PROGRAM;
use crate::server::{LATE, Manner, mirror};

const TOKEN: &str = "s3cret-token-of-mother";

/// The program in a home of its own, so that nothing is loaded from, or written to, that of whoever tests.
fn program() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let program = home.path().join("program");
    let script = format!("#!/bin/sh\nHOME='{}' exec '{PROGRAM}' \"$@\"\n", home.path().display());
    fs::write(&program, script).expect("a script can be written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    (home, program)
}

fn ask(mirror: &str, deadline: Duration) -> Fault {
    let (_home, program) = program();
    let tokens = [TOKEN.to_owned()];
    let mut remote = Duck::motherduck("history", Some(mirror), &tokens, &program).with_deadline(deadline);
    remote.heads().expect_err("it cannot be had")
}

#[test]
fn a_loader_that_fails_is_said_and_the_token_is_not() {
    for manner in [Manner::Broken, Manner::Garbage, Manner::Reset] {
        let fault = ask(&mirror(manner), Duration::from_secs(40));
        let text = fault.to_string();
        assert!(matches!(fault, Fault::Unreachable(_)), "{manner:?}: {fault}");
        assert!(text.contains("what connects to MotherDuck cannot be loaded"), "{manner:?}: {text}");
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[test]
fn a_loader_that_answers_late_is_waited_for_as_long_as_there_is_time() {
    let fault = ask(&mirror(Manner::Late), Duration::from_secs(40));
    assert!(matches!(&fault, Fault::Unreachable(why) if why.contains("cannot be loaded")), "{fault}");
    let fault = ask(&mirror(Manner::Late), LATE / 4);
    assert!(matches!(fault, Fault::Late(_)), "{fault}");
}

#[test]
fn a_loader_that_never_answers_is_ended_and_the_token_is_nowhere() {
    let mirror = mirror(Manner::Never);
    let (fault, seen) = thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&mirror, Duration::from_secs(2)));
        let mut seen = 0;
        while !asking.is_finished() {
            seen += engines_that_show_nothing();
            thread::sleep(Duration::from_millis(50));
        }
        (asking.join().expect("it does not panic"), seen)
    });
    assert!(matches!(fault, Fault::Late(_)), "{fault}");
    assert!(seen > 0, "the program was looked at while it hung");
    let begun = Instant::now();
    while engines().count() > 0 && begun.elapsed() < Duration::from_secs(10) {
        thread::yield_now();
    }
    assert_eq!(engines().count(), 0, "it was ended");
}

/// Programs below this one that serve, by their folders in `/proc`.
fn engines() -> impl Iterator<Item = PathBuf> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<PathBuf> = children
        .flat_map(|list| {
            list.split_whitespace().map(|process| PathBuf::from("/proc").join(process)).collect::<Vec<_>>()
        })
        .collect();
    children.into_iter().filter(|child| {
        let words = fs::read(child.join("cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == b"engine")
    })
}

/// How many serve at this moment; none of them shows the token in its words or its environment.
fn engines_that_show_nothing() -> usize {
    let holds = |text: &[u8]| text.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
    let mut count = 0;
    for engine in engines() {
        for file in ["cmdline", "environ"] {
            assert!(!holds(&fs::read(engine.join(file)).unwrap_or_default()), "{file}");
        }
        count += 1;
    }
    count
}
