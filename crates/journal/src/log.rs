//! The file of one stream.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::frame::{self, Head, Lies};
use crate::operation::{Hash, Operation};
use crate::place::name_in_file_system;
use crate::{JournalError, Stream};

/// Sectors are written whole or not at all, bytes.
const SECTOR_BYTES: usize = 512;

/// Bytes that are looked through at once.
const WINDOW_BYTES: usize = 1024 * 1024;

/// The file of one stream.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    /// The stream.
    pub(crate) stream: Stream,
    /// Where it lies.
    pub(crate) path: PathBuf,
}

/// What the first frame of a log says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Title {
    format: u32,
    #[serde(flatten)]
    stream: Stream,
    /// The file itself, as the file system names it, where its owner writes it: a copy has another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

/// Where a log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// Place of the last operation, 0 if there is none.
    pub(crate) seq: u64,
    /// Its hash.
    pub(crate) hash: Hash,
    /// Bytes until there.
    pub(crate) bytes: u64,
}

impl End {
    /// That of a log without operations.
    pub(crate) const START: Self = Self { seq: 0, hash: Hash::START, bytes: 0 };

    fn after(at: u64, head: &Head) -> Self {
        Self {
            seq: head.next() - 1,
            hash: if head.first == 0 { Hash::START } else { head.last },
            bytes: at + head.frame_bytes(),
        }
    }
}

/// How a log is.
#[derive(Debug)]
pub(crate) enum State {
    /// There is no file, or nothing in it yet.
    Empty,
    /// Every frame that was looked at is as it was written.
    Sound { end: End, is_copy: bool },
    /// From `good` on it is not.
    Damaged { good: End, fault: Fault },
}

/// What is wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its last frame was not written to its end: nobody was told that it is there.
    Torn,
    /// What was written has changed.
    Changed,
    /// Its first frame does not say that it is this stream.
    Foreign,
}

impl Log {
    /// Looks at its first and its last frame; at all of them when something is wrong there.
    pub(crate) fn state(&self) -> Result<State, JournalError> {
        let Some((file, bytes)) = self.open()? else { return Ok(State::Empty) };
        self.glance(&file, bytes).map_err(JournalError::io("read", &self.path))
    }

    /// That it cannot be read from a byte on.
    pub(crate) fn broken(&self, at: u64) -> JournalError {
        JournalError::Broken { stream: self.stream.clone(), path: self.path.clone(), at }
    }

    /// Looks at every frame.
    pub(crate) fn checked(&self) -> Result<State, JournalError> {
        let Some((file, bytes)) = self.open()? else { return Ok(State::Empty) };
        self.walk(&file, bytes).map_err(JournalError::io("read", &self.path))
    }

    /// The file, and how long it is.
    pub(crate) fn open(&self) -> Result<Option<(File, u64)>, JournalError> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(JournalError::io("open", &self.path))?,
        };
        let bytes = file.metadata().map_err(JournalError::io("read", &self.path))?.len();
        Ok(Some((file, bytes)))
    }

    fn glance(&self, file: &File, bytes: u64) -> io::Result<State> {
        let Some(title) = self.title(file, bytes)? else { return self.walk(file, bytes) };
        let Some((at, head)) = frame::look_back(file, bytes)? else { return self.walk(file, bytes) };
        if at > 0 && frame::operations(file, at, &head, &self.stream)?.is_none() {
            return self.walk(file, bytes);
        }
        Ok(State::Sound { end: End::after(at, &head), is_copy: title.is_copy(file)? })
    }

    fn walk(&self, file: &File, bytes: u64) -> io::Result<State> {
        let Some(title) = self.title(file, bytes)? else {
            let (good, fault) = (End::START, self.fault(file, 0, bytes)?);
            return Ok(match fault {
                _ if bytes == 0 => State::Empty,
                Fault::Torn => State::Damaged { good, fault },
                _ => State::Damaged { good, fault: Fault::Foreign },
            });
        };
        let mut good = End::START;
        loop {
            match self.next(file, good, bytes)? {
                Step::Frame(end) => good = end,
                Step::End => return Ok(State::Sound { end: good, is_copy: title.is_copy(file)? }),
                Step::Wrong => {
                    let fault = self.fault(file, good.bytes, bytes)?;
                    return Ok(State::Damaged { good, fault });
                }
            }
        }
    }

    fn next(&self, file: &File, before: End, bytes: u64) -> io::Result<Step> {
        let at = before.bytes;
        Ok(match frame::look(file, at, bytes)? {
            Lies::End => Step::End,
            Lies::Frame(head) if at == 0 => Step::Frame(End::after(at, &head)),
            Lies::Frame(head) if head.first == before.seq + 1 && head.prev == before.hash => {
                match frame::operations(file, at, &head, &self.stream)? {
                    Some(_) => Step::Frame(End::after(at, &head)),
                    None => Step::Wrong,
                }
            }
            Lies::Frame(_) | Lies::Part | Lies::Other => Step::Wrong,
        })
    }

    /// What its first frame says, if it says that it is this stream.
    fn title(&self, file: &File, bytes: u64) -> io::Result<Option<Title>> {
        let Some((title, true)) = title_of(file, bytes)? else { return Ok(None) };
        Ok((title.stream == self.stream).then_some(title))
    }

    /// What is wrong where a frame should be. A loss of power leaves a frame without its end, or sectors of zeros; nothing
    /// is appended after it. Everything else was there and has changed.
    fn fault(&self, file: &File, at: u64, bytes: u64) -> io::Result<Fault> {
        if self.frames_after(file, at, bytes)?.next().is_some() {
            return Ok(Fault::Changed);
        }
        let is_part = matches!(frame::look(file, at, bytes)?, Lies::Part);
        Ok(if is_part || has_empty_sector(file, at, bytes)? { Fault::Torn } else { Fault::Changed })
    }

    /// Frames that begin after a place and are whole in themselves, wherever they begin.
    pub(crate) fn frames_after(
        &self,
        file: &File,
        at: u64,
        bytes: u64,
    ) -> io::Result<impl Iterator<Item = Vec<Operation>> + use<>> {
        let mut found = Vec::new();
        let mut from = at + 1;
        while let Some(start) = find_mark(file, from, bytes)? {
            from = start + 1;
            let Lies::Frame(head) = frame::look(file, start, bytes)? else { continue };
            if let Some(operations) = frame::operations(file, start, &head, &self.stream)? {
                from = start + head.frame_bytes();
                found.push(operations);
            }
        }
        Ok(found.into_iter())
    }

    /// Appends bodies after `end`, in one frame; makes the file when there is nothing in it. Either all of it is durable or
    /// nothing of it is there.
    pub(crate) fn append(&self, end: End, bodies: &[Vec<u8>], is_own: bool) -> Result<Vec<Operation>, JournalError> {
        let mut options = OpenOptions::new();
        options.write(true).create(end.bytes == 0).truncate(false).mode(0o600);
        let file = options.open(&self.path).map_err(JournalError::io("open", &self.path))?;
        let mut bytes = Vec::new();
        if end.bytes == 0 {
            let title = self.new_title(&file, is_own).map_err(JournalError::io("write", &self.path))?;
            bytes = frame::encode(&self.stream, 0, Hash::START, &[title])?.0;
        }
        let (frame, operations) = frame::encode(&self.stream, end.seq + 1, end.hash, bodies)?;
        bytes.extend_from_slice(&frame);
        let written = file.write_all_at(&bytes, end.bytes).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // What was not acknowledged is taken back; if even that fails, whoever appends next cuts it off.
            let _ = file.set_len(end.bytes);
            return Err(JournalError::io("write", &self.path)(error));
        }
        Ok(operations)
    }

    fn new_title(&self, file: &File, is_own: bool) -> io::Result<Vec<u8>> {
        let name = if is_own { Some(name_in_file_system(&file.metadata()?)) } else { None };
        let title = Title { format: 1, stream: self.stream.clone(), file: name };
        Ok(serde_json::to_vec(&title)?)
    }

    /// Cuts off what lies after its good part.
    pub(crate) fn cut(&self, good: End) -> Result<(), JournalError> {
        let file = OpenOptions::new().write(true).open(&self.path).map_err(JournalError::io("open", &self.path))?;
        let cut = file.set_len(good.bytes).and_then(|()| file.sync_all());
        cut.map_err(JournalError::io("cut off the damage of", &self.path))
    }
}

