//! Figures as people read them: tokens, money, durations, moments.

use chrono::{DateTime, Utc};
use pricing::NanoUsd;

/// `950`, `12.4k`, `3.9M`, `1.2B`.
pub fn tokens(count: u64) -> String {
    count.to_string()
}

/// `$0.004`, `$4.18`, `$1,204`; with `unknown`, `$4.18+` (or `–` when nothing is known).
pub fn money(amount: NanoUsd, unknown: bool) -> String {
    let _ = unknown;
    amount.to_string()
}

/// `41 min`, `3 h 20`, `2 d`.
pub fn duration(milliseconds: u64) -> String {
    milliseconds.to_string()
}

/// How long ago: `now`, `12m`, `2h`, `6d`, `3mo`.
pub fn ago(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    (now - moment).to_string()
}
