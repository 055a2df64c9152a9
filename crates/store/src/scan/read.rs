//! Reading transcripts in parallel, in pieces that can be committed one by one.
//!
//! Memory is flat: a file is read through one buffer (which grows only for a line longer than itself) and handed on
//! in pieces. A last line without a newline is read when it is a whole record; the offset then stands behind it, and
//! what the client writes next, on a line of its own or glued to it, is read from there. A torn one is left alone:
//! the offset stays before it.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use archive::{Archive, Opened};
use crossbeam_channel::Sender;
use pricing::PriceTable;
use transcript::{Batch, FileFacts, FileRole, Reader};

use super::Strides;
use super::fingerprint::{self, HEAD, TAIL, Tail};
use super::plan::{Resume, Task};
use super::walk::mtime_ns;
use crate::ingest::{Bundle, Found, Piece};

/// A buffer that grew past this for a long line is given back after the file.
const KEEP: usize = 8 << 20;

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
    /// Where files lie that the disk has no more.
    archive: Option<&'a Archive>,
    strides: Strides,
    next: AtomicUsize,
    stop: [&'a AtomicBool; 2],
}

impl<'a> Queue<'a> {
    /// A queue that ends early when one of two flags is set.
    pub(super) fn new(
        tasks: &'a [Task],
        prices: Option<&'a PriceTable>,
        archive: Option<&'a Archive>,
        strides: Strides,
        stop: [&'a AtomicBool; 2],
    ) -> Self {
        Self { tasks, prices, archive, strides, next: AtomicUsize::new(0), stop }
    }

    /// Reads files until there are none left.
    pub(super) fn work(&self, news: &Sender<News>) {
        let mut hand =
            Hand { news, strides: self.strides, bundle: Bundle::default(), batch: Batch::default(), bytes: 0 };
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

    /// Opens a file: from the disk, or from the archive if it was found there.
    fn open(&self, found: &Found) -> io::Result<Opened> {
        let path = Path::new(&found.path);
        match self.archive.filter(|_| found.kept) {
            None => File::open(path).map(Opened::File),
            Some(archive) => match archive.read(path).map_err(io::Error::other)? {
                Some(content) => Ok(Opened::Memory(Cursor::new(content.bytes))),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    fn stopped(&self) -> bool {
        self.stop.iter().any(|flag| flag.load(Ordering::Relaxed))
    }
}

/// What one thread has read and not handed on yet.
struct Hand<'a> {
    news: &'a Sender<News>,
    strides: Strides,
    bundle: Bundle,
    /// What the piece in hand tells. One for all pieces: its lists stay as long as they once had to be.
    batch: Batch,
    bytes: u64,
}

impl Hand<'_> {
    fn take(&mut self, piece: Box<Piece>, prices: Option<&PriceTable>) {
        self.bytes += piece.bytes;
        self.bundle.add(piece, &mut self.batch, prices);
        if self.bytes >= self.strides.bundle || self.bundle.rows() >= self.strides.bundle_rows {
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
    facts: Box<FileFacts>,
    tail: Tail,
    /// Fingerprint of the first bytes; of a file that is read from its start it is taken from what is read.
    head: Option<i64>,
    /// Bytes from the start of the file to where the next ones are read.
    at: u64,
    replaces: bool,
}

impl Reading<'_, '_> {
    fn read(&mut self) -> io::Result<()> {
        let mut file = self.queue.open(&self.task.found)?;
        let mut progress = self.start(&mut file)?;
        let (mut filled, mut ended) = (0, false);
        while !ended && !self.queue.stopped() {
            (ended, filled) = self.piece(&mut file, &mut progress, filled)?;
        }
        Ok(())
    }

    /// Decides where reading starts: where it stopped, if what lies before is as it was.
    fn start(&self, file: &mut Opened) -> io::Result<Progress> {
        let (size, metadata) = (file.size()?, file.file().map(File::metadata).transpose()?);
        let mtime_ns = metadata.as_ref().map_or(self.task.found.mtime_ns, mtime_ns);
        let found = Found { size, mtime_ns, ..self.task.found.clone() };
        if let Some(resume) = &self.task.resume {
            let long = found.size >= HEAD as u64;
            let head = if long { Some(fingerprint::of(&stretch(file, 0, HEAD)?)) } else { None };
            if let Some((facts, tail)) = go_on(file, resume, head) {
                let at = file.seek(SeekFrom::Start(facts.read_to))?;
                return Ok(Progress {
                    found,
                    facts: Box::new(facts),
                    tail: Tail::after(tail),
                    head,
                    at,
                    replaces: false,
                });
            }
            file.seek(SeekFrom::Start(0))?;
        }
        let replaces = self.task.resume.is_some();
        Ok(Progress { found, facts: Box::default(), tail: Tail::default(), head: None, at: 0, replaces })
    }

    /// Reads one piece; the buffer begins with `filled` bytes that were not used yet. Says whether the file ended,
    /// and how many bytes are left in the buffer.
    fn piece(&mut self, file: &mut Opened, progress: &mut Progress, filled: usize) -> io::Result<(bool, usize)> {
        let mut reader = Reader::new(std::mem::take(&mut *progress.facts));
        self.hand.batch.clear();
        let (mut filled, mut bytes, mut ended) = (filled, 0, false);
        let Strides { read, piece, .. } = self.queue.strides;
        let read = read.max(HEAD);
        while !ended && bytes < piece && !self.queue.stopped() {
            if filled + read > self.buffer.len() {
                self.buffer.resize((filled + read) * 2, 0);
            }
            let got = retry(|| file.read(&mut self.buffer[filled..filled + read]))?;
            if progress.at == 0 {
                let from_start = &self.buffer[..filled + got];
                progress.head = from_start.first_chunk::<HEAD>().map(|head| fingerprint::of(head));
            }
            progress.at += got as u64;
            // what the client writes while the file is read is left for the next scan: the size that is stored tells
            ended = got == 0 || progress.at >= progress.found.size;
            (filled, bytes) = (filled + got, bytes + got as u64);
            if !ended && memchr::memrchr(b'\n', &self.buffer[filled - got..filled]).is_none() {
                continue;
            }
            let used = reader.feed(&self.buffer[..filled], ended, &mut self.hand.batch).min(filled);
            progress.tail.push(&self.buffer[..used]);
            self.buffer.copy_within(used..filled, 0);
            filled -= used;
        }
        *progress.facts = reader.finish();
        self.take(progress, (bytes, ended));
        Ok((ended, filled))
    }

    fn take(&mut self, progress: &mut Progress, (bytes, done): (u64, bool)) {
        let facts = if done { std::mem::take(&mut progress.facts) } else { progress.facts.clone() };
        // what is left unread for whatever reason is missing by what is known of its size: the next scan goes on with it
        let size = if done { progress.found.size } else { facts.read_to };
        let session = match &progress.found.role {
            FileRole::Session(session) | FileRole::Subagent { session, .. } => Some(session),
            FileRole::FlatAgent(_) => facts.session(),
        };
        let piece = Box::new(Piece {
            session: session.map(|session| session.0.clone()).unwrap_or_default(),
            found: Found { size, ..progress.found.clone() },
            revision: self.task.resume.as_ref().map(|resume| resume.revision),
            replaces: std::mem::take(&mut progress.replaces),
            told: Vec::new(),
            sole_rows: 0,
            tool_rows: 0,
            strays: 0,
            agent_types: Vec::new(),
            only: self.task.only,
            alone: None,
            stored: postcard::to_stdvec(&facts).expect("facts are plain data"),
            facts,
            head: progress.head,
            tail: progress.tail.fingerprint(),
            bytes,
            done,
        });
        self.hand.take(piece, self.queue.prices);
    }
}

/// What an earlier read left, if the file still begins and goes on as it did.
fn go_on(file: &mut Opened, resume: &Resume, head: Option<i64>) -> Option<(FileFacts, Vec<u8>)> {
    let facts = resume.facts.clone()?;
    let length = facts.read_to.min(TAIL as u64);
    let tail = stretch(file, facts.read_to - length, usize::try_from(length).ok()?).ok()?;
    let same = fingerprint::of(&tail) == resume.tail && (resume.head.is_none() || resume.head == head);
    same.then_some((facts, tail))
}

/// Bytes of a file from an offset on; fails if there are fewer.
fn stretch(file: &mut Opened, offset: u64, length: usize) -> io::Result<Vec<u8>> {
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
