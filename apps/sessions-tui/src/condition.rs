//! What state a session is in, as the list shows it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use search::Marks;
use store::SessionRow;
use transcript::SessionId;

use crate::cells;
use crate::library::Entry;

/// What is known of the time to come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outlook {
    /// When the caches of sessions run out that are warm.
    pub warm_until: HashMap<SessionId, DateTime<Utc>>,
}

/// The state of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A client has it open.
    Live,
    /// What the model has read is still in its cache: to go on now costs little.
    Warm {
        /// Minutes that are left, begun ones too.
        minutes: i64,
    },
    /// Claude Code will delete its transcript soon.
    Ending {
        /// Whole days that are left; none where it should have been deleted already.
        days: Option<i64>,
    },
    /// Claude Code has deleted its transcript, and the archive has it.
    Archived,
    /// It counts for another machine: its transcript is there, and here as well where that has it.
    Elsewhere,
    /// Its transcript is deleted.
    Gone,
    /// It is known as another program recorded it.
    Recorded,
    /// It never had a transcript of its own, only its subagents had.
    Fragment,
    /// Nothing special.
    Resting,
}

impl Condition {
    /// The state at a moment.
    pub(crate) fn of(entry: &Entry, outlook: &Outlook, now: DateTime<Utc>) -> Self {
        if entry.running.is_some() {
            return Self::Live;
        }
        let resting = Self::at_rest(&entry.row, &entry.marks, now);
        if entry.is_unreadable() {
            return resting;
        }
        let warm_until = outlook.warm_until.get(entry.row.id());
        let seconds = warm_until.map_or(0, |until| (*until - now).num_seconds());
        if seconds > 0 {
            return Self::Warm { minutes: (seconds + 59) / 60 };
        }
        resting
    }

    /// The state of a session that nobody works in.
    fn at_rest(row: &SessionRow, marks: &Marks, now: DateTime<Utc>) -> Self {
        match marks.days_left(now) {
            _ if row.transcript.is_none() && marks.archived => Self::Archived,
            _ if row.transcript.is_none() && marks.device.is_some() => Self::Elsewhere,
            _ if row.transcript.is_none() && row.adopted => Self::Recorded,
            _ if row.transcript.is_none() && row.had_transcript => Self::Gone,
            _ if row.transcript.is_none() => Self::Fragment,
            Some(days) => Self::Ending { days: (days >= 0).then_some(days) },
            None if marks.device.is_some() => Self::Elsewhere,
            None => Self::Resting,
        }
    }

    /// The sign in the margin.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Live => "●",
            Self::Warm { .. } => "○",
            Self::Ending { .. } => "!",
            Self::Archived => "◇",
            Self::Elsewhere => "↗",
            Self::Gone | Self::Recorded | Self::Fragment => "◌",
            Self::Resting => "",
        }
    }

    /// What it is, in a word or two.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Live => "live".to_owned(),
            Self::Warm { minutes } => format!("warm {minutes}m"),
            Self::Ending { days: None } => "overdue".to_owned(),
            Self::Ending { days: Some(0) } => "last day".to_owned(),
            Self::Ending { days: Some(days) } => format!("{days}d left"),
            Self::Archived => "archived".to_owned(),
            Self::Elsewhere => "other machine".to_owned(),
            Self::Gone => "gone".to_owned(),
            Self::Recorded => "imported".to_owned(),
            Self::Fragment | Self::Resting => String::new(),
        }
    }
}

/// The state of a session that nobody works in, in a word or two; empty where there is nothing to say.
pub fn state(row: &SessionRow, marks: &Marks, now: DateTime<Utc>) -> String {
    match (Condition::at_rest(row, marks, now), &marks.device) {
        (Condition::Elsewhere, Some(device)) => cells::clean(device),
        (state, _) => state.words(),
    }
}

