//! The entries on the screen, and the marks that keys give to sessions.

use notes::{Draft, Turn};
use search::Marks;
use sessions_tui::Jot;
use transcript::SessionId;

use crate::driver::Driver;
use crate::history;
use crate::notebook::{Notebook, id};

fn driver(width: u16, height: u16) -> Driver {
    let mut driver = Driver::new(width, height);
    driver.notebook = Notebook::usual();
    driver.press("<F3>");
    driver
}

#[test]
fn entries_of_this_project_are_listed_with_the_page_of_the_one_under_the_cursor() {
    let mut driver = driver(120, 30);
    insta::assert_snapshot!("entries", driver.text());
    driver.press("<Tab>j");
    insta::assert_snapshot!("entries_all", driver.text());
    driver.resize(80, 24);
    insta::assert_snapshot!("entries_narrow", driver.text());
}

#[test]
fn what_two_people_set_at_once_is_shown_until_somebody_decides() {
    let mut driver = Driver::new(120, 30);
    driver.notebook = Notebook::usual();
    driver.notebook.disagree();
    driver.press("<F3><Tab>");
    assert!(driver.shows("≠") && driver.shows("status was set at once to"), "{}", driver.text());
    driver.press("sopen<Enter>");
    assert!(matches!(driver.notebook.jots.last(), Some(Jot::Status(..))), "{:?}", driver.notebook.jots);
}

#[test]
fn the_inbox_holds_what_others_did_until_it_is_read() {
    let mut driver = driver(100, 24);
    assert!(driver.shows("● 1 unread"));
    driver.press("<STab>");
    assert!(driver.shows("Rotate the webhook keys") && !driver.shows("Double refund"), "{}", driver.text());
    driver.press("m");
    assert!(driver.shows("Nothing new by others") && !driver.shows("unread"), "{}", driver.text());
}

#[test]
fn an_entry_is_resolved_with_a_note_and_opened_again() {
    let mut driver = driver(100, 24);
    driver.press("rfixed in 1.4<Enter>");
    let Some(Jot::Change { id: changed, draft, .. }) = driver.notebook.jots.last() else { panic!("nothing was done") };
    assert_eq!(*changed, id(0));
    assert_eq!(driver.notebook.ledger().notes.entry(&id(0)).expect("it is there").notes()[0].text, "fixed in 1.4");
    assert!(!draft.is_empty() && !driver.shows("Double refund"), "{}", driver.text());
    driver.press("<Tab>g");
    assert!(driver.shows("resolved"), "{}", driver.text());
    driver.press("r");
    assert_eq!(driver.notebook.ledger().notes.entry(&id(0)).expect("it is there").status(), "open");
}

#[test]
fn what_is_deleted_can_be_brought_back() {
    let mut driver = driver(100, 24);
    driver.press("d");
    assert!(!driver.shows("Double refund") && driver.shows("u brings it back"), "{}", driver.text());
    driver.press("u");
    assert!(driver.shows("Double refund"), "{}", driver.text());
}

#[test]
fn entries_are_narrowed_by_words_of_title_body_and_notes() {
    let mut driver = driver(100, 24);
    driver.press("/tomorrow");
    assert!(driver.shows("Rotate the webhook keys") && !driver.shows("Double refund"), "{}", driver.text());
    driver.press("<Enter><Esc>");
    assert!(driver.shows("Double refund"));
    driver.press(".");
    assert!(driver.shows("The ledger rounds half up") && driver.shows("all projects"), "{}", driver.text());
}

#[test]
fn something_is_written_down_and_edited() {
    let mut driver = driver(100, 24);
    driver.press("nissue Refund twice<Enter><Enter>");
    let jots = &driver.notebook.jots;
    assert_eq!(jots[0], Jot::New("issue Refund twice".to_owned()));
    assert_eq!(jots[1], Jot::Take(id(9), "/tmp/entry.md".into()));
}

#[test]
fn what_was_just_written_is_shown_wherever_it_belongs() {
    for before in ["", "<STab>", "/tomorrow<Enter>"] {
        let mut driver = driver(100, 24);
        driver.press(&format!("{before}nnote Mind the gap<Enter>"));
        assert!(driver.shows("Mind the gap"), "a note is not open: {before}\n{}", driver.text());
        driver.press("<Enter>");
        assert_eq!(driver.notebook.jots.last(), Some(&Jot::Take(id(9), "/tmp/entry.md".into())), "the cursor is on it");
    }
}

