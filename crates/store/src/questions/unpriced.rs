//! Models that requests were made with and that have no price.

use duckdb::{Connection, Row};

use crate::columns::{At, counted};
use crate::{StoreError, Unpriced};

/// Every model without a price, as it is written, the one with the most requests first.
///
/// A request of several parts counts for each model in it that has no price, with all its tokens.
pub(crate) fn unpriced(connection: &Connection) -> Result<Vec<Unpriced>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT name, count(*) AS requests, CAST(least(sum(tokens), 9000000000000000000) AS BIGINT), min(made_at),
             max(made_at)
         FROM (
             SELECT unnest(string_split(unknown_models, ',')) AS name, made_at, input_tokens + output_tokens
                 + cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens AS tokens
             FROM requests WHERE cost_pico_usd IS NULL
         )
         GROUP BY name ORDER BY requests DESC, name",
    )?;
    let rows = statement.query_map([], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row(row: &Row<'_>) -> duckdb::Result<Unpriced> {
    Ok(Unpriced {
        model: row.get(0)?,
        requests: counted(row.get(1)?),
        tokens: counted(row.get(2)?),
        first: row.get::<_, At>(3)?.0,
        last: row.get::<_, At>(4)?.0,
    })
}
