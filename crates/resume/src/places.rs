//! Directories that moved: which repository was where, and where sessions that ran there go on now.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::nearby::{known_root, nearby};
use crate::repository::remote;
use crate::{Moves, Repository};

/// What is remembered of directories, in a file of its own: nothing else knows which repository a directory held that
/// is gone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Places {
    /// The remotes of each work tree, as they were when it was last seen.
    remotes: BTreeMap<PathBuf, Vec<String>>,
    /// Where directories went, as was found or said.
    moved: BTreeMap<PathBuf, PathBuf>,
    /// Moves that a person said, and when: they hold also where something else is made in the old place.
    said: Vec<Said>,
}

/// That a directory moved, as a person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Where it was.
    pub(crate) from: PathBuf,
    /// Where it went.
    pub(crate) to: PathBuf,
    /// When it was said, milliseconds since 1970.
    pub(crate) at_ms: u64,
}

/// Where a directory may have gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Found {
    /// Directories of the same repository, by its remotes.
    same: Vec<PathBuf>,
    /// Directories of the same name.
    alike: Vec<PathBuf>,
}

/// Where a directory that is gone is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// There; it is remembered.
    Found(PathBuf),
    /// Nobody knows; it may be there, and a person has to say.
    Guess(Option<PathBuf>),
}

/// Says where a directory is that is gone: as the file remembers, else where the one directory is that holds the same
/// repository, near the directories that the history knows or in the home directory. `links` are addresses of pages of
/// its repository. Changes nothing.
pub fn locate(file: &Path, gone: &Path, links: &[String], known: &[PathBuf], home: Option<&Path>) -> Place {
    let places = Places::read(file);
    if let Some(place) = places.moved_to(gone) {
        return Place::Found(place);
    }
    let found = places.find(gone, links, known, home);
    match found.same.as_slice() {
        [same] => Place::Found(same.clone()),
        _ => Place::Guess(found.same.into_iter().chain(found.alike).next()),
    }
}

/// The same, and remembers what it found.
pub fn relocate(file: &Path, gone: &Path, links: &[String], known: &[PathBuf], home: Option<&Path>) -> Place {
    let place = locate(file, gone, links, known, home);
    if let Place::Found(found) = &place
        && Places::read(file).moved_to(gone).is_none()
    {
        // If it cannot be remembered, it is found again the next time.
        let _ = Places::remember(file, gone, found);
    }
    place
}

