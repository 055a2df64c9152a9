//! The fold of all operations of entries and marks.

use std::collections::{BTreeMap, BTreeSet};

use journal::{Operation, ReplicaId, Scope, Stream};

use crate::author::Author;
use crate::body::{Body, Kind};
use crate::draft::Draft;
use crate::entry::{Entry, EntryId};
use crate::marks::Marks;
use crate::record::{Change, Record};

/// Everything that people and Claude wrote down, as the operations that are here tell it.
///
/// An entry belongs to the scope that it was made in: what comes in by another scope cannot change it. Marks, and how far
/// somebody has read, are private.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    entries: BTreeMap<EntryId, Record>,
    marks: BTreeMap<String, Record>,
    /// How far each stream has been read, by whom ([`Author::reader`]).
    read: BTreeMap<(String, Stream), u64>,
    /// How far each stream has come in.
    seen: BTreeMap<Stream, u64>,
}

impl Notes {
    /// Takes in an operation; one that is known already, or is of another kind, changes nothing.
    pub fn take(&mut self, operation: &Operation) {
        let seen = self.seen.entry(operation.stream.clone()).or_default();
        *seen = operation.seq.max(*seen);
        // what another replica carries on was said once
        let carried = operation.carried();
        let operation = carried.as_ref().unwrap_or(operation);
        let Some(body) = Body::read(&operation.body) else { return };
        match body.kind {
            Kind::Entry => {
                let id = EntryId { scope: operation.stream.scope.clone(), id: body.subject.clone() };
                self.entries.entry(id).or_default().take(operation, body);
            }
            Kind::Mark if operation.stream.scope == Scope::Private => {
                let reader = if body.said { body.by.to_lowercase() } else { String::new() };
                for (stream, seq) in &body.read {
                    let Some(stream) = stream_of(stream) else { continue };
                    let read = self.read.entry((reader.clone(), stream)).or_default();
                    *read = (*seq).max(*read);
                }
                if !body.set.is_empty() || !body.notes.is_empty() {
                    self.marks.entry(body.subject.clone()).or_default().take(operation, body);
                }
            }
            Kind::Mark => {}
        }
    }

    /// Takes in all that another one knows.
    pub fn merge(&mut self, other: Self) {
        for (id, record) in other.entries {
            self.entries.entry(id).or_default().merge(record);
        }
        for (session, record) in other.marks {
            self.marks.entry(session).or_default().merge(record);
        }
        for (key, seq) in other.read {
            let read = self.read.entry(key).or_default();
            *read = seq.max(*read);
        }
        for (stream, seq) in other.seen {
            let seen = self.seen.entry(stream).or_default();
            *seen = seq.max(*seen);
        }
    }

    /// Entries that were not deleted, those that changed last first.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = self.all_entries().filter(|entry| !entry.is_deleted()).collect();
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.updated_ms()), entry.id));
        entries
    }

    /// Entries, deleted ones too, in the order of their ids.
    pub fn all_entries(&self) -> impl Iterator<Item = Entry<'_>> {
        // without a title it was never opened: the operation that did has not come yet
        let opened = self.entries.iter().filter(|(_, record)| record.register("title").is_some());
        opened.map(|(id, record)| Entry { id, record })
    }

    /// An entry.
    pub fn entry(&self, id: &EntryId) -> Option<Entry<'_>> {
        self.entries.get_key_value(id).map(|(id, record)| Entry { id, record })
    }

    /// What is marked on a session.
    pub fn marks(&self, session: &str) -> Option<Marks<'_>> {
        self.marks.get(session).map(Marks)
    }

    /// Sessions on which anything was ever marked.
    pub fn marked(&self) -> impl Iterator<Item = (&str, Marks<'_>)> {
        self.marks.iter().map(|(session, record)| (session.as_str(), Marks(record)))
    }

    /// Sessions that were deleted, on whatever machine, with the moment in milliseconds since 1970.
    pub fn deleted(&self) -> impl Iterator<Item = (&str, u64)> {
        let deleted = self.marked().filter_map(|(session, marks)| Some((session, marks.deletion()?)));
        deleted.filter(|(_, (is_deleted, _))| *is_deleted).map(|(session, (_, at_ms))| (session, at_ms))
    }

    /// The body of an operation on an entry; none where nothing would change.
    pub fn change_entry(&self, id: &EntryId, draft: Draft, author: &Author, at_ms: u64) -> Option<Vec<u8>> {
        change(Kind::Entry, &id.id, self.entries.get(id), draft, author, at_ms)
    }

    /// The body of an operation that marks a session; none where nothing would change.
    pub fn change_marks(&self, session: &str, draft: Draft, author: &Author, at_ms: u64) -> Option<Vec<u8>> {
        change(Kind::Mark, session, self.marks.get(session), draft, author, at_ms)
    }

    /// The body of an operation that notes that somebody has seen all there is; none where nothing is unread.
    pub fn mark_read(&self, author: &Author, at_ms: u64) -> Option<Vec<u8>> {
        let mut body = Body::new(Kind::Mark, "inbox", &author.name, author.said, at_ms);
        let unread = self.unread(author);
        let streams = unread.iter().flat_map(|unread| &unread.changes).map(|change| &change.stream);
        body.read = streams.map(|stream| (stream.to_string(), self.seen.get(stream).copied().unwrap_or(0))).collect();
        (!body.read.is_empty()).then(|| body.write())
    }

    /// Up to which operation of a stream somebody has read.
    pub(crate) fn read_of(&self, author: &Author, stream: &Stream) -> u64 {
        self.read.get(&(author.reader(), stream.clone())).copied().unwrap_or(0)
    }

    /// Whether a change was made by this person. Machines whose private streams are here are the person's own; under
    /// another name they speak for another person only if it was said so.
    pub(crate) fn is_by(&self, author: &Author, change: &Change) -> bool {
        author.is_called(&change.by) || (!change.said && !author.said && self.own().contains(&change.stream.replica))
    }

    /// Replicas of this person: private streams go nowhere else.
    fn own(&self) -> BTreeSet<ReplicaId> {
        let private = self.seen.keys().filter(|stream| stream.scope == Scope::Private);
        private.map(|stream| stream.replica).collect()
    }
}

fn change(
    kind: Kind,
    subject: &str,
    known: Option<&Record>,
    draft: Draft,
    author: &Author,
    at_ms: u64,
) -> Option<Vec<u8>> {
    let nothing = Record::default();
    let known = known.unwrap_or(&nothing);
    let draft = draft.without_known(known);
    (!draft.is_empty()).then(|| draft.body(kind, subject, known, author, at_ms).write())
}

/// A stream as [`Stream`] is written: `<replica>/<scope>`.
fn stream_of(text: &str) -> Option<Stream> {
    let (replica, scope) = text.split_once('/')?;
    Some(Stream { replica: replica.parse().ok()?, scope: scope.parse().ok()? })
}
