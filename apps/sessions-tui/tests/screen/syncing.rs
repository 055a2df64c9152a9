//! Sessions of other machines, the page of syncing, and what the footer says of it.

use chrono::TimeDelta;
use search::Marks;
use sessions_tui::{Msg, RemoteState, SyncNews, Synced};
use sync::{Access, Device, Left, Progress};

use crate::driver::Driver;
use crate::history;

const LAPTOP: &str = "01J9ZZZZZZ0000000000000001";
const TOWER: &str = "01J9ZZZZZZ0000000000000002";
const OLD: &str = "01J9ZZZZZZ0000000000000003";

fn device(replica: &str, label: &str, operations: u64, hours: i64) -> Device {
    let last = (history::now() - TimeDelta::hours(hours)).timestamp_millis();
    Device {
        replica: replica.parse().expect("a number"),
        earlier: Vec::new(),
        name: label.to_owned(),
        label: label.to_owned(),
        is_forgotten: label == "old",
        is_here: label == "laptop",
        operations,
        last_ms: u64::try_from(last).expect("it is after 1970"),
        heard_ms: u64::try_from(last).expect("it is after 1970"),
    }
}

fn there(laptop: u64, tower: u64) -> std::collections::BTreeMap<journal::ReplicaId, u64> {
    [(LAPTOP, laptop), (TOWER, tower)].map(|(replica, count)| (replica.parse().expect("a number"), count)).into()
}

/// Two remotes, of which one cannot be reached, and three devices, of which one was forgotten.
fn synced() -> Synced {
    let minutes = |minutes: i64| Some(history::now() + TimeDelta::minutes(minutes));
    let home = RemoteState {
        name: "home".into(),
        address: "~/Sync/sessions".into(),
        synced: minutes(-2),
        due: minutes(-1),
        there: there(41, 1_204),
        ..RemoteState::default()
    };
    let work = RemoteState {
        name: "work".into(),
        address: "postgres://ada@db.example/sessions".into(),
        shared: true,
        synced: minutes(-3 * 24 * 60),
        due: minutes(9),
        queued: 12,
        fault: Some((
            "cannot be reached: connection refused".into(),
            "It is tried again by itself; `sessions remote test` tries it now.".into(),
        )),
        there: there(29, 1_204),
        ..RemoteState::default()
    };
    let devices = vec![device(LAPTOP, "laptop", 41, 0), device(OLD, "old", 7, 9_000), device(TOWER, "tower", 1_204, 5)];
    Synced { remotes: vec![home, work], devices }
}

/// A screen on which the third session ran on another machine.
fn driver(width: u16, height: u16) -> Driver {
    let mut rows = history::rows();
    rows[2].transcript = None;
    rows[2].device = Some(TOWER.parse().expect("a number"));
    rows[2].counts_for = rows[2].device;
    let mut driver = Driver::unstarted(width, height, rows);
    driver.marks =
        [(history::id(2).as_str().into(), Marks { device: Some("tower".into()), ..Marks::default() })].into();
    driver.synced = synced();
    // nothing of it is here, not even of its subagents
    driver.belongings.clear();
    driver.send(Msg::Started);
    driver
}

#[test]
fn a_session_of_another_machine_says_where_its_transcript_lies() {
    let mut driver = driver(120, 30);
    driver.press("<Tab>jj");
    assert!(driver.selected().contains('↗') && driver.selected().contains("tower"), "{}", driver.text());
    insta::assert_snapshot!("other_machine", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("It ran on another machine") && driver.left.is_none(), "{}", driver.text());
    assert!(driver.shows("ssh -t tower sessions resume"), "{}", driver.text());
    driver.press("<Esc>o");
    assert!(driver.shows("It ran on another machine"), "{}", driver.text());
    driver.press("<Esc>y");
    assert_eq!(driver.copied, [format!("ssh -t tower sessions resume {}", history::id(2))]);
}

#[test]
fn sessions_are_found_by_the_machine_that_they_ran_on() {
    for (query, count) in [("is:remote", "1 of "), ("device:tow", "1 of "), ("is:gone", "1 of ")] {
        let mut driver = driver(120, 30);
        driver.press(query);
        assert!(driver.shows(count), "{query}\n{}", driver.text());
    }
    let mut driver = driver(120, 30);
    driver.press("device:t<Tab>");
    assert!(driver.shows("device:tower"), "{}", driver.text());
}

