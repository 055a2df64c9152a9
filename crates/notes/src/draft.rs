//! A change before it is an operation.

use std::collections::BTreeMap;

use serde_json::Value;
use ulid::Ulid;

use crate::author::Author;
use crate::body::{Added, Body, Kind, Set, Turn};
use crate::record::Record;
use crate::register::Register;

/// A change that somebody wants to make.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    set: BTreeMap<String, Value>,
    notes: Vec<Added>,
}

impl Draft {
    /// Sets a field.
    #[must_use]
    pub fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.set.insert(field.to_owned(), value.into());
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(self, text: &str, turn: Option<Turn>) -> Self {
        let id = Ulid::generate().to_string();
        self.known_note(&id, text, None, turn)
    }

    /// Adds a note that has an id and a time already.
    #[must_use]
    pub fn known_note(mut self, id: &str, text: &str, at_ms: Option<u64>, turn: Option<Turn>) -> Self {
        self.notes.push(Added { id: id.to_owned(), text: text.to_owned(), at_ms, turn });
        self
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.notes.is_empty()
    }

    /// The same without what holds already; a conflict is ended by saying what holds.
    #[must_use]
    pub(crate) fn without_known(mut self, record: &Record) -> Self {
        self.set.retain(|field, value| {
            let register = record.register(field);
            register.and_then(|register| register.value()) != Some(value)
                || register.is_some_and(|register| !register.rivals().is_empty())
        });
        self.notes.retain(|note| !record.has_note(&note.id));
        self
    }

    /// The body of the operation that makes the change to what is known.
    pub(crate) fn body(self, kind: Kind, subject: &str, known: &Record, author: &Author, at_ms: u64) -> Body {
        let mut body = Body::new(kind, subject, &author.name, author.said, at_ms);
        for (field, to) in self.set {
            let (revision, over) = known.register(&field).map_or((1, Vec::new()), Register::next);
            body.set.insert(field, Set { to, revision, over });
        }
        body.notes = self.notes;
        body
    }
}
