//! Sessions of other machines: listed, found, counted, and never taken for those of this one.

use std::fs;

use journal::{Journal, Scope};
use serde_json::{Value, json};

use crate::disposing;
use crate::history::{self, BLOG, FLAKY, REFUND};
use crate::sandbox::{Sandbox, listing};
use crate::syncing::{place, two_homes};
use crate::terminal::Terminal;

/// Two homes that know each other, of which the first is called laptop and has the history.
fn laptop_and_other(address: &str) -> (Sandbox, Sandbox) {
    let (one, two) = two_homes(address);
    one.run(&["devices", "name", "laptop"]).ok();
    one.run(&["sync"]).ok();
    two.run(&["devices", "name", "tower"]).ok();
    two.run(&["sync"]).ok();
    one.run(&["sync"]).ok();
    (one, two)
}

fn devices(home: &Sandbox, query: &[&str]) -> Vec<Value> {
    let listed = home.run(&[&["ls", "--json"][..], query].concat()).json();
    listed["sessions"].as_array().expect("a list").iter().map(|row| row["device"]["name"].clone()).collect()
}

#[test]
fn a_session_names_the_machine_that_it_ran_on() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    assert_eq!(devices(&two, &[]), ["laptop"; 3]);
    assert_eq!(devices(&two, &["device:lap"]), ["laptop"; 3]);
    assert_eq!(devices(&two, &["is:remote"]), ["laptop"; 3]);
    assert!(devices(&two, &["device:tower"]).is_empty() && devices(&two, &["is:gone"]).is_empty());
    assert_eq!(devices(&one, &["device:laptop"]), [Value::Null, Value::Null, Value::Null]);
    let shown = two.run(&["show", BLOG, "--json"]);
    assert_eq!(shown.json()["session"]["device"]["name"], "laptop");
    assert!(devices(&one, &["is:remote"]).is_empty());
}

/// What was refused, with the moment that the other machine was heard of written as `<moment>`.
fn refused(home: &Sandbox, command: &[&str]) -> String {
    let answer = home.run(command);
    assert_eq!(answer.code, 1, "{answer:?}");
    let (before, heard) = answer.stderr.split_once("last heard of ").expect("it is said when");
    let (moment, after) = heard.split_once(')').expect("it is in brackets");
    assert_eq!(moment.len(), "2026-11-02 10:00".len(), "{moment}");
    format!("{before}last heard of <moment>){after}")
}

