//! A question that is answered with a path, over whatever is behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ask::{About, Ask};
use crate::cells;
use crate::model::Model;
use crate::view::painter::Painter;
use crate::view::{input, panel};

/// Rows of what has to be agreed to.
const CONFIRMED: usize = 12;
/// Offers that are shown at once.
const OFFERS: usize = 6;

/// Draws the question; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, ask: &Ask, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    let width = area.width.saturating_sub(4).min(84);
    let inner = usize::from(width).saturating_sub(6);
    let is_confirmed = matches!(ask.about, About::Confirm(_));
    // what has to be agreed to says in its last line how
    let (rows, each) = if is_confirmed { (CONFIRMED, 1) } else { (4, 4) };
    let mut text: Vec<String> = ask.text.lines().flat_map(|line| cells::wrap(line, inner, each)).collect();
    text.truncate(rows);
    let problem =
        ask.problem.as_deref().map(|problem| cells::wrap(&cells::clean(problem), inner, 3)).unwrap_or_default();
    let below = match &ask.about {
        about if about.is_directory() => OFFERS + 1,
        about if about.is_words() => 1,
        _ => OFFERS / 2 + 1,
    };
    let height = u16::try_from(text.len() + below + 6).unwrap_or(u16::MAX).min(area.height);
    let place = Rect::new((area.width - width) / 2, (area.height - height) / 3, width, height);
    panel::draw(theme, ask.about.title(), place, buffer);
    let line = |y: u16| Rect::new(place.x + 3, y, width.saturating_sub(5), 1).intersection(place);
    let mut y = place.y + 2;
    for row in &text {
        Painter::new(buffer, line(y)).text(row, theme.text);
        y += 1;
    }
    y += 1;
    let cursor = input::draw(("❯", theme.accent), &ask.input, theme.text, line(y), buffer);
    y += 1;
    let offers = ask.offers.iter().take(below - 1).map(|offer| (cells::clean(offer), theme.dim));
    let more = ask.offers.len().saturating_sub(below - 1);
    let more = (more > 0).then(|| (format!("… and {more} more"), theme.dim));
    let rows: Vec<_> = if problem.is_empty() {
        offers.chain(more).collect()
    } else {
        problem.into_iter().map(|row| (row, theme.warning)).collect()
    };
    for ((row, style), y) in rows.iter().zip(y..place.bottom().saturating_sub(1)) {
        Painter::new(buffer, line(y)).skip(2).text(row, *style);
    }
    cursor
}
