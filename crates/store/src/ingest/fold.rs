//! Sessions, folded from what their files say and summed over their requests.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use duckdb::Connection;
use journal::ReplicaId;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{FileFacts, FileRole, Session, SessionFile};

use super::Piece;
use super::columnar::{Columnar, Columns};
use super::copies::lines;
use super::keys::pick_texts;
use super::ledger::Tally;
use super::sums::{self, Sums};
use crate::StoreError;
use crate::columns::{bytes, ledger_text, title_word};

/// Sessions that are folded at once: what their files say is in memory meanwhile.
const PAGE: usize = 1000;

/// Which sessions were folded.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// New ones.
    pub(crate) new: FxHashSet<String>,
    /// All others.
    pub(crate) changed: FxHashSet<String>,
    /// Their working directories.
    pub(crate) directories: BTreeSet<String>,
    /// The directories on this machine that their projects are those of.
    pub(crate) homes: BTreeSet<String>,
}

/// A file of a session.
#[derive(Debug)]
pub(super) struct File {
    path: String,
    root: Option<String>,
    main: bool,
    size: i64,
    mtime_ns: i64,
    present: bool,
    facts: Box<FileFacts>,
    /// The session, if this is its only file.
    alone: Option<Box<Session>>,
}

impl File {
    /// The file that a piece is the last one of.
    pub(super) fn of(piece: Box<Piece>) -> Self {
        let piece = *piece;
        Self {
            path: piece.found.path,
            root: piece.found.root,
            main: matches!(piece.found.role, FileRole::Session(_)),
            size: bytes(piece.found.size),
            mtime_ns: piece.found.mtime_ns,
            present: !piece.found.kept,
            facts: piece.facts,
            alone: piece.alone,
        }
    }

    /// What stands before the path of another machine's file: its replica and a colon.
    fn elsewhere(&self) -> Option<&str> {
        let name = self.path.split(':').next().filter(|name| name.parse::<ReplicaId>().is_ok())?;
        self.path.get(..=name.len())
    }
}

/// Folds sessions anew. One that has no file any more is removed.
pub(crate) fn fold(connection: &Connection, sessions: &FxHashSet<String>) -> Result<Folded, StoreError> {
    let mut sessions: Vec<&String> = sessions.iter().filter(|session| !session.is_empty()).collect();
    sessions.sort_unstable();
    fold_stored(connection, &sessions, None, Folded::default())
}

/// Folds sessions anew, after those that were folded `before`; of some of them, which have no row yet, all files are given.
/// The sums over their requests are those of the tally, if there is one.
pub(super) fn fold_with(
    connection: &Connection,
    sessions: &FxHashSet<String>,
    mut fresh: FxHashMap<String, Vec<File>>,
    tally: Option<&Tally>,
    before: Folded,
) -> Result<Folded, StoreError> {
    fresh.retain(|session, _| !session.is_empty());
    let known = |session: &&String| !session.is_empty() && !fresh.contains_key(*session);
    let mut stored: Vec<&String> = sessions.iter().filter(known).collect();
    stored.sort_unstable();
    let mut folded = fold_stored(connection, &stored, tally, before)?;
    if let Some(tally) = tally {
        append(connection, &fresh, |session| tally.of(session), &mut folded)?;
    }
    folded.new.extend(fresh.into_keys());
    Ok(folded)
}

/// Folds sessions by what is stored of their files. Without sums at hand, the engine adds up.
fn fold_stored(
    connection: &Connection,
    sessions: &[&String],
    tally: Option<&Tally>,
    mut folded: Folded,
) -> Result<Folded, StoreError> {
    for page in sessions.chunks(PAGE) {
        pick_texts(connection, page.iter().copied())?;
        let (files, before) = (files(connection)?, existing(connection)?);
        connection.execute("DELETE FROM sessions WHERE session_id IN (SELECT name FROM picked)", [])?;
        let sums = if tally.is_none() { sums::of_picked(connection)? } else { FxHashMap::default() };
        let stored = |session: &str| sums.get(session).copied().unwrap_or_default();
        let sums_of = |session: &str| tally.map_or_else(|| stored(session), |tally| tally.of(session));
        append(connection, &files, sums_of, &mut folded)?;
        if tally.is_none() {
            sums::add_lines_of_picked(connection)?;
        }
        let (changed, new): (Vec<_>, Vec<_>) = files.into_keys().partition(|session| before.contains(session));
        folded.changed.extend(changed);
        folded.new.extend(new);
    }
    Ok(folded)
}

