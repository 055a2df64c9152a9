//! Usage as a table for people.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use journal::Limit;
use pricing::PicoUsd;
use sessions_tui::{figures, wrapped};
use store::{Block, Subject, Usage as Sum, UsageReport, UsageRow};

use super::limits::{Official, moment, percent};
use super::words::{NONE, model};
use super::{By, Usage, is_broken_down};
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, one_line};
use crate::table::{self, Column};

/// Columns of every table, after those of the subject.
const FIGURES: [Column; 8] = [
    table::figures("requests", 4),
    table::figures("input", 5),
    table::figures("output", 6),
    table::figures("write 5m", 1),
    table::figures("write 1h", 2),
    table::figures("cache read", 3),
    table::figures("tokens", 20),
    table::figures("cost", u8::MAX),
];

impl Usage {
    /// Writes the table, the total and what has to be known of them.
    pub(super) fn show(&self, context: &mut Context, report: &UsageReport, undated: u64) -> color_eyre::Result<()> {
        let mut columns = subject_columns(self.by());
        columns.extend(FIGURES);
        columns.extend(further_columns(self.by()));
        let (now, zone) = (context.now, context.zone);
        let official = (self.by() == By::Block).then(|| Official::load(context, report)).transpose()?;
        let mut cells = Vec::new();
        for row in &report.rows {
            cells.push(self.cells(row, now, zone, official.as_ref()));
            if is_broken_down(self, report) {
                cells.extend(row.models.iter().map(|one| {
                    let name = format!("  {}", one_line(model(&one.model)));
                    self.figures_with(vec![name], &one.usage)
                }));
            }
        }
        if self.by() != By::Total {
            cells.push(self.figures_with(vec!["total".to_owned()], &report.total.usage));
        }
        for line in table::lay_out(&columns, &cells, &context.output) {
            context.output.line(&line)?;
        }
        let hidden = table::hidden(&columns, &cells, &context.output);
        let limits = official.map(|official| official.now).unwrap_or_default();
        let mut remarks = remarks(context, self.by(), report, undated, &limits);
        if !hidden.is_empty() {
            remarks.insert(0, format!("{} columns hide: {}.", context.output.width, hidden.join(", ")));
        }
        let width = context.output.width;
        for line in remarks.iter().flat_map(|remark| wrapped(remark, width)) {
            let text = context.output.paint(Role::Dim, &line);
            context.output.line(&text)?;
        }
        Ok(())
    }

    fn cells(&self, row: &UsageRow, now: DateTime<Utc>, zone: Tz, official: Option<&Official>) -> Vec<String> {
        let mut cells = self.figures_with(subject(self.by(), row, now, zone), &row.usage);
        let at = cells.len() - further_columns(self.by()).len();
        cells.truncate(at);
        cells.extend(further(row, now, official));
        cells.resize(at + further_columns(self.by()).len(), String::new());
        cells
    }

    /// A line of the table; what only other rows have stays empty.
    fn figures_with(&self, mut subject: Vec<String>, usage: &Sum) -> Vec<String> {
        subject.resize(subject_columns(self.by()).len(), String::new());
        let tokens = &usage.tokens;
        subject.extend([
            figures::count(usage.requests),
            figures::tokens(tokens.input),
            figures::tokens(tokens.output),
            figures::tokens(tokens.cache_write_5m),
            figures::tokens(tokens.cache_write_1h),
            figures::tokens(tokens.cache_read),
            figures::tokens(tokens.total()),
            money(usage.cost, usage.unknown_cost_requests > 0),
        ]);
        subject.resize(subject.len() + further_columns(self.by()).len(), String::new());
        subject
    }
}

fn subject_columns(by: By) -> Vec<Column> {
    let key = |name| table::words(name, Some((16, usize::MAX)), u8::MAX).role(Role::Strong);
    match by {
        By::Total => vec![key("")],
        By::Hour => vec![table::words("hour", Some((24, usize::MAX)), u8::MAX).role(Role::Strong)],
        By::Day => vec![key("day")],
        By::Week => vec![key("week from")],
        By::Month => vec![key("month")],
        By::Session => vec![
            table::words("last used", Some((16, 16)), 8).role(Role::Dim),
            table::words("project", Some((8, 20)), 7),
            table::words("title", Some((16, 60)), u8::MAX).role(Role::Strong),
            table::words("id", Some((8, 8)), 9).role(Role::Handle),
        ],
        By::Project => vec![key("project")],
        By::Model => vec![key("model")],
        By::Branch => vec![key("branch"), table::words("project", Some((8, 24)), 7)],
        By::Type => vec![key("type")],
        By::Tool => vec![key("tool"), table::figures("calls", 7)],
        By::Agent => vec![key("agent")],
        By::Device => vec![key("device")],
        By::Block => vec![
            table::words("block (estimate)", Some((24, 24)), u8::MAX).role(Role::Strong),
            table::words("", None, 7).role(Role::Dim),
        ],
    }
}

fn further_columns(by: By) -> Vec<Column> {
    match by {
        By::Session => vec![table::figures("client's own", 0)],
        By::Block => {
            vec![
                table::figures("tokens/min", 8),
                table::figures("cost/h", 9),
                table::figures("at its end", 10),
                table::figures("official", 11),
            ]
        }
        _ => Vec::new(),
    }
}

