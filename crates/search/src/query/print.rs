//! Writing a query down again: reading that gives the same clauses.

use std::fmt;

use super::form::{FieldKind, name_of};
use super::{Clause, Query, TermKind, What};

impl fmt::Display for Query {
    /// The clauses that were understood, in the shortest form that means the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, clause) in self.clauses.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            clause.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        let field = |kind: FieldKind| name_of(kind);
        match &self.what {
            What::Text(term) => match term.kind {
                TermKind::Word => f.write_str(&term.text),
                TermKind::Phrase => f.write_str(&quoted(&term.text)),
                TermKind::Regex => write!(f, "/{}/", term.text.replace('/', "\\/")),
            },
            What::Name(name, value) => write!(f, "{}:{}", field(FieldKind::Name(*name)), as_value(value)),
            What::Is(state) => write!(f, "{}:{}", field(FieldKind::Is), state.name()),
            What::When(bound, _, written) => write!(f, "{}:{}", field(FieldKind::When(*bound)), as_value(written)),
            What::Measure(measure, size) => {
                write!(f, "{}:{}", field(FieldKind::Measure(*measure)), as_value(&size.to_string()))
            }
        }
    }
}

/// A value behind a colon, in quotes where it needs them.
pub(crate) fn as_value(value: &str) -> String {
    let plain = !value.is_empty() && !value.starts_with('"') && !value.contains(char::is_whitespace);
    if plain { value.to_owned() } else { quoted(value) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
