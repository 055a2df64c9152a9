//! `sessions usage --chart`: a still picture in the terminal.

use chart::{Bar, Chart, Frame, Ink, Picture, short};
use sessions_tui::{Still, figures, wrapped};
use store::{UsageQuery, UsageReport};

use super::Usage;
use super::series::{heading, span};
use super::show::remarks;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::counted;

/// Rows of a chart, and of one on a wide terminal.
const HEIGHT: (usize, usize) = (20, 24);
/// Columns of a wide terminal, and of one that is too narrow for anything but a table.
const WIDTHS: (usize, usize) = (100, 60);

impl Usage {
    /// Draws a report.
    pub(super) fn draw(
        &self,
        context: &mut Context,
        query: &UsageQuery,
        report: &UsageReport,
        measure: summary::Measure,
        undated: u64,
    ) -> color_eyre::Result<()> {
        if report.total.usage.requests == 0 {
            return Ok(());
        }
        let (chart, stretches) = match self.period() {
            Some(period) => self.over_time(context, query, (period, &report.rows), measure)?,
            None => (self.of_names(context, &report.rows, measure)?, Vec::new()),
        };
        let folder = context.paths.config.join("themes");
        let still = context.output.color.then(|| Still::new(&context.environment, &context.settings.theme, &folder));
        let ink = still.as_ref().map_or(Ink::Pattern, Still::ink);
        let picture = picture(&chart, context.output.width, ink, !stretches.is_empty());
        let title = format!("{} by {}", heading(measure), self.by().word());
        let mut about: Vec<String> = span(&stretches, self.period(), context.zone).into_iter().collect();
        about.extend(sums(&chart, report));
        let lines = wrapped(&format!("{title} · {}", about.join(" · ")), context.output.width);
        for (at, line) in lines.iter().enumerate() {
            let (strong, dim) =
                if at == 0 && line.starts_with(&title) { line.split_at(title.len()) } else { ("", line.as_str()) };
            let text = context.output.paint(Role::Strong, strong) + &context.output.paint(Role::Dim, dim);
            context.output.line(&text)?;
        }
        if picture.rows.first().is_some_and(|row| !row.runs.is_empty()) {
            context.output.line("")?;
        }
        let last = picture.rows.iter().rposition(|row| !row.runs.is_empty()).map_or(0, |last| last + 1);
        for row in &picture.rows[..last] {
            let text = still.as_ref().map_or_else(|| row.text(), |still| still.text(row));
            context.output.line(&text)?;
        }
        let mut remarks = remarks(context, self.by(), report, undated, &[]);
        if picture.together > 1 {
            remarks.insert(
                0,
                format!(
                    "Each bar stands for {}; there are {}.",
                    counted(picture.together as u64, self.by().word().as_str()),
                    figures::count(chart.bars.len() as u64)
                ),
            );
        }
        if !remarks.is_empty() {
            context.output.line("")?;
        }
        let width = context.output.width;
        for line in remarks.iter().flat_map(|remark| wrapped(remark, width)) {
            let text = context.output.paint(Role::Dim, &line);
            context.output.line(&text)?;
        }
        Ok(())
    }
}

/// The picture, with as many rows as it needs.
fn picture(chart: &Chart, width: usize, ink: Ink, is_time: bool) -> Picture {
    let frame = |height: usize| Frame { width, height, ink };
    if !is_time || width < WIDTHS.1 {
        let has_lines = chart.average.or(chart.budget).is_some();
        let names = chart::legend(chart, width, usize::MAX, ink).len();
        return chart::rows(chart, frame(chart.bars.len() + 1 + usize::from(has_lines) + names));
    }
    chart::bars(chart, frame(if width < WIDTHS.0 { HEIGHT.0 } else { HEIGHT.1 }))
}

/// What it comes to, in words.
pub(super) fn sums(chart: &Chart, report: &UsageReport) -> Vec<String> {
    let usage = &report.total.usage;
    let mut sums = vec![
        figures::money(usage.cost.nano(), usage.unknown_cost_requests > 0),
        format!("{} tokens", figures::tokens(usage.tokens.total())),
        counted(usage.requests, "request"),
    ];
    let is_running = chart.bars.last().filter(|bar| bar.expected.is_some_and(|expected| expected > Bar::total(bar)));
    let expected =
        is_running.and_then(|bar| Some(format!("{} expected of the last", short(chart.unit, bar.expected?))));
    sums.extend(expected);
    sums
}
