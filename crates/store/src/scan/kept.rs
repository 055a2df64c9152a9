//! Transcripts that only the archive has: found in packs that are new, and read as if they were on the disk.
//!
//! The store notes which packs it has looked at, so that a scan looks at the time of one folder as long as none is new.

use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use archive::{Archive, Member, PackFile};
use duckdb::Connection;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use transcript::{FileRole, classify};

use super::plan::{self, Known, Plan, Task};
use super::walk::role_of_named;
use crate::ingest::Found;
use crate::open::{Access, Opened};
use crate::{Store, StoreError, schema};

/// The name under which the store notes when packs were last put into the archive, as far as it has looked.
const CHANGED: &str = "archive_changed";

/// The name under which it notes which packs it has looked at.
const PACKS: &str = "archive_packs";

/// Hexadecimal digits that stand for a pack.
const DIGITS: usize = 16;

/// So many packs are looked at again, rather than that the store is written to only to note them.
const FEW: usize = 32;

/// A time at which no folder changed: it is looked at again.
const NEVER: i64 = i64::MIN;

/// What a look at the archive found.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// What has to be read.
    pub(super) plan: Plan,
    /// Packs that were opened.
    opened: usize,
    /// Packs that cannot be read, with the reason.
    pub(super) unreadable: Vec<(PathBuf, String)>,
    changed_ns: i64,
    packs: FxHashSet<u64>,
}

/// When packs were last put into the archive, as far as the store has looked; none if it never has.
pub(super) fn looked_at(connection: &Connection) -> Result<Option<i64>, StoreError> {
    Ok(schema::meta(connection, CHANGED)?.and_then(|text| text.parse().ok()))
}

/// Looks for transcripts that neither the disk nor the store has.
pub(super) fn look(store: &Store, archive: &Archive, changed_ns: i64) -> Result<Look, StoreError> {
    let mut look = Look { changed_ns, ..Look::default() };
    let opened = store.exists().then(|| Opened::existing(store.path(), Access::Read, store.patience())).transpose()?;
    let noted = opened.as_ref().map(|opened| opened.ask(noted)).transpose()?.unwrap_or_default();
    let packs = match archive.listing() {
        Ok(packs) => packs,
        Err(error) => {
            look.unreadable.push((archive.folder().to_owned(), error.to_string()));
            look.changed_ns = NEVER;
            return Ok(look);
        }
    };
    let mut new = Vec::new();
    for pack in packs {
        let fingerprint = fingerprint(&pack);
        if !noted.contains(&fingerprint) {
            new.push((pack.name, fingerprint));
        }
        look.packs.insert(fingerprint);
    }
    look.opened = new.len();
    if new.is_empty() {
        return Ok(look);
    }
    let known = opened.as_ref().map(|opened| opened.ask(plan::known)).transpose()?.unwrap_or_default();
    let told = told(&known);
    look.plan = Plan { is_first: known.is_empty(), may_have_moved: true, ..Plan::default() };
    for (name, fingerprint) in new {
        match archive.newest_transcripts(&name) {
            Ok(members) => {
                let tasks = members.iter().filter_map(|member| task(archive, member, &known, &told));
                look.plan.tasks.extend(tasks);
            }
            Err(error) => {
                look.unreadable.push((archive.folder().join(name), error.to_string()));
                // it may be readable the next time
                look.packs.remove(&fingerprint);
                look.changed_ns = NEVER;
            }
        }
    }
    look.plan.latest_first();
    if let Some(opened) = opened {
        opened.ask(|connection| plan::resume(connection, &mut look.plan))?;
    }
    Ok(look)
}

impl Look {
    /// Whether the store has to note that these packs were looked at.
    pub(super) fn is_worth_a_note(&self) -> bool {
        !self.plan.tasks.is_empty() || self.opened > FEW
    }

    /// Notes that these packs were looked at.
    pub(super) fn note(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut packs = String::with_capacity(self.packs.len() * DIGITS);
        for fingerprint in &self.packs {
            let _ = write!(packs, "{fingerprint:016x}");
        }
        schema::set_meta(connection, PACKS, &packs)?;
        schema::set_meta(connection, CHANGED, &self.changed_ns.to_string())
    }
}

/// The packs that were looked at.
fn noted(connection: &Connection) -> Result<FxHashSet<u64>, StoreError> {
    let text = schema::meta(connection, PACKS)?.unwrap_or_default();
    let number = |digits: &[u8]| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    Ok(text.as_bytes().chunks(DIGITS).filter_map(number).collect())
}

/// What stands for a pack as it lies there. It need not hold over versions: the packs are then looked at again.
fn fingerprint(pack: &PackFile) -> u64 {
    let mut hasher = FxHasher::default();
    pack.hash(&mut hasher);
    hasher.finish()
}

/// Files that are known of each transcript on this machine, wherever they lie, with their bytes.
type Told<'a> = FxHashMap<FileRole, Vec<(&'a Path, u64)>>;

fn told(known: &FxHashMap<String, Known>) -> Told<'_> {
    let mut told = Told::default();
    for (path, known) in known.iter().filter(|(path, _)| path.starts_with('/')) {
        let path = Path::new(path);
        if let Some(role) = role_of_named(path) {
            told.entry(role).or_default().push((path, known.size));
        }
    }
    told
}

/// The reading of a transcript of which less is known, or nothing. What lies on the disk is read from there; and one that was
/// moved goes on where it lies now.
fn task(archive: &Archive, member: &Member, known: &FxHashMap<String, Known>, told: &Told<'_>) -> Option<Task> {
    let role = classify(member.place.file.strip_prefix("projects/")?)?;
    let place = member.place.path();
    let path = place.to_str()?.to_owned();
    let row = known.get(&path);
    if row.is_some_and(|row| row.present || row.size >= member.bytes) {
        return None;
    }
    let mut others = told.get(&role).into_iter().flatten().filter(|(path, _)| *path != place);
    if others.any(|(path, bytes)| *bytes >= member.bytes && archive.goes_on(member, path).unwrap_or_default()) {
        return None;
    }
    let root = Some(member.place.root.to_str()?.to_owned());
    let mtime_ns = member.modified_ms.saturating_mul(1_000_000);
    let found = Found { path, root, role, size: member.bytes, mtime_ns, kept: true };
    Some(Task { found, file_id: row.map(|row| row.file_id), resume: None, only: false })
}
