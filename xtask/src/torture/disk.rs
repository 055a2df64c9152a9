//! A disk that loses power: what was written through is there, of the rest any part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use color_eyre::Result;
use testkit::Random;

use super::trace::Step;

/// What a disk writes at once, bytes; a write may be torn between two of them.
const SECTOR_BYTES: usize = 512;

/// A change of a file's content.
#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Cut(usize),
}

/// A change of names.
#[derive(Debug, Clone)]
struct Naming {
    /// A name that is taken, with what it names.
    given: Option<(PathBuf, Named)>,
    taken: Option<PathBuf>,
    durable: bool,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    File(usize),
    Folder,
}

/// A folder as a running system sees it, and what of it has reached the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    names: BTreeMap<PathBuf, Named>,
    namings: Vec<Naming>,
    /// Of each file: its changes, how many of them are durable, and its length now.
    files: Vec<(Vec<Change>, usize, usize)>,
}

impl Disk {
    /// Does one step.
    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Make { path, folder } => {
                if !self.names.contains_key(path) {
                    let named = if *folder { Named::Folder } else { self.new_file() };
                    self.name(Some((path.clone(), named)), None);
                }
            }
            Step::Cut { path, length } => {
                if let Some((changes, _, now)) = self.file(path) {
                    changes.push(Change::Cut(*length));
                    *now = *length;
                }
            }
            Step::Write { path, offset, bytes } => {
                if let Some((changes, _, now)) = self.file(path) {
                    let offset = offset.unwrap_or(*now);
                    *now = (*now).max(offset + bytes.len());
                    changes.push(Change::Write { offset, bytes: bytes.clone() });
                }
            }
            Step::Rename { from, to } => {
                if let Some(named) = self.names.get(from).copied() {
                    self.name(Some((to.clone(), named)), Some(from.clone()));
                }
            }
            Step::Remove { path } => self.name(None, Some(path.clone())),
            Step::Sync { path } => self.sync(path),
            Step::End => {}
        }
    }

    fn new_file(&mut self) -> Named {
        self.files.push((Vec::new(), 0, 0));
        Named::File(self.files.len() - 1)
    }

    fn file(&mut self, path: &Path) -> Option<&mut (Vec<Change>, usize, usize)> {
        match self.names.get(path) {
            Some(Named::File(file)) => self.files.get_mut(*file),
            _ => None,
        }
    }

    fn name(&mut self, given: Option<(PathBuf, Named)>, taken: Option<PathBuf>) {
        if let Some(taken) = &taken {
            self.names.remove(taken);
        }
        if let Some((path, named)) = &given {
            self.names.insert(path.clone(), *named);
        }
        self.namings.push(Naming { given, taken, durable: false });
    }

    fn sync(&mut self, path: &Path) {
        if let Some((changes, durable, _)) = self.file(path) {
            *durable = changes.len();
            return;
        }
        let inside = |named: &Path| named.parent() == Some(path);
        for naming in &mut self.namings {
            let paths = naming.given.iter().map(|(path, _)| path).chain(&naming.taken);
            naming.durable |= paths.into_iter().any(|path| inside(path));
        }
    }

    /// Writes what a disk might hold after the power went, below another folder. Folders that were there before the trace
    /// began are made.
    pub(super) fn lose_power(&self, from: &Path, to: &Path, random: &mut Random) -> Result<()> {
        let keep_most = random.below(3);
        let mut kept = |random: &mut Random| match keep_most {
            0 => random.once_in(2),
            1 => !random.once_in(8),
            _ => random.once_in(8),
        };
        let mut names: BTreeMap<&Path, Named> = BTreeMap::new();
        for naming in &self.namings {
            if naming.durable || kept(random) {
                if let Some(taken) = &naming.taken {
                    names.remove(taken.as_path());
                }
                if let Some((path, named)) = &naming.given {
                    names.insert(path, *named);
                }
            }
        }
        for (path, named) in names {
            let Ok(relative) = path.strip_prefix(from) else { continue };
            let path = to.join(relative);
            match named {
                Named::Folder => fs::create_dir_all(path)?,
                Named::File(file) => {
                    // A name in a folder that was lost is lost with it.
                    if path.parent().is_some_and(Path::is_dir) {
                        fs::write(path, self.content(file, &mut kept, random))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn content(&self, file: usize, kept: &mut impl FnMut(&mut Random) -> bool, random: &mut Random) -> Vec<u8> {
        let (changes, durable, _) = &self.files[file];
        let mut content = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            let is_durable = index < *durable;
            match change {
                Change::Cut(length) => {
                    if is_durable || kept(random) {
                        content.resize(*length, 0);
                    }
                }
                Change::Write { offset, bytes } => {
                    for (start, sector) in sectors(*offset, bytes) {
                        if is_durable || kept(random) {
                            if content.len() < start + sector.len() {
                                content.resize(start + sector.len(), 0);
                            }
                            content[start..start + sector.len()].copy_from_slice(sector);
                        }
                    }
                }
            }
        }
        content
    }
}

/// The parts of a write that lie in one sector each, with where they begin.
fn sectors(offset: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let (mut start, mut rest) = (offset, bytes);
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.len().min(SECTOR_BYTES - start % SECTOR_BYTES));
        parts.push((start, part));
        start += part.len();
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> PathBuf {
        PathBuf::from(path)
    }

    fn written(steps: &[Step], seed: u64) -> BTreeMap<String, Vec<u8>> {
        let mut disk = Disk::default();
        for step in steps {
            disk.step(step);
        }
        let folder = tempfile::tempdir().expect("a folder");
        disk.lose_power(Path::new("/d"), folder.path(), &mut Random::new(seed)).expect("it can be written");
        let entries = fs::read_dir(folder.path()).expect("it can be listed").map(|entry| entry.expect("an entry"));
        entries
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
            .collect()
    }

    #[test]
    fn what_was_written_through_survives_whatever_is_lost() {
        let steps = [
            Step::Make { path: path("/d/a"), folder: false },
            Step::Write { path: path("/d/a"), offset: None, bytes: b"hi".to_vec() },
            Step::Rename { from: path("/d/a"), to: path("/d/b") },
            Step::Sync { path: path("/d/b") },
            Step::Sync { path: path("/d") },
        ];
        for seed in 0..50 {
            assert_eq!(written(&steps, seed), BTreeMap::from([("b".to_owned(), b"hi".to_vec())]));
        }
    }

    #[test]
    fn what_was_not_may_be_lost_whole_or_in_parts() {
        let steps = [
            Step::Make { path: path("/d/a"), folder: false },
            Step::Write { path: path("/d/a"), offset: None, bytes: vec![1; 2_000] },
        ];
        let outcomes: Vec<_> = (0..100).map(|seed| written(&steps, seed)).collect();
        assert!(outcomes.iter().any(BTreeMap::is_empty), "its name is lost in some");
        assert!(outcomes.iter().any(|files| files.get("a").is_some_and(|content| content == &vec![1; 2_000])));
        let torn = |content: &Vec<u8>| content.contains(&0) || (!content.is_empty() && content.len() < 2_000);
        assert!(outcomes.iter().any(|files| files.get("a").is_some_and(torn)), "it is torn in some");
    }
}
