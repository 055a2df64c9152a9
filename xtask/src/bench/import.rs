//! Speed of the scan: a whole history, nothing new, a little new.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, eyre};
use testkit::Home;
use testkit::history::{self, Generated};

use super::measure::{Cost, mb, measure, ms};
use super::table::{Budget, Figure};
use crate::workspace::build;

/// Speed and memory of `sessions scan` on a generated history
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Size of the generated history in MB
    #[arg(long, default_value_t = 500)]
    megabytes: u64,
    /// The same seed gives the same history
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Import {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let sessions = build("cli", "sessions")?;
        let mut figures = self.whole_history(&sessions)?;
        figures.extend(self.many_files(&sessions)?);
        Ok(figures)
    }

    fn whole_history(&self, sessions: &Path) -> Result<Vec<Figure>> {
        let home = Home::new();
        let generated = history::generate(&home.claude(), self.megabytes * 1_000_000, self.seed)?;
        let size = mb(generated.bytes);
        let first = scan(sessions, &home)?;
        let cores = available_parallelism()?.get() as f64;
        let stored = counts(sessions, &home)?;
        Ok(vec![
            Figure::new("first scan: history", size, "MB"),
            Figure::new("first scan: time", first.wall.as_secs_f64(), "s"),
            Figure::new("first scan: speed", size / first.wall.as_secs_f64(), "MB/s"),
            Figure::new("first scan: speed per core in use", size / first.cpu.as_secs_f64(), "MB/s")
                .budget(Budget::AtLeast(1000.0)),
            Figure::new("first scan: cores in use", first.cpu.as_secs_f64() / first.wall.as_secs_f64(), "")
                .budget(Budget::AtMost(cores)),
            Figure::new("first scan: memory", mb(first.resident_bytes), "MB").budget(Budget::AtMost(150.0)),
            count("sessions stored", stored.sessions, generated.sessions),
            count("requests stored", stored.requests, generated.requests),
        ])
    }

    fn many_files(&self, sessions: &Path) -> Result<Vec<Figure>> {
        let home = Home::new();
        let generated = history::sessions(&home.claude(), 10_000, self.seed)?;
        scan(sessions, &home)?;
        let unchanged = scan(sessions, &home)?;
        grow(&home, 100)?;
        let grown = scan(sessions, &home)?;
        let name = |figure: &str| format!("{} files, {figure}", generated.files);
        Ok(vec![
            Figure::new(name("nothing new: time"), ms(unchanged.wall), "ms"),
            Figure::new(name("nothing new: processor"), ms(unchanged.cpu), "ms").budget(Budget::AtMost(60.0)),
            Figure::new(name("1 % grown: time"), ms(grown.wall), "ms").beside("nothing new", ms(unchanged.wall)),
            Figure::new(name("1 % grown: processor"), ms(grown.cpu), "ms").beside("nothing new", ms(unchanged.cpu)),
        ])
    }
}

fn scan(sessions: &Path, home: &Home) -> Result<Cost> {
    measure(program(sessions, home).arg("scan"), b"")
}

/// What the store says that it holds.
fn counts(sessions: &Path, home: &Home) -> Result<Generated> {
    let output = program(sessions, home).args(["scan", "--json"]).output()?;
    let answer: serde_json::Value =
        serde_json::from_slice(&output.stdout).wrap_err("`sessions scan --json` printed no JSON")?;
    let number = |key: &str| find(&answer, key).ok_or_else(|| eyre!("`sessions scan --json` says nothing of {key}"));
    Ok(Generated { sessions: number("sessions")?, requests: number("requests")?, ..Generated::default() })
}

/// A number by its key, wherever it stands.
fn find(answer: &serde_json::Value, key: &str) -> Option<u64> {
    match answer {
        serde_json::Value::Object(fields) => fields
            .get(key)
            .and_then(serde_json::Value::as_u64)
            .or_else(|| fields.values().find_map(|value| find(value, key))),
        _ => None,
    }
}

fn count(what: &str, stored: u64, generated: u64) -> Figure {
    Figure::new(what, stored as f64, "").beside("generated", generated as f64)
}

fn program(sessions: &Path, home: &Home) -> Command {
    let mut command = Command::new(sessions);
    command.env_clear().envs(home.variables()).current_dir(home.path());
    command
}

/// Appends a record to one transcript in so many.
fn grow(home: &Home, one_in: usize) -> Result<()> {
    let mut files: Vec<PathBuf> = Vec::new();
    for project in fs::read_dir(home.claude().join("projects"))? {
        for entry in fs::read_dir(project?.path())? {
            files.push(entry?.path());
        }
    }
    files.sort();
    for file in files.iter().filter(|file| file.is_file()).step_by(one_in) {
        let id = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(
            File::options().append(true).open(file)?,
            r#"{{"type":"custom-title","customTitle":"Grown","sessionId":"{id}"}}"#
        )?;
    }
    Ok(())
}
