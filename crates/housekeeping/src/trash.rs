//! The trash: what was deleted stays for a day, and can be put back to the byte.
//!
//! Each deletion is a folder `<milliseconds since 1970>-<session>` with the files under numbers, the packs under their names,
//! and `what.json`, which says where the files lay. That is written before the first of them is moved, so that a kill leaves
//! every file in one of two places that are both known.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use archive::Archive;
use serde::{Deserialize, Serialize};

use crate::HousekeepingError;
use crate::deletion::{Deletion, Part, modified_ns};
use crate::roots::{folders, prune};

/// So long what was deleted can be brought back, in milliseconds: a day.
pub const KEPT_FOR_MS: u64 = 24 * 3_600_000;

/// The version of `what.json`.
const FORMAT: u32 = 1;
/// Says what a folder of the trash holds.
const RECORD: &str = "what.json";

/// The trash, in a folder that need not exist.
#[derive(Debug, Clone)]
pub struct Trash {
    folder: PathBuf,
}

/// Something that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The session.
    pub session: String,
    /// When it was deleted, in milliseconds since 1970.
    pub deleted_at_ms: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Its files, where they lay.
    pub files: Vec<PathBuf>,
    folder: PathBuf,
    record: Record,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    format: u32,
    session: String,
    deleted_at_ms: u64,
    /// The first of them is under the name `0`.
    files: Vec<Kept>,
    packs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    path: PathBuf,
    bytes: u64,
}

impl Item {
    /// When it can be brought back no more, in milliseconds since 1970.
    pub fn ends_at_ms(&self) -> u64 {
        self.deleted_at_ms.saturating_add(KEPT_FOR_MS)
    }
}

impl Trash {
    /// The trash in a folder.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What is in it, the latest first.
    pub fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = folders(&self.folder).filter_map(|folder| item(&folder)).collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.deleted_at_ms));
        items
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        folders(&self.folder).next().is_none()
    }

    /// Takes everything of a session away, or nothing: a file that changed since the deletion was found ends it.
    pub fn take(&self, deletion: &Deletion, archive: &Archive, now_ms: u64) -> Result<Option<Item>, HousekeepingError> {
        let _lock = self.lock()?;
        if let Some(path) = deletion.changed(archive) {
            return Err(HousekeepingError::Changed { path });
        }
        if deletion.parts.is_empty() && deletion.packs.is_empty() {
            return Ok(None);
        }
        let folder = self.folder.join(format!("{now_ms}-{}", deletion.session));
        let record = Record {
            format: FORMAT,
            session: deletion.session.clone(),
            deleted_at_ms: now_ms,
            files: deletion.parts.iter().map(|part| Kept { path: part.path.clone(), bytes: part.bytes }).collect(),
            packs: deletion.names.clone(),
        };
        let text = serde_json::to_vec_pretty(&record).map_err(io::Error::from);
        let written = text.and_then(|text| config::replace_file(&folder.join(RECORD), &text));
        written.map_err(HousekeepingError::at(&folder))?;
        if let Err(error) = fill(&folder, deletion, archive) {
            // whatever was moved goes back; what cannot stays here, and can be put back by name
            return match item(&folder).map(|item| give_back(&item, archive)) {
                Some(Err(_)) => Err(HousekeepingError::Stuck { session: deletion.session.clone() }),
                _ => Err(error),
            };
        }
        deletion.folders.iter().for_each(|folder| prune(folder));
        Ok(item(&folder))
    }

    /// Puts everything of a session back that is in the trash; what was put back.
    pub fn put_back(&self, session: &str, archive: &Archive) -> Result<Vec<Item>, HousekeepingError> {
        let _lock = self.lock()?;
        // the latest deletion: what was deleted before it turned up again lies in the way
        let items: Vec<Item> = self.items().into_iter().filter(|item| item.session == session).take(1).collect();
        if let Some(path) = items.iter().find_map(|item| occupied(item).or_else(|| pack_in_the_way(item, archive))) {
            return Err(HousekeepingError::Occupied { path });
        }
        for item in &items {
            give_back(item, archive)?;
        }
        Ok(items)
    }

    /// Removes for good what was deleted before a moment, in milliseconds since 1970, but for sessions that are spared; how many
    /// deletions.
    pub fn empty(&self, before_ms: u64, spared: &BTreeSet<String>) -> Result<u64, HousekeepingError> {
        let mut removed = 0;
        let is_old = |folder: &PathBuf| {
            named(folder).is_some_and(|(at_ms, session)| at_ms < before_ms && !spared.contains(session))
        };
        let old: Vec<PathBuf> = folders(&self.folder).filter(is_old).collect();
        let _lock = if old.is_empty() { return Ok(0) } else { self.lock()? };
        for folder in old {
            // the record last: until then what is left is still known
            for entry in crate::roots::entries(&folder).into_iter().filter(|entry| entry.file_name() != RECORD) {
                fs::remove_file(entry.path()).map_err(HousekeepingError::at(&entry.path()))?;
            }
            fs::remove_dir_all(&folder).map_err(HousekeepingError::at(&folder))?;
            removed += 1;
        }
        Ok(removed)
    }

    fn lock(&self) -> Result<File, HousekeepingError> {
        config::make_private_folder(&self.folder).map_err(HousekeepingError::at(&self.folder))?;
        let path = self.folder.join(".lock");
        let open = || {
            let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path)?;
            file.lock().map(|()| file)
        };
        open().map_err(HousekeepingError::at(&path))
    }
}

