//! New keys: who gets them, and what whoever was shut out can still do.

use journal::ReplicaId;
use sync::rehearsal::{Fate, Shelf, name_of};
use sync::{Effort, Fault};

use crate::device::{Device, WORDS, all_sync, copy_of, founding, last_said, put, rekey, shut_out};

const NEWER: &str = "four newer words";

/// Three devices that have the key and know of each other; the first one said something.
fn trio(shelf: &mut Shelf) -> (Device, Device, Device) {
    let mut one = Device::entered(1, shelf, &["1"]);
    let (mut two, mut three) = (Device::entered(2, shelf, &[]), Device::entered(3, shelf, &[]));
    all_sync(shelf, [&mut one, &mut two, &mut three]);
    (one, two, three)
}

#[test]
fn who_is_shut_out_reads_nothing_that_comes_after_a_new_key() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two, mut three) = trio(&mut shelf);
    shut_out(&mut one, &mut shelf, two.who.replica);
    rekey(&mut one, &mut shelf, NEWER);
    assert_eq!(one.keyring().generation(), 2);
    one.say(&["2"]);
    all_sync(&mut shelf, [&mut one]);
    let refused = two.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
    assert_eq!((two.keyring().generation(), two.told().len()), (1, 1), "what it read before it has");
    all_sync(&mut shelf, [&mut three]);
    assert_eq!(three.told(), one.told(), "the others need no passphrase");
    three.say(&["3"]);
    all_sync(&mut shelf, [&mut three, &mut one]);
    let mut four = Device::new(4, &[]);
    let earlier = four.enter(&mut shelf, WORDS).expect_err("it opens the first key alone");
    assert!(earlier.to_string().contains("is an earlier one"), "{earlier}");
    four.enter(&mut shelf, NEWER).expect("it opens both");
    all_sync(&mut shelf, [&mut four]);
    assert_eq!(four.told().len(), 3, "old and new");
}

#[test]
fn who_is_shut_out_with_a_new_key_is_never_out_while_it_has_the_newest_one() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two, mut three) = trio(&mut shelf);
    let others = |shelf: &Shelf| {
        let mut streams = shelf.streams.clone();
        streams.retain(|stream, _| stream.replica != name_of(0));
        streams
    };
    let (before, meant) = (others(&shelf), two.who.replica);
    let count = one.keyring().rekey_without(&mut shelf, |who| who.replica == meant, NEWER, Effort::LITTLE);
    assert_eq!(count.expect("it can be said"), 1);
    assert_eq!(founding(&mut shelf).len(), 2, "it is said once, with the key");
    assert_eq!(others(&shelf), before, "and nowhere else");
    one.say(&["2"]);
    all_sync(&mut shelf, [&mut one]);
    let refused = two.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
    assert_eq!((two.keyring().generation(), two.told().len()), (1, 1));
    all_sync(&mut shelf, [&mut three, &mut one]);
    assert_eq!(three.told(), one.told());
    for device in [&one, &three] {
        assert_eq!(device.knows(), ["device 1", "device 3"]);
    }
    let again = one.keyring().rekey_without(&mut shelf, |who| who.replica == meant, "four words", Effort::LITTLE);
    assert_eq!(again.expect("it can be said"), 0, "it was out");
}

#[test]
fn a_key_whose_answer_was_lost_is_made_once() {
    let mut arrived = 0;
    for lost in 0..12 {
        let mut shelf = Shelf::reliable();
        let (mut one, _, mut three) = trio(&mut shelf);
        let mut calls = 0;
        shelf.set_fate(move || {
            calls += 1;
            if calls - 1 == lost { Fate::AnswerLost } else { Fate::Fine }
        });
        let made = one.keyring().rekey_without(&mut shelf, |_| false, NEWER, Effort::LITTLE);
        shelf.set_fate(|| Fate::Fine);
        let keys = one.keyring().generation();
        assert_eq!((founding(&mut shelf).len(), made.is_ok()), (keys, keys == 2), "{lost}: {made:?}");
        arrived += usize::from(made.is_ok());
        all_sync(&mut shelf, [&mut one, &mut three]);
        assert_eq!(three.keyring().generation(), keys);
    }
    assert!((1..12).contains(&arrived), "{arrived}");
}

#[test]
fn who_was_shut_out_slips_in_no_key_of_its_own() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::entered(2, &mut shelf, &["x"]));
    all_sync(&mut shelf, [&mut one, &mut two]);
    let mut forged = copy_of(&shelf);
    shut_out(&mut one, &mut shelf, two.who.replica);
    rekey(&mut one, &mut shelf, NEWER);
    all_sync(&mut shelf, [&mut one]);
    // it sets the place back and makes a key of its own, from what it knows
    rekey(&mut two, &mut forged, "four evil words");
    let refused = one.sync(&mut forged);
    assert!(matches!(refused.fault, Some(Fault::TwoKeys)), "two new keys are noticed: {refused:?}");
    assert_eq!((refused.sent, one.keyring().generation()), (0, 2), "nothing goes there");
    // it closes that key for everybody where the other one is
    one.say(&["2"]);
    all_sync(&mut shelf, [&mut one]);
    let (before, forgery) = (two.told(), last_said(&mut forged, name_of(0)));
    for stream in [two.who.replica, name_of(0)] {
        put(&mut shelf, stream, forgery.clone());
        one.say(&["3"]);
        all_sync(&mut shelf, [&mut one]);
        assert_eq!(one.keyring().generation(), 2, "the place has another one");
        assert!(!two.sync(&mut shelf).is_complete(), "and no key opens what is said there");
        assert_eq!(two.told(), before);
    }
    all_sync(&mut shelf, [&mut one]);
    assert_eq!(one.knows(), ["device 1"]);
    let mut three = Device::new(3, &[]);
    three.enter(&mut shelf, NEWER).expect("it opens both");
    all_sync(&mut shelf, [&mut three]);
    assert_eq!(three.told(), one.told());
}

