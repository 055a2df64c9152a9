//! The figures of a chart: bars of stacked parts.

use crate::{Palette, Slot, Unit};

/// A chart of stacked bars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chart {
    /// What the figures count.
    pub unit: Unit,
    /// What the parts of bars belong to, from the bottom.
    pub series: Vec<Series>,
    /// The bars, from left to right.
    pub bars: Vec<Bar>,
    /// A line across, for the average of a bar.
    pub average: Option<u128>,
    /// A line across, for the most that a bar should cost.
    pub budget: Option<u128>,
    /// The stretch of time that a bar is for, `day`: what lines are per, where bars have to be put together.
    pub each: &'static str,
    /// The bar that one stands on.
    pub cursor: Option<Cursor>,
    /// Whether names and sums of the series stand beside or below the bars.
    pub legend: bool,
}

/// What a part of a bar belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Series {
    /// Its name, as it is shown.
    pub name: String,
    /// Its color; none for what has no color of its own.
    pub slot: Option<Slot>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bar {
    /// What stands below it: `14`, `Nov`, `09`.
    pub label: String,
    /// What stands in a second row below the first bar of several with the same: the month of days, the year of months.
    pub group: String,
    /// The part of each series.
    pub parts: Vec<u128>,
    /// The same stretch of the period before.
    pub before: Option<u128>,
    /// What it is expected to be at its end, at least its total.
    pub expected: Option<u128>,
}

/// The bar that one stands on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Its number.
    pub bar: usize,
    /// What stands below the axis, as in `Thu 12: $41.20 · 38 sessions`.
    pub note: String,
}

impl Bar {
    /// The sum of its parts.
    pub fn total(&self) -> u128 {
        sum(&self.parts)
    }

    /// Several bars as one, with the name of the first.
    fn together(bars: &[Self]) -> Self {
        let first = &bars[0];
        let longest = bars.iter().map(|bar| bar.parts.len()).max().unwrap_or(0);
        let part = |at: usize| sum(bars.iter().filter_map(|bar| bar.parts.get(at)));
        let befores: Vec<u128> = bars.iter().filter_map(|bar| bar.before).collect();
        let is_expected = bars.iter().any(|bar| bar.expected.is_some());
        let ends: Vec<u128> = bars.iter().map(|bar| bar.expected.unwrap_or(0).max(bar.total())).collect();
        Self {
            label: first.label.clone(),
            group: first.group.clone(),
            parts: (0..longest).map(part).collect(),
            before: (!befores.is_empty()).then(|| sum(&befores)),
            expected: is_expected.then(|| sum(&ends)),
        }
    }
}

impl Chart {
    /// A chart of bars with these labels and groups, and for each name its amount in every bar. At most eight names get a
    /// series, those with the most; names with nothing get none, and neither do those whose color one with more has. The
    /// rest is put together as `other (3)`.
    pub fn stacked(
        unit: Unit,
        bars: impl IntoIterator<Item = (String, String)>,
        names: &[(&str, Vec<u128>)],
        palette: &Palette,
    ) -> Self {
        let mut all: Vec<&(&str, Vec<u128>)> = names.iter().filter(|(_, parts)| sum(parts) > 0).collect();
        all.sort_by(|one, two| sum(&two.1).cmp(&sum(&one.1)).then_with(|| Palette::order(one.0, two.0)));
        let mut taken = Vec::new();
        let (mut own, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| {
            let is_free = !taken.contains(&palette.slot(name));
            taken.push(palette.slot(name));
            is_free
        });
        own.sort_by(|one, two| Palette::order(one.0, two.0));
        let seated = |name: &str| Series { name: name.to_owned(), slot: Some(palette.slot(name)) };
        let mut series: Vec<Series> = own.iter().map(|(name, _)| seated(name)).collect();
        match rest.as_slice() {
            [] => {}
            [(name, _)] => series.push(Series { name: (*name).to_owned(), slot: None }),
            several => series.push(Series { name: format!("other ({})", several.len()), slot: None }),
        }
        let part = |parts: &Vec<u128>, at: usize| parts.get(at).copied().unwrap_or(0);
        let parts = |at: usize| {
            let others: Vec<u128> = rest.iter().map(|(_, parts)| part(parts, at)).collect();
            let parts = own.iter().map(|(_, parts)| part(parts, at));
            parts.chain((!rest.is_empty()).then(|| sum(&others))).collect()
        };
        let bars = bars.into_iter().enumerate();
        let bars = bars.map(|(at, (label, group))| Bar { label, group, parts: parts(at), ..Bar::default() }).collect();
        Self { unit, series, bars, legend: true, ..Self::default() }
    }

