//! Usage by model.

use chrono::{DateTime, Utc};
use duckdb::{Connection, Params, Row, params};
use pricing::PicoUsd;
use transcript::Tokens;

use crate::columns::{At, counted, counted_small};
use crate::{ModelUsage, StoreError};

/// Usage by model, of all requests or of those made since a time, the costliest first.
pub(crate) fn usage_by_model(
    connection: &Connection,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<ModelUsage>, StoreError> {
    match since {
        None => usage(connection, "", []),
        Some(since) => usage(connection, "WHERE made_at >= ?", params![At(Some(since))]),
    }
}

/// Usage by model of the requests that a condition chooses.
pub(super) fn usage(
    connection: &Connection,
    condition: &str,
    params: impl Params,
) -> Result<Vec<ModelUsage>, StoreError> {
    // DuckDB leaves NULL out of `least`: without the zero, a model of unknown cost alone would cost all that fits.
    let sum = |column: &str| format!("CAST(least(coalesce(sum({column}), 0), 9000000000000000000) AS BIGINT)");
    let sums = [
        "input_tokens",
        "output_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "cache_read_tokens",
        "web_searches",
    ];
    let sql = format!(
        "SELECT model, count(*), {sums}, {cost} AS cost,
             count(*) FILTER (WHERE cost_pico_usd IS NULL), count(*) FILTER (WHERE incomplete)
         FROM requests {condition} GROUP BY model ORDER BY cost DESC, sum(output_tokens) DESC, model",
        sums = sums.map(sum).join(", "),
        cost = sum("cost_pico_usd"),
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params, model_usage)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn model_usage(row: &Row<'_>) -> duckdb::Result<ModelUsage> {
    let tokens = Tokens {
        input: counted(row.get(2)?),
        output: counted(row.get(3)?),
        cache_write_5m: counted(row.get(4)?),
        cache_write_1h: counted(row.get(5)?),
        cache_read: counted(row.get(6)?),
    };
    Ok(ModelUsage {
        model: row.get(0)?,
        requests: counted_small(row.get(1)?),
        tokens,
        web_searches: counted_small(row.get(7)?),
        cost: PicoUsd(row.get::<_, i64>(8)?.into()).nano(),
        unknown_cost_requests: counted_small(row.get(9)?),
        incomplete_requests: counted_small(row.get(10)?),
    })
}
