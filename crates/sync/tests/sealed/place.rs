//! What becomes of a place whose lock or whose operations are lost or changed.

use journal::{Hash, Operation, Scope, Stream};
use sync::rehearsal::{Memory, Shelf, name_of};
use sync::{Conduct, Fault, Keyring, Local, Seen, Settled, Terms, carry_out};

use crate::device::{Device, WORDS, all_sync, copy_of, founding, lock_of, rekey};

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
    assert!(matches!(refused, Fault::Readable), "{refused}");
    let refused = Keyring::ask(&mut plain, &readable.who).expect_err("it is readable");
    assert!(matches!(refused, Fault::Readable), "{refused}");
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
fn what_was_closed_by_a_key_that_is_lost_keeps_nothing_from_passing() {
    // a request that came after the place was set back: from the first operation on, or behind those that everybody can read
    for said_before in [&[][..], &["1", "2"]] {
        let mut shelf = Shelf::reliable();
        let mut two = Device::entered(2, &mut shelf, &["x"]);
        let mut one = Device::entered(1, &mut shelf, said_before);
        all_sync(&mut shelf, [&mut one, &mut two]);
        let mut earlier = copy_of(&shelf);
        rekey(&mut one, &mut shelf, WORDS);
        one.say(&["3", "4"]);
        all_sync(&mut shelf, [&mut one]);
        rekey(&mut two, &mut earlier, WORDS);
        let stream = Stream { replica: one.who.replica, scope: Scope::Private };
        earlier.streams.insert(stream.clone(), shelf.streams[&stream].clone());
        assert!(matches!(one.sync(&mut earlier).fault, Some(Fault::TwoKeys)));
        one.enter(&mut earlier, WORDS).expect("it is the passphrase of the key that is there");
        one.say(&["5"]);
        one.sync(&mut earlier);
        let mut three = Device::entered(3, &mut earlier, &[]);
        all_sync(&mut earlier, [&mut one, &mut two, &mut three]);
        for other in [&two, &three] {
            assert_eq!((other.told(), other.told().len()), (one.told(), said_before.len() + 4));
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
