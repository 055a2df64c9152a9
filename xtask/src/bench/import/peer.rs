//! ccusage, the other program that counts the same files.

use std::env::consts::{ARCH, OS};
use std::env::{split_paths, var_os};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail};
use testkit::Home;

/// The version that figures are compared with.
const VERSION: &str = "20.0.24";

/// A ccusage that is installed.
#[derive(Debug)]
pub(super) struct Peer {
    program: PathBuf,
    version: String,
    native: bool,
}

impl Peer {
    /// The one that is named, else the one in `PATH`; none if there is none.
    pub(super) fn find(named: Option<&Path>) -> Result<Option<Self>> {
        let Some(found) = named.map(Path::to_owned).or_else(in_path) else { return Ok(None) };
        let program = native(&found)?;
        let native = !is_script(&program);
        let output = Command::new(&program).arg("--version").output();
        let output = output.wrap_err_with(|| format!("cannot start {}", program.display()))?;
        if !output.status.success() {
            bail!("{} --version failed ({})", program.display(), output.status);
        }
        let version = String::from_utf8_lossy(&output.stdout).split_whitespace().last().unwrap_or_default().to_owned();
        Ok(Some(Self { program, version, native }))
    }

    /// Counts all files of a home.
    pub(super) fn count(&self, home: &Home) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["claude", "daily", "--offline", "--json"]);
        command.env_clear().envs(home.variables()).current_dir(home.path());
        command
    }

    /// Which one was run, and how.
    pub(super) fn described(&self) -> String {
        let Self { version, .. } = self;
        let how = if self.native { "its native program" } else { "its script: the start of Node is in the figures" };
        let other = if version == VERSION { String::new() } else { format!(" (figures are kept for {VERSION})") };
        format!("ccusage {version}{other}: {how}, `claude daily --offline --json`, on the same files, in turns.")
    }
}

/// What is said when there is none.
pub(super) fn skipped() -> String {
    format!("SKIPPED: ccusage is not installed (npm i ccusage@{VERSION}), so nothing stands beside.")
}

fn in_path() -> Option<PathBuf> {
    let path = var_os("PATH")?;
    split_paths(&path).map(|folder| folder.join("ccusage")).find(|file| file.is_file())
}

/// The native program that npm put beside the script, so that the start of Node is not measured.
fn native(found: &Path) -> Result<PathBuf> {
    let real = fs::canonicalize(found).wrap_err_with(|| format!("no ccusage at {}", found.display()))?;
    let system = if OS == "macos" { "darwin" } else { OS };
    let processor = match ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("@ccusage/ccusage-{system}-{processor}/bin/ccusage");
    let beside = real.ancestors().map(|folder| folder.join(&package)).find(|file| file.is_file());
    Ok(if is_script(&real) { beside.unwrap_or(real) } else { real })
}

fn is_script(program: &Path) -> bool {
    let begins = fs::read(program).is_ok_and(|bytes| bytes.starts_with(b"#!"));
    begins || program.extension().is_some_and(|extension| extension == "js" || extension == "mjs")
}
