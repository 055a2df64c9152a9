//! From a text to a query.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::fault::nearest;
use super::form::{FieldKind, field_names, field_of};
use super::lexer::{Body, Piece, pieces};
use super::{Clause, Fault, Measure, NameField, Query, Size, State, Term, TermKind, What};
use crate::Moment;
use crate::within_line::within_line;

/// Most texts that one query can ask for.
const MOST_TERMS: usize = 32;

/// What the meaning of a query depends on beside its text.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// The time of day.
    pub now: DateTime<Utc>,
    /// The zone in which days are counted.
    pub zone: Tz,
    /// The directory that `.` stands for.
    pub here: Option<PathBuf>,
    /// The directory that `~` stands for.
    pub home: Option<PathBuf>,
}

impl Query {
    /// Reads a query. Reading never fails: what is wrong is among the faults, and left out.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for piece in pieces(text) {
            match what(text, &piece) {
                Ok(Some(what)) => {
                    let clause = Clause { negated: piece.negated, what, span: piece.span.clone() };
                    if matches!(clause.what, What::Text(_))
                        && query.terms().count() + query.refused().count() == MOST_TERMS
                    {
                        let message = format!("a query can hold {MOST_TERMS} words; the rest is left out");
                        query.faults.push(Fault { span: clause.span, message, suggestion: None });
                        break;
                    }
                    query.remarks.extend(unclosed(&piece));
                    query.clauses.push(clause);
                }
                Ok(None) => {}
                Err(fault) => query.faults.push(fault),
            }
        }
        query
    }
}

/// What a piece asks for; none where it is empty.
fn what(text: &str, piece: &Piece) -> Result<Option<What>, Fault> {
    if let Some(name) = &piece.name {
        let written = &text[name.clone()];
        if let Some((name, kind)) = field_of(written) {
            return value(name, kind, piece).map(Some);
        }
        if let Some(fault) = misspelt(written, text, piece) {
            return Err(fault);
        }
    }
    let term = |kind, text: &str| What::Text(Term { kind, text: text.to_owned() });
    Ok(match &piece.body {
        Body::Regex(pattern) => {
            check(pattern, piece)?;
            Some(term(TermKind::Regex, pattern))
        }
        Body::Quoted(phrase) if piece.name.is_none() => {
            (!phrase.trim().is_empty()).then(|| term(TermKind::Phrase, phrase))
        }
        // no field after all: a word with a colon in it
        Body::Quoted(phrase) => {
            let name = piece.name.clone().map_or("", |name| &text[name]);
            Some(term(TermKind::Phrase, &format!("{name}:{phrase}")))
        }
        Body::Plain(_) => {
            let word = &text[piece.span.start + usize::from(piece.negated)..piece.span.end];
            // a path is no word: written down again behind others it could be taken for a regular expression
            let kind = if word.starts_with('/') { TermKind::Phrase } else { TermKind::Word };
            Some(term(kind, word))
        }
    })
}

/// That a quote reaches to the end because nothing closes it.
fn unclosed(piece: &Piece) -> Option<Fault> {
    let message = "this quote is not closed: it is taken to the end".to_owned();
    (!piece.closed).then(|| Fault { span: piece.span.clone(), message, suggestion: None })
}

/// A name that is nearly that of a field. `std::fs`, `https://…` and `Error:` are words.
fn misspelt(name: &str, text: &str, piece: &Piece) -> Option<Fault> {
    let value = &text[piece.inside.clone()];
    if value.is_empty() || value.starts_with([':', '/', '\\']) || name.len() < 2 {
        return None;
    }
    let field = nearest(name, field_names())?;
    let whole = &text[piece.span.clone()].trim_start_matches('-');
    Some(Fault {
        span: piece.span.clone(),
        message: format!("there is no field `{name}:`"),
        suggestion: Some(format!("`{field}:{value}`, or \"{whole}\" in quotes to search for it as it stands")),
    })
}

