//! The answers do not depend on the order in which files arrive, how they were cut, and where they lay meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::select;
use store::Strides;

use crate::counted::check_counted;
use crate::history::{A, B, C, History, TINY, three_answers};
use crate::tangle::{BEGINNING, Copying, Variety, tangle};

/// What happens to a file between two scans.
#[derive(Debug, Clone)]
enum Step {
    /// Some more of it is written, as a share of what is left.
    Grow(usize, f64),
    /// Its end is lost, as a share of what was written; it is written again later.
    Cut(usize, f64),
    /// It is moved to another project.
    Move(usize),
    /// The history is scanned.
    Scan,
}

/// Files that are being written.
struct Writing {
    history: History,
    files: Vec<(String, String)>,
    /// How much of each is written, and in which folder it lies.
    written: Vec<(usize, &'static str)>,
}

/// Bytes of a file that must have been read before it is moved: by them it is known again.
const KNOWN_AGAIN: usize = 300;

impl Writing {
    fn new(files: &[(String, String)]) -> Self {
        Self { history: History::new(), files: files.to_vec(), written: vec![(0, ""); files.len()] }
    }

    fn path(&self, index: usize) -> String {
        format!("{}{}", self.written[index].1, self.files[index].0)
    }

    fn write(&mut self, index: usize, length: usize) {
        self.written[index].0 = length;
        self.history.home.transcript(&self.path(index), &self.files[index].1.as_bytes()[..length]);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small number")]
    fn take(&mut self, step: &Step) {
        let count = self.files.len();
        match *step {
            Step::Grow(file, share) => {
                let (index, (length, _)) = (file % count, self.written[file % count]);
                self.write(index, length + ((self.files[index].1.len() - length) as f64 * share) as usize);
            }
            Step::Cut(file, share) => self.write(file % count, (self.written[file % count].0 as f64 * share) as usize),
            Step::Move(file) => self.relocate(file % count, "-moved"),
            Step::Scan => drop(self.history.scan()),
        }
    }

    /// Moves a file to another folder of projects; a subagent's stays with its session.
    fn relocate(&mut self, index: usize, to: &'static str) {
        if self.written[index].0 < KNOWN_AGAIN || self.written[index].1 == to {
            return;
        }
        self.history.scan();
        let (from, length) = (self.path(index), self.written[index].0);
        self.written[index].1 = to;
        let below: PathBuf = self.history.home.claude().join("projects");
        self.write(index, length);
        fs::remove_file(below.join(from)).expect("it lies there");
    }

    /// Everything is where it belongs, and whole.
    fn finish(mut self) -> History {
        for index in 0..self.files.len() {
            self.write(index, self.files[index].1.len());
            self.relocate(index, "");
        }
        self.history.scan();
        self.history
    }
}

/// What the store says, with the home's path taken out.
fn said(history: &History) -> Vec<String> {
    let home = fs::canonicalize(history.home.path()).expect("the home exists");
    let home = home.to_str().expect("it has a plain name").to_owned();
    history.dump().into_iter().map(|line| line.replace(&home, "~")).collect()
}

/// A history in which one session is copied in one way.
fn copied_once(first: Copying, goes_on: bool) -> Variety {
    Variety { first, second: Copying::Queued, share: 100, goes_on, streamed: false }
}

#[test]
fn rule_5_requests_that_several_sessions_tell_are_counted_once_for_the_original() {
    let own = |variety: &Variety| {
        let history = Writing::new(&tangle(variety)).finish();
        check_counted(&history);
        [A, BEGINNING, B, C].map(|session| history.usage(session).0)
    };
    for copying in [Copying::Queued, Copying::Requested, Copying::Forked, Copying::Resumed] {
        for goes_on in [false, true] {
            let [original, beginning, fork, of_fork] = own(&copied_once(copying, goes_on));
            // an answer without an id is known by its uuid, which old copies have of their own
            let old = u32::from(copying == Copying::Resumed);
            assert_eq!((fork, of_fork), (1 + old, 1), "{copying:?}, goes on: {goes_on}");
            // seven answers and three of subagents; half a copy of the file is as old as the file
            assert_eq!(original + beginning, 10 + 2 * u32::from(goes_on), "{copying:?}, goes on: {goes_on}");
        }
    }
}

#[test]
fn rule_5_where_both_files_begin_with_the_same_line_the_older_own_request_decides() {
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

#[test]
fn rule_5_a_fork_read_first_gives_its_requests_back_to_the_original() {
    let files: BTreeMap<String, String> = tangle(&copied_once(Copying::Queued, true)).into_iter().collect();
    let history = History::new();
    let [original, fork] = [A, B].map(|session| format!("-p/{session}.jsonl"));
    history.home.transcript(&fork, &files[&fork]);
    history.scan();
    let alone = history.usage(B).0;
    history.home.transcript(&original, &files[&original]);
    history.scan();
    assert!(alone > 1);
    assert_eq!(history.usage(B).0, 1);
    check_counted(&history);
}

#[test]
fn rule_3_a_copy_from_a_gateway_is_still_counted_when_the_other_telling_grows() {
    let variety = Variety { streamed: true, ..copied_once(Copying::Bare, false) };
    let gateway: Vec<_> = tangle(&variety).into_iter().rev().take(2).collect();
    let mut writing = Writing::new(&gateway);
    // both stop in the middle of the first answer, at the same line: they are one request
    for (index, (_, text)) in gateway.iter().enumerate() {
        let length = text.split_inclusive('\n').take(3).map(str::len).sum();
        writing.write(index, length);
    }
    writing.history.scan();
    check_counted(&writing.history);
    // one of them goes on: what the other tells is known by another line now
    writing.write(1, gateway[1].1.len());
    writing.history.scan();
    check_counted(&writing.history);
    writing.write(1, 0);
    writing.history.scan();
    check_counted(&writing.history);
    check_counted(&writing.finish());
}

fn any_variety() -> impl Strategy<Value = Variety> {
    let all = || select(vec![Copying::Queued, Copying::Bare, Copying::Requested, Copying::Forked, Copying::Resumed]);
    (all(), all(), 30_usize..=100, any::<bool>(), any::<bool>())
        .prop_map(|(first, second, share, goes_on, streamed)| Variety { first, second, share, goes_on, streamed })
}

/// As always, in tiny batches with the store closed after each, and in tiny batches one after the other.
fn any_strides() -> impl Strategy<Value = Strides> {
    let as_always = Strides::default();
    select(vec![as_always, TINY, Strides { hold: as_always.hold, ..TINY }])
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..8, 0.1..1.0_f64).prop_map(|(file, share)| Step::Grow(file, share)),
        1 => (0_usize..8, 0.0..1.0_f64).prop_map(|(file, share)| Step::Cut(file, share)),
        1 => (0_usize..8).prop_map(Step::Move),
        2 => Just(Step::Scan),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_order_and_any_split_of_reads_gives_the_same_rows(
        variety in any_variety(),
        steps in prop::collection::vec(any_step(), 8..20),
        strides in any_strides(),
    ) {
        let files = tangle(&variety);
        let at_once = Writing::new(&files).finish();
        check_counted(&at_once);
        let mut writing = Writing::new(&files);
        writing.history.strides = strides;
        for step in &steps {
            writing.take(step);
        }
        let history = writing.finish();
        check_counted(&history);
        prop_assert_eq!(said(&history), said(&at_once));
    }
}
