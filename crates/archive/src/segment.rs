//! A segment at rest: a head that says what it is, in a frame that zstd skips, and a frame of zstd with the content.

use serde::{Deserialize, Serialize};

/// Begins a frame that every program for zstd skips (RFC 8878, 3.1.2).
pub(crate) const MARK: [u8; 4] = [0x5A, 0x2A, 0x4D, 0x18];
/// No head is longer, in bytes.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;
/// So many bytes at either end of a segment tell whether a file still begins as it did.
pub(crate) const EDGE_BYTES: usize = 1024;
/// The version of the format that is written.
const FORMAT: u32 = 1;
/// Hexadecimal digits behind a head that tell whether it is whole.
const CHECK: usize = 32;

/// What a segment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Version of the format.
    pub(crate) format: u32,
    /// The folder of Claude Code that the file lay under.
    pub(crate) root: String,
    /// The file, below the root, its parts joined by `/`.
    pub(crate) file: String,
    /// Which content of the file it belongs to: 0, and one more each time that the file was rewritten.
    pub(crate) version: u32,
    /// Where it begins in the file.
    pub(crate) at: u64,
    /// Bytes of its content.
    pub(crate) bytes: u64,
    /// Bytes of the frame that follows.
    pub(crate) packed: u64,
    /// BLAKE3 of the content, in hexadecimal digits.
    pub(crate) hash: String,
    /// The same of the first [`EDGE_BYTES`] of the file, or of as many as there were when the segment ended.
    pub(crate) lead: String,
    /// The same of the last [`EDGE_BYTES`] of the file up to the end of the segment.
    pub(crate) edge: String,
    /// When the file was modified, in milliseconds since 1970.
    pub(crate) modified_ms: i64,
    /// The content without which the frame cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<Prefix>,
}

/// The beginning of another content in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prefix {
    /// The pack.
    pub(crate) pack: String,
    pub(crate) root: String,
    pub(crate) file: String,
    pub(crate) version: u32,
    /// So many bytes of it.
    pub(crate) bytes: u64,
    /// BLAKE3 of those bytes.
    pub(crate) hash: String,
}

impl Head {
    /// The head of a content, which `edges` has taken in; what the frame needs is filled in later.
    pub(crate) fn new(like: &Named<'_>, at: u64, content: &[u8], edges: &Edges) -> Self {
        Self {
            format: FORMAT,
            root: like.root.to_owned(),
            file: like.file.to_owned(),
            version: like.version,
            at,
            bytes: content.len() as u64,
            packed: 0,
            hash: hash(content),
            lead: hash(&edges.lead),
            edge: hash(&edges.edge),
            modified_ms: like.modified_ms,
            prefix: None,
        }
    }

    /// Where it ends in the file.
    pub(crate) fn end(&self) -> u64 {
        self.at.saturating_add(self.bytes)
    }

    /// As it is written, in its frame.
    pub(crate) fn framed(&self) -> Vec<u8> {
        let text = serde_json::to_vec(self).expect("texts and numbers can be written");
        let check = &hash(&text)[..CHECK];
        let length = u32::try_from(text.len() + 1 + CHECK).expect("paths are not that long");
        let mut framed = Vec::with_capacity(text.len() + 9 + CHECK);
        framed.extend_from_slice(&MARK);
        framed.extend_from_slice(&length.to_le_bytes());
        framed.extend_from_slice(&text);
        framed.push(b'\n');
        framed.extend_from_slice(check.as_bytes());
        framed
    }

    /// Reads a head at the beginning of bytes, and how many of them it takes; none where there is none that is whole.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let length = u32::from_le_bytes(*bytes.strip_prefix(&MARK)?.first_chunk::<4>()?) as usize;
        let payload = bytes.get(8..8 + length.min(HEAD_BYTES))?;
        let (text, check) = payload.split_at_checked(length.checked_sub(CHECK)?)?;
        let text = text.strip_suffix(b"\n")?;
        if hash(text).as_bytes()[..CHECK] != *check {
            return None;
        }
        Some((serde_json::from_slice(text).ok()?, 8 + length))
    }
}

/// A content of a file, without its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) root: &'a str,
    pub(crate) file: &'a str,
    pub(crate) version: u32,
    pub(crate) modified_ms: i64,
}

/// The bytes at either end of what was taken in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edges {
    pub(crate) lead: Vec<u8>,
    pub(crate) edge: Vec<u8>,
}

impl Edges {
    /// Takes in what comes next.
    pub(crate) fn take(&mut self, content: &[u8]) {
        let room = EDGE_BYTES.saturating_sub(self.lead.len());
        self.lead.extend_from_slice(&content[..content.len().min(room)]);
        self.edge.extend_from_slice(&content[content.len().saturating_sub(EDGE_BYTES)..]);
        self.edge.drain(..self.edge.len().saturating_sub(EDGE_BYTES));
    }
}

/// BLAKE3, in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_with_any_flipped_bit_is_none() {
        let named = Named { root: "/home/ada/.claude", file: "projects/p/s.jsonl", version: 0, modified_ms: 1 };
        let head = Head::new(&named, 7, b"content", &Edges::default());
        let framed = head.framed();
        assert_eq!(Head::read(&framed), Some((head, framed.len())));
        for bit in 0..framed.len() * 8 {
            let mut damaged = framed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::read(&damaged), None, "bit {bit}");
        }
        for length in 0..framed.len() {
            assert_eq!(Head::read(&framed[..length]), None, "{length} bytes");
        }
    }
}
