//! Figures as short as a status line wants them.

/// `$0.00`, `$4.18`, `$1204`, of billionths of a US dollar.
pub(super) fn dollars(nano: i64) -> String {
    const CENT: u64 = 10_000_000;
    let nano = nano.unsigned_abs();
    let rounded = |unit: u64| (nano + unit / 2) / unit;
    match rounded(CENT) {
        0 if nano > 0 => "<$0.01".to_owned(),
        cents @ 0..100_000 => format!("${}.{:02}", cents / 100, cents % 100),
        _ => format!("${}", rounded(100 * CENT)),
    }
}

/// `24%`, of hundredths of a percent. Rounded, but only all of it is 100 %.
pub(super) fn percent(hundredths: u32) -> String {
    let rounded = hundredths.saturating_add(50) / 100;
    format!("{}%", if hundredths < 10_000 { rounded.min(99) } else { rounded })
}

/// `950`, `1.3k`, `131k`, `1.0M`, rounded down.
pub(super) fn tokens(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..10_000 => format!("{}.{}k", count / 1_000, count / 100 % 10),
        10_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}.{}M", count / 1_000_000, count / 100_000 % 10),
    }
}

/// `2h 05m`, `45m`, `<1m`, of milliseconds; `6d 4h` of more than two days.
pub(super) fn span(milliseconds: u64) -> String {
    let minutes = milliseconds / 60_000;
    match minutes {
        0 => "<1m".to_owned(),
        1..60 => format!("{minutes}m"),
        60..2_880 => format!("{}h {:02}m", minutes / 60, minutes % 60),
        _ => format!("{}d {}h", minutes / 1_440, minutes / 60 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_in_cents() {
        for (nano, text) in [
            (0, "$0.00"),
            (1, "<$0.01"),
            (4_999_999, "<$0.01"),
            (5_000_000, "$0.01"),
            (4_184_999_999, "$4.18"),
            (999_990_000_000, "$999.99"),
            (1_204_499_999_999, "$1204"),
            (i64::MAX, "$9223372037"),
        ] {
            assert_eq!(dollars(nano), text, "{nano}");
        }
    }

    #[test]
    fn shares_are_rounded_and_tokens_and_spans_cut() {
        for (hundredths, text) in [(0, "0%"), (99, "1%"), (2_350, "24%"), (9_999, "99%"), (12_004, "120%")] {
            assert_eq!(percent(hundredths), text);
        }
        for (count, text) in
            [(0, "0"), (999, "999"), (1_312, "1.3k"), (9_999, "9.9k"), (131_900, "131k"), (1_050_000, "1.0M")]
        {
            assert_eq!(tokens(count), text);
        }
        for (minutes, text) in [(0, "<1m"), (1, "1m"), (59, "59m"), (60, "1h 00m"), (125, "2h 05m"), (8_880, "6d 4h")] {
            assert_eq!(span(minutes * 60_000 + 59_999), text);
        }
    }
}
