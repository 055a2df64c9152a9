//! Keeping what is new: files that grew get a segment, files that were rewritten a new content.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io;
use std::mem;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::archive::{Archive, Prefixes};
use crate::checking::repair;
use crate::member::Member;
use crate::pack::Pack;
use crate::seen::{Seen, Stood, seed};
use crate::segment::{EDGE_BYTES, Edges, Head, Named, Prefix, hash};
use crate::squeezing::{PREFIX_BYTES, SEGMENT_BYTES};
use crate::walk::{Found, Walk};
use crate::writing::{Base, Writer, cut};
use crate::{ArchiveError, Place};

/// In so many bytes of a transcript the first id of a record is looked for.
const SEED_WITHIN: usize = 64 * 1024;

/// What is kept, and how long that may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    /// Folders of Claude Code.
    pub roots: &'a [PathBuf],
    /// The present moment, in milliseconds since 1970.
    pub now_ms: i64,
    /// What was last modified before this moment is not kept; none keeps everything.
    pub since_ms: Option<i64>,
    /// When to leave the rest to the next time.
    pub until: Option<Instant>,
    /// Threads, at least one.
    pub threads: usize,
    /// Ends it soon when it is set.
    pub stop: &'a AtomicBool,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Sessions of which something was new.
    pub sessions: u64,
    /// Files of which something was new.
    pub files: u64,
    /// Bytes of that.
    pub bytes: u64,
    /// Bytes that it takes in the archive.
    pub bytes_packed: u64,
    /// Sessions that are left to the next time.
    pub sessions_left: u64,
    /// Packs that were put together anew.
    pub compacted: u64,
    /// Packs that were removed, being older than is wanted.
    pub dropped: u64,
    /// Sessions of which something cannot be kept, and no transcript is kept.
    pub missing: BTreeSet<String>,
    /// What cannot be kept, and why.
    pub problems: Vec<(PathBuf, String)>,
}

impl Bounds<'_> {
    pub(crate) fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// What several threads know together.
struct Common {
    seen: Seen,
    kept: Kept,
    /// Transcripts by what copies of them share.
    seeds: HashMap<u64, Vec<Place>>,
    /// The same of transcripts that were begun.
    begun: HashSet<u64>,
    /// Sessions whose turn comes when all others are kept: they look like copies of one that was being kept.
    later: Vec<usize>,
}

/// How a file stands to what is kept of it.
enum Standing {
    Same,
    /// From here on it is new; for a content of its own from 0.
    New {
        version: u32,
        from: u64,
    },
}

impl Archive {
    /// Keeps what is new under the roots, what is deleted soonest first. What cannot be finished in time is left to the
    /// next time.
    pub fn keep(&self, bounds: &Bounds<'_>) -> Result<Kept, ArchiveError> {
        self.keep_where(bounds, &|_| true)
    }