#[test]
fn what_is_wanted_of_a_transcript_elsewhere_is_answered_with_the_machine_and_the_way_there() {
    let (_place, address) = place();
    let (_one, two) = laptop_and_other(&address);
    insta::assert_snapshot!(refused(&two, &["resume", REFUND]), @r"
    sessions: The transcript of 4f2a1111-1111-4111-8111-111111111111 lies on laptop (last heard of <moment>); only its figures are here.
    Go on there: `sessions resume 4f2a1111-1111-4111-8111-111111111111`, or from here `ssh -t laptop sessions resume 4f2a1111-1111-4111-8111-111111111111`.
    ");
    insta::assert_snapshot!(refused(&two, &["show", REFUND, "--format", "jsonl"]), @r"
    sessions: The transcript of 4f2a1111-1111-4111-8111-111111111111 lies on laptop (last heard of <moment>); only its figures are here.
    Read it there: `sessions show 4f2a1111-1111-4111-8111-111111111111`, or from here `ssh -t laptop sessions show 4f2a1111-1111-4111-8111-111111111111`.
    ");
    insta::assert_snapshot!(refused(&two, &["restore", REFUND]), @r"
    sessions: The transcript of 4f2a1111-1111-4111-8111-111111111111 lies on laptop (last heard of <moment>); only its figures are here.
    If it was deleted there, put it back there: `sessions restore 4f2a1111-1111-4111-8111-111111111111`, or from here `ssh -t laptop sessions restore 4f2a1111-1111-4111-8111-111111111111`.
    ");
}

#[test]
fn a_device_that_nobody_knows_is_refused_with_those_that_are_known() {
    let (_place, address) = place();
    let (_one, two) = laptop_and_other(&address);
    let expect = "sessions: No device is called `phone`.\nThere are: tower, laptop.\n";
    for command in [
        &["usage", "--device", "phone"][..],
        &["ls", "device:phone"],
        &["ls", "--", "-device:phone"],
        &["search", "device:phone refund"],
    ] {
        assert_eq!(two.run(command).refused(), expect, "{command:?}");
    }
    assert!(devices(&two, &["device:TOW"]).is_empty(), "this one is known, and nothing ran on it");
}

#[test]
fn usage_is_asked_by_machine_and_every_machine_counts_the_same() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    let rows = |home: &Sandbox, more: &[&str]| {
        let answer = home.run(&[&["usage", "--by", "device", "--json"][..], more].concat()).json();
        let rows = answer["rows"].as_array().expect("rows").iter();
        rows.map(|row| (row["key"].clone(), row["requests"].clone(), row["cost_usd"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(rows(&one, &[]), rows(&two, &[]));
    assert_eq!(rows(&two, &[])[0].0, "laptop");
    assert_eq!(rows(&two, &["--device", "LAP"]), rows(&two, &[]));
    assert!(rows(&two, &["--device", "tower"]).is_empty());
}

#[test]
fn a_device_has_its_name_from_the_start() {
    let (_place, address) = place();
    let (one, two) = (history::sandbox(), Sandbox::new());
    for (home, name) in [(&one, "laptop"), (&two, "tower")] {
        let file = home.directory(".config/sessions").join("config.toml");
        fs::write(file, format!("[device]\nname = '{name}'\n")).expect("it can be written");
    }
    let named = |home: &Sandbox| {
        let listed = home.run(&["devices", "--json"]).json();
        listed["devices"].as_array().expect("a list").iter().map(|device| device["label"].clone()).collect::<Vec<_>>()
    };
    one.run(&["log", "task", "Fix the loom"]).ok();
    assert_eq!(named(&one), ["laptop"], "before it synced with anybody");
    for home in [&one, &two] {
        home.run(&["remote", "add", "home", &address]).ok();
    }
    one.run(&["sync"]).ok();
    two.run(&["sync", "--remote", "home", "--join"]).ok();
    assert_eq!(named(&two), ["tower", "laptop"]);
    one.run(&["sync"]).ok();
    assert_eq!(named(&one), ["laptop", "tower"], "although nothing ever ran there");
}

/// A machine that was set back to an older state of itself, down to its files' numbers, goes on under another number, and is one
/// device with one name and one row.
#[test]
fn a_device_that_goes_on_under_another_number_takes_its_name_along() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    let journal = one.home.path().join("data/journal");
    let before = Journal::open(&journal).expect("it is there").replica();
    let backup: Vec<(String, Vec<u8>)> = listing(&journal)
        .into_iter()
        .map(|name| (name.clone(), fs::read(journal.join(name)).expect("it can be read")))
        .collect();
    one.run(&["log", "task", "Fix the loom"]).ok();
    one.run(&["sync"]).ok();
    for name in listing(&journal) {
        match backup.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => fs::write(journal.join(name), bytes).expect("it can be written"),
            None => fs::remove_file(journal.join(name)).expect("it can be removed"),
        }
    }
    one.run(&["log", "task", "Oil the loom"]).ok();
    let answer = one.run(&["sync", "--json"]).json();
    assert_eq!(
        (&answer["remotes"][0]["complete"], &answer["remotes"][0]["renamed"]),
        (&json!(true), &json!(true)),
        "{answer}"
    );
    let mut later = testkit::Transcript::new("aaaa4444-4444-4444-8444-444444444444");
    later.at("2026-10-09T09:00:00Z".parse().expect("a moment")).prompt("Oil the loom").answer("It is oiled.");
    one.home.transcript("-src-shop/aaaa4444-4444-4444-8444-444444444444.jsonl", later.text());
    one.run(&["sync"]).ok();
    two.run(&["sync"]).ok();
    for home in [&one, &two] {
        let listed = home.run(&["devices", "--json"]).json();
        let devices = listed["devices"].as_array().expect("a list");
        let laptop: Vec<&Value> = devices.iter().filter(|device| device["label"] == "laptop").collect();
        assert_eq!((devices.len(), laptop.len()), (2, 1), "{listed}");
        assert_eq!(laptop[0]["earlier"], json!([before.to_string()]), "{listed}");
        assert_eq!(laptop[0]["sessions"], 4, "{listed}");
        let usage = home.run(&["usage", "--by", "device", "--json"]).json();
        let keys: Vec<&Value> = usage["rows"].as_array().expect("rows").iter().map(|row| &row["key"]).collect();
        assert_eq!(keys, ["laptop"], "{usage}");
        assert_eq!(home.run(&["usage", "--device", "laptop", "--json"]).json()["totals"], usage["totals"]);
    }
    assert_eq!(devices(&two, &["device:laptop"]), ["laptop"; 4]);
    let entries = two.run(&["entries", "--all-projects"]);
    assert!(entries.ok().contains("Fix the loom") && entries.ok().contains("Oil the loom"), "{entries:?}");
}

#[test]
fn whoever_is_met_in_a_shared_place_is_called_by_who_writes_there() {
    let (_place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    for home in [&one, &two] {
        home.run(&["remote", "add", "team", &address, "--shared"]).ok();
    }
    one.run_with(&["log", "task", "Fix the loom"], "", |command| command.env("USER", "ada")).ok();
    for home in [&one, &two] {
        home.run(&["sync"]).ok();
    }
    let listed = two.run(&["devices"]);
    assert!(listed.ok().contains("device of "), "{listed:?}");
}

/// Every machine has the transcripts of the first, as after a move to a new one.
#[test]
fn a_transcript_that_two_machines_have_counts_once_and_for_the_same_machine_everywhere() {
    let (_place, address) = place();
    let (one, two) = (history::sandbox(), history::sandbox());
    // to the byte
    let mut copied = testkit::Transcript::new("cccc5555-5555-4555-8555-555555555555");
    copied.cwd("/src/shop").at("2026-10-06T12:00:00Z".parse().expect("a moment"));
    copied.prompt("Is it long enough to be known again?").answer(&"It is. ".repeat(100));
    for home in [&one, &two] {
        home.home.transcript("-src-shop/cccc5555-5555-4555-8555-555555555555.jsonl", copied.text());
    }
    let totals = |home: &Sandbox| home.run(&["usage", "--json"]).json()["totals"].clone();
    let before = totals(&one);
    for (home, name) in [(&one, "laptop"), (&two, "tower")] {
        home.run(&["remote", "add", "home", &address]).ok();
        home.run(&["devices", "name", name]).ok();
    }
    let sync = || {
        one.run(&["sync"]).ok();
        two.run(&["sync", "--remote", "home", "--join"]).ok();
        one.run(&["sync"]).ok();
    };
    sync();
    let rows = |home: &Sandbox| {
        let answer = home.run(&["usage", "--by", "device", "--json"]).json();
        let rows = answer["rows"].as_array().expect("rows").iter();
        rows.map(|row| (row["key"].clone(), row["requests"].clone(), row["cost_usd"].clone())).collect::<Vec<_>>()
    };
    for home in [&one, &two] {
        assert_eq!(totals(home), before);
        let listed = home.run(&["devices", "--json"]).json();
        let counts = listed["devices"].as_array().expect("a list").iter();
        let mut counts: Vec<_> = counts.map(|one| (one["name"].to_string(), one["sessions"].clone())).collect();
        counts.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(counts, [("\"laptop\"".to_owned(), json!(4)), ("\"tower\"".to_owned(), json!(0))]);
    }
    assert_eq!(rows(&one), rows(&two));
    assert_eq!(rows(&one).iter().map(|row| row.0.clone()).collect::<Vec<_>>(), ["laptop"], "it is in use for longer");
    assert!(two.run(&["usage", "--device", "tower", "--json"]).json()["rows"].as_array().is_some_and(Vec::is_empty));
    // what the other one told took nothing away, and takes no room
    let listed = |home: &Sandbox| {
        let row = home.run(&["ls", "--json", "cccc5555"]).json()["sessions"][0].clone();
        (row["title"].clone(), row["first_prompt"].clone(), row["bytes"].clone())
    };
    let said = json!("Is it long enough to be known again?");
    assert_eq!(listed(&one), listed(&two));
    assert_eq!(listed(&one), (said.clone(), said, json!(copied.text().len())));
    // the list says what usage says, and each can read them
    assert!(devices(&one, &[]).iter().all(Value::is_null));
    assert_eq!(devices(&two, &[]), ["laptop"; 4]);
    for home in [&one, &two] {
        let found = |query: &str| devices(home, &[query]).len();
        assert_eq!((found("device:laptop"), found("device:tower")), (4, 0));
        assert!(home.run(&["show", FLAKY]).ok().contains("It waits too short."));
    }
    let transcript = two.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let text = fs::read_to_string(&transcript).expect("it can be read");
    let mut more = testkit::Transcript::new(REFUND);
    more.at("2026-10-09T09:00:00Z".parse().expect("a moment")).prompt("And now?").answer("It is fixed.");
    fs::write(&transcript, text + &more.text()).expect("it can be written");
    two.run(&["sync"]).ok();
    sync();
    assert_eq!(totals(&one), totals(&two));
    assert_eq!(rows(&one), rows(&two));
    let mut names: Vec<String> = rows(&one).iter().map(|row| row.0.to_string()).collect();
    names.sort();
    assert_eq!(names, ["\"laptop\"", "\"tower\""], "it went on there");
}

/// Somebody syncs while a tick runs: what was taken back elsewhere may be on its way.
#[test]
fn a_tick_that_cannot_sync_leaves_the_trash_as_it_is() {
    let (_place, address) = place();
    let (one, _two) = laptop_and_other(&address);
    one.run(&["delete", "4f2b", "--yes"]).ok();
    let data = disposing::data(&one);
    let trash = data.join("trash");
    disposing::age(&trash, FLAKY);
    let there = || listing(&trash).iter().any(|name| name.contains(FLAKY));
    let lock = fs::OpenOptions::new().write(true).create(true).truncate(false).open(data.join("state/sync.lock"));
    let lock = lock.expect("it can be opened");
    lock.lock().expect("nobody syncs");
    let tick = || {
        // what a tick saw, where one ran
        let _ = fs::remove_file(data.join("state/tick.json"));
        one.run(&["tick"]).ok();
    };
    tick();
    assert!(there(), "it waits for whoever syncs");
    drop(lock);
    tick();
    assert!(!there(), "nobody syncs any more");
}

/// Whatever another machine calls itself and its sessions, it is only text here.
#[test]
fn words_of_other_machines_cannot_write_to_the_terminal() {
    const EVIL: &str = "\u{1b}[41mEVIL\u{7}\u{9b}2J\u{1b}]0;x\u{7}\u{202e}";
    let (_place, address) = place();
    let (one, two) = (history::sandbox(), Sandbox::new());
    let mut evil = testkit::Transcript::new("eeee4444-4444-4444-8444-444444444444");
    evil.cwd(&format!("/src/{EVIL}")).branch(EVIL).at("2026-10-05T12:00:00Z".parse().expect("a moment"));
    evil.prompt("What now?").answer("Nothing.").custom_title(EVIL);
    one.home.transcript("-src-evil/eeee4444-4444-4444-8444-444444444444.jsonl", evil.text());
    for home in [&one, &two] {
        home.run(&["remote", "add", "home", &address]).ok();
    }
    one.run(&["sync"]).ok();
    let journal = Journal::open(&one.home.path().join("data/journal")).expect("it is there");
    let replica = journal.replica();
    let device = json!({ "at_ms": 1, "by": EVIL, "replica": replica, "revision": 9, "name": EVIL }).to_string();
    let set = |text: &str| json!({ "to": text, "revision": 1 });
    let entry = json!({ "v": 1, "kind": "entry", "at_ms": 1, "by": EVIL, "subject": "e1",
        "set": { "title": set(EVIL), "category": set("task"), "status": set("open"), "project": set(EVIL) } });
    let bodies = [format!("{{\"v\":1,\"kind\":\"device\",{}", &device[1..]), entry.to_string()];
    journal.append(&Scope::Private, &bodies.map(String::into_bytes)).expect("it can be written");
    drop(journal);
    one.run(&["sync"]).ok();
    two.run(&["sync", "--remote", "home", "--join"]).ok();
    let commands: [&[&str]; 13] = [
        &["ls"],
        &["ls", "device:phone"],
        &["show", "eeee"],
        &["resume", "eeee"],
        &["restore", "eeee"],
        &["devices"],
        &["devices", "name", "x", "--device", "nope"],
        &["usage", "--by", "device"],
        &["usage", "--by", "session"],
        &["usage", "--device", "phone"],
        &["entries", "--all-projects"],
        &["inbox"],
        &["sync", "--status"],
    ];
    let is_harmless = |text: &str| {
        text.chars().all(|letter| matches!(letter, '\n' | '\t') || !(letter.is_control() || letter == '\u{202e}'))
    };
    for command in commands {
        let answer = two.run(command);
        assert!(is_harmless(&answer.stdout) && is_harmless(&answer.stderr), "{command:?}: {answer:?}");
        let mut terminal = Terminal::start(&two, command, (30, 140), &[]);
        terminal.wait_until("something", |screen| !screen.trim().is_empty());
        assert_plain(terminal.end().1.screen());
    }
    assert!(
        two.run(&["devices"]).ok().contains("EVIL") && two.run(&["ls"]).ok().contains("EVIL"),
        "it is shown as text"
    );
    let mut terminal = Terminal::start(&two, &[], (30, 140), &[]);
    terminal.wait_for("EVIL");
    assert_plain(terminal.screen());
    terminal.press("\u{1b}[15~");
    terminal.wait_until("the page of syncing", |screen| screen.contains("Devices") && screen.contains("EVIL"));
    assert_plain(terminal.screen());
    terminal.press("\u{3}");
    terminal.end();
}

/// Nothing on the screen has the red background that an obeyed name would have.
fn assert_plain(screen: &vt100::Screen) {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let cells = (0..rows).flat_map(|row| (0..columns).filter_map(move |column| screen.cell(row, column)));
    assert!(cells.into_iter().all(|cell| cell.bgcolor() != vt100::Color::Idx(1)), "{}", screen.contents());
}

#[test]
fn devices_of_one_name_are_told_apart_and_the_setting_names_this_one() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    for home in [&one, &two] {
        let file = home.home.path().join(".config/sessions/config.toml");
        let before = fs::read_to_string(&file).expect("a remote was added");
        fs::write(&file, format!("{before}\n[device]\nname = 'laptop'\n")).expect("it can be written");
        home.run(&["sync"]).ok();
    }
    one.run(&["sync"]).ok();
    let listed = one.run(&["devices", "--json"]).json();
    let labels: Vec<&str> =
        listed["devices"].as_array().expect("a list").iter().filter_map(|one| one["label"].as_str()).collect();
    assert!(labels.len() == 2 && labels[0] != labels[1], "{listed}");
    assert!(labels.iter().all(|label| label.starts_with("laptop (01")), "{listed}");
    assert_eq!(listed["devices"][0]["sessions"], 3, "{listed}");
    // what a person says goes before the setting until that changes
    one.run(&["devices", "name", "old laptop"]).ok();
    one.run(&["sync"]).ok();
    assert!(one.run(&["devices"]).ok().contains("old laptop (here)"));
}

#[test]
fn a_place_that_holds_what_is_not_known_here_says_so_when_it_is_added() {
    let (_place, address) = place();
    let (_one, _two) = two_homes(&address);
    let three = Sandbox::new();
    let added = three.run(&["remote", "add", "home", &format!("folder:{address}")]);
    assert!(added.ok().contains("sessions sync --remote home --join"), "{added:?}");
    three.run(&["sync", "--remote", "home", "--join"]).ok();
    assert_eq!(devices(&three, &[]).len(), 3);
}

fn listed(home: &Sandbox) -> Vec<String> {
    let answer = home.run(&["ls", "--json"]).json();
    let rows = answer["sessions"].as_array().expect("a list").iter();
    rows.filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_deletion_and_what_takes_it_back_hold_on_every_machine() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    let all = listed(&one);
    let sync = || [&one, &two, &one].map(|home| home.run(&["sync"]).ok().to_owned());
    let transcript = one.home.claude().join(format!("projects/-src-shop/{FLAKY}.jsonl"));
    let content = fs::read(&transcript).expect("it is there");
    // what another machine has can be deleted here, and taken back at any time
    let deleted = two.run(&["delete", "4f2a", "--yes"]);
    let step = format!("`sessions undelete {REFUND}` lists it again, at any time.");
    assert!(deleted.ok().contains("nothing of it is on this disk") && deleted.stdout.contains(&step), "{deleted:?}");
    let undeletable = two.run(&["undelete"]);
    assert!(undeletable.ok().starts_with(REFUND) && undeletable.stdout.contains("at any time"), "{undeletable:?}");
    assert!(undeletable.stdout.contains("Double refund"), "{undeletable:?}");
    // and what is deleted where it lies is gone on the other machine, too
    one.run(&["delete", "4f2b", "--yes"]).ok();
    assert!(!transcript.exists());
    sync();
    for home in [&one, &two] {
        assert_eq!(listed(home), [BLOG]);
        let told = home.run(&["undelete", "--json"]).json();
        let mut ids: Vec<&str> =
            told["deleted"].as_array().expect("a list").iter().filter_map(|one| one["session"].as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, [REFUND, FLAKY], "{told}");
    }
    // each is taken back on the machine that did not delete it
    one.run(&["undelete", "4f2a"]).ok();
    two.run(&["undelete", "4f2b"]).ok();
    sync();
    one.run(&["tick"]).ok();
    for home in [&one, &two] {
        assert_eq!(listed(home), all);
        assert_eq!(home.run(&["undelete"]).ok(), "Nothing is deleted.\n");
    }
    assert_eq!(fs::read(&transcript).expect("a tick put it back"), content);
    assert!(one.run(&["show", FLAKY]).ok().contains("It waits too short."));
}

#[test]
fn a_tick_hears_of_what_was_taken_back_before_it_empties_the_trash() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    let transcript = one.home.claude().join(format!("projects/-src-shop/{FLAKY}.jsonl"));
    let content = fs::read(&transcript).expect("it is there");
    one.run(&["delete", "4f2b", "--yes"]).ok();
    for home in [&one, &two] {
        home.run(&["sync"]).ok();
    }
    two.run(&["undelete", "4f2b"]).ok();
    two.run(&["sync"]).ok();
    // a lid that was closed for longer than a day
    let trash = disposing::data(&one).join("trash");
    disposing::age(&trash, FLAKY);
    fs::remove_file(disposing::data(&one).join("journal/remotes.json")).expect("when it was synced can be forgotten");
    one.run(&["tick"]).ok();
    assert_eq!(fs::read(&transcript).expect("it was put back"), content);
}
