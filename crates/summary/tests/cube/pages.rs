//! Periods: their bars, what was before, what is expected.

use chrono_tz::Tz;
use summary::{Chip, Cube, Dimension, Key, Kind, Measure, Page, Question, Span};

use crate::history::{Sketch, at, calendar, cube};

const OPUS: &str = "claude-opus-4-5";

fn page(cube: &Cube, zone: Tz, span: Span, looked_at: &str, now: &str) -> Page {
    cube.page(&Question { calendar: calendar(zone), span, at: at(looked_at), now: at(now), chips: &[] })
}

fn cents(page: &Page) -> Vec<i128> {
    page.bars.iter().map(|bar| bar.usage.cost.0 / 10_000_000_000).collect()
}

#[test]
fn the_hours_of_a_day_on_which_the_clocks_change() {
    let spring: &[Sketch] = &[
        ("2026-03-29T00:30:00Z", "shop-1", OPUS, "", 1),
        ("2026-03-29T01:10:00Z", "shop-1", OPUS, "", 2),
        ("2026-03-29T21:59:00Z", "shop-1", OPUS, "", 4),
        ("2026-03-29T22:00:00Z", "shop-1", OPUS, "", 8),
    ];
    let zone = Tz::Europe__Berlin;
    let day = page(&cube(spring, zone), zone, Span::Day, "2026-03-29T12:00:00Z", "2026-04-01T00:00:00Z");
    assert_eq!(day.bars.len(), 23);
    assert_eq!((cents(&day)[1], cents(&day)[2], cents(&day)[22]), (1, 2, 4));
    assert_eq!(day.total.requests, 3, "22:00 UTC is the next day there");

    let autumn: &[Sketch] = &[
        ("2026-10-25T00:30:00Z", "shop-1", OPUS, "", 1),
        ("2026-10-25T01:30:00Z", "shop-1", OPUS, "", 2),
        ("2026-10-25T22:30:00Z", "shop-1", OPUS, "", 4),
    ];
    let day = page(&cube(autumn, zone), zone, Span::Day, "2026-10-25T12:00:00Z", "2026-11-01T00:00:00Z");
    assert_eq!(day.bars.len(), 25);
    assert_eq!((cents(&day)[2], cents(&day)[3], cents(&day)[24]), (1, 2, 4), "two o'clock comes twice");
}

#[test]
fn half_hours_of_a_zone_are_kept_apart() {
    let sketches: &[Sketch] =
        &[("2026-11-19T18:20:00Z", "shop-1", OPUS, "", 1), ("2026-11-19T18:40:00Z", "shop-1", OPUS, "", 2)];
    let zone = Tz::Asia__Kolkata;
    let month = page(&cube(sketches, zone), zone, Span::Month, "2026-11-20T12:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!((cents(&month)[18], cents(&month)[19]), (1, 2), "midnight is at 18:30 UTC");
}

#[test]
fn a_running_period_is_compared_with_as_much_of_the_one_before() {
    let sketches: &[Sketch] = &[
        ("2026-10-05T12:00:00Z", "shop-1", OPUS, "", 100),
        ("2026-10-25T12:00:00Z", "shop-1", OPUS, "", 900),
        ("2026-11-05T12:00:00Z", "shop-2", OPUS, "", 150),
    ];
    let cube = cube(sketches, Tz::UTC);
    let running = page(&cube, Tz::UTC, Span::Month, "2026-11-05T12:00:00Z", "2026-11-16T00:00:00Z");
    assert!(running.is_running);
    assert_eq!(running.change(Measure::Cost), Some(50));
    assert_eq!(running.average(Measure::Cost), Some(Measure::Cost.of(&running.total) / 16));
    let over = page(&cube, Tz::UTC, Span::Month, "2026-11-05T12:00:00Z", "2027-01-01T00:00:00Z");
    assert_eq!((over.change(Measure::Cost), over.expected(Measure::Cost)), (Some(-85), None));
    assert_eq!(over.bars_before.len(), 31);
    assert_eq!(Measure::Cost.of(&over.bars_before[24]), 9_000_000_000_000);
}

#[test]
fn the_rest_of_a_period_is_expected_as_the_last_four_weeks_were() {
    // from the fourth of October on, a dollar at 10:00 and another at 20:00
    let days = (4..=31).map(|day| format!("2026-10-{day:02}")).chain(["2026-11-01".to_owned()]);
    let times: Vec<String> = days.flat_map(|day| ["10", "20"].map(|hour| format!("{day}T{hour}:00:00Z"))).collect();
    let look = |span, now: &str| {
        let before = times.iter().filter(|time| time.as_str() <= now);
        let sketches: Vec<Sketch> = before.map(|time| (&*time.clone().leak(), "shop-1", OPUS, "", 100)).collect();
        page(&cube(&sketches, Tz::UTC), Tz::UTC, span, now, now)
    };
    let cents = |page: &Page| page.expected(Measure::Cost).map(|amount| amount / 10_000_000_000);
    let month = look(Span::Month, "2026-11-01T12:00:00Z");
    assert!(month.expects_as_before());
    assert_eq!(cents(&month), Some(100 + 100 + 29 * 200), "today's evening, and 29 days");
    let bar = month.expected_bar(0, Measure::Cost).map(|amount| amount / 10_000_000_000);
    assert_eq!(bar, Some(200), "of today only the evening is missing");
    assert_eq!(cents(&look(Span::Day, "2026-11-01T12:00:00Z")), Some(200));
    assert_eq!(cents(&look(Span::Day, "2026-11-01T21:00:00Z")), Some(200), "nothing comes after nine");
    assert_eq!(cents(&look(Span::Day, "2026-10-04T12:00:00Z")), Some(200), "on its first day it goes on as so far");
    assert_eq!(cents(&look(Span::Month, "2026-10-06T12:00:00Z")), Some(500 + 100 + 25 * 200), "two days tell of it");
}

#[test]
fn an_hour_that_is_not_over_is_compared_with_nothing() {
    let sketches: &[Sketch] = &[
        ("2026-11-04T00:40:00Z", "shop-1", OPUS, "", 900),
        ("2026-11-05T00:02:00Z", "shop-2", OPUS, "", 300),
        ("2026-11-05T01:02:00Z", "shop-2", OPUS, "", 400),
    ];
    let cube = cube(sketches, Tz::UTC);
    let day = |now| page(&cube, Tz::UTC, Span::Day, now, now).change(Measure::Cost);
    assert_eq!(day("2026-11-05T00:05:00Z"), None);
    assert_eq!(day("2026-11-05T01:05:00Z"), Some(-67), "an hour with an hour");
    assert_eq!(day("2026-11-06T00:00:00Z"), None, "a new day");
}

#[test]
fn bars_hold_the_parts_of_their_models() {
    let sketches: &[Sketch] = &[
        ("2026-11-05T12:00:00Z", "shop-1", OPUS, "", 5),
        ("2026-11-05T13:00:00Z", "shop-2", "claude-haiku-4-5", "", 1),
        ("2026-11-06T13:00:00Z", "shop-2", OPUS, "", 7),
    ];
    let month = page(&cube(sketches, Tz::UTC), Tz::UTC, Span::Month, "2026-11-05T12:00:00Z", "2026-12-16T00:00:00Z");
    let names: Vec<&str> = month.models.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [OPUS, "claude-haiku-4-5"]);
    let parts: Vec<i128> = month.bars[4].parts.iter().map(|part| part.cost.0 / 10_000_000_000).collect();
    assert_eq!((parts, month.bars[4].sessions, month.bars[5].sessions), (vec![5, 1], 2, 1));
    assert_eq!(month.sessions, 2);
}

