//! Sums over the requests that a session pays for.

use std::collections::BTreeMap;

use pricing::{NanoUsd, PicoUsd};
use transcript::Tokens;

use super::sheet::Entry;

/// The sum of all requests, and of those of each model.
pub(super) struct Sums {
    pub(super) total: Sum,
    /// By model as the prices name it, the costliest first.
    pub(super) models: Vec<(String, Sum)>,
    /// Requests that other sessions pay for.
    pub(super) elsewhere: usize,
}

/// A sum of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) requests: u64,
    pub(super) tokens: Tokens,
    pub(super) web_searches: u64,
    /// Of the known costs.
    pub(super) cost: PicoUsd,
    pub(super) unknown_cost: u64,
    pub(super) incomplete: u64,
    /// What old clients noted themselves.
    pub(super) recorded: Option<PicoUsd>,
}

impl Sums {
    /// Adds up.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut total = Sum::default();
        let mut models: BTreeMap<&str, Sum> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.own) {
            total.add(entry);
            models.entry(pricing::canonical(&entry.audited.request.model)).or_default().add(entry);
        }
        let mut models: Vec<_> = models.into_iter().map(|(name, sum)| (name.to_owned(), sum)).collect();
        models.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.cost));
        Self { total, models, elsewhere: entries.iter().filter(|entry| !entry.own).count() }
    }
}

impl Sum {
    fn add(&mut self, entry: &Entry) {
        let request = &entry.audited.request;
        self.requests += 1;
        self.tokens += entry.billed();
        self.web_searches += u64::from(request.web_searches);
        self.incomplete += u64::from(request.stop_reason.is_none());
        match entry.explanation.cost.charged() {
            Some(cost) => self.cost += cost,
            None => self.unknown_cost += 1,
        }
        if let Some(nano) = request.recorded_nano_usd {
            self.recorded = Some(self.recorded.unwrap_or_default() + PicoUsd::from(NanoUsd(nano)));
        }
    }
}
