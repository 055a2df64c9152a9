//! Stores that are in use, damaged or too new, and scans that are stopped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pricing::PriceTable;
use store::{ScanOptions, Store, StoreError, Strides};

use crate::history::{A, B, C, History, TINY, three_answers};

/// Names the file that a second process of this test opens.
const HELD: &str = "STORE_TEST_HOLDS";

/// Not a test by itself: in a second process it opens a store, as the `duckdb` program would, writes to it and waits to
/// be ended.
#[test]
fn holder() {
    let Some(path) = std::env::var_os(HELD) else { return };
    let connection = duckdb::Connection::open(path).expect("the store can be opened");
    connection.execute_batch("CREATE TABLE more AS SELECT range FROM range(10000)").expect("it can be written to");
    fs::write("/dev/stderr", "held\n").expect("stderr can be written");
    std::thread::park();
}

/// Names the home that a second process of this test scans.
const SCANNED: &str = "STORE_TEST_SCANS";

struct Holder(Child);

impl Holder {
    fn of(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
            .args(["--exact", "trouble::holder", "--nocapture"])
            .env(HELD, path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let mut line = String::new();
        let stderr = child.stderr.take().expect("it is piped");
        BufReader::new(stderr).read_line(&mut line).expect("it says when it holds the store");
        assert_eq!(line, "held\n");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn message(result: Result<impl Sized, StoreError>) -> String {
    result.err().expect("it fails").to_string()
}

#[cfg(target_os = "linux")]
#[test]
fn a_store_that_another_program_has_open_is_locked() {
    let history = History::of_one();
    history.scan();
    let holder = Holder::of(history.store.path());
    let impatient = history.store.clone().waiting(Duration::from_millis(50));
    let text = message(impatient.sessions());
    assert!(
        text.contains("is in use by another program") && text.contains(&format!("process {}", holder.0.id())),
        "{text}"
    );
    drop(holder);
    assert_eq!(impatient.sessions().expect("it is free again").len(), 1);
}

#[test]
fn a_store_that_is_locked_says_by_whom() {
    let history = History::of_one();
    history.scan();
    let lock = history.store.path().with_file_name("sessions.duckdb.lock");
    let file = fs::OpenOptions::new().write(true).open(&lock).expect("the lock can be opened");
    file.lock().expect("it can be locked");
    fs::write(&lock, "4242").expect("it can be written");
    let impatient = Store::at(history.store.path()).waiting(Duration::from_millis(20));
    assert!(message(impatient.sessions()).contains("(process 4242)"));
    drop(file);
    assert_eq!(impatient.sessions().expect("it is free again").len(), 1);
}

#[test]
fn threads_of_one_process_take_turns() {
    let history = History::of_one();
    history.scan();
    let lists = |_| history.store.sessions().expect("each gets its turn").len();
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|number| scope.spawn(move || lists(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread fails")).collect()
    });
    assert_eq!(counts, [1; 6]);
}

#[test]
fn what_is_no_store_is_damaged_and_stays_as_it_is() {
    let history = History::of_one();
    history.scan();
    let whole = fs::read(history.store.path()).expect("it can be read");
    for content in [Vec::new(), b"no store".to_vec(), whole[..whole.len() / 2].to_vec(), vec![0; whole.len()]] {
        fs::write(history.store.path(), &content).expect("it can be overwritten");
        let texts =
            [message(history.store.sessions()), message(history.try_scan(&AtomicBool::new(false), &mut |_| ()))];
        assert!(texts.iter().all(|text| text.contains("is damaged") && text.contains("sessions rebuild")), "{texts:?}");
        assert_eq!(fs::read(history.store.path()).expect("it can be read"), content);
    }
}

#[test]
fn a_store_whose_writer_was_killed_is_whole_unless_its_log_is_damaged() {
    let history = History::of_one();
    history.scan();
    drop(Holder::of(history.store.path()));
    let log = history.store.path().with_file_name("sessions.duckdb.wal");
    let mut bytes = fs::read(&log).expect("the writer left a log");
    assert_eq!(history.store.sessions().expect("the log is read").len(), 1);

    let half = bytes.len() / 2;
    bytes[half..].fill(0);
    fs::write(&log, bytes).expect("it can be written");
    assert!(message(history.store.sessions()).contains("is damaged"));
    assert!(history.rebuild().set_aside.is_some());
    assert_eq!(history.usage(A).0, 3);
    assert!(!log.exists());
}

#[test]
fn a_newer_store_is_left_alone() {
    let history = History::of_one();
    history.scan();
    let connection = duckdb::Connection::open(history.store.path()).expect("it can be opened");
    connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema'", []).expect("it can be changed");
    drop(connection);
    let before = fs::read(history.store.path()).expect("it can be read");
    for result in [history.store.sessions().map(drop), history.try_scan(&AtomicBool::new(false), &mut |_| ()).map(drop)]
    {
        assert!(matches!(result, Err(StoreError::Newer { found: 999, .. })), "{result:?}");
    }
    assert_eq!(fs::read(history.store.path()).expect("it can be read"), before);
}

#[test]
fn a_scan_that_is_stopped_goes_on_later() {
    let history = History::new();
    for session in [A, B, C] {
        history.write("-p", session, &three_answers(session).text());
    }
    let cancel = AtomicBool::new(false);
    let stopped = history.try_scan(&cancel, &mut |progress| cancel.store(progress.files_done > 0, Ordering::Relaxed));
    assert!(matches!(stopped, Err(StoreError::Cancelled)));
    assert!(!history.store.sessions().expect("the store is whole").is_empty());
    history.scan();
    let resumed = history.dump();
    history.rebuild();
    assert_eq!(history.dump(), resumed);
}

/// A history of one long session, of which a scan was stopped in the middle; what a whole scan says of it.
fn stopped_in_the_middle() -> (History, Vec<String>) {
    let mut history = History::new();
    let mut long = three_answers(A);
    for question in 0..100 {
        long.prompt(&format!("question {question}")).answer("an answer of some words");
    }
    history.write("-p", A, &long.text());
    history.scan();
    let whole = history.dump();
    history.delete_store();
    history.strides = Strides { piece: 1, ..TINY };
    let cancel = AtomicBool::new(false);
    let stopped = history.try_scan(&cancel, &mut |progress| cancel.store(progress.bytes_done > 0, Ordering::Relaxed));
    assert!(matches!(stopped, Err(StoreError::Cancelled)));
    assert_ne!(history.dump(), whole);
    assert!((1..100).contains(&history.usage(A).0), "some of it was read");
    (history, whole)
}

#[test]
fn a_file_in_the_middle_of_which_a_scan_was_stopped_is_read_to_its_end_later() {
    let (history, whole) = stopped_in_the_middle();
    history.scan();
    assert_eq!(history.dump(), whole);
}

#[test]
fn a_file_that_version_7_took_for_read_is_read_to_its_end() {
    let (history, whole) = stopped_in_the_middle();
    let path = history.home.claude().join(format!("projects/-p/{A}.jsonl"));
    let size = fs::metadata(path).expect("it exists").len();
    let connection = duckdb::Connection::open(history.store.path()).expect("the store can be opened");
    let as_version_7 = format!("UPDATE files SET size = {size}; UPDATE meta SET value = '7' WHERE key = 'schema'");
    connection.execute_batch(&as_version_7).expect("it can be changed back");
    drop(connection);
    history.scan();
    assert_eq!(history.dump(), whole);
}

#[test]
fn a_store_that_went_away_while_it_was_opened_is_made_again() {
    let history = History::of_one();
    history.scan();
    let whole = history.dump();
    let without_tables = || {
        history.delete_store();
        drop(duckdb::Connection::open(history.store.path()).expect("a file without tables can be made"));
    };
    without_tables();
    assert_eq!(history.store.sessions().expect("sessions can be listed"), []);
    without_tables();
    history.scan();
    assert_eq!(history.dump(), whole);
    let mode = fs::metadata(history.store.path()).expect("it exists").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_scans_at_once_count_everything_once() {
    let history = History::new();
    testkit::history::generate(&history.home.claude(), 4 << 20, 3).expect("a history can be made");
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| history.scan())).collect();
        for thread in threads {
            thread.join().expect("no scan fails");
        }
    });
    let both = history.dump();
    history.rebuild();
    assert_eq!(history.dump(), both);
}

