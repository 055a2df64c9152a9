//! A backup: files in one archive of tar in a frame of zstd, with a list of all of them and their hashes at its end.

mod plan;
mod putting;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ArchiveError;
use crate::archive::{Archive, ENDING};
use crate::pack::Holding;

pub use plan::{Act, Backup, Rule, Step};
pub use putting::Put;

/// The list of members, which stands last.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The version of the format that is written.
pub(crate) const FORMAT: u32 = 1;
/// Most of it is compressed already.
const LEVEL: i32 = 3;

/// A file that goes into a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name there, its parts joined by `/`.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// So many bytes of its beginning go into the backup, whatever is added to it meanwhile; none: what is there then.
    pub bytes: Option<u64>,
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct About {
    /// The program that wrote it.
    pub program: String,
    /// When, RFC 3339.
    pub created_at: String,
    /// Sessions that were known then, if that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<u64>,
    /// Operations of the journal in it, if they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<u64>,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// What it says of itself.
    #[serde(flatten)]
    pub about: About,
    /// Its files, in their order.
    pub members: Vec<Listed>,
    /// Sessions whose transcripts can be read from it, as was found when it was written or opened.
    #[serde(skip)]
    pub transcripts: u64,
    /// Sessions of which nothing can be read from it, though their packs are in it.
    #[serde(skip)]
    pub unreadable: BTreeSet<String>,
}

impl Manifest {
    /// Counts what the pack of a session holds.
    fn count(&mut self, session: &str, held: Holding) {
        self.transcripts += u64::from(held == Holding::Transcript);
        self.unreadable.extend((held == Holding::Nothing).then(|| session.to_owned()));
    }
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// BLAKE3 of them, in hexadecimal digits.
    pub blake3: String,
}

/// The session of a pack, by its name in a backup; none for subagents that lay beside sessions.
fn session_of(name: &str) -> Option<&str> {
    let pack = name.strip_prefix("archive/")?.strip_suffix(ENDING)?.strip_suffix('.')?;
    (!pack.starts_with("agent-")).then_some(pack)
}

/// All files of a folder, for a backup, under a name; a folder that does not exist has none. Names that begin with a dot
/// are left out: nothing in them cannot be made again. Of each file, as much goes into the backup as is there now.
pub fn sources(folder: &Path, name: &str) -> Result<Vec<Source>, ArchiveError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ArchiveError::at(folder)(error)),
    };
    let mut sources = Vec::new();
    for entry in entries {
        let entry = entry.map_err(ArchiveError::at(folder))?;
        let file = entry.file_name();
        let Some(file) = file.to_str().filter(|file| !file.starts_with('.')) else { continue };
        let kind = entry.file_type().map_err(ArchiveError::at(folder))?;
        let name = format!("{name}/{file}");
        if kind.is_dir() {
            sources.extend(self::sources(&entry.path(), &name)?);
        } else if kind.is_file() {
            let bytes = Some(entry.metadata().map_err(ArchiveError::at(folder))?.len());
            sources.push(Source { name, path: entry.path(), bytes });
        }
    }
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sources)
}

/// Writes a backup, whole or not at all; nothing is added to the archive meanwhile. Files that are gone are left out.
/// Replaces one that lies there.
pub fn write(file: &Path, archive: &Archive, mut sources: Vec<Source>, about: About) -> Result<Manifest, ArchiveError> {
    let _lock = archive.lock_to_read()?;
    sources.extend(self::sources(archive.folder(), "archive")?);
    let beside = file.with_file_name(format!(".{}.new", file.file_name().unwrap_or_default().to_string_lossy()));
    let written = fill(file, &beside, &sources, about).and_then(|manifest| {
        fs::rename(&beside, file).map_err(ArchiveError::at(file))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(ArchiveError::at(folder))?;
        Ok(manifest)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Writes all files of a backup beside its place. What cannot be written is told of the backup, what cannot be read of the
/// file.
fn fill(path: &Path, beside: &Path, sources: &[Source], about: About) -> Result<Manifest, ArchiveError> {
    let file = File::options().create(true).truncate(true).write(true).mode(0o600).open(beside);
    let packed =
        file.and_then(|file| zstd::stream::write::Encoder::new(file, LEVEL)).map_err(ArchiveError::at(path))?;
    let mut builder = tar::Builder::new(packed);
    let mut manifest =
        Manifest { format: FORMAT, about, members: Vec::new(), transcripts: 0, unreadable: BTreeSet::new() };
    for source in sources {
        let mut opened = match File::open(&source.path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ArchiveError::at(&source.path)(error)),
        };
        if let Some(session) = session_of(&source.name) {
            let held = Holding::of(&mut opened).and_then(|held| opened.rewind().map(|()| held));
            manifest.count(session, held.map_err(ArchiveError::at(&source.path))?);
        }
        let metadata = opened.metadata().map_err(ArchiveError::at(&source.path))?;
        let bytes = source.bytes.map_or(metadata.len(), |bytes| bytes.min(metadata.len()));
        let mut header = header(bytes);
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        header.set_mtime(modified.map_or(0, |since| since.as_secs()));
        // what is added to the file meanwhile is left out
        let mut reader = Hashing { reader: Watched::new(opened.take(bytes)), hasher: blake3::Hasher::new() };
        if let Err(error) = builder.append_data(&mut header, &source.name, &mut reader) {
            let whose = if reader.reader.has_failed { &source.path } else { path };
            return Err(ArchiveError::at(whose)(error));
        }
        if reader.hasher.count() < bytes {
            let shorter = io::Error::other("it became shorter while it was read; try again");
            return Err(ArchiveError::at(&source.path)(shorter));
        }
        let blake3 = reader.hasher.finalize().to_hex().to_string();
        manifest.members.push(Listed { name: source.name.clone(), bytes, blake3 });
    }
    let list = serde_json::to_vec(&manifest).map_err(io::Error::from).map_err(ArchiveError::at(path))?;
    let finished = builder
        .append_data(&mut header(list.len() as u64), MANIFEST, list.as_slice())
        .and_then(|()| builder.into_inner())
        .and_then(zstd::stream::write::Encoder::finish)
        .and_then(|mut file| file.flush().and_then(|()| file.sync_all()));
    finished.map_err(ArchiveError::at(path))?;
    Ok(manifest)
}

fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

/// Notes whether reading failed, for whoever reads and writes at once.
struct Watched<R> {
    reader: R,
    has_failed: bool,
}

impl<R> Watched<R> {
    fn new(reader: R) -> Self {
        Self { reader, has_failed: false }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer);
        self.has_failed |= read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        read
    }
}

/// Hashes what is read.
struct Hashing<R> {
    reader: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
