//! What somebody who was shut out writes by hand, with the keys of their time: tests.

use age::x25519::{Identity, Recipient};

use crate::rehearsal::{Shelf, name_of};
use crate::sealed::envelope::{self, Effort};
use crate::sealed::keyring::{Keyring, Who, text_of};
use crate::sealed::statement::{self, Locks, Roster, Statement};
use crate::{Fault, Remote};

const WORDS: &str = "four unlikely words";
const NEWER: &str = "four newer words";

fn who(number: u64) -> Who {
    Who { name: format!("device {number}"), replica: name_of(number) }
}

fn agree(keyring: &mut Keyring, place: &mut Shelf) -> Result<bool, Fault> {
    let heads = place.heads()?;
    keyring.agree(place, &heads)
}

/// Three devices that have the key and know of each other.
fn trio(place: &mut Shelf) -> [Keyring; 3] {
    let enter = |number| Keyring::enter(place, WORDS, &who(number), Effort::LITTLE).expect("the passphrase is right");
    let mut devices = [1, 2, 3].map(enter);
    for _ in 0..2 {
        for device in &mut devices {
            assert!(agree(device, place).expect("it is in"));
        }
    }
    devices
}

fn say(place: &mut Shelf, number: u64, statement: &Statement) {
    let heads = place.heads().expect("it is reliable");
    place.append(&[statement::next(name_of(number), &heads, statement)]).expect("everybody may write there");
}

fn shut_out(by: &mut Keyring, place: &mut Shelf, number: u64) {
    assert_eq!(by.shut_out(place, |who| who.replica == name_of(number)).expect("it can be said"), 1);
}

fn rekey(by: &mut Keyring, place: &mut Shelf) {
    by.rekey(place, NEWER, Effort::LITTLE).expect("it can be said");
}

/// Names of those that are in, as a device knows it.
fn knows(keyring: &Keyring) -> Vec<&str> {
    let are_in = keyring.devices().into_iter().filter(|device| !device.is_out);
    let mut names: Vec<&str> = are_in.map(|device| device.who.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_shorter_list_of_keys_does_not_come_before_that_of_whoever_made_the_key() {
    let mut place = Shelf::reliable();
    let [mut one, two, mut three] = trio(&mut place);
    shut_out(&mut one, &mut place, 2);
    rekey(&mut one, &mut place);
    let evil = Identity::generate();
    let list = format!("{}\n{}", two.held.keys[0], text_of(&evil));
    assert!(list.len() < one.keys_text().len());
    let meant: Recipient = three.held.devices[0].recipient.parse().expect("it is one");
    let roster = Roster { devices: two.held.devices.clone(), recovery: two.held.recovery.clone() };
    let roster = serde_json::to_vec(&roster).expect("it can be written");
    let forged = Statement {
        retired: two.newest_mark().into_iter().collect(),
        keys: Some(statement::written(&envelope::close_for([&meant].into_iter(), list.as_bytes()))),
        roster: Some(statement::written(&envelope::close_for([&evil.to_public()].into_iter(), &roster))),
        ..Statement::of(&two.held.lock, 2)
    };
    say(&mut place, 2, &forged);
    agree(&mut three, &mut place).expect("it is in");
    assert!(three.keys_text() == one.keys_text(), "the key is that of the device that is in");
    assert_eq!(knows(&three), ["device 1", "device 3"]);
}

#[test]
fn a_mark_without_a_key_that_follows_stops_nobody() {
    for keys in [None, Some("AAAA".to_owned())] {
        let mut place = Shelf::reliable();
        let [mut one, mut two, mut three] = trio(&mut place);
        shut_out(&mut one, &mut place, 2);
        let retired = two.newest_mark().into_iter().collect();
        say(&mut place, 2, &Statement { retired, keys, ..Statement::of(&two.held.lock, 999) });
        for device in [&mut one, &mut three] {
            agree(device, &mut place).expect("there is no newer key");
        }
        let four = Keyring::ask(&mut place, &who(4)).expect("it can ask");
        one.let_in(&mut place, four.code().expect("it waits")).expect("it shows it");
        rekey(&mut one, &mut place);
        agree(&mut three, &mut place).expect("it is in");
        assert_eq!((three.generation(), knows(&three)), (2, vec!["device 1", "device 3", "device 4"]));
        let refused = agree(&mut two, &mut place);
        assert!(matches!(refused, Err(Fault::ShutOut)), "what is true is believed: {refused:?}");
    }
}

#[test]
fn a_foreign_form_stops_nobody_unless_the_place_was_locked_in_it() {
    for form in [1, 3] {
        for number in [0, 2] {
            let mut place = Shelf::reliable();
            let mut devices = trio(&mut place);
            say(&mut place, number, &Statement { v: form, ..Statement::of("", 0) });
            for device in &mut devices {
                agree(device, &mut place).expect("it is in");
            }
            assert!(Keyring::is_locked(&mut place).expect("it can be read"));
            let mut four = Keyring::enter(&mut place, WORDS, &who(4), Effort::LITTLE).expect("it opens");
            agree(&mut four, &mut place).expect("it is in");
            rekey(&mut devices[0], &mut place);
            agree(&mut devices[2], &mut place).expect("it is in");
            assert_eq!(devices[2].generation(), 2);
        }
        let mut place = Shelf::reliable();
        say(&mut place, 0, &Statement { v: form, ..Statement::of("", 0) });
        let refused = Keyring::is_locked(&mut place).expect_err("it was locked in that form");
        assert!(if form == 3 { is_newer(&refused) } else { matches!(refused, Fault::Unusable(_)) }, "{refused}");
    }
    // nothing else is left that opens
    let mut place = Shelf::reliable();
    say(&mut place, 2, &Statement { v: 3, ..Statement::of("", 0) });
    let heads = place.heads().expect("it is reliable");
    assert!(!Locks::read(&mut place, &heads).expect("it can be read").is_empty());
    let refused = Keyring::enter(&mut place, WORDS, &who(4), Effort::LITTLE).expect_err("nothing opens");
    assert!(is_newer(&refused), "{refused}");
}

fn is_newer(fault: &Fault) -> bool {
    matches!(fault, Fault::Newer { found: 3, .. })
}
