//! What a thread has read, made ready for the engine by the thread itself: the one that writes has little left to do.

use duckdb::arrow::array::ArrayRef;
use pricing::PriceTable;
use rustc_hash::FxHashMap;
use transcript::{Batch, FileRole, Session, SessionFile};

use super::Piece;
use super::columnar::Columns;
use super::copies::{is_plain_in, tool_row};
use super::ledger::fingerprint;
use super::requests::sole_row;
use super::sums::Changed;
use crate::columns::within_reason;

/// What a file takes beside its requests and calls, in rows: all that it says, and its session.
const FILE_ROWS: usize = 12;

/// Pieces of files, with the rows that they add to the tables, piece by piece.
#[derive(Default)]
pub(crate) struct Bundle {
    /// Boxed: they are large, and a list that grows would copy them each time.
    #[expect(clippy::vec_box, reason = "the list grows while they stay where they are")]
    pieces: Vec<Box<Piece>>,
    keys: Vec<u64>,
    lines: Vec<Changed>,
    sole: Columns,
    tools: Columns,
}

/// A bundle, unpacked.
pub(super) struct Unpacked {
    #[expect(clippy::vec_box, reason = "they go on one by one and stay where they are")]
    pub(super) pieces: Vec<Box<Piece>>,
    /// Fingerprints of the keys of `sole`.
    pub(super) keys: Vec<u64>,
    /// What the calls of these requests changed in files.
    pub(super) lines: Vec<Changed>,
    /// Rows of `requests`, as they stand there if nothing else is told of the request.
    pub(super) sole: Vec<ArrayRef>,
    /// Rows of `tool_call_copies`.
    pub(super) tools: Vec<ArrayRef>,
}

impl Bundle {
    /// Adds a piece with what it tells. With `prices`, most requests become rows: of use only where the store may know
    /// nothing of them.
    pub(crate) fn add(&mut self, mut piece: Box<Piece>, batch: &mut Batch, prices: Option<&PriceTable>) {
        let mut changed: FxHashMap<u64, Changed> = FxHashMap::default();
        for tool in &batch.tool_uses {
            tool_row(&mut self.tools, tool);
            self.tools.end_row();
            if let Some(lines) = tool.lines {
                changed.entry(fingerprint(&tool.request.0)).or_default().add(lines.into());
            }
        }
        piece.tool_rows = batch.tool_uses.len();
        piece.agent_types = std::mem::take(&mut batch.agent_types);
        // A flat agent file may turn out to be another session's while it is read: its requests wait.
        let prices = prices.filter(|_| !matches!(piece.found.role, FileRole::FlatAgent(_)));
        if prices.is_some() && piece.done && matches!(piece.found.role, FileRole::Session(_)) {
            let file = SessionFile { main: true, facts: &piece.facts };
            piece.alone = Some(Box::new(Session::fold(piece.session.as_str().into(), &[file])));
        }
        let rows = self.sole.rows();
        for mut request in batch.requests.drain(..) {
            request.tokens = within_reason(request.tokens);
            match prices {
                Some(prices) if is_plain_in(&piece.session, &request) => {
                    let key = fingerprint(&request.key.0);
                    self.lines.push(changed.remove(&key).unwrap_or_default());
                    self.keys.push(key);
                    sole_row(&mut self.sole, prices, &request);
                    self.sole.end_row();
                }
                _ => piece.told.push(request),
            }
        }
        piece.strays = changed.len();
        piece.sole_rows = self.sole.rows() - rows;
        self.pieces.push(piece);
    }

    /// What it adds to the tables, in rows.
    pub(crate) fn rows(&self) -> usize {
        let told: usize = self.pieces.iter().map(|piece| piece.told.len()).sum();
        self.sole.rows() + self.tools.rows() + told + self.pieces.len() * FILE_ROWS
    }

    /// The pieces.
    pub(crate) fn pieces(&self) -> &[Box<Piece>] {
        &self.pieces
    }

    pub(super) fn unpack(mut self) -> Unpacked {
        let (sole, tools) = (self.sole.take(), self.tools.take());
        Unpacked { pieces: self.pieces, keys: self.keys, lines: self.lines, sole, tools }
    }
}
