//! All requests put together for the summary.

use std::collections::BTreeMap;

use chrono::Weekday;
use chrono_tz::Tz;
use config::SessionTypes;
use pricing::PriceTable;
use store::{Calendar, CubeQuery};
use testkit::history::generate;

use crate::agreement;
use crate::history::History;
use crate::usage;

#[test]
fn the_summary_and_usage_agree_on_a_small_history_with_everything() {
    assert!(agreement::check(&usage::history().store) > 100);
}

#[test]
fn the_summary_and_usage_agree_on_generated_histories() {
    for seed in [1, 2] {
        let history = History::new();
        generate(&history.home.claude(), 12_000_000, seed).expect("a history can be written");
        history.scan();
        assert!(agreement::check(&history.store) > 300, "{seed}");
    }
}

#[test]
fn a_store_that_is_not_there_has_no_requests() {
    let history = History::new();
    let calendar = Calendar { zone: Tz::UTC, week_start: Weekday::Mon };
    let types = SessionTypes::default();
    let query = CubeQuery {
        grain: calendar.grain(),
        tools: false,
        types: &types,
        device: None,
        devices: &BTreeMap::new(),
        prices: &PriceTable::built_in(),
    };
    assert!(history.store.cube(&query).expect("nothing is no failure").is_empty());
    assert!(!history.store.exists(), "nothing was made");
}
