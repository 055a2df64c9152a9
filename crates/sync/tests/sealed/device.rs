//! A device, and what it has of an encrypted place.

use journal::{Operation, ReplicaId, Scope, Stream};
use sync::rehearsal::{Memory, Shelf, name_of};
use sync::{Conduct, Effort, Fault, Keyring, Local, Outcome, Page, Sealed, Seen, Settled, Terms, Who, carry_out};

pub(crate) const WORDS: &str = "four unlikely words";

/// A machine, and what it has of the encrypted remote.
pub(crate) struct Device {
    pub(crate) journal: Memory,
    pub(crate) keyring: Option<Keyring>,
    pub(crate) seen: Seen,
    pub(crate) who: Who,
}

impl Device {
    pub(crate) fn new(number: u64, said: &[&str]) -> Self {
        let who = Who { name: format!("device {number}"), replica: name_of(number * 1_000) };
        let mut device = Self { journal: Memory::new(number * 1_000), keyring: None, seen: Seen::default(), who };
        device.say(said);
        device
    }

    /// One that entered with the passphrase.
    pub(crate) fn entered(number: u64, place: &mut Shelf, said: &[&str]) -> Self {
        let mut device = Self::new(number, said);
        device.enter(place, WORDS).expect("the passphrase is right");
        device
    }

    pub(crate) fn enter(&mut self, place: &mut Shelf, words: &str) -> Result<(), Fault> {
        self.keyring = Some(Keyring::enter(place, words, &self.who, Effort::LITTLE)?);
        Ok(())
    }

    /// Asks to be let in; the code that it shows.
    pub(crate) fn ask(&mut self, place: &mut Shelf) -> String {
        let keyring = Keyring::ask(place, &self.who).expect("it can ask");
        let code = keyring.code().expect("it waits").to_owned();
        self.keyring = Some(keyring);
        code
    }

    pub(crate) fn keyring(&mut self) -> &mut Keyring {
        self.keyring.as_mut().expect("it has one")
    }

    pub(crate) fn say(&mut self, said: &[&str]) {
        let bodies: Vec<Vec<u8>> = said.iter().map(|text| format!("{{\"text\":\"{text}\"}}").into_bytes()).collect();
        self.journal.append(&Scope::Private, &bodies).expect("memory does not fail");
    }

    pub(crate) fn sync(&mut self, place: &mut Shelf) -> Outcome {
        let (mut watch, mut pause) = (|_| true, |_| ());
        let page = Page { operations: 2, bytes: 1 << 20 };
        let mut conduct = Conduct { page, ..Conduct::quiet(&mut watch, &mut pause) };
        let keyring = self.keyring.clone().expect("it has one");
        let mut sealed = Sealed::new(place, keyring.speaking_as(self.who.replica), self.seen.clone());
        let terms = Terms { is_shared: false, is_joined: true };
        let outcome = carry_out(&mut self.journal, &mut sealed, terms, &mut Settled::new(), &mut conduct);
        let (keyring, seen) = sealed.into_parts();
        (self.keyring, self.seen) = (Some(keyring), seen);
        outcome
    }

    /// Names of those that have the key, as this device knows it.
    pub(crate) fn knows(&self) -> Vec<String> {
        let keyring = self.keyring.as_ref().expect("it has one");
        let are_in = keyring.devices().into_iter().filter(|device| !device.is_out);
        let mut names: Vec<String> = are_in.map(|device| device.who.name.clone()).collect();
        names.sort();
        names
    }

    /// Whether a device has the key, as this one knows it.
    pub(crate) fn knows_as(&self, who: &Who) -> bool {
        let keyring = self.keyring.as_ref().expect("it has one");
        keyring.devices().into_iter().any(|device| device.who == *who && !device.is_out)
    }

    pub(crate) fn told(&self) -> Vec<String> {
        let told = self.journal.told().into_values();
        let mut told: Vec<String> =
            told.map(|operation| String::from_utf8_lossy(&operation.body).into_owned()).collect();
        told.sort();
        told
    }
}

pub(crate) fn lock_of(shelf: &mut Shelf, replica: ReplicaId) -> &mut Vec<Operation> {
    let stream = Stream { replica, scope: Scope::Publish("lock".to_owned()) };
    shelf.streams.get_mut(&stream).expect("it said something")
}

pub(crate) fn founding(shelf: &mut Shelf) -> &mut Vec<Operation> {
    lock_of(shelf, name_of(0))
}

/// Says something in a stream of the lock, as whoever may write there can.
pub(crate) fn put(shelf: &mut Shelf, replica: ReplicaId, body: Vec<u8>) {
    let operations = lock_of(shelf, replica);
    let last = operations.last().expect("there is one");
    let next = Operation::follow(&last.stream, last.seq + 1, last.hash, body);
    operations.push(next);
}

/// What was said last in a stream of the lock.
pub(crate) fn last_said(shelf: &mut Shelf, replica: ReplicaId) -> Vec<u8> {
    lock_of(shelf, replica).last().map(|last| last.body.clone()).expect("something was said")
}

/// Another place that holds the same.
pub(crate) fn copy_of(shelf: &Shelf) -> Shelf {
    let mut copy = Shelf::reliable();
    copy.streams.clone_from(&shelf.streams);
    copy
}

/// Everybody syncs, one after the other and once more, and nothing is left.
pub(crate) fn all_sync<const N: usize>(shelf: &mut Shelf, devices: [&mut Device; N]) {
    let mut devices = devices;
    for _ in 0..2 {
        for device in &mut devices {
            let outcome = device.sync(shelf);
            assert!(outcome.is_complete(), "{}: {outcome:?}", device.who.name);
        }
    }
}

/// Shuts a device out.
pub(crate) fn shut_out(by: &mut Device, shelf: &mut Shelf, meant: ReplicaId) {
    let count = by.keyring().shut_out(shelf, |who| who.replica == meant).expect("it can be said");
    assert_eq!(count, 1, "it was in");
}

/// Makes a new key.
pub(crate) fn rekey(by: &mut Device, shelf: &mut Shelf, words: &str) {
    by.keyring().rekey(shelf, words, Effort::LITTLE).expect("it can be said");
}
