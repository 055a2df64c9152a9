//! An explanation that can be followed by hand.

use transcript::PartKind;

use crate::sample::{part, request, tokens};
use crate::{Factor, NanoUsd, Piece, Price, PriceTable, Reason, RowKind, TokenKind};

#[test]
fn every_step_is_there() {
    let mut request = request("us.anthropic.claude-opus-5-5");
    request.tokens = tokens(1_000, 100, 0, 0, 50_000);
    request.geo = Some("us".to_owned());
    request.web_searches = 2;
    request.parts = vec![part(PartKind::Uncounted, "claude-unheard-of", tokens(7, 0, 0, 0, 0))];
    let explained = PriceTable::built_in().explain(&request);

    assert_eq!(explained.day.map(|day| day.to_string()).as_deref(), Some("2026-11-20"));
    let [top, uncounted] = explained.lines.as_slice() else { panic!("two pieces") };
    assert_eq!((top.piece, top.left_out), (Piece::TopLevel, None));
    assert_eq!(top.canonical.as_deref(), Some("claude-opus-5-5"));
    assert_eq!(top.row.as_ref().map(|row| row.kind), Some(RowKind::Standard));
    assert_eq!(top.factors, [(Reason::Geography, Factor(1_100)), (Reason::CloudRegion, Factor(1_100))]);
    let reads = top.tokens.iter().find(|line| line.kind == TokenKind::CacheRead).expect("every kind");
    // 50,000 × 0.2
    assert_eq!((reads.price, reads.amount.to_string()), (Some(Price(200_000)), "0.010000000000".to_owned()));
    // (1000×4 + 100×20 + 50,000×0.2) × 1.21
    assert_eq!(top.amount.to_string(), "0.019360000000");
    assert_eq!((uncounted.left_out, uncounted.row.is_none()), (Some(Reason::Uncounted), true));
    let searches = explained.web_searches.expect("two searches");
    assert_eq!((searches.count, searches.amount.nano()), (2, NanoUsd(20_000_000)));
    assert_eq!(explained.cost.known, Some(NanoUsd(39_360_000)));
}

#[test]
fn a_missing_price_is_named_as_the_reason() {
    let explained = PriceTable::built_in().explain(&request("gpt-6"));
    assert_eq!(explained.lines[0].left_out, Some(Reason::NoPrice));
    assert_eq!(explained.cost.unknown_models, ["gpt-6"]);
}
