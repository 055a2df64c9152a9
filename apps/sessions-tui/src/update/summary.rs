//! The summary: asking the store, paging, filtering, and from a row to the sessions behind it.

use std::sync::Arc;

use crossterm::event::Event;
use ratatui::layout::Position;
use summary::{Bar, Chip, Cube, Span};
use tui_input::backend::crossterm::EventHandler;

use crate::commands::Action;
use crate::figures;
use crate::message::{Effect, Ticket};
use crate::model::{Message, Model};
use crate::summary::{Behind, Focus, Pane, Shape, SummaryPlaces, Words, bars_drawn, calendar, explanation};
use crate::toast::Kind;
use crate::update::layers;

/// Opens the summary.
pub(super) fn open(model: &mut Model) {
    layers::leave(model);
    model.summary.open = true;
}

/// What is open is brought up to date: asked for, and worked out.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.summary.open {
        return;
    }
    if model.summary.is_wanting() {
        let tools = model.summary.wants_tools();
        model.summary.ticket = model.next_ticket();
        model.summary.pending = Some(tools);
        model.summary.stale = false;
        effects.push(Effect::Sum { ticket: model.summary.ticket, tools });
    }
    let places = places(model);
    let panes = model.summary.pane.beside(places.panes.len().max(1));
    let dimensions: Vec<_> = panes
        .iter()
        .filter_map(|pane| match pane {
            Pane::By(dimension) => Some(*dimension),
            Pane::Calendar | Pane::Facts => None,
        })
        .collect();
    let (zone, now) = (model.setup.zone, model.now);
    model.summary.work_out(zone, now, &dimensions);
    model.summary.keep_in_view(usize::from(places.rows().height));
}

/// Notes that the store has changed.
pub(super) fn changed(model: &mut Model) {
    model.summary.stale = model.summary.cube.is_some() || model.summary.problem.is_some();
}

/// Takes in all requests.
pub(super) fn summed(model: &mut Model, ticket: Ticket, outcome: Result<Arc<Cube>, String>) {
    if ticket != model.summary.ticket {
        return;
    }
    model.summary.pending = None;
    match outcome {
        Ok(cube) => {
            let names: Vec<String> = cube.models().map(figures::model).collect();
            model.summary.palette = chart::Palette::new(names.iter().map(String::as_str));
            model.summary.problem = None;
            if model.summary.cube.is_none() && model.summary.at.is_none() {
                // a history that ended earlier is shown where it ends
                let present = calendar(model.setup.zone).span(model.summary.span, model.now);
                model.summary.at = cube.last().filter(|last| *last < present.start);
            }
            (model.summary.cube, model.summary.told) = (Some(cube), ticket);
        }
        // what is shown stays; it is asked for again when the store has changed
        Err(problem) => model.summary.problem = Some(problem),
    }
}

pub(super) fn act(model: &mut Model, action: Action) {
    let page = usize::from(places(model).rows().height).max(2) - 1;
    let summary = &mut model.summary;
    summary.clicked = None;
    match action {
        Action::Measure => summary.measure = summary.measure.other(),
        Action::SpanDay => span(model, Span::Day),
        Action::SpanWeek => span(model, Span::Week),
        Action::SpanMonth => span(model, Span::Month),
        Action::SpanYear => span(model, Span::Year),
        Action::Hours => {
            summary.shape = if summary.shape == Shape::Hours { Shape::Time } else { Shape::Hours };
        }
        Action::Earlier => turn(model, false),
        Action::Later => turn(model, true),
        Action::Today => {
            summary.at = None;
            summary.shape = Shape::Time;
        }
        Action::NextBar => bar(model, 1),
        Action::PreviousBar => bar(model, -1),
        Action::Enter => enter(model),
        Action::Outward => outward(model),
        Action::NextPane => pane(model, |pane| pane.step(true)),
        Action::PreviousPane => pane(model, |pane| pane.step(false)),
        Action::Down => row(model, |row| row + 1),
        Action::Up => row(model, |row| row.saturating_sub(1)),
        Action::PageDown => row(model, |row| row + page),
        Action::PageUp => row(model, |row| row.saturating_sub(page)),
        Action::First => row(model, |_| 0),
        Action::Last => row(model, |_| usize::MAX),
        Action::Sort => summary.order = summary.order.next(),
        Action::Narrow => {
            summary.narrowing = true;
            summary.focus = Focus::Rows;
        }
        Action::Accept => summary.narrowing = false,
        Action::Back => {
            summary.narrowing = false;
            summary.narrow.reset();
        }
        Action::Open => behind(model),
        Action::Explain => {
            let text = explanation(&model.summary, words(model));
            model.message = Some(Message { title: "What the figures say".to_owned(), text });
        }
        Action::StepBack => step_back(model),
        Action::Close => summary.open = false,
        _ => {}
    }
}

/// Letters that the rows are narrowed by.
pub(super) fn typed(model: &mut Model, event: &Event) {
    model.summary.narrow.handle_event(event);
    (model.summary.row, model.summary.top) = (0, 0);
}

/// The period before or after.
fn turn(model: &mut Model, forward: bool) {
    let end = if forward { "This is the present period" } else { "Nothing was asked before that" };
    if !model.summary.turn(forward, model.now) {
        model.say(Kind::Note, end);
    }
}

/// Another stretch of time around what is looked at: around the bar under the cursor, where one is.
fn span(model: &mut Model, span: Span) {
    let summary = &mut model.summary;
    let is_now = summary.page.is_running && summary.page.running_bar() == Some(summary.bar);
    let bar = summary.page.bars.get(summary.bar).map(|bar| bar.stretch.start);
    let at = if is_now { None } else { bar.filter(|bar| *bar <= model.now).or(summary.at) };
    summary.look(span, at);
}

