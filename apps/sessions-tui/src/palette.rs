//! The palette's state: what is typed, the commands that match, and which one is chosen.

use search::{NameHit, rank_names};
use tui_input::Input;

use crate::commands::{Action, COMMANDS, Command, Scope};

/// The palette, while it is open.
#[derive(Debug)]
pub(crate) struct Palette {
    pub(crate) input: Input,
    /// The commands of the screen behind it, then those of every screen, then those of other screens that can be wanted on any.
    commands: Vec<&'static Command>,
    /// How many of them act where it was opened.
    acting: usize,
    /// What matches, the best first.
    found: Vec<Listed>,
    pub(crate) cursor: usize,
}

/// A command that matches.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) command: &'static Command,
    /// Whether it acts where the palette was opened; else it is one of another screen.
    pub(crate) acts_here: bool,
    /// Positions of the letters of its title that match.
    pub(crate) positions: Vec<u32>,
}

impl Palette {
    /// The palette over a screen.
    pub(crate) fn over(scope: Scope) -> Self {
        let here = COMMANDS.of(scope).chain(COMMANDS.of(Scope::Everywhere));
        let here: Vec<_> = here.filter(|command| command.action != Action::Palette).collect();
        let acting = here.len();
        let is_wanted = |command: &&Command| !command.also.is_empty() && !here.iter().any(|one| one.id == command.id);
        // what acts on sessions goes before what acts on entries
        let mut others: Vec<_> = COMMANDS.iter().filter(is_wanted).collect();
        others.sort_by_key(|command| command.scope != Scope::House);
        let commands = here.iter().copied().chain(others).collect();
        let mut palette = Self { input: Input::default(), commands, acting, found: Vec::new(), cursor: 0 };
        palette.search();
        palette
    }

    /// Looks for what is typed.
    pub(crate) fn search(&mut self) {
        let typed = self.input.value();
        let listed = if typed.trim().is_empty() { self.acting } else { self.commands.len() };
        let commands = &self.commands[..listed];
        let others: Vec<_> = commands.iter().map(|command| other_words(command, typed)).collect();
        let names = commands.iter().zip(&others).map(|(command, other)| (command.title, other.as_str()));
        let hits = rank_names(typed, self.acting, names);
        let listed = |hit: NameHit| {
            let acts_here = hit.index < self.acting;
            Listed { command: self.commands[hit.index], acts_here, positions: hit.positions }
        };
        self.found = hits.into_iter().map(listed).collect();
        self.cursor = 0;
    }

    pub(crate) fn found(&self) -> &[Listed] {
        &self.found
    }

    pub(crate) fn chosen(&self) -> Option<&Listed> {
        self.found.get(self.cursor)
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

/// The words that a command is found by beside its title. What its id has before the point is shared by a whole screen:
/// it counts only where an id is typed.
fn other_words(command: &Command, typed: &str) -> String {
    let own = command.id.rsplit('.').next().unwrap_or_default();
    if typed.contains('.') { command.id.to_owned() } else { format!("{own} {}", command.also) }
}
