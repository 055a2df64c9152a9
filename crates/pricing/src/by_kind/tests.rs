//! Parts that add up.

use transcript::PartKind;

use super::CostByKind;
use crate::PriceTable;
use crate::sample::{part, request, tokens};

#[test]
fn the_kinds_add_up_to_the_cost() {
    let mut request = request("us.anthropic.claude-opus-5-5");
    request.tokens = tokens(1_003, 107, 11, 13, 50_001);
    request.geo = Some("us".to_owned());
    request.web_searches = 2;
    request.parts = vec![part(PartKind::Advisor, "claude-haiku-5-5", tokens(7, 5, 0, 0, 0))];
    let table = PriceTable::built_in();
    let mut kinds = CostByKind::default();
    for _ in 0..2 {
        kinds.add(&table.explain(&request));
    }
    let exact = table.cost(&request).exact.expect("every model has a price");
    assert_eq!(kinds.total(), exact + exact);
    // 50,001 × 0.2 × 1.21, twice
    assert_eq!(kinds.cache_read.to_string(), "0.024200484000");
}

#[test]
fn a_request_without_a_price_adds_nothing() {
    let mut unknown = request("gpt-6");
    unknown.tokens = tokens(1_000, 0, 0, 0, 0);
    unknown.parts = vec![part(PartKind::Advisor, "claude-haiku-5-5", tokens(7, 5, 0, 0, 0))];
    unknown.web_searches = 1;
    let mut kinds = CostByKind::default();
    kinds.add(&PriceTable::built_in().explain(&unknown));
    assert_eq!(kinds, CostByKind::default());
}
