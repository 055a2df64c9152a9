//! Charts as SVG.

use chart::{Calendar, Chart, Cursor, Drawing, Hours, Palette, Text, Unit, document};
use chrono::{NaiveDate, Weekday};
use insta::assert_snapshot;

fn text(title: &str, description: &str) -> Text {
    Text { title: title.to_owned(), description: description.to_owned() }
}

fn days() -> Chart {
    let labels = ["1", "2", "3"].map(|label| (label.to_owned(), "Nov".to_owned()));
    let names = [("opus-5-5", vec![900, 1_400]), ("<b> & \"co\"\u{1b}[31m", vec![300, 0])];
    let mut chart = Chart::stacked(Unit::Count, labels, &names, &Palette::default());
    chart.bars[0].before = Some(700);
    chart.bars[2].expected = Some(1_000);
    (chart.average, chart.budget) = (Some(1_300), Some(9_000));
    chart.cursor = Some(Cursor { bar: 1, note: "not drawn".to_owned() });
    chart
}

/// What is not as XML wants it.
fn faults(document: &str) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    for (at, tag) in document.match_indices('<').map(|(at, _)| (at, &document[at + 1..])) {
        let Some(end) = tag.find('>') else { return vec![format!("no end of the tag at {at}")] };
        let name = tag[..end].split([' ', '/']).find(|word| !word.is_empty()).unwrap_or_default();
        match (tag.starts_with('/'), tag[..end].ends_with('/')) {
            (true, _) if open.pop() != Some(name) => faults.push(format!("`{name}` is closed but not open")),
            (false, false) => open.push(name),
            _ => {}
        }
    }
    faults.extend(open.into_iter().map(|name| format!("`{name}` is not closed")));
    let known = ["amp;", "lt;", "gt;", "quot;"];
    let strange =
        document.match_indices('&').filter(|(at, _)| !known.iter().any(|name| document[at + 1..].starts_with(name)));
    faults.extend(strange.map(|(at, _)| format!("a bare & at {at}")));
    faults.extend(
        document.chars().filter(|letter| letter.is_control() && *letter != '\n').map(|letter| format!("{letter:?}")),
    );
    faults
}

#[test]
fn a_chart_alone() {
    let drawn = document(&text("Usage", "Three days"), &[(text("By day", "Tokens < all"), Drawing::Bars(days()))]);
    assert_eq!(faults(&drawn), Vec::<String>::new());
    assert_snapshot!("alone", drawn);
}

#[test]
fn a_report_is_one_valid_document() {
    let last = NaiveDate::from_ymd_opt(2026, 11, 26).expect("it is a day");
    let year = Calendar { unit: Unit::Count, last, days: (0..400).collect(), week_start: Weekday::Mon, cursor: None };
    let mut amounts = [[0; 24]; 7];
    (amounts[0][9], amounts[4][17]) = (5, 60);
    let hours = Hours { unit: Unit::PicoUsd, amounts, week_start: Weekday::Sun, cursor: None };
    let shares = vec![("shop & <co>".to_owned(), 30), ("none".to_owned(), 0)];
    let empty = Chart::stacked(Unit::Count, [], &[], &Palette::default());
    let drawn = document(
        &text("Usage & cost", "all"),
        &[
            (text("Bars", ""), Drawing::Bars(days())),
            (text("Nothing", ""), Drawing::Bars(empty)),
            (text("Year", "of days"), Drawing::Calendar(year)),
            (text("Hours", "of the week"), Drawing::Hours(Box::new(hours))),
            (text("Shares", "of all"), Drawing::Shares(Unit::Count, shares)),
            (text("No shares", ""), Drawing::Shares(Unit::Count, Vec::new())),
        ],
    );
    assert_eq!(faults(&drawn), Vec::<String>::new());
    assert_eq!(drawn.matches("<title>Thu 2026-11-26: 0</title>").count(), 1, "each day tells its amount");
    assert_eq!(drawn.matches("<title>Mon 09:00: ").count(), 1, "each hour too");
}
