//! Completing a query: names of fields, and values that the caller knows.

use std::ops::Range;

use crate::query::as_value;
use crate::query::{FieldKind, NameField, State, field_names, field_of, pieces};
use crate::text::Folded;

/// Letters of a field's name that must stand there already.
const LEAST_NAME: usize = 2;
/// Most offers.
const MOST_OFFERS: usize = 50;

/// Values that fields can have, the most useful first.
#[derive(Debug, Clone, Default)]
pub struct Known(Vec<(NameField, Vec<String>)>);

impl Known {
    /// Adds the values of a field.
    #[must_use]
    pub fn with(mut self, field: NameField, values: Vec<String>) -> Self {
        self.0.push((field, values));
        self
    }

    fn of(&self, field: NameField) -> impl Iterator<Item = &str> {
        let values = self.0.iter().filter(move |(known, _)| *known == field);
        values.flat_map(|(_, values)| values.iter().map(String::as_str))
    }
}

/// What can be put in the place of a part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The part, in bytes.
    pub range: Range<usize>,
    /// What can stand there, at least one.
    pub offers: Vec<Offer>,
}

/// Something to be put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// As a list shows it.
    pub shown: String,
    /// What is put in: a name with its colon, or a value with the space behind it.
    pub text: String,
}

/// What can be completed at a place in a query; none where nothing can.
pub fn complete(query: &str, cursor: usize, known: &Known) -> Option<Completion> {
    let pieces = pieces(query);
    let alone = pieces.len() == 1;
    let piece = pieces.into_iter().find(|piece| (piece.span.start + 1..=piece.span.end).contains(&cursor))?;
    let (range, offers) = match &piece.name {
        Some(name) if cursor > name.end => {
            let (_, kind) = field_of(&query[name.clone()])?;
            let written = query.get(piece.inside.start..cursor.clamp(piece.inside.start, piece.inside.end))?;
            (name.end + 1..piece.span.end, values(kind, written, known))
        }
        _ => {
            let start = piece.span.start + usize::from(piece.negated);
            let written = query.get(start..cursor)?;
            let mut names = names(written);
            // a whole name behind other words is most likely one of them
            names.retain(|name| alone || piece.negated || name.text.trim_end_matches(':') != written);
            (start..cursor, names)
        }
    };
    (!offers.is_empty()).then_some(Completion { range, offers })
}

fn names(written: &str) -> Vec<Offer> {
    if written.len() < LEAST_NAME {
        return Vec::new();
    }
    let begun = field_names().filter(|name| name.starts_with(&written.to_lowercase()));
    begun.map(|name| Offer { shown: format!("{name}:"), text: format!("{name}:") }).collect()
}

fn values(kind: FieldKind, written: &str, known: &Known) -> Vec<Offer> {
    let all: Vec<&str> = match kind {
        FieldKind::Name(field) => known.of(field).collect(),
        FieldKind::Is => State::ALL.iter().map(|state| state.name()).collect(),
        FieldKind::When(_) => vec!["today", "yesterday", "7d", "2w", "1mo", "3mo"],
        FieldKind::Measure(_) => Vec::new(),
    };
    let written = Folded::new(written);
    let place = |value: &str| Folded::new(value).as_str().find(written.as_str());
    // what begins so goes before what only contains it; one that stands there already is no offer
    let mut fitting: Vec<(bool, &str)> = all.into_iter().filter_map(|value| Some((place(value)? > 0, value))).collect();
    if fitting.len() == 1 && Folded::new(fitting[0].1) == written {
        return Vec::new();
    }
    fitting.sort_by_key(|(inside, _)| *inside);
    let offer = |(_, value): (bool, &str)| Offer { shown: value.to_owned(), text: format!("{} ", as_value(value)) };
    fitting.into_iter().take(MOST_OFFERS).map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expect: &[&str], then: &str) {
        let (text, cursor) = (query.replace('|', ""), query.find('|').expect("a cursor"));
        let known = Known::default()
            .with(NameField::Project, vec!["billing-api".into(), "my shop".into(), "api".into()])
            .with(NameField::Tool, vec!["Bash".into(), "WebSearch".into()]);
        let completion = complete(&text, cursor, &known);
        let shown: Vec<&str> = completion
            .iter()
            .flat_map(|completion| completion.offers.iter().map(|offer| offer.shown.as_str()))
            .collect();
        assert_eq!(shown, expect, "{query}");
        if let Some(completion) = completion {
            let mut text = text;
            text.replace_range(completion.range, &completion.offers[0].text);
            assert_eq!(text, then, "{query}");
        }
    }

    #[test]
    fn names_and_values_are_completed_where_the_cursor_stands() {
        check("pro|", &["project:"], "project:");
        check("-mo|", &["model:"], "-model:");
        check("merge bra|", &["branch:"], "merge branch:");
        check("merge branch|", &[], "");
        check("branch|", &["branch:"], "branch:");
        check("to|", &["tool:", "tokens:"], "tool:");
        check("p|", &[], "");
        check("refund |", &[], "");
        check("|refund", &[], "");
        check("refund project:|", &["billing-api", "my shop", "api"], "refund project:billing-api ");
        check("project:ap| x", &["api", "billing-api"], "project:api  x");
        check("project:sh|", &["my shop"], "project:\"my shop\" ");
        check("project:\"my|", &["my shop"], "project:\"my shop\" ");
        check("project:API|", &["api", "billing-api"], "project:api ");
        check("tool:bash|", &[], "");
        check("is:su|", &["subagent"], "is:subagent ");
        check("after:y|", &["yesterday", "today"], "after:yesterday ");
        check("cost:|", &[], "");
        check("colour:|", &[], "");
    }

    proptest::proptest! {
        #[test]
        fn no_text_and_no_place_panics(query in "\\PC{0,30}", at in 0_usize..40) {
            let cursor = query.floor_char_boundary(at);
            if let Some(completion) = complete(&query, cursor, &Known::default()) {
                proptest::prop_assert!(query.get(completion.range).is_some());
            }
        }
    }
}
