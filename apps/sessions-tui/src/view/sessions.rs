//! The main screen: top line, search box, list, preview.

use ratatui::buffer::Buffer;

use crate::cells;
use crate::figures;
use crate::layout::Places;
use crate::model::Model;
use crate::view::list;
use crate::view::painter::{Painter, rule};

/// Draws the main screen; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    top_line(model, places, buffer);
    let cursor = search_box(model, places, buffer);
    rule(buffer, places.upper_rule, theme.rule);
    list::heads(model, places, buffer);
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
    let library = model.list.library();
    let (shown, all) = (model.list.len(), library.entries.len());
    let count = |number: usize| figures::count(number as u64);
    let counted = if model.query().is_empty() {
        format!("{} {}", count(all), if all == 1 { "session" } else { "sessions" })
    } else {
        format!("{} of {}", count(shown), count(all))
    };
    let projects = (library.projects > 1).then(|| format!("{} projects", count(library.projects)));
    let since = library.since.map(|since| format!("since {}", since.with_timezone(&model.setup.zone).format("%Y-%m")));
    let counts: Vec<String> = [Some(counted), projects, since].into_iter().flatten().collect();
    let counts = counts.join(" · ");
    let state = state(model);
    let room = usize::from(places.top.width).saturating_sub(2);
    let left = room.saturating_sub(cells::width(&state) + 2);
    let mut painter = Painter::new(buffer, places.top).skip(1).text("Sessions", theme.strong).skip(2);
    if model.setup.demo {
        painter = painter.text("demo: a made-up history", theme.warning).skip(2);
    }
    if model.stock.loaded && all > 0 {
        let taken = room - painter.room().min(room);
        painter.text(&cells::cut(&counts, left.saturating_sub(taken)), theme.dim);
    }
    let style = if model.scan.problem.is_some() || model.stock.problem.is_some() { theme.error } else { theme.dim };
    let indent = room.saturating_sub(cells::width(&state)) + 1;
    Painter::new(buffer, places.top).skip(indent).text(&state, style);
}

/// What scan and store are at, in a few words.
fn state(model: &Model) -> String {
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
    const BEFORE: u16 = 3;
    let theme = &model.setup.theme;
    let area = places.search;
    let prompt = if model.in_box { theme.accent } else { theme.dim };
    let painter = Painter::new(buffer, area).skip(1).text("❯", prompt).skip(1);
    let room = painter.room().saturating_sub(2);
    let value = model.search.value();
    let scroll = model.search.visual_scroll(room);
    if value.is_empty() {
        painter.text("type to find by title, project, branch, model, first prompt, date or id", theme.dim);
    } else {
        let hidden = cells::head(value, scroll).len();
        let style = if model.in_box { theme.text } else { theme.dim };
        painter.text(cells::head(&value[hidden..], room + 1), style);
    }
    let column = u16::try_from(model.search.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    model.in_box.then_some(((area.x + BEFORE + column).min(area.right().saturating_sub(1)), area.y))
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
    let right = if places.is_wide() { places.list.right() } else { area.right() };
    let indent = usize::from(right).saturating_sub(cells::width(&text) + 2);
    let area = if area.is_empty() { places.upper_rule } else { area };
    Painter::new(buffer, area).skip(indent).text(&text, theme.dim);
}
