//! The answers do not depend on the order in which files arrive, nor on how they were cut.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use testkit::Transcript;

use crate::history::{A, B, C, History, three_answers};

/// A session, a fork of it that goes on, a copy of its beginning, a fork of the fork, and subagents in between.
fn tangle() -> Vec<(String, String)> {
    let mut original = three_answers(A);
    let beginning = original.fork(C);
    original.wait(60);
    let mut fork = original.fork(B);
    fork.wait(3600).prompt("on").model("claude-sonnet-5").answer("forked");
    let second = "dddddddd-4444-4444-8444-444444444444";
    let mut fork_of_fork = fork.fork(second);
    fork_of_fork.wait(60).prompt("further").answer("and further");
    original.wait(7200).prompt("later").tool("Read", serde_json::json!({"file_path": "/a"}), "x").answer("end");
    let mut agent = Transcript::subagent(A, "a0000000000000001");
    agent.prompt("look").answer("seen");
    let mut gateway = Transcript::new("eeeeeeee-5555-4555-8555-555555555555");
    gateway.prompt("hello").answer("from elsewhere");
    let local = |text: String| text.replace("\"msg_", "\"chatcmpl-");
    let copied = gateway.fork("ffffffff-6666-4666-8666-666666666666");
    vec![
        (format!("-p/{A}.jsonl"), original.text()),
        (format!("-p/{B}.jsonl"), fork.text()),
        (format!("-q/{C}.jsonl"), beginning.text()),
        (format!("-q/{second}.jsonl"), fork_of_fork.text()),
        (format!("-p/{A}/subagents/agent-a0000000000000001.jsonl"), agent.text()),
        ("-p/eeeeeeee-5555-4555-8555-555555555555.jsonl".to_owned(), local(gateway.text())),
        ("-p/ffffffff-6666-4666-8666-666666666666.jsonl".to_owned(), local(copied.text())),
    ]
}

/// What the store says when each step writes the next stretch of a file and scans.
fn after(files: &[(String, String)], steps: &[(usize, f64)]) -> Vec<String> {
    let history = History::new();
    let mut written = vec![0; files.len()];
    let write = |index: usize, length: usize| {
        let (path, text) = &files[index];
        history.home.transcript(path, &text.as_bytes()[..length]);
    };
    for (file, share) in steps {
        let index = file % files.len();
        let left = files[index].1.len() - written[index];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small number")]
        let more = (left as f64 * share) as usize;
        written[index] += more;
        write(index, written[index]);
        history.scan();
    }
    (0..files.len()).for_each(|index| write(index, files[index].1.len()));
    history.scan();
    let home = fs::canonicalize(history.home.path()).expect("the home exists");
    let home = home.to_str().expect("it has a plain name").to_owned();
    history.dump().into_iter().map(|line| line.replace(&home, "~")).collect()
}

#[test]
fn requests_that_several_sessions_tell_are_counted_once_for_the_original() {
    let history = History::new();
    for (path, text) in tangle() {
        history.home.transcript(&path, text);
    }
    let report = history.scan();
    assert_eq!((report.sessions, report.requests), (6, 3 + 2 + 1 + 1 + 1 + 1));
    // the copy of the beginning has nothing of its own: it is the original by the rule
    let requests = [A, B, C].map(|session| history.usage(session).0);
    assert_eq!(requests, [3, 1, 3]);
}

#[test]
fn the_original_is_found_again_when_an_old_session_goes_on() {
    let mut original = three_answers(A);
    let mut fork = original.fork(B);
    fork.wait(60).prompt("on").answer("forked");
    let history = History::new();
    history.write("-p", A, &original.text());
    history.write("-p", B, &fork.text());
    history.scan();
    // so far all of the one is the beginning of the other
    assert_eq!([A, B].map(|session| history.usage(session).0), [3, 1]);
    original.wait(7200).prompt("later").answer("end");
    history.write("-p", A, &original.text());
    history.scan();
    // now both have requests of their own, and those of the other are older
    assert_eq!([A, B].map(|session| history.usage(session).0), [1, 4]);
    let grown = history.dump();
    history.rebuild();
    assert_eq!(history.dump(), grown);
}

static AT_ONCE: LazyLock<Vec<String>> = LazyLock::new(|| after(&tangle(), &[]));

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn order_and_cuts_do_not_matter(steps in prop::collection::vec((0_usize..7, 0.0..1.0_f64), 1..7)) {
        prop_assert_eq!(&after(&tangle(), &steps), &*AT_ONCE);
    }
}
