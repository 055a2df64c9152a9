//! Which sessions are listed.

use chrono::{DateTime, Utc};

use super::Weights;
use crate::library::Entry;

/// From so many bytes on a session is large.
const LARGE: u64 = 10_000_000;

/// Which sessions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Chip {
    /// All but those of excluded projects.
    #[default]
    All,
    /// Those that Claude Code deletes in the next days.
    Expiring,
    /// Those of which the archive has something.
    Archived,
    /// Those whose transcript is gone.
    Gone,
    /// Those in which nothing was said.
    Empty,
    /// Those that take much.
    Large,
    /// Those that are left out of the list.
    Hidden,
    /// Those of excluded projects, recorded before.
    Excluded,
}

impl Chip {
    pub(crate) const ALL: [Self; 8] =
        [Self::All, Self::Expiring, Self::Archived, Self::Gone, Self::Empty, Self::Large, Self::Hidden, Self::Excluded];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Expiring => "expiring",
            Self::Archived => "archived",
            Self::Gone => "gone",
            Self::Empty => "empty",
            Self::Large => "large",
            Self::Hidden => "hidden",
            Self::Excluded => "excluded",
        }
    }

    /// The next one, or the one before.
    pub(crate) fn step(self, forward: bool) -> Self {
        let at = Self::ALL.iter().position(|chip| *chip == self).unwrap_or(0);
        let by = if forward { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    /// What is said where none is listed.
    pub(crate) fn nothing(self) -> &'static str {
        match self {
            Self::All => "There are no sessions",
            Self::Expiring => "Claude Code deletes nothing in the next 7 days",
            Self::Archived => "The archive is empty; `sessions archive` keeps what is there",
            Self::Gone => "No transcript is gone",
            Self::Empty => "Something was said in every session",
            Self::Large => "No session takes 10 MB",
            Self::Hidden => "No session is hidden",
            Self::Excluded => "No session of an excluded project is stored; x excludes a project",
        }
    }

    /// Whether Claude Code deletes a transcript in the next days.
    pub(crate) fn expires(entry: &Entry, now: DateTime<Utc>) -> bool {
        entry.row.transcript.is_some() && entry.marks.days_left(now).is_some()
    }

    pub(super) fn holds(self, entry: &Entry, weights: &Weights, now: DateTime<Utc>) -> bool {
        match self {
            Self::All => true,
            Self::Expiring => Self::expires(entry, now),
            Self::Archived => entry.marks.archived,
            Self::Gone => entry.is_gone(),
            Self::Empty => entry.row.session.prompts == 0,
            Self::Large => weights.on_disk(entry) + weights.packed(entry) >= LARGE,
            Self::Hidden => entry.marks.hidden,
            Self::Excluded => false,
        }
    }
}
