//! A PostgreSQL server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use journal::{Scope, Stream};
use sync::rehearsal::name_of;
use sync::{Devices, Effort, Fault, Keyring, Local, Postgres, Remote, Sealed, Seen, Who};
use testkit::PostgresServer;

use crate::conformance::{self, PAGE, machine, operations, sync};
use crate::ill_said;
use crate::proxy::{Mischief, Proxy};

/// How often a server is killed while four machines write to it.
const RESTARTS: usize = 50;

fn open(url: &str) -> Postgres {
    Postgres::at(url, None).expect("an address")
}

#[test]
fn a_database_is_a_remote() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url("owner");
    conformance::all(&|| Box::new(open(&url)));
}

#[test]
fn an_encrypted_database_is_a_remote_whose_views_are_empty() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url("owner");
    conformance::all_sealed(&|| Box::new(open(&url)));
    let entry =
        r#"{"v":1,"kind":"entry","at_ms":1,"by":"ada","subject":"e1","set":{"title":{"to":"Fix it","revision":1}}}"#;
    let said = operations(&machine(900, &Scope::Private, &[entry]));
    let who = Who { name: "tower".to_owned(), replica: name_of(2) };
    let keyring = Keyring::enter(&mut open(&url), "four unlikely words", &who, Effort::LITTLE).expect("it opens it");
    Sealed::new(open(&url), keyring, Seen::default()).append(&said).expect("it takes them");
    for view in ["sessions", "session_models", "usage_hourly", "log_entries"] {
        assert_eq!(server.psql("owner", &format!("select count(*) from {view}")), "0", "{view}");
    }
    assert_eq!(
        server.psql("owner", "select count(*) from operations where position('Fix it'::bytea in body) > 0"),
        "0"
    );
}

#[test]
fn whatever_happens_on_the_way_nothing_is_lost_or_doubled() {
    let Some(server) = PostgresServer::start() else { return };
    let proxy = Proxy::to(server.port);
    let url = server.url("owner").replace(&server.port.to_string(), &proxy.port.to_string());
    let slow = || open(&url).with_deadline(Duration::from_millis(200));
    let mut one = machine(1, &Scope::Private, &["1", "2", "3"]);
    let mut two = machine(2, &Scope::Private, &["x"]);
    assert!(sync(&mut one, &mut open(&url)).is_complete());
    let mut mischief: Vec<Mischief> = [40, 450, 560, 700, 1_300].map(Mischief::CutAfter).to_vec();
    mischief.extend([10, 450, 900].map(Mischief::SilentAfter));
    mischief.extend([50, 300, 900].map(Mischief::CutQuestionsAfter));
    for (number, mischief) in mischief.into_iter().enumerate() {
        one.append(&Scope::Private, &[format!("{{\"n\":{number}}}").into_bytes()]).expect("memory does not fail");
        proxy.set(mischief);
        sync(&mut one, &mut slow());
        sync(&mut two, &mut slow());
        proxy.set(Mischief::None);
        for number in [0, 1, 0] {
            let outcome = sync(if number == 0 { &mut one } else { &mut two }, &mut open(&url));
            assert!(outcome.is_complete(), "{mischief:?}: {outcome:?}");
        }
        assert_eq!(operations(&one), operations(&two), "{mischief:?}");
    }
    assert_eq!(server.psql("owner", "select count(*) from operations"), operations(&one).len().to_string());
}

#[test]
fn a_server_that_is_killed_again_and_again_keeps_what_it_said_it_has() {
    let Some(mut server) = PostgresServer::start() else { return };
    let url = server.url("owner");
    assert!(open(&url).heads().expect("it can be asked").is_empty());
    let is_over = AtomicBool::new(false);
    let written: Vec<(Stream, u64)> = thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|name| {
                let (url, is_over) = (&url, &is_over);
                scope.spawn(move || {
                    let mut machine = machine(10 + name, &Scope::Private, &["first"]);
                    let stream = Stream { replica: machine.replica(), scope: Scope::Private };
                    let mut acknowledged = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        machine.append(&Scope::Private, &[b"more".to_vec()]).expect("memory does not fail");
                        if sync(&mut machine, &mut open(url)).is_complete() {
                            acknowledged = machine.heads().expect("memory does not fail")[&stream].seq;
                        }
                    }
                    (stream, acknowledged)
                })
            })
            .collect();
        for _ in 0..RESTARTS {
            server.restart_hard();
            thread::yield_now();
        }
        is_over.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().expect("it does not panic")).collect()
    });
    let heads = open(&url).heads().expect("it can be asked");
    for (stream, acknowledged) in written {
        assert!(heads[&stream].seq >= acknowledged && acknowledged > 0, "{acknowledged} of {:?}", heads[&stream]);
    }
}

