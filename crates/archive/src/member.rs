//! A file as a pack holds it: one of its contents, put together from segments.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::Place;
use crate::pack::{Pack, Segment};
use crate::segment::Head;

/// A content of a file, as a pack holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Where the file lies or lay.
    pub place: Place,
    /// Which content: one more each time that the file was rewritten.
    pub version: u32,
    /// Bytes of it, from its beginning on, that are kept without a gap.
    pub bytes: u64,
    /// When the file was last modified, in milliseconds since 1970.
    pub modified_ms: i64,
    /// Its segments among those of the pack, by where they begin.
    pub(crate) segments: Vec<usize>,
}

/// What could be read of a content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The bytes, without what is missing.
    pub bytes: Vec<u8>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// A stretch of a file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The file.
    pub path: PathBuf,
    /// Where the stretch begins in it.
    pub at: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Why.
    pub reason: String,
}

impl Member {
    /// What orders the contents of a file, the newest last.
    pub(crate) fn age(&self) -> (i64, u32) {
        (self.modified_ms, self.version)
    }

    /// The head of its first segment.
    pub(crate) fn first<'a>(&self, pack: &'a Pack) -> Option<&'a Head> {
        self.segments.first().and_then(|at| pack.segments.get(*at)).map(|segment| &segment.head)
    }

    /// The head of the segment with which it ends.
    pub(crate) fn last<'a>(&self, pack: &'a Pack) -> Option<&'a Head> {
        let mut heads = self.segments.iter().filter_map(|at| pack.segments.get(*at)).map(|segment| &segment.head);
        heads.find(|head| head.end() == self.bytes)
    }

    /// Where its last segment ends, with whatever is missing before.
    pub(crate) fn end(&self, pack: &Pack) -> u64 {
        let heads = self.segments.iter().filter_map(|at| pack.segments.get(*at)).map(|segment| &segment.head);
        heads.map(Head::end).max().unwrap_or_default()
    }

    /// Puts its content together. `read` gives the content of a segment.
    pub(crate) fn content(&self, pack: &Pack, read: &mut dyn FnMut(&Segment) -> io::Result<Vec<u8>>) -> Content {
        let mut content = Content::default();
        let mut at = 0;
        let mut reason = "it was never written".to_owned();
        for segment in self.segments.iter().filter_map(|index| pack.segments.get(*index)) {
            let head = &segment.head;
            if head.end() <= at {
                continue;
            }
            match read(segment) {
                Ok(bytes) => {
                    if head.at > at {
                        let gap = Missing { path: self.place.path(), at, bytes: head.at - at, reason: reason.clone() };
                        content.missing.push(gap);
                    }
                    let known = usize::try_from(at.saturating_sub(head.at)).unwrap_or(usize::MAX);
                    content.bytes.extend_from_slice(&bytes[known.min(bytes.len())..]);
                    at = head.end();
                }
                Err(error) => reason = error.to_string(),
            }
        }
        let end = self.end(pack);
        if end > at {
            content.missing.push(Missing { path: self.place.path(), at, bytes: end - at, reason });
        }
        content
    }
}

/// What segments hold, file by file and content by content.
pub(crate) fn members(segments: &[Segment]) -> Vec<Member> {
    let mut groups: BTreeMap<(&str, &str, u32), Vec<usize>> = BTreeMap::new();
    for (index, Segment { head, .. }) in segments.iter().enumerate() {
        groups.entry((&head.root, &head.file, head.version)).or_default().push(index);
    }
    let member = |((root, file, version), mut own): ((&str, &str, u32), Vec<usize>)| {
        own.sort_by_key(|index| (segments[*index].head.at, *index));
        let heads = || own.iter().map(|index| &segments[*index].head);
        let bytes = heads().fold(0, |end, head| if head.at <= end { end.max(head.end()) } else { end });
        Member {
            place: Place { root: PathBuf::from(root), file: file.to_owned() },
            version,
            bytes,
            modified_ms: heads().map(|head| head.modified_ms).max().unwrap_or_default(),
            segments: own.clone(),
        }
    };
    groups.into_iter().map(member).collect()
}
