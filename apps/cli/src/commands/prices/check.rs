//! `sessions prices --check`: what in the history has no price, and what in the person's own table looks wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use pricing::{Finding, PriceTable, canonical};
use serde::Serialize;
use sessions_tui::figures;
use store::Unpriced;

use crate::context::Context;
use crate::output::{Output, Role};
use crate::plain_text::{counted, field, one_line};
use crate::report::Fault;
use crate::scanning;
use crate::table::{self, Column};

const COLUMNS: [Column; 6] = [
    table::words("model", Some((20, usize::MAX)), u8::MAX).role(Role::Strong),
    table::figures("requests", u8::MAX),
    table::figures("tokens", 3),
    table::words("first", None, 1),
    table::words("last", None, 2),
    table::words("why", Some((10, usize::MAX)), 0).role(Role::Dim),
];

/// A model without a price, under all the names that stand for it.
#[derive(Debug, Serialize)]
struct Missing {
    model: String,
    requests: u64,
    tokens: u64,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    generated_at: DateTime<Utc>,
    version: &'a str,
    your_file: PathBuf,
    unpriced: &'a [Missing],
    findings: &'a [Odd],
    example: Option<String>,
}

/// Something in the person's own table that looks wrong.
#[derive(Debug, Serialize)]
struct Odd {
    model: String,
    fault: String,
}

/// Checks the table against the history, and against itself.
pub(super) fn run(context: &mut Context, table: &PriceTable, fresh: bool) -> color_eyre::Result<()> {
    let obstacle = scanning::freshen(context, fresh)?;
    let missing = missing(context.store.unpriced()?, table, context);
    let odd = odd(table);
    let path = context.paths.prices_file();
    let example = missing.first().map(|first| example(&first.model));
    if context.json {
        context.output.json(&Answer {
            schema: 1,
            generated_at: context.now,
            version: table.version(),
            your_file: path.clone(),
            unpriced: &missing,
            findings: &odd,
            example,
        })?;
    } else if context.output.terminal {
        show(&missing, &odd, example.as_deref(), &path, &mut context.output)?;
    } else {
        for missing in &missing {
            context.output.line(&tab_separated(missing))?;
        }
    }
    context.output.finish()?;
    match (missing.len(), obstacle) {
        (_, Some(obstacle)) => Err(obstacle),
        (0, None) => Ok(()),
        (count, None) => {
            let models = counted(count as u64, "model");
            Err(Fault::new("no-price", format!("{models} without a price: what these requests cost is unknown."))
                .next(format!("Add them to {}; `sessions prices --check --json` has an example.", path.display()))
                .into())
        }
    }
}

/// Models without a price, their decorated names taken together, the one with the most requests first.
fn missing(unpriced: Vec<Unpriced>, table: &PriceTable, context: &Context) -> Vec<Missing> {
    let day = |at: DateTime<Utc>| at.with_timezone(&context.zone).date_naive();
    let mut models = BTreeMap::<String, Missing>::new();
    for one in unpriced {
        let name = canonical(&one.model).to_owned();
        let reason = match table.find(&name) {
            Some(_) => "no row for these days",
            None => "not in the table",
        };
        let (first, last) = (one.first.map(day), one.last.map(day));
        models
            .entry(name.clone())
            .and_modify(|model| {
                model.requests = model.requests.saturating_add(one.requests);
                model.tokens = model.tokens.saturating_add(one.tokens);
                model.first = model.first.into_iter().chain(first).min();
                model.last = model.last.max(last);
            })
            .or_insert(Missing { model: name, requests: one.requests, tokens: one.tokens, first, last, reason });
    }
    let mut models: Vec<Missing> = models.into_values().collect();
    models.sort_by(|one, two| two.requests.cmp(&one.requests).then_with(|| one.model.cmp(&two.model)));
    models
}

/// What looks wrong in the table in force and not in the built-in one.
fn odd(table: &PriceTable) -> Vec<Odd> {
    let built_in = PriceTable::built_in().check();
    let own = table.check().into_iter().filter(|finding| !built_in.contains(finding));
    own.map(|Finding { model, fault }| Odd { model, fault }).collect()
}

fn show(
    missing: &[Missing],
    odd: &[Odd],
    example: Option<&str>,
    path: &Path,
    output: &mut Output,
) -> color_eyre::Result<()> {
    if missing.is_empty() {
        output.line("Every request in the history has a price.")?;
    } else {
        let cells: Vec<Vec<String>> = missing.iter().map(cells).collect();
        for line in table::lay_out(&COLUMNS, &cells, output) {
            output.line(&line)?;
        }
    }
    if let Some(example) = example {
        output.line("")?;
        output.line(&format!("Write it into {}, with the prices of the model in place of these:", path.display()))?;
        output.line("")?;
        for line in example.lines() {
            output.line(&output.paint(Role::Handle, line))?;
        }
        output.line("")?;
    }
    if !odd.is_empty() {
        output.line(&format!("In {}:", path.display()))?;
        for odd in odd {
            output.line(&format!("  {}: {}", one_line(&odd.model), odd.fault))?;
        }
    }
    Ok(())
}

fn cells(missing: &Missing) -> Vec<String> {
    let day = |day: Option<NaiveDate>| day.map_or("–".to_owned(), |day| day.to_string());
    vec![
        one_line(&missing.model),
        figures::count(missing.requests),
        figures::tokens(missing.tokens),
        day(missing.first),
        day(missing.last),
        missing.reason.to_owned(),
    ]
}

fn tab_separated(missing: &Missing) -> String {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let Missing { requests, tokens, reason, .. } = missing;
    let (first, last) = (day(missing.first), day(missing.last));
    format!("{}\t{requests}\t{tokens}\t{first}\t{last}\t{reason}", field(&missing.model))
}

/// A row for a model, as `prices.toml` wants it.
fn example(model: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let name = if !model.is_empty() && model.chars().all(is_bare) {
        model.to_owned()
    } else {
        // A text of JSON is one of TOML too.
        serde_json::Value::from(one_line(model)).to_string()
    };
    format!(
        "[[models.{name}.standard]]\nfrom = \"beginning\"\ninput = 5\noutput = 25\ncache_write_5m = 6.25\n\
         cache_write_1h = 10\ncache_read = 0.5\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_gives_the_model_a_price() {
        for model in ["claude-next", "gateway/Next 1.0", "a.b", "quo\"te"] {
            let table = PriceTable::built_in().with_overrides(&example(model)).expect("it can be read");
            assert!(table.find(model).is_some_and(|model| model.row(None, false, 0).is_some()), "{model}");
        }
    }

    #[test]
    fn only_what_the_person_wrote_is_found_odd() {
        assert!(odd(&PriceTable::built_in()).is_empty());
        let mine = PriceTable::built_in().with_overrides(&example("mine").replace("output = 25", "output = 1"));
        let odd = odd(&mine.expect("it can be read"));
        assert!(matches!(odd.as_slice(), [only] if only.model == "mine"), "{odd:?}");
    }
}
