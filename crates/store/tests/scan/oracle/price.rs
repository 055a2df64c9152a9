//! Prices from the file of facts, when that is at hand.

use std::collections::BTreeSet;
use std::fs;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::usage::Piece;

/// The models of the fact file.
#[derive(Debug)]
pub(crate) struct Prices(Value);

impl Prices {
    /// The file beside the corpus.
    pub(crate) fn at_hand() -> Option<Self> {
        let file = testkit::corpus()?.parent()?.join("facts/prices.json");
        let table: Value = serde_json::from_slice(&fs::read(file).ok()?).expect("the fact file is JSON");
        Some(Self(table["models"].clone()))
    }

    /// Rule 7, in pico-dollars; else the models that have no price.
    pub(crate) fn cost(
        &self,
        message: &Value,
        pieces: &[Piece],
        searches: u64,
        at: Option<DateTime<Utc>>,
    ) -> Result<i128, BTreeSet<String>> {
        let usage = &message["usage"];
        let requested = message["model"].as_str().unwrap_or_default();
        let mut unknown = BTreeSet::new();
        // ten dollars for a thousand
        let mut sum = i128::from(searches) * 10_000_000_000;
        for piece in pieces {
            let Some(model) = self.model(&piece.model) else {
                unknown.insert(piece.model.clone());
                continue;
            };
            let fast = usage["speed"] == "fast" && !piece.always_standard;
            let prices = row(model, &piece.tokens, fast, at);
            let names = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"];
            let list: i128 = names.iter().zip(piece.tokens).map(|(name, count)| pico(&prices[name], count)).sum();
            let mut share = (list, 1);
            if usage["service_tier"] == "batch" {
                share = (share.0, share.1 * 2);
            }
            if usage["inference_geo"] == "us" && model["geo_us_multiplier"].is_number() {
                share = (share.0 * 11, share.1 * 10);
            }
            let cloud = [&piece.model, requested].into_iter().map(cloud_percent).find(|percent| *percent > 0);
            share = (share.0 * i128::from(cloud.unwrap_or(100)), share.1 * 100);
            assert_eq!(share.0 % share.1, 0, "every price is a whole number of pico-dollars");
            sum += share.0 / share.1;
        }
        if unknown.is_empty() { Ok(sum) } else { Err(unknown) }
    }

    /// Rule 10: the exact name, or what is left without decorations.
    fn model(&self, name: &str) -> Option<&Value> {
        let bare = bare(name);
        let models = self.0.as_object().expect("models are listed by name");
        models
            .iter()
            .find(|(own, model)| {
                let mut ids = model["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
                own.as_str() == bare || ids.any(|id| id == name || id == bare)
            })
            .map(|(_, model)| model)
    }
}

fn bare(name: &str) -> &str {
    let name = name.trim().strip_suffix("[1m]").unwrap_or(name.trim());
    let name = name.rsplit_once("anthropic.").map_or(name, |(_, rest)| rest);
    let name = name.rsplit_once("-v1").map_or(name, |(rest, _)| rest);
    let name = name.split_once('@').map_or(name, |(rest, _)| rest);
    match name.rsplit_once('-') {
        Some((rest, date)) if date.len() == 8 && date.parse::<u32>().is_ok() => rest,
        _ => name,
    }
}

/// The share that a cloud's regional profile pays; none where the name says nothing.
fn cloud_percent(name: &str) -> u32 {
    let newer = ["4-5", "4-6", "4-7", "4-8", "-5"].iter().any(|mark| bare(name).contains(mark))
        && !bare(name).starts_with("claude-3");
    match name.split_once(".anthropic.") {
        Some(("us-gov", _)) => 120,
        Some(("us" | "eu" | "jp" | "apac" | "au", _)) if newer => 110,
        Some(_) => 100,
        None => 0,
    }
}

/// The prices for a request of that day, speed and length.
fn row<'a>(model: &'a Value, tokens: &[u64; 5], fast: bool, at: Option<DateTime<Utc>>) -> &'a Value {
    let day = at.map_or("9999".to_owned(), |at| at.format("%Y-%m-%d").to_string());
    let until = |row: &Value| row["until"].as_str().is_none_or(|last| *day <= *last);
    if fast && model["fast"].is_object() && until(&model["fast"]) {
        return &model["fast"];
    }
    let prompt = tokens[0] + tokens[2] + tokens[3] + tokens[4];
    let is_long = |row: &Value| row["above_prompt_tokens"].as_u64().is_some_and(|above| prompt > above);
    if is_long(&model["long_prompt"]) {
        return &model["long_prompt"];
    }
    for dated in model["dated"].as_array().into_iter().flatten() {
        // `flat from` names the first day after the row
        let flat = dated["note"].as_str().is_some_and(|note| note.ends_with(&format!("flat from {day}")));
        if until(dated) && !flat && is_long(&dated["long_prompt"]) {
            return &dated["long_prompt"];
        }
    }
    model
}

/// Tokens at a price in dollars per million.
fn pico(price: &Value, count: u64) -> i128 {
    let millionths = (price.as_f64().expect("a price is a number") * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "prices are small")]
    let millionths = millionths as i128;
    millionths * i128::from(count)
}
