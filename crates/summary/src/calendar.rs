//! The calendar of a time zone: which day, week, month or hour a moment belongs to, and what is looked at at once.

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Timelike, Utc, Weekday,
};
use chrono::{LocalResult, Offset, TimeZone};
use chrono_tz::Tz;

use crate::Usage;

/// Stretches of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// From midnight to midnight: 23 or 25 hours where the clocks change.
    Day,
    /// Seven days, from the day that weeks start with.
    Week,
    /// A month.
    Month,
    /// An hour that a clock on the wall shows. The hour that is shown twice is two.
    Hour,
}

impl Period {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// What is looked at at once, divided into bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Span {
    /// A day, by its hours.
    Day,
    /// A week, by its days.
    Week,
    /// A month, by its days.
    #[default]
    Month,
    /// A year, by its months.
    Year,
}

impl Span {
    /// What makes a bar.
    pub fn bar(self) -> Period {
        match self {
            Self::Day => Period::Hour,
            Self::Week | Self::Month => Period::Day,
            Self::Year => Period::Month,
        }
    }

    /// What a bar of it is looked at as; none: hours are not divided.
    pub fn inner(self) -> Option<Self> {
        match self {
            Self::Day => None,
            Self::Week | Self::Month => Some(Self::Day),
            Self::Year => Some(Self::Month),
        }
    }

    /// What it is a bar of.
    pub fn outer(self) -> Option<Self> {
        match self {
            Self::Day | Self::Week => Some(Self::Month),
            Self::Month => Some(Self::Year),
            Self::Year => None,
        }
    }
}

/// A stretch of the calendar. A day may have 23 or 25 hours.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Stretch {
    /// Its name: `2026-11-20`, `2026-11`, the first day of a week, an hour in RFC 3339.
    pub name: String,
    /// Its first moment.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
}

impl Stretch {
    /// What an amount of it comes to at its end if it goes on as so far; none unless it runs.
    pub fn expected(&self, amount: u128, now: DateTime<Utc>) -> Option<u128> {
        let passed = u128::try_from((now - self.start).num_seconds()).ok()?;
        let whole = u128::try_from((self.end - self.start).num_seconds()).ok()?;
        if now >= self.end { None } else { amount.saturating_mul(whole).checked_div(passed) }
    }
}

/// Days of the past by which the rest of a running stretch is expected: four weeks, so that each day of the week counts
/// as often.
const PAST: i64 = 28;
/// Minutes of a day.
const MINUTES: u64 = 24 * 60;

/// The calendar of a time zone.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    /// The zone.
    pub zone: Tz,
    /// The day that a week starts with.
    pub week_start: Weekday,
}

impl Calendar {
    /// What is expected of a stretch from now to its end: for what is left of today, what the same hours of the last 28 days
    /// came to on average, and for each day after it the average of these days. `sum` adds up the past; of a history that
    /// begins later than 28 days ago, the days since then count. None unless the stretch runs and a day has passed since
    /// the first request.
    pub fn rest(
        self,
        stretch: &Stretch,
        now: DateTime<Utc>,
        first: Option<DateTime<Utc>>,
        sum: &impl Fn(DateTime<Utc>, DateTime<Utc>) -> Usage,
    ) -> Option<Usage> {
        let days = (now - first?).num_days().min(PAST);
        if days < 1 || now < stretch.start || stretch.end <= now {
            return None;
        }
        let today = self.period(Period::Day, now);
        let end = today.end.min(stretch.end);
        let mut of_today = Usage::default();
        for ago in 1..=days {
            of_today += sum(now - TimeDelta::days(ago), end - TimeDelta::days(ago));
        }
        let past = sum(now - TimeDelta::days(days), now);
        let (days, later) = (days.unsigned_abs(), (stretch.end - end).num_minutes().max(0).unsigned_abs());
        let mut rest = of_today.part(1, days);
        rest += past.part(later, days.saturating_mul(MINUTES));
        Some(rest)
    }

