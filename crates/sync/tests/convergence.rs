//! Two machines and a remote: what passes, what is refused, what happens when something fails.

use std::time::Duration;

use journal::{Operation, Scope, Stream};
use sync::rehearsal::{Fate, Memory, Shelf};
use sync::{Conduct, Fault, Heads, Local, Outcome, Page, Remote, Settled, Terms, carry_out};

fn machine(name: u64, said: &[&str]) -> Memory {
    let mut machine = Memory::new(name * 1_000);
    say(&mut machine, said);
    machine
}

fn say(machine: &mut Memory, said: &[&str]) {
    let bodies: Vec<Vec<u8>> = said.iter().map(|text| format!("{{\"text\":\"{text}\"}}").into_bytes()).collect();
    machine.append(&Scope::Private, &bodies).expect("memory does not fail");
}

fn sync(machine: &mut dyn Local, shelf: &mut dyn Remote) -> Outcome {
    sync_with(machine, shelf, Terms { is_shared: false, is_joined: true }, &mut Settled::new())
}

fn sync_with(machine: &mut dyn Local, shelf: &mut dyn Remote, terms: Terms, settled: &mut Settled) -> Outcome {
    let (mut watch, mut pause) = (|_| true, |_| ());
    let mut conduct =
        Conduct { page: Page { operations: 2, bytes: 1 << 20 }, ..Conduct::quiet(&mut watch, &mut pause) };
    carry_out(machine, shelf, terms, settled, &mut conduct)
}

/// What a machine knows, each thing once.
fn told(machine: &Memory) -> Vec<String> {
    let mut told: Vec<String> =
        machine.told().into_values().map(|operation| String::from_utf8(operation.body).expect("text")).collect();
    told.sort();
    told
}

fn assert_same(machines: &[&Memory]) {
    for pair in machines.windows(2) {
        assert_eq!(told(pair[0]), told(pair[1]));
    }
}

#[test]
fn two_machines_come_to_know_the_same_and_then_rest() {
    let (mut a, mut b, mut shelf) = (machine(1, &["1", "2", "3", "4", "5"]), machine(2, &["x"]), Shelf::reliable());
    let first = sync(&mut a, &mut shelf);
    assert_eq!((first.sent, first.taken, first.is_complete()), (5, 0, true), "{first:?}");
    let second = sync(&mut b, &mut shelf);
    assert_eq!((second.sent, second.taken, second.is_complete()), (1, 5, true), "{second:?}");
    assert_eq!(sync(&mut a, &mut shelf).taken, 1);
    assert_same(&[&a, &b]);
    for machine in [&mut a, &mut b] {
        let again = sync(machine, &mut shelf);
        assert!(!again.changed_anything() && again.is_complete(), "{again:?}");
    }
}

/// A remote that fails each time in one way, and counts how often it was asked.
struct Failing(fn() -> Fault, u32);

impl Remote for Failing {
    fn heads(&mut self) -> Result<Heads, Fault> {
        self.1 += 1;
        Err(self.0())
    }

    fn append(&mut self, _: &[Operation]) -> Result<(), Fault> {
        Err(self.0())
    }

    fn read(&mut self, _: &Stream, _: u64, _: Page) -> Result<Vec<Operation>, Fault> {
        Err(self.0())
    }
}

