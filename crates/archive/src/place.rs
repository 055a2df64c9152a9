//! Where a file lies under a folder of Claude Code, and the pack that it goes into.

use std::path::{Path, PathBuf};

/// Where a file lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The folder of Claude Code.
    pub root: PathBuf,
    /// The file below it, its parts joined by `/`.
    pub file: String,
}

impl Place {
    /// The place of a path under `<root>/projects` or `<root>/file-history`; none for others.
    pub fn of(path: &Path) -> Option<Self> {
        let parts: Vec<_> = path.components().collect();
        let is_top = |part: &std::path::Component<'_>| matches!(part.as_os_str().to_str(), Some("projects"));
        let top = parts.iter().rposition(is_top)?;
        let root: PathBuf = parts[..top].iter().collect();
        let below = parts[top..].iter().map(|part| part.as_os_str().to_str()).collect::<Option<Vec<_>>>()?;
        Some(Self { root, file: below.join("/") })
    }

    /// Its path.
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.file)
    }

    /// The name of its pack: the session's id, or `agent-…` of a subagent that lies beside sessions.
    pub fn pack(&self) -> Option<&str> {
        let mut parts = self.file.split('/');
        let name = match parts.next()? {
            "projects" => parts.nth(1)?,
            "file-history" => parts.next()?,
            _ => return None,
        };
        let name = name.strip_suffix(".jsonl").unwrap_or(name);
        let is_name = !name.is_empty() && !name.starts_with('.');
        is_name.then_some(name)
    }

    /// The file below its project, its parts joined by `/`: the same wherever the project lies.
    pub(crate) fn below_project(&self) -> &str {
        self.file.splitn(3, '/').nth(2).unwrap_or(&self.file)
    }

    /// Whether it is made of lines that are appended: a transcript.
    pub(crate) fn has_lines(&self) -> bool {
        Path::new(&self.file).extension().is_some_and(|ending| ending == "jsonl")
    }

    /// Whether it is the transcript of a session, not of its subagents.
    pub fn is_session(&self) -> bool {
        self.file.starts_with("projects/") && self.has_lines() && self.file.matches('/').count() == 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_of_a_session_go_into_its_pack() {
        for (path, pack) in [
            ("/h/.claude/projects/-a-b/4f2a.jsonl", Some("4f2a")),
            ("/h/.claude/projects/-a-b/4f2a/subagents/agent-a1.jsonl", Some("4f2a")),
            ("/h/.claude/projects/-a-b/4f2a/tool-results/toolu_1.txt", Some("4f2a")),
            ("/h/projects/x/.claude/projects/-a-b/agent-a1.jsonl", Some("agent-a1")),
            ("/h/.claude/projects/-a-b", None),
            ("/h/.claude/history.jsonl", None),
        ] {
            assert_eq!(Place::of(Path::new(path)).as_ref().and_then(Place::pack), pack, "{path}");
        }
        let place = Place::of(Path::new("/h/projects/x/.claude/projects/p/s.jsonl")).expect("it lies under a root");
        assert_eq!(
            (place.root.as_path(), place.file.as_str()),
            (Path::new("/h/projects/x/.claude"), "projects/p/s.jsonl")
        );
        assert!(place.is_session());
    }
}
