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

/// The same place, at which nothing that is said later arrives.
fn held_back(place: &Shelf) -> Shelf {
    let mut behind = Shelf::reliable();
    behind.streams.clone_from(&place.streams);
    behind
}

#[test]
fn whoever_was_let_in_by_a_device_that_is_behind_takes_no_key_of_whoever_was_shut_out() {
    let evil = Identity::generate();
    for (is_waiting, stream, order) in [true, false].into_iter().flat_map(|is_waiting| {
        [0, 2].into_iter().flat_map(move |stream| (0..3).map(move |order| (is_waiting, stream, order)))
    }) {
        let mut place = Shelf::reliable();
        let [mut one, mut two, mut three] = trio(&mut place);
        let mut behind = held_back(&place);
        shut_out(&mut one, &mut place, 2);
        rekey(&mut one, &mut place);
        let mut four = Keyring::ask(&mut behind, &who(4)).expect("it can ask");
        three.let_in(&mut behind, four.code().expect("it waits")).expect("it shows it");
        agree(&mut two, &mut behind).expect("nothing tells it better");
        let meant = two.devices().into_iter().find(|device| device.who == who(4)).expect("it hears of it");
        let meant: Recipient = meant.recipient.parse().expect("it is one");
        if !is_waiting {
            agree(&mut four, &mut behind).expect("it was let in");
        }
        let (known, own) = (&two.held.keys[0], text_of(&evil));
        let list = [format!("{known}\n{own}"), format!("{own}\n{known}"), own][order].clone();
        let roster = Roster { devices: two.held.devices.clone(), recovery: None };
        let roster = serde_json::to_vec(&roster).expect("it can be written");
        let forged = Statement {
            retired: two.newest_mark().into_iter().collect(),
            keys: Some(statement::written(&envelope::close_for([&meant].into_iter(), list.as_bytes()))),
            recovery: Some(statement::written(&envelope::close_by(WORDS, Effort::LITTLE, list.as_bytes()))),
            roster: Some(statement::written(&envelope::close_for([&evil.to_public()].into_iter(), &roster))),
            ..Statement::of(&two.held.lock, 2)
        };
        say(&mut place, stream, &forged);
        let case = format!("{is_waiting} {stream} {order}");
        let early = agree(&mut four, &mut place);
        assert!(matches!(early, Err(Fault::ShutOut | Fault::Waiting { .. })), "{case}: {early:?}");
        assert!(!four.keys_text().contains(&text_of(&evil)), "{case}");
        let late =
            Keyring::enter(&mut place, WORDS, &who(5), Effort::LITTLE).expect_err("it opens the first key alone");
        assert!(late.to_string().contains("is an earlier one"), "{case}: {late}");
        agree(&mut three, &mut place).expect("it is in");
        agree(&mut four, &mut place).expect("it gets the key of whoever let it in");
        assert!(four.keys_text() == one.keys_text(), "{case}");
    }
}

#[test]
fn a_passphrase_that_opens_any_key_is_no_new_one() {
    let mut place = Shelf::reliable();
    let [mut one, mut two, mut three] = trio(&mut place);
    let opens = |keyring: &Keyring, place: &mut Shelf, words| keyring.is_opened_by(place, words).expect("it is asked");
    assert!(opens(&one, &mut place, WORDS) && opens(&three, &mut place, WORDS) && !opens(&one, &mut place, NEWER));
    rekey(&mut one, &mut place);
    for device in [&mut two, &mut three] {
        agree(device, &mut place).expect("it is in");
        for words in [WORDS, NEWER] {
            assert!(opens(device, &mut place, words), "whoever knows an earlier one would have the new key: {words}");
        }
        assert!(!opens(device, &mut place, "four words of another time"));
    }
    // whatever is heaped up there
    for number in 0..9 {
        let recovery = statement::written(&envelope::close_by("x", Effort::LITTLE, &[number]));
        say(&mut place, 0, &Statement { recovery: Some(recovery), ..Statement::of(&two.held.lock, 2) });
    }
    assert!(opens(&one, &mut place, NEWER));
}

fn is_newer(fault: &Fault) -> bool {
    matches!(fault, Fault::Newer { found: 3, .. })
}
