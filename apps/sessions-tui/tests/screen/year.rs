//! A year of requests for the summary, the same in every test.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::UTC;
use pricing::{NanoUsd, PicoUsd, PriceTable};
use summary::{Builder, Calendar, Cube, Request, Session, Usage};
use transcript::Tokens;

use crate::history;

/// A request: when, the session's place in the history, model, tools, cents.
pub(crate) type Sketch = (DateTime<Utc>, usize, &'static str, &'static str, i128);

const PROJECTS: [&str; 8] =
    ["billing-api", "billing-api", "checkout-web", "billing-api", "決済サービス", "infra", "billing-api", "infra"];

const MODELS: [&str; 5] =
    ["claude-opus-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-fable-5"];

const TOOLS: [&str; 4] = ["", "Read\u{1f}1", "Bash\u{1f}2\u{1e}Read\u{1f}1", "Edit\u{1f}1"];

/// Four to nine requests on working days, few on others, none in a holiday.
pub(crate) fn usual() -> Vec<Sketch> {
    let mut random = 42_u64;
    let mut next = move |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut requests = Vec::new();
    for ago in (0..366).rev() {
        let midnight = history::now() - TimeDelta::days(ago) - TimeDelta::hours(12);
        let is_weekend = midnight.weekday().num_days_from_monday() > 4;
        let is_holiday = midnight.month() == 8 && midnight.day() < 15;
        let count = if is_holiday {
            0
        } else if is_weekend {
            next(2)
        } else {
            4 + next(6)
        };
        for _ in 0..count {
            let at = midnight + TimeDelta::hours(i64::try_from(8 + next(11)).expect("small"));
            let place = |below: u64, next: &mut dyn FnMut(u64) -> u64| usize::try_from(next(below)).expect("small");
            let (session, model, tools) = (place(8, &mut next), place(5, &mut next), place(4, &mut next));
            let cents = i128::from(20 + next(600));
            if at <= history::now() {
                requests.push((at, session, MODELS[model], TOOLS[tools], cents));
            }
        }
    }
    requests
}

/// The requests, put together as the store does it.
pub(crate) fn cube(sketches: &[Sketch], tools: bool) -> Cube {
    let session = |at: usize| Session {
        id: history::id(at).as_str().into(),
        project: Some(PROJECTS[at].to_owned()),
        session_type: Some(if at.is_multiple_of(3) { "feature" } else { "bugfix" }.to_owned()),
        active_ms: 41 * 60_000,
        prompts: 30,
        lines: transcript::ChangedLines { added: 1_200, removed: 310 },
        requests: sketches.iter().filter(|sketch| sketch.1 == at).count() as u64,
        ledger: (at == 0).then_some(NanoUsd(900_000_000_000)),
        ..Session::default()
    };
    let prices = PriceTable::built_in();
    let calendar = Calendar { zone: UTC, week_start: chrono::Weekday::Mon };
    let mut builder = Builder::new((0..8).map(session).collect(), calendar.grain(), &prices);
    for (at, session, model, tool_calls, cents) in sketches {
        let scale = u64::try_from(*cents).expect("no debts");
        builder.add(Request {
            slot: Some(at.timestamp().div_euclid(3_600)),
            session: &history::id(*session),
            model,
            agent: if at.hour() % 5 == 0 { "reviewer" } else { "main" },
            branch: Some(if session % 2 == 0 { "main" } else { "fix/idem" }),
            tools: if tools { tool_calls } else { "" },
            usage: Usage {
                requests: 3,
                tokens: Tokens {
                    input: scale * 10,
                    output: scale * 30,
                    cache_write_5m: scale * 20,
                    cache_write_1h: scale * 60,
                    cache_read: scale * 2_000,
                },
                web_searches: u64::from(scale % 50 == 0),
                cost: PicoUsd(cents * 10_000_000_000),
                unknown_cost_requests: u64::from(scale % 97 == 0),
                incomplete_requests: u64::from(scale % 31 == 0),
                ..Usage::default()
            },
        });
    }
    builder.finish(Some("2026-11-20-0123456789abcdef".to_owned()), tools)
}
