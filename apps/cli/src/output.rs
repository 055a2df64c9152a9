//! The one way to standard output, and what is known about the terminal behind it.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use anstyle::{AnsiColor, Style};
use config::Environment;
use serde::Serialize;

use crate::cli::{Color, Global};
use crate::plain_text::printable;

/// Width that is assumed when a terminal does not tell its own.
const DEFAULT_WIDTH: usize = 80;

/// Standard output with its width and colors, and notes for people on standard error.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    /// Whether standard output is a terminal.
    pub(crate) terminal: bool,
    /// Whether standard error is a terminal that a person may be watching.
    pub(crate) watched: bool,
    /// Columns of the terminal.
    pub(crate) width: usize,
    /// Whether it is written with colors.
    pub(crate) color: bool,
}

/// Roles of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Plain,
    /// What the eye should find first.
    Strong,
    /// What it may skip.
    Dim,
    /// What can be typed again (an id).
    Handle,
    /// What was searched for.
    Match,
}

impl Output {
    /// Standard output as the flags and the environment want it.
    pub(crate) fn new(global: &Global, environment: &Environment) -> Self {
        let terminal = io::stdout().is_terminal();
        let named = environment.get("COLUMNS").and_then(|columns| columns.parse().ok());
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && environment.get("NO_COLOR").is_none() && environment.get("TERM") != Some("dumb"),
        };
        Self {
            stdout: BufWriter::new(io::stdout()),
            terminal,
            watched: io::stderr().is_terminal() && !global.json,
            width: named.or_else(measured).filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH),
            color,
        }
    }

    /// Standard output that nobody looks at while the screen is open.
    pub(crate) fn unwatched() -> Self {
        let stdout = BufWriter::new(io::stdout());
        Self { stdout, terminal: false, watched: false, width: DEFAULT_WIDTH, color: false }
    }

    /// Writes one line.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.write_all(b"\n")
    }

    /// Writes one value as a line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> color_eyre::Result<()> {
        serde_json::to_writer(&mut self.stdout, value).map_err(io::Error::from)?;
        Ok(self.stdout.write_all(b"\n")?)
    }

    /// Writes bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)
    }

    /// Says something beside the answer, on standard error, to whoever watches; scripts do not get it. Foreign text in
    /// it (a path, an id) cannot write to the terminal.
    pub(crate) fn note(&mut self, text: &str) {
        if self.watched {
            Self::advise(text);
        }
    }

    /// The same for what nobody can guess from the answer (sessions that wait to be taken along): said in a pipe too, but
    /// not beside JSON.
    pub(crate) fn advise(text: &str) {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}", printable(text));
    }

    /// Makes sure that everything is written.
    pub(crate) fn finish(&mut self) -> color_eyre::Result<()> {
        Ok(self.stdout.flush()?)
    }

    /// Text in the color of its role.
    pub(crate) fn paint(&self, role: Role, text: &str) -> String {
        let style = match role {
            Role::Strong => Style::new().bold(),
            Role::Dim => Style::new().dimmed(),
            Role::Handle => AnsiColor::Cyan.on_default(),
            Role::Match => AnsiColor::Red.on_default().bold(),
            Role::Plain => Style::new(),
        };
        if !self.color || role == Role::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}{}", style.render(), style.render_reset())
    }
}