#[test]
fn a_server_that_is_not_there_or_refuses_is_said() {
    let Some(server) = PostgresServer::start() else { return };
    let nobody = open(&server.url("nobody_knows")).heads().expect_err("there is no such user");
    assert!(matches!(&nobody, Fault::Denied(message) if message.contains("nobody_knows")), "{nobody}");
    let url = server.url("owner");
    drop(server);
    let gone = open(&url).heads().expect_err("it is gone");
    assert!(matches!(gone, Fault::Unreachable(_)), "{gone}");
    assert!(matches!(Postgres::at("postgres://a@b:port/c", None), Err(Fault::Address(_))));
}

#[test]
fn a_password_that_is_changed_or_has_expired_is_said_and_nothing_is_lost() {
    let Some(mut server) = PostgresServer::start() else { return };
    server.psql("owner", "create role ada login superuser password 'first'");
    server.demand_password("ada");
    let url = server.url("ada");
    let with = |password: &str| Postgres::at(&url, Some(password)).expect("an address");
    let mut one = machine(1, &Scope::Private, &["1"]);
    assert!(sync(&mut one, &mut with("first")).is_complete());
    one.append(&Scope::Private, &[b"2".to_vec()]).expect("memory does not fail");
    for change in ["alter role ada password 'second'", "alter role ada password 'first' valid until '2020-01-01'"] {
        server.psql("owner", change);
        let outcome = sync(&mut one, &mut with("first"));
        let Some(Fault::Denied(why)) = &outcome.fault else { panic!("{change}: {outcome:?}") };
        assert!(why.contains("password") && !why.contains("first"), "{why}");
    }
    server.psql("owner", "alter role ada password 'third' valid until 'infinity'");
    let outcome = sync(&mut one, &mut with("third"));
    assert!(outcome.is_complete() && outcome.sent == 1, "{outcome:?}");
}

#[test]
fn a_server_elsewhere_has_to_prove_who_it_is() {
    let Some(mut server) = PostgresServer::start() else { return };
    let Some(authority) = server.with_tls() else { return };
    let url = |host: &str, query: &str| server.url("owner").replace("127.0.0.1", host) + query;
    let trusted = format!("?sslmode=verify-full&sslrootcert={}", authority.display());
    let mut secured = open(&url("localhost", &trusted));
    assert!(secured.heads().expect("it proves it").is_empty());
    let ours = "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'sessions'";
    assert_eq!(server.psql("owner", ours), "t");
    for (host, query) in [("localhost", "?sslmode=require"), ("127.0.0.1", trusted.as_str())] {
        let fault = open(&url(host, query)).heads().expect_err("it cannot prove it");
        assert!(fault.to_string().contains("certificate"), "{host}: {fault}");
    }
    assert!(open(&url("localhost", "")).heads().is_ok(), "on this machine it need not");
}

#[test]
fn whoever_only_looks_makes_nothing() {
    let Some(server) = PostgresServer::start() else { return };
    let mut remote = open(&server.url("owner"));
    assert!(remote.heads().expect("it can be asked").is_empty());
    assert_eq!(server.psql("owner", "select count(*) from pg_tables where schemaname = 'public'"), "0");
    let mut other = machine(2, &Scope::Private, &["x"]);
    assert!(sync(&mut other, &mut open(&server.url("owner"))).is_complete());
    assert_eq!(remote.heads().expect("it can be asked").len(), 1, "what somebody made since is seen");
}

#[test]
fn a_schema_of_a_later_version_is_left_alone() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url("owner");
    assert!(sync(&mut machine(1, &Scope::Private, &["1"]), &mut open(&url)).is_complete());
    server.psql("owner", "insert into sessions_schema (version) values (99)");
    let fault = open(&url).heads().expect_err("it is newer");
    assert!(matches!(fault, Fault::Newer { found: 99, .. }), "{fault}");
}

