//! The rule that turns a request's tokens into money.

use transcript::Request;

use crate::bill::{Standing, Terms, items};
use crate::price::Exact;
use crate::{NanoUsd, PicoUsd, PriceTable};

/// What a request costs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cost {
    /// The amount in nano-dollars; none when a model in it has no price.
    ///
    /// Whole at the built-in list prices. A share of batch, geography, cloud region or negotiated price may leave a
    /// fraction: the request as a whole is then rounded once, a tie to the even one.
    pub known: Option<NanoUsd>,
    /// The same amount to the pico-dollar: exact at every price of the built-in table, so that sums of it are; none
    /// when a model in it has no price.
    pub exact: Option<PicoUsd>,
    /// Models in it that have no price, as they are written, each once.
    pub unknown_models: Vec<String>,
    /// What the client itself wrote (`costUSD` of old ones), only where the amount is not known: there, and nowhere
    /// else, it stands in for it. A client that knew no price wrote 0, which counts as nothing written.
    pub recorded: Option<NanoUsd>,
}

impl Cost {
    /// What the request adds to a sum: the amount, else what the client recorded; none when neither is known.
    pub fn charged(&self) -> Option<PicoUsd> {
        self.exact.or(self.recorded.map(PicoUsd::from))
    }

    pub(crate) fn of(amount: Exact, unknown_models: Vec<String>, request: &Request) -> Self {
        if unknown_models.is_empty() {
            Self { known: Some(amount.nano()), exact: Some(amount.pico()), unknown_models, recorded: None }
        } else {
            let recorded = request.recorded_nano_usd.filter(|nano| *nano > 0).map(NanoUsd);
            Self { known: None, exact: None, unknown_models, recorded }
        }
    }
}

impl PriceTable {
    /// What a request costs at the prices of its own day (UTC); without a time, at the newest prices.
    ///
    /// Every billed piece (the top level, or the attempts in its place; advisor, compaction, paused answers) is its
    /// tokens times the row of its own model, times the shares of batch, geography, cloud region and negotiated
    /// price; web searches are added outside all shares.
    pub fn cost(&self, request: &Request) -> Cost {
        let terms = Terms::of(request);
        let mut amount = if request.web_searches > 0 { self.web_search(request).1 } else { Exact::default() };
        let mut unknown = Vec::<String>::new();
        for item in items(request).filter(|item| item.standing == Standing::Billed) {
            match self.quote(&terms, &item) {
                Some(quote) => amount = amount.plus(quote.amount(item.tokens)),
                None if unknown.iter().any(|known| known == item.model) => {}
                None => unknown.push(item.model.to_owned()),
            }
        }
        Cost::of(amount, unknown, request)
    }
}

#[cfg(test)]
mod tests;
