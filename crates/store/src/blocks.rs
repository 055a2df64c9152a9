//! Five-hour blocks: the windows of the usage limit, estimated from the times of requests alone.
//!
//! The rule is that of the field (`ccusage blocks`): a block starts at the full hour (UTC) of its first request and
//! ends five hours later; the first request at or after that end starts the next. So a pause of more than five hours
//! always ends a block. What Anthropic really counts is not in the transcripts: every figure here is an estimate.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use pricing::PicoUsd;

use crate::Usage;

/// How long a block lasts.
const LENGTH: TimeDelta = TimeDelta::hours(5);

/// A shorter time between first and last request says nothing about a rate.
const SHORTEST_RATED: TimeDelta = TimeDelta::minutes(1);

const HOUR_SECONDS: i64 = 3_600;

/// Requests that were made close to each other. They must lie within one hour of the clock (UTC), as a single request
/// does: blocks start and end at full hours, so that none is cut apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spending {
    /// When the first was made.
    pub first: DateTime<Utc>,
    /// When the last was made.
    pub last: DateTime<Utc>,
    /// Their sum.
    pub usage: Usage,
}

/// A block with what was used in it: by all requests, or by those that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The full hour at which it starts.
    pub start: DateTime<Utc>,
    /// Five hours later; no longer part of it.
    pub end: DateTime<Utc>,
    /// When the first of these requests was made.
    pub first: DateTime<Utc>,
    /// When the last of these requests was made.
    pub last: DateTime<Utc>,
    /// Their sum.
    pub usage: Usage,
}

/// How fast something is used, from the first to the last request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burn {
    /// Tokens of all kinds in a minute, rounded down.
    pub tokens_per_minute: u64,
    /// Cost of an hour, rounded down.
    pub cost_per_hour: PicoUsd,
}

/// What a block comes to at its end if it goes on like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projection {
    /// Tokens of all kinds.
    pub tokens: u64,
    /// Cost.
    pub cost: PicoUsd,
}

/// The blocks that requests fall into, in the order of time; the requests must be sorted by time.
pub fn blocks(spendings: impl IntoIterator<Item = Spending>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for spending in spendings {
        match blocks.last_mut().filter(|block| spending.first < block.end) {
            Some(block) => block.take(&spending),
            None => blocks.push(Block::starting_with(window(spending.first), &spending)),
        }
    }
    blocks
}

/// Start and end of the blocks that requests made at these moments fall into; the moments must be sorted. The full hours
/// of them are enough.
pub(crate) fn windows_of(moments: impl IntoIterator<Item = DateTime<Utc>>) -> Vec<Range<DateTime<Utc>>> {
    let mut windows: Vec<Range<DateTime<Utc>>> = Vec::new();
    for moment in moments {
        if windows.last().is_none_or(|last| moment >= last.end) {
            windows.push(window(moment));
        }
    }
    windows
}

impl Block {
    /// What is spent within a block; none if nothing is.
    pub(crate) fn within(window: Range<DateTime<Utc>>, spendings: impl Iterator<Item = Spending>) -> Option<Self> {
        let mut spendings = spendings;
        let mut block = Self::starting_with(window, &spendings.next()?);
        spendings.for_each(|spending| block.take(&spending));
        Some(block)
    }

    /// Whether it is the block of this moment.
    pub fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.start <= now && now < self.end
    }

    /// How fast it was used; none when less than a minute lies between its first and last request.
    pub fn burn(&self) -> Option<Burn> {
        let of = |amount, time| self.at_its_rate(amount, time);
        Some(Burn {
            tokens_per_minute: unsigned(of(self.usage.tokens.total().into(), TimeDelta::minutes(1))?),
            cost_per_hour: PicoUsd(of(self.usage.cost.0, TimeDelta::hours(1))?),
        })
    }

    /// What it comes to if it is used from `now` on as it was so far; none when it is over or has no rate.
    pub fn projection(&self, now: DateTime<Utc>) -> Option<Projection> {
        let left = self.is_active(now).then(|| self.end - now)?;
        let more = unsigned(self.at_its_rate(self.usage.tokens.total().into(), left)?);
        Some(Projection {
            tokens: self.usage.tokens.total().saturating_add(more),
            cost: self.usage.cost + PicoUsd(self.at_its_rate(self.usage.cost.0, left)?),
        })
    }

    fn starting_with(window: Range<DateTime<Utc>>, spending: &Spending) -> Self {
        let Spending { first, last, usage } = *spending;
        Self { start: window.start, end: window.end, first, last, usage }
    }

    fn take(&mut self, spending: &Spending) {
        self.first = self.first.min(spending.first);
        self.last = self.last.max(spending.last);
        self.usage += spending.usage;
    }

    /// What `time` adds to an amount that grew evenly from the first to the last request, rounded down.
    fn at_its_rate(&self, amount: i128, time: TimeDelta) -> Option<i128> {
        let took = self.last - self.first;
        (took >= SHORTEST_RATED)
            .then(|| amount.saturating_mul(time.num_milliseconds().into()) / i128::from(took.num_milliseconds()))
    }
}

/// The block that starts with a request made at a moment.
fn window(first: DateTime<Utc>) -> Range<DateTime<Utc>> {
    let start = hour_of(first);
    start..start.checked_add_signed(LENGTH).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The full hour in which a moment lies.
fn hour_of(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = at.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(HOUR_SECONDS), 0).unwrap_or(at)
}

