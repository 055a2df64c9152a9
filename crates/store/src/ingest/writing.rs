//! Writing a batch while it is read: nearly every row goes to the engine as soon as its bundle is there.

use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{ArrayRef, BooleanArray, Int64Array};
use duckdb::arrow::compute::filter;
use pricing::PriceTable;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::Request;

use super::bundle::{Bundle, Unpacked};
use super::columnar::Columnar;
use super::copies::{self, Groups};
use super::fold::{File, add_alone, fold_with};
use super::ledger::{Accepted, Ledger};
use super::sums::Sums;
use super::{Folded, Touched, files, note_prices, requests};
use crate::StoreError;
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
    /// Files that are all of their session, and these sessions.
    whole: Option<Whole<'a>>,
    pieces: Vec<Accepted>,
    touched: Touched,
}

/// Rows that can be written as soon as a file is read.
struct Whole<'a> {
    files: Columnar<'a>,
    sessions: Columnar<'a>,
    folded: Folded,
}

/// What becomes of the rows of a bundle.
#[derive(Default)]
struct Fate {
    /// The files that they are of.
    files: Vec<i64>,
    /// Whether each is written as it is.
    kept: Vec<bool>,
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
        let whole = ledger.tally().map(|_| Whole::begin(connection)).transpose()?;
        Ok(Self {
            connection,
            prices,
            ledger,
            tools: Columnar::into_table(connection, "tool_call_copies")?,
            sole: Columnar::into_table(connection, "requests")?,
            told: Vec::new(),
            unstored: FxHashSet::default(),
            whole,
            pieces: Vec::new(),
            touched: Touched::default(),
        })
    }

    /// Takes a bundle in; a piece of a file that somebody else has read meanwhile is left out.
    pub(crate) fn take(&mut self, bundle: Bundle) -> Result<(), StoreError> {
        let Unpacked { pieces, keys, lines, sole, tools } = bundle.unpack();
        let (mut sole_fate, mut tool_fate, mut keys) = (Fate::default(), Fate::default(), keys.into_iter());
        for piece in pieces {
            let (sole_rows, tool_rows) = (piece.sole_rows, piece.tool_rows);
            let keys = keys.by_ref().take(sole_rows);
            let Some(mut accepted) = self.ledger.accept(piece) else {
                keys.for_each(drop);
                sole_fate.add(0, sole_rows, false);
                tool_fate.add(0, tool_rows, false);
                continue;
            };
            let file_id = accepted.entry.file_id;
            if accepted.piece.replaces {
                files::forget_copies(self.connection, std::iter::once(file_id), &mut self.touched)?;
            }
            tool_fate.add(file_id, tool_rows, true);
            let (mut sums, told_before) = (Sums::default(), self.told.len());
            for (row, key) in (sole_fate.files.len()..).zip(keys) {
                let new = self.ledger.is_new_key(key);
                sole_fate.add(file_id, 1, new);
                if new {
                    sums.add_row(row, &sole);
                    sums.add_changed(lines[row]);
                } else {
                    self.told.push((self.pieces.len(), requests::of_sole_row(row, &sole)));
                }
            }
            if let Some(tally) = self.ledger.tally() {
                tally.add(&accepted.piece.session, sums);
                if accepted.piece.strays > 0 {
                    self.ledger.uncounted().sessions.insert(accepted.piece.session.clone());
                }
            }
            let is_plain = accepted.is_whole_and_plain() && self.told.len() == told_before;
            if let Some(whole) =
                self.whole.as_mut().filter(|_| is_plain && self.ledger.is_new_session(&accepted.piece.session))
            {
                self.ledger.note_session(&accepted.piece.session);
                whole.add(accepted, &sums)?;
                continue;
            }
            for request in std::mem::take(&mut accepted.piece.told) {
                if self.ledger.is_new(&request.key.0) {
                    self.unstored.insert(request.key.0.clone());
                }
                self.told.push((self.pieces.len(), request));
            }
            self.pieces.push(accepted);
        }
        self.sole.rows(sole_fate.decide(sole, requests::place::FILE_ID))?;
        self.tools.rows(tool_fate.decide(tools, copies::TOOL_FILE_ID))
    }

    /// Ends the batch: joins what is told again with what is stored, and folds the sessions.
    pub(crate) fn finish(mut self) -> Result<Folded, StoreError> {
        self.tools.finish()?;
        self.sole.finish()?;
        let folded = self.whole.take().map(Whole::finish).transpose()?.unwrap_or_default();
        copies::append_agent_types(self.connection, &self.pieces)?;
        files::write(self.connection, &self.pieces, &mut self.touched)?;
        let mut told = grouped(self.told, &self.pieces);
        let new: Groups = told.extract_if(|key, _| self.unstored.contains(key)).collect();
        let is_first = self.ledger.tally().is_some();
        if is_first {
            requests::put_off(self.connection, new, told, self.prices, self.ledger)?;
        } else {
            self.touched.keys.extend(told.keys().cloned());
            copies::settle(self.connection, new, told, self.prices, &mut self.touched)?;
        }
        let fresh = fresh_sessions(self.pieces, self.ledger);
        let tally = self.ledger.tally().map(|tally| &*tally);
        let folded = fold_with(self.connection, &self.touched.sessions, fresh, tally, folded)?;
        if is_first {
            let renamed = !self.touched.keys.is_empty();
            if renamed {
                self.ledger.uncounted().sessions.extend(self.touched.sessions);
            }
            self.ledger.uncounted().keys.extend(self.touched.keys);
            self.ledger.count(self.connection, self.prices, renamed)?;
        }
        self.ledger.seal(self.connection)?;
        Ok(folded)
    }
}

