//! What is done with a session: resume, fork, tmux, the directory that is gone, copying, exporting, what is live.

use chrono::TimeDelta;
use search::Marks;
use sessions_tui::{Effect, Errand, Msg, Outcome, Outlook, Planned, Way};
use store::SessionRow;
use store::live::Running;
use transcript::SessionId;

use crate::driver::Driver;
use crate::history;

fn plan(errand: Errand) -> resume::Plan {
    let mut arguments = vec!["--resume".into(), "x".into()];
    arguments.extend(errand.fork.then(|| "--fork-session".into()));
    resume::Plan {
        program: "/opt/claude".into(),
        arguments,
        directory: "/home/ada/src/billing-api".into(),
        variables: Vec::new(),
    }
}

fn ready(errand: Errand) -> Planned {
    match errand.way {
        Way::Here => Planned::Ready(plan(errand)),
        Way::Window => Planned::Elsewhere("Opened in tmux window work:3".to_owned()),
        Way::Copy => Planned::Command(plan(errand).command_line()),
    }
}

fn moved(_: Errand) -> Planned {
    Planned::Ask { gone: Some("/home/ada/src/billing-api".into()), guess: Some("/home/ada/work/billing".into()) }
}

fn driver(planned: fn(Errand) -> Planned) -> Driver {
    let mut driver = Driver::new(80, 24);
    driver.planned = Some(planned);
    driver
}

#[test]
fn the_screen_is_left_to_resume_and_to_fork() {
    for (keys, fork) in [("<Enter>", false), ("<Tab>r", false), ("<Tab>R", true)] {
        let mut driver = driver(ready);
        driver.press(keys);
        let expect = plan(Errand { fork, way: Way::Here });
        assert_eq!(driver.left, Some(Outcome::Resume(expect)), "{keys}");
    }
}

#[test]
fn a_tmux_window_leaves_the_screen_open() {
    for keys in ["<^T>", "<Tab><^T>", "<Down><^O><^T>"] {
        let mut driver = driver(ready);
        driver.press(keys);
        assert_eq!(driver.left, None);
        assert!(driver.shows("Opened in tmux window work:3"), "{keys}: {}", driver.text());
    }
}

#[test]
fn command_id_and_path_are_copied() {
    let mut driver = driver(ready);
    driver.press("<Tab>yYp");
    let id = history::id(0);
    let path = format!("/home/ada/.claude/projects/x/{id}.jsonl");
    assert_eq!(driver.copied, ["cd /home/ada/src/billing-api && claude --resume x".to_owned(), id, path]);
    assert!(driver.shows("Copied the path:"), "{}", driver.text());
    driver.press("/outbox<Tab>p");
    assert_eq!(driver.copied.len(), 3);
    assert!(driver.shows("no transcript whose path"), "{}", driver.text());
}

#[test]
fn a_directory_that_is_gone_is_asked_for() {
    let mut driver = driver(moved);
    driver.offers = vec!["~/work/billing/".to_owned(), "~/work/billing-old/".to_owned()];
    driver.press("<Enter>");
    assert!(driver.shows("~/src/billing-api is gone"), "{}", driver.text());
    assert!(driver.shows("❯ ~/work/billing ") && driver.shows("~/work/billing-old/"), "{}", driver.text());
    driver.press("x<Enter>");
    assert!(driver.shows("~/work/billingx is no directory"), "the question stays: {}", driver.text());
    driver.press("<Esc>");
    assert!(!driver.shows("is gone"), "{}", driver.text());
    assert_eq!(driver.left, None);
}

#[test]
fn the_answer_goes_back_with_the_errand_and_the_directory_that_is_gone() {
    let mut driver = driver(moved);
    driver.press("<Tab>R");
    let effects = driver.ask(Msg::Key(crossterm::event::KeyCode::Enter.into()));
    let [Effect::Plan { errand, moved: Some((gone, written)), .. }] = effects.as_slice() else {
        panic!("nothing was asked for: {effects:?}")
    };
    assert_eq!((errand.fork, errand.way), (true, Way::Here));
    assert_eq!(gone.as_deref(), Some(std::path::Path::new("/home/ada/src/billing-api")));
    assert_eq!(written, "~/work/billing");
}

