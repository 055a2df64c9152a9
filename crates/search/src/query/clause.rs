//! The parts of a query.

use std::ops::Range;

use super::{Fault, Size};
use crate::Moment;

/// A query: every clause must hold. What could not be understood is among the faults, and the rest still works.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// What must hold, in the order in which it was written.
    pub clauses: Vec<Clause>,
    /// What is wrong, in the order in which it was written.
    pub faults: Vec<Fault>,
    /// What was understood but may not be meant.
    pub remarks: Vec<Fault>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Whether it must not hold.
    pub negated: bool,
    /// What is asked for.
    pub what: What,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
}

/// What a clause asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Something to be found in a title or in what was said and done.
    Text(Term),
    /// A name that belongs to the session.
    Name(NameField, String),
    /// A state of the session.
    Is(State),
    /// When it was active.
    When(Bound, Moment, String),
    /// How large it was.
    Measure(Measure, Size),
}

/// A text to be found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// How it was written.
    pub kind: TermKind,
    /// What is between the marks.
    pub text: String,
}

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TermKind {
    /// `word`.
    Word,
    /// `"exact phrase"`.
    Phrase,
    /// `/regex/`.
    Regex,
}

/// Fields that hold names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameField {
    /// Its project, or a directory that it ran in.
    Project,
    /// Its branch.
    Branch,
    /// A model that answered.
    Model,
    /// A tool that was used.
    Tool,
    /// A file that was written or edited.
    File,
    /// Its type, by the person's rules.
    Type,
    /// A tag.
    Tag,
    /// A pull request.
    Pr,
    /// The machine that it ran on.
    Device,
}

/// States that a session can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It runs now.
    Live,
    /// Its transcript is kept in the archive.
    Archived,
    /// The person starred it.
    Starred,
    /// Subagents worked in it.
    Subagent,
    /// It was forked or copied from another one.
    Fork,
    /// Its transcript does not exist any more.
    Gone,
    /// It ran on another machine.
    Remote,
    /// Claude Code deletes its transcript within a week.
    Expiring,
    /// The person hid it.
    Hidden,
}

impl State {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 9] = [
        Self::Live,
        Self::Archived,
        Self::Starred,
        Self::Subagent,
        Self::Fork,
        Self::Gone,
        Self::Remote,
        Self::Expiring,
        Self::Hidden,
    ];

    /// As it is written behind `is:`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Archived => "archived",
            Self::Starred => "starred",
            Self::Subagent => "subagent",
            Self::Fork => "fork",
            Self::Gone => "gone",
            Self::Remote => "remote",
            Self::Expiring => "expiring",
            Self::Hidden => "hidden",
        }
    }
}

/// Which side of a moment is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Active then or later.
    After,
    /// Begun before that.
    Before,
    /// Active within it.
    On,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Dollars.
    Cost,
    /// Tokens of every kind.
    Tokens,
}

impl Query {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Texts that must be found.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.texts(false)
    }

    /// Texts that must not be found.
    pub fn refused(&self) -> impl Iterator<Item = &Term> {
        self.texts(true)
    }

    /// Whether it asks for sessions that are left out of lists.
    pub fn asks_for_hidden(&self) -> bool {
        self.filters().any(|clause| !clause.negated && clause.what == What::Is(State::Hidden))
    }

    /// Clauses about the session itself.
    pub fn filters(&self) -> impl Iterator<Item = &Clause> {
        self.clauses.iter().filter(|clause| !matches!(clause.what, What::Text(_)))
    }

    fn texts(&self, negated: bool) -> impl Iterator<Item = &Term> {
        self.clauses.iter().filter_map(move |clause| match &clause.what {
            What::Text(term) if clause.negated == negated => Some(term),
            _ => None,
        })
    }
}
