//! The laws of the fold: whatever the order, the repetition and the clocks, the same operations come to the same.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher};

use journal::{Hash, Operation, ReplicaId, Scope, Stream};
use notes::{Author, Draft, EntryId, Notes};
use proptest::prelude::*;

/// One replica with a clock of its own, and what it knows.
struct Replica {
    id: ReplicaId,
    author: Author,
    /// How wrong its clock is, in milliseconds.
    skew_ms: u64,
    seq: u64,
    notes: Notes,
    known: Vec<Operation>,
}

impl Replica {
    fn new(name: &str, skew_ms: u64) -> Self {
        let author = Author { name: name.to_owned(), said: true, also: Vec::new() };
        Self { id: ReplicaId::fresh(), author, skew_ms, seq: 0, notes: Notes::default(), known: Vec::new() }
    }

    fn write(&mut self, id: &EntryId, draft: Draft, now_ms: u64) {
        let Some(body) = self.notes.change_entry(id, draft, &self.author, now_ms.wrapping_add(self.skew_ms)) else {
            return;
        };
        self.seq += 1;
        let stream = Stream { replica: self.id, scope: id.scope.clone() };
        let operation = operation(stream, self.seq, body);
        self.notes.take(&operation);
        self.known.push(operation);
    }

    fn receive(&mut self, operations: &[Operation]) {
        for operation in operations {
            if !self.known.contains(operation) {
                self.notes.take(operation);
                self.known.push(operation.clone());
            }
        }
    }
}

/// An operation whose hash only has to be its own.
fn operation(stream: Stream, seq: u64, body: Vec<u8>) -> Operation {
    let mut hash = [0_u8; 32];
    for (lane, bytes) in (0_u64..).zip(hash.chunks_mut(8)) {
        let mut hasher = DefaultHasher::new();
        (lane, &stream, seq).hash(&mut hasher);
        bytes.copy_from_slice(&hasher.finish().to_be_bytes());
    }
    Operation { stream, seq, prev: Hash::START, hash: Hash(hash), body }
}

/// What somebody does.
#[derive(Debug, Clone)]
enum Act {
    Set {
        who: usize,
        entry: usize,
        field: &'static str,
        value: u8,
    },
    Note {
        who: usize,
        entry: usize,
    },
    Delete {
        who: usize,
        entry: usize,
        deleted: bool,
    },
    /// One hands all it knows to another, from a place on.
    Exchange {
        from: usize,
        to: usize,
        turned: bool,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..3_usize;
    let entry = 0..4_usize;
    let field = prop::sample::select(vec!["status", "title", "category", "body"]);
    prop_oneof![
        5 => (who.clone(), entry.clone(), field, 0..5_u8).prop_map(|(who, entry, field, value)| Act::Set { who, entry, field, value }),
        3 => (who.clone(), entry.clone()).prop_map(|(who, entry)| Act::Note { who, entry }),
        1 => (who.clone(), entry, any::<bool>()).prop_map(|(who, entry, deleted)| Act::Delete { who, entry, deleted }),
        1 => (who.clone(), who, any::<bool>()).prop_map(|(from, to, turned)| Act::Exchange { from, to, turned }),
    ]
}

/// A year, in milliseconds.
const YEAR_MS: u64 = 31_557_600_000;

/// Carries out what people do; returns the replicas and how many notes were added.
fn play(acts: &[Act]) -> (Vec<Replica>, usize) {
    let mut replicas = vec![
        Replica::new("ada", 0),
        Replica::new("ben", 7 * YEAR_MS),
        Replica::new("eve", 0_u64.wrapping_sub(9 * YEAR_MS)),
    ];
    let ids: Vec<EntryId> =
        (0..4).map(|at| EntryId { scope: Scope::Project("shop".to_owned()), id: format!("entry{at}") }).collect();
    let mut added = 0;
    for (at, act) in acts.iter().enumerate() {
        let now = 50 * YEAR_MS + at as u64;
        match act {
            Act::Set { who, entry, field, value } => {
                replicas[*who].write(&ids[*entry], Draft::default().set(field, format!("{value}")), now);
            }
            Act::Note { who, entry } => {
                added += 1;
                replicas[*who].write(&ids[*entry], Draft::default().note(&format!("note {added}"), None), now);
            }
            Act::Delete { who, entry, deleted } => {
                replicas[*who].write(&ids[*entry], Draft::default().set("deleted", *deleted), now);
            }
            Act::Exchange { from, to, turned } => {
                let mut operations = replicas[*from].known.clone();
                if *turned {
                    operations.reverse();
                }
                replicas[*to].receive(&operations);
            }
        }
    }
    (replicas, added)
}

fn all(replicas: &[Replica]) -> Vec<Operation> {
    let mut seen = BTreeSet::new();
    let operations = replicas.iter().flat_map(|replica| replica.known.iter().cloned());
    operations.filter(|operation| seen.insert((operation.stream.clone(), operation.seq))).collect()
}

fn folded<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Notes {
    let mut notes = Notes::default();
    operations.into_iter().for_each(|operation| notes.take(operation));
    notes
}

fn note_texts(notes: &Notes) -> BTreeSet<String> {
    let entries = (0..4)
        .filter_map(|at| notes.entry(&EntryId { scope: Scope::Project("shop".to_owned()), id: format!("entry{at}") }));
    entries.flat_map(|entry| entry.notes().into_iter().map(|note| note.text.clone()).collect::<Vec<_>>()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repetition_do_not_count(acts in prop::collection::vec(act(), 0..60), seed in any::<u64>()) {
        let operations = all(&play(&acts).0);
        let expect = folded(&operations);
        let mut shuffled: Vec<&Operation> = operations.iter().chain(&operations).collect();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, usize::try_from(state >> 33).expect("31 bits") % (at + 1));
        }
        prop_assert_eq!(folded(shuffled), expect);
    }

