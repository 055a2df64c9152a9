//! A directory that moved: every place of Claude Code in which its path lives.
//!
//! The client looks for transcripts in the folder that is named after the directory, then in all others (2.1.223 and later);
//! its list, `--continue` and older clients know that folder alone. What a transcript itself says of directories stays: it
//! tells where something was, and the client does not need it (2.1.328).

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use resume::{Below, Moves, Places};

use crate::HousekeepingError;
use crate::documents::Document;
use crate::roots::{entries, folders, real};

/// As much of the end of a transcript as is read for the directory that it ran in last, bytes.
const END_BYTES: u64 = 256 * 1024;
/// Names of folders are cut after so many letters, and a hash follows that differs between clients.
const SLUG_CUT: usize = 200;

/// Directories that are named, at most, where one is not known.
const NEAR: usize = 3;

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
    /// Works out what has to be done. Changes nothing. `ran_in` are directories that sessions ran in, each as it is now by the `moves`
    /// that are remembered: one in which none did is not taken for one that moved.
    pub fn plan(
        roots: &[PathBuf],
        from: &Path,
        to: &Path,
        ran_in: &[PathBuf],
        moves: &Moves,
    ) -> Result<Self, HousekeepingError> {
        let written = without_ways_up(from);
        if written.is_dir() {
            return Err(HousekeepingError::StillThere { path: written });
        }
        if !to.is_dir() {
            return Err(HousekeepingError::NoDirectory { path: without_ways_up(to) });
        }
        let to = fs::canonicalize(to).map_err(HousekeepingError::at(to))?;
        let from: PathBuf = real_path(&written).unwrap_or_else(|| written.clone()).components().collect();
        // where it is known to have gone before, that is what moved now
        let went = moves.now(&text(&from), None).map(PathBuf::from).filter(|went| !went.is_dir());
        let mut plan =
            Self { from: went.unwrap_or(from), to, moves: Vec::new(), documents: Vec::new(), in_the_way: Vec::new() };
        let new = text(&plan.to);
        // also what it was before: what was found elsewhere was not moved by us
        let before = moves.before(&plan.from).into_iter().filter(|before| !before.is_dir());
        let olds: Vec<String> = std::iter::once(plan.from.clone()).chain(before).map(|old| text(&old)).collect();
        let renamed = |path: &str| olds.iter().find_map(|old| renamed(path, old, &new));
        let beginnings: Vec<String> = olds.iter().map(|old| slug_beginning(old)).collect();
        for root in real(roots) {
            let is_of = |name: &str| beginnings.iter().any(|beginning| name.starts_with(beginning));
            let named = |folder: &PathBuf| folder.file_name().and_then(|name| name.to_str()).is_some_and(is_of);
            for project in folders(&root.join("projects")).filter(named) {
                plan.project(&project, &olds, moves, &renamed);
            }
            let beside = root.parent().filter(|_| root.file_name().is_some_and(|name| name == ".claude"));
            let settings = beside.map(|home| home.join(".claude.json")).into_iter().chain([root.join(".claude.json")]);
            plan.documents.extend(settings.filter_map(|path| Document::of_projects(&path, &renamed)));
            plan.documents.extend(Document::of_prompts(&root.join("history.jsonl"), &renamed));
        }
        let meant = Below::any_of([written.clone(), plan.from.clone()]);
        if plan.is_empty() && plan.in_the_way.is_empty() && !meant.holds(ran_in.iter().filter_map(|path| path.to_str()))
        {
            let is_left = |ran: &&PathBuf| moves.now(&text(ran), None).is_none();
            let now: Vec<PathBuf> = ran_in.iter().filter(is_left).cloned().collect();
            return Err(HousekeepingError::Unknown { near: near(&written, &now), path: written });
        }
        Ok(plan)
    }

    /// Refuses where nothing could be moved, because something lies already wherever it would go.
    pub fn refuse_blocked(&self) -> Result<(), HousekeepingError> {
        if self.moves.is_empty() && !self.in_the_way.is_empty() {
            return Err(HousekeepingError::InTheWay { paths: self.in_the_way.clone() });
        }
        Ok(())
    }

    /// Whether there is nothing to be done but to remember it.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty() && self.documents.is_empty()
    }

    /// Refuses while a client runs in the old or the new directory, because it writes what is changed here. `running` are sessions that
    /// clients have open, and where those work.
    pub fn refuse_running<'a>(
        &self,
        running: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), HousekeepingError> {
        let is_there = |directory: &Path| directory.starts_with(&self.from) || directory.starts_with(&self.to);
        let found = running.into_iter().find(|(_, directory)| is_there(Path::new(directory)));
        found.map_or(Ok(()), |(session, directory)| {
            Err(HousekeepingError::RunsThere { session: session.to_owned(), directory: directory.into() })
        })
    }

    /// Does it, and notes in the file of places where the directory went; `now_ms` is the present moment, milliseconds since 1970. Nothing is written over; files that are changed are
    /// copied into a folder before. A kill in between leaves the rest for another time.
    pub fn carry_out<'a>(
        &self,
        running: impl IntoIterator<Item = (&'a str, &'a str)>,
        backups: &Path,
        places: &Path,
        now_ms: u64,
    ) -> Result<Relinked, HousekeepingError> {
        self.refuse_blocked()?;
        self.refuse_running(running)?;
        self.documents.iter().try_for_each(Document::unchanged)?;
        let mut done = Relinked::default();
        for Move { from, to } in &self.moves {
            let step = || {
                fs::create_dir_all(to.parent().unwrap_or(Path::new("/")))?;
                if from.is_dir() { fs::rename(from, to) } else { config::move_file(from, to) }
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
        Places::say(places, &self.from, &self.to, now_ms).map_err(HousekeepingError::at(places))?;
        Ok(done)
    }

    /// What of a project folder goes elsewhere. Several directories can share one: `/a/b-c` and `/a/b/c`. A transcript that was brought
    /// along before tells where it ran, not where it lies.
    fn project(&mut self, project: &Path, olds: &[String], moves: &Moves, renamed: &dyn Fn(&str) -> Option<String>) {
        let Some(name) = project.file_name().and_then(|name| name.to_str()) else { return };
        let beside = |directory: &str| project.with_file_name(transcript::slug(directory));
        let mut stays = false;
        let mut target = olds.iter().find(|old| transcript::slug_matches(name, old)).and_then(|old| renamed(old));
        for entry in entries(project) {
            let path = entry.path();
            if path.extension().is_none_or(|ending| ending != "jsonl") {
                continue;
            }
            let told = [config::began_in(&path), ended_in(&path)].into_iter().flatten();
            let mut places = told.flat_map(|told| {
                let went = moves.every_way(&told);
                std::iter::once(told).chain(went)
            });
            let mut of_folder = places.by_ref().filter(|directory| transcript::slug_matches(name, directory));
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
        // several folders can hold what goes to one place
        let is_taken = self.moves.iter().any(|one| one.to == to);
        if is_taken || (to.symlink_metadata().is_ok() && !is_empty) {
            self.in_the_way.push(path.to_owned());
        } else {
            self.moves.push(Move { from: path.to_owned(), to });
        }
    }
}

/// Directories that are gone and may be meant by one in which no session ran: those of the same name, else the ones most like it.
fn near(directory: &Path, ran_in: &[PathBuf]) -> Vec<PathBuf> {
    let mut gone: Vec<&PathBuf> = ran_in.iter().filter(|path| !path.is_dir()).collect();
    gone.sort_unstable();
    gone.dedup();
    let mut near: Vec<PathBuf> =
        gone.iter().filter(|path| path.file_name() == directory.file_name()).map(|path| (*path).clone()).collect();
    let texts: Vec<String> = gone.iter().map(|path| text(path).to_lowercase()).collect();
    let meant = config::meant(&text(directory), texts.iter().map(String::as_str));
    let at = meant.and_then(|meant| texts.iter().position(|text| text == meant));
    near.extend(at.map(|at| gone[at].clone()).filter(|path| !near.contains(path)).into_iter().collect::<Vec<_>>());
    near.truncate(NEAR);
    near
}

/// A path without ways up, as messages show it: as it was written where it has none.
fn without_ways_up(path: &Path) -> PathBuf {
    if path.components().all(|part| part != Component::ParentDir) {
        return path.components().collect();
    }
    let mut whole = PathBuf::new();
    for part in real_path(path).as_deref().unwrap_or(path).components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            part => whole.push(part),
        }
    }
    whole
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
            ("/src/shop", Some("/depot/store")),
            ("/src/shop/api", Some("/depot/store/api")),
            ("/src/shops", None),
            ("/src", None),
        ] {
            assert_eq!(renamed(path, "/src/shop", "/depot/store").as_deref(), expect, "{path}");
        }
        assert_eq!(renamed("D:\\shop\\a\\b", "D:\\shop", "/shop").as_deref(), Some("/shop/a/b"));
    }
}
