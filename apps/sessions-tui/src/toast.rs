//! Short notes on what just happened, shown for a while over the screen.

use chrono::{DateTime, TimeDelta, Utc};

/// At most so many are shown at once; older ones give way.
const SHOWN: usize = 3;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something that was asked for is done.
    Done,
    /// Something worth knowing.
    Note,
    /// Something that did not work.
    Problem,
}

impl Kind {
    /// How long a note is shown: a problem is read twice.
    fn shown_for(self) -> TimeDelta {
        match self {
            Self::Done | Self::Note => TimeDelta::seconds(4),
            Self::Problem => TimeDelta::seconds(12),
        }
    }
}

/// A note with the moment at which it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    until: DateTime<Utc>,
}

/// The notes on the screen, the latest last.
#[derive(Debug, Default)]
pub(crate) struct Toasts(Vec<Toast>);

impl Toasts {
    /// Adds a note; one that says the same gives way to it.
    pub(crate) fn add(&mut self, kind: Kind, text: String, now: DateTime<Utc>) {
        self.0.retain(|toast| toast.text != text);
        self.0.push(Toast { kind, text, until: now + kind.shown_for() });
        self.0.drain(..self.0.len().saturating_sub(SHOWN));
    }

    /// Takes away what has been there long enough; whether anything was.
    pub(crate) fn expire(&mut self, now: DateTime<Utc>) -> bool {
        let before = self.0.len();
        self.0.retain(|toast| toast.until > now);
        self.0.len() < before
    }

    /// Takes all away.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// When the next one goes.
    pub(crate) fn next_end(&self) -> Option<DateTime<Utc>> {
        self.0.iter().map(|toast| toast.until).min()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Toast> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_goes_when_its_time_is_up_and_a_problem_stays_longer() {
        let (now, mut toasts) = (DateTime::<Utc>::UNIX_EPOCH, Toasts::default());
        toasts.add(Kind::Problem, "broken".to_owned(), now);
        toasts.add(Kind::Done, "copied".to_owned(), now);
        let shown = |toasts: &Toasts| toasts.iter().map(|toast| toast.text.clone()).collect::<Vec<_>>();
        assert!(!toasts.expire(now + TimeDelta::seconds(3)));
        assert_eq!(shown(&toasts), ["broken", "copied"]);
        let end = toasts.next_end().expect("two notes are shown");
        assert!(toasts.expire(end));
        assert_eq!(shown(&toasts), ["broken"]);
        toasts.clear();
        assert_eq!(toasts.next_end(), None);
    }

    #[test]
    fn the_same_note_stands_once_and_the_oldest_gives_way() {
        let (now, mut toasts) = (DateTime::<Utc>::UNIX_EPOCH, Toasts::default());
        for text in ["a", "b", "a", "c", "d"] {
            toasts.add(Kind::Note, text.to_owned(), now);
        }
        assert_eq!(toasts.iter().map(|toast| toast.text.as_str()).collect::<Vec<_>>(), ["a", "c", "d"]);
    }
}
