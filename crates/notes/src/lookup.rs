//! From what a person typed to entries.

use search::Query;

use crate::author::Author;
use crate::entry::Entry;
use crate::notes::Notes;

/// What entries are asked for; what is not said lets everything through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Only of this category.
    pub category: Option<&'a str>,
    /// Only of this status.
    pub status: Option<&'a str>,
    /// Only those about which something is left to do.
    pub open: bool,
    /// Only of the project with one of these keys.
    pub projects: Option<&'a [String]>,
    /// Only of projects whose name or key has this part, whatever its case.
    pub project_part: Option<&'a str>,
    /// Only what this person opened or changed.
    pub by: Option<&'a Author>,
    /// Only what changed then or later, in milliseconds since 1970.
    pub since_ms: Option<u64>,
    /// Only what was opened before that.
    pub before_ms: Option<u64>,
    /// Only written in this session.
    pub session: Option<&'a str>,
    /// Only those whose title, body or notes hold all its words.
    pub words: Option<&'a Query>,
}

/// What a text stands for.
#[derive(Debug, Clone)]
pub enum Match<'a> {
    /// Nothing.
    None,
    /// This one.
    One(Entry<'a>),
    /// Any of these.
    Many(Vec<Entry<'a>>),
}

impl Notes {
    /// Entries that pass a filter, those that changed last first.
    pub fn select(&self, filter: &Filter<'_>) -> Vec<Entry<'_>> {
        let mut entries = self.entries();
        entries.retain(|entry| filter.lets_through(self, *entry));
        entries
    }
}

impl Filter<'_> {
    fn lets_through(&self, notes: &Notes, entry: Entry<'_>) -> bool {
        let is = |wanted: Option<&str>, value: &str| wanted.is_none_or(|wanted| wanted == value);
        let has = |part: &str| {
            [entry.project_name(), entry.project()].map(str::to_lowercase).iter().any(|name| name.contains(part))
        };
        is(self.category, entry.category())
            && is(self.status, entry.status())
            && is(self.session, entry.session())
            && (!self.open || entry.is_open())
            && self.projects.is_none_or(|keys| keys.iter().any(|key| key == entry.project()))
            && self.project_part.is_none_or(|part| has(&part.to_lowercase()))
            && self.since_ms.is_none_or(|since| entry.updated_ms() >= since)
            && self.before_ms.is_none_or(|before| entry.opened().0 < before)
            && self.by.is_none_or(|author| entry.record.changes().iter().any(|change| notes.is_by(author, change)))
            && self.words.is_none_or(|query| search::holds(query, &text_of(entry)))
    }
}

/// All that is said in an entry.
fn text_of(entry: Entry<'_>) -> String {
    let notes = entry.notes().into_iter().map(|note| note.text.as_str());
    let parts: Vec<&str> = [entry.title(), entry.body()].into_iter().chain(notes).collect();
    parts.join("\n")
}

/// The least beginning of an id that counts as one.
const LEAST_BEGINNING: usize = 4;

/// What a text stands for among entries: a whole id, the beginning of one, a whole title, else a part of titles, else
/// words that are all in a title. Everything is taken literally; case does not count.
pub fn find<'a>(entries: &[Entry<'a>], wanted: &str) -> Match<'a> {
    let wanted = wanted.trim().to_lowercase();
    if wanted.is_empty() {
        return Match::None;
    }
    let title = |entry: &Entry<'_>| entry.title().to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let is_beginning = wanted.len() >= LEAST_BEGINNING;
    let rules: [&dyn Fn(&Entry<'_>) -> bool; 5] = [
        &|entry| entry.id.id.to_lowercase() == wanted,
        &|entry| is_beginning && entry.id.id.to_lowercase().starts_with(&wanted),
        &|entry| title(entry) == wanted,
        &|entry| title(entry).contains(&wanted),
        &|entry| words.iter().all(|word| title(entry).contains(word)),
    ];
    for rule in rules {
        let mut found: Vec<Entry<'a>> = entries.iter().filter(|entry| rule(entry)).copied().collect();
        match found.len() {
            0 => {}
            1 => return Match::One(found.remove(0)),
            _ => return Match::Many(found),
        }
    }
    Match::None
}

/// Characters of an id that are shown at least.
const HANDLE: usize = 6;

/// The shortest beginning of an id that none of the others has.
pub fn shortest<'a>(id: &'a str, others: impl Iterator<Item = &'a str>) -> &'a str {
    let shared = |other: &str| id.chars().zip(other.chars()).take_while(|(one, two)| one == two).count();
    let most = others.filter(|other| *other != id).map(shared).max().unwrap_or(0);
    let length = HANDLE.max(most + 1);
    id.char_indices().nth(length).map_or(id, |(end, _)| &id[..end])
}