    #[test]
    fn merging_is_associative_commutative_and_idempotent(
        acts in prop::collection::vec(act(), 0..60), cut in 0..100_usize, other in 0..100_usize,
    ) {
        let operations = all(&play(&acts).0);
        let (cut, other) = (cut * operations.len() / 100, other * operations.len() / 100);
        let parts = [&operations[..cut], &operations[cut.min(other)..], &operations[other..], &operations[..]];
        let [a, b, c, whole] = parts.map(folded);
        let merged = |one: &Notes, two: &Notes| { let mut one = one.clone(); one.merge(two.clone()); one };
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&merged(&a, &b), &whole), whole);
    }

    #[test]
    fn a_thousand_edits_by_three_end_equal_and_no_note_is_lost(acts in prop::collection::vec(act(), 1000)) {
        let (mut replicas, added) = play(&acts);
        let everything = all(&replicas);
        for (at, replica) in replicas.iter_mut().enumerate() {
            let mut operations = everything.clone();
            if at == 1 { operations.reverse(); }
            replica.receive(&operations);
        }
        prop_assert_eq!(&replicas[0].notes, &replicas[1].notes);
        prop_assert_eq!(&replicas[0].notes, &replicas[2].notes);
        prop_assert_eq!(note_texts(&replicas[0].notes).len(), added);
    }

    #[test]
    fn who_has_seen_a_value_replaces_it_whatever_the_clocks_say(acts in prop::collection::vec(act(), 0..80), who in 0..3_usize) {
        let (mut replicas, _) = play(&acts);
        let everything = all(&replicas);
        let id = EntryId { scope: Scope::Project("shop".to_owned()), id: "entry0".to_owned() };
        replicas[who].receive(&everything);
        replicas[who].write(&id, Draft::default().set("status", "the last word"), 0);
        let last = all(&replicas);
        for replica in &mut replicas {
            replica.receive(&last);
            let entry = replica.notes.entry(&id).expect("it was just written");
            prop_assert_eq!(entry.status(), "the last word");
            prop_assert!(entry.conflicts().iter().all(|conflict| conflict.field != "status"));
        }
    }
}
