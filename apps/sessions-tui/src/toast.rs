//! Short notes on what just happened, one at a time, shown for a while over the screen.

use chrono::{DateTime, TimeDelta, Utc};

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something that was asked for is done.
    Done,
    /// Something worth knowing.
    Note,
    /// Something that a person may want to do, said once.
    Offer,
    /// Something that did not work.
    Problem,
}

impl Kind {
    /// How long a note is shown: a problem is read twice.
    fn shown_for(self) -> TimeDelta {
        match self {
            Self::Done | Self::Note => TimeDelta::seconds(4),
            Self::Problem => TimeDelta::seconds(12),
            Self::Offer => TimeDelta::seconds(30),
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

/// The note on the screen, which comes last, and below it problems that come up again when it goes.
#[derive(Debug, Default)]
pub(crate) struct Toasts(Vec<Toast>);

impl Toasts {
    /// Shows a note in place of the one that is shown.
    pub(crate) fn add(&mut self, kind: Kind, text: String, now: DateTime<Utc>) {
        self.0.retain(|toast| matches!(toast.kind, Kind::Problem | Kind::Offer) && toast.text != text);
        self.0.push(Toast { kind, text, until: now + kind.shown_for() });
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

    /// The one that is shown.
    pub(crate) fn shown(&self) -> Option<&Toast> {
        self.0.last()
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
        let shown = |toasts: &Toasts| toasts.shown().map(|toast| toast.text.clone());
        assert!(!toasts.expire(now + TimeDelta::seconds(3)));
        assert_eq!(shown(&toasts).as_deref(), Some("copied"));
        let end = toasts.next_end().expect("two notes are there");
        assert!(toasts.expire(end));
        assert_eq!(shown(&toasts).as_deref(), Some("broken"));
        toasts.clear();
        assert_eq!(toasts.next_end(), None);
    }

    #[test]
    fn the_newest_note_stands_alone_and_once() {
        let (now, mut toasts) = (DateTime::<Utc>::UNIX_EPOCH, Toasts::default());
        for text in ["a", "b", "a", "c", "c"] {
            toasts.add(Kind::Note, text.to_owned(), now);
        }
        assert_eq!(toasts.0.iter().map(|toast| toast.text.as_str()).collect::<Vec<_>>(), ["c"]);
    }
}
