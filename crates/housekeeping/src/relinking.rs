//! A directory that moved: every place of Claude Code in which its path lives.
//!
//! The client looks for transcripts in the folder that is named after the directory, then in all others (2.1.223 and later);
//! its list, `--continue` and older clients know that folder alone. What a transcript itself says of directories stays: it
//! tells where something was, and the client does not need it (2.1.328).

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use resume::Places;

use crate::HousekeepingError;
use crate::documents::Document;
use crate::roots::{entries, folders, real};
use crate::trash::carry;

/// As much of the end of a transcript as is read for the directory that it ran in last, bytes.
const END_BYTES: u64 = 256 * 1024;
/// Names of folders are cut after so many letters, and a hash follows that differs between clients.
const SLUG_CUT: usize = 200;

/// What has to be done because a directory moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relinking {
    /// Where it was.
    pub from: PathBuf,
    /// Where it is.
    pub to: PathBuf,
    /// Transcripts, their folders and memory that go into another project folder.
    pub moves: Vec<Move>,
    /// Files in which the path is changed.
    pub documents: Vec<Document>,
    /// What stays, because something lies where it would go.
    pub in_the_way: Vec<PathBuf>,
}

/// A file or folder that goes elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where it lies.
    pub from: PathBuf,
    /// Where it goes.
    pub to: PathBuf,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relinked {
    /// Files and folders that were moved.
    pub moved: u64,
    /// Files that were changed.
    pub documents: u64,
}

impl Relinking {
    /// Works out what has to be done. Changes nothing.
    pub fn plan(roots: &[PathBuf], from: &Path, to: &Path) -> Result<Self, HousekeepingError> {
        let from: PathBuf = from.components().collect();
        if from.is_dir() {
            return Err(HousekeepingError::StillThere { path: from });
        }
        if !to.is_dir() {
            return Err(HousekeepingError::NoDirectory { path: to.to_owned() });
        }
        let to = fs::canonicalize(to).map_err(HousekeepingError::at(to))?;
        let from: PathBuf = real_path(&from).unwrap_or(from).components().collect();
        let mut plan = Self { from, to, moves: Vec::new(), documents: Vec::new(), in_the_way: Vec::new() };
        let (old, new) = (text(&plan.from), text(&plan.to));
        let renamed = |path: &str| renamed(path, &old, &new);
        let beginning = slug_beginning(&old);
        for root in real(roots) {
            let named = |folder: &PathBuf| {
                folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&beginning))
            };
            for project in folders(&root.join("projects")).filter(named) {
                plan.project(&project, &old, &renamed);
            }
            let beside = root.parent().filter(|_| root.file_name().is_some_and(|name| name == ".claude"));
            let settings = beside.map(|home| home.join(".claude.json")).into_iter().chain([root.join(".claude.json")]);
            plan.documents.extend(settings.filter_map(|path| Document::of_projects(&path, &renamed)));
            plan.documents.extend(Document::of_prompts(&root.join("history.jsonl"), &renamed));
        }
        Ok(plan)
    }

    /// Whether there is nothing to be done but to remember it.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty() && self.documents.is_empty()
    }

    /// Does it, and notes in the file of places where the directory went. Nothing is written over; files that are changed are
    /// copied into a folder before. A kill in between leaves the rest for another time.
    pub fn carry_out(&self, backups: &Path, places: &Path) -> Result<Relinked, HousekeepingError> {
        self.documents.iter().try_for_each(Document::unchanged)?;
        let mut done = Relinked::default();
        for Move { from, to } in &self.moves {
            let step = || {
                fs::create_dir_all(to.parent().unwrap_or(Path::new("/")))?;
                if from.is_dir() { fs::rename(from, to) } else { carry(from, to) }
            };
            step().map_err(HousekeepingError::at(from))?;
            done.moved += 1;
        }
        for folder in self.moves.iter().filter_map(|one| one.from.parent()) {
            // one in which others lie stays
            let _ = fs::remove_dir(folder);
        }
        for document in &self.documents {
            document.write(backups).map_err(|error| match error {
                HousekeepingError::Changed { path } => HousekeepingError::Half { path },
                other => other,
            })?;
            done.documents += 1;
        }
        Places::remember(places, &self.from, &self.to).map_err(HousekeepingError::at(places))?;
        Ok(done)
    }

    /// What of a project folder goes elsewhere. Several directories can share one: `/a/b-c` and `/a/b/c`.
    fn project(&mut self, project: &Path, old: &str, renamed: &dyn Fn(&str) -> Option<String>) {
        let Some(name) = project.file_name().and_then(|name| name.to_str()) else { return };
        let beside = |directory: &str| project.with_file_name(transcript::slug(directory));
        let mut stays = false;
        let mut target = Some(old).filter(|old| transcript::slug_matches(name, old)).and_then(renamed);
        for entry in entries(project) {
            let path = entry.path();
            if path.extension().is_none_or(|ending| ending != "jsonl") {
                continue;
            }
            let told = [config::began_in(&path), ended_in(&path)].into_iter().flatten();
            let mut of_folder = told.filter(|directory| transcript::slug_matches(name, directory));
            let Some(new) = of_folder.find_map(|directory| renamed(&directory)) else {
                stays = true;
                continue;
            };
            let (folder, into) = (path.with_extension(""), beside(&new));
            // the transcript last: as long as it lies here, the rest is still found
            for path in [folder, path].into_iter().filter(|path| path.exists()) {
                self.move_into(&into, &path);
            }
            target = Some(new);
        }
        let memory = project.join("memory");
        if let Some(new) = target.filter(|_| !stays && memory.is_dir()) {
            self.move_into(&beside(&new), &memory);
        }
    }

    fn move_into(&mut self, folder: &Path, path: &Path) {
        let to = folder.join(path.file_name().unwrap_or_default());
        if to == path {
            return;
        }
        // an empty memory is made at every start, and taken for none
        let is_empty = to.is_dir() && fs::read_dir(&to).is_ok_and(|mut entries| entries.next().is_none());
        if to.symlink_metadata().is_ok() && !is_empty {
            self.in_the_way.push(path.to_owned());
        } else {
            self.moves.push(Move { from: path.to_owned(), to });
        }
    }
}

