//! Days in a row, the days of the last year, the hours of the week.

use chrono::NaiveDate;
use chrono_tz::Tz;
use summary::{Cube, Measure, Rhythm, Streak};

use crate::history::{Sketch, at, calendar, cube};

const OPUS: &str = "claude-opus-4-5";

fn rhythm(sketches: &[Sketch], zone: Tz, now: &str) -> Rhythm {
    cube(sketches, zone).rhythm(calendar(zone), at(now), &[])
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
}

const HISTORY: &[Sketch] = &[
    ("2025-01-05T12:00:00Z", "shop-1", OPUS, "", 1),
    ("2026-11-02T08:00:00Z", "shop-1", OPUS, "", 1),
    ("2026-11-03T08:00:00Z", "shop-1", OPUS, "", 1),
    ("2026-11-04T08:10:00Z", "shop-1", OPUS, "", 1),
    ("2026-11-14T23:10:00Z", "shop-1", OPUS, "", 5),
    ("2026-11-15T08:10:00Z", "shop-1", OPUS, "", 2),
];

#[test]
fn a_row_of_days_lasts_until_a_day_has_gone_by_without_work() {
    let now = |now| rhythm(HISTORY, Tz::UTC, now);
    let two = Streak { days: 2, last: day(15) };
    assert_eq!(now("2026-11-15T12:00:00Z").current, Some(two));
    assert_eq!(now("2026-11-16T12:00:00Z").current, Some(two), "today is not over");
    assert_eq!(now("2026-11-17T12:00:00Z").current, None);
    assert_eq!(now("2026-11-17T12:00:00Z").longest, Some(Streak { days: 3, last: day(4) }));
    assert_eq!(now("2026-11-17T12:00:00Z").active_days, 6);
}

#[test]
fn days_and_hours_are_those_of_the_zone() {
    let utc = rhythm(HISTORY, Tz::UTC, "2026-11-15T12:00:00Z");
    let cents = |usage: &summary::Usage| usage.cost.0 / 10_000_000_000;
    assert_eq!((cents(&utc.days[0]), cents(&utc.days[1])), (2, 5));
    let berlin = rhythm(HISTORY, Tz::Europe__Berlin, "2026-11-15T12:00:00Z");
    assert_eq!((cents(&berlin.days[0]), cents(&berlin.days[1])), (7, 0), "past midnight there");
    assert_eq!(cents(&berlin.hours[6][0]), 5, "a Sunday");
    assert_eq!((utc.busiest_hour(Measure::Cost), utc.busiest_hour(Measure::Tokens)), (Some(8), Some(8)));
    assert_eq!(utc.clock(Measure::Cost)[23], 50_000_000_000);
}

#[test]
fn nothing_has_no_rhythm() {
    let nothing = Cube::default().rhythm(calendar(Tz::UTC), at("2026-11-15T12:00:00Z"), &[]);
    assert_eq!((nothing.active_days, nothing.current, nothing.busiest_hour(Measure::Cost)), (0, None, None));
    assert_eq!(nothing.days.len(), 371);
}
