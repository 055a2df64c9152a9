//! A text of a query, ready to be looked for in what is known of a session.

use regex::{Regex, RegexBuilder};

use crate::query::{Term, TermKind};
use crate::text::Folded;

/// What all names of models share; it tells nothing.
pub(super) const MAKER: &str = "claude-";

/// A text of a query.
#[derive(Debug)]
pub(crate) enum Needle {
    /// Letters.
    Word {
        text: Folded,
        /// The same as it is looked for in models.
        model: Folded,
        /// Whether it stood in quotes.
        exact: bool,
    },
    /// A regular expression.
    Regex(Regex),
}

impl Needle {
    pub(crate) fn new(term: &Term) -> Self {
        let exact = match term.kind {
            TermKind::Word => false,
            TermKind::Phrase => true,
            TermKind::Regex => {
                let regex = RegexBuilder::new(&term.text).case_insensitive(is_lower(&term.text)).build();
                // The parser has checked the syntax; what is left is an expression too large to be compiled.
                return regex.map_or_else(|_| Self::word(&term.text, true), Self::Regex);
            }
        };
        Self::word(&term.text, exact)
    }

    fn word(text: &str, exact: bool) -> Self {
        let text = if exact { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() };
        let text = Folded::new(&text);
        let model = match text.as_str().strip_prefix(MAKER) {
            Some(rest) if !rest.is_empty() => Folded::new(rest),
            _ => text.clone(),
        };
        Self::Word { text, model, exact }
    }

    /// Whether it is this whole id, and nothing that anybody says: an id of letters alone is a word like others.
    pub(crate) fn is_id(&self, id: &str) -> bool {
        let is_given = || id.bytes().any(|byte| byte.is_ascii_digit()) && id.bytes().all(is_of_id);
        matches!(self, Self::Word { text, .. } if text.as_str() == id) && is_given()
    }

    pub(super) fn forgives_gaps(&self) -> bool {
        matches!(self, Self::Word { exact: false, .. })
    }
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b'-'
}

/// Whether an expression has no capital letter of its own, so that case does not count: `\S` and `\pL` have none.
pub(crate) fn is_lower(pattern: &str) -> bool {
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            if matches!(letters.next(), Some('p' | 'P')) && letters.clone().next() == Some('{') {
                letters.by_ref().find(|letter| *letter == '}');
            }
        } else if letter.is_uppercase() {
            return false;
        }
    }
    true
}
