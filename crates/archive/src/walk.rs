//! What lies under the folders of Claude Code and belongs to sessions.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use crate::Place;
use crate::listing::modified_ns;

/// Folders that are entered below the one of a session.
const DEEPEST: u32 = 8;

/// A file that belongs to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) place: Place,
    pub(crate) bytes: u64,
    pub(crate) modified_ns: i64,
}

/// What was found, by the names of packs, and what could not be looked at.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) packs: BTreeMap<String, Vec<Found>>,
    pub(crate) problems: Vec<(PathBuf, String)>,
}

impl Walk {
    /// Walks `projects` and `file-history` of every root; links are not followed.
    pub(crate) fn over(roots: &[PathBuf]) -> Self {
        let mut walk = Self::default();
        let mut seen: Vec<PathBuf> = Vec::new();
        for root in roots {
            let Ok(root) = fs::canonicalize(root) else { continue };
            if seen.contains(&root) {
                continue;
            }
            for project in walk.entries(&root.join("projects")) {
                walk.project(&root, &project);
            }
            for history in walk.entries(&root.join("file-history")) {
                walk.folder(&root, &history.path(), 0);
            }
            seen.push(root);
        }
        walk
    }

    /// Transcripts in a project, and what lies in the folders that are named like them.
    fn project(&mut self, root: &Path, project: &DirEntry) {
        for entry in self.entries(&project.path()) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && entry.file_name() != "memory" => self.folder(root, &entry.path(), 0),
                Ok(kind) if kind.is_file() && entry.path().extension().is_some_and(|ending| ending == "jsonl") => {
                    self.file(root, &entry);
                }
                Ok(_) => {}
                Err(error) => self.problems.push((entry.path(), error.to_string())),
            }
        }
    }

    fn folder(&mut self, root: &Path, folder: &Path, depth: u32) {
        for entry in self.entries(folder) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => self.folder(root, &entry.path(), depth + 1),
                Ok(kind) if kind.is_file() => self.file(root, &entry),
                Ok(_) => {}
                Err(error) => self.problems.push((entry.path(), error.to_string())),
            }
        }
    }

    fn file(&mut self, root: &Path, entry: &DirEntry) {
        let path = entry.path();
        let Some(below) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            return self.problems.push((path, "its name is not valid Unicode".to_owned()));
        };
        let place = Place { root: root.to_owned(), file: below.to_owned() };
        let Some(pack) = place.pack().map(str::to_owned) else { return };
        match entry.metadata() {
            Ok(metadata) => {
                let found = Found { place, bytes: metadata.len(), modified_ns: modified_ns(&metadata) };
                self.packs.entry(pack).or_default().push(found);
            }
            // deleted since it was listed
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.problems.push((path, error.to_string())),
        }
    }

    fn entries(&mut self, folder: &Path) -> Vec<DirEntry> {
        match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().collect(),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Vec::new(),
            Err(error) => {
                self.problems.push((folder.to_owned(), error.to_string()));
                Vec::new()
            }
        }
    }
}