/// When a folder of the trash was made, and of which session, as its name says.
fn named(folder: &Path) -> Option<(u64, &str)> {
    let (at_ms, session) = folder.file_name()?.to_str()?.split_once('-')?;
    Some((at_ms.parse().ok()?, session))
}

fn item(folder: &Path) -> Option<Item> {
    let record: Record = serde_json::from_slice(&fs::read(folder.join(RECORD)).ok()?).ok()?;
    (record.format == FORMAT).then(|| Item {
        session: record.session.clone(),
        deleted_at_ms: record.deleted_at_ms,
        bytes: record.files.iter().map(|file| file.bytes).sum(),
        files: record.files.iter().map(|file| file.path.clone()).collect(),
        folder: folder.to_owned(),
        record,
    })
}

/// Moves everything of a session into a folder of the trash.
fn fill(folder: &Path, deletion: &Deletion, archive: &Archive) -> Result<(), HousekeepingError> {
    for (at, part) in deletion.parts.iter().enumerate() {
        let kept = folder.join(at.to_string());
        config::move_file(&part.path, &kept).map_err(HousekeepingError::at(&part.path))?;
        // somebody may have written to it between the last look and the move
        if !is_as_it_was(part, &kept) {
            return Err(HousekeepingError::Changed { path: part.path.clone() });
        }
    }
    // by name: one may have been made since it was looked for
    for pack in &deletion.names {
        archive.take_out(pack, folder)?;
    }
    sync(folder).map_err(HousekeepingError::at(folder))
}

fn is_as_it_was(part: &Part, kept: &Path) -> bool {
    fs::metadata(kept).is_ok_and(|now| now.len() == part.bytes && modified_ns(&now) == part.modified_ns)
}

/// The first file that cannot be put back, because something else lies there.
fn occupied(item: &Item) -> Option<PathBuf> {
    let mut files = item.record.files.iter().enumerate();
    let taken = files.find(|(at, file)| are_two(&item.folder.join(at.to_string()), &file.path));
    taken.map(|(_, file)| file.path.clone())
}

/// The first pack that cannot be put back, because something is kept of the session meanwhile.
fn pack_in_the_way(item: &Item, archive: &Archive) -> Option<PathBuf> {
    let files = item.record.packs.iter().map(|pack| format!("{pack}.zst"));
    let mut taken = files.filter(|file| are_two(&item.folder.join(file), &archive.folder().join(file)));
    taken.next().map(|file| archive.folder().join(file))
}

/// Whether both are there and are not the same, which a kill in the middle of a move leaves in both places.
fn are_two(one: &Path, other: &Path) -> bool {
    let are_there = [one, other].iter().all(|path| path.symlink_metadata().is_ok());
    // what cannot be read is taken for another
    are_there && !config::is_same(one, other).unwrap_or(false)
}

/// Puts back what a folder of the trash holds, the transcript last, and removes the folder. Files go back whatever the archive
/// says.
fn give_back(item: &Item, archive: &Archive) -> Result<(), HousekeepingError> {
    let packs = item.record.packs.iter().try_for_each(|pack| archive.take_back(pack, &item.folder).map(drop));
    for (at, file) in item.record.files.iter().enumerate().rev() {
        let kept = item.folder.join(at.to_string());
        if !kept.exists() {
            continue;
        }
        let put = || {
            let folder = file.path.parent().unwrap_or(Path::new("/"));
            config::make_private_folder(folder)?;
            config::move_file(&kept, &file.path)?;
            sync(folder)
        };
        put().map_err(HousekeepingError::at(&file.path))?;
    }
    packs?;
    fs::remove_dir_all(&item.folder).map_err(HousekeepingError::at(&item.folder))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
