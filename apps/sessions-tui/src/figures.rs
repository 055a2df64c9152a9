//! Figures as people read them: tokens, money, durations, moments.

use chart::Unit;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use pricing::NanoUsd;
use search::Together;
use summary::Measure;

use crate::cells;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MILLI_USD: u64 = 1_000_000;

/// `950`, `12.4k`, `3.9M`, `1.2B`.
pub fn tokens(count: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1_000, "k"), (1_000_000, "M"), (1_000_000_000, "B"), (1_000_000_000_000, "T")];
    if count < 1_000 {
        return count.to_string();
    }
    for (unit, letter) in UNITS {
        let tenths = rounded(count, unit / 10);
        if tenths < 1_000 {
            return format!("{}.{}{letter}", tenths / 10, tenths % 10);
        }
        let whole = rounded(count, unit);
        if whole < 1_000 {
            return format!("{whole}{letter}");
        }
    }
    format!("{}T", grouped(rounded(count, 1_000_000_000_000)))
}

/// A plain count with thousands set apart: `1,204`.
pub fn count(number: u64) -> String {
    grouped(number)
}

/// A number of things: `1 turn`, `1,204 turns`, `2 branches`.
pub fn counted(number: impl Into<u64>, thing: &str) -> String {
    let number = number.into();
    let ending = match thing {
        _ if number == 1 => "",
        thing if thing.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{} {thing}{ending}", count(number))
}

/// What was found in the contents of a session: `3 hits` where each is a line, `2 messages` where no line has all words.
pub fn hits(lines: u64, together: Together) -> String {
    match together {
        Together::Line => counted(lines, "hit"),
        Together::Message(messages) => counted(messages, "message"),
        Together::Apart => "words apart".to_owned(),
    }
}

/// What the amounts of a measure are in a chart.
pub fn unit(measure: Measure) -> Unit {
    match measure {
        Measure::Cost => Unit::PicoUsd,
        Measure::Tokens => Unit::Count,
    }
}

/// `opus-5-5` for `claude-opus-5-5` in any decoration; empty for what the client said itself.
pub fn model(name: &str) -> String {
    let name = pricing::canonical(name);
    if name.starts_with('<') { String::new() } else { cells::clean(name.strip_prefix("claude-").unwrap_or(name)) }
}

/// `$0.004`, `$4.18`, `$1,204`; with `unknown`, `$4.18+` (or `–` when nothing is known).
pub fn money(amount: NanoUsd, unknown: bool) -> String {
    if amount.0 == 0 && unknown {
        return "–".to_owned();
    }
    let sign = if amount.0 < 0 { "-" } else { "" };
    let more = if unknown { "+" } else { "" };
    format!("{sign}{}{more}", dollars(amount.0.unsigned_abs()))
}

/// As [`money`], and `$9.0M+` where the amount has more than `width` characters without its `+`.
pub fn money_within(amount: NanoUsd, unknown: bool, width: usize) -> String {
    let full = money(amount, unknown);
    if full.trim_end_matches('+').chars().count() <= width {
        return full;
    }
    let sign = if amount.0 < 0 { "-" } else { "" };
    let more = if unknown { "+" } else { "" };
    format!("{sign}${}{more}", tokens(rounded(amount.0.unsigned_abs(), 1_000 * MILLI_USD)))
}

/// As [`money`]; in whole dollars where the largest amount that it stands below or above has a thousand of them, and `<$1`
/// where it is too small for that.
pub fn money_beside(amount: NanoUsd, unknown: bool, largest: NanoUsd) -> String {
    let (nano, dollar) = (amount.0.unsigned_abs(), 1_000 * MILLI_USD);
    if largest.0.unsigned_abs() < 999_995 * MILLI_USD || nano == 0 {
        return money(amount, unknown);
    }
    let (sign, more) = (if amount.0 < 0 { "-" } else { "" }, if unknown { "+" } else { "" });
    match rounded(nano, dollar) {
        0 => format!("{sign}<$1{more}"),
        whole => format!("{sign}${}{more}", grouped(whole)),
    }
}

fn dollars(nano: u64) -> String {
    let mills = rounded(nano, MILLI_USD);
    let cents = rounded(nano, 10 * MILLI_USD);
    if nano == 0 {
        "$0.00".to_owned()
    } else if mills == 0 {
        "<$0.001".to_owned()
    } else if mills < 10 {
        format!("$0.00{mills}")
    } else if cents < 100_000 {
        format!("${}.{:02}", cents / 100, cents % 100)
    } else {
        format!("${}", grouped(rounded(nano, 1_000 * MILLI_USD)))
    }
}

/// `12 s`, `41 min`, `3 h 20`, `2 d`.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    let minutes = seconds / 60;
    match minutes {
        0 => format!("{seconds} s"),
        1..60 => format!("{minutes} min"),
        60..2_880 if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        60..2_880 => format!("{} h {:02}", minutes / 60, minutes % 60),
        _ => format!("{} d", minutes / 1_440),
    }
}

/// How long ago: `now`, `12m`, `2h`, `6d`, `3mo`, `2y`. A moment in the future counts as now.
pub fn ago(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - moment).num_seconds();
    let days = seconds / DAY;
    match seconds {
        ..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        _ if days < 60 => format!("{days}d"),
        _ if days < 730 => format!("{}mo", days / 30),
        _ => format!("{}y", days / 365),
    }
}

