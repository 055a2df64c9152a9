//! Encrypted remotes: who gets in, who does not, and what becomes of one whose lock is lost or changed.

use journal::{Hash, Operation, Scope, Stream};
use sync::rehearsal::{Fate, Memory, Shelf, name_of};
use sync::{Conduct, Effort, Fault, Keyring, Local, Outcome, Page, Sealed, Seen, Settled, Terms, Who, carry_out};

const WORDS: &str = "four unlikely words";

/// A machine, and what it has of the encrypted remote.
struct Device {
    journal: Memory,
    keyring: Option<Keyring>,
    seen: Seen,
    who: Who,
}

impl Device {
    fn new(number: u64, said: &[&str]) -> Self {
        let who = Who { name: format!("device {number}"), replica: name_of(number * 1_000) };
        let mut device = Self { journal: Memory::new(number * 1_000), keyring: None, seen: Seen::default(), who };
        device.say(said);
        device
    }

    /// One that entered with the passphrase.
    fn entered(number: u64, place: &mut Shelf, said: &[&str]) -> Self {
        let mut device = Self::new(number, said);
        device.enter(place, WORDS).expect("the passphrase is right");
        device
    }

    fn enter(&mut self, place: &mut Shelf, words: &str) -> Result<(), Fault> {
        self.keyring = Some(Keyring::enter(place, words, &self.who, Effort::LITTLE)?);
        Ok(())
    }

    /// Asks to be let in; the code that it shows.
    fn ask(&mut self, place: &mut Shelf) -> String {
        let keyring = Keyring::ask(place, &self.who).expect("it can ask");
        let code = keyring.code().expect("it waits").to_owned();
        self.keyring = Some(keyring);
        code
    }

    fn keyring(&mut self) -> &mut Keyring {
        self.keyring.as_mut().expect("it has one")
    }

    fn say(&mut self, said: &[&str]) {
        let bodies: Vec<Vec<u8>> = said.iter().map(|text| format!("{{\"text\":\"{text}\"}}").into_bytes()).collect();
        self.journal.append(&Scope::Private, &bodies).expect("memory does not fail");
    }

    fn sync(&mut self, place: &mut Shelf) -> Outcome {
        let (mut watch, mut pause) = (|_| true, |_| ());
        let page = Page { operations: 2, bytes: 1 << 20 };
        let mut conduct = Conduct { page, ..Conduct::quiet(&mut watch, &mut pause) };
        let keyring = self.keyring.clone().expect("it has one");
        let mut sealed = Sealed::new(place, keyring, self.seen.clone());
        let terms = Terms { is_shared: false, is_joined: true };
        let outcome = carry_out(&mut self.journal, &mut sealed, terms, &mut Settled::new(), &mut conduct);
        let (keyring, seen) = sealed.into_parts();
        (self.keyring, self.seen) = (Some(keyring), seen);
        outcome
    }

    fn told(&self) -> Vec<String> {
        let told = self.journal.told().into_values();
        let mut told: Vec<String> =
            told.map(|operation| String::from_utf8_lossy(&operation.body).into_owned()).collect();
        told.sort();
        told
    }
}

fn lock_of(shelf: &mut Shelf, replica: journal::ReplicaId) -> &mut Vec<Operation> {
    let stream = Stream { replica, scope: Scope::Publish("lock".to_owned()) };
    shelf.streams.get_mut(&stream).expect("it said something")
}

fn founding(shelf: &mut Shelf) -> &mut Vec<Operation> {
    lock_of(shelf, name_of(0))
}

