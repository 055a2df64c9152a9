//! A pack on disk: which segments it holds, found by their heads alone.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::member::{Member, members};
use crate::segment::{HEAD_BYTES, Head, MARK, hash};
use crate::squeezing::unsqueeze;
use crate::{ArchiveError, Place};

/// So much is read to find a head, in bytes.
const PEEK: usize = 2048;

/// A pack: all that is kept of a session.
#[derive(Debug)]
pub(crate) struct Pack {
    /// Where it lies.
    pub(crate) path: PathBuf,
    file: File,
    /// What it holds, in the order in which it was written.
    pub(crate) segments: Vec<Segment>,
    /// Where the last whole segment ends.
    pub(crate) end: u64,
    /// Bytes of the file.
    pub(crate) length: u64,
    /// Stretches before that end in which no segment is found: where each begins, and how many bytes it has.
    pub(crate) lost: Vec<(u64, u64)>,
}

/// A segment of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) head: Head,
    /// Where its content begins in the pack.
    pub(crate) start: u64,
}

impl Pack {
    /// Opens a pack to read it; none if there is none.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, ArchiveError> {
        match File::open(path) {
            Ok(file) => Self::of(path, file).map(Some).map_err(ArchiveError::at(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ArchiveError::at(path)(error)),
        }
    }

    /// What an opened file holds.
    fn of(path: &Path, file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut pack = Self { path: path.to_owned(), file, segments: Vec::new(), end: 0, length, lost: Vec::new() };
        let mut at = 0;
        while at < length {
            if let Some((head, start)) = pack.head_at(at)? {
                let end = start.saturating_add(head.packed);
                if end <= length {
                    if at > pack.end {
                        pack.lost.push((pack.end, at - pack.end));
                    }
                    pack.segments.push(Segment { head, start });
                    (pack.end, at) = (end, end);
                    continue;
                }
            }
            match pack.mark_behind(at + 1)? {
                Some(next) => at = next,
                None => break,
            }
        }
        Ok(pack)
    }

    /// The head at a place, and where it ends.
    fn head_at(&self, at: u64) -> io::Result<Option<(Head, u64)>> {
        let bytes = self.bytes(at, PEEK)?;
        let Some(length) = bytes.strip_prefix(&MARK).and_then(|bytes| bytes.first_chunk::<4>()) else {
            return Ok(None);
        };
        let needed = 8 + (u32::from_le_bytes(*length) as usize).min(HEAD_BYTES);
        let head = if needed > bytes.len() { Head::read(&self.bytes(at, needed)?) } else { Head::read(&bytes) };
        Ok(head.map(|(head, taken)| (head, at + taken as u64)))
    }

    /// The next place where a head might begin.
    fn mark_behind(&self, from: u64) -> io::Result<Option<u64>> {
        const STEP: usize = 256 * 1024;
        let mut at = from;
        loop {
            let bytes = self.bytes(at, STEP)?;
            if let Some(place) = bytes.windows(MARK.len()).position(|window| window == MARK) {
                return Ok(Some(at + place as u64));
            }
            if bytes.len() < STEP {
                return Ok(None);
            }
            at += (STEP - MARK.len()) as u64;
        }
    }

    /// Bytes of the file; fewer at its end.
    fn bytes(&self, at: u64, count: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; count.min(left)];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    /// The frame of a segment as it lies there.
    pub(crate) fn frame(&self, segment: &Segment) -> io::Result<Vec<u8>> {
        self.bytes(segment.start, usize::try_from(segment.head.packed).unwrap_or(usize::MAX))
    }

    /// The content of a segment, checked; `prefix` is what it was compressed with.
    pub(crate) fn content(&self, segment: &Segment, prefix: &[u8]) -> io::Result<Vec<u8>> {
        let frame = self.frame(segment)?;
        let bytes = usize::try_from(segment.head.bytes).unwrap_or(usize::MAX);
        let content = unsqueeze(&frame, bytes, prefix)?;
        if content.len() == bytes && hash(&content) == segment.head.hash {
            return Ok(content);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "its content is not what was written"))
    }

    /// What it holds, file by file.
    pub(crate) fn members(&self) -> Vec<Member> {
        members(&self.segments)
    }

    /// The newest content of a file.
    pub(crate) fn newest(&self, root: &Path, file: &str) -> Option<Member> {
        let of_file = |member: &Member| member.place.file == file && member.place.root == root;
        self.members().into_iter().filter(of_file).max_by_key(Member::age)
    }
}

/// What a pack holds, as far as its heads tell up to the first gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// The beginning of the transcript of a session.
    Transcript,
    /// Other files alone.
    Others,
    /// Nothing: it is empty, or what lies first is no whole segment.
    Nothing,
}

impl Holding {
    /// What a file holds.
    pub(crate) fn of(pack: &mut File) -> io::Result<Self> {
        let length = pack.metadata()?.len();
        Self::find(pack, &mut |pack, bytes| {
            let is_there = bytes <= length.saturating_sub(pack.stream_position()?);
            Ok(is_there && pack.seek(SeekFrom::Current(bytes.cast_signed())).is_ok())
        })
    }

    /// The same of what is read from the beginning of a pack on.
    pub(crate) fn of_stream(pack: &mut impl Read) -> io::Result<Self> {
        Self::find(pack, &mut |pack, bytes| Ok(io::copy(&mut pack.take(bytes), &mut io::sink())? == bytes))
    }

    /// The same; `pass` goes over bytes, and says whether all of them are there.
    fn find<R: Read>(pack: &mut R, pass: &mut dyn FnMut(&mut R, u64) -> io::Result<bool>) -> io::Result<Self> {
        let mut found = Self::Nothing;
        loop {
            let mut bytes = Vec::new();
            Read::by_ref(pack).take(8).read_to_end(&mut bytes)?;
            if bytes.is_empty() {
                return Ok(found);
            }
            let Some(length) = bytes.strip_prefix(&MARK).and_then(|bytes| bytes.first_chunk::<4>()) else {
                return Ok(found);
            };
            let length = (u32::from_le_bytes(*length) as usize).min(HEAD_BYTES);
            Read::by_ref(pack).take(length as u64).read_to_end(&mut bytes)?;
            let Some((head, _)) = Head::read(&bytes) else { return Ok(found) };
            if !pass(pack, head.packed)? {
                return Ok(found);
            }
            if head.at == 0 && (Place { root: head.root.into(), file: head.file }).is_session() {
                return Ok(Self::Transcript);
            }
            found = Self::Others;
        }
    }
}
