//! How operations lie in a log: one frame for all that was appended at once, so that it is there whole or not at all.
//!
//! ```text
//! mark 4 · bytes of the bodies 4 · number of them 4 · seq of the first 8 · hash before it 32 · hash of the last 32 · sum 4
//! for each body: its bytes 4 · the body
//! bytes of the whole frame 4
//! ```
//!
//! Numbers are little-endian. The sum covers the head; the hashes cover the bodies. The number at the end leads from the
//! end of a file back to the start of its last frame. The first frame of a log has the seq 0 and names the stream.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::operation::{Hash, Operation};
use crate::{JournalError, Stream};

/// What a frame begins with; no text does.
pub(crate) const MARK: [u8; 4] = *b"\x89op\n";

/// Bytes before the bodies.
pub(crate) const HEAD_BYTES: u64 = HEAD as u64;

/// The same, as the size of an array.
const HEAD: usize = 88;

/// Bytes after them.
const END_BYTES: u64 = END as u64;

/// The same, as the size of an array.
const END: usize = 4;

/// A longer body is refused, bytes.
pub(crate) const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Bodies of one frame have at most this many bytes together: a frame is checked in memory.
pub(crate) const FRAME_MAX_BYTES: usize = 256 * 1024 * 1024;

/// The head of a frame whose sum is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    bodies_bytes: u32,
    count: u32,
    /// Place of its first operation.
    pub(crate) first: u64,
    /// Hash of the operation before that.
    pub(crate) prev: Hash,
    /// Hash of its last operation.
    pub(crate) last: Hash,
}

/// What lies at a place of a log.
#[derive(Debug)]
pub(crate) enum Lies {
    /// The head of a frame that ends where the file does or before.
    Frame(Head),
    /// Nothing: the file ends here.
    End,
    /// The beginning of a frame, and then the file ends.
    Part,
    /// Anything else.
    Other,
}

impl Head {
    /// Bytes of the whole frame.
    pub(crate) fn frame_bytes(&self) -> u64 {
        HEAD_BYTES + u64::from(self.bodies_bytes) + END_BYTES
    }

    /// Place of the operation after its last.
    pub(crate) fn next(&self) -> u64 {
        self.first + u64::from(self.count)
    }

    fn to_bytes(self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..4].copy_from_slice(&MARK);
        bytes[4..8].copy_from_slice(&self.bodies_bytes.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.first.to_le_bytes());
        bytes[20..52].copy_from_slice(&self.prev.0);
        bytes[52..84].copy_from_slice(&self.last.0);
        let sum = sum_of(&bytes[..84]);
        bytes[84..].copy_from_slice(&sum);
        bytes
    }

    fn from_bytes(bytes: &[u8; HEAD]) -> Option<Self> {
        let head = Self {
            bodies_bytes: u32::from_le_bytes(part(bytes, 4)),
            count: u32::from_le_bytes(part(bytes, 8)),
            first: u64::from_le_bytes(part(bytes, 12)),
            prev: Hash(part(bytes, 20)),
            last: Hash(part(bytes, 52)),
        };
        let is_sound = head.first.checked_add(u64::from(head.count)).is_some() && head.count > 0;
        (bytes[..4] == MARK && sum_of(&bytes[..84]) == part::<4>(bytes, 84) && is_sound).then_some(head)
    }
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}

fn sum_of(bytes: &[u8]) -> [u8; 4] {
    part(blake3::hash(bytes).as_bytes(), 0)
}