/// The same in a sentence: `just now`, `2h ago`.
pub fn since(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let ago = ago(moment, now);
    if ago == "now" { "just now".to_owned() } else { format!("{ago} ago") }
}

/// A moment in the viewer's zone: `2026-11-03 14:02`.
pub fn date(moment: DateTime<Utc>, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// From when to when, in the viewer's zone: `yesterday 14:02 – 15:10`, `Tue 2026-11-03 23:50 – Wed 2026-11-04 00:20`.
pub fn span(from: DateTime<Utc>, to: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let today = now.with_timezone(&zone).date_naive();
    let (from, to) = (from.with_timezone(&zone), to.with_timezone(&zone));
    let start = format!("{} {}", day(from.date_naive(), today), from.format("%H:%M"));
    if from.date_naive() == to.date_naive() {
        format!("{start} – {}", to.format("%H:%M"))
    } else {
        format!("{start} – {} {}", day(to.date_naive(), today), to.format("%H:%M"))
    }
}

fn day(day: NaiveDate, today: NaiveDate) -> String {
    if day == today {
        "today".to_owned()
    } else if Some(day) == today.pred_opt() {
        "yesterday".to_owned()
    } else {
        day.format("%a %Y-%m-%d").to_string()
    }
}

/// Division that rounds half up.
fn rounded(number: u64, unit: u64) -> u64 {
    number / unit + u64::from(number % unit >= unit - unit / 2)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono_tz::{Europe, UTC};

    use super::*;

    #[test]
    fn tokens_keep_three_figures() {
        for (count, expect) in [
            (0, "0"),
            (950, "950"),
            (999, "999"),
            (1_000, "1.0k"),
            (12_400, "12.4k"),
            (99_949, "99.9k"),
            (99_950, "100k"),
            (640_000, "640k"),
            (999_499, "999k"),
            (999_500, "1.0M"),
            (3_900_000, "3.9M"),
            (104_000_000, "104M"),
            (1_200_000_000, "1.2B"),
            (2_500_000_000_000, "2.5T"),
            (u64::MAX, "18,446,744T"),
        ] {
            assert_eq!(tokens(count), expect, "{count}");
        }
    }

    #[test]
    fn money_rounds_once_and_says_what_is_not_known() {
        for (nano, unknown, expect) in [
            (0, false, "$0.00"),
            (0, true, "–"),
            (400_000, false, "<$0.001"),
            (500_000, false, "$0.001"),
            (4_000_000, false, "$0.004"),
            (9_499_999, false, "$0.009"),
            (9_500_000, false, "$0.01"),
            (14_999_999, false, "$0.01"),
            (4_180_000_000, false, "$4.18"),
            (4_180_000_000, true, "$4.18+"),
            (9_995_000_000, false, "$10.00"),
            (999_994_999_999, false, "$999.99"),
            (999_995_000_000, false, "$1,000"),
            (1_204_400_000_000, false, "$1,204"),
            (1_234_567_890_000_000, true, "$1,234,568+"),
            (-4_180_000_000, false, "-$4.18"),
        ] {
            assert_eq!(money(NanoUsd(nano), unknown), expect, "{nano}");
        }
    }

    #[test]
    fn money_too_long_for_its_place_is_shortened() {
        for (nano, unknown, expect) in [
            (999_999_000_000_000, false, "$999,999"),
            (1_000_000_000_000_000, false, "$1.0M"),
            (9_000_000_000_000_000, true, "$9.0M+"),
            (-999_999_000_000_000, false, "-$1.0M"),
        ] {
            assert_eq!(money_within(NanoUsd(nano), unknown, 8), expect, "{nano}");
        }
    }

    #[test]
    fn durations_fit_their_size() {
        for (seconds, expect) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (41 * 60, "41 min"),
            (3_600, "1 h"),
            (3_600 * 3 + 20 * 60, "3 h 20"),
            (3_600 * 3 + 5 * 60, "3 h 05"),
            (3_600 * 30, "30 h"),
            (3_600 * 48, "2 d"),
        ] {
            assert_eq!(duration(seconds * 1_000), expect, "{seconds}");
        }
    }

    #[test]
    fn moments_are_relative_in_lists_and_exact_in_previews() {
        let now = Utc.with_ymd_and_hms(2026, 11, 16, 12, 0, 0).single().expect("a real moment");
        for (seconds, expect) in [
            (-50, "now"),
            (59, "now"),
            (60, "1m"),
            (12 * 60, "12m"),
            (2 * 3_600, "2h"),
            (6 * 86_400, "6d"),
            (40 * 86_400, "40d"),
            (90 * 86_400, "3mo"),
            (800 * 86_400, "2y"),
        ] {
            assert_eq!(ago(now - chrono::Duration::seconds(seconds), now), expect, "{seconds}");
        }
        let at = |hours: i64| now - chrono::Duration::hours(hours);
        assert_eq!(date(now, Europe::Berlin), "2026-11-16 13:00");
        assert_eq!(span(at(3), at(1), now, UTC), "today 09:00 – 11:00");
        assert_eq!(span(at(25), at(24), now, UTC), "yesterday 11:00 – 12:00");
        assert_eq!(span(at(40), at(20), now, UTC), "Sat 2026-11-14 20:00 – yesterday 16:00");
    }
}