#[test]
fn nothing_that_is_said_lies_there_readable() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["Fix the loom", "It is fixed"]);
    let project = Scope::Project("github.com/ada/loom".to_owned());
    one.journal.append(&project, &[b"{\"text\":\"loom\"}".to_vec()]).expect("memory does not fail");
    assert!(one.sync(&mut shelf).is_complete());
    let mut other = Device::new(2, &[]);
    other.ask(&mut shelf);
    assert_eq!(shelf.streams.len(), 4, "two streams, and two for the lock: {shelf:?}");
    for (stream, operations) in &shelf.streams {
        assert!(operations.iter().all(Operation::is_true), "every engine carries it as it is");
        let bodies = operations.iter().flat_map(|operation| operation.body.clone()).collect::<Vec<u8>>();
        let text = stream.to_string() + &String::from_utf8_lossy(&bodies);
        for word in ["the loom", "is fixed", "\"text\"", "ada/loom", "device 1", "device 2", "SECRET-KEY"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

#[test]
fn a_second_device_needs_the_passphrase_once() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1", "2", "3"]);
    assert!(one.sync(&mut shelf).is_complete());
    let mut two = Device::new(2, &["x"]);
    let refused = two.enter(&mut shelf, "four other words").expect_err("it is another one");
    assert!(matches!(refused, Fault::Closed("the passphrase is another one")), "{refused}");
    two.enter(&mut shelf, WORDS).expect("it is right");
    let outcome = two.sync(&mut shelf);
    assert_eq!((outcome.sent, outcome.taken, outcome.is_complete()), (1, 3, true), "{outcome:?}");
    assert_eq!(one.sync(&mut shelf).taken, 1);
    assert_eq!(one.told(), two.told());
    assert_eq!((one.keyring().devices().len(), two.keyring().devices().len()), (2, 2), "they know of each other");
    let before = shelf.streams.clone();
    for device in [&mut one, &mut two] {
        let again = device.sync(&mut shelf);
        assert!(!again.changed_anything() && again.is_complete(), "{again:?}");
    }
    assert_eq!(shelf.streams, before, "and then they rest");
}

#[test]
fn a_device_is_let_in_by_its_code_and_never_by_itself() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::new(2, &["x"]));
    assert!(one.sync(&mut shelf).is_complete());
    let code = two.ask(&mut shelf);
    assert!(one.sync(&mut shelf).is_complete());
    assert_eq!(one.keyring().waiting(&mut shelf).expect("it can be asked"), 1);
    let waits = two.sync(&mut shelf);
    assert!(matches!(&waits.fault, Some(Fault::Waiting { code: shown }) if *shown == code), "{waits:?}");
    let refused = one.keyring().let_in(&mut shelf, "AAAAA-BBBBB-CCCCC-DDDDD").expect_err("nobody shows it");
    assert!(matches!(refused, Fault::Closed(_)), "{refused}");
    assert!(two.sync(&mut shelf).fault.is_some(), "still outside");
    let member = one.keyring().let_in(&mut shelf, &code.to_lowercase()).expect("it shows it");
    assert_eq!(member.who, two.who);
    let outcome = two.sync(&mut shelf);
    assert_eq!((outcome.sent, outcome.taken, outcome.is_complete()), (1, 1, true), "{outcome:?}");
    assert_eq!((two.keyring().code(), one.keyring().waiting(&mut shelf).expect("it can be asked")), (None, 0));
    assert!(one.sync(&mut shelf).is_complete());
    assert_eq!(one.told(), two.told());
}

