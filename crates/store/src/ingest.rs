//! Writing what is read: one transaction takes a batch of pieces to rows, offsets, requests and sessions.
//!
//! After every commit the store is whole: offsets, copies, counted requests and sessions agree. A scan that is
//! killed loses at most the batch in hand, and reads it again next time. Only a first import counts requests that several
//! files or lines tell at its end, and lines that calls changed where the request stands elsewhere; until then the store says
//! that something is missing.

mod bundle;
mod columnar;
mod copies;
mod files;
mod fold;
mod keys;
mod ledger;
mod requests;
mod sums;
mod writing;

use duckdb::Connection;
use pricing::PriceTable;
use rustc_hash::FxHashSet;
use transcript::{AgentType, FileFacts, FileRole, Request, Session};

use crate::{StoreError, schema};
pub(crate) use bundle::Bundle;
pub(crate) use columnar::{Columnar, Columns};
pub(crate) use copies::{TOOL_FILE_ID, append, each_stored, recount, reprice, slices, told_by, tool_row};
pub(crate) use files::{Marks, drop_superseded, forget_copies, mark};
pub(crate) use fold::{Folded, fold};
pub(crate) use keys::{pick_texts, texts};
pub(crate) use ledger::{
    Ledger, Uncounted, all_counted, count_again, count_at_once, is_uncounted, seal, shared_again, told_again,
};
pub(crate) use requests::ages;
pub(crate) use sums::{renew_all_of, slices_of_sessions};
pub(crate) use writing::Writing;

/// The name under which the store notes the table of prices that its costs follow.
const PRICES: &str = "prices";

/// A file as it was found on disk, or in the archive.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Where it lies.
    pub(crate) path: String,
    /// The folder that it was found under; none if somebody named it.
    pub(crate) root: Option<String>,
    /// What it is.
    pub(crate) role: FileRole,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When it was last modified, in nanoseconds since 1970.
    pub(crate) mtime_ns: i64,
    /// Whether the disk has it no more, and the archive has.
    pub(crate) kept: bool,
}

/// A stretch of a file that was read, and everything that is known of the file after it.
#[derive(Debug)]
pub(crate) struct Piece {
    /// The file.
    pub(crate) found: Found,
    /// Revision of the file's row that reading started from; none for a file that had no row.
    pub(crate) revision: Option<i64>,
    /// Whether the file was read from its start although it was known: what it said before is void.
    pub(crate) replaces: bool,
    /// Requests of the stretch that are no rows yet.
    pub(crate) told: Vec<Request>,
    /// How many rows of requests it adds to its bundle.
    pub(crate) sole_rows: usize,
    /// How many rows of tool calls it adds to its bundle.
    pub(crate) tool_rows: usize,
    /// How many requests that are no rows of its bundle changed lines by calls in it: its session is counted anew at the end.
    pub(crate) strays: usize,
    /// What the subagents are that the stretch tells of.
    pub(crate) agent_types: Vec<AgentType>,
    /// The session that the file belongs to; empty if nothing says so.
    pub(crate) session: String,
    /// What the file says, as far as it was read.
    pub(crate) facts: Box<FileFacts>,
    /// Whether no other file of its session is known or to be read.
    pub(crate) only: bool,
    /// The session as this file alone tells it; none where it may not be alone, or is not read to its end.
    pub(crate) alone: Option<Box<Session>>,
    /// What the file says, as it is stored.
    pub(crate) stored: Vec<u8>,
    /// Fingerprint of its first bytes.
    pub(crate) head: Option<i64>,
    /// Fingerprint of the bytes before the offset.
    pub(crate) tail: i64,
    /// Bytes that were read.
    pub(crate) bytes: u64,
    /// Whether the end of the file was reached.
    pub(crate) done: bool,
}

/// What has to be worked out anew.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Requests.
    pub(crate) keys: FxHashSet<String>,
    /// Sessions.
    pub(crate) sessions: FxHashSet<String>,
}

/// Whether the costs in the store follow a table of prices.
pub(crate) fn follows(connection: &Connection, prices: &PriceTable) -> Result<bool, StoreError> {
    Ok(followed(connection)?.as_deref() == Some(prices.version()))
}

/// The version of the table of prices that all costs follow.
pub(crate) fn followed(connection: &Connection) -> Result<Option<String>, StoreError> {
    schema::meta(connection, PRICES)
}

/// Notes that the costs are being changed: until all of them are, they follow no table.
pub(crate) fn begin_prices(connection: &Connection) -> Result<(), StoreError> {
    schema::unset_meta(connection, PRICES)
}

/// Notes that all costs follow a table of prices.
pub(crate) fn note_prices(connection: &Connection, prices: &PriceTable) -> Result<(), StoreError> {
    schema::set_meta(connection, PRICES, prices.version())
}
