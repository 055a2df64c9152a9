//! Time as people give it on the command line: zones, and moments such as `7d` or `2026-10`.

use std::path::Path;
use std::str::FromStr;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use config::{ConfigError, Environment, Settings};

/// A moment as it was given; what it means depends on the clock and the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
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
    pub(crate) fn at(self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
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
    pub(crate) fn end(self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
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
pub(crate) fn day_of(moment: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let day = moment.with_timezone(&zone).date_naive();
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

/// A zone by its name, or what may have been meant.
pub(crate) fn parse_zone(name: &str) -> Result<Tz, String> {
    if let Some(zone) = chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)) {
        return Ok(*zone);
    }
    let wanted = name.to_lowercase().replace(' ', "_");
    let city = |zone: &&Tz| zone.name().to_lowercase().rsplit('/').next() == Some(&wanted);
    let meant = chrono_tz::TZ_VARIANTS.iter().find(city).map_or("Europe/Berlin", |zone| zone.name());
    Err(format!("no time zone has this name; use an IANA name such as `{meant}`"))
}

/// What is wrong with the time zone in the settings of a folder, even where another one goes before it.
pub(crate) fn wrong_setting(settings: &Settings, folder: &Path) -> Option<ConfigError> {
    let name = settings.timezone.as_deref()?;
    let problem = parse_zone(name).err()?;
    let message = format!("`display.timezone` is `{name}`: {problem}");
    Some(ConfigError::Invalid { path: folder.join("config.toml"), message })
}

/// The zone of the person: that of a flag, of `$TZ`, of the settings, of the system, else UTC.
pub(crate) fn zone(flag: Option<Tz>, environment: &Environment, setting: Option<&str>) -> Tz {
    let of_variable = || {
        let name = environment.get("TZ")?.trim_start_matches(':');
        let name = name.split_once("zoneinfo/").map_or(name, |(_, name)| name);
        name.parse().ok()
    };
    let of_setting = || parse_zone(setting?).ok();
    let of_system = || iana_time_zone::get_timezone().ok()?.parse().ok();
    flag.or_else(of_variable).or_else(of_setting).or_else(of_system).unwrap_or(Tz::UTC)
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
    fn a_zone_in_the_settings_must_exist() {
        for (name, wrong) in [(None, false), (Some("Europe/Vienna"), false), (Some("Mars"), true)] {
            let settings = Settings { timezone: name.map(str::to_owned), ..Settings::default() };
            assert_eq!(wrong_setting(&settings, Path::new("/config")).is_some(), wrong, "{name:?}");
        }
    }

    #[test]
    fn a_city_is_answered_with_its_zone() {
        let answer = parse_zone("tokyo").expect_err("a city is no zone");
        assert!(answer.contains("Asia/Tokyo"), "{answer}");
    }
}
