//! The journal with what its operations come to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use journal::{Journal, JournalError, Operation, Scope, Stream, Watch};

use crate::author::Author;
use crate::draft::Draft;
use crate::entry::EntryId;
use crate::import::Step;
use crate::notes::Notes;

/// The journal with what its operations come to.
#[derive(Debug)]
pub struct Desk {
    journal: Journal,
    watch: Watch,
    /// How far each stream was read.
    read: BTreeMap<Stream, u64>,
    notes: Notes,
    problem: Option<String>,
}

impl Desk {
    /// Opens the journal in a folder, which is made when it is missing, and reads all of it.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let journal = Journal::open(folder)?;
        let mut desk =
            Self { journal, watch: Watch::default(), read: BTreeMap::new(), notes: Notes::default(), problem: None };
        desk.refresh();
        Ok(desk)
    }

    /// Reads what came since, of the streams that have grown alone.
    pub fn refresh(&mut self) {
        let grown = self.journal.grown(&mut self.watch);
        let mut problem = grown.problem.map(|error| error.to_string());
        for stream in grown.streams {
            let read = self.read.entry(stream.clone()).or_default();
            for operation in self.journal.read(&stream, *read) {
                match operation {
                    Ok(operation) => {
                        *read = operation.seq;
                        self.notes.take(&operation);
                    }
                    // what follows damage is not known; other streams are whole
                    Err(error) => {
                        problem.get_or_insert_with(|| error.to_string());
                        break;
                    }
                }
            }
        }
        if problem.is_some() {
            self.problem = problem;
        }
    }

    /// What could not be read, if something could not: the rest is what is known.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// What the operations come to.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The same for whoever has no more to write.
    pub fn into_notes(self) -> Notes {
        self.notes
    }

    /// Changes an entry; whether there was anything to change.
    pub fn change_entry(
        &mut self,
        id: &EntryId,
        draft: Draft,
        author: &Author,
        at_ms: u64,
    ) -> Result<bool, JournalError> {
        self.refresh();
        let body = self.notes.change_entry(id, draft, author, at_ms);
        self.append(&id.scope, body)
    }

    /// Carries out the steps of an import; returns how many changed anything. They count as done by whom they name.
    pub fn carry_out(&mut self, steps: Vec<Step>, owner: &Author) -> Result<usize, JournalError> {
        let mut done = 0;
        for Step { id, draft, at_ms, by } in steps {
            let author =
                if owner.is_called(&by) { owner.clone() } else { Author { name: by, said: true, also: Vec::new() } };
            done += usize::from(self.change_entry(&id, draft, &author, at_ms)?);
        }
        Ok(done)
    }

    /// Marks sessions, all of them or none; whether there was anything to change.
    pub fn change_marks<'a>(
        &mut self,
        sessions: impl IntoIterator<Item = &'a str>,
        draft: &Draft,
        author: &Author,
        at_ms: u64,
    ) -> Result<bool, JournalError> {
        self.refresh();
        let sessions: BTreeSet<&str> = sessions.into_iter().collect();
        let change = |session| self.notes.change_marks(session, draft.clone(), author, at_ms);
        let bodies: Vec<Vec<u8>> = sessions.into_iter().filter_map(change).collect();
        self.append(&Scope::Private, bodies)
    }

    /// Notes that somebody has seen all there is.
    pub fn mark_read(&mut self, author: &Author, at_ms: u64) -> Result<bool, JournalError> {
        self.refresh();
        let body = self.notes.mark_read(author, at_ms);
        self.append(&Scope::Private, body)
    }

    /// Appends many bodies at once, made by [`Notes::change_entry`].
    pub fn append(&mut self, scope: &Scope, bodies: impl IntoIterator<Item = Vec<u8>>) -> Result<bool, JournalError> {
        let bodies: Vec<Vec<u8>> = bodies.into_iter().collect();
        if bodies.is_empty() {
            return Ok(false);
        }
        let written: Vec<Operation> = self.journal.append(scope, &bodies)?;
        for operation in &written {
            let read = self.read.entry(operation.stream.clone()).or_default();
            // what others wrote into the stream in between comes with the next look
            if *read + 1 == operation.seq {
                *read = operation.seq;
            }
            self.notes.take(operation);
        }
        Ok(true)
    }
}
