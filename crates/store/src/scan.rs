//! The scan: what is new under the roots, read in parallel, stored in batches.

mod fingerprint;
mod plan;
mod read;
mod run;
mod walk;

use std::path::PathBuf;

use serde::Serialize;

pub(crate) use run::run;

/// How to scan.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Folders that hold Claude Code's files.
    pub roots: Vec<PathBuf>,
    /// Transcripts that somebody named (a hook), wherever they lie. They are remembered.
    pub extra_files: Vec<PathBuf>,
    /// Threads that read; 0 means one per core.
    pub threads: usize,
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files that have to be read.
    pub files_total: u64,
    /// Files read.
    pub files_done: u64,
    /// Bytes that have to be read.
    pub bytes_total: u64,
    /// Bytes read.
    pub bytes_done: u64,
}

/// What a scan did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ScanReport {
    /// Transcript files seen.
    pub files_seen: u64,
    /// Files of which something was read.
    pub files_read: u64,
    /// Files seen at an earlier scan that are gone.
    pub files_gone: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Sessions that are new.
    pub sessions_new: u64,
    /// Sessions that changed.
    pub sessions_changed: u64,
    /// Sessions in the store.
    pub sessions: u64,
    /// Requests in the store.
    pub requests: u64,
    /// Stretches that were not understood, over all files.
    pub problems: u64,
    /// Files and folders that could not be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Files that are gone and whose content a rebuild took over from the store before.
    pub carried_over: u64,
    /// Where a rebuild put a store that it could not read; what only that one knew is not in the new one.
    pub set_aside: Option<PathBuf>,
}
