//! The charts of the summary, for the view and for the mouse.

use chart::{Cursor, Frame, Ink, Picture};
use config::Budget;
use ratatui::style::Color;
use summary::{Measure, Span};

use super::{Summary, Words, calendar};
use crate::figures;
use crate::theme::Theme;

/// What the chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shape {
    /// Bars of time.
    #[default]
    Time,
    /// The hours of the week, over all time.
    Hours,
}

/// What series are told apart by: where colors are few, patterns.
fn ink(theme: &Theme) -> Ink {
    match theme.model_1.fg {
        Some(Color::Rgb(..) | Color::Indexed(16..)) => Ink::Color,
        _ => Ink::Pattern,
    }
}

/// The bars of the page.
pub(crate) fn bars_drawn(
    summary: &Summary,
    words: Words,
    budget: Budget,
    theme: &Theme,
    size: (usize, usize),
) -> Picture {
    let (page, measure) = (&summary.page, summary.measure);
    let labels = page.bars.iter().map(|bar| words.label(page.span, &bar.stretch));
    let names: Vec<String> = page.models.iter().map(|(name, _)| figures::model(name)).collect();
    let amounts = |model: usize| page.bars.iter().map(|bar| measure.of(&bar.parts[model])).collect();
    let series: Vec<(&str, Vec<u128>)> =
        names.iter().enumerate().map(|(model, name)| (name.as_str(), amounts(model))).collect();
    let mut chart = chart::Chart::stacked(figures::unit(measure), labels, &series, &summary.palette);
    for (bar, before) in chart.bars.iter_mut().zip(&page.bars_before) {
        bar.before = Some(measure.of(before)).filter(|amount| *amount > 0);
    }
    if let Some(running) = page.running_bar() {
        chart.bars[running].expected = page.expected_bar(running, measure);
    }
    chart.each = page.span.bar().name();
    chart.average = page.average(measure).filter(|average| *average > 0);
    if measure == Measure::Cost && summary.chips.is_empty() {
        chart.budget = match page.span {
            Span::Day => None,
            Span::Week | Span::Month => budget.daily_pico_usd(),
            Span::Year => budget.monthly_pico_usd(),
        };
    }
    if let Some(bar) = page.bars.get(summary.bar) {
        chart.cursor = Some(Cursor { bar: summary.bar, note: words.note(page.span, bar) });
    }
    chart::bars(&chart, Frame { width: size.0, height: size.1, ink: ink(theme) })
}

/// The hours of the week.
pub(crate) fn hours_drawn(summary: &Summary, words: Words, theme: &Theme, size: (usize, usize)) -> Picture {
    let hours = chart::Hours {
        unit: figures::unit(summary.measure),
        amounts: summary.rhythm.hour_amounts(summary.measure),
        week_start: calendar(words.zone).week_start,
        cursor: None,
    };
    chart::hours(&hours, Frame { width: size.0, height: size.1, ink: ink(theme) })
}

/// The days of the last year.
pub(crate) fn calendar_drawn(summary: &Summary, words: Words, theme: &Theme, size: (usize, usize)) -> Picture {
    let calendar = chart::Calendar {
        unit: figures::unit(summary.measure),
        last: summary.rhythm.today,
        days: summary.rhythm.day_amounts(summary.measure),
        week_start: calendar(words.zone).week_start,
        cursor: None,
    };
    chart::calendar(&calendar, Frame { width: size.0, height: size.1, ink: ink(theme) })
}
