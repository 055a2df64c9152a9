//! What is there before anything is changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::page::PAGE;
use crate::schedule::{Schedule, Scheduler};
use crate::{Machine, Receipt, SetupError};

/// Schedulers whose files may lie about.
pub(crate) const WITH_FILES: [Scheduler; 2] = [Scheduler::Systemd, Scheduler::Launchd];

/// What is there before anything is changed: every text that a plan may replace.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The folder of Claude Code.
    pub config_dir: PathBuf,
    /// Its `settings.json`.
    pub settings: Option<String>,
    /// Its `CLAUDE.md`.
    pub instructions: Option<String>,
    /// Its `sessions.md`.
    pub page: Option<String>,
    /// Files of schedules and of completions.
    pub files: BTreeMap<PathBuf, String>,
    /// The crontab; none without cron.
    pub crontab: Option<String>,
    /// Whether the schedule that is wanted is alive, where somebody can be asked.
    pub runs: Option<bool>,
    /// What was done before.
    pub receipt: Receipt,
}

impl Found {
    /// Looks at a folder of Claude Code, at the schedules, and at other files that are ours.
    pub fn look(
        config_dir: &Path,
        schedule: &Schedule,
        wanted: Option<Scheduler>,
        others: &[PathBuf],
        receipt: Receipt,
        machine: &Machine,
    ) -> Result<Self, SetupError> {
        let mut files = BTreeMap::new();
        let scheduled = WITH_FILES.into_iter().flat_map(|scheduler| schedule.files(scheduler)).map(|(path, _)| path);
        for path in scheduled.chain(others.iter().cloned()).chain(receipt.completions.clone()) {
            if let Some(text) = read(&path)? {
                files.insert(path, text);
            }
        }
        Ok(Self {
            settings: read(&settings_file(config_dir))?,
            instructions: read(&instructions_file(config_dir))?,
            page: read(&config_dir.join(PAGE))?,
            files,
            crontab: machine.crontab()?,
            runs: wanted.and_then(|wanted| machine.runs(schedule, wanted)),
            receipt,
            config_dir: config_dir.to_owned(),
        })
    }
}

/// The settings of a folder of Claude Code.
pub(crate) fn settings_file(config_dir: &Path) -> PathBuf {
    config_dir.join("settings.json")
}

/// The person's own instructions for Claude.
pub(crate) fn instructions_file(config_dir: &Path) -> PathBuf {
    config_dir.join("CLAUDE.md")
}

/// The text of a file; none if there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<String>, SetupError> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(SetupError::io("read", path)),
    }
}
