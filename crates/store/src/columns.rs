//! How our values become columns, and columns our values.

use chrono::{DateTime, Utc};
use duckdb::types::{FromSql, FromSqlError, FromSqlResult, TimeUnit, ToSql, ToSqlOutput, Value, ValueRef};
use transcript::{Part, TitleSource, Tokens};

/// The largest count that is kept: sums over billions of rows still fit into 64 bits.
const LARGEST: u64 = 1_000_000_000_000;

/// Separates the items of a list on the way into and out of the engine.
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

/// The items of a list, joined; `LIST_OF` splits them again inside the engine.
pub(crate) fn joined(items: &[String]) -> String {
    let mut text = String::new();
    for item in items.iter().filter(|item| !item.is_empty()) {
        if !text.is_empty() {
            text.push(SEPARATOR);
        }
        text.extend(item.chars().filter(|letter| *letter != SEPARATOR));
    }
    text
}

/// The items of a joined list.
pub(crate) fn split(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split(SEPARATOR).map(str::to_owned).collect() }
}

/// The expression that makes a list of a column with joined items.
pub(crate) fn list_of(column: &str) -> String {
    format!("CASE WHEN {column} = '' THEN [] ELSE string_split({column}, chr(31)) END")
}

/// The expression that makes joined items of a list column.
pub(crate) fn joined_of(column: &str) -> String {
    format!("array_to_string({column}, chr(31))")
}

/// Parts of a request as JSON text; none when there are none.
pub(crate) fn parts_text(parts: &[Part]) -> Option<String> {
    (!parts.is_empty()).then(|| serde_json::to_string(parts).expect("parts are plain data"))
}

/// Parts of a request from JSON text that we wrote.
pub(crate) fn parts_of(text: Option<&str>) -> Vec<Part> {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
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
