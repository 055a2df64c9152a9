//! The journal folded into the store: what it says beside the transcripts.
//!
//! A stream is folded in order, and how far is noted in the same transaction: whatever kills a program, nothing is folded in
//! twice or left out. A kind of operation that is not known here is passed over; another crate may know it.

mod events;
mod outline;
mod packed;
mod sessions;

use std::collections::BTreeMap;
use std::iter::Peekable;

use duckdb::{Connection, params};
use journal::{Journal, JournalError, Operation, Operations, ReplicaId, Scope, Stream};
use pricing::PriceTable;

use crate::columns::counted;
use crate::ingest::{self, Folded};
use crate::{StoreError, columns};
pub use outline::{Outline, Outliner, told_of};
pub(crate) use packed::{FileSaid, Packer, ToldRequest, ToldTool};
pub(crate) use sessions::{FileHead, SessionBody, note};

/// Operations that are folded in together at most …
const BATCH: usize = 2000;

/// … and the size of their bodies in bytes; the last of them may go beyond it.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Transcripts that hooks named and that nobody has read are looked for, as many at most.
const UNREAD: u32 = 1000;

/// How far streams are folded in.
pub(crate) type Offsets = BTreeMap<Stream, u64>;

/// How far each stream is folded in.
pub(crate) fn offsets(connection: &Connection) -> Result<Offsets, StoreError> {
    let mut statement = connection.prepare("SELECT replica, scope, seq FROM streams")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    let mut offsets = Offsets::new();
    for row in rows {
        let (replica, scope, seq) = row?;
        if let (Ok(replica), Ok(scope)) = (replica.parse::<ReplicaId>(), scope.parse::<Scope>()) {
            offsets.insert(Stream { replica, scope }, counted(seq));
        }
    }
    Ok(offsets)
}

/// Streams of which not everything is folded in, and how far each is.
pub(crate) fn behind(journal: &Journal, offsets: &Offsets) -> Vec<(Stream, u64)> {
    let heads = journal.heads().into_iter();
    let behind = heads.map(|(stream, seq, _)| (offsets.get(&stream).copied().unwrap_or(0), stream, seq));
    behind.filter(|(after, _, seq)| after < seq).map(|(after, stream, _)| (stream, after)).collect()
}

/// The next operations of a stream, some at a time. Those before damage come first.
pub(crate) fn next_batch(operations: &mut Peekable<Operations>) -> Result<Vec<Operation>, JournalError> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH && bytes < BATCH_BYTES && operations.peek().is_some_and(Result::is_ok) {
        let operation = operations.next().expect("it was looked at")?;
        bytes += operation.body.len();
        batch.push(operation);
    }
    match operations.peek() {
        Some(Err(_)) if batch.is_empty() => operations.next().expect("it was looked at").map(|_| batch),
        _ => Ok(batch),
    }
}

/// Folds operations of a stream in, which follow those that are, and notes how far it is now.
pub(crate) fn take(
    connection: &Connection,
    prices: &PriceTable,
    journal: &Journal,
    stream: &Stream,
    operations: &[Operation],
) -> Result<Folded, StoreError> {
    let Some(last) = operations.last() else { return Ok(Folded::default()) };
    let operations: Vec<Operation> =
        operations.iter().map(|operation| operation.carried().unwrap_or_else(|| operation.clone())).collect();
    events::take(connection, &operations)?;
    let folded = sessions::take(connection, prices, &journal.own_replicas(), &operations)?;
    note_offset(connection, stream, last.seq)?;
    Ok(folded)
}

/// Notes how far a stream is folded in.
pub(crate) fn note_offset(connection: &Connection, stream: &Stream, seq: u64) -> Result<(), StoreError> {
    let (replica, scope) = (stream.replica.to_string(), stream.scope.to_string());
    connection.execute("DELETE FROM streams WHERE replica = ? AND scope = ?", params![replica, scope])?;
    connection.execute("INSERT INTO streams VALUES (?, ?, ?)", params![replica, scope, columns::bytes(seq)])?;
    Ok(())
}

/// Forgets how far every stream is folded in, and what the journal was told of sessions.
pub(crate) fn forget(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.execute_batch("DELETE FROM streams; DELETE FROM session_operations")?)
}

/// How far one stream is folded in.
pub(crate) fn offset(connection: &Connection, stream: &Stream) -> Result<u64, StoreError> {
    Ok(offsets(connection)?.get(stream).copied().unwrap_or(0))
}

/// Transcripts that hooks named and that nobody has read, the latest first: they may lie outside of all roots.
pub(crate) fn unread_transcripts(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT transcript FROM events
         WHERE transcript IS NOT NULL AND transcript NOT IN (SELECT path FROM files)
         GROUP BY transcript ORDER BY max(made_at) DESC LIMIT {UNREAD}"
    );
    ingest::texts(connection, &sql)
}
