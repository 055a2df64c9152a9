//! Moments as people write them: `7d`, `yesterday`, `2026-10`, `2026-10-03T14:00`.

use std::str::FromStr;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A moment as it was given; what it means depends on the clock and the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long ago.
    Ago(TimeDelta),
    /// So many months ago, at midnight.
    MonthsAgo(u32),
    /// So many days before today, at midnight.
    DaysAgo(u64),
    /// Whole days: the first, and the first after them.
    Days(NaiveDate, NaiveDate),
    /// A time of day in the viewer's zone.
    Local(NaiveDateTime),
    /// Exactly this.
    Exact(DateTime<Utc>),
}

impl Moment {
    /// The moment itself.
    pub fn at(self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let today = now.with_timezone(&zone).date_naive();
        match self {
            Self::Exact(moment) => moment,
            Self::Ago(span) => now.checked_sub_signed(span).unwrap_or(DateTime::<Utc>::MIN_UTC),
            Self::MonthsAgo(months) => start_of(today.checked_sub_months(Months::new(months)), zone),
            Self::DaysAgo(days) => start_of(today.checked_sub_days(Days::new(days)), zone),
            Self::Days(first, _) => start_of(Some(first), zone),
            Self::Local(time) => earliest(time, zone),
        }
    }

    /// The first moment after it: a day, month or year lasts to its end.
    pub fn end(self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let today = now.with_timezone(&zone).date_naive();
        let after = |day: Option<NaiveDate>| day.and_then(|day| day.succ_opt());
        match self {
            Self::DaysAgo(days) => start_of(after(today.checked_sub_days(Days::new(days))), zone),
            Self::Days(_, next) => start_of(Some(next), zone),
            Self::Exact(_) | Self::Ago(_) | Self::MonthsAgo(_) | Self::Local(_) => self.at(now, zone),
        }
    }
}

/// The day of a moment in a zone: its first moment, and that of the next day.
pub fn day_of(moment: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let offset = zone.offset_from_utc_datetime(&moment.naive_utc()).fix();
    // at the ends of time there may be no such moment on the wall
    let day = moment.naive_utc().checked_add_offset(offset).unwrap_or(moment.naive_utc()).date();
    (start_of(Some(day), zone), start_of(day.succ_opt(), zone))
}

/// The first moment of a day in a zone; the beginning of time for a day before it.
fn start_of(day: Option<NaiveDate>, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0));
    midnight.map_or(DateTime::<Utc>::MIN_UTC, |midnight| earliest(midnight, zone))
}

/// The moment that a clock on the wall shows; where the clock jumps over it, the first one after.
fn earliest(time: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    (0..=24)
        .filter_map(|quarter| time.checked_add_signed(TimeDelta::minutes(15 * quarter)))
        .find_map(|time| zone.from_local_datetime(&time).earliest())
        .map_or_else(|| time.and_utc(), |moment| moment.to_utc())
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(span) = text.strip_prefix('-') {
            return Err(format!("leave the minus sign out: `{span}` reaches back from now already"));
        }
        match text {
            "today" => return Ok(Self::DaysAgo(0)),
            "yesterday" => return Ok(Self::DaysAgo(1)),
            _ => {}
        }
        span(text).or_else(|| date(text)).ok_or_else(|| {
            "use a span (`12h`, `7d`, `2w`, `3mo`), `today`, `yesterday`, a year, month or day (`2026-10`, \
             `2026-10-03`), or a time (`2026-10-03T14:00`, RFC 3339)"
                .to_owned()
        })
    }
}

fn span(text: &str) -> Option<Moment> {
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (count, unit) = text.split_at(digits);
    let count: u32 = count.parse().ok()?;
    Some(match unit {
        "m" | "min" => Moment::Ago(TimeDelta::minutes(i64::from(count))),
        "h" => Moment::Ago(TimeDelta::hours(i64::from(count))),
        "d" => Moment::Ago(TimeDelta::days(i64::from(count))),
        "w" => Moment::Ago(TimeDelta::weeks(i64::from(count))),
        "mo" => Moment::MonthsAgo(count),
        "y" => Moment::MonthsAgo(count.checked_mul(12)?),
        _ => return None,
    })
}

fn date(text: &str) -> Option<Moment> {
    let days = |first: &str, next: fn(NaiveDate) -> Option<NaiveDate>| {
        let first = NaiveDate::parse_from_str(first, "%Y-%m-%d").ok()?;
        Some(Moment::Days(first, next(first)?))
    };
    match text.len() {
        4 if text.bytes().all(|digit| digit.is_ascii_digit()) => {
            days(&format!("{text}-01-01"), |day| day.checked_add_months(Months::new(12)))
        }
        7 => days(&format!("{text}-01"), |day| day.checked_add_months(Months::new(1))),
        8..=10 => days(text, |day| day.succ_opt()),
        _ => {
            let exact = DateTime::parse_from_rfc3339(text).ok().map(|moment| Moment::Exact(moment.to_utc()));
            let local = || {
                ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
                    .iter()
                    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                    .map(Moment::Local)
            };
            exact.or_else(local)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a moment means at noon UTC on 2026-11-20, seen from Berlin.
    fn check(text: &str, expect: &str) {
        let now = "2026-11-20T12:00:00Z".parse().expect("a moment");
        let shown = match text.parse::<Moment>() {
            Ok(moment) => moment.at(now, Tz::Europe__Berlin).to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            Err(_) => "refused".to_owned(),
        };
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn moments_mean_what_people_expect() {
        check("7d", "2026-11-13T12:00:00Z");
        check("90m", "2026-11-20T10:30:00Z");
        check("2w", "2026-11-06T12:00:00Z");
        check("1mo", "2026-10-19T22:00:00Z");
        check("today", "2026-11-19T23:00:00Z");
        check("yesterday", "2026-11-18T23:00:00Z");
        check("2026", "2025-12-31T23:00:00Z");
        check("2026-10", "2026-09-30T22:00:00Z");
        check("2026-10-03", "2026-10-02T22:00:00Z");
        check("2026-10-03T14:00", "2026-10-03T12:00:00Z");
        check("2026-10-03T14:00:00+05:00", "2026-10-03T09:00:00Z");
    }

    #[test]
    fn days_months_and_years_last_to_their_end() {
        let now = "2026-11-20T12:00:00Z".parse().expect("a moment");
        for (text, expect) in [
            ("today", "2026-11-20T23:00:00Z"),
            ("2026", "2026-12-31T23:00:00Z"),
            ("2026-10", "2026-10-31T23:00:00Z"),
            ("2026-10-25", "2026-10-25T23:00:00Z"),
            ("7d", "2026-11-13T12:00:00Z"),
            ("2026-10-03T14:00", "2026-10-03T12:00:00Z"),
        ] {
            let end = text.parse::<Moment>().expect(text).end(now, Tz::Europe__Berlin);
            assert_eq!(end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), expect, "{text}");
        }
    }

    #[test]
    fn a_time_that_the_clock_jumps_over_is_the_first_after_it() {
        check("2026-03-29T02:30", "2026-03-29T01:00:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "soon", "7x", "2026-13", "2026-02-30", "-3d", "d", "é", "99999999999d"] {
            check(text, "refused");
        }
    }

    #[test]
    fn the_ends_of_time_have_days_in_every_zone() {
        for zone in [chrono_tz::America::New_York, chrono_tz::Asia::Tokyo] {
            for moment in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
                let (from, to) = day_of(moment, zone);
                assert!(from <= to || to == DateTime::<Utc>::MIN_UTC, "{from} {to}");
            }
        }
    }
}
