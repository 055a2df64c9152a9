//! What every engine has to do.

use std::thread;

use journal::{Journal, Operation, Scope, Stream};
use sync::rehearsal::{Memory, name_of};
use sync::{
    Conduct, Effort, Fault, Head, Keyring, Local, Outcome, Page, Remote, Sealed, Seen, Settled, Terms, Who, carry_out,
};
use tempfile::TempDir;

pub(crate) const PAGE: Page = Page { operations: 100, bytes: 1 << 20 };

/// Opens the same remote once more, as another machine does.
pub(crate) type Open<'a> = &'a (dyn Fn() -> Box<dyn Remote> + Sync);

/// Every claim; the remote is empty and is filled.
pub(crate) fn all(open: Open<'_>) {
    an_empty_remote_has_no_heads(open);
    what_was_appended_is_read_as_it_was(open);
    what_does_not_follow_is_refused(open);
    pages_are_as_large_as_they_may_be(open);
    two_who_append_at_once_are_told_apart(open);
    real_journals_come_to_the_same(open);
    many_machines_at_once_lose_nothing(open);
}

/// The same claims of a remote that is encrypted; nothing that was said lies there readable, and no plain sync touches it.
pub(crate) fn all_sealed(open: Open<'_>) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let enter = |number: u64, passphrase: &str| {
        let who = Who { name: format!("device {number}"), replica: name_of(number) };
        Keyring::enter(&mut open(), passphrase, &who, Effort::LITTLE)
    };
    let keyring = enter(1, "four unlikely words").expect("it is empty");
    let seen = home.path().join("seen.json");
    all(&|| Box::new(Sealed::new(open(), keyring.clone(), Seen::load(&seen))));
    let refused = enter(2, "four other words").expect_err("it is another one");
    assert!(matches!(&refused, Fault::Closed(why) if why.contains("passphrase")), "{refused}");
    let again = enter(2, "four unlikely words").expect("it opens it");
    let heads = |keyring: Keyring| Sealed::new(open(), keyring, Seen::default()).heads().expect("it can be asked");
    assert_eq!(heads(again), heads(keyring), "another device sees the same");
    let mut plain = open();
    for (stream, _) in plain.heads().expect("it can be asked") {
        assert!(!stream.to_string().contains("loom"), "{stream}");
        for operation in plain.read(&stream, 0, PAGE).expect("it can be asked") {
            let text = String::from_utf8_lossy(&operation.body);
            assert!(
                text.starts_with("age-encryption.org/v1\n") || text.starts_with("{\"v\":2,\"kind\":\"lock\""),
                "{text}"
            );
        }
    }
    let outcome = sync(&mut machine(990, &Scope::Private, &["1"]), &mut plain);
    assert!(matches!(outcome.fault, Some(Fault::Sealed)), "{outcome:?}");
}

pub(crate) fn machine(name: u64, scope: &Scope, bodies: &[&str]) -> Memory {
    let mut machine = Memory::new(name * 1_000);
    let bodies: Vec<Vec<u8>> = bodies.iter().map(|body| body.as_bytes().to_vec()).collect();
    machine.append(scope, &bodies).expect("memory does not fail");
    machine
}

pub(crate) fn operations(machine: &Memory) -> Vec<Operation> {
    machine.streams.values().flatten().cloned().collect()
}

pub(crate) fn sync(local: &mut dyn Local, remote: &mut dyn Remote) -> Outcome {
    let (mut watch, mut pause) = (|_| true, |_| ());
    let mut conduct = Conduct { page: PAGE, ..Conduct::quiet(&mut watch, &mut pause) };
    carry_out(local, remote, Terms { is_shared: false, is_joined: true }, &mut Settled::new(), &mut conduct)
}

fn an_empty_remote_has_no_heads(open: Open<'_>) {
    assert!(open().heads().expect("it can be asked").is_empty());
    let nothing = machine(900, &Scope::Private, &[]).replica();
    let stream = Stream { replica: nothing, scope: Scope::Private };
    assert_eq!(open().read(&stream, 0, PAGE).expect("it can be asked"), []);
}

fn what_was_appended_is_read_as_it_was(open: Open<'_>) {
    let keys = ["github.com/ada/loom", "../../etc/passwd", "ключ \"'%", &"long/".repeat(150)];
    let scopes = keys.iter().map(|key| Scope::Project((*key).to_owned()));
    for (number, scope) in scopes.chain([Scope::Private, Scope::Publish("team".into())]).enumerate() {
        let machine =
            machine(100 + number as u64, &scope, &["{\"a\":1}", "", "{\"b\": \"line\\n\\u0000 'é' \"}", "  {}  "]);
        let said = operations(&machine);
        open().append(&said[..2]).expect("it takes them");
        open().append(&said[2..]).expect("it takes the rest");
        let heads = open().heads().expect("it can be asked");
        assert_eq!(heads.get(&said[0].stream), Some(&Head::after(&said[3])), "{scope}");
        assert_eq!(open().read(&said[0].stream, 0, PAGE).expect("it can be asked"), said);
        assert_eq!(open().read(&said[0].stream, 3, PAGE).expect("it can be asked"), said[3..]);
        assert_eq!(open().read(&said[0].stream, 4, PAGE).expect("it can be asked"), []);
    }
}

