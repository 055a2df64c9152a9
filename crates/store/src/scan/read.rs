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
use pricing::PriceTable;
use transcript::{Batch, FileFacts, FileRole, Reader};

use super::fingerprint::{self, HEAD, TAIL, Tail};
use super::plan::{Resume, Task};
use super::walk::mtime_ns;
use crate::ingest::{Bundle, Found, Piece};

/// Bytes that are read at once: they are still near the processor when they are looked at.
const READ: usize = 256 << 10;

/// A buffer that grew past this for a long line is given back after the file.
const KEEP: usize = 8 << 20;

/// Bytes after which a piece of a long file is handed on.
const PIECE: u64 = 32 << 20;

/// What a thread has read is handed on when it holds this many rows …
const BUNDLE_ROWS: usize = 2048;

/// … or is made of this many bytes.
const BUNDLE: u64 = 4 << 20;

/// What a reader tells the writer.
pub(super) enum News {
    /// Pieces were read.
    Bundle(Box<Bundle>),
    /// A file could not be read.
    Unreadable(PathBuf, String),
}

/// The work that all readers share.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    tasks: &'a [Task],
    /// The prices, where the store may know nothing of what is read.
    prices: Option<&'a PriceTable>,
    next: AtomicUsize,
    stop: [&'a AtomicBool; 2],
}

impl<'a> Queue<'a> {
    /// A queue that ends early when one of two flags is set.
    pub(super) fn new(tasks: &'a [Task], prices: Option<&'a PriceTable>, stop: [&'a AtomicBool; 2]) -> Self {
        Self { tasks, prices, next: AtomicUsize::new(0), stop }
    }

    /// Reads files until there are none left.
    pub(super) fn work(&self, news: &Sender<News>) {
        let mut hand = Hand { news, bundle: Bundle::default(), bytes: 0 };
        let mut buffer = Vec::new();
        while let Some(task) = self.tasks.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if buffer.len() > KEEP {
                buffer = Vec::new();
            }
            let result = Reading { task, buffer: &mut buffer, queue: self, hand: &mut hand }.read();
            if let Err(error) = result
                && error.kind() != io::ErrorKind::NotFound
                && !self.stopped()
            {
                hand.send(News::Unreadable(task.found.path.clone().into(), error.to_string()));
            }
            if self.stopped() {
                break;
            }
        }
        hand.over();
    }

    fn stopped(&self) -> bool {
        self.stop.iter().any(|flag| flag.load(Ordering::Relaxed))
    }
}

/// What one thread has read and not handed on yet.
struct Hand<'a> {
    news: &'a Sender<News>,
    bundle: Bundle,
    bytes: u64,
}

impl Hand<'_> {
    fn take(&mut self, piece: Piece, batch: Batch, prices: Option<&PriceTable>) {
        self.bytes += piece.bytes;
        self.bundle.add(piece, batch, prices);
        if self.bytes >= BUNDLE || self.bundle.rows() >= BUNDLE_ROWS {
            self.over();
        }
    }

    fn over(&mut self) {
        self.bytes = 0;
        let bundle = std::mem::take(&mut self.bundle);
        if !bundle.pieces().is_empty() {
            self.send(News::Bundle(Box::new(bundle)));
        }
    }

    /// Nobody listens any more only when the scan has failed: then the flag is set, too.
    fn send(&self, news: News) {
        let _ = self.news.send(news);
    }
}

/// One file being read.
struct Reading<'a, 'h> {
    task: &'a Task,
    buffer: &'a mut Vec<u8>,
    queue: &'a Queue<'a>,
    hand: &'a mut Hand<'h>,
}

/// How far the reading of a file is.
struct Progress {
    found: Found,
    facts: FileFacts,
    tail: Tail,
    head: Option<i64>,
    replaces: bool,
}

impl Reading<'_, '_> {
    fn read(&mut self) -> io::Result<()> {
        let mut file = File::open(&self.task.found.path)?;
        let mut progress = self.start(&mut file)?;
        let (mut filled, mut ended) = (0, false);
        while !ended && !self.queue.stopped() {
            (ended, filled) = self.piece(&mut file, &mut progress, filled)?;
        }
        Ok(())
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
    fn piece(&mut self, file: &mut File, progress: &mut Progress, filled: usize) -> io::Result<(bool, usize)> {
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
        progress.facts = reader.finish();
        self.take(progress, batch, (bytes, ended));
        Ok((ended, filled))
    }

    fn take(&mut self, progress: &mut Progress, batch: Batch, (bytes, done): (u64, bool)) {
        let facts = if done { std::mem::take(&mut progress.facts) } else { progress.facts.clone() };
        let session = match &progress.found.role {
            FileRole::Session(session) | FileRole::Subagent { session, .. } => Some(session),
            FileRole::FlatAgent(_) => facts.session(),
        };
        let piece = Piece {
            session: session.map(|session| session.0.clone()).unwrap_or_default(),
            found: progress.found.clone(),
            revision: self.task.resume.as_ref().map(|resume| resume.revision),
            replaces: std::mem::take(&mut progress.replaces),
            told: Vec::new(),
            sole_rows: 0,
            tool_rows: 0,
            agent_types: Vec::new(),
            stored: postcard::to_stdvec(&facts).expect("facts are plain data"),
            facts,
            head: progress.head,
            tail: progress.tail.fingerprint(),
            bytes,
            done,
        };
        self.hand.take(piece, batch, self.queue.prices);
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
