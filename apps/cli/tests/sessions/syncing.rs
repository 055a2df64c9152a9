//! Syncing as people meet it: two homes, a place between them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use testkit::PostgresServer;

use crate::history::{self, BLOG, REFUND};
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

/// A sentence is known again by so many bytes.
const KNOWN_BY: usize = 40;

pub(crate) fn place() -> (tempfile::TempDir, String) {
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let path = place.path().display().to_string();
    (place, path)
}

/// Two homes, of which the first has a history, synced through a place.
pub(crate) fn two_homes(address: &str) -> (Sandbox, Sandbox) {
    let (one, two) = (history::sandbox(), Sandbox::new());
    for home in [&one, &two] {
        home.run(&["remote", "add", "home", address]).ok();
    }
    one.run(&["sync"]).ok();
    let refused = two.run(&["sync"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("sessions sync --remote home --join"), "{refused:?}");
    two.run(&["sync", "--remote", "home", "--join"]).ok();
    (one, two)
}

#[test]
fn another_machine_comes_to_know_the_sessions() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    let listed = two.run(&["ls", "--json"]).json();
    let rows = listed["sessions"].as_array().expect("a list");
    assert_eq!(rows.len(), 3, "{listed}");
    let blog = rows.iter().find(|row| row["id"] == BLOG).expect("it is there");
    assert_eq!(blog["title"], "Tabs and\\or spaces");
    let tokens = |home: &Sandbox| home.run(&["usage", "--json"]).json()["totals"].clone();
    assert_eq!(tokens(&one), tokens(&two));
    for home in [&one, &two, &one] {
        let answer = home.run(&["sync", "--json"]).json();
        assert_eq!((&answer["remotes"][0]["complete"], &answer["remotes"][0]["error"]), (&json!(true), &Value::Null));
    }
    let answer = two.run(&["sync", "--json"]).json();
    assert_eq!((&answer["remotes"][0]["sent"], &answer["remotes"][0]["taken"]), (&json!(0), &json!(0)), "{answer}");
}

#[test]
fn whoever_has_one_remote_need_not_name_it() {
    let ((_place, address), (_other, second)) = (place(), place());
    let (_one, _two) = two_homes(&address);
    let three = Sandbox::new();
    three.run(&["remote", "add", "home", &address]).ok();
    three.run(&["sync", "--join"]).ok();
    assert_eq!(three.run(&["ls", "--json"]).json()["sessions"].as_array().map(Vec::len), Some(3));
    three.run(&["remote", "add", "other", &second]).ok();
    insta::assert_snapshot!(three.run(&["sync", "--join"]).refused(), @r"
    sessions: Which remote holds data of yours has to be said.
    Say it: `sessions sync --remote other --join`, or another one.
    ");
    three.run(&["sync"]).ok();
}

#[test]
fn a_session_that_went_on_is_told_again() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    let prompts = |home: &Sandbox| home.run(&["show", REFUND, "--json"]).json()["session"]["prompts"].clone();
    let transcript = one.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let before = fs::read_to_string(&transcript).expect("it can be read");
    let mut more = testkit::Transcript::new(REFUND);
    more.at("2026-10-09T09:00:00Z".parse().expect("a moment")).prompt("And now?").answer("It is fixed.");
    fs::write(&transcript, before + &more.text()).expect("it can be written");
    one.run(&["sync"]).ok();
    two.run(&["sync"]).ok();
    assert_eq!(prompts(&one), prompts(&two));
}

#[test]
fn devices_have_names_and_can_be_forgotten() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    one.run(&["devices", "name", "laptop"]).ok();
    one.run(&["sync"]).ok();
    two.run(&["sync"]).ok();
    let listed = two.run(&["devices", "--json"]).json();
    let devices = listed["devices"].as_array().expect("a list");
    assert_eq!(devices.iter().filter(|device| device["name"] == "laptop" && device["is_here"] == false).count(), 1);
    let count = || two.run(&["devices", "--json"]).json()["devices"].as_array().map(Vec::len);
    two.run(&["devices", "forget", "laptop"]).ok();
    assert_eq!(count(), Some(1));
    two.run(&["devices", "name", "attic", "--device", "laptop"]).ok();
    assert_eq!(count(), Some(2), "whatever is named is listed again");
    let refused = two.run(&["devices", "forget", "no such"]);
    assert!(refused.refused().contains("There is no device `no such`"), "{refused:?}");
}

