//! Taking a store of an earlier version over, so that nothing that only it knows is lost.

use std::path::Path;

use duckdb::Connection;

use super::{TABLES, VERSION, set_meta};
use crate::{StoreError, ingest};

/// From version 1 to 2. It stays as it is, whatever becomes of the schema: later changes are steps of their own.
const FROM_1: &str = include_str!("from_1.sql");

/// From version 2 to 3.
const FROM_2: &str = include_str!("from_2.sql");

/// From version 3 to 4.
const FROM_3: &str = include_str!("from_3.sql");

/// From version 4 to 5.
const FROM_4: &str = include_str!("from_4.sql");

/// From version 5 to 6.
const FROM_5: &str = include_str!("from_5.sql");

/// From version 6 to 7.
const FROM_6: &str = include_str!("from_6.sql");

/// From version 7 to 8.
const FROM_7: &str = include_str!("from_7.sql");

/// Brings an open store from an earlier version to ours; the caller holds a transaction. 0 is a file without tables.
pub(crate) fn migrate(connection: &Connection, from: i64) -> Result<(), StoreError> {
    if from == 0 {
        connection.execute_batch(TABLES)?;
        return set_meta(connection, "schema", &VERSION.to_string());
    }
    for (version, step) in (1..).zip([FROM_1, FROM_2, FROM_3, FROM_4, FROM_5, FROM_6, FROM_7]) {
        if from <= version {
            connection.execute_batch(step).map_err(|error| told(connection, error))?;
        }
    }
    let all = ingest::texts(connection, "SELECT session_id FROM sessions")?;
    ingest::fold(connection, &all.into_iter().collect())?;
    ingest::seal(connection)?;
    set_meta(connection, "schema", &VERSION.to_string())
}

/// A store that has not the tables of its version cannot be taken over, now or later.
fn told(connection: &Connection, error: duckdb::Error) -> StoreError {
    let message = error.to_string();
    if !["Catalog Error", "Binder Error"].iter().any(|kind| message.starts_with(kind)) {
        return StoreError::Engine(error);
    }
    StoreError::Damaged { path: connection.path().map_or_else(|| Path::new("").to_owned(), Path::to_owned), message }
}