    /// The sum of a series over all bars.
    pub fn sum(&self, series: usize) -> u128 {
        sum(self.bars.iter().filter_map(|bar| bar.parts.get(series)))
    }

    /// The same with so many neighbors put together; lines stand for as many bars.
    pub(crate) fn together(&self, count: usize) -> Self {
        let times = |amount: u128| amount.saturating_mul(count as u128);
        let cursor = self.cursor.as_ref().map(|cursor| Cursor { bar: cursor.bar / count, note: cursor.note.clone() });
        Self {
            series: self.series.clone(),
            bars: self.bars.chunks(count).map(Bar::together).collect(),
            average: self.average.map(times),
            budget: self.budget.map(times),
            cursor,
            ..*self
        }
    }
}

/// A sum that stops at the largest number.
pub(crate) fn sum<'a>(amounts: impl IntoIterator<Item = &'a u128>) -> u128 {
    amounts.into_iter().fold(0, |sum, amount| sum.saturating_add(*amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_names_have_a_series_and_the_rest_is_one() {
        let names: Vec<String> = (0..11).map(|at| format!("model-{at:02}")).collect();
        let amounts: Vec<(&str, Vec<u128>)> =
            (1..).zip(&names).map(|(amount, name)| (name.as_str(), vec![amount, 0, amount])).collect();
        let labels = ["a", "b", "c"].map(|label| (label.to_owned(), String::new()));
        let chart = Chart::stacked(Unit::Count, labels, &amounts, &Palette::new(names.iter().map(String::as_str)));
        let listed: Vec<(&str, u128)> =
            chart.series.iter().enumerate().map(|(at, series)| (series.name.as_str(), chart.sum(at))).collect();
        assert_eq!(listed.len(), 9);
        assert_eq!(listed[8].0, "other (3)");
        assert_eq!(listed[5..8], [("model-08", 18), ("model-09", 20), ("model-10", 22)], "more comes before less");
        assert_eq!(chart.bars.iter().map(Bar::total).collect::<Vec<_>>(), [66, 0, 66]);
    }

    #[test]
    fn names_with_nothing_have_no_series() {
        let labels = [("a".to_owned(), String::new())];
        let names = [("opus", vec![0]), ("sonnet", vec![1, 5])];
        let chart = Chart::stacked(Unit::Count, labels, &names, &Palette::default());
        assert_eq!(chart.series.len(), 1);
        assert_eq!(chart.bars[0].parts, [1], "an amount without a bar belongs to none");
    }

    #[test]
    fn bars_put_together_keep_what_they_hold() {
        let bar = |amount, expected| Bar { parts: vec![amount, 1], before: Some(2), expected, ..Bar::default() };
        let chart = Chart {
            bars: vec![bar(5, None), bar(6, None), bar(7, Some(10))],
            average: Some(7),
            cursor: Some(Cursor { bar: 2, note: String::new() }),
            ..Chart::default()
        };
        let two = chart.together(2);
        let held: Vec<(u128, Option<u128>, Option<u128>)> =
            two.bars.iter().map(|bar| (bar.total(), bar.before, bar.expected)).collect();
        assert_eq!(held, [(13, Some(4), None), (8, Some(2), Some(10))]);
        assert_eq!((two.average, two.cursor.map(|cursor| cursor.bar)), (Some(14), Some(1)));
    }
}
