//! The price table as JSON. Prices and shares are texts, so that they stay exact.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use pricing::{Factor, Model, Origin, PriceTable, Row, RowKind};
use serde::Serialize;

/// The table in force, or some of its models.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'a> {
    schema: u32,
    generated_at: DateTime<Utc>,
    version: &'a str,
    updated: NaiveDate,
    your_file: &'a Path,
    batch: String,
    multiplier: String,
    web_search_per_1k: String,
    cloud: Cloud,
    sources: BTreeMap<&'a str, &'a str>,
    models: Vec<ModelOut<'a>>,
}

#[derive(Debug, Serialize)]
struct Cloud {
    regional: String,
    gov: String,
}

#[derive(Debug, Serialize)]
struct ModelOut<'a> {
    model: &'a str,
    ids: &'a [String],
    family: Option<&'a str>,
    context_window: Option<u64>,
    released: Option<NaiveDate>,
    retired: Option<NaiveDate>,
    origin: &'static str,
    sources: BTreeMap<&'a str, &'a str>,
    geo_us: String,
    cloud_surcharge: bool,
    web_search_per_1k: String,
    multiplier: String,
    rows: Vec<RowOut<'a>>,
}

#[derive(Debug, Serialize)]
struct RowOut<'a> {
    kind: &'static str,
    above_prompt_tokens: Option<u64>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    input: String,
    output: String,
    cache_write_5m: String,
    cache_write_1h: String,
    cache_read: String,
    exceptions: &'a [String],
    verified: bool,
    note: Option<&'a str>,
    origin: &'static str,
}

impl<'a> Answer<'a> {
    /// Some models of a table, and what holds for all of them.
    pub(super) fn new(table: &'a PriceTable, models: &[&'a Model], now: DateTime<Utc>, your_file: &'a Path) -> Self {
        Self {
            schema: 1,
            generated_at: now,
            version: table.version(),
            updated: table.updated(),
            your_file,
            batch: table.batch().to_string(),
            multiplier: table.multiplier().to_string(),
            web_search_per_1k: table.web_search_per_1k().to_string(),
            cloud: Cloud { regional: table.cloud_regional().to_string(), gov: table.cloud_gov().to_string() },
            sources: table.sources().collect(),
            models: models.iter().map(|model| ModelOut::new(table, model)).collect(),
        }
    }
}

impl<'a> ModelOut<'a> {
    fn new(table: &PriceTable, model: &'a Model) -> Self {
        Self {
            model: &model.name,
            ids: &model.ids,
            family: model.family.as_deref(),
            context_window: model.context_window,
            released: model.released,
            retired: model.retired,
            origin: word(model.origin),
            sources: model.sources.iter().map(|(letter, name)| (letter.as_str(), name.as_str())).collect(),
            geo_us: model.geo_us.to_string(),
            cloud_surcharge: model.cloud_surcharge,
            web_search_per_1k: model.web_search_per_1k.unwrap_or(table.web_search_per_1k()).to_string(),
            multiplier: multiplier(table, model).to_string(),
            rows: model.rows.iter().map(|row| RowOut::new(table, model, row)).collect(),
        }
    }
}

impl<'a> RowOut<'a> {
    fn new(table: &PriceTable, model: &Model, row: &'a Row) -> Self {
        let prices = row.prices;
        Self {
            kind: row.kind.key(),
            above_prompt_tokens: above(row.kind),
            from: row.span.from,
            until: row.span.until,
            input: prices.input.to_string(),
            output: prices.output.to_string(),
            cache_write_5m: prices.cache_write_5m.to_string(),
            cache_write_1h: prices.cache_write_1h.to_string(),
            cache_read: prices.cache_read.to_string(),
            exceptions: &row.exceptions,
            verified: row.verified,
            note: row.note.as_deref(),
            origin: origin(table, model, row),
        }
    }
}

/// The longest prompt that the standard row is for.
pub(super) fn above(kind: RowKind) -> Option<u64> {
    match kind {
        RowKind::LongPrompt { above_prompt_tokens } => Some(above_prompt_tokens),
        RowKind::Standard | RowKind::Fast => None,
    }
}

/// The share of the prices that is paid for a model.
pub(super) fn multiplier(table: &PriceTable, model: &Model) -> Factor {
    model.multiplier.unwrap_or(table.multiplier())
}

/// Whose the prices of a row are: a multiplier makes them the person's.
pub(super) fn origin(table: &PriceTable, model: &Model, row: &Row) -> &'static str {
    word(if multiplier(table, model) == Factor::ONE { row.origin } else { Origin::Yours })
}

/// Whose entry it is, in a word.
fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::BuiltIn => "built-in",
        Origin::Yours => "yours",
    }
}
