//! How our values become columns, and columns our values.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use duckdb::types::{FromSql, FromSqlError, FromSqlResult, TimeUnit, ToSql, ToSqlOutput, Value, ValueRef};
use serde::{Deserialize, Serialize};
use transcript::{Ledger, Part, TitleSource, Tokens};

/// The largest count that is kept: sums over billions of rows still fit into 64 bits.
const LARGEST: u64 = 1_000_000_000_000;

/// What a request `r` costs, in pico-dollars: what an old client recorded itself stands in where a model has no price.
/// A client that knew no price recorded 0: that says nothing. A damaged record can name any amount: more than a million
/// dollars is cut.
pub(crate) const COST: &str = "coalesce(r.cost_pico_usd, CASE WHEN r.recorded_nano_usd > 0
    THEN least(r.recorded_nano_usd, 1000000000000000) * 1000 END)";

/// The same of one request, by its two columns.
pub(crate) fn charged(cost_pico_usd: Option<i64>, recorded_nano_usd: Option<i64>) -> Option<i64> {
    cost_pico_usd.or(recorded_nano_usd.filter(|nano| *nano > 0).map(|nano| nano.min(1_000_000_000_000_000) * 1000))
}

/// The part of it that was recorded.
pub(crate) const RECORDED: &str = "CASE WHEN r.cost_pico_usd IS NULL AND r.recorded_nano_usd > 0
    THEN least(r.recorded_nano_usd, 1000000000000000) * 1000 END";

/// Separates the items of a list on the way out of the engine.
const SEPARATOR: char = '\u{1f}';

/// A time, as a TIMESTAMP in UTC; microseconds are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At(pub(crate) Option<DateTime<Utc>>);

impl ToSql for At {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        let value = self.0.map_or(Value::Null, |at| Value::Timestamp(TimeUnit::Microsecond, at.timestamp_micros()));
        Ok(ToSqlOutput::Owned(value))
    }
}

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(Self(None)),
            ValueRef::Timestamp(unit, number) => Ok(Self(DateTime::from_timestamp_micros(unit.to_micros(number)))),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// A count, as a BIGINT. Nonsense from a damaged transcript is cut to a trillion rather than let sums overflow.
pub(crate) fn count(number: u64) -> i64 {
    number.min(LARGEST).cast_signed()
}

/// Token counts as they are kept, so that a request is the same before and after it was stored.
pub(crate) fn within_reason(tokens: Tokens) -> Tokens {
    Tokens {
        input: tokens.input.min(LARGEST),
        output: tokens.output.min(LARGEST),
        cache_write_5m: tokens.cache_write_5m.min(LARGEST),
        cache_write_1h: tokens.cache_write_1h.min(LARGEST),
        cache_read: tokens.cache_read.min(LARGEST),
    }
}

/// A count read back.
pub(crate) fn counted(number: i64) -> u64 {
    number.max(0).cast_unsigned()
}

/// A count read back into a smaller field.
pub(crate) fn counted_small(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// A size or an offset in bytes.
pub(crate) fn bytes(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An item of a list as it is kept: without what separates items.
pub(crate) fn item(text: &str) -> Cow<'_, str> {
    if text.contains(SEPARATOR) { text.replace(SEPARATOR, "").into() } else { text.into() }
}

/// The items of a joined list.
pub(crate) fn split(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split(SEPARATOR).map(str::to_owned).collect() }
}

/// The expression that makes joined items of a list column.
pub(crate) fn joined_of(column: &str) -> String {
    format!("array_to_string({column}, chr(31))")
}

/// A part of a request as it is kept: with its web searches, if there are any.
#[derive(Serialize, Deserialize)]
struct StoredPart<P> {
    #[serde(flatten)]
    part: P,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    web_searches: Option<u32>,
}

/// Parts of a request as JSON text; none when there are none.
pub(crate) fn parts_text(parts: &[Part]) -> Option<String> {
    let stored = |part| {
        let &Part { web_searches, .. } = part;
        StoredPart { part, web_searches: (web_searches > 0).then_some(web_searches) }
    };
    let stored: Vec<StoredPart<&Part>> = parts.iter().map(stored).collect();
    (!stored.is_empty()).then(|| serde_json::to_string(&stored).expect("parts are plain data"))
}

/// Parts of a request from JSON text that we wrote.
pub(crate) fn parts_of(text: Option<&str>) -> Vec<Part> {
    let stored: Vec<StoredPart<Part>> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    stored
        .into_iter()
        .map(|StoredPart { part, web_searches }| Part { web_searches: web_searches.unwrap_or(0), ..part })
        .collect()
}

/// The client's own total by model as JSON text.
pub(crate) fn ledger_text(ledger: &Ledger) -> String {
    serde_json::to_string(&ledger.models).expect("a ledger is plain data")
}

/// The client's own total from its columns.
pub(crate) fn ledger_of(nano_usd: Option<i64>, models: Option<&str>) -> Option<Ledger> {
    let models = models.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    nano_usd.map(|nano_usd| Ledger { nano_usd, models })
}

/// The word for a source of titles.
pub(crate) fn title_word(source: TitleSource) -> &'static str {
    match source {
        TitleSource::Custom => "custom",
        TitleSource::Ai => "ai",
        TitleSource::Summary => "summary",
        TitleSource::FirstPrompt => "first-prompt",
    }
}

/// The source of titles that a word stands for.
pub(crate) fn title_source(word: &str) -> TitleSource {
    match word {
        "custom" => TitleSource::Custom,
        "ai" => TitleSource::Ai,
        "summary" => TitleSource::Summary,
        _ => TitleSource::FirstPrompt,
    }
}
