//! Two programs on the same files, in turns.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, eyre};
use testkit::Home;
use testkit::history::Generated;

use super::peer::Peer;
use crate::bench::measure::{Cost, Runs, measure};

/// Both programs and the home that they read.
pub(super) struct Contest<'a> {
    sessions: &'a Path,
    peer: Option<&'a Peer>,
    home: &'a Home,
    claude: PathBuf,
    repetitions: usize,
}

/// What a run cost, in the middle of several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Middle {
    pub(super) wall_ms: f64,
    pub(super) cpu_ms: f64,
    /// The greatest of all runs.
    pub(super) resident_bytes: u64,
}

/// What runs of `sessions scan` cost, and those of the other program on the same files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    ours: Middle,
    pub(super) peer: Option<Middle>,
}

impl std::ops::Deref for Course {
    type Target = Middle;

    fn deref(&self) -> &Middle {
        &self.ours
    }
}

impl<'a> Contest<'a> {
    pub(super) fn new(sessions: &'a Path, peer: Option<&'a Peer>, home: &'a Home, repetitions: usize) -> Self {
        Self { sessions, peer, home, claude: home.claude(), repetitions: repetitions.max(1) }
    }

    /// The folder that holds the history.
    pub(super) fn claude(&self) -> &Path {
        &self.claude
    }

    /// Reads every file once, so that neither program has to wait for the disk.
    pub(super) fn warm_up(&self) -> Result<()> {
        self.scan().map(drop)
    }

    /// Throws the store away, so that the next scan is a first one.
    pub(super) fn forget(&self) -> Result<()> {
        match fs::remove_dir_all(self.home.path().join("data")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).wrap_err("the store stays"),
            _ => Ok(()),
        }
    }

    /// Runs both programs several times; every second time the other one begins.
    pub(super) fn run(&self, mut prepare: impl FnMut() -> Result<()>) -> Result<Course> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for repetition in 0..self.repetitions {
            prepare()?;
            if repetition % 2 == 0 {
                ours.push(self.scan()?);
            }
            if let Some(peer) = self.peer {
                theirs.push(measure(&mut peer.count(self.home), b"")?);
            }
            if repetition % 2 == 1 {
                ours.push(self.scan()?);
            }
        }
        Ok(Course { ours: middle(&ours), peer: self.peer.map(|_| middle(&theirs)) })
    }

    /// What the store says that it holds.
    pub(super) fn stored(&self) -> Result<Generated> {
        let output = self.program().args(["scan", "--json"]).output()?;
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).wrap_err("`sessions scan --json` printed no JSON")?;
        let number =
            |key: &str| find(&answer, key).ok_or_else(|| eyre!("`sessions scan --json` says nothing of {key}"));
        Ok(Generated { sessions: number("sessions")?, requests: number("requests")?, ..Generated::default() })
    }

    fn scan(&self) -> Result<Cost> {
        measure(self.program().arg("scan"), b"")
    }

    fn program(&self) -> Command {
        let mut command = Command::new(self.sessions);
        command.env_clear().envs(self.home.variables()).current_dir(self.home.path());
        command
    }
}

fn middle(costs: &[Cost]) -> Middle {
    let (mut wall, mut cpu) = (Runs::default(), Runs::default());
    for cost in costs {
        wall.add(cost.wall);
        cpu.add(cost.cpu);
    }
    let resident_bytes = costs.iter().map(|cost| cost.resident_bytes).max().unwrap_or(0);
    Middle { wall_ms: wall.median(), cpu_ms: cpu.median(), resident_bytes }
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
