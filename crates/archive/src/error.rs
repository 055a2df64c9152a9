//! What can go wrong with the archive.

use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong with the archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process writes into the archive.
    #[error("Another process is writing into the archive in {}.", .folder.display())]
    Busy {
        /// The folder of the archive.
        folder: PathBuf,
    },
    /// A file that is no backup, or not a whole one, or not as it was written.
    #[error("{} cannot be used: {reason}", .path.display())]
    NoBackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl ArchiveError {
    /// Says on which path something failed.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}
