//! Sets of keys handed to the engine, so that one statement can work on many.

use duckdb::Connection;

use super::columnar::Columnar;
use crate::StoreError;

/// Fills the temporary table `picked(name)` with texts.
pub(crate) fn pick_texts<'a>(
    connection: &Connection,
    texts: impl Iterator<Item = &'a String>,
) -> Result<(), StoreError> {
    connection.execute_batch("CREATE OR REPLACE TEMP TABLE picked (name VARCHAR NOT NULL)")?;
    let mut rows = Columnar::into_temporary(connection, "picked")?;
    for text in texts {
        rows.row(|row| {
            row.text(text.as_str());
        })?;
    }
    rows.finish()
}

/// Fills the temporary table `picked_ids(id)` with numbers.
pub(super) fn pick_ids(connection: &Connection, ids: impl Iterator<Item = i64>) -> Result<(), StoreError> {
    connection.execute_batch("CREATE OR REPLACE TEMP TABLE picked_ids (id BIGINT NOT NULL)")?;
    let mut rows = Columnar::into_temporary(connection, "picked_ids")?;
    for id in ids {
        rows.row(|row| {
            row.number(id);
        })?;
    }
    rows.finish()
}

/// One column of texts.
pub(crate) fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
