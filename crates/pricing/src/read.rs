//! The price table's text as typed values, refusing what it does not know.

mod line;
mod section;

use chrono::NaiveDate;
use section::Section;
use toml::{Table, Value};

use crate::price::NumberFault;
use crate::{Factor, Origin, Price, Prices, Row, RowKind, Span};

/// Why a price table could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceTableError {
    /// It is not TOML.
    #[error("{}", .0.message())]
    Syntax(toml::de::Error),
    /// A key that means nothing; with the nearest one that does.
    #[error("{place} has a key `{key}` that means nothing here; {hint}")]
    UnknownKey {
        /// Where it stands.
        place: String,
        /// The key.
        key: String,
        /// What may be meant.
        hint: String,
    },
    /// A key that is needed is not there.
    #[error("{place} has no `{key}`; add it")]
    Missing {
        /// Where it is missing.
        place: String,
        /// The key.
        key: &'static str,
    },
    /// A value of the wrong kind.
    #[error("`{key}` of {place} should be {expected}")]
    Wrong {
        /// Where it stands.
        place: String,
        /// The key.
        key: String,
        /// What is expected.
        expected: &'static str,
    },
    /// A number that cannot be taken exactly.
    #[error("`{key}` of {place} {fault}; write a plain number such as 2.5")]
    Number {
        /// Where it stands.
        place: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        fault: NumberFault,
    },
    /// A row that ends before it starts.
    #[error("{place} ends before it starts; correct `from` or `until`")]
    Backwards {
        /// The row.
        place: String,
    },
    /// Two rows that hold on the same day.
    #[error("two rows of models.{model}.{kind} hold on the same day; end the first one before the second starts")]
    Overlap {
        /// The model.
        model: String,
        /// The list that both are in.
        kind: &'static str,
    },
    /// A name that two models claim.
    #[error("`{id}` is a name of both {first} and {second}; leave it with one of them")]
    SharedName {
        /// The name.
        id: String,
        /// One model.
        first: String,
        /// The other.
        second: String,
    },
}

/// What one text says; whatever it leaves out is none.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) updated: Option<NaiveDate>,
    pub(crate) batch: Option<Factor>,
    pub(crate) web_search_per_1k: Option<Price>,
    pub(crate) multiplier: Option<Factor>,
    pub(crate) cloud_regional: Option<Factor>,
    pub(crate) cloud_gov: Option<Factor>,
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) models: Vec<ModelSheet>,
}

/// What one text says of a model.
#[derive(Debug)]
pub(crate) struct ModelSheet {
    pub(crate) name: String,
    pub(crate) ids: Vec<String>,
    pub(crate) family: Option<String>,
    pub(crate) context_window: Option<u64>,
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) released: Option<NaiveDate>,
    pub(crate) retired: Option<NaiveDate>,
    pub(crate) geo_us: Option<Factor>,
    pub(crate) cloud_surcharge: Option<bool>,
    pub(crate) web_search_per_1k: Option<Price>,
    pub(crate) multiplier: Option<Factor>,
    pub(crate) rows: Vec<Row>,
}

/// Reads a whole text.
pub(crate) fn sheet(text: &str, origin: Origin) -> Result<Sheet, PriceTableError> {
    let mut top = Section::new("the file", text.parse::<Table>().map_err(PriceTableError::Syntax)?);
    let mut cloud = top.section("cloud")?;
    let sheet = Sheet {
        updated: top.date("updated")?,
        batch: top.factor("batch")?,
        web_search_per_1k: top.price("web_search_per_1k")?,
        multiplier: top.share("multiplier")?,
        cloud_regional: cloud.factor("regional")?,
        cloud_gov: cloud.factor("gov")?,
        sources: top.texts("sources")?,
        models: top
            .section("models")?
            .sections()?
            .into_iter()
            .map(|(name, section)| model(name, section, origin))
            .collect::<Result<_, _>>()?,
    };
    cloud.finish()?;
    top.finish()?;
    Ok(sheet)
}

fn model(name: String, mut section: Section, origin: Origin) -> Result<ModelSheet, PriceTableError> {
    let mut rows = Vec::new();
    for kind in ["standard", "long_prompt", "fast"] {
        let listed: Vec<Row> =
            section.list(kind)?.into_iter().map(|entry| row(kind, entry, origin)).collect::<Result<_, _>>()?;
        let overlap = |(index, one): (usize, &Row)| listed[index + 1..].iter().any(|two| one.span.overlaps(&two.span));
        if listed.iter().enumerate().any(overlap) {
            return Err(PriceTableError::Overlap { model: name, kind });
        }
        rows.extend(listed);
    }
    let sheet = ModelSheet {
        name,
        ids: section.names("ids")?,
        family: section.text("family")?,
        context_window: section.count("context_window")?,
        sources: section.texts("sources")?,
        released: section.date("released")?,
        retired: section.date("retired")?,
        geo_us: section.factor("geo_us")?,
        cloud_surcharge: section.flag("cloud_surcharge")?,
        web_search_per_1k: section.price("web_search_per_1k")?,
        multiplier: section.share("multiplier")?,
        rows,
    };
    section.finish()?;
    Ok(sheet)
}

fn row(kind: &'static str, mut section: Section, origin: Origin) -> Result<Row, PriceTableError> {
    let from = match section.take("from") {
        Some(Value::String(text)) if text == "beginning" => None,
        Some(value) => Some(section.day("from", &value)?),
        None => return Err(section.missing("from")),
    };
    let span = Span { from, until: section.date("until")? };
    if matches!((span.from, span.until), (Some(from), Some(until)) if until < from) {
        return Err(PriceTableError::Backwards { place: section.place });
    }
    let kind = match kind {
        "long_prompt" => {
            RowKind::LongPrompt { above_prompt_tokens: section.needed("above_prompt_tokens", Section::count)? }
        }
        "fast" => RowKind::Fast,
        _ => RowKind::Standard,
    };
    let row = Row {
        kind,
        span,
        prices: Prices {
            input: section.needed("input", Section::price)?,
            output: section.needed("output", Section::price)?,
            cache_write_5m: section.needed("cache_write_5m", Section::price)?,
            cache_write_1h: section.needed("cache_write_1h", Section::price)?,
            cache_read: section.needed("cache_read", Section::price)?,
        },
        exceptions: section.names("exceptions")?,
        verified: section.flag("verified")?.unwrap_or(true),
        note: section.text("note")?,
        origin,
    };
    section.finish()?;
    Ok(row)
}
