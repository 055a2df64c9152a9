//! A field that several people may set at once.

use std::collections::{BTreeMap, BTreeSet};

use journal::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which write it was: the first half of the hash of its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct WriteId(pub u128);

impl From<WriteId> for String {
    fn from(id: WriteId) -> Self {
        format!("{:032x}", id.0)
    }
}

impl TryFrom<String> for WriteId {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u128::from_str_radix(&text, 16).map(Self)
    }
}

/// A value that somebody set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The value.
    pub value: Value,
    /// Who set it.
    pub by: String,
    /// When, by the clock of whoever set it, in milliseconds since 1970.
    pub at_ms: u64,
    /// What was seen there and is replaced.
    pub over: Vec<WriteId>,
}

/// A field: the set of everything that it was ever set to.
///
/// What nobody has replaced stands; of several such, set by people who did not know of each other, the one with the
/// greatest [`Stamp`] is shown first, and the others are its rivals. Whoever sets it next has seen them all and ends it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    writes: BTreeMap<(Stamp, WriteId), Write>,
}

impl Register {
    pub(crate) fn insert(&mut self, stamp: Stamp, id: WriteId, write: Write) {
        self.writes.entry((stamp, id)).or_insert(write);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (key, write) in other.writes {
            self.writes.entry(key).or_insert(write);
        }
    }

    /// What holds.
    pub fn write(&self) -> Option<&Write> {
        self.standing().next_back().or_else(|| self.writes.values().next_back())
    }

    /// The value that holds.
    pub fn value(&self) -> Option<&Value> {
        self.write().map(|write| &write.value)
    }

    /// Whether it ever had a value.
    pub(crate) fn ever_was(&self, value: &str) -> bool {
        self.writes.values().any(|write| write.value == value)
    }

    /// The first write of all.
    pub fn first(&self) -> Option<&Write> {
        self.writes.values().next()
    }

    /// Other values that were set at the same time as the one that holds, each once, the latest first.
    pub fn rivals(&self) -> Vec<&Write> {
        let Some(winner) = self.write() else { return Vec::new() };
        let known: BTreeSet<WriteId> = self.writes.keys().map(|(_, id)| *id).collect();
        if !winner.over.iter().all(|id| known.contains(id)) {
            // what lies between has not come yet, and may have replaced them
            return Vec::new();
        }
        let mut rivals: Vec<&Write> = Vec::new();
        for write in self.standing().rev() {
            if write.value != winner.value && rivals.iter().all(|rival| rival.value != write.value) {
                rivals.push(write);
            }
        }
        rivals
    }

    /// What a write that is made now replaces, and the revision that it has.
    pub(crate) fn next(&self) -> (u64, Vec<WriteId>) {
        let replaced = self.replaced();
        let over = self.writes.keys().filter(|(_, id)| !replaced.contains(id)).map(|(_, id)| *id).collect();
        let revision = self.writes.keys().map(|(stamp, _)| stamp.revision).max().unwrap_or(0);
        (revision.saturating_add(1), over)
    }

    fn replaced(&self) -> BTreeSet<WriteId> {
        self.writes.values().flat_map(|write| write.over.iter().copied()).collect()
    }

    /// Writes that nobody has replaced.
    fn standing(&self) -> impl DoubleEndedIterator<Item = &Write> {
        let replaced = self.replaced();
        self.writes.iter().filter(move |((_, id), _)| !replaced.contains(id)).map(|(_, write)| write)
    }
}
