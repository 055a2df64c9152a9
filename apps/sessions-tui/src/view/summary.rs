//! The summary on the screen: figures, chart, panes, and how far they can be trusted.

mod facts;
mod rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::figures;
use crate::model::Model;
use crate::summary::{
    Pane, Shape, SummaryPlaces, Words, amount, bars_drawn, calendar_drawn, chip, honesty, hours_drawn, measured,
};
use crate::view::painter::{Painter, rule};
use crate::view::sessions;
use chart::Picture;

/// Draws the summary; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let places = SummaryPlaces::new(area.width, area.height, summary.focus, summary.pane);
    top_line(model, &places, buffer);
    rule(buffer, places.upper_rule, theme.rule);
    if summary.cube.is_none() {
        waiting(model, places.chart, buffer);
        return None;
    }
    figures_line(model, &places, buffer);
    chart(model, &places, buffer);
    rule(buffer, places.middle_rule, theme.rule);
    position(model, &places, buffer);
    let mut cursor = None;
    for (at, (pane, place)) in summary.pane.beside(places.panes.len()).into_iter().zip(&places.panes).enumerate() {
        let place = Rect { width: place.width.saturating_sub(1), ..*place };
        if at == 0 {
            cursor = heading(model, place, buffer);
        } else {
            let name = if pane == Pane::Facts { "cache, efficiency, rhythm" } else { pane.name() };
            Painter::new(buffer, place).skip(1).text(name, theme.dim);
        }
        let below = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
        match pane {
            Pane::By(dimension) => rows::draw(model, dimension, below, at == 0, buffer),
            Pane::Calendar => {
                let size = (usize::from(below.width.saturating_sub(1)), usize::from(below.height));
                picture(model, &calendar_drawn(summary, words(model), theme, size), indented(below), buffer);
            }
            Pane::Facts => facts::draw(model, below, buffer),
        }
    }
    honesty_line(model, &places, buffer);
    cursor
}

fn words(model: &Model) -> Words {
    Words { zone: model.setup.zone }
}

fn indented(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }
}

fn waiting(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (text, style) = match &model.summary.problem {
        Some(problem) => (problem.as_str(), model.setup.theme.error),
        None => ("Reading all requests …", model.setup.theme.dim),
    };
    for (line, y) in cells::wrap(text, usize::from(area.width.saturating_sub(2)), 3).iter().zip(area.y..area.bottom()) {
        Painter::new(buffer, Rect::new(area.x, y, area.width, 1)).skip(1).text(line, style);
    }
}

/// Where one is, and what scan and store are at.
fn top_line(model: &Model, places: &SummaryPlaces, buffer: &mut Buffer) {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let state = sessions::state(model);
    let period = match summary.shape {
        _ if summary.cube.is_none() => String::new(),
        Shape::Time => words(model).period(&summary.page),
        Shape::Hours => "hours of the week, over all time".to_owned(),
    };
    let mut painter = Painter::new(buffer, places.top).skip(1).text("Summary", theme.strong).skip(2);
    if model.setup.demo {
        painter = painter.text("demo: a made-up history", theme.warning).skip(2);
    }
    painter.text(summary.measure.name(), theme.accent).text(" · ", theme.dim).text(&period, theme.text);
    let indent = usize::from(places.top.width).saturating_sub(cells::width(&state) + 1);
    Painter::new(buffer, places.top).skip(indent).text(&state, theme.dim);
}

