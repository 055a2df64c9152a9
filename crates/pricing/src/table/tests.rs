//! What the built-in table holds, and what a file laid over it changes.

use crate::sample::{request, tokens};
use crate::{Factor, Origin, PriceTable, RowKind, canonical};

/// Lays `toml` over the built-in table and prices 1,000 input tokens of `model` on `day`.
fn check(toml: &str, model: &str, day: &str, expect: Option<&str>) {
    let table = PriceTable::built_in().with_overrides(toml).expect("a table that can be read");
    let mut request = request(model);
    request.tokens = tokens(1_000, 0, 0, 0, 0);
    request.at = format!("{day}T12:00:00Z").parse().ok();
    let cost = table.cost(&request);
    assert_eq!(cost.known.map(|known| known.to_string()).as_deref(), expect, "{model} on {day}");
}

fn check_refused(toml: &str, expect: &str) {
    let error = PriceTable::built_in().with_overrides(toml).expect_err("refused");
    assert!(error.to_string().contains(expect), "{error}");
}

const PRICES: &str = "output = 9\ncache_write_5m = 2\ncache_write_1h = 2\ncache_read = 1";

fn row(list: &str, start: &str, input: &str) -> String {
    format!("[[models.{list}]]\nfrom = {start}\ninput = {input}\n{PRICES}\n")
}

#[test]
fn rule_10_every_name_leads_to_its_model_and_a_like_name_to_none() {
    let table = PriceTable::built_in();
    assert_eq!(table.models().count(), 28);
    for model in table.models() {
        for id in model.ids.iter().chain([&model.name]) {
            assert_eq!(table.find(id).map(|found| &found.name), Some(&model.name), "{id}");
        }
    }
    for (name, model) in [
        ("claude-opus-4-20250514", "claude-opus-4-0"),
        ("claude-sonnet-4", "claude-sonnet-4-0"),
        ("us.anthropic.claude-opus-4-20250514-v1:0", "claude-opus-4-0"),
        ("claude-opus-5[1m]", "claude-opus-5"),
        ("claude-opus-5-5[1m]", "claude-opus-5-5"),
        ("claude-3-opus-20240229", "claude-3-opus"),
    ] {
        assert_eq!(table.find(name).map(|found| found.name.as_str()), Some(model), "{name}");
    }
    for name in ["claude-opus-5-6", "claude-opus", "opus", "claude-opus-4-9", "", "<synthetic>"] {
        assert_eq!(table.find(name), None, "{name}");
    }
}

