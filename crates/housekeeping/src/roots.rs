//! The folders of Claude Code, and what lies in a folder.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// Folders that are entered below the one of a session.
pub(crate) const DEEPEST: u32 = 8;

/// Roots without links in their paths, each once; those that are not there left out.
pub(crate) fn real(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut real: Vec<PathBuf> = Vec::new();
    for root in roots.iter().filter_map(|root| fs::canonicalize(root).ok()) {
        if !real.contains(&root) {
            real.push(root);
        }
    }
    real
}

/// What lies in a folder, by name; nothing where it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<DirEntry> {
    let mut entries: Vec<DirEntry> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(DirEntry::file_name);
    entries
}

/// The folders in a folder; links are not followed.
pub(crate) fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let is_folder = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries(folder).into_iter().filter(is_folder).map(|entry| entry.path())
}

/// The project folders of a root; a link to one counts, as the client takes it.
pub(crate) fn projects(root: &Path) -> Vec<PathBuf> {
    let paths = entries(&root.join("projects")).into_iter().map(|entry| entry.path());
    paths.filter(|path| path.is_dir()).collect()
}

/// Hands over every file in a folder and below; links are not followed.
pub(crate) fn files(folder: &Path, depth: u32, found: &mut dyn FnMut(PathBuf)) {
    for entry in entries(folder) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEEPEST => files(&entry.path(), depth + 1, found),
            Ok(kind) if kind.is_file() => found(entry.path()),
            _ => {}
        }
    }
}

/// Removes the folders in a folder that hold nothing, and itself if it then holds nothing.
pub(crate) fn prune(folder: &Path) {
    for below in folders(folder) {
        prune(&below);
    }
    // one that holds something stays
    let _ = fs::remove_dir(folder);
}