fn existing(connection: &Connection) -> Result<FxHashSet<String>, StoreError> {
    let mut statement =
        connection.prepare("SELECT session_id FROM sessions WHERE session_id IN (SELECT name FROM picked)")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn files(connection: &Connection) -> Result<FxHashMap<String, Vec<File>>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT session_id, path, root, role = 'session', size, mtime_ns, present, facts
         FROM files WHERE session_id IN (SELECT name FROM picked)",
    )?;
    let mut rows = statement.query([])?;
    let mut files: FxHashMap<String, Vec<File>> = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let facts: Vec<u8> = row.get(7)?;
        let path: String = row.get(1)?;
        let facts = postcard::from_bytes(&facts)
            .map_err(|source| StoreError::Damaged { path: path.clone().into(), message: source.to_string() })?;
        files.entry(row.get(0)?).or_default().push(File {
            path,
            root: row.get(2)?,
            main: row.get(3)?,
            size: row.get(4)?,
            mtime_ns: row.get(5)?,
            present: row.get(6)?,
            facts,
            alone: None,
        });
    }
    Ok(files)
}

fn append(
    connection: &Connection,
    sessions: &FxHashMap<String, Vec<File>>,
    sums_of: impl Fn(&str) -> Sums,
    told: &mut Folded,
) -> Result<(), StoreError> {
    let mut rows = Columnar::into_table(connection, "sessions")?;
    for (id, files) in sessions {
        let folded;
        let session: &Session = if let [File { alone: Some(session), .. }] = files.as_slice() {
            session
        } else {
            let parts = files.iter().map(|file| SessionFile { main: file.main, facts: &file.facts });
            folded = Session::fold(id.as_str().into(), &parts.collect::<Vec<_>>());
            &folded
        };
        add(&mut rows, session, &sums_of(id), files, told)?;
    }
    rows.finish()
}

/// Adds the row of a session of which nothing is stored and that has one file.
pub(super) fn add_alone(
    rows: &mut Columnar<'_>,
    piece: Box<Piece>,
    sums: &Sums,
    told: &mut Folded,
) -> Result<(), StoreError> {
    let mut file = File::of(piece);
    let Some(session) = file.alone.take() else { return Ok(()) };
    add(rows, &session, sums, &[file], told)?;
    told.new.insert(session.id.0);
    Ok(())
}

/// Adds the row of a session and notes where it ran.
fn add(
    rows: &mut Columnar<'_>,
    session: &Session,
    sums: &Sums,
    files: &[File],
    told: &mut Folded,
) -> Result<(), StoreError> {
    let elsewhere = elsewhere(files);
    rows.row(|row| fill(row, session, sums, files, elsewhere))?;
    let note = |directories: &mut BTreeSet<String>, directory: &Option<String>| {
        if let Some(directory) = directory.as_ref().filter(|directory| !directories.contains(*directory)) {
            directories.insert(directory.clone());
        }
    };
    note(&mut told.directories, &session.cwd_last);
    if elsewhere.is_none() {
        note(&mut told.homes, &session.home);
    }
    Ok(())
}

/// What stands before the paths of a session that ran on another machine: its replica; none where any file of it is of this
/// one.
fn elsewhere(files: &[File]) -> Option<&str> {
    if files.iter().any(|file| file.elsewhere().is_none()) {
        return None;
    }
    files.iter().filter_map(File::elsewhere).min()
}

fn fill(row: &mut Columns, session: &Session, sums: &Sums, files: &[File], elsewhere: Option<&str>) {
    let title = session.title.as_ref();
    let present = files.iter().filter(|file| file.main && file.present);
    let own = present.max_by_key(|file| (file.facts.read_to, Reverse(&file.path)));
    // a copy that another machine tells of takes no room here
    let here = || files.iter().filter(|file| elsewhere.is_some() || file.elsewhere().is_none());
    let modified = here().map(|file| file.mtime_ns).max().map(chrono::DateTime::from_timestamp_nanos);
    let ledger = session.ledger.as_ref();
    row.text(session.id.as_str()).maybe_text(title.map(|title| &title.text));
    row.text(title.map(|title| title_word(title.source))).maybe_text(session.project.as_ref());
    row.maybe_text(session.cwd_first.as_ref()).maybe_text(session.cwd_last.as_ref());
    row.maybe_text(session.branch.as_ref()).maybe_text(session.entrypoint.as_ref());
    row.time(session.started).time(session.ended).number(bytes(session.active_ms));
    row.number(i64::from(session.prompts)).number(i64::from(session.answers));
    row.number(i64::from(session.tool_calls)).number(i64::from(session.subagents));
    row.number(i64::from(session.problems)).maybe_text(session.parent.as_ref().map(|parent| &parent.0));
    row.maybe_text(session.first_prompt.as_ref()).maybe_text(session.last_prompt.as_ref());
    for list in [&session.versions, &session.models, &session.skills, &session.files_touched, &session.pr_links] {
        row.list(list);
    }
    sums.fill(row);
    row.maybe_text(own.map(|file| &file.path)).maybe_text(own.and_then(|file| file.root.as_ref()));
    row.number(here().map(|file| file.size).sum::<i64>()).time(modified);
    row.number(ledger.map(|ledger| ledger.nano_usd)).maybe_text(ledger.map(ledger_text).as_ref());
    sums.fill_changed(row);
    lines(row, session.ledger_lines);
    let home = session.home.as_ref().map(|home| format!("{}{home}", elsewhere.unwrap_or_default()));
    row.maybe_text(home.as_ref());
}
