//! A store that was damaged, in whatever way, is noticed and made again to the same answers.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use store::StoreError;

use crate::history::{B, History, three_answers};

/// Sessions and their transcripts, of which one is gone.
fn history() -> History {
    let history = History::of_one();
    history.write("-p", B, &three_answers(B).text());
    testkit::history::generate(&history.home.claude(), 1_000_000, 3).expect("a history can be made");
    history.scan();
    history
}

fn log_of(store: &Path) -> PathBuf {
    store.with_file_name("sessions.duckdb.wal")
}

/// Damages a copy of the store, and checks that it answers the same or says that it is damaged, and that it answers the
/// same when it was made again.
fn check(history: &History, whole: &[u8], expect: &[String], name: &str, damage: impl FnOnce(&Path)) {
    let store = history.store.path();
    fs::write(store, whole).expect("it can be written");
    let _ = fs::remove_file(log_of(store));
    damage(store);
    let scanned = history.try_scan(&AtomicBool::new(false), &mut |_| ());
    let listed = history.store.sessions();
    let errors = [scanned.map(|_| ()), listed.map(|_| ())].into_iter().filter_map(Result::err);
    for error in errors {
        assert!(matches!(error, StoreError::Damaged { .. }), "{name}: {error}");
        let text = error.to_string();
        assert!(text.contains("sessions rebuild"), "{name}: {text}");
    }
    history.rebuild();
    assert_eq!(history.dump(), expect, "{name}");
}

#[test]
fn any_damage_of_the_store_is_survived() {
    let history = history();
    let whole = fs::read(history.store.path()).expect("it can be read");
    let expect = history.dump();
    let overwrite = |at: usize, bytes: Vec<u8>| {
        move |store: &Path| {
            let file = OpenOptions::new().write(true).open(store).expect("it can be opened");
            file.write_all_at(&bytes, at as u64).expect("it can be written");
        }
    };
    let size = whole.len();
    for cut in [0, 1, 4095, 4096, 12_288, size / 3, size / 2, size - 16_384, size - 1] {
        check(&history, &whole, &expect, &format!("cut at {cut}"), |store| {
            File::options().write(true).open(store).and_then(|file| file.set_len(cut as u64)).expect("it can be cut");
        });
    }
    for at in [0, 8, 100, 4096, 8192, 12_300, size / 4, size / 2, size * 3 / 4, size - 100] {
        check(&history, &whole, &expect, &format!("changed at {at}"), overwrite(at, vec![whole[at] ^ 0x55]));
        check(&history, &whole, &expect, &format!("zeros at {at}"), overwrite(at, vec![0; 512.min(size - at)]));
    }
    check(&history, &whole, &expect, "no database", |store| fs::write(store, "no database").expect("it is written"));
    for (name, log) in
        [("an empty log", vec![]), ("a log of zeros", vec![0; 4096]), ("a log of noise", vec![0xa7; 999])]
    {
        check(&history, &whole, &expect, name, |store| fs::write(log_of(store), &log).expect("it can be written"));
    }
}
