//! Every rule with figures worked out by hand: µ$ = tokens × $ per million tokens.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use transcript::PartKind::{Advisor, Compaction, Fallback, Paused, Uncounted};
use transcript::{Request, Tokens};

use crate::sample::{part, request, tokens};
use crate::{Cost, NanoUsd, PicoUsd, PriceTable};

/// The cost of a changed request, as nine decimals.
#[track_caller]
fn check(model: &str, change: impl Fn(&mut Request), expect: &str) {
    let mut request = request(model);
    change(&mut request);
    let cost = PriceTable::built_in().cost(&request);
    assert_eq!(cost.known.map(|known| known.to_string()).as_deref(), Some(expect), "{model} {:?}", cost.unknown_models);
}

#[track_caller]
fn check_unknown(model: &str, change: impl Fn(&mut Request), expect: &[&str]) {
    let mut request = request(model);
    change(&mut request);
    let cost = PriceTable::built_in().cost(&request);
    assert_eq!((cost.known, cost.exact), (None, None), "{model}");
    assert_eq!(cost.unknown_models, expect);
}

fn on(day: &str) -> Option<DateTime<Utc>> {
    format!("{day}T23:59:59Z").parse().ok()
}

#[expect(clippy::unnecessary_wraps, reason = "the fields that it fills are optional")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn rule_7_each_kind_of_token_has_its_own_price() {
    // 1000×5 + 500×25 + 200×6.25 + 100×10 + 10,000×0.5 = 5000 + 12,500 + 1250 + 1000 + 5000
    check("claude-opus-5", |r| r.tokens = tokens(1_000, 500, 200, 100, 10_000), "0.024750000");
    // cache reads are not always a tenth of input: 10,000×0.2, ×0.1, ×0.25
    check("claude-opus-5-5", |r| r.tokens.cache_read = 10_000, "0.002000000");
    check("claude-sonnet-5-5", |r| r.tokens.cache_read = 10_000, "0.001000000");
    check("claude-fable-5-1", |r| r.tokens.cache_read = 10_000, "0.002500000");
    // nor writes 1.25 times: 10,000×0.3
    check("claude-3-haiku", |r| r.tokens.cache_write_5m = 10_000, "0.003000000");
    // not confirmed, as announced: 1000×25 + 1000×125
    check("claude-mythos-preview", |r| r.tokens = tokens(1_000, 1_000, 0, 0, 0), "0.150000000");
}

#[test]
fn rule_16_an_amount_is_rounded_once_to_the_even_nano_dollar() {
    // list prices are whole nano-dollars for each token; 0.125 $ per million is 125 n$, × 1.1 it is 137.5 n$
    for (writes, nano, pico) in [
        (1, "0.000000138", "0.000000137500"),
        (2, "0.000000275", "0.000000275000"),
        (3, "0.000000412", "0.000000412500"),
        (5, "0.000000688", "0.000000687500"),
    ] {
        let written = |r: &mut Request| {
            r.tokens.cache_write_5m = writes;
            r.geo = some("us");
        };
        check("claude-haiku-5-5", written, nano);
        let mut request = request("claude-haiku-5-5");
        written(&mut request);
        let exact = PriceTable::built_in().cost(&request).exact;
        assert_eq!(exact.map(|exact| exact.to_string()).as_deref(), Some(pico));
    }
    // two pieces of 62.5 n$ make 125 n$, not twice 62
    let halves = |r: &mut Request| {
        r.tokens.cache_write_5m = 1;
        r.tier = some("batch");
        r.parts = vec![part(Paused, "claude-haiku-5-5", tokens(0, 0, 1, 0, 0))];
    };
    check("claude-haiku-5-5", halves, "0.000000125");
}

#[test]
fn rule_7_a_long_prompt_sets_the_price_of_the_whole_request() {
    let sonnet = |input, output, day: &'static str| {
        move |r: &mut Request| {
            r.tokens = tokens(input, output, 0, 0, 0);
            r.at = on(day);
        }
    };
    // 200,000×3 + 100×15
    check("claude-sonnet-4-5", sonnet(200_000, 100, "2026-04-30"), "0.601500000");
    // 200,001×6 + 100×22.5
    check("claude-sonnet-4-5", sonnet(200_001, 100, "2026-04-30"), "1.202256000");
    // 200,001×3 + 100×15: the row has ended
    check("claude-sonnet-4-5", sonnet(200_001, 100, "2026-05-01"), "0.601503000");
    check("claude-sonnet-4-0", sonnet(200_001, 100, "2025-08-11"), "0.601503000");
    check("claude-sonnet-4-0", sonnet(200_001, 100, "2025-08-12"), "1.202256000");
    check("claude-sonnet-4-6", sonnet(200_001, 100, "2026-03-12"), "1.202256000");
    check("claude-sonnet-4-6", sonnet(200_001, 100, "2026-03-13"), "0.601503000");
    // the cache belongs to the prompt, the answer does not: 1×0.5 + 60,000×0.625 + 40,000×0.05 + 10×2.5
    check("claude-haiku-5-5", |r| r.tokens = tokens(1, 10, 60_000, 0, 40_000), "0.039525500");
    // 60,000×0.125 + 40,000×0.01 + 10×0.5
    check("claude-haiku-5-5", |r| r.tokens = tokens(0, 10, 60_000, 0, 40_000), "0.007905000");
    // 1×0.1 + 200,000×0.5
    check("claude-haiku-5-5", |r| r.tokens = tokens(1, 200_000, 0, 0, 0), "0.100000100");
    // one price for every length: 900,000×5
    check("claude-opus-5", |r| r.tokens.input = 900_000, "4.500000000");
}

