//! The one table of everything that a key can do: key handling, palette, help screen, footer and documents read it.

mod action;
mod arranging;
mod entries;
mod everywhere;
mod house;
mod key_map;
mod reader;
mod sessions;
mod summary;
mod syncing;

pub use action::Action;
pub use key_map::KeyMap;

use crate::key::Key;
use crate::model::Model;

/// Everything that a key can do: by scope, within a scope the most important first. Where two commands of a scope share
/// a key, the first wins.
pub const COMMANDS: Commands = Commands(&[
    sessions::COMMANDS,
    summary::COMMANDS,
    entries::COMMANDS,
    syncing::COMMANDS,
    house::COMMANDS,
    arranging::COMMANDS,
    reader::COMMANDS,
    everywhere::COMMANDS,
]);

/// The table: one list per screen, each in a file of its own.
#[derive(Debug, Clone, Copy)]
pub struct Commands(&'static [&'static [Command]]);

/// Something that a person can do.
#[derive(Debug)]
pub struct Command {
    /// Name for configuration and documents.
    pub id: &'static str,
    /// What it does, as help screen and palette say it.
    pub title: &'static str,
    /// Other words that a person may type for it: the palette finds it by them, on every screen.
    pub(crate) also: &'static str,
    /// One or two words for the footer, if it belongs there.
    pub hint: Option<&'static str>,
    /// The same while sessions are selected, if it is another one then.
    pub(crate) hint_selected: Option<&'static str>,
    /// Where it acts.
    pub scope: Scope,
    /// Keys that always act there, unless the person says otherwise ([`KeyMap`]).
    pub keys: &'static [Key],
    /// Keys that act there while no box takes letters.
    pub letters: &'static [Key],
    /// What happens.
    pub action: Action,
    /// Whether it is of use now; if not, the footer leaves it out.
    pub(crate) matters: fn(&Model) -> bool,
}

/// Where a command acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The list of sessions, with the focus in the box or in the list.
    Sessions,
    /// The choice of an order for the list.
    Sort,
    /// A question that is answered with a path.
    Ask,
    /// The transcript.
    Reader,
    /// The records behind a block of the transcript.
    Raw,
    /// The find box of the transcript.
    Find,
    /// The summary.
    Summary,
    /// The box of the summary that narrows its rows.
    Narrow,
    /// The entries.
    Entries,
    /// The box of the entries that narrows them.
    NarrowEntries,
    /// The page of syncing.
    Sync,
    /// Housekeeping.
    House,
    /// The help screen.
    Help,
    /// A message that waits to be read.
    Message,
    /// The palette: all commands, found by name.
    Palette,
    /// Every screen.
    Everywhere,
}

impl Scope {
    /// All scopes, in the order of the help screen.
    pub const ALL: [Self; 16] = [
        Self::Sessions,
        Self::Sort,
        Self::Ask,
        Self::Reader,
        Self::Find,
        Self::Raw,
        Self::Summary,
        Self::Narrow,
        Self::Entries,
        Self::NarrowEntries,
        Self::Sync,
        Self::House,
        Self::Everywhere,
        Self::Palette,
        Self::Help,
        Self::Message,
    ];

    /// As the help screen names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sessions => "Sessions",
            Self::Sort => "Order of the list",
            Self::Ask => "Asked for a path",
            Self::Reader => "Transcript",
            Self::Raw => "Records of a transcript",
            Self::Find => "Find in a transcript",
            Self::Summary => "Summary",
            Self::Narrow => "Narrow the rows of the summary",
            Self::Entries => "Entries",
            Self::NarrowEntries => "Narrow the entries",
            Self::Sync => "Sync",
            Self::House => "Housekeeping",
            Self::Help => "Help",
            Self::Message => "Message",
            Self::Palette => "Palette",
            Self::Everywhere => "Everywhere",
        }
    }

    /// Whether every letter is written into a box there, whatever has the focus.
    pub(crate) fn always_types(self) -> bool {
        matches!(self, Self::Find | Self::Narrow | Self::NarrowEntries | Self::Palette | Self::Ask)
    }

    /// Whether a key of one can be meant as a key of the other.
    fn meets(self, other: Self) -> bool {
        self == other || self == Self::Everywhere || other == Self::Everywhere
    }

    /// Whether commands of every screen are of use on top of it, as far as the footer goes.
    pub(crate) fn is_a_layer(self) -> bool {
        matches!(self, Self::Help | Self::Message | Self::Palette)
    }
}

impl Commands {
    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = &'static Command> {
        self.0.iter().copied().flatten()
    }

    /// Those of a scope.
    pub fn of(self, scope: Scope) -> impl Iterator<Item = &'static Command> {
        self.iter().filter(move |command| command.scope == scope)
    }
}

const fn command(id: &'static str, scope: Scope, action: Action, title: &'static str) -> Command {
    let (also, keys, letters): (_, &[Key], &[Key]) = ("", &[], &[]);
    Command { id, title, also, hint: None, hint_selected: None, scope, keys, letters, action, matters: |_| true }
}

impl Command {
    const fn keys(self, keys: &'static [Key]) -> Self {
        Self { keys, ..self }
    }

    const fn letters(self, letters: &'static [Key]) -> Self {
        Self { letters, ..self }
    }

    /// Other words for what can be wanted on any screen.
    const fn also(self, also: &'static str) -> Self {
        Self { also, ..self }
    }

    const fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// Another word for the footer while sessions are selected.
    const fn hint_selected(self, hint: &'static str) -> Self {
        Self { hint_selected: Some(hint), ..self }
    }

    /// A word for the footer that stands there only while it is of use.
    const fn hint_when(self, hint: &'static str, matters: fn(&Model) -> bool) -> Self {
        Self { hint: Some(hint), matters, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_letter_acts_where_a_box_takes_letters() {
        for command in COMMANDS.iter() {
            assert!(command.keys.iter().all(|key| !key.is_text()), "{}", command.id);
            let moves_in_a_box = |key: &Key| [Key::LEFT, Key::RIGHT].contains(key);
            let kept_from_boxes = |key: &Key| key.is_text() || moves_in_a_box(key);
            assert!(command.letters.iter().all(kept_from_boxes), "{}: these act in a box too", command.id);
            assert!(!command.scope.always_types() || command.letters.is_empty(), "{} is never reached", command.id);
        }
    }

    #[test]
    fn every_command_can_be_reached_by_each_of_its_keys() {
        let (mut ids, keys) = (BTreeSet::new(), KeyMap::default());
        for command in COMMANDS.iter() {
            assert!(ids.insert(command.id), "{} stands twice", command.id);
            for key in command.keys.iter().chain(command.letters) {
                let found = keys.lookup(command.scope, false, *key).expect("the key is in the table");
                assert_eq!(found.id, command.id, "{key} in {:?}", command.scope);
            }
        }
    }
}
