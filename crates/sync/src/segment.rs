//! Operations as files that never change: what a folder and a git repository hold.
//!
//! A segment is a run of operations of one stream, one line of JSON each. Its name says which: where it begins and ends, the
//! hash that it follows and the hash that it ends with. So heads are known from names alone, two machines that write at the
//! same time never write into one file, and a file that arrives twice, late or in part harms nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::{Hash, Operation, Scope, Stream};
use serde::{Deserialize, Serialize};

use crate::head::linked;
use crate::{Fault, Head, Heads, Page, digits};

/// The first part of every path.
pub(crate) const FOLDER: &str = "operations";

/// A longer key is written as its hash; the lines of the file tell it whole.
const KEY_MAX_BYTES: usize = 60;

/// A run of operations of one stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    /// Folders, from [`FOLDER`] on: the replica and the scope.
    pub(crate) folder: String,
    /// What it follows.
    pub(crate) after: Head,
    /// Its last operation.
    pub(crate) to: Head,
}

impl Segment {
    /// The segment of operations that follow each other; none without any.
    pub(crate) fn of(operations: &[Operation]) -> Option<Self> {
        let (first, last) = (operations.first()?, operations.last()?);
        Some(Self { folder: folder_of(&first.stream), after: Head::before(first), to: Head::after(last) })
    }

    /// Its path, with slashes.
    pub(crate) fn path(&self) -> String {
        let Self { folder, after, to } = self;
        format!("{folder}/{:010}-{:010}-{}-{}", after.seq + 1, to.seq, after.hash, to.hash)
    }

    /// The segment of a path; none where it is no segment's.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/')?;
        let [first, last, before, end] = name.split('-').collect::<Vec<_>>().try_into().ok()?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        let after = Head { seq: first.checked_sub(1)?, hash: before.parse().ok()? };
        let to = Head::told(last, end.parse().ok()?)?;
        (last >= first).then_some(Self { folder: folder.to_owned(), after, to })
    }
}

/// The folder of a stream: whatever its scope is, plain names.
pub(crate) fn folder_of(stream: &Stream) -> String {
    let scope = match &stream.scope {
        Scope::Here | Scope::Private => stream.scope.to_string(),
        Scope::Project(key) => format!("project~{}", plain(key)),
        Scope::Publish(key) => format!("publish~{}", plain(key)),
    };
    format!("{FOLDER}/{}/{scope}", stream.replica)
}

fn plain(key: &str) -> String {
    if key.len() > KEY_MAX_BYTES {
        return format!("long-{}", blake3::hash(key.as_bytes()).to_hex());
    }
    digits::written(key.as_bytes())
}

/// What a place holds: its segments, by folder.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    folders: BTreeMap<String, BTreeSet<Segment>>,
}

impl Shelf {
    /// That of paths; what is no segment is passed over.
    pub(crate) fn of<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut shelf = Self::default();
        for segment in paths.filter_map(Segment::of_path) {
            shelf.folders.entry(segment.folder.clone()).or_default().insert(segment);
        }
        shelf
    }

    /// The way from the first operation of a stream to its end, link by link. Of two ways the longer one, and of two that are
    /// equally long the same for everybody.
    pub(crate) fn way(&self, folder: &str) -> Vec<&Segment> {
        let Some(segments) = self.folders.get(folder) else { return Vec::new() };
        let mut ways: BTreeMap<Head, Option<&Segment>> = BTreeMap::from([(Head::START, None)]);
        // Segments are in the order of where they begin, so whatever leads to one comes before it.
        for segment in segments {
            if ways.contains_key(&segment.after) {
                ways.entry(segment.to).or_insert(Some(segment));
            }
        }
        let mut way = Vec::new();
        let mut end = ways.last_key_value().and_then(|(_, segment)| *segment);
        while let Some(segment) = end {
            way.push(segment);
            end = ways.get(&segment.after).copied().flatten();
        }
        way.reverse();
        way
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// The head of every stream; `stream_of` reads the stream out of a segment where its folder does not tell it.
    fn heads<E>(&self, mut stream_of: impl FnMut(&Segment) -> Result<Option<Stream>, E>) -> Result<Heads, E> {
        let mut heads = Heads::new();
        for folder in self.folders.keys() {
            let way = self.way(folder);
            let (Some(first), Some(last)) = (way.first(), way.last()) else { continue };
            let stream = match stream_of_folder(folder) {
                Some(stream) => Some(stream),
                None => stream_of(first)?,
            };
            heads.extend(stream.map(|stream| (stream, last.to)));
        }
        Ok(heads)
    }
}

