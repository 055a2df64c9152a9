//! What can go wrong.

use std::io;
use std::path::{Path, PathBuf};

use archive::ArchiveError;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum HousekeepingError {
    /// The disk refused something.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not as it was when it was looked at. Nothing was changed.
    #[error("{} changed a moment ago, so nothing was done.", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A deletion was called off, and not all of it could be put back. It is in the trash, under the name of the session.
    #[error("Not all of {session} could be put back after its deletion failed.")]
    Stuck {
        /// The session.
        session: String,
    },
    /// A file changed after a directory's transcripts were moved.
    #[error("{} changed meanwhile; what was moved is moved.", .path.display())]
    Half {
        /// The file.
        path: PathBuf,
    },
    /// Something lies where a file would be put. Nothing is written over.
    #[error("{} is there already, so nothing was put back.", .path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// A directory that is said to have moved is there.
    #[error("{} is still there.", .path.display())]
    StillThere {
        /// The directory.
        path: PathBuf,
    },
    /// What is named as a directory is none.
    #[error("{} is no directory.", .path.display())]
    NoDirectory {
        /// What was named.
        path: PathBuf,
    },
    /// The archive refused something.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl HousekeepingError {
    /// Says on which path something failed.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}
