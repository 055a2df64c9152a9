//! Starting `sessions tick` so that it outlives whoever starts it, its process group and the terminal.

use std::env;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use config::{Environment, Paths};

use crate::TickLock;

/// Whether a tick has to be started: none runs, and none was started less than `pause` ago. One that runs takes an event
/// that was left just now, even if it has already drained the spool (see [`crate::tick`]), so it must be left before this
/// is asked.
pub fn is_tick_due(pause: Duration, paths: &Paths) -> bool {
    !was_touched_lately(&paths.tick_started(), pause) && !TickLock::is_held(&paths.tick_lock())
}

/// Starts `sessions tick`. Without a `sessions` events wait in the spool.
///
/// # Errors
/// What stood in the way, for a log.
pub fn start_tick(environment: &Environment, paths: &Paths) -> Result<(), String> {
    mark_started(&paths.tick_started()).map_err(|error| format!("cannot note the start of a tick: {error}"))?;
    let Some(program) = find_program(environment) else {
        return Err("`sessions` is neither beside sessions-hook nor on PATH; events wait in the spool".to_owned());
    };
    let spawned = Command::new(&program)
        .arg("tick")
        .env("SESSIONS_HOME", &paths.data)
        .current_dir(&paths.data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Claude Code ends a hook by a signal to its group, and a terminal that closes hangs up its foreground group.
        .process_group(0)
        .spawn();
    spawned.map(|_| ()).map_err(|error| format!("cannot start {}: {error}", program.display()))
}

/// Whether a file was written less than `pause` ago. A time in the future does not count: the clock was set back.
pub fn was_touched_lately(file: &Path, pause: Duration) -> bool {
    let touched = fs::metadata(file).and_then(|metadata| metadata.modified());
    touched.is_ok_and(|touched| touched.elapsed().is_ok_and(|age| age < pause))
}

fn mark_started(mark: &Path) -> io::Result<()> {
    if let Some(folder) = mark.parent() {
        config::make_private_folder(folder)?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(mark)?;
    file.set_modified(SystemTime::now())
}

/// `sessions` beside this program, which is of the same version, else on PATH.
fn find_program(environment: &Environment) -> Option<PathBuf> {
    let beside = env::current_exe().ok().map(|program| program.with_file_name("sessions"));
    let on_path = env::split_paths(environment.get("PATH").unwrap_or_default()).filter(|folder| folder.is_absolute());
    beside.into_iter().chain(on_path.map(|folder| folder.join("sessions"))).find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
