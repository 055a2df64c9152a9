//! What people and the archive say about a session, beside what its transcript tells.

use chrono::{DateTime, TimeDelta, Utc};

use crate::query::State;

/// From when on before it is deleted a transcript is worth a word.
const WORTH_A_WORD: TimeDelta = TimeDelta::days(7);

/// What people and the archive say about a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own")]
pub struct Marks {
    /// Somebody starred it.
    pub starred: bool,
    /// Its tags, for `tag:`.
    pub tags: Vec<String>,
    /// The title that a person gave it; it stands in the place of its own.
    pub title: Option<String>,
    /// It is left out of lists, unless a query asks for it.
    pub hidden: bool,
    /// Somebody deleted it, here or on another machine: it is shown nowhere.
    pub deleted: bool,
    /// What somebody wrote down about it, or about a turn of it: the first words are shown.
    pub note: Option<String>,
    /// The archive keeps its transcript.
    pub archived: bool,
    /// When Claude Code deletes its transcript, where that is known and the transcript still exists.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The name of the machine that it ran on, where that is another one.
    pub device: Option<String>,
}

impl Marks {
    /// Whole days until Claude Code deletes its transcript: negative where that is overdue, none where it is not soon.
    pub fn days_left(&self, now: DateTime<Utc>) -> Option<i64> {
        let left = self.deleted_at? - now;
        (left < WORTH_A_WORD).then(|| if left < TimeDelta::zero() { left.num_days().min(-1) } else { left.num_days() })
    }

    /// A letter for each thing that people said: `*` starred, `T` tags, `N` a note.
    pub fn letters(&self) -> String {
        let letters = [(self.starred, '*'), (!self.tags.is_empty(), 'T'), (self.note.is_some(), 'N')];
        letters.into_iter().filter_map(|(holds, letter)| holds.then_some(letter)).collect()
    }

    /// Whether a state that marks tell of holds; none for one that they do not.
    pub(super) fn tell(&self, state: State, now: DateTime<Utc>) -> Option<bool> {
        Some(match state {
            State::Archived => self.archived,
            State::Starred => self.starred,
            State::Expiring => self.days_left(now).is_some(),
            State::Hidden => self.hidden,
            State::Remote => self.device.is_some(),
            State::Live | State::Subagent | State::Fork | State::Gone => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: TimeDelta, expect: Option<i64>) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
        let marks = Marks { deleted_at: Some(now + left), ..Marks::default() };
        assert_eq!(marks.days_left(now), expect, "{left}");
    }

    #[test]
    fn days_are_counted_from_a_week_before_the_end_on() {
        check(TimeDelta::days(7), None);
        check(TimeDelta::days(7) - TimeDelta::seconds(1), Some(6));
        check(TimeDelta::hours(1), Some(0));
        check(TimeDelta::hours(-1), Some(-1));
        check(TimeDelta::days(-60), Some(-60));
        assert_eq!(Marks::default().days_left(DateTime::default()), None);
    }

    #[test]
    fn letters_say_what_people_said() {
        let marks = Marks { starred: true, note: Some("ask Ben".to_owned()), ..Marks::default() };
        assert_eq!((marks.letters().as_str(), Marks::default().letters().as_str()), ("*N", ""));
    }
}
