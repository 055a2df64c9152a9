//! A paragraph: styled text that does not know its width yet.

use crate::paint::{Fill, Paint, Role};
use crate::table::Table;

/// How a paragraph meets its width.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Kind {
    /// Broken at words.
    #[default]
    Prose,
    /// Broken anywhere; every space counts. Cut where rows are not wrapped.
    Code,
    /// Always one row, cut where it is too long.
    Line,
    /// An empty row.
    Blank,
    /// A rule over the whole width.
    Rule,
    /// A table, whose cells hold the text.
    Table(Box<Table>),
}

/// Styled text that does not know its width yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Para {
    pub(crate) text: String,
    /// Where each stretch of paint ends, in order; the last ends with the text.
    pub(crate) spans: Vec<(usize, Paint)>,
    /// What stands before the first row.
    pub(crate) first: Vec<(String, Paint)>,
    /// What stands before every other row.
    pub(crate) rest: Vec<(String, Paint)>,
    pub(crate) kind: Kind,
    pub(crate) fill: Option<Fill>,
    /// What stands at the right end of the first row.
    pub(crate) right: Option<(String, Paint)>,
}

impl Para {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, ..Self::default() }
    }

    pub(crate) fn blank() -> Self {
        Self::new(Kind::Blank)
    }

    /// One paragraph of one paint.
    pub(crate) fn of(kind: Kind, text: &str, paint: impl Into<Paint>) -> Self {
        let mut para = Self::new(kind);
        para.push(text, paint);
        para
    }

    pub(crate) fn push(&mut self, text: &str, paint: impl Into<Paint>) {
        let paint = paint.into();
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        match self.spans.last_mut().filter(|(_, last)| *last == paint) {
            Some((end, _)) => *end = self.text.len(),
            None => self.spans.push((self.text.len(), paint)),
        }
    }

    pub(crate) fn indented(mut self, columns: usize) -> Self {
        let spaces = (" ".repeat(columns), Paint::default());
        self.first.insert(0, spaces.clone());
        self.rest.insert(0, spaces);
        self
    }

    pub(crate) fn filled(mut self, fill: Fill) -> Self {
        self.fill = Some(fill);
        self
    }

    /// Lines of a text, each a paragraph of its own that hangs under its indent.
    pub(crate) fn lines(text: &str, kind: &Kind, paint: impl Into<Paint> + Copy) -> Vec<Self> {
        text.split('\n').map(|line| Self::of(kind.clone(), line, paint)).collect()
    }
}

/// Plain lines of dim text.
pub(crate) fn dim(text: &str) -> Para {
    Para::of(Kind::Prose, text, Role::Dim)
}