/// A place that holds segments, as far as it is known, and what was read of it last: pages of one segment are read one after
/// the other.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    pub(crate) shelf: Shelf,
    open: Option<(Segment, Vec<Operation>)>,
}

impl Holding {
    /// The head of every stream; `read` has the content of a segment.
    pub(crate) fn heads(&mut self, read: impl Fn(&Segment) -> Result<Vec<u8>, Fault>) -> Result<Heads, Fault> {
        let Self { shelf, open } = self;
        shelf.heads(|segment| Ok(opened(open, segment, &read)?.first().map(|first| first.stream.clone())))
    }

    /// A page of a stream.
    pub(crate) fn page(
        &mut self,
        stream: &Stream,
        after: u64,
        page: Page,
        read: impl Fn(&Segment) -> Result<Vec<u8>, Fault>,
    ) -> Result<Vec<Operation>, Fault> {
        let Self { shelf, open } = self;
        let open = |segment: &Segment| Ok(linked(stream, segment.after, opened(open, segment, &read)?));
        self::page(&shelf.way(&folder_of(stream)), after, page, open)
    }
}

/// The operations of a segment, read unless it is the one that is open.
fn opened(
    open: &mut Option<(Segment, Vec<Operation>)>,
    segment: &Segment,
    read: impl Fn(&Segment) -> Result<Vec<u8>, Fault>,
) -> Result<Vec<Operation>, Fault> {
    if let Some((_, operations)) = open.as_ref().filter(|(known, _)| known == segment) {
        return Ok(operations.clone());
    }
    let operations = decode(&read(segment)?);
    *open = Some((segment.clone(), operations.clone()));
    Ok(operations)
}

/// What a page of a stream holds; `open` reads of a segment what is as it was. What is not ends it.
fn page(
    way: &[&Segment],
    after: u64,
    page: Page,
    mut open: impl FnMut(&Segment) -> Result<Vec<Operation>, Fault>,
) -> Result<Vec<Operation>, Fault> {
    let mut read: Vec<Operation> = Vec::new();
    for segment in way.iter().filter(|segment| segment.to.seq > after) {
        let follows = open(segment)?;
        let is_whole = follows.last().map(Head::after) == Some(segment.to);
        read.extend(follows.into_iter().filter(|operation| operation.seq > after));
        if !is_whole || read.len() >= page.operations {
            break;
        }
    }
    page.of(read.into_iter().map(Ok))
}

/// The stream of a folder, if its name tells it.
fn stream_of_folder(folder: &str) -> Option<Stream> {
    let mut parts = folder.strip_prefix(FOLDER)?.strip_prefix('/')?.split('/');
    let (replica, scope) = (parts.next()?.parse().ok()?, parts.next()?);
    let key = |hex: &str| String::from_utf8(digits::read(hex)?).ok();
    let scope = match scope.split_once('~') {
        None => Scope::from_str(scope).ok()?,
        Some((word, hex)) => Scope::from_str(&format!("{word}:{}", key(hex)?)).ok()?,
    };
    Some(Stream { replica, scope })
}

/// A line of a segment.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    stream: Stream,
    seq: u64,
    prev: Hash,
    hash: Hash,
    /// The body, where it is text, as everything that this program writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The body in base64, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

/// Operations as the content of a segment.
pub(crate) fn encode(operations: &[Operation]) -> Vec<u8> {
    let mut content = Vec::new();
    for operation in operations {
        let text = String::from_utf8(operation.body.clone()).ok();
        let bytes = text.is_none().then(|| STANDARD.encode(&operation.body));
        let Operation { stream, seq, prev, hash, .. } = operation.clone();
        let line = Line { stream, seq, prev, hash, text, bytes };
        content.extend(serde_json::to_vec(&line).expect("texts and numbers can be written as JSON"));
        content.push(b'\n');
    }
    content
}

