//! Which color belongs to which name.

use std::cmp::Ordering;

/// Colors that there are.
pub const SLOTS: usize = 8;

/// Families whose colors are set, in the order of their charts.
const FAMILIES: [&str; 4] = ["opus", "sonnet", "fable", "haiku"];

/// One of the eight colors of series: `model_1` to `model_8` of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u8);

impl Slot {
    /// Its number, from 0 to 7.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// All of them.
    pub(crate) const ALL: [Self; SLOTS] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];

    /// The one that is so many further, in a circle.
    const fn further(self, steps: usize) -> Self {
        Self::ALL[(self.index() + steps) % SLOTS]
    }
}

/// The colors of names. A color belongs to a name, never to its rank:
///
/// 1. A model has a home by its family and version: `opus` has 1 and 5, `sonnet` 2 and 6, `fable` 3 and 7, `haiku` 4 and
///    8, the first where the numbers of its version have an even sum. Any other name has a home by its letters.
/// 2. Of the names of a whole history, the lowest version first, each takes its home, else the second color of its family,
///    else the next that is free. So what is filtered or paged to never changes a color, and a newer version does not take
///    that of an older one.
/// 3. Past eight names each shares its home with an older one. In a chart where two of them would show, the one with less
///    is put to the rest, see [`crate::Chart::stacked`]. So no two series of a chart have the same color.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    seats: Vec<(String, Slot)>,
}

impl Palette {
    /// The colors for all names of a history, in any order.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_by_cached_key(|name| claim(name));
        names.dedup();
        let mut seats: Vec<(String, Slot)> = Vec::new();
        for name in names {
            let free = wishes(name).find(|wish| seats.iter().all(|(_, taken)| taken != wish));
            seats.push((name.to_owned(), free.unwrap_or_else(|| home(name))));
        }
        Self { seats }
    }

    /// The color of a name, whatever is shown beside it.
    pub fn slot(&self, name: &str) -> Slot {
        self.seats.iter().find(|(seated, _)| seated == name).map_or_else(|| home(name), |(_, slot)| *slot)
    }

    /// The order in which names are stacked and listed: by family and version, the oldest first; others behind them, by
    /// their letters. It does not depend on amounts, so that bars keep their order from one period to the next.
    pub(crate) fn order(one: &str, two: &str) -> Ordering {
        let key = |name: &str| (family(name).unwrap_or(FAMILIES.len()), version(name), name.to_owned());
        key(one).cmp(&key(two))
    }
}

/// Who chooses first: known families before other names, the lowest version first.
fn claim(name: &str) -> (bool, Vec<u32>, usize, String) {
    let family = family(name);
    (family.is_none(), version(name), family.unwrap_or_default(), name.to_owned())
}

/// The colors that a name would have, the dearest first.
fn wishes(name: &str) -> impl Iterator<Item = Slot> {
    let home = home(name);
    [0, FAMILIES.len()].into_iter().chain(1..SLOTS).map(move |steps| home.further(steps))
}

fn home(name: &str) -> Slot {
    let Some(family) = family(name) else {
        return Slot::ALL[name.bytes().fold(5, |sum, byte| (sum * 31 + usize::from(byte)) % SLOTS)];
    };
    let even = version(name).iter().sum::<u32>().is_multiple_of(2);
    Slot::ALL[family].further(if even { 0 } else { FAMILIES.len() })
}

fn family(name: &str) -> Option<usize> {
    FAMILIES.iter().position(|family| name.contains(family))
}

/// The numbers of a version; a date of release is none of them.
fn version(name: &str) -> Vec<u32> {
    let numbers = name.split(|letter: char| !letter.is_ascii_digit());
    numbers.filter(|digits| digits.len() < 4).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{Chart, Unit};

    fn slots(palette: &Palette, names: &[&str]) -> Vec<usize> {
        names.iter().map(|name| palette.slot(name).index()).collect()
    }

    #[test]
    fn families_have_two_colors_each() {
        let names = ["opus-5-5", "sonnet-5-5", "fable-5-1", "haiku-5-5", "opus-5", "sonnet-5", "fable-5", "haiku-4-5"];
        assert_eq!(slots(&Palette::default(), &names), (0..8).collect::<Vec<_>>());
        assert_eq!(slots(&Palette::default(), &["claude-opus-4-20250514", "opus-4-5-20251101"]), [0, 4]);
    }

    #[test]
    fn a_newer_version_does_not_take_the_color_of_an_older_one() {
        let old = ["opus-4-1", "opus-4-5", "sonnet-4-5", "haiku-4-5"];
        let before = Palette::new(old);
        let after = Palette::new(["opus-5", "sonnet-5", "haiku-5-5"].into_iter().chain(old));
        assert_eq!(slots(&before, &old), slots(&after, &old));
    }

    #[test]
    fn a_color_stays_whatever_is_shown_beside() {
        let palette = Palette::new(["opus-5-5", "opus-4-6", "sonnet-5-5"]);
        assert_eq!(slots(&palette, &["opus-5-5"]), slots(&palette, &["opus-5-5", "opus-4-6"])[..1]);
        assert_eq!(slots(&palette, &["opus-5-5"]), [4], "its older neighbor has their home");
    }

    #[test]
    fn names_are_listed_by_family_and_version() {
        let mut names = ["zeta", "haiku-4-5", "sonnet-10", "opus-5", "sonnet-5-5", "alpha", "opus-4-5"];
        names.sort_by(|one, two| Palette::order(one, two));
        assert_eq!(names, ["opus-4-5", "opus-5", "sonnet-5-5", "sonnet-10", "haiku-4-5", "alpha", "zeta"]);
    }

    #[test]
    fn past_eight_names_each_keeps_a_color_too() {
        let names: Vec<String> = (1..=20).map(|version| format!("opus-{version}")).collect();
        let palette = Palette::new(names.iter().map(String::as_str));
        let taken: BTreeSet<Slot> = names[..8].iter().map(|name| palette.slot(name)).collect();
        assert_eq!(taken.len(), 8, "the eight oldest have one each");
        assert_eq!(slots(&palette, &["opus-19", "opus-20"]), [4, 0], "all others have their homes");
    }

    proptest! {
        #[test]
        fn a_color_follows_from_the_name_and_the_history_alone(
            names in prop::collection::btree_set("(opus|sonnet|haiku|fable|[a-z]{1,4})-[0-9]{1,2}", 1..20),
            amounts in prop::collection::vec(0_u128..9, 20),
        ) {
            let palette = Palette::new(names.iter().map(String::as_str));
            let of: Vec<(&str, Vec<u128>)> =
                names.iter().zip(&amounts).map(|(name, amount)| (name.as_str(), vec![*amount])).collect();
            let chart = Chart::stacked(Unit::Count, [(String::new(), String::new())], &of, &palette);
            let shown: Vec<Slot> = chart.series.iter().filter_map(|series| series.slot).collect();
            prop_assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), shown.len(), "no two series have the same");
            for series in chart.series.iter().filter(|series| series.slot.is_some()) {
                prop_assert_eq!(series.slot, Some(palette.slot(&series.name)));
            }
            let whole: u128 = amounts.iter().take(names.len()).sum();
            prop_assert_eq!(chart.bars[0].total(), whole, "nothing is lost");
        }
    }
}
