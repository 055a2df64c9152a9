//! Why a file of the journal could not be used.

use std::io;
use std::path::{Path, PathBuf};

use crate::{Scope, Stream};

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// An operation on a file failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} is damaged: {source}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A stream is not as it was written.
    #[error("{path} is damaged from byte {at} on; run `sessions rebuild`: what can be read is kept")]
    Broken {
        /// The stream.
        stream: Stream,
        /// Its file.
        path: PathBuf,
        /// Where the damage begins.
        at: u64,
    },
    /// What should be appended is larger than a stream takes at once.
    #[error("what should be noted in {stream} is too large: 16 MB for one thing, 256 MB at once")]
    TooLarge {
        /// The stream.
        stream: Stream,
    },
    /// A scope has no key, or one that is too long.
    #[error("`{scope}` cannot be kept: the key of a scope has 1 to 1,024 bytes")]
    Scope {
        /// The scope.
        scope: Scope,
    },
    /// Whatever was tried, the journal turned out to be a copy or damaged again.
    #[error("{path} changes while it is written; is it copied or synchronized by another program?")]
    Restless {
        /// The folder.
        path: PathBuf,
    },
}

impl JournalError {
    /// For `map_err`: says what was tried, and on which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// For `map_err`: says which file is damaged.
    pub(crate) fn damaged(path: &Path) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Damaged { path: path.to_owned(), source }
    }
}
