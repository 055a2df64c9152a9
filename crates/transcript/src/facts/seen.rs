//! Sets of ids, kept as their fingerprints.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

/// Ids seen so far, eight bytes each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<[u8; 8]>", into = "Vec<[u8; 8]>")]
pub(crate) struct Seen(FxHashSet<u64>);

impl Seen {
    /// Adds an id; whether it is new.
    pub(crate) fn add(&mut self, id: &str) -> bool {
        self.0.insert(fingerprint(id))
    }

    /// Adds the ids of another.
    pub(crate) fn add_all(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

impl From<Vec<[u8; 8]>> for Seen {
    fn from(bytes: Vec<[u8; 8]>) -> Self {
        Self(bytes.into_iter().map(u64::from_le_bytes).collect())
    }
}

impl From<Seen> for Vec<[u8; 8]> {
    fn from(seen: Seen) -> Self {
        let mut ids: Vec<u64> = seen.0.into_iter().collect();
        ids.sort_unstable();
        ids.into_iter().map(u64::to_le_bytes).collect()
    }
}

/// Records seen so far, four bytes each: enough to tell whether a record is in the same file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<[u8; 4]>", into = "Vec<[u8; 4]>")]
pub(crate) struct SeenRecords(FxHashSet<u32>);

impl SeenRecords {
    /// Adds a record by its uuid; whether it is new.
    pub(crate) fn add(&mut self, uuid: &str) -> bool {
        self.0.insert(short(uuid))
    }

    /// Whether the record with this uuid was added.
    pub(crate) fn has(&self, uuid: &str) -> bool {
        self.0.contains(&short(uuid))
    }
}

impl From<Vec<[u8; 4]>> for SeenRecords {
    fn from(bytes: Vec<[u8; 4]>) -> Self {
        Self(bytes.into_iter().map(u32::from_le_bytes).collect())
    }
}

impl From<SeenRecords> for Vec<[u8; 4]> {
    fn from(seen: SeenRecords) -> Self {
        let mut ids: Vec<u32> = seen.0.into_iter().collect();
        ids.sort_unstable();
        ids.into_iter().map(u32::to_le_bytes).collect()
    }
}

/// FNV-1a: short, and the same in every version, as it is stored.
pub(crate) fn fingerprint(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn short(uuid: &str) -> u32 {
    let hash = fingerprint(uuid);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are mixed into one")]
    ((hash ^ (hash >> 32)) as u32)
}
