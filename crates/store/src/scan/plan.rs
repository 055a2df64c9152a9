//! What has to be read: the difference between what lies there and what the store knows.

use std::cmp::Reverse;
use std::path::Path;

use config::Excluded;
use duckdb::{Connection, params};
use rustc_hash::FxHashMap;
use transcript::{FileFacts, FileRole, SessionId};

use super::walk::Seen;
use crate::StoreError;
use crate::ingest::{Found, Marks};

/// A file that has to be read.
#[derive(Debug)]
pub(super) struct Task {
    /// The file.
    pub(super) found: Found,
    /// Its row; none for a new file.
    pub(super) file_id: Option<i64>,
    /// What an earlier read left; none for a new file. Boxed: it is large, and most tasks of a large plan have none.
    pub(super) resume: Option<Box<Resume>>,
    /// Whether no other file of its session is known or to be read, for all that the names of files say.
    pub(super) only: bool,
}

/// Where an earlier read of a file stopped.
#[derive(Debug)]
pub(super) struct Resume {
    /// Revision of the file's row.
    pub(super) revision: i64,
    /// What the file said so far; none if that cannot be understood any more.
    pub(super) facts: Option<FileFacts>,
    /// Fingerprint of its first bytes.
    pub(super) head: Option<i64>,
    /// Fingerprint of the bytes before the offset.
    pub(super) tail: i64,
}

/// What a scan has to do.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Files to read, the latest first, so that a first import shows at once what people look for.
    pub(super) tasks: Vec<Task>,
    /// Rows to mark.
    pub(super) marks: Marks,
    /// Whether a file that is gone may be one that is new.
    pub(super) may_have_moved: bool,
    /// Whether the store knows nothing yet.
    pub(super) is_first: bool,
}

impl Plan {
    /// Whether nothing has changed.
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.marks.is_empty()
    }

    /// Puts the latest files first.
    pub(super) fn latest_first(&mut self) {
        self.tasks.sort_by_key(|task| Reverse(task.found.mtime_ns));
    }
}

/// A file as the store knows it, as far as a comparison needs it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) file_id: i64,
    root: Option<String>,
    pub(super) size: u64,
    mtime_ns: i64,
    pub(super) present: bool,
}

/// All files that the store knows, by path.
pub(super) fn known(connection: &Connection) -> Result<FxHashMap<String, Known>, StoreError> {
    let mut statement = connection.prepare("SELECT path, file_id, root, size, mtime_ns, present FROM files")?;
    let rows = statement.query_map([], |row| {
        let known = Known {
            file_id: row.get(1)?,
            root: row.get(2)?,
            size: crate::columns::counted(row.get(3)?),
            mtime_ns: row.get(4)?,
            present: row.get(5)?,
        };
        Ok((row.get(0)?, known))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Files outside all roots that somebody named once.
pub(super) fn named(known: &FxHashMap<String, Known>) -> impl Iterator<Item = &String> {
    known.iter().filter(|(_, known)| known.root.is_none()).map(|(path, _)| path)
}

/// Compares what was seen with what is known. What is excluded is not read; what is known of it stays.
pub(super) fn plan(seen: &mut Seen, mut known: FxHashMap<String, Known>, excluded: &Excluded) -> Plan {
    let mut plan = Plan {
        may_have_moved: known.values().any(|known| !known.present),
        is_first: known.is_empty(),
        ..Plan::default()
    };
    for found in std::mem::take(&mut seen.files) {
        match known.remove(&found.path) {
            Some(known) if (found.size, found.mtime_ns) == (known.size, known.mtime_ns) => {
                plan.marks.seen.extend((!known.present).then_some(known.file_id));
            }
            _ if excluded.holds_transcript(Path::new(&found.path)) => {}
            None => plan.tasks.push(Task { found, file_id: None, resume: None, only: false }),
            Some(known) => plan.tasks.push(Task { found, file_id: Some(known.file_id), resume: None, only: false }),
        }
    }
    let gone = known.into_iter().filter(|(path, known)| known.present && is_gone(path, known, seen));
    plan.marks.gone = gone.map(|(_, known)| known.file_id).collect();
    plan.may_have_moved |= !plan.marks.is_empty();
    plan.latest_first();
    if plan.is_first {
        mark_only(&mut plan.tasks);
    }
    plan
}

/// Marks the files of sessions that have no other. An agent's file of which only its records tell the session leaves none.
fn mark_only(tasks: &mut [Task]) {
    let mut files: FxHashMap<&SessionId, usize> = FxHashMap::default();
    for task in tasks.iter() {
        match &task.found.role {
            FileRole::Session(session) | FileRole::Subagent { session, .. } => *files.entry(session).or_default() += 1,
            FileRole::FlatAgent(_) => return,
        }
    }
    let only = |task: &Task| matches!(&task.found.role, FileRole::Session(session) if files[session] == 1);
    let only: Vec<bool> = tasks.iter().map(only).collect();
    for (task, only) in tasks.iter_mut().zip(only) {
        task.only = only;
    }
}

/// Looks up where earlier reads stopped.
pub(super) fn resume(connection: &Connection, plan: &mut Plan) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT revision, facts, head, tail FROM files WHERE file_id = ?")?;
    for task in plan.tasks.iter_mut().filter(|task| task.file_id.is_some()) {
        let mut rows = statement.query(params![task.file_id])?;
        if let Some(row) = rows.next()? {
            let facts: Vec<u8> = row.get(1)?;
            let facts = postcard::from_bytes(&facts).ok();
            let resume = Resume { revision: row.get(0)?, facts, head: row.get(2)?, tail: row.get(3)? };
            task.resume = Some(Box::new(resume));
        }
    }
    Ok(())
}

/// A file is gone if the place where it lay was looked at.
fn is_gone(path: &str, known: &Known, seen: &Seen) -> bool {
    let looked = known.root.as_ref().is_none_or(|root| seen.roots.contains(root));
    let unreadable = || seen.unreadable.iter().any(|(other, _)| other == Path::new(path));
    looked && !seen.blind.iter().any(|folder| Path::new(path).starts_with(folder)) && !unreadable()
}

#[cfg(test)]
mod tests {
    use super::{Known, Seen, is_gone};

    #[test]
    fn only_what_was_looked_for_is_gone() {
        let seen = Seen {
            roots: ["/r".to_owned()].into(),
            blind: vec!["/r/projects/-closed".into()],
            unreadable: vec![("/r/projects/-p/x.jsonl".into(), "denied".to_owned())],
            ..Seen::default()
        };
        for (path, root, expect) in [
            ("/r/projects/-p/a.jsonl", Some("/r"), true),
            ("/named.jsonl", None, true),
            ("/s/projects/-p/a.jsonl", Some("/s"), false),
            ("/r/projects/-closed/a.jsonl", Some("/r"), false),
            ("/r/projects/-closed-not/a.jsonl", Some("/r"), true),
            ("/r/projects/-p/x.jsonl", Some("/r"), false),
        ] {
            let known = Known { file_id: 1, root: root.map(str::to_owned), size: 1, mtime_ns: 1, present: true };
            assert_eq!(is_gone(path, &known, &seen), expect, "{path}");
        }
    }
}