impl Places {
    /// Reads the file; one that is missing or damaged knows nothing.
    pub(crate) fn read(file: &Path) -> Self {
        fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn write(&self, file: &Path) -> io::Result<()> {
        config::replace_file(file, &serde_json::to_vec_pretty(self)?)
    }

    /// Changes the file; whoever else changes it waits, so that nothing is lost that two write at once.
    fn change(file: &Path, change: impl FnOnce(&mut Self)) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            config::make_private_folder(folder)?;
        }
        let lock = file.with_extension("lock");
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock)?;
        lock.lock()?;
        let mut places = Self::read(file);
        change(&mut places);
        places.write(file)
    }

    /// Notes in the file which repositories are where, if anything of that is new.
    pub fn keep<'a>(file: &Path, directories: impl IntoIterator<Item = &'a Path>) -> io::Result<()> {
        // Before the lock is taken: a work tree may lie on a slow disk.
        let seen = observed(directories);
        let known = Self::read(file).remotes;
        if seen.iter().all(|(root, remotes)| known.get(root) == Some(remotes)) {
            return Ok(());
        }
        Self::change(file, |places| places.remotes.extend(seen))
    }

    /// Notes in the file where a directory went.
    pub fn remember(file: &Path, from: &Path, to: &Path) -> io::Result<()> {
        Self::change(file, |places| places.note(from, to))
    }

    /// Notes in the file where a directory went, and when that was said: what began there before belongs to the new place, whatever
    /// is made in the old one. What moves back to where it was did not move.
    pub fn say(file: &Path, from: &Path, to: &Path, at_ms: u64) -> io::Result<()> {
        Self::change(file, |places| {
            let came_from_there = Moves::of(places.clone()).ever_before(from).iter().any(|before| before == to);
            if came_from_there {
                places.moved.remove(to);
                places.said.retain(|said| said.from != to);
            }
            places.note(from, to);
            places.said.push(Said { from: from.to_owned(), to: to.to_owned(), at_ms });
        })
    }

    /// Where a directory that is there may have been before, as nobody said yet: of directories that are gone the first one that held
    /// the same repository, by its remotes, else the first of the same name. Tells what moved, from and to: it may lie above `here`.
    pub fn may_have_moved<'a>(
        file: &Path,
        here: &Path,
        gone: impl IntoIterator<Item = &'a Path>,
    ) -> Option<(PathBuf, PathBuf)> {
        let remembered = Self::read(file).remotes;
        let repository = Repository::around(here);
        let remotes = repository.as_ref().map(Repository::remotes).unwrap_or_default();
        let tops: Vec<&Path> = std::iter::once(here).chain(repository.as_ref().map(|one| one.root.as_path())).collect();
        let mut alike = None;
        for directory in gone.into_iter().filter(|gone| gone.is_absolute()) {
            for above in directory.ancestors().take_while(|above| !above.is_dir()) {
                let of_it = remembered.get(above).into_iter().flatten().any(|remote| remotes.contains(remote));
                if let Some(repository) = repository.as_ref().filter(|_| of_it) {
                    return Some((above.to_owned(), repository.root.clone()));
                }
                let top = tops.iter().find(|top| top.file_name().is_some() && top.file_name() == above.file_name());
                alike = alike.or_else(|| Some((above.to_owned(), (*top?).to_owned())));
            }
        }
        alike
    }

    /// Where directories went, as the file remembers: from, to.
    pub fn remembered(file: &Path) -> Vec<(PathBuf, PathBuf)> {
        Self::read(file).moved.into_iter().collect()
    }

    /// Forgets in the file where a directory went, or what went there; returns what was forgotten: from, to.
    pub fn forget(file: &Path, directory: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
        let is_meant = |(from, to): (&PathBuf, &PathBuf)| from == directory || to == directory;
        if !Self::read(file).moved.iter().any(is_meant) {
            return Ok(Vec::new());
        }
        let mut forgotten = Vec::new();
        Self::change(file, |places| {
            places.moved.retain(|from, to| {
                let meant = is_meant((from, to));
                forgotten.extend(meant.then(|| (from.clone(), to.clone())));
                !meant
            });
            places.said.retain(|said| !is_meant((&said.from, &said.to)));
        })?;
        Ok(forgotten)
    }

    /// Moves that were found or said: from, to, and when it was said.
    pub(crate) fn moves(self) -> Vec<(PathBuf, PathBuf, Option<u64>)> {
        let is_said = |from: &PathBuf, to: &PathBuf| self.said.iter().any(|said| (&said.from, &said.to) == (from, to));
        let found = self.moved.iter().filter(|(from, to)| !is_said(from, to));
        let found = found.map(|(from, to)| (from.clone(), to.clone(), None));
        let mut said = self.said.clone();
        said.sort_by_key(|said| said.at_ms);
        said.into_iter().map(|said| (said.from, said.to, Some(said.at_ms))).chain(found).collect()
    }

    fn note(&mut self, from: &Path, to: &Path) {
        self.moved.insert(from.to_owned(), to.to_owned());
    }

    /// Where a directory is now, if it or one above it is known to have moved and is there.
    fn moved_to(&self, directory: &Path) -> Option<PathBuf> {
        let mut at = directory.to_owned();
        // A directory can move several times; back and forth is no way.
        for _ in 0..self.moved.len() {
            let (below, to) = ancestors(&at).find_map(|(above, below)| Some((below, self.moved.get(&above)?)))?;
            let whole = joined(to, &below);
            at = if whole.is_dir() || !to.is_dir() { whole } else { to.clone() };
            if at.is_dir() {
                return Some(at);
            }
        }
        None
    }

    /// Looks for a directory that is gone: near the directories that the history knows and in the home directory.
    /// `links` are addresses of pages of its repository.
    fn find(&self, gone: &Path, links: &[String], known: &[PathBuf], home: Option<&Path>) -> Found {
        let noted =
            ancestors(gone).find_map(|(above, below)| Some((above.clone(), below, self.remotes.get(&above)?.clone())));
        let unknown = || (gone.to_owned(), PathBuf::new(), Vec::new());
        let (root, below, mut remotes) = noted.unwrap_or_else(unknown);
        remotes.extend(links.iter().filter_map(|link| remote(link)));
        let within = |tree: PathBuf| Some(joined(&tree, &below)).filter(|whole| whole.is_dir()).unwrap_or(tree);
        let name = name_of(&root);
        let mut found = Found::default();
        for directory in nearby(known, home) {
            let shares = |repository: &Repository| repository.remotes().iter().any(|one| remotes.contains(one));
            if !remotes.is_empty() && Repository::at(&directory).is_some_and(|repository| shares(&repository)) {
                found.same.push(within(directory));
            } else if name.is_some() && directory.file_name() == name {
                found.alike.push(within(directory));
            }
        }
        found
    }
}