/// What the period came to; to the right what filters it.
fn figures_line(model: &Model, places: &SummaryPlaces, buffer: &mut Buffer) {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let (page, measure) = (&summary.page, summary.measure);
    let width = usize::from(places.figures.width);
    let chips = chips_within(&summary.chips, width / 2);
    let room = width.saturating_sub(cells::width(&chips) + 3);
    let area = Rect { width: u16::try_from(room).unwrap_or(u16::MAX), ..places.figures };
    let mut painter = Painter::new(buffer, area).skip(1);
    if summary.shape == Shape::Hours {
        // the hours are of all time, the figures and rows are not
        painter = painter.text(&words(model).period(page), theme.text).skip(2);
    }
    painter = painter.text("total ", theme.dim).text(&measured(measure, &page.total), theme.strong);
    for (label, value, style) in parts(model) {
        let columns = cells::width(&label) + cells::width(&value) + 2;
        if painter.room() < columns {
            continue;
        }
        painter = painter.skip(2).text(&label, theme.dim).text(&value, style);
    }
    let indent = width.saturating_sub(cells::width(&chips) + 1);
    Painter::new(buffer, places.figures).skip(indent).text(&chips, theme.accent);
}

/// The filters as far as they have room, the last ones first: those are taken off first. How many more there are stands
/// before them.
fn chips_within(chips: &[summary::Chip], columns: usize) -> String {
    const WIDEST: usize = 32;
    let texts = chips.iter().rev().map(|filter| format!("{} ✕", cells::cut(&chip(filter), WIDEST)));
    let mut shown = String::new();
    for (at, text) in texts.enumerate() {
        let left = chips.len() - at - 1;
        let more = if left > 0 { 4 } else { 0 };
        if at > 0 && cells::width(&shown) + cells::width(&text) + 2 + more > columns {
            return format!("+{}  {shown}", left + 1);
        }
        shown = if at == 0 { text } else { format!("{text}  {shown}") };
    }
    cells::cut(&shown, columns).into_owned()
}

/// Labels and figures beside the total, the most important first.
fn parts(model: &Model) -> Vec<(String, String, Style)> {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let (page, measure) = (&summary.page, summary.measure);
    let mut parts = Vec::new();
    let last = summary.cube.as_ref().and_then(|cube| cube.last());
    if let Some(last) = last.filter(|_| page.total.requests == 0 && summary.chips.is_empty()) {
        let date = last.with_timezone(&model.setup.zone).format("%-d %B %Y").to_string();
        return vec![("the last request was made on ".to_owned(), date, theme.text)];
    }
    if let Some(change) = page.change(measure) {
        let arrow = match change {
            1.. => "▲",
            0 => "=",
            _ => "▼",
        };
        let label = format!("{arrow} {} % ", figures::count(change.unsigned_abs()));
        parts.push((label, format!("on {}", words(model).before(page)), theme.dim));
    }
    if let Some(average) = page.average(measure).filter(|_| page.bars.len() > 1) {
        let each = page.span.bar().name();
        parts.push(("avg ".to_owned(), format!("{} per {each}", amount(measure, average)), theme.text));
    }
    if let Some(expected) = page.expected(measure).filter(|expected| *expected > 0) {
        let label = if page.expects_as_before() { "at 28-day pace " } else { "expected " };
        parts.push((label.to_owned(), amount(measure, expected), theme.text));
    }
    if let Some((label, value, style)) = budget(model) {
        parts.push((label, value, style));
    }
    parts.push((String::new(), figures::counted(page.sessions, "session"), theme.dim));
    let other = measure.other();
    parts.push((String::new(), format!("{}{}", measured(other, &page.total), unit(other)), theme.dim));
    parts
}

fn unit(measure: summary::Measure) -> &'static str {
    match measure {
        summary::Measure::Cost => "",
        summary::Measure::Tokens => " tokens",
    }
}

/// How the budget of the period is kept, where it has one.
fn budget(model: &Model) -> Option<(String, String, Style)> {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let limit = match summary.page.span {
        summary::Span::Day => model.setup.budget.daily_pico_usd(),
        summary::Span::Month => model.setup.budget.monthly_pico_usd(),
        summary::Span::Week | summary::Span::Year => None,
    };
    let limit = limit.filter(|_| summary.chips.is_empty())?;
    let cost = summary::Measure::Cost;
    let (spent, expected) = (cost.of(&summary.page.total), summary.page.expected(cost));
    let style = if spent > limit {
        theme.error
    } else if expected.is_some_and(|expected| expected > limit) {
        theme.warning
    } else {
        theme.done
    };
    Some(("budget ".to_owned(), amount(cost, limit), style))
}