fn unsigned(amount: i128) -> u64 {
    u64::try_from(amount).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use transcript::Tokens;

    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-11-{time}Z").parse().expect("a day and a time")
    }

    fn request(time: &str) -> Spending {
        let tokens = Tokens { input: 100, ..Tokens::default() };
        let first = at(time);
        Spending { first, last: first, usage: Usage { requests: 1, tokens, cost: PicoUsd(600), ..Usage::default() } }
    }

    /// Start and number of requests of the blocks that requests at these times fall into.
    fn check(times: &[&str], expect: &[(&str, u64)]) {
        let blocks = blocks(times.iter().map(|time| request(time)));
        let found: Vec<_> = blocks.iter().map(|block| (block.start, block.usage.requests)).collect();
        let expect: Vec<_> = expect.iter().map(|(start, requests)| (at(start), *requests)).collect();
        assert_eq!(found, expect, "{times:?}");
        assert!(blocks.iter().all(|block| block.end - block.start == LENGTH));
        let hours = times.iter().map(|time| hour_of(at(time)));
        assert!(windows_of(hours).into_iter().eq(blocks.iter().map(|block| block.start..block.end)), "{times:?}");
    }

    #[test]
    fn a_block_starts_at_the_full_hour_of_its_first_request() {
        check(&[], &[]);
        check(&["20T10:59:59.999"], &[("20T10:00:00", 1)]);
        check(&["20T10:00:00"], &[("20T10:00:00", 1)]);
    }

    #[test]
    fn a_block_ends_five_hours_after_its_start_and_not_after_its_first_request() {
        check(&["20T10:30:00", "20T14:59:59.999"], &[("20T10:00:00", 2)]);
        check(&["20T10:30:00", "20T15:00:00"], &[("20T10:00:00", 1), ("20T15:00:00", 1)]);
        check(&["20T10:30:00", "20T15:20:00"], &[("20T10:00:00", 1), ("20T15:00:00", 1)]);
    }

    #[test]
    fn a_long_pause_leaves_hours_that_belong_to_no_block() {
        check(
            &["19T23:10:00", "20T03:00:00", "20T09:40:00", "20T14:10:00"],
            &[("19T23:00:00", 2), ("20T09:00:00", 1), ("20T14:00:00", 1)],
        );
    }

    #[test]
    fn a_block_before_1970_starts_before_its_first_request() {
        let early = DateTime::from_timestamp(-1, 0).expect("in range");
        let spending = Spending { first: early, last: early, ..request("20T10:00:00") };
        assert_eq!(blocks([spending])[0].start.timestamp(), -HOUR_SECONDS);
    }

    #[test]
    fn the_end_of_time_ends_a_block_without_a_panic() {
        let late = DateTime::<Utc>::MAX_UTC;
        let spending = Spending { first: late, last: late, ..request("20T10:00:00") };
        assert_eq!(blocks([spending])[0].end, late);
    }

    #[test]
    fn what_was_used_adds_up() {
        let mut unpriced = request("20T11:00:00");
        unpriced.usage = Usage { unknown_cost_requests: 1, cost: PicoUsd(0), ..unpriced.usage };
        let block = blocks([request("20T10:30:00"), unpriced])[0];
        assert_eq!((block.usage.requests, block.usage.unknown_cost_requests), (2, 1));
        assert_eq!((block.usage.tokens.total(), block.usage.cost), (200, PicoUsd(600)));
        assert_eq!((block.first, block.last), (at("20T10:30:00"), at("20T11:00:00")));
    }

    #[test]
    fn a_block_is_active_from_its_start_until_before_its_end() {
        let block = blocks([request("20T10:30:00")])[0];
        for (now, active) in
            [("20T09:59:59", false), ("20T10:00:00", true), ("20T14:59:59", true), ("20T15:00:00", false)]
        {
            assert_eq!(block.is_active(at(now)), active, "{now}");
        }
    }

    #[test]
    fn the_rate_is_that_between_first_and_last_request() {
        let block = blocks([request("20T10:00:00"), request("20T10:20:00")])[0];
        let burn = block.burn().expect("twenty minutes have a rate");
        assert_eq!((burn.tokens_per_minute, burn.cost_per_hour), (10, PicoUsd(3_600)));
    }

    #[test]
    fn less_than_a_minute_has_no_rate() {
        let block = blocks([request("20T10:00:00"), request("20T10:00:59.999")])[0];
        assert_eq!((block.burn(), block.projection(at("20T10:30:00"))), (None, None));
        assert!(blocks([request("20T10:00:00"), request("20T10:01:00")])[0].burn().is_some());
    }

    #[test]
    fn a_projection_adds_the_time_that_is_left() {
        let block = blocks([request("20T10:00:00"), request("20T10:20:00")])[0];
        let projection = block.projection(at("20T14:00:00")).expect("it is active");
        assert_eq!((projection.tokens, projection.cost), (200 + 600, PicoUsd(1_200 + 3_600)));
        assert_eq!(block.projection(at("20T15:00:00")), None);
    }

    #[test]
    fn absurd_figures_do_not_panic() {
        let most = Tokens { input: u64::MAX, ..Tokens::default() };
        let usage = Usage { tokens: most, cost: PicoUsd(i128::MAX), requests: u64::MAX, ..Usage::default() };
        let huge = |time| Spending { usage, ..request(time) };
        let block = blocks([huge("20T10:00:00"), huge("20T10:20:00")])[0];
        assert_eq!(block.usage.tokens.total(), u64::MAX);
        assert!(block.burn().is_some() && block.projection(at("20T11:00:00")).is_some());
    }
}