/// Puts bodies into a frame, as the operations of a stream from `first` on.
pub(crate) fn encode(
    stream: &Stream,
    first: u64,
    prev: Hash,
    bodies: &[Vec<u8>],
) -> Result<(Vec<u8>, Vec<Operation>), JournalError> {
    let bytes = bodies.iter().map(|body| body.len() + 4).sum::<usize>();
    if bytes > FRAME_MAX_BYTES || bodies.iter().any(|body| body.len() > BODY_MAX_BYTES) {
        return Err(JournalError::TooLarge { stream: stream.clone() });
    }
    let (mut before, mut operations) = (prev, Vec::with_capacity(bodies.len()));
    for (seq, body) in (first..).zip(bodies) {
        let operation = Operation::follow(stream, seq, before, body.clone());
        before = operation.hash;
        operations.push(operation);
    }
    let small = |size: usize| u32::try_from(size).expect("a frame is smaller than 4 GiB");
    let head = Head { bodies_bytes: small(bytes), count: small(bodies.len()), first, prev, last: before };
    let mut frame = head.to_bytes().to_vec();
    for body in bodies {
        frame.extend_from_slice(&small(body.len()).to_le_bytes());
        frame.extend_from_slice(body);
    }
    frame.extend_from_slice(&small(frame.len() + 4).to_le_bytes());
    Ok((frame, operations))
}

/// What lies at `at` in a file that ends at `end`.
pub(crate) fn look(file: &File, at: u64, end: u64) -> io::Result<Lies> {
    let left = end.saturating_sub(at);
    if left == 0 {
        return Ok(Lies::End);
    }
    if left < HEAD_BYTES {
        let mut bytes = [0; 4];
        let read = left.min(4);
        let bytes = &mut bytes[..usize::try_from(read).unwrap_or(4)];
        file.read_exact_at(bytes, at)?;
        return Ok(if MARK.starts_with(bytes) { Lies::Part } else { Lies::Other });
    }
    let mut bytes = [0; HEAD];
    file.read_exact_at(&mut bytes, at)?;
    Ok(match Head::from_bytes(&bytes) {
        Some(head) if head.frame_bytes() <= left => Lies::Frame(head),
        Some(_) => Lies::Part,
        None => Lies::Other,
    })
}

/// Where the frame begins that ends at `end`, if the number before `end` leads to one.
pub(crate) fn look_back(file: &File, end: u64) -> io::Result<Option<(u64, Head)>> {
    if end < HEAD_BYTES + END_BYTES {
        return Ok(None);
    }
    let mut bytes = [0; END];
    file.read_exact_at(&mut bytes, end - END_BYTES)?;
    let frame_bytes = u64::from(u32::from_le_bytes(bytes));
    let Some(at) = end.checked_sub(frame_bytes) else { return Ok(None) };
    match look(file, at, end)? {
        Lies::Frame(head) if head.frame_bytes() == frame_bytes => Ok(Some((at, head))),
        _ => Ok(None),
    }
}

/// The operations of a frame; none if its bodies are not what its head says.
pub(crate) fn operations(file: &File, at: u64, head: &Head, stream: &Stream) -> io::Result<Option<Vec<Operation>>> {
    let Some(bodies) = bodies(file, at, head)? else { return Ok(None) };
    let (mut before, mut operations) = (head.prev, Vec::with_capacity(bodies.len()));
    for (seq, body) in (head.first..).zip(bodies) {
        let operation = Operation::follow(stream, seq, before, body);
        before = operation.hash;
        operations.push(operation);
    }
    Ok((before == head.last).then_some(operations))
}

/// The bodies of a frame, not yet checked against its hashes; none if their sizes do not add up.
pub(crate) fn bodies(file: &File, at: u64, head: &Head) -> io::Result<Option<Vec<Vec<u8>>>> {
    let mut bytes = vec![0; head.bodies_bytes as usize + END];
    file.read_exact_at(&mut bytes, at + HEAD_BYTES)?;
    let (mut rest, end) = bytes.split_at(head.bodies_bytes as usize);
    let mut bodies = Vec::new();
    while let Some((size, after)) = rest.split_first_chunk::<4>() {
        let size = u32::from_le_bytes(*size) as usize;
        let Some((body, after)) = after.split_at_checked(size) else { return Ok(None) };
        bodies.push(body.to_vec());
        rest = after;
    }
    let adds_up = rest.is_empty() && bodies.len() == head.count as usize;
    let ends_well = u64::from(u32::from_le_bytes(part(end, 0))) == head.frame_bytes();
    Ok((adds_up && ends_well).then_some(bodies))
}