#[test]
fn who_is_shut_out_reads_nothing_that_comes_after_a_new_key() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1"]);
    let (mut two, mut three) = (Device::entered(2, &mut shelf, &[]), Device::entered(3, &mut shelf, &[]));
    for device in [&mut one, &mut two, &mut three] {
        assert!(device.sync(&mut shelf).is_complete());
    }
    let meant = two.who.replica;
    let out = one.keyring().shut_out(&mut shelf, |who| who.replica == meant).expect("it can be said");
    one.keyring().rekey(&mut shelf, "four newer words", Effort::LITTLE).expect("it can be said");
    assert_eq!((out, one.keyring().generation()), (1, 2));
    one.say(&["2"]);
    assert!(one.sync(&mut shelf).is_complete());
    let refused = two.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
    let mut spy = Sealed::new(&mut shelf, two.keyring.clone().expect("it has one"), two.seen.clone());
    assert!(sync::Remote::heads(&mut spy).is_err());
    assert_eq!(two.told().len(), 1, "what it read before it has");
    assert!(three.sync(&mut shelf).is_complete(), "the others need no passphrase");
    assert_eq!(three.told(), one.told());
    three.say(&["3"]);
    assert!(three.sync(&mut shelf).is_complete());
    assert!(one.sync(&mut shelf).is_complete());
    let mut four = Device::new(4, &[]);
    let earlier = four.enter(&mut shelf, WORDS).expect_err("it opens the first key alone");
    assert!(earlier.to_string().contains("is an earlier one"), "{earlier}");
    four.enter(&mut shelf, "four newer words").expect("it opens both");
    assert!(four.sync(&mut shelf).is_complete());
    assert_eq!(four.told().len(), 3, "old and new");
}

#[test]
fn who_was_shut_out_slips_in_no_key_and_two_new_ones_are_noticed() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::entered(2, &mut shelf, &["x"]));
    for number in [1, 2, 1] {
        let device = if number == 1 { &mut one } else { &mut two };
        assert!(device.sync(&mut shelf).is_complete());
    }
    let (before, meant) = (shelf.streams.clone(), two.who.replica);
    one.keyring().shut_out(&mut shelf, |who| who.replica == meant).expect("it can be said");
    one.keyring().rekey(&mut shelf, "four newer words", Effort::LITTLE).expect("it can be said");
    assert!(one.sync(&mut shelf).is_complete());
    // it sets the place back and makes a key of its own, from what it knows
    let mut forged = Shelf::reliable();
    forged.streams = before;
    two.keyring().rekey(&mut forged, "four evil words", Effort::LITTLE).expect("it may still write there");
    let refused = one.sync(&mut forged);
    assert!(matches!(refused.fault, Some(Fault::TwoKeys)), "{refused:?}");
    assert_eq!((refused.sent, one.keyring().generation()), (0, 2), "nothing goes there");
    let honest = one.keyring.clone();
    one.enter(&mut forged, "four evil words").expect("a person may choose it");
    assert!(one.sync(&mut forged).is_complete());
    assert!(two.sync(&mut forged).is_complete());
    // where the other key is, it learns nothing by its own
    one.keyring = honest;
    one.say(&["2"]);
    assert!(one.sync(&mut shelf).is_complete());
    two.sync(&mut shelf);
    assert!(!two.told().iter().any(|said| said.contains("\"2\"")), "{:?}", two.told());
}

#[test]
fn who_was_shut_out_lets_nobody_in_and_shuts_nobody_out_by_the_key_before() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1"]);
    let (mut two, mut three) = (Device::entered(2, &mut shelf, &[]), Device::entered(3, &mut shelf, &[]));
    for device in [&mut one, &mut two, &mut three] {
        assert!(device.sync(&mut shelf).is_complete());
    }
    let (before, out, honest) = (shelf.streams.clone(), two.who.replica, three.who.replica);
    one.keyring().shut_out(&mut shelf, |who| who.replica == out).expect("it can be said");
    one.keyring().rekey(&mut shelf, "four newer words", Effort::LITTLE).expect("it can be said");
    assert!(one.sync(&mut shelf).is_complete());
    // what it says by the key before, of an accomplice and of an honest device, it carries to where the others are
    let (mut forged, mut four) = (Shelf::reliable(), Device::new(4, &[]));
    forged.streams = before;
    let code = four.ask(&mut forged);
    two.keyring().let_in(&mut forged, &code).expect("it may still say so");
    two.keyring().shut_out(&mut forged, |who| who.replica == honest).expect("it may still say so");
    let said = lock_of(&mut forged, out).last().map(|last| last.body.clone()).expect("it said so");
    let silent = b"{\"v\":2,\"kind\":\"lock\",\"lock\":\"\"}".to_vec();
    for body in [said, silent] {
        let operations = lock_of(&mut shelf, out);
        let last = operations.last().expect("there is one");
        let next = Operation::follow(&last.stream, last.seq + 1, last.hash, body);
        operations.push(next);
        for number in [1, 3, 1] {
            let outcome = if number == 1 { one.sync(&mut shelf) } else { three.sync(&mut shelf) };
            assert!(outcome.is_complete(), "{outcome:?}");
        }
    }
    for device in [&mut one, &mut three] {
        let mut are_in: Vec<_> = device.keyring().devices().iter().filter(|device| !device.is_out).collect();
        are_in.sort_by_key(|device| device.who.replica);
        let are_in: Vec<_> = are_in.iter().map(|device| device.who.name.as_str()).collect();
        assert_eq!(are_in, ["device 1", "device 3"]);
    }
    let outside = four.sync(&mut shelf);
    assert!(outside.fault.is_some() && four.keyring().generation() == 0, "{outside:?}");
}