#[test]
fn in_a_team_nobody_speaks_for_another_or_reads_what_is_private() {
    let Some(server) = PostgresServer::start() else { return };
    open(&server.url("owner")).init_team("team").expect_err("there is no such role");
    server.psql("owner", "create role team; create role ada login in role team; create role eve login in role team");
    open(&server.url("owner")).init_team("team").expect("it can be set up");
    open(&server.url("owner")).init_team("team").expect("it can be set up twice");
    let scope = Scope::Project("loom".into());
    let entry =
        r#"{"v":1,"kind":"entry","at_ms":1,"by":"ada","subject":"e1","set":{"title":{"to":"Fix it","revision":1}}}"#;
    let (shared, private) =
        (operations(&machine(1, &scope, &[entry])), operations(&machine(1, &Scope::Private, &["{}"])));
    let (mut ada, mut eve) = (open(&server.url("ada")), open(&server.url("eve")));
    ada.append(&shared).expect("in her own name");
    ada.append(&private).expect("in her own name");
    assert_eq!(ada.heads().expect("it can be asked").len(), 2);
    assert_eq!(eve.heads().expect("it can be asked").into_keys().collect::<Vec<_>>(), [shared[0].stream.clone()]);
    assert_eq!(eve.read(&private[0].stream, 0, PAGE).expect("it can be asked"), []);
    let forged = machine(1, &scope, &[entry, "{\"forged\":true}"]);
    let forged = operations(&forged).split_off(1);
    let refused = eve.append(&forged).expect_err("in the name of another");
    assert!(matches!(&refused, Fault::Denied(message) if message.contains("row-level security")), "{refused}");
    for sql in [
        "update operations set body = ''",
        "delete from operations",
        "insert into operations (owner) values ('ada')",
        "truncate operations",
    ] {
        assert!(server.psql("eve", sql).contains("permission denied"), "{sql}: {}", server.psql("eve", sql));
    }
    assert_eq!(server.psql("eve", "select id, title, created_by from log_entries"), "e1|Fix it|ada");
    assert_eq!(server.psql("eve", "select count(*) from operation_bodies"), "1");
}

