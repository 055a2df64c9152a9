//! The log of work that nobody watches: a file per day, the last ones kept.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use config::ConfigError;
use tracing_appender::rolling::{RollingFileAppender, Rotation};

/// Days of which the log is kept.
const DAYS_KEPT: usize = 7;

/// Sends everything that is traced from here on to `tick.<day>.log` in a folder.
pub(crate) fn begin(folder: &Path) -> color_eyre::Result<()> {
    let io = |source| ConfigError::Unwritable { path: folder.to_owned(), source };
    config::make_private_folder(folder).map_err(io)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tick")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder)
        .map_err(|error| io(io::Error::other(error)))?;
    make_private(folder).map_err(io)?;
    // Whoever has set a subscriber before keeps it.
    let _ = tracing_subscriber::fmt()
        .with_writer(appender)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .try_init();
    Ok(())
}

/// Closes the logs to everybody but their owner: they name directories.
fn make_private(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("tick.") {
            fs::set_permissions(entry.path(), Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}
