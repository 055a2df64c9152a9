//! MotherDuck's endpoint for PostgreSQL drivers, by a server that speaks the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use journal::Scope;
use sync::{Duck, Fault, Local, Remote};
use tempfile::TempDir;

use crate::PROGRAM;
use crate::conformance::{self, machine, operations, sync};
use crate::proxy::{Mischief, Proxy};
use crate::server::Server;

const TOKEN: &str = "a-good-token";

fn server() -> (TempDir, Server) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let path: PathBuf = home.path().join("history.duckdb");
    let server = Server::over(&path, TOKEN);
    (home, server)
}

fn open(url: &str, tokens: &[&str]) -> Duck {
    let tokens: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
    Duck::endpoint(url, &tokens).expect("an address")
}

#[test]
fn a_database_behind_the_protocol_is_a_remote() {
    let (_home, server) = server();
    let url = server.url();
    conformance::all(&|| Box::new(open(&url, &[TOKEN])));
}

#[test]
fn a_token_that_is_refused_gives_way_to_the_next() {
    let (_home, server) = server();
    let url = server.url();
    assert!(open(&url, &["stale", "staler", TOKEN]).heads().expect("the last one is good").is_empty());
    let refused = open(&url, &["stale-1", "stale-2"]).heads().expect_err("none is good");
    assert!(matches!(&refused, Fault::Denied(why) if why.contains("not valid") && !why.contains("stale")), "{refused}");
    let none = open(&url, &[]).heads().expect_err("there is none");
    assert!(matches!(&none, Fault::Denied(why) if why.contains("set MOTHERDUCK_TOKEN")), "{none}");
}

/// The whole program, with a token in every place that it may come from.
#[test]
fn tokens_are_tried_in_their_order_and_none_is_shown() {
    let (place, server) = server();
    let home = place.path().join("home");
    let file = |name: &str, text: &str| {
        let path = home.join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    };
    file(".config/motherduck/token", "token-of-the-file\n");
    file(".config/sessions/secrets/mother", TOKEN);
    let run = |words: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(words).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", &home).current_dir(&home);
        command.env("motherduck_token", "token-in-small-letters").env("MOTHERDUCK_TOKEN", "token-in-capitals");
        let output = command.env("SESSIONS_REMOTE_MOTHER_PASSWORD", "token-of-the-remote").output();
        let output = output.expect("the program can be started");
        assert!(output.status.success(), "{words:?}: {output:?}");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
    };
    let said = run(&["remote", "add", "mother", &server.url()]) + &run(&["sync"]) + &run(&["sync", "--status"]);
    let mut shown = server.shown.lock().expect("nobody panics").clone();
    shown.truncate(5);
    let order = ["token-of-the-remote", "token-in-small-letters", "token-in-capitals", "token-of-the-file", TOKEN];
    assert_eq!(shown, order, "a stale one gives way to the next");
    let holds_one = |text: &str| order.iter().any(|token| text.contains(token));
    assert!(!holds_one(&said), "{said}");
    let kept = [".config/motherduck/token", ".config/sessions/secrets/mother"].map(|name| home.join(name));
    for file in files(&home).iter().filter(|file| !kept.contains(file)) {
        let bytes = fs::read(file).expect("it can be read");
        assert!(!holds_one(&String::from_utf8_lossy(&bytes)), "{}", file.display());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it can be listed").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn whatever_happens_on_the_way_nothing_is_lost_or_doubled() {
    let (_home, server) = server();
    let proxy = Proxy::to(server.port);
    let url = server.url().replace(&server.port.to_string(), &proxy.port.to_string());
    let slow = || open(&url, &[TOKEN]).with_deadline(Duration::from_millis(400));
    let mut one = machine(1, &Scope::Private, &["1", "2", "3"]);
    let mut two = machine(2, &Scope::Private, &["x"]);
    assert!(sync(&mut one, &mut open(&url, &[TOKEN])).is_complete());
    let mischief = [
        Mischief::CutAfter(20),
        Mischief::CutAfter(90),
        Mischief::CutAfter(300),
        Mischief::SilentAfter(30),
        Mischief::SilentAfter(120),
        Mischief::CutQuestionsAfter(60),
        Mischief::CutQuestionsAfter(900),
    ];
    for (number, mischief) in mischief.into_iter().enumerate() {
        one.append(&Scope::Private, &[format!("{{\"n\":{number}}}").into_bytes()]).expect("memory does not fail");
        proxy.set(mischief);
        sync(&mut one, &mut slow());
        sync(&mut two, &mut slow());
        proxy.set(Mischief::None);
        for number in [0, 1, 0] {
            let outcome = sync(if number == 0 { &mut one } else { &mut two }, &mut open(&url, &[TOKEN]));
            assert!(outcome.is_complete(), "{mischief:?}: {outcome:?}");
        }
        assert_eq!(operations(&one), operations(&two), "{mischief:?}");
    }
}