#[test]
fn a_key_that_was_made_where_the_place_was_set_back_is_noticed_by_whoever_it_was_not_closed_for() {
    let mut shelf = Shelf::reliable();
    let mut one = Device::entered(1, &mut shelf, &["1"]);
    all_sync(&mut shelf, [&mut one]);
    let mut earlier = copy_of(&shelf);
    let mut two = Device::entered(2, &mut shelf, &["2"]);
    rekey(&mut two, &mut shelf, NEWER);
    all_sync(&mut shelf, [&mut two]);
    // the first device never heard of the second one, nor of its key
    rekey(&mut one, &mut earlier, NEWER);
    two.say(&["3"]);
    let refused = two.sync(&mut earlier);
    assert!(matches!(refused.fault, Some(Fault::TwoKeys)), "{refused:?}");
    assert_eq!(refused.sent, 0, "nobody else could open it");
    two.enter(&mut earlier, NEWER).expect("it is the passphrase of the key that is there");
    all_sync(&mut earlier, [&mut two, &mut one]);
    assert_eq!((one.told(), one.told().len()), (two.told(), 3));
}

#[test]
fn keys_are_taken_also_where_what_made_one_of_them_is_damaged() {
    let mut shelf = Shelf::reliable();
    let (mut one, _, mut three) = trio(&mut shelf);
    for _ in 0..2 {
        rekey(&mut one, &mut shelf, NEWER);
    }
    founding(&mut shelf)[1].body = b"{}".to_vec();
    all_sync(&mut shelf, [&mut three, &mut one]);
    let mut four = Device::new(4, &[]);
    four.enter(&mut shelf, NEWER).expect("it opens all three");
    all_sync(&mut shelf, [&mut four]);
    for device in [&mut one, &mut three, &mut four] {
        assert_eq!(device.keyring().generation(), 3, "{}", device.who.name);
    }
}

/// Has a device that was shut out let another one in and shut a third one out, by the key that it knows; the device that it let in.
fn evil(two: &mut Device, honest: ReplicaId, place: &mut Shelf) -> Device {
    let mut four = Device::new(4, &[]);
    let code = four.ask(place);
    two.keyring().let_in(place, &code).expect("it may still say so");
    shut_out(two, place, honest);
    four
}

#[test]
fn who_was_shut_out_lets_nobody_in_and_shuts_nobody_out_by_the_key_before() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two, mut three) = trio(&mut shelf);
    let mut forged = copy_of(&shelf);
    shut_out(&mut one, &mut shelf, two.who.replica);
    rekey(&mut one, &mut shelf, NEWER);
    all_sync(&mut shelf, [&mut one]);
    // what it says by the key before it carries to where the others are
    let mut four = evil(&mut two, three.who.replica, &mut forged);
    let said = last_said(&mut forged, two.who.replica);
    let silent = b"{\"v\":2,\"kind\":\"lock\",\"lock\":\"\"}".to_vec();
    for body in [said, silent] {
        put(&mut shelf, two.who.replica, body);
        all_sync(&mut shelf, [&mut one, &mut three]);
    }
    for device in [&one, &three] {
        assert_eq!(device.knows(), ["device 1", "device 3"]);
    }
    let outside = four.sync(&mut shelf);
    assert!(outside.fault.is_some() && four.keyring().generation() == 0, "{outside:?}");
}

#[test]
fn what_was_said_by_an_older_key_is_given_up_by_a_device_that_hears_of_the_new_one_late() {
    for keys in [1, 3] {
        let mut shelf = Shelf::reliable();
        let (mut one, mut two, mut three) = trio(&mut shelf);
        // from one device the new keys are held back
        let mut behind = copy_of(&shelf);
        shut_out(&mut one, &mut shelf, two.who.replica);
        for _ in 0..keys {
            rekey(&mut one, &mut shelf, NEWER);
            all_sync(&mut shelf, [&mut one]);
        }
        let mut four = evil(&mut two, one.who.replica, &mut behind);
        all_sync(&mut behind, [&mut three, &mut four]);
        assert_eq!(three.knows(), ["device 2", "device 3", "device 4"], "nothing tells it better");
        all_sync(&mut shelf, [&mut three, &mut one]);
        for device in [&one, &three] {
            assert_eq!(device.knows(), ["device 1", "device 3"], "{keys} new keys");
        }
        one.say(&["2"]);
        all_sync(&mut shelf, [&mut one, &mut three]);
        assert_eq!(three.told(), one.told());
        for outside in [&mut two, &mut four] {
            let refused = outside.sync(&mut shelf);
            assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
            assert_eq!((outside.keyring().generation(), outside.told().len()), (1, 1), "{keys} new keys");
        }
        // and whoever enters by the passphrase that one made hears of them alone
        let mut five = Device::new(5, &[]);
        five.enter(&mut shelf, NEWER).expect("nobody put another recovery in its place");
        assert_eq!(five.knows(), ["device 1", "device 3", "device 5"]);
    }
}