#[test]
fn rule_7_fast_rows_hold_on_their_days() {
    let fast = |day: &'static str| {
        move |r: &mut Request| {
            r.tokens = tokens(1_000, 100, 0, 0, 0);
            r.speed = some("fast");
            r.at = on(day);
        }
    };
    // 1000×10 + 100×50, then 1000×5 + 100×25
    check("claude-opus-4-8", fast("2026-11-30"), "0.015000000");
    check("claude-opus-4-8", fast("2026-12-01"), "0.007500000");
    // 1000×30 + 100×150
    check("claude-opus-4-6", fast("2026-02-10"), "0.045000000");
    check("claude-opus-4-7", fast("2026-06-10"), "0.045000000");
    // 1000×16 + 100×80, 1000×8 + 100×40
    check("claude-fable-5-2", fast("2026-11-20"), "0.024000000");
    check("claude-opus-5-5", fast("2026-11-20"), "0.012000000");
    // no fast row: 1000×2 + 100×10
    check("claude-sonnet-5", fast("2026-11-20"), "0.003000000");
    // fast mode has one price for every length: 300,000×30, not ×10
    let long = |r: &mut Request| {
        fast("2026-02-10")(r);
        r.tokens = tokens(300_000, 0, 0, 0, 0);
    };
    check("claude-opus-4-6", long, "9.000000000");
    for speed in [None, some("standard"), some("turbo"), some("")] {
        check(
            "claude-opus-5",
            |r| {
                r.tokens.input = 1_000;
                r.speed.clone_from(&speed);
            },
            "0.005000000",
        );
    }
}

#[test]
fn rule_7_a_batch_pays_half_and_priority_the_list_price() {
    for (tier, expect) in [
        (some("batch"), "0.007500000"), // (1000×5 + 400×25) / 2
        (some("priority"), "0.015000000"),
        (some("standard"), "0.015000000"),
        (some("flex"), "0.015000000"),
        (None, "0.015000000"),
    ] {
        check(
            "claude-opus-5",
            |r| {
                r.tokens = tokens(1_000, 400, 0, 0, 0);
                r.tier.clone_from(&tier);
            },
            expect,
        );
    }
}

#[test]
fn rule_7_inference_in_the_united_states_pays_a_tenth_more_from_4_6_on() {
    for (model, geo, expect) in [
        ("claude-opus-4-6", some("us"), "0.005500000"), // 1000×5×1.1
        ("claude-haiku-5-5", some("us"), "0.000110000"),
        ("claude-opus-4-5", some("us"), "0.005000000"),
        ("claude-sonnet-4-5", some("us"), "0.003000000"),
        ("claude-opus-4-6", some("global"), "0.005000000"),
        ("claude-opus-4-6", some("not_available"), "0.005000000"),
        ("claude-opus-4-6", some(""), "0.005000000"),
        ("claude-opus-4-6", None, "0.005000000"),
    ] {
        check(
            model,
            |r| {
                r.tokens.input = 1_000;
                r.geo.clone_from(&geo);
            },
            expect,
        );
    }
}

#[test]
fn rule_7_regional_cloud_profiles_pay_more_from_4_5_on() {
    for (model, expect) in [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "0.003300000"), // 1000×3×1.1
        ("eu.anthropic.claude-opus-5", "0.005500000"),
        ("apac.anthropic.claude-haiku-4-5-20251001-v1:0", "0.001100000"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "0.003000000"),
        ("anthropic.claude-haiku-4-5", "0.001000000"),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "0.015000000"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "0.003000000"),
        ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "0.003600000"), // 1000×3×1.2
        ("us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0", "0.003600000"),
        ("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-opus-5", "0.005500000"),
    ] {
        check(model, |r| r.tokens.input = 1_000, expect);
    }
}

