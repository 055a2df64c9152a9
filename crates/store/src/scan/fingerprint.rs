//! Short fingerprints of a file's ends: is it still the file that we read?

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Bytes at the start of a file that tell it from others.
pub(super) const HEAD: usize = 256;

/// Bytes before the offset that must still be the same for reading to go on there.
pub(super) const TAIL: usize = 4096;

/// Fingerprint of some bytes. It need not hold over versions: a file that seems changed is read again.
pub(super) fn of(bytes: &[u8]) -> i64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish().cast_signed()
}

/// The last bytes that were used, kept while a file is read.
#[derive(Debug, Default)]
pub(super) struct Tail(Vec<u8>);

impl Tail {
    /// Starts with bytes that were used earlier.
    pub(super) fn after(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Takes in more used bytes.
    pub(super) fn push(&mut self, used: &[u8]) {
        let used = &used[used.len().saturating_sub(TAIL)..];
        let keep = (TAIL - used.len()).min(self.0.len());
        self.0.drain(..self.0.len() - keep);
        self.0.extend_from_slice(used);
    }

    /// Their fingerprint.
    pub(super) fn fingerprint(&self) -> i64 {
        of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{TAIL, Tail, of};

    #[test]
    fn a_tail_is_the_same_however_it_was_fed() {
        let bytes: Vec<u8> = (0..TAIL * 3).map(|number| u8::try_from(number % 251).expect("below 251")).collect();
        for step in [1, 7, TAIL - 1, TAIL, TAIL + 1, bytes.len()] {
            let mut tail = Tail::default();
            bytes.chunks(step).for_each(|chunk| tail.push(chunk));
            assert_eq!(tail.fingerprint(), of(&bytes[bytes.len() - TAIL..]), "step {step}");
        }
    }
}