#[test]
fn whom_a_device_let_in_before_it_heard_of_a_new_key_gets_it_when_that_device_has_it() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two, mut three) = trio(&mut shelf);
    let mut behind = copy_of(&shelf);
    rekey(&mut one, &mut shelf, NEWER);
    let mut four = Device::new(4, &["4"]);
    let code = four.ask(&mut behind);
    two.keyring().let_in(&mut behind, &code).expect("it shows it");
    all_sync(&mut behind, [&mut four, &mut three]);
    assert!(three.knows().contains(&four.who.name));
    // others do not vouch for it
    all_sync(&mut shelf, [&mut three, &mut one]);
    let refused = four.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
    // it need not wait: it can ask again
    let (before, code) = (four.keyring.clone(), four.ask(&mut shelf));
    assert!(matches!(four.sync(&mut shelf).fault, Some(Fault::Waiting { .. })));
    let mut asked = copy_of(&shelf);
    one.keyring().let_in(&mut asked, &code).expect("it shows it");
    all_sync(&mut asked, [&mut four]);
    // nor is it lost where it waits
    four.keyring = before;
    all_sync(&mut shelf, [&mut two, &mut four, &mut one, &mut three]);
    for device in [&one, &two, &three, &four] {
        // it was let in twice, and both of its keys are in
        assert_eq!(device.knows(), ["device 1", "device 2", "device 3", "device 4", "device 4"]);
        assert_eq!(device.told(), one.told());
    }
}

#[test]
fn whom_a_device_shut_out_before_it_heard_of_a_new_key_is_out_of_that_one_too() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two, mut three) = trio(&mut shelf);
    let mut behind = copy_of(&shelf);
    rekey(&mut one, &mut shelf, NEWER);
    shut_out(&mut two, &mut behind, three.who.replica);
    all_sync(&mut shelf, [&mut two, &mut one]);
    for device in [&one, &two] {
        assert_eq!(device.knows(), ["device 1", "device 2"]);
    }
    let refused = three.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
}

#[test]
fn numbers_and_locks_that_somebody_wrote_there_keep_nobody_out() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::entered(2, &mut shelf, &["x"]));
    all_sync(&mut shelf, [&mut one, &mut two]);
    let said = String::from_utf8(last_said(&mut shelf, name_of(0))).expect("it is text");
    let lock = said.split("\"lock\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("it names its lock");
    let claim = |lock: &str| {
        format!(
            "{{\"v\":2,\"kind\":\"lock\",\"lock\":\"{lock}\",\"generation\":999,\"recovery\":\"AAAA\",\"retired\":[\"00\"]}}"
        )
    };
    for (stream, lock) in [(two.who.replica, lock), (name_of(0), lock), (name_of(0), "another")] {
        put(&mut shelf, stream, claim(lock).into_bytes());
        one.say(&["2"]);
        all_sync(&mut shelf, [&mut one]);
        let mut three = Device::entered(3, &mut shelf, &[]);
        all_sync(&mut shelf, [&mut three, &mut two]);
        assert_eq!(three.told(), one.told());
        shelf.streams.retain(|stream, _| stream.replica != three.who.replica);
    }
    shut_out(&mut one, &mut shelf, two.who.replica);
    rekey(&mut one, &mut shelf, NEWER);
    all_sync(&mut shelf, [&mut one]);
    assert!(matches!(two.sync(&mut shelf).fault, Some(Fault::ShutOut)), "what is true is believed");
}

#[test]
fn a_passphrase_is_not_called_wrong_because_of_what_somebody_heaped_up() {
    let mut shelf = Shelf::reliable();
    let one = Device::entered(1, &mut shelf, &["1"]);
    let said = String::from_utf8(last_said(&mut shelf, name_of(0))).expect("it is text");
    for number in 0..9 {
        let heaped = said.replacen("\"recovery\":\"", &format!("\"recovery\":\"AAA{number}"), 1);
        put(&mut shelf, name_of(0), heaped.into_bytes());
    }
    let refused = Device::new(2, &[]).enter(&mut shelf, WORDS).expect_err("those are tried first");
    assert!(refused.to_string().contains("more of them lie there"), "{refused}");
    let mut two = Device::new(2, &[]);
    let code = two.ask(&mut shelf);
    let mut one = one;
    one.keyring().let_in(&mut shelf, &code).expect("it shows it");
    all_sync(&mut shelf, [&mut two]);
}
