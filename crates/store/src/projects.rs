//! Which project each directory belongs to that sessions began in.
//!
//! The rule is [`resume::Project`]'s, the same as for entries. What stands on the disk now goes before what the journal told,
//! and that before a guess from the path; a directory that went elsewhere has the project that it is now, and one that is
//! gone keeps what was seen there last. A scan looks at the
//! directories of the sessions that it folded, after their rows are written and while nothing is being changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use duckdb::{Connection, Row, params};
use journal::ReplicaId;
use resume::{Moves, Project};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::ingest;

/// Sessions with what their project is called where all are listed, and its key; to be asked `FROM`.
pub(crate) const NAMED: &str = "(SELECT s.* REPLACE (coalesce(p.label, s.project) AS project), p.project_key
     FROM sessions s LEFT JOIN projects p ON p.directory = s.home)";

/// Where a project is known from; the greater one goes before the lesser one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// The path of the directory alone.
    Guess = 0,
    /// The journal.
    Journal = 1,
    /// The disk.
    Disk = 2,
}

/// The project of a directory, as an operation tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ToldProject {
    pub(crate) directory: String,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) root: String,
}

/// A project and where it is known from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    project: Project,
    source: Source,
}

/// What is known of directories.
pub(crate) type Known = BTreeMap<String, Seen>;

/// What is known of all directories.
pub(crate) fn known(connection: &Connection) -> Result<Known, StoreError> {
    known_of(connection, "projects")
}

fn known_of(connection: &Connection, table: &str) -> Result<Known, StoreError> {
    let mut statement =
        connection.prepare(&format!("SELECT directory, project_key, name, root, source FROM {table}"))?;
    let rows = statement.query_map([], |row: &Row<'_>| {
        let project = Project { key: row.get(1)?, name: row.get(2)?, root: row.get::<_, String>(3)?.into() };
        let source = match row.get::<_, i64>(4)? {
            0 => Source::Guess,
            1 => Source::Journal,
            _ => Source::Disk,
        };
        Ok((row.get(0)?, Seen { project, source }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Directories of sessions of which nothing is known: a scan was killed before it looked, or an earlier version did not.
pub(crate) fn unknown(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT home FROM sessions
               WHERE home IS NOT NULL AND home NOT IN (SELECT directory FROM projects)";
    ingest::texts(connection, sql)
}

/// Directories of which something is known that went elsewhere.
pub(crate) fn moved<'a>(known: &'a Known, moves: &'a Moves) -> impl Iterator<Item = String> + 'a {
    known.keys().filter(|directory| moves.now(directory, None).is_some()).cloned()
}

/// Looks at directories, on the disk where they are of this machine, or where they went; what is known already is left
/// out.
pub(crate) fn look(directories: BTreeSet<String>, known: &Known, moves: &Moves) -> Known {
    let look = |directory: String| {
        let seen = match elsewhere(&directory) {
            Some(path) => Seen { project: Project::guess(Path::new(path)), source: Source::Guess },
            None => at(&directory, moves),
        };
        let is_new = known.get(&directory).is_none_or(|known| seen.source >= known.source && seen != *known);
        is_new.then_some((directory, seen))
    };
    directories.into_iter().filter_map(look).collect()
}

fn at(directory: &str, moves: &Moves) -> Seen {
    let now = moves.now(directory, None).filter(|now| Path::new(now).is_dir());
    let directory = Path::new(now.as_deref().unwrap_or(directory));
    let source = if directory.is_dir() { Source::Disk } else { Source::Guess };
    Seen { project: Project::of(directory), source }
}

/// The path of a directory of another machine.
fn elsewhere(directory: &str) -> Option<&str> {
    let (replica, path) = directory.split_once(':')?;
    replica.parse::<ReplicaId>().ok().map(|_| path)
}

/// Notes what directories belong to, where no better source told it, and works out anew what projects are called.
pub(crate) fn note(connection: &Connection, news: Known) -> Result<(), StoreError> {
    let mut all = known(connection)?;
    let mut changed = BTreeSet::new();
    for (directory, seen) in news {
        if all.get(&directory).is_none_or(|known| seen.source >= known.source && seen != *known) {
            changed.insert(directory.clone());
            all.insert(directory, seen);
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let labels = resume::labels(all.values().map(|seen| &seen.project));
    let mut statement = connection.prepare("SELECT directory, label FROM projects")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for row in rows {
        let (directory, label) = row?;
        let now = all.get(&directory).and_then(|seen| labels.get(seen.project.key.as_str()));
        if now != Some(&label) {
            changed.insert(directory);
        }
    }
    ingest::pick_texts(connection, changed.iter())?;
    connection.execute("DELETE FROM projects WHERE directory IN (SELECT name FROM picked)", [])?;
    let mut insert = connection.prepare("INSERT INTO projects VALUES (?, ?, ?, ?, ?, ?)")?;
    for (directory, Seen { project, source }) in all.iter().filter(|(directory, _)| changed.contains(*directory)) {
        let label = labels.get(project.key.as_str()).unwrap_or(&project.name);
        let root = project.root.to_string_lossy();
        insert.execute(params![directory, project.key, project.name, root, *source as i64, label])?;
    }
    Ok(())
}

/// Forgets what directories at and below one belong to.
pub(crate) fn forget(connection: &Connection, directory: &str) -> Result<(), StoreError> {
    let below = format!("{}/", directory.trim_end_matches('/'));
    let is_meant = "directory = ? OR starts_with(directory, ?)";
    connection.execute(&format!("DELETE FROM projects WHERE {is_meant}"), params![directory, below])?;
    Ok(())
}

/// Notes what operations tell; `prefix` stands before the directories of another machine.
pub(crate) fn note_told(
    connection: &Connection,
    told: impl Iterator<Item = (String, ToldProject)>,
) -> Result<(), StoreError> {
    let seen = |(prefix, told): (String, ToldProject)| {
        let project = Project { key: told.key, name: told.name, root: told.root.into() };
        (format!("{prefix}{}", told.directory), Seen { project, source: Source::Journal })
    };
    note(connection, told.map(seen).collect())
}

/// Takes over from the store that is attached as `old` what it knows better.
pub(crate) fn carry(connection: &Connection) -> Result<(), StoreError> {
    let (mut old, new) = (known_of(connection, "old.projects")?, known(connection)?);
    old.retain(|directory, seen| new.get(directory).is_none_or(|known| known.source < seen.source));
    note(connection, old)
}

/// What the journal is told of the projects of the picked sessions, by session. Guesses are made anew by whoever reads it.
pub(crate) fn of_picked(connection: &Connection) -> Result<BTreeMap<String, ToldProject>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT s.session_id, p.directory, p.project_key, p.name, p.root
         FROM sessions s JOIN projects p ON p.directory = s.home
         WHERE p.source > 0 AND s.session_id IN (SELECT name FROM picked)",
    )?;
    let rows = statement.query_map([], |row| {
        let told = ToldProject { directory: row.get(1)?, key: row.get(2)?, name: row.get(3)?, root: row.get(4)? };
        Ok((row.get(0)?, told))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
