//! Finding Claude Code's program.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf, absolute};

use crate::Obstacle;

/// What it is called where nothing else was said.
const USUAL: &str = "claude";

/// The program as an absolute path: itself if it is one, else the first of its name on the search path that can be
/// started. Without a name, `claude`.
pub(crate) fn find(program: &Path, search_path: Option<&OsStr>) -> Result<PathBuf, Obstacle> {
    let program = if program.as_os_str().is_empty() { Path::new(USUAL) } else { program };
    let folders =
        std::env::split_paths(search_path.unwrap_or_default()).filter(|folder| !folder.as_os_str().is_empty());
    let named = program.is_absolute().then(|| program.to_owned());
    let found = named.into_iter().chain(folders.map(|folder| folder.join(program))).find(|file| is_executable(file));
    let found = found.and_then(|file| absolute(file).ok());
    found.ok_or_else(|| Obstacle::NoClaude { program: program.to_owned() })
}

/// Whether a file can be started.
pub(crate) fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
