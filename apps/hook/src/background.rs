//! Starting `sessions tick` so that it outlives the hook, its process group and the terminal.

use std::env;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use config::{Environment, Paths};
use journal::{EventKind, TickLock};

/// After a start, an event that comes often starts no other for this long.
const OFTEN_PAUSE: Duration = Duration::from_secs(10);

/// Starts `sessions tick` unless one runs, or one was started less than `pause` ago. One that runs takes the event that
/// was left just now, even if it has already drained the spool (see [`journal::tick`]), so it must be left before this is
/// called. Without a `sessions` the event waits in the spool.
pub(crate) fn start_tick(pause: Duration, environment: &Environment, paths: &Paths) -> Result<(), String> {
    if was_started_lately(&paths.tick_started(), pause) {
        return Ok(());
    }
    if TickLock::is_held(&paths.tick_lock()) {
        return Ok(());
    }
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

/// How long an event waits for a tick of its own after another was started.
pub(crate) fn pause_of(kind: EventKind) -> Duration {
    match kind {
        EventKind::PostToolUse | EventKind::Stop => OFTEN_PAUSE,
        EventKind::SessionStart | EventKind::SessionEnd => Duration::ZERO,
    }
}

/// A time in the future does not count: the clock was set back.
fn was_started_lately(mark: &Path, pause: Duration) -> bool {
    let started = fs::metadata(mark).and_then(|metadata| metadata.modified());
    started.is_ok_and(|started| started.elapsed().is_ok_and(|age| age < pause))
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
