//! The summary: periods, filters, what is behind a row, and how it looks at every size.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use sessions_tui::{COMMANDS, Depth, Mode, Msg, Theme};
use store::ScanReport;

use crate::driver::Driver;
use crate::history;

/// The summary of the usual year after some keys.
fn summary(width: u16, height: u16, keys: &str) -> Driver {
    let mut driver = Driver::new(width, height);
    driver.press("<F2>").press(keys);
    driver
}

/// What stands in the top line and the line of figures.
fn head(driver: &Driver) -> String {
    driver.text().lines().take(2).map(str::trim).collect::<Vec<_>>().join(" | ")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

#[test]
fn every_size_shows_where_the_money_went() {
    for (width, height) in [(80, 24), (120, 40), (200, 50), (56, 20)] {
        insta::assert_snapshot!(format!("month_{width}x{height}"), summary(width, height, "").text());
    }
}

#[test]
fn every_span_and_shape_has_a_picture() {
    for (name, keys) in
        [("day", "d"), ("week", "w"), ("year", "y"), ("hours", "h"), ("tokens", "t"), ("before", "<Left><Left>")]
    {
        insta::assert_snapshot!(format!("span_{name}"), summary(120, 40, keys).text());
    }
}

#[test]
fn every_breakdown_has_a_picture() {
    let names = ["model", "kind", "type", "branch", "tool", "agent", "device", "calendar", "facts"];
    for (at, name) in (1..).zip(names) {
        insta::assert_snapshot!(format!("by_{name}"), summary(80, 24, &"<Tab>".repeat(at)).text());
    }
}

#[test]
fn colors_belong_to_models_and_patterns_stand_in_for_them() {
    for (name, depth) in [("true", Depth::True), ("sixteen", Depth::Ansi), ("none", Depth::None)] {
        let mut driver = summary(80, 24, "<Tab>");
        driver.send(Msg::Themed(Box::new(Theme::new(Mode::Dark, depth))));
        insta::assert_snapshot!(format!("colors_{name}"), styles(&driver));
    }
}

/// Each run of cells in one look, for the rows of the chart and of the models.
fn styles(driver: &Driver) -> String {
    let buffer = driver.buffer();
    let mut text = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        for run in row.chunk_by(|one, other| one.style() == other.style()) {
            let symbols: String = run.iter().map(ratatui::buffer::Cell::symbol).collect();
            if symbols.trim().is_empty() {
                continue;
            }
            let style = run[0].style();
            let look = [style.fg, style.bg].map(|color| color.map_or("–".to_owned(), |color| color.to_string()));
            let _ = writeln!(text, "[{} on {} {:?}] {}", look[0], look[1], style.add_modifier, symbols.trim());
        }
    }
    text
}

#[test]
fn paging_goes_back_and_never_into_the_future() {
    let mut driver = summary(120, 40, "");
    assert!(head(&driver).contains("November 2026 by day"), "{}", head(&driver));
    driver.press("<Right>");
    assert!(head(&driver).contains("November 2026"), "the future is empty");
    driver.press("<Left><Left>");
    assert!(head(&driver).contains("September 2026"), "{}", head(&driver));
    driver.press("<Right>");
    assert!(head(&driver).contains("October 2026"), "{}", head(&driver));
    driver.press("0");
    assert!(head(&driver).contains("November 2026"), "{}", head(&driver));
    driver.press("y<Left>");
    assert!(head(&driver).contains("2025 by month"), "{}", head(&driver));
}

#[test]
fn one_looks_into_a_bar_and_out_again() {
    let mut driver = summary(120, 40, "y");
    driver.press("[[<Enter>");
    assert!(head(&driver).contains("September 2026 by day"), "{}", head(&driver));
    driver.press("[<Enter>");
    assert!(head(&driver).contains("September 2026 by hour"), "{}", head(&driver));
    driver.press("<Enter>");
    assert!(driver.shows("Hours are not divided"), "{}", driver.text());
    driver.press("<Backspace>");
    assert!(head(&driver).contains("September 2026 by day"), "{}", head(&driver));
    driver.press("<Backspace>");
    assert!(head(&driver).contains("2026 by month"), "{}", head(&driver));
}