#[test]
fn a_device_that_lost_its_file_comes_back_and_its_old_key_is_out() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::entered(2, &mut shelf, &["x"]));
    for device in [&mut one, &mut two] {
        assert!(device.sync(&mut shelf).is_complete());
    }
    let lost = two.keyring.clone();
    two.enter(&mut shelf, WORDS).expect("it is right");
    for device in [&mut one, &mut two] {
        assert!(device.sync(&mut shelf).is_complete());
    }
    let are_in = |keyring: &Keyring| keyring.devices().iter().filter(|device| !device.is_out).count();
    assert_eq!((are_in(one.keyring()), are_in(two.keyring())), (2, 2));
    two.keyring = lost;
    let refused = two.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
}

#[test]
fn a_lock_that_was_lost_is_put_back_by_whoever_has_the_key() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1"]);
    assert!(one.sync(&mut shelf).is_complete());
    let before = shelf.streams.clone();
    shelf.streams.retain(|stream, _| !matches!(stream.scope, Scope::Publish(_)));
    let missing = Device::new(2, &[]).enter(&mut shelf, WORDS).expect_err("nothing tells of a key");
    assert!(matches!(missing, Fault::LockMissing), "{missing}");
    assert!(one.sync(&mut shelf).is_complete());
    assert_eq!(shelf.streams.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert_eq!(founding(&mut shelf)[0], before.values().flatten().next().cloned().expect("it stands first"));
    Device::entered(2, &mut shelf, &[]);
    shelf.streams.clear();
    one.say(&["2"]);
    let filled = one.sync(&mut shelf);
    assert!(filled.is_complete() && filled.sent == 2, "everything is filled again: {filled:?}");
    assert!(Device::entered(3, &mut shelf, &[]).sync(&mut shelf).is_complete());
}

