//! Levels of a heatmap.

use crate::{Ink, Run, Tone};

/// A cell of each level, in colors and in patterns.
const GLYPHS: [(&str, &str); 5] = [("·", "·"), ("■", "░"), ("■", "▒"), ("■", "▓"), ("■", "█")];

/// From which amounts on a cell has which level: the quarters of all amounts that are not nothing. The largest amount has
/// the highest level, however many there are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Levels([u128; 3]);

impl Levels {
    /// The levels of some amounts, in any order.
    pub(crate) fn of(amounts: impl IntoIterator<Item = u128>) -> Self {
        let mut amounts: Vec<u128> = amounts.into_iter().filter(|amount| *amount > 0).collect();
        amounts.sort_unstable();
        let Some(most) = amounts.last().copied() else { return Self::default() };
        let second = amounts.iter().rev().find(|amount| **amount < most).copied().unwrap_or(0);
        let quarter = |at: usize| amounts[(amounts.len() * at).div_ceil(4) - 1].min(second);
        Self([quarter(1), quarter(2), quarter(3)])
    }

    /// The level of an amount, from 0 (nothing) to 4.
    pub(crate) fn level(&self, amount: u128) -> u8 {
        u8::from(amount > 0) + self.0.iter().map(|limit| u8::from(amount > *limit)).sum::<u8>()
    }
}

/// `less · ■ ■ ■ ■ more`: what the levels look like.
pub(crate) fn key(ink: Ink) -> Vec<Run> {
    let text = |text: &str| Run { text: text.to_owned(), paint: Tone::Dim.into() };
    let mut runs = vec![text("less ")];
    for level in 0..=4 {
        let (glyph, tone) = cell(level, ink);
        runs.push(Run { text: format!("{glyph} "), paint: tone.into() });
    }
    runs.push(text("more"));
    runs
}

/// What a cell of a level is drawn with.
pub(crate) fn cell(level: u8, ink: Ink) -> (&'static str, Tone) {
    let (color, pattern) = GLYPHS[usize::from(level.min(4))];
    (if ink == Ink::Color { color } else { pattern }, Tone::Heat(level.min(4)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(amounts: &[u128], expect: &[u8]) {
        let levels = Levels::of(amounts.iter().copied());
        let found: Vec<u8> = amounts.iter().map(|amount| levels.level(*amount)).collect();
        assert_eq!(found, expect, "{amounts:?}");
    }

    #[test]
    fn levels_are_quarters_of_what_is_not_nothing() {
        check(&[0, 1, 2, 3, 4, 5, 6, 7, 8], &[0, 1, 1, 2, 2, 3, 3, 4, 4]);
        check(&[1, 1, 1, 1, 1, 100], &[1, 1, 1, 1, 1, 4]);
        check(&[1, 9, 9, 9], &[1, 4, 4, 4]);
        check(&[5], &[4]);
        check(&[7, 7, 7], &[4, 4, 4]);
        check(&[0, 0], &[0, 0]);
    }

    proptest! {
        #[test]
        fn more_is_never_a_lower_level(amounts in prop::collection::vec(any::<u128>(), 0..50), one: u128, two: u128) {
            let levels = Levels::of(amounts.iter().copied());
            prop_assert!(levels.level(one.min(two)) <= levels.level(one.max(two)));
            prop_assert!(amounts.iter().max().is_none_or(|most| *most == 0 || levels.level(*most) == 4));
            prop_assert!(amounts.iter().all(|amount| (levels.level(*amount) == 0) == (*amount == 0)));
        }
    }
}
