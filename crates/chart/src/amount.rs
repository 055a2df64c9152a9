//! Amounts in a few characters.

/// What the figures of a chart count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Unit {
    /// Tokens, requests, sessions: whole things.
    #[default]
    Count,
    /// Trillionths of a US dollar.
    PicoUsd,
}

const PICO: u128 = 1_000_000_000_000;
const LETTERS: [&str; 5] = ["", "k", "M", "B", "T"];

impl Unit {
    /// The amount that is written as 1.
    pub(crate) fn one(self) -> u128 {
        match self {
            Self::Count => 1,
            Self::PicoUsd => PICO,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::PicoUsd => "$",
        }
    }
}

/// An amount in a few characters, rounded half up: `950`, `1.2k`, `12.4M`; `$0.004`, `$3.40`, `$41.2`, `$412`, `$1.2k`.
pub fn short(unit: Unit, amount: u128) -> String {
    let sign = unit.sign();
    if unit == Unit::PicoUsd && amount < 1_000 * PICO {
        for (below, decimals) in [(10, 3), (1_000, 2), (1_000, 1), (1_000, 0)] {
            let number = rounded(amount, PICO / 10_u128.pow(decimals));
            if number == 0 && amount > 0 {
                return "<$.001".to_owned();
            }
            if number < below {
                return if amount == 0 { "$0".to_owned() } else { format!("{sign}{}", decimal(number, decimals)) };
            }
        }
    }
    for (power, letter) in (0..).zip(LETTERS) {
        let thousand = unit.one() * 1_000_u128.pow(power);
        if power == 0 && amount / thousand < 1_000 && unit == Unit::Count {
            return amount.to_string();
        }
        let tenths = rounded(amount, thousand / 10);
        if power > 0 && tenths < 1_000 {
            return format!("{sign}{}{letter}", trimmed(&decimal(tenths, 1)));
        }
        let whole = rounded(amount, thousand);
        if power > 0 && whole < 1_000 {
            return format!("{sign}{whole}{letter}");
        }
    }
    scientific(unit, amount)
}

/// Amounts that are read below each other: money with as many decimals as its largest amount needs, counts as [`short`].
pub fn alike(unit: Unit, amounts: &[u128]) -> Vec<String> {
    let most = amounts.iter().copied().max().unwrap_or(0);
    let decimals = match most {
        _ if unit == Unit::Count || most >= 100_000 * PICO => {
            return amounts.iter().map(|amount| short(unit, *amount)).collect();
        }
        most if most >= 1_000 * PICO => 0,
        most if most >= PICO / 10 => 2,
        _ => 3,
    };
    let text = |amount: &u128| {
        let number = rounded(*amount, PICO / 10_u128.pow(decimals));
        match (*amount, number) {
            (0, _) => "$0".to_owned(),
            (_, 0) => format!("<${}", decimal(1, decimals)),
            _ => format!("${}", decimal(number, decimals)),
        }
    };
    amounts.iter().map(text).collect()
}

/// An amount of an axis, exactly if it has few digits: `0`, `2.5k`, `12.5M`, `$0.025`, `$7.5`.
pub(crate) fn exact(unit: Unit, amount: u128) -> String {
    let sign = unit.sign();
    let one = unit.one();
    let power = (0..).zip(LETTERS).take_while(|(power, _)| amount / one >= 1_000_u128.pow(*power)).last();
    let (power, letter) = power.unwrap_or((0, ""));
    if amount / one >= 1_000_u128.pow(5) {
        return scientific(unit, amount);
    }
    let decimals = one.ilog10() + 3 * power;
    format!("{sign}{}{letter}", trimmed(&decimal(amount, decimals)))
}

fn scientific(unit: Unit, amount: u128) -> String {
    format!("{}{:.1e}", unit.sign(), as_float(amount / unit.one()))
}

/// A whole number with its last digits behind a point.
fn decimal(number: u128, decimals: u32) -> String {
    if decimals == 0 {
        return number.to_string();
    }
    let unit = 10_u128.pow(decimals);
    format!("{}.{:0width$}", number / unit, number % unit, width = decimals as usize)
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Division that rounds half up.
fn rounded(number: u128, unit: u128) -> u128 {
    let unit = unit.max(1);
    number / unit + u128::from(number % unit >= unit - unit / 2)
}

/// An amount for ratios and positions, which need no more than 15 digits.
pub(crate) fn as_float(amount: u128) -> f64 {
    amount as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        let check = |amount: u128, expect: &str| assert_eq!(short(Unit::Count, amount), expect, "{amount}");
        check(0, "0");
        check(999, "999");
        check(1_000, "1k");
        check(1_249, "1.2k");
        check(12_449, "12.4k");
        check(99_949, "99.9k");
        check(99_950, "100k");
        check(999_499, "999k");
        check(999_500, "1M");
        check(3_900_000_000_000, "3.9T");
        check(u128::from(u64::MAX), "1.8e19");
        check(u128::MAX, "3.4e38");
    }

    #[test]
    fn money_is_short() {
        let check = |nano: u128, expect: &str| assert_eq!(short(Unit::PicoUsd, nano * 1_000), expect, "{nano}");
        check(0, "$0");
        check(1, "<$.001");
        check(4_000_000, "$0.004");
        check(9_990_000, "$0.01");
        check(50_000_000, "$0.05");
        check(3_400_000_000, "$3.40");
        check(9_999_000_000, "$10.0");
        check(41_200_000_000, "$41.2");
        check(412_300_000_000, "$412");
        check(999_600_000_000, "$1k");
        check(1_249_000_000_000, "$1.2k");
        assert_eq!(short(Unit::PicoUsd, u128::MAX), "$3.4e26");
    }

    #[test]
    fn money_in_a_column_has_one_precision() {
        let check = |cents: &[u128], expect: &[&str]| {
            let amounts: Vec<u128> = cents.iter().map(|cents| cents * PICO / 100).collect();
            assert_eq!(alike(Unit::PicoUsd, &amounts), expect);
        };
        check(&[11_975, 2_550, 0], &["$119.75", "$25.50", "$0"]);
        check(&[120_449, 2_550, 30], &["$1204", "$26", "<$1"]);
        check(&[9_999, 1], &["$99.99", "$0.01"]);
        check(&[12_000_000, 2_550], &["$120k", "$25.5"]);
        assert_eq!(alike(Unit::PicoUsd, &[PICO / 20, PICO / 10_000]), ["$0.050", "<$0.001"]);
        assert_eq!(alike(Unit::PicoUsd, &[PICO, PICO / 1_000]), ["$1.00", "<$0.01"]);
        assert_eq!(alike(Unit::Count, &[1_200, 3]), ["1.2k", "3"]);
    }

    #[test]
    fn amounts_of_an_axis_are_exact() {
        let check = |unit, amount: u128, expect: &str| assert_eq!(exact(unit, amount), expect, "{amount}");
        check(Unit::Count, 0, "0");
        check(Unit::Count, 750, "750");
        check(Unit::Count, 2_500, "2.5k");
        check(Unit::Count, 12_500_000, "12.5M");
        check(Unit::Count, 1_050_000, "1.05M");
        check(Unit::PicoUsd, 0, "$0");
        check(Unit::PicoUsd, PICO / 40, "$0.025");
        check(Unit::PicoUsd, PICO * 15 / 2, "$7.5");
        check(Unit::PicoUsd, PICO * 1_250, "$1.25k");
        check(Unit::PicoUsd, u128::MAX, "$3.4e26");
    }
}
