//! A DuckDB file.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use journal::{Scope, Stream};
use rustix::fs::{FlockOperation, fcntl_lock};
use sync::{Duck, Fault, Local, Remote};
use tempfile::TempDir;

use crate::conformance::{self, machine, operations, sync};
use crate::ill_said;
use crate::program;
use crate::server::Engine;

/// Kills of the program that has the file open.
const KILLS: usize = 40;

fn file() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let path = home.path().join("it's history.duckdb");
    (home, path)
}

fn open(path: &Path) -> Duck {
    Duck::file(path, program())
}

#[test]
fn a_duckdb_file_is_a_remote() {
    let (home, path) = file();
    conformance::all(&|| Box::new(open(&path)));
    let left: Vec<_> =
        fs::read_dir(home.path()).expect("it can be listed").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, [path.file_name().expect("it has a name")], "nothing lies beside it");
}

#[test]
fn an_encrypted_file_is_a_remote() {
    let (_home, path) = file();
    conformance::all_sealed(&|| Box::new(open(&path)));
}

#[test]
fn whoever_has_the_file_open_is_waited_for_and_then_named() {
    let (_home, path) = file();
    let made = sync(&mut machine(1, &Scope::Private, &["1"]), &mut open(&path));
    assert!(made.is_complete(), "{made:?}");
    let held = OpenOptions::new().read(true).write(true).open(&path).expect("it is there");
    fcntl_lock(&held, FlockOperation::NonBlockingLockExclusive).expect("nobody has it open");
    let fault = open(&path).with_deadline(Duration::from_millis(800)).heads().expect_err("it is held");
    let process = format!("process {})", std::process::id());
    assert!(
        matches!(&fault, Fault::Unreachable(why) if why.contains("is open in another program (") && why.contains(&process)),
        "{fault}"
    );
    let waiting = thread::scope(|scope| {
        let waiting = scope.spawn(|| open(&path).heads());
        thread::yield_now();
        drop(held);
        waiting.join().expect("it does not panic")
    });
    assert_eq!(waiting.expect("it is let in").len(), 1);
}

#[test]
fn what_is_no_database_of_ours_is_left_as_it_is() {
    let (_home, path) = file();
    let unusable = |path: &Path| match open(path).heads() {
        Err(Fault::Unusable(why)) => why,
        other => panic!("{other:?}"),
    };
    fs::write(&path, vec![b'x'; 50_000]).expect("it can be written");
    assert!(unusable(&path).ends_with("is no DuckDB database"), "{}", unusable(&path));
    assert_eq!(fs::read(&path).expect("it is there"), vec![b'x'; 50_000]);
    fs::remove_file(&path).expect("it is there");
    Engine::of(&path).change("CREATE TABLE sessions (id VARCHAR)");
    let whole = fs::read(&path).expect("it was made");
    assert!(unusable(&path).contains("tables of another program are there"), "{}", unusable(&path));
    let tables =
        "SELECT string_agg(table_name, ' ') FROM information_schema.tables WHERE table_catalog = current_database()";
    let told = Engine::of(&path).ask(sync::serving::Access::Read, &[tables.to_owned()]).expect("it can be asked");
    assert_eq!(told[0].rows, [vec![Some("sessions".to_owned())]], "nothing of ours was left in it");
    fs::write(&path, &whole[..whole.len() / 3]).expect("it can be written");
    assert!(unusable(&path).contains("is damaged"), "{}", unusable(&path));
}

#[test]
fn whoever_only_looks_makes_nothing() {
    let (home, path) = file();
    assert!(open(&path).heads().expect("it can be asked").is_empty());
    assert_eq!(fs::read_dir(home.path()).expect("it can be listed").count(), 0);
    Engine::of(&path).change("CREATE TABLE recipes (id VARCHAR)");
    let before = fs::read(&path).expect("it was made");
    assert!(open(&path).heads().expect("it can be asked").is_empty(), "tables that nobody mistakes for ours");
    assert_eq!(fs::read(&path).expect("it is there"), before);
}

#[test]
fn a_schema_of_a_later_version_is_left_alone() {
    let (_home, path) = file();
    assert!(sync(&mut machine(1, &Scope::Private, &["1"]), &mut open(&path)).is_complete());
    Engine::of(&path).change("INSERT INTO sessions_schema (version) VALUES (99)");
    let fault = open(&path).heads().expect_err("it is newer");
    assert!(matches!(fault, Fault::Newer { found: 99, .. }), "{fault}");
}

#[test]
fn a_place_that_is_not_there_or_may_not_be_written_is_said() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let fault = open(&home.path().join("drive/x.duckdb")).heads().expect_err("it is not mounted");
    assert!(matches!(&fault, Fault::Unreachable(why) if why.contains("drive does not exist; make it")), "{fault}");
    assert!(matches!(open(home.path()).heads(), Err(Fault::Unusable(why)) if why.ends_with("is a folder")));
    let fault = Duck::file(&home.path().join("x"), Path::new("/no/such/program")).heads().expect_err("there is none");
    assert!(fault.to_string().contains("/no/such/program cannot be started"), "{fault}");
}

