//! Sorting, grouping, scope and choosing, by keys.

use sessions_tui::{Msg, Setup};

use crate::driver::Driver;
use crate::history;

/// The beginnings of titles of the rows on the screen, top to bottom.
fn titles(driver: &Driver) -> Vec<String> {
    const KNOWN: [&str; 8] = ["Fix", "Idem", "Why", "Ledger", "返金", "Ship", "Outbox", "Evil"];
    let text = driver.text();
    let list = text.lines().skip(3).take_while(|line| !line.starts_with('─'));
    list.filter_map(|line| KNOWN.iter().find(|title| line.contains(**title))).map(ToString::to_string).collect()
}

fn check(keys: &str, expect: &str) {
    let mut driver = Driver::new(120, 30);
    driver.press(keys);
    assert_eq!(titles(&driver).join(" "), expect, "{keys}: {}", driver.text());
}

#[test]
fn the_list_is_sorted_by_any_column_in_both_directions() {
    check("<Tab>", "Fix Idem Why Ledger 返金 Ship Outbox Evil");
    check("<Tab>sj<Enter>", "Fix Idem Why Ledger 返金 Ship Outbox Evil");
    check("<Tab>sjr<Enter>", "Evil Outbox Ship 返金 Ledger Why Idem Fix");
    check("<Tab>sjj<Enter>", "Fix Idem Ledger Outbox Why Ship Evil 返金");
    check("<Tab>skk<Enter>", "Idem Outbox Fix Ledger Why 返金 Ship Evil");
    check("<Tab>skk <Enter>", "Ship Evil 返金 Why Ledger Fix Outbox Idem");
}

#[test]
fn a_choice_that_is_cancelled_changes_nothing() {
    check("<Tab>skkk<Esc>", "Fix Idem Why Ledger 返金 Ship Outbox Evil");
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab>skk<Enter>skkk<Esc>");
    assert!(driver.shows("by cost ↓"), "{}", driver.text());
    assert_eq!(driver.left, None);
}

#[test]
fn the_cursor_stays_on_its_session_when_the_order_changes() {
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab>jjskk<Enter>");
    assert!(driver.selected().contains("Why does"), "{}", driver.text());
    driver.press("g");
    assert!(driver.selected().contains("Why does"), "{}", driver.text());
}

#[test]
fn projects_are_groups_with_sums_that_fold() {
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab>g");
    assert!(driver.shows("▾ billing-api  4 sessions"), "{}", driver.text());
    assert!(driver.shows("7.7M") && driver.shows("$25.56"), "{}", driver.text());
    assert_eq!(titles(&driver).join(" "), "Fix Idem Ledger Outbox Why 返金 Ship Evil");
    driver.press("z");
    assert!(driver.shows("▸ billing-api  4 sessions"), "{}", driver.text());
    assert_eq!(titles(&driver).join(" "), "Why 返金 Ship Evil");
    assert!(driver.selected().contains("billing-api"), "{}", driver.text());
    driver.press("<Right>");
    assert_eq!(titles(&driver).len(), 8);
    driver.press("<Enter>");
    assert!(driver.shows("▸ billing-api"), "Enter folds a project: {}", driver.text());
    driver.press("<Enter>g");
    assert!(!driver.shows("4 sessions"), "{}", driver.text());
}

#[test]
fn the_best_match_and_not_its_heading_is_under_the_cursor() {
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab>g/ledger");
    assert!(driver.selected().contains("Ledger invariants"), "{}", driver.text());
    assert!(driver.shows("▾ billing-api  1 session "), "{}", driver.text());
}

#[test]
fn a_heading_shows_the_project_in_the_preview() {
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab>gk");
    for text in ["4 sessions · 182 turns", "cache read", "~/src/billing-api"] {
        assert!(driver.shows(text), "{text}: {}", driver.text());
    }
}

#[test]
fn sessions_are_chosen_one_by_one_by_project_or_all() {
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab>  ");
    assert!(driver.shows("2 of 8 selected · 5.1M tokens · $15.20"), "{}", driver.text());
    assert!(driver.selected().contains("Why does"), "the cursor went on: {}", driver.text());
    driver.press("k ");
    assert!(driver.shows("1 of 8 selected"), "{}", driver.text());
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"), "{}", driver.text());
    assert_eq!(driver.left, None, "the first step takes the choice back");
    driver.press("g<Home> ");
    assert!(driver.shows("4 of 8 selected"), "{}", driver.text());
    driver.press("a");
    assert!(driver.shows("8 of 8 selected"), "{}", driver.text());
    driver.press("a");
    assert!(driver.shows("8 sessions"), "{}", driver.text());
}

#[test]
fn a_choice_outlives_a_filter_and_a_new_load() {
    let mut driver = Driver::new(120, 30);
    driver.press("<Tab> /ledger");
    driver.send(Msg::Started);
    assert!(driver.shows("1 of 8 selected"), "{}", driver.text());
}

#[test]
fn the_scope_goes_from_everywhere_to_this_directory() {
    let mut driver = Driver::new(120, 30);
    let here = tempfile::tempdir().expect("a temporary folder");
    let project = here.path().join("billing-api");
    std::fs::create_dir(&project).expect("a folder can be made");
    for row in &mut driver.rows {
        let name = row.session.project.clone().unwrap_or_default();
        row.session.cwd_first = here.path().join(name).to_str().map(str::to_owned);
        row.session.cwd_last.clone_from(&row.session.cwd_first);
    }
    driver.model = sessions_tui::Model::new(Setup {
        now: history::now(),
        around: sessions_tui::Here::new(&project),
        ..Setup::default()
    });
    driver.send(Msg::Resize(120, 30));
    driver.send(Msg::Started);
    driver.press("<Tab>.");
    assert!(driver.shows("4 of 8 · this directory (billing-api)"), "{}", driver.text());
    assert_eq!(titles(&driver).join(" "), "Fix Idem Ledger Outbox");
    driver.press("/flake");
    assert!(driver.shows("Nothing in this directory (billing-api) matches “flake”"), "{}", driver.text());
    driver.press("<Esc>.");
    assert!(driver.selected().contains("Why does"), "{}", driver.text());
}

#[test]
fn letters_of_the_list_are_written_into_the_box_that_has_the_focus() {
    for letters in ["s", "g", ".", "R", "y", "Y", "p", "e", "a", "z", "f"] {
        let mut driver = Driver::new(120, 30);
        driver.press(letters);
        assert!(driver.shows(&format!("❯ {letters}")), "{letters}: {}", driver.text());
        assert!(driver.copied.is_empty());
    }
}

#[test]
fn the_names_of_the_columns_say_what_is_sorted_by() {
    let mut driver = Driver::new(200, 50);
    driver.press("<Tab>skk<Enter>");
    let heads = driver.text().lines().nth(2).unwrap_or_default().to_owned();
    assert!(heads.contains(" cost ↓ ") && heads.contains(" state "), "{heads}");
}