/// What one said of a device.
fn named(device: u64, revision: u64, more: &str) -> String {
    let replica = name_of(device);
    format!(r#"{{"v":1,"kind":"device","at_ms":1,"by":"","replica":"{replica}","revision":{revision},{more}}}"#)
}

fn ran(id: &str) -> String {
    format!(
        r#"{{"v":1,"kind":"session","at_ms":1,"by":"ada","id":"{id}","session":{{"bytes":1,"cost_nano_usd":5000000000}}}}"#
    )
}

/// A database as the first version of the schema made it.
fn of_the_first_version(server: &PostgresServer) {
    let made = concat!(
        include_str!("postgres_1.sql"),
        "create table sessions_schema (version bigint primary key, made_at timestamptz default now()); ",
        "insert into sessions_schema (version) values (1)"
    );
    assert_eq!(server.psql("owner", made), "");
}

/// The same as the second version made it.
fn of_the_second_version(server: &PostgresServer) {
    of_the_first_version(server);
    let made = concat!(include_str!("postgres_2.sql"), "insert into sessions_schema (version) values (2)");
    assert_eq!(server.psql("owner", made), "");
}

/// Whoever syncs can write anything; it costs the others nothing but that row.
#[test]
fn what_makes_no_sense_keeps_nobody_from_asking() {
    for make in [|_: &PostgresServer| (), of_the_first_version, of_the_second_version] {
        let Some(server) = PostgresServer::start() else { return };
        make(&server);
        let url = server.url("owner");
        let ill = ill_said::bodies();
        let ill: Vec<&str> = ill.iter().map(String::as_str).collect();
        let told = ran("s1").replace(r#""bytes":1"#, r#""started":"2026-11-02T09:00:00Z","bytes":1"#);
        let machines = [machine(1, &Scope::Private, &[&told]), machine(7, &Scope::Private, &ill)];
        for mut machine in machines {
            let outcome = sync(&mut machine, &mut open(&url));
            assert!(outcome.is_complete(), "{outcome:?}");
        }
        for view in ill_said::VIEWS {
            // also by the plan that a server makes for many rows
            let parallel =
                "set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; ";
            for plan in ["", parallel] {
                let sql = format!(
                    "{plan}select count(*) > 0 from (select v.*, v::text from {view} as v offset 0) as all_of_it"
                );
                assert_eq!(server.psql("owner", &sql), "t", "{view} {plan}");
            }
        }
        let sql = "select device, round(cost_usd), started_at at time zone 'UTC' from sessions where session_id = 's1'";
        assert_eq!(server.psql("owner", sql), format!("{}|5|2026-11-02 09:00:00", name_of(1_000)));
        let odd = "select count(*) from sessions where started_at is null and session_id like 'ill-%'";
        assert_ne!(server.psql("owner", odd), "0", "they are there all the same");
    }
}

#[test]
fn machines_have_their_present_names_in_sql() {
    let Some(server) = PostgresServer::start() else { return };
    of_the_first_version(&server);
    let url = server.url("owner");
    let [first, later] = [name_of(1_000), name_of(2_000)];
    let was = format!(r#""name":"laptop","was":["{first}"]"#);
    let false_claim = format!(r#""was":["{later}"]"#);
    let machines = [
        machine(1, &Scope::Private, &[&named(1_000, 1, r#""name":"laptop""#), &ran("s1")]),
        machine(2, &Scope::Private, &[&named(2_000, 1, &was), &ran("s2")]),
        machine(
            3,
            &Scope::Private,
            &[&named(3_000, 1, r#""name":"tower""#), &ran("s3"), &named(1_000, 9, &false_claim)],
        ),
        machine(
            4,
            &Scope::Private,
            &[&named(3_000, 2, r#""name":"attic""#), &ran("s4"), &named(2_000, 1, r#""name":"x""#)],
        ),
    ];
    for mut machine in machines {
        let outcome = sync(&mut machine, &mut open(&url));
        assert!(outcome.is_complete(), "{outcome:?}");
    }
    let by_device = || {
        let sql = "select device, count(*), round(sum(cost_usd)) from sessions group by device order by device desc";
        server.psql("owner", sql)
    };
    let unnamed = name_of(4_000);
    assert_eq!(
        by_device(),
        format!("x|2|10\nattic|1|5\n{unnamed}|1|5"),
        "renamed by whoever saw it, and one that was two"
    );
    assert_eq!(server.psql("owner", "select count(*) from devices where name = 'x' and not forgotten"), "2");
    let mut other = machine(5, &Scope::Private, &[&named(4_000, 1, r#""name":"attic""#)]);
    assert!(sync(&mut other, &mut open(&url)).is_complete());
    let labels = by_device();
    assert!(labels.lines().filter(|line| line.starts_with("attic (0")).count() == 2, "two of one name: {labels}");
}

/// As in [`sync::Devices`]: a device that takes back what it said it was before is apart from it again.
#[test]
fn of_what_a_device_says_that_it_was_the_last_word_counts() {
    let Some(server) = PostgresServer::start() else { return };
    let [first, second] = [name_of(1_000), name_of(2_000)];
    let mut one = machine(1, &Scope::Private, &[&named(1_000, 1, r#""name":"laptop""#)]);
    let was = |revision: u64, was: &str| named(2_000, revision, &format!(r#""name":"tower","was":[{was}]"#));
    let claims = [was(3, ""), was(2, &format!("\"{first}\""))];
    let mut two = machine(2, &Scope::Private, &[&claims[0], &claims[1]]);
    for machine in [&mut one, &mut two] {
        assert!(sync(machine, &mut open(&server.url("owner"))).is_complete());
    }
    assert!(sync(&mut one, &mut open(&server.url("owner"))).is_complete());
    let devices = Devices::of(&mut one).expect("memory does not fail");
    assert_eq!([first, second].map(|number| devices.label(number)), ["laptop", "tower"]);
    assert_eq!(server.psql("owner", "select name from devices order by number"), "laptop\ntower");
}

/// Whoever syncs with a team's database is not its owner: its views are older than the program until the owner comes.
#[test]
fn a_team_whose_views_are_older_goes_on_and_keeps_what_is_private() {
    let Some(server) = PostgresServer::start() else { return };
    of_the_first_version(&server);
    server.psql("owner", "create role team; create role ada login in role team; create role eve login in role team");
    let team =
        include_str!("../../src/postgres/team.sql").replace("alter view devices set (security_invoker = true);", "");
    assert!(!server.psql("owner", &team).contains("ERROR"), "{team}");
    let granted = "grant select, insert (replica, scope, seq, prev, hash, body) on operations to team; grant select on sessions, \
                   session_models, usage_hourly, log_entries, operation_bodies, session_bodies, sessions_schema to team";
    assert_eq!(server.psql("owner", granted), "");
    let mut ada = machine(1, &Scope::Private, &[&named(1_000, 1, r#""name":"laptop""#), &ran("s1")]);
    let outcome = sync(&mut ada, &mut open(&server.url("ada")));
    assert!(outcome.is_complete(), "{outcome:?}");
    let versions = || server.psql("owner", "select max(version) from sessions_schema");
    assert_eq!(versions(), "1", "she may not change the views");
    let device = |user: &str| server.psql(user, "select device from sessions");
    assert_eq!((device("ada"), device("eve")), (name_of(1_000).to_string(), String::new()));
    let mut owner = machine(9, &Scope::Private, &["{}"]);
    assert!(sync(&mut owner, &mut open(&server.url("owner"))).is_complete());
    assert_eq!(versions(), "3");
    assert_eq!((device("ada"), device("eve")), ("laptop".to_owned(), String::new()), "private rows are their owner's");
    assert_eq!(server.psql("eve", "select count(*) from devices"), "0");
    assert_eq!(server.psql("ada", "select name from devices"), "laptop");
}

/// What a person types against the database.
#[test]
fn people_ask_in_sql() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.url("owner");
    let session = |bytes: u64, cost: u64, title: &str| {
        format!(
            r#"{{"v":1,"kind":"session","at_ms":1,"by":"ada","id":"s1","author":"ada","session":{{"title":{{"text":"{title}","source":"custom"}},"project":"loom","cwd_last":"/home/ada/loom","started":"2026-11-02T10:00:00Z","ended":"2026-11-02T11:00:00Z","active_ms":90000,"models":["opus","haiku"],"prompts":3,"tool_calls":7,"skills":[],"branch":"main","versions":["2.0.1","2.0.2"],"tokens":{{"input":1,"output":2,"cache_write_5m":3,"cache_write_1h":4,"cache_read":5}},"cost_nano_usd":{cost},"bytes":1}},"files":[{{"role":"session","read_to":{bytes}}}],"hours":[{{"hour":"2026-11-02T10:00:00Z","model":"opus","requests":2,"input":1,"output":2,"cache_write_5m":3,"cache_write_1h":4,"cache_read":5,"cost_pico_usd":"1500000000000"}}]}}"#
        )
    };
    let entry = |field: &str, to: &str, revision: u64, at: u64, by: &str| {
        format!(
            r#"{{"v":1,"kind":"entry","at_ms":{at},"by":"{by}","subject":"e1","set":{{"{field}":{{"to":"{to}","revision":{revision}}}}},"notes":[{{"id":"n{at}","text":"note of {by}"}}]}}"#
        )
    };
    let mut one = machine(
        1,
        &Scope::Private,
        &[
            &session(100, 1_500_000_000, "early"),
            &entry("title", "Fix it", 1, 1_000, "ada"),
            &entry("status", "open", 1, 9_000_000, "ada"),
        ],
    );
    let mut two = machine(
        2,
        &Scope::Private,
        &[
            &session(900, 2_500_000_000, "later"),
            &entry("status", "resolved", 2, 2_000, "eve"),
            "no json",
            "{\"kind\":\"weather\"}",
        ],
    );
    for machine in [&mut one, &mut two] {
        assert!(sync(machine, &mut open(&url)).is_complete());
    }
    let psql = |sql: &str| server.psql("owner", sql);
    assert_eq!(
        psql(
            "select session_id, title, project, models, total_tokens, round(cost_usd, 2), message_count, cc_version, created_by, session_date from sessions"
        ),
        "s1|later|loom|opus, haiku|15|2.50|3|2.0.2|ada|2026-11-02",
        "of two, what knows more"
    );
    assert_eq!(
        psql("select model, input_tokens, cache_write_tokens, total_tokens, round(cost_usd, 2) from session_models"),
        "opus|1|7|15|1.50"
    );
    assert_eq!(psql("select session_id, model, requests from usage_hourly"), "s1|opus|2");
    assert_eq!(
        psql("select id, status, title, created_by, updated_by, replace(body, chr(10), '~') from log_entries"),
        "e1|resolved|Fix it|ada|ada|~[update] note of ada~[update] note of eve~[update] note of ada",
        "whoever saw more wins, whatever the clocks say"
    );
}
