//! Where transcripts lie: the roots, and what a file under one is.

use crate::SessionId;

/// The values of the environment that name roots; handed in, never looked up here.
#[derive(Debug, Clone, Default)]
pub struct RootNames<'a> {
    /// `$CLAUDE_CONFIG_DIR`, a comma-separated list.
    pub claude_config_dir: Option<&'a str>,
    /// `$XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<&'a str>,
    /// The home directory.
    pub home: Option<&'a str>,
}

/// Folders that may hold Claude Code's files, in order of precedence, without duplicates; they may not exist.
pub fn root_candidates(names: &RootNames<'_>) -> Vec<String> {
    let _ = names;
    Vec::new()
}

/// What a file under `<root>/projects/` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRole {
    /// `<slug>/<session>.jsonl`.
    Session(SessionId),
    /// `<slug>/<session>/subagents/**/agent-<id>.jsonl`.
    Subagent {
        /// The session that started it.
        session: SessionId,
        /// Its id.
        agent: String,
    },
    /// `<slug>/agent-<id>.jsonl`: the session is named inside the records.
    FlatAgent(String),
}

/// Role of a file by its path below `projects/` (components joined by `/`), or none if it is no transcript.
pub fn classify(relative: &str) -> Option<FileRole> {
    let _ = relative;
    None
}

/// Display name of the project that a working directory belongs to: its last component on either kind of system,
/// a worktree counted as the repository it was made from.
pub fn project_name(cwd: &str) -> &str {
    cwd
}
