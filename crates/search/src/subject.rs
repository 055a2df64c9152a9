//! What a session is found by, and which rule holds for each part of it.

mod filter;
mod marks;
mod needle;
mod ready;

use chrono::{DateTime, NaiveDate, Utc};
use unicode_segmentation::UnicodeSegmentation;

use crate::query::{Query, State};
use crate::text::Folded;

pub use marks::Marks;
pub(crate) use needle::{Needle, is_lower};
pub(crate) use ready::{Ready, is_inside_a_word, is_of_prompt};

/// What a session is found by.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Its id: found by its beginning, from four characters on; a whole id finds that session alone.
    pub id: String,
    /// Its title, if no person gave it another one: any part of it, gaps forgiven.
    pub title: String,
    /// Its project: the same.
    pub project: String,
    /// What tells its project from others, for `project:`.
    pub project_key: String,
    /// Its branch: the same.
    pub branch: String,
    /// Its models, with or without `claude-` in front: any part of one.
    pub models: Vec<String>,
    /// The first thing that the person said: any part of its first 400 bytes.
    pub first_prompt: String,
    /// The days on which it began and ended, in the viewer's zone: `2026`, `2026-07`, `2026-07-26`.
    pub days: Vec<NaiveDate>,
    /// When it began.
    pub started: Option<DateTime<Utc>>,
    /// When it was last active; of equal matches the latest is first.
    pub latest: Option<DateTime<Utc>>,
    /// Directories that it ran in, and where those are now that moved, for `project:` with a path.
    pub directories: Vec<String>,
    /// Tools that were used, for `tool:`.
    pub tools: Vec<String>,
    /// Files that were written or edited, for `file:`.
    pub files: Vec<String>,
    /// Its type, for `type:`.
    pub kind: String,
    /// Addresses of its pull requests, for `pr:`.
    pub prs: Vec<String>,
    /// The name of the machine that it ran on, for `device:`.
    pub device: String,
    /// Its states, for `is:`, beside those that marks tell of.
    pub states: Vec<State>,
    /// What people and the archive say about it.
    pub marks: Marks,
    /// Its cost in dollars, as far as it is known, for `cost:`.
    pub cost_usd: f64,
    /// Its tokens of every kind, for `tokens:`.
    pub tokens: u64,
}

/// A text on the screen whose matching letters are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Title, project or branch: gaps are forgiven.
    Name,
    /// A model.
    Model,
}

/// Character positions of `text` that the texts of `query` match, for highlighting: rising, and never a part of what
/// is shown as one character. Texts that match elsewhere only are passed over.
pub fn positions(query: &Query, field: Field, text: &str) -> Vec<u32> {
    let folded = Folded::new(text);
    let mut graphemes = Vec::new();
    for needle in query.terms().map(Needle::new) {
        match &needle {
            Needle::Word { text: word, model, .. } => {
                let word = if field == Field::Model { model } else { word };
                if let Some((_, place)) = folded.place(word) {
                    let start = folded.as_str()[..place.start].chars().count();
                    graphemes.extend(start..start + word.as_str().chars().count());
                } else if field == Field::Name && needle.forgives_gaps() {
                    graphemes.extend(folded.place_with_gaps(word).unwrap_or_default());
                }
            }
            Needle::Regex(regex) => {
                let Some(found) = regex.find(text).filter(|found| !found.is_empty()) else { continue };
                let count = |text: &str| text.graphemes(true).count();
                let start = count(&text[..found.start()]);
                graphemes.extend(start..start + count(found.as_str()));
            }
        }
    }
    graphemes.sort_unstable();
    graphemes.dedup();
    characters(text, &graphemes)
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
