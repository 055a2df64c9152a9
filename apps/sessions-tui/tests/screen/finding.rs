//! The search box: contents, where it looks, completion, what is said of a wrong query.

use std::sync::Arc;

use search::{Context, Excerpt, Found, Passage, Standing};
use sessions_tui::{Effect, Msg, Reach};
use transcript::TextKind;

use crate::driver::Driver;

/// What was found in the session at a place of the library.
fn found(index: usize, text: &str, mark: &str, lines: u64) -> (usize, Arc<Found>) {
    let start = text.find(mark).expect("it is there");
    let excerpt = Excerpt {
        text: text.to_owned(),
        marks: std::iter::once(start..start + mark.len()).collect(),
        context: Context::default(),
    };
    let kind = TextKind::Answer;
    let best = Passage { file: 0, offset: 0, at: None, kind, texts: 1, whole: true, excerpt };
    let standing = Standing { index, scores: vec![None] };
    (index, Arc::new(Found { standing, refused: false, lines, texts: 1, best: Some(best), passages: Vec::new() }))
}

fn with_hits(width: u16, height: u16) -> Driver {
    let mut driver = Driver::new(width, height);
    driver.found = vec![
        found(1, "…the second worker wins the refund race when the lock expires\u{1b}[31m before", "refund", 12),
        found(2, "reproduced: a race between the refund poll and the push", "refund", 1),
    ];
    driver.press("refund");
    driver
}

#[test]
fn the_best_line_stands_under_its_session_with_the_count() {
    insta::assert_snapshot!(with_hits(120, 30).text());
    insta::assert_snapshot!(with_hits(80, 24).text());
}

#[test]
fn rows_with_a_line_below_are_all_reachable() {
    let mut driver = with_hits(80, 12);
    for _ in 0..8 {
        driver.press("<Down>");
        let selected = driver.selected();
        assert!(!selected.is_empty(), "the cursor left the screen:\n{}", driver.text());
    }
}

#[test]
fn the_box_says_where_it_looks() {
    let mut driver = Driver::new(100, 24);
    let mut reaches = Vec::new();
    for name in ["everything ^F", "titles ^F", "content ^F", "everything ^F"] {
        assert!(driver.shows(name), "{name}:\n{}", driver.text());
        let key = crossterm::event::KeyEvent::new(
            crossterm::event::KeyCode::Char('f'),
            crossterm::event::KeyModifiers::CONTROL,
        );
        driver.press("x");
        reaches.extend(driver.ask(Msg::Key(key)).into_iter().filter_map(|effect| match effect {
            Effect::Rank { reach, .. } => Some(reach),
            _ => None,
        }));
    }
    assert_eq!(reaches, [Reach::Titles, Reach::Content, Reach::Everything, Reach::Titles]);
}

#[test]
fn a_wrong_query_is_explained_under_the_box_and_the_rest_works() {
    let mut driver = Driver::new(120, 24);
    driver.press("ledger is:lve");
    assert!(driver.shows("no session is `lve`; try `is:live`"), "{}", driver.text());
    assert!(driver.shows("Ledger invariants"));
    assert!(!driver.shows("Outbox pattern"));
    driver.press("<Backspace><Backspace><Backspace>");
    assert!(!driver.shows("needs a value"), "it is still being typed:\n{}", driver.text());
}

#[test]
fn tab_completes_fields_and_else_goes_to_the_list() {
    let mut driver = Driver::new(120, 24);
    driver.press("pro<Tab>");
    assert!(driver.shows("❯ project:"), "{}", driver.text());
    driver.press("bil<Tab>");
    assert!(driver.shows("❯ project:billing-api"), "{}", driver.text());
    assert!(!driver.shows("checkout-web"));
    driver.press("model:<Tab>");
    let first = driver.text();
    assert!(first.contains("project:billing-api model:opus-5-5"), "{first}");
    driver.press("<Tab>");
    assert!(!driver.shows("model:opus-5-5 "), "a second Tab goes on to the next value:\n{}", driver.text());
    driver.press("<^U>refund<Tab>q");
    assert_eq!(driver.left, Some(sessions_tui::Outcome::Quit), "Tab went to the list, where q leaves");
}

#[test]
fn the_help_explains_the_language() {
    let mut driver = Driver::new(120, 200);
    driver.press("<F1>");
    for form in search::FORMS {
        assert!(driver.shows(form.written), "{}:\n{}", form.written, driver.text());
    }
}

#[test]
fn an_emptied_box_stops_what_is_being_searched() {
    let mut driver = with_hits(80, 24);
    let key =
        crossterm::event::KeyEvent::new(crossterm::event::KeyCode::Char('u'), crossterm::event::KeyModifiers::CONTROL);
    let effects = driver.ask(Msg::Key(key));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::StopFinding)), "{effects:?}");
    assert!(!driver.shows("12 hits"));
}
