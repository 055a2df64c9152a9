//! The spool: a folder with one file per event.

mod drain;

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::{Event, JournalError};

/// A folder with one file per event: `<ulid>.json`, written as `<ulid>.tmp` first. What lies in it under another name,
/// or is no event, goes to `damaged/` when the spool is drained.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

/// An event that lies in the spool and is not yet durable.
#[derive(Debug)]
#[must_use]
pub struct Left {
    folder: PathBuf,
    path: PathBuf,
    file: File,
}

/// What a drain did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Events handed over and removed.
    pub events: usize,
    /// Files that were no events; they were set aside in `damaged/`, not deleted.
    pub damaged: usize,
    /// Files left for later: events of a newer version, or files that could not be read this time.
    pub postponed: usize,
    /// Whether somebody else drains at this moment, so that nothing was done.
    pub busy: bool,
}

impl Spool {
    /// The spool in a folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes an event durably. After it returns, the event survives a crash of anything.
    pub fn leave(&self, event: &Event) -> Result<PathBuf, JournalError> {
        let left = self.put(event)?;
        left.sync()?;
        Ok(left.path)
    }

    /// Writes an event so that a drain finds it: temporary file, rename. It is not durable before [`Left::sync`]: a loss of
    /// power until then may leave a part of it, which a drain sets aside. One file per event because a torn write then costs
    /// nobody else's event.
    pub fn put(&self, event: &Event) -> Result<Left, JournalError> {
        let content = serde_json::to_vec(event).map_err(std::io::Error::from);
        let path = self.folder.join(event.id()).with_extension("json");
        let content = content.map_err(JournalError::io("write", &path))?;
        let temporary = path.with_extension("tmp");
        let written = self.write_new(&temporary, &content).and_then(|file| {
            fs::rename(&temporary, &path).map_err(JournalError::io("rename", &temporary))?;
            Ok(file)
        });
        if written.is_err() {
            // It was not acknowledged; what is left of it would only be in the way.
            let _ = fs::remove_file(&temporary);
        }
        written.map(|file| Left { folder: self.folder.clone(), path, file })
    }

    /// Number of events that wait to be drained.
    pub fn pending(&self) -> Result<usize, JournalError> {
        Ok(self.waiting()?.len())
    }

    /// Number of files that were set aside because they are no events.
    pub fn damaged(&self) -> Result<usize, JournalError> {
        Ok(names(&self.damaged_folder())?.len())
    }

    /// Names of the events that wait to be drained, oldest first.
    pub(crate) fn waiting(&self) -> Result<BTreeSet<String>, JournalError> {
        let mut names = names(&self.folder)?;
        names.retain(|name| name.strip_suffix(".json").is_some());
        Ok(names)
    }

    fn damaged_folder(&self) -> PathBuf {
        self.folder.join("damaged")
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> Result<File, JournalError> {
        let open = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = match open() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_durable_folder(&self.folder)?;
                open()
            }
            opened => opened,
        }
        .map_err(JournalError::io("create", path))?;
        file.write_all(content).map_err(JournalError::io("write", path))?;
        Ok(file)
    }
}

impl Left {
    /// Makes the event durable: fsync of its file, whoever has taken it meanwhile, and of the folder.
    pub fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_all().map_err(JournalError::io("write", &self.path))?;
        sync_folder(&self.folder)
    }
}

/// Makes a folder (0700) and those above it, so that they are there after a loss of power too.
fn make_durable_folder(folder: &Path) -> Result<(), JournalError> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(JournalError::io("make the folder", folder))?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

fn sync_folder(folder: &Path) -> Result<(), JournalError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(JournalError::io("write through the folder", folder))
}

/// Names of everything in a folder, sorted; none if it does not exist. Names that are no Unicode are not ours and left out.
fn names(folder: &Path) -> Result<BTreeSet<String>, JournalError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        read => read.map_err(JournalError::io("list", folder))?,
    };
    let names = entries.filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose());
    names.collect::<Result<_, _>>().map_err(JournalError::io("list", folder))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::EventKind;

    #[test]
    fn an_event_lies_alone_in_a_private_file() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let spool = Spool::new(home.path().join("data/spool"));
        assert_eq!(spool.pending().expect("a missing folder is empty"), 0);
        let event = Event::new(EventKind::SessionEnd, 7, b"{\"session_id\":\"s\"}");
        let path = spool.leave(&event).expect("it can be left");
        assert_eq!(path, home.path().join("data/spool").join(format!("{}.json", event.id())));
        let mode = |path: &Path| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(spool.folder()), mode(&home.path().join("data"))), (0o600, 0o700, 0o700));
        assert_eq!(names(spool.folder()).expect("it can be listed").len(), 1, "no temporary file is left");
        let read: Event = serde_json::from_slice(&fs::read(&path).expect("it can be read")).expect("it is an event");
        assert_eq!(read, event);
    }

    #[test]
    fn an_event_left_twice_lies_there_once() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let spool = Spool::new(home.path());
        let event = Event::new(EventKind::Stop, 7, b"");
        spool.leave(&event).expect("it can be left");
        spool.leave(&event).expect("it can be left again");
        assert_eq!(spool.pending().expect("it can be listed"), 1);
    }

    #[test]
    fn a_spool_that_cannot_be_written_says_which_file() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        fs::write(home.path().join("file"), b"").expect("it can be written");
        let error = Spool::new(home.path().join("file/spool")).leave(&Event::new(EventKind::Stop, 7, b""));
        let message = error.expect_err("a file is no folder").to_string();
        assert!(message.contains("file/spool"), "{message}");
    }
}