/// Not a test by itself: in a second process it scans, and says how far it is.
#[test]
fn scanner() {
    let Some(home) = std::env::var_os(SCANNED) else { return };
    let home = Path::new(&home);
    let options = ScanOptions { roots: vec![home.join(".claude")], threads: 1, ..ScanOptions::default() };
    let store = Store::at(home.join("data/sessions.duckdb"));
    let mut say = |_| fs::write("/dev/stderr", "read\n").expect("stderr can be written");
    store.scan(&options, &PriceTable::built_in(), &AtomicBool::new(false), &mut say).expect("it can be scanned");
    fs::write("/dev/stderr", "done\n").expect("stderr can be written");
}

#[cfg(unix)]
#[test]
fn a_scan_that_is_killed_loses_and_doubles_nothing() {
    let history = History::new();
    testkit::history::generate(&history.home.claude(), 4 << 20, 5).expect("a history can be made");
    for patience in [1, 5, usize::MAX] {
        let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
            .args(["--exact", "trouble::scanner", "--nocapture"])
            .env(SCANNED, history.home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
        let _ = lines.take_while(|line| line != "done").take(patience).count();
        child.kill().and_then(|()| child.wait()).expect("it can be ended");
    }
    history.scan();
    let survived = history.dump();
    history.rebuild();
    assert_eq!(history.dump(), survived);
}

#[test]
fn costs_follow_the_prices() {
    let history = History::of_one();
    history.scan();
    let cost = || history.store.sessions().expect("sessions can be listed").remove(0).cost.0;
    let before = cost();
    let half = PriceTable::built_in().with_overrides("multiplier = 0.5").expect("a table that can be read");
    let cancel = AtomicBool::new(false);
    history.store.scan(&history.options(), &half, &cancel, &mut |_| ()).expect("it can be scanned");
    assert_eq!(cost() * 2, before);
    history.scan();
    assert_eq!(cost(), before);
}

#[test]
fn a_store_whose_lock_file_cannot_be_made_is_read_all_the_same() {
    let history = History::of_one();
    history.scan();
    let folder = history.store.path().parent().expect("it has a folder").to_owned();
    let lock = folder.join("sessions.duckdb.lock");
    fs::remove_file(&lock).expect("there is a lock file");
    std::os::unix::fs::symlink(folder.join("nowhere/lock"), &lock).expect("a link can be made");
    assert_eq!(history.store.sessions().expect("it can be read").len(), 1);
    history.write("-p", B, &three_answers(B).text());
    let error = history.try_scan(&AtomicBool::new(false), &mut |_| ());
    assert!(message(error).contains("sessions.duckdb.lock"), "a writer needs its lock");
    let held = Holder::of(history.store.path());
    let impatient = history.store.clone().waiting(Duration::ZERO);
    assert!(matches!(impatient.sessions(), Err(StoreError::Locked { .. })), "the engine's own lock holds");
    drop(held);
    assert_eq!(history.store.sessions().expect("it can be read").len(), 1);
}

#[test]
fn a_reader_that_may_not_write_to_the_lock_file_still_waits_for_it() {
    let history = History::of_one();
    history.scan();
    let lock = history.store.path().with_extension("duckdb.lock");
    fs::remove_file(&lock).expect("there is a lock file");
    fs::create_dir(&lock).expect("something that cannot be written to stands in its place");
    assert_eq!(history.store.sessions().expect("it can be read").len(), 1);
    let writer = fs::File::open(&lock).expect("it can be opened");
    writer.lock().expect("nobody holds it");
    let impatient = history.store.clone().waiting(Duration::ZERO);
    assert!(matches!(impatient.sessions(), Err(StoreError::Locked { .. })));
}
