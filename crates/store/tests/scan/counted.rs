//! What the store counts, beside the second count of the same files.

use std::collections::BTreeSet;

use crate::history::History;
use crate::oracle::{Prices, count, stored};

/// Compares request by request; returns how many there are.
pub(crate) fn check_counted(history: &History) -> usize {
    let prices = Prices::at_hand();
    let expect = count(&history.home.claude(), prices.as_ref());
    let found = stored(history.store.path(), prices.is_some());
    let keys: BTreeSet<&String> = expect.keys().chain(found.keys()).collect();
    let differing: Vec<_> = keys.into_iter().filter(|key| expect.get(*key) != found.get(*key)).collect();
    for key in differing.iter().take(5) {
        assert_eq!(found.get(*key), expect.get(*key), "{key}, and {} more differ", differing.len() - 1);
    }
    found.len()
}

#[test]
#[expect(clippy::print_stderr, reason = "figures for whoever runs it, and a loud skip")]
fn every_request_of_the_corpus_is_counted_as_a_second_count_does_it() {
    let Some(corpus) = testkit::corpus() else {
        eprintln!("SKIPPED: no corpus of real transcripts (set SESSIONS_CORPUS)");
        return;
    };
    if Prices::at_hand().is_none() {
        eprintln!("SKIPPED for costs: no file of prices beside the corpus");
    }
    let history = History::new();
    testkit::lay_out(&corpus, &history.home.claude()).expect("the corpus can be copied");
    history.scan();
    eprintln!("{} requests agree", check_counted(&history));
}
