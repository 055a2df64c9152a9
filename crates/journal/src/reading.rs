//! Reading a stream from a place on.

use std::fs::File;
use std::io;
use std::vec;

use crate::frame::{self, Lies};
use crate::log::Log;
use crate::operation::Hash;
use crate::{JournalError, Operation};

/// The operations of a stream after a place, in order, one frame in memory at a time.
#[derive(Debug)]
pub struct Operations {
    log: Log,
    after: u64,
    source: Source,
    frame: vec::IntoIter<Operation>,
}

#[derive(Debug)]
enum Source {
    /// Nothing was opened yet.
    Closed,
    /// The next frame begins at `at`; the operation before it is `seq`, with that hash if it is known.
    Open { file: File, bytes: u64, at: u64, seq: u64, hash: Option<Hash> },
    /// Nothing more comes.
    Done,
}

impl Operations {
    pub(crate) fn of(log: Log, after: u64) -> Self {
        Self { log, after, source: Source::Closed, frame: Vec::new().into_iter() }
    }

    /// Opens the file and goes back from its end to the frame that holds what is wanted first.
    fn begin(&mut self) -> Result<Source, JournalError> {
        let Some((file, bytes)) = self.log.open()? else { return Ok(Source::Done) };
        let start = self.start(&file, bytes).map_err(JournalError::io("read", &self.log.path))?;
        let (at, seq, hash) = start.unwrap_or((0, 0, None));
        Ok(Source::Open { file, bytes, at, seq, hash })
    }

    /// Where to begin: none means at the start of the file.
    fn start(&self, file: &File, bytes: u64) -> io::Result<Option<(u64, u64, Option<Hash>)>> {
        let mut end = bytes;
        while let Some((at, head)) = frame::look_back(file, end)? {
            if end == bytes && head.next() <= self.after + 1 {
                // everything that is here is known
                return Ok(Some((end, head.next() - 1, None)));
            }
            if head.first <= self.after + 1 {
                return Ok(Some((at, head.first.saturating_sub(1), None)).filter(|_| head.first > 0));
            }
            end = at;
        }
        Ok(None)
    }

    /// Reads the next frame; false when there is none.
    fn next_frame(&mut self) -> Result<bool, JournalError> {
        if matches!(self.source, Source::Closed) {
            self.source = self.begin()?;
        }
        let Source::Open { file, bytes, at, seq, hash } = &mut self.source else { return Ok(false) };
        let io = JournalError::io("read", &self.log.path);
        loop {
            let head = match frame::look(file, *at, *bytes).map_err(JournalError::io("read", &self.log.path))? {
                Lies::Frame(head) => head,
                // A part at the end is being written at this moment, or was torn and belongs to nobody.
                Lies::End | Lies::Part => return Ok(false),
                Lies::Other => return Err(self.log.broken(*at)),
            };
            if head.first == 0 && *at == 0 {
                *at += head.frame_bytes();
                *hash = Some(Hash::START);
                continue;
            }
            let follows = head.first == *seq + 1 && hash.is_none_or(|hash| hash == head.prev);
            let operations =
                if follows { frame::operations(file, *at, &head, &self.log.stream).map_err(io)? } else { None };
            let Some(operations) = operations else { return Err(self.log.broken(*at)) };
            (*at, *seq, *hash) = (*at + head.frame_bytes(), head.next() - 1, Some(head.last));
            self.frame = operations.into_iter();
            return Ok(true);
        }
    }
}

impl Iterator for Operations {
    type Item = Result<Operation, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(operation) = self.frame.next() {
                if operation.seq > self.after {
                    return Some(Ok(operation));
                }
                continue;
            }
            match self.next_frame() {
                Ok(true) => {}
                Ok(false) => {
                    self.source = Source::Done;
                    return None;
                }
                Err(error) => {
                    self.source = Source::Done;
                    return Some(Err(error));
                }
            }
        }
    }
}
