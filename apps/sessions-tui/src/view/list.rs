//! The rows of the list, and what stands there when there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use search::Marks;

use crate::arrangement::Group;
use crate::cells;
use crate::condition::{self, Condition};
use crate::figures;
use crate::layout::{Columns, GAP, MARGIN, Places};
use crate::library::{Entry, Widest};
use crate::list::Shown;
use crate::model::Model;
use crate::sort::Sort;
use crate::theme::Theme;
use crate::view::hits;
use crate::view::painter::Painter;

/// Columns of a row's space between two columns.
const BETWEEN: usize = GAP as usize;

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    if model.list.len() == 0 {
        empty(model, area, buffer);
        return;
    }
    let columns = columns(model, area.width);
    for (row, shown) in model.list.rows(area.height.into()) {
        let y = area.y + u16::try_from(model.list.below.lines_between(model.list.top, row)).unwrap_or(u16::MAX / 2);
        if y >= area.bottom() {
            break;
        }
        let line = Rect::new(area.x, y, area.width, 1);
        hits::draw(model, row, Rect { y: y + 1, ..line }.intersection(area), buffer);
        match shown {
            Shown::Session(entry) => draw_session(model, entry, &columns, line, buffer),
            Shown::Group(group) => draw_group(model, group, &columns, line, buffer),
        }
        if row == model.list.cursor() {
            let theme = &model.setup.theme;
            buffer.set_style(line.intersection(buffer.area), theme.selected);
            Painter::new(buffer, line).text("▌", theme.accent);
        }
    }
}

/// The columns; where headings name the projects, rows do not.
fn columns(model: &Model, width: u16) -> Columns {
    let widest = model.list.library().widest;
    let project = if model.list.arrangement().grouped { 0 } else { widest.project };
    Columns::new(width, Widest { project, ..widest })
}

/// The names of the columns, on the rule above them, where the screen is wide; the one that is sorted by has an arrow.
pub(super) fn heads(model: &Model, places: &Places, buffer: &mut Buffer) {
    if !places.is_wide() || model.list.len() == 0 {
        return;
    }
    let theme = &model.setup.theme;
    let columns = columns(model, places.list.width);
    let line = Rect { width: places.list.width, ..places.upper_rule };
    let sort = model.list.arrangement().sort;
    let mut start = MARGIN;
    let marks = if columns.marks > 0 { columns.marks + GAP } else { 0 };
    for (by, width, at_right) in [
        (Sort::When, columns.when, false),
        (Sort::Project, columns.project, false),
        (Sort::Title, columns.title, false),
        (Sort::Branch, columns.branch, false),
        (Sort::Model, columns.model, false),
        (Sort::Turns, columns.turns, true),
        (Sort::Tokens, columns.tokens, true),
        (Sort::Cost, columns.cost - 1, true),
        (Sort::State, columns.state, false),
    ] {
        if width == 0 {
            continue;
        }
        let is_sorted = by == sort;
        let name = if is_sorted { format!("{} {}", by.name(), arrow(model)) } else { by.name().to_owned() };
        let length = u16::try_from(cells::width(&name)).unwrap_or(0);
        start += if by == Sort::Title { marks } else { 0 };
        let first = if at_right { (start + width).saturating_sub(length) } else { start };
        let style = if is_sorted { theme.accent } else { theme.dim };
        let before = usize::from(first.saturating_sub(1));
        Painter::new(buffer, line).skip(before).text(&format!(" {name} "), style);
        start += width + GAP + u16::from(by == Sort::Cost);
    }
}

/// Which way the list is sorted.
pub(super) fn arrow(model: &Model) -> &'static str {
    let arrangement = model.list.arrangement();
    if arrangement.sort.descends() == arrangement.reversed { "↑" } else { "↓" }
}

fn draw_session(model: &Model, entry: &Entry, columns: &Columns, line: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let row = &entry.row;
    let state = model.state(entry);
    let marked = |text: &str| model.letters.positions.get(text).map_or(&[][..], Vec::as_slice);
    let title = if entry.is_unreadable() || entry.title.is_none() { theme.dim } else { theme.text };
    let chosen = model.list.is_chosen(entry);
    let (mark, mark_style) = match (chosen, model.shelf.is_open(row.id())) {
        (true, _) => ("✓", theme.accent),
        (false, true) => ("≡", if state.mark().is_empty() { theme.text } else { style(state, theme) }),
        (false, false) => (state.mark(), style(state, theme)),
    };
    let when = if entry.running.is_some() {
        "now".to_owned()
    } else {
        entry.latest.map_or_else(String::new, |moment| figures::ago(moment, model.now))
    };
    let when_style = if entry.running.is_some() { theme.live } else { theme.dim };
    let mut painter = Painter::new(buffer, line).skip(1).left(mark, MARGIN - 1, mark_style);
    painter = painter.left(&when, columns.when, when_style).skip(BETWEEN);
    if columns.project > 0 {
        let (project, styles) = (&entry.project, (theme.dim, theme.matched));
        painter = painter.marked(project, columns.project, styles, marked(project)).skip(BETWEEN);
    }
    if columns.marks > 0 {
        painter = letters(painter, &entry.marks, columns.marks, theme).skip(BETWEEN);
    }
    painter = painter.marked(entry.title(), columns.title, (title, theme.matched), marked(entry.title())).skip(BETWEEN);
    for (text, columns) in [(&entry.branch, columns.branch), (&entry.model, columns.model)] {
        if columns > 0 {
            painter = painter.marked(text, columns, (theme.dim, theme.matched), marked(text)).skip(BETWEEN);
        }
    }
    let figures = Figures {
        turns: row.session.prompts.into(),
        tokens: row.tokens.total(),
        cost: row.cost,
        is_part: row.unknown_cost_requests > 0,
    };
    let painter = figures.draw(painter, columns, theme.text, theme);
    if columns.state > 0 {
        let words = match state {
            Condition::Elsewhere => condition::state(row, &entry.marks, model.now),
            _ => state.words(),
        };
        painter.left(&words, columns.state, style(state, theme));
    }
}

