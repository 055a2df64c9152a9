//! Where transcripts lie: what a file under `projects/` is, and which project a directory belongs to.

use crate::SessionId;

const SEPARATORS: [char; 2] = ['/', '\\'];

/// A path without separators at its end; a root keeps its own.
fn without_end(path: &str) -> &str {
    let cut = path.trim_end_matches(SEPARATORS);
    if cut.is_empty() && !path.is_empty() { &path[..1] } else { cut }
}

/// What a file under `<root>/projects/` is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// Role of a file by its path below `projects/` (components joined by `/` or `\\`), or none if it is no transcript.
pub fn classify(relative: &str) -> Option<FileRole> {
    let parts: Vec<&str> = relative.split(SEPARATORS).filter(|part| !part.is_empty() && *part != ".").collect();
    let (file, folders) = parts.split_last()?;
    let name = file.strip_suffix(".jsonl").filter(|name| !name.is_empty() && !name.starts_with('.'))?;
    let agent = name.strip_prefix("agent-").filter(|agent| !agent.is_empty());
    match (folders, agent) {
        ([_], Some(agent)) => Some(FileRole::FlatAgent(agent.to_owned())),
        ([_], None) if name != "journal" => Some(FileRole::Session(name.into())),
        ([_, session, "subagents", ..], Some(agent)) => {
            Some(FileRole::Subagent { session: (*session).into(), agent: agent.to_owned() })
        }
        _ => None,
    }
}

/// The directory that a working directory belongs to: itself, or the repository that it is a worktree of, by the usual
/// places of worktrees.
pub fn project_root(cwd: &str) -> &str {
    repository_of(without_end(cwd.trim()))
}

/// Display name of the project that a working directory belongs to: its last component on either kind of system,
/// a worktree counted as the repository it was made from, a home directory as `~`.
pub fn project_name(cwd: &str) -> &str {
    let path = project_root(cwd);
    let name = path.rsplit(SEPARATORS).next().unwrap_or(path);
    if is_home(path) {
        return "~";
    }
    if name.is_empty() { path } else { name }
}

/// The repository that a worktree belongs to, by the usual places of worktrees; else the path itself.
fn repository_of(path: &str) -> &str {
    let mut start = 0;
    for part in path.split(SEPARATORS) {
        let end = start + part.len();
        let below = &path[end..];
        let inside = below.len() > 1;
        let before = &path[..start.saturating_sub(1)];
        let is_claude_worktree = part == ".claude" && below[1.min(below.len())..].starts_with("worktrees");
        if (is_claude_worktree || part == ".worktrees") && inside && !before.is_empty() {
            return before;
        }
        for mark in ["--worktrees", ".worktrees"] {
            if inside && part.len() > mark.len() && part.ends_with(mark) {
                return &path[..end - mark.len()];
            }
        }
        start = end + 1;
    }
    path
}

/// Whether a path is somebody's home directory, by the usual places of homes.
fn is_home(path: &str) -> bool {
    let parts: Vec<&str> = path.split(SEPARATORS).collect();
    match parts.as_slice() {
        ["", "root"] | ["", "home" | "Users", _] => true,
        [drive, "Users", _] => drive.len() == 2 && drive.ends_with(':'),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
