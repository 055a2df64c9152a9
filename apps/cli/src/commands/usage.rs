//! `sessions usage`: tokens and cost, over time and by what they were for.

mod audit;
pub(crate) mod budget;
mod chart;
mod delimited;
mod document;
mod json;
mod limits;
mod question;
mod series;
mod show;
mod words;

use std::num::NonZeroU32;
use std::path::PathBuf;

use chrono::Weekday;
use clap::{Args, Subcommand, ValueEnum};
use store::{Grouping, Period, UsageQuery, UsageReport};

use crate::clock::Moment;
use crate::context::Context;
use crate::report::Fault;
use crate::scanning;

const EXAMPLES: &str = "\
Examples:
  sessions usage
  sessions usage --by day --last 7 --breakdown
  sessions usage --by project --since 2026-10 --until 2026-10
  sessions usage --by session --project shop --model opus
  sessions usage --by block --last 3
  sessions usage --by device
  sessions usage --json | jq -r .totals.cost_usd
  sessions usage --chart
  sessions usage --chart=tokens --by month --project shop
  sessions usage --svg november.svg --since 2026-11 --until 2026-11
  sessions usage --check-budget; test $? -eq 1 && echo \"that is enough for today\"

Days, weeks, months and hours are those of your time zone; a day in which the clocks change has 23 or 25 hours.
By type, rules in `session_types.yaml` sort sessions by the skills they used and where they ran (docs/reference/settings.md).
By tool, a request that calls several tools is shared between them by the number of calls, and is named in each row.
By block is an estimate: five hours from the full hour of the first request; the limits that Claude Code tells its
status line are shown beside it where `sessions-hook statusline` has recorded them.

A chart is drawn by day unless `--by` says otherwise, and shows the last 24 hours, 30 days, 26 weeks or 12 months unless
`--last` or `--since` does. Rows that are no time are drawn as bars beside each other, for all of the time. `--svg` writes
one file with charts of the time, by model, project and what `--by` says, of the last year and of the hours of the week.
It takes the place of an earlier one of that name; any other file is left as it is. `-` writes it to standard output.

Budgets are set in config.toml (`[budget]`, docs/reference/settings.md). `--check-budget` compares the present day and
month with them: exit code 1 when one is exceeded, 2 when there is none or it cannot be read. What is expected is what was
spent, for the rest of today what the same hours of the last 28 days cost on average, and for each day after it the average
of these days.

Without a terminal each line has these columns, separated by tabs; the last line is `total`:
  key, requests, input, output, cache write 5 min, cache write 1 h, cache read, all tokens, cost in dollars
The key of a branch is `project/branch`. With --breakdown there is a line for each model of each row instead of the row,
and its key is that of the row, a space and the model. A cost that is not known is empty. Amounts are rounded to a
billionth of a dollar.";

/// What is said when the stored costs follow another table of prices than the one in force.
const OTHER_PRICES: &str =
    "These costs follow an earlier table of prices; `sessions scan` works them out anew with the one in force.";

/// Show tokens and cost
///
/// Every request is counted once, however many files repeat it, at the price of its own day.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Usage {
    #[command(subcommand)]
    subcommand: Option<Closer>,
    /// What makes a row [default: model; day in a chart]
    #[arg(long, value_name = "WHAT")]
    by: Option<By>,
    /// Only requests since then: `7d`, `yesterday`, `2026-10`, `2026-10-03`, RFC 3339
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<Moment>,
    /// Only requests until then; a day, month or year is included to its end
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    until: Option<Moment>,
    /// Only the last so many stretches of time up to now (or `--until`); by what is no time, days; of sessions and blocks,
    /// the last that there are
    #[arg(long, value_name = "N", value_parser = parse_count)]
    last: Option<NonZeroU32>,
    /// Only this project: a part of its name or key, a directory (`.`, a path), or `(none)`; may be given several times
    #[arg(long, value_name = "PROJECT")]
    project: Vec<String>,
    /// Only this model: its name with or without `claude-`, or words of it (`opus`); may be given several times
    #[arg(long, value_name = "MODEL")]
    model: Vec<String>,
    /// Only this session: its id or a unique beginning of it; may be given several times
    #[arg(long, value_name = "ID")]
    session: Vec<String>,
    /// Only sessions of this machine: a part of its name as `sessions devices` lists it, or the beginning of its number; may
    /// be given several times
    #[arg(long, value_name = "DEVICE")]
    device: Vec<String>,
    /// The day that a week starts with
    #[arg(long, value_name = "DAY", default_value = "monday", value_parser = parse_day)]
    week_start: Weekday,
    /// Show each model inside each row
    #[arg(long)]
    breakdown: bool,
    /// Write comma-separated values with a heading
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Draw a chart of cost or tokens [default: cost]
    #[arg(
        long,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "cost",
        conflicts_with_all = ["json", "csv", "breakdown"]
    )]
    chart: Option<Measure>,
    /// Write charts to an SVG file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv", "breakdown"])]
    svg: Option<PathBuf>,
    /// Compare the present day and month with your budget; exit code 1 when it is exceeded
    #[arg(
        long,
        conflicts_with_all = [
            "by", "since", "until", "last", "project", "model", "session", "device", "breakdown", "csv", "chart", "svg"
        ]
    )]
    pub(crate) check_budget: bool,
    /// Answer from what is stored, without looking for new sessions first
    #[arg(long)]
    no_scan: bool,
}