    /// The stretch in which a moment lies.
    pub fn period(self, period: Period, at: DateTime<Utc>) -> Stretch {
        let local = at.with_timezone(&self.zone);
        let day = local.date_naive();
        match period {
            Period::Hour => self.hour(at),
            Period::Day => self.days(day, day.checked_add_days(Days::new(1)), "%Y-%m-%d"),
            Period::Week => {
                let first = day.week(self.week_start).checked_first_day().unwrap_or(day);
                self.days(first, first.checked_add_days(Days::new(7)), "%Y-%m-%d")
            }
            Period::Month => {
                let first = day.with_day(1).unwrap_or(day);
                self.days(first, first.checked_add_months(Months::new(1)), "%Y-%m")
            }
        }
    }

    /// The first moment of the `count`-th last stretch, the one with `now` in it included.
    pub fn start_of_last(self, period: Period, count: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        let back = count.saturating_sub(1);
        let start = self.period(period, now).start;
        let day = start.with_timezone(&self.zone).date_naive();
        let first = match period {
            Period::Hour => return start.checked_sub_signed(TimeDelta::hours(back.into())).unwrap_or(start),
            Period::Day => day.checked_sub_days(Days::new(back.into())),
            Period::Week => day.checked_sub_days(Days::new(u64::from(back) * 7)),
            Period::Month => day.checked_sub_months(Months::new(back)),
        };
        first.map_or(DateTime::<Utc>::MIN_UTC, |day| self.midnight(day))
    }

    /// What lies around a moment, as it is looked at.
    pub fn span(self, span: Span, at: DateTime<Utc>) -> Stretch {
        let day = at.with_timezone(&self.zone).date_naive();
        match span {
            Span::Day => self.period(Period::Day, at),
            Span::Week => self.period(Period::Week, at),
            Span::Month => self.period(Period::Month, at),
            Span::Year => {
                let first = day.with_ordinal(1).unwrap_or(day);
                self.days(first, first.checked_add_months(Months::new(12)), "%Y")
            }
        }
    }

    /// The stretches that a longer one is divided into, without gaps.
    pub fn parts(self, whole: &Stretch, period: Period) -> Vec<Stretch> {
        let mut parts: Vec<Stretch> = Vec::new();
        let mut at = whole.start;
        while at < whole.end {
            let part = self.period(period, at);
            // nothing moves at the end of time
            if part.end <= at {
                break;
            }
            at = part.end;
            parts.push(part);
        }
        parts
    }

