//! How devices get in.

use journal::{Operation, Scope};
use sync::rehearsal::{Fate, Shelf};
use sync::{Effort, Fault, Local};

use crate::device::{Device, WORDS, all_sync, shut_out};

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
    assert_eq!(one.keyring().waiting(&mut shelf).expect("it can be asked"), [two.who.replica]);
    let waits = two.sync(&mut shelf);
    assert!(matches!(&waits.fault, Some(Fault::Waiting { code: shown }) if *shown == code), "{waits:?}");
    let refused = one.keyring().let_in(&mut shelf, "AAAAA-BBBBB-CCCCC-DDDDD").expect_err("nobody shows it");
    assert!(matches!(refused, Fault::Closed(_)), "{refused}");
    assert!(two.sync(&mut shelf).fault.is_some(), "still outside");
    let member = one.keyring().let_in(&mut shelf, &code.to_lowercase()).expect("it shows it");
    assert_eq!(member.who, two.who);
    let outcome = two.sync(&mut shelf);
    assert_eq!((outcome.sent, outcome.taken, outcome.is_complete()), (1, 1, true), "{outcome:?}");
    assert_eq!((two.keyring().code(), one.keyring().waiting(&mut shelf).expect("it can be asked")), (None, vec![]));
    assert!(one.sync(&mut shelf).is_complete());
    assert_eq!(one.told(), two.told());
}

#[test]
fn a_device_that_was_shut_out_while_it_waited_asks_again_with_another_code() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::new(2, &[]));
    let code = two.ask(&mut shelf);
    one.keyring().let_in(&mut shelf, &code).expect("it shows it");
    shut_out(&mut one, &mut shelf, two.who.replica);
    let refused = one.keyring().let_in(&mut shelf, &code).expect_err("it stays out");
    assert!(refused.to_string().contains("was shut out"), "{refused}");
    let code = two.ask(&mut shelf);
    one.keyring().let_in(&mut shelf, &code).expect("it shows it");
    all_sync(&mut shelf, [&mut two, &mut one]);
    assert_eq!(one.knows(), ["device 1", "device 2"]);
}

#[test]
fn a_request_is_listed_until_it_is_answered_or_taken_back() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::new(2, &["x"]));
    let waiting = |one: &mut Device, shelf: &mut Shelf| one.keyring().waiting(shelf).expect("it can be asked");
    let (number, early) = (two.who.replica, two.ask(&mut shelf));
    assert_eq!(waiting(&mut one, &mut shelf), [number]);
    two.keyring().take_back(&mut shelf).expect("it can be said");
    assert_eq!(waiting(&mut one, &mut shelf), []);
    let refused = one.keyring().let_in(&mut shelf, &early).expect_err("it was taken back");
    assert!(matches!(refused, Fault::Closed(_)), "{refused}");
    let code = two.ask(&mut shelf);
    assert_eq!(waiting(&mut one, &mut shelf), [number], "it asks again");
    one.keyring().let_in(&mut shelf, &code).expect("it shows it");
    assert_eq!(waiting(&mut one, &mut shelf), [], "it was let in, and has not heard of it");
    all_sync(&mut shelf, [&mut two, &mut one]);
    let before = shelf.streams.clone();
    two.keyring().take_back(&mut shelf).expect("there is nothing to take back");
    assert_eq!(shelf.streams, before, "what it says as one that is in stays");
    // it loses its file
    let code = two.ask(&mut shelf);
    assert_eq!(waiting(&mut one, &mut shelf), [number]);
    one.keyring().pass_over(&mut shelf, number).expect("it can be asked");
    assert_eq!(waiting(&mut one, &mut shelf), [], "it is listed no more");
    one.keyring().let_in(&mut shelf, &code).expect("who shows the code is let in all the same");
    two.ask(&mut shelf);
    assert_eq!(waiting(&mut one, &mut shelf), [number], "another request is listed");
}

#[test]
fn a_device_that_lost_its_file_comes_back_and_its_old_key_is_out() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = (Device::entered(1, &mut shelf, &["1"]), Device::entered(2, &mut shelf, &["x"]));
    all_sync(&mut shelf, [&mut one, &mut two]);
    let lost = two.keyring.clone();
    two.enter(&mut shelf, WORDS).expect("it is right");
    all_sync(&mut shelf, [&mut one, &mut two]);
    for device in [&mut one, &mut two] {
        assert_eq!(device.knows(), ["device 1", "device 2"]);
        assert_eq!(device.keyring().devices().len(), 2, "each stands there once");
    }
    two.keyring = lost;
    let refused = two.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
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