fn subject(by: By, row: &UsageRow, now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let text = |name: &Option<String>| name.as_deref().map_or_else(|| NONE.to_owned(), one_line);
    match &row.subject {
        Subject::Total => vec!["total".to_owned()],
        Subject::Undated => vec![NONE.to_owned()],
        Subject::Period { name, .. } => vec![hour_or_day(name)],
        Subject::Session(session) => {
            let used = row.last.map(|last| figures::date(last, zone)).unwrap_or_default();
            let title = session.title.as_deref().map_or_else(|| "(untitled)".to_owned(), one_line);
            let id = one_line(session.id.as_str()).chars().take(8).collect();
            vec![used, session.project.as_deref().map(one_line).unwrap_or_default(), title, id]
        }
        Subject::Named(name) if by == By::Model => vec![one_line(model(&text(name)))],
        Subject::Named(name) => vec![text(name)],
        Subject::Tool(name, calls) => vec![text(name), figures::count(*calls)],
        Subject::Branch { project, branch } => {
            vec![text(branch), project.as_deref().map(one_line).unwrap_or_default()]
        }
        Subject::Block(block) => {
            let state = if block.is_active(now) { left(block, now) } else { String::new() };
            vec![format!("{} – {}", figures::date(block.start, zone), clock(block.end, zone)), state]
        }
    }
}

/// `2026-11-20T14:00:00+01:00` is `2026-11-20 14:00 +01:00` for people.
fn hour_or_day(name: &str) -> String {
    match name.split_once('T') {
        Some((day, time)) if time.len() > 8 => format!("{day} {} {}", &time[..5], &time[8..]),
        Some((day, time)) => format!("{day} {}", time.get(..5).unwrap_or(time)),
        None => name.to_owned(),
    }
}

fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M").to_string()
}

fn left(block: &Block, now: DateTime<Utc>) -> String {
    let left = u64::try_from((block.end - now).num_milliseconds()).unwrap_or(0);
    format!("{} left", figures::duration(left))
}

fn further(row: &UsageRow, now: DateTime<Utc>, official: Option<&Official>) -> Vec<String> {
    match &row.subject {
        Subject::Session(session) => vec![session.ledger.map(|own| figures::money(own, false)).unwrap_or_default()],
        Subject::Block(block) => {
            let unknown = block.usage.unknown_cost_requests > 0;
            let burn = block.burn();
            vec![
                burn.map(|burn| figures::tokens(burn.tokens_per_minute)).unwrap_or_default(),
                burn.map(|burn| money(burn.cost_per_hour, unknown)).unwrap_or_default(),
                block.projection(now).map(|end| money(end.cost, unknown)).unwrap_or_default(),
                official
                    .and_then(|official| official.of_block(block))
                    .map(|limit| percent(limit.used_hundredths))
                    .unwrap_or_default(),
            ]
        }
        _ => Vec::new(),
    }
}

fn money(amount: PicoUsd, unknown: bool) -> String {
    figures::money(amount.nano(), unknown)
}

/// What has to be known of a report.
pub(super) fn remarks(context: &Context, by: By, report: &UsageReport, undated: u64, limits: &[Limit]) -> Vec<String> {
    let usage = &report.total.usage;
    let mut remarks = Vec::new();
    if by == By::Tool {
        remarks.push("A request that calls several tools is shared between them, and is named in each row.".to_owned());
    }
    if undated > 0 {
        remarks.push(left_out(undated));
    }
    if usage.incomplete_requests > 0 {
        let count = counted(usage.incomplete_requests, "request");
        remarks.push(format!("{count} cut short in the transcripts: the tokens and cost of these are a lower bound."));
    }
    if usage.unknown_cost_requests > 0 {
        let count = counted(usage.unknown_cost_requests, "request");
        let names: Vec<String> = report.unknown_models.iter().map(|name| one_line(name)).collect();
        remarks.push(format!(
            "{count} without a known price, not in the cost: {}. See `sessions prices --check`.",
            names.join(", ")
        ));
    }
    if usage.recorded.0 > 0 {
        let recorded = money(usage.recorded, false);
        remarks.push(format!("{recorded} of the cost is what Claude Code recorded itself for models without a price."));
    }
    if report.ledger.sessions > 0 {
        remarks.push(ledger(report));
    }
    remarks.extend(limits.iter().map(|limit| official_limit(limit, context)));
    if by == By::Block && limits.is_empty() {
        remarks.push("No official limit is known now; see `sessions-hook --help`.".to_owned());
    }
    remarks
}

/// Says that requests without a time are left out of a question about a time.
pub(super) fn left_out(undated: u64) -> String {
    let are = if undated == 1 { "is" } else { "are" };
    format!("{} without a time {are} left out.", counted(undated, "request"))
}

fn official_limit(limit: &Limit, context: &Context) -> String {
    let window = match limit.window.as_str() {
        "five_hour" => "five hours".to_owned(),
        "seven_day" => "seven days".to_owned(),
        other => one_line(other).replace('_', " "),
    };
    let used = percent(limit.used_hundredths);
    let resets = limit.resets_ms.and_then(moment).map(|at| figures::date(at, context.zone));
    let resets = resets.map(|at| format!(", starts again at {at}")).unwrap_or_default();
    format!("Official limit of {window}: {used} used{resets}.")
}

fn ledger(report: &UsageReport) -> String {
    let sum = &report.ledger;
    let sessions = counted(sum.sessions, "session");
    let (own, computed) = (money(sum.cost, false), money(sum.computed, false));
    format!(
        "Claude Code's own totals, kept for {sessions}: {own}; computed for the same: {computed}. Its own include calls \
         that leave no line."
    )
}
