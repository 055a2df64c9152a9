//! Money as whole nano-dollars, and as whole pico-dollars where sums must be exact.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Pico-dollars in a nano-dollar.
const PICO_PER_NANO: i128 = 1_000;

/// An amount in billionths of a US dollar. Sums are exact; past nine billion dollars they stop at the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NanoUsd(pub i64);

/// An amount in trillionths of a US dollar.
///
/// At list prices the cost of a request is a whole number of nano-dollars; with a share (batch, geography, cloud
/// region) of the built-in table it is a whole number of these. So sums of them are exact to the last digit; round
/// once, at the end, with [`PicoUsd::nano`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PicoUsd(pub i128);

impl PicoUsd {
    /// The nearest nano-dollar; a tie goes to the even one.
    pub fn nano(self) -> NanoUsd {
        let magnitude = half_even(self.0.unsigned_abs(), PICO_PER_NANO.unsigned_abs());
        let magnitude = i64::try_from(magnitude).unwrap_or(i64::MAX);
        NanoUsd(if self.0 < 0 { -magnitude } else { magnitude })
    }
}

impl From<NanoUsd> for PicoUsd {
    fn from(nano: NanoUsd) -> Self {
        Self(i128::from(nano.0) * PICO_PER_NANO)
    }
}

/// `amount` in units `per` times as large, to the nearest; a tie goes to the even one.
pub(crate) fn half_even(amount: u128, per: u128) -> u128 {
    let (whole, rest) = (amount / per, amount % per);
    let up = rest > per - rest || (rest == per - rest && whole % 2 == 1);
    whole + u128::from(up)
}

impl Add for NanoUsd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for NanoUsd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for NanoUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

impl fmt::Display for NanoUsd {
    /// All nine decimals: `12.345678901`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nano = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000)
    }
}

impl Add for PicoUsd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for PicoUsd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for PicoUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

impl fmt::Display for PicoUsd {
    /// All twelve decimals: `12.345678901234`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let pico = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:012}", pico / 1_000_000_000_000, pico % 1_000_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_goes_to_the_even_nano_dollar() {
        for (pico, nano) in [
            (0, 0),
            (499, 0),
            (500, 0),
            (501, 1),
            (1_499, 1),
            (1_500, 2),
            (2_500, 2),
            (-1_500, -2),
            (-501, -1),
            (i128::MAX, i64::MAX),
            (i128::MIN, -i64::MAX),
        ] {
            assert_eq!(PicoUsd(pico).nano(), NanoUsd(nano), "{pico}");
        }
    }

    #[test]
    fn every_decimal_is_shown() {
        for (nano, text) in [(0, "0.000000000"), (12_345_678_901, "12.345678901"), (-1, "-0.000000001")] {
            assert_eq!(NanoUsd(nano).to_string(), text);
        }
        assert_eq!(PicoUsd(12_345_678_901_234).to_string(), "12.345678901234");
        assert_eq!(PicoUsd(-7).to_string(), "-0.000000000007");
    }

    #[test]
    fn sums_stop_at_the_limit_instead_of_panicking() {
        assert_eq!([NanoUsd(i64::MAX), NanoUsd(1)].into_iter().sum::<NanoUsd>(), NanoUsd(i64::MAX));
        assert_eq!(PicoUsd(i128::MAX) + PicoUsd(1), PicoUsd(i128::MAX));
    }
}
