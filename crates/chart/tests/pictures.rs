//! Pictures as rows, with what each cell is.

use chart::{
    Calendar, Chart, Cursor, Frame, Hours, Ink, Palette, Picture, Row, Tone, Unit, bars, calendar, hours, legend,
};
use chrono::{NaiveDate, Weekday};
use insta::assert_snapshot;
use proptest::prelude::*;

const DOLLAR: u128 = 1_000_000_000_000;

/// A letter for each tone: figures are series, `p` to `t` levels of heat.
fn letter(tone: Tone) -> char {
    match tone {
        Tone::Text => '.',
        Tone::Strong => 'S',
        Tone::Dim => 'd',
        Tone::Axis => 'a',
        Tone::Value => 'v',
        Tone::Series(slot) => char::from(b'1' + u8::try_from(slot.index()).expect("there are eight")),
        Tone::Other => 'o',
        Tone::Before => 'b',
        Tone::Expected => 'e',
        Tone::Average => 'A',
        Tone::Budget => 'B',
        Tone::Cursor => 'C',
        Tone::Heat(level) => char::from(b'p' + level),
    }
}

/// Each row; the tones of its letters; and the grounds where there are any.
fn shown(rows: &[Row]) -> String {
    let lines = rows.iter().flat_map(|row| {
        let cells = |letter: &dyn Fn(&chart::Run) -> char| -> String {
            row.runs.iter().flat_map(|run| std::iter::repeat_n(letter(run), typeset::width(&run.text))).collect()
        };
        let text = row.text();
        let tones = cells(&|run| letter(run.paint.tone));
        let tones: String =
            tones.chars().zip(text.chars()).map(|(tone, drawn)| if drawn == ' ' { ' ' } else { tone }).collect();
        let grounds = cells(&|run| run.paint.ground.map_or(' ', letter));
        let grounds = (!grounds.trim().is_empty()).then(|| format!("_{}", grounds.trim_end()));
        [format!("|{text}"), format!(" {}", tones.trim_end())].into_iter().chain(grounds)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn frame(width: usize, height: usize, ink: Ink) -> Frame {
    Frame { width, height, ink }
}

/// A number that looks like chance, from 0 to 99.
fn chance(seed: u128) -> u128 {
    (seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 33) % 100
}

/// A month of four models, weekends free.
fn month() -> Chart {
    let labels = (1..=30).map(|day| (day.to_string(), "Nov".to_owned()));
    let names = ["opus-5-5", "sonnet-5-5", "fable-5", "haiku-5-5"];
    let amount = |model: u128, day: u128| match (model, day % 7) {
        (_, 0 | 1) => 0,
        (_, _) if day > 20 => 0,
        (3, _) => DOLLAR * chance(day * 7 + 3) / 200,
        (model, _) => DOLLAR * chance(day * 13 + model) / (6 + 4 * model),
    };
    let amounts: Vec<(&str, Vec<u128>)> =
        (0..).zip(names).map(|(model, name)| (name, (1..=30).map(|day| amount(model, day)).collect())).collect();
    let mut chart = Chart::stacked(Unit::PicoUsd, labels, &amounts, &Palette::new(names));
    chart.average = Some(15 * DOLLAR);
    chart.cursor = Some(Cursor { bar: 11, note: "Thu 12: $16.20 · 38 sessions · 21M tokens".to_owned() });
    chart
}

/// A week with the week before it, a budget, and a day that still runs.
fn week() -> Chart {
    let labels = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(|day| (day.to_owned(), String::new()));
    let names = [("opus-5-5", vec![900, 1_400, 20, 400]), ("sonnet-5-5", vec![1_200, 300, 700, 90])];
    let mut chart = Chart::stacked(Unit::Count, labels, &names, &Palette::default());
    for (bar, before) in chart.bars.iter_mut().zip([1_500, 1_000, 1_900, 300, 1_200, 0, 80]) {
        bar.before = Some(before);
    }
    chart.bars[3].expected = Some(1_100);
    chart.bars[4].expected = Some(1_300);
    chart.budget = Some(2_400);
    chart
}

fn picture(chart: &Chart, width: usize, height: usize, ink: Ink) -> String {
    shown(&bars(chart, frame(width, height, ink)).rows)
}

#[test]
fn a_month_in_colors() {
    assert_snapshot!("month_80", picture(&month(), 80, 16, Ink::Color));
    assert_snapshot!("month_120", picture(&month(), 120, 20, Ink::Color));
}

#[test]
fn where_the_note_and_the_groups_share_a_row_no_letter_of_a_group_is_left_beside_the_note() {
    for bar in 0..30 {
        let mut chart = month();
        let note = format!("Thu {}: $16.20 · 38 sessions", bar + 1);
        chart.cursor = Some(Cursor { bar, note: note.clone() });
        let rows = bars(&chart, frame(80, 11, Ink::Color)).rows;
        let text = rows.iter().map(Row::text).find(|text| text.contains('▲')).expect("the cursor has a row");
        let left = text.replace(&note, "").replace('▲', "").replace("Nov", "");
        assert_eq!(left.trim(), "", "{text}");
    }
}

#[test]
fn a_month_in_patterns() {
    assert_snapshot!("month_pattern", picture(&month(), 80, 20, Ink::Pattern));
}

#[test]
fn a_month_as_a_table() {
    assert_snapshot!("month_table", picture(&month(), 50, 20, Ink::Color));
    assert_snapshot!("month_table_narrow", picture(&month(), 20, 12, Ink::Pattern));
}

#[test]
fn a_week_with_the_week_before_it_and_what_is_expected() {
    assert_snapshot!("week_80", picture(&week(), 80, 16, Ink::Color));
    assert_snapshot!("week_200", picture(&week(), 200, 16, Ink::Pattern));
    assert_snapshot!("week_table", picture(&week(), 59, 12, Ink::Color));
}

#[test]
fn a_budget_out_of_sight_is_named_at_the_top() {
    let chart = Chart { budget: Some(50_000), average: Some(1_200), ..week() };
    assert_snapshot!("budget_far", picture(&chart, 80, 12, Ink::Color));
}

#[test]
fn more_bars_than_columns_are_put_together() {
    let labels = (0..200).map(|at| (format!("{at:03}"), String::new()));
    let chart = Chart::stacked(Unit::Count, labels, &[("opus-5", (0..200).collect())], &Palette::default());
    let drawn = bars(&chart, frame(60, 12, Ink::Color));
    assert_eq!(drawn.together, 5);
    assert_eq!(drawn.at(drawn.targets[1].columns.start, 4), Some(5));
    assert_snapshot!("together", shown(&drawn.rows));
}

#[test]
fn a_line_over_bars_put_together_says_what_time_it_is_for() {
    let mut chart = month();
    (chart.average, chart.each) = (Some(5 * DOLLAR), "day");
    let text = |chart: &Chart, width| picture(chart, width, 14, Ink::Pattern);
    assert!(text(&chart, 80).contains("avg $5.00\n") || text(&chart, 80).contains("avg $5.00 "));
    assert!(!text(&chart, 80).contains("per day"), "a bar is a day");
    let months = Chart { bars: chart.bars.iter().cycle().take(300).cloned().collect(), ..chart };
    assert!(text(&months, 80).contains("avg $5.00 per day"), "{}", text(&months, 80));
    let svg = chart::document(&chart::Text::default(), &[(chart::Text::default(), chart::Drawing::Bars(months))]);
    assert!(svg.contains("avg $5.00 per day") && svg.contains("Each bar stands for 2 days; there are 300."), "{svg}");
}

#[test]
fn where_not_all_names_have_room_the_largest_stay() {
    let names = |columns, height| -> Vec<String> {
        legend(&month(), columns, height, Ink::Pattern).iter().map(Row::text).collect()
    };
    assert_eq!(names(50, 1).len(), 1);
    assert!(names(50, 1)[0].contains("opus-5-5") && names(50, 1)[0].ends_with("+2"), "{:?}", names(50, 1));
    assert!(names(30, 3)[1].contains("opus-5-5") && names(30, 3)[2] == "+2", "{:?}", names(30, 3));
    assert!(names(50, 0).is_empty());
}

#[test]
fn a_low_chart_keeps_its_bars_and_the_note() {
    let text = picture(&month(), 80, 8, Ink::Pattern);
    assert!(text.contains('█') && !text.contains("haiku"), "{text}");
}

#[test]
fn an_empty_chart_is_no_picture_and_zeros_are_an_axis() {
    let empty = Chart::stacked(Unit::Count, [], &[], &Palette::default());
    assert_eq!(bars(&empty, frame(80, 20, Ink::Color)), Picture::default());
    let labels = ["a", "b"].map(|label| (label.to_owned(), String::new()));
    let zeros = Chart::stacked(Unit::PicoUsd, labels.clone(), &[], &Palette::default());
    assert_snapshot!("zeros", picture(&zeros, 60, 10, Ink::Color));
    let one = Chart::stacked(Unit::PicoUsd, labels, &[("haiku-5", vec![3 * DOLLAR])], &Palette::default());
    assert_snapshot!("one", picture(&one, 60, 10, Ink::Color));
}

fn year() -> Calendar {
    let days = (0..400).map(|back| if back % 5 == 3 { 0 } else { chance(back) * chance(back + 1) }).collect();
    let last = NaiveDate::from_ymd_opt(2026, 11, 26).expect("it is a day");
    Calendar { unit: Unit::Count, last, days, week_start: Weekday::Mon, cursor: Some(2) }
}

#[test]
fn a_year_of_days() {
    assert_snapshot!("year_120", shown(&calendar(&year(), frame(120, 9, Ink::Color)).rows));
    let sunday = Calendar { week_start: Weekday::Sun, ..year() };
    assert_snapshot!("year_40", shown(&calendar(&sunday, frame(40, 9, Ink::Pattern)).rows));
}

#[test]
fn the_last_day_can_be_pointed_at() {
    let drawn = calendar(&year(), frame(120, 9, Ink::Color));
    let last = drawn.targets.last().expect("there are days");
    assert_eq!((last.index, drawn.targets.len()), (0, 52 * 7 + 4));
    assert_eq!(drawn.at(last.columns.start, last.rows.start), Some(0));
}

#[test]
fn the_hours_of_a_week() {
    let amounts = std::array::from_fn(|day| {
        std::array::from_fn(|hour| {
            let amount = if day > 4 || !(8..20).contains(&hour) { 0 } else { chance((day * 24 + hour) as u128) };
            amount * DOLLAR / 3
        })
    });
    let week = Hours { unit: Unit::PicoUsd, amounts, week_start: Weekday::Mon, cursor: Some(2 * 24 + 10) };
    assert_snapshot!("hours_80", shown(&hours(&week, frame(90, 9, Ink::Color)).rows));
    assert_snapshot!("hours_40", shown(&hours(&week, frame(40, 9, Ink::Pattern)).rows));
}

#[test]
fn a_legend_stands_in_a_column_or_in_rows() {
    let text: Vec<String> = [30, 60].map(|width| shown(&legend(&month(), width, 99, Ink::Pattern))).to_vec();
    assert_snapshot!("legend", text.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_row_is_wider_than_the_frame(
        names in prop::collection::vec("[a-z\u{4e00}-\u{4e10}\u{1f600}\\x00-\\x1f]{0,40}", 0..12),
        count in 0_usize..60,
        seed: u64,
        size in (1_usize..=400, 0_usize..60),
        ink in prop_oneof![Just(Ink::Color), Just(Ink::Pattern)],
        lines in any::<(Option<u128>, Option<u128>, Option<u128>)>(),
        cursor in prop::option::of(0_usize..60),
        note in "\\PC{0,80}",
    ) {
        let amount = |at: usize, bar: usize| match seed.wrapping_mul(at as u64 * 31 + bar as u64 + 7) % 5 {
            0 => 0,
            1 => u128::from(seed % 1_000),
            2 => u128::MAX,
            3 => u128::from(u64::MAX),
            _ => 1,
        };
        let amounts: Vec<(&str, Vec<u128>)> = names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), (0..count).map(|bar| amount(at, bar)).collect()))
            .collect();
        let labels = (0..count).map(|at| (format!("{at}日"), if seed % 2 == 0 { "2026 年".to_owned() } else { String::new() }));
        let mut chart = Chart::stacked(Unit::PicoUsd, labels, &amounts, &Palette::default());
        (chart.average, chart.budget) = (lines.0, lines.1);
        chart.cursor = cursor.filter(|_| count > 0).map(|bar| Cursor { bar: bar % count.max(1), note });
        for bar in &mut chart.bars {
            (bar.before, bar.expected) = (lines.2, lines.0);
        }
        let (width, height) = size;
        let picture = bars(&chart, frame(width, height, ink));
        prop_assert_eq!(picture.rows.len(), if count == 0 { 0 } else { height });
        for row in picture.rows.iter().chain(&legend(&chart, width, 99, ink)) {
            prop_assert!(typeset::width(&row.text()) <= width, "{:?}", row.text());
            prop_assert!(!row.text().contains(char::is_control));
        }
        for target in &picture.targets {
            prop_assert!(target.columns.end <= width && target.rows.end <= height && target.index < count);
        }
        let svg = chart::document(&chart::Text::default(), &[(chart::Text::default(), chart::Drawing::Bars(chart))]);
        prop_assert!(!svg.contains("=\"NaN") && !svg.contains("=\"inf"));
    }

    #[test]
    fn every_part_of_a_bar_is_seen_and_heights_follow_totals(
        bars_of in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0_u128), 1_u128..1_000_000], 4), 1..20),
        width in 60_usize..=400,
        height in 10_usize..50,
    ) {
        let names = ["opus-5-5", "sonnet-5-5", "fable-5", "haiku-5-5"];
        let amounts: Vec<(&str, Vec<u128>)> = (0..)
            .zip(names)
            .map(|(at, name): (usize, _)| (name, bars_of.iter().map(|bar| bar[at]).collect()))
            .collect();
        let labels = (0..bars_of.len()).map(|at| (at.to_string(), String::new()));
        let mut chart = Chart::stacked(Unit::Count, labels, &amounts, &Palette::default());
        chart.legend = false;
        let picture = bars(&chart, frame(width, height, Ink::Color));
        let mut heights: Vec<(u128, usize)> = Vec::new();
        for (at, bar) in chart.bars.iter().enumerate() {
            let column = usize::midpoint(picture.targets[at].columns.start, picture.targets[at].columns.end - 1);
            let cells: Vec<(char, chart::Paint)> = picture.rows.iter().filter_map(|row| cell(row, column)).collect();
            let drawn: Vec<&(char, chart::Paint)> =
                cells.iter().filter(|(_, paint)| matches!(paint.tone, Tone::Series(_))).collect();
            let in_bar: Vec<_> = drawn.iter().filter(|(glyph, _)| ('▁'..='█').contains(glyph)).collect();
            let whole = |(glyph, paint): &(char, chart::Paint)| {
                if paint.ground.is_some() { 8 } else { *glyph as usize - '▁' as usize + 1 }
            };
            heights.push((bar.total(), in_bar.iter().map(|cell| whole(cell)).sum()));
            let parts = bar.parts.iter().filter(|part| **part > 0).count();
            if in_bar.len() > parts {
                for (series, part) in chart.series.iter().zip(&bar.parts) {
                    let tone = Tone::Series(series.slot.expect("four names have colors"));
                    let is_seen = in_bar.iter().any(|(_, paint)| paint.tone == tone || paint.ground == Some(tone));
                    prop_assert_eq!(is_seen, *part > 0, "{} in {:?}", series.name, bar.parts);
                }
            }
        }
        heights.sort_unstable();
        prop_assert!(heights.is_sorted_by_key(|(_, height)| *height), "{:?}", heights);
        prop_assert!(heights.iter().all(|(total, height)| (*total == 0) == (*height == 0)));
    }

    #[test]
    fn heatmaps_stay_within_the_frame(width in 0_usize..=400, height in 0_usize..12, seed: u64, start in 0_u8..7, day in 0_i32..100_000) {
        let ink = if seed.is_multiple_of(2) { Ink::Color } else { Ink::Pattern };
        let week_start = Weekday::try_from(start).expect("there are seven");
        let amount = |at: usize| if seed.wrapping_mul(at as u64) % 3 == 0 { 0 } else { u128::MAX / (at as u128 + 1) };
        let last = NaiveDate::from_num_days_from_ce_opt(730_000 + day).expect("it is a day");
        let days = (0..(seed % 500) as usize).map(amount).collect();
        let year = Calendar { unit: Unit::PicoUsd, last, days, week_start, cursor: Some(3) };
        let amounts = std::array::from_fn(|day| std::array::from_fn(|hour| amount(day * 24 + hour)));
        let week = Hours { unit: Unit::Count, amounts, week_start, cursor: Some(30) };
        for picture in [calendar(&year, frame(width, height, ink)), hours(&week, frame(width, height, ink))] {
            prop_assert!(picture.rows.len() <= height);
            for row in &picture.rows {
                prop_assert!(typeset::width(&row.text()) <= width, "{:?}", row.text());
            }
            for target in &picture.targets {
                prop_assert!(target.columns.end <= width && target.rows.end <= height);
            }
        }
    }
}

/// The letter in a column, and how it is drawn.
fn cell(row: &Row, column: usize) -> Option<(char, chart::Paint)> {
    let cells = row.runs.iter().flat_map(|run| run.text.chars().map(|letter| (letter, run.paint)));
    cells.into_iter().nth(column)
}
