//! ripgrep, which searches the same files as they are stored.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use color_eyre::Result;
use color_eyre::eyre::{bail, eyre};

/// A ripgrep that is installed.
pub(super) struct Rival {
    version: String,
}

impl Rival {
    /// The one in `PATH`; none if there is none.
    pub(super) fn find() -> Option<Self> {
        let output = Command::new("rg").arg("--version").output().ok().filter(|output| output.status.success())?;
        let version = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        Some(Self { version })
    }

    /// Searches a folder and reads everything that is printed.
    pub(super) fn search(folder: &Path, expression: &str, literal: bool, count: bool) -> Result<Duration> {
        let mut command = Command::new("rg");
        command.args(["--no-config", "--no-ignore", "--hidden", "--smart-case"]);
        command.args(literal.then_some("--fixed-strings")).args(count.then_some("--count-matches"));
        command.args(["--regexp", expression]).arg(folder);
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut output = child.stdout.take().ok_or_else(|| eyre!("a child without standard output"))?;
        io::copy(&mut output, &mut io::sink())?;
        let status = child.wait()?;
        // 1 says that nothing was found
        if status.code().is_none_or(|code| code > 1) {
            bail!("rg failed ({status})");
        }
        Ok(begun.elapsed())
    }

    /// Which one was run, and how.
    pub(super) fn described(&self) -> String {
        format!("{}: `rg --no-ignore --hidden --smart-case`, on the same files, its start included.", self.version)
    }
}

/// What is said when there is none.
pub(super) fn skipped() -> String {
    "SKIPPED: rg is not installed (apt-get install ripgrep), so nothing stands beside and the budget is not checked."
        .to_owned()
}
