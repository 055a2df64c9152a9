//! Which files the store knows, kept in memory over a scan, and the check that nobody else wrote meanwhile.

use std::hash::{BuildHasher, Hasher, RandomState};

use duckdb::Connection;
use duckdb::arrow::array::ArrayRef;
use pricing::PriceTable;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use transcript::RequestKey;

use super::keys::texts;
use super::sums::{self, Sums};
use super::{Piece, Touched, copies};
use crate::{StoreError, schema};

/// The name under which the store keeps its seal.
const SEAL: &str = "seal";

/// The name under which the store notes that something is not counted yet.
const UNCOUNTED: &str = "uncounted";

/// Requests that are counted together at most: what is told of them is in memory.
const MUCH: usize = 10_000;

/// Batches up to which a first import counts what it has put off in one transaction. Rows of sessions lie apart after
/// many, see `sums::slices_of_sessions`.
const FEW: usize = 8;

/// Requests after which a first import puts no more off: their keys are in memory.
const PUT_OFF: usize = 50_000;

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
    /// What a first import has stored and not counted yet.
    uncounted: Touched,
    /// Whether the store says that there is some.
    says_so: bool,
    /// Batches that a first import has stored.
    batches: usize,
    /// Portions of requests that it has counted.
    portions: usize,
}

/// What the store holds, as fingerprints.
#[derive(Debug, Default)]
struct Stored {
    /// Keys of requests.
    requests: FxHashSet<u64>,
    /// Ids of sessions that files belong to.
    sessions: FxHashSet<u64>,
    /// The sums over what is counted.
    tally: Tally,
}

/// What the requests of sessions come to, as far as one file alone tells them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By the fingerprint of a session's id.
    sums: FxHashMap<u64, Sums>,
}

impl Tally {
    /// The sums of a session.
    pub(super) fn of(&self, session: &str) -> Sums {
        self.sums.get(&fingerprint(session)).copied().unwrap_or_default()
    }

    /// Adds sums to those of a session.
    pub(super) fn add(&mut self, session: &str, sums: Sums) {
        self.sums.entry(fingerprint(session)).or_default().add(sums);
    }

    /// Adds a row of `requests::sole_row` to the sums of a session.
    pub(super) fn add_row(&mut self, session: &str, row: usize, columns: &[ArrayRef]) {
        self.sums.entry(fingerprint(session)).or_default().add_row(row, columns);
    }
}

/// What stands for a key or an id.
pub(super) fn fingerprint(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// What is stored and not counted.
#[derive(Debug)]
pub(crate) struct Uncounted {
    /// Requests, some at a time.
    pub(crate) portions: Vec<Touched>,
    /// How many portions were counted before.
    pub(crate) counted: usize,
    /// The sessions whose sums have changed with these; none: any may have changed.
    pub(crate) sessions: Option<FxHashSet<String>>,
    /// Whether all of it is so little that one transaction does it.
    pub(crate) is_little: bool,
}

/// A piece and the row that it is written to.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) piece: Box<Piece>,
    pub(super) entry: Entry,
}

impl Accepted {
    /// Whether the piece is all of its file and all that will be told of its session, and nothing of it has to be joined with
    /// anything.
    pub(super) fn is_whole_and_plain(&self) -> bool {
        let Self { piece, entry } = self;
        let is_whole = entry.revision == 1 && piece.done;
        is_whole && piece.only && piece.alone.is_some() && piece.told.is_empty() && piece.agent_types.is_empty()
    }
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
        // whatever was put off before stands in the store, which says so
        self.uncounted = Touched::default();
        self.says_so = is_uncounted(connection)?;
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

    /// The sums over what is counted, while a first import fills the store.
    pub(super) fn tally(&mut self) -> Option<&mut Tally> {
        self.stored.as_mut().map(|stored| &mut stored.tally)
    }

    /// What a first import has stored and not counted yet.
    pub(super) fn uncounted(&mut self) -> &mut Touched {
        &mut self.uncounted
    }

    /// Counts what a first import has put off when it is much (or has to be `now`). While something is put off, the store
    /// says so: a scan that is killed leaves it to the next one, see `told_again`.
    pub(super) fn count(&mut self, connection: &Connection, prices: &PriceTable, now: bool) -> Result<(), StoreError> {
        self.batches += 1;
        if now || self.uncounted.keys.len() > PUT_OFF {
            let portions = some_at_a_time(std::mem::take(&mut self.uncounted.keys));
            // what is counted before everything is stored is no whole
            self.portions += portions.len() + 1;
            recount(connection, prices, portions, &mut self.uncounted.sessions)?;
        }
        if now {
            let shared = shared_again(connection, self.portions)?;
            recount(connection, prices, shared, &mut self.uncounted.sessions)?;
            // not before: what is folded in a later batch is folded with the sums in memory, which know nothing of this
            sums::renew(connection, &self.uncounted.sessions)?;
        }
        if !std::mem::replace(&mut self.says_so, true) {
            schema::set_meta(connection, UNCOUNTED, "yes")?;
        }
        Ok(())
    }

