//! What is noted about remotes: when one was synced with last, and when it is tried again.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use journal::Stream;
use serde::{Deserialize, Serialize};

use crate::{Fault, Head, Heads, Outcome, Settled, Terms};

/// After success the next time is so far off, milliseconds.
const REST_MS: u64 = 60_000;

/// After many failures it is tried so often, milliseconds.
const SELDOM_MS: u64 = 3_600_000;

/// What is noted about a remote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// When it was tried last, in milliseconds since 1970.
    pub tried_ms: Option<u64>,
    /// When both sides had the same last.
    pub synced_ms: Option<u64>,
    /// How often it failed since then.
    pub failures: u32,
    /// What was wrong the last time.
    pub error: Option<String>,
    /// What the person can do about it.
    pub remedy: Option<String>,
    /// Whether that goes away by itself: it could not be reached, and may be the next time.
    pub passes: bool,
    /// Operations that passed since both sides had the same last.
    passed: u64,
    /// How far each stream was there when both sides had the same.
    known: Vec<(Stream, Head)>,
    /// See [`Settled`].
    settled: Vec<(Stream, Head, Head)>,
}

/// What is noted, by the names of remotes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Records(BTreeMap<String, Record>);

impl Records {
    /// Reads them; nothing is known where the file is missing or says nothing.
    pub fn load(path: &Path) -> Self {
        fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Writes them.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        config::replace_file(path, &serde_json::to_vec(self)?)
    }

    /// What is noted about a remote.
    pub fn of(&self, name: &str) -> Record {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// Notes it.
    pub fn set(&mut self, name: &str, record: Record) {
        self.0.insert(name.to_owned(), record);
    }

    /// Forgets a remote.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }
}

impl Record {
    /// What was settled with it.
    pub fn settled(&self) -> Settled {
        self.settled.iter().map(|(stream, here, there)| (stream.clone(), (*here, *there))).collect()
    }

    /// How far each stream was when both sides had the same last.
    pub fn known(&self) -> impl Iterator<Item = (&Stream, Head)> {
        self.known.iter().map(|(stream, head)| (stream, *head))
    }

    /// When it should be tried again by itself: a minute after success, then in longer and longer steps, up to an hour.
    pub fn due_ms(&self) -> u64 {
        let wait = REST_MS.saturating_mul(1 << self.failures.min(10)).min(SELDOM_MS);
        self.tried_ms.map_or(0, |tried| tried.saturating_add(wait))
    }

    /// Whether it should be tried now. A clock that was set back does not keep it from being tried.
    pub fn is_due(&self, now_ms: u64) -> bool {
        now_ms >= self.due_ms() || self.tried_ms.is_some_and(|tried| tried > now_ms)
    }

    /// How many operations are queued for it, as far as is known without asking.
    pub fn queued(&self, here: &Heads, terms: Terms) -> u64 {
        let known: BTreeMap<&Stream, u64> = self.known.iter().map(|(stream, head)| (stream, head.seq)).collect();
        let waiting = here.iter().filter(|(stream, _)| terms.allow(&stream.scope));
        let new = |(stream, head): (&Stream, &Head)| head.seq.saturating_sub(known.get(stream).copied().unwrap_or(0));
        waiting.map(new).sum::<u64>().saturating_sub(self.passed)
    }

    /// Notes what came of it, with what is here after it.
    pub fn note(&mut self, outcome: &Outcome, settled: &Settled, here: &Heads, now_ms: u64) {
        self.tried_ms = Some(now_ms);
        self.settled = settled.iter().map(|(stream, (here, there))| (stream.clone(), *here, *there)).collect();
        let fault = outcome.fault.as_ref().or(outcome.problems.first());
        self.error = fault.map(ToString::to_string);
        self.remedy = fault.map(|fault| fault.remedy().to_owned());
        self.passes = fault.is_some_and(|fault| fault.is_passing() || matches!(fault, Fault::Late(_)));
        if outcome.is_complete() {
            (self.failures, self.passed) = (0, 0);
            self.synced_ms = Some(now_ms);
            self.known = here.iter().map(|(stream, head)| (stream.clone(), *head)).collect();
        } else {
            self.failures = self.failures.saturating_add(1);
            self.passed = self.passed.saturating_add(outcome.sent + outcome.taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use journal::{Hash, Scope};

    use super::*;
    use crate::rehearsal::name_of;

    fn heads(seq: u64) -> Heads {
        let head = Head { seq, hash: Hash([1; 32]) };
        let stream = |scope| Stream { replica: name_of(1), scope };
        Heads::from([(stream(Scope::Here), head), (stream(Scope::Private), head)])
    }

    #[test]
    fn a_remote_that_fails_is_tried_less_and_less_often() {
        let mut record = Record::default();
        assert!(record.is_due(0), "it was never tried");
        let failed = || Outcome { fault: Some(Fault::Moved), ..Outcome::default() };
        let waits: Vec<u64> = (0..8)
            .map(|_| {
                record.note(&failed(), &Settled::new(), &heads(1), 1_000_000);
                (record.due_ms() - 1_000_000) / 60_000
            })
            .collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(!record.is_due(1_000_001) && record.is_due(999_999), "a clock was set back");
        assert!(record.passes);
        record.note(
            &Outcome { fault: Some(Fault::Denied(String::new())), ..Outcome::default() },
            &Settled::new(),
            &heads(1),
            1_000_000,
        );
        assert!(!record.passes, "that does not go away by itself");
        record.note(&Outcome::default(), &Settled::new(), &heads(1), 2_000_000);
        assert_eq!((record.due_ms(), record.error.as_deref()), (2_060_000, None));
    }

    #[test]
    fn what_waits_is_known_without_asking() {
        let (mut record, terms) = (Record::default(), Terms::default());
        assert_eq!(record.queued(&heads(3), terms), 3, "what stays here does not wait");
        record.note(&Outcome::default(), &Settled::new(), &heads(3), 1);
        assert_eq!((record.queued(&heads(3), terms), record.queued(&heads(5), terms)), (0, 2));
    }

    #[test]
    fn what_passed_before_a_fault_is_not_queued_any_more() {
        let (mut record, terms) = (Record::default(), Terms::default());
        let cut = |sent, taken| Outcome { sent, taken, fault: Some(Fault::Moved), ..Outcome::default() };
        for (outcome, expect) in [(cut(4, 0), 6), (cut(1, 2), 3), (Outcome::default(), 0), (cut(0, 0), 0)] {
            record.note(&outcome, &Settled::new(), &heads(10), 1);
            assert_eq!(record.queued(&heads(10), terms), expect);
        }
    }

    #[test]
    fn what_was_noted_is_read_again() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("remotes.json");
        assert_eq!(Records::load(&path), Records::default());
        let mut record = Record::default();
        let settled =
            Settled::from([(Stream { replica: name_of(1), scope: Scope::Private }, (Head::START, Head::START))]);
        record.note(&Outcome::default(), &settled, &heads(3), 1);
        let mut records = Records::default();
        records.set("work", record.clone());
        records.save(&path).expect("it can be written");
        assert_eq!(Records::load(&path).of("work"), record);
        assert_eq!(record.settled(), settled);
        fs::write(&path, "garbage").expect("it can be written");
        assert_eq!(Records::load(&path), Records::default());
    }
}
