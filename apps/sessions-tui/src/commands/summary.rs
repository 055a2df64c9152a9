//! What keys do in the summary, the most important first.

use crossterm::event::KeyCode;

use super::{Action, Command, Scope, command};
use crate::key::Key;
use crate::model::Model;

pub(super) const COMMANDS: &[Command] = &[
    command("summary", Scope::Everywhere, Action::Summary, "Summary: what tokens and money went into")
        .also("costs usage charts statistics budget spending")
        .keys(&[Key::code(KeyCode::F(2))])
        .letters(&[Key::char('2')])
        .hint_when("summary", has_room),
    command("summary.enter", Scope::Summary, Action::Enter, "Look into the bar; on a row, filter everything by it")
        .keys(&[Key::ENTER])
        .hint("choose"),
    command("summary.earlier", Scope::Summary, Action::Earlier, "The period before")
        .letters(&[Key::LEFT])
        .hint("period"),
    command("summary.later", Scope::Summary, Action::Later, "The period after").letters(&[Key::RIGHT]),
    command(
        "summary.next-pane",
        Scope::Summary,
        Action::NextPane,
        "By something else: model, kind, type, branch, tool …",
    )
    .keys(&[Key::TAB])
    .hint("by"),
    command("summary.previous-pane", Scope::Summary, Action::PreviousPane, "The breakdown before")
        .keys(&[Key::SHIFT_TAB]),
    command("summary.open", Scope::Summary, Action::Open, "List the sessions behind the bar or the row")
        .letters(&[Key::char('o')])
        .hint("sessions"),
    command("summary.measure", Scope::Summary, Action::Measure, "Cost or tokens")
        .also("switch")
        .letters(&[Key::char('t')])
        .hint_when("tokens", |model| model.summary.measure == summary::Measure::Cost),
    command("summary.explain", Scope::Summary, Action::Explain, "Why figures may be too low, and what they follow")
        .also("wrong prices")
        .letters(&[Key::char('!')])
        .hint("why"),
    command("summary.close", Scope::Summary, Action::Close, "Back to the list")
        .keys(&[Key::code(KeyCode::F(2))])
        .letters(&[Key::char('q'), Key::char('1')])
        .hint("list"),
    command("summary.previous-bar", Scope::Summary, Action::PreviousBar, "To the bar before")
        .letters(&[Key::char('[')])
        .hint("bar"),
    command("summary.next-bar", Scope::Summary, Action::NextBar, "To the next bar")
        .letters(&[Key::char(']'), Key::char('l')]),
    command("summary.out", Scope::Summary, Action::Outward, "Out again: from a day to its month, to its year")
        .keys(&[Key::code(KeyCode::Backspace)]),
    command("summary.day", Scope::Summary, Action::SpanDay, "A day by its hours")
        .also("today")
        .letters(&[Key::char('d')])
        .hint("day"),
    command("summary.week", Scope::Summary, Action::SpanWeek, "A week by its days")
        .also("weekly")
        .letters(&[Key::char('w')])
        .hint("week"),
    command("summary.month", Scope::Summary, Action::SpanMonth, "A month by its days")
        .also("monthly")
        .letters(&[Key::char('m')])
        .hint("month"),
    command("summary.year", Scope::Summary, Action::SpanYear, "A year by its months")
        .also("yearly")
        .letters(&[Key::char('y')])
        .hint("year"),
    command("summary.hours", Scope::Summary, Action::Hours, "The hours of the week over all time, or back")
        .also("rhythm heatmap")
        .letters(&[Key::char('h')])
        .hint_when("hours", |model| model.summary.shape == crate::summary::Shape::Time),
    command("summary.today", Scope::Summary, Action::Today, "The present period").letters(&[Key::char('0')]),
    command("summary.narrow", Scope::Summary, Action::Narrow, "Narrow the rows by typing")
        .also("filter")
        .letters(&[Key::char('/')])
        .hint("narrow"),
    command("summary.sort", Scope::Summary, Action::Sort, "Sort rows by amount, by name, by requests")
        .letters(&[Key::char('s')])
        .hint("sort"),
    command("summary.back", Scope::Summary, Action::StepBack, "Take the last filter off, else back to the list")
        .keys(&[Key::ESC]),
    command("summary.down", Scope::Summary, Action::Down, "Next row").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("summary.up", Scope::Summary, Action::Up, "Previous row").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("summary.page-down", Scope::Summary, Action::PageDown, "One page of rows down").keys(&[Key::PAGE_DOWN]),
    command("summary.page-up", Scope::Summary, Action::PageUp, "One page of rows up").keys(&[Key::PAGE_UP]),
    command("summary.first", Scope::Summary, Action::First, "First row").keys(&[Key::HOME]).letters(&[Key::char('g')]),
    command("summary.last", Scope::Summary, Action::Last, "Last row").keys(&[Key::END]).letters(&[Key::char('G')]),
    command("narrow.accept", Scope::Narrow, Action::Accept, "Keep these rows").keys(&[Key::ENTER]).hint("keep"),
    command("narrow.down", Scope::Narrow, Action::Down, "Next row").keys(&[Key::DOWN]),
    command("narrow.up", Scope::Narrow, Action::Up, "Previous row").keys(&[Key::UP]),
    command("narrow.cancel", Scope::Narrow, Action::Back, "Show all rows again").keys(&[Key::ESC]).hint("cancel"),
];

/// On a narrow screen the keys of the list itself matter more.
fn has_room(model: &Model) -> bool {
    model.scope() == Scope::Sessions && (model.in_box || model.size.0 >= ROOMY)
}

/// Columns from which on there is room for more than the keys of the list.
const ROOMY: u16 = 100;
