//! The facts: the cache, what the money bought, and when the work was done.

use chart::Tone;
use pricing::PicoUsd;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use summary::Dimension;

use crate::cells;
use crate::figures;
use crate::model::Model;
use crate::summary::{Words, day, money, percent};
use crate::view::painter::Painter;

/// From this width on, the facts stand in two columns.
const TWO: u16 = 78;

/// What a fact is about, what it covers, and what it says.
struct Fact {
    label: &'static str,
    scope: String,
    value: String,
}

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let facts = facts(model);
    let columns = if area.width >= TWO { 2 } else { 1 };
    let width = area.width / columns;
    let height = usize::from(area.height);
    for (at, fact) in facts.iter().take(height * usize::from(columns)).enumerate() {
        let (column, row) = (at / height.max(1), at % height.max(1));
        let x = area.x + width * u16::try_from(column).unwrap_or(0);
        let place = Rect::new(x, area.y + u16::try_from(row).unwrap_or(0), width, 1);
        let room = usize::from(width).saturating_sub(cells::width(&fact.value) + 3);
        let scope = room.saturating_sub(cells::width(fact.label) + 1);
        let label = u16::try_from(room - scope).unwrap_or(0);
        // a part of what it covers would say something else
        let covers = if cells::width(&fact.scope) <= scope { fact.scope.as_str() } else { "" };
        Painter::new(buffer, place)
            .skip(1)
            .left(fact.label, label, theme.text)
            .left(covers, u16::try_from(scope).unwrap_or(0), theme.dim)
            .skip(1)
            .text(&fact.value, theme.text);
    }
}

/// The facts that are known, the most important first. All of them follow the filters; the cache is that of all kinds of
/// tokens.
fn facts(model: &Model) -> Vec<Fact> {
    let (page, rhythm) = (&model.summary.page, &model.summary.rhythm);
    let (cache, efficiency) = (&page.cache, &page.efficiency);
    let words = Words { zone: model.setup.zone };
    let measure = model.summary.measure;
    let mut facts = Vec::new();
    let mut add = |label: &'static str, scope: &str, value: Option<String>| {
        facts.extend(value.map(|value| Fact { label, scope: format!("· {scope}"), value }));
    };
    let of_kind = model.summary.chips.iter().any(|chip| chip.dimension == Dimension::Kind);
    let period = format!("{}{}", words.short(page), if of_kind { ", all kinds" } else { "" });
    add("read from cache", &period, cache.hit_rate().map(percent));
    let (label, saved) = match cache.saved.0 {
        saved @ ..0 => ("cache cost more", PicoUsd(-saved)),
        _ => ("cache saved", cache.saved),
    };
    add(label, &period, (cache.prompt > 0).then(|| money(saved)));
    add("written for 1 h", &period, cache.long_writes().map(percent));
    let whole = figures::counted(efficiency.sessions, "whole session");
    let editing = figures::counted(efficiency.editing, "whole session");
    add("per prompt", &whole, efficiency.per_prompt().map(money));
    add("per active hour", &whole, efficiency.per_hour().map(money));
    add("per changed line", &editing, efficiency.per_line().map(money));
    let changed = |_| format!("+{} −{}", figures::tokens(efficiency.added), figures::tokens(efficiency.removed));
    add("lines", &editing, efficiency.per_line().map(changed));
    let always = "all time";
    let busiest = rhythm.busiest_hour(measure);
    add("hours", always, busiest.map(|_| chart::spark(&rhythm.clock(measure), Tone::Strong).text));
    add("busiest hour", always, busiest.map(|hour| format!("{hour:02}–{:02} h", (hour + 1) % 24)));
    let lasted = |streak: &summary::Streak| {
        format!("{}, to {}", figures::counted(streak.days, "day"), day(streak.last, rhythm.today))
    };
    add("most days in a row", always, rhythm.longest.as_ref().map(lasted));
    add("days in a row", "up to today", rhythm.current.map(|streak| figures::count(streak.days)));
    add("active days", always, (rhythm.active_days > 0).then(|| figures::count(rhythm.active_days)));
    facts
}
