//! A sum over requests, and the client's own totals beside ours.

use std::cmp::Ordering;
use std::ops::AddAssign;

use pricing::PicoUsd;
use serde::Serialize;
use transcript::Tokens;

/// A sum over requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Usage {
    /// Number of requests.
    pub requests: u64,
    /// Tokens that are billed.
    pub tokens: Tokens,
    /// Web searches that are billed.
    pub web_searches: u64,
    /// Sum of the known costs. What an old client recorded itself stands in for a model without a price.
    pub cost: PicoUsd,
    /// The part of the cost that was recorded by the client.
    pub recorded: PicoUsd,
    /// Requests whose cost is not known: a model in them has no price, and nothing was recorded.
    pub unknown_cost_requests: u64,
    /// Requests whose figures are a lower bound, because the transcript holds no end of the answer.
    pub incomplete_requests: u64,
}

/// The client's own totals beside ours, for the sessions that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerSum {
    /// Sessions with a total of the client's all of whose requests are counted here, at a known cost; none that carries
    /// on another one (the client's total includes the other's then).
    pub sessions: u64,
    /// The sum of the client's totals. It includes calls that leave no line in the transcript.
    pub cost: PicoUsd,
    /// What we compute for the same sessions.
    pub computed: PicoUsd,
    /// Sessions that are left out because they carry on another one.
    pub forks: u64,
    /// Sessions that are left out because some of their requests have no known cost.
    pub unknown: u64,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.tokens += other.tokens;
        self.web_searches = self.web_searches.saturating_add(other.web_searches);
        self.cost += other.cost;
        self.recorded += other.recorded;
        self.unknown_cost_requests = self.unknown_cost_requests.saturating_add(other.unknown_cost_requests);
        self.incomplete_requests = self.incomplete_requests.saturating_add(other.incomplete_requests);
    }
}

impl Usage {
    /// So many parts of the tokens and the cost, rounded down; nothing else of it has parts.
    pub(crate) fn part(&self, parts: u64, whole: u64) -> Self {
        let whole = whole.max(1);
        let count =
            |amount: u64| u64::try_from(u128::from(amount) * u128::from(parts) / u128::from(whole)).unwrap_or(u64::MAX);
        let tokens = &self.tokens;
        Self {
            tokens: Tokens {
                input: count(tokens.input),
                output: count(tokens.output),
                cache_write_5m: count(tokens.cache_write_5m),
                cache_write_1h: count(tokens.cache_write_1h),
                cache_read: count(tokens.cache_read),
            },
            cost: PicoUsd(self.cost.0.saturating_mul(parts.into()) / i128::from(whole)),
            ..Self::default()
        }
    }
}

/// Orders usage by cost, then by tokens, the greatest first.
pub fn costlier(one: &Usage, other: &Usage) -> Ordering {
    let weight = |usage: &Usage| (usage.cost, usage.tokens.total(), usage.requests);
    weight(other).cmp(&weight(one))
}
