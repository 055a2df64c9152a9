//! The tables, and whether a file has them as this version knows them.

mod migrate;

use std::fs;
use std::path::Path;

use duckdb::{Connection, OptionalExt, params};

use crate::StoreError;
pub(crate) use migrate::migrate;

/// Version of the tables and of what is kept in them. A change of either makes it grow.
pub(crate) const VERSION: i64 = 8;

/// What the engine writes before it writes anything, in bytes: three headers.
const NO_ROOM: u64 = 12_288;

const TABLES: &str = include_str!("schema.sql");

/// Makes the tables in an empty file, all of them or none.
pub(crate) fn create(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(&format!("BEGIN;\n{TABLES}\nCOMMIT;"))?;
    set_meta(connection, "schema", &VERSION.to_string())
}

/// Whether the tables of an open file are as this version knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They are.
    Current,
    /// An earlier version made them; which one. 0: the file has no tables.
    Earlier(i64),
}

/// Finds out which version made the tables of an open file.
pub(crate) fn standing(connection: &Connection, path: &Path) -> Result<Standing, StoreError> {
    if is_empty(path) {
        return Ok(Standing::Earlier(0));
    }
    let path = || path.to_owned();
    let version = meta(connection, "schema")
        .map_err(|error| StoreError::Damaged { path: path(), message: error.to_string() })?
        .and_then(|text| text.parse::<i64>().ok());
    match version {
        Some(VERSION) => Ok(Standing::Current),
        Some(found) if found > VERSION => Err(StoreError::Newer { path: path(), found, known: VERSION }),
        Some(found) => Ok(Standing::Earlier(found)),
        None => Err(StoreError::Damaged { path: path(), message: "it names no schema version".to_owned() }),
    }
}

/// Whether a file has no room for a table. The engine makes such a one where a store goes away, with its folder, while it is
/// being opened.
fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == NO_ROOM)
}

/// A value that the store keeps about itself.
pub(crate) fn meta(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// Sets a value that the store keeps about itself.
pub(crate) fn set_meta(connection: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    unset_meta(connection, key)?;
    connection.execute("INSERT INTO meta VALUES (?, ?)", params![key, value])?;
    Ok(())
}

/// Forgets a value that the store keeps about itself.
pub(crate) fn unset_meta(connection: &Connection, key: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM meta WHERE key = ?", [key])?;
    Ok(())
}
