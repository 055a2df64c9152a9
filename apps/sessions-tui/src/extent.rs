//! How far the list reaches: this directory, this repository, everywhere.

use std::path::Path;

use resume::{Below, Repository};

use crate::library::Entry;

/// How far the list reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Extent {
    /// All sessions.
    #[default]
    Everywhere,
    /// Those of this repository, in any of its work trees.
    Repository,
    /// Those that ran in this directory or below.
    Directory,
}

/// Where the screen was opened.
#[derive(Debug, Clone, Default)]
pub struct Here {
    directory: Below,
    /// The work trees of the repository around it.
    repository: Below,
}

impl Here {
    /// Looks at the disk for the repository around a directory.
    pub fn new(directory: &Path) -> Self {
        let real = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let trees = Repository::around(&real).map(|repository| repository.work_trees()).unwrap_or_default();
        Self { directory: Below::directory(directory), repository: Below::any_of(trees) }
    }

    /// The next extent that there is: without a repository there is one step less.
    pub(crate) fn after(&self, extent: Extent) -> Extent {
        match extent {
            Extent::Everywhere if self.directory.first().is_none() => Extent::Everywhere,
            Extent::Everywhere => Extent::Directory,
            Extent::Directory if self.repository.first().is_some() => Extent::Repository,
            Extent::Directory | Extent::Repository => Extent::Everywhere,
        }
    }

    /// What an extent covers, as the screen says it; nothing where it covers all.
    pub(crate) fn name(&self, extent: Extent) -> Option<String> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        match extent {
            Extent::Everywhere => None,
            Extent::Repository => self.repository.first().map(|root| format!("this repository ({})", last(root))),
            Extent::Directory => self.directory.first().map(|path| format!("this directory ({})", last(path))),
        }
    }

    /// Whether a session ran there, or in a directory that is there now.
    pub(crate) fn holds(&self, extent: Extent, entry: &Entry) -> bool {
        let folders = match extent {
            Extent::Everywhere => return true,
            Extent::Repository => &self.repository,
            Extent::Directory => &self.directory,
        };
        folders.holds(entry.places.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::UTC;
    use resume::{Moves, Places};
    use store::SessionRow;

    use super::*;
    use crate::library::Library;

    #[test]
    fn what_ran_in_a_directory_that_moved_here_is_here() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = folder.path().canonicalize().expect("it is there");
        let (old, new, file) = (base.join("old"), base.join("new"), base.join("places.json"));
        std::fs::create_dir_all(new.join(".git")).expect("a folder can be made");
        std::fs::write(new.join(".git/HEAD"), "ref: refs/heads/main").expect("a file can be written");
        let mut row = SessionRow::default();
        row.session.cwd_first = old.join("api").to_str().map(str::to_owned);
        let here = |directory: &Path, extent: Extent| {
            let library = Library::new(vec![row.clone()], &[], UTC).moved(&Moves::read(&file));
            Here::new(directory).holds(extent, &library.entries[0])
        };
        assert!(!here(&new, Extent::Directory) && here(&new, Extent::Everywhere));
        Places::remember(&file, &old, &new).expect("it can be written");
        assert!(here(&new, Extent::Directory) && here(&new, Extent::Repository) && here(&base, Extent::Directory));
        assert!(here(&old, Extent::Directory), "where it ran it ran");
        assert!(!here(&new.join("web"), Extent::Directory));
    }

    #[test]
    fn without_a_repository_there_is_one_step_less() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let here = Here::new(folder.path());
        assert_eq!(here.after(Extent::Everywhere), Extent::Directory);
        assert_eq!(here.after(Extent::Directory), Extent::Everywhere);
        let git = folder.path().join(".git");
        std::fs::create_dir(&git).expect("a folder can be made");
        std::fs::write(git.join("HEAD"), "ref: refs/heads/main").expect("a file can be written");
        let here = Here::new(folder.path());
        assert_eq!(here.after(Extent::Directory), Extent::Repository);
        assert_eq!(here.after(Extent::Repository), Extent::Everywhere);
        assert_eq!(Here::default().after(Extent::Everywhere), Extent::Everywhere);
    }
}
