//! Tidying: packs of many small segments are put together anew, those that are older than is wanted are removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::ArchiveError;
use crate::archive::{Archive, ENDING, Prefixes};
use crate::keeping::{Bounds, Kept};
use crate::member::Member;
use crate::pack::Pack;
use crate::segment::{Edges, Head};
use crate::squeezing::SEGMENT_BYTES;
use crate::writing::{Base, Refill, Writer};

/// A pack is put together anew when nothing was added for so long, in milliseconds.
const RESTED_MS: i64 = 24 * 3_600_000;
/// So many segments more than are needed make it worth while for a session that rests.
const SPARE: usize = 4;
/// And so many for one that goes on.
const SPARE_LIVE: usize = 64;
/// Older contents of a transcript that was rewritten: so many are kept beside the newest.
const OLDER_CONTENTS: usize = 2;
/// It is looked over once in this time.
const EVERY: Duration = Duration::from_hours(24);

impl Archive {
    /// Tidies once a day, as far as there is time.
    pub(crate) fn tidy(&self, bounds: &Bounds<'_>, kept: &mut Kept) -> Result<(), ArchiveError> {
        let stamp = self.folder().join(".tidied");
        let last = fs::metadata(&stamp).and_then(|metadata| metadata.modified());
        let is_due = last.map_or(true, |last| SystemTime::now().duration_since(last).is_ok_and(|since| since >= EVERY));
        if !is_due || kept.sessions_left > 0 {
            return Ok(());
        }
        let mut old = BTreeSet::new();
        for name in self.packs()? {
            if bounds.is_over() {
                return Ok(());
            }
            let Some(pack) = self.pack(&name)? else { continue };
            if pack.length == 0 {
                // what could be kept was just put into it: nothing is in it, and nothing can stand on it
                fs::remove_file(&pack.path).map_err(ArchiveError::at(&pack.path))?;
                continue;
            }
            let modified_ms = pack.segments.iter().map(|segment| segment.head.modified_ms).max().unwrap_or(i64::MAX);
            if bounds.since_ms.is_some_and(|since| modified_ms < since) {
                old.insert(name);
            } else if is_loose(&pack, bounds.now_ms.saturating_sub(modified_ms) > RESTED_MS) && pack.lost.is_empty() {
                drop(pack);
                kept.compacted += u64::from(self.compact(&name, &BTreeSet::new())?);
            }
        }
        kept.dropped += self.remove_packs(&old)?;
        config::replace_file(&stamp, b"").map_err(ArchiveError::at(&stamp))?;
        Ok(())
    }

    /// Moves the pack of a session into a folder, out of the archive; whether there was one. What stands on
    /// it is written anew first, and so is it, where it stands on others: these may go, too, while it is away.
    pub fn take_out(&self, session: &str, folder: &Path) -> Result<bool, ArchiveError> {
        let _lock = self.lock()?;
        let Some(pack) = self.pack(session)? else { return Ok(false) };
        let others = pack.segments.iter().filter_map(|segment| segment.head.prefix.as_ref());
        let others: BTreeSet<String> =
            others.map(|prefix| prefix.pack.clone()).filter(|other| other != session).collect();
        drop(pack);
        // a damaged one goes as it is: nothing is lost by that
        let _ = others.is_empty() || self.compact(session, &others)?;
        self.stand_alone(&BTreeSet::from([session.to_owned()]))?;
        let (from, to) = (self.path_of(session), folder.join(format!("{session}.{ENDING}")));
        config::move_file(&from, &to).map_err(ArchiveError::at(&from))?;
        self.sync_folder()?;
        Ok(true)
    }

    /// Moves a pack back that was taken out into a folder; whether it did. Where something is kept of the session meanwhile,
    /// that stays.
    pub fn take_back(&self, session: &str, folder: &Path) -> Result<bool, ArchiveError> {
        let (from, to) = (folder.join(format!("{session}.{ENDING}")), self.path_of(session));
        if !from.exists() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        if to.exists() {
            return Ok(false);
        }
        config::move_file(&from, &to).map_err(ArchiveError::at(&from))?;
        self.sync_folder()?;
        Ok(true)
    }

