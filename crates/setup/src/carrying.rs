//! Carrying a plan out, step by step.

use std::fs;
use std::path::{Path, PathBuf};

use crate::found::read;
use crate::machine::Machine;
use crate::plan::{Plan, Step};
use crate::{SetupError, settings};

/// Copies that are kept of a file: the first, and the last ones.
const BACKUPS: usize = 5;

impl Plan {
    /// Carries the plan out, and keeps in a file what was done. A step that fails does not keep the others from being done;
    /// what went wrong is returned. A file that has been changed since the plan was made is not written.
    pub fn carry_out(&self, machine: &Machine, receipt: &Path) -> Vec<SetupError> {
        let mut problems: Vec<SetupError> = Vec::new();
        // First of all: a kill between both would leave what nobody remembers.
        problems.extend(self.receipt.keep(receipt).err());
        problems.extend(self.steps.iter().filter_map(|step| step.carry_out(machine).err()));
        problems
    }
}

impl Step {
    fn carry_out(&self, machine: &Machine) -> Result<(), SetupError> {
        match self {
            Self::Write { path, before, after, backup } => {
                unchanged(path, before.as_deref())?;
                if let Some(before) = before.as_deref().filter(|_| *backup) {
                    back_up(path, before)?;
                }
                config::replace_kept_file(path, after.as_bytes()).map_err(SetupError::io("write", path))
            }
            Self::Delete { path, before } => {
                unchanged(path, Some(before))?;
                fs::remove_file(path).map_err(SetupError::io("delete", path))
            }
            Self::Crontab { before, after } => {
                if machine.crontab()?.unwrap_or_default() != *before {
                    return Err(SetupError::Changed { path: PathBuf::from("crontab") });
                }
                let (flag, text) = if after.is_empty() { ("-r", None) } else { ("-", Some(after.as_str())) };
                machine.call(&("crontab", vec![flag.to_owned()]), text).map(|_| ())
            }
            Self::Call(call) => machine.call(call, None).map(|_| ()),
        }
    }
}

fn unchanged(path: &Path, before: Option<&str>) -> Result<(), SetupError> {
    if read(path)?.as_deref() == before { Ok(()) } else { Err(SetupError::Changed { path: path.to_owned() }) }
}

/// Copies of a file that are kept beside it, by number: `settings.json.sessions-1.bak`.
pub fn backups(path: &Path) -> Vec<(u64, PathBuf)> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let number = |file: &str| file.strip_prefix(name)?.strip_prefix(".sessions-")?.strip_suffix(".bak")?.parse().ok();
    let folder = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    let files = folder.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut backups: Vec<(u64, PathBuf)> =
        files.filter_map(|file| Some((number(file.file_name()?.to_str()?)?, file))).collect();
    backups.sort();
    backups
}

/// Keeps a copy of a file under the next number, unless the last one says the same; of many, the first and the last stay.
fn back_up(path: &Path, content: &str) -> Result<(), SetupError> {
    let kept = backups(path);
    if kept.last().is_some_and(|(_, last)| fs::read(last).is_ok_and(|last| last == content.as_bytes())) {
        return Ok(());
    }
    let number = kept.last().map_or(1, |(number, _)| number + 1);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".sessions-{number}.bak"));
    let copy = path.with_file_name(name);
    config::replace_file(&copy, content.as_bytes()).map_err(SetupError::io("write", &copy))?;
    let spare = (kept.len() + 1).saturating_sub(BACKUPS);
    for (_, old) in kept.into_iter().skip(1).take(spare) {
        fs::remove_file(&old).map_err(SetupError::io("delete", &old))?;
    }
    Ok(())
}

/// What settings in a folder of Claude Code say about our hooks.
pub fn wiring(config_dir: &Path) -> Result<settings::Wiring, SetupError> {
    let file = crate::found::settings_file(config_dir);
    settings::look(read(&file)?.as_deref()).map_err(|error| error.in_file(&file))
}