#[test]
fn what_is_wrong_with_a_remote_is_said_with_the_next_step() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run(&["sync"]).refused(), @r"
    sessions: There is no remote to sync with yet.
    Add one: `sessions remote add home <address>`; see `sessions remote add --help`.
    ");
    insta::assert_snapshot!(sandbox.run(&["remote", "add", "Home", "/x"]).refused(), @r"
    sessions: `Home` is no name of a remote.
    Use lower-case letters, digits, - and _.
    ");
    insta::assert_snapshot!(sandbox.run(&["remote", "add", "home", "sessions"]).refused(), @r"
    sessions: `sessions` is no address: write ./ before a folder; an address is postgres://user@host/database, /a/folder, git@host:path/repository.git, git:<address>, duckdb:/a/file.duckdb or md:<database>
    See `sessions remote add --help` for the forms of an address.
    ");
    insta::assert_snapshot!(sandbox.run(&["remote", "add", "home", "~/nowhere"]).refused(), @r"
    sessions: home cannot be reached: ~/nowhere does not exist; make it, or mount what it lies on.
    Nothing was added. Put it right and add it again, or add it untested with `--no-test`.
    ");
    insta::assert_snapshot!(sandbox.run(&["remote", "list"]).ok(), @"There is none yet; `sessions remote add --help` shows how to add one.");
    sandbox.directory("place");
    insta::assert_snapshot!(sandbox.run(&["remote", "add", "home", "~/place"]).ok(), @r"
    home is added: ~/place (it is empty).
    `sessions sync --remote home` syncs with it now; ticks do so by themselves.
    ");
    insta::assert_snapshot!(sandbox.run(&["sync", "--remote", "hone"]).refused(), @r"
    sessions: There is no remote `hone`.
    Did you mean `home`?
    ");
    fs::remove_dir(sandbox.home.path().join("place")).expect("it can be removed");
    let failed = sandbox.run(&["sync"]);
    assert_eq!(failed.code, 1);
    insta::assert_snapshot!(failed.stdout + &failed.stderr, @r"
    home  it cannot be reached: ~/place does not exist; make it, or mount what it lies on · 1 operation queued
    sessions: Not everything is synced: home cannot be reached: ~/place does not exist; make it, or mount what it lies on.
    It is tried again by itself; `sessions remote test` tries it now.
    ");
    let status = sandbox.run(&["sync", "--status", "--json"]).json();
    assert_eq!(
        (&status["remotes"][0]["failures"], &status["remotes"][0]["queued"]),
        (&json!(1), &json!(1)),
        "{status}"
    );
    insta::assert_snapshot!(sandbox.run(&["remote", "remove", "home"]).ok(), @"home is removed. What it holds stays there, and what came from it stays here.");
    assert_eq!(sandbox.run(&["remote", "list", "--json"]).json()["remotes"], json!([]));
}

#[test]
fn a_password_is_kept_apart_and_never_shown() {
    let sandbox = Sandbox::new();
    let address = "postgres://ada:s3cret@127.0.0.1:1/none";
    let refused = sandbox.run(&["remote", "add", "work", address]);
    assert!(!refused.refused().contains("s3cret"), "{refused:?}");
    let added = sandbox.run(&["remote", "add", "work", address, "--no-test"]);
    assert!(!added.ok().contains("s3cret"), "{added:?}");
    let config = sandbox.home.path().join(".config/sessions");
    assert!(!fs::read_to_string(config.join("config.toml")).expect("it is there").contains("s3cret"));
    assert_eq!(fs::read_to_string(config.join("secrets/work")).expect("it is there"), "s3cret");
    for command in [&["remote", "list"][..], &["sync", "--status"], &["remote", "test"], &["sync"]] {
        let answer = sandbox.run(command);
        assert!(!(answer.stdout + &answer.stderr).contains("s3cret"), "{command:?}");
    }
}

#[test]
fn a_password_that_is_kept_already_is_neither_overwritten_nor_taken_away() {
    let sandbox = Sandbox::new();
    let address = "postgres://ada@127.0.0.1:1/none";
    let add = |words: &[&str]| {
        let words = [&["remote", "add", "work", address, "--password-stdin"], words].concat();
        sandbox.run_with(&words, " s3cret \nmore\n", |command| command)
    };
    add(&["--no-test"]).ok();
    let config = sandbox.home.path().join(".config/sessions");
    let kept = || fs::read_to_string(config.join("secrets/work")).expect("it is kept");
    assert_eq!(kept(), "s3cret");
    // somebody took the section out by hand
    fs::write(config.join("config.toml"), "").expect("it can be written");
    fs::write(config.join("secrets/work"), "earlier").expect("it can be written");
    for words in [&["--no-test"][..], &[]] {
        let refused = add(words);
        assert!(refused.refused().contains("There is a password of a remote `work` already"), "{refused:?}");
        assert_eq!(kept(), "earlier");
    }
}

#[test]
fn people_ask_the_database_in_sql() {
    let Some(server) = PostgresServer::start() else { return };
    let (one, two) = two_homes(&server.url("owner"));
    one.run(&["devices", "name", "laptop"]).ok();
    one.run(&["sync"]).ok();
    let by_device = || server.psql("owner", "select device, count(*) from sessions group by device");
    assert_eq!(by_device(), "laptop|3");
    two.run(&["sync"]).ok();
    two.run(&["devices", "name", "old laptop", "--device", "laptop"]).ok();
    two.run(&["sync"]).ok();
    assert_eq!(by_device(), "old laptop|3", "what it is called now");
    for question in questions_of_the_guide() {
        let answer = server.psql("owner", &question);
        assert!(!answer.contains("ERROR"), "{question}: {answer}");
    }
    let asked = server
        .psql("owner", "select project, title, message_count, total_tokens > 0 from sessions order by session_id");
    assert_eq!(asked, "shop|Double refund|1|t\nshop||1|t\nblog|Tabs and\\or spaces|1|t");
    let spent = |sql: &str| server.psql("owner", sql);
    assert_eq!(
        spent("select round(sum(cost_usd), 6) from session_models"),
        spent("select round(sum(cost_usd), 6) from sessions"),
        "models and sessions agree"
    );
    assert_eq!(two.run(&["ls", "--json"]).json()["sessions"].as_array().map(Vec::len), Some(3));
}

/// What the guide says can be asked, one by one.
fn questions_of_the_guide() -> Vec<String> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sync.md");
    let guide = fs::read_to_string(guide).expect("it is there");
    let blocks = guide.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next());
    let questions: Vec<String> = blocks.flat_map(|block| block.split(';')).map(|one| one.trim().to_owned()).collect();
    let questions: Vec<String> = questions.into_iter().filter(|question| !question.is_empty()).collect();
    assert!(questions.len() >= 4, "{questions:?}");
    questions
}

#[test]
fn a_duckdb_file_carries_the_same() {
    let (place, _) = place();
    let file = place.path().join("history.duckdb");
    let (one, two) = two_homes(&format!("duckdb:{}", file.display()));
    assert_eq!(two.run(&["ls", "--json"]).json()["sessions"].as_array().map(Vec::len), Some(3));
    let tested = one.run(&["remote", "test", "--json"]).json();
    assert!(tested["remotes"][0]["operations"].as_u64().is_some_and(|count| count > 3), "{tested}");
    fs::write(&file, "something else").expect("it can be written");
    insta::assert_snapshot!(one.run(&["remote", "test"]).stderr.replace(&*place.path().to_string_lossy(), "~"), @r"
    sessions: Not every remote answered: home cannot be used: ~/history.duckdb is no DuckDB database.
    Nothing in it was changed. Put back a copy of it; or take it out, `sessions remote remove home`, and add another place.
    ");
}

#[test]
fn a_token_is_asked_for_unseen_and_kept_apart() {
    let sandbox = Sandbox::new();
    let words = ["remote", "add", "mother", "md:history?extensions=http://127.0.0.1:1", "--no-test"];
    let mut terminal = Terminal::start(&sandbox, &words, (24, 100), &[]);
    terminal.wait_for("Token of MotherDuck:");
    terminal.press("s3cret-token\r");
    terminal.wait_for("mother is added: md:history");
    let (code, screen) = terminal.end();
    assert_eq!(code, 0);
    assert!(!screen.screen().contents().contains("s3cret"), "{}", screen.screen().contents());
    let config = sandbox.home.path().join(".config/sessions");
    assert!(!fs::read_to_string(config.join("config.toml")).expect("it is there").contains("s3cret"));
    assert_eq!(fs::read_to_string(config.join("secrets/mother")).expect("it is there"), "s3cret-token");
    for command in [&["remote", "list"][..], &["sync", "--status"], &["remote", "test"], &["sync"]] {
        let answer = sandbox.run(command);
        assert!(!(answer.stdout + &answer.stderr).contains("s3cret"), "{command:?}");
    }
    let untold = Sandbox::new();
    let refused = untold.run(&words[..4]);
    assert!(refused.refused().contains("there is no token for MotherDuck"), "{refused:?}");
}

#[test]
fn whoever_does_not_say_a_token_has_the_terminal_back() {
    let sandbox = Sandbox::new();
    let script = "\"$SESSIONS\" remote add mother md:history --no-test; echo \"ended with $?\"; stty -a";
    let mut terminal = Terminal::shell(&sandbox, script, (24, 100), &[("PATH", "/usr/bin:/bin")]);
    terminal.wait_for("Token of MotherDuck:");
    terminal.press("s3cr\u{3}");
    let screen = terminal.end().1.screen().contents();
    assert!(screen.contains("ended with 1") && screen.contains("It was not said."), "{screen}");
    assert!(screen.contains(" echo ") && screen.contains(" icanon "), "{screen}");
    assert!(!screen.contains("s3cr") && !sandbox.home.path().join(".config/sessions/config.toml").exists(), "{screen}");
}

#[test]
fn a_database_is_made_one_of_many_people() {
    let Some(server) = PostgresServer::start() else { return };
    server.psql(
        "owner",
        "create role developers; create role ada login in role developers; create role eve login in role developers",
    );
    let (owner, ada, eve) = (Sandbox::new(), history::sandbox(), Sandbox::new());
    for (home, user) in [(&owner, "owner"), (&ada, "ada"), (&eve, "eve")] {
        let added = home.run(&["remote", "add", "team", &server.url(user), "--shared", "--no-test"]);
        added.ok();
        if user == "owner" {
            home.run(&["remote", "init-team", "team", "--role", "developers"]).ok();
        }
    }
    ada.run(&["log", "task", "Fix the loom"]).ok();
    ada.run(&["sync"]).ok();
    eve.run(&["sync"]).ok();
    assert_eq!(server.psql("eve", "select title, created_by is not null from log_entries"), "Fix the loom|t");
    assert_eq!(
        server.psql("owner", "select count(*) from operations where scope = 'private'"),
        "0",
        "nothing private went there"
    );
    let refused = eve.run(&["remote", "init-team", "team", "--role", "developers"]);
    assert_eq!(refused.code, 1, "only the owner may: {refused:?}");
}

#[test]
fn a_tick_syncs_by_itself_and_one_that_fails_stores_all_the_same() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    let remotes = two.home.path().join("data/journal/remotes.json");
    fs::remove_file(&remotes).expect("it was noted");
    one.run(&["devices", "name", "laptop"]).ok();
    one.run(&["sync"]).ok();
    two.run(&["tick"]).ok();
    let devices = two.run(&["devices", "--json"]).json();
    assert!(devices.to_string().contains("laptop"), "{devices}");
    fs::remove_dir_all(&address).expect("it can be removed");
    fs::remove_file(&remotes).expect("it was noted");
    two.run(&["tick"]).ok();
    assert_eq!(two.run(&["sync", "--status", "--json"]).json()["remotes"][0]["failures"], 1);
}

/// Every byte that was sent, against every sentence that was said.
#[test]
fn nothing_that_was_said_in_a_session_is_sent() {
    let Some(corpus) = testkit::corpus() else { return };
    let (_place, address) = place();
    let one = Sandbox::new();
    testkit::lay_out(&corpus, &one.home.claude()).expect("it can be copied");
    one.run(&["remote", "add", "home", &address]).ok();
    one.run(&["sync"]).ok();
    let sent = sent(Path::new(&address));
    assert!(sent.len() > 10_000, "something was sent");
    assert_none_of_it(&said(&one.home.claude().join("projects")), sent.as_bytes());
}

/// Nothing that was said is in what was sent.
pub(crate) fn assert_none_of_it(said: &HashSet<Vec<u8>>, sent: &[u8]) {
    assert!(said.len() > 100, "something was said");
    let leaked: Vec<String> = sent
        .windows(KNOWN_BY)
        .filter(|window| said.contains(*window))
        .map(|window| String::from_utf8_lossy(window).into_owned())
        .take(10)
        .collect();
    assert!(leaked.is_empty(), "{leaked:#?}");
}

/// All texts in all files of a place, unpacked.
fn sent(place: &Path) -> String {
    let mut texts = String::new();
    for file in files(place) {
        for line in fs::read_to_string(file).expect("it is text").lines() {
            let line: Value = serde_json::from_str(line).expect("a line of JSON");
            let body: Value = serde_json::from_str(line["text"].as_str().expect("a body")).expect("JSON");
            if let Some(packed) = body["packed"].as_str() {
                let packed = STANDARD_NO_PAD.decode(packed).expect("base64");
                let said = zstd::stream::decode_all(packed.as_slice()).expect("it can be unpacked");
                strings(&serde_json::from_slice(&said).expect("JSON"), &mut |text| texts.extend([text, "\n"]));
            }
            strings(&body, &mut |text| texts.extend([text, "\n"]));
        }
    }
    texts
}

/// The beginnings of all sentences of people, answers and tools; not those that are titles.
pub(crate) fn said(projects: &Path) -> HashSet<Vec<u8>> {
    let (mut said, mut titles) = (HashSet::new(), HashSet::new());
    for file in files(projects).into_iter().filter(|file| file.extension().is_some_and(|end| end == "jsonl")) {
        let bytes = fs::read(file).expect("it can be read");
        for line in bytes.split(|byte| *byte == b'\n') {
            let Ok(record) = serde_json::from_slice::<Value>(line) else { continue };
            match record["type"].as_str() {
                Some("user" | "assistant") => strings(&record["message"]["content"], &mut |text| {
                    said.extend(sentences(text));
                }),
                Some(_) => strings(&record, &mut |text| titles.extend(sentences(text))),
                None => {}
            }
        }
    }
    said.retain(|sentence| !titles.contains(sentence));
    said
}

/// Beginnings of sentences: prose, not paths or identifiers.
fn sentences(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let parts = text.split(['\n', '.']).map(str::trim).filter(|part| part.len() >= KNOWN_BY);
    let beginnings = parts.map(|part| part.as_bytes()[..KNOWN_BY].to_vec());
    beginnings.filter(|beginning| beginning.split(|byte| *byte == b' ').count() > 4)
}

fn strings(value: &Value, with: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => with(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, with)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, with)),
        _ => {}
    }
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[test]
fn a_git_repository_carries_the_same() {
    let (place, _) = place();
    let repository = place.path().join("history.git");
    let made = Command::new("git").args(["init", "--quiet", "--bare"]).arg(&repository).status();
    assert!(made.is_ok_and(|status| status.success()), "git is installed");
    let (_one, two) = two_homes(&repository.display().to_string());
    assert_eq!(two.run(&["ls", "--json"]).json()["sessions"].as_array().map(Vec::len), Some(3));
}
