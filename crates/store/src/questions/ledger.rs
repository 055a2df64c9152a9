//! The client's own totals beside ours.

use duckdb::{Connection, params_from_iter};
use pricing::{NanoUsd, PicoUsd};

use super::carrying::CARRYING;
use super::usage::condition;
use crate::StoreError;
use crate::columns::{COST, counted};
use crate::usage::{LedgerSum, UsageFilter};

/// Sums the client's totals over the sessions whose requests all count and have a known cost.
///
/// A session of which the filter leaves something out cannot be compared: the client keeps one total for all of it.
pub(super) fn ledger(connection: &Connection, filter: &UsageFilter) -> Result<LedgerSum, StoreError> {
    let (condition, params) = condition(filter);
    let sql = format!(
        "WITH chosen AS (
             SELECT r.session_id, count(*) AS requests, sum({COST}) AS cost, count(*) FILTER (WHERE {COST} IS NULL) AS unknown
             FROM requests r {condition} GROUP BY ALL
         ), told AS (
             SELECT s.ledger_nano_usd AS own, c.cost, c.unknown > 0 AS unknown, s.session_id IN ({CARRYING}) AS fork
             FROM sessions s JOIN chosen c ON c.session_id = s.session_id
             WHERE s.ledger_nano_usd IS NOT NULL AND s.requests = c.requests
         )
         SELECT count(*) FILTER (WHERE NOT fork AND NOT unknown),
             CAST(coalesce(sum(own) FILTER (WHERE NOT fork AND NOT unknown), 0) AS HUGEINT),
             CAST(coalesce(sum(cost) FILTER (WHERE NOT fork AND NOT unknown), 0) AS HUGEINT),
             count(*) FILTER (WHERE fork), count(*) FILTER (WHERE NOT fork AND unknown)
         FROM told"
    );
    let mut statement = connection.prepare(&sql)?;
    Ok(statement.query_row(params_from_iter(params), |row| {
        let nano = i64::try_from(row.get::<_, i128>(1)?).unwrap_or(i64::MAX);
        Ok(LedgerSum {
            sessions: counted(row.get(0)?),
            cost: NanoUsd(nano).into(),
            computed: PicoUsd(row.get(2)?),
            forks: counted(row.get(3)?),
            unknown: counted(row.get(4)?),
        })
    })?)
}
