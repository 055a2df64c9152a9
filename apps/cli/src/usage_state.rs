//! The figures that a tick leaves behind for status lines.

use std::fs::File;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use journal::{Spent, UsageState};
use pricing::PicoUsd;
use store::{Block, Spending, blocks};

use crate::clock;
use crate::context::Context;

/// Brings the file up to date. When the figures are still right, only its time says so.
pub(crate) fn refresh(context: &Context, now: DateTime<Utc>) -> color_eyre::Result<()> {
    let path = context.paths.usage_state();
    let (today, _) = clock::day_of(now, context.zone);
    let state = state_of(&context.store.spendings(today)?, now, context.zone);
    let is_same = matches!(UsageState::read(&path), Ok(Some((stored, _))) if stored.agrees_with(&state));
    if is_same {
        return Ok(File::options().write(true).open(&path)?.set_modified(SystemTime::now())?);
    }
    Ok(config::replace_file(&path, state.text()?.as_bytes())?)
}

/// What was spent on the day and in the block of a moment.
fn state_of(spendings: &[Spending], now: DateTime<Utc>, zone: Tz) -> UsageState {
    let (start, end) = clock::day_of(now, zone);
    let mut today = Spent { start_ms: ms(start), end_ms: ms(end), ..Spent::default() };
    let mut cost = PicoUsd(0);
    for spending in spendings.iter().filter(|spending| (start..end).contains(&spending.first)) {
        let usage = &spending.usage;
        cost += usage.cost;
        today.tokens = today.tokens.saturating_add(usage.tokens.total());
        today.unknown_cost_requests = today.unknown_cost_requests.saturating_add(usage.unknown_cost_requests);
    }
    today.cost_nano_usd = cost.nano().0;
    // A request that seems to be made later than now comes from another machine's clock; it must not hide this block.
    let block = blocks(spendings.iter().copied()).into_iter().rfind(|block| block.is_active(now));
    UsageState::new(ms(now), Some(today), block.as_ref().map(spent_in))
}

fn spent_in(block: &Block) -> Spent {
    Spent {
        start_ms: ms(block.start),
        end_ms: ms(block.end),
        cost_nano_usd: block.usage.cost.nano().0,
        tokens: block.usage.tokens.total(),
        unknown_cost_requests: block.usage.unknown_cost_requests,
    }
}

fn ms(moment: DateTime<Utc>) -> u64 {
    u64::try_from(moment.timestamp_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Vienna;
    use store::Usage;
    use transcript::Tokens;

    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-{time}Z").parse().expect("a day and a time")
    }

    fn spending(time: &str, dollars: i128, unknown: u64) -> Spending {
        let first = at(time);
        let tokens = Tokens { input: 100, ..Tokens::default() };
        let cost = PicoUsd(dollars * 1_000_000_000_000);
        let usage = Usage { requests: 1, tokens, cost, unknown_cost_requests: unknown, ..Usage::default() };
        Spending { first, last: first, usage }
    }

    fn spent(start: &str, end: &str, dollars: i64, tokens: u64, unknown_cost_requests: u64) -> Spent {
        let cost_nano_usd = dollars * 1_000_000_000;
        Spent { start_ms: ms(at(start)), end_ms: ms(at(end)), cost_nano_usd, tokens, unknown_cost_requests }
    }

    #[test]
    fn the_day_is_that_of_the_viewer_and_the_block_goes_over_it() {
        let spendings = [
            spending("11-19T21:30:00", 1, 0),
            spending("11-19T22:59:59", 2, 0),
            spending("11-19T23:00:00", 4, 1),
            spending("11-20T01:00:00", 8, 0),
        ];
        let state = state_of(&spendings, at("11-20T01:30:00"), Vienna);
        assert_eq!(state.today, Some(spent("11-19T23:00:00", "11-20T23:00:00", 12, 200, 1)));
        assert_eq!(state.block, Some(spent("11-19T21:00:00", "11-20T02:00:00", 15, 400, 1)));
    }

    #[test]
    fn a_day_may_have_25_hours() {
        let state = state_of(&[], at("10-25T12:00:00"), Vienna);
        assert_eq!(state.today, Some(spent("10-24T22:00:00", "10-25T23:00:00", 0, 0, 0)));
    }

    #[test]
    fn without_a_block_that_runs_there_is_none() {
        let spendings = [spending("11-20T01:00:00", 1, 0)];
        assert_eq!(state_of(&spendings, at("11-20T06:00:00"), Vienna).block, None);
        assert_eq!(state_of(&[], at("11-20T06:00:00"), Vienna).block, None);
    }

    #[test]
    fn a_request_from_the_future_does_not_hide_the_block_of_now() {
        let spendings = [spending("11-20T01:00:00", 1, 0), spending("11-20T09:00:00", 2, 0)];
        let state = state_of(&spendings, at("11-20T02:00:00"), Vienna);
        assert_eq!(state.block, Some(spent("11-20T01:00:00", "11-20T06:00:00", 1, 100, 0)));
    }
}