#[test]
fn rule_16_prices_are_whole_nano_dollars_and_whole_pico_dollars_under_every_share() {
    let table = PriceTable::built_in();
    let shares = |own: Factor| [Factor::ONE, own];
    for model in table.models() {
        for row in &model.rows {
            let prices = row.prices;
            for price in [prices.input, prices.output, prices.cache_write_5m, prices.cache_write_1h, prices.cache_read]
            {
                assert_eq!(price.0 % 1_000, 0, "{} {price}", model.name);
                for batch in shares(table.batch()) {
                    for geo in shares(model.geo_us) {
                        for cloud in [Factor::ONE, table.cloud_regional(), table.cloud_gov()] {
                            let product = price.0 * batch.0 * geo.0 * cloud.0;
                            assert_eq!(product % 1_000_000_000, 0, "{} {price}", model.name);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn only_the_row_that_no_source_confirms_is_unverified() {
    let table = PriceTable::built_in();
    let unverified: Vec<&str> = table
        .models()
        .filter(|model| model.rows.iter().any(|row| !row.verified))
        .map(|model| model.name.as_str())
        .collect();
    assert_eq!(unverified, ["claude-mythos-preview"]);
}

#[test]
fn a_model_of_your_own_is_priced_under_all_its_names() {
    let toml = format!(
        "[models.house-model]\nids = [\"gateway/house\"]\n{}",
        row("house-model.standard", "\"beginning\"", "1.5")
    );
    check(&toml, "house-model", "2026-01-01", Some("0.001500000"));
    check(&toml, "house-model-20260101[1m]", "2026-01-01", Some("0.001500000"));
    check(&toml, "gateway/house", "2026-01-01", Some("0.001500000"));
    check(&toml, "house", "2026-01-01", None);
    check(&toml, "claude-opus-5", "2026-01-01", Some("0.005000000"));
}

#[test]
fn a_row_of_your_own_counts_on_its_days() {
    let toml = format!("{}until = 2026-06-30", row("claude-opus-5.standard", "2026-06-01", "1"));
    check(&toml, "claude-opus-5", "2026-05-31", Some("0.005000000"));
    check(&toml, "claude-opus-5", "2026-06-01", Some("0.001000000"));
    check(&toml, "claude-opus-5", "2026-06-30", Some("0.001000000"));
    check(&toml, "claude-opus-5", "2026-07-01", Some("0.005000000"));
    let quoted = toml.replace("2026-06-30", "\"2026-06-30\"");
    check(&quoted, "claude-opus-5", "2026-07-01", Some("0.005000000"));
}

#[test]
fn a_day_before_the_first_row_has_no_price() {
    let toml = row("house-model.standard", "2026-06-01", "1");
    check(&toml, "house-model", "2026-05-31", None);
    check(&toml, "house-model", "2026-06-01", Some("0.001000000"));
}

#[test]
fn a_negotiated_price_holds_for_all_models_or_for_one() {
    // 5000 µ$ × 0.875, and × 0.9 where the model has one of its own
    let toml = "multiplier = 0.875\n[models.claude-sonnet-5]\nmultiplier = 0.9";
    check(toml, "claude-opus-5", "2026-11-20", Some("0.004375000"));
    check(toml, "claude-sonnet-5", "2026-11-20", Some("0.001800000"));
}

#[test]
fn a_name_of_your_own_goes_before_a_built_in_one() {
    let toml = format!("[models.mine]\nids = [\"claude-opus-4\"]\n{}", row("mine.standard", "\"beginning\"", "1"));
    check(&toml, "claude-opus-4", "2026-01-01", Some("0.001000000"));
    check(&toml, "claude-opus-4-20250514", "2026-01-01", Some("0.015000000"));
    check(&toml, "claude-opus-4-0", "2026-01-01", Some("0.015000000"));
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_way_out() {
    let beginning = row("claude-opus-5.standard", "\"beginning\"", "1");
    check_refused("models = 1", "`models` of the file should be a section of its own");
    check_refused("multplier = 0.9", "a key `multplier` that means nothing here; did you mean `multiplier`?");
    check_refused("[cloud]\neurope = 1.1", "cloud has a key `europe` that means nothing here; known are regional, gov");
    check_refused(
        "[models.x]\nfamly = \"x\"",
        "models.x has a key `famly` that means nothing here; did you mean `family`?",
    );
    check_refused(&format!("{beginning}inptu = 2"), "models.claude-opus-5.standard (row 1) has a key `inptu`");
    check_refused(&beginning.replace("input = 1", "input = 1e-9"), "has more than 6 decimals");
    check_refused(
        &beginning.replace("input = 1", "input = \"cheap\""),
        "`input` of models.claude-opus-5.standard (row 1) is not",
    );
    check_refused("multiplier = 0.8755", "has more than 3 decimals");
    check_refused("multiplier = -1", "is negative");
    check_refused(&beginning.replace("input = 1\n", ""), "has no `input`; add it");
    check_refused(&beginning.replace("from = \"beginning\"\n", ""), "has no `from`; add it");
    check_refused(&beginning.replace("beginning", "long ago"), "or \"beginning\"");
    check_refused(&format!("{beginning}until = 2026-13-01"), "invalid");
    check_refused(&format!("{}until = 2026-01-01", row("x.fast", "2026-02-01", "1")), "ends before it starts");
    check_refused(&format!("{beginning}{beginning}"), "two rows of models.claude-opus-5.standard hold on the same day");
    check_refused(&beginning.replace("standard", "long_prompt"), "has no `above_prompt_tokens`");
    check_refused("[models.a]\nids = [\"c\"]\n[models.b]\nids = [\"c\"]", "`c` is a name of both a and b");
    check_refused("[models.a\n", "unclosed table");
}

#[test]
fn the_version_changes_with_the_prices_and_with_nothing_else() {
    let version = |toml: &str| {
        let table = PriceTable::built_in().with_overrides(toml).expect("a table that can be read");
        table.version().to_owned()
    };
    let built_in = PriceTable::built_in().version().to_owned();
    assert!(built_in.starts_with("2026-11-20-"), "{built_in}");
    assert_eq!(version("# nothing"), built_in);
    assert_eq!(version("[models.claude-opus-5]\nfamily = \"opus\""), built_in);
    assert_ne!(version("multiplier = 0.9"), built_in);
    let row = |input| version(&row("claude-opus-5.fast", "2026-01-01", input));
    assert_ne!(row("1"), row("1.000001"));
    assert_eq!(row("1"), row("1.0"));
}

#[test]
fn the_origin_of_every_row_is_known() {
    let toml = row("claude-opus-5.standard", "2026-06-01", "1") + &row("mine.standard", "2026-06-01", "1");
    let table = PriceTable::built_in().with_overrides(&toml).expect("a table that can be read");
    let opus = table.find("claude-opus-5").expect("built in");
    let standard = opus.rows.iter().filter(|row| row.kind == RowKind::Standard).map(|row| row.origin);
    assert_eq!(standard.collect::<Vec<_>>(), [Origin::Yours, Origin::BuiltIn]);
    assert_eq!((opus.origin, table.find("mine").map(|model| model.origin)), (Origin::BuiltIn, Some(Origin::Yours)));
    assert!(table.models().map(|model| model.name.as_str()).is_sorted());
    assert!(table.models().all(|model| canonical(&model.name) == model.name));
}
