//! What can stand in the way of setting up.

use std::io;
use std::path::PathBuf;

/// Why something could not be planned or carried out.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Settings that are no strict JSON: Claude Code ignores all of such a file.
    #[error("line {line}, column {column}: {reason}")]
    NotStrict {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Settings in which something has a shape that Claude Code does not know either.
    #[error("`{place}` is {expected} in settings of Claude Code, and something else here")]
    Shape {
        /// The place, as in `hooks.Stop`.
        place: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// The same, with its file.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<SetupError>,
    },
    /// A file that was changed by somebody else after the plan was made.
    #[error("{path} was changed since the plan was made")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder that cannot be used.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, as in `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program that did not do what it was asked.
    #[error("`{command}` failed: {reason}")]
    Program {
        /// The command line.
        command: String,
        /// What it said, or why it could not be started.
        reason: String,
    },
}

impl SetupError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// Names the file in which it was found.
    #[must_use]
    pub(crate) fn in_file(self, path: impl Into<PathBuf>) -> Self {
        Self::File { path: path.into(), source: Box::new(self) }
    }
}
