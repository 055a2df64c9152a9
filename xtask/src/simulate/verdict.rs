//! What came of rehearsals.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

/// What came of one rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Verdict {
    /// Whether every machine, and every remote, told the same in the end.
    pub(super) converged: bool,
    /// Notes that somebody was told are kept.
    pub(super) notes: u64,
    /// Of these, those that nobody has any more, although a place that had them was there all the time.
    pub(super) notes_lost: u64,
    /// Values that were set by somebody who had seen another one.
    pub(super) edits: u64,
    /// Of these, those after which the value that they replaced stands again.
    pub(super) undone: u64,
    /// Operations, or rows, that were passed.
    pub(super) passed: u64,
    /// What is wrong, in words.
    pub(super) why: String,
}

/// What came of many.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    seeds: u64,
    converged: u64,
    sum: Verdict,
    /// Seeds that failed, and why.
    failures: BTreeMap<u64, String>,
}

impl Tally {
    pub(super) fn count(&mut self, seed: u64, verdict: &Verdict) {
        self.seeds += 1;
        self.converged += u64::from(verdict.converged);
        let failed = !verdict.converged || verdict.notes_lost > 0 || verdict.undone > 0;
        if failed {
            let why = format!(
                "converged: {}, notes lost: {}, edits undone: {} {}",
                verdict.converged, verdict.notes_lost, verdict.undone, verdict.why
            );
            self.failures.insert(seed, why);
        }
        self.sum.notes += verdict.notes;
        self.sum.notes_lost += verdict.notes_lost;
        self.sum.edits += verdict.edits;
        self.sum.undone += verdict.undone;
        self.sum.passed += verdict.passed;
    }

    pub(super) fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.converged += other.converged;
        self.failures.extend(other.failures);
        self.sum.notes += other.sum.notes;
        self.sum.notes_lost += other.sum.notes_lost;
        self.sum.edits += other.sum.edits;
        self.sum.undone += other.sum.undone;
        self.sum.passed += other.sum.passed;
    }

    /// The seeds that failed, and why.
    pub(super) fn failures(&self) -> &BTreeMap<u64, String> {
        &self.failures
    }
}

/// Edits that do not hold: somebody had seen the value that stands now and replaced it. `seen` says of each value which
/// ones its writer had seen.
pub(super) fn undone(
    standing: impl Iterator<Item = u64>,
    known: &BTreeSet<u64>,
    seen: &BTreeMap<u64, BTreeSet<u64>>,
) -> u64 {
    let replaced = |value: &u64| seen.iter().any(|(edit, saw)| known.contains(edit) && saw.contains(value));
    standing.filter(replaced).count() as u64
}

/// How many of how many.
type Count = fn(&Tally) -> (u64, u64);

pub(super) fn table(operations: &Tally, rows: &Tally, took: Duration) -> String {
    let mut table = String::new();
    let share =
        |part: u64, whole: u64| format!("{part} of {whole} ({:.2} %)", part as f64 * 100.0 / whole.max(1) as f64);
    let lines: [(&str, Count); 4] = [
        ("rehearsals in which all come to the same", |tally| (tally.converged, tally.seeds)),
        ("notes that are lost", |tally| (tally.sum.notes_lost, tally.sum.notes)),
        ("edits that are undone by what they replaced", |tally| (tally.sum.undone, tally.sum.edits)),
        ("rehearsals in which anything is wrong", |tally| (tally.failures.len() as u64, tally.seeds)),
    ];
    let _ = writeln!(table, "{:<46}{:<32}rows, last writer wins", "", "operations");
    for (what, figures) in lines {
        let ((ours, of_ours), (theirs, of_theirs)) = (figures(operations), figures(rows));
        let _ = writeln!(table, "{what:<46}{:<32}{}", share(ours, of_ours), share(theirs, of_theirs));
    }
    let _ = write!(table, "{} passed in {:.1} s", operations.sum.passed, took.as_secs_f64());
    table
}
