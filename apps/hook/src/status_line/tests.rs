//! The line for every state of knowledge, and for every width.

use journal::Limit;

use super::*;

const NOW_MS: u64 = 1_000_000_000;
const HOUR_MS: u64 = 3_600_000;

fn status() -> Status {
    Status {
        model: Some("Opus 5.5".to_owned()),
        session_cost_nano_usd: Some(420_000_000),
        context_hundredths: Some(1_312),
        context_tokens: Some(131_200),
        limits: Vec::new(),
    }
}

fn with_limit(used_hundredths: u32) -> Status {
    let limit = Limit {
        seen_ms: NOW_MS,
        window: "five_hour".to_owned(),
        used_hundredths,
        resets_ms: Some(NOW_MS + 2 * HOUR_MS + 600_000),
    };
    let week = Limit { window: "seven_day".to_owned(), used_hundredths: 9_900, ..limit.clone() };
    Status { limits: vec![week, limit], ..status() }
}

fn spent(dollars: i64, end_ms: u64) -> Spent {
    Spent { start_ms: 0, end_ms, cost_nano_usd: dollars * 1_000_000_000, tokens: 1, unknown_cost_requests: 0 }
}

fn state() -> UsageState {
    UsageState::new(0, Some(spent(3, NOW_MS + HOUR_MS)), Some(spent(1, NOW_MS + HOUR_MS)))
}

fn plain(room: Option<usize>) -> Look {
    Look { room, color: false }
}

fn check(status: &Status, state: Option<&UsageState>, expect: &str) {
    assert_eq!(line(status, state, NOW_MS, plain(None)), expect);
}

#[test]
fn everything_that_is_known_stands_in_one_line() {
    check(
        &status(),
        Some(&state()),
        "Opus 5.5 · $0.42 session · $3.00 today · 5h $1.00, 1h 00m left · context 13% (131k)",
    );
}

#[test]
fn the_official_limit_goes_before_the_estimate() {
    check(
        &with_limit(2_350),
        Some(&state()),
        "Opus 5.5 · $0.42 session · $3.00 today · 5h 24%, 2h 10m left · context 13% (131k)",
    );
}

#[test]
fn what_nobody_knows_is_left_out() {
    check(&Status { session_cost_nano_usd: None, ..status() }, None, "Opus 5.5 · context 13% (131k)");
    check(&Status { context_tokens: None, ..status() }, None, "Opus 5.5 · $0.42 session · context 13%");
    check(&Status { model: None, context_hundredths: None, ..status() }, None, "$0.42 session");
    check(&Status::default(), Some(&state()), "$3.00 today · 5h $1.00, 1h 00m left");
    check(&Status::default(), None, "sessions");
    let undated = Limit { resets_ms: None, ..with_limit(100).limits.remove(1) };
    check(&Status { limits: vec![undated], ..Status::default() }, None, "5h 1%");
}

#[test]
fn figures_of_a_day_or_block_that_is_over_are_left_out() {
    let (over, running) = (Some(spent(3, NOW_MS)), Some(spent(1, NOW_MS + 1)));
    check(&Status::default(), Some(&UsageState::new(0, over, running)), "5h $1.00, <1m left");
    check(&Status::default(), Some(&UsageState::new(0, running, over)), "$1.00 today");
    let mut status = with_limit(2_350);
    status.limits[1].resets_ms = Some(NOW_MS);
    check(&Status { limits: status.limits, ..Status::default() }, None, "sessions");
}

#[test]
fn a_cost_that_is_not_wholly_known_is_marked() {
    let unknown = |dollars| Some(Spent { unknown_cost_requests: 2, ..spent(dollars, NOW_MS + HOUR_MS) });
    check(
        &Status::default(),
        Some(&UsageState::new(0, unknown(3), unknown(1))),
        "$3.00+ today · 5h $1.00+, 1h 00m left",
    );
    check(&Status::default(), Some(&UsageState::new(0, unknown(0), unknown(0))), "sessions");
}

#[test]
fn parts_fall_away_in_order() {
    let mut last = String::new();
    let mut seen = Vec::new();
    for room in (1..=90).rev() {
        let line = line(&status(), Some(&state()), NOW_MS, plain(Some(room)));
        assert!(line.width() <= room, "{line:?} in {room}");
        if line != last {
            seen.push(line.clone());
            last = line;
        }
    }
    assert_eq!(
        seen[..7],
        [
            "Opus 5.5 · $0.42 session · $3.00 today · 5h $1.00, 1h 00m left · context 13% (131k)",
            "Opus 5.5 · $0.42 session · $3.00 today · 5h $1.00, 1h 00m left · context 13%",
            "Opus 5.5 · $0.42 session · $3.00 today · 5h $1.00 · context 13%",
            "Opus 5.5 · $0.42 session · 5h $1.00 · context 13%",
            "Opus 5.5 · $0.42 session · context 13%",
            "Opus 5.5 · context 13%",
            "Opus 5.5",
        ]
    );
    assert_eq!(seen[7..], ["Opus 5…", "Opus …", "Opus…", "Opu…", "Op…", "O…", "…"]);
}

#[test]
fn only_what_runs_out_is_colored() {
    let color = Look { room: Some(90), color: true };
    let part = |used| {
        let status = Status { limits: with_limit(used).limits, ..Status::default() };
        line(&status, None, NOW_MS, color)
    };
    assert_eq!(part(7_449), "5h 74%, 2h 10m left");
    assert_eq!(part(7_500), "\x1b[33m5h 75%, 2h 10m left\x1b[0m");
    assert_eq!(part(9_000), "\x1b[31m5h 90%, 2h 10m left\x1b[0m");
    let line = line(&Status { context_hundredths: Some(9_500), ..status() }, None, NOW_MS, color);
    assert_eq!(line, "Opus 5.5\x1b[2m · \x1b[0m$0.42 session\x1b[2m · \x1b[0m\x1b[31mcontext 95% (131k)\x1b[0m");
}

#[test]
fn nothing_of_the_payload_reaches_the_terminal_as_a_command() {
    for (model, expect) in [
        ("\x1b[31mOpus\x1b[0m", "Opus"),
        ("\x1b]52;c;c2VjcmV0\x07Opus", "Opus"),
        ("\x1b", "sessions"),
        ("Opus\n\r\tfive\u{0}\u{7f}\u{9b}31m", "Opus five"),
        ("\u{202e}supO\u{200b}", "supO"),
    ] {
        check(&Status { model: Some(model.to_owned()), ..Status::default() }, None, expect);
    }
}

#[test]
fn wide_letters_count_twice() {
    let status = Status { model: Some("日本語モデル".to_owned()), ..Status::default() };
    assert_eq!(line(&status, None, NOW_MS, plain(Some(12))), "日本語モデル");
    assert_eq!(line(&status, None, NOW_MS, plain(Some(8))), "日本語…");
}

#[test]
fn the_environment_says_width_and_color() {
    let look = |variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let look = Look::of(&Environment { variables, ..Environment::default() });
        (look.room, look.color)
    };
    assert_eq!(look(&[]), (None, true));
    assert_eq!(look(&[("COLUMNS", "120"), ("NO_COLOR", "1")]), (Some(116), false));
    assert_eq!(look(&[("COLUMNS", "2"), ("NO_COLOR", ""), ("TERM", "dumb")]), (Some(1), false));
    assert_eq!(look(&[("COLUMNS", "0"), ("TERM", "xterm")]), (None, true));
    assert_eq!(look(&[("COLUMNS", "wide")]), (None, true));
}