/// A letter for each thing that people said about a session.
fn letters<'a>(mut painter: Painter<'a>, marks: &Marks, columns: u16, theme: &Theme) -> Painter<'a> {
    let letters = marks.letters();
    for letter in letters.chars() {
        painter = painter.text(letter.encode_utf8(&mut [0; 4]), if letter == '*' { theme.star } else { theme.tag });
    }
    painter.skip(usize::from(columns).saturating_sub(letters.len()))
}

/// The heading of a project, its sums below the figures of its sessions.
fn draw_group(model: &Model, group: &Group, columns: &Columns, line: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let chosen = group.sessions.iter().filter_map(|at| model.list.library().entries.get(*at));
    let all_chosen = chosen.into_iter().all(|entry| model.list.is_chosen(entry));
    let fold = if group.folded { "▸" } else { "▾" };
    let (mark, mark_style) = if all_chosen { ("✓", theme.accent) } else { (fold, theme.dim) };
    let named = |columns: u16| if columns > 0 { usize::from(columns) + BETWEEN } else { 0 };
    let words = [columns.when, columns.project, columns.marks, columns.title, columns.branch, columns.model];
    let room = words.into_iter().map(named).sum::<usize>().saturating_sub(BETWEEN);
    let count = format!("  {}", figures::counted(group.sum.sessions as u64, "session"));
    let name = if group.project.is_empty() { "(no project)" } else { &group.project };
    let name = cells::cut(name, room.saturating_sub(cells::width(&count)));
    let marked = model.letters.positions.get(name.as_ref()).map_or(&[][..], Vec::as_slice);
    let wide = u16::try_from(cells::width(&name)).unwrap_or(0);
    let rest = u16::try_from(room).unwrap_or(u16::MAX).saturating_sub(wide);
    let painter = Painter::new(buffer, line)
        .skip(1)
        .left(mark, MARGIN - 1, mark_style)
        .marked(&name, wide, (theme.strong, theme.matched), marked)
        .left(&count, rest, theme.dim)
        .skip(BETWEEN);
    let figures = Figures {
        turns: group.sum.turns,
        tokens: group.sum.tokens.total(),
        cost: group.sum.cost,
        is_part: group.sum.unknown > 0,
    };
    figures.draw(painter, columns, theme.strong, theme);
}

/// The figures of a row.
struct Figures {
    turns: u64,
    tokens: u64,
    cost: pricing::NanoUsd,
    /// Whether the cost of some requests is not known.
    is_part: bool,
}

impl Figures {
    fn draw<'a>(&self, mut painter: Painter<'a>, columns: &Columns, style: Style, theme: &Theme) -> Painter<'a> {
        if columns.turns > 0 {
            let unit = if self.turns == 1 { " turn " } else { " turns" };
            let (count, room) = (figures::count(self.turns), usize::from(columns.turns) - unit.len());
            painter = if cells::width(&count) > room {
                painter.right(&count, columns.turns, style)
            } else {
                painter.right(&count, columns.turns - 6, style).text(unit, theme.dim)
            };
            painter = painter.skip(BETWEEN);
        }
        if columns.tokens > 0 {
            painter = painter.right(&figures::tokens(self.tokens), columns.tokens, style).skip(BETWEEN);
        }
        let cost = figures::money_within(self.cost, self.is_part, usize::from(columns.cost - 1));
        let digits = cost.trim_end_matches('+');
        let rest = &cost[digits.len()..];
        let painter = painter.right(digits, columns.cost - 1, style).left(rest, 1, theme.dim);
        painter.skip(BETWEEN)
    }
}

fn style(state: Condition, theme: &Theme) -> Style {
    match state {
        Condition::Live => theme.live,
        Condition::Warm { .. } => theme.accent,
        Condition::Ending { .. } => theme.warning,
        Condition::Archived => theme.archived,
        Condition::Gone | Condition::Recorded => theme.gone,
        Condition::Elsewhere | Condition::Fragment | Condition::Resting => theme.dim,
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
        let extent = model.list.here().name(model.list.arrangement().extent);
        match &extent {
            Some(place) if model.query().is_empty() => say(&format!("No session ran in {place}."), theme.strong),
            Some(place) => say(&format!("Nothing in {place} matches “{}”.", model.query()), theme.strong),
            None => {
                for (text, style) in hits::nothing(model) {
                    say(&text, style);
                }
            }
        }
        if extent.is_some() {
            if !model.query().is_empty() {
                say("Ctrl-U empties the box.", theme.dim);
            }
            say("`.` in the list (Tab) widens the scope.", theme.dim);
        }
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
