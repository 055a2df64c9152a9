//! The programs of the machine that set-up calls: the one place that starts any.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::SetupError;
use crate::schedule::{Call, Schedule, Scheduler};

/// So long a program may take to answer; none of them has anything to do that takes longer than a moment.
const PATIENCE: Duration = Duration::from_secs(20);

/// The machine, as a search path shows it.
#[derive(Debug, Clone)]
pub struct Machine {
    search_path: String,
    patience: Duration,
}

impl Machine {
    /// With the programs on a search path (`$PATH`).
    pub fn new(search_path: impl Into<String>) -> Self {
        Self { search_path: search_path.into(), patience: PATIENCE }
    }

    /// A program on the search path.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let folders = std::env::split_paths(&self.search_path).filter(|folder| folder.is_absolute());
        folders.map(|folder| folder.join(name)).find(|path| is_program(path))
    }

    /// What runs programs at times here: launchd on macOS, else the person's systemd if it answers, else cron.
    pub fn scheduler(&self) -> Option<Scheduler> {
        if cfg!(target_os = "macos") {
            return Some(Scheduler::Launchd);
        }
        let asked = ("systemctl", vec!["--user".to_owned(), "show-environment".to_owned()]);
        if self.call(&asked, None).is_ok() {
            return Some(Scheduler::Systemd);
        }
        self.find("crontab").map(|_| Scheduler::Cron)
    }

    /// The person's crontab, empty if there is none; nothing without the program.
    pub fn crontab(&self) -> Result<Option<String>, SetupError> {
        if self.find("crontab").is_none() {
            return Ok(None);
        }
        match self.call(&("crontab", vec!["-l".to_owned()]), None) {
            Err(SetupError::Program { reason, .. }) if reason.contains("no crontab") => Ok(Some(String::new())),
            listed => listed.map(Some),
        }
    }

    /// Whether a schedule is alive; nothing where nobody can be asked.
    pub fn runs(&self, schedule: &Schedule, scheduler: Scheduler) -> Option<bool> {
        Some(self.call(&schedule.question(scheduler)?, None).is_ok())
    }

    /// Bytes that are free on the disk of a folder, as `df` tells it; nothing if it cannot be asked.
    pub fn free_bytes(&self, folder: &Path) -> Option<u64> {
        let asked = ("df", vec!["-Pk".to_owned(), folder.to_string_lossy().into_owned()]);
        let told = self.call(&asked, None).ok()?;
        let kilobytes: u64 = told.lines().next_back()?.split_whitespace().nth(3)?.parse().ok()?;
        kilobytes.checked_mul(1024)
    }

    /// Calls a program and returns what it prints.
    pub(crate) fn call(&self, call: &Call, input: Option<&str>) -> Result<String, SetupError> {
        let (name, arguments) = call;
        let failed = |reason: String| SetupError::Program { command: command_line(call), reason };
        let Some(program) = self.find(name) else { return Err(failed("there is no such program on PATH".to_owned())) };
        let mut command = Command::new(program);
        command.args(arguments).env("LC_ALL", "C").env("PATH", &self.search_path);
        let output = config::answer_within(&mut command, input.unwrap_or_default().as_bytes(), self.patience)
            .map_err(|error| failed(error.to_string()))?
            .ok_or_else(|| failed(format!("it did not answer within {} seconds", self.patience.as_secs())))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(failed(if said.is_empty() { output.status.to_string() } else { said }))
    }
}

/// A call as a person would type it.
pub(crate) fn command_line((name, arguments): &Call) -> String {
    let words = [*name].into_iter().chain(arguments.iter().map(String::as_str));
    shlex::try_join(words).unwrap_or_else(|_| (*name).to_owned())
}

/// Whether a path is a program that can be started.
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_never_answers_is_named() {
        let machine = Machine { search_path: "/usr/bin:/bin".to_owned(), patience: Duration::from_millis(20) };
        let error = machine.call(&("sleep", vec!["60".to_owned()]), None).expect_err("it is ended");
        assert!(error.to_string().contains("sleep 60") && error.to_string().contains("did not answer"), "{error}");
    }
}