#[test]
fn whoever_waited_as_long_as_anything_may_take_waits_no_second_time() {
    let asked = |fault: fn() -> Fault| {
        let mut remote = Failing(fault, 0);
        let outcome = sync(&mut machine(1, &["1"]), &mut remote);
        assert_eq!(outcome.fault.as_ref().map(ToString::to_string), Some(fault().to_string()));
        remote.1
    };
    assert_eq!(asked(|| Fault::Late(Duration::from_secs(30))), 1);
    assert_eq!(asked(|| Fault::Unanswered("reset".into())), 3, "what may have been a moment is tried again");
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again() {
    let (mut a, mut b) = (machine(1, &["1", "2", "3"]), machine(2, &["x"]));
    for fate in [Fate::RequestLost, Fate::AnswerLost, Fate::Late, Fate::Twice, Fate::Partial] {
        let mut shelf = Shelf::reliable();
        for _ in 0..2 {
            let mut calls = 0;
            // every third call fares badly
            shelf.set_fate(move || {
                calls += 1;
                if calls % 3 == 0 { fate } else { Fate::Fine }
            });
            for machine in [&mut a, &mut b] {
                let outcome = sync(machine, &mut shelf);
                assert!(outcome.is_complete(), "{fate:?}: {outcome:?}");
                shelf.deliver_late();
            }
        }
        shelf.set_fate(|| Fate::Fine);
        assert!(sync(&mut a, &mut shelf).is_complete());
        assert_same(&[&a, &b]);
        assert_eq!(shelf.streams, a.streams, "{fate:?}");
    }
}

#[test]
fn a_network_that_stays_away_is_given_up_and_nothing_is_lost() {
    let (mut a, mut shelf) = (machine(1, &["1", "2", "3"]), Shelf::new(|| Fate::RequestLost));
    let outcome = sync(&mut a, &mut shelf);
    assert!(matches!(outcome.fault, Some(Fault::Unanswered(_))), "{outcome:?}");
    shelf.set_fate(|| Fate::Fine);
    assert_eq!(sync(&mut a, &mut shelf).sent, 3);
}

#[test]
fn a_remote_that_lost_operations_is_filled_again_by_whoever_has_them() {
    let (mut a, mut b, mut shelf) = (machine(1, &["1", "2", "3"]), machine(2, &["x"]), Shelf::reliable());
    sync(&mut a, &mut shelf);
    sync(&mut b, &mut shelf);
    let before = shelf.streams.clone();
    for operations in shelf.streams.values_mut() {
        operations.truncate(1);
    }
    assert_eq!(sync(&mut b, &mut shelf).sent, 2, "of the other machine's stream");
    assert_eq!(shelf.streams, before);
    shelf.streams.clear();
    assert_eq!(sync(&mut b, &mut shelf).sent, 4);
    assert_eq!(shelf.streams, before);
}

#[test]
fn a_machine_that_was_set_back_goes_on_under_a_new_name() {
    let (mut a, mut b, mut shelf) = (machine(1, &["1", "2"]), machine(2, &[]), Shelf::reliable());
    let mut backup = a.clone();
    say(&mut a, &["3", "4"]);
    sync(&mut a, &mut shelf);
    let first = backup.replica();
    backup.next_name = 500;
    let outcome = sync(&mut backup, &mut shelf);
    assert!(outcome.is_renamed && outcome.is_complete(), "{outcome:?}");
    assert_ne!(backup.replica(), first);
    say(&mut backup, &["5"]);
    sync(&mut backup, &mut shelf);
    sync(&mut b, &mut shelf);
    assert_same(&[&backup, &b]);
    assert_eq!(told(&b).len(), 5);
}

#[test]
fn what_was_said_twice_in_one_name_is_kept_from_both() {
    let (mut a, mut b, mut shelf) = (machine(1, &["1", "2"]), machine(2, &[]), Shelf::reliable());
    let mut backup = a.clone();
    backup.next_name = 500;
    say(&mut a, &["3", "4"]);
    sync(&mut a, &mut shelf);
    say(&mut backup, &["other 3", "other 4", "other 5"]);
    let outcome = sync(&mut backup, &mut shelf);
    assert!(outcome.is_renamed && outcome.is_complete(), "{outcome:?}");
    sync(&mut b, &mut shelf);
    assert_eq!(told(&b).len(), 7, "{:?}", told(&b));
    assert_same(&[&backup, &b]);
}

#[test]
fn branches_of_one_name_on_two_remotes_meet() {
    let mut a = machine(1, &["1", "2"]);
    let mut copy = a.clone();
    copy.next_name = 500;
    say(&mut a, &["3", "4"]);
    say(&mut copy, &["other 3"]);
    let (mut one, mut two) = (Shelf::reliable(), Shelf::reliable());
    sync(&mut a, &mut one);
    sync(&mut copy, &mut two);
    let mut third = machine(3, &[]);
    let mut settled = [Settled::new(), Settled::new()];
    let terms = Terms { is_shared: false, is_joined: true };
    for _ in 0..3 {
        for machine in [&mut third, &mut a, &mut copy] {
            for (shelf, settled) in [&mut one, &mut two].into_iter().zip(&mut settled) {
                let outcome = sync_with(machine, shelf, terms, settled);
                assert!(outcome.fault.is_none(), "{outcome:?}");
            }
        }
    }
    assert_eq!(told(&third).len(), 5, "{:?}", told(&third));
    assert_same(&[&a, &copy, &third]);
    let again = sync_with(&mut third, &mut one, terms, &mut settled[0]);
    assert!(!again.changed_anything() && again.is_complete(), "{again:?}");
}

#[test]
fn somebody_elses_data_is_refused_until_it_is_said_to_be_ours() {
    let (mut a, mut b, mut shelf) = (machine(1, &["1", "2"]), machine(2, &["x"]), Shelf::reliable());
    sync(&mut a, &mut shelf);
    let refused = sync_with(&mut b, &mut shelf, Terms::default(), &mut Settled::new());
    assert!(matches!(refused.fault, Some(Fault::Foreign { replicas: 1, operations: 2 })), "{refused:?}");
    assert!(!refused.changed_anything());
    assert_eq!((shelf.streams.len(), told(&b).len()), (1, 1), "neither side was touched");
    assert!(sync(&mut b, &mut shelf).is_complete());
    let known = sync_with(&mut b, &mut shelf, Terms::default(), &mut Settled::new());
    assert!(known.is_complete(), "once joined, it is known: {known:?}");
}

#[test]
fn nothing_private_passes_to_a_shared_remote_or_comes_from_one() {
    let (mut a, mut b, mut shelf) = (machine(1, &["mine"]), machine(2, &[]), Shelf::reliable());
    let team = Scope::Project("github.com/ada/loom".into());
    a.append(&team, &[b"{}".to_vec()]).expect("memory does not fail");
    let terms = Terms { is_shared: true, is_joined: false };
    let outcome = sync_with(&mut a, &mut shelf, terms, &mut Settled::new());
    assert_eq!(outcome.sent, 1);
    assert!(shelf.streams.keys().all(|stream| stream.scope == team), "{shelf:?}");
    // somebody puts a private stream there by hand
    let private = Stream { replica: a.replica(), scope: Scope::Private };
    shelf.streams.insert(private.clone(), a.streams[&private].clone());
    sync_with(&mut b, &mut shelf, terms, &mut Settled::new());
    assert!(b.streams.keys().all(|stream| stream.scope == team), "{b:?}");
    // and nobody speaks for another
    shelf.streams.clear();
    let outcome = sync_with(&mut b, &mut shelf, terms, &mut Settled::new());
    assert_eq!((outcome.sent, shelf.streams.len()), (0, 0));
}

#[test]
fn forged_operations_stop_their_stream_and_no_other() {
    let (mut a, mut b, mut shelf) = (machine(1, &["1", "2", "3"]), machine(2, &[]), Shelf::reliable());
    sync(&mut a, &mut shelf);
    let stream = Stream { replica: a.replica(), scope: Scope::Private };
    let mut other = machine(3, &["x"]);
    sync(&mut other, &mut shelf);
    let forge = |operation: &mut Operation| operation.body = b"{\"text\":\"forged\"}".to_vec();
    forge(&mut shelf.streams.get_mut(&stream).expect("it was sent")[1]);
    let outcome = sync(&mut b, &mut shelf);
    assert!(matches!(&outcome.problems[..], [Fault::Damaged { seq: 2, .. }]), "{outcome:?}");
    assert_eq!(outcome.left.to_take, 2, "it is said to be still missing");
    assert_eq!(told(&b), ["{\"text\":\"1\"}", "{\"text\":\"x\"}"]);
}

#[test]
fn a_machine_that_loses_its_power_anywhere_goes_on_where_it_was() {
    for fuse in 0..40 {
        let (mut a, mut b, mut shelf) = (machine(1, &["1", "2", "3"]), machine(2, &["x", "y"]), Shelf::reliable());
        sync(&mut b, &mut shelf);
        a.fuse = Some(fuse);
        sync(&mut a, &mut shelf);
        a.fuse = None;
        assert!(sync(&mut a, &mut shelf).is_complete());
        assert!(sync(&mut b, &mut shelf).is_complete());
        assert_same(&[&a, &b]);
        assert_eq!((told(&a).len(), &shelf.streams), (5, &a.streams));
    }
}
