//! Usage as lines for scripts: separated by tabs, or by commas with a heading.

use chrono_tz::Tz;
use store::{Subject, Usage as Sum, UsageReport, UsageRow};

use super::words::key;
use super::{By, Usage, is_broken_down};
use crate::context::Context;
use crate::plain_text::{field, one_line};

/// Columns after the key.
const FIGURES: [&str; 11] = [
    "requests",
    "input",
    "output",
    "cache_write_5m",
    "cache_write_1h",
    "cache_read",
    "web_searches",
    "total_tokens",
    "cost_usd",
    "unknown_cost_requests",
    "incomplete_requests",
];

/// Of these, the ones that lines separated by tabs leave out.
const NOT_IN_LINES: [&str; 3] = ["web_searches", "unknown_cost_requests", "incomplete_requests"];

impl Usage {
    /// One line for each row, or for each model of each row, and the total.
    pub(super) fn tab_separated(&self, context: &mut Context, report: &UsageReport) -> color_eyre::Result<()> {
        let zone = context.zone;
        for row in &report.rows {
            let name = line_key(&row.subject, zone);
            if is_broken_down(self, report) {
                for model in &row.models {
                    context.output.line(&tabs(&format!("{name} {}", model.model), &model.usage))?;
                }
            } else {
                context.output.line(&tabs(&name, &row.usage))?;
            }
        }
        // a row that is the total is not told twice
        if report.rows.iter().any(|row| row.subject == Subject::Total) && !is_broken_down(self, report) {
            return Ok(());
        }
        Ok(context.output.line(&tabs("total", &report.total.usage))?)
    }

    /// A heading and one line for each row, or for each model of each row; no total, so that columns can be summed.
    pub(super) fn csv(&self, context: &mut Context, report: &UsageReport) -> color_eyre::Result<()> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let by = self.by().word();
        let broken_down = is_broken_down(self, report);
        let about: &[&str] = match self.by() {
            By::Branch => &["project"],
            By::Tool => &["calls"],
            _ => &[],
        };
        let model: &[&str] = if broken_down { &["model"] } else { &[] };
        writer.write_record([by.as_str()].iter().chain(about).chain(model).chain(&FIGURES))?;
        let zone = context.zone;
        let mut write = |keys: &[&str], usage: &Sum| {
            let keys = keys.iter().map(|key| one_line(key));
            writer.write_record(keys.chain(figures(usage)))
        };
        for row in &report.rows {
            let name = key(&row.subject, zone);
            let about = match &row.subject {
                Subject::Branch { project, .. } => Some(project.clone().unwrap_or_default()),
                Subject::Tool(_, calls) => Some(calls.to_string()),
                _ => None,
            };
            let mut keys: Vec<&str> = vec![&name];
            keys.extend(about.as_deref());
            if broken_down {
                models(row, |model, usage| write(&[&keys[..], &[model]].concat(), usage))?;
            } else {
                write(&keys, &row.usage)?;
            }
        }
        Ok(context.output.bytes(&writer.into_inner()?)?)
    }
}

/// The key of a line: as everywhere, but a branch is named with its project.
fn line_key(subject: &Subject, zone: Tz) -> String {
    match subject {
        Subject::Branch { project: Some(project), .. } => format!("{project}/{}", key(subject, zone)),
        subject => key(subject, zone),
    }
}

fn models(row: &UsageRow, mut write: impl FnMut(&str, &Sum) -> csv::Result<()>) -> csv::Result<()> {
    row.models.iter().try_for_each(|model| write(&model.model, &model.usage))
}

fn figures(usage: &Sum) -> [String; 11] {
    let tokens = &usage.tokens;
    [
        usage.requests.to_string(),
        tokens.input.to_string(),
        tokens.output.to_string(),
        tokens.cache_write_5m.to_string(),
        tokens.cache_write_1h.to_string(),
        tokens.cache_read.to_string(),
        usage.web_searches.to_string(),
        tokens.total().to_string(),
        known_cost(usage),
        usage.unknown_cost_requests.to_string(),
        usage.incomplete_requests.to_string(),
    ]
}

/// The cost in dollars; nothing where none of it is known.
fn known_cost(usage: &Sum) -> String {
    let is_unknown = usage.cost.0 == 0 && usage.unknown_cost_requests > 0;
    if is_unknown { String::new() } else { usage.cost.nano().to_string() }
}

fn tabs(key: &str, usage: &Sum) -> String {
    let shown = FIGURES.iter().zip(figures(usage)).filter(|(name, _)| !NOT_IN_LINES.contains(name));
    let figures: Vec<String> = shown.map(|(_, figure)| figure).collect();
    format!("{}\t{}", field(key), figures.join("\t"))
}
