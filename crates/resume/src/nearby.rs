//! Where to look for a directory that moved: beside those that are known, and in the home directory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Repository;

/// Folders that are looked into at most for a directory that moved.
const LOOKED_INTO: usize = 2_000;
/// Folders in which the system, not a person, puts what lies there.
const SYSTEM: [&str; 25] = [
    "/Applications",
    "/Library",
    "/System",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/private",
    "/private/etc",
    "/private/tmp",
    "/private/var",
    "/proc",
    "/run",
    "/sbin",
    "/snap",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/local",
    "/var",
    "/var/tmp",
];

/// The work tree around a directory that is there, else nothing.
pub(crate) fn known_root(directory: &Path) -> Option<PathBuf> {
    Repository::around(directory).map(|repository| repository.root)
}

/// Directories beside those that the history knows, beside those above them, and in the home directory and its folders.
pub(crate) fn nearby(known: &[PathBuf], home: Option<&Path>) -> Vec<PathBuf> {
    let roots: BTreeSet<PathBuf> =
        known.iter().map(|directory| known_root(directory).unwrap_or_else(|| directory.clone())).collect();
    let parents: BTreeSet<&Path> =
        roots.iter().filter_map(|root| root.parent()).filter(|above| is_usual(above)).collect();
    let above: BTreeSet<&Path> =
        parents.iter().filter_map(|parent| parent.parent()).filter(|above| is_usual(above)).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut looked = 0;
    let mut look_into = |folder: &Path| {
        if looked < LOOKED_INTO {
            looked += 1;
            let new: Vec<PathBuf> = folders_in(folder).into_iter().filter(|one| seen.insert(one.clone())).collect();
            found.extend_from_slice(&new);
        }
    };
    parents.iter().copied().chain(home).for_each(&mut look_into);
    for folder in above.into_iter().chain(home).flat_map(folders_in) {
        if !folder.join(".git").exists() {
            look_into(&folder);
        }
    }
    found
}

/// Whether directories of people lie side by side there: not the root of everything and not the folders of the system.
/// What lies inside of those may be somebody's own, as `/var/www` or `/opt/work`.
fn is_usual(folder: &Path) -> bool {
    folder.components().count() > 1 && !SYSTEM.iter().any(|system| folder == Path::new(system))
}

/// The folders in a folder, without hidden ones.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_hidden = |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    let mut folders: Vec<PathBuf> =
        entries.filter(|entry| !is_hidden(entry) && entry.path().is_dir()).map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_system_are_not_looked_into_but_what_people_have_in_them_is() {
        for folder in ["/", "/tmp", "/usr", "/usr/", "/usr/local", "/etc", "/var", "/bin", "/opt", "/System"] {
            assert!(!is_usual(Path::new(folder)), "{folder}");
        }
        for folder in
            ["/home", "/home/ada", "/root", "/Users/ada/src", "/var/www", "/opt/work", "/srv", "/usr/local/src"]
        {
            assert!(is_usual(Path::new(folder)), "{folder}");
        }
    }
}
