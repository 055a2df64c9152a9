//! Reading a backup: it is verified as a whole, and compared with what lies where its files would go.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{FORMAT, Hashing, Listed, MANIFEST, Manifest, Watched, session_of};
use crate::ArchiveError;
use crate::pack::Holding;

/// So much is read at a time, in bytes.
const PIECE: usize = 256 * 1024;

/// A backup that was verified: every file in it is as it was written.
#[derive(Debug)]
pub struct Backup {
    pub(super) path: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
}

/// What is done where another file lies already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// It is a pack of the archive: what is missing in it is added.
    Pack,
    /// Its lines are facts in no order: those that are missing are added.
    Lines,
    /// Nothing but what is appended to it changes it.
    Grows,
    /// It is the person's: theirs stays.
    Own,
}

/// What becomes of a file of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Nothing lies there: it is put there.
    New,
    /// The same lies there.
    Same,
    /// What lies there has all that it has, and more.
    Newer,
    /// It has all that lies there, and more: it takes its place.
    Longer,
    /// What is missing is added to what lies there.
    Merge,
    /// Something else lies there, and stays unless it is forced.
    Differs,
}

/// A file of a backup, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name in the backup.
    pub name: String,
    /// Where it goes.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// How it is treated where something lies already.
    pub rule: Rule,
    /// What becomes of it.
    pub act: Act,
}

impl Backup {
    /// Reads and verifies all of a backup.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let mut found = Vec::new();
        let (mut list, mut packs) = (None, Vec::new());
        visit(path, &mut |name, reader| {
            if name == MANIFEST {
                let mut text = Vec::new();
                reader.read_to_end(&mut text).map_err(ArchiveError::at(path))?;
                list = serde_json::from_slice::<Manifest>(&text).ok();
            } else {
                let mut reader = Hashing { reader, hasher: blake3::Hasher::new() };
                if let Some(session) = session_of(name) {
                    packs.push((session.to_owned(), Holding::of_stream(&mut reader).map_err(ArchiveError::at(path))?));
                }
                io::copy(&mut reader, &mut io::sink()).map_err(ArchiveError::at(path))?;
                let blake3 = reader.hasher.finalize().to_hex().to_string();
                found.push(Listed { name: name.to_owned(), bytes: reader.hasher.count(), blake3 });
            }
            Ok(())
        })?;
        let unusable = |reason: String| ArchiveError::NoBackup { path: path.to_owned(), reason };
        let mut manifest = list.ok_or_else(|| unusable("the list of its files is missing at its end".to_owned()))?;
        if manifest.format > FORMAT {
            return Err(unusable(format!("it was written by a later version ({})", manifest.about.program)));
        }
        if manifest.members.len() != found.len() {
            return Err(unusable(format!("{} of its {} files are there", found.len(), manifest.members.len())));
        }
        if let Some((listed, _)) = manifest.members.iter().zip(&found).find(|(listed, found)| listed != found) {
            return Err(unusable(format!("{} is damaged in it", listed.name)));
        }
        for (session, held) in packs {
            manifest.count(&session, held);
        }
        Ok(Self { path: path.to_owned(), manifest })
    }

    /// Works out what becomes of each file; `place` says where it goes and by which rule, none for one that is not wanted.
    pub fn plan(&self, place: &dyn Fn(&str) -> Option<(PathBuf, Rule)>) -> Result<Vec<Step>, ArchiveError> {
        let known: HashMap<&str, &Listed> =
            self.manifest.members.iter().map(|listed| (listed.name.as_str(), listed)).collect();
        let mut steps = Vec::new();
        visit(&self.path, &mut |name, reader| {
            let Some((listed, (path, rule))) = known.get(name).zip(place(name)) else { return Ok(()) };
            let act = act(reader, listed, &path, rule).map_err(ArchiveError::at(&path))?;
            steps.push(Step { name: name.to_owned(), path, bytes: listed.bytes, rule, act });
            Ok(())
        })?;
        Ok(steps)
    }
}

fn act(reader: &mut dyn Read, listed: &Listed, path: &Path, rule: Rule) -> io::Result<Act> {
    let mut there = match File::open(path) {
        Ok(there) => there,
        // an empty pack is none
        Err(error) if error.kind() == io::ErrorKind::NotFound && rule == Rule::Pack && listed.bytes == 0 => {
            return Ok(Act::Same);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Act::New),
        Err(error) => return Err(error),
    };
    let length = there.metadata()?.len();
    let (_, all) = hashed(&mut Read::by_ref(&mut there).take(listed.bytes), &mut |_, _| {})?;
    if length >= listed.bytes && all == listed.blake3 {
        return Ok(if length == listed.bytes { Act::Same } else { Act::Newer });
    }
    if length < listed.bytes {
        // the hash of as much of the backup's as lies there
        let mut beginning = blake3::Hasher::new();
        hashed(reader, &mut |at, bytes| {
            let left = usize::try_from(length.saturating_sub(at)).unwrap_or(usize::MAX);
            beginning.update(&bytes[..bytes.len().min(left)]);
        })?;
        if beginning.finalize().to_hex().as_str() == all {
            return Ok(Act::Longer);
        }
    }
    Ok(match rule {
        Rule::Pack | Rule::Lines => Act::Merge,
        Rule::Grows | Rule::Own => Act::Differs,
    })
}

/// Reads to the end; the number of bytes and their hash. `on` is told each piece, and where it begins.
fn hashed(reader: &mut dyn Read, on: &mut dyn FnMut(u64, &[u8])) -> io::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok((at, hasher.finalize().to_hex().to_string()));
        }
        hasher.update(&piece[..count]);
        on(at, &piece[..count]);
        at += count as u64;
    }
}

/// Goes over the files of a backup. Where the backup itself cannot be read, that is the error, whatever `on` makes of it.
pub(super) fn visit(
    path: &Path,
    on: &mut dyn FnMut(&str, &mut dyn Read) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let file = File::open(path).map_err(ArchiveError::at(path))?;
    let unusable = |error: io::Error| ArchiveError::NoBackup { path: path.to_owned(), reason: error.to_string() };
    let mut archive = tar::Archive::new(zstd::stream::read::Decoder::new(file).map_err(unusable)?);
    for entry in archive.entries().map_err(unusable)? {
        let entry = entry.map_err(unusable)?;
        let name = entry.path().map_err(unusable)?.to_string_lossy().into_owned();
        let mut reader = Watched::new(entry);
        match on(&name, &mut reader) {
            Err(ArchiveError::Io { source, .. }) if reader.has_failed => return Err(unusable(source)),
            done => done?,
        }
    }
    Ok(())
}
