//! What a session is found by, and which rule holds for each part of it.

use chrono::{DateTime, NaiveDate, Utc};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::{Folded, Match};

/// As much of a first prompt as is searched, in bytes: people remember how they began, and every key reads all.
const PROMPT_SEARCHED: usize = 400;
/// Characters that the beginning of an id or of a date must have.
const LEAST_BEGINNING: usize = 4;
/// What all names of models share; it tells nothing.
const MAKER: &str = "claude-";
/// The score of a word that occurs without gaps is greater than any sum of words with gaps.
const WITHOUT_GAPS: u32 = 1000;

/// What a session is found by.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Its id: found by its beginning, from four characters on; a whole id finds that session alone.
    pub id: String,
    /// Its title: any part of it, gaps forgiven.
    pub title: String,
    /// Its project: the same.
    pub project: String,
    /// Its branch: the same.
    pub branch: String,
    /// Its models, with or without `claude-` in front: any part of one.
    pub models: Vec<String>,
    /// The first thing that the person said: any part of its first 400 bytes.
    pub first_prompt: String,
    /// The days on which it began and ended, in the viewer's zone: `2026`, `2026-07`, `2026-07-26`.
    pub days: Vec<NaiveDate>,
    /// When it was last active; of equal matches the latest is first.
    pub latest: Option<DateTime<Utc>>,
}

/// A text on the screen whose matching letters are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Title, project or branch: gaps are forgiven.
    Name,
    /// A model.
    Model,
}

/// A subject made ready.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) id: String,
    pub(crate) latest: Option<DateTime<Utc>>,
    /// Title, project and branch.
    names: [Folded; 3],
    models: Vec<Folded>,
    first_prompt: Folded,
    days: Vec<String>,
}

/// A word of a query.
#[derive(Debug)]
pub(crate) struct Word {
    text: Folded,
    /// The same as it is looked for in models.
    model: Folded,
}

impl Word {
    pub(crate) fn new(word: &str) -> Self {
        let text = Folded::new(word);
        let model = match text.as_str().strip_prefix(MAKER) {
            Some(rest) if !rest.is_empty() => Folded::new(rest),
            _ => text.clone(),
        };
        Self { text, model }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl Ready {
    pub(crate) fn new(subject: &Subject) -> Self {
        let model = |name: &String| Folded::new(name.strip_prefix(MAKER).unwrap_or(name));
        Self {
            id: subject.id.to_ascii_lowercase(),
            latest: subject.latest,
            names: [&subject.title, &subject.project, &subject.branch].map(|name| Folded::new(name)),
            models: subject.models.iter().map(model).collect(),
            first_prompt: Folded::new(beginning(&subject.first_prompt)),
            days: subject.days.iter().map(NaiveDate::to_string).collect(),
        }
    }

    /// How well a word matches; none where it does not.
    pub(crate) fn score(&self, word: &Word) -> Option<u32> {
        let Word { text: word, model } = word;
        let plain = |place: Match, weight: u32| WITHOUT_GAPS + 10 * place as u32 + weight;
        let names = || self.names.iter().zip([4, 3, 2]);
        let in_names = names().filter_map(|(name, weight)| Some(plain(name.place(word)?.0, weight)));
        let in_models = self.models.iter().filter_map(|name| Some(plain(name.place(model)?.0, 1)));
        let in_prompt = || self.first_prompt.place(word).map(|(place, _)| plain(place, 0));
        let as_beginning = self.begins_with(word.as_str()).then(|| plain(Match::Whole, 5));
        // A prompt is long: it is read only where nothing shorter tells.
        let best = in_names.max().or_else(|| in_models.chain(as_beginning).max()).or_else(in_prompt);
        best.or_else(|| {
            let loose = names().filter_map(|(name, weight)| name.place_with_gaps(word).map(|_| weight));
            loose.max()
        })
    }

    /// Whether its id or one of its days begins so.
    fn begins_with(&self, word: &str) -> bool {
        word.len() >= LEAST_BEGINNING
            && ((is_id_like(word) && self.id.starts_with(word)) || self.days.iter().any(|day| day.starts_with(word)))
    }
}

/// Character positions of `text` that the words of `query` match, for highlighting: rising, and never a part of what
/// is shown as one character. Words that match elsewhere only are passed over.
pub fn positions(query: &str, field: Field, text: &str) -> Vec<u32> {
    let folded = Folded::new(text);
    let mut graphemes = Vec::new();
    for word in query.split_whitespace().map(Word::new) {
        let word = if field == Field::Model { word.model } else { word.text };
        if let Some((_, place)) = folded.place(&word) {
            let start = folded.as_str()[..place.start].chars().count();
            graphemes.extend(start..start + word.as_str().chars().count());
        } else if field == Field::Name {
            graphemes.extend(folded.place_with_gaps(&word).unwrap_or_default());
        }
    }
    graphemes.sort_unstable();
    graphemes.dedup();
    characters(text, &graphemes)
}

fn is_id_like(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn beginning(text: &str) -> &str {
    let end = (0..=PROMPT_SEARCHED.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The positions of all characters of the graphemes at `positions`, which rise.
fn characters(text: &str, positions: &[usize]) -> Vec<u32> {
    let mut wanted = positions.iter().peekable();
    let mut found = Vec::new();
    let mut character = 0;
    let graphemes: Vec<usize> = if text.is_ascii() {
        vec![1; text.len()]
    } else {
        text.graphemes(true).map(|grapheme| grapheme.chars().count()).collect()
    };
    for (index, length) in graphemes.into_iter().enumerate() {
        let end = character + u32::try_from(length).unwrap_or(u32::MAX);
        if wanted.next_if_eq(&&index).is_some() {
            found.extend(character..end);
        }
        character = end;
    }
    found
}