/// A directory and those above it, each with the path from there back down. A path of Windows is taken apart at its own
/// separators, wherever this program runs.
pub(crate) fn ancestors(directory: &Path) -> impl Iterator<Item = (PathBuf, PathBuf)> {
    let windows = of_windows(directory).map(str::to_owned);
    let above_windows = windows.into_iter().flat_map(|whole| {
        let ends: Vec<usize> = whole.rmatch_indices(['\\', '/']).map(|(at, _)| at).filter(|at| *at > 2).collect();
        let split = move |end: usize| {
            let below = whole.get(end + 1..).unwrap_or_default().replace('\\', "/");
            (PathBuf::from(&whole[..end]), PathBuf::from(below))
        };
        ends.into_iter().map(split).collect::<Vec<_>>()
    });
    let usual = directory.ancestors().filter_map(|above| {
        let below = directory.strip_prefix(above).ok()?;
        Some((above.to_owned(), below.to_owned()))
    });
    let usual: Vec<(PathBuf, PathBuf)> = usual.collect();
    usual.into_iter().chain(above_windows)
}

/// A path as Windows writes it, with a drive: `D:\src\shop`.
fn of_windows(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    match text.as_bytes() {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => Some(text),
        _ => None,
    }
}

/// The last name of a path, of Windows or not.
fn name_of(path: &Path) -> Option<&OsStr> {
    match of_windows(path) {
        Some(text) => text.rsplit(['\\', '/']).next().filter(|name| !name.is_empty()).map(OsStr::new),
        None => path.file_name(),
    }
}

/// A path below a directory; the directory itself, without a slash behind it, where there is nothing below.
pub(crate) fn joined(directory: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { directory.to_owned() } else { directory.join(below) }
}

