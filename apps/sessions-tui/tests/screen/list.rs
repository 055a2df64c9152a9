//! The list: searching, moving, and what stays where it was.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use search::Marks;
use sessions_tui::{Msg, Outcome};

use crate::driver::Driver;
use crate::history;

/// After some keys, the row under the cursor holds one text and the screen another.
fn check(keys: &str, selected: &str, shown: &str) {
    let mut driver = Driver::new(80, 24);
    driver.press(keys);
    assert!(driver.selected().contains(selected), "{keys}: {}", driver.text());
    assert!(driver.shows(shown), "{keys}: {}", driver.text());
    assert_eq!(driver.left, None, "{keys}");
}

#[test]
fn no_letter_is_eaten_while_the_box_has_the_focus() {
    check("q", "", "❯ q");
    check("?", "", "❯ ?");
    check("o", "Fix double", "❯ o");
    check("jkgG/", "", "❯ jkgG/");
    check("<Down>out", "Outbox", "❯ out");
    check("<PgDn><Up>ledger", "Ledger", "❯ ledger");
    check("a b", "", "❯ a b");
}

#[test]
fn letters_act_once_the_list_has_the_focus() {
    check("<Tab>jj", "e2e refund", "find by title");
    check("<Esc>G", "reversed", "find by title");
    check("refund<Tab>G", "e2e refund", "❯ refund");
    check("<Tab>/led", "Ledger", "❯ led");
    check("<Tab>x", "Fix double", "press / to search");
    check("<Tab>o", "", "Reproduced in 7 of 40 runs");
    check("<Tab>?", "", "Help");
}

#[test]
fn keys_without_letters_act_in_the_box_too() {
    check("<^O>", "", "Reproduced in 7 of 40 runs");
    check("<F1>", "", "What can be typed into the box");
    check("<^J><^J><^K>", "Idempotency", "8 sessions");
    check("<End><Home>", "Fix double", "8 sessions");
    check("ledger<^U>", "Fix double", "8 sessions");
    check("<Enter>", "", "This session cannot be resumed");
    check("<Enter><Enter>", "Fix double", "8 sessions");
}

#[test]
fn escape_goes_back_one_step_at_a_time() {
    let mut driver = Driver::new(80, 24);
    driver.press("refund<Esc>");
    assert!(driver.shows("❯ refund"), "the first step leads to the list");
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"), "the second empties the box");
    assert_eq!(driver.left, None);
    driver.press("<Esc>");
    assert_eq!(driver.left, Some(Outcome::Quit));
}

#[test]
fn filter_keeps_the_selection() {
    check("<Down><Down>refund", "e2e refund", "3 of 8");
    check("<Down><Down>refund<^U>", "e2e refund", "8 sessions");
    check("<Down><Down>idem", "Idempotency", "1 of 8");
}

#[test]
fn a_filter_starts_at_the_best_match_when_nothing_was_chosen() {
    check("refund", "Fix double", "3 of 8");
    check("refund<Backspace><Backspace><Backspace><Backspace><Backspace><Backspace>led", "Ledger", "❯ led");
}

#[test]
fn new_sessions_do_not_move_the_cursor() {
    for keys in ["", "<Down><Down>", "refund<Down>", "<Tab>G"] {
        let mut driver = Driver::new(80, 24);
        driver.press(keys);
        let before = driver.selected();
        driver.rows.insert(0, history::titled(99, "A new session about a refund", 0));
        driver.send(Msg::Started);
        assert_eq!(driver.selected(), before, "after {keys}");
        assert!(driver.shows(" 9 ") || driver.shows("of 9"), "{}", driver.text());
    }
}

#[test]
fn a_session_that_vanishes_gives_the_cursor_to_the_first() {
    let mut driver = Driver::new(80, 24);
    driver.press("<Down><Down>");
    driver.rows.remove(2);
    driver.send(Msg::Started);
    assert!(driver.selected().contains("Fix double"), "{}", driver.text());
}

#[test]
fn pasted_text_goes_into_the_box_as_one_line() {
    let mut driver = Driver::new(80, 24);
    driver.press("<Tab>");
    driver.send(Msg::Paste("led\nger".to_owned()));
    assert!(driver.shows("❯ led ger"), "{}", driver.text());
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let click = |row| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        Msg::Mouse(MouseEvent { kind, column: 20, row, modifiers: KeyModifiers::NONE })
    };
    let mut driver = Driver::new(80, 24);
    driver.send(click(5));
    assert!(driver.selected().contains("e2e refund"));
    driver.send(click(6));
    assert!(driver.selected().contains("Ledger"));
    driver.press("<Down>");
    driver.send(click(6));
    assert!(driver.selected().contains("Ledger"), "a key between two clicks makes the second a first");
    driver.send(click(6));
    assert!(driver.shows("Reproduced in 7 of 40 runs"));
}

#[test]
fn the_wheel_moves_the_view_and_takes_the_cursor_along() {
    let rows = (0..100).map(|at| history::titled(at, "Session", at.try_into().expect("small"))).collect();
    let mut driver = Driver::with(80, 24, rows);
    let wheel = |kind| Msg::Mouse(MouseEvent { kind, column: 20, row: 8, modifiers: KeyModifiers::NONE });
    driver.send(wheel(MouseEventKind::ScrollDown));
    assert!(driver.shows(" 4 / 100 "), "{}", driver.text());
    (0..100).for_each(|_| driver.send(wheel(MouseEventKind::ScrollDown)));
    assert!(driver.shows("99h") || driver.shows("4d"), "{}", driver.text());
    (0..100).for_each(|_| driver.send(wheel(MouseEventKind::ScrollUp)));
    assert!(driver.shows(" 10 / 100 "), "{}", driver.text());
}