    fn remove_packs(&self, names: &BTreeSet<String>) -> Result<u64, ArchiveError> {
        self.stand_alone(names)?;
        let mut removed = 0;
        for name in names {
            let path = self.path_of(name);
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(ArchiveError::at(&path)(error)),
            }
        }
        self.sync_folder()?;
        Ok(removed)
    }

    /// Writes every pack anew that stands on one of some that go.
    fn stand_alone(&self, going: &BTreeSet<String>) -> Result<(), ArchiveError> {
        if going.is_empty() {
            return Ok(());
        }
        for name in self.packs()?.into_iter().filter(|name| !going.contains(name)) {
            let stands_on_them = |pack: &Pack| {
                let mut prefixes = pack.segments.iter().filter_map(|segment| segment.head.prefix.as_ref());
                prefixes.any(|prefix| going.contains(&prefix.pack))
            };
            if self.pack(&name)?.is_some_and(|pack| stands_on_them(&pack)) && !self.compact(&name, going)? {
                let reason = "it is damaged, and stands on what would be removed";
                return Err(ArchiveError::at(&self.path_of(&name))(io::Error::other(reason)));
            }
        }
        Ok(())
    }

    /// Puts a pack together anew: whole segments, the newest content of each file and few older ones. Contents of packs
    /// that go do not serve any more. Where something cannot be read, nothing is changed, and it says so.
    fn compact(&self, name: &str, going: &BTreeSet<String>) -> Result<bool, ArchiveError> {
        let path = self.path_of(name);
        let Some(pack) = self.pack(name)? else { return Ok(false) };
        let contents = self.chosen(name, &pack, going)?;
        let mut writer = Writer::replace(&path).map_err(ArchiveError::at(&path))?;
        for member in &contents {
            if !self.copy(&pack, member, going, &mut writer).map_err(ArchiveError::at(&path))? {
                return Ok(false);
            }
        }
        writer.finish().map_err(ArchiveError::at(&path))?;
        self.sync_folder()?;
        Ok(true)
    }

    /// The contents that stay: of a transcript the newest and few older ones, of another file the newest, and all that
    /// another pack stands on.
    fn chosen(&self, name: &str, pack: &Pack, going: &BTreeSet<String>) -> Result<Vec<Member>, ArchiveError> {
        let (mut chosen, over) = sorted_out(pack);
        if over.is_empty() {
            return Ok(chosen);
        }
        let mut needed = BTreeSet::new();
        for other in self.packs()?.iter().filter(|other| !going.contains(*other)) {
            let segments = self.pack(other)?.map(|pack| pack.segments).unwrap_or_default();
            let prefixes = segments.into_iter().filter_map(|segment| segment.head.prefix);
            needed.extend(prefixes.filter(|prefix| prefix.pack == name).map(|prefix| (prefix.file, prefix.version)));
        }
        chosen.extend(over.into_iter().filter(|member| needed.contains(&(member.place.file.clone(), member.version))));
        Ok(chosen)
    }

    /// Writes a content anew; whether all of it could be read.
    fn copy(&self, pack: &Pack, member: &Member, going: &BTreeSet<String>, writer: &mut Writer) -> io::Result<bool> {
        let Some(first) = member.first(pack) else { return Ok(true) };
        let mut prefixes = Prefixes::new(self);
        let stays = first.prefix.as_ref().filter(|prefix| !going.contains(&prefix.pack));
        let base = stays.map(|prefix| prefixes.base(prefix)).transpose()?;
        let modified_ms = member.modified_ms;
        let like = Head { modified_ms, ..first.clone() };
        let (has_lines, waiting, edges) = (member.place.has_lines(), Vec::new(), Edges::default());
        let mut refill = Refill { writer, like, has_lines, base, held: waiting, at: 0, edges };
        for segment in member.segments.iter().filter_map(|at| pack.segments.get(*at)) {
            let head = &segment.head;
            let taken = refill.at + refill.held.len() as u64;
            if head.end() <= taken && head.bytes > 0 {
                continue;
            }
            if head.at > taken {
                return Ok(false);
            }
            let Ok(content) = prefixes.content(pack, segment) else { continue };
            let known = usize::try_from(taken - head.at).unwrap_or(usize::MAX);
            refill.take(&content[known.min(content.len())..])?;
        }
        let is_whole = refill.at + refill.held.len() as u64 == member.end(pack);
        refill.end()?;
        Ok(is_whole)
    }
}

/// The contents that stay in a pack, and those that are too many.
fn sorted_out(pack: &Pack) -> (Vec<Member>, Vec<Member>) {
    let mut by_place: BTreeMap<_, Vec<Member>> = BTreeMap::new();
    for member in pack.members() {
        by_place.entry(member.place.clone()).or_default().push(member);
    }
    let (mut stay, mut over) = (Vec::new(), Vec::new());
    for (place, mut contents) in by_place {
        contents.sort_by_key(|member| std::cmp::Reverse(member.age()));
        let most = if place.has_lines() { 1 + OLDER_CONTENTS } else { 1 };
        over.extend(contents.split_off(contents.len().min(most)));
        stay.extend(contents);
    }
    (stay, over)
}

/// Whether a pack has many more segments than are needed.
fn is_loose(pack: &Pack, rested: bool) -> bool {
    let needed = |member: &Member| usize::try_from(member.bytes).unwrap_or(usize::MAX) / SEGMENT_BYTES + 1;
    let needed: usize = sorted_out(pack).0.iter().map(needed).sum();
    pack.segments.len() > needed + if rested { SPARE } else { SPARE_LIVE }
}

impl Prefixes<'_> {
    /// The content on which others stand, to stand on it again.
    fn base(&mut self, prefix: &crate::segment::Prefix) -> io::Result<Base> {
        Ok(Base { bytes: self.bytes(prefix)?.to_vec(), prefix: prefix.clone() })
    }
}
