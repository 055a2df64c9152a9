//! What a machine has of an encrypted remote, in a rehearsal: it enters with the passphrase, and again where it was shut out.

use journal::Operation;
use sync::rehearsal::{Shelf, Streams, name_of};
use sync::{Effort, Fault, Keyring, Outcome, Page, Remote, Sealed, Seen, Who};

const WORDS: &str = "four unlikely words";

/// What a machine has of an encrypted remote.
#[derive(Debug, Clone)]
pub(super) struct Seal {
    /// In whose name it speaks: another one where it is a copy or was put back.
    pub(super) name: u64,
    keyring: Option<Keyring>,
    seen: Seen,
}

impl Seal {
    /// That of a machine which has nothing yet.
    pub(super) fn of(name: u64) -> Self {
        Self { name, keyring: None, seen: Seen::default() }
    }

    /// What a remote holds that was locked, by a machine that takes no further part.
    pub(super) fn locked() -> Streams {
        let mut shelf = Shelf::reliable();
        Self::of(1).entered(&mut shelf).expect("it is empty and reliable");
        shelf.streams
    }

    fn entered(&self, place: &mut Shelf) -> Result<Keyring, Fault> {
        let who = Who { name: format!("device {}", self.name), replica: name_of(self.name) };
        Keyring::enter(place, WORDS, &who, Effort::LITTLE)
    }

    /// Does something with the remote. Where the power is lost meanwhile, nothing that was learned is kept.
    pub(super) fn behind(&mut self, place: &mut Shelf, work: impl FnOnce(&mut dyn Remote) -> Outcome) -> Outcome {
        let keyring = match self.keyring.clone().map_or_else(|| self.entered(place), Ok) {
            Ok(keyring) => keyring,
            Err(fault) => return Outcome { fault: Some(fault), ..Outcome::default() },
        };
        self.keyring = Some(keyring.clone());
        let mut sealed = Sealed::new(place, keyring.speaking_as(name_of(self.name)), self.seen.clone());
        let outcome = work(&mut sealed);
        match &outcome.fault {
            Some(Fault::Journal(_)) => {}
            Some(Fault::ShutOut | Fault::TwoKeys) => self.keyring = None,
            _ => {
                let (keyring, seen) = sealed.into_parts();
                (self.keyring, self.seen) = (Some(keyring), seen);
            }
        }
        outcome
    }

    /// Takes a new key, as far as the network lets it.
    pub(super) fn rekey(&mut self, place: &mut Shelf) {
        if let Some(keyring) = &mut self.keyring {
            // whoever asked for it would try again
            let _ = keyring.rekey(place, WORDS, Effort::LITTLE);
        }
    }

    /// What streams hold; none where this machine has no key to them.
    pub(super) fn opened(&self, streams: &Streams) -> Option<Vec<Operation>> {
        let mut place = Shelf::reliable();
        place.streams.clone_from(streams);
        let mut sealed = Sealed::new(place, self.keyring.clone()?, Seen::default());
        let heads = sealed.heads().ok()?;
        let all = Page { operations: usize::MAX, bytes: usize::MAX };
        let read = heads.keys().map(|stream| sealed.read(stream, 0, all));
        read.collect::<Result<Vec<_>, _>>().ok().map(|read| read.into_iter().flatten().collect())
    }
}
