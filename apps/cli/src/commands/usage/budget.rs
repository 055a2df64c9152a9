//! `sessions usage --check-budget`: the present day and month against what they should cost at most.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc, Weekday};
use config::SessionTypes;
use pricing::PicoUsd;
use serde::Serialize;
use sessions_tui::figures;
use store::{Calendar, Grouping, Period, Stretch, Usage as Sum, UsageFilter, UsageQuery};
use summary::Measure;

use super::series::at_end;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::counted;
use crate::report::Fault;
use crate::scanning;
use crate::table::{self, Column};

/// A budget and what was spent of it.
#[derive(Debug)]
struct Line {
    word: &'static str,
    stretch: Stretch,
    limit: PicoUsd,
    usage: Sum,
    expected: PicoUsd,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    generated_at: DateTime<Utc>,
    timezone: &'a str,
    exceeded: bool,
    budgets: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    period: &'a str,
    key: &'a str,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    limit_usd: String,
    spent_usd: String,
    /// Below zero when it is exceeded.
    left_usd: String,
    /// At the end of the period, if it goes on as the last 28 days.
    expected_usd: String,
    exceeded: bool,
    /// Requests that are not in what was spent.
    unknown_cost_requests: u64,
}

/// The exit code where nothing can be compared, so that a script can tell it from a budget that is exceeded.
const UNCHECKED: u8 = 2;

/// A budget that cannot be trusted, because something is wrong in the file that it stands in.
pub(crate) fn unreadable(fault: Fault) -> Fault {
    fault
        .next("The budget is not checked until this is corrected. `sessions config check` checks it again.")
        .exit(UNCHECKED)
}

/// Compares what was spent with the budgets; a fault when one is exceeded, or when there is none.
pub(super) fn check(context: &mut Context, scan: bool) -> color_eyre::Result<()> {
    let budget = context.settings.budget;
    let limits = [("day", Period::Day, budget.daily_pico_usd()), ("month", Period::Month, budget.monthly_pico_usd())];
    let limits: Vec<_> = limits.into_iter().filter_map(|(word, period, limit)| Some((word, period, limit?))).collect();
    if limits.is_empty() {
        let file = context.paths.config_file();
        return Err(Fault::new("no-budget", "No budget is set.")
            .next(format!(
                "Write `[budget]` and below it `daily = \"20\"` or `monthly = \"300\"` into {}.",
                file.display()
            ))
            .exit(UNCHECKED)
            .into());
    }
    let obstacle = scanning::freshen(context, scan)?;
    let lines = limits.into_iter().map(|(word, period, limit)| line(context, word, period, limit));
    let lines = lines.collect::<color_eyre::Result<Vec<Line>>>()?;
    if context.json {
        let answer = Answer {
            schema: 1,
            generated_at: context.now,
            timezone: context.zone.name(),
            exceeded: lines.iter().any(Line::is_exceeded),
            budgets: lines.iter().map(Row::from).collect(),
        };
        context.output.json(&answer)?;
    } else {
        show(context, &lines)?;
    }
    context.output.finish()?;
    let exceeded: Vec<String> = lines.iter().filter(|line| line.is_exceeded()).map(Line::excess).collect();
    if exceeded.is_empty() {
        return obstacle.map_or(Ok(()), Err);
    }
    Err(Fault::new("budget", exceeded.join(" "))
        .next("`sessions usage --chart --by model` shows what it went to; the budget is set in config.toml.")
        .into())
}

fn line(context: &Context, word: &'static str, period: Period, limit: u128) -> color_eyre::Result<Line> {
    let calendar = Calendar { zone: context.zone, week_start: Weekday::Mon };
    let stretch = calendar.period(period, context.now);
    let query = UsageQuery {
        by: Grouping::Total,
        filter: UsageFilter { since: Some(stretch.start), until: Some(stretch.end), ..UsageFilter::default() },
        zone: context.zone,
        week_start: Weekday::Mon,
        types: SessionTypes::load(&context.paths.session_types_file())?,
        devices: BTreeMap::new(),
    };
    let usage = context.store.usage(&query)?.total.usage;
    let spent = u128::try_from(usage.cost.0).unwrap_or(0);
    let expected = at_end(context, &query, &stretch, spent, Measure::Cost)?.max(spent);
    let expected = PicoUsd(i128::try_from(expected).unwrap_or(i128::MAX));
    Ok(Line { word, stretch, limit: PicoUsd(i128::try_from(limit).unwrap_or(i128::MAX)), usage, expected })
}

impl Line {
    fn is_exceeded(&self) -> bool {
        self.usage.cost > self.limit
    }

    fn left(&self) -> PicoUsd {
        PicoUsd(self.limit.0 - self.usage.cost.0)
    }

    fn excess(&self) -> String {
        let over = figures::money(PicoUsd(-self.left().0).nano(), false);
        format!(
            "The budget of this {}, {}, is exceeded by {over}.",
            self.word,
            figures::money(self.limit.nano(), false)
        )
    }

    /// How much of it is spent, in whole percent.
    fn percent(&self) -> String {
        let percent = self.usage.cost.0.saturating_mul(100).checked_div(self.limit.0);
        percent.map(|percent| format!("{percent} %")).unwrap_or_default()
    }
}

impl<'a> From<&'a Line> for Row<'a> {
    fn from(line: &'a Line) -> Self {
        let exact = |amount: PicoUsd| amount.nano().to_string();
        Self {
            period: line.word,
            key: &line.stretch.name,
            start: line.stretch.start,
            end: line.stretch.end,
            limit_usd: exact(line.limit),
            spent_usd: exact(line.usage.cost),
            left_usd: exact(line.left()),
            expected_usd: exact(line.expected),
            exceeded: line.is_exceeded(),
            unknown_cost_requests: line.usage.unknown_cost_requests,
        }
    }
}

fn show(context: &mut Context, lines: &[Line]) -> color_eyre::Result<()> {
    let money = |amount: PicoUsd, unknown: bool| figures::money(amount.nano(), unknown);
    if context.output.terminal {
        let columns: [Column; 7] = [
            table::words("", None, 3),
            table::words("budget of", Some((10, 10)), u8::MAX).role(Role::Strong),
            table::figures("limit", 5),
            table::figures("spent", u8::MAX),
            table::figures("", 2),
            table::figures("left", 4),
            table::figures("at its end", 6),
        ];
        let cells = |line: &Line| {
            let unknown = line.usage.unknown_cost_requests > 0;
            vec![
                line.word.to_owned(),
                line.stretch.name.clone(),
                money(line.limit, false),
                money(line.usage.cost, unknown),
                line.percent(),
                money(line.left(), false),
                money(line.expected, unknown),
            ]
        };
        let cells: Vec<Vec<String>> = lines.iter().map(cells).collect();
        for line in table::lay_out(&columns, &cells, &context.output) {
            context.output.line(&line)?;
        }
    } else {
        for row in lines.iter().map(Row::from) {
            let fields = [row.period, row.key, &row.limit_usd, &row.spent_usd, &row.left_usd, &row.expected_usd];
            context.output.line(&fields.join("\t"))?;
        }
    }
    if let Some(unknown) = lines.iter().map(|line| line.usage.unknown_cost_requests).max().filter(|count| *count > 0) {
        let requests = counted(unknown, "request");
        context
            .output
            .note(&format!("{requests} without a known price, not in what was spent: see `sessions prices --check`."));
    }
    Ok(())
}
