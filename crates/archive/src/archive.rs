//! The archive: a folder with a pack for each session, and reading from it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::member::{Content, Member};
use crate::opened::Opened;
use crate::pack::{Holding, Pack, Segment};
use crate::segment::{Prefix, hash};
use crate::{ArchiveError, Place};

/// The ending of packs.
pub(crate) const ENDING: &str = "zst";
/// A content that stands on another that stands on another … is followed so far.
const DEEPEST: u32 = 8;
/// How often a lock is tried that another process holds.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The archive: a folder with a pack for each session. It need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    folder: Arc<Path>,
    patience: Duration,
}

/// Holds other writers off as long as it lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Archive {
    /// The archive in a folder.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.into(), patience: Duration::ZERO }
    }

    /// The same, waiting so long for another process that writes into it before it says that it is busy.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Bytes on disk.
    pub fn size(&self) -> u64 {
        let sizes = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        sizes.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Bytes on disk of the pack of a session; none if nothing is kept of it.
    pub fn size_of(&self, session: &str) -> Option<u64> {
        fs::metadata(self.path_of(session)).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// Whether the transcript of a session can be read from it, as far as the heads in its pack tell.
    pub fn holds(&self, session: &str) -> bool {
        let held = File::open(self.path_of(session)).and_then(|mut pack| Holding::of(&mut pack));
        held.is_ok_and(|held| held == Holding::Transcript)
    }

    /// Whether a file can be read from it.
    pub fn holds_file(&self, path: &Path) -> bool {
        Place::of(path).and_then(|place| self.member(&place).ok().flatten()).is_some()
    }

    /// The files that are kept of a session, the newest content of each.
    pub fn files(&self, session: &str) -> Result<Vec<Member>, ArchiveError> {
        let mut newest: Vec<Member> = Vec::new();
        for member in self.pack(session)?.iter().flat_map(Pack::members) {
            match newest.iter_mut().find(|other| other.place == member.place) {
                Some(other) if other.age() < member.age() => *other = member,
                Some(_) => {}
                None => newest.push(member),
            }
        }
        Ok(newest)
    }

    /// Transcripts of a session and of its subagents that are kept, sorted.
    pub fn transcripts(&self, session: &str) -> Vec<PathBuf> {
        let files = self.files(session).unwrap_or_default().into_iter();
        let mut paths: Vec<PathBuf> =
            files.filter(|member| member.place.has_lines()).map(|member| member.place.path()).collect();
        paths.sort_unstable();
        paths
    }

    /// The files that are kept of a folder, sorted.
    pub fn in_folder(&self, folder: &Path) -> Vec<PathBuf> {
        let files = Place::of(folder).and_then(|place| self.files(place.pack()?).ok()).unwrap_or_default();
        let paths = files.into_iter().map(|member| member.place.path());
        let mut paths: Vec<PathBuf> = paths.filter(|path| path.parent() == Some(folder)).collect();
        paths.sort_unstable();
        paths
    }

    /// Opens a file: on the disk, or what is kept of it where the disk has it no more. What is damaged is left out.
    pub fn open(&self, path: &Path) -> io::Result<Opened> {
        match File::open(path) {
            Ok(file) => Ok(Opened::File(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match self.read(path) {
                Ok(Some(content)) => Ok(Opened::Memory(io::Cursor::new(content.bytes))),
                Ok(None) => Err(error),
                Err(problem) => Err(io::Error::other(problem)),
            },
            Err(error) => Err(error),
        }
    }

    /// What is kept of a file; none if nothing is.
    pub fn read(&self, path: &Path) -> Result<Option<Content>, ArchiveError> {
        let Some(place) = Place::of(path) else { return Ok(None) };
        Ok(self.member(&place)?.map(|(pack, member)| self.content(&pack, &member)))
    }

    /// The newest content of a file. A root can have another name than when it was kept.
    fn member(&self, place: &Place) -> Result<Option<(Pack, Member)>, ArchiveError> {
        let Some(pack) = place.pack().map(|name| self.pack(name)).transpose()?.flatten() else { return Ok(None) };
        let elsewhere = |pack: &Pack| {
            let members = pack.members().into_iter().filter(|member| member.place.file == place.file);
            members.max_by_key(Member::age)
        };
        let member = pack.newest(&place.root, &place.file).or_else(|| elsewhere(&pack));
        Ok(member.map(|member| (pack, member)))
    }

    /// The content of a member.
    pub(crate) fn content(&self, pack: &Pack, member: &Member) -> Content {
        let mut prefixes = Prefixes::new(self);
        member.content(pack, &mut |segment| prefixes.content(pack, segment))
    }

    /// The pack of a session; none if there is none.
    pub(crate) fn pack(&self, name: &str) -> Result<Option<Pack>, ArchiveError> {
        Pack::open(&self.path_of(name))
    }

    /// Where the pack of a session lies.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ENDING}"))
    }

    /// Holds other writers off. Makes the folder.
    pub(crate) fn lock(&self) -> Result<Lock, ArchiveError> {
        config::make_private_folder(&self.folder).map_err(ArchiveError::at(&self.folder))?;
        let path = self.folder.join(".lock");
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(ArchiveError::at(&path))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < self.patience => thread::sleep(LOOK_AGAIN),
                Err(TryLockError::WouldBlock) => {
                    return Err(ArchiveError::Busy { folder: self.folder.to_path_buf() });
                }
                Err(TryLockError::Error(error)) => return Err(ArchiveError::at(&path)(error)),
            }
        }
    }

    /// The same for somebody who only reads; none where nobody can write.
    pub(crate) fn lock_to_read(&self) -> Result<Option<Lock>, ArchiveError> {
        match self.lock() {
            Err(ArchiveError::Io { source, .. }) if source.kind() == io::ErrorKind::ReadOnlyFilesystem => Ok(None),
            locked => locked.map(Some),
        }
    }

    /// The beginning of a content on which another one stands, followed at most so deep.
    fn prefix(&self, prefix: &Prefix, depth: u32) -> io::Result<Vec<u8>> {
        let lost =
            || io::Error::new(io::ErrorKind::InvalidData, format!("it stands on {}, which is lost", prefix.file));
        let pack = self.pack(&prefix.pack).map_err(io::Error::other)?.ok_or_else(lost)?;
        let is_it = |member: &Member| {
            let place = &member.place;
            place.file == prefix.file && place.root == Path::new(&prefix.root) && member.version == prefix.version
        };
        let member = pack.members().into_iter().find(is_it).ok_or_else(lost)?;
        let mut prefixes = Prefixes { archive: self, depth: depth + 1, known: None };
        let wanted = prefix.bytes;
        let content = member.content(&pack, &mut |segment| {
            if segment.head.at >= wanted {
                return Err(io::Error::other("not needed"));
            }
            prefixes.content(&pack, segment)
        });
        let bytes = content.bytes.get(..usize::try_from(wanted).unwrap_or(usize::MAX)).ok_or_else(lost)?;
        if hash(bytes) == prefix.hash { Ok(bytes.to_vec()) } else { Err(lost()) }
    }
}

/// Reads segments, and what they stand on once for all that stand on the same.
pub(crate) struct Prefixes<'a> {
    archive: &'a Archive,
    depth: u32,
    known: Option<(Prefix, Vec<u8>)>,
}

impl<'a> Prefixes<'a> {
    pub(crate) fn new(archive: &'a Archive) -> Self {
        Self { archive, depth: 0, known: None }
    }

    /// The content of a segment, checked.
    pub(crate) fn content(&mut self, pack: &Pack, segment: &Segment) -> io::Result<Vec<u8>> {
        match &segment.head.prefix {
            Some(wanted) => pack.content(segment, self.bytes(wanted)?),
            None => pack.content(segment, &[]),
        }
    }

    /// What segments stand on.
    pub(crate) fn bytes(&mut self, wanted: &Prefix) -> io::Result<&[u8]> {
        if self.known.as_ref().is_none_or(|(known, _)| known != wanted) {
            if self.depth >= DEEPEST {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "contents stand on each other in a circle"));
            }
            self.known = Some((wanted.clone(), self.archive.prefix(wanted, self.depth)?));
        }
        Ok(self.known.as_ref().map_or(&[][..], |(_, bytes)| bytes))
    }
}
