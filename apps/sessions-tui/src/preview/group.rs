//! What a preview says of a project, while the cursor is on its heading.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Page;
use super::facts::{joined, shortened};
use super::kinds::kinds;
use crate::arrangement::Group;
use crate::cells;
use crate::figures;
use crate::library::Entry;
use crate::model::Model;

/// The lines for a project.
pub(crate) fn group(model: &Model, group: &Group, area: Rect, wide: bool) -> Vec<Line<'static>> {
    let entries: Vec<&Entry> =
        group.sessions.iter().filter_map(|at| model.list.library().entries.get(*at)).map(AsRef::as_ref).collect();
    let theme = model.setup.theme;
    let mut page = Page::new(&theme, area);
    let name = if group.project.is_empty() { "(no project)" } else { &group.project };
    page.line(name, theme.strong);
    page.line(&span(model, &entries), theme.text);
    let sessions = figures::counted(group.sum.sessions as u64, "session");
    let turns = figures::counted(group.sum.turns, "turn");
    page.line(&joined(&[&sessions, &turns, &models(&entries)]), theme.dim);
    if wide {
        page.gap();
    }
    let tokens = figures::tokens(group.sum.tokens.total());
    let cost = figures::money(group.sum.cost, group.sum.unknown > 0);
    page.tokens(&kinds(&group.sum.tokens, None), (&tokens, &cost), wide);
    if wide {
        page.gap();
    }
    for directory in directories(model, &entries) {
        page.line(&directory, theme.dim);
    }
    page.into_lines()
}

/// From the first to the last that happened.
fn span(model: &Model, entries: &[&Entry]) -> String {
    let from = entries.iter().filter_map(|entry| entry.row.session.started.or(entry.latest)).min();
    let to = entries.iter().filter_map(|entry| entry.latest).max();
    let zone = model.setup.zone;
    from.zip(to).map(|(from, to)| figures::span(from, to, model.now, zone)).unwrap_or_default()
}

/// The models that answered last, those of the most sessions first.
fn models(entries: &[&Entry]) -> String {
    let mut models: Vec<(usize, String)> = Vec::new();
    for name in entries.iter().filter_map(|entry| entry.row.session.models.last()).map(|model| figures::model(model)) {
        match models.iter_mut().find(|(_, known)| *known == name) {
            Some((count, _)) => *count += 1,
            None => models.push((1, name)),
        }
    }
    models.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    models.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}

/// The directories that the sessions ran in, the latest first.
fn directories(model: &Model, entries: &[&Entry]) -> Vec<String> {
    let home = model.setup.home.as_deref().and_then(|home| home.to_str());
    let mut directories: Vec<String> = Vec::new();
    for directory in entries.iter().filter_map(|entry| entry.directory()).filter_map(|directory| directory.to_str()) {
        let shown = cells::clean(&shortened(directory, home));
        if !directories.contains(&shown) {
            directories.push(shown);
        }
    }
    directories
}
