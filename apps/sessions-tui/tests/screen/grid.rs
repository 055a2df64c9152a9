//! Every size, every letter: nothing panics and the columns stay where they are.

use sessions_tui::{Msg, render};
use unicode_width::UnicodeWidthStr;

use crate::driver::Driver;
use crate::history;

#[test]
fn no_size_panics() {
    let screens =
        ["", "refund", "zzz", "<^O>", "<^O>/poll", "<F1>", "<Enter>", "<Tab>g", "<Tab>gsj", "<Tab>e", "<Tab>  gz"];
    for keys in screens {
        let mut driver = Driver::new(80, 24);
        driver.press(keys);
        for width in (1..=250).step_by(7).chain([50, 80, 159, 160]) {
            for height in (1..=80).step_by(5).chain([12, 17, 18]) {
                driver.send(Msg::Resize(width, height));
                render(&driver.model, width, height);
            }
        }
        render(&driver.model, 7, 3);
        render(&driver.model, 250, 80);
    }
}

#[test]
fn a_small_window_is_told_what_it_needs() {
    for (width, height) in [(49, 24), (80, 11), (30, 5)] {
        let driver = Driver::new(width, height);
        assert!(driver.shows("50 × 12"), "{}", driver.text());
    }
    assert!(Driver::new(50, 12).shows("Fix double"));
}

#[test]
fn wide_letters_keep_the_grid() {
    for (width, height) in [(80, 24), (120, 30), (200, 50)] {
        let driver = Driver::new(width, height);
        let buffer = driver.buffer();
        let column_of = |text: &str| {
            let row = driver.text().lines().position(|line| line.contains(text)).expect("the row is on the screen");
            let start = row * usize::from(width);
            let cells = &buffer.content[start..start + usize::from(width)];
            cells.iter().rposition(|cell| cell.symbol() == "$").expect("a row has a cost")
        };
        assert_eq!(column_of("Ledger"), column_of("Idempotency") + 1, "the + of $2.40+ stands beside the digits");
        assert_eq!(column_of("返金テスト"), column_of("Why does"), "at {width}");
        assert_eq!(column_of("Ship it"), column_of("Why does"), "at {width}");
        assert_wide_cells_are_whole(&buffer);
    }
}

/// A wide symbol is followed by a cell that holds nothing of its own.
fn assert_wide_cells_are_whole(buffer: &ratatui::buffer::Buffer) {
    for pair in buffer.content.windows(2) {
        if pair[0].symbol().width() == 2 {
            assert!(matches!(pair[1].symbol(), " " | ""), "{pair:?}");
        }
    }
}

#[test]
fn nothing_in_a_title_reaches_the_terminal() {
    let driver = Driver::new(120, 30);
    let buffer = driver.buffer();
    assert!(driver.shows("Evil [31mtitle reversed"), "{}", driver.text());
    let bad = |letter: char| letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}');
    assert!(buffer.content.iter().all(|cell| !cell.symbol().contains(bad)));
}

#[test]
fn ten_thousand_rows_are_drawn_as_fast_as_ten() {
    let rows = (0..10_000).map(|at| history::titled(at, "Session", i64::try_from(at).expect("small"))).collect();
    let mut driver = Driver::with(200, 50, rows);
    driver.press("<End>");
    assert!(driver.shows("10,000 / 10,000"), "{}", driver.text());
}
