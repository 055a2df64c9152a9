//! Whether a session ran in a directory or below it: the one rule for the list, the command line and the newest session.

use std::path::{Path, PathBuf};

/// Directories, each with what lies below it.
#[derive(Debug, Clone, Default)]
pub struct Below {
    /// As texts: a list of thousands is compared at every key. Paths that are no text are left out.
    folders: Vec<String>,
}

impl Below {
    /// Below a directory, as it is named and as it is without links.
    pub fn directory(directory: &Path) -> Self {
        let real = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        Self::any_of([directory.to_owned(), real])
    }

    /// Below any of some directories.
    pub fn any_of(directories: impl IntoIterator<Item = PathBuf>) -> Self {
        let texts = directories.into_iter().filter_map(|path| path.into_os_string().into_string().ok());
        let mut folders: Vec<String> = texts.filter(|path| !path.is_empty()).collect();
        folders.dedup();
        Self { folders }
    }

    /// The first of the directories.
    pub fn first(&self) -> Option<&str> {
        self.folders.first().map(String::as_str)
    }

    /// Whether one of the paths is there.
    pub fn holds<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> bool {
        paths.into_iter().any(|path| self.folders.iter().any(|folder| is_within(path, folder)))
    }
}

/// Whether a path is a folder or lies below it.
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_lies_below_and_nothing_that_only_begins_so() {
        for (path, folder, expect) in [
            ("/home/ada/shop", "/home/ada/shop", true),
            ("/home/ada/shop", "/home/ada/shop/", true),
            ("/home/ada/shop/web", "/home/ada/shop", true),
            ("/home/ada/shop-2", "/home/ada/shop", false),
            ("/home/ada", "/home/ada/shop", false),
            ("/home/ada", "/", true),
        ] {
            assert_eq!(Below::any_of([folder.into()]).holds([path]), expect, "{path} in {folder}");
        }
        assert!(!Below::default().holds(["/home"]));
    }

    #[test]
    fn a_directory_is_meant_by_its_links_too() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::create_dir(&real).expect("a folder can be made");
        std::os::unix::fs::symlink(&real, &link).expect("a link can be made");
        let real = real.canonicalize().expect("it is there");
        assert!(Below::directory(&link).holds([real.join("web").to_str().expect("it is text")]));
    }
}