/// How long the cache of a session lasts after a request: as long as what was written last, an hour or five minutes. Where
/// nothing was written lately, as long as anything was that it ever wrote. Reading what is there lets it last anew.
pub(crate) fn cache_lasts(row: &SessionRow, for_an_hour: Option<bool>) -> Option<TimeDelta> {
    let ever = (row.tokens.cache_write() > 0).then_some(row.tokens.cache_write_1h > 0);
    for_an_hour.or(ever).map(|hour| if hour { TimeDelta::hours(1) } else { TimeDelta::minutes(5) })
}

#[cfg(test)]
mod tests {
    use chrono_tz::UTC;
    use transcript::{Session, Tokens};

    use super::*;
    use crate::library::Library;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a moment")
    }

    fn check_marked(
        marks: Marks,
        (days_ago, has_transcript): (i64, bool),
        warm_for: Option<i64>,
        expect: (Condition, &str),
    ) {
        let row = SessionRow {
            session: Session { id: "a".into(), ..Session::default() },
            transcript: has_transcript.then(|| "/t".into()),
            had_transcript: true,
            modified: Some(now() - TimeDelta::days(days_ago)),
            root: Some("/root".into()),
            ..SessionRow::default()
        };
        let library = Library::new(vec![row], &[], UTC).marked([("a".into(), marks)].into());
        let warm = warm_for.map(|seconds| ("a".into(), now() + TimeDelta::seconds(seconds)));
        let outlook = Outlook { warm_until: warm.into_iter().collect() };
        let state = Condition::of(&library.entries[0], &outlook, now());
        assert_eq!((state, state.words().as_str()), expect);
    }

    fn check(days_ago: i64, has_transcript: bool, warm_for: Option<i64>, expect: (Condition, &str)) {
        let deleted_at = has_transcript.then(|| now() + TimeDelta::days(30 - days_ago));
        check_marked(Marks { deleted_at, ..Marks::default() }, (days_ago, has_transcript), warm_for, expect);
    }

    #[test]
    fn what_is_not_here_is_in_the_archive_or_on_another_machine() {
        let marks = |archived, device: Option<&str>| {
            let device = device.map(str::to_owned);
            Marks { archived, device, ..Marks::default() }
        };
        check_marked(marks(true, None), (40, false), None, (Condition::Archived, "archived"));
        check_marked(marks(true, None), (1, true), None, (Condition::Resting, ""));
        check_marked(marks(false, Some("tower")), (1, false), None, (Condition::Elsewhere, "other machine"));
        check_marked(marks(false, Some("tower")), (1, true), None, (Condition::Elsewhere, "other machine"));
        check_marked(marks(false, Some("tower")), (1, true), Some(61), (Condition::Warm { minutes: 2 }, "warm 2m"));
        check_marked(marks(true, Some("tower")), (1, false), None, (Condition::Archived, "archived"));
    }

    #[test]
    fn a_state_says_what_matters_most() {
        check(1, true, None, (Condition::Resting, ""));
        check(1, true, Some(61), (Condition::Warm { minutes: 2 }, "warm 2m"));
        check(1, true, Some(0), (Condition::Resting, ""));
        check(23, true, None, (Condition::Resting, ""));
        check(24, true, None, (Condition::Ending { days: Some(6) }, "6d left"));
        check(30, true, None, (Condition::Ending { days: Some(0) }, "last day"));
        check(90, true, None, (Condition::Ending { days: None }, "overdue"));
        check(40, false, None, (Condition::Gone, "gone"));
    }

    #[test]
    fn a_cache_lasts_as_long_as_the_last_write() {
        let lasts = |cache_write_5m, cache_write_1h, last| {
            let tokens = Tokens { cache_write_5m, cache_write_1h, ..Tokens::default() };
            cache_lasts(&SessionRow { tokens, ..SessionRow::default() }, last)
        };
        let (short, long) = (Some(TimeDelta::minutes(5)), Some(TimeDelta::hours(1)));
        assert_eq!((lasts(0, 0, None), lasts(9, 0, None), lasts(9, 9, None)), (None, short, long));
        assert_eq!((lasts(9, 9, Some(false)), lasts(9, 9, Some(true))), (short, long));
    }
}
