//! Writing a pack: segments behind those that are there, or a new pack in the place of the old one.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::pack::{Pack, Segment};
use crate::segment::{Edges, Head, Named, Prefix};
use crate::squeezing::{SEGMENT_BYTES, squeeze};

/// Segments that are being added to a pack. Until [`Writer::finish`] has returned, a crash may take them again; where it never
/// does, they are taken again here, and a file that holds nothing goes.
#[derive(Debug)]
pub(crate) struct Writer {
    file: File,
    /// Where it lies.
    path: PathBuf,
    /// Where what stays ends, whatever happens.
    kept: u64,
    end: u64,
    /// Bytes that were written.
    pub(crate) written: u64,
    /// The file that a new pack takes the place of.
    replaces: Option<PathBuf>,
}

/// Another content that one mostly repeats.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) prefix: Prefix,
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    /// Adds to a pack. What is left behind its last whole segment by a crash is cut off: it was never counted.
    pub(crate) fn append(path: &Path, pack: Option<&Pack>) -> io::Result<Self> {
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        let end = pack.map_or(0, |pack| pack.end);
        let writer = Self { file, path: path.to_owned(), kept: end, end, written: 0, replaces: None };
        writer.cut(end)?;
        Ok(writer)
    }

    /// Writes a pack anew; the old one stays until [`Writer::finish`].
    pub(crate) fn replace(path: &Path) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.new"));
        let file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        Ok(Self { file, path: beside, kept: 0, end: 0, written: 0, replaces: Some(path.to_owned()) })
    }

    /// Adds a segment. `base` is used where it makes the segment less than half as large.
    pub(crate) fn add(&mut self, mut head: Head, content: &[u8], base: Option<&Base>) -> io::Result<Segment> {
        let mut frame = squeeze(content, &[])?;
        if let Some(base) = base {
            let beside = squeeze(content, &base.bytes)?;
            if beside.len() * 2 < frame.len() {
                head.prefix = Some(base.prefix.clone());
                frame = beside;
            }
        }
        self.put(head, &frame)
    }

    /// Adds a segment whose frame is there already.
    pub(crate) fn put(&mut self, mut head: Head, frame: &[u8]) -> io::Result<Segment> {
        head.packed = frame.len() as u64;
        let mut bytes = head.framed();
        let start = self.end + bytes.len() as u64;
        bytes.extend_from_slice(frame);
        self.file.write_all_at(&bytes, self.end)?;
        self.end += bytes.len() as u64;
        self.written += bytes.len() as u64;
        Ok(Segment { head, start })
    }

    /// Makes sure that all is on the disk; a new pack takes its place. The folder is the caller's to sync. Where no segment is
    /// whole, there is no pack.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        if self.end == 0 {
            return Ok(0);
        }
        self.file.sync_all()?;
        if let Some(path) = &self.replaces {
            fs::rename(&self.path, path)?;
        }
        self.kept = self.end;
        Ok(self.written)
    }

    /// Takes away what lies behind a segment: a disk that is full takes a part of the next one.
    fn cut(&self, end: u64) -> io::Result<()> {
        if self.file.metadata()?.len() > end { self.file.set_len(end) } else { Ok(()) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // what hinders this hindered writing, and was told
        let _ = if self.kept == 0 { fs::remove_file(&self.path) } else { self.cut(self.kept) };
    }
}

/// Where a piece that begins a content of lines is cut: behind a line end where there is one.
pub(crate) fn cut(piece: &[u8], has_lines: bool, is_last: bool) -> usize {
    if is_last || !has_lines {
        return piece.len();
    }
    piece.iter().rposition(|byte| *byte == b'\n').map_or(piece.len(), |at| at + 1)
}

/// Content that arrives in pieces, put into segments of the usual size.
pub(crate) struct Refill<'a> {
    pub(crate) writer: &'a mut Writer,
    /// The head of the content; where each segment begins and what it holds is filled in.
    pub(crate) like: Head,
    pub(crate) has_lines: bool,
    pub(crate) base: Option<Base>,
    pub(crate) held: Vec<u8>,
    pub(crate) at: u64,
    pub(crate) edges: Edges,
}

impl Refill<'_> {
    /// Takes in a piece.
    pub(crate) fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(piece);
        while self.held.len() > SEGMENT_BYTES {
            let end = cut(&self.held[..SEGMENT_BYTES], self.has_lines, false);
            self.write(end)?;
        }
        Ok(())
    }

    /// Writes what is left; a content without bytes is written, too.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        if self.held.is_empty() && self.at > 0 { Ok(()) } else { self.write(self.held.len()) }
    }

    fn write(&mut self, end: usize) -> io::Result<()> {
        let Head { root, file, version, modified_ms, .. } = &self.like;
        let named = Named { root, file, version: *version, modified_ms: *modified_ms };
        let content = &self.held[..end];
        self.edges.take(content);
        self.writer.add(Head::new(&named, self.at, content, &self.edges), content, self.base.as_ref())?;
        self.at += end as u64;
        self.held.drain(..end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(writer: &mut Writer, content: &[u8]) {
        let named = Named { root: "/home/ada/.claude", file: "projects/p/s.jsonl", version: 0, modified_ms: 1 };
        writer.add(Head::new(&named, 0, content, &Edges::default()), content, None).expect("it can be written");
    }

    /// What a disk that is full takes of a segment.
    fn tear(writer: &Writer) {
        writer.file.write_all_at(b"torn", writer.end).expect("it can be written");
    }

    #[test]
    fn what_is_no_segment_is_never_left_and_what_was_kept_stays() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("s.zst");
        let files = || fs::read_dir(home.path()).expect("it can be listed").count();
        let begin = || Writer::append(&path, Pack::open(&path).expect("it can be read").as_ref()).expect("it can be");
        // a new pack, of which no segment is whole
        tear(&begin());
        assert_eq!(files(), 0);
        let torn = begin();
        tear(&torn);
        assert_eq!((torn.finish().expect("there is nothing to sync"), files()), (0, 0));
        // one segment is whole, the next is not
        let mut torn = begin();
        add(&mut torn, b"one\n");
        tear(&torn);
        let written = torn.finish().expect("it can be synced");
        let kept = fs::read(&path).expect("it is there");
        assert_eq!(kept.len() as u64, written);
        // a pack that grows, and is given up
        let mut torn = begin();
        add(&mut torn, b"two\n");
        tear(&torn);
        drop(torn);
        assert_eq!(fs::read(&path).expect("it is there"), kept);
        // a pack that would take its place, and is given up
        let mut torn = Writer::replace(&path).expect("it can be written");
        add(&mut torn, b"three\n");
        drop(torn);
        assert_eq!((fs::read(&path).expect("it is there"), files()), (kept.clone(), 1));
        Writer::replace(&path).and_then(Writer::finish).expect("there is nothing to sync");
        assert_eq!((fs::read(&path).expect("it is there"), files()), (kept, 1));
    }
}
