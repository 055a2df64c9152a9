//! A folder that another program carries to the other machines: a synced folder, a network drive, a stick.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use journal::{Operation, Stream};

use crate::segment::{self, FOLDER, Holding, Segment, Shelf};
use crate::{Fault, Head, Heads, Page, Remote};

/// A folder with one file for every run of operations, see [`segment`].
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Whether others read it, so that files get the permissions that the folder has.
    is_shared: bool,
    holding: Holding,
}

impl Folder {
    /// The folder at a path. It has to be there: where a drive is not mounted, nothing must be written.
    ///
    /// What is written there is for this person alone; in a shared one for whoever the folder is for.
    pub fn at(path: &Path, is_shared: bool) -> Result<Self, Fault> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                Ok(Self { path: path.to_owned(), is_shared, holding: Holding::default() })
            }
            Ok(_) => Err(Fault::Address(format!("{} is not a folder", path.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Fault::Unreachable(format!("{} does not exist; make it, or mount what it lies on", path.display())))
            }
            Err(error) => Err(failed(path, &error)),
        }
    }

    fn list(&mut self) -> Result<(), Fault> {
        let mut paths = Vec::new();
        let top = self.path.join(FOLDER);
        for replica in names(&top)? {
            for scope in names(&top.join(&replica))? {
                let folder = top.join(&replica).join(&scope);
                paths.extend(names(&folder)?.into_iter().map(|name| format!("{FOLDER}/{replica}/{scope}/{name}")));
            }
        }
        self.holding.shelf = Shelf::of(paths.iter().map(String::as_str));
        Ok(())
    }

    fn write(&self, segment: &Segment, content: &[u8]) -> io::Result<()> {
        let path = self.path.join(segment.path());
        if !self.is_shared {
            return config::replace_file(&path, content);
        }
        let mode = fs::metadata(&self.path)?.permissions().mode();
        let mut folder = self.path.clone();
        for part in segment.folder.split('/') {
            folder.push(part);
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                outcome => {
                    outcome?;
                    fs::set_permissions(&folder, Permissions::from_mode(mode & 0o7777))?;
                }
            }
        }
        config::replace_file_for(&path, content, mode & 0o666)
    }
}

/// The content of a segment below a folder.
fn read(folder: &Path, segment: &Segment) -> Result<Vec<u8>, Fault> {
    let path = folder.join(segment.path());
    fs::read(&path).map_err(|error| failed(&path, &error))
}

impl Remote for Folder {
    fn heads(&mut self) -> Result<Heads, Fault> {
        self.list()?;
        let Self { path, holding, .. } = self;
        holding.heads(|segment| read(path, segment))
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        let Some(segment) = Segment::of(operations) else { return Ok(()) };
        self.list()?;
        let head = self.holding.shelf.way(&segment.folder).last().map_or(Head::START, |last| last.to);
        if head != segment.after {
            return Err(Fault::Moved);
        }
        self.write(&segment, &segment::encode(operations))
            .map_err(|error| failed(&self.path.join(segment.path()), &error))
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        if self.holding.shelf.is_empty() {
            self.list()?;
        }
        let Self { path, holding, .. } = self;
        holding.page(stream, after, page, |segment| read(path, segment))
    }
}

/// Names in a folder; those that a program hides while it writes are not listed.
fn names(folder: &Path) -> Result<Vec<String>, Fault> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        entries => entries.map_err(|error| failed(folder, &error))?,
    };
    let names: io::Result<Vec<String>> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let names = names.map_err(|error| failed(folder, &error))?;
    Ok(names.into_iter().filter(|name| !name.starts_with('.')).collect())
}

fn failed(path: &Path, error: &io::Error) -> Fault {
    let message = format!("{}: {error}", path.display());
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Fault::Denied(message),
        _ => Fault::Unreachable(message),
    }
}
