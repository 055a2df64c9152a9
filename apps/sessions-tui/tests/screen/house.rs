//! Housekeeping on the screen.

use std::path::PathBuf;

use chrono::TimeDelta;
use config::{Environment, Excluded};
use housekeeping::{Deletion, Move, Part, PartKind, Relinking};
use search::Marks;
use sessions_tui::{Chore, Jot, Msg, Weights};
use store::SessionRow;
use transcript::SessionId;

use crate::driver::Driver;
use crate::history;

/// What the sessions of a history take: the first one much, the others less and less. What was deleted is in the trash.
pub(crate) fn weights(rows: &[SessionRow], done: &[Chore]) -> Weights {
    let id = |at: usize| rows[at].id().to_string();
    let on_disk = (0..rows.len()).map(|at| (id(at), 12_400_000 >> (2 * at)));
    let packed = (0..rows.len()).filter(|at| at % 3 == 1).map(|at| (id(at), 90_000 + 1_000 * at as u64));
    let deleted = match done.last() {
        Some(Chore::Delete(deletions)) => deletions.iter().map(|one| SessionId(one.session.clone())).collect(),
        _ => Vec::new(),
    };
    Weights { on_disk: on_disk.collect(), packed: packed.collect(), deleted }
}

/// What deleting a session takes away, made up.
pub(crate) fn deletion(id: &SessionId) -> Deletion {
    let part = |kind: PartKind, bytes: u64| {
        let mut part = Part::default();
        (part.kind, part.bytes) = (kind, bytes);
        part
    };
    let mut deletion = Deletion::default();
    deletion.session = id.to_string();
    deletion.parts =
        vec![part(PartKind::Transcript, 640_000), part(PartKind::Agent, 20_000), part(PartKind::Agent, 30_000)];
    deletion.packs = vec![(id.to_string(), 91_000)];
    deletion
}

/// What a directory that moved would change, made up.
pub(crate) fn relinking(from: PathBuf, to: &str) -> Relinking {
    let one = Move {
        from: "/home/ada/.claude/projects/-src/1.jsonl".into(),
        to: "/home/ada/.claude/projects/-work/1.jsonl".into(),
    };
    Relinking { from, to: to.into(), moves: vec![one], documents: Vec::new(), in_the_way: Vec::new() }
}

fn driver(width: u16, height: u16) -> Driver {
    let mut driver = Driver::new(width, height);
    driver.press("<F4>");
    driver
}

fn id(at: usize) -> SessionId {
    history::id(at).as_str().into()
}

#[test]
fn sessions_are_listed_with_what_they_take() {
    let mut driver = driver(120, 30);
    insta::assert_snapshot!("house", driver.text());
    driver.press("j ");
    insta::assert_snapshot!("house_selected", driver.text());
    driver.resize(80, 24);
    insta::assert_snapshot!("house_narrow", driver.text());
}

#[test]
fn they_are_sorted_by_each_column_and_the_other_way_round() {
    let mut driver = driver(120, 30);
    for (keys, expect) in [
        ("", "↓disk"),
        ("s", "↓archive"),
        ("s", "↓age"),
        ("s", "↑left"),
        ("s", "↓cost"),
        ("S", "↑cost"),
        ("s", "↓turns"),
        ("s", "↑state"),
        ("s", "↑project"),
        ("s", "↑title"),
        ("s", "↓disk"),
    ] {
        driver.press(keys);
        assert!(driver.shows(expect), "{expect}\n{}", driver.text());
    }
}

#[test]
fn what_expires_is_archived_or_hidden_is_shown_when_asked_for() {
    let mut driver = Driver::new(120, 30);
    let soon = Marks { deleted_at: Some(history::now() + TimeDelta::days(3)), ..Marks::default() };
    driver.marks.insert(id(2), soon);
    driver.marks.insert(id(3), Marks { hidden: true, archived: true, ..Marks::default() });
    driver.send(Msg::Started);
    driver.press("<F4>");
    assert!(driver.shows("! go: 1 "), "{}", driver.text());
    driver.press("<Tab>");
    assert!(driver.shows("e2e refund") && driver.shows("3d") && !driver.shows("Ledger"), "{}", driver.text());
    driver.press("<Tab>");
    assert!(driver.shows("Ledger") && !driver.shows("e2e refund"), "{}", driver.text());
    driver.press("<Tab><Tab><Tab>");
    assert!(driver.shows("Fix double refund") && !driver.shows("Ledger"), "only it is large\n{}", driver.text());
    driver.press("<Tab>");
    assert!(driver.shows("Ledger") && !driver.shows("Fix double refund"), "{}", driver.text());
    driver.press("<Tab>");
    assert!(driver.shows("No session of an excluded project"), "{}", driver.text());
    driver.press("<Esc>");
    assert!(driver.shows("Ledger") && driver.shows("Fix double refund"), "{}", driver.text());
}

