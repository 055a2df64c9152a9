//! The built-in price table: whether it agrees with itself, and with a file of facts when one is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail};
use pricing::{Factor, Model, Price, PriceTable, Row, RowKind};
use serde_json::Value;

/// Where the file of facts lies beside the folder of real transcripts.
const FACTS: &str = "facts/prices.json";

/// Checks the built-in price table: against itself, and against a file of facts when one is at hand
#[derive(Debug, Args)]
pub(crate) struct Prices {
    /// File of facts to compare with [default: facts/prices.json beside the folder of real transcripts, if it exists]
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
}

impl Prices {
    pub(crate) fn run(&self) -> Result<()> {
        println!("{}", summary(self.facts.as_deref())?);
        Ok(())
    }
}

/// The step of `ci`.
pub(crate) fn check() -> Result<String> {
    summary(None)
}

/// What was checked; fails with everything that is wrong.
fn summary(named: Option<&Path>) -> Result<String> {
    let table = PriceTable::built_in();
    let mut faults: Vec<String> = table.check().iter().map(ToString::to_string).collect();
    let corpus = testkit::corpus();
    let beside = corpus.as_deref().and_then(Path::parent).map(|folder| folder.join(FACTS)).filter(|file| file.exists());
    let facts = named.or(beside.as_deref());
    let compared = match facts {
        None => "not compared with facts: name a file of them by --facts".to_owned(),
        Some(path) => {
            let text = fs::read_to_string(path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
            let facts = serde_json::from_str(&text).wrap_err_with(|| format!("{} is no JSON", path.display()))?;
            let compared = compare(&table, &facts);
            faults.extend(compared.differences);
            format!("{} names and {} prices agree with the facts", compared.names, compared.figures)
        }
    };
    if !faults.is_empty() {
        bail!("assets/prices.toml:\n  {}", faults.join("\n  "));
    }
    let rows: Vec<&Row> = table.models().flat_map(|model| &model.rows).collect();
    let unverified = rows.iter().filter(|row| !row.verified).count();
    let models = table.models().count();
    Ok(format!("{models} models, {} rows ({unverified} not verified) of {}; {compared}", rows.len(), table.version()))
}

/// What a comparison found.
#[derive(Debug, Default)]
struct Compared {
    names: usize,
    figures: usize,
    differences: Vec<String>,
}

impl Compared {
    fn same(&mut self, what: &str, ours: &str, theirs: &str) {
        self.figures += 1;
        if ours != theirs {
            self.differences.push(format!("{what} is {ours}, and {theirs} in the facts"));
        }
    }

    /// The five prices of a row, times a share.
    fn row(&mut self, what: &str, row: Option<&Row>, share: Factor, facts: &Value) {
        let Some(row) = row else {
            self.differences.push(format!("{what} has no row, and one in the facts"));
            return;
        };
        let prices = row.prices;
        for (key, price) in [
            ("input", prices.input),
            ("output", prices.output),
            ("cache_write_5m", prices.cache_write_5m),
            ("cache_write_1h", prices.cache_write_1h),
            ("cache_read", prices.cache_read),
        ] {
            let shared = Price(price.0 * share.0 / Factor::ONE.0);
            self.same(&format!("{what}: {key}"), &shared.to_string(), &number(&facts[key]));
        }
    }
}

/// Compares every model of the facts with the table, and looks for models that only the table has.
fn compare(table: &PriceTable, facts: &Value) -> Compared {
    let mut compared = Compared::default();
    let Some(models) = facts["models"].as_object().filter(|models| !models.is_empty()) else {
        compared.differences.push("the file of facts has no models".to_owned());
        return compared;
    };
    for (name, facts) in models {
        match table.find(name) {
            Some(model) if model.name == *name => compare_model(&mut compared, table, model, facts),
            _ => compared.differences.push(format!("{name} is missing")),
        }
    }
    let ours = table.models().filter(|model| !models.contains_key(&model.name));
    compared.differences.extend(ours.map(|model| format!("{} is not in the facts", model.name)));
    compared
}

fn compare_model(compared: &mut Compared, table: &PriceTable, model: &Model, facts: &Value) {
    let name = &model.name;
    for id in facts["ids"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        compared.names += 1;
        if table.find(id).is_none_or(|found| found.name != *name) {
            compared.differences.push(format!("{id} does not lead to {name}"));
        }
    }
    let web_search = model.web_search_per_1k.unwrap_or(table.web_search_per_1k()).to_string();
    for (key, ours) in [
        ("web_search_per_1k", web_search),
        ("geo_us_multiplier", model.geo_us.to_string()),
        ("context_window", model.context_window.unwrap_or_default().to_string()),
    ] {
        if !facts[key].is_null() {
            compared.same(&format!("{name}: {key}"), &ours, &number(&facts[key]));
        }
    }
    let standard = current(model, |kind| kind == RowKind::Standard);
    if standard.is_some_and(|row| !row.verified) {
        // No source is right about it; the note of the row says why.
        return;
    }
    compared.row(name, standard, Factor::ONE, facts);
    if !facts["batch"].is_null() {
        compared.row(&format!("{name}, batch"), standard, table.batch(), &facts["batch"]);
    }
    let is_long = |kind| matches!(kind, RowKind::LongPrompt { .. });
    kind_of_row(compared, &format!("{name}, long prompt"), current(model, is_long), &facts["long_prompt"]);
    let fast = model.rows.iter().find(|row| row.kind == RowKind::Fast);
    kind_of_row(compared, &format!("{name}, fast"), fast, &facts["fast"]);
    for dated in facts["dated"].as_array().into_iter().flatten() {
        let until = dated["until"].as_str().unwrap_or_default();
        // The facts name the last day or the one after it.
        let ends = |row: &&Row| {
            let day = row.span.until;
            [day, day.and_then(|day| day.succ_opt())].iter().flatten().any(|day| day.to_string() == until)
        };
        let row = model.rows.iter().filter(|row| is_long(row.kind)).find(ends);
        kind_of_row(compared, &format!("{name}, long prompt until {until}"), row, &dated["long_prompt"]);
    }
}

/// A row that a model may have or not.
fn kind_of_row(compared: &mut Compared, what: &str, row: Option<&Row>, facts: &Value) {
    match row {
        None if facts.is_null() => {}
        Some(_) if facts.is_null() => compared.differences.push(format!("{what} has a row, and none in the facts")),
        row => {
            compared.row(what, row, Factor::ONE, facts);
            if let Some(row) = row.filter(|row| row.kind == RowKind::Fast) {
                let day = |day: Option<String>| day.unwrap_or_else(|| "open".to_owned());
                let theirs = facts["until"].as_str().map(str::to_owned);
                let ours = row.span.until.map(|until| until.to_string());
                compared.same(&format!("{what}: until"), &day(ours), &day(theirs));
            }
            if let Some(RowKind::LongPrompt { above_prompt_tokens }) = row.map(|row| row.kind) {
                let theirs = number(&facts["above_prompt_tokens"]);
                compared.same(&format!("{what}: above_prompt_tokens"), &above_prompt_tokens.to_string(), &theirs);
            }
        }
    }
}

/// The row that holds to this day.
fn current(model: &Model, fits: impl Fn(RowKind) -> bool) -> Option<&Row> {
    model.rows.iter().find(|row| fits(row.kind) && row.span.until.is_none())
}

/// A number as prices are written: `0.0625`, `5`.
fn number(value: &Value) -> String {
    value.as_f64().map_or_else(|| value.to_string(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The built-in table as a file of facts would tell it.
    fn facts() -> Value {
        let table = PriceTable::built_in();
        let number = |text: String| serde_json::from_str::<Value>(&text).expect("a number");
        let row = |row: &Row| {
            let prices = row.prices;
            let price = |price: Price| number(price.to_string());
            json!({
                "input": price(prices.input), "output": price(prices.output),
                "cache_write_5m": price(prices.cache_write_5m), "cache_write_1h": price(prices.cache_write_1h),
                "cache_read": price(prices.cache_read),
                "above_prompt_tokens": match row.kind {
                    RowKind::LongPrompt { above_prompt_tokens } => Some(above_prompt_tokens),
                    _ => None,
                },
            })
        };
        let is_long = |kind| matches!(kind, RowKind::LongPrompt { .. });
        let models = table.models().map(|model| {
            let mut facts = current(model, |kind| kind == RowKind::Standard).map(row).expect("it has one");
            facts["ids"] = json!(model.ids);
            facts["geo_us_multiplier"] = number(model.geo_us.to_string());
            facts["long_prompt"] = json!(current(model, is_long).map(row));
            let fast = model.rows.iter().find(|row| row.kind == RowKind::Fast);
            facts["fast"] = json!(fast.map(row));
            if let Some(until) = fast.and_then(|fast| fast.span.until) {
                facts["fast"]["until"] = json!(until);
            }
            let dated = model.rows.iter().filter(|row| is_long(row.kind) && row.span.until.is_some());
            facts["dated"] = dated.map(|dated| json!({"until": dated.span.until, "long_prompt": row(dated)})).collect();
            (model.name.clone(), facts)
        });
        json!({ "models": models.collect::<serde_json::Map<_, _>>() })
    }

    fn check(place: &str, value: Value, expect: &str) {
        let mut facts = facts();
        *facts.pointer_mut(place).expect("the facts have it") = value;
        let differences = compare(&PriceTable::built_in(), &facts).differences;
        assert!(differences.iter().any(|difference| difference.contains(expect)), "{place}: {differences:?}");
    }

    #[test]
    fn the_built_in_table_is_sound() {
        let said = super::check().expect("it has no fault");
        assert!(said.contains(&format!("{} models", PriceTable::built_in().models().count())), "{said}");
    }

    #[test]
    fn facts_that_say_the_same_agree() {
        let compared = compare(&PriceTable::built_in(), &facts());
        assert_eq!(compared.differences, Vec::<String>::new());
        assert!(compared.names > 50 && compared.figures > 200, "{compared:?}");
    }

    #[test]
    fn every_difference_is_found() {
        let opus = |key: &str| format!("/models/claude-opus-4-6/{key}");
        check("/models", json!({}), "has no models");
        check("/models/claude-opus-4-6", json!({}), "claude-opus-4-6: input is 5, and null");
        check(&opus("output"), json!(26), "claude-opus-4-6: output is 25, and 26 in the facts");
        check(&opus("cache_read"), json!(0.51), "claude-opus-4-6: cache_read is 0.5, and 0.51");
        check(&opus("geo_us_multiplier"), json!(1.2), "claude-opus-4-6: geo_us_multiplier is 1.1, and 1.2");
        check(&opus("ids"), json!(["claude-opus-4-66"]), "claude-opus-4-66 does not lead to claude-opus-4-6");
        check(&opus("fast"), Value::Null, "claude-opus-4-6, fast has a row, and none");
        check(&opus("fast/input"), json!(31), "claude-opus-4-6, fast: input is 30, and 31");
        check("/models/claude-opus-4-8/fast/until", json!("2026-12-01"), "fast: until is 2026-11-30, and 2026-12-01");
        check(&opus("dated/0/until"), json!("2026-04-01"), "long prompt until 2026-04-01 has no row");
        check(&opus("dated/0/long_prompt/input"), json!(11), "until 2026-03-12: input is 10, and 11");
        check("/models/claude-haiku-4-5/fast", json!({"input": 1}), "claude-haiku-4-5, fast has no row");
        check("/models/claude-haiku-5-5/long_prompt/above_prompt_tokens", json!(1), "above_prompt_tokens is 100000");
    }

    #[test]
    fn models_of_one_side_alone_are_found() {
        let mut facts = facts();
        let models = facts["models"].as_object_mut().expect("models");
        let opus = models.remove("claude-opus-5").expect("it is there");
        models.insert("claude-next".to_owned(), opus);
        let differences = compare(&PriceTable::built_in(), &facts).differences;
        assert_eq!(differences, ["claude-next is missing", "claude-opus-5 is not in the facts"]);
    }
}
