//! Themes: what each named role of the screen looks like, on dark and light terminals, at every depth of color.

mod built_in;
mod color;
mod look;
mod roles;
mod sheet;

pub use built_in::BUILT_IN;
pub use roles::{ROLES, Reading, Role, Theme};
pub(crate) use sheet::Sheet;

use ratatui::style::Style;

/// Whether the terminal is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Light letters on a dark ground.
    Dark,
    /// Dark letters on a light ground.
    Light,
}

/// How many colors the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: attributes only (`NO_COLOR`).
    None,
    /// The sixteen named ones.
    Ansi,
    /// The table of 256.
    Indexed,
    /// Any.
    True,
}

impl Theme {
    /// The usual theme for a terminal.
    pub fn new(mode: Mode, depth: Depth) -> Self {
        let name = if mode == Mode::Dark { "dark" } else { "light" };
        Self::built_in(name, depth).unwrap_or(Self::BARE)
    }

    /// A theme that is built in.
    pub fn built_in(name: &str, depth: Depth) -> Option<Self> {
        Some(Sheet::built_in(name)?.theme(depth))
    }

    /// The color of a model: always the same for the same name. Families differ, and so do most neighbors in a family.
    pub fn model(&self, name: &str) -> Style {
        const FAMILIES: [&str; 4] = ["opus", "sonnet", "fable", "haiku"];
        let digits: u32 = name.chars().filter_map(|letter| letter.to_digit(10)).sum();
        let place = match FAMILIES.iter().position(|family| name.contains(family)) {
            Some(family) => family + if digits.is_multiple_of(2) { 0 } else { FAMILIES.len() },
            None => name.bytes().fold(5, |sum, byte| (sum * 31 + usize::from(byte)) % 8),
        };
        let models = [
            self.model_1,
            self.model_2,
            self.model_3,
            self.model_4,
            self.model_5,
            self.model_6,
            self.model_7,
            self.model_8,
        ];
        models[place]
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Mode::Dark, Depth::Indexed)
    }
}

#[cfg(test)]
mod tests;