/// A closer look.
#[derive(Debug, Subcommand)]
enum Closer {
    Audit(audit::Audit),
}

/// What a chart measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Measure {
    #[default]
    Cost,
    Tokens,
}

/// What makes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Total,
    Hour,
    Day,
    Week,
    Month,
    Session,
    Project,
    Model,
    Branch,
    Type,
    Tool,
    Agent,
    Device,
    Block,
}

impl By {
    fn grouping(self) -> Grouping {
        match self {
            Self::Total => Grouping::Total,
            Self::Hour => Grouping::Period(Period::Hour),
            Self::Day => Grouping::Period(Period::Day),
            Self::Week => Grouping::Period(Period::Week),
            Self::Month => Grouping::Period(Period::Month),
            Self::Session => Grouping::Session,
            Self::Project => Grouping::Project,
            Self::Model => Grouping::Model,
            Self::Branch => Grouping::Branch,
            Self::Type => Grouping::Type,
            Self::Tool => Grouping::Tool,
            Self::Agent => Grouping::Agent,
            Self::Device => Grouping::Device,
            Self::Block => Grouping::Block,
        }
    }

    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Usage {
    /// Shows the usage.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if let Some(Closer::Audit(audit)) = &self.subcommand {
            return audit.run(context);
        }
        if self.check_budget {
            return budget::check(context, !self.no_scan);
        }
        let prices = context.prices();
        let mut obstacle = scanning::freshen(context, !self.no_scan)?;
        let mut query = self.question(context, &mut obstacle)?;
        if let Some(file) = &self.svg {
            self.write_document(context, &query, file)?;
            if self.chart.is_none() {
                context.output.finish()?;
                return obstacle.map_or(Ok(()), Err);
            }
        }
        let undated = if context.output.watched { Self::undated(context, &query)? } else { 0 };
        let report = self.answer(context, &mut query)?;
        let in_force = prices.version();
        if context.json {
            self.json(context, &query.filter, &report, in_force)?;
        } else if self.csv {
            self.csv(context, &report)?;
        } else if let Some(measure) = self.chart {
            self.draw(context, &query, &report, measure.into(), undated)?;
        } else if !context.output.terminal {
            self.tab_separated(context, &report)?;
        } else if report.total.usage.requests > 0 {
            self.show(context, &report, undated)?;
        }
        if undated > 0 && (self.csv || !context.output.terminal || report.total.usage.requests == 0) {
            context.output.note(&show::left_out(undated));
        }
        if report.prices.as_deref().is_some_and(|followed| followed != in_force) {
            context.output.note(OTHER_PRICES);
        }
        if report.total.usage.requests == 0 {
            let text = self.why_nothing(context, &query)?;
            if self.chart.is_some() && !context.output.watched {
                // who asked for a picture and gets none is told why, in a pipe too
                context.warn(&Fault::new("no-requests", text).into());
            } else {
                context.output.note(&text);
            }
        }
        context.output.finish()?;
        obstacle.map_or(Ok(()), Err)
    }

    /// Why there is no request.
    fn why_nothing(&self, context: &Context, query: &UsageQuery) -> color_eyre::Result<String> {
        Ok(if let Some(last) = self.last_before(context, query)? {
            let day = last.with_timezone(&context.zone).date_naive();
            let time = if self.last.is_some() {
                "`--last` counts back from now, and there is no request in that time"
            } else {
                "A chart shows the latest days, weeks or months unless `--last` or `--since` says otherwise, and there is no request in it"
            };
            format!("{time}; the last day with one is {day}.")
        } else if self.is_restricted() {
            "No request is chosen by this. `sessions usage` counts all of them.".to_owned()
        } else {
            context.no_history()
        })
    }

    /// What makes a row.
    fn by(&self) -> By {
        self.by.unwrap_or(if self.is_drawn() { By::Day } else { By::Model })
    }

    fn is_drawn(&self) -> bool {
        self.chart.is_some() || self.svg.is_some()
    }

    /// The stretches of time of a chart; none where its rows are no time.
    fn period(&self) -> Option<Period> {
        match self.by().grouping() {
            Grouping::Period(period) => Some(period),
            _ => self.svg.is_some().then_some(Period::Day),
        }
    }

    /// How many stretches of time count back from now: as asked, else as many as a chart has room for.
    fn last(&self) -> Option<NonZeroU32> {
        let is_open = self.is_drawn() && self.since.is_none() && self.until.is_none();
        let usual = self.period().filter(|_| is_open).map(|period| match period {
            Period::Hour => 24,
            Period::Day => 30,
            Period::Week => 26,
            Period::Month => 12,
        });
        self.last.or(usual.and_then(NonZeroU32::new))
    }

    fn is_restricted(&self) -> bool {
        let lists = [&self.project, &self.model, &self.session, &self.device];
        self.since.is_some()
            || self.until.is_some()
            || self.last.is_some()
            || lists.into_iter().any(|list| !list.is_empty())
    }
}

fn parse_count(text: &str) -> Result<NonZeroU32, &'static str> {
    text.parse().map_err(|_| "use a whole number from 1 on")
}

fn parse_day(text: &str) -> Result<Weekday, &'static str> {
    text.parse().map_err(|_| "use the name of a day, such as `monday` or `sunday`")
}

/// Whether the models of each row are worth rows of their own.
fn is_broken_down(usage: &Usage, report: &UsageReport) -> bool {
    usage.breakdown && usage.by() != By::Model && !report.rows.is_empty()
}
