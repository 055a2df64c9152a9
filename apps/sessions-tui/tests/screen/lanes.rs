//! Answers of the lanes: late ones are dropped, failures are shown with the way on.

use std::sync::Arc;

use sessions_tui::{Effect, Msg, Opened, Ranking, Script, Ticket};
use store::{Progress, ScanReport};

use crate::driver::Driver;
use crate::history;
use crate::transcripts::Written;

fn tickets(effects: &[Effect]) -> Vec<Ticket> {
    let ticket = |effect: &Effect| match effect {
        Effect::Rank { ticket, .. } | Effect::Open { ticket, .. } | Effect::Load(ticket) => Some(*ticket),
        _ => None,
    };
    effects.iter().filter_map(ticket).collect()
}

fn key(letter: char) -> Msg {
    Msg::Key(crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char(letter)))
}

#[test]
fn a_ranking_that_the_query_has_left_behind_is_dropped() {
    let mut driver = Driver::new(80, 24);
    let first = tickets(&driver.ask(key('a')))[0];
    let second = tickets(&driver.ask(key('b')))[0];
    driver.send(Msg::Ranked(second, Ranking::default()));
    assert!(driver.shows("Nothing matches “ab”"), "{}", driver.text());
    driver.send(Msg::Ranked(first, Ranking { hits: vec![search::Hit { index: 0, score: 1 }], ..Ranking::default() }));
    assert!(driver.shows("Nothing matches “ab”"), "{}", driver.text());
}

#[test]
fn a_ranking_that_comes_after_the_box_was_emptied_is_dropped() {
    let mut driver = Driver::new(80, 24);
    let late = tickets(&driver.ask(key('a')))[0];
    driver.press("<Backspace>");
    driver.send(Msg::Ranked(late, Ranking::default()));
    assert!(driver.shows("8 sessions"), "{}", driver.text());
}

#[test]
fn a_transcript_that_was_closed_does_not_come_back() {
    let mut driver = Driver::new(80, 24);
    driver.press("<Tab>");
    let late = tickets(&driver.ask(key('o')))[0];
    driver.press("x<Down>o");
    let text = Written::default().asks("an answer to nobody").text();
    let script = Arc::new(Script::whole(text.as_bytes()));
    driver.send(Msg::Opened(late, Ok(Opened { script, complete: true })));
    assert!(!driver.shows("answer to nobody"), "{}", driver.text());
    assert!(driver.shows("the refund e2e test"), "{}", driver.text());
}

#[test]
fn rows_of_an_older_load_are_dropped() {
    let mut driver = Driver::unstarted(80, 24, history::rows());
    let first = tickets(&driver.ask(Msg::Started))[0];
    let second = tickets(&driver.ask(Msg::Started))[0];
    let all = driver.library();
    driver.send(Msg::Loaded(second, Ok(all)));
    driver.rows.clear();
    let none = driver.library();
    driver.send(Msg::Loaded(first, Ok(none)));
    assert!(driver.shows("8 sessions"), "{}", driver.text());
}

#[test]
fn every_empty_list_says_what_to_do() {
    let mut driver = Driver::unstarted(80, 24, Vec::new());
    driver.running.clear();
    let load = tickets(&driver.ask(Msg::Started))[0];
    assert!(driver.shows("Opening what is stored"), "{}", driver.text());
    let none = driver.library();
    driver.ask(Msg::Loaded(load, Ok(none)));
    assert!(driver.shows("for the first time"), "{}", driver.text());
    driver.ask(Msg::Scanning(Progress { files_total: 900, files_done: 120, bytes_total: 1_000, bytes_done: 130 }));
    assert!(driver.shows("120 of 900 files"), "{}", driver.text());
    assert!(driver.shows("13 %"), "{}", driver.text());
    driver.send(Msg::Scanned(Ok(Box::default())));
    assert!(driver.shows("Start `claude` in a project"), "{}", driver.text());
    assert!(driver.shows("/home/ada/.claude/projects"), "{}", driver.text());
    driver.send(Msg::Scanned(Err("the store is in use by another program; try again".to_owned())));
    assert!(driver.shows("in use by another program"), "{}", driver.text());
}

#[test]
fn a_store_that_cannot_be_read_is_explained() {
    let mut driver = Driver::unstarted(80, 24, Vec::new());
    let load = tickets(&driver.ask(Msg::Started))[0];
    driver.ask(Msg::Loaded(load, Err("it is damaged; run `sessions rebuild`".to_owned())));
    assert!(driver.shows("run `sessions rebuild`"), "{}", driver.text());
}

#[test]
fn sessions_that_a_scan_brings_are_loaded_and_counted() {
    let mut driver = Driver::new(80, 24);
    driver.rows.insert(0, history::titled(99, "Brand new", 0));
    driver.send(Msg::Scanned(Ok(Box::new(ScanReport { sessions_new: 1, ..ScanReport::default() }))));
    assert!(driver.shows("Brand new"), "{}", driver.text());
    assert!(driver.shows("1 new"), "{}", driver.text());
}

#[test]
fn what_a_long_scan_has_stored_so_far_is_shown() {
    let mut driver = Driver::unstarted(80, 24, Vec::new());
    let load = tickets(&driver.ask(Msg::Started))[0];
    let none = driver.library();
    driver.ask(Msg::Loaded(load, Ok(none)));
    driver.rows = history::rows();
    let progress = |files_done| Progress { files_total: 900, files_done, bytes_total: 1_000, bytes_done: 1 };
    assert!(tickets(&driver.ask(Msg::Scanning(progress(10)))).is_empty(), "it has only begun");
    driver.ask(Msg::Tick(history::now() + chrono::TimeDelta::seconds(4)));
    driver.send(Msg::Scanning(progress(20)));
    assert!(driver.shows("8 sessions"), "{}", driver.text());
    driver.ask(Msg::Tick(history::now() + chrono::TimeDelta::seconds(8)));
    let load = tickets(&driver.ask(Msg::Scanning(progress(30))))[0];
    driver.send(Msg::Loaded(load, Err("it is in use".to_owned())));
    assert!(driver.shows("8 sessions") && !driver.shows("in use"), "{}", driver.text());
}

#[test]
fn the_next_scan_is_due_after_a_while_and_only_while_somebody_looks() {
    let mut driver = Driver::new(80, 24);
    let later = |seconds| Msg::Tick(history::now() + chrono::TimeDelta::seconds(seconds));
    let scans = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Scan));
    assert!(!scans(&driver.ask(later(14))));
    driver.send(Msg::Focus(false));
    assert!(!scans(&driver.ask(later(60))));
    assert!(scans(&driver.ask(Msg::Focus(true))));
    assert!(!scans(&driver.ask(later(120))), "one at a time");
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let mut driver = Driver::new(80, 24);
    driver.model.take_changed();
    driver.ask(Msg::Tick(history::now() + chrono::TimeDelta::seconds(10)));
    driver.send(Msg::Scanned(Ok(Box::default())));
    assert!(!driver.model.take_changed());
    driver.ask(Msg::Tick(history::now() + chrono::TimeDelta::seconds(61)));
    assert!(driver.model.take_changed());
}