    /// What a first import has left to count when its last batch is stored; none if that is nothing. The memory that
    /// everything else took is free for it.
    pub(crate) fn left_over(self) -> Option<Uncounted> {
        let Touched { keys, sessions } = self.uncounted;
        let is_left = self.says_so && self.stored.is_some();
        is_left.then(|| Uncounted {
            portions: some_at_a_time(keys),
            counted: self.portions,
            sessions: Some(sessions),
            is_little: self.batches <= FEW,
        })
    }

    /// Whether the store knows no file yet.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keeps a piece of a file whose row is as it was when reading it started.
    ///
    /// A file that another process has read meanwhile is left to it: its rows are committed already.
    pub(super) fn accept(&mut self, piece: Box<Piece>) -> Option<Accepted> {
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

/// Whether a first import was killed before it had counted all that it stored.
pub(crate) fn is_uncounted(connection: &Connection) -> Result<bool, StoreError> {
    Ok(schema::meta(connection, UNCOUNTED)?.is_some())
}

/// The requests that several files or lines tell, some at a time: what a first import puts off is among them.
pub(crate) fn told_again(connection: &Connection) -> Result<Uncounted, StoreError> {
    let keys = texts(connection, "SELECT DISTINCT request_key FROM request_copies")?;
    Ok(Uncounted { portions: some_at_a_time(keys), counted: 0, sessions: None, is_little: false })
}

/// The requests that several sessions tell, some at a time. Who pays for one follows from the requests that only one of them
/// tells: when these were counted in several portions, it has to be worked out once more.
pub(crate) fn shared_again(connection: &Connection, portions: usize) -> Result<Vec<Touched>, StoreError> {
    if portions <= 1 {
        return Ok(Vec::new());
    }
    Ok(some_at_a_time(texts(connection, "SELECT request_key FROM requests WHERE shared")?))
}

/// Counts all that a first import has put off and what follows from it.
pub(crate) fn count_at_once(
    connection: &Connection,
    prices: &PriceTable,
    uncounted: Uncounted,
) -> Result<(), StoreError> {
    let Uncounted { portions, counted, sessions, .. } = uncounted;
    let (counted, mut sessions) = (counted + portions.len(), sessions.unwrap_or_default());
    recount(connection, prices, portions, &mut sessions)?;
    recount(connection, prices, shared_again(connection, counted)?, &mut sessions)?;
    sums::renew_all_of(connection, sessions.iter())?;
    all_counted(connection)
}

/// Counts some requests anew and says which sessions tell them: their sums follow when all are counted, see
/// `sums::renew_all_of`.
pub(crate) fn count_again(
    connection: &Connection,
    prices: &PriceTable,
    mut touched: Touched,
) -> Result<FxHashSet<String>, StoreError> {
    copies::recount_these(connection, prices, &mut touched)?;
    seal(connection)?;
    Ok(touched.sessions)
}

/// Notes that everything is counted.
pub(crate) fn all_counted(connection: &Connection) -> Result<(), StoreError> {
    schema::unset_meta(connection, UNCOUNTED)?;
    seal(connection)?;
    Ok(())
}

/// Counts portions of requests anew; notes their sessions.
fn recount(
    connection: &Connection,
    prices: &PriceTable,
    portions: Vec<Touched>,
    sessions: &mut FxHashSet<String>,
) -> Result<(), StoreError> {
    for mut touched in portions {
        copies::recount_these(connection, prices, &mut touched)?;
        sessions.extend(touched.sessions);
    }
    Ok(())
}

/// Keys in portions that are counted together: what is told of them is in memory at the same time.
fn some_at_a_time(keys: impl IntoIterator<Item = String>) -> Vec<Touched> {
    let (mut keys, mut portions) = (keys.into_iter().peekable(), Vec::new());
    while keys.peek().is_some() {
        portions.push(Touched { keys: keys.by_ref().take(MUCH).collect(), ..Touched::default() });
    }
    portions
}

/// Marks the store as written to: whoever knows it by an earlier seal has to look again.
///
/// It is drawn at random, so that a store that was made again never looks like the one before.
pub(crate) fn seal(connection: &Connection) -> Result<String, StoreError> {
    let seal = format!("{:016x}", RandomState::new().build_hasher().finish());
    schema::set_meta(connection, SEAL, &seal)?;
    Ok(seal)
}
