//! Times as records write them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::skim::Raw;

/// The last moment of the year 9999, in milliseconds since 1970: no calendar of ours has to go further.
const LATEST_MS: f64 = 253_402_300_799_999.0;

/// A time: RFC 3339, nearly always `2026-07-14T07:34:55.755Z`, or milliseconds since 1970 (up to the year 9999).
pub(crate) fn parse(raw: Raw<'_>) -> Option<DateTime<Utc>> {
    if let Some(time) = parse_usual(raw.as_written().as_bytes()) {
        return Some(time);
    }
    if let Some(text) = raw.string() {
        return DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc());
    }
    let ms = raw.float().filter(|ms| (0.0..=LATEST_MS).contains(ms))?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
    DateTime::from_timestamp_millis(ms as i64)
}

/// The usual form, quotes included.
fn parse_usual(quoted: &[u8]) -> Option<DateTime<Utc>> {
    let text: &[u8; 26] = quoted.try_into().ok()?;
    let number = |from: usize, to: usize| {
        text[from..to]
            .iter()
            .try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let marks = [(5, b'-'), (8, b'-'), (11, b'T'), (14, b':'), (17, b':'), (20, b'.'), (24, b'Z')];
    if marks.iter().any(|(at, mark)| text[*at] != *mark) {
        return None;
    }
    let year = i32::try_from(number(1, 5)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(6, 8)?, number(9, 11)?)?;
    let time = day.and_hms_milli_opt(number(12, 14)?, number(15, 17)?, number(18, 20)?, number(21, 24)?)?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expect: Option<&str>) {
        let (raw, _) = Raw::cut(json).expect("the case is JSON");
        let found = parse(raw).map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        assert_eq!(found.as_deref(), expect, "{json}");
    }

    #[test]
    fn times_are_read_in_every_form() {
        check(r#""2026-07-14T07:34:55.755Z""#, Some("2026-07-14T07:34:55.755Z"));
        check(r#""2025-06-14T11:00:00Z""#, Some("2025-06-14T11:00:00Z"));
        check(r#""2026-07-14T07:34:55.755123Z""#, Some("2026-07-14T07:34:55.755123Z"));
        check(r#""2026-07-14T09:34:55.755+02:00""#, Some("2026-07-14T07:34:55.755Z"));
        check("1784014495755", Some("2026-07-14T07:34:55.755Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for json in [
            r#""""#,
            "null",
            r#""2026-13-14T07:34:55.755Z""#,
            r#""2026-07-14T07:34:99.755Z""#,
            "{}",
            "1e300",
            "8.2e15",
            "-1",
        ] {
            check(json, None);
        }
    }
}