#[test]
fn a_lock_that_was_changed_keeps_nobody_out_who_has_a_key() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1"]);
    assert!(one.sync(&mut shelf).is_complete());
    let said = one.who.replica;
    let change = |operations: &mut Vec<Operation>, from: &str| {
        let last = operations.pop().expect("there is one");
        let body = String::from_utf8(last.body).expect("it is text");
        let at = body.find(from).expect("it is there") + from.len() + 60;
        let body = format!("{}{}{}", &body[..at], if &body[at..=at] == "A" { "B" } else { "A" }, &body[at + 1..]);
        operations.push(Operation::follow(&last.stream, last.seq, last.prev, body.into_bytes()));
    };
    change(founding(&mut shelf), "recovery\":\"");
    assert!(one.sync(&mut shelf).is_complete());
    let whole = shelf.streams.clone();
    Device::entered(2, &mut shelf, &[]);
    change(lock_of(&mut shelf, said), "recovery\":\"");
    let mut lonely = Shelf::reliable();
    lonely.streams = shelf
        .streams
        .iter()
        .filter(|(stream, _)| stream.replica != name_of(2_000))
        .map(|(stream, operations)| (stream.clone(), operations.clone()))
        .collect();
    let refused = Device::new(3, &[]).enter(&mut lonely, WORDS).expect_err("nothing opens");
    assert!(matches!(refused, Fault::Closed(_) | Fault::LockDamaged), "{refused}");
    for garbage in ["", "{}", "no json", "{\"v\":2,\"kind\":\"lock\"}"] {
        shelf.streams.clone_from(&whole);
        for operations in [said, name_of(0)] {
            let operations = lock_of(&mut shelf, operations);
            let last = operations.pop().expect("there is one");
            operations.push(Operation::follow(&last.stream, last.seq, last.prev, garbage.as_bytes().to_vec()));
        }
        let refused = Device::new(3, &[]).enter(&mut shelf, WORDS).expect_err("nothing opens");
        assert!(matches!(refused, Fault::LockDamaged), "{garbage}: {refused}");
        one.seen = Seen::default();
        assert!(one.sync(&mut shelf).is_complete(), "{garbage}");
        Device::entered(3, &mut shelf, &[]);
    }
}

#[test]
fn a_place_of_another_lock_or_of_none_is_refused() {
    let (mut shelf, mut anew) = (Shelf::reliable(), Shelf::reliable());
    let mut one = Device::entered(1, &mut shelf, &["1"]);
    assert!(one.sync(&mut shelf).is_complete());
    Device::entered(2, &mut anew, &[]);
    let refused = one.sync(&mut anew);
    assert!(matches!(refused.fault, Some(Fault::Relocked)), "{refused:?}");
    let mut plain = Shelf::reliable();
    let mut readable = Device::new(3, &["readable"]);
    let (mut watch, mut pause) = (|_| true, |_| ());
    let terms = Terms { is_shared: false, is_joined: true };
    let mut sync = |journal: &mut Memory, shelf: &mut Shelf| {
        carry_out(journal, shelf, terms, &mut Settled::new(), &mut Conduct::quiet(&mut watch, &mut pause))
    };
    assert!(sync(&mut readable.journal, &mut plain).is_complete());
    let refused = readable.enter(&mut plain, WORDS).expect_err("it is readable");
    assert!(matches!(&refused, Fault::Unusable(why) if why.contains("not encrypted")), "{refused}");
    let refused = Keyring::ask(&mut plain, &readable.who).expect_err("it is readable");
    assert!(matches!(refused, Fault::Unusable(_)), "{refused}");
    let unlocked = Keyring::ask(&mut Shelf::reliable(), &readable.who).expect_err("nobody locked it");
    assert!(unlocked.to_string().contains("no device has locked it yet"), "{unlocked}");
    assert!(
        matches!(sync(&mut readable.journal, &mut shelf).fault, Some(Fault::Sealed)),
        "nothing readable goes there"
    );
    // somebody puts readable operations beside those that are encrypted
    shelf.streams.extend(plain.streams.clone());
    let refused = one.sync(&mut shelf);
    assert!(matches!(&refused.fault, Some(Fault::Unusable(why)) if why.contains("not encrypted")), "{refused:?}");
    let lock = Stream { replica: name_of(0), scope: Scope::Publish("lock".to_owned()) };
    let old = Operation::follow(&lock, 1, Hash::START, b"{\"v\":1,\"kind\":\"lock\",\"rounds\":1}".to_vec());
    let mut early = Shelf::reliable();
    early.streams.insert(lock, vec![old]);
    let refused = readable.enter(&mut early, WORDS).expect_err("it is of an earlier form");
    assert!(matches!(&refused, Fault::Unusable(why) if why.contains("read no more")), "{refused}");
}

