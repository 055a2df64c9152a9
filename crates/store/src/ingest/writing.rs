//! Writing a batch while it is read: nearly every row goes to the engine as soon as its piece is there.

use duckdb::Connection;
use pricing::PriceTable;
use rustc_hash::FxHashSet;
use transcript::{FileRole, Request};

use super::columnar::Columnar;
use super::copies::{self, Groups, is_plain_in};
use super::ledger::{Accepted, Ledger};
use super::{Folded, Piece, Touched, files, fold, note_prices, requests};
use crate::StoreError;
use crate::columns::within_reason;
use crate::resolve::{Copy, Place};

/// A batch that is being written, inside a transaction that somebody else holds.
pub(crate) struct Writing<'a> {
    connection: &'a Connection,
    prices: &'a PriceTable,
    ledger: &'a mut Ledger,
    tools: Columnar<'a>,
    /// Requests of which nothing else is told.
    sole: Columnar<'a>,
    /// All other tellings, with the index of their piece: they are joined with what is stored at the end.
    told: Vec<(usize, Request)>,
    /// Keys of these of which nothing is stored.
    unstored: FxHashSet<String>,
    pieces: Vec<Accepted>,
    touched: Touched,
}

impl<'a> Writing<'a> {
    /// Begins a batch; takes in what others wrote since the last one.
    pub(crate) fn begin(
        connection: &'a Connection,
        prices: &'a PriceTable,
        ledger: &'a mut Ledger,
    ) -> Result<Self, StoreError> {
        ledger.refresh(connection)?;
        if ledger.is_empty() {
            note_prices(connection, prices)?;
        }
        Ok(Self {
            connection,
            prices,
            ledger,
            tools: Columnar::into_table(connection, "tool_call_copies")?,
            sole: Columnar::into_table(connection, "requests")?,
            told: Vec::new(),
            unstored: FxHashSet::default(),
            pieces: Vec::new(),
            touched: Touched::default(),
        })
    }

    /// Takes a piece in; one of a file that somebody else has read meanwhile is left out.
    pub(crate) fn take(&mut self, piece: Piece) -> Result<(), StoreError> {
        let Some(mut accepted) = self.ledger.accept(piece) else { return Ok(()) };
        let file_id = accepted.entry.file_id;
        if accepted.piece.replaces {
            files::forget_copies(self.connection, std::iter::once(file_id), &mut self.touched)?;
        }
        for tool in std::mem::take(&mut accepted.piece.tool_uses) {
            copies::append_tool(&mut self.tools, file_id, &tool)?;
        }
        for mut request in std::mem::take(&mut accepted.piece.requests) {
            request.tokens = within_reason(request.tokens);
            self.take_request(&accepted, request)?;
        }
        self.pieces.push(accepted);
        Ok(())
    }

    /// A flat agent file may turn out to be another session's while it is read: its requests wait.
    fn take_request(&mut self, accepted: &Accepted, request: Request) -> Result<(), StoreError> {
        let session = &accepted.piece.session;
        let is_new = self.ledger.is_new(&request.key.0);
        let settled = !matches!(accepted.piece.found.role, FileRole::FlatAgent(_));
        if is_new && settled && is_plain_in(session, &request) {
            return requests::append_sole(&mut self.sole, self.prices, session, accepted.entry.file_id, &request);
        }
        if is_new {
            self.unstored.insert(request.key.0.clone());
        }
        self.told.push((self.pieces.len(), request));
        Ok(())
    }

    /// Ends the batch: joins what is told again with what is stored, and folds the sessions.
    pub(crate) fn finish(mut self) -> Result<Folded, StoreError> {
        self.tools.finish()?;
        self.sole.finish()?;
        copies::append_agent_types(self.connection, &self.pieces)?;
        files::write(self.connection, &self.pieces, &mut self.touched)?;
        let sessions = latest_sessions(&self.pieces);
        let mut told = Groups::default();
        for (index, request) in self.told {
            let Accepted { piece, entry } = &self.pieces[index];
            let session = sessions[&entry.file_id].to_owned();
            let place = Place { session, path: piece.found.path.clone(), file_id: entry.file_id };
            copies::tell(&mut told, Copy { place, request });
        }
        let new = told.extract_if(|key, _| self.unstored.contains(key)).collect();
        self.touched.keys.extend(told.keys().cloned());
        copies::settle(self.connection, new, told, self.prices, &mut self.touched)?;
        let folded = fold(self.connection, &self.touched.sessions)?;
        self.ledger.seal(self.connection)?;
        Ok(folded)
    }
}

/// The session of every file, as its last piece has it.
fn latest_sessions(pieces: &[Accepted]) -> rustc_hash::FxHashMap<i64, &str> {
    pieces.iter().map(|accepted| (accepted.entry.file_id, accepted.piece.session.as_str())).collect()
}
