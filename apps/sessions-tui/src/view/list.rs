//! The rows of the list, and what stands there when there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::figures;
use crate::layout::{Columns, GAP, MARGIN, Places};
use crate::library::Entry;
use crate::model::Model;
use crate::view::painter::Painter;

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    if model.list.len() == 0 {
        empty(model, area, buffer);
        return;
    }
    let columns = Columns::new(area.width, model.list.library().widest_project);
    for (row, entry) in model.list.visible(area.height.into()) {
        let y = area.y + u16::try_from(row - model.list.top).unwrap_or(0);
        if y >= area.bottom() {
            break;
        }
        let line = Rect::new(area.x, y, area.width, 1);
        draw_row(model, entry, &columns, line, buffer);
        if row == model.list.cursor() {
            let theme = &model.setup.theme;
            buffer.set_style(line.intersection(buffer.area), theme.selected);
            Painter::new(buffer, line).text("▌", theme.accent);
        }
    }
}

/// The names of the columns, on the rule above them, where the screen is wide.
pub(super) fn heads(model: &Model, places: &Places, buffer: &mut Buffer) {
    if !places.is_wide() || model.list.len() == 0 {
        return;
    }
    let columns = Columns::new(places.list.width, model.list.library().widest_project);
    let line = Rect { width: places.list.width, ..places.upper_rule };
    let mut start = MARGIN;
    for (name, width, at_right) in [
        ("when", columns.when, false),
        ("project", columns.project, false),
        ("title", columns.title, false),
        ("branch", columns.branch, false),
        ("model", columns.model, false),
        ("", columns.turns, false),
        ("tokens", columns.tokens, true),
        ("cost", columns.cost - 1, true),
    ] {
        if width == 0 {
            continue;
        }
        let length = u16::try_from(name.len()).unwrap_or(0);
        let first = if at_right { (start + width).saturating_sub(length) } else { start };
        if !name.is_empty() {
            let before = usize::from(first.saturating_sub(1));
            Painter::new(buffer, line).skip(before).text(&format!(" {name} "), model.setup.theme.dim);
        }
        start += width + GAP;
    }
}

fn draw_row(model: &Model, entry: &Entry, columns: &Columns, line: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let row = &entry.row;
    let gap = usize::from(GAP);
    let marked = |text: &str| model.marks.positions.get(text).map_or(&[][..], Vec::as_slice);
    let title = if entry.is_unreadable() || entry.title.is_none() { theme.dim } else { theme.text };
    let (mark, mark_style) = mark(model, entry);
    let when = if entry.running.is_some() {
        "now".to_owned()
    } else {
        entry.latest.map_or_else(String::new, |moment| figures::ago(moment, model.now))
    };
    let when_style = if entry.running.is_some() { theme.live } else { theme.dim };
    let mut painter = Painter::new(buffer, line).skip(1).left(mark, MARGIN - 1, mark_style);
    painter = painter.left(&when, columns.when, when_style).skip(gap);
    if columns.project > 0 {
        painter = painter
            .marked(&entry.project, columns.project, (theme.dim, theme.matched), marked(&entry.project))
            .skip(gap);
    }
    painter = painter.marked(entry.title(), columns.title, (title, theme.matched), marked(entry.title())).skip(gap);
    for (text, columns) in [(&entry.branch, columns.branch), (&entry.model, columns.model)] {
        if columns > 0 {
            painter = painter.marked(text, columns, (theme.dim, theme.matched), marked(text)).skip(gap);
        }
    }
    if columns.turns > 0 {
        let unit = if row.session.prompts == 1 { " turn " } else { " turns" };
        let count = figures::count(row.session.prompts.into());
        painter = painter.right(&count, columns.turns - 6, theme.text).text(unit, theme.dim).skip(gap);
    }
    if columns.tokens > 0 {
        painter = painter.right(&figures::tokens(row.tokens.total()), columns.tokens, theme.text).skip(gap);
    }
    let cost = figures::money_within(row.cost, row.unknown_cost_requests > 0, usize::from(columns.cost - 1));
    let digits = cost.trim_end_matches('+');
    painter = painter.right(digits, columns.cost - 1, theme.text);
    painter.text(&cost[digits.len()..], theme.dim);
}

fn mark(model: &Model, entry: &Entry) -> (&'static str, Style) {
    let theme = &model.setup.theme;
    if entry.running.is_some() {
        ("●", theme.live)
    } else if entry.is_unreadable() {
        ("◇", theme.dim)
    } else {
        ("", theme.dim)
    }
}

/// What is said where there is nothing to show, with the way on.
fn empty(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut say = |text: &str, style: Style| {
        lines.extend(
            cells::wrap(text, usize::from(area.width).saturating_sub(6), 4).into_iter().map(|line| (line, style)),
        );
    };
    let progress = model.scan.progress;
    if let Some(problem) = &model.stock.problem {
        say("The stored sessions cannot be read.", theme.error);
        say(&cells::clean(problem), theme.text);
        say("If it stays so, `sessions rebuild` makes the store again from the transcripts.", theme.dim);
    } else if !model.stock.loaded {
        say("Opening what is stored …", theme.dim);
    } else if !model.list.library().entries.is_empty() {
        say(&format!("Nothing matches “{}”.", model.query()), theme.strong);
        say("Ctrl-U empties the box.", theme.dim);
    } else if model.scan.running || !model.scan.done_once {
        say("Reading your history for the first time …", theme.strong);
        if progress.files_total > 0 {
            let (done, total) = (figures::count(progress.files_done), figures::count(progress.files_total));
            say(&format!("{done} of {total} files. Sessions appear here as they are read."), theme.dim);
        }
    } else if let Some(problem) = &model.scan.problem {
        say("The history could not be read.", theme.error);
        say(&cells::clean(problem), theme.text);
    } else {
        say("There are no Claude Code sessions yet.", theme.strong);
        let roots: Vec<String> =
            model.setup.roots.iter().map(|root| root.join("projects").display().to_string()).collect();
        say(&cells::clean(&format!("Looked in {}.", roots.join(", "))), theme.dim);
        say("Start `claude` in a project: the session is listed here seconds after the first prompt.", theme.text);
        say("If your history lies elsewhere, set CLAUDE_CONFIG_DIR to that folder.", theme.text);
        say("`sessions --demo` shows a made-up history.", theme.text);
    }
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(rows) / 3;
    for (y, (text, style)) in (top..area.bottom()).zip(&lines) {
        Painter::new(buffer, Rect::new(area.x, y, area.width, 1)).skip(3).text(text, *style);
    }
}
