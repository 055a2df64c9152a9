//! Themes: what each named role of the screen looks like, on dark and light terminals, at every depth of color.

mod built_in;
mod color;
mod look;
mod roles;
mod sheet;
mod tones;

pub use built_in::BUILT_IN;
pub use roles::{ROLES, Reading, Role, Theme};
pub(crate) use sheet::Sheet;

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
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Mode::Dark, Depth::Indexed)
    }
}

#[cfg(test)]
mod tests;
