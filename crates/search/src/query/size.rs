//! Sizes: `>5`, `<=20k`, `1..2`.

use std::fmt;

/// A condition on a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    comparison: Comparison,
    /// As it was written.
    written: String,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    /// Greater.
    Above(f64),
    /// Greater or equal.
    AtLeast(f64),
    /// Less.
    Below(f64),
    /// Less or equal.
    AtMost(f64),
    /// Equal, as exactly as it was written.
    Is(f64),
    /// Both ends included.
    Between(f64, f64),
}

impl Size {
    /// Reads a condition.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let comparison = if let Some((low, high)) = text.split_once("..") {
            Comparison::Between(number(low)?, number(high)?)
        } else if let Some(rest) = text.strip_prefix(">=") {
            Comparison::AtLeast(number(rest)?)
        } else if let Some(rest) = text.strip_prefix('>') {
            Comparison::Above(number(rest)?)
        } else if let Some(rest) = text.strip_prefix("<=") {
            Comparison::AtMost(number(rest)?)
        } else if let Some(rest) = text.strip_prefix('<') {
            Comparison::Below(number(rest)?)
        } else {
            Comparison::Is(number(text.strip_prefix('=').unwrap_or(text))?)
        };
        Some(Self { comparison, written: text.to_owned() })
    }

    /// Whether a number fulfils it.
    pub fn holds(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Above(limit) => value > limit,
            Comparison::AtLeast(limit) => value >= limit,
            Comparison::Below(limit) => value < limit,
            Comparison::AtMost(limit) => value <= limit,
            Comparison::Between(low, high) => (low..=high).contains(&value),
            // half a unit of the last digit that people write: half a cent, half a token
            Comparison::Is(wanted) => (value - wanted).abs() < 0.005_f64.max(wanted.abs() * 1e-9),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A number with `k`, `m` or `b` behind it, and `$` before it.
fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches('$');
    let (digits, factor) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 1e3),
        (at, 'm' | 'M') => (&text[..at], 1e6),
        (at, 'b' | 'B' | 'g' | 'G') => (&text[..at], 1e9),
        _ => (text, 1.0),
    };
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = digits.parse().ok().filter(|_| is_digits)?;
    Some(number * factor)
}