#[test]
fn the_session_behind_an_entry_is_read_and_left_for_the_entries() {
    let mut driver = driver(100, 24);
    driver.press("o");
    assert!(driver.shows("Why does the e2e refund test flake?") && driver.shows("turn"), "{}", driver.text());
    driver.press("q");
    assert!(driver.shows("Double refund on retry"), "{}", driver.text());
    driver.press("2");
    assert!(driver.shows("Summary"));
    driver.press("3");
    assert!(driver.shows("Entries"));
    driver.press("1");
    assert!(driver.shows("Sessions"), "{}", driver.text());
}

#[test]
fn letters_in_a_box_are_letters() {
    let mut driver = Driver::new(100, 24);
    driver.press("3*T");
    assert!(driver.shows("3*T") && driver.notebook.jots.is_empty());
}

#[test]
fn keys_mark_the_session_under_the_cursor_or_all_that_are_selected() {
    let session = |at: usize| SessionId::from(history::id(at).as_str());
    let mark = |sessions: Vec<SessionId>, draft: Draft| (sessions, draft);
    for (keys, expect) in [
        ("<Tab>*", mark(vec![session(0)], Draft::default().star(true))),
        ("<Tab> j *", mark(vec![session(0), session(1), session(2)], Draft::default().star(true))),
        ("<Tab>H", mark(vec![session(0)], Draft::default().hide(true))),
        (
            "<Tab>Tcustomer #urgent<Enter>",
            mark(vec![session(0)], Draft::default().tag("customer", true).tag("urgent", true)),
        ),
        ("<Tab>nRefunds<Enter>", mark(vec![session(0)], Draft::default().name("Refunds"))),
        ("<Tab>jjo*", mark(vec![session(2)], Draft::default().star(true))),
    ] {
        let mut driver = Driver::new(100, 24);
        driver.press(keys);
        let Some(Jot::Mark { sessions, draft, .. }) = driver.notebook.jots.last() else {
            panic!("{keys}: {:?}\n{}", driver.notebook.jots, driver.text())
        };
        let mut sessions = sessions.clone();
        sessions.sort();
        if keys.contains(' ') && !keys.contains('#') {
            assert!(sessions.len() > 1 && *draft == expect.1, "{keys}: {sessions:?}");
        } else {
            assert_eq!((sessions, draft.clone()), expect, "{keys}");
        }
    }
}

#[test]
fn a_note_in_the_transcript_is_about_the_turn() {
    let mut driver = Driver::new(100, 24);
    driver.press("<Tab>jjoGchere it goes wrong<Enter>");
    let said = format!("{:?}", driver.notebook.jots.last());
    let turn = format!("{:?}", Some(Turn { number: 2, prompt: None }));
    assert!(said.contains("here it goes wrong") && said.contains("number"), "{said} {turn}");
}

#[test]
fn what_was_marked_stands_in_its_row_at_once() {
    let mut driver = Driver::new(100, 24);
    driver.notebook.marks = Marks { title: Some("A name of my own".into()), starred: true, ..Marks::default() };
    driver.press("<Tab>*");
    let row = |driver: &Driver| driver.text().lines().nth(3).unwrap_or_default().to_owned();
    assert!(row(&driver).contains("A name of my own"), "{}", driver.text());
    driver.notebook.marks = Marks::default();
    driver.press("*");
    assert!(row(&driver).contains("Fix double refund on retry"), "its own title again: {}", driver.text());
}

#[test]
fn a_tag_is_added_after_the_others_and_taken_back_with_one_key() {
    let tagged = |keys: &str| {
        let mut driver = Driver::new(100, 24);
        driver.notebook.marks = Marks { tags: vec!["customer".into(), "urgent".into()], ..Marks::default() };
        driver.press("<Tab>Tcustomer, urgent<Enter>");
        driver.notebook.jots.clear();
        driver.press(keys);
        driver.notebook.jots.pop().map(|jot| match jot {
            Jot::Mark { draft, .. } => draft,
            other => panic!("{other:?}"),
        })
    };
    let of = |tags: &[&str]| tags.iter().fold(Draft::default(), |draft, tag| draft.tag(tag, true));
    let gone = |tags: &[&str], draft: Draft| tags.iter().fold(draft, |draft, tag| draft.tag(tag, false));
    assert_eq!(tagged("Tnew<Enter>"), Some(of(&["customer", "urgent", "new"])));
    assert_eq!(tagged("T<Backspace><Enter>"), Some(gone(&["urgent"], of(&["customer"]))));
    assert_eq!(
        tagged("T<Backspace><Backspace><Backspace>x,y<Enter>"),
        Some(gone(&["customer", "urgent"], of(&["x", "y"])))
    );
    assert_eq!(tagged("Tnew<Backspace><Backspace><Backspace><Enter>"), None, "nothing is changed");
    assert_eq!(tagged("Tnew<Esc>"), None);
}
