//! `sessions prices`: the price table in force, and what it leaves without a price.

mod check;
mod json;
mod text;

use clap::Args;
use pricing::{Model, PriceTable};

use crate::context::Context;
use crate::plain_text::one_line;
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions prices
  sessions prices opus-5           all about one model: names, sources, notes
  sessions prices --check          what in the history has no price, and how to add one
  sessions prices --json | jq -r '.models[].model'

Prices are dollars per million tokens; web searches per thousand. Where two rows hold for the same request, the first
counts. Your own rows come from `prices.toml` (`sessions where` shows its place); its format is that of the built-in
table, assets/prices.toml. A `multiplier` has at most three decimals; one of a model replaces the general one. Where one
applies, the origin is yours.

Without a terminal each line has these columns, separated by tabs:
  model, kind, longest prompt of the standard row, from, until, input, output, cache write 5 min, cache write 1 h,
  cache read, web searches, multiplier, origin (built-in, yours), verified (yes, no)
and with --check:
  model, requests, tokens, first day, last day, reason";

/// Show the prices in force, and what has none
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Prices {
    /// Only this model, by any of its names
    #[arg(conflicts_with = "check")]
    model: Option<String>,
    /// List the models in the history without a price; exit code 1 if there are any
    #[arg(long)]
    check: bool,
    /// With --check: answer from what is stored, without looking for new sessions first
    #[arg(long, requires = "check")]
    no_scan: bool,
}

impl Prices {
    /// Shows the prices.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let table = context.checked_prices()?;
        if self.check {
            return check::run(context, &table, !self.no_scan);
        }
        let models: Vec<&Model> = match &self.model {
            None => table.models().collect(),
            Some(name) => vec![find(&table, name)?],
        };
        if context.json {
            let file = context.paths.prices_file();
            return context.output.json(&json::Answer::new(&table, &models, context.now, &file));
        }
        if !context.output.terminal {
            for line in models.iter().flat_map(|model| text::tab_separated(&table, model)) {
                context.output.line(&line)?;
            }
            return Ok(());
        }
        let lines = match (&self.model, models.as_slice()) {
            (Some(_), [model]) => text::model(&table, model, &context.output),
            _ => text::table(&table, &models, &context.output),
        };
        for line in lines {
            context.output.line(&line)?;
        }
        Ok(())
    }
}

/// The model of a name; `opus-5` is enough for `claude-opus-5`.
fn find<'t>(table: &'t PriceTable, name: &str) -> Result<&'t Model, Fault> {
    table.find(name).or_else(|| table.find(&format!("claude-{name}"))).ok_or_else(|| {
        let lower = name.to_lowercase();
        let alike: Vec<&str> =
            table.models().map(|model| model.name.as_str()).filter(|model| model.contains(&lower)).collect();
        let step = if alike.is_empty() {
            "`sessions prices` lists all of them; `sessions prices --check` shows how to add one.".to_owned()
        } else {
            format!("There are: {}.", alike.join(", "))
        };
        Fault::new("no-price", format!("No model of the price table has the name `{}`.", one_line(name))).next(step)
    })
}
