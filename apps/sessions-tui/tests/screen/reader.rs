//! The reader: scrolling, finding, staying in place.

use sessions_tui::{COMMANDS, Msg};

use crate::driver::Driver;

fn open(width: u16, height: u16, keys: &str) -> Driver {
    let mut driver = Driver::new(width, height);
    driver.press("<Down><Down><^O>").press(keys);
    driver
}

/// The first row of text on the screen.
fn first_row(driver: &Driver) -> String {
    driver.text().lines().nth(2).unwrap_or_default().trim().to_owned()
}

#[test]
fn keys_scroll_and_stop_at_both_ends() {
    for (keys, expect) in [
        ("", "# Why does the e2e refund test flake?"),
        ("k", "# Why does the e2e refund test flake?"),
        ("jj", "## User · 2026-11-15 14:02"),
        ("jj<Up><Down>", "## User · 2026-11-15 14:02"),
        ("]]", "## Assistant · 2026-11-15 14:09 · claude-sonnet-5-5"),
        ("]][", "## User · 2026-11-15 14:02"),
        ("G<Home>", "# Why does the e2e refund test flake?"),
    ] {
        assert_eq!(first_row(&open(80, 16, keys)), expect, "{keys}");
    }
    assert!(open(80, 16, "G").shows("thanks, that is all"));
    assert!(open(80, 16, "<PgDn><PgDn><PgDn><PgDn>").shows("100 %"));
}

#[test]
fn find_counts_goes_around_and_is_forgotten_by_escape() {
    let driver = open(80, 16, "/poll");
    assert!(driver.shows("/ poll   1 of 4"), "{}", driver.text());
    let driver = open(80, 16, "/poll<Enter>nn");
    assert!(driver.shows("/poll  3 of 4"), "{}", driver.text());
    let driver = open(80, 16, "/poll<Enter>N");
    assert!(driver.shows("/poll  4 of 4"), "{}", driver.text());
    let driver = open(80, 16, "/nowhere<Enter>");
    assert!(driver.shows("no match"), "{}", driver.text());
    let driver = open(80, 16, "jj/thanks<Esc>");
    assert_eq!(first_row(&driver), "## User · 2026-11-15 14:02");
    assert!(!driver.shows("1 of 1"), "{}", driver.text());
}

#[test]
fn escape_forgets_the_search_first_and_q_leaves_at_once() {
    let shown = |keys: &str| open(80, 16, &format!("/poll<Enter>{keys}"));
    let driver = shown("<Esc>");
    assert!(!driver.shows("/poll") && driver.shows("Reproduced in 7 of 40 runs"), "{}", driver.text());
    for keys in ["<Esc><Esc>", "q"] {
        let driver = shown(keys);
        assert!(driver.selected().contains("e2e refund"), "{keys}: {}", driver.text());
        assert_eq!(driver.left, None, "{keys}");
    }
}

#[test]
fn letters_go_into_the_find_box() {
    let driver = open(80, 16, "/q?gn");
    assert!(driver.shows("/ q?gn"), "{}", driver.text());
}

#[test]
fn another_width_shows_the_same_place() {
    let mut driver = open(80, 16, "]]");
    let before = first_row(&driver);
    driver.send(Msg::Resize(60, 16));
    assert!(driver.text().lines().nth(2).unwrap_or_default().contains(&before), "{}", driver.text());
}

#[test]
fn levels_change_in_place() {
    let driver = open(80, 16, "]]3");
    assert!(driver.shows("3 everything ·"));
    assert_eq!(first_row(&driver), "## Assistant · 2026-11-15 14:09 · claude-sonnet-5-5");
}

#[test]
fn both_ways_lead_back_to_the_list() {
    for keys in ["q", "<Esc>"] {
        let driver = open(80, 16, keys);
        assert!(driver.selected().contains("e2e refund"), "{keys}: {}", driver.text());
        assert_eq!(driver.left, None);
    }
}

#[test]
fn help_names_every_command_and_every_key() {
    let mut driver = Driver::new(100, 200);
    driver.press("<F1>");
    for command in COMMANDS {
        assert!(driver.shows(command.title), "{}", command.id);
        for key in command.keys.iter().chain(command.letters) {
            assert!(driver.shows(&key.to_string()), "{key} of {}", command.id);
        }
    }
    let mut driver = Driver::new(80, 24);
    driver.press("<F1>G");
    assert!(driver.shows("Leave at once"), "{}", driver.text());
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"));
}
