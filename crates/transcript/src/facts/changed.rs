//! How many lines a call changed in files.

use memchr::memchr_iter;
use serde::{Deserialize, Serialize};

use crate::request::small;
use crate::skim::Raw;
use crate::wire::Record;

/// Lines of files that were added and removed; a line that was rewritten is one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct ChangedLines {
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}

impl ChangedLines {
    /// Both together.
    pub fn total(self) -> u64 {
        u64::from(self.added) + u64::from(self.removed)
    }

    /// The client's own count, from a `cost-state` record; none if it names none.
    pub(super) fn by_client(record: &Record<'_>) -> Option<Self> {
        let count = |name| record.get(name).and_then(Raw::count).map(small);
        let (added, removed) = (count("totalLinesAdded"), count("totalLinesRemoved"));
        (added.is_some() || removed.is_some())
            .then(|| Self { added: added.unwrap_or(0), removed: removed.unwrap_or(0) })
    }

    /// What a call means to change, if its tool is one that writes files: counted where the result does not say. A text
    /// in place of another changes the lines between the first and the last that differ.
    pub(super) fn meant(tool: &str, input: Raw<'_>) -> Option<Self> {
        match tool {
            "Edit" => Some(Self::between(input.get("old_string"), input.get("new_string"))),
            "MultiEdit" => {
                let edits = input.get("edits").into_iter().flat_map(Raw::elements);
                let each = edits.map(|edit| Self::between(edit.get("old_string"), edit.get("new_string")));
                Some(each.fold(Self::default(), Self::and))
            }
            "Write" => Some(Self::between(None, input.get("content"))),
            "NotebookEdit" => Some(Self::between(None, input.get("new_source"))),
            _ => None,
        }
    }

    /// What the structured result of a call says; none if it says nothing of lines.
    pub(super) fn done(result: Raw<'_>) -> Option<Self> {
        let (mut patch, mut original, mut updated, mut text) = (None, None, None, None);
        for (key, value) in result.members() {
            match key {
                "structuredPatch" => patch = Some(value),
                "originalFile" | "originalFileContents" | "original_file" => original = Some(value),
                "updated_file" => updated = Some(value),
                "content" | "newString" => text = Some(value),
                _ => {}
            }
        }
        if updated.is_some() {
            return Some(Self::between(original, updated));
        }
        let hunks = patch?.elements().flat_map(|hunk| hunk.get("lines").into_iter().flat_map(Raw::elements));
        let (mut lines, mut any) = (Self::default(), false);
        for line in hunks {
            any = true;
            match line.as_written().as_bytes().get(1) {
                Some(b'+') => lines.added = lines.added.saturating_add(1),
                Some(b'-') => lines.removed = lines.removed.saturating_add(1),
                _ => {}
            }
        }
        // a file that was not there before has no patch
        let is_new = original.is_none_or(|original| matches!(original.as_written(), "null" | "\"\""));
        let created = !any && is_new && !result.get("type").is_some_and(|kind| kind.is("update"));
        Some(if created { Self::between(None, text) } else { lines })
    }

    fn and(self, other: Self) -> Self {
        Self { added: self.added.saturating_add(other.added), removed: self.removed.saturating_add(other.removed) }
    }

    /// The lines between the first and the last that differ.
    fn between(old: Option<Raw<'_>>, new: Option<Raw<'_>>) -> Self {
        let (old, new) = (old.and_then(Raw::string).unwrap_or_default(), new.and_then(Raw::string).unwrap_or_default());
        let (removed, added) = (count(&old), count(&new));
        let before = old.lines().zip(new.lines()).take_while(|(one, other)| one == other).count();
        let pairs = old.lines().rev().zip(new.lines().rev());
        let after = pairs.take(removed.min(added) - before).take_while(|(one, other)| one == other).count();
        let rest = |lines: usize| small((lines - before - after) as u64);
        Self { added: rest(added), removed: rest(removed) }
    }
}

/// How many lines a text has, as `str::lines` cuts it.
fn count(text: &str) -> usize {
    memchr_iter(b'\n', text.as_bytes()).count() + usize::from(!text.is_empty() && !text.ends_with('\n'))
}

#[cfg(test)]
mod tests;