    /// The same for files that are wanted alone; only those of which something is new are asked for.
    pub fn keep_where(&self, bounds: &Bounds<'_>, wanted: &dyn Fn(&Place) -> bool) -> Result<Kept, ArchiveError> {
        let _lock = self.lock()?;
        let list = self.folder().join(".seen");
        let walk = Walk::over(bounds.roots);
        let mut seen = Seen::load(&list);
        let packs: HashSet<String> = self.packs()?.into_iter().collect();
        let todo = todo(walk.packs, &seen, &packs, bounds.since_ms, wanted);
        seen.files.retain(|place, _| place.pack().is_some_and(|pack| packs.contains(pack)));
        let mut seeds: HashMap<u64, Vec<Place>> = HashMap::new();
        for (place, stood) in seen.files.iter().filter(|(_, stood)| stood.seed != 0) {
            seeds.entry(stood.seed).or_default().push(place.clone());
        }
        let kept = Kept { problems: walk.problems, ..Kept::default() };
        let common = Mutex::new(Common { seen, seeds, begun: HashSet::new(), later: Vec::new(), kept });
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 1..bounds.threads.clamp(1, todo.len().max(1)) {
                scope.spawn(|| self.work(&todo, &next, &common, bounds));
            }
            self.work(&todo, &next, &common, bounds);
        });
        let postponed = self.keep_postponed(&todo, &common, bounds);
        let Common { seen, mut kept, .. } = common.into_inner().unwrap_or_else(PoisonError::into_inner);
        kept.sessions_left = (todo.len().saturating_sub(next.into_inner()) + postponed) as u64;
        if !todo.is_empty() {
            // the names of new packs, before it is said that they are there
            self.sync_folder()?;
            seen.save(&list).map_err(ArchiveError::at(&list))?;
        }
        self.tidy(bounds, &mut kept)?;
        Ok(kept)
    }

    pub(crate) fn sync_folder(&self) -> Result<(), ArchiveError> {
        File::open(self.folder()).and_then(|folder| folder.sync_all()).map_err(ArchiveError::at(self.folder()))
    }

    fn work(&self, todo: &[(String, Vec<Found>)], next: &AtomicUsize, common: &Mutex<Common>, bounds: &Bounds<'_>) {
        loop {
            if bounds.is_over() {
                return;
            }
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, files)) = todo.get(at) else { return };
            let seed = files.first().filter(|found| bounds.threads > 1 && found.place.is_session()).map_or(0, seed_of);
            let mut known = common.lock().unwrap_or_else(PoisonError::into_inner);
            if seed != 0 && !known.begun.insert(seed) && !known.seeds.contains_key(&seed) {
                known.later.push(at);
                continue;
            }
            drop(known);
            self.keep_session(name, files, common);
        }
    }

    /// Keeps the sessions that were left until later; how many there is no time for.
    fn keep_postponed(&self, todo: &[(String, Vec<Found>)], common: &Mutex<Common>, bounds: &Bounds<'_>) -> usize {
        let mut later = mem::take(&mut common.lock().unwrap_or_else(PoisonError::into_inner).later);
        later.sort_unstable_by(|one, other| other.cmp(one));
        while !bounds.is_over()
            && let Some((name, files)) = later.pop().and_then(|at| todo.get(at))
        {
            self.keep_session(name, files, common);
        }
        later.len()
    }

    /// Keeps what is new of a session, or notes why that cannot be.
    fn keep_session(&self, name: &str, files: &[Found], common: &Mutex<Common>) {
        let problems =
            self.add_session(name, files, common).unwrap_or_else(|error| vec![(self.path_of(name), error.to_string())]);
        if problems.is_empty() {
            return;
        }
        let is_missing = !name.starts_with("agent-") && !self.holds(name);
        let mut common = common.lock().unwrap_or_else(PoisonError::into_inner);
        common.kept.problems.extend(problems);
        common.kept.missing.extend(is_missing.then(|| name.to_owned()));
    }

    fn add_session(
        &self,
        name: &str,
        files: &[Found],
        common: &Mutex<Common>,
    ) -> Result<Vec<(PathBuf, String)>, ArchiveError> {
        let (pack, path) = (self.pack(name)?, self.path_of(name));
        let mut session = Session { archive: self, pack, writer: None, path, stood: Vec::new(), kept: Kept::default() };
        for found in files {
            match session.take(found, common) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => session.kept.problems.push((found.place.path(), error.to_string())),
                Ok(()) => {}
            }
        }
        let Session { writer, path, stood, kept, .. } = session;
        let packed = writer.map_or(Ok(0), Writer::finish).map_err(ArchiveError::at(&path))?;
        let mut common = common.lock().unwrap_or_else(PoisonError::into_inner);
        for (place, stood) in stood {
            if stood.seed != 0 {
                let same = common.seeds.entry(stood.seed).or_default();
                if !same.contains(&place) {
                    same.push(place.clone());
                }
            }
            common.seen.files.insert(place, stood);
        }
        common.kept.sessions += u64::from(packed > 0);
        common.kept.files += kept.files;
        common.kept.bytes += kept.bytes;
        common.kept.bytes_packed += packed;
        Ok(kept.problems)
    }

    /// The content of which a new one is probably a copy: of another transcript with the same first id.
    fn base(&self, place: &Place, seed: u64, common: &Mutex<Common>) -> Option<Base> {
        let same = common.lock().unwrap_or_else(PoisonError::into_inner).seeds.get(&seed)?.clone();
        same.iter().filter(|other| *other != place).find_map(|other| {
            let pack = self.pack(other.pack()?).ok()??;
            let member = pack.newest(&other.root, &other.file)?;
            base_of(other.pack()?, &pack, &member)
        })
    }
}

