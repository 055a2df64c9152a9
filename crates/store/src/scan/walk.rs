//! What lies under the roots now.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use transcript::{FileRole, classify};

use crate::ingest::Found;

/// What a walk saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Transcripts, each once.
    pub(super) files: Vec<Found>,
    /// What could not be looked at, with the reason.
    pub(super) unreadable: Vec<(PathBuf, String)>,
    /// Folders of which nothing is known now: nothing in them counts as gone.
    pub(super) blind: Vec<PathBuf>,
    /// Roots that were walked, as they stand in the files' rows.
    pub(super) roots: BTreeSet<String>,
}

/// A walk over the roots, and over files that somebody named.
#[derive(Debug, Default)]
pub(super) struct Walk {
    seen: Seen,
    root: Option<String>,
    /// Folders that were entered: by identity, so that a loop of links ends.
    entered: BTreeSet<(u64, u64)>,
    /// Links, followed after everything real, so that a file keeps its real path.
    links: Vec<(PathBuf, String)>,
}

impl Walk {
    /// Walks `<root>/projects` of every root.
    pub(super) fn over(roots: &[PathBuf]) -> Self {
        let mut walk = Self::default();
        for root in roots {
            let root = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
            if let Some(text) = root.to_str()
                && walk.seen.roots.insert(text.to_owned())
            {
                walk.root = Some(text.to_owned());
                walk.folder(&root.join("projects"), "");
                walk.follow_links();
            }
        }
        walk.root = None;
        walk
    }

    /// Looks at a file that somebody named, wherever it lies.
    pub(super) fn look_at(&mut self, path: &Path) {
        let Ok(real) = fs::canonicalize(path) else { return };
        match (role_of_named(&real), fs::metadata(&real)) {
            (Some(role), Ok(metadata)) if metadata.is_file() => self.file_again(&real, role, &metadata),
            (_, Err(error)) => self.seen.unreadable.push((real, error.to_string())),
            _ => {}
        }
    }

    /// What was seen.
    pub(super) fn seen(self) -> Seen {
        self.seen
    }

    fn folder(&mut self, folder: &Path, below: &str) {
        let entries =
            match self.enter(folder).and_then(|new| if new { fs::read_dir(folder).map(Some) } else { Ok(None) }) {
                Ok(Some(entries)) => entries,
                Ok(None) => return,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return,
                Err(error) => return self.blind(folder, &error),
            };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => self.entry(&entry, kind, below),
                Err(error) => self.blind(folder, &error),
            }
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, kind: fs::FileType, below: &str) {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { return self.unnamed(&entry.path()) };
        let relative = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        if kind.is_dir() {
            self.folder(&entry.path(), &relative);
        } else if kind.is_symlink() {
            self.links.push((entry.path(), relative));
        } else if let Some(role) = role(&relative) {
            match entry.metadata() {
                Ok(metadata) => self.file(&entry.path(), role, &metadata),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.seen.unreadable.push((entry.path(), error.to_string())),
            }
        }
    }

    fn follow_links(&mut self) {
        while let Some((path, relative)) = self.links.pop() {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => self.folder(&path, &relative),
                Ok(metadata) => {
                    if let (Some(role), Ok(real)) = (role(&relative), fs::canonicalize(&path)) {
                        self.file_again(&real, role, &metadata);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && role(&relative).is_none() => {}
                Err(error) => self.seen.unreadable.push((path, error.to_string())),
            }
        }
    }

    /// A file that may have been seen already on another way.
    fn file_again(&mut self, path: &Path, role: FileRole, metadata: &Metadata) {
        if self.seen.files.iter().all(|found| path.as_os_str() != found.path.as_str()) {
            self.file(path, role, metadata);
        }
    }

    fn file(&mut self, path: &Path, role: FileRole, metadata: &Metadata) {
        let Some(text) = path.to_str() else { return self.unnamed(path) };
        if !metadata.is_file() {
            // a pipe would keep its reader waiting for ever
            return self.seen.unreadable.push((path.to_owned(), "it is not a regular file".to_owned()));
        }
        let (size, mtime_ns) = (metadata.len(), mtime_ns(metadata));
        self.seen.files.push(Found {
            path: text.to_owned(),
            root: self.root.clone(),
            role,
            size,
            mtime_ns,
            kept: false,
        });
    }

    fn enter(&mut self, folder: &Path) -> io::Result<bool> {
        let metadata = fs::metadata(folder)?;
        Ok(self.entered.insert((metadata.dev(), metadata.ino())))
    }

    fn blind(&mut self, folder: &Path, error: &io::Error) {
        self.seen.blind.push(folder.to_owned());
        self.seen.unreadable.push((folder.to_owned(), error.to_string()));
    }

    fn unnamed(&mut self, path: &Path) {
        self.seen.unreadable.push((path.to_owned(), "its name is not valid Unicode".to_owned()));
    }
}

/// The role of a file that somebody named: by its path below the last `projects`, else by its name alone.
pub(super) fn role_of_named(path: &Path) -> Option<FileRole> {
    let parts: Vec<_> = path.components().collect();
    let inside = parts.iter().rposition(|part| part.as_os_str() == "projects");
    let below: Option<PathBuf> = inside.map(|at| parts[at + 1..].iter().collect());
    below
        .and_then(|below| classify(below.to_str()?))
        .or_else(|| classify(&format!("-/{}", path.file_name()?.to_str()?)))
}

/// The role of a file; most others are told by their ending.
fn role(relative: &str) -> Option<FileRole> {
    if Path::new(relative).extension().is_some_and(|ending| ending == "jsonl") { classify(relative) } else { None }
}

/// When a file was last modified, in nanoseconds since 1970; 0 if the system does not say.
pub(super) fn mtime_ns(metadata: &Metadata) -> i64 {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    modified.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
