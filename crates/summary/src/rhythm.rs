//! When the work was done: the days of the last year, the hours of the week, days in a row.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::cube::Cube;
use crate::fold::{Mask, Sums};
use crate::{Calendar, Chip, Measure, Usage};

/// When the work was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rhythm {
    /// The present day.
    pub today: NaiveDate,
    /// The sums of days, today's first, so many as [`Rhythm::DAYS`].
    pub days: Vec<Usage>,
    /// The sums of the hours of the week over all time, from Monday, by the clock on the wall.
    pub hours: [[Usage; 24]; 7],
    /// Days with requests, of all time.
    pub active_days: u64,
    /// The days in a row up to today, or up to yesterday while today has none.
    pub current: Option<Streak>,
    /// The most days in a row.
    pub longest: Option<Streak>,
}

/// Days in a row with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// How many.
    pub days: u64,
    /// The last of them.
    pub last: NaiveDate,
}

impl Rhythm {
    /// Days that a calendar shows: 53 weeks.
    pub const DAYS: usize = 53 * 7;

    /// The amounts of days, today's first.
    pub fn day_amounts(&self, measure: Measure) -> Vec<u128> {
        self.days.iter().map(|usage| measure.of(usage)).collect()
    }

    /// The amounts of the hours of the week.
    pub fn hour_amounts(&self, measure: Measure) -> [[u128; 24]; 7] {
        self.hours.map(|hours| hours.map(|usage| measure.of(&usage)))
    }

    /// The amounts of the hours of the day.
    pub fn clock(&self, measure: Measure) -> [u128; 24] {
        let amount = |hour: usize| self.hours.iter().map(|hours| measure.of(&hours[hour])).sum();
        std::array::from_fn(amount)
    }

    /// The hour of the day with the most; none where there is nothing.
    pub fn busiest_hour(&self, measure: Measure) -> Option<usize> {
        let clock = self.clock(measure);
        let most = clock.iter().copied().max().filter(|most| *most > 0)?;
        clock.iter().position(|amount| *amount == most)
    }
}

impl Cube {
    /// When the work that counts was done.
    pub fn rhythm(&self, calendar: Calendar, now: DateTime<Utc>, chips: &[Chip]) -> Rhythm {
        let mask = Mask::new(self, chips);
        let today = calendar.day(now);
        let mut days = Sums::new(self, &mask, Rhythm::DAYS);
        let mut hours = Sums::new(self, &mask, 7 * 24);
        let mut streaks = Streaks::default();
        let (mut slot, mut ago, mut hour) = (None, None, 0);
        for row in self.counting(self.undated().end..self.rows.len(), &mask) {
            if slot != Some(row.slot) {
                slot = Some(row.slot);
                let Some(at) = self.moment(row.slot) else { continue };
                let (weekday, clock) = calendar.hour_of_week(at);
                hour = weekday * 24 + clock;
                let day = calendar.day(at);
                ago = usize::try_from((today - day).num_days()).ok().filter(|ago| *ago < Rhythm::DAYS);
                streaks.add(day);
            }
            hours.add(hour, row);
            if let Some(ago) = ago {
                days.add(ago, row);
            }
        }
        let of_hour = |day: usize, hour: usize| hours.of(day * 24 + hour);
        Rhythm {
            today,
            days: (0..Rhythm::DAYS).map(|ago| days.of(ago)).collect(),
            hours: std::array::from_fn(|day| std::array::from_fn(|hour| of_hour(day, hour))),
            active_days: streaks.days,
            current: streaks.last.filter(|streak| today - streak.last <= TimeDelta::days(1)),
            longest: streaks.longest,
        }
    }
}

/// Days in a row, from days that come in their order.
#[derive(Default)]
struct Streaks {
    days: u64,
    last: Option<Streak>,
    longest: Option<Streak>,
}

impl Streaks {
    fn add(&mut self, day: NaiveDate) {
        let days = match self.last {
            Some(streak) if streak.last == day => return,
            Some(streak) if streak.last.succ_opt() == Some(day) => streak.days + 1,
            _ => 1,
        };
        self.days += 1;
        let streak = Streak { days, last: day };
        self.last = Some(streak);
        if self.longest.is_none_or(|longest| longest.days <= days) {
            self.longest = Some(streak);
        }
    }
}
