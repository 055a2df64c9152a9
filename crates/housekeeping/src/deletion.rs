//! What there is of a session on this disk: found, and shown, before anything is done.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use archive::Archive;

use crate::roots::{entries, files, projects, real};

/// Folders of Claude Code with a folder for each session, beside the transcripts.
const BY_SESSION: [(&str, PartKind); 4] = [
    ("file-history", PartKind::Edited),
    ("tasks", PartKind::Other),
    ("session-env", PartKind::Other),
    ("image-cache", PartKind::Other),
];

/// Everything that deleting a session takes away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deletion {
    /// The session.
    pub session: String,
    /// Its files, transcripts first.
    pub parts: Vec<Part>,
    /// Its packs in the archive, and bytes of each.
    pub packs: Vec<(String, u64)>,
    /// Files of it that lie outside of Claude Code's folders and stay.
    pub elsewhere: Vec<PathBuf>,
    /// Folders that are its own.
    pub(crate) folders: Vec<PathBuf>,
    /// The names that its packs have, where there are any.
    pub(crate) names: Vec<String>,
    roots: Vec<PathBuf>,
    known: Vec<PathBuf>,
}

/// A file of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Where it lies.
    pub path: PathBuf,
    /// Bytes of it.
    pub bytes: u64,
    pub(crate) modified_ns: i64,
    /// Device and number: two paths may lead to one file.
    identity: (u64, u64),
}

/// What a file of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum PartKind {
    /// Its transcript.
    #[default]
    Transcript,
    /// The transcript of a subagent.
    Agent,
    /// The output of a tool that was too long for the transcript.
    ToolOutput,
    /// A version of a file that was edited, for rewinding.
    Edited,
    /// Its list of tasks and the like.
    Other,
}

impl PartKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Transcript, Self::Agent, Self::ToolOutput, Self::Edited, Self::Other];

    /// What one is called; an `s` makes it many.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Agent => "subagent transcript",
            Self::ToolOutput => "tool output",
            Self::Edited => "kept edit",
            Self::Other => "other file",
        }
    }
}

impl Deletion {
    /// Finds everything of a session under some roots and in the archive. `known` are files of it that are known otherwise:
    /// old clients put subagents beside sessions (2.0.65), and a session can be resumed from a file anywhere.
    pub fn find(roots: &[PathBuf], archive: &Archive, session: &str, known: &[PathBuf]) -> Self {
        let mut found =
            Self { session: session.to_owned(), roots: roots.to_vec(), known: known.to_vec(), ..Self::default() };
        // an id becomes a part of paths
        if session.is_empty() || session.starts_with('.') || session.contains('/') {
            return found;
        }
        for root in real(roots) {
            for project in projects(&root) {
                found.add(&project.join(format!("{session}.jsonl")), PartKind::Transcript);
                found.folder(project.join(session), None);
            }
            for (name, kind) in BY_SESSION {
                found.folder(root.join(name).join(session), Some(kind));
            }
            let own = format!("{session}-");
            let todos = entries(&root.join("todos")).into_iter();
            let todos = todos.filter(|entry| entry.file_name().to_string_lossy().starts_with(&own));
            todos.for_each(|entry| found.add(&entry.path(), PartKind::Other));
        }
        let agents: Vec<&PathBuf> = known.iter().filter(|path| lies_beside_sessions(path)).collect();
        for path in &agents {
            found.add(path, PartKind::Agent);
        }
        found.parts.sort();
        let is_part = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| found.has(identity(&metadata)));
        found.elsewhere = known.iter().filter(|path| path.is_file() && !is_part(path)).cloned().collect();
        let names = agents.iter().filter_map(|path| path.file_stem()?.to_str().map(str::to_owned));
        let names: Vec<String> = std::iter::once(session.to_owned()).chain(names).collect();
        found.packs = names.iter().filter_map(|name| Some((name.clone(), archive.size_of(name)?))).collect();
        found.names = names;
        found
    }

    /// Bytes of its files.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// Bytes of its packs.
    pub fn bytes_packed(&self) -> u64 {
        self.packs.iter().map(|(_, bytes)| bytes).sum()
    }

    /// How many files of each kind there are, and their bytes; kinds of which there are none are left out.
    pub fn by_kind(&self) -> Vec<(PartKind, u64, u64)> {
        let of = |kind: PartKind| {
            let parts: Vec<&Part> = self.parts.iter().filter(|part| part.kind == kind).collect();
            (kind, parts.len() as u64, parts.iter().map(|part| part.bytes).sum())
        };
        PartKind::ALL.into_iter().map(of).filter(|(_, count, _)| *count > 0).collect()
    }

    /// The first file that is not as it was when this was found: it grew, it went, or it came.
    pub(crate) fn changed(&self, archive: &Archive) -> Option<PathBuf> {
        let now = Self::find(&self.roots, archive, &self.session, &self.known);
        let differs =
            |one: &[Part], other: &[Part]| one.iter().find(|part| !other.contains(part)).map(|part| part.path.clone());
        differs(&now.parts, &self.parts).or_else(|| differs(&self.parts, &now.parts))
    }

    fn add(&mut self, path: &Path, kind: PartKind) {
        let Ok(metadata) = fs::symlink_metadata(path) else { return };
        if metadata.is_file() && !self.has(identity(&metadata)) {
            self.parts.push(Part {
                kind,
                path: path.to_owned(),
                bytes: metadata.len(),
                modified_ns: modified_ns(&metadata),
                identity: identity(&metadata),
            });
        }
    }

    fn has(&self, identity: (u64, u64)) -> bool {
        self.parts.iter().any(|part| part.identity == identity)
    }

    fn folder(&mut self, folder: PathBuf, kind: Option<PartKind>) {
        if !fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir()) {
            return;
        }
        let mut paths = Vec::new();
        files(&folder, 0, &mut |path| paths.push(path));
        for path in paths {
            let kind = kind.unwrap_or_else(|| kind_below(&folder, &path));
            self.add(&path, kind);
        }
        self.folders.push(folder);
    }
}

fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// When a file was last modified, in nanoseconds since 1970.
pub(crate) fn modified_ns(metadata: &fs::Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

/// What a file in the folder of a session is.
fn kind_below(folder: &Path, path: &Path) -> PartKind {
    let below = path.strip_prefix(folder).unwrap_or(path);
    match below.iter().next().and_then(|part| part.to_str()) {
        Some("subagents") => PartKind::Agent,
        Some("tool-results") => PartKind::ToolOutput,
        _ => PartKind::Other,
    }
}

/// Whether a path is that of a subagent of an old client: `projects/<project>/agent-….jsonl`.
fn lies_beside_sessions(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_transcript = path.extension().is_some_and(|ending| ending == "jsonl");
    let above = path.parent().and_then(Path::parent).and_then(Path::file_name);
    name.starts_with("agent-") && is_transcript && above.is_some_and(|above| above == "projects")
}
