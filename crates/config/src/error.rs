//! What can be wrong with places and settings.

use std::io;
use std::path::PathBuf;

/// Why the places or the settings could not be worked out, read or written.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither a home directory nor a variable says where to keep data.
    #[error(
        "no home directory is known, so there is no place to keep data; set HOME, or set SESSIONS_HOME to a folder of \
         your choice"
    )]
    NoHome,
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what was probably meant.
        message: String,
    },
}
