//! Checking the archive: every segment is read and compared with its hash; what is damaged is made again while the file
//! is there.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::ArchiveError;
use crate::archive::{Archive, Prefixes};
use crate::pack::{Pack, Segment};
use crate::segment::{Head, hash};
use crate::writing::Writer;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Packs that were read.
    pub sessions: u64,
    /// Files in them.
    pub files: u64,
    /// Bytes of their contents.
    pub bytes: u64,
    /// Bytes on disk.
    pub bytes_packed: u64,
    /// What is damaged.
    pub flaws: Vec<Flaw>,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The pack.
    pub pack: PathBuf,
    /// The file that it belongs to, if that is known.
    pub file: Option<PathBuf>,
    /// Where it begins in that file, else in the pack.
    pub at: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// What is wrong.
    pub reason: String,
    /// Whether it was made again from the file.
    pub repaired: bool,
}

/// What a glance at the archive found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glanced {
    /// Packs that there are.
    pub packs: u64,
    /// Of how many the contents were read.
    pub read: u64,
    /// Packs in which something is damaged.
    pub damaged: Vec<PathBuf>,
}

impl Archive {
    /// Reads everything; ends soon when `stop` is set.
    pub fn check(&self, stop: &AtomicBool) -> Result<Checked, ArchiveError> {
        let _lock = self.lock()?;
        let mut checked = Checked::default();
        for name in self.packs()? {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let Some(pack) = self.pack(&name)? else { continue };
            self.check_pack(&pack, &mut checked)?;
            let contents = pack.members();
            checked.sessions += 1;
            checked.files += contents.len() as u64;
            checked.bytes += contents.iter().map(|member| member.bytes).sum::<u64>();
            checked.bytes_packed += pack.length;
        }
        if !checked.flaws.is_empty() {
            // the next look at the files asks the packs again, and finds the gaps
            let _ = fs::remove_file(self.folder().join(".seen"));
        }
        Ok(checked)
    }

    /// Looks at the heads of all packs, and for some time at contents, too, small packs first. Repairs nothing.
    pub fn glance(&self, for_contents: Duration) -> Result<Glanced, ArchiveError> {
        let _lock = self.lock_to_read()?;
        let (mut glanced, mut sound) = (Glanced::default(), Vec::new());
        for name in self.packs()? {
            let path = self.path_of(&name);
            match self.pack(&name) {
                Ok(None) => continue,
                Ok(Some(pack)) if pack.lost.is_empty() && pack.end == pack.length && pack.length > 0 => {
                    sound.push((pack.length, name));
                }
                Ok(Some(_)) | Err(_) => glanced.damaged.push(path),
            }
            glanced.packs += 1;
        }
        sound.sort_unstable();
        let begun = Instant::now();
        for (_, name) in sound {
            if begun.elapsed() >= for_contents {
                break;
            }
            let is_sound = self.pack(&name).is_ok_and(|pack| pack.is_none_or(|pack| self.damaged_in(&pack).is_empty()));
            if !is_sound {
                glanced.damaged.push(self.path_of(&name));
            }
            glanced.read += 1;
        }
        Ok(glanced)
    }

    /// Segments that cannot be read, and that no other segment holds as well, each with the reason.
    fn damaged_in(&self, pack: &Pack) -> Vec<(Head, String)> {
        let mut prefixes = Prefixes::new(self);
        let mut damaged = Vec::new();
        for segment in &pack.segments {
            if let Err(error) = prefixes.content(pack, segment) {
                let again = |other: &&Segment| other.start != segment.start && is_same(&segment.head, &other.head);
                if pack.segments.iter().filter(again).all(|other| prefixes.content(pack, other).is_err()) {
                    damaged.push((segment.head.clone(), error.to_string()));
                }
            }
        }
        damaged
    }

    fn check_pack(&self, pack: &Pack, checked: &mut Checked) -> Result<(), ArchiveError> {
        let mut writer = None;
        for (head, reason) in self.damaged_in(pack) {
            let path = PathBuf::from(&head.root).join(&head.file);
            let repaired = repair(pack, &head, &mut writer).map_err(ArchiveError::at(&pack.path))?;
            let (at, bytes) = (head.at, head.bytes);
            checked.flaws.push(Flaw { pack: pack.path.clone(), file: Some(path), at, bytes, reason, repaired });
        }
        writer.map_or(Ok(0), Writer::finish).map_err(ArchiveError::at(&pack.path))?;
        let torn = (pack.end < pack.length).then_some((pack.end, pack.length - pack.end));
        let empty = (pack.length == 0).then_some((0, 0));
        for (at, bytes) in pack.lost.iter().copied().chain(torn).chain(empty) {
            let reason = "no segment is found there".to_owned();
            checked.flaws.push(Flaw { pack: pack.path.clone(), file: None, at, bytes, reason, repaired: false });
        }
        Ok(())
    }
}

/// Whether two segments hold the same stretch of a content.
fn is_same(one: &Head, other: &Head) -> bool {
    let key = |head: &Head| (head.version, head.at, head.bytes);
    one.root == other.root && one.file == other.file && key(one) == key(other) && one.hash == other.hash
}

/// Makes a segment again from its file; whether that still says what was kept.
pub(crate) fn repair(pack: &Pack, head: &Head, writer: &mut Option<Writer>) -> io::Result<bool> {
    let Ok(file) = File::open(PathBuf::from(&head.root).join(&head.file)) else { return Ok(false) };
    let mut content = vec![0; usize::try_from(head.bytes).unwrap_or_default()];
    if file.read_exact_at(&mut content, head.at).is_err() || hash(&content) != head.hash {
        return Ok(false);
    }
    let writer = match writer {
        Some(writer) => writer,
        none => none.insert(Writer::append(&pack.path, Some(pack))?),
    };
    writer.add(Head { prefix: None, ..head.clone() }, &content, None)?;
    Ok(true)
}