#[test]
fn what_is_damaged_there_is_said_and_the_rest_passes() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1", "2", "3"]);
    let mut two = Device::entered(2, &mut shelf, &["x"]);
    for device in [&mut one, &mut two] {
        assert!(device.sync(&mut shelf).is_complete());
    }
    let stream = Stream { replica: one.journal.replica(), scope: Scope::Private };
    let whole = shelf.streams[&stream].clone();
    for place in [0, 1, 2] {
        for swap in [true, false] {
            let operations = shelf.streams.get_mut(&stream).expect("it was sent");
            // another operation of the same device in its place, or a byte that is another one
            if swap {
                operations[place].body = whole[(place + 1) % 3].body.clone();
            } else {
                operations[place].body[250] ^= 1;
            }
            let mut three = Device::entered(3, &mut shelf, &["y"]);
            let outcome = three.sync(&mut shelf);
            let seq = place as u64 + 1;
            let is_said = matches!(&outcome.problems[..], [Fault::Damaged { seq: said, .. }] if *said == seq);
            assert!(is_said && outcome.fault.is_none(), "{place} {swap}: {outcome:?}");
            assert_eq!(three.told().len(), 2 + place, "{place} {swap}");
            shelf.streams.insert(stream.clone(), whole.clone());
            assert!(three.sync(&mut shelf).is_complete(), "once it is whole again");
            assert_eq!(three.told().len(), 5);
            shelf.streams.retain(|stream, _| stream.replica != three.who.replica);
        }
    }
}

#[test]
fn what_was_put_under_another_name_there_is_nothing() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &[]);
    let project = Scope::Project("loom".to_owned());
    one.journal.append(&project, &[b"{}".to_vec(), b"{}".to_vec()]).expect("memory does not fail");
    assert!(one.sync(&mut shelf).is_complete());
    let hidden = shelf.streams.iter().find(|(stream, _)| matches!(stream.scope, Scope::Project(_)));
    let first = hidden.map(|(_, operations)| operations[0].body.clone()).expect("it was sent");
    for name in ["0", "z"] {
        let elsewhere = Stream { replica: one.journal.replica(), scope: Scope::Project(name.repeat(32)) };
        let moved = Operation::follow(&elsewhere, 1, Hash::START, first.clone());
        shelf.streams.insert(elsewhere, vec![moved]);
    }
    one.seen = Seen::default();
    let again = one.sync(&mut shelf);
    assert!(again.is_complete() && !again.changed_anything(), "{again:?}");
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again() {
    for fate in [Fate::RequestLost, Fate::AnswerLost, Fate::Late, Fate::Twice, Fate::Partial] {
        for seed in 1..6 {
            let mut shelf = Shelf::reliable();
            let mut devices: Vec<Device> = (1..4).map(|number| Device::new(number, &["1", "2", "3"])).collect();
            let mut drawn = seed;
            shelf.set_fate(move || {
                drawn = (drawn * 16_807) % 2_147_483_647_u64;
                if drawn % 5 == 0 { fate } else { Fate::Fine }
            });
            for device in &mut devices {
                let entered = (0..50).any(|_| device.enter(&mut shelf, WORDS).is_ok());
                assert!(entered, "{fate:?} {seed}");
                shelf.deliver_late();
            }
            let keyring = devices[0].keyring();
            assert!((0..50).any(|_| keyring.rekey(&mut shelf, WORDS, Effort::LITTLE).is_ok()), "{fate:?} {seed}");
            for _ in 0..3 {
                for device in &mut devices {
                    device.sync(&mut shelf);
                    shelf.deliver_late();
                }
            }
            shelf.set_fate(|| Fate::Fine);
            for _ in 0..2 {
                for device in &mut devices {
                    let outcome = device.sync(&mut shelf);
                    assert!(outcome.is_complete(), "{fate:?} {seed}: {outcome:?}");
                }
            }
            for device in &devices {
                assert_eq!(device.told().len(), 9, "{fate:?} {seed}");
                assert_eq!(device.journal.streams, devices[0].journal.streams, "{fate:?} {seed}");
            }
        }
    }
}
