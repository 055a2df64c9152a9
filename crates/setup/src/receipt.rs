//! What set-up did, kept beside the data, so that taking it out leaves everything as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{SetupError, Trace};

/// What set-up did. Without it, taking out works too: it only says what was empty or missing before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Version of this format.
    #[serde(default)]
    pub schema: u32,
    /// What was done in each folder of Claude Code.
    #[serde(default)]
    pub folders: BTreeMap<PathBuf, Done>,
    /// The completion script that was written.
    #[serde(default)]
    pub completions: Option<PathBuf>,
}

/// What was done in a folder of Claude Code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What was empty in its settings.
    #[serde(default)]
    pub trace: Trace,
    /// Whether there were no settings before.
    #[serde(default)]
    pub made_settings: bool,
    /// Whether there was no `CLAUDE.md` before.
    #[serde(default)]
    pub made_instructions: bool,
}

impl Receipt {
    const SCHEMA: u32 = 1;

    /// Reads the receipt in a file; none, a damaged one or one of a newer version counts as empty.
    pub fn read(path: &Path) -> Self {
        let read = fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        read.filter(|receipt| receipt.schema <= Self::SCHEMA).unwrap_or_default()
    }

    /// Keeps it, or removes the file when nothing was done.
    pub(crate) fn keep(&self, path: &Path) -> Result<(), SetupError> {
        if self.folders.is_empty() && self.completions.is_none() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(SetupError::io("remove", path)(error)),
                _ => Ok(()),
            };
        }
        let receipt = Self { schema: Self::SCHEMA, ..self.clone() };
        let text =
            serde_json::to_string_pretty(&receipt).map_err(|error| SetupError::io("write", path)(error.into()))?;
        config::replace_file(path, (text + "\n").as_bytes()).map_err(SetupError::io("write", path))
    }
}
