//! A second, deliberately simple count of a folder of transcripts, written from the rules alone: the store must agree.

#[path = "oracle/price.rs"]
mod price;
#[path = "oracle/read.rs"]
mod read;
#[path = "oracle/usage.rs"]
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, Utc};
use duckdb::Connection;

pub(crate) use price::Prices;
use read::{Telling, tellings};
use usage::{Bill, bill};

/// What is said of one request; the store's row and the second count are compared as such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) session: String,
    pub(crate) model: String,
    pub(crate) at: Option<DateTime<Utc>>,
    /// Input, output, five-minute writes, one-hour writes, reads.
    pub(crate) tokens: [u64; 5],
    pub(crate) searches: u64,
    pub(crate) incomplete: bool,
    /// Pico-dollars; none where a model has no price, or where no price table is at hand.
    pub(crate) cost: Option<i128>,
    pub(crate) unknown: BTreeSet<String>,
}

/// Counts everything below `<root>/projects`, by the key of the request.
pub(crate) fn count(root: &Path, prices: Option<&Prices>) -> BTreeMap<String, Row> {
    let mut by_key = BTreeMap::<String, Vec<Telling>>::new();
    for telling in tellings(&root.join("projects")) {
        by_key.entry(telling.key.clone()).or_default().push(telling);
    }
    let requests = joined(by_key.into_values().collect());
    let ages = ages(&requests);
    requests.iter().map(|tellings| row(tellings, &ages, prices)).collect()
}

/// What the store says.
pub(crate) fn stored(store: &Path, with_cost: bool) -> BTreeMap<String, Row> {
    let connection = Connection::open(store).expect("the store can be opened");
    let mut statement = connection
        .prepare(
            "SELECT request_key, session_id, model_written, epoch_us(made_at), input_tokens, output_tokens,
                 cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, web_searches, incomplete,
                 cost_pico_usd, unknown_models
             FROM requests",
        )
        .expect("the question is well formed");
    let rows = statement
        .query_map([], |row| {
            let mut tokens = [0; 5];
            for (index, count) in tokens.iter_mut().enumerate() {
                *count = row.get(4 + index)?;
            }
            let unknown: Option<String> = row.get(12)?;
            let listed = unknown.into_iter().flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>());
            let cost: Option<i64> = row.get(11)?;
            let said = Row {
                session: row.get(1)?,
                model: row.get(2)?,
                at: row.get::<_, Option<i64>>(3)?.and_then(DateTime::from_timestamp_micros),
                tokens,
                searches: row.get(9)?,
                incomplete: row.get(10)?,
                cost: cost.map(i128::from).filter(|_| with_cost),
                unknown: listed.filter(|_| with_cost).collect(),
            };
            Ok((row.get(0)?, said))
        })
        .expect("it can be asked");
    rows.map(|row| row.expect("a row can be read")).collect()
}

/// Rule 3: copies under the key of a gateway are one request when the line that counts in both has the same uuid.
fn joined(groups: Vec<Vec<Telling>>) -> Vec<Vec<Telling>> {
    let mut requests: Vec<(BTreeSet<String>, Vec<Telling>)> = Vec::new();
    for group in groups {
        let local = !group[0].key.starts_with("msg_") && !group[0].key.starts_with("uuid:");
        let mut lines: BTreeSet<String> = if local { lines_that_count(&group) } else { BTreeSet::new() };
        let mut tellings = group;
        let (same, other): (Vec<_>, Vec<_>) = requests.into_iter().partition(|(known, _)| !known.is_disjoint(&lines));
        for (known, more) in same {
            lines.extend(known);
            tellings.extend(more);
        }
        requests = other;
        requests.push((lines, tellings));
    }
    requests.into_iter().map(|(_, tellings)| tellings).collect()
}

/// The uuid of the winning line of each file.
fn lines_that_count(group: &[Telling]) -> BTreeSet<String> {
    let files: BTreeSet<usize> = group.iter().map(|telling| telling.file).collect();
    let winner = |file| group.iter().filter(|telling| telling.file == file).max_by_key(|telling| telling.rank());
    files.into_iter().filter_map(|file| winner(file)?.uuid.clone()).collect()
}

/// The first request that only this session tells, and the number of requests that it tells; by session.
type Ages = BTreeMap<String, (Option<DateTime<Utc>>, usize)>;

fn ages(requests: &[Vec<Telling>]) -> Ages {
    let mut ages = Ages::new();
    for tellings in requests {
        let sessions: BTreeSet<&String> = tellings.iter().map(|telling| &telling.session).collect();
        let keys = |session: &String| {
            let own = tellings.iter().filter(|telling| telling.session == *session);
            own.map(|telling| &telling.key).collect::<BTreeSet<_>>().len()
        };
        for session in &sessions {
            let age = ages.entry((*session).clone()).or_default();
            age.1 += keys(session);
            if sessions.len() == 1 {
                let first = tellings.iter().filter_map(|telling| telling.at).min().unwrap_or(DateTime::<Utc>::MAX_UTC);
                age.0 = Some(age.0.map_or(first, |known| known.min(first)));
            }
        }
    }
    ages
}

fn row(tellings: &[Telling], ages: &Ages, prices: Option<&Prices>) -> (String, Row) {
    let key = tellings.iter().map(|telling| &telling.key).min().expect("somebody tells it").clone();
    let winner = tellings.iter().max_by_key(|telling| telling.rank()).expect("somebody tells it");
    let original = |telling: &&Telling| {
        let copied = telling.copied || telling.record_session != telling.session;
        let age = ages.get(&telling.session).copied();
        (copied, telling.since.is_none(), telling.since, age, telling.session.clone())
    };
    let owner = tellings.iter().min_by_key(original).expect("somebody tells it");
    let at = tellings.iter().filter_map(|telling| telling.at).min();
    // rule 9: what the tool says counts only when the line says nothing
    let by_tool = tellings.iter().map(|telling| telling.tool_searches).max().unwrap_or(0);
    let Bill { tokens, pieces, line_searches, more_searches } = bill(&winner.message);
    let searches = more_searches + if line_searches > 0 { line_searches } else { by_tool };
    let amount = prices.map(|prices| prices.cost(&winner.message, &pieces, searches, at));
    let (cost, unknown) = match amount {
        Some(Ok(cost)) => (Some(cost), BTreeSet::new()),
        Some(Err(unknown)) => (None, unknown),
        None => (None, BTreeSet::new()),
    };
    let incomplete = !read::is_text(&winner.message["stop_reason"]);
    let model = winner.message["model"].as_str().unwrap_or_default().to_owned();
    (key, Row { session: owner.session.clone(), model, at, tokens, searches, incomplete, cost, unknown })
}