/// What comes next in a walk over a log.
enum Step {
    Frame(End),
    End,
    Wrong,
}

impl Title {
    fn is_copy(&self, file: &File) -> io::Result<bool> {
        let name = name_in_file_system(&file.metadata()?);
        Ok(self.file.as_ref().is_some_and(|written| *written != name))
    }
}

/// The stream that a file says to be, if it is a log.
pub(crate) fn stream_of(path: &Path) -> io::Result<Option<Stream>> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    Ok(title_of(&file, bytes)?.filter(|(_, is_true)| *is_true).map(|(title, _)| title.stream))
}

/// What the first frame of a file says, and whether its hash agrees.
fn title_of(file: &File, bytes: u64) -> io::Result<Option<(Title, bool)>> {
    let Lies::Frame(head) = frame::look(file, 0, bytes)? else { return Ok(None) };
    let Some(bodies) = frame::bodies(file, 0, &head)? else { return Ok(None) };
    let Some(title) = bodies.first().and_then(|body| serde_json::from_slice::<Title>(body).ok()) else {
        return Ok(None);
    };
    let is_true = head.first == 0 && frame::operations(file, 0, &head, &title.stream)?.is_some();
    Ok(Some((title, is_true)))
}

/// Where the next mark of a frame lies, from a place on.
fn find_mark(file: &File, from: u64, bytes: u64) -> io::Result<Option<u64>> {
    let mut at = from;
    let mut window = vec![0; WINDOW_BYTES];
    while at + frame::HEAD_BYTES <= bytes {
        let size = usize::try_from(bytes - at).unwrap_or(usize::MAX).min(WINDOW_BYTES);
        file.read_exact_at(&mut window[..size], at)?;
        let found = window[..size].windows(frame::MARK.len()).position(|part| part == frame::MARK);
        if let Some(found) = found {
            return Ok(Some(at + found as u64));
        }
        at += (size - (frame::MARK.len() - 1)).max(1) as u64;
    }
    Ok(None)
}

/// Whether a whole sector holds nothing but zeros.
fn has_empty_sector(file: &File, from: u64, bytes: u64) -> io::Result<bool> {
    let mut sector = [0; SECTOR_BYTES];
    let mut at = from.next_multiple_of(SECTOR_BYTES as u64);
    while at < bytes {
        let size = usize::try_from(bytes - at).unwrap_or(usize::MAX).min(SECTOR_BYTES);
        file.read_exact_at(&mut sector[..size], at)?;
        if sector[..size].iter().all(|byte| *byte == 0) {
            return Ok(true);
        }
        at += SECTOR_BYTES as u64;
    }
    // a part of a sector that holds nothing, to the end
    let size = usize::try_from(bytes - from).unwrap_or(usize::MAX).min(SECTOR_BYTES);
    file.read_exact_at(&mut sector[..size], from)?;
    Ok(sector[..size].iter().all(|byte| *byte == 0))
}