fn bar(model: &mut Model, by: isize) {
    let summary = &mut model.summary;
    (summary.focus, summary.shape) = (Focus::Bars, Shape::Time);
    summary.bar = summary.bar.saturating_add_signed(by).min(summary.page.bars.len().saturating_sub(1));
}

fn pane(model: &mut Model, step: impl Fn(Pane) -> Pane) {
    let summary = &mut model.summary;
    summary.pane = step(summary.pane);
    summary.focus = Focus::Rows;
    summary.narrow.reset();
    (summary.row, summary.top) = (0, 0);
}

fn row(model: &mut Model, to: impl Fn(usize) -> usize) {
    let summary = &mut model.summary;
    // the first step only goes there
    if summary.focus == Focus::Rows {
        summary.row = to(summary.row);
    }
    summary.focus = Focus::Rows;
}

fn enter(model: &mut Model) {
    match model.summary.focus {
        Focus::Bars => look_into(model),
        Focus::Rows => {
            let Pane::By(dimension) = model.summary.pane else { return };
            let Some(key) = model.summary.chosen().map(|entry| entry.key.clone()) else { return };
            model.summary.filter(dimension, key);
        }
    }
}

fn look_into(model: &mut Model) {
    let summary = &mut model.summary;
    if summary.shape == Shape::Hours {
        return;
    }
    let begun = |bar: &&Bar| bar.stretch.start <= model.now;
    let Some(bar) = summary.page.bars.get(summary.bar).filter(begun) else { return };
    match summary.span.inner() {
        Some(inner) => {
            let start = bar.stretch.start;
            summary.look(inner, Some(start));
        }
        None => model.say(Kind::Note, "Hours are not divided; o lists the sessions of this one"),
    }
}

fn outward(model: &mut Model) {
    let summary = &mut model.summary;
    if let Some(outer) = summary.span.outer() {
        let start = summary.page.stretch.start;
        summary.look(outer, (!summary.page.is_running).then_some(start));
        summary.come_from = Some(start);
    }
}

fn step_back(model: &mut Model) {
    let summary = &mut model.summary;
    if !summary.narrow.value().is_empty() {
        summary.narrow.reset();
    } else if summary.chips.pop().is_none() {
        summary.open = false;
    }
}

/// Shows the sessions behind the bar or the row under the cursor in the list.
fn behind(model: &mut Model) {
    let words = words(model);
    let summary = &model.summary;
    let Some(cube) = summary.cube.clone() else { return };
    let mut chips = summary.chips.clone();
    let (stretch, mut label) = match summary.focus {
        Focus::Bars => {
            let Some(bar) = summary.page.bars.get(summary.bar) else { return };
            (bar.stretch.clone(), vec![words.bar(summary.span, &bar.stretch)])
        }
        Focus::Rows => (summary.page.stretch.clone(), vec![words.period_alone(&summary.page)]),
    };
    if let (Focus::Rows, Pane::By(dimension), Some(entry)) = (summary.focus, summary.pane, summary.chosen()) {
        let chip = Chip { dimension, key: entry.key.clone() };
        if !chips.contains(&chip) {
            chips.push(chip);
        }
    }
    label.extend(chips.iter().map(crate::summary::chip));
    let sessions = cube.sessions_behind(Some(&stretch), &chips);
    if sessions.is_empty() {
        model.say(Kind::Note, "No session is behind it");
        return;
    }
    let label = label.join(" · ");
    model.list.keep_within(Some(Behind { label, sessions: sessions.into_iter().collect() }));
    model.summary.open = false;
    model.in_box = false;
}

pub(super) fn places(model: &Model) -> SummaryPlaces {
    SummaryPlaces::new(model.size.0, model.size.1, model.summary.focus, model.summary.pane)
}

fn words(model: &Model) -> Words {
    Words { zone: model.setup.zone }
}

/// A click: on a bar or a row it goes there, a second one looks into it; on a name it shows that breakdown.
pub(super) fn click(model: &mut Model, at: Position) {
    let places = places(model);
    let rows = places.rows();
    if places.chart.contains(at) && model.summary.shape == Shape::Time {
        let size = (usize::from(places.chart.width), usize::from(places.chart.height));
        let picture = bars_drawn(&model.summary, words(model), model.setup.budget, &model.setup.theme, size);
        let hit = picture.at(usize::from(at.x - places.chart.x), usize::from(at.y - places.chart.y));
        let Some(bar) = hit else { return };
        (model.summary.focus, model.summary.bar) = (Focus::Bars, bar);
        if is_second(model, (Focus::Bars, bar)) {
            look_into(model);
        }
    } else if rows.contains(at) {
        let row = model.summary.top + usize::from(at.y - rows.y);
        if row >= model.summary.rows_count() {
            return;
        }
        (model.summary.focus, model.summary.row) = (Focus::Rows, row);
        if is_second(model, (Focus::Rows, row)) {
            enter(model);
        }
    } else if at.y + 1 == rows.y
        && (rows.x..rows.right()).contains(&at.x)
        && let Some(chosen) = Pane::at(usize::from(at.x - rows.x))
    {
        pane(model, |_| chosen);
    }
}

/// Whether the same was clicked just before.
fn is_second(model: &mut Model, clicked: (Focus, usize)) -> bool {
    let again = model.summary.clicked == Some(clicked);
    model.summary.clicked = (!again).then_some(clicked);
    again
}