#[test]
fn a_program_that_hangs_is_ended_and_keeps_nobody_waiting() {
    let (home, path) = file();
    let hanging = home.path().join("hanging");
    fs::write(&hanging, "#!/bin/sh\necho $$ > \"$0.pid\"\nexec sleep 600\n").expect("a script can be written");
    fs::set_permissions(&hanging, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    let mut remote = Duck::file(&path, &hanging).with_deadline(Duration::from_millis(500));
    let fault = remote.heads().expect_err("it never answers");
    assert!(matches!(fault, Fault::Late(_)), "{fault}");
    let process = fs::read_to_string(home.path().join("hanging.pid")).expect("it was started");
    assert!(!Path::new("/proc").join(process.trim()).exists(), "it was ended");
}

/// Programs that have the file open are killed while four machines write to it.
#[test]
fn whatever_is_killed_what_was_acknowledged_is_there() {
    let (_home, path) = file();
    let is_over = AtomicBool::new(false);
    let written: Vec<(Stream, u64)> = thread::scope(|scope| {
        let (path, is_over) = (&path, &is_over);
        let writers: Vec<_> = (0..4)
            .map(|name| {
                scope.spawn(move || {
                    let mut machine = machine(10 + name, &Scope::Private, &["first"]);
                    let stream = Stream { replica: machine.replica(), scope: Scope::Private };
                    let mut acknowledged = 0;
                    while !is_over.load(Ordering::Relaxed) || acknowledged == 0 {
                        machine.append(&Scope::Private, &[b"more".to_vec()]).expect("memory does not fail");
                        if sync(&mut machine, &mut open(path)).is_complete() {
                            acknowledged = machine.heads().expect("memory does not fail")[&stream].seq;
                        }
                    }
                    (stream, acknowledged)
                })
            })
            .collect();
        let mut kills = 0;
        while kills < KILLS {
            kills += usize::from(kill_one(kills));
            thread::sleep(Duration::from_millis(20));
        }
        is_over.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().expect("it does not panic")).collect()
    });
    let heads = open(&path).heads().expect("it can be asked");
    for (stream, acknowledged) in written {
        assert!(heads[&stream].seq >= acknowledged, "{acknowledged} of {:?}", heads[&stream]);
        let mut reader = machine(99, &Scope::Private, &[]);
        assert!(sync(&mut reader, &mut open(&path)).is_complete());
        assert_eq!(reader.streams[&stream].len() as u64, heads[&stream].seq);
    }
}

/// Kills one of the programs that this one has started, if there is any.
fn kill_one(number: usize) -> bool {
    let list = fs::read_to_string(format!("/proc/{0}/task/{0}/children", std::process::id()));
    let mut children: Vec<String> = list.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    // those of threads are listed with their thread
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children.extend(list.split_whitespace().map(str::to_owned));
    }
    let Some(process) = children.get(number % children.len().max(1)) else { return false };
    Command::new("kill").args(["-9", process]).status().is_ok_and(|status| status.success())
}

/// What a device says of itself that goes on under another number.
fn device(number: u64, name: &str, before: u64) -> String {
    let [replica, before] = [number, before].map(sync::rehearsal::name_of);
    format!(
        r#"{{"v":1,"kind":"device","at_ms":1,"by":"","replica":"{replica}","revision":1,"name":"{name}","was":["{before}"]}}"#
    )
}

