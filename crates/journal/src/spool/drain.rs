//! Taking events out of the spool: handed over, agreed to, removed.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::time::Duration;

use serde::Deserialize;
use ulid::Ulid;

use super::{Drained, Spool, names, sync_folder};
use crate::{Event, JournalError};

/// Events that are handed over at once, at most.
const BATCH_EVENTS: usize = 1_000;

/// Size of the files that are handed over at once; the last of them may go beyond it.
const BATCH_BYTES: u64 = 16 * 1024 * 1024;

/// A larger file was not written by a hook.
const FILE_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A temporary file this old has lost its writer.
const TEMPORARY_MAX_AGE: Duration = Duration::from_hours(1);

/// Held while the spool is drained.
const LOCK: &str = ".lock";

/// What a file in the spool turned out to be.
enum Found {
    Event(Box<Event>),
    Damaged,
    Postponed,
    Nothing,
}

/// A file of a version that may be newer than ours.
#[derive(Deserialize)]
struct Versioned {
    schema: u32,
}

impl Spool {
    /// Hands over every event, oldest first, in batches; the files of a batch are removed once `accept` has agreed to
    /// it. If `accept` fails, its batch stays. An empty spool asks nothing of `accept`.
    ///
    /// An event is handed over twice only if the process dies between agreement and removal: [`Event::id`] tells.
    pub fn drain<E: From<JournalError>>(
        &self,
        mut accept: impl FnMut(&[Event]) -> Result<(), E>,
    ) -> Result<Drained, E> {
        let mut drained = Drained::default();
        if names(self.folder())?.iter().all(|name| is_furniture(name)) {
            return Ok(drained);
        }
        let Some(_lock) = self.lock()? else { return Ok(Drained { busy: true, ..drained }) };
        let mut postponed = BTreeSet::new();
        loop {
            let batch = self.next_batch(&mut postponed, &mut drained)?;
            if batch.is_empty() {
                break;
            }
            accept(&batch)?;
            for event in &batch {
                self.remove(&format!("{}.json", event.id()))?;
            }
            drained.events += batch.len();
        }
        drained.postponed = postponed.len();
        if drained.events > 0 {
            // Otherwise a loss of power could bring back what was removed.
            sync_folder(self.folder())?;
        }
        Ok(drained)
    }

    /// Reads the oldest events, setting aside what is none.
    fn next_batch(&self, postponed: &mut BTreeSet<String>, drained: &mut Drained) -> Result<Vec<Event>, JournalError> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for name in names(self.folder())? {
            if is_furniture(&name) || postponed.contains(&name) {
                continue;
            }
            if name.strip_suffix(".tmp").is_some() {
                self.clean_temporary(&name)?;
                continue;
            }
            match self.look_at(&name, &mut bytes) {
                Found::Event(event) => batch.push(*event),
                Found::Damaged => drained.damaged += usize::from(self.set_aside(&name)?),
                Found::Postponed => {
                    postponed.insert(name);
                }
                Found::Nothing => {}
            }
            if batch.len() >= BATCH_EVENTS || (bytes >= BATCH_BYTES && !batch.is_empty()) {
                break;
            }
        }
        Ok(batch)
    }

    fn look_at(&self, name: &str, bytes: &mut u64) -> Found {
        let path = self.folder().join(name);
        let size = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Found::Nothing,
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Found::Damaged,
            Err(error) => return unreadable(&error),
        };
        let id = name.strip_suffix(".json").filter(|stem| Ulid::from_string(stem).is_ok());
        let Some(id) = id.filter(|_| size <= FILE_MAX_BYTES) else { return Found::Damaged };
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) => return unreadable(&error),
        };
        *bytes += size;
        match serde_json::from_slice::<Event>(&content) {
            Ok(mut event) if event.schema == Event::SCHEMA => {
                event.set_id(id);
                Found::Event(Box::new(event))
            }
            _ => match serde_json::from_slice::<Versioned>(&content) {
                Ok(Versioned { schema }) if schema > Event::SCHEMA => Found::Postponed,
                _ => Found::Damaged,
            },
        }
    }

    /// Moves a file to `damaged/`, under a name that is free there; whether it was still there.
    fn set_aside(&self, name: &str) -> Result<bool, JournalError> {
        let folder = self.damaged_folder();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(JournalError::io("make the folder", &folder))?;
        let target = folder.join(free_name(name, &names(&folder)?));
        let path = self.folder().join(name);
        match fs::rename(&path, &target) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            moved => moved.map(|()| true).map_err(JournalError::io("set aside", &path)),
        }
    }

    /// Removes a temporary file whose writer is dead; its event was never acknowledged.
    fn clean_temporary(&self, name: &str) -> Result<(), JournalError> {
        let modified = fs::symlink_metadata(self.folder().join(name)).and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > TEMPORARY_MAX_AGE) { self.remove(name) } else { Ok(()) }
    }

    fn remove(&self, name: &str) -> Result<(), JournalError> {
        let path = self.folder().join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(JournalError::io("remove", &path)),
        }
    }

    fn lock(&self) -> Result<Option<File>, JournalError> {
        let path = self.folder().join(LOCK);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(JournalError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(JournalError::io("lock", &path)(source)),
        }
    }
}

/// Whether a name belongs to the spool itself or to the system.
fn is_furniture(name: &str) -> bool {
    name.starts_with('.') || name == "damaged"
}

/// A name that does not collide with those taken.
fn free_name(name: &str, taken: &BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    for number in 1..=taken.len() {
        if !taken.contains(&free) {
            break;
        }
        free = format!("{name}.{number}");
    }
    free
}

/// A file that may not be read will not be readable later; any other failure may pass.
fn unreadable(error: &io::Error) -> Found {
    match error.kind() {
        ErrorKind::NotFound => Found::Nothing,
        ErrorKind::PermissionDenied => Found::Damaged,
        _ => Found::Postponed,
    }
}