fn what_does_not_follow_is_refused(open: Open<'_>) {
    let said = operations(&machine(200, &Scope::Private, &["1", "2", "3", "4"]));
    let mut other = machine(200, &Scope::Private, &["other", "2", "3"]);
    let forked = operations(&other);
    let refused = |operations: &[Operation]| {
        let outcome = open().append(operations);
        assert!(matches!(outcome, Err(Fault::Moved)), "{outcome:?}");
    };
    refused(&said[1..]);
    open().append(&said[..2]).expect("it takes them");
    refused(&said[..2]);
    refused(&said[3..]);
    refused(&forked[2..]);
    refused(&forked[..1]);
    assert_eq!(open().read(&said[0].stream, 0, PAGE).expect("it can be asked"), said[..2]);
    open().append(&said[2..]).expect("it takes the rest");
    let healed = sync(&mut other, &mut open());
    assert!(healed.is_renamed, "it meets itself there: {healed:?}");
}

fn pages_are_as_large_as_they_may_be(open: Open<'_>) {
    let body = "x".repeat(10_000);
    let said = operations(&machine(300, &Scope::Private, &[body.as_str(); 10]));
    open().append(&said).expect("it takes them");
    let count = |page: Page| {
        let mut remote = open();
        remote.heads().expect("it can be asked");
        remote.read(&said[0].stream, 2, page).expect("it can be asked").len()
    };
    assert_eq!(count(Page { operations: 3, bytes: 1 << 20 }), 3);
    assert_eq!(count(Page { operations: 100, bytes: 25_000 }), 2);
    assert_eq!(count(Page { operations: 100, bytes: 1 }), 1, "one is passed however large it is");
}

fn two_who_append_at_once_are_told_apart(open: Open<'_>) {
    let one = operations(&machine(400, &Scope::Private, &["one", "1"]));
    let two = operations(&machine(400, &Scope::Private, &["two", "2"]));
    let taken: Vec<bool> = thread::scope(|scope| {
        let append = |operations: &[Operation]| {
            let operations = operations.to_vec();
            scope.spawn(move || open().append(&operations).is_ok())
        };
        let threads: Vec<_> = [&one, &two].into_iter().map(|operations| append(operations)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    // A folder cannot refuse the second; both are then there, and everybody sees the same one.
    assert!(taken.contains(&true), "{taken:?}");
    let heads = open().heads().expect("it can be asked");
    let head = heads[&one[0].stream];
    assert!([Head::after(&one[1]), Head::after(&two[1])].contains(&head));
    let read = open().read(&one[0].stream, 0, PAGE).expect("it can be asked");
    assert_eq!(read.last().map(Head::after), Some(head));
}

fn real_journals_come_to_the_same(open: Open<'_>) {
    let homes: Vec<TempDir> = (0..2).map(|_| tempfile::tempdir().expect("a temporary folder can be made")).collect();
    let mut journals: Vec<Journal> =
        homes.iter().map(|home| Journal::open(&home.path().join("journal")).expect("it can be made")).collect();
    for (number, journal) in journals.iter().enumerate() {
        let bodies: Vec<Vec<u8>> =
            (0..250).map(|body| format!("{{\"n\":{number},\"b\":{body}}}").into_bytes()).collect();
        journal.append(&Scope::Private, &bodies).expect("it can be written");
    }
    for number in [0, 1, 0] {
        let outcome = sync(&mut journals[number], &mut open());
        assert!(outcome.is_complete(), "{outcome:?}");
    }
    assert_eq!(Journal::heads(&journals[0]), Journal::heads(&journals[1]));
    let again = sync(&mut journals[1], &mut open());
    assert!(!again.changed_anything() && again.is_complete(), "{again:?}");
}

/// Five machines at once: what is acknowledged is there, and everybody comes to the same.
fn many_machines_at_once_lose_nothing(open: Open<'_>) {
    let mut machines: Vec<Memory> = (0..5).map(|name| machine(500 + name, &Scope::Private, &["first"])).collect();
    thread::scope(|scope| {
        for machine in &mut machines {
            scope.spawn(move || {
                for round in 0..3 {
                    machine.append(&Scope::Private, &[format!("{round}").into_bytes()]).expect("memory does not fail");
                    let outcome = sync(machine, &mut open());
                    assert!(outcome.fault.is_none(), "{outcome:?}");
                }
            });
        }
    });
    for _ in 0..2 {
        for machine in &mut machines {
            sync(machine, &mut open());
        }
    }
    let heads = open().heads().expect("it can be asked");
    for machine in &mut machines {
        let stream = Stream { replica: machine.replica(), scope: Scope::Private };
        assert_eq!(heads[&stream].seq, 4, "nothing of it is lost");
        assert_eq!(machine.heads().expect("memory does not fail"), heads);
    }
}