#[test]
fn rule_7_shares_multiply_and_leave_web_searches_alone() {
    // 3 × 10/1000
    check("claude-opus-5", |r| r.web_searches = 3, "0.030000000");
    check("claude-3-haiku", |r| r.web_searches = 3, "0.030000000");
    // 1000×5 × 1/2 × 1.1 × 1.1 + 0.01
    let all = |r: &mut Request| {
        r.tokens.input = 1_000;
        r.tier = some("batch");
        r.geo = some("us");
        r.web_searches = 1;
    };
    check("us.anthropic.claude-opus-5", all, "0.013025000");
}

#[test]
fn rule_8_parts_are_added_at_their_own_prices() {
    // 100×5, and 1000×10 for the advisor: always at standard speed, here with the parent's geography (×1.1)
    let advisor = |speed: &'static str, geo: &'static str| {
        move |r: &mut Request| {
            r.tokens.input = 100;
            r.speed = some(speed);
            r.geo = some(geo);
            r.parts = vec![part(Advisor, "claude-fable-5", tokens(1_000, 0, 0, 0, 0))];
        }
    };
    check("claude-opus-5", advisor("standard", "global"), "0.010500000");
    check("claude-opus-5", advisor("standard", "us"), "0.011550000");
    let fast = |r: &mut Request| {
        advisor("fast", "global")(r);
        r.parts[0].model = "claude-opus-5-5".to_owned();
    };
    // 100×10 (fast) + 1000×4 (standard, though the model has a fast row)
    check("claude-opus-5", fast, "0.005000000");
    // 100×5 + 200×5 + 300×5, at the speed of the request
    let summed = |r: &mut Request| {
        r.tokens.input = 100;
        r.parts = vec![
            part(Compaction, "claude-opus-5", tokens(200, 0, 0, 0, 0)),
            part(Paused, "claude-opus-5", tokens(300, 0, 0, 0, 0)),
        ];
    };
    check("claude-opus-5", summed, "0.003000000");
    // a part whose model names no region ran where the request did: (100 + 1000)×5×1.1
    let regional = |r: &mut Request| {
        r.tokens.input = 100;
        r.parts = vec![part(Advisor, "claude-opus-5", tokens(1_000, 0, 0, 0, 0))];
    };
    check("us.anthropic.claude-opus-5", regional, "0.006050000");
    // each part has a prompt of its own: 100,000×0.1 twice
    let long = |r: &mut Request| {
        r.tokens.input = 100_000;
        r.parts = vec![part(Paused, "claude-haiku-5-5", tokens(100_000, 0, 0, 0, 0))];
    };
    check("claude-haiku-5-5", long, "0.020000000");
}

#[test]
fn rule_8_attempts_with_a_fallback_model_replace_the_top_level() {
    let attempts = |stop: &'static str| {
        move |r: &mut Request| {
            r.tokens.input = 1_000_000;
            r.stop_reason = some(stop);
            r.parts = vec![
                part(Fallback, "claude-opus-5", tokens(100, 0, 0, 0, 0)),
                part(Advisor, "claude-sonnet-5", tokens(100, 0, 0, 0, 0)),
                part(Fallback, "claude-haiku-4-5", tokens(1_000, 0, 0, 0, 0)),
            ];
        }
    };
    // 100×5 + 100×2 + 1000×1
    check("claude-mythos-5", attempts("end_turn"), "0.001700000");
    // the last attempt was refused: 100×5 + 100×2
    check("claude-mythos-5", attempts("refusal"), "0.000700000");
    // a refusal alone changes nothing: 100×5
    let refused = |r: &mut Request| {
        r.tokens.input = 100;
        r.stop_reason = some("refusal");
    };
    check("claude-opus-5", refused, "0.000500000");
    // the top level is not billed, so that its price is not missed
    check("claude-unheard-of", attempts("end_turn"), "0.001700000");
}

#[test]
fn rule_8_parts_of_an_unknown_type_are_not_billed() {
    let uncounted = |r: &mut Request| {
        r.tokens.input = 100;
        r.parts = vec![part(Uncounted, "claude-unheard-of", tokens(1_000, 0, 0, 0, 0))];
    };
    check("claude-opus-5", uncounted, "0.000500000");
}

#[test]
fn rule_10_an_unknown_model_makes_the_cost_unknown() {
    check_unknown("claude-opus-5-9", |_| {}, &["claude-opus-5-9"]);
    check_unknown("claude-opus", |_| {}, &["claude-opus"]);
    check_unknown("gpt-6[1m]", |r| r.tokens.input = 1, &["gpt-6[1m]"]);
    let unknown_parts = |r: &mut Request| {
        r.tokens.input = 100;
        let tokens = tokens(1, 0, 0, 0, 0);
        r.parts = ["b", "claude-opus-5", "a", "b"].map(|model| part(Advisor, model, tokens)).to_vec();
    };
    check_unknown("claude-opus-5", unknown_parts, &["b", "a"]);
}

