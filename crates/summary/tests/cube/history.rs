//! A small history, made to measure.

use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;
use pricing::{NanoUsd, PicoUsd, PriceTable};
use summary::{Builder, Calendar, Cube, Request, Session, Usage};
use transcript::{ChangedLines, Tokens};

/// A calendar of a zone.
pub(crate) fn calendar(zone: Tz) -> Calendar {
    Calendar { zone, week_start: Weekday::Mon }
}

/// A moment.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// One request: when, in which session, by which model, with which tools, for how many cents.
pub(crate) type Sketch = (&'static str, &'static str, &'static str, &'static str, i128);

/// Sessions are named after their project and a number: `shop-1`.
pub(crate) fn cube(sketches: &[Sketch], zone: Tz) -> Cube {
    let grain = calendar(zone).grain();
    let mut ids: Vec<&str> = sketches.iter().map(|sketch| sketch.1).collect();
    ids.sort_unstable();
    ids.dedup();
    let session = |id: &&str| Session {
        id: (*id).into(),
        project: id.split('-').next().map(str::to_owned),
        session_type: Some("other".to_owned()),
        active_ms: 1_800_000,
        prompts: 2,
        lines: if *id == "shop-3" { ChangedLines::default() } else { ChangedLines { added: 20, removed: 4 } },
        requests: sketches.iter().filter(|sketch| sketch.1 == *id).count() as u64,
        ledger: Some(NanoUsd(1_000_000_000)),
        ..Session::default()
    };
    let prices = PriceTable::built_in();
    let mut builder = Builder::new(ids.iter().map(session).collect(), grain, &prices);
    for (when, session, model, tools, cents) in sketches {
        let minutes = at(when).timestamp() / 60;
        builder.add(Request {
            slot: Some(minutes.div_euclid(grain.into())),
            session,
            model,
            agent: "main",
            branch: Some("main"),
            tools,
            usage: Usage {
                requests: 1,
                tokens: Tokens { input: 100, output: 10, cache_read: 900, ..Tokens::default() },
                cost: PicoUsd(cents * 10_000_000_000),
                unknown_cost_requests: u64::from(*cents == 0),
                ..Usage::default()
            },
        });
    }
    builder.finish(Some("2026-11-20-x".to_owned()), true)
}
