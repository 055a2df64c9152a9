//! What a preview says of a project, while the cursor is on its heading.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Page;
use super::facts::{counted, joined, shortened};
use crate::arrangement::Group;
use crate::cells;
use crate::figures;
use crate::library::{Entry, short_model};
use crate::model::Model;

/// The lines for a project.
pub(crate) fn group(model: &Model, group: &Group, area: Rect, wide: bool) -> Vec<Line<'static>> {
    let entries: Vec<&Entry> = group.sessions.iter().filter_map(|at| model.list.library().entries.get(*at)).collect();
    let theme = model.setup.theme;
    let mut page = Page::new(&theme, area);
    let name = if group.project.is_empty() { "(no project)" } else { &group.project };
    page.line(name, theme.strong);
    page.line(&span(model, &entries), theme.text);
    let sessions = counted(u32::try_from(group.sum.sessions).unwrap_or(u32::MAX), "session");
    let turns = counted(u32::try_from(group.sum.turns).unwrap_or(u32::MAX), "turn");
    page.line(&joined(&[&sessions, &turns, &models(&entries)]), theme.dim);
    if wide {
        page.gap();
    }
    page.tokens(&group.sum.tokens, &figures::money(group.sum.cost, group.sum.unknown > 0), wide);
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
    for name in entries.iter().filter_map(|entry| entry.row.session.models.last()).map(|model| short_model(model)) {
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
