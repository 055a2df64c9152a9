//! How packs lie in their folder: a look at names, sizes and times says which of them are new.

use std::cmp::Reverse;
use std::fs::{self, DirEntry, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::ArchiveError;
use crate::archive::{Archive, ENDING};
use crate::member::Member;

/// So much is compared at a time, in bytes.
const PIECE: usize = 256 * 1024;

/// A pack as it lies in the folder of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackFile {
    /// Its name, as in [`Archive::packs`].
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// When it was last written to, in nanoseconds since 1970.
    pub modified_ns: i64,
}

impl Archive {
    /// The names of its packs, sorted: ids of sessions, and `agent-…` for subagents that lay beside sessions.
    pub fn packs(&self) -> Result<Vec<String>, ArchiveError> {
        let mut names: Vec<String> = entries(self.folder())?.into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The packs that [`Archive::holds`] the transcript of a session, sorted.
    pub fn sessions(&self) -> Result<Vec<String>, ArchiveError> {
        let mut names = self.packs()?;
        names.retain(|name| self.holds(name));
        Ok(names)
    }

    /// Its packs as they lie there, in no order.
    pub fn listing(&self) -> Result<Vec<PackFile>, ArchiveError> {
        let listed = |(name, entry): (String, DirEntry)| {
            let metadata = entry.metadata().ok()?;
            Some(PackFile { name, bytes: metadata.len(), modified_ns: modified_ns(&metadata) })
        };
        Ok(entries(self.folder())?.into_iter().filter_map(listed).collect())
    }

    /// When a pack was last put into the folder or taken out of it, in nanoseconds since 1970; none without a folder.
    pub fn changed_ns(&self) -> Option<i64> {
        fs::metadata(self.folder()).ok().map(|metadata| modified_ns(&metadata))
    }

    /// The transcripts that a pack holds, the newest content of each. Of one that was moved, and may have gone on since, only
    /// the place where it lay last.
    pub fn newest_transcripts(&self, pack: &str) -> Result<Vec<Member>, ArchiveError> {
        let mut members = self.files(pack)?;
        members.retain(|member| member.place.has_lines());
        members.sort_by_key(|member| (Reverse(member.bytes), Reverse(member.age())));
        let mut newest: Vec<Member> = Vec::new();
        for member in members {
            let moved = |other: &Member| {
                let is_alike = other.place.below_project() == member.place.below_project();
                is_alike && self.goes_on(&member, &other.place.path()).unwrap_or_default()
            };
            if !newest.iter().any(moved) {
                newest.push(member);
            }
        }
        Ok(newest)
    }

    /// Whether a file, on the disk or in the archive, begins with all that is kept of another one.
    pub fn goes_on(&self, member: &Member, file: &Path) -> io::Result<bool> {
        let Some(content) = self.read(&member.place.path()).map_err(io::Error::other)? else { return Ok(false) };
        let (mut opened, mut piece, mut left) = (self.open(file)?, vec![0; PIECE], content.bytes.as_slice());
        while !left.is_empty() {
            let wanted = left.len().min(PIECE);
            let got = opened.read(&mut piece[..wanted])?;
            match left.strip_prefix(&piece[..got]) {
                Some(rest) if got > 0 => left = rest,
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// The packs of a folder, with their names; a folder that does not exist has none.
fn entries(folder: &Path) -> Result<Vec<(String, DirEntry)>, ArchiveError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ArchiveError::at(folder)(error)),
    };
    let named = |entry: DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let name = name.strip_suffix(ENDING)?.strip_suffix('.')?;
        (!name.starts_with('.')).then(|| (name.to_owned(), entry))
    };
    Ok(entries.flatten().filter_map(named).collect())
}

/// When a file was last written to, in nanoseconds since 1970; 0 where that is not known.
pub(crate) fn modified_ns(metadata: &Metadata) -> i64 {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    modified.and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or_default()
}
