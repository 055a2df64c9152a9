//! Tokens and what they cost, by kind.

use pricing::{CostByKind, PicoUsd};
use transcript::Tokens;

use crate::figures;

/// A kind of tokens, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// The same for a line.
    pub(super) short: &'static str,
    pub(super) count: String,
    /// None while it is not known.
    pub(super) cost: Option<String>,
}

/// The kinds of tokens that there are; web searches too, where they cost something.
pub(super) fn kinds(tokens: &Tokens, costs: Option<&CostByKind>) -> Vec<Kind> {
    let cost = |cost: fn(&CostByKind) -> PicoUsd| costs.map(|costs| figures::money(cost(costs).nano(), false));
    let kind = |name, short, count: u64, of: fn(&CostByKind) -> PicoUsd| {
        (count > 0).then(|| Kind { name, short, count: figures::tokens(count), cost: cost(of) })
    };
    let searches = costs.filter(|costs| costs.web_searches.0 > 0).map(|_| Kind {
        name: "web searches",
        short: "web searches",
        count: String::new(),
        cost: cost(|costs| costs.web_searches),
    });
    [
        kind("input", "input", tokens.input, |costs| costs.input),
        kind("output", "output", tokens.output, |costs| costs.output),
        kind(summary::Kind::CacheWrite5m.name(), "write 5m", tokens.cache_write_5m, |costs| costs.cache_write_5m),
        kind(summary::Kind::CacheWrite1h.name(), "write 1h", tokens.cache_write_1h, |costs| costs.cache_write_1h),
        kind("cache read", "cache read", tokens.cache_read, |costs| costs.cache_read),
        searches,
    ]
    .into_iter()
    .flatten()
    .collect()
}
