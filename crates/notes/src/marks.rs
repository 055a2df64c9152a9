//! What is marked on a session.

use crate::draft::Draft;
use crate::record::{Note, Record};
use crate::register::Register;

/// What is marked on a session.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a>(pub(crate) &'a Record);

/// A tag is a field of its own, so that two people who tag at once both do.
const TAG: &str = "tag:";
/// So is every note that was taken back.
const DROPPED: &str = "dropped:";

impl<'a> Marks<'a> {
    /// Whether it is starred.
    pub fn is_starred(&self) -> bool {
        self.0.is("starred")
    }

    /// Whether it is left out of lists.
    pub fn is_hidden(&self) -> bool {
        self.0.is("hidden")
    }

    /// Whether the person deleted it.
    pub fn is_deleted(&self) -> bool {
        self.0.is("deleted")
    }

    /// Whether it was said to be deleted or to be so no more, and when, in milliseconds since 1970; none where nobody said either.
    pub fn deletion(&self) -> Option<(bool, u64)> {
        let write = self.0.register("deleted").and_then(Register::write)?;
        Some((self.is_deleted(), write.at_ms))
    }

    /// The title that the person gave it.
    pub fn name(&self) -> Option<&'a str> {
        Some(self.0.text("name")).filter(|name| !name.is_empty())
    }

    /// Its tags, by the alphabet.
    pub fn tags(&self) -> Vec<&'a str> {
        let tags = self.0.registers().filter_map(|(field, _)| Some((field, field.strip_prefix(TAG)?)));
        tags.filter(|(field, _)| self.0.is(field)).map(|(_, tag)| tag).collect()
    }

    /// Notes on it and on its turns, in the order of their times.
    pub fn notes(&self) -> Vec<&'a Note> {
        let mut notes = self.0.notes();
        notes.retain(|note| !self.0.is(&format!("{DROPPED}{}", note.id)));
        notes
    }
}

impl Draft {
    /// Stars a session, or not any more.
    #[must_use]
    pub fn star(self, starred: bool) -> Self {
        self.set("starred", starred)
    }

    /// Leaves a session out of lists, or not any more.
    #[must_use]
    pub fn hide(self, hidden: bool) -> Self {
        self.set("hidden", hidden)
    }

    /// Says that a session was deleted, or that it was not: what remains of it anywhere is shown no more.
    #[must_use]
    pub fn delete(self, deleted: bool) -> Self {
        self.set("deleted", deleted)
    }

    /// Gives a session a tag, or takes it.
    #[must_use]
    pub fn tag(self, tag: &str, tagged: bool) -> Self {
        self.set(&format!("{TAG}{tag}"), tagged)
    }

    /// Gives a session a title; an empty one takes it away.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.set("name", name)
    }

    /// Takes a note back.
    #[must_use]
    pub fn drop_note(self, id: &str) -> Self {
        self.set(&format!("{DROPPED}{id}"), true)
    }
}
