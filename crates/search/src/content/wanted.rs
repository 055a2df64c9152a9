//! A query made ready for searching contents.

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use regex::{Regex, RegexBuilder};

use super::{by_line, raw};
use crate::query::{Query, Term, TermKind};
use crate::subject::is_lower;
use crate::within_line::within_line;

/// When the case of letters counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caps {
    /// Where a text has a capital letter.
    #[default]
    Smart,
    /// Never.
    Ignored,
    /// Always.
    Counted,
}

/// A query made ready for searching contents.
#[derive(Debug)]
pub struct Wanted {
    /// Those that must occur, then those that must not.
    pub(super) texts: Vec<Wish>,
    /// How many must occur.
    pub(super) positive: usize,
    /// Finds lines in which any of them can be.
    pub(super) lines: RegexMatcher,
    /// Tells strings in which any of them can be, as they are written.
    pub(super) strings: Regex,
    /// Finds all that must occur side by side, in its order; none of a single text.
    pub(super) beside: Option<Regex>,
    /// Whether each line can be judged without those around it: no match goes over a line end.
    pub(super) by_line: bool,
    /// Whether it is one word or phrase: where nothing is escaped, it stands as it is written.
    pub(super) is_literal: bool,
    /// Whether thinking is searched.
    pub(super) thinking: bool,
    /// Most lines that are kept of each session.
    pub(super) keep: usize,
    /// Lines around each.
    pub(super) context: usize,
}

/// A text that is looked for.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) key: Key,
    /// Finds it in a decoded text.
    pub(super) decoded: Regex,
    /// How it can be written.
    written: Option<String>,
    /// Finds lines in which it can be.
    pub(super) lines: RegexMatcher,
    /// How many bytes it has at least: the more, the rarer it is.
    pub(super) length: usize,
}

/// What a text of a query means in contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) term: Term,
    /// Whether case counts.
    pub(super) exact: bool,
}

impl Wanted {
    /// Makes a query ready; none if it asks for nothing in contents, or for less than is worth looking for: a single
    /// letter stands in every transcript.
    pub fn new(query: &Query, caps: Caps) -> Option<Self> {
        let texts: Vec<Wish> = query.terms().chain(query.refused()).filter_map(|term| Wish::new(term, caps)).collect();
        let worth = query
            .terms()
            .chain(query.refused())
            .any(|term| term.text.chars().nth(1).is_some() || !term.text.is_ascii());
        if !worth || texts.len() != query.terms().count() + query.refused().count() {
            return None;
        }
        let either = |anything: &str| {
            let patterns = texts.iter().map(|wish| wish.written.as_deref().unwrap_or(anything));
            patterns.map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|")
        };
        let by_line = texts.iter().all(|wish| by_line::is_by_line(&wish.key.term));
        let is_literal = matches!(texts.as_slice(), [wish] if wish.key.term.kind != TermKind::Regex);
        Some(Self {
            positive: query.terms().count(),
            lines: matcher(&either(raw::ANY_LINE))?,
            strings: RegexBuilder::new(&either(raw::ANY_TEXT)).build().ok()?,
            beside: beside(query, &texts),
            by_line,
            is_literal,
            texts,
            thinking: true,
            keep: 0,
            context: 0,
        })
    }

    /// Whether a text can be judged by the lines in which something was found as it is written.
    pub(super) fn by_stretch(&self) -> bool {
        self.by_line || self.is_literal
    }

    /// The same, with or without thinking.
    #[must_use]
    pub fn thinking(self, thinking: bool) -> Self {
        Self { thinking, ..self }
    }

    /// The same, keeping so many lines of each session, with so many lines around each.
    #[must_use]
    pub fn keeping(self, lines: usize, context: usize) -> Self {
        Self { keep: lines, context, ..self }
    }
}

impl Wish {
    fn new(term: &Term, caps: Caps) -> Option<Self> {
        let exact = match caps {
            Caps::Ignored => false,
            Caps::Counted => true,
            Caps::Smart if term.kind == TermKind::Regex => !is_lower(&term.text),
            Caps::Smart => term.text.chars().any(char::is_uppercase),
        };
        let pattern = match term.kind {
            TermKind::Regex => within_line(&term.text, exact).ok()?,
            TermKind::Word => regex::escape(&term.text),
            TermKind::Phrase => term.text.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+"),
        };
        let decoded = RegexBuilder::new(&pattern).case_insensitive(!exact).multi_line(true).build().ok()?;
        let written = raw::pattern(term, exact);
        Some(Self {
            key: Key { term: term.clone(), exact },
            decoded,
            lines: matcher(written.as_deref().unwrap_or(raw::ANY_LINE))?,
            written,
            length: raw::least_length(term),
        })
    }
}

/// Finds the texts that must occur side by side: nothing but spaces, hyphens and such stand between.
fn beside(query: &Query, texts: &[Wish]) -> Option<Regex> {
    let wishes = &texts[..query.terms().count()];
    if wishes.len() < 2 || wishes.iter().any(|wish| wish.key.term.kind == TermKind::Regex) {
        return None;
    }
    let pattern = |wish: &Wish| format!("(?{}:{})", if wish.key.exact { "-i" } else { "i" }, wish.decoded);
    Regex::new(&wishes.iter().map(pattern).collect::<Vec<_>>().join(r"[\s_-]+")).ok()
}

fn matcher(pattern: &str) -> Option<RegexMatcher> {
    RegexMatcherBuilder::new().line_terminator(Some(b'\n')).build(pattern).ok()
}