/// The remotes of the work trees around directories that are there.
fn observed<'a>(directories: impl IntoIterator<Item = &'a Path>) -> BTreeMap<PathBuf, Vec<String>> {
    let roots: BTreeSet<PathBuf> = directories.into_iter().filter_map(known_root).collect();
    let remotes = |root: &Path| Repository::at(root).map(|repository| repository.remotes()).unwrap_or_default();
    let seen = roots.into_iter().map(|root| (remotes(&root), root));
    seen.filter(|(remotes, _)| !remotes.is_empty()).map(|(remotes, root)| (root, remotes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Disk {
        folder: tempfile::TempDir,
    }

    impl Disk {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().expect("a temporary folder") }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }

        fn folder(&self, path: &str) -> PathBuf {
            fs::create_dir_all(self.path(path)).expect("a folder can be made");
            self.path(path)
        }

        fn repository(&self, path: &str, remote: &str) -> PathBuf {
            let git = self.folder(&format!("{path}/.git"));
            fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("a file can be written");
            fs::write(git.join("config"), format!("[remote \"origin\"]\n\turl = {remote}\n")).expect("the same");
            self.path(path)
        }
    }

    #[test]
    fn a_repository_that_moved_is_found_by_its_remote() {
        let disk = Disk::new();
        let (old, other) =
            (disk.repository("src/shop", "git@host:ada/shop.git"), disk.repository("src/web", "git@host:ada/web"));
        let sub = disk.folder("src/shop/api");
        let file = disk.path("places.json");
        Places::keep(&file, [sub.as_path(), &other]).expect("it can be written");
        let places = Places::read(&file);
        assert_eq!(places.remotes.len(), 2, "two are known now");
        disk.folder("work");
        fs::rename(&old, disk.path("work/store")).expect("it can be moved");
        let home = disk.path("");
        let found = Place::Found(disk.path("work/store"));
        assert_eq!(locate(&file, &old, &[], std::slice::from_ref(&other), Some(&home)), found);
        assert_eq!(Places::read(&file).moved_to(&old), None, "looking changes nothing");
        let place = relocate(&file, &old, &[], std::slice::from_ref(&other), Some(&home));
        assert_eq!(place, found);
        assert_eq!(Places::read(&file).moved_to(&old), Some(disk.path("work/store")));
        let find = |gone: &Path| places.find(gone, &[], &[old.clone(), other.clone()], Some(&home));
        assert_eq!(find(&old), Found { same: vec![disk.path("work/store")], alike: vec![] });
        assert_eq!(find(&sub).same, [disk.path("work/store/api")], "the part below the repository is kept");
    }

    #[test]
    fn a_directory_that_is_there_may_be_one_that_is_gone() {
        let disk = Disk::new();
        let old = disk.repository("src/shop", "git@host:ada/shop.git");
        let (sub, file) = (disk.folder("src/shop/api"), disk.path("places.json"));
        Places::keep(&file, [sub.as_path()]).expect("it can be written");
        let new = disk.repository("work/store", "git@host:ada/shop.git");
        let (inside, notes, other) = (disk.folder("work/store/lib"), disk.folder("work/notes"), disk.folder("work/x"));
        let gone_notes = disk.path("gone/notes");
        let asked = |here: &Path, gone: &[&Path]| Places::may_have_moved(&file, here, gone.iter().copied());
        assert_eq!(asked(&inside, &[&sub]), None, "it is still there");
        fs::remove_dir_all(&old).expect("it can be removed");
        assert_eq!(asked(&inside, &[&gone_notes, &sub]), Some((old, new)), "the same repository");
        assert_eq!(asked(&notes, &[&sub, &gone_notes.join("deep")]), Some((gone_notes.clone(), notes.clone())));
        assert_eq!(asked(&other, &[&sub, &gone_notes, Path::new("x")]), None);
    }

    #[test]
    fn a_pull_request_tells_the_repository_too() {
        let disk = Disk::new();
        let other = disk.repository("src/web", "git@github.com:ada/web");
        let moved = disk.repository("src/renamed", "https://github.com/ada/shop.git");
        let link = "https://github.com/ada/shop/pull/3".to_owned();
        let found = Places::default().find(&disk.path("src/shop"), &[link], &[other], None);
        assert_eq!(found.same, [moved]);
    }

    #[test]
    fn without_a_remote_only_the_name_is_alike() {
        let disk = Disk::new();
        let here = disk.folder("work/notes");
        let known = disk.folder("work/else");
        let found = Places::default().find(&disk.path("gone/notes"), &[], &[known], None);
        assert_eq!(found, Found { same: vec![], alike: vec![here] });
    }

    #[test]
    fn what_moved_is_remembered_with_all_that_lies_below() {
        let disk = Disk::new();
        let (old, new) = (disk.path("src/shop"), disk.folder("work/shop"));
        disk.folder("work/shop/api");
        let mut places = Places::default();
        places.note(&old, &disk.path("nowhere"));
        assert_eq!(places.moved_to(&old), None);
        places.note(&disk.path("nowhere"), &new);
        let file = disk.path("state/places.json");
        places.write(&file).expect("it can be written");
        let places = Places::read(&file);
        let found = places.moved_to(&old).expect("by two steps");
        assert_eq!(found.as_os_str(), new.as_os_str(), "without a slash at its end");
        assert_eq!(places.moved_to(&old.join("api")), Some(new.join("api")));
        assert_eq!(places.moved_to(&old.join("deleted")), Some(new.clone()));
        assert_eq!(places.moved_to(&disk.path("src")), None);
        let mut circle = Places::default();
        circle.note(&old, &disk.path("nowhere"));
        circle.note(&disk.path("nowhere"), &old);
        assert_eq!(circle.moved_to(&old), None, "back and forth is no way");
        assert_eq!(Places::read(&disk.path("missing")), Places::default());
    }

    #[test]
    fn a_directory_of_windows_moves_with_all_that_lies_below() {
        let disk = Disk::new();
        let new = disk.folder("work/shop");
        disk.folder("work/shop/web/api");
        let mut places = Places::default();
        places.note(Path::new(r"D:\src\shop"), &new);
        for (gone, expect) in [
            (r"D:\src\shop", "work/shop"),
            (r"D:\src\shop\.claude\worktrees\heuristic-robinson", "work/shop"),
            (r"D:\src\shop\web\api", "work/shop/web/api"),
        ] {
            assert_eq!(places.moved_to(Path::new(gone)), Some(disk.path(expect)), "{gone}");
        }
        assert_eq!(places.moved_to(Path::new(r"D:\src\shopping")), None);
        let alike = Places::default().find(Path::new(r"D:\old\shop"), &[], &[disk.folder("work/else")], None).alike;
        assert_eq!(alike, [new], "by its last name");
    }

    #[test]
    fn what_is_forgotten_is_asked_for_again() {
        let disk = Disk::new();
        let file = disk.path("places.json");
        let (old, new) = (disk.path("src/shop"), disk.folder("work/shop"));
        Places::remember(&file, &old, &new).expect("it can be written");
        assert_eq!(Places::forget(&file, &disk.path("other")).expect("nothing is written"), []);
        assert_eq!(Places::remembered(&file), [(old.clone(), new.clone())]);
        assert_eq!(Places::forget(&file, &old).expect("it can be written"), [(old, new)]);
        assert_eq!(Places::remembered(&file), []);
    }

    #[test]
    fn what_is_remembered_while_work_trees_are_visited_is_kept() {
        let disk = Disk::new();
        let (file, tree) = (disk.path("state/places.json"), disk.repository("src/shop", "git@host:ada/shop.git"));
        let (gone, now) = (disk.path("gone"), disk.folder("now"));
        let visited = [tree.as_path()].into_iter().inspect(|_| {
            Places::remember(&file, &gone, &now).expect("it can be written");
        });
        Places::keep(&file, visited).expect("it can be written");
        let places = Places::read(&file);
        assert_eq!((places.moved_to(&gone), places.remotes.len()), (Some(now), 1));
    }

    #[test]
    fn nothing_is_lost_when_several_remember_at_once() {
        let disk = Disk::new();
        let file = disk.path("places.json");
        std::thread::scope(|scope| {
            for at in 0..8 {
                let (file, from, to) = (&file, disk.path(&format!("gone-{at}")), disk.path("now"));
                scope.spawn(move || Places::remember(file, &from, &to).expect("it can be written"));
            }
        });
        assert_eq!(Places::read(&file).moved.len(), 8);
    }
}
