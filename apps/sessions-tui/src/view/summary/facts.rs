//! The facts: the cache, what the money bought, and when the work was done.

use chart::Tone;
use pricing::PicoUsd;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::figures;
use crate::model::Model;
use crate::summary::{day, money, percent};
use crate::view::painter::Painter;

/// From this width on, the facts stand in two columns.
const TWO: u16 = 78;

/// What a fact is about, and what it says.
struct Fact {
    label: &'static str,
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
        let value = cells::width(&fact.value);
        let label = usize::from(width).saturating_sub(value + 3);
        let label = u16::try_from(label).unwrap_or(0);
        Painter::new(buffer, place).skip(1).left(fact.label, label, theme.dim).skip(1).text(&fact.value, theme.text);
    }
}

/// The facts that are known, the most important first.
fn facts(model: &Model) -> Vec<Fact> {
    let (page, rhythm) = (&model.summary.page, &model.summary.rhythm);
    let (cache, efficiency) = (&page.cache, &page.efficiency);
    let measure = model.summary.measure;
    let mut facts = Vec::new();
    let mut add = |label: &'static str, value: Option<String>| {
        facts.extend(value.map(|value| Fact { label, value }));
    };
    let saved = |saved: PicoUsd| match saved.0 {
        ..0 => ("cache cost more by", money(PicoUsd(-saved.0))),
        _ => ("cache saved, at list", money(saved)),
    };
    add("read from cache", cache.hit_rate().map(percent));
    let (label, value) = saved(cache.saved);
    add(label, (cache.prompt > 0).then_some(value));
    add("written for 1 h, not 5 min", cache.long_writes().map(percent));
    add("per prompt", efficiency.per_prompt().map(money));
    add("per active hour", efficiency.per_hour().map(money));
    let clock = rhythm.clock(measure);
    let busiest = rhythm.busiest_hour(measure);
    let spark = busiest.map(|_| chart::spark(&clock, Tone::Strong).text);
    add("hours", spark);
    add("busiest hour", busiest.map(|hour| format!("{hour:02}–{:02} h", (hour + 1) % 24)));
    let lasted = |streak: &summary::Streak| {
        format!("{}, to {}", figures::counted(streak.days, "day"), day(streak.last, rhythm.today))
    };
    add("days in a row", rhythm.current.map(|streak| figures::count(streak.days)));
    add("most in a row", rhythm.longest.as_ref().map(lasted));
    add("active days", (rhythm.active_days > 0).then(|| figures::count(rhythm.active_days)));
    facts
}
