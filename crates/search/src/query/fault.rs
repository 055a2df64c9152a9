//! What is wrong with a part of a query, and what may have been meant.

use std::fmt;
use std::ops::Range;

/// Something in a query that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What may be written in its place.
    pub suggestion: Option<String>,
}

impl Fault {
    /// What is wrong with a query, with the part of it that is meant.
    pub fn explain(&self, query: &str) -> String {
        let written = query.get(self.span.clone()).unwrap_or_default().trim();
        let named = self.message.split('`').nth(1).unwrap_or_default();
        if written.is_empty() || self.message.contains(written) || !named.is_empty() && written.contains(named) {
            self.to_string()
        } else {
            format!("`{written}`: {self}")
        }
    }
}

impl fmt::Display for Fault {
    /// Both as one sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.suggestion.iter().try_for_each(|suggestion| write!(f, "; try {suggestion}"))
    }
}

/// Of some names, the nearest to what was written: with the same beginning, or differing in a letter or two.
pub(super) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let distance = |name: &str| {
        if !written.is_empty() && name.starts_with(&written) { 0 } else { strsim::damerau_levenshtein(&written, name) }
    };
    let allowed = if written.chars().count() < 4 { 1 } else { 2 };
    let near = names.into_iter().map(|name| (distance(name), name));
    near.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}
