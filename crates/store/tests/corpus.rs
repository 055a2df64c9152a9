//! The real transcripts, when they are at hand.

#[path = "scan/agreement.rs"]
mod agreement;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use pricing::{CostByKind, PicoUsd, PriceTable};
use store::{CubeQuery, Grouping, ScanOptions, Store, UsageFilter, UsageQuery, UsageRow};
use summary::{Dimension, Key, Kind};

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
    kinds_agree(&store, &prices);
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

/// Costs by kind of the summary, which divides what requests of a model cost together, beside those of the preview, which
/// divides each request: they differ by a hundredth of the whole at most.
#[expect(clippy::print_stderr, reason = "figures for whoever runs it")]
fn kinds_agree(store: &Store, prices: &PriceTable) {
    let mut exact = CostByKind::default();
    for row in store.sessions().expect("sessions can be listed") {
        let audit = store.audit(row.id()).expect("the store can be asked");
        let own = audit.requests.iter().filter(|audited| audited.request.session == *row.id());
        own.for_each(|audited| exact.add(&prices.explain(&audited.request)));
    }
    let types = config::SessionTypes::default();
    let devices = BTreeMap::new();
    let query = CubeQuery { grain: 60, tools: false, types: &types, device: None, devices: &devices, prices };
    let cube = store.cube(&query).expect("the store can be asked");
    let entries = cube.entries(None, &[], Dimension::Kind);
    let whole = exact.total();
    assert!(whole.0 > 0);
    for (kind, cost) in [
        (Kind::Input, exact.input),
        (Kind::Output, exact.output),
        (Kind::CacheWrite5m, exact.cache_write_5m),
        (Kind::CacheWrite1h, exact.cache_write_1h),
        (Kind::CacheRead, exact.cache_read),
        (Kind::WebSearch, exact.web_searches),
    ] {
        let entry = entries.iter().find(|entry| entry.key == Key::Kind(kind));
        let divided = entry.map_or(PicoUsd::default(), |entry| entry.usage.cost);
        eprintln!("{}: {} of each request, {} together", kind.name(), cost.nano(), divided.nano());
        let difference = (divided.0 - cost.0).abs();
        assert!(difference * 100 <= whole.0, "{}: {difference} of {}", kind.name(), whole.0);
    }
}

/// All usage in one row.
fn everything(store: &Store) -> UsageRow {
    let query = UsageQuery {
        by: Grouping::Total,
        filter: UsageFilter::default(),
        zone: chrono_tz::Tz::UTC,
        week_start: chrono::Weekday::Mon,
        types: config::SessionTypes::default(),
        devices: std::collections::BTreeMap::new(),
    };
    store.usage(&query).expect("the store can be asked").total
}