/// A content that others may stand on: one that stands on none itself.
pub(crate) fn base_of(name: &str, pack: &Pack, member: &Member) -> Option<Base> {
    let stands_alone = |at: &usize| pack.segments.get(*at).is_some_and(|segment| segment.head.prefix.is_none());
    if !member.segments.iter().all(stands_alone) {
        return None;
    }
    let content = member.content(pack, &mut |segment| {
        if segment.head.at >= PREFIX_BYTES as u64 {
            return Err(io::Error::other("not needed"));
        }
        pack.content(segment, &[])
    });
    if content.missing.iter().any(|missing| missing.at < PREFIX_BYTES as u64) {
        return None;
    }
    let mut bytes = content.bytes;
    bytes.truncate(PREFIX_BYTES);
    let prefix = Prefix {
        pack: name.to_owned(),
        root: member.place.root.to_str()?.to_owned(),
        file: member.place.file.clone(),
        version: member.version,
        bytes: bytes.len() as u64,
        hash: hash(&bytes),
    };
    (!bytes.is_empty()).then_some(Base { prefix, bytes })
}

/// A session that is being kept.
struct Session<'a> {
    archive: &'a Archive,
    pack: Option<Pack>,
    writer: Option<Writer>,
    path: PathBuf,
    stood: Vec<(Place, Stood)>,
    kept: Kept,
}

impl Session<'_> {
    /// Keeps what is new of a file.
    fn take(&mut self, found: &Found, common: &Mutex<Common>) -> io::Result<()> {
        let place = &found.place;
        let Some(root) = place.root.to_str() else { return Err(io::Error::other("its name is not valid Unicode")) };
        let file = File::open(place.path())?;
        let length = file.metadata()?.len();
        let seed = if place.is_session() { seed(&read(&file, 0, SEED_WITHIN.min(fit(length)))?) } else { 0 };
        let modified_ms = found.modified_ns / 1_000_000;
        let mut end = length;
        let sure =
            common.lock().unwrap_or_else(PoisonError::into_inner).seen.files.get(place).map_or(0, |stood| stood.bytes);
        self.make_sure(place, sure)?;
        if let Standing::New { version, from } = standing(self.pack.as_ref(), place, &file, length)? {
            let base = if from == 0 && seed != 0 { self.archive.base(place, seed, common) } else { None };
            let writer = match &mut self.writer {
                Some(writer) => writer,
                none => none.insert(Writer::append(&self.path, self.pack.as_ref())?),
            };
            let named = Named { root, file: &place.file, version, modified_ms };
            end = add(&file, from..length, &named, (writer, base.as_ref()))?;
            self.kept.bytes += end - from;
            self.kept.files += u64::from(end > from || length == 0);
        }
        // a file that became shorter while it was read is looked at again, because this is less than was found
        let bytes = if end < length { end } else { found.bytes };
        self.stood.push((place.clone(), Stood { bytes, modified_ns: found.modified_ns, seed }));
        Ok(())
    }
}

impl Session<'_> {
    /// Where a pack holds something else than what is known to be kept, a loss of power may have left heads without their
    /// contents: every segment is read, and one that is not whole is made again from the file.
    fn make_sure(&mut self, place: &Place, sure: u64) -> io::Result<()> {
        let Some(pack) = &self.pack else { return Ok(()) };
        let Some(member) = pack.newest(&place.root, &place.file).filter(|member| member.bytes != sure) else {
            return Ok(());
        };
        let mut prefixes = Prefixes::new(self.archive);
        for segment in member.segments.iter().filter_map(|at| pack.segments.get(*at)) {
            if prefixes.content(pack, segment).is_err() {
                repair(pack, &segment.head, &mut self.writer)?;
            }
        }
        Ok(())
    }
}

