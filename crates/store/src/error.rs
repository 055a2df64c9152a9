//! What can go wrong with the store, and what to do about it.

use std::io;
use std::path::PathBuf;

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process held it for longer than we waited.
    #[error("{path} is in use by another program{holder}; try again when it is done")]
    Locked {
        /// The store.
        path: PathBuf,
        /// Who holds it, as far as is known (` (process 123)`), or nothing.
        holder: String,
    },
    /// It was written by a newer version of this program.
    #[error(
        "{path} was written by a newer version of sessions (schema {found}, this one knows {known}); update sessions, or run `sessions rebuild`"
    )]
    Newer {
        /// The store.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// It cannot be read.
    #[error(
        "{path} is damaged ({message}); run `sessions rebuild`: it is made again from the transcripts, and this file is kept beside it"
    )]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What the engine says.
        message: String,
    },
    /// A file operation failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The journal could not be read or written.
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    /// The engine refused something; a fault of ours.
    #[error("the store failed: {0}")]
    Engine(#[from] duckdb::Error),
    /// The person stopped it.
    #[error("stopped")]
    Cancelled,
}

impl StoreError {
    /// Whether the engine may not take as much memory as it needs.
    pub(crate) fn is_lack_of_memory(&self) -> bool {
        matches!(self, Self::Engine(error) if speaks_of_memory(&error.to_string()))
    }
}

/// Whether a message of the engine says that it needs more memory than it may take: a commit and a checkpoint wrap it in words
/// of their own.
pub(crate) fn speaks_of_memory(message: &str) -> bool {
    ["Out of Memory Error", "could not allocate", "failed to allocate", "failed to pin block", "failed to offload"]
        .iter()
        .any(|part| message.contains(part))
}
