//! Prices and shares as whole numbers, read exactly as they are written.

use std::fmt;

use transcript::Tokens;

use crate::money::half_even;
use crate::{NanoUsd, PicoUsd};

/// Decimals that a price may have.
const PRICE_DECIMALS: u32 = 6;
/// Decimals that a share may have.
const FACTOR_DECIMALS: u32 = 3;
/// Largest price and share: keeps every product of theirs within 128 bits for any number of tokens seen in practice.
const LARGEST: u64 = 1_000_000;

/// A price in millionths of a dollar per million tokens, which is pico-dollars per token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Price(pub u64);

/// A share in thousandths: 1,100 is 1.1 times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor(pub u64);

/// The five prices of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Prices {
    /// Prompt tokens outside the cache.
    pub input: Price,
    /// Answer tokens, thinking included.
    pub output: Price,
    /// Tokens written to the cache for five minutes.
    pub cache_write_5m: Price,
    /// Tokens written to the cache for one hour.
    pub cache_write_1h: Price,
    /// Tokens read from the cache.
    pub cache_read: Price,
}

impl Factor {
    /// Once the price.
    pub const ONE: Self = Self(1_000);
}

impl Prices {
    /// Pico-dollars of `tokens` before any share.
    pub(crate) fn list_pico(&self, tokens: &Tokens) -> u128 {
        [
            times(tokens.input, self.input),
            times(tokens.output, self.output),
            times(tokens.cache_write_5m, self.cache_write_5m),
            times(tokens.cache_write_1h, self.cache_write_1h),
            times(tokens.cache_read, self.cache_read),
        ]
        .into_iter()
        .fold(0, u128::saturating_add)
    }
}

/// Pico-dollars of `count` tokens.
pub(crate) fn times(count: u64, price: Price) -> u128 {
    u128::from(count) * u128::from(price.0)
}

/// An exact amount with room for four shares of three decimals each: 10⁻²⁴ dollars.
///
/// Nothing is rounded before a request is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Exact(u128);

/// Units of [`Exact`] in a pico-dollar.
const PER_PICO: u128 = 1_000_000_000_000;
/// Units of [`Exact`] in a nano-dollar.
const PER_NANO: u128 = PER_PICO * 1_000;

impl Exact {
    /// `pico` dollars, times every share.
    pub(crate) fn new(pico: u128, factors: [Factor; 4]) -> Self {
        Self(factors.into_iter().fold(pico, |amount, factor| amount.saturating_mul(u128::from(factor.0))))
    }

    /// The sum; past the limit of 128 bits it stays there.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The nearest nano-dollar.
    pub(crate) fn nano(self) -> NanoUsd {
        NanoUsd(i64::try_from(half_even(self.0, PER_NANO)).unwrap_or(i64::MAX))
    }

    /// The nearest pico-dollar.
    pub(crate) fn pico(self) -> PicoUsd {
        PicoUsd(i128::try_from(half_even(self.0, PER_PICO)).unwrap_or(i128::MAX))
    }
}

/// Why a number of the table cannot be taken exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// It is not a plain decimal number.
    #[error("is not a number")]
    NotANumber,
    /// It is negative.
    #[error("is negative")]
    Negative,
    /// It has more decimals than are kept.
    #[error("has more than {0} decimals")]
    TooFine(u32),
    /// It is larger than any price.
    #[error("is larger than {LARGEST}")]
    TooLarge,
}

impl Price {
    /// Reads dollars, from a number or from text.
    pub(crate) fn read(value: &toml::Value) -> Result<Self, NumberFault> {
        scaled(value, PRICE_DECIMALS).map(Self)
    }
}

impl Factor {
    /// Reads a share, from a number or from text.
    pub(crate) fn read(value: &toml::Value) -> Result<Self, NumberFault> {
        scaled(value, FACTOR_DECIMALS).map(Self)
    }
}

/// The number times 10^`decimals`, exactly.
///
/// A TOML float passes through `f64`; its shortest text that reads back the same is what was typed, for up to 15
/// digits, and the limits here allow no more than 13.
fn scaled(value: &toml::Value, decimals: u32) -> Result<u64, NumberFault> {
    match value {
        toml::Value::Integer(whole) => scaled_text(&whole.to_string(), decimals),
        toml::Value::Float(number) => scaled_text(&number.to_string(), decimals),
        toml::Value::String(text) => scaled_text(text, decimals),
        _ => Err(NumberFault::NotANumber),
    }
}

fn scaled_text(text: &str, decimals: u32) -> Result<u64, NumberFault> {
    if text.starts_with('-') {
        return Err(NumberFault::Negative);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(NumberFault::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    let missing = u32::try_from(fraction.len()).ok().and_then(|length| decimals.checked_sub(length));
    let missing = missing.ok_or(NumberFault::TooFine(decimals))?;
    let whole: u64 = whole.parse().map_err(|_| NumberFault::TooLarge)?;
    if whole > LARGEST {
        return Err(NumberFault::TooLarge);
    }
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| NumberFault::NotANumber)? };
    Ok(whole * 10_u64.pow(decimals) + fraction * 10_u64.pow(missing))
}

impl fmt::Display for Price {
    /// Dollars per million tokens, without trailing zeros: `0.0625`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0, PRICE_DECIMALS))
    }
}

impl fmt::Display for Factor {
    /// The share without trailing zeros: `1.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0, FACTOR_DECIMALS))
    }
}

fn decimal(scaled: u64, decimals: u32) -> String {
    let one = 10_u64.pow(decimals);
    let text = format!("{}.{:0width$}", scaled / one, scaled % one, width = decimals as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        for (text, expect) in [
            ("0.0125", Ok(12_500)),
            ("\"0.0125\"", Ok(12_500)),
            ("75", Ok(75_000_000)),
            ("75.0", Ok(75_000_000)),
            ("0.3", Ok(300_000)),
            ("18.75", Ok(18_750_000)),
            ("123456.123457", Ok(123_456_123_457)),
            ("0", Ok(0)),
            ("0.0000001", Err(NumberFault::TooFine(6))),
            ("-1", Err(NumberFault::Negative)),
            ("-0.5", Err(NumberFault::Negative)),
            ("inf", Err(NumberFault::NotANumber)),
            ("nan", Err(NumberFault::NotANumber)),
            ("1e30", Err(NumberFault::TooLarge)),
            ("\"1,5\"", Err(NumberFault::NotANumber)),
            ("\".5\"", Err(NumberFault::NotANumber)),
            ("true", Err(NumberFault::NotANumber)),
            ("1000001", Err(NumberFault::TooLarge)),
        ] {
            let table: toml::Table = format!("n = {text}").parse().expect("valid TOML");
            assert_eq!(Price::read(&table["n"]).map(|price| price.0), expect, "{text}");
        }
    }

    #[test]
    fn prices_are_shown_as_written() {
        for (price, text) in [(62_500, "0.0625"), (75_000_000, "75"), (300_000, "0.3"), (0, "0")] {
            assert_eq!(Price(price).to_string(), text);
        }
        assert_eq!(Factor(1_100).to_string(), "1.1");
    }

    #[test]
    fn absurd_counts_reach_the_limit_without_a_panic() {
        let tokens = Tokens { input: u64::MAX, output: u64::MAX, ..Tokens::default() };
        let price = Price(75_000_000);
        let pico = Prices { input: price, output: price, ..Prices::default() }.list_pico(&tokens);
        assert_eq!(Exact::new(pico, [Factor(1_100); 4]).nano(), NanoUsd(i64::MAX));
    }
}
