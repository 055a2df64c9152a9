//! The palette's state: what is typed, the commands that match, and which one is chosen.

use search::rank_names;
use tui_input::Input;

use crate::commands::{Action, COMMANDS, Command, Scope};

/// The palette, while it is open.
#[derive(Debug)]
pub(crate) struct Palette {
    pub(crate) input: Input,
    /// The commands of the screen behind it, then those of every screen.
    commands: Vec<&'static Command>,
    /// What matches, the best first.
    found: Vec<Listed>,
    pub(crate) cursor: usize,
}

/// A command that matches.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) command: &'static Command,
    /// Positions of the letters of its title that match.
    pub(crate) positions: Vec<u32>,
}

impl Palette {
    /// The palette over a screen.
    pub(crate) fn over(scope: Scope) -> Self {
        let all = COMMANDS.of(scope).chain(COMMANDS.of(Scope::Everywhere));
        let commands = all.filter(|command| command.action != Action::Palette).collect();
        let mut palette = Self { input: Input::default(), commands, found: Vec::new(), cursor: 0 };
        palette.search();
        palette
    }

    /// Looks for what is typed.
    pub(crate) fn search(&mut self) {
        let names = self.commands.iter().map(|command| (command.title, command.id));
        let hits = rank_names(self.input.value(), names);
        self.found = hits
            .into_iter()
            .map(|hit| Listed { command: self.commands[hit.index], positions: hit.positions })
            .collect();
        self.cursor = 0;
    }

    pub(crate) fn found(&self) -> &[Listed] {
        &self.found
    }

    pub(crate) fn chosen(&self) -> Option<&'static Command> {
        self.found.get(self.cursor).map(|found| found.command)
    }

    /// Moves the choice: by one around the ends, by more up to them.
    pub(crate) fn step(&mut self, by: isize) {
        let count = self.found.len();
        if count == 0 {
            return;
        }
        self.cursor = match by {
            1 => (self.cursor + 1) % count,
            -1 => (self.cursor + count - 1) % count,
            _ => self.cursor.saturating_add_signed(by).min(count - 1),
        };
    }

    /// The first row to be shown of so many that fit.
    pub(crate) fn top(&self, rows: usize) -> usize {
        self.cursor.saturating_sub(rows / 2).min(self.found.len().saturating_sub(rows))
    }
}
