//! What a list of sessions can be sorted by.

use std::cmp::Ordering;

use store::SessionRow;

/// What a list of sessions is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Those that run now, then the latest; with words, the best match.
    #[default]
    Natural,
    /// When something last happened.
    When,
    /// The project's name.
    Project,
    /// The title.
    Title,
    /// The branch.
    Branch,
    /// The model that answered last.
    Model,
    /// How often the person spoke.
    Turns,
    /// All tokens.
    Tokens,
    /// The cost.
    Cost,
    /// What runs now, then what Claude Code will delete next.
    State,
}

/// What is compared of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A name, folded.
    Text(String),
    /// A figure, or a moment in milliseconds since 1970.
    Number(i64),
}

impl Key {
    /// That of a name; none of an empty one.
    pub(crate) fn name(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        (!text.is_empty()).then_some(Self::Text(text))
    }
}

impl Sort {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 10] = [
        Self::Natural,
        Self::When,
        Self::Project,
        Self::Title,
        Self::Branch,
        Self::Model,
        Self::Turns,
        Self::Tokens,
        Self::Cost,
        Self::State,
    ];

    /// Its name, on the screen and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Natural => "best",
            Self::When => "when",
            Self::Project => "project",
            Self::Title => "title",
            Self::Branch => "branch",
            Self::Model => "model",
            Self::Turns => "turns",
            Self::Tokens => "tokens",
            Self::Cost => "cost",
            Self::State => "state",
        }
    }

    /// What it does, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Natural => "matches, running, latest",
            Self::When => "the latest first",
            Self::Project | Self::Title | Self::Branch | Self::Model => "by the alphabet",
            Self::Turns | Self::Tokens | Self::Cost => "the most first",
            Self::State => "running, soon deleted",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }

    /// Whether the greatest stands first, unless it is reversed.
    pub(crate) fn descends(self) -> bool {
        matches!(self, Self::Natural | Self::When | Self::Turns | Self::Tokens | Self::Cost)
    }

    /// Puts items in order by the keys of the sessions that they stand for ([`Sort::key`]). Equal ones stay as they
    /// were, and those without a key come last in both directions.
    pub fn apply<T>(self, items: &mut Vec<T>, reversed: bool, key: impl Fn(&T) -> Option<Key>) {
        if self == Self::Natural {
            if reversed {
                items.reverse();
            }
            return;
        }
        let mut keyed: Vec<(Option<Key>, T)> = items.drain(..).map(|item| (key(&item), item)).collect();
        let descends = self.descends() != reversed;
        keyed.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) if descends => other.cmp(one),
            (Some(one), Some(other)) => one.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
        items.extend(keyed.into_iter().map(|(_, item)| item));
    }

    /// What a session is compared by; none where it has nothing of the kind.
    pub fn key(self, row: &SessionRow, is_running: bool) -> Option<Key> {
        let session = &row.session;
        let text = |text: Option<&str>| text.and_then(Key::name);
        let number = |number: u64| Some(Key::Number(i64::try_from(number).unwrap_or(i64::MAX)));
        match self {
            Self::Natural => None,
            Self::When => {
                let latest = session.ended.or(session.started).or(row.modified);
                latest.map(|at| Key::Number(at.timestamp_millis()))
            }
            Self::Project => text(session.project.as_deref()),
            Self::Title => {
                text(session.title.as_ref().map(|title| title.text.as_str()).or(session.first_prompt.as_deref()))
            }
            Self::Branch => text(session.branch.as_deref()),
            Self::Model => text(session.models.last().map(|model| pricing::canonical(model))),
            Self::Turns => number(session.prompts.into()),
            Self::Tokens => number(row.tokens.total()),
            Self::Cost => Some(Key::Number(row.cost.0)),
            Self::State if is_running => Some(Key::Number(i64::MIN)),
            Self::State => {
                row.transcript.as_ref().and(row.modified).map(|modified| Key::Number(modified.timestamp_millis()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use pricing::NanoUsd;
    use transcript::Session;

    use super::*;

    fn row(id: &str, project: Option<&str>, cost: i64, day: u32) -> SessionRow {
        let modified = Utc.with_ymd_and_hms(2026, 11, day, 0, 0, 0).single();
        SessionRow {
            session: Session {
                id: id.into(),
                project: project.map(str::to_owned),
                ended: modified,
                ..Session::default()
            },
            cost: NanoUsd(cost),
            transcript: (day > 1).then(|| "/t".into()),
            modified,
            ..SessionRow::default()
        }
    }

    fn check(sort: Sort, reversed: bool, expect: &str) {
        let mut rows = vec![
            row("a", Some("Shop"), 5, 3),
            row("b", None, 7, 1),
            row("c", Some("api"), 5, 2),
            row("d", Some("api"), 9, 4),
        ];
        sort.apply(&mut rows, reversed, |row| sort.key(row, row.id().as_str() == "d"));
        let found: String = rows.iter().map(|row| row.id().as_str()).collect();
        assert_eq!(found, expect, "{sort:?}, reversed: {reversed}");
    }

    #[test]
    fn equal_ones_stay_and_what_has_nothing_comes_last() {
        check(Sort::Natural, false, "abcd");
        check(Sort::Natural, true, "dcba");
        check(Sort::When, false, "dacb");
        check(Sort::When, true, "bcad");
        check(Sort::Project, false, "cdab");
        check(Sort::Project, true, "acdb");
        check(Sort::Cost, false, "dbac");
        check(Sort::Cost, true, "acbd");
    }

    #[test]
    fn by_state_comes_what_runs_then_what_is_deleted_next_then_what_is_gone() {
        check(Sort::State, false, "dcab");
    }

    #[test]
    fn every_sort_is_found_by_its_name() {
        assert!(Sort::ALL.iter().all(|sort| Sort::named(sort.name()) == Some(*sort)));
        assert_eq!(Sort::named("colour"), None);
    }
}
