//! What others did since somebody looked last.

use crate::author::Author;
use crate::entry::Entry;
use crate::notes::Notes;
use crate::record::Change;

/// An entry that others changed.
#[derive(Debug, Clone)]
pub struct Unread<'a> {
    /// The entry as it stands now.
    pub entry: Entry<'a>,
    /// What they did, in the order of the clocks.
    pub changes: Vec<&'a Change>,
}

impl Notes {
    /// What others did to entries and this person has not seen, the latest first.
    ///
    /// What counts is what had come in when the person looked, stream by stream, and no clock: an old change that comes
    /// late is new.
    pub fn unread(&self, author: &Author) -> Vec<Unread<'_>> {
        let is_new = |change: &Change| change.seq > self.read_of(author, &change.stream) && !self.is_by(author, change);
        let all = self.all_entries().map(|entry| {
            let changes = entry.record.changes().into_iter().filter(|change| is_new(change)).collect();
            Unread { entry, changes }
        });
        let mut all: Vec<Unread<'_>> = all.filter(|unread| !unread.changes.is_empty()).collect();
        all.sort_by_key(|unread| std::cmp::Reverse(unread.changes.last().map(|change| change.at_ms)));
        all
    }
}
