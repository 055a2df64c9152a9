//! The main screen: top line, search box, list, preview.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::figures;
use crate::layout::Places;
use crate::model::Model;
use crate::sort::Sort;
use crate::view::painter::{Painter, rule};
use crate::view::{finding, input, list};

/// Draws the main screen; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    top_line(model, places, buffer);
    let cursor = search_box(model, places, buffer);
    rule(buffer, places.upper_rule, theme.rule);
    list::heads(model, places, buffer);
    finding::below_box(model, places, buffer);
    list::draw(model, places.list, buffer);
    rule(buffer, places.middle_rule, theme.rule);
    position(model, places, buffer);
    let (x, right) = (places.preview.x + 1, places.preview.right());
    for (y, line) in (places.preview.y..places.preview.bottom()).zip(&model.preview.lines) {
        buffer.set_line(x, y, line, right.saturating_sub(x));
    }
    cursor
}

fn top_line(model: &Model, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let all = model.list.library().entries.len();
    let counts = counts(model);
    let state = state(model);
    let room = usize::from(places.top.width).saturating_sub(2);
    let left = room.saturating_sub(cells::width(&state) + 2);
    let mut painter = Painter::new(buffer, places.top).skip(1).text("Sessions", theme.strong).skip(2);
    if model.setup.demo {
        painter = painter.text("demo: a made-up history", theme.warning).skip(2);
    }
    if model.stock.loaded && all > 0 {
        let taken = room - painter.room().min(room);
        let style = if model.list.chosen_sum().is_some() { theme.accent } else { theme.dim };
        painter.text(&cells::cut(&counts, left.saturating_sub(taken)), style);
    }
    let style = if model.scan.problem.is_some() || model.stock.problem.is_some() { theme.error } else { theme.dim };
    let indent = room.saturating_sub(cells::width(&state)) + 1;
    Painter::new(buffer, places.top).skip(indent).text(&state, style);
}

/// How many sessions are shown of how many, from where and in which order; where some are chosen, what they come to.
fn counts(model: &Model) -> String {
    let (library, arrangement) = (model.list.library(), model.list.arrangement());
    let (shown, all) = (model.list.sessions(), library.entries.len());
    let count = |number: usize| figures::count(number as u64);
    if let Some(sum) = model.list.chosen_sum() {
        let cost = figures::money(sum.cost, sum.unknown > 0);
        let tokens = figures::tokens(sum.tokens.total());
        return format!("{} of {} selected · {tokens} tokens · {cost}", count(sum.sessions), count(all));
    }
    let extent = model.list.here().name(arrangement.extent);
    let within = model.list.within().map(|label| format!("{label} ✕"));
    let is_all = model.query().is_empty() && extent.is_none() && within.is_none();
    let hidden = (is_all && library.hidden > 0).then(|| format!("{} hidden", count(library.hidden)));
    let counted =
        if is_all { figures::counted(shown as u64, "session") } else { format!("{} of {}", count(shown), count(all)) };
    let turned = arrangement.sort != Sort::Natural || arrangement.reversed;
    let order = turned.then(|| format!("by {} {}", arrangement.sort.name(), list::arrow(model)));
    let projects = (is_all && library.projects > 1).then(|| format!("{} projects", count(library.projects)));
    let since = library.since.filter(|_| is_all && order.is_none());
    let since = since.map(|since| format!("since {}", since.with_timezone(&model.setup.zone).format("%Y-%m")));
    let open = model.shelf.place().1;
    let open = (open > 0).then(|| format!("{open} open"));
    [Some(counted), hidden, within, open, extent, order, projects, since]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// What scan and store are at, in a few words.
pub(super) fn state(model: &Model) -> String {
    let progress = model.scan.progress;
    if model.stock.problem.is_some() {
        "store not readable".to_owned()
    } else if model.scan.running && progress.files_total > 0 {
        let share = (progress.bytes_done * 100).checked_div(progress.bytes_total).unwrap_or(0);
        format!("⟳ reading {} files, {share} %", figures::count(progress.files_total))
    } else if model.scan.running && !model.scan.done_once {
        "⟳ looking for new sessions".to_owned()
    } else if model.scan.problem.is_some() {
        "scan failed".to_owned()
    } else if model.scan.fresh > 0 {
        format!("{} new", figures::count(model.scan.fresh))
    } else {
        String::new()
    }
}

fn search_box(model: &Model, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    let area = places.search;
    let (sign, text) = if model.in_box { (theme.accent, theme.text) } else { (theme.dim, theme.dim) };
    let reserved = u16::try_from(finding::right_of_box(model, area, buffer)).unwrap_or(0);
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(reserved + 2), ..area };
    let cursor = input::draw(("❯", sign), &model.search, text, line, buffer);
    if model.search.value().is_empty() {
        let hint = "find by title or by anything said; F1 has the language";
        Painter::new(buffer, line).skip(2).text(hint, theme.dim);
    }
    cursor.filter(|_| model.in_box)
}

/// Where the cursor stands in the list, on the rule below or beside it.
fn position(model: &Model, places: &Places, buffer: &mut Buffer) {
    let (rows, height) = (model.list.len(), usize::from(places.list.height));
    if rows <= height {
        return;
    }
    let theme = &model.setup.theme;
    let count = |number: usize| figures::count(number as u64);
    let text = format!(" {} / {} ", count(model.list.cursor() + 1), count(rows));
    let area = if places.is_wide() { places.lower_rule } else { places.middle_rule };
    let area = if area.is_empty() { places.upper_rule } else { area };
    let right = if places.is_wide() { places.list.right() } else { area.right() };
    let indent = usize::from(right).saturating_sub(cells::width(&text) + 2);
    Painter::new(buffer, area).skip(indent).text(&text, theme.dim);
}
