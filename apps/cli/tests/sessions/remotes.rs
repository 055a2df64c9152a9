//! Remotes as people mind them: what waits, what is wrong, and which device is which.

use std::fs;

use serde_json::{Value, json};
use testkit::{PostgresServer, Transcript};

use crate::history::{self, REFUND};
use crate::sandbox::Sandbox;
use crate::syncing::{place, two_homes};

/// What the doctor says of remotes: how each is, what it says, and what to do.
fn of_remotes(sandbox: &Sandbox) -> Vec<[String; 3]> {
    let checks = sandbox.run(&["doctor", "--json"]).json()["checks"].as_array().cloned().expect("a list");
    let text = |check: &Value, field: &str| check[field].as_str().unwrap_or_default().to_owned();
    let remotes = checks.iter().filter(|check| check["part"] == "remote");
    remotes.map(|check| ["state", "says", "remedy"].map(|field| text(check, field))).collect()
}

#[test]
fn the_doctor_looks_at_remotes_without_asking_them() {
    let sandbox = Sandbox::new();
    assert!(of_remotes(&sandbox).is_empty());
    let folder = sandbox.directory("place");
    sandbox.run(&["remote", "add", "home", "~/place"]).ok();
    insta::assert_snapshot!(of_remotes(&sandbox)[0].join("\n"), @r"
    notice
    home: never synced, nothing queued
    `sessions sync --remote home` does it now; ticks do so by themselves.
    ");
    sandbox.run(&["sync"]).ok();
    assert_eq!(of_remotes(&sandbox)[0][0], "ok", "{:?}", of_remotes(&sandbox));
    fs::remove_dir_all(&folder).expect("it can be removed");
    sandbox.run(&["log", "task", "Fix the loom"]).ok();
    assert_eq!(of_remotes(&sandbox)[0][0], "ok", "it does not look there itself");
    assert_eq!(sandbox.run(&["sync"]).code, 1);
    insta::assert_snapshot!(of_remotes(&sandbox)[0].join("\n"), @r"
    notice
    home cannot be reached: ~/place does not exist; make it, or mount what it lies on; synced just now, 1 operation queued, tried again in 1 min
    It is tried again by itself; `sessions remote test` tries it now.
    ");
    let remotes = sandbox.home.path().join("data/journal/remotes.json");
    let mut noted: Value = serde_json::from_slice(&fs::read(&remotes).expect("it is there")).expect("it is JSON");
    noted["home"]["synced_ms"] = json!(1);
    fs::write(&remotes, noted.to_string()).expect("it can be written");
    assert_eq!(of_remotes(&sandbox)[0][0], "broken", "what is away for a week does not come back by itself");
}

#[test]
fn the_doctor_says_that_this_device_waits_for_a_key_and_not_by_which_code() {
    let ((_place, address), one, two) = (place(), Sandbox::new(), Sandbox::new());
    let encrypt = |home: &Sandbox, more: &[&str]| {
        let words = [&["remote", "add", "box", &address, "--encrypt"], more].concat();
        home.run_with(&words, "", |command| command.env("SESSIONS_REMOTE_BOX_PASSPHRASE", "four unlikely words"))
    };
    encrypt(&one, &[]).ok();
    one.run(&["sync"]).ok();
    let code = encrypt(&two, &["--ask", "--json"]).json()["code"].as_str().expect("a code").to_owned();
    let [state, says, remedy] = &of_remotes(&two)[0];
    assert_eq!(state, "notice");
    assert!(says.contains("waits until a device that has its key lets this one in"), "{says}");
    assert!(remedy.contains("sessions remote let-in box") && !format!("{says}{remedy}").contains(&code), "{remedy}");
    fs::remove_file(one.home.path().join(".config/sessions/secrets/box.key")).expect("it is there");
    let [state, says, remedy] = &of_remotes(&one)[0];
    assert!(
        state == "broken" && says.contains("no key for it here") && remedy.contains("--encrypt"),
        "{says} {remedy}"
    );
}

#[test]
fn the_status_says_what_the_next_sync_tells_first() {
    let sandbox = history::sandbox();
    sandbox.directory("place");
    sandbox.run(&["remote", "add", "home", "~/place"]).ok();
    let untold = || sandbox.run(&["sync", "--status", "--json"]).json()["untold"].clone();
    assert_eq!(untold(), 3, "it looks for what is new");
    sandbox.run(&["tick"]).ok();
    sandbox.run(&["sync"]).ok();
    assert_eq!(untold(), 0);
    let transcript = sandbox.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let before = fs::read_to_string(&transcript).expect("it can be read");
    let mut more = Transcript::new(REFUND);
    more.at("2026-10-09T09:00:00Z".parse().expect("a moment")).prompt("And now?").answer("It is fixed.");
    fs::write(&transcript, before + &more.text()).expect("it can be written");
    assert_eq!(untold(), 1);
    let shown = sandbox.run(&["sync", "--status"]);
    assert!(shown.ok().ends_with("1 session is new or went on; the next sync tells of it first.\n"), "{shown:?}");
    sandbox.run(&["sync"]).ok();
    assert_eq!(untold(), 0);
    let shown = sandbox.run(&["sync", "--status"]);
    assert!(!shown.ok().contains("the next sync"), "{shown:?}");
}

/// The devices that a home lists, without `--all`.
fn listed(home: &Sandbox) -> Vec<String> {
    let devices = home.run(&["devices", "--json"]).json()["devices"].as_array().cloned().expect("a list");
    devices.iter().map(|device| device["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_device_that_was_forgotten_and_is_used_is_listed_again() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    one.run(&["devices", "name", "laptop"]).ok();
    two.run(&["devices", "name", "tower"]).ok();
    for home in [&one, &two, &one] {
        home.run(&["sync"]).ok();
    }
    assert_eq!(listed(&one), ["laptop", "tower"]);
    one.run(&["devices", "forget", "tower"]).ok();
    assert_eq!(listed(&one), ["laptop"]);
    for home in [&one, &two] {
        home.run(&["sync"]).ok();
    }
    assert_eq!(listed(&two), ["tower", "laptop"], "on itself it is there");
    for home in [&one, &two, &one] {
        home.run(&["sync"]).ok();
    }
    assert_eq!(listed(&one), ["laptop", "tower"], "it said that it is used");
    one.run(&["devices", "forget", "tower"]).ok();
    one.run(&["sync"]).ok();
    assert_eq!(listed(&one), ["laptop"], "and can be forgotten again");
}

#[test]
fn a_device_that_is_let_in_again_is_listed_again() {
    let (_place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    let add = |home: &Sandbox, more: &[&str]| {
        let words = [&["remote", "add", "box", &address, "--encrypt"], more].concat();
        home.run_with(&words, "", |command| command.env("SESSIONS_REMOTE_BOX_PASSPHRASE", "four unlikely words"))
    };
    for (home, name) in [(&one, "laptop"), (&two, "tower")] {
        home.run(&["devices", "name", name]).ok();
        add(home, &[]).ok();
    }
    one.run(&["sync"]).ok();
    two.run(&["sync", "--join"]).ok();
    one.run(&["sync"]).ok();
    one.run(&["devices", "forget", "tower"]).ok();
    one.run(&["sync"]).ok();
    assert_eq!(listed(&one), ["laptop"]);
    two.run(&["remote", "remove", "box"]).ok();
    let code = add(&two, &["--ask", "--json"]).json()["code"].as_str().expect("a code").to_owned();
    let told = one.run(&["remote", "let-in", "box", &code]);
    assert_eq!(told.ok(), "tower is let in; it gets the key at its next sync.\n");
    assert_eq!(listed(&one), ["laptop", "tower"], "whoever is let in is used");
}

#[test]
fn devices_of_one_name_are_told_apart_wherever_one_is_chosen() {
    let (_place, address) = place();
    let (one, two) = (history::sandbox(), Sandbox::new());
    let add = |home: &Sandbox| {
        let words = ["remote", "add", "box", &address, "--encrypt"];
        home.run_with(&words, "", |command| command.env("SESSIONS_REMOTE_BOX_PASSPHRASE", "four unlikely words")).ok();
    };
    for home in [&one, &two] {
        home.run(&["devices", "name", "laptop"]).ok();
        add(home);
    }
    one.run(&["sync"]).ok();
    // nothing of the second one came yet
    let labels = |answer: Value| -> Vec<String> {
        let devices = answer["devices"].as_array().cloned().expect("a list");
        devices.iter().map(|device| device["label"].as_str().expect("a label").to_owned()).collect()
    };
    let keys = labels(one.run(&["remote", "keys", "box", "--json"]).json());
    assert!(
        keys.len() == 2 && keys[0] != keys[1] && keys.iter().all(|label| label.starts_with("laptop (")),
        "{keys:?}"
    );
    let shown = one.run(&["remote", "keys", "box"]);
    assert!(keys.iter().all(|label| shown.ok().contains(label)), "{shown:?}");
    let refused = one.run(&["devices", "forget", "laptop"]);
    assert!(keys.iter().all(|label| refused.refused().contains(label)), "{refused:?}");
    two.run(&["sync", "--remote", "box", "--join"]).ok();
    one.run(&["sync"]).ok();
    assert_eq!(labels(one.run(&["devices", "--json"]).json()), keys);
    let found = two.run(&["ls", &format!("device:\"{}\"", keys[0]), "--json"]).json();
    assert_eq!(found["sessions"].as_array().map(Vec::len), Some(3), "{found}");
}

#[test]
fn one_place_is_not_added_under_two_names() {
    let sandbox = Sandbox::new();
    sandbox.directory("place");
    sandbox.run(&["remote", "add", "home", "~/place"]).ok();
    insta::assert_snapshot!(sandbox.run(&["remote", "add", "other", "./place/../place/"]).refused(), @r"
    sessions: This place is added already; it is called `home`.
    `sessions sync --remote home` syncs with it. To call it something else, `sessions remote remove home` first.
    ");
    sandbox.directory("second");
    sandbox.run(&["remote", "add", "other", "~/second"]).ok();
}

#[test]
fn every_remote_that_failed_is_named_at_the_end() {
    let sandbox = Sandbox::new();
    for name in ["home", "work", "nas"] {
        let folder = sandbox.directory(name);
        sandbox.run(&["remote", "add", name, &format!("~/{name}")]).ok();
        if name != "work" {
            fs::remove_dir(folder).expect("it can be removed");
        }
    }
    insta::assert_snapshot!(sandbox.run(&["sync"]).stderr, @r"
    sessions: Not everything is synced:
    home cannot be reached: ~/home does not exist; make it, or mount what it lies on.
    nas cannot be reached: ~/nas does not exist; make it, or mount what it lies on.
    It is tried again by itself; `sessions remote test` tries it now.
    ");
    insta::assert_snapshot!(sandbox.run(&["remote", "test"]).stderr, @r"
    sessions: Not every remote answered:
    home cannot be reached: ~/home does not exist; make it, or mount what it lies on.
    nas cannot be reached: ~/nas does not exist; make it, or mount what it lies on.
    It is tried again by itself; `sessions remote test` tries it now.
    ");
}

/// A session that two machines have counts for the same one on both, and in SQL: for the one that knows more of its
/// transcript, whatever else it has of it.
#[test]
fn of_two_copies_of_a_session_every_machine_and_the_database_take_the_same() {
    let Some(server) = PostgresServer::start() else { return };
    let (one, two) = (history::sandbox(), history::sandbox());
    let name = format!("-src-shop/{REFUND}.jsonl");
    let before = fs::read_to_string(one.home.claude().join("projects").join(&name)).expect("it can be read");
    let mut more = Transcript::new(REFUND);
    more.at("2026-10-01T09:20:00Z".parse().expect("a moment")).prompt("And now?").answer("It is fixed.");
    two.home.transcript(&name, before.clone() + &more.text());
    // more bytes in all, and less of the conversation itself
    let mut agent = Transcript::new(REFUND);
    agent.at("2026-10-01T09:05:00Z".parse().expect("a moment")).prompt(&"Look. ".repeat(2_000)).answer("Seen.");
    one.home.transcript(&format!("-src-shop/{REFUND}/subagents/agent-a1.jsonl"), agent.text());
    for (home, name) in [(&one, "laptop"), (&two, "tower")] {
        home.run(&["devices", "name", name]).ok();
        home.run(&["remote", "add", "home", &server.url("owner")]).ok();
    }
    one.run(&["sync"]).ok();
    two.run(&["sync", "--remote", "home", "--join"]).ok();
    one.run(&["sync"]).ok();
    let counted = |home: &Sandbox, device: &str| -> bool {
        let found = home.run(&["ls", &format!("device:{device}"), "--json"]).json();
        found["sessions"].as_array().expect("a list").iter().any(|row| row["id"] == REFUND)
    };
    for home in [&one, &two] {
        assert_eq!([counted(home, "laptop"), counted(home, "tower")], [false, true]);
    }
    let sql = format!("select device from sessions where session_id = '{REFUND}'");
    assert_eq!(server.psql("owner", &sql), "tower");
    // of copies that know the same it is the machine that is in use for the longest
    one.home.transcript(&name, before + &more.text());
    for home in [&one, &two, &one] {
        home.run(&["sync"]).ok();
    }
    let number = |home: &Sandbox| home.run(&["devices", "--json"]).json()["devices"][0]["replica"].to_string();
    let longest = if number(&one) < number(&two) { "laptop" } else { "tower" };
    for home in [&one, &two] {
        assert!(counted(home, longest), "{longest}");
    }
    assert_eq!(server.psql("owner", &sql), longest);
}
