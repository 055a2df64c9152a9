//! Reading transcripts for the reader: the beginning first, then all of it, then what is added.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use archive::{Archive, Opened};
use transcript::Reading;

use crate::reader::Script;

/// So much is read before something is shown, in bytes.
const FIRST: usize = 512 * 1024;
/// So much is read at a time after that.
const CHUNK: usize = 8 * 1024 * 1024;

/// A transcript that is read piece by piece.
pub(super) struct Source {
    file: Opened,
    reading: Reading,
    stretches: Vec<(u64, Arc<[u8]>)>,
    /// Where the next piece begins, in bytes from the start of the file.
    next: u64,
    /// Bytes behind that which were read already: the beginning of a record.
    rest: Vec<u8>,
}

impl Source {
    /// Opens a transcript on the disk.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::of(Opened::File(File::open(path)?)))
    }

    /// Opens a transcript; where it is gone, what the archive keeps of it.
    pub(super) fn open_kept(archive: &Archive, path: &Path) -> io::Result<Self> {
        archive.open(path).map(Self::of)
    }

    fn of(file: Opened) -> Self {
        Self { file, reading: Reading::default(), stretches: Vec::new(), next: 0, rest: Vec::new() }
    }

    /// Bytes of the file that were read.
    pub(super) fn read(&self) -> u64 {
        self.next + self.rest.len() as u64
    }

    pub(super) fn size(&self) -> io::Result<u64> {
        self.file.size()
    }

    /// What was read so far.
    pub(super) fn script(&self) -> Arc<Script> {
        Arc::new(Script::new(self.stretches.clone(), &self.reading))
    }

    /// Reads the beginning; whether that was all.
    pub(super) fn read_first(&mut self) -> io::Result<bool> {
        self.read_piece(FIRST)
    }

    /// Reads the rest, or with `go_on` only as long as it says so; whether all was read.
    pub(super) fn read_rest(&mut self, mut go_on: impl FnMut() -> bool) -> io::Result<bool> {
        loop {
            if !go_on() {
                return Ok(false);
            }
            if self.read_piece(CHUNK)? {
                return Ok(true);
            }
        }
    }

    /// Reads a piece; whether the end of the file was reached.
    fn read_piece(&mut self, size: usize) -> io::Result<bool> {
        let mut bytes = std::mem::take(&mut self.rest);
        let held = bytes.len();
        let wanted = size as u64;
        let taken = Read::by_ref(&mut self.file).take(wanted).read_to_end(&mut bytes)?;
        let ended = (taken as u64) < wanted;
        if bytes.len() > held || ended {
            let end = self.reading.feed(&bytes, ended);
            let used = usize::try_from(end.saturating_sub(self.next)).unwrap_or(bytes.len()).min(bytes.len());
            self.rest = bytes.split_off(used);
            if !bytes.is_empty() {
                self.stretches.push((self.next, bytes.into()));
            }
            self.next = end;
        } else {
            self.rest = bytes;
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::reader::Which;

    fn line(number: usize) -> String {
        let filling = "x".repeat(number * 7 % 900);
        format!(
            "{{\"type\":\"user\",\"uuid\":\"u{number}\",\"parentUuid\":\"u{}\",\"message\":{{\"content\":\"{number} \
             {filling}\"}}}}\n",
            number.wrapping_sub(1)
        )
    }

    #[test]
    fn reading_in_pieces_gives_what_reading_at_once_gives() {
        let home = testkit::Home::new();
        let text: String = (0..4_000).map(line).collect();
        let path = home.transcript("p/s.jsonl", &text);
        let mut source = Source::open(&path).expect("a file that we wrote");
        assert!(!source.read_first().expect("it is read"), "{} bytes are more than one piece", text.len());
        let first = source.script().entries(&Which::default()).len();
        assert!((1..4_000).contains(&first), "{first}");
        assert!(source.read_rest(|| true).expect("it is read"));
        let script = source.script();
        assert_eq!(script.entries(&Which::default()).len(), 4_000);
        let whole = Script::whole(text.as_bytes());
        for entry in [0, 1, first, first + 1, 3_999] {
            assert_eq!(script.item(&Which::default(), entry), whole.item(&Which::default(), entry), "{entry}");
        }
    }

    #[test]
    fn what_is_added_is_read_from_where_reading_stopped() {
        let home = testkit::Home::new();
        let (before, after) = (line(0), line(1));
        let path = home.transcript("p/s.jsonl", format!("{before}{}", &after[..20]));
        let mut source = Source::open(&path).expect("a file that we wrote");
        source.read_first().expect("it is read");
        assert_eq!(source.script().entries(&Which::default()).len(), 1, "half a record is none");
        let mut file = File::options().append(true).open(&path).expect("it is still there");
        file.write_all(&after.as_bytes()[20..]).expect("it can be written");
        source.read_rest(|| true).expect("it is read");
        assert_eq!(source.script().entries(&Which::default()).len(), 2);
    }
}