/// What a person asks with a DuckDB of their own, which understands JSON.
#[test]
fn people_ask_in_sql() {
    let Some(python) = Python::with_duckdb() else { return };
    let (_home, path) = file();
    let session = |bytes: u64, title: &str| {
        format!(
            r#"{{"v":1,"kind":"session","at_ms":1,"by":"ada","id":"s1","author":"ada","session":{{"title":{{"text":"{title}","source":"custom"}},"project":"loom","cwd_last":"/home/ada/loom","started":"2026-11-02T10:00:00Z","ended":"2026-11-02T11:00:00Z","active_ms":90000,"models":["opus","haiku"],"prompts":3,"tool_calls":7,"skills":[],"branch":"main","versions":["2.0.1","2.0.2"],"tokens":{{"input":1,"output":2,"cache_write_5m":3,"cache_write_1h":4,"cache_read":5}},"cost_nano_usd":2500000000,"bytes":1}},"files":[{{"role":"session","read_to":{bytes}}}],"hours":[{{"hour":"2026-11-02T10:00:00Z","model":"opus","requests":2,"input":1,"output":2,"cache_write_5m":3,"cache_write_1h":4,"cache_read":5,"cost_pico_usd":"1500000000000"}}]}}"#
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
            &session(100, "early"),
            &entry("title", "Fix it", 1, 1_000, "ada"),
            &entry("status", "open", 1, 9_000_000, "ada"),
        ],
    );
    let mut two = machine(
        2,
        &Scope::Private,
        &[
            &device(2_000, "laptop", 1_000),
            &session(900, "later"),
            &entry("status", "resolved", 2, 2_000, "eve"),
            "no json",
            "{\"kind\":\"weather\"}",
        ],
    );
    for machine in [&mut one, &mut two] {
        assert!(sync(machine, &mut open(&path)).is_complete());
    }
    let ask = |sql: &str| python.ask(&path, sql);
    assert_eq!(
        ask(
            "select session_id, title, project, models, total_tokens, cost_usd, message_count, cc_version, created_by, session_date, started_at from sessions"
        ),
        "s1|later|loom|opus, haiku|15|2.500000000|3|2.0.2|ada|2026-11-02|2026-11-02 10:00:00",
        "of two, what knows more"
    );
    assert_eq!(
        ask("select model, input_tokens, cache_write_tokens, total_tokens, cost_usd from session_models"),
        "opus|1|7|15|1.500000000000"
    );
    assert_eq!(ask("select session_id, model, requests from usage_hourly"), "s1|opus|2");
    assert_eq!(ask("select device, count(*), sum(cost_usd) from sessions group by device"), "laptop|1|2.500000000");
    assert_eq!(ask("select name, count(*), sum(operations) from devices group by name"), "laptop|2|8");
    assert_eq!(
        ask("select id, status, title, created_by, updated_by, replace(body, chr(10), '~') from log_entries"),
        "e1|resolved|Fix it|ada|ada|~[update] note of ada~[update] note of eve~[update] note of ada",
        "whoever saw more wins, whatever the clocks say"
    );
    assert_eq!(ask("select count(*) from operations"), operations(&two).len().to_string());
}

/// A file as earlier versions of the schema made it.
fn of_an_earlier_version(path: &Path, version: usize) {
    let mut engine = Engine::of(path);
    engine.change("CREATE TABLE sessions_schema (version BIGINT PRIMARY KEY, made_at TIMESTAMPTZ DEFAULT now())");
    let made = [include_str!("duck_1.sql"), include_str!("duck_2.sql")];
    for (number, made) in (1..).zip(made).take(version) {
        made.split(";\n")
            .filter(|statement| !statement.trim().is_empty())
            .for_each(|statement| engine.change(statement));
        engine.change(&format!("INSERT INTO sessions_schema (version) VALUES ({number})"));
    }
}

/// Whoever syncs can write anything; it costs the others nothing but that row.
#[test]
fn what_makes_no_sense_keeps_nobody_from_asking() {
    let Some(python) = Python::with_duckdb() else { return };
    for version in [0, 1, 2] {
        let (_home, path) = file();
        if version > 0 {
            of_an_earlier_version(&path, version);
        }
        let ill = ill_said::bodies();
        let ill: Vec<&str> = ill.iter().map(String::as_str).collect();
        let told =
            r#"{"kind":"session","id":"s1","session":{"started":"2026-11-02T09:00:00Z","cost_nano_usd":5000000000}}"#;
        for mut machine in [machine(1, &Scope::Private, &[told]), machine(7, &Scope::Private, &ill)] {
            let outcome = sync(&mut machine, &mut open(&path));
            assert!(outcome.is_complete(), "{outcome:?}");
        }
        let ask = |sql: &str| python.ask(&path, sql);
        for view in ill_said::VIEWS {
            let all = ask(&format!("select count(told) > 0 from (select cast(v as varchar) as told from {view} as v)"));
            assert_eq!(all, "True", "{view}");
        }
        let sql = "select device, cast(cost_usd as integer), started_at from sessions where session_id = 's1'";
        let one = sync::rehearsal::name_of(1_000);
        assert_eq!(ask(sql), format!("{one}|5|2026-11-02 09:00:00"), "version {version}");
        let odd = "select count(*) from sessions where started_at is null and session_id like 'ill-%'";
        assert_ne!(ask(odd), "0", "they are there all the same");
    }
}

/// A Python that has DuckDB, with JSON.
struct Python(String);

impl Python {
    /// `SESSIONS_PYTHON`, else the usual one. None is said on standard error.
    #[expect(clippy::print_stderr, reason = "a test that tests nothing has to be noticed")]
    fn with_duckdb() -> Option<Self> {
        let python = std::env::var("SESSIONS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let has =
            Command::new(&python).args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success());
        if !has {
            eprintln!("SKIPPED: Python has no DuckDB; set SESSIONS_PYTHON to one that has");
        }
        has.then_some(Self(python))
    }

    /// The rows of an answer, one a line.
    fn ask(&self, path: &Path, sql: &str) -> String {
        let script = "import duckdb, sys; rows = duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall(); \
                      print('\\n'.join('|'.join(map(str, row)) for row in rows))";
        let output = Command::new(&self.0).args(["-c", script]).arg(path).arg(sql).output().expect("it can be started");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
