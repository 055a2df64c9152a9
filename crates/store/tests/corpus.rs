//! The real transcripts, when they are at hand.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use pricing::PriceTable;
use store::{ScanOptions, Store};

#[test]
#[expect(clippy::print_stderr, reason = "figures for whoever runs it, and a loud skip")]
fn the_corpus_is_read_whole_and_once() {
    let Some(corpus) = testkit::corpus() else {
        eprintln!("SKIPPED: no corpus of real transcripts (set SESSIONS_CORPUS)");
        return;
    };
    let home = testkit::Home::new();
    let files = testkit::lay_out(&corpus, &home.claude()).expect("the corpus can be copied");
    let store = Store::at(home.path().join("data/sessions.duckdb"));
    let options = ScanOptions { roots: vec![home.claude()], ..ScanOptions::default() };
    let cancel = AtomicBool::new(false);
    let prices = PriceTable::built_in();

    let started = Instant::now();
    let first = store.scan(&options, &prices, &cancel, &mut |_| ()).expect("the corpus can be scanned");
    let import = started.elapsed();
    let started = Instant::now();
    let second = store.scan(&options, &prices, &cancel, &mut |_| ()).expect("and scanned again");
    let again = started.elapsed();
    let megabytes = first.bytes_read as f64 / 1e6;
    eprintln!("corpus: {first:?}\n{import:?} ({:.0} MB/s), again {again:?}", megabytes / import.as_secs_f64());

    assert!(first.unreadable.is_empty());
    assert!(first.files_seen > 0 && first.files_seen <= files as u64);
    assert_eq!(first.files_read, first.files_seen);
    assert_eq!((second.files_read, second.bytes_read, second.sessions_changed), (0, 0, 0));
    assert_eq!((second.sessions, second.requests), (first.sessions, first.requests));
    assert_eq!(store.sessions().expect("sessions can be listed").len() as u64, first.sessions);
}
