//! A git repository as its own files tell it: where it begins, where its other work trees are, which remotes it has.

use std::fs;
use std::path::{Path, PathBuf};

/// A git repository that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The work tree that was asked about.
    pub root: PathBuf,
    /// The folder that all its work trees share.
    common: PathBuf,
}

impl Repository {
    /// The repository that a directory lies in, if it lies in one.
    pub fn around(directory: &Path) -> Option<Self> {
        // a path of another system is none here, and would be looked for where this program runs
        directory.ancestors().filter(|above| above.is_absolute()).find_map(Self::at)
    }

    /// The repository whose work tree is this directory.
    pub(crate) fn at(root: &Path) -> Option<Self> {
        let entry = root.join(".git");
        let folder = if entry.is_dir() { entry } else { linked_folder(root, &entry)? };
        let shared = fs::read_to_string(folder.join("commondir")).ok();
        let common = match shared.as_deref().map(str::trim) {
            Some(common) => folder.join(common),
            None => folder,
        };
        let common = common.canonicalize().ok()?;
        common.join("HEAD").is_file().then(|| Self { root: root.to_owned(), common })
    }

    /// The directories of its work trees, the main one first.
    pub fn work_trees(&self) -> Vec<PathBuf> {
        let main = self.common.file_name().is_some_and(|name| name == ".git").then(|| self.common.parent()).flatten();
        let linked = fs::read_dir(self.common.join("worktrees")).into_iter().flatten().flatten();
        let linked = linked.filter_map(|entry| {
            let written = fs::read_to_string(entry.path().join("gitdir")).ok()?;
            Path::new(written.trim()).parent().map(Path::to_owned)
        });
        let mut trees: Vec<PathBuf> = main.map(Path::to_owned).into_iter().chain(linked).collect();
        if !trees.contains(&self.root) {
            trees.push(self.root.clone());
        }
        trees
    }

    /// Its remotes in the one form that all ways of writing an address come to, see [`remote`].
    pub(crate) fn remotes(&self) -> Vec<String> {
        let config = fs::read_to_string(self.common.join("config")).unwrap_or_default();
        remotes(&config)
    }
}

/// The folder that the file `.git` of a linked work tree or a submodule names.
fn linked_folder(root: &Path, entry: &Path) -> Option<PathBuf> {
    let written = fs::read_to_string(entry).ok()?;
    Some(root.join(written.lines().next()?.strip_prefix("gitdir:")?.trim()))
}

/// The remotes that a git configuration names, `origin` first.
fn remotes(config: &str) -> Vec<String> {
    let mut found: Vec<(bool, String)> = Vec::new();
    let mut section = "";
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, value)) = line.split_once('=')
            && section.starts_with("[remote ")
            && key.trim().eq_ignore_ascii_case("url")
        {
            found.extend(remote(value.trim()).map(|address| (section != "[remote \"origin\"]", address)));
        }
    }
    found.sort_by_key(|(other, _)| *other);
    found.into_iter().map(|(_, address)| address).collect()
}

/// `host/owner/name` for every way of writing the address of a repository, or of a page of it (a pull request).
pub(crate) fn remote(address: &str) -> Option<String> {
    let address = address.trim();
    let (rest, has_scheme) = match address.split_once("://") {
        Some((_, rest)) => (rest, true),
        None => (address, false),
    };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let rest = if has_scheme { rest.to_owned() } else { rest.replacen(':', "/", 1) };
    let page = ["/pull/", "/-/merge_requests/", "/pull-requests/"].iter().find_map(|page| rest.find(page));
    let rest = rest[..page.unwrap_or(rest.len())].trim_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    let (host, path) = rest.split_once('/')?;
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    (!host.is_empty() && !path.is_empty()).then(|| format!("{}/{}", host.to_lowercase(), path.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_writing_an_address_come_to_one() {
        for address in [
            "git@github.com:Ada/shop.git",
            "https://github.com/ada/shop",
            "https://token@github.com/ada/shop.git/",
            "ssh://git@github.com:22/ada/shop.git",
            "https://github.com/ada/shop/pull/12",
        ] {
            assert_eq!(remote(address).as_deref(), Some("github.com/ada/shop"), "{address}");
        }
        assert_eq!(remote("https://gitlab.com/a/b/c/-/merge_requests/3").as_deref(), Some("gitlab.com/a/b/c"));
        for address in ["", "shop", "https://github.com"] {
            assert_eq!(remote(address), None, "{address}");
        }
    }

    #[test]
    fn origin_is_the_first_of_the_remotes() {
        let config = "[core]\n\turl = not/a/remote\n[remote \"fork\"]\n\turl = git@host:b/shop\n\
                      [remote \"origin\"]\n\turl = https://host/a/shop.git\n\tfetch = +refs/*\n";
        assert_eq!(remotes(config), ["host/a/shop", "host/b/shop"]);
    }

    #[test]
    fn a_linked_work_tree_belongs_to_its_repository() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = folder.path().canonicalize().expect("it is there");
        let (main, tree) = (base.join("shop"), base.join("trees/fix"));
        let git = main.join(".git");
        let link = git.join("worktrees/fix");
        for folder in [&link, &tree.join("src")] {
            fs::create_dir_all(folder).expect("a folder can be made");
        }
        for (file, text) in [
            (git.join("HEAD"), "ref: refs/heads/main\n".to_owned()),
            (git.join("config"), "[remote \"origin\"]\nurl = git@host:a/shop\n".to_owned()),
            (link.join("commondir"), "../..\n".to_owned()),
            (link.join("gitdir"), format!("{}/.git\n", tree.display())),
            (tree.join(".git"), format!("gitdir: {}\n", link.display())),
        ] {
            fs::write(file, text).expect("a file can be written");
        }
        let found = Repository::around(&tree.join("src")).expect("it lies in a repository");
        assert_eq!((&found.root, found.remotes()), (&tree, vec!["host/a/shop".to_owned()]));
        assert_eq!(found.work_trees(), [main.clone(), tree.clone()]);
        let from_main = Repository::around(&main).expect("it is one");
        assert_eq!(from_main.work_trees(), [main, tree]);
        assert_eq!(Repository::around(&base), None);
    }
}