fn value(name: &str, kind: FieldKind, piece: &Piece) -> Result<What, Fault> {
    let (Body::Plain(value) | Body::Quoted(value) | Body::Regex(value)) = &piece.body;
    let value = value.trim();
    let fault = |message: String, suggestion: &str| {
        Err(Fault { span: piece.span.clone(), message, suggestion: Some(suggestion.to_owned()) })
    };
    if value.is_empty() {
        return fault(format!("`{name}:` needs a value"), example_of(name));
    }
    match kind {
        FieldKind::Name(field) => Ok(What::Name(field, value.to_owned())),
        FieldKind::Is => {
            if let Some(state) = State::ALL.iter().find(|state| state.name().eq_ignore_ascii_case(value)) {
                return Ok(What::Is(*state));
            }
            let all = State::ALL.map(State::name);
            let suggestion = nearest(value, all).map_or_else(|| all.join(", "), |state| format!("`is:{state}`"));
            fault(format!("no session is `{value}`"), &suggestion)
        }
        FieldKind::When(bound) => match value.parse::<Moment>() {
            Ok(moment) => Ok(What::When(bound, moment, value.to_owned())),
            Err(problem) => {
                let named = nearest(value, ["today", "yesterday"]).map(|word| format!("`{name}:{word}`"));
                let suggestion = named.unwrap_or_else(|| example_of(name).to_owned());
                let message = format!("`{value}` is no date: {problem}");
                Err(Fault { span: piece.span.clone(), message, suggestion: Some(suggestion) })
            }
        },
        FieldKind::Measure(measure) => {
            if let Some(size) = Size::parse(value) {
                return Ok(What::Measure(measure, size));
            }
            let unit = if measure == Measure::Cost { "an amount in dollars" } else { "a number of tokens" };
            fault(format!("`{value}` is not {unit}"), example_of(name))
        }
    }
}

/// The first example of a field, as code.
fn example_of(name: &str) -> &'static str {
    match name {
        "project" => "`project:billing`",
        "branch" => "`branch:main`",
        "model" => "`model:opus`",
        "tool" => "`tool:Bash`",
        "file" => "`file:*.rs`",
        "type" => "`type:debugging`",
        "tag" => "`tag:customer`",
        "pr" => "`pr:123`",
        "device" => "`device:laptop`",
        "is" => "`is:live`",
        "cost" => "`cost:>5`",
        "tokens" => "`tokens:>1m`",
        "on" => "`on:yesterday`",
        "before" => "`before:2026-10-03`",
        _ => "`after:7d`",
    }
}

/// Whether a regular expression can be used.
fn check(pattern: &str, piece: &Piece) -> Result<(), Fault> {
    let Err(error) = regex_syntax::Parser::new().parse(pattern) else { return check_lines(pattern, piece) };
    let (reason, offset) = match &error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.offset),
        _ => ("it cannot be read".to_owned(), 0),
    };
    let start = (piece.inside.start + offset).min(piece.inside.end);
    let literal = pattern.replace('"', "\\\"");
    Err(Fault {
        span: start..piece.span.end.max(start),
        message: format!("`/{pattern}/` is no complete regular expression: {reason}"),
        suggestion: Some(format!("\"{literal}\" in quotes to search for it as it stands")),
    })
}

/// Whether a regular expression can match within one line.
fn check_lines(pattern: &str, piece: &Piece) -> Result<(), Fault> {
    if within_line(pattern, true).is_ok() {
        return Ok(());
    }
    Err(Fault {
        span: piece.span.clone(),
        message: "a regular expression matches within one line, and this one asks for a line end".to_owned(),
        suggestion: Some("\"a phrase\" in quotes, where line ends count as spaces".to_owned()),
    })
}

impl Setting {
    /// The directory that a value of `project:` names; none if it is a name.
    pub(crate) fn directory(&self, field: NameField, value: &str) -> Option<PathBuf> {
        if field != NameField::Project {
            return None;
        }
        let below = |base: &Option<PathBuf>, rest: &str| {
            base.as_ref().map(|base| if rest.is_empty() { base.clone() } else { base.join(rest) })
        };
        match value {
            "." => self.here.clone(),
            "~" => self.home.clone(),
            ".." => self.here.as_deref().and_then(Path::parent).map(Path::to_owned),
            _ if value.starts_with("./") => below(&self.here, &value[2..]),
            _ if value.starts_with("~/") => below(&self.home, &value[2..]),
            _ => Path::new(value).is_absolute().then(|| PathBuf::from(value)),
        }
    }
}
