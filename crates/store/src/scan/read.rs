//! Reading transcripts in parallel, in pieces that can be committed one by one.
//!
//! Memory is flat: a file is read through one buffer (which grows only for a line longer than itself) and handed on
//! in pieces. A last line without a newline is read when it is a whole record; the offset then stands behind it, and
//! what the client writes next, on a line of its own or glued to it, is read from there. A torn one is left alone:
//! the offset stays before it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::Sender;
use transcript::{Batch, FileFacts, FileRole, Reader};

use super::fingerprint::{self, HEAD, TAIL, Tail};
use super::plan::{Resume, Task};
use super::walk::mtime_ns;
use crate::ingest::{Found, Piece};

/// Bytes that are read at once: they are still near the processor when they are looked at.
const READ: usize = 256 << 10;

/// A buffer that grew past this for a long line is given back after the file.
const KEEP: usize = 8 << 20;

/// Bytes after which a piece of a long file is handed on.
const PIECE: u64 = 32 << 20;

/// What a reader tells the writer.
#[derive(Debug)]
pub(super) enum News {
    /// A piece was read.
    Piece(Box<Piece>),
    /// A file could not be read.
    Unreadable(PathBuf, String),
}

/// The work that all readers share.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    tasks: &'a [Task],
    next: AtomicUsize,
    stop: [&'a AtomicBool; 2],
}

impl<'a> Queue<'a> {
    /// A queue that ends early when one of two flags is set.
    pub(super) fn new(tasks: &'a [Task], stop: [&'a AtomicBool; 2]) -> Self {
        Self { tasks, next: AtomicUsize::new(0), stop }
    }

    /// Reads files until there are none left.
    pub(super) fn work(&self, news: &Sender<News>) {
        let mut buffer = Vec::new();
        while let Some(task) = self.tasks.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if buffer.len() > KEEP {
                buffer = Vec::new();
            }
            let mut reading = Reading { task, news, buffer: &mut buffer, queue: self };
            let result = reading.read();
            if self.stopped() {
                return;
            }
            if let Err(error) = result
                && error.kind() != io::ErrorKind::NotFound
                && news.send(News::Unreadable(task.found.path.clone().into(), error.to_string())).is_err()
            {
                return;
            }
        }
    }

    fn stopped(&self) -> bool {
        self.stop.iter().any(|flag| flag.load(Ordering::Relaxed))
    }
}

/// One file being read.
struct Reading<'a> {
    task: &'a Task,
    news: &'a Sender<News>,
    buffer: &'a mut Vec<u8>,
    queue: &'a Queue<'a>,
}

/// How far the reading of a file is.
struct Progress {
    found: Found,
    facts: FileFacts,
    tail: Tail,
    head: Option<i64>,
    replaces: bool,
}

impl Reading<'_> {
    fn read(&mut self) -> io::Result<()> {
        let mut file = File::open(&self.task.found.path)?;
        let mut progress = self.start(&mut file)?;
        let mut filled = 0;
        loop {
            let (piece, ended, left) = self.piece(&mut file, &mut progress, filled)?;
            if self.queue.stopped() || self.news.send(News::Piece(Box::new(piece))).is_err() || ended {
                return Ok(());
            }
            filled = left;
        }
    }

    /// Decides where reading starts: where it stopped, if what lies before is as it was.
    fn start(&self, file: &mut File) -> io::Result<Progress> {
        let metadata = file.metadata()?;
        let found = Found { size: metadata.len(), mtime_ns: mtime_ns(&metadata), ..self.task.found.clone() };
        let head = if found.size >= HEAD as u64 { Some(fingerprint::of(&stretch(file, 0, HEAD)?)) } else { None };
        if let Some((facts, tail)) = self.task.resume.as_ref().and_then(|resume| go_on(file, resume, head)) {
            file.seek(SeekFrom::Start(facts.read_to))?;
            return Ok(Progress { found, facts, tail: Tail::after(tail), head, replaces: false });
        }
        file.seek(SeekFrom::Start(0))?;
        let replaces = self.task.resume.is_some();
        Ok(Progress { found, facts: FileFacts::default(), tail: Tail::default(), head, replaces })
    }

    /// Reads one piece; the buffer begins with `filled` bytes that were not used yet. Says whether the file ended,
    /// and how many bytes are left in the buffer.
    fn piece(&mut self, file: &mut File, progress: &mut Progress, filled: usize) -> io::Result<(Piece, bool, usize)> {
        let mut reader = Reader::new(std::mem::take(&mut progress.facts));
        let mut batch = Batch::default();
        let (mut filled, mut bytes, mut ended) = (filled, 0, false);
        while !ended && bytes < PIECE && !self.queue.stopped() {
            if filled + READ > self.buffer.len() {
                self.buffer.resize((filled + READ) * 2, 0);
            }
            let got = retry(|| file.read(&mut self.buffer[filled..filled + READ]))?;
            (filled, bytes, ended) = (filled + got, bytes + got as u64, got == 0);
            if !ended && memchr::memrchr(b'\n', &self.buffer[filled - got..filled]).is_none() {
                continue;
            }
            let used = reader.feed(&self.buffer[..filled], ended, &mut batch).min(filled);
            progress.tail.push(&self.buffer[..used]);
            self.buffer.copy_within(used..filled, 0);
            filled -= used;
        }
        let facts = reader.finish();
        let piece = self.hand_on(progress, batch, facts, (bytes, ended));
        Ok((piece, ended, filled))
    }

    fn hand_on(&self, progress: &mut Progress, batch: Batch, facts: FileFacts, (bytes, done): (u64, bool)) -> Piece {
        let session = match &progress.found.role {
            FileRole::Session(session) | FileRole::Subagent { session, .. } => Some(session),
            FileRole::FlatAgent(_) => facts.session(),
        };
        let piece = Piece {
            found: progress.found.clone(),
            revision: self.task.resume.as_ref().map(|resume| resume.revision),
            replaces: std::mem::take(&mut progress.replaces),
            requests: batch.requests,
            tool_uses: batch.tool_uses,
            agent_types: batch.agent_types,
            session: session.map(|session| session.0.clone()).unwrap_or_default(),
            read_to: facts.read_to,
            problems: facts.problems(),
            facts: postcard::to_stdvec(&facts).expect("facts are plain data"),
            head: progress.head,
            tail: progress.tail.fingerprint(),
            bytes,
            done,
        };
        progress.facts = facts;
        piece
    }
}

/// What an earlier read left, if the file still begins and goes on as it did.
fn go_on(file: &mut File, resume: &Resume, head: Option<i64>) -> Option<(FileFacts, Vec<u8>)> {
    let facts = resume.facts.clone()?;
    let length = facts.read_to.min(TAIL as u64);
    let tail = stretch(file, facts.read_to - length, usize::try_from(length).ok()?).ok()?;
    let same = fingerprint::of(&tail) == resume.tail && (resume.head.is_none() || resume.head == head);
    same.then_some((facts, tail))
}

/// Bytes of a file from an offset on; fails if there are fewer.
fn stretch(file: &mut File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn retry(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Bytes that remain to be read of a file, as far as can be told before it is opened.
pub(super) fn expected_bytes(task: &Task) -> u64 {
    let done = task.resume.as_ref().and_then(|resume| resume.facts.as_ref()).map_or(0, |facts| facts.read_to);
    task.found.size.saturating_sub(if done <= task.found.size { done } else { 0 })
}
