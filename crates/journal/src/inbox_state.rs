//! How much is unread, from whoever counted it last to those who have no time to count.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// How many entries others changed, for one reader and one state of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxState {
    /// Whose inbox it is.
    pub reader: String,
    /// The state of the journal, see [`crate::seal`].
    pub seal: u64,
    /// How many entries.
    pub unread: usize,
}

impl InboxState {
    /// What stands in a file; none where nothing does that can be understood.
    pub fn read(path: &Path) -> Option<Self> {
        fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok())
    }

    /// Writes it to a file.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        config::replace_file(path, &serde_json::to_vec(self)?)
    }
}