#[test]
fn the_page_of_syncing_says_what_waits_and_what_is_wrong() {
    let mut driver = driver(120, 30);
    assert!(driver.shows("⇅ work not synced"), "{}", driver.text());
    driver.press("<F5>");
    insta::assert_snapshot!("sync", driver.text());
    driver.resize(80, 24);
    insta::assert_snapshot!("sync_narrow", driver.text());
    driver.resize(50, 12);
    insta::assert_snapshot!("sync_tiny", driver.text());
    driver.press("jjj");
    assert!(!driver.shows("Remotes"), "{}", driver.text());
    driver.press("<Esc>");
    assert!(driver.shows("Sessions"), "{}", driver.text());
}

#[test]
fn what_has_no_column_where_it_is_narrow_stands_below_each_device() {
    let mut driver = driver(80, 24);
    let nas = |name: &str| RemoteState { name: name.into(), fault: None, ..driver.synced.remotes[1].clone() };
    let more = [nas("nas"), nas("a-place-with-a-long-name")];
    driver.synced.remotes[1].fault = None;
    driver.synced.remotes.extend(more);
    driver.press("<F5>");
    insta::assert_snapshot!("sync_many", driver.text());
    driver.resize(50, 24);
    driver.press("jjjjjjjjjj");
    assert!(driver.shows("last heard of 5h"), "{}", driver.text());
}

#[test]
fn the_page_says_for_whom_a_place_is_encrypted_and_what_to_do_while_this_machine_waits() {
    let mut driver = driver(120, 30);
    let shared = RemoteState { access: Some(Access::Shared { devices: 2 }), ..driver.synced.remotes[0].clone() };
    let waits = RemoteState {
        name: "box".into(),
        access: Some(Access::Waiting { code: "7QF3K-AAAAA-BBBBB-CCCCC".into() }),
        fault: Some(("waits until a device lets this one in".into(), "With the code.".into())),
        ..driver.synced.remotes[1].clone()
    };
    driver.synced.remotes = vec![shared, waits];
    driver.press("<F5>");
    insta::assert_snapshot!("sync_encrypted", driver.text());
}

#[test]
fn without_a_remote_the_page_says_how_to_add_one() {
    let mut driver = Driver::new(100, 24);
    driver.press("<F5>");
    assert!(driver.shows("sessions remote add home") && !driver.shows("sync now"), "{}", driver.text());
    driver.press("s");
    assert!(driver.shows("There is no remote yet") && driver.text().matches('⇅').count() == 0, "{}", driver.text());
}

#[test]
fn syncing_is_done_behind_the_screen_and_tells_what_came_of_it() {
    let mut driver = driver(100, 30);
    driver.press("<F5>");
    let effects = driver.ask(Msg::Key(crossterm::event::KeyCode::Char('s').into()));
    assert_eq!(format!("{effects:?}"), "[Sync]");
    let left = Left { to_send: 3, to_take: 0, to_heal: 0 };
    driver.send(Msg::Syncing("home".into(), Progress { sent: 1, taken: 0, left }));
    assert!(driver.shows("syncing with home: 1 of 4") && driver.shows("⇅ syncing 25 %"), "{}", driver.text());
    let twice = driver.ask(Msg::Key(crossterm::event::KeyCode::Char('s').into()));
    assert!(twice.is_empty(), "{twice:?}");
    driver.synced.remotes[1].fault = None;
    driver.synced.remotes[1].queued = 0;
    driver.send(Msg::SyncDone(Ok(SyncNews { sent: 4, taken: 2, failed: Vec::new() })));
    assert!(driver.shows("Synced: 4 sent, 2 taken in"), "{}", driver.text());
    assert!(!driver.shows("cannot be reached"), "{}", driver.text());
    driver.news = SyncNews { failed: vec!["work".into()], ..SyncNews::default() };
    driver.press("s");
    assert!(driver.shows("Not everything is synced with work"), "{}", driver.text());
}

#[test]
fn remotes_are_asked_what_they_hold() {
    let mut driver = driver(100, 30);
    driver.tested = vec![
        ("home".into(), Ok("answers in 3 ms; it holds 1,245 operations of 2 devices".into())),
        ("work".into(), Err("cannot be reached: connection refused".into())),
    ];
    driver.press("<F5>t");
    assert!(driver.shows("It answers in 3 ms; it holds 1,245 operations of 2 devices."), "{}", driver.text());
}
