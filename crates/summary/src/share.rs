//! Sharing a sum between several, so that the shares add up to it exactly.

use pricing::PicoUsd;
use transcript::Tokens;

use crate::Usage;

/// Separates the tools of a request, and a tool from the number of its calls, on the way out of the engine.
const TOOL_SEPARATOR: char = '\u{1e}';
const COUNT_SEPARATOR: char = '\u{1f}';

/// A tool and how often a request calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighted {
    /// Its name.
    pub name: String,
    /// Number of calls.
    pub weight: u64,
}

/// The tools of a request from their text: name and number of calls with U+001F between, tools with U+001E between.
pub fn tools_of(text: &str) -> Vec<Weighted> {
    let tool = |part: &str| {
        let (name, weight) = part.rsplit_once(COUNT_SEPARATOR)?;
        Some(Weighted { name: name.to_owned(), weight: weight.parse().ok()? })
    };
    text.split(TOOL_SEPARATOR).filter_map(tool).collect()
}

/// Pico-dollars in a nano-dollar, in which amounts are shown.
const NANO: i128 = 1_000;

/// Shares a sum by weight. Tokens, searches and costs add up to it again; requests are named in each share.
///
/// Costs are shared in whole nano-dollars, what is left of one goes into the first share: so shares that are shown add up
/// to a sum that is shown.
pub fn shares(usage: &Usage, weights: &[u64]) -> Vec<Usage> {
    let whole: u64 = weights.iter().sum();
    let mut before = 0;
    weights
        .iter()
        .map(|weight| {
            let from = before;
            before += weight;
            let part = |amount: i128| cut(amount, before, whole) - cut(amount, from, whole);
            let money = |PicoUsd(amount): PicoUsd| {
                PicoUsd(part(amount / NANO) * NANO + if from == 0 { amount % NANO } else { 0 })
            };
            let count = |amount: u64| u64::try_from(part(amount.into())).unwrap_or(0);
            Usage {
                tokens: Tokens {
                    input: count(usage.tokens.input),
                    output: count(usage.tokens.output),
                    cache_write_5m: count(usage.tokens.cache_write_5m),
                    cache_write_1h: count(usage.tokens.cache_write_1h),
                    cache_read: count(usage.tokens.cache_read),
                },
                web_searches: count(usage.web_searches),
                cost: money(usage.cost),
                recorded: money(usage.recorded),
                ..*usage
            }
        })
        .collect()
}

/// The share of an amount that belongs to the first so many parts.
pub(crate) fn cut(amount: i128, parts: u64, whole: u64) -> i128 {
    amount.saturating_mul(parts.into()) / i128::from(whole.max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_add_up_to_the_sum(
            input in 0..u64::MAX / 4,
            cost in 0..i128::MAX / 1_000_000,
            weights in proptest::collection::vec(1..1000_u64, 1..9),
        ) {
            let tokens = Tokens { input, ..Tokens::default() };
            let usage = Usage { requests: 3, tokens, cost: PicoUsd(cost), ..Usage::default() };
            let shares = shares(&usage, &weights);
            prop_assert_eq!(shares.len(), weights.len());
            prop_assert_eq!(shares.iter().map(|share| share.tokens.input).sum::<u64>(), input);
            prop_assert_eq!(shares.iter().map(|share| share.cost).sum::<PicoUsd>(), PicoUsd(cost));
            prop_assert!(shares.iter().all(|share| share.requests == 3));
            prop_assert!(shares[1..].iter().all(|share| share.cost.0 % NANO == 0));
            prop_assert_eq!(shares[0].cost.0 % NANO, cost % NANO);
        }
    }

    #[test]
    fn a_tool_that_is_called_twice_gets_twice_as_much() {
        let usage = Usage { cost: PicoUsd(900_007), ..Usage::default() };
        let costs: Vec<i128> = shares(&usage, &[2, 1]).iter().map(|share| share.cost.0).collect();
        assert_eq!(costs, [600_007, 300_000]);
    }

    #[test]
    fn tools_are_read_with_the_number_of_their_calls() {
        let tools = tools_of("Read\u{1f}2\u{1e}odd \u{1f}name\u{1f}1");
        let tools: Vec<_> = tools.iter().map(|tool| (tool.name.as_str(), tool.weight)).collect();
        assert_eq!(tools, [("Read", 2), ("odd \u{1f}name", 1)]);
    }
}
