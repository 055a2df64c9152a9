//! MotherDuck's endpoint for PostgreSQL drivers, by a server that speaks the same.

use std::path::PathBuf;
use std::time::Duration;

use journal::Scope;
use sync::{Duck, Fault, Local, Remote};
use tempfile::TempDir;

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
