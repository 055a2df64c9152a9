//! The client's own running total (`cost-state` records).

use serde::{Deserialize, Serialize};

use crate::Tokens;
use crate::request::{MOST_TOKENS, nano_usd, small};
use crate::skim::Raw;
use crate::wire::Record;

/// What the client itself added up: it includes calls that leave no line (titles, compactions).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// The total, in nano-dollars.
    pub nano_usd: i64,
    /// By model, in the order of the record.
    pub models: Vec<LedgerModel>,
}

/// The part of a ledger that one model has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LedgerModel {
    /// Model name as written.
    pub model: String,
    /// Its tokens.
    pub tokens: Tokens,
    /// Its web searches.
    pub web_searches: u32,
    /// Its cost, in nano-dollars.
    pub nano_usd: i64,
}

impl Ledger {
    /// Reads a `cost-state` record; none if it names no total.
    pub(super) fn read(record: &Record<'_>) -> Option<Self> {
        let nano_usd = record.get("totalCostUSD").and_then(nano_usd)?;
        let models = record.get("modelUsage").into_iter().flat_map(Raw::members);
        Some(Self { nano_usd, models: models.map(|(name, usage)| LedgerModel::read(name, usage)).collect() })
    }
}

impl LedgerModel {
    fn read(name: &str, usage: Raw<'_>) -> Self {
        let count = |key| usage.get(key).and_then(Raw::count).unwrap_or(0).min(MOST_TOKENS);
        let one_hour = count("cacheCreationEphemeral1hInputTokens");
        let tokens = Tokens {
            input: count("inputTokens"),
            output: count("outputTokens"),
            cache_write_5m: count("cacheCreationInputTokens").saturating_sub(one_hour),
            cache_write_1h: one_hour.min(count("cacheCreationInputTokens")),
            cache_read: count("cacheReadInputTokens"),
        };
        Self {
            model: name.to_owned(),
            tokens,
            web_searches: small(count("webSearchRequests")),
            nano_usd: usage.get("costUSD").and_then(nano_usd).unwrap_or(0),
        }
    }
}
