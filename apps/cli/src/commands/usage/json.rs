//! Usage as JSON, schema 1.

use chrono::{DateTime, Utc};
use journal::Limit;
use pricing::PicoUsd;
use serde::Serialize;
use store::{Block, LedgerSum, SessionUsage, Subject, UsageFilter, UsageReport, UsageRow};

use super::limits::{Official, moment};
use super::words::key;
use super::{By, Usage};
use crate::context::Context;
use crate::schema;

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    generated_at: DateTime<Utc>,
    timezone: &'a str,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    by: String,
    prices: Prices<'a>,
    rows: Vec<Row<'a>>,
    totals: Row<'a>,
    unknown_models: &'a [String],
    ledger: Ledger,
    /// The official limits that hold now, with blocks only.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Vec<OfficialLimit>>,
}

/// An official limit, as Claude Code told it to its status line.
#[derive(Debug, Serialize)]
struct OfficialLimit {
    window: String,
    used_percentage: f64,
    resets_at: Option<DateTime<Utc>>,
    seen_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
struct Prices<'a> {
    /// The table that the costs follow.
    version: &'a str,
    /// The table in force, when that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force: Option<&'a str>,
}

/// A row: the figures, and what is known of its subject.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    usage: schema::Usage<'a>,
    models: Vec<schema::Usage<'a>>,
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
    #[serde(flatten)]
    about: About<'a>,
}

/// What only some rows have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum About<'a> {
    Nothing {},
    Period { start: DateTime<Utc>, end: DateTime<Utc> },
    Session { title: Option<&'a str>, project: Option<&'a str>, parent: Option<&'a str>, ledger: Option<Comparison> },
    Branch { project: Option<&'a str> },
    Tool { calls: u64 },
    Block(Box<BlockFacts>),
}

/// A five-hour block, which is estimated.
#[derive(Debug, Serialize)]
struct BlockFacts {
    estimate: bool,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    active: bool,
    burn: Option<Burn>,
    projection: Option<Projection>,
    /// The most that was seen to be used of the official window meanwhile.
    limit: Option<OfficialLimit>,
}

#[derive(Debug, Serialize)]
struct Burn {
    tokens_per_minute: u64,
    cost_usd_per_hour: String,
}

#[derive(Debug, Serialize)]
struct Projection {
    total_tokens: u64,
    cost_usd: String,
}

/// The client's own total of a session. It cannot be compared where it includes that of another session, nor with a part
/// of the requests or with a cost that is not known.
#[derive(Debug, Serialize)]
struct Comparison {
    cost_usd: String,
    difference_usd: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ledger {
    sessions: u64,
    cost_usd: String,
    computed_usd: String,
    difference_usd: String,
    forks_left_out: u64,
    unknown_cost_left_out: u64,
}

impl Usage {
    /// Writes the report as one JSON object.
    pub(super) fn json(
        &self,
        context: &mut Context,
        filter: &UsageFilter,
        report: &UsageReport,
        in_force: &str,
    ) -> color_eyre::Result<()> {
        let version = report.prices.as_deref().unwrap_or(in_force);
        let zone = context.zone;
        let official = (self.by() == By::Block).then(|| Official::load(context, report)).transpose()?;
        let row = |key, row| Row::new(key, row, context.now, official.as_ref());
        let keys: Vec<String> = report.rows.iter().map(|row| key(&row.subject, zone)).collect();
        let answer = Answer {
            schema: 1,
            generated_at: context.now,
            timezone: zone.name(),
            since: filter.since,
            until: filter.until,
            by: self.by().word(),
            prices: Prices { version, in_force: (version != in_force).then_some(in_force) },
            rows: report.rows.iter().zip(&keys).map(|(one, key)| row(key, one)).collect(),
            totals: row("total", &report.total),
            unknown_models: &report.unknown_models,
            ledger: Ledger::from(&report.ledger),
            limits: official.as_ref().map(|official| official.now.iter().map(OfficialLimit::from).collect()),
        };
        context.output.json(&answer)
    }
}

impl<'a> Row<'a> {
    fn new(key: &'a str, row: &'a UsageRow, now: DateTime<Utc>, official: Option<&Official>) -> Self {
        Self {
            usage: schema::Usage::new(key, &row.usage),
            models: row.models.iter().map(|model| schema::Usage::new(&model.model, &model.usage)).collect(),
            first: row.first,
            last: row.last,
            about: About::of(row, now, official),
        }
    }
}

impl<'a> About<'a> {
    fn of(row: &'a UsageRow, now: DateTime<Utc>, official: Option<&Official>) -> Self {
        match &row.subject {
            Subject::Total | Subject::Undated | Subject::Named(_) => Self::Nothing {},
            Subject::Period { start, end, .. } => Self::Period { start: *start, end: *end },
            Subject::Session(session) => Self::Session {
                title: session.title.as_deref(),
                project: session.project.as_deref(),
                parent: session.parent.as_ref().map(transcript::SessionId::as_str),
                ledger: Comparison::of(session, row),
            },
            Subject::Branch { project, .. } => Self::Branch { project: project.as_deref() },
            Subject::Tool(_, calls) => Self::Tool { calls: *calls },
            Subject::Block(block) => Self::Block(Box::new(BlockFacts::of(block, now, official))),
        }
    }
}

impl BlockFacts {
    fn of(block: &Block, now: DateTime<Utc>, official: Option<&Official>) -> Self {
        let burn = block.burn().map(|burn| Burn {
            tokens_per_minute: burn.tokens_per_minute,
            cost_usd_per_hour: exact(burn.cost_per_hour),
        });
        let projection = block
            .projection(now)
            .map(|projection| Projection { total_tokens: projection.tokens, cost_usd: exact(projection.cost) });
        Self {
            estimate: true,
            start: block.start,
            end: block.end,
            active: block.is_active(now),
            burn,
            projection,
            limit: official.and_then(|official| official.of_block(block)).map(OfficialLimit::from),
        }
    }
}

impl Comparison {
    fn of(session: &SessionUsage, row: &UsageRow) -> Option<Self> {
        let ledger = session.ledger?;
        let comparable = !session.carries_on && session.whole && row.usage.unknown_cost_requests == 0;
        let difference = PicoUsd(PicoUsd::from(ledger).0 - row.usage.cost.0);
        Some(Self { cost_usd: ledger.to_string(), difference_usd: comparable.then(|| exact(difference)) })
    }
}

impl From<&Limit> for OfficialLimit {
    fn from(limit: &Limit) -> Self {
        Self {
            window: limit.window.clone(),
            used_percentage: f64::from(limit.used_hundredths) / 100.0,
            resets_at: limit.resets_ms.and_then(moment),
            seen_at: moment(limit.seen_ms),
        }
    }
}

impl From<&LedgerSum> for Ledger {
    fn from(sum: &LedgerSum) -> Self {
        Self {
            sessions: sum.sessions,
            cost_usd: exact(sum.cost),
            computed_usd: exact(sum.computed),
            difference_usd: exact(PicoUsd(sum.cost.0 - sum.computed.0)),
            forks_left_out: sum.forks,
            unknown_cost_left_out: sum.unknown,
        }
    }
}

fn exact(amount: PicoUsd) -> String {
    amount.nano().to_string()
}
