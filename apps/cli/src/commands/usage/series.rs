//! Figures of usage as the bars of a chart.

use std::collections::BTreeMap;

use chart::{Bar, Chart, Palette};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sessions_tui::figures;
use store::{Calendar, Grouping, Period, Stretch, Subject, UsageFilter, UsageQuery, UsageRow};

use super::words::{NONE, model};
use super::{By, Measure, Usage};
use crate::context::Context;

/// Bars of a chart at most; of more, the last are drawn.
const MOST_BARS: u32 = 50_000;
/// Empty bars that a chart begins with at most, where it was asked to begin before the first request.
const MOST_EMPTY: u32 = 100;

impl From<Measure> for summary::Measure {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Cost => Self::Cost,
            Measure::Tokens => Self::Tokens,
        }
    }
}

/// A measure as the beginning of a sentence.
pub(super) fn heading(measure: summary::Measure) -> &'static str {
    match measure {
        summary::Measure::Cost => "Cost",
        summary::Measure::Tokens => "Tokens",
    }
}

/// The stretch that a row is of.
pub(super) fn stretch_of(subject: &Subject) -> Option<Stretch> {
    match subject {
        Subject::Period { name, start, end } => Some(Stretch { name: name.clone(), start: *start, end: *end }),
        _ => None,
    }
}

/// From the first of some stretches to the last, in words; none where there are none.
pub(super) fn span(stretches: &[Stretch], period: Option<Period>, zone: Tz) -> Option<String> {
    // `2026-11-20T14:00:00+01:00` is `2026-11-20 14:00` for people.
    let short = |name: &str| name.get(..16).map_or_else(|| name.to_owned(), |hour| hour.replace('T', " "));
    let (first, last) = (stretches.first()?, stretches.last()?);
    let end = match period {
        // A week is named by its first day.
        Some(Period::Week) => (last.end - TimeDelta::milliseconds(1)).with_timezone(&zone).date_naive().to_string(),
        _ => short(&last.name),
    };
    Some(format!("{} – {end}", short(&first.name)))
}

/// What stands below the bar of a stretch, and the group of it.
fn label(stretch: &Stretch, period: Period, zone: Tz) -> (String, String) {
    let (label, group) = match period {
        Period::Hour => ("%H", "%a %-d"),
        Period::Day | Period::Week => ("%-d", "%b"),
        Period::Month => ("%b", "%Y"),
    };
    let at = stretch.start.with_timezone(&zone);
    (at.format(label).to_string(), at.format(group).to_string())
}

/// Every stretch of the question's time, those without a request too: up to now, or to the last request if that is later.
fn stretches(query: &UsageQuery, period: Period, rows: &[UsageRow], now: DateTime<Utc>) -> Vec<Stretch> {
    let calendar = Calendar { zone: query.zone, week_start: query.week_start };
    let told = |row: &UsageRow| stretch_of(&row.subject).map(|stretch| stretch.start);
    let (first, last) = (rows.iter().find_map(told), rows.iter().rev().find_map(told));
    let end = query.filter.until.map_or(now, |until| now.min(until - TimeDelta::milliseconds(1)));
    let end = last.map_or(end, |last| last.max(end));
    let first_near = first.map(|first| calendar.start_of_last(period, MOST_EMPTY + 1, first));
    let since = query.filter.since.filter(|since| first_near.is_none_or(|near| near <= *since));
    let Some(from) = since.or(first) else { return Vec::new() };
    let start = from.max(calendar.start_of_last(period, MOST_BARS, end));
    let whole = Stretch { name: String::new(), start, end: end + TimeDelta::milliseconds(1) };
    calendar.parts(&whole, period)
}

/// Whether a question reaches over all of a stretch that is past.
fn is_covered(stretch: &Stretch, filter: &UsageFilter, now: DateTime<Utc>) -> bool {
    filter.since.is_none_or(|since| since <= stretch.start) && filter.until.is_none_or(|until| now <= until)
}

/// What each stretch of the time before came to, of as many stretches as there are.
fn before(
    context: &Context,
    query: &UsageQuery,
    period: Period,
    stretches: &[Stretch],
) -> color_eyre::Result<Vec<summary::Usage>> {
    let Some(first) = stretches.first() else { return Ok(Vec::new()) };
    let calendar = Calendar { zone: query.zone, week_start: query.week_start };
    let count = u32::try_from(stretches.len()).unwrap_or(u32::MAX).saturating_add(1);
    let start = calendar.start_of_last(period, count, first.start);
    let mut asked = UsageQuery { by: Grouping::Period(period), ..query.clone() };
    (asked.filter.since, asked.filter.until) = (Some(start), Some(first.start));
    let rows = context.store.usage(&asked)?.rows;
    let by_start: BTreeMap<DateTime<Utc>, summary::Usage> =
        rows.iter().filter_map(|row| Some((stretch_of(&row.subject)?.start, row.usage))).collect();
    let whole = Stretch { name: String::new(), start, end: first.start };
    let parts = calendar.parts(&whole, period);
    Ok(parts.iter().map(|stretch| by_start.get(&stretch.start).copied().unwrap_or_default()).collect())
}

