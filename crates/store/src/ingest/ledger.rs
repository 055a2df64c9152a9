//! Which files the store knows, kept in memory over a scan, and the check that nobody else wrote meanwhile.

use std::hash::{BuildHasher, Hasher, RandomState};

use duckdb::Connection;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use transcript::RequestKey;

use super::Piece;
use crate::{StoreError, schema};

/// The name under which the store keeps its seal.
const SEAL: &str = "seal";

/// A file's row, as far as writing needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its id.
    pub(crate) file_id: i64,
    /// How often it was written.
    pub(crate) revision: i64,
}

/// The rows of the files table, by path.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    seal: Option<String>,
    entries: FxHashMap<String, Entry>,
    next_id: i64,
    written: FxHashMap<String, i64>,
    lost: FxHashSet<String>,
    /// What the store holds; none if that is not known.
    stored: Option<Stored>,
}

/// What the store holds, as fingerprints.
#[derive(Debug, Default)]
struct Stored {
    /// Keys of requests.
    requests: FxHashSet<u64>,
    /// Ids of sessions that files belong to.
    sessions: FxHashSet<u64>,
}

/// What stands for a key or an id.
pub(super) fn fingerprint(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// A piece and the row that it is written to.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) piece: Piece,
    pub(super) entry: Entry,
}

impl Ledger {
    /// Takes in what others wrote since the last time.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let seal = schema::meta(connection, SEAL)?;
        if seal.is_some() && self.seal == seal {
            return Ok(());
        }
        let mut statement = connection.prepare("SELECT path, file_id, revision FROM files")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, Entry { file_id: row.get(1)?, revision: row.get(2)? }))
        })?;
        self.entries = rows.collect::<Result<_, _>>()?;
        self.next_id = self.entries.values().map(|entry| entry.file_id + 1).max().unwrap_or(1);
        self.stored = self.entries.is_empty().then(Stored::default);
        self.seal = seal;
        Ok(())
    }

    /// Whether nothing can be stored of a request, so that nobody has to look; notes that something will be.
    pub(super) fn is_new(&mut self, key: &str) -> bool {
        self.is_new_key(fingerprint(key)) && RequestKey::is_global_text(key)
    }

    /// The same, of a key that is global, by its fingerprint.
    pub(super) fn is_new_key(&mut self, fingerprint: u64) -> bool {
        self.stored.as_mut().is_some_and(|stored| stored.requests.insert(fingerprint))
    }

    /// Whether no file of a session is stored, for all that is known.
    pub(super) fn is_new_session(&self, session: &str) -> bool {
        self.stored.as_ref().is_some_and(|stored| !stored.sessions.contains(&fingerprint(session)))
    }

    /// Notes that a file of a session is stored.
    pub(super) fn note_session(&mut self, session: &str) {
        if let Some(stored) = &mut self.stored {
            stored.sessions.insert(fingerprint(session));
        }
    }

    /// Whether the store knows no file yet.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keeps a piece of a file whose row is as it was when reading it started.
    ///
    /// A file that another process has read meanwhile is left to it: its rows are committed already.
    pub(super) fn accept(&mut self, piece: Piece) -> Option<Accepted> {
        let path = &piece.found.path;
        let known = self.entries.get(path).copied();
        let expected = self.written.get(path).copied().or(piece.revision);
        if self.lost.contains(path) || known.map(|entry| entry.revision) != expected {
            self.lost.insert(path.clone());
            return None;
        }
        let entry = match known {
            Some(entry) => Entry { revision: entry.revision + 1, ..entry },
            None => self.new_entry(),
        };
        self.written.insert(path.clone(), entry.revision);
        self.entries.insert(path.clone(), entry);
        Some(Accepted { piece, entry })
    }

    /// Says in the store that it was written to.
    pub(super) fn seal(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.seal = Some(seal(connection)?);
        Ok(())
    }

    fn new_entry(&mut self) -> Entry {
        let file_id = self.next_id;
        self.next_id += 1;
        Entry { file_id, revision: 1 }
    }
}

/// Marks the store as written to: whoever knows it by an earlier seal has to look again.
///
/// It is drawn at random, so that a store that was made again never looks like the one before.
pub(crate) fn seal(connection: &Connection) -> Result<String, StoreError> {
    let seal = format!("{:016x}", RandomState::new().build_hasher().finish());
    schema::set_meta(connection, SEAL, &seal)?;
    Ok(seal)
}
