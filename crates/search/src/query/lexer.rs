//! Cutting a query into pieces: where each begins and ends, and which marks stand around it.

use std::ops::Range;

/// A piece of a query, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) negated: bool,
    /// The name in front of a colon, if there is one that could be a field.
    pub(crate) name: Option<Range<usize>>,
    pub(crate) body: Body,
    /// Everything, the minus sign and the marks included.
    pub(crate) span: Range<usize>,
    /// What is between the marks or behind the colon, as written.
    pub(crate) inside: Range<usize>,
    /// Whether what was opened by a quote is closed by one.
    pub(crate) closed: bool,
}

/// What a piece holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    Plain(String),
    Quoted(String),
    Regex(String),
}

/// All pieces of a text.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|letter: char| !letter.is_whitespace()).map(|skip| at + skip) {
        let piece = piece(text, start);
        at = piece.span.end;
        pieces.push(piece);
    }
    pieces
}

fn piece(text: &str, start: usize) -> Piece {
    // `--flag` is a word: nobody negates twice
    let negated = text[start..]
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|letter: char| letter != '-' && !letter.is_whitespace()));
    let from = start + usize::from(negated);
    let rest = &text[from..];
    let marked = if rest.starts_with('"') { Some(quoted(text, from)) } else { regex(text, from) };
    if let Some((body, inside, end)) = marked {
        return Piece { negated, name: None, body, closed: inside.end < end, span: start..end, inside };
    }
    let end = word_end(text, from);
    let name = text[from..end].find(':').map(|colon| from..from + colon).filter(|name| is_name(&text[name.clone()]));
    let value = name.as_ref().map_or(from, |name| name.end + 1);
    if name.is_some() && text[value..].starts_with('"') {
        let (body, inside, end) = quoted(text, value);
        return Piece { negated, name, body, closed: inside.end < end, span: start..end, inside };
    }
    let body = Body::Plain(text[value..end].to_owned());
    Piece { negated, name, body, closed: true, span: start..end, inside: value..end }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn word_end(text: &str, from: usize) -> usize {
    text[from..].find(char::is_whitespace).map_or(text.len(), |length| from + length)
}

/// A text in quotes; one that is not closed reaches to the end. `\"` and `\\` stand for the sign itself.
fn quoted(text: &str, open: usize) -> (Body, Range<usize>, usize) {
    let mut plain = String::new();
    let mut letters = text[open + 1..].char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match (letter, letters.peek()) {
            ('"', _) => return (Body::Quoted(plain), open + 1..open + 1 + at, open + 2 + at),
            ('\\', Some((_, escaped @ ('"' | '\\')))) => {
                plain.push(*escaped);
                letters.next();
            }
            _ => plain.push(letter),
        }
    }
    (Body::Quoted(plain), open + 1..text.len(), text.len())
}

/// A regular expression: from a slash to the first slash that ends a word. `\/` stands for a slash. Without an end it
/// is a word, as paths are.
fn regex(text: &str, open: usize) -> Option<(Body, Range<usize>, usize)> {
    let mut pattern = String::new();
    let mut letters = text[open..].strip_prefix('/')?.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        match (letter, next) {
            ('\\', Some('/')) => {
                pattern.push('/');
                letters.next();
            }
            ('\\', Some(escaped)) => {
                pattern.extend(['\\', escaped]);
                letters.next();
            }
            ('/', next) if next.is_none_or(char::is_whitespace) => {
                let inside = open + 1..open + 1 + at;
                return (!pattern.trim().is_empty()).then_some((Body::Regex(pattern), inside, open + 2 + at));
            }
            _ => pattern.push(letter),
        }
    }
    None
}
