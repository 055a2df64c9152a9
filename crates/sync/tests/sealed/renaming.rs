//! Devices that go on under another number: put back from a backup, or copied.

use sync::rehearsal::{Fate, Shelf, name_of};
use sync::{Fault, Seen};

use crate::device::{Device, all_sync, copy_of, rekey, shut_out};

const NEWER: &str = "four newer words";

/// Two devices that have the key, and know of each other.
fn pair(shelf: &mut Shelf) -> (Device, Device) {
    let (mut one, mut two) = (Device::entered(1, shelf, &["1"]), Device::entered(2, shelf, &["x"]));
    all_sync(shelf, [&mut one, &mut two]);
    (one, two)
}

#[test]
fn a_device_under_a_new_number_stays_in_when_its_old_one_is_shut_out() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = pair(&mut shelf);
    let old = two.who.replica;
    two.who.replica = name_of(2_500);
    all_sync(&mut shelf, [&mut two, &mut one]);
    let before = shelf.streams.clone();
    all_sync(&mut shelf, [&mut one, &mut two]);
    assert_eq!(shelf.streams, before, "and then they rest");
    assert!(one.knows_as(&two.who), "it is known by its new number");
    shut_out(&mut one, &mut shelf, old);
    rekey(&mut one, &mut shelf, NEWER);
    one.say(&["2"]);
    all_sync(&mut shelf, [&mut one, &mut two]);
    assert_eq!(two.told(), one.told());
    let two_is = two.keyring().devices()[0].clone();
    assert_eq!((two_is.who, two_is.is_out), (two.who.clone(), false));
}

#[test]
fn a_device_stays_in_whose_old_number_is_shut_out_as_soon_as_the_new_one_is_known() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = pair(&mut shelf);
    let old = two.who.replica;
    two.who.replica = name_of(2_500);
    assert!(two.sync(&mut shelf).is_complete());
    shut_out(&mut one, &mut shelf, old);
    rekey(&mut one, &mut shelf, NEWER);
    all_sync(&mut shelf, [&mut two, &mut one]);
    assert_eq!(two.told(), one.told());
}

#[test]
fn of_a_device_and_its_copy_each_can_be_shut_out_without_the_other() {
    for is_copy_out in [true, false] {
        let mut shelf = Shelf::reliable();
        let (mut one, mut two) = pair(&mut shelf);
        let mut copy = Device::new(3, &[]);
        copy.keyring.clone_from(&two.keyring);
        copy.who = sync::Who { replica: name_of(2_500), ..two.who.clone() };
        all_sync(&mut shelf, [&mut copy, &mut two, &mut one]);
        let (out, stays) = if is_copy_out { (&mut copy, &mut two) } else { (&mut two, &mut copy) };
        shut_out(&mut one, &mut shelf, out.who.replica);
        rekey(&mut one, &mut shelf, NEWER);
        one.say(&["2"]);
        all_sync(&mut shelf, [&mut one, stays]);
        assert_eq!(stays.told().len(), 3);
        let refused = out.sync(&mut shelf);
        assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
        assert_eq!(out.told().len(), 2);
    }
}

/// Gives a device a new number of which nobody hears: what it says does not arrive.
fn rename_unheard(device: &mut Device, shelf: &Shelf) {
    device.who.replica = name_of(2_500);
    let (mut elsewhere, mut calls) = (copy_of(shelf), 0);
    elsewhere.set_fate(move || {
        calls += 1;
        if calls > 3 { Fate::RequestLost } else { Fate::Fine }
    });
    assert!(device.sync(&mut elsewhere).fault.is_some());
    let (who, keyring) = (device.who.clone(), device.keyring());
    assert_eq!(keyring.devices()[0].who, who);
    assert!(elsewhere.streams.keys().all(|stream| stream.replica != who.replica));
    device.seen = Seen::default();
}

#[test]
fn who_was_shut_out_does_not_come_back_under_another_number() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = pair(&mut shelf);
    shut_out(&mut one, &mut shelf, two.who.replica);
    two.who.replica = name_of(2_500);
    for _ in 0..2 {
        let refused = two.sync(&mut shelf);
        assert!(matches!(refused.fault, Some(Fault::ShutOut)), "{refused:?}");
        all_sync(&mut shelf, [&mut one]);
        assert_eq!(one.knows(), ["device 1"]);
    }
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = pair(&mut shelf);
    rename_unheard(&mut two, &shelf);
    shut_out(&mut one, &mut shelf, name_of(2_000));
    let refused = two.sync(&mut shelf);
    assert!(matches!(refused.fault, Some(Fault::ShutOut)), "nor under one of which nobody heard: {refused:?}");
}

#[test]
fn a_key_that_is_made_before_others_hear_of_a_new_number_reaches_the_device() {
    let mut shelf = Shelf::reliable();
    let (mut one, mut two) = pair(&mut shelf);
    rename_unheard(&mut two, &shelf);
    rekey(&mut one, &mut shelf, NEWER);
    one.say(&["2"]);
    all_sync(&mut shelf, [&mut one, &mut two]);
    assert_eq!(two.told(), one.told());
    assert!(one.knows_as(&two.who));
}
