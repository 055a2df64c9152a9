//! Throwing the store away and making it again, without losing what only it knows.
//!
//! The new store is made beside the old one, takes over the files that are gone from disk, and is renamed into place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use duckdb::{Connection, params};
use pricing::PriceTable;

use crate::ingest::{self, Touched};
use crate::open::{self, Access, Opened, wal_of};
use crate::{Progress, ScanOptions, ScanReport, Store, StoreError, projects, scan};

/// Makes a store again.
pub(crate) fn rebuild(
    store: &Store,
    options: &ScanOptions,
    prices: &PriceTable,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<ScanReport, StoreError> {
    let _alone = open::hold(&beside(store.path(), "rebuilding"), store.patience())?;
    let beside = Store::at(beside(store.path(), "rebuild")).waiting(store.patience());
    discard(beside.path());
    let result = Opened::or_create(beside.path(), store.patience())
        .map(drop)
        .and_then(|()| scan::run(&beside, options, prices, cancel, progress))
        .and_then(|report| replace(store, &beside, prices, report));
    discard(beside.path());
    result
}

/// Takes over what only the old store knows, and puts the new one in its place.
fn replace(
    store: &Store,
    beside: &Store,
    prices: &PriceTable,
    mut report: ScanReport,
) -> Result<ScanReport, StoreError> {
    if store.exists() {
        bring_up(store)?;
    }
    let held = open::hold(store.path(), store.patience())?;
    if store.exists() {
        match carry_over(store.path(), beside, prices) {
            Ok(carried) => report.carried_over = carried,
            Err(error @ (StoreError::Locked { .. } | StoreError::Io { .. })) => return Err(error),
            Err(_) => report.set_aside = Some(set_aside(store.path())?),
        }
    }
    let io = |source| StoreError::Io { action: "replace", path: store.path().to_owned(), source };
    if wal_of(beside.path()).exists() {
        // rows that only the log holds would be lost by the renaming
        return Err(io(io::Error::other("the new store could not be written out; is the disk full?")));
    }
    let _ = fs::remove_file(wal_of(store.path()));
    fs::rename(beside.path(), store.path()).map_err(io)?;
    drop(held);
    let opened = Opened::existing(store.path(), Access::Read, store.patience())?;
    opened.ask(|connection| {
        let count = |table: &str| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
        let (sessions, requests): (i64, i64) = (count("sessions")?, count("requests")?);
        (report.sessions, report.requests) = (sessions.unsigned_abs(), requests.unsigned_abs());
        Ok(())
    })?;
    Ok(report)
}

/// Brings an earlier version up to ours, so that its rows can be copied. What a healthy store of an earlier version knows
/// must not be lost because there is no room or somebody holds it; one that cannot be read is set aside later.
fn bring_up(store: &Store) -> Result<(), StoreError> {
    match Opened::existing(store.path(), Access::Read, store.patience()) {
        Ok(_) | Err(StoreError::Damaged { .. } | StoreError::Newer { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Copies the rows of files that the new store does not have; says how many files.
fn carry_over(old: &Path, new: &Store, prices: &PriceTable) -> Result<u64, StoreError> {
    let mut opened = Opened::existing(new.path(), Access::Carry, new.patience())?;
    let path = old.to_string_lossy().replace('\'', "''");
    opened.ask(|connection| {
        connection.execute_batch(&format!("ATTACH '{path}' AS old (READ_ONLY)")).map_err(StoreError::from)?;
        check(connection, old)
    })?;
    opened.transaction(|connection| {
        let mut touched = Touched::default();
        let carried = copy(connection, &mut touched)?;
        projects::carry(connection)?;
        ingest::drop_superseded(connection, &mut touched)?;
        ingest::recount(connection, prices, &mut touched)?;
        ingest::fold(connection, &touched.sessions)?;
        Ok(carried)
    })
}

/// Only a store of our own version has rows that can be copied.
fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM old.meta o JOIN meta m USING (key, value) WHERE key = 'schema'";
    let same: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    let message = "its schema is another".to_owned();
    if same == 1 { Ok(()) } else { Err(StoreError::Damaged { path: path.to_owned(), message }) }
}

fn copy(connection: &Connection, touched: &mut Touched) -> Result<u64, StoreError> {
    let highest: i64 = connection.query_row("SELECT coalesce(max(file_id), 0) FROM files", [], |row| row.get(0))?;
    let files = connection.execute(
        "INSERT INTO files SELECT * REPLACE (file_id + ? AS file_id, false AS present)
         FROM old.files o WHERE NOT EXISTS (FROM files n WHERE n.path = o.path)",
        params![highest],
    )?;
    let told = ["tool_call_copies", "agent_type_copies"].map(|table| (table, "*", table));
    for (table, columns, from) in told.into_iter().chain([("request_copies", "* EXCLUDE (sole)", "tellings")]) {
        let sql = format!(
            "INSERT INTO {table} SELECT {columns} REPLACE (file_id + {highest} AS file_id)
             FROM old.{from} WHERE file_id + {highest} IN (SELECT file_id FROM files WHERE file_id > {highest})"
        );
        connection.execute(&sql, [])?;
    }
    let above = format!("WHERE file_id > {highest}");
    touched
        .keys
        .extend(ingest::texts(connection, &format!("SELECT DISTINCT request_key FROM request_copies {above}"))?);
    touched.sessions.extend(ingest::texts(connection, &format!("SELECT DISTINCT session_id FROM files {above}"))?);
    Ok(files as u64)
}

/// Renames a store that cannot be read to a free name beside it.
fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let io = |source| StoreError::Io { action: "set aside", path: path.to_owned(), source };
    let mut number = 1;
    while beside(path, &format!("damaged-{number}")).exists() {
        number += 1;
    }
    let aside = beside(path, &format!("damaged-{number}"));
    fs::rename(path, &aside).map_err(io)?;
    if wal_of(path).exists() {
        fs::rename(wal_of(path), wal_of(&aside)).map_err(io)?;
    }
    Ok(aside)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    PathBuf::from(name)
}

/// Removes a store that is not wanted any more, with what belongs to it.
fn discard(path: &Path) {
    for path in [path.to_owned(), wal_of(path), beside(path, "lock")] {
        let _ = fs::remove_file(path);
    }
}
