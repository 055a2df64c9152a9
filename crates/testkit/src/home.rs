//! A home directory that is thrown away.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A temporary home with a Claude Code folder and every variable that the product looks at.
#[derive(Debug)]
pub struct Home {
    folder: tempfile::TempDir,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// A new, empty home.
    ///
    /// # Panics
    /// When the system gives no temporary folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { folder }
    }

    /// The home directory.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `~/.claude`.
    pub fn claude(&self) -> PathBuf {
        self.path().join(".claude")
    }

    /// Writes a file below `~/.claude/projects`, making its folders.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn transcript(&self, relative: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.claude().join("projects").join(relative);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        fs::write(&path, content).expect("a file can be written");
        path
    }

    /// The environment of a program that lives in this home: `HOME`, the XDG folders, `SESSIONS_HOME`, `TZ`, a `PATH`
    /// without `claude`, no ticks in the background, and temporary files that go with it.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let under = |relative: &str| self.path().join(relative).to_string_lossy().into_owned();
        BTreeMap::from([
            ("HOME".to_owned(), under("")),
            ("XDG_CONFIG_HOME".to_owned(), under(".config")),
            ("XDG_DATA_HOME".to_owned(), under(".local/share")),
            ("SESSIONS_HOME".to_owned(), under("data")),
            ("TZ".to_owned(), "UTC".to_owned()),
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("SESSIONS_TICKS".to_owned(), "off".to_owned()),
            ("TERM".to_owned(), "xterm-256color".to_owned()),
            ("TMPDIR".to_owned(), under("")),
        ])
    }
}
