//! Deleting the data, when a person has said so twice.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use config::Paths;

/// What we put into the data folder, by name. Anything else in it is not ours, even where the folder was badly chosen: a
/// token that other programs use is never among it.
const OURS: [&str; 13] = [
    "spool",
    "state",
    "logs",
    "journal",
    "archive",
    "recordings",
    "trash",
    "backups",
    "limits.jsonl",
    "places.json",
    "setup.json",
    "setup.offered",
    "replica.json",
];

/// What is there of ours.
pub(super) fn files(paths: &Paths) -> Vec<PathBuf> {
    let name_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let store = name_of(&paths.store);
    let entries = fs::read_dir(&paths.data).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_ours = |path: &PathBuf| {
        let name = name_of(path);
        OURS.contains(&name.as_str())
            || name.strip_prefix(&store).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut files: Vec<PathBuf> = entries.filter(is_ours).collect();
    files.sort();
    files
}

/// Deletes them, and the folder if nothing is left in it.
pub(super) fn delete(folder: &Path, files: &[PathBuf]) -> io::Result<()> {
    for file in files {
        let is_folder = fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_dir());
        let deleted = if is_folder { fs::remove_dir_all(file) } else { fs::remove_file(file) };
        deleted.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    }
    let _ = fs::remove_dir(folder);
    Ok(())
}