#[test]
fn nothing_and_one_request_are_pages_too() {
    let empty = page(&Cube::default(), Tz::UTC, Span::Year, "2026-11-05T12:00:00Z", "2026-11-16T00:00:00Z");
    assert_eq!((empty.bars.len(), empty.total.requests, empty.change(Measure::Cost)), (12, 0, None));
    let one = cube(&[("2026-11-05T12:00:00Z", "shop-1", OPUS, "", 5)], Tz::UTC);
    let year = page(&one, Tz::UTC, Span::Year, "2026-11-05T12:00:00Z", "2026-11-16T00:00:00Z");
    assert_eq!(cents(&year), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0]);
    let nothing = page(&one, Tz::UTC, Span::Year, "2024-06-01T12:00:00Z", "2026-11-16T00:00:00Z");
    assert_eq!((nothing.total.requests, nothing.average(Measure::Tokens)), (0, Some(0)));
}

#[test]
fn the_money_is_divided_by_sessions_that_lie_in_the_period_whole() {
    let sketches: &[Sketch] = &[
        ("2026-10-31T23:00:00Z", "shop-1", OPUS, "", 500),
        ("2026-11-01T01:00:00Z", "shop-1", OPUS, "", 500),
        ("2026-11-05T12:00:00Z", "shop-2", OPUS, "", 60),
        ("2026-11-06T12:00:00Z", "shop-3", OPUS, "", 0),
    ];
    let month = page(&cube(sketches, Tz::UTC), Tz::UTC, Span::Month, "2026-11-05T12:00:00Z", "2026-12-16T00:00:00Z");
    let efficiency = month.efficiency;
    assert_eq!((efficiency.sessions, efficiency.prompts), (2, 4), "shop-1 began in October");
    assert_eq!(efficiency.per_prompt().map(|cost| cost.0), Some(150_000_000_000));
    assert_eq!(efficiency.per_hour().map(|cost| cost.0), Some(600_000_000_000));
    assert_eq!((efficiency.editing, efficiency.added, efficiency.removed), (1, 20, 4), "shop-3 changed nothing");
    assert_eq!(efficiency.per_line().map(|cost| cost.0), Some(600_000_000_000 / 24));
    assert_eq!((month.ledger.sessions, month.ledger.unknown), (1, 1), "of shop-3 the cost is not known");
    assert_eq!(month.ledger.computed.0, 600_000_000_000);
}

#[test]
fn the_money_is_that_of_the_chosen_kind() {
    let sketches: &[Sketch] = &[("2026-11-05T12:00:00Z", "shop-2", OPUS, "", 60)];
    let cube = cube(sketches, Tz::UTC);
    let noon = at("2026-11-05T12:00:00Z");
    let page = |chips: &[Chip]| {
        cube.page(&Question { calendar: calendar(Tz::UTC), span: Span::Day, at: noon, now: noon, chips })
    };
    let cost = |page: &Page| page.efficiency.per_prompt().map(|cost| cost.0 * 2);
    let kinds = [Kind::Input, Kind::Output, Kind::CacheRead];
    let parts = kinds.map(|kind| page(&[Chip { dimension: Dimension::Kind, key: Key::Kind(kind) }]));
    for part in &parts {
        assert_eq!(cost(part), Some(part.total.cost.0), "what is shown is what is divided");
        assert!(0 < part.total.cost.0 && part.total.cost.0 < 600_000_000_000);
        assert_eq!(part.ledger.computed.0, 600_000_000_000, "the client's total knows no kinds");
    }
    assert_eq!(parts.iter().filter_map(cost).sum::<i128>(), 600_000_000_000);
}