    /// The day of a moment.
    pub fn day(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The day of the week, from Monday, and the hour that a clock on the wall shows.
    pub fn hour_of_week(self, at: DateTime<Utc>) -> (usize, usize) {
        let local = at.with_timezone(&self.zone);
        (local.weekday().num_days_from_monday() as usize, local.hour() as usize)
    }

    /// Minutes of the longest stretch of which every hour of this zone is made: 60, 30 or 15. Times can be put together
    /// by it, and days and hours still come out right.
    pub fn grain(self) -> u32 {
        /// Past rules do not matter: there was no Claude Code.
        const YEARS: std::ops::Range<i32> = 2024..2050;
        let firsts = YEARS.flat_map(|year| (1..=12).filter_map(move |month| NaiveDate::from_ymd_opt(year, month, 15)));
        let minutes = |day: NaiveDate| {
            self.zone.offset_from_utc_datetime(&day.and_time(chrono::NaiveTime::MIN)).fix().local_minus_utc() / 60
        };
        firsts.map(minutes).fold(60, |grain, minutes| match grain {
            60 if minutes % 60 == 0 => 60,
            60 | 30 if minutes % 30 == 0 => 30,
            _ => 15,
        })
    }

    fn days(self, first: NaiveDate, next: Option<NaiveDate>, format: &str) -> Stretch {
        Stretch {
            name: first.format(format).to_string(),
            start: self.midnight(first),
            end: next.map_or(DateTime::<Utc>::MAX_UTC, |next| self.midnight(next)),
        }
    }

    /// An hour starts and ends where the local clock shows a full one, or where the clocks were changed within it.
    fn hour(self, at: DateTime<Utc>) -> Stretch {
        let local = at.with_timezone(&self.zone);
        let into = TimeDelta::seconds(i64::from(local.minute() * 60 + local.second()))
            + TimeDelta::nanoseconds(i64::from(local.nanosecond()));
        let full = at.checked_sub_signed(into).unwrap_or(at);
        let start = self.change(full, at).unwrap_or(full);
        let next = full.checked_add_signed(TimeDelta::hours(1)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let end = self.change(start, next - TimeDelta::seconds(1)).unwrap_or(next);
        let name = start.with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::Secs, true);
        Stretch { name, start, end }
    }

    /// When the clocks were changed between two moments that lie close to each other, to the second.
    fn change(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (mut before, mut after) = (from.timestamp(), to.timestamp());
        let offset = |at| Some(DateTime::from_timestamp(at, 0)?.with_timezone(&self.zone).offset().fix());
        let first = offset(before)?;
        if offset(after)? == first {
            return None;
        }
        while after - before > 1 {
            let middle = before.midpoint(after);
            *(if offset(middle)? == first { &mut before } else { &mut after }) = middle;
        }
        DateTime::from_timestamp(after, 0)
    }

    /// The first moment of a day; where the clocks jump over midnight, the first moment after.
    fn midnight(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        (0..=24)
            .filter_map(|quarter| midnight.checked_add_signed(TimeDelta::minutes(15 * quarter)))
            .find_map(|time| self.moment(time))
            .unwrap_or_else(|| midnight.and_utc())
    }

    fn moment(self, time: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.zone.from_local_datetime(&time) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Some(moment.to_utc()),
            LocalResult::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, start and length in hours of the stretch of a moment.
    fn check(zone: &str, period: Period, at: &str, expect: (&str, &str, i64)) {
        let calendar = Calendar { zone: zone.parse().expect("a zone"), week_start: Weekday::Mon };
        let at = at.parse().expect("a moment");
        let Stretch { name, start, end } = calendar.period(period, at);
        assert!(start <= at && at < end, "{at} is not in {start} to {end}");
        let start_text = start.to_rfc3339_opts(SecondsFormat::Secs, true);
        assert_eq!((name.as_str(), start_text.as_str(), (end - start).num_hours()), expect, "{zone} {period:?} {at}");
    }

    #[test]
    fn rule_5_days_are_those_of_the_zone() {
        let at = "2026-11-19T23:30:00Z";
        check("UTC", Period::Day, at, ("2026-11-19", "2026-11-19T00:00:00Z", 24));
        check("Europe/Berlin", Period::Day, at, ("2026-11-20", "2026-11-19T23:00:00Z", 24));
        check("America/Los_Angeles", Period::Day, at, ("2026-11-19", "2026-11-19T08:00:00Z", 24));
        check("Asia/Kolkata", Period::Day, at, ("2026-11-20", "2026-11-19T18:30:00Z", 24));
    }

    #[test]
    fn rule_5_a_day_has_23_or_25_hours_where_the_clocks_change() {
        check("Europe/Berlin", Period::Day, "2026-03-29T12:00:00Z", ("2026-03-29", "2026-03-28T23:00:00Z", 23));
        check("Europe/Berlin", Period::Day, "2026-10-25T12:00:00Z", ("2026-10-25", "2026-10-24T22:00:00Z", 25));
        check("America/New_York", Period::Day, "2026-11-02T04:59:59Z", ("2026-11-01", "2026-11-01T04:00:00Z", 25));
        // midnight itself is jumped over
        check("America/Santiago", Period::Day, "2026-09-06T12:00:00Z", ("2026-09-06", "2026-09-06T04:00:00Z", 23));
    }

    #[test]
    fn the_hour_that_is_shown_twice_is_two() {
        let zone = "Europe/Berlin";
        check(zone, Period::Hour, "2026-10-25T00:30:00Z", ("2026-10-25T02:00:00+02:00", "2026-10-25T00:00:00Z", 1));
        check(zone, Period::Hour, "2026-10-25T01:30:00Z", ("2026-10-25T02:00:00+01:00", "2026-10-25T01:00:00Z", 1));
        check(
            "Asia/Kolkata",
            Period::Hour,
            "2026-10-25T01:15:00Z",
            ("2026-10-25T06:00:00+05:30", "2026-10-25T00:30:00Z", 1),
        );
    }

    #[test]
    fn an_hour_in_which_the_clocks_change_by_half_an_hour_is_cut_there() {
        let check = |at: &str, expect: [&str; 3]| {
            let calendar = Calendar { zone: Tz::Australia__Lord_Howe, week_start: Weekday::Mon };
            let at = at.parse().expect("a moment");
            let Stretch { name, start, end } = calendar.period(Period::Hour, at);
            let moments = [start, end].map(|moment| moment.format("%H:%M").to_string());
            assert_eq!([name.as_str(), &moments[0], &moments[1]], expect, "{at}");
        };
        check("2026-04-04T14:45:00Z", ["2026-04-05T01:00:00+11:00", "14:00", "15:00"]);
        check("2026-04-04T15:15:00.5Z", ["2026-04-05T01:30:00+10:30", "15:00", "15:30"]);
        check("2026-10-03T15:15:00Z", ["2026-10-04T01:00:00+10:30", "14:30", "15:30"]);
        check("2026-10-03T15:45:00Z", ["2026-10-04T02:30:00+11:00", "15:30", "16:00"]);
    }

    #[test]
    fn weeks_and_months_begin_with_their_first_day() {
        check("UTC", Period::Week, "2026-11-20T12:00:00Z", ("2026-11-16", "2026-11-16T00:00:00Z", 168));
        check("Europe/Berlin", Period::Week, "2026-10-25T12:00:00Z", ("2026-10-19", "2026-10-18T22:00:00Z", 169));
        check("UTC", Period::Month, "2026-12-31T23:59:59Z", ("2026-12", "2026-12-01T00:00:00Z", 744));
        let sunday = Calendar { zone: Tz::UTC, week_start: Weekday::Sun };
        let at = "2026-11-20T12:00:00Z".parse().expect("a moment");
        let Stretch { name, .. } = sunday.period(Period::Week, at);
        assert_eq!(name, "2026-11-15");
    }

    #[test]
    fn a_day_has_as_many_bars_as_hours() {
        let calendar = Calendar { zone: Tz::Europe__Berlin, week_start: Weekday::Mon };
        for (day, span, expect) in [
            ("2026-03-29T12:00:00Z", Span::Day, 23),
            ("2026-10-25T12:00:00Z", Span::Day, 25),
            ("2026-11-20T12:00:00Z", Span::Day, 24),
            ("2026-10-25T12:00:00Z", Span::Week, 7),
            ("2026-02-28T12:00:00Z", Span::Month, 28),
            ("2026-12-31T23:30:00Z", Span::Year, 12),
        ] {
            let whole = calendar.span(span, day.parse().expect("a moment"));
            let bars = calendar.parts(&whole, span.bar());
            assert_eq!(bars.len(), expect, "{day} {span:?}");
            assert!(bars.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert_eq!((bars[0].start, bars[bars.len() - 1].end), (whole.start, whole.end));
        }
        let new_year = calendar.span(Span::Year, "2026-12-31T23:30:00Z".parse().expect("a moment"));
        assert_eq!(new_year.name, "2027");
    }

    #[test]
    fn a_grain_divides_every_hour_of_the_zone() {
        let grain = |zone| Calendar { zone, week_start: Weekday::Mon }.grain();
        let zones = [Tz::UTC, Tz::Europe__Berlin, Tz::Asia__Kolkata, Tz::Australia__Lord_Howe, Tz::Asia__Kathmandu];
        assert_eq!(zones.map(grain), [60, 60, 30, 30, 15]);
    }

    #[test]
    fn the_last_stretches_include_the_present_one() {
        let calendar = Calendar { zone: Tz::Europe__Berlin, week_start: Weekday::Mon };
        let now = "2026-11-20T12:34:56Z".parse().expect("a moment");
        for (period, count, expect) in [
            (Period::Day, 1, "2026-11-19T23:00:00Z"),
            (Period::Day, 30, "2026-10-21T22:00:00Z"),
            (Period::Week, 2, "2026-11-08T23:00:00Z"),
            (Period::Month, 12, "2025-11-30T23:00:00Z"),
            (Period::Hour, 3, "2026-11-20T10:00:00Z"),
        ] {
            let start = calendar.start_of_last(period, count, now).to_rfc3339_opts(SecondsFormat::Secs, true);
            assert_eq!(start, expect, "{count} × {period:?}");
        }
    }
}