impl<'a> Whole<'a> {
    fn begin(connection: &'a Connection) -> Result<Self, StoreError> {
        let into = |table| Columnar::into_table(connection, table);
        Ok(Self { files: into("files")?, sessions: into("sessions")?, folded: Folded::default() })
    }

    fn add(&mut self, accepted: Accepted, sums: &Sums) -> Result<(), StoreError> {
        self.files.row(|row| files::fill(row, &accepted))?;
        add_alone(&mut self.sessions, accepted.piece, sums, &mut self.folded)
    }

    fn finish(self) -> Result<Folded, StoreError> {
        self.files.finish()?;
        self.sessions.finish()?;
        Ok(self.folded)
    }
}

impl Fate {
    fn add(&mut self, file_id: i64, rows: usize, kept: bool) {
        self.files.extend(std::iter::repeat_n(file_id, rows));
        self.kept.extend(std::iter::repeat_n(kept, rows));
    }

    /// The rows that are written, with the ids of their files.
    fn decide(self, mut columns: Vec<ArrayRef>, file_id: usize) -> Vec<ArrayRef> {
        if self.files.is_empty() {
            return Vec::new();
        }
        columns[file_id] = Arc::new(Int64Array::from(self.files));
        if self.kept.iter().all(|kept| *kept) {
            return columns;
        }
        let kept = BooleanArray::from(self.kept);
        let keep = |column: &ArrayRef| filter(column, &kept).expect("there is one answer for each row");
        columns.iter().map(keep).collect()
    }
}

/// Tellings by key, those of one file joined.
fn grouped(told: Vec<(usize, Request)>, pieces: &[Accepted]) -> Groups {
    let (sessions, mut groups) = (latest_sessions(pieces), Groups::default());
    for (index, request) in told {
        let Accepted { piece, entry } = &pieces[index];
        let session = sessions[&entry.file_id].to_owned();
        let place = Place { session, path: piece.found.path.clone(), file_id: entry.file_id };
        copies::tell(&mut groups, Copy { place, request });
    }
    groups
}

/// The session of every file, as its last piece has it.
fn latest_sessions(pieces: &[Accepted]) -> FxHashMap<i64, &str> {
    pieces.iter().map(|accepted| (accepted.entry.file_id, accepted.piece.session.as_str())).collect()
}

/// The files of sessions of which no other file is stored: what they say need not be read back.
fn fresh_sessions(pieces: Vec<Accepted>, ledger: &mut Ledger) -> FxHashMap<String, Vec<File>> {
    let mut sessions: FxHashMap<String, Vec<File>> = FxHashMap::default();
    let mut seen = FxHashSet::default();
    let mut names = Vec::new();
    for Accepted { mut piece, entry } in pieces.into_iter().rev() {
        let session = std::mem::take(&mut piece.session);
        if seen.insert(entry.file_id) && ledger.is_new_session(&session) {
            // nearly always the only one
            sessions.entry(session.clone()).or_insert_with(|| Vec::with_capacity(1)).push(File::of(piece));
        }
        names.push(session);
    }
    for name in &names {
        ledger.note_session(name);
    }
    sessions
}
