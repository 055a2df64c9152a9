//! What is billed: kinds of tokens and web searches, and how a cost is divided among them.

use pricing::{PicoUsd, Price};
use transcript::Tokens;

use crate::Usage;
use crate::cube::Rate;
use crate::share::cut;

/// Something that is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Prompt tokens outside the cache.
    Input,
    /// Tokens of answers, thinking included.
    Output,
    /// Tokens written to the cache for five minutes.
    CacheWrite5m,
    /// Tokens written to the cache for one hour.
    CacheWrite1h,
    /// Tokens read from the cache.
    CacheRead,
    /// Web searches.
    WebSearch,
    /// What cannot be divided: the model has no price, and the client itself recorded the sum.
    Recorded,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Input,
        Self::Output,
        Self::CacheWrite5m,
        Self::CacheWrite1h,
        Self::CacheRead,
        Self::WebSearch,
        Self::Recorded,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::CacheWrite5m => "cache write 5 min",
            Self::CacheWrite1h => "cache write 1 h",
            Self::CacheRead => "cache read",
            Self::WebSearch => "web searches",
            Self::Recorded => "not divided",
        }
    }

    /// Its tokens alone.
    fn tokens(self, all: Tokens) -> Tokens {
        let none = Tokens::default();
        match self {
            Self::Input => Tokens { input: all.input, ..none },
            Self::Output => Tokens { output: all.output, ..none },
            Self::CacheWrite5m => Tokens { cache_write_5m: all.cache_write_5m, ..none },
            Self::CacheWrite1h => Tokens { cache_write_1h: all.cache_write_1h, ..none },
            Self::CacheRead => Tokens { cache_read: all.cache_read, ..none },
            Self::WebSearch | Self::Recorded => none,
        }
    }
}

impl Rate {
    /// What each kind costs at list prices, in pico-dollars, in the order of [`Kind::ALL`].
    fn weights(&self, usage: &Usage) -> [u128; 7] {
        let times = |count: u64, price: Price| u128::from(count) * u128::from(price.0);
        let tokens = &usage.tokens;
        let searches = times(usage.web_searches, self.searches).saturating_mul(1_000);
        let Some(prices) = self.prices else { return [0, 0, 0, 0, 0, searches, 0] };
        [
            times(tokens.input, prices.input),
            times(tokens.output, prices.output),
            times(tokens.cache_write_5m, prices.cache_write_5m),
            times(tokens.cache_write_1h, prices.cache_write_1h),
            times(tokens.cache_read, prices.cache_read),
            searches,
            0,
        ]
    }

    /// Divides a cost among the kinds in the proportions of list prices; the parts add up to it. What a share changes
    /// (batch, fast mode, long prompts, geography) changes all parts alike, which is exact for all but long prompts.
    pub(crate) fn divided(&self, usage: &Usage) -> [PicoUsd; 7] {
        let mut weights = self.weights(usage);
        if self.prices.is_none() || weights.iter().all(|weight| *weight == 0) {
            weights[6] = 1;
            (0..6).for_each(|kind| weights[kind] = 0);
        }
        let whole = weights.iter().fold(0_u128, |sum, weight| sum.saturating_add(*weight));
        // a cost of 66 bits times a weight has to fit into 127
        let down = (u128::BITS - whole.leading_zeros()).saturating_sub(60);
        let whole = u64::try_from(whole >> down).unwrap_or(u64::MAX);
        let mut before = 0;
        let mut sum = 0_u128;
        weights.map(|weight| {
            sum = sum.saturating_add(weight);
            let to = u64::try_from(sum >> down).unwrap_or(u64::MAX);
            let part = cut(usage.cost.0, to, whole) - cut(usage.cost.0, before, whole);
            before = to;
            PicoUsd(part)
        })
    }

    /// The part of usage that is of one kind; all requests are named in it, whether they have the kind or not.
    pub(crate) fn only(&self, kind: Kind, usage: &Usage) -> Usage {
        let cost = self.divided(usage)[Kind::ALL.iter().position(|other| *other == kind).unwrap_or(6)];
        let searches = if kind == Kind::WebSearch { usage.web_searches } else { 0 };
        Usage {
            tokens: kind.tokens(usage.tokens),
            web_searches: searches,
            cost,
            recorded: if kind == Kind::Recorded { usage.recorded } else { PicoUsd::default() },
            ..*usage
        }
    }
}

#[cfg(test)]
mod tests {
    use pricing::Prices;
    use proptest::prelude::*;

    use super::*;

    fn rate(prices: Option<Prices>) -> Rate {
        Rate { model: 0, prices, searches: Price(10_000_000) }
    }

    fn usual() -> Prices {
        let price = |dollars: u64| Price(dollars * 10_000);
        Prices {
            input: price(500),
            output: price(2_500),
            cache_write_5m: price(625),
            cache_write_1h: price(1_000),
            cache_read: price(50),
        }
    }

    #[test]
    fn a_cost_is_divided_as_the_list_prices_say() {
        let tokens = Tokens { input: 100, output: 10, cache_write_5m: 20, cache_write_1h: 30, cache_read: 1_000 };
        let cost = PicoUsd(100 * 5_000_000 + 10 * 25_000_000 + 20 * 6_250_000 + 30 * 10_000_000 + 1_000 * 500_000);
        let usage =
            Usage { requests: 1, tokens, cost: cost + PicoUsd(10_000_000_000), web_searches: 1, ..Usage::default() };
        let parts = rate(Some(usual())).divided(&usage).map(|part| part.0 / 1_000_000);
        assert_eq!(parts, [500, 250, 125, 300, 500, 10_000, 0]);
    }

    #[test]
    fn what_has_no_price_is_not_divided() {
        let tokens = Tokens { output: 10, ..Tokens::default() };
        let usage = Usage { tokens, cost: PicoUsd(77), recorded: PicoUsd(77), ..Usage::default() };
        assert_eq!(rate(None).divided(&usage).map(|part| part.0), [0, 0, 0, 0, 0, 0, 77]);
        assert_eq!(rate(None).only(Kind::Output, &usage).tokens, tokens);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_cost_add_up_to_it(
            tokens in prop::array::uniform5(0..u64::MAX / 8),
            cost in 0..i128::MAX >> 63,
            web_searches in 0..1_000_u64,
        ) {
            let [input, output, cache_write_5m, cache_write_1h, cache_read] = tokens;
            let tokens = Tokens { input, output, cache_write_5m, cache_write_1h, cache_read };
            let usage = Usage { tokens, cost: PicoUsd(cost), web_searches, ..Usage::default() };
            let parts = rate(Some(usual())).divided(&usage);
            prop_assert_eq!(parts.into_iter().sum::<PicoUsd>(), PicoUsd(cost));
            prop_assert!(parts.iter().all(|part| part.0 >= 0));
        }
    }
}