/// The operations of a segment, up to the first line that is none.
pub(crate) fn decode(content: &[u8]) -> Vec<Operation> {
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let operation = |line: &[u8]| {
        let line: Line = serde_json::from_slice(line).ok()?;
        let body = match (line.text, line.bytes) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(bytes)) => STANDARD.decode(bytes).ok()?,
            (None, None) => return None,
        };
        Some(Operation { stream: line.stream, seq: line.seq, prev: line.prev, hash: line.hash, body })
    };
    lines.map_while(operation).collect()
}

#[cfg(test)]
mod tests {
    use journal::ReplicaId;

    use super::*;

    fn operations(scope: &Scope, count: usize) -> Vec<Operation> {
        let stream = Stream { replica: ReplicaId::fresh(), scope: scope.clone() };
        let mut operations: Vec<Operation> = Vec::new();
        for number in 0..count {
            let head = operations.last().map_or(Head::START, Head::after);
            let body = if number == 1 { vec![0xff, b'\n'] } else { format!("{{\"n\":{number}}}\n").into_bytes() };
            operations.push(Operation::follow(&stream, head.seq + 1, head.hash, body));
        }
        operations
    }

    fn scopes() -> Vec<Scope> {
        let keys = ["../../etc", "a/b~c", "ключ", ".", &"long".repeat(200)].map(str::to_owned);
        let projects = keys.iter().cloned().map(Scope::Project);
        projects.chain(keys.iter().cloned().map(Scope::Publish)).chain([Scope::Private]).collect()
    }

    #[test]
    fn a_segment_is_read_as_it_was_written_whatever_its_scope() {
        let mut folders = BTreeSet::new();
        for scope in scopes() {
            let operations = operations(&scope, 3);
            let segment = Segment::of(&operations).expect("there are some");
            assert_eq!(Segment::of_path(&segment.path()), Some(segment.clone()));
            assert_eq!(decode(&encode(&operations)), operations);
            assert!(
                segment.path().split('/').all(|part| part.len() < 255 && part != ".." && part != "."),
                "{segment:?}"
            );
            assert_eq!(segment.path().split('/').count(), 4);
            folders.insert(segment.folder.rsplit('/').next().map(str::to_owned));
            let shelf = Shelf::of([segment.path()].iter().map(String::as_str));
            let heads = shelf.heads(|_| Ok::<_, ()>(Some(operations[0].stream.clone()))).expect("it does not fail");
            assert_eq!(heads, Heads::from([(operations[0].stream.clone(), Head::after(&operations[2]))]));
        }
        assert_eq!(folders.len(), scopes().len(), "every scope has a folder of its own");
    }

    #[test]
    fn a_missing_segment_ends_the_way_and_two_ways_have_one_end() {
        let operations = operations(&Scope::Private, 6);
        let segment = |from: usize, to: usize| Segment::of(&operations[from..to]).expect("there are some").path();
        let end = |paths: &[String]| {
            let shelf = Shelf::of(paths.iter().map(String::as_str));
            shelf.way(&folder_of(&operations[0].stream)).last().map_or(0, |segment| segment.to.seq)
        };
        assert_eq!(end(&[segment(0, 2), segment(2, 3), segment(3, 6)]), 6);
        assert_eq!(end(&[segment(0, 2), segment(3, 6)]), 2, "the middle has not come yet");
        assert_eq!(end(&[segment(0, 2), segment(0, 5), segment(2, 3), segment(5, 6)]), 6);
        assert_eq!(end(&[segment(3, 6)]), 0);
        assert_eq!(end(&["operations/x/notes.txt".to_owned()]), 0);
    }

    #[test]
    fn a_name_with_a_number_that_no_operation_has_is_passed_over() {
        let operations = operations(&Scope::Private, 1);
        let path = Segment::of(&operations).expect("there are some").path();
        for (last, is_one) in [("0000000001", true), ("0000000000", false), ("18446744073709551615", false)] {
            let path = path.replace("-0000000001-", &format!("-{last}-"));
            assert_eq!(Segment::of_path(&path).is_some(), is_one, "{path}");
        }
    }

    #[test]
    fn a_torn_file_tells_what_is_whole() {
        let operations = operations(&Scope::Private, 3);
        let content = encode(&operations);
        for end in 0..content.len() {
            let read = decode(&content[..end]);
            assert_eq!(read[..], operations[..read.len()]);
        }
    }
}