#[test]
fn one_session_is_deleted_after_a_letter_and_many_after_their_number() {
    let mut driver = driver(100, 30);
    driver.press("jD");
    insta::assert_snapshot!("house_delete", driver.text());
    driver.press("n<Enter>");
    assert!(driver.shows("Type y to do it") && driver.chores.is_empty(), "{}", driver.text());
    driver.press("<Backspace>y<Enter>");
    assert!(matches!(&driver.chores[..], [Chore::Delete(deletions)] if deletions.len() == 1), "{:?}", driver.chores);
    assert!(driver.shows("Done as it was said"), "{}", driver.text());
    driver.press("j j D");
    assert!(driver.shows("Type 2 to delete all of them."), "{}", driver.text());
    driver.press("y<Enter>");
    assert_eq!(driver.chores.len(), 1, "a letter is not enough for many");
    driver.press("<Backspace>2<Enter>");
    assert!(matches!(&driver.chores[1..], [Chore::Delete(deletions)] if deletions.len() == 2), "{:?}", driver.chores);
}

#[test]
fn a_session_that_runs_is_not_deleted() {
    let mut driver = driver(100, 30);
    driver.press("gD");
    assert!(driver.shows("run now and cannot be deleted") && driver.chores.is_empty(), "{}", driver.text());
}

#[test]
fn what_was_deleted_last_comes_back() {
    let mut driver = driver(100, 30);
    driver.press("u");
    assert!(driver.shows("Nothing was deleted"), "{}", driver.text());
    driver.press("jDy<Enter>u");
    assert_eq!(driver.chores[1..], [Chore::Undelete(vec![id(1)])]);
}

#[test]
fn keys_do_chores_with_the_session_under_the_cursor_or_those_selected() {
    for (keys, expect) in [
        ("ja", Chore::Archive(vec![id(1)])),
        ("Gkr", Chore::Restore(vec![id(6)])),
        (
            "jxy<Enter>",
            Chore::Exclude {
                directory: history::rows()[1].session.cwd_first.clone().unwrap_or_default(),
                excluded: true,
            },
        ),
    ] {
        let mut driver = driver(100, 30);
        driver.press(keys);
        assert_eq!(driver.chores, [expect], "{keys}\n{}", driver.text());
    }
    let mut there = driver(100, 30);
    there.press("jr");
    assert!(there.shows("Its transcript is there") && there.chores.is_empty(), "{}", there.text());
    let mut driver = driver(100, 30);
    driver.press("Aa");
    assert!(matches!(&driver.chores[..], [Chore::Archive(ids)] if ids.len() == driver.rows.len()));
    driver.press("jh");
    assert!(matches!(driver.notebook.jots.last(), Some(Jot::Mark { .. })));
}

#[test]
fn a_directory_that_moved_is_asked_for_and_what_is_changed_is_shown() {
    let mut driver = driver(100, 30);
    driver.press("jm<^U>/srv/store<Enter>");
    insta::assert_snapshot!("house_relink", driver.text());
    driver.press("y<Enter>");
    assert!(matches!(&driver.chores[..], [Chore::Relink(plan)] if plan.to.ends_with("store")));
}

#[test]
fn facts_are_shown_and_the_transcript_is_read() {
    let mut driver = driver(100, 16);
    driver.press("jji");
    assert!(driver.shows("on disk:") && driver.shows("archive:"), "{}", driver.text());
    driver.press("<Esc><Enter>");
    assert!(driver.shows("turn"), "{}", driver.text());
    driver.press("q");
    assert!(driver.shows("Housekeeping"), "{}", driver.text());
    driver.press("3");
    assert!(driver.shows("Entries"));
    driver.press("4");
    assert!(driver.shows("Housekeeping"));
    driver.press("2");
    assert!(driver.shows("Summary"));
    driver.press("<F4>q");
    assert!(driver.shows("Sessions"), "{}", driver.text());
}

#[test]
fn sessions_of_an_excluded_project_are_listed_nowhere_else() {
    let directory = history::rows()[2].session.cwd_first.clone().expect("it ran somewhere");
    let excluded = Excluded::new(&[directory], &Environment::default());
    let driver = Driver::new(100, 24);
    let all = driver.library().entries.len();
    let library = sessions_tui::Library::new(driver.rows.clone(), &[], chrono_tz::UTC).without(&excluded);
    assert!(library.entries.len() < all);
}