#[test]
fn a_session_that_was_just_started_is_seen_at_once_and_the_cursor_stays() {
    let mut driver = Driver::new(80, 24);
    driver.running.clear();
    driver.send(Msg::Started);
    assert!(driver.selected().contains("Fix double refund"), "{}", driver.text());
    driver.running = vec![history::running("99999999-0000-4000-8000-000000000000")];
    driver.send(Msg::Live(driver.running.clone()));
    assert!(driver.text().lines().nth(3).is_some_and(|row| row.contains("● now")), "{}", driver.text());
    assert!(driver.shows("(just started)") && driver.selected().contains("Fix double refund"), "{}", driver.text());
}

#[test]
fn a_gone_transcript_is_explained_instead_of_opened() {
    check("outbox<^O>", "", "The transcript is gone");
}

#[test]
fn a_session_of_subagents_alone_is_not_called_deleted() {
    let mut rows = history::rows();
    (rows[1].transcript, rows[1].had_transcript) = (None, false);
    let mut driver = Driver::with(120, 40, rows);
    driver.press("<Down>");
    assert!(driver.selected().contains("◌") || driver.shows("◌ 2h"), "{}", driver.text());
    assert!(driver.shows("Only its subagents have transcripts"), "{}", driver.text());
    assert!(!driver.shows("deleted"), "{}", driver.text());
    driver.press("<^O>");
    assert!(driver.shows("There is nothing to read"), "{}", driver.text());
}

#[test]
fn a_session_in_which_nothing_was_said_comes_last_and_is_shown_with_its_id_and_file() {
    for (width, height) in [(80, 24), (200, 50)] {
        let mut rows = history::rows();
        let session = &mut rows[0].session;
        (session.title, session.first_prompt, session.last_prompt) = (None, None, None);
        let mut driver = Driver::with(width, height, rows);
        driver.running.clear();
        driver.send(Msg::Started);
        driver.press("<Tab>G");
        assert!(driver.selected().contains("(nothing was said)"), "{}", driver.text());
        driver.send(Msg::Glimpsed(history::id(0).as_str().into(), Box::default()));
        for handle in [history::id(0), format!("~/.claude/projects/x/{}.jsonl", history::id(0))] {
            assert!(driver.shows(&handle), "{handle}: {}", driver.text());
        }
    }
}

/// The small history with marks on four sessions.
fn marked(width: u16, height: u16) -> Driver {
    let mut driver = Driver::new(width, height);
    let mut mark = |at: usize, marks| driver.marks.insert(history::id(at).as_str().into(), marks);
    let (tags, note) = (vec!["customer".to_owned()], Some("ask Ben".to_owned()));
    mark(1, Marks { starred: true, tags, note, title: Some("Refund keys".to_owned()), ..Marks::default() });
    mark(3, Marks { hidden: true, ..Marks::default() });
    mark(5, Marks { device: Some("tower".to_owned()), ..Marks::default() });
    mark(6, Marks { archived: true, ..Marks::default() });
    driver.rows[5].transcript = None;
    driver.send(Msg::Started);
    driver
}

#[test]
fn what_people_said_about_a_session_stands_in_its_row_and_in_the_preview() {
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let mut driver = marked(width, height);
        driver.press("<Down>");
        assert!(driver.selected().contains("*TN  Refund keys"), "{}", driver.text());
        assert!(driver.shows("* starred · T customer · N ask Ben"), "{}", driver.text());
    }
    insta::assert_snapshot!(marked(120, 30).text());
}

#[test]
fn hidden_sessions_are_counted_and_shown_when_asked_for() {
    let mut driver = marked(120, 30);
    assert!(driver.shows("7 sessions · 1 hidden") && !driver.shows("Ledger"), "{}", driver.text());
    for (query, shown) in [
        ("is:hidden", "Ledger invariants"),
        ("is:starred", "Refund keys"),
        ("tag:customer", "Refund keys"),
        ("is:archived", "Outbox pattern spike"),
    ] {
        driver.press(&format!("<^U>{query}"));
        assert!(driver.shows("1 of 8") && driver.selected().contains(shown), "{query}: {}", driver.text());
    }
}

#[test]
fn columns_have_names_where_the_screen_is_wide() {
    let heads = |width, height| {
        let text = Driver::new(width, height).text();
        text.lines().nth(2).unwrap_or_default().to_owned()
    };
    for name in [" when ", " project ", " title ", " branch ", " model ", " tokens ", " cost "] {
        assert!(heads(200, 50).contains(name), "{name}: {}", heads(200, 50));
    }
    assert!(!heads(80, 24).contains("title"));
}

#[test]
fn the_demo_says_so_and_resumes_nothing() {
    let mut driver = Driver::new(80, 24);
    driver.model =
        sessions_tui::Model::new(sessions_tui::Setup { demo: true, now: history::now(), ..Default::default() });
    driver.send(Msg::Started);
    assert!(driver.shows("demo"), "{}", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("This is the demo"), "{}", driver.text());
}

#[test]
fn a_whole_id_and_its_beginning_find_the_session() {
    check("00000005", "Ship it", "1 of 8");
    check(&history::id(5), "Ship it", "1 of 8");
}
