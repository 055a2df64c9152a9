//! Which key follows which: nobody's stream tells it, in its order.

use age::x25519::Identity;

use crate::sealed::envelope;
use crate::sealed::keyring::{Keyring, keys_of};
use crate::sealed::statement::{self, Locks};

impl Keyring {
    /// Whether those of these keys that this device lacks come in the order in which nobody's stream says that they were made.
    /// Whoever made one closed a roster by it there, in the statement that retires the one before; the first such statement holds.
    /// So whoever was shut out closes no key of its own for a device that is behind, wherever it says so. Nothing is refused
    /// because of what is lost there.
    pub(super) fn is_in_order(&self, text: &[u8], locks: &Locks) -> bool {
        let mut before = self.newest_mark();
        let lacked: Vec<&str> =
            keys_of(text).into_iter().filter(|key| !self.held.keys.iter().any(|known| known == key)).collect();
        for (place, key) in lacked.iter().enumerate() {
            // what made a key may be lost, and then that of a later one retires the same key first
            let later = if before.is_some() { &lacked[place..] } else { &lacked[place..=place] };
            let identities: Vec<Identity> = later.iter().filter_map(|key| key.parse().ok()).collect();
            let making = locks.making(before.as_ref()).and_then(|made| made.roster.as_deref());
            let roster = making.map(statement::read).unwrap_or_default();
            if roster.starts_with(envelope::BEGINNING) && envelope::open_with(identities.iter(), &roster).is_none() {
                return false;
            }
            before = Some(Self::mark(key));
        }
        true
    }
}