/// Adds a stretch of a file to a pack, segment by segment; where what was added ends. A last line without its end is kept,
/// too: the file may be gone before anybody ends it, and what follows is put behind it.
fn add(
    file: &File,
    stretch: Range<u64>,
    named: &Named<'_>,
    (writer, base): (&mut Writer, Option<&Base>),
) -> io::Result<u64> {
    let before = EDGE_BYTES.min(fit(stretch.start));
    let mut edges = Edges { lead: read(file, 0, before)?, edge: read(file, stretch.start - before as u64, before)? };
    let mut at = stretch.start;
    loop {
        let piece = read(file, at, SEGMENT_BYTES.min(fit(stretch.end - at)))?;
        let reaches_end = at + piece.len() as u64 >= stretch.end || piece.is_empty();
        let has_lines = Path::new(named.file).extension().is_some_and(|ending| ending == "jsonl");
        let taken = cut(&piece, has_lines, reaches_end);
        if taken == 0 && stretch.end > 0 {
            return Ok(at);
        }
        let content = &piece[..taken];
        edges.take(content);
        writer.add(Head::new(named, at, content, &edges), content, base)?;
        at += taken as u64;
        if at >= stretch.end {
            return Ok(at);
        }
    }
}

/// What copies of a transcript share with it; 0 if nothing tells.
fn seed_of(found: &Found) -> u64 {
    let beginning = File::open(found.place.path()).and_then(|file| read(&file, 0, SEED_WITHIN));
    beginning.map_or(0, |beginning| seed(&beginning))
}

/// How a file stands to what is kept of it. Its beginning and the end of what is kept are compared, not all of it.
fn standing(pack: Option<&Pack>, place: &Place, file: &File, length: u64) -> io::Result<Standing> {
    let Some(pack) = pack else { return Ok(Standing::New { version: 0, from: 0 }) };
    let Some(member) = pack.newest(&place.root, &place.file) else { return Ok(Standing::New { version: 0, from: 0 }) };
    let last_version = pack.members().iter().filter(|other| other.place == *place).map(|other| other.version).max();
    let rewritten = Standing::New { version: last_version.unwrap_or_default() + 1, from: 0 };
    if length < member.bytes {
        return Ok(rewritten);
    }
    let edge = EDGE_BYTES.min(fit(member.bytes));
    if let Some(last) = member.last(pack) {
        let is_as_it_was = hash(&read(file, 0, edge)?) == last.lead
            && hash(&read(file, member.bytes - edge as u64, edge)?) == last.edge;
        if !is_as_it_was {
            return Ok(rewritten);
        }
    }
    let version = member.version;
    let is_same = length == member.bytes;
    Ok(if is_same { Standing::Same } else { Standing::New { version, from: member.bytes } })
}

/// Sessions with files that are not as they were seen, the one that was modified first in front.
fn todo(
    packs: std::collections::BTreeMap<String, Vec<Found>>,
    seen: &Seen,
    there: &HashSet<String>,
    since_ms: Option<i64>,
    wanted: &dyn Fn(&Place) -> bool,
) -> Vec<(String, Vec<Found>)> {
    let is_seen = |found: &Found| {
        let stood = seen.files.get(&found.place);
        stood.is_some_and(|stood| (stood.bytes, stood.modified_ns) == (found.bytes, found.modified_ns))
    };
    let mut todo: Vec<(String, Vec<Found>)> = packs
        .into_iter()
        .map(|(name, mut files)| {
            files.retain(|found| since_ms.is_none_or(|since| found.modified_ns / 1_000_000 >= since));
            if there.contains(&name) {
                files.retain(|found| !is_seen(found));
            }
            files.retain(|found| wanted(&found.place));
            // transcripts first, so that what cannot be finished lacks the least
            files.sort_by(|one, other| {
                (!one.place.is_session(), &one.place).cmp(&(!other.place.is_session(), &other.place))
            });
            (name, files)
        })
        .filter(|(_, files)| !files.is_empty())
        .collect();
    todo.sort_by_key(|(_, files)| files.iter().map(|found| found.modified_ns).max());
    todo
}

fn read(file: &File, at: u64, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut filled = 0;
    while filled < count {
        match file.read_at(&mut bytes[filled..], at + filled as u64)? {
            0 => break,
            more => filled += more,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn fit(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
