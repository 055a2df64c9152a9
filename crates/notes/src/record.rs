//! All that was said of one subject.

use std::collections::BTreeMap;

use journal::{Operation, Stamp};
use serde_json::Value;

use crate::body::{Body, Turn};
use crate::register::{Register, Write, WriteId};

/// All that was said of one subject: an entry, or a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    registers: BTreeMap<String, Register>,
    notes: BTreeMap<String, Note>,
    changes: BTreeMap<WriteId, Change>,
}

/// A note that was added; nobody else's note takes its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// When it was written, in milliseconds since 1970.
    pub at_ms: u64,
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub by: String,
    /// What it says.
    pub text: String,
    /// The turn of the session that it is about.
    pub turn: Option<Turn>,
}

/// What one operation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, by the clock of whoever did it, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who did it.
    pub by: String,
    /// Whether that name was said by the person.
    pub said: bool,
    /// The stream that it stands in.
    pub stream: journal::Stream,
    /// Its number there.
    pub seq: u64,
    /// Fields, and what they were set to.
    pub set: BTreeMap<String, Value>,
    /// Texts that were added.
    pub notes: Vec<String>,
}

impl Record {
    pub(crate) fn take(&mut self, operation: &Operation, body: Body) {
        let id = write_id(operation);
        if self.changes.contains_key(&id) {
            return;
        }
        let change = Change {
            at_ms: body.at_ms,
            by: body.by.clone(),
            said: body.said,
            stream: operation.stream.clone(),
            seq: operation.seq,
            set: body.set.iter().map(|(field, set)| (field.clone(), set.to.clone())).collect(),
            notes: body.notes.iter().map(|note| note.text.clone()).collect(),
        };
        for (field, set) in body.set {
            let stamp = Stamp { revision: set.revision, wall_ms: body.at_ms, replica: operation.stream.replica };
            let write = Write { value: set.to, by: body.by.clone(), at_ms: body.at_ms, over: set.over };
            self.registers.entry(field).or_default().insert(stamp, id, write);
        }
        for added in body.notes {
            let at_ms = added.at_ms.unwrap_or(body.at_ms);
            let note = Note { at_ms, id: added.id, by: body.by.clone(), text: added.text, turn: added.turn };
            self.add(note);
        }
        self.changes.insert(id, change);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (field, register) in other.registers {
            self.registers.entry(field).or_default().merge(register);
        }
        for note in other.notes.into_values() {
            self.add(note);
        }
        for (id, change) in other.changes {
            self.changes.entry(id).or_insert(change);
        }
    }

    /// Of two notes with one id the lesser one stays, whichever came first.
    fn add(&mut self, note: Note) {
        let kept = self.notes.entry(note.id.clone()).or_insert_with(|| note.clone());
        if note < *kept {
            *kept = note;
        }
    }

    /// A field.
    pub fn register(&self, field: &str) -> Option<&Register> {
        self.registers.get(field)
    }

    /// All fields that were ever set.
    pub fn registers(&self) -> impl Iterator<Item = (&str, &Register)> {
        self.registers.iter().map(|(field, register)| (field.as_str(), register))
    }

    /// The text that holds in a field; nothing where none does.
    pub fn text(&self, field: &str) -> &str {
        self.register(field).and_then(Register::value).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether a field holds `true`.
    pub fn is(&self, field: &str) -> bool {
        self.register(field).and_then(Register::value).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Its notes, in the order of their times.
    pub fn notes(&self) -> Vec<&Note> {
        let mut notes: Vec<&Note> = self.notes.values().collect();
        notes.sort();
        notes
    }

    /// Everything that was done to it, in the order of the clocks.
    pub fn changes(&self) -> Vec<&Change> {
        let mut changes: Vec<&Change> = self.changes.values().collect();
        changes.sort_by_key(|change| change.at_ms);
        changes
    }

    pub(crate) fn has_note(&self, id: &str) -> bool {
        self.notes.contains_key(id)
    }
}

/// Which write an operation makes.
fn write_id(operation: &Operation) -> WriteId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&operation.hash.0[..16]);
    WriteId(u128::from_be_bytes(bytes))
}