/// A path that may not be there any more without links and ways up, as far as it is.
fn real_path(path: &Path) -> Option<PathBuf> {
    path.ancestors().find_map(|above| Some(fs::canonicalize(above).ok()?.join(path.strip_prefix(above).ok()?)))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The new path of a directory that is the one that moved, or lies below it.
fn renamed(path: &str, old: &str, new: &str) -> Option<String> {
    let rest = path.strip_prefix(old)?;
    let is_below = rest.is_empty() || rest.starts_with(['/', '\\']);
    is_below.then(|| format!("{new}{}", rest.replace('\\', "/")))
}

/// What the names of the folders of a directory and of all below it begin with.
fn slug_beginning(directory: &str) -> String {
    transcript::slug(directory).chars().take(SLUG_CUT).collect()
}

/// The directory that a transcript says last that it ran in.
fn ended_in(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END_BYTES))).ok()?;
    let mut bytes = Vec::new();
    file.take(END_BYTES).read_to_end(&mut bytes).ok()?;
    let directory = |line: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some(value.get("cwd")?.as_str()?.to_owned())
    };
    bytes.rsplit(|byte| *byte == b'\n').find_map(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_moves_along_and_one_beside_does_not() {
        for (path, expect) in [
            ("/src/shop", Some("/work/store")),
            ("/src/shop/api", Some("/work/store/api")),
            ("/src/shops", None),
            ("/src", None),
        ] {
            assert_eq!(renamed(path, "/src/shop", "/work/store").as_deref(), expect, "{path}");
        }
        assert_eq!(renamed("D:\\shop\\a\\b", "D:\\shop", "/shop").as_deref(), Some("/shop/a/b"));
    }
}
