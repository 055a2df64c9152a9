//! `sessions usage`: tokens and cost by model.

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use sessions_tui::figures;
use store::ModelUsage;

use crate::clock::Moment;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, field, one_line};
use crate::schema::Usage as Row;
use crate::table::{self, Column};
use crate::{output::Output, scanning};

const EXAMPLES: &str = "\
Examples:
  sessions usage
  sessions usage --since 2026-11
  sessions usage --json | jq -r .totals.cost_usd

Without a terminal each line has these columns, separated by tabs; the last line is `total`:
  model, requests, input, output, cache write 5 min, cache write 1 h, cache read, all tokens, cost in dollars";

/// Show tokens and cost by model
///
/// Every request is counted once, however many files repeat it, at the price of its own day.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Usage {
    /// Only requests since then: `7d`, `yesterday`, `2026-10`, `2026-10-03`, RFC 3339
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<Moment>,
    /// Answer from what is stored, without looking for new sessions first
    #[arg(long)]
    no_scan: bool,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    generated_at: DateTime<Utc>,
    timezone: &'a str,
    since: Option<DateTime<Utc>>,
    by: &'a str,
    prices: Prices<'a>,
    rows: Vec<Row<'a>>,
    totals: Row<'a>,
    unknown_models: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct Prices<'a> {
    version: &'a str,
}

const COLUMNS: [Column; 9] = [
    table::words("model", Some((24, usize::MAX)), u8::MAX).role(Role::Strong),
    table::figures("requests", 4),
    table::figures("input", 5),
    table::figures("output", 6),
    table::figures("write 5m", 1),
    table::figures("write 1h", 2),
    table::figures("cache read", 3),
    table::figures("tokens", 7),
    table::figures("cost", u8::MAX),
];

impl Usage {
    /// Shows the usage.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let obstacle = scanning::freshen(context, !self.no_scan)?;
        let since = self.since.map(|since| since.at(context.now, context.zone));
        let models = context.store.usage_by_model(since)?;
        let total = sum(&models);
        if context.json {
            let prices = context.prices()?;
            let answer = Answer {
                schema: 1,
                generated_at: context.now,
                timezone: context.zone.name(),
                since,
                by: "model",
                prices: Prices { version: prices.version() },
                rows: models.iter().map(|usage| Row::new(&usage.model, usage)).collect(),
                totals: Row::new("total", &total),
                unknown_models: unknown(&models).map(|usage| usage.model.as_str()).collect(),
            };
            context.output.json(&answer)?;
        } else if context.output.terminal && total.requests > 0 {
            show(&models, &total, &mut context.output)?;
        } else if !context.output.terminal {
            for usage in models.iter().chain([&total]) {
                context.output.line(&tab_separated(usage))?;
            }
        }
        if total.requests == 0 {
            let text = match since {
                Some(_) => "No requests in this time. `sessions usage` counts all of them.".to_owned(),
                None => context.no_history(),
            };
            context.output.note(&text);
        }
        context.output.finish()?;
        obstacle.map_or(Ok(()), |obstacle| Err(obstacle.into()))
    }
}

fn sum(models: &[ModelUsage]) -> ModelUsage {
    let mut total = ModelUsage { model: "total".to_owned(), ..ModelUsage::default() };
    for usage in models {
        total.requests = total.requests.saturating_add(usage.requests);
        total.tokens += usage.tokens;
        total.web_searches = total.web_searches.saturating_add(usage.web_searches);
        total.cost += usage.cost;
        total.unknown_cost_requests = total.unknown_cost_requests.saturating_add(usage.unknown_cost_requests);
        total.incomplete_requests = total.incomplete_requests.saturating_add(usage.incomplete_requests);
    }
    total
}

fn unknown(models: &[ModelUsage]) -> impl Iterator<Item = &ModelUsage> {
    models.iter().filter(|usage| usage.unknown_cost_requests > 0)
}

fn show(models: &[ModelUsage], total: &ModelUsage, output: &mut Output) -> color_eyre::Result<()> {
    let cells: Vec<Vec<String>> = models.iter().chain([total]).map(cells).collect();
    for line in table::lay_out(&COLUMNS, &cells, output) {
        output.line(&line)?;
    }
    let mut remark = |text: String| {
        let text = output.paint(Role::Dim, &text);
        output.line(&text)
    };
    if total.incomplete_requests > 0 {
        let count = counted(total.incomplete_requests, "request");
        remark(format!("{count} cut short in the transcripts: the tokens and cost of these are a lower bound."))?;
    }
    if total.unknown_cost_requests > 0 {
        let count = counted(total.unknown_cost_requests, "request");
        let names: Vec<String> = unknown(models).map(|usage| one_line(&usage.model)).collect();
        remark(format!("{count} without a known price, not in the cost: {}.", names.join(", ")))?;
    }
    Ok(())
}

fn cells(usage: &ModelUsage) -> Vec<String> {
    let tokens = usage.tokens;
    vec![
        one_line(usage.model.strip_prefix("claude-").unwrap_or(&usage.model)),
        figures::count(usage.requests.into()),
        figures::tokens(tokens.input),
        figures::tokens(tokens.output),
        figures::tokens(tokens.cache_write_5m),
        figures::tokens(tokens.cache_write_1h),
        figures::tokens(tokens.cache_read),
        figures::tokens(tokens.total()),
        figures::money(usage.cost, usage.unknown_cost_requests > 0),
    ]
}

fn tab_separated(usage: &ModelUsage) -> String {
    let tokens = usage.tokens;
    let counts = [
        usage.requests.into(),
        tokens.input,
        tokens.output,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.cache_read,
        tokens.total(),
    ];
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    format!("{}\t{}\t{}", field(&usage.model), counts.join("\t"), usage.cost)
}
