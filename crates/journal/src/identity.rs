//! Which replica this data folder is: made at the first start, made again when the folder turns out to be a copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::place::Place;
use crate::{JournalError, ReplicaId};

/// The replicas that this folder was, or whose copy it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    v: u32,
    replicas: Vec<Owned>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Owned {
    id: ReplicaId,
    since_ms: u64,
    place: Place,
    /// Whether it writes no more, wherever the folder is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retired: bool,
}

/// What is known of who this folder is.
#[derive(Debug)]
pub(crate) enum Known {
    /// There is a file, and it can be read.
    Here(Identity),
    /// There is none.
    Nothing,
    /// There is one that says nothing.
    Damaged,
}

impl Identity {
    /// Where it is kept.
    pub(crate) fn file(folder: &Path) -> PathBuf {
        folder.join("identity.json")
    }

    /// Reads it.
    pub(crate) fn read(folder: &Path) -> Result<Known, JournalError> {
        let path = Self::file(folder);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Known::Nothing),
            Err(error) => Err(JournalError::io("read", &path)(error)),
            Ok(text) => Ok(serde_json::from_slice(&text).map_or(Known::Damaged, Known::Here)),
        }
    }

    /// One that knows of no replica.
    pub(crate) fn empty() -> Self {
        Self { v: 1, replicas: Vec::new() }
    }

    /// The replica that may write at a place.
    pub(crate) fn at(&self, place: &Place) -> Option<ReplicaId> {
        self.replicas.iter().rev().find(|owned| !owned.retired && owned.place.is(place)).map(|owned| owned.id)
    }

    /// Whether a replica was ever this folder, or one that it is a copy of.
    pub(crate) fn owns(&self, replica: ReplicaId) -> bool {
        self.replicas.iter().any(|owned| owned.id == replica)
    }

    /// All of them, the oldest first.
    pub(crate) fn replicas(&self) -> Vec<ReplicaId> {
        self.replicas.iter().map(|owned| owned.id).collect()
    }

    /// Those that were at a place and write no more, the oldest first.
    pub(crate) fn earlier(&self, place: &Place) -> Vec<ReplicaId> {
        let there = self.replicas.iter().filter(|owned| owned.retired && owned.place.is(place));
        there.map(|owned| owned.id).collect()
    }

    /// Makes a new replica for a place; those that were there before write no more.
    pub(crate) fn renew(&mut self, place: &Place) -> ReplicaId {
        for owned in &mut self.replicas {
            owned.retired |= owned.place.is(place);
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let id = ReplicaId::fresh();
        self.replicas.push(Owned { id, since_ms, place: place.clone(), retired: false });
        id
    }

    /// Writes it, durably.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), JournalError> {
        let path = Self::file(folder);
        let text = serde_json::to_vec(self).map_err(io::Error::from);
        text.and_then(|text| config::replace_file(&path, &text)).map_err(JournalError::io("write", &path))
    }
}
