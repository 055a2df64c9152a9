//! Bars in a line of text.

use crate::amount::as_float;
use crate::pattern::{Way, part};
use crate::scale::EIGHTHS;
use crate::{Run, Tone};

/// The share of a part in a whole, as a bar of at most `columns` columns, without spaces behind it. What is not nothing
/// has at least an eighth of a column.
pub fn share(amount: u128, whole: u128, columns: usize, tone: Tone) -> Run {
    let eighths = length(amount, whole, columns * EIGHTHS);
    let mut text = "█".repeat(eighths / EIGHTHS);
    if !eighths.is_multiple_of(EIGHTHS) {
        text.push_str(part(Way::Right, eighths % EIGHTHS));
    }
    Run { text, paint: tone.into() }
}

/// One small bar for each amount, the highest full: `▂▃▆█▇▅▃▁`; a space for nothing.
pub fn spark(amounts: &[u128], tone: Tone) -> Run {
    let most = amounts.iter().copied().max().unwrap_or(0);
    let text = amounts.iter().map(|amount| part(Way::Up, length(*amount, most, EIGHTHS))).collect();
    Run { text, paint: tone.into() }
}

/// The share of an amount in a whole as so many of `pieces`: to the nearest, at least one of what is not nothing.
pub(crate) fn length(amount: u128, whole: u128, pieces: usize) -> usize {
    if amount == 0 || pieces == 0 {
        return 0;
    }
    crate::scale::rounded(as_float(amount) / as_float(whole.max(1)) * as_float(pieces as u128)).clamp(1, pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_drawn_to_the_eighth_of_a_column() {
        let check =
            |amount, whole, expect: &str| assert_eq!(share(amount, whole, 4, Tone::Text).text, expect, "{amount}");
        check(0, 10, "");
        check(1, 1_000_000, "▏");
        check(1, 2, "██");
        check(9, 32, "█▏");
        check(10, 10, "████");
        check(20, 10, "████");
        check(5, 0, "████");
        check(u128::MAX, u128::MAX, "████");
        assert_eq!(share(1, 2, 0, Tone::Text).text, "");
    }

    #[test]
    fn small_bars_show_a_week() {
        assert_eq!(spark(&[1, 2, 0, 8, 4, 1_000, 1, 500], Tone::Text).text, "▁▁ ▁▁█▁▄");
        assert_eq!(spark(&[0, 0], Tone::Text).text, "  ");
    }
}