fn chart(model: &Model, places: &SummaryPlaces, buffer: &mut Buffer) {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let size = (usize::from(places.chart.width), usize::from(places.chart.height));
    if summary.cube.as_ref().is_some_and(|cube| cube.is_empty()) {
        let text = "No request is stored yet. Sessions appear here once they are found.";
        Painter::new(buffer, places.chart).skip(1).text(text, theme.dim);
        return;
    }
    let drawn = match summary.shape {
        Shape::Time => bars_drawn(summary, words(model), model.setup.budget, theme, size),
        Shape::Hours => hours_drawn(summary, words(model), theme, size),
    };
    picture(model, &drawn, places.chart, buffer);
    let below = drawn.rows.len();
    if summary.shape == Shape::Hours && below < usize::from(places.chart.height) {
        let line = Rect { y: places.chart.y + u16::try_from(below).unwrap_or(0), height: 1, ..places.chart };
        let text = format!("h goes back to the bars of {}", words(model).period_alone(&summary.page));
        Painter::new(buffer, line).skip(1).text(&text, theme.dim);
    }
}

/// Where the cursor stands among rows that do not all fit.
fn position(model: &Model, places: &SummaryPlaces, buffer: &mut Buffer) {
    let rows = model.summary.rows_count();
    let area = Rect { width: places.rows().width, ..places.middle_rule };
    if rows > usize::from(places.rows().height) && !area.is_empty() {
        let count = |number: usize| figures::count(number as u64);
        let text = format!(" {} / {} ", count(model.summary.row + 1), count(rows));
        let indent = usize::from(area.width).saturating_sub(cells::width(&text) + 2);
        Painter::new(buffer, area).skip(indent).text(&text, model.setup.theme.dim);
    }
}

fn picture(model: &Model, picture: &Picture, area: Rect, buffer: &mut Buffer) {
    for (row, y) in picture.rows.iter().zip(area.y..area.bottom()) {
        buffer.set_line(area.x, y, &model.setup.theme.line(row), area.width);
    }
}

/// The names of the panes, or what the rows are narrowed to; where the text cursor stands comes back.
fn heading(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let narrow = summary.narrow.value();
    if summary.narrowing || !narrow.is_empty() {
        let label = format!("{} with /", summary.pane.name());
        let painter = Painter::new(buffer, area).skip(1).text(&label, theme.dim).text(narrow, theme.accent);
        let column = usize::from(area.width) - painter.room();
        return summary.narrowing.then_some((area.x + u16::try_from(column).unwrap_or(0), area.y));
    }
    let (before, gap) = crate::summary::TABS;
    let all: Vec<Pane> = Pane::all().collect();
    let columns = |panes: &[Pane]| panes.iter().map(|pane| cells::width(pane.name()) + gap).sum::<usize>() + before;
    let chosen = all.iter().position(|pane| *pane == summary.pane).unwrap_or(0);
    // where they do not all fit, the first ones give way to the chosen one
    let skipped =
        (0..chosen).find(|skipped| columns(&all[*skipped..=chosen]) <= usize::from(area.width)).unwrap_or(chosen);
    let mut painter = Painter::new(buffer, area).skip(before);
    for pane in all.into_iter().skip(skipped) {
        let style = if pane == summary.pane { theme.accent } else { theme.dim };
        painter = painter.text(pane.name(), style).skip(gap);
    }
    None
}

fn honesty_line(model: &Model, places: &SummaryPlaces, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let (is_warning, text) = honesty(&model.summary);
    let painter = Painter::new(buffer, places.honesty).skip(1);
    let painter = if is_warning { painter.text("! ", theme.warning) } else { painter };
    painter.text(&text, if is_warning { theme.warning } else { theme.dim });
}