/// What an amount of a running stretch comes to at its end, as the screen expects it: see [`Calendar::rest`].
pub(super) fn at_end(
    context: &Context,
    query: &UsageQuery,
    stretch: &Stretch,
    so_far: u128,
    measure: summary::Measure,
) -> color_eyre::Result<u128> {
    const PAST: TimeDelta = TimeDelta::days(30);
    let mut asked = UsageQuery { by: Grouping::Total, ..query.clone() };
    (asked.filter.since, asked.filter.until) = (None, Some(context.now));
    let first = context.store.usage(&asked)?.total.first;
    asked.by = Grouping::Period(Period::Hour);
    asked.filter.since = Some(context.now - PAST);
    let rows = context.store.usage(&asked)?.rows;
    let hours: Vec<(DateTime<Utc>, summary::Usage)> =
        rows.iter().filter_map(|row| Some((stretch_of(&row.subject)?.start, row.usage))).collect();
    let sum = |from: DateTime<Utc>, until: DateTime<Utc>| {
        let mut sum = summary::Usage::default();
        hours.iter().filter(|(at, _)| from <= *at && *at < until).for_each(|(_, usage)| sum += *usage);
        sum
    };
    let calendar = Calendar { zone: query.zone, week_start: query.week_start };
    let rest = calendar.rest(stretch, context.now, first, &sum);
    let linear = stretch.expected(so_far, context.now).unwrap_or(so_far);
    Ok(rest.map_or(linear, |rest| so_far.saturating_add(measure.of(&rest))))
}

impl Usage {
    /// A chart of stretches of time, with their average, the time before, what is expected of the one that runs, and the
    /// budget if it is for what is shown.
    pub(super) fn over_time(
        &self,
        context: &Context,
        query: &UsageQuery,
        (period, rows): (Period, &[UsageRow]),
        measure: summary::Measure,
    ) -> color_eyre::Result<(Chart, Vec<Stretch>)> {
        let stretches = stretches(query, period, rows, context.now);
        let by_start: BTreeMap<DateTime<Utc>, &UsageRow> =
            rows.iter().filter_map(|row| Some((stretch_of(&row.subject)?.start, row))).collect();
        let shown: Vec<Option<&UsageRow>> =
            stretches.iter().map(|stretch| by_start.get(&stretch.start).copied()).collect();
        let labels = stretches.iter().map(|stretch| label(stretch, period, query.zone));
        let mut chart = stacked(measure, labels, &shown, &palette(context)?);
        if let Some((bar, stretch)) = chart.bars.iter_mut().zip(&stretches).last() {
            let is_covered = is_covered(stretch, &query.filter, context.now);
            let expected = stretch.expected(bar.total(), context.now).filter(|_| is_covered);
            bar.expected = match expected.filter(|_| period != Period::Hour) {
                Some(_) => Some(at_end(context, query, stretch, bar.total(), measure)?),
                None => expected,
            };
        }
        for (bar, before) in chart.bars.iter_mut().zip(before(context, query, period, &stretches)?) {
            bar.before = Some(measure.of(&before)).filter(|amount| *amount > 0);
        }
        chart.each = period.name();
        let total = chart.bars.iter().map(Bar::total).fold(0, u128::saturating_add);
        chart.average = total.checked_div(chart.bars.len() as u128).filter(|_| chart.bars.len() > 1);
        let budget = context.settings.budget;
        let limit = match period {
            Period::Day => budget.daily_pico_usd(),
            Period::Month => budget.monthly_pico_usd(),
            _ => None,
        };
        let is_whole = [&self.project, &self.model, &self.session].into_iter().all(Vec::is_empty);
        chart.budget = limit.filter(|_| is_whole && measure == summary::Measure::Cost);
        Ok((chart, stretches))
    }

    /// A chart of what is no time: a bar for each row.
    pub(super) fn of_names(
        &self,
        context: &Context,
        rows: &[UsageRow],
        measure: summary::Measure,
    ) -> color_eyre::Result<Chart> {
        let shown: Vec<Option<&UsageRow>> = rows.iter().map(Some).collect();
        let labels = rows.iter().map(|row| (name(self.by(), &row.subject, context.zone), String::new()));
        Ok(stacked(measure, labels, &shown, &palette(context)?))
    }
}

/// The colors of all models of the history.
fn palette(context: &Context) -> color_eyre::Result<Palette> {
    let models = context.store.names()?.models;
    Ok(Palette::new(models.iter().map(|name| model(name))))
}

fn stacked(
    measure: summary::Measure,
    labels: impl Iterator<Item = (String, String)>,
    rows: &[Option<&UsageRow>],
    palette: &Palette,
) -> Chart {
    let mut amounts: BTreeMap<&str, Vec<u128>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        for part in row.iter().flat_map(|row| &row.models) {
            let parts = amounts.entry(model(&part.model)).or_insert_with(|| vec![0; rows.len()]);
            parts[at] += measure.of(&part.usage);
        }
    }
    let amounts: Vec<(&str, Vec<u128>)> = amounts.into_iter().collect();
    Chart::stacked(figures::unit(measure), labels, &amounts, palette)
}

/// What a row is called in a chart.
pub(super) fn name(by: By, subject: &Subject, zone: Tz) -> String {
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| NONE.to_owned());
    match subject {
        Subject::Total => "total".to_owned(),
        Subject::Undated => NONE.to_owned(),
        Subject::Period { name, .. } => name.clone(),
        Subject::Session(session) => session.title.clone().unwrap_or_else(|| "(untitled)".to_owned()),
        Subject::Named(name) if by == By::Model => model(&named(name)).to_owned(),
        Subject::Named(name) | Subject::Tool(name, _) => named(name),
        Subject::Branch { project, branch } => match project {
            Some(project) => format!("{project}/{}", named(branch)),
            None => named(branch),
        },
        Subject::Block(block) => block.start.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
    }
}