#[test]
fn a_bar_of_the_future_is_not_looked_into() {
    let mut driver = summary(120, 40, "");
    driver.press("]");
    let before = head(&driver);
    driver.press("<Enter>");
    assert_eq!(head(&driver), before);
    driver.press("[<Enter>");
    assert!(head(&driver).contains("by hour"), "the present day is: {}", head(&driver));
}

#[test]
fn a_row_filters_everything_and_escape_takes_it_off() {
    let mut driver = summary(120, 40, "");
    let before = head(&driver);
    driver.press("<Down><Enter>");
    assert!(head(&driver).contains("project billing-api ✕"), "{}", head(&driver));
    driver.press("<Tab><Enter>");
    assert!(head(&driver).contains("model opus-5-5 ✕"), "{}", head(&driver));
    driver.press("<Esc><Esc>");
    assert_eq!(head(&driver), before);
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"), "the next one leads back to the list: {}", driver.text());
    assert_eq!(driver.left, None);
}

#[test]
fn rows_are_narrowed_by_typing_and_sorted() {
    let mut driver = summary(80, 24, "<Down>/inf");
    assert!(driver.shows("project with /inf") && driver.shows("infra"), "{}", driver.text());
    assert!(!driver.shows("checkout-web"), "{}", driver.text());
    driver.press("<Enter><Enter>");
    assert!(head(&driver).contains("project infra ✕"), "{}", head(&driver));
    let mut driver = summary(80, 24, "s");
    let text = driver.text();
    let place = |name: &str| text.find(name).expect("a row");
    assert!(place("billing-api") < place("checkout-web") && place("checkout-web") < place("infra"), "{text}");
    driver.press("/zzz");
    assert!(driver.shows("No row has these letters"), "{}", driver.text());
    driver.press("<Esc>");
    assert!(driver.shows("checkout-web"), "{}", driver.text());
}

#[test]
fn the_sessions_behind_a_row_are_listed_alone() {
    let mut driver = summary(120, 40, "y<Down><Down>o");
    let text = driver.text();
    assert!(text.contains("2026 · project") && text.contains('✕'), "{text}");
    assert!(!text.contains("8 sessions"), "{text}");
    driver.press("<Esc>");
    assert!(head(&driver).contains("2026 by month"), "the summary is as it was: {}", head(&driver));
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"), "and the list shows all again: {}", driver.text());
}

#[test]
fn help_opens_at_the_keys_of_the_summary_and_other_keys_say_a_hint() {
    let mut driver = summary(80, 24, "x");
    assert!(driver.shows("x does nothing here; ? shows what keys do"), "{}", driver.text());
    driver.press("?");
    let text = driver.text();
    let title = text.lines().skip(2).find(|line| COMMANDS.iter().any(|command| line.trim() == command.scope.title()));
    assert!(title.is_some_and(|line| line.trim() == "Summary"), "its keys come first: {text}");
}

#[test]
fn filters_that_have_no_room_are_counted() {
    let driver = summary(80, 24, "y<Down><Enter><Tab><Enter><Tab><Enter><Tab><Enter><Tab><Enter>");
    let line = driver.text().lines().nth(1).unwrap_or_default().to_owned();
    assert!(line.contains('+') && line.trim_end().ends_with('✕'), "{line}");
    assert!(line.contains("total $"), "the figures keep their half: {line}");
}

#[test]
fn a_calendar_leaves_the_chart_its_place() {
    let driver = summary(80, 24, &"<Tab>".repeat(8));
    let text = driver.text();
    assert!(text.contains('┤') && text.contains("Mon ") && text.contains("Sun "), "{text}");
    let hours = summary(80, 24, "h");
    assert!(hours.shows("h goes back to the bars of November 2026"), "{}", hours.text());
}

