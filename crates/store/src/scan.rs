//! The scan: what is new under the roots, read in parallel, stored in batches.

mod fingerprint;
mod glance;
mod kept;
mod plan;
mod read;
mod run;
mod walk;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use config::Excluded;
use resume::Moves;
use serde::Serialize;

pub use glance::glance;
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
    /// Folder of the journal: what it says beside the transcripts is folded in, as far as it is not yet.
    pub journal: Option<PathBuf>,
    /// Folder of the archive: transcripts that only it has are read from it.
    pub archive: Option<PathBuf>,
    /// Projects of which nothing is taken in; what is stored of them stays.
    pub excluded: Excluded,
    /// Directories that went elsewhere: what ran in one is of the project that it is now.
    pub moves: Moves,
    /// How much is done at once.
    pub strides: Strides,
}

/// How much a scan does at once. What it stores does not depend on it; a test that makes it tiny meets every boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strides {
    /// Bytes that are read at once, at most.
    pub read: usize,
    /// Bytes after which a piece of a long file is handed on.
    pub piece: u64,
    /// What a thread has read is handed on when it holds this many rows …
    pub bundle_rows: usize,
    /// … or is made of this many bytes.
    pub bundle: u64,
    /// A batch is committed when it holds this many rows …
    pub batch_rows: usize,
    /// … or when the store has been held for this long: then others get their turn.
    pub hold: Duration,
    /// What the engine may take at first while it writes, in bytes; none: what is known to do for such a history.
    pub memory: Option<u64>,
}

impl Default for Strides {
    fn default() -> Self {
        Self {
            // still near the processor when it is looked at
            read: 256 << 10,
            piece: 32 << 20,
            bundle_rows: 2048,
            bundle: 4 << 20,
            batch_rows: 60_000,
            hold: Duration::from_millis(1500),
            memory: None,
        }
    }
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
    /// Working directories of these sessions.
    pub directories: BTreeSet<String>,
    /// Sessions in the store.
    pub sessions: u64,
    /// Requests in the store.
    pub requests: u64,
    /// Stretches that were not understood, over all files.
    pub problems: u64,
    /// Files with such stretches and how many, the worst first; at most ten.
    pub not_understood: Vec<(PathBuf, u64)>,
    /// Files and folders that could not be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Files that are gone and whose content a rebuild took over from the store before.
    pub carried_over: u64,
    /// Files that only the archive has, of which something was read; they are among `files_read`.
    pub files_from_archive: u64,
    /// Operations of the journal that were folded in.
    pub folded_in: u64,
    /// Streams of the journal that are damaged: what follows the damage is not folded in. One, if nothing of it can be read.
    pub damaged_streams: u64,
    /// What [`glance`] says as long as nothing changes, with `named`.
    #[serde(skip)]
    pub glance: u64,
    /// Files outside all roots that were looked at.
    #[serde(skip)]
    pub named: Vec<PathBuf>,
    /// Where a rebuild put a store that it could not read; what only that one knew is not in the new one.
    pub set_aside: Option<PathBuf>,
}
