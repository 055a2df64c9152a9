//! The screen in a terminal: first frame, key to frame, memory, idleness, and a long transcript that is read.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use color_eyre::Result;
use testkit::{Home, history};

use super::measure::{Runs, measure, ms};
use super::table::{Budget, Figure};
use super::terminal::Terminal;
use crate::workspace::build;

const IDLE: Duration = Duration::from_secs(3);

/// First frame, key to frame, memory and idleness of `sessions` in a terminal
#[derive(Debug, Args)]
pub(super) struct Screen {
    /// Sessions in the list
    #[arg(long, default_value_t = 10_000)]
    sessions: u64,
    /// Keys that are pressed
    #[arg(long, default_value_t = 200)]
    keys: usize,
    /// Size of the transcript that is read, in MB
    #[arg(long, default_value_t = 100)]
    megabytes: u64,
}

impl Screen {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let program = build("cli", "sessions")?;
        let mut figures = self.list(&program)?;
        figures.extend(self.reader(&program)?);
        Ok(figures)
    }

    /// The list of many sessions.
    fn list(&self, program: &Path) -> Result<Vec<Figure>> {
        let home = Home::new();
        history::sessions(&home.claude(), self.sessions, 1)?;
        measure(Command::new(program).arg("scan").env_clear().envs(home.variables()), b"")?;

        let mut terminal = Terminal::start(program, &home)?;
        let first = terminal.wait_until(|screen| screen.contains(" session") || screen.contains("Sessions"))?;
        let listed = terminal.wait_until(|screen| screen.contains("Retry the ledger export"))?;
        terminal.settle();
        let memory = terminal.resident_mb()?;
        let mut keys = Runs::default();
        for number in 0..self.keys {
            keys.add(terminal.press(if number % 20 < 10 { b"\x1b[B" } else { b"\x1b[A" })?);
        }
        let mut letters = Runs::default();
        for letter in ["r", "e", "t", "r", "y", "\x7f", "\x7f", "\x7f", "\x7f", "\x7f"] {
            letters.add(terminal.press(letter.as_bytes())?);
        }
        let arranging = arranging(&mut terminal)?;
        terminal.settle();
        let before = terminal.cpu_seconds()?;
        sleep(IDLE);
        let idle = (terminal.cpu_seconds()? - before) / IDLE.as_secs_f64() * 100.0;
        let name = |figure: &str| format!("{} sessions: {figure}", self.sessions);
        Ok(vec![
            Figure::new(name("first frame"), ms(first), "ms").budget(Budget::AtMost(100.0)),
            Figure::new(name("list filled"), ms(listed), "ms"),
            Figure::new(name("arrow to frame, median"), keys.median(), "ms"),
            Figure::new(name("arrow to frame, p99"), keys.p99(), "ms").budget(Budget::AtMost(16.0)),
            Figure::new(name("letter to frame, median"), letters.median(), "ms"),
            Figure::new(name("letter to frame, max"), letters.max(), "ms").budget(Budget::AtMost(16.0)),
            Figure::new(name("sort, group, scope to frame, median"), arranging.median(), "ms"),
            Figure::new(name("sort, group, scope to frame, max"), arranging.max(), "ms").budget(Budget::AtMost(16.0)),
            Figure::new(name("memory"), memory, "MB").budget(Budget::AtMost(150.0)),
            Figure::new(name("memory after searches"), terminal.resident_mb()?, "MB"),
            Figure::new(name("processor when idle"), idle, "%").budget(Budget::AtMost(0.5)),
        ])
    }

    /// A transcript that is read: opening it, moving through it, finding in it.
    fn reader(&self, program: &Path) -> Result<Vec<Figure>> {
        let home = Home::new();
        let path = home.claude().join("projects/-home-you-code/11111111-1111-4111-8111-111111111111.jsonl");
        let turns = testkit::long_transcript(&path, self.megabytes * 1_000_000)?;
        measure(Command::new(program).arg("scan").env_clear().envs(home.variables()), b"")?;
        let mut terminal = Terminal::start(program, &home)?;
        terminal.wait_until(|screen| screen.contains("why does the ledger"))?;
        terminal.settle();
        let before = terminal.resident_mb()?;
        let first = terminal.press_until(b"\x0f", |screen| screen.contains("claude") && screen.contains("turn 1"))?;
        let whole = format!("of {turns} ");
        let complete =
            first + terminal.press_until(b"", |screen| screen.contains(&whole) && !screen.contains("reading"))?;
        let mut keys = Runs::default();
        for number in 0..self.keys {
            keys.add(terminal.press([b" ", b"j", b"]", b"j"][number % 4])?);
        }
        let end = terminal.press_until(b"G", |screen| screen.contains("100 %"))?;
        for number in 0..self.keys {
            keys.add(terminal.press([b"b", b"k", b"[", b"k"][number % 4])?);
        }
        let level = terminal.press_until(b"3", |screen| screen.contains("3 everything"))?;
        for _ in 0..self.keys / 2 {
            keys.add(terminal.press(b"b")?);
        }
        let is_found = |screen: &str| screen.lines().any(|line| line.contains("/ zanzibar") && line.contains(" of "));
        let found = terminal.press_until(b"/zanzibar", is_found)?;
        let name = |figure: &str| format!("{} MB transcript: {figure}", self.megabytes);
        Ok(vec![
            Figure::new(name("first screen"), ms(first), "ms").budget(Budget::AtMost(150.0)),
            Figure::new(name("all of it"), ms(complete), "ms").budget(Budget::AtMost(1_000.0)),
            Figure::new(name("key to frame, median"), keys.median(), "ms"),
            Figure::new(name("key to frame, p99"), keys.p99(), "ms").budget(Budget::AtMost(16.0)),
            Figure::new(name("to the end"), ms(end), "ms").budget(Budget::AtMost(16.0)),
            Figure::new(name("another level"), ms(level), "ms").budget(Budget::AtMost(16.0)),
            Figure::new(name("rare word found"), ms(found), "ms").budget(Budget::AtMost(1_000.0)),
            Figure::new(name("memory"), terminal.resident_mb()?, "MB")
                .budget(Budget::AtMost(60.0 + 2.0 * self.megabytes as f64))
                .beside("list alone", before),
        ])
    }
}
/// Sorts by every column both ways, groups, folds and changes the scope; ends with everything as it was.
fn arranging(terminal: &mut Terminal) -> Result<Runs> {
    const COLUMNS: usize = 10;
    let mut runs = Runs::default();
    // The box is left and the choice of the order opened: neither arranges anything.
    terminal.press(b"\t")?;
    terminal.press(b"s")?;
    for _ in 0..COLUMNS {
        for key in [b"j", b"r"] {
            runs.add(terminal.press(key)?);
        }
    }
    terminal.press(b"\x1b")?;
    for key in [b"g", b"z", b"z", b"g", b".", b"."] {
        runs.add(terminal.press(key)?);
    }
    Ok(runs)
}