#[test]
fn rule_11_a_recorded_cost_is_shown_only_where_the_computed_one_is_unknown() {
    for (model, expect) in [("claude-opus-5", None), ("gpt-6", Some(NanoUsd(77)))] {
        let mut request = request(model);
        request.recorded_nano_usd = Some(77);
        assert_eq!(PriceTable::built_in().cost(&request).recorded, expect, "{model}");
    }
    for nothing in [0, -5] {
        let mut request = request("gpt-6");
        request.recorded_nano_usd = Some(nothing);
        let cost = PriceTable::built_in().cost(&request);
        assert_eq!((cost.recorded, cost.charged()), (None, None), "{nothing}: the cost stays unknown");
    }
}

#[test]
fn rule_7_a_request_without_a_time_is_priced_by_the_newest_rows() {
    let old = |r: &mut Request| {
        r.at = None;
        r.tokens.input = 200_001;
    };
    check("claude-sonnet-4-6", old, "0.600003000");
    check("claude-haiku-5-5", old, "0.100000500");
}

#[test]
fn rule_7_the_day_of_prices_is_that_of_utc() {
    let at = |time: &'static str| {
        move |r: &mut Request| {
            r.at = Some(time.parse().expect("a time"));
            r.tokens.input = 200_001;
        }
    };
    check("claude-sonnet-4-6", at("2026-03-13T01:00:00+02:00"), "1.200006000");
    check("claude-sonnet-4-6", at("2026-03-12T23:00:00-02:00"), "0.600003000");
}

fn any_tokens() -> impl Strategy<Value = Tokens> {
    let count = || 0_u64..300_000;
    (count(), count(), count(), count(), count()).prop_map(|(a, b, c, d, e)| tokens(a, b, c, d, e))
}

fn any_request() -> impl Strategy<Value = Request> {
    let models: Vec<String> = PriceTable::built_in()
        .models()
        .flat_map(|model| [model.name.clone(), format!("us.anthropic.{}-v1:0", model.name)])
        .collect();
    let model = || proptest::sample::select(models.clone());
    let option = |texts: &[&str]| proptest::sample::select(texts.iter().map(|text| some(text)).collect::<Vec<_>>());
    let kind = proptest::sample::select(vec![Advisor, Compaction, Paused, Fallback, Uncounted]);
    let parts = proptest::collection::vec((kind, model(), any_tokens()), 0..5);
    (
        model(),
        any_tokens(),
        option(&["fast", "standard"]),
        option(&["batch", "standard"]),
        option(&["us", ""]),
        parts,
        0_u32..9,
    )
        .prop_map(|(model, tokens, speed, tier, geo, parts, web_searches)| Request {
            tokens,
            speed,
            tier,
            geo,
            web_searches,
            parts: parts.into_iter().map(|(kind, model, tokens)| part(kind, &model, tokens)).collect(),
            ..request(&model)
        })
}

fn exact(cost: &Cost) -> PicoUsd {
    cost.exact.expect("every model has a price")
}

proptest! {
    #[test]
    fn more_tokens_never_cost_less(request in any_request(), more in any_tokens()) {
        let table = PriceTable::built_in();
        let mut larger = request.clone();
        larger.tokens += more;
        for part in &mut larger.parts {
            part.tokens += more;
        }
        prop_assert!(table.cost(&larger).exact >= table.cost(&request).exact);
    }

    #[test]
    fn rule_16_the_order_of_parts_and_requests_changes_nothing(requests in proptest::collection::vec(any_request(), 1..6)) {
        let table = PriceTable::built_in();
        let sum = |requests: &[Request]| requests.iter().map(|request| exact(&table.cost(request))).sum::<PicoUsd>();
        let mut turned = requests.clone();
        turned.reverse();
        for request in &mut turned {
            request.parts.reverse();
        }
        prop_assert_eq!(sum(&requests), sum(&turned));
    }

    #[test]
    fn rule_16_a_request_costs_as_much_as_its_pieces(request in any_request()) {
        let table = PriceTable::built_in();
        let explained = table.explain(&request);
        let lines: PicoUsd = explained.lines.iter().map(|line| line.amount).sum();
        let searches = explained.web_searches.map(|line| line.amount).unwrap_or_default();
        prop_assert_eq!(lines + searches, exact(&explained.cost));
        prop_assert_eq!(exact(&explained.cost).nano(), explained.cost.known.expect("every model has a price"));
    }
}
