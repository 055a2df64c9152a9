//! What sessions are sorted by.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::Weights;
use crate::library::Entry;

/// What sessions are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Column {
    /// Bytes on the disk.
    #[default]
    Disk,
    /// Bytes in the archive.
    Archive,
    /// How long ago something happened.
    Age,
    /// How long the transcript is kept.
    Left,
    Cost,
    Turns,
    State,
    Project,
    Title,
}

/// What is compared: figures, then texts, then moments.
type Key = (i128, String, Reverse<Option<DateTime<Utc>>>);

impl Column {
    /// In the order in which they are taken one after the other.
    pub(crate) const ALL: [Self; 9] = [
        Self::Disk,
        Self::Archive,
        Self::Age,
        Self::Left,
        Self::Cost,
        Self::Turns,
        Self::State,
        Self::Project,
        Self::Title,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Archive => "archive",
            Self::Age => "age",
            Self::Left => "left",
            Self::Cost => "cost",
            Self::Turns => "turns",
            Self::State => "state",
            Self::Project => "project",
            Self::Title => "title",
        }
    }

    pub(crate) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|column| *column == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// Whether the greatest stands first, unless it is reversed.
    pub(crate) fn descends(self) -> bool {
        matches!(self, Self::Disk | Self::Archive | Self::Age | Self::Cost | Self::Turns)
    }

    pub(super) fn key(self, entry: &Entry, weights: &Weights, now: DateTime<Utc>) -> Key {
        let latest = Reverse(entry.latest);
        let number = |number: i128| (number, String::new(), latest);
        match self {
            Self::Disk => number(weights.on_disk(entry).into()),
            Self::Archive => number(weights.packed(entry).into()),
            Self::Age => number(entry.latest.map_or(i128::MAX, |latest| (now - latest).num_milliseconds().into())),
            Self::Left => number(match entry.marks.deleted_at.filter(|_| entry.row.transcript.is_some()) {
                Some(end) => end.timestamp_millis().into(),
                None => i128::MAX,
            }),
            Self::Cost => number(entry.row.cost.0.into()),
            Self::Turns => number(entry.row.session.prompts.into()),
            Self::State => number(i128::from(rank(entry))),
            Self::Project => (0, entry.project.to_lowercase(), latest),
            Self::Title => (0, entry.title().to_lowercase(), latest),
        }
    }
}

/// Those that run, those that are there, those that are kept, those that are gone.
fn rank(entry: &Entry) -> u8 {
    match (entry.running.is_some(), entry.row.transcript.is_some(), entry.marks.archived) {
        (true, ..) => 0,
        (_, true, _) => 1,
        (_, _, true) => 2,
        _ => 3,
    }
}
