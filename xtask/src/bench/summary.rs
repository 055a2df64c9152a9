//! The summary in a terminal: opening it over many requests, paging, filtering.

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

/// The budget for a frame after a key, in milliseconds.
const FRAME: f64 = 16.0;
const F2: &[u8] = b"\x1bOQ";
const LEFT: &[u8] = b"\x1b[D";
const DOWN: &[u8] = b"\x1b[B";

/// Opening, paging and filtering the summary of a history in a terminal
#[derive(Debug, Args)]
pub(super) struct Summary {
    /// Requests in the store; may be given several times
    #[arg(long, default_values_t = [100_000, 2_000_000])]
    requests: Vec<u64>,
}

impl Summary {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let program = build("cli", "sessions")?;
        let mut figures = Vec::new();
        for requests in &self.requests {
            figures.extend(of(&program, *requests)?);
        }
        Ok(figures)
    }
}

/// Requests are written as transcripts, scanned as always, and looked at in a terminal.
fn of(program: &Path, requests: u64) -> Result<Vec<Figure>> {
    let home = Home::new();
    history::requests(&home.claude(), requests, 1)?;
    measure(Command::new(program).arg("scan").env_clear().envs(home.variables()), b"")?;
    let mut terminal = Terminal::start(program, &home)?;
    terminal.wait_until(|screen| screen.contains("Retry the ledger export"))?;
    // the scan with which the screen begins is over then
    sleep(Duration::from_secs(2));
    terminal.settle();
    let before = terminal.resident_mb()?;
    let opened = terminal.press_until(F2, |screen| screen.contains("total $"))?;
    terminal.press(b"\x1b")?;
    terminal.press(F2)?;
    let mut pages = Runs::default();
    for _ in 0..6 {
        pages.add(terminal.press(LEFT)?);
    }
    pages.add(terminal.press(b"y")?);
    pages.add(terminal.press(LEFT)?);
    pages.add(terminal.press(b"0")?);
    let mut filters = Runs::default();
    for _ in 0..4 {
        terminal.press(DOWN)?;
        filters.add(terminal.press(b"\r")?);
        filters.add(terminal.press(b"\x1b")?);
        filters.add(terminal.press(b"\t")?);
    }
    let tools = terminal.press_until(b"\t", |screen| screen.contains("Grep"))?;
    let limit = if requests <= 100_000 { 60.0 } else { 400.0 };
    let name = |figure: &str| format!("{requests} requests: {figure}");
    Ok(vec![
        Figure::new(name("key to summary"), ms(opened), "ms").budget(Budget::AtMost(limit)),
        Figure::new(name("paging, median"), pages.median(), "ms"),
        Figure::new(name("paging, max"), pages.max(), "ms").budget(Budget::AtMost(FRAME)),
        Figure::new(name("filtering, median"), filters.median(), "ms"),
        Figure::new(name("filtering, max"), filters.max(), "ms").budget(Budget::AtMost(FRAME)),
        Figure::new(name("which tools were called"), ms(tools), "ms"),
        Figure::new(name("memory"), terminal.resident_mb()?, "MB").beside("list alone", before),
    ])
}
