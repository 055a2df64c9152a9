//! The real transcripts, when they are at hand.

#[path = "scan/agreement.rs"]
mod agreement;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use pricing::{PicoUsd, PriceTable};
use store::{Grouping, ScanOptions, Store, UsageFilter, UsageQuery, UsageRow};

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
    audits_add_up(&store, &prices);
    eprintln!("the summary agrees in {} figures", agreement::check(&store));
}

/// What is shown of each session adds up to its total, and every request is paid for by exactly one session.
fn audits_add_up(store: &Store, prices: &PriceTable) {
    let mut paid = 0;
    for row in store.sessions().expect("sessions can be listed") {
        let audit = store.audit(row.id()).expect("the store can be asked");
        let own = audit.requests.iter().map(|audited| &audited.request).filter(|request| request.session == *row.id());
        let costs: Vec<Option<PicoUsd>> = own.map(|request| prices.explain(request).cost.charged()).collect();
        assert_eq!(costs.len(), row.requests as usize, "{}", row.id());
        assert_eq!(costs.iter().flatten().copied().sum::<PicoUsd>(), audit.cost, "{}", row.id());
        assert_eq!(audit.cost.nano(), row.cost, "{}", row.id());
        paid += costs.len() as u64;
    }
    assert_eq!(paid, everything(store).usage.requests);
}

/// All usage in one row.
fn everything(store: &Store) -> UsageRow {
    let query = UsageQuery {
        by: Grouping::Total,
        filter: UsageFilter::default(),
        zone: chrono_tz::Tz::UTC,
        week_start: chrono::Weekday::Mon,
        types: config::SessionTypes::default(),
    };
    store.usage(&query).expect("the store can be asked").total
}
