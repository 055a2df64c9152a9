//! The tables, and whether a file has them as this version knows them.

use std::path::Path;

use duckdb::{Connection, OptionalExt, params};

use crate::StoreError;

/// Version of the tables and of what is kept in them. A change of either makes it grow.
pub(crate) const VERSION: i64 = 1;

const TABLES: &str = include_str!("schema.sql");

/// Makes the tables in an empty file, all of them or none.
pub(crate) fn create(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(&format!("BEGIN;\n{TABLES}\nCOMMIT;"))?;
    set_meta(connection, "schema", &VERSION.to_string())
}

/// Checks that an open file has our tables.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let path = || path.to_owned();
    let version = meta(connection, "schema")
        .map_err(|error| StoreError::Damaged { path: path(), message: error.to_string() })?
        .and_then(|text| text.parse::<i64>().ok());
    match version {
        Some(VERSION) => Ok(()),
        Some(found) if found > VERSION => Err(StoreError::Newer { path: path(), found, known: VERSION }),
        Some(_) => Err(StoreError::Damaged { path: path(), message: "an older version wrote it".to_owned() }),
        None => Err(StoreError::Damaged { path: path(), message: "it names no schema version".to_owned() }),
    }
}

/// A value that the store keeps about itself.
pub(crate) fn meta(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// Sets a value that the store keeps about itself.
pub(crate) fn set_meta(connection: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM meta WHERE key = ?", [key])?;
    connection.execute("INSERT INTO meta VALUES (?, ?)", params![key, value])?;
    Ok(())
}
