//! Something that was written down.

use journal::Scope;
use serde_json::Value;

use crate::record::{Change, Note, Record};
use crate::register::Write;

/// Which entry it is: an id within a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Who may read it.
    pub scope: Scope,
    /// Its id.
    pub id: String,
}

impl EntryId {
    /// A new one, of 20 hexadecimal digits: the first few tell it from others.
    pub fn fresh(scope: Scope) -> Self {
        Self { scope, id: format!("{:020x}", ulid::Ulid::generate().random()) }
    }
}

/// Something that was written down, as it stands now.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Which one it is.
    pub id: &'a EntryId,
    /// All that was said of it.
    pub record: &'a Record,
}

/// A field that people set to different values without knowing of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict<'a> {
    /// The field.
    pub field: &'a str,
    /// What holds until somebody decides, then the others.
    pub writes: Vec<&'a Write>,
}

impl<'a> Entry<'a> {
    /// Its title.
    pub fn title(&self) -> &'a str {
        self.record.text("title")
    }

    /// Its body, Markdown.
    pub fn body(&self) -> &'a str {
        self.record.text("body")
    }

    /// Its category.
    pub fn category(&self) -> &'a str {
        self.record.text("category")
    }

    /// Its status.
    pub fn status(&self) -> &'a str {
        self.record.text("status")
    }

    /// Whether there is still something to do about it.
    pub fn is_open(&self) -> bool {
        !crate::Vocabulary::is_done(self.status())
    }

    /// The key of its project; empty without one.
    pub fn project(&self) -> &'a str {
        self.record.text("project")
    }

    /// The name of its project as people read it; its key where it has none.
    pub fn project_name(&self) -> &'a str {
        Some(self.record.text("project_name")).filter(|name| !name.is_empty()).unwrap_or(self.project())
    }

    /// The directory that the project's key came from; empty where nobody noted it.
    pub fn directory(&self) -> &'a str {
        self.record.text("directory")
    }

    /// The session that it was written in; empty without one.
    pub fn session(&self) -> &'a str {
        self.record.text("session")
    }

    /// Whether it was deleted.
    pub fn is_deleted(&self) -> bool {
        self.record.is("deleted")
    }

    /// Who opened it, and when, in milliseconds since 1970.
    pub fn opened(&self) -> (u64, &'a str) {
        let first = self.record.register("title").and_then(|title| title.first());
        first.map_or((0, ""), |write| (write.at_ms, write.by.as_str()))
    }

    /// When it was changed last, by the clocks of those who did, in milliseconds since 1970.
    pub fn updated_ms(&self) -> u64 {
        self.last_change().map_or(0, |change| change.at_ms)
    }

    /// What was done to it last.
    pub fn last_change(&self) -> Option<&'a Change> {
        self.record.changes().last().copied()
    }

    /// Notes that were added, in the order of their times.
    pub fn notes(&self) -> Vec<&'a Note> {
        self.record.notes()
    }

    /// Fields that people set to different values without knowing of each other.
    pub fn conflicts(&self) -> Vec<Conflict<'a>> {
        let conflict = |(field, register): (&'a str, &'a crate::Register)| {
            let rivals = register.rivals();
            (!rivals.is_empty()).then(|| {
                let writes = register.write().into_iter().chain(rivals).collect();
                Conflict { field, writes }
            })
        };
        self.record.registers().filter_map(conflict).collect()
    }
}

/// A value as people read it.
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
