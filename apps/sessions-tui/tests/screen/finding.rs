//! The search box: contents, where it looks, completion, what is said of a wrong query.

use std::sync::Arc;

use search::{Context, Excerpt, Found, Passage, Standing, Together};
use sessions_tui::{Effect, Msg, Quote, Ranking, Reach};
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
    let best = Passage { file: 0, offset: 0, at: None, kind, texts: 1, beside: false, whole: true, excerpt };
    let standing = Standing { index, scores: vec![None] };
    (
        index,
        Arc::new(Found {
            standing,
            refused: false,
            lines,
            together: Together::Line,
            texts: 1,
            near: None,
            best: Some(best),
            passages: Vec::new(),
        }),
    )
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
fn words_that_stand_on_no_line_together_are_not_counted_as_hits() {
    let mut driver = Driver::new(80, 24);
    let told = |(index, found): (usize, Arc<Found>), together| {
        (index, Arc::new(Found { together, ..Arc::unwrap_or_clone(found) }))
    };
    driver.found = vec![
        told(found(1, "the second worker wins the race", "race", 12), Together::Message(3)),
        told(found(2, "a race", "race", 70), Together::Apart),
    ];
    driver.press("re");
    assert!(driver.shows("3 messages") && driver.shows("words apart"), "{}", driver.text());
    assert!(!driver.shows("12 hits") && !driver.shows("70 hits"), "{}", driver.text());
}

#[test]
fn the_preview_shows_the_hits_in_context_with_role_and_turn() {
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let mut driver = Driver::new(width, height);
        driver.found = vec![found(1, "the second worker wins the refund race when the lock expires", "refund", 12)];
        driver.quotes = vec![
            quote("the second worker wins the refund race when the lock expires", TextKind::Answer, Some(7), false),
            quote("refund: the key is missing", TextKind::ToolResult, None, true),
        ];
        driver.press("refund<Down>");
        insta::assert_snapshot!(format!("quotes_{width}x{height}"), driver.text());
    }
}

fn quote(text: &str, kind: TextKind, turn: Option<u32>, in_subagent: bool) -> Quote {
    let (_, found) = found(1, text, "refund", 1);
    let mut passage = found.best.clone().expect("it was found");
    passage.kind = kind;
    passage.excerpt.context = Context {
        before: vec!["what stands before".to_owned()],
        after: vec![String::new(), "what follows".to_owned()],
    };
    Quote { passage, turn, in_subagent }
}

#[test]
fn sessions_that_are_loaded_anew_keep_what_was_found_until_it_is_found_again() {
    let mut driver = with_hits(120, 30);
    let below_top = |driver: &Driver| driver.text().split_once('\n').map(|(_, rest)| rest.to_owned());
    let before = below_top(&driver);
    let mut rows = driver.rows.clone();
    rows.insert(0, crate::history::titled(9, "Something new", 1));
    driver.rows = rows;
    let effects = driver.ask(Msg::Focus(true));
    assert!(effects.is_empty(), "{effects:?}");
    let mut load = driver.ask(Msg::Started);
    let Some(Effect::Load(ticket)) = load.pop() else { panic!("it is loaded: {load:?}") };
    let library = driver.library();
    let search = driver.ask(Msg::Loaded(ticket, Ok(library)));
    assert_eq!(below_top(&driver), before, "before anything is found again");
    let Some(Effect::Rank { ticket, .. }) = search.iter().find(|effect| matches!(effect, Effect::Rank { .. })) else {
        panic!("it is looked for again: {search:?}")
    };
    let early = Ranking { running: true, ..Ranking::default() };
    driver.send(Msg::Ranked(*ticket, early));
    assert!(driver.shows("12 hits") && driver.shows("searching"), "{}", driver.text());
    driver.send(Msg::Ranked(*ticket, Ranking::default()));
    assert!(!driver.shows("12 hits"), "{}", driver.text());
}

#[test]
fn help_from_the_box_begins_with_what_can_be_typed() {
    for width in [80, 120] {
        let mut driver = Driver::new(width, 24);
        driver.press("<F1>");
        assert!(driver.shows("What can be typed into the box"), "{}", driver.text());
        driver.press("<Esc><Tab>?");
        assert!(!driver.shows("What can be typed into the box"), "{}", driver.text());
    }
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
