//! Texts folded for comparison, and where a word occurs in them.

use std::ops::Range;

use nucleo::chars::{normalize, to_lower_case};
use unicode_segmentation::UnicodeSegmentation;

/// Occurrences of a word in a text that are looked at for the best of them.
const MOST_OCCURRENCES: usize = 4;
/// Letters that a word needs before gaps in it are forgiven.
const LEAST_WITH_GAPS: usize = 3;

/// A text or a word without case and accents: one `char` for each grapheme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folded(String);

/// How well a word that occurs without gaps matches a text, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Match {
    /// It occurs inside a word.
    Middle,
    /// A word begins with it.
    Start,
    /// It is a whole word.
    Whole,
}

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self(text.to_ascii_lowercase());
        }
        let first = |grapheme: &str| grapheme.chars().next();
        Self(text.graphemes(true).filter_map(first).map(|letter| to_lower_case(normalize(letter))).collect())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The best of the first places where a word occurs without gaps, in bytes.
    pub(crate) fn place(&self, word: &Self) -> Option<(Match, Range<usize>)> {
        let (text, word) = (self.as_str(), word.as_str());
        let step = word.chars().next()?.len_utf8();
        let mut best: Option<(Match, Range<usize>)> = None;
        let mut from = 0;
        for _ in 0..MOST_OCCURRENCES {
            let Some(found) = text[from..].find(word) else { break };
            let place = from + found..from + found + word.len();
            let kind = kind(text, &place);
            from = place.start + step;
            if best.as_ref().is_none_or(|(known, _)| *known < kind) {
                best = Some((kind, place));
            }
            if kind == Match::Whole {
                break;
            }
        }
        best
    }

    /// Where the letters of a word occur in this order, in characters: close together, in one stretch without white
    /// space, the first at the start of a word. Only words of three letters or more and nothing else match so.
    pub(crate) fn place_with_gaps(&self, word: &Self) -> Option<Vec<usize>> {
        let letters: Vec<char> = word.0.chars().collect();
        if letters.len() < LEAST_WITH_GAPS || !letters.iter().all(|letter| letter.is_alphabetic()) {
            return None;
        }
        let longest = letters.len() + letters.len() / 2;
        let mut before = None;
        let mut tightest: Option<Vec<usize>> = None;
        for (at, (start, letter)) in self.0.char_indices().enumerate() {
            if letter == letters[0] && before.is_none_or(|before: char| !before.is_alphanumeric()) {
                let places = in_order(&self.0[start..], &letters, longest);
                let length = |places: &[usize]| places.last().copied().unwrap_or_default();
                if let Some(places) = places
                    && tightest.as_deref().is_none_or(|known| length(&places) + at < length(known) + known[0])
                {
                    tightest = Some(places.into_iter().map(|place| place + at).collect());
                }
            }
            before = Some(letter);
        }
        tightest
    }
}

/// The first places of letters in the beginning of a text; its first letter is the first of them.
fn in_order(text: &str, letters: &[char], longest: usize) -> Option<Vec<usize>> {
    let mut places = Vec::with_capacity(letters.len());
    for (at, letter) in text.chars().take(longest).enumerate().take_while(|(_, letter)| !letter.is_whitespace()) {
        if letters.get(places.len()) == Some(&letter) {
            places.push(at);
        }
    }
    (places.len() == letters.len()).then_some(places)
}

fn kind(text: &str, place: &Range<usize>) -> Match {
    let continues = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    if continues(text[..place.start].chars().next_back()) {
        Match::Middle
    } else if continues(text[place.end..].chars().next()) {
        Match::Start
    } else {
        Match::Whole
    }
}