#[test]
fn new_requests_appear_and_the_cursor_stays() {
    let mut driver = summary(120, 40, "[[[[");
    let note =
        |driver: &Driver| driver.text().lines().find(|line| line.contains("Nov: ")).unwrap_or_default().to_owned();
    let (before, total) = (note(&driver), head(&driver));
    assert!(before.contains("Thu 12 Nov: "), "{before}");
    driver.year.push((at("2026-11-12T10:00:00Z"), 0, "claude-opus-5-5", "", 100_000));
    driver.send(Msg::Scanned(Ok(Box::new(ScanReport { sessions_changed: 1, ..ScanReport::default() }))));
    let after = note(&driver);
    assert!(after.contains("Thu 12 Nov: ") && after != before, "{after}");
    assert_ne!(head(&driver), total);
}

#[test]
fn the_honesty_line_is_explained() {
    let mut driver = summary(120, 40, "y");
    assert!(driver.shows("without a price"), "{}", driver.text());
    driver.press("!");
    for said in ["prices.toml", "lower bound", "client's", "2026-11-20-0123456789abcdef"] {
        assert!(driver.shows(said), "{said}: {}", driver.text());
    }
    driver.press("<Esc>");
    assert!(head(&driver).contains("2026 by month"));
}

#[test]
fn a_click_goes_to_a_bar_and_a_second_looks_into_it() {
    let click = |driver: &mut Driver, column: u16, row: u16| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        driver.send(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    };
    let mut driver = summary(120, 40, "");
    let text = driver.text();
    let row = text.lines().position(|line| line.contains("project  model")).expect("the names of the panes");
    click(&mut driver, 12, u16::try_from(row).expect("small"));
    assert!(driver.shows("opus-5-5 "), "{}", driver.text());
    let bar = (6..60).step_by(2).find(|column| {
        click(&mut driver, column + 1, 16);
        driver.shows("Mon 2 Nov:")
    });
    click(&mut driver, bar.expect("a bar for the second") + 1, 16);
    assert!(head(&driver).contains("Mon 2 November 2026 by hour"), "{}", head(&driver));
}

#[test]
fn nothing_one_request_and_a_year_of_nothing_are_drawn() {
    let mut nothing = Driver::new(80, 24);
    nothing.year.clear();
    nothing.press("<F2>");
    insta::assert_snapshot!("nothing", nothing.text());
    let mut one = Driver::new(80, 24);
    one.year = vec![(at("2026-11-16T10:00:00Z"), 0, "claude-opus-5-5", "", 418)];
    one.press("<F2>");
    insta::assert_snapshot!("one_request", one.text());
    let mut long_ago = Driver::new(80, 24);
    long_ago.year = vec![(history::now() - TimeDelta::days(700), 0, "claude-opus-5-5", "", 418)];
    long_ago.press("<F2>");
    assert!(head(&long_ago).contains("December 2024"), "it opens where the history ends: {}", head(&long_ago));
    long_ago.press("y0");
    insta::assert_snapshot!("a_year_of_nothing", long_ago.text());
    long_ago.press("<Left><Left>");
    assert!(head(&long_ago).contains("2024"), "{}", head(&long_ago));
    long_ago.press("<Left>");
    assert!(head(&long_ago).contains("2024"), "before the first request there is nothing to see: {}", head(&long_ago));
}

#[test]
fn no_size_and_no_key_panics() {
    let keys = ["", "d", "y", "h", "<Tab><Tab>", "<STab>", "<STab><STab>", "<Down><Enter>", "/x", "!"];
    for pressed in keys {
        let mut driver = summary(80, 24, pressed);
        for width in (1..=250).step_by(9).chain([50, 59, 60, 109, 110, 179, 180]) {
            for height in (1..=80).step_by(7).chain([12, 18, 19, 20]) {
                driver.resize(width, height);
                driver.text();
            }
        }
    }
}
