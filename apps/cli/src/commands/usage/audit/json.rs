//! An audit as JSON, schema 1: keys are only ever added.

use pricing::{Line, NanoUsd, PicoUsd, PriceTable, SearchLine};
use serde_json::{Value, json};
use store::Telling;

use super::places::Places;
use super::raw::Raw;
use super::sheet::{Entry, Sheet};
use super::sums::Sum;
use super::words::{applied, kind_word, piece_word, reason_word, row_word};
use crate::context::Context;
use crate::schema::TokenCounts;

/// The whole answer; with `raw`, of one request, where the totals of the session are named as such.
pub(super) fn answer(
    sheet: &Sheet,
    shown: &[Entry],
    places: &Places,
    raw: Option<&Raw>,
    prices: &PriceTable,
    context: &Context,
) -> Value {
    let mut requests: Vec<Value> = shown.iter().map(|entry| request(entry, places)).collect();
    if let (Some(raw), Some(request)) = (raw, requests.first_mut()) {
        request["raw"] = json!(raw);
    }
    let models = sheet.sums.models.iter().map(|(name, sum)| sums(Some(name), sum));
    let ledger = sheet.ledger.as_ref().map(|ledger| {
        json!({
            "cost_usd": PicoUsd::from(NanoUsd(ledger.nano_usd)).to_string(),
            "difference_usd": sheet.difference(ledger).to_string(),
            "carried_over": sheet.forked,
            "models": ledger.models,
        })
    });
    let mut answer = json!({
        "schema": 1,
        "generated_at": context.now,
        "timezone": context.zone.name(),
        "prices": { "version": prices.version() },
        "session": sheet.session,
        "requests": requests,
        "ledger": ledger,
    });
    let totals = sums(None, &sheet.sums.total);
    if raw.is_some() {
        answer["session_totals"] = totals;
        return answer;
    }
    answer["totals"] = totals;
    answer["models"] = models.collect();
    answer["listed_usd"] = json!(sheet.listed.to_string());
    answer["elsewhere_requests"] = json!(sheet.sums.elsewhere);
    answer
}

fn request(entry: &Entry, places: &Places) -> Value {
    let request = &entry.audited.request;
    let explanation = &entry.explanation;
    let rules = applied(entry).into_iter().map(|applied| json!({ "rule": applied.rule, "text": applied.text }));
    let counted = entry.counted();
    json!({
        "number": entry.number,
        "at": request.at,
        "id": request.key.0,
        "request_id": request.request_id,
        "uuid": request.uuid,
        "session": request.session,
        "own": entry.own,
        "agent": request.agent,
        "branch": request.branch,
        "model": request.model,
        "stop_reason": request.stop_reason,
        "incomplete": request.stop_reason.is_none(),
        "speed": request.speed,
        "tier": request.tier,
        "geo": request.geo,
        "web_searches": request.web_searches,
        "line_searches": request.line_searches,
        "tool_searches": request.tool_searches,
        "tokens": TokenCounts::from(entry.billed()),
        "price_day": explanation.day,
        "pieces": explanation.lines.iter().map(piece).collect::<Vec<_>>(),
        "searches": explanation.web_searches.as_ref().map(searches),
        "cost_usd": entry.charged().map(|cost| cost.to_string()),
        "unknown_models": explanation.cost.unknown_models,
        "recorded_usd": request.recorded_nano_usd.map(|nano| PicoUsd::from(NanoUsd(nano)).to_string()),
        "file": counted.path,
        "offset": counted.request.offset,
        "line": places.line(counted),
        "rules": rules.collect::<Vec<_>>(),
        "tellings": entry.audited.tellings.iter().enumerate().map(|(at, one)| telling(at, one, places)).collect::<Vec<_>>(),
    })
}

fn telling(at: usize, telling: &Telling, places: &Places) -> Value {
    let request = &telling.request;
    json!({
        "file": telling.path,
        "present": telling.present,
        "offset": request.offset,
        "line": places.line(telling),
        "session": telling.session,
        "agent": request.agent,
        "output": request.tokens.output,
        "stop_reason": request.stop_reason,
        "forked": request.forked,
        "sidechain": request.sidechain,
        "usage_counts": at == 0,
        "counted_here": telling.counted,
    })
}

fn piece(line: &Line) -> Value {
    let row = line.row.as_ref().map(|row| {
        json!({
            "kind": row_word(row.kind),
            "from": row.span.from,
            "until": row.span.until,
            "yours": row.origin == pricing::Origin::Yours,
            "verified": row.verified,
        })
    });
    let tokens = line.tokens.iter().map(|tokens| {
        json!({
            "kind": kind_word(tokens.kind),
            "count": tokens.count,
            "usd_per_million": tokens.price.map(|price| price.to_string()),
            "amount_usd": tokens.amount.to_string(),
        })
    });
    let factors = line.factors.iter();
    json!({
        "piece": piece_word(line.piece),
        "model": line.model,
        "priced_as": line.canonical,
        "row": row,
        "tokens": tokens.collect::<Vec<_>>(),
        "shares": factors
            .map(|(reason, factor)| json!({ "why": reason_word(*reason), "share": factor.to_string() }))
            .collect::<Vec<_>>(),
        "left_out": line.left_out.map(reason_word),
        "amount_usd": line.amount.to_string(),
    })
}

fn searches(line: &SearchLine) -> Value {
    json!({
        "count": line.count,
        "usd_per_thousand": line.per_1k.to_string(),
        "amount_usd": line.amount.to_string(),
    })
}

fn sums(key: Option<&String>, sum: &Sum) -> Value {
    json!({
        "key": key.map_or("total", String::as_str),
        "requests": sum.requests,
        "tokens": TokenCounts::from(sum.tokens),
        "web_searches": sum.web_searches,
        "cost_usd": sum.cost.to_string(),
        "unknown_cost_requests": sum.unknown_cost,
        "incomplete_requests": sum.incomplete,
        "recorded_usd": sum.recorded.map(|recorded| recorded.to_string()),
    })
}