#[test]
fn tab_completes_a_path_as_far_as_the_offers_agree() {
    let mut driver = driver(moved);
    driver.offers = vec!["~/work/billing-new/".to_owned(), "~/work/billing-next/".to_owned()];
    driver.press("<Enter><Tab>");
    assert!(driver.shows("❯ ~/work/billing-ne "), "{}", driver.text());
}

#[test]
fn a_session_is_exported_and_a_file_is_replaced_only_when_asked_twice() {
    let mut driver = driver(ready);
    driver.press("<Tab>e");
    assert!(driver.shows("❯ fix-double-refund-on-retry.md"), "{}", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("Written to fix-double"), "{}", driver.text());
    driver.press("e<^U>there.json<Enter>");
    assert!(driver.shows("there.json exists. Enter again replaces it"), "{}", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("Written to there.json"), "{}", driver.text());
    let there = "there.json".to_owned();
    assert_eq!(driver.exported[1..], [(there.clone(), false), (there, true)]);
    driver.press("e<^U>there.md<Enter>x<Backspace><Enter>");
    assert_eq!(driver.exported.last().map(|(_, replace)| *replace), Some(false), "another name is asked about again");
}

#[test]
fn a_session_that_was_just_started_is_listed_at_once() {
    let mut driver = Driver::new(120, 30);
    let new = Running { pid: 99, ..history::running("ffffffff-0000-4000-8000-000000000000") };
    driver.running.push(new.clone());
    driver.send(Msg::Live(driver.running.clone()));
    let text = driver.text();
    let row = text.lines().find(|line| line.contains("(just started)")).unwrap_or_default();
    assert!(row.contains("● now") && row.contains("billing-api") && row.contains("live"), "{text}");
    assert!(driver.shows("9 sessions"), "{text}");
    driver.press("<Tab>j");
    assert!(driver.shows("running now (busy), in process 99"), "{}", driver.text());
    driver.press("o");
    assert!(driver.shows("Nothing has been said yet"), "{}", driver.text());
    driver.press("<Esc>");
    driver.running.clear();
    driver.send(Msg::Live(Vec::new()));
    assert!(driver.shows("8 sessions") && !driver.shows("●"), "{}", driver.text());
}

#[test]
fn what_a_session_does_is_shown_without_loading_anything() {
    let mut driver = Driver::new(120, 30);
    driver.send(Msg::Live(driver.running.clone()));
    let idle = vec![Running { status: Some("idle".to_owned()), ..driver.running[0].clone() }];
    let effects = driver.ask(Msg::Live(idle));
    assert!(effects.is_empty(), "{effects:?}");
    assert!(driver.shows("running now (idle), in process 4711"), "{}", driver.text());
}

/// When Claude Code deletes the transcript of a session.
fn kept_for_a_month(row: &SessionRow) -> Option<(SessionId, Marks)> {
    let deleted_at = Some(row.modified? + TimeDelta::days(30)).filter(|_| row.transcript.is_some());
    Some((row.id().clone(), Marks { deleted_at, ..Marks::default() }))
}

#[test]
fn a_warm_cache_and_a_near_deletion_are_told_in_row_and_preview() {
    let mut driver = Driver::new(120, 30);
    driver.marks = driver.rows.iter().filter_map(kept_for_a_month).collect();
    driver.send(Msg::Started);
    let load = driver.ask(Msg::Started).into_iter().find_map(|effect| match effect {
        Effect::Load(ticket) => Some(ticket),
        _ => None,
    });
    let ticket = load.expect("it loads");
    let until = history::now() + TimeDelta::minutes(4);
    let warm_until = [(history::id(1).as_str().into(), until)].into();
    driver.send(Msg::Outlook(ticket, Outlook { warm_until }));
    driver.press("<Down>");
    assert!(driver.shows("○ 2h") && driver.shows("warm 4m"), "{}", driver.text());
    assert!(driver.shows("its cache is warm for another 4 minutes"), "{}", driver.text());
    driver.ask(Msg::Tick(until));
    assert!(!driver.shows("warm"), "{}", driver.text());
    assert!(driver.shows("! 26d") && driver.shows("3d left") && driver.shows("gone"), "{}", driver.text());
}
