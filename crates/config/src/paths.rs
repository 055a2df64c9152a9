//! Every path that the product uses.

use std::path::PathBuf;

use crate::Environment;

/// Every path that the product uses. Folders are made when first needed, 0700; files are 0600.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `$SESSIONS_HOME`, default the XDG data folder + `/sessions`.
    pub data: PathBuf,
    /// One file per hook event.
    pub spool: PathBuf,
    /// The derived DuckDB file.
    pub store: PathBuf,
    /// Small files: locks, known roots, prepared texts.
    pub state: PathBuf,
    /// Logs of programs that nobody watches.
    pub logs: PathBuf,
    /// Folder of `config.toml` and its companions.
    pub config: PathBuf,
    /// Folders that hold Claude Code's files, in order of precedence.
    pub roots: Vec<PathBuf>,
}

impl Paths {
    /// Works out every path from the environment, without touching the disk.
    pub fn new(environment: &Environment) -> Self {
        let _ = environment;
        Self {
            data: PathBuf::new(),
            spool: PathBuf::new(),
            store: PathBuf::new(),
            state: PathBuf::new(),
            logs: PathBuf::new(),
            config: PathBuf::new(),
            roots: Vec::new(),
        }
    }

    /// The lock file that one tick at a time holds.
    pub fn tick_lock(&self) -> PathBuf {
        self.state.join("tick.lock")
    }
}
