//! A question that is answered with a path (where a directory is now, where a session is written to) or with words.

use std::path::PathBuf;

use housekeeping::{Deletion, Relinking};
use notes::{EntryId, Turn};
use store::SessionRow;
use transcript::SessionId;
use tui_input::Input;

use crate::message::{Errand, Ticket};

/// A question with a line to type the answer into.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) about: About,
    /// What is asked, above the line.
    pub(crate) text: String,
    pub(crate) input: Input,
    /// Paths that go on as what is typed does.
    pub(crate) offers: Vec<String>,
    /// Of the latest request for offers.
    pub(crate) ticket: Ticket,
    /// Why the last answer did not do.
    pub(crate) problem: Option<String>,
}

/// What the answer is for.
#[derive(Debug)]
pub(crate) enum About {
    /// The directory to resume a session in, because its own is gone.
    Directory {
        row: Box<SessionRow>,
        errand: Errand,
        /// The directory that is gone, if it is known.
        gone: Option<PathBuf>,
    },
    /// The file that a session is written to.
    Export {
        row: Box<SessionRow>,
        /// The file that is there already and that a second Enter replaces.
        replaced: Option<PathBuf>,
    },
    /// What is written down.
    Words(Words),
    /// Where a directory is now that moved.
    Moved {
        /// Where it was.
        from: PathBuf,
    },
    /// Whether something is done that is hard to take back.
    Confirm(Confirm),
}

/// Something that has to be agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    /// Sessions are deleted.
    Deletion(Vec<Deletion>),
    /// What is known of a directory goes where the directory went.
    Relinking(Box<Relinking>),
    /// The project of a directory is left out.
    Exclusion {
        /// Where the session began.
        directory: String,
    },
}

impl Confirm {
    /// What has to be typed.
    pub(crate) fn wanted(&self) -> String {
        match self {
            Self::Deletion(deletions) if deletions.len() > 1 => deletions.len().to_string(),
            Self::Deletion(_) | Self::Relinking(_) | Self::Exclusion { .. } => "y".to_owned(),
        }
    }
}

/// What is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Words {
    /// Category and title of an entry.
    NewEntry,
    /// How it was resolved.
    Resolve(EntryId),
    /// Its status.
    Status(EntryId),
    /// A note on it.
    Note(EntryId),
    /// Tags of sessions.
    Tags {
        sessions: Vec<SessionId>,
        /// Those that all of them had.
        before: Vec<String>,
    },
    /// A note on sessions, or on a turn.
    NoteOn { sessions: Vec<SessionId>, turn: Option<Turn> },
    /// A title.
    Name(SessionId),
}

impl About {
    /// Whether only directories are offered.
    pub(crate) fn is_directory(&self) -> bool {
        matches!(self, Self::Directory { .. } | Self::Moved { .. })
    }

    /// Whether it is answered with words rather than with a path.
    pub(crate) fn is_words(&self) -> bool {
        matches!(self, Self::Words(_) | Self::Confirm(_))
    }

    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Directory { .. } | Self::Moved { .. } => "Where is it now?",
            Self::Confirm(Confirm::Deletion(_)) => "Delete",
            Self::Confirm(Confirm::Relinking(_)) => "Relink",
            Self::Confirm(Confirm::Exclusion { .. }) => "Exclude",
            Self::Export { .. } => "Export",
            Self::Words(words) => match words {
                Words::NewEntry => "New entry",
                Words::Resolve(_) => "Resolve",
                Words::Status(_) => "Status",
                Words::Note(_) | Words::NoteOn { .. } => "Note",
                Words::Tags { .. } => "Tags",
                Words::Name(_) => "Title",
            },
        }
    }
}

impl Ask {
    pub(crate) fn new(about: About, text: String, answer: String) -> Self {
        Self { about, text, input: Input::new(answer), offers: Vec::new(), ticket: Ticket::default(), problem: None }
    }

    /// Takes over as much as all offers share; whether that is more than was typed.
    pub(crate) fn complete(&mut self) -> bool {
        let Some(shared) = shared(&self.offers).filter(|shared| shared.len() > self.input.value().len()) else {
            return false;
        };
        self.input = Input::new(shared);
        true
    }
}

/// The beginning that all texts share.
fn shared(texts: &[String]) -> Option<String> {
    let (first, others) = texts.split_first()?;
    let mut end = first.len();
    for other in others {
        let same = first.char_indices().zip(other.chars()).find(|((_, one), other)| one != other);
        end = end.min(same.map_or(first.len().min(other.len()), |((at, _), _)| at));
    }
    while !first.is_char_boundary(end) {
        end -= 1;
    }
    Some(first[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completion_goes_as_far_as_all_offers_agree() {
        for (offers, expect) in [
            (vec!["~/src/shop/"], Some("~/src/shop/")),
            (vec!["~/src/shop/", "~/src/shoes/"], Some("~/src/sho")),
            (vec!["~/a", "~/ab"], Some("~/a")),
            (vec!["~/é1", "~/é2", "~/è"], Some("~/")),
            (vec![], None),
        ] {
            let offers: Vec<String> = offers.into_iter().map(str::to_owned).collect();
            assert_eq!(shared(&offers).as_deref(), expect, "{offers:?}");
        }
    }
}
