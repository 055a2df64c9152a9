//! When something happened in a file.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Longer pauses are not counted as activity, in milliseconds.
const PAUSE: i64 = 5 * 60 * 1000;

/// The stretches of time without a longer pause, sorted; the same whatever the order in which times are added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Activity(Vec<(i64, i64)>);

impl Activity {
    /// Adds a moment.
    pub(crate) fn add(&mut self, at: DateTime<Utc>) {
        let at = at.timestamp_millis();
        self.add_span(at, at);
    }

    /// Adds the moments of another.
    pub(crate) fn add_all(&mut self, other: &Self) {
        for (from, to) in &other.0 {
            self.add_span(*from, *to);
        }
    }

    fn add_span(&mut self, from: i64, to: i64) {
        if let Some(last) = self.0.last_mut()
            && last.0 <= from
            && to <= last.1.saturating_add(PAUSE)
        {
            last.1 = last.1.max(to);
            return;
        }
        let first = self.0.partition_point(|span| span.1.saturating_add(PAUSE) < from);
        let after = self.0.partition_point(|span| span.0 <= to.saturating_add(PAUSE));
        let joined = &self.0[first..after];
        let from = joined.first().map_or(from, |span| span.0.min(from));
        let to = joined.last().map_or(to, |span| span.1.max(to));
        self.0.splice(first..after, [(from, to)]);
    }

    /// The earliest moment.
    pub(crate) fn started(&self) -> Option<DateTime<Utc>> {
        self.0.first().and_then(|span| DateTime::from_timestamp_millis(span.0))
    }

    /// The latest moment.
    pub(crate) fn ended(&self) -> Option<DateTime<Utc>> {
        self.0.last().and_then(|span| DateTime::from_timestamp_millis(span.1))
    }

    /// Time with activity, in milliseconds.
    pub(crate) fn active_ms(&self) -> u64 {
        self.0.iter().map(|(from, to)| to.abs_diff(*from)).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(seconds: &[i64]) -> Activity {
        let mut activity = Activity::default();
        for second in seconds {
            activity.add(DateTime::from_timestamp(*second, 0).expect("in range"));
        }
        activity
    }

    #[test]
    fn pauses_over_five_minutes_are_left_out() {
        assert_eq!(of(&[]).active_ms(), 0);
        assert_eq!(of(&[0, 300]).active_ms(), 300_000);
        assert_eq!(of(&[0, 301]).active_ms(), 0);
        assert_eq!(of(&[0, 10, 400, 420]).active_ms(), 30_000);
        assert_eq!(of(&[0, 500, 250]).active_ms(), 500_000);
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(mut times in prop::collection::vec(0_i64..4000, 0..40), cut in 0_usize..40) {
            let as_given = of(&times);
            let (one, two) = times.split_at(cut.min(times.len()));
            let mut joined = of(two);
            joined.add_all(&of(one));
            prop_assert_eq!(&joined, &as_given);
            times.sort_unstable();
            prop_assert_eq!(&of(&times), &as_given);
            let sum: i64 = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap <= 300).sum();
            prop_assert_eq!(as_given.active_ms(), u64::try_from(sum * 1000).expect("positive"));
        }
    }
}
