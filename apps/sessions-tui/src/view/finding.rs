//! What stands around the box: where it looks, whether it still does, what is wrong with it, how it can go on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::layout::Places;
use crate::model::Model;
use crate::view::painter::Painter;

/// Says at the right of the box where it looks; the columns that it takes come back.
pub(super) fn right_of_box(model: &Model, area: Rect, buffer: &mut Buffer) -> usize {
    let theme = &model.setup.theme;
    let thinking = if model.finding.without_thinking { ", no thinking" } else { "" };
    let running = if model.finding.running { "searching …  " } else { "" };
    let text = format!("{running}{}{thinking} ", model.finding.reach.name());
    let key = "^F ";
    let taken = cells::width(&text) + cells::width(key);
    if taken + 20 > usize::from(area.width) {
        return 0;
    }
    let indent = usize::from(area.width) - taken;
    Painter::new(buffer, area).skip(indent).text(&text, theme.dim).text(key, theme.key);
    taken
}

/// Says on the rule under the box what is wrong with the query, or what it can be completed with.
pub(super) fn below_box(model: &Model, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let line = places.upper_rule;
    if let Some(choice) = &model.finding.choice {
        let mut painter = Painter::new(buffer, line).skip(2).text(" ", theme.dim);
        // the chosen one is always in sight
        let first = choice.chosen.saturating_sub(3);
        for (at, offer) in choice.completion.offers.iter().enumerate().skip(first) {
            if painter.room() < 4 {
                break;
            }
            let style = if at == choice.chosen { theme.matched } else { theme.dim };
            painter = painter.text(&cells::clean(&offer.shown), style).text("  ", theme.dim);
        }
        return;
    }
    // a piece that is still being typed is not wrong yet
    let cursor = model.search.value().chars().take(model.search.cursor()).map(char::len_utf8).sum::<usize>();
    let typed =
        |fault: &&search::Fault| !(model.in_box && fault.span.end == cursor && fault.message.contains("needs a value"));
    let query = &model.finding.query;
    let ended = |remark: &&search::Fault| !(model.in_box && remark.span.end == cursor);
    if let Some(fault) = query.faults.iter().find(typed).or_else(|| query.remarks.iter().find(ended)) {
        let room = usize::from(line.width).saturating_sub(6);
        let text = cells::clean(&fault.explain(model.search.value()));
        Painter::new(buffer, line).skip(2).text(&format!(" {} ", cells::cut(&text, room)), theme.warning);
    }
}
