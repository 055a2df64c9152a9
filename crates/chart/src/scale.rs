//! From amounts to rows: an axis whose steps are round and whole rows apart.

use crate::Unit;
use crate::amount::as_float;

/// Eighths of a row.
pub(crate) const EIGHTHS: usize = 8;

/// An axis: each of its steps is a round amount (1, 2, 2.5 or 5 times a power of ten) and a whole number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    step: u128,
    rows_per_step: usize,
    rows: usize,
}

impl Scale {
    /// The axis of so many rows that uses most of them for an amount. Of several, the one whose steps are nearest to three
    /// rows.
    pub(crate) fn fit(unit: Unit, most: u128, rows: usize) -> Self {
        let rows = rows.max(1);
        let most = if most == 0 { unit.one() } else { most };
        let candidates = [3, 4, 2, 5].into_iter().filter(|each| *each <= rows).chain((rows < 2).then_some(1));
        let scales = candidates.map(|each| Self { step: round_up(share(most, each, rows)), rows_per_step: each, rows });
        let reach =
            |scale: &Self| as_float(scale.step) * as_float(rows as u128) / as_float(scale.rows_per_step as u128);
        scales.min_by(|one, two| reach(one).total_cmp(&reach(two))).expect("there is a candidate for every height")
    }

    /// The height of an amount in parts of a row, `grain` of them in each: to the nearest, but at least one of what is not
    /// nothing, and no more than there are rows.
    pub(crate) fn height(&self, amount: u128, grain: usize) -> usize {
        if amount == 0 {
            return 0;
        }
        let exact = self.fraction(amount) * as_float((self.rows * grain) as u128);
        (rounded(exact)).clamp(1, self.rows * grain)
    }

    /// The height of an amount as a share of all rows.
    pub(crate) fn fraction(&self, amount: u128) -> f64 {
        let steps = as_float(amount) / as_float(self.step);
        steps * as_float(self.rows_per_step as u128) / as_float(self.rows as u128)
    }

    /// The steps, from nothing on: rows below it, and its amount.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (usize, u128)> {
        let steps = self.rows / self.rows_per_step;
        (0..=steps).map(|at| (at * self.rows_per_step, self.step.saturating_mul(at as u128)))
    }
}

/// `amount * part / whole`, rounded up.
fn share(amount: u128, part: usize, whole: usize) -> u128 {
    let (part, whole) = (part as u128, whole as u128);
    let rest = (amount % whole * part).div_ceil(whole);
    (amount / whole).saturating_mul(part).saturating_add(rest)
}

/// The next round amount; past the largest round one, the amount itself.
fn round_up(amount: u128) -> u128 {
    let amount = amount.max(1);
    let power = 10_u128.pow(amount.ilog10());
    let round = |(times, per): (u128, u128)| Some(power.checked_mul(times)? / per);
    let found = [(1, 1), (2, 1), (5, 2), (5, 1), (10, 1)].into_iter().filter_map(round).find(|round| *round >= amount);
    found.unwrap_or(amount)
}

/// The nearest whole number of a positive one; it stops at the largest.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floats stop at the limits")]
pub(crate) fn rounded(number: f64) -> usize {
    number.round() as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(most: u128, rows: usize, expect: &[(usize, u128)]) {
        let scale = Scale::fit(Unit::Count, most, rows);
        assert_eq!(scale.steps().collect::<Vec<_>>(), expect, "{most} in {rows}");
        assert!(scale.height(most, EIGHTHS) <= rows * EIGHTHS);
    }

    #[test]
    fn steps_are_round_and_whole_rows_apart() {
        check(41, 8, &[(0, 0), (4, 25), (8, 50)]);
        check(41, 9, &[(0, 0), (4, 20), (8, 40)]);
        check(1, 6, &[(0, 0), (5, 1)]);
        check(0, 3, &[(0, 0), (3, 1)]);
        check(7, 1, &[(0, 0), (1, 10)]);
    }

    #[test]
    fn numbers_are_rounded_up_to_round_ones() {
        for (amount, expect) in [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 25), (26, 50), (249, 250)] {
            assert_eq!(round_up(amount), expect, "{amount}");
        }
        assert_eq!(round_up(u128::MAX), u128::MAX);
    }

    proptest! {
        #[test]
        fn nothing_is_higher_than_the_axis(most in any::<u128>(), rows in 1_usize..100, amount in any::<u128>()) {
            let scale = Scale::fit(Unit::Count, most, rows);
            prop_assert!(scale.fraction(most) <= 1.000_001);
            prop_assert!(scale.height(amount, EIGHTHS) <= rows * EIGHTHS);
            prop_assert_eq!(scale.height(amount, EIGHTHS) == 0, amount == 0);
            prop_assert!(scale.steps().all(|(row, _)| row <= rows));
        }
    }
}
