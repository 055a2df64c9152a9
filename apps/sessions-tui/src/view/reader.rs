//! The reader: the rows of a transcript that are on the screen, with what was found.

pub(super) mod paint;

use std::ops::Range;

use chrono_tz::Tz;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use transcript::{Detail, Sketched};
use typeset::{Fill, PartKind, Row, Run, Sheet};

use crate::cells;
use crate::figures;
use crate::layout::Places;
use crate::model::Model;
use crate::reader::{FieldKind, MOST_FOUND, Page, Reader, Spot, Stop, Times};
use crate::theme::Theme;
use crate::view::input;
use crate::view::painter::{Painter, rule};
use paint::style;

/// What says so much, or less, gives way to the title.
const LITTLE: u8 = 3;

/// Draws the reader; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, reader: &Reader, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    let page = places.page();
    top_line(model, reader, places, buffer);
    rule(buffer, Rect { y: 1, ..places.top }, theme.rule);
    let text = match (reader.page(), &reader.problem) {
        (_, Some(problem)) => Some((cells::clean(problem), theme.error)),
        (None, None) => Some(("Opening the transcript …".to_owned(), theme.dim)),
        (Some(own), None) if own.stops.is_empty() && reader.complete => {
            Some(("Nothing was said in this session.".to_owned(), theme.dim))
        }
        (Some(own), None) => {
            match &reader.raw {
                Some(raw) => {
                    for (y, line) in (page.y..page.bottom()).zip(raw.lines.iter().skip(raw.top)) {
                        let style = if line.starts_with("// ") { theme.dim } else { theme.code };
                        Painter::new(buffer, Rect::new(page.x, y, page.width, 1)).skip(2).text(line, style);
                    }
                }
                None => rows(&Canvas { theme, reader, page: own, zone: model.setup.zone }, page, buffer),
            }
            None
        }
    };
    if let Some((text, style)) = text {
        for (y, line) in (page.y + 1..page.bottom()).zip(cells::wrap(&text, usize::from(page.width) - 4, 9)) {
            Painter::new(buffer, Rect::new(page.x, y, page.width, 1)).skip(2).text(&line, style);
        }
    }
    box_line(theme, reader, places, buffer)
}

fn top_line(model: &Model, reader: &Reader, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let room = usize::from(places.top.width).saturating_sub(2);
    let inner = reader.page().map(|page| page_title(model, reader, page)).filter(|title| !title.is_empty());
    let inner = inner.map(|title| format!(" › {title}")).unwrap_or_default();
    let in_front = |project: &str| if project.is_empty() { String::new() } else { format!("{project} › ") };
    let project = in_front(&reader.project);
    let wanted: usize = [&project, &reader.title, &inner].into_iter().map(|text| cells::width(text)).sum();
    let right = status(model, reader, room.saturating_sub(wanted + 2), room * 11 / 20);
    let left = room.saturating_sub(cells::width(&right) + 2);
    let project = if wanted > left { in_front(&cells::cut(&reader.project, left / 3)) } else { project };
    let room_for_title = left.saturating_sub(cells::width(&project) + cells::width(&inner));
    Painter::new(buffer, places.top)
        .skip(1)
        .text(&project, theme.dim)
        .text(&cells::cut(&reader.title, room_for_title), theme.strong)
        .text(&inner, theme.accent);
    let indent = room.saturating_sub(cells::width(&right)) + 1;
    Painter::new(buffer, places.top).skip(indent).text(&right, theme.dim);
}

/// What a page is called; of several subagents with files, which one it is.
fn page_title(model: &Model, reader: &Reader, page: &Page) -> String {
    let agents = model.list.library().agents(&reader.id);
    let place = agents.iter().position(|(agent, _)| Some(*agent) == page.agent.as_deref());
    match place.filter(|_| agents.len() > 1) {
        Some(at) => format!("{} {} of {}", page.title, at + 1, agents.len()),
        None => page.title.clone(),
    }
}

/// Where one is: the turn, what was spent, the model, how much is shown, what else is open. What says little gives way to
/// the title, which leaves so many columns free; what says more only where there are not so many at most.
fn status(model: &Model, reader: &Reader, free: usize, most: usize) -> String {
    let level = match reader.level {
        Detail::Talk => "1 talk",
        Detail::Tools => "2 tools",
        Detail::Everything => "3 everything",
    };
    let share = reader.page().map(|page| format!("{} %", share(page, usize::from(model.places().page().height))));
    let (at, open) = model.shelf.place();
    // each with how much it says
    let mut parts = vec![
        (9, reader.raw.is_some().then(|| "raw record".to_owned())),
        (9, (!reader.complete && reader.problem.is_none()).then(|| "reading …".to_owned())),
        (9, reader.follow.then(|| "● following".to_owned())),
        (8, turn(reader)),
        (4, share),
        (6, spent(model, reader)),
        (3, reader.page().and_then(spoken).or_else(|| latest_model(model, reader))),
        (5, Some(level.to_owned())),
        (7, (open > 1).then(|| format!("{at}/{open} open"))),
    ];
    parts.retain(|(_, part)| part.as_ref().is_some_and(|part| !part.is_empty()));
    let joined = |parts: &[(u8, Option<String>)]| {
        parts.iter().filter_map(|(_, part)| part.as_deref()).collect::<Vec<_>>().join(" · ")
    };
    for (room, up_to) in [(free, LITTLE), (most, u8::MAX)] {
        while cells::width(&joined(&parts)) > room {
            let least = parts.iter().map(|(says, _)| *says).filter(|says| *says <= up_to).min();
            let Some(least) = least.filter(|_| parts.len() > 1) else { break };
            parts.retain(|(says, _)| *says != least);
        }
    }
    joined(&parts)
}

fn turn(reader: &Reader) -> Option<String> {
    let page = reader.page()?;
    let at = page.entry_at(page.cursor.stop)?;
    let turn = page.script.entries(&page.which).get(at)?.turn;
    Some(format!("turn {turn} of {}", page.script.turns(&page.which)))
}

/// The cost of the session, with its subagents.
fn spent(model: &Model, reader: &Reader) -> Option<String> {
    let entry = model.list.library().entry(&reader.id)?;
    let cost = figures::money(entry.row.cost, entry.row.unknown_cost_requests > 0);
    Some(if entry.running.is_some() { format!("{cost} so far") } else { cost })
}

/// The model that spoke last at the cursor or before.
fn spoken(page: &Page) -> Option<String> {
    let at = page.entry_at(page.cursor.stop)?;
    let before = page.script.entries(&page.which).get(..=at)?.iter().rev();
    let names = before.filter_map(|entry| match &entry.sketched {
        Sketched::Answer(answer) => Some(figures::model(answer.model()?)),
        Sketched::Whole(_) => None,
    });
    names.into_iter().find(|name| !name.is_empty())
}

fn latest_model(model: &Model, reader: &Reader) -> Option<String> {
    Some(model.list.library().entry(&reader.id)?.model.clone())
}

/// How much of the conversation stands above the lower end of the screen, in percent.
fn share(page: &Page, height: usize) -> usize {
    let Some((last, _, sheet)) = visible(page, height).last() else { return 100 };
    let whole = last.row + 1 >= sheet.rows.len();
    ((last.stop + usize::from(whole)) * 100).checked_div(page.stops.len()).unwrap_or(100)
}

/// The rows on the screen, each with what it belongs to. All of it was laid out before.
fn visible(page: &Page, height: usize) -> impl Iterator<Item = (Spot, &Row, &Sheet)> {
    let stops = (page.top.stop..page.stops.len()).map_while(|stop| Some((stop, page.laid(stop)?)));
    let rows = stops.flat_map(move |(stop, sheet)| {
        let first = if stop == page.top.stop { page.top.row } else { 0 };
        sheet.rows.iter().enumerate().skip(first).map(move |(row, own)| (Spot { stop, row }, own, sheet))
    });
    rows.take(height)
}

/// The find box, or how many matches there are, on the rule above the footer.
fn box_line(theme: &Theme, reader: &Reader, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let find = &reader.find;
    let more = match (find.matches.len() >= MOST_FOUND, find.done) {
        (true, _) => "+",
        (false, false) => " …",
        (false, true) => "",
    };
    let count = match (find.needle.is_empty(), find.matches.len()) {
        (true, _) => String::new(),
        (false, 0) if !find.done => "looking …".to_owned(),
        (false, 0) => "no match".to_owned(),
        (false, all) => {
            format!("{} of {}{more}", figures::count(find.current as u64 + 1), figures::count(all as u64))
        }
    };
    let area = places.lower_rule;
    if let Some(ask) = &reader.input {
        for position in area.positions() {
            buffer[position].reset();
        }
        let (mark, count) = match ask.kind {
            FieldKind::Find => ("/", count),
            FieldKind::Turn => ("#", "number of a turn".to_owned()),
        };
        let count_width = u16::try_from(cells::width(&count)).unwrap_or(0);
        let line = Rect { x: area.x + 1, width: area.width.saturating_sub(count_width + 4), ..area };
        let cursor = input::draw((mark, theme.accent), &ask.input, theme.text, line, buffer);
        let typed = (cells::width(ask.input.value()) + 5).min(usize::from(line.width) + 2);
        Painter::new(buffer, area).skip(typed).text(&count, theme.dim);
        return cursor;
    }
    if !count.is_empty() {
        let said = format!(" /{}  {count} ", cells::cut(&cells::clean(&find.needle.text), 30));
        let length = u16::try_from(cells::width(&said)).unwrap_or(u16::MAX);
        let place = Rect { x: area.x + 2, width: length, ..area }.intersection(area);
        // what stands there must not lend it the color of the rule
        buffer.set_style(place, Style::reset());
        let painter = Painter::new(buffer, area).skip(2).text(&said, theme.text);
        painter.text(" n next  N previous ", theme.dim);
    }
    None
}

struct Canvas<'a> {
    theme: &'a Theme,
    reader: &'a Reader,
    page: &'a Page,
    zone: Tz,
}

fn rows(canvas: &Canvas<'_>, area: Rect, buffer: &mut Buffer) {
    let (theme, page) = (canvas.theme, canvas.page);
    let gutter = canvas.reader.gutter();
    let (columns, _) = canvas.reader.columns(area.width);
    let current = page.part(page.cursor).map(|part| part.rows.clone());
    for (y, (spot, row, sheet)) in (area.y..area.bottom()).zip(visible(page, usize::from(area.height))) {
        let line = Rect::new(area.x, y, area.width, 1);
        let here = spot.stop == page.cursor.stop && current.as_ref().is_some_and(|rows| rows.contains(&spot.row));
        if here {
            let bar = if spot == page.cursor { "▌" } else { "▏" };
            Painter::new(buffer, line).text(bar, theme.accent);
        }
        if let Some(time) = time(canvas, spot, sheet) {
            Painter::new(buffer, line).skip(1).text(&time, theme.dim);
        }
        draw_row(canvas, row, &found(canvas, spot, sheet), line, buffer);
        if row.fill.is_some_and(|fill| matches!(fill, Fill::Prompt | Fill::Code)) {
            let width = u16::try_from(columns + 1).unwrap_or(u16::MAX);
            let left = area.x + u16::try_from(gutter).unwrap_or(0) - 1;
            raise(theme, Rect::new(left, y, width, 1).intersection(area), buffer);
        }
    }
}

/// Gives what stands on the ground of the screen a raised one; what has a ground of its own keeps it.
fn raise(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let ground = theme.text.bg.unwrap_or_default();
    for position in area.positions() {
        if [ground, Color::Reset].contains(&buffer[position].bg) {
            buffer[position].set_style(theme.raised);
        }
    }
}

/// The time that stands before a row.
fn time(canvas: &Canvas<'_>, spot: Spot, sheet: &Sheet) -> Option<String> {
    let first = sheet.parts.first()?;
    let wanted = match canvas.reader.times {
        Times::None => false,
        Times::Heads => first.kind == PartKind::Head,
        Times::All => true,
    };
    if !wanted || spot.row != first.rows.start {
        return None;
    }
    let Stop::Entry(entry) = canvas.page.stops.get(spot.stop)? else { return None };
    let at = canvas.page.script.entries(&canvas.page.which).get(*entry)?.at?;
    Some(at.with_timezone(&canvas.zone).format("%H:%M").to_string())
}

fn draw_row(canvas: &Canvas<'_>, row: &Row, found: &[(Range<u32>, Style)], line: Rect, buffer: &mut Buffer) {
    let theme = canvas.theme;
    let (columns, _) = canvas.reader.columns(line.width);
    let gutter = canvas.reader.gutter();
    let area = Rect { width: line.width.min(u16::try_from(gutter + columns).unwrap_or(u16::MAX)), ..line };
    if let Some((right, paint)) = &row.right {
        let indent = usize::from(area.width).saturating_sub(cells::width(right));
        Painter::new(buffer, area).skip(indent).text(right, style(theme, paint));
    }
    let mut painter = Painter::new(buffer, area).skip(gutter);
    for run in &row.runs {
        let base = style(theme, &run.paint);
        for (text, over) in pieces(run, found) {
            painter = painter.text(text, over.map_or(base, |over| base.patch(over)));
        }
    }
    if row.rule {
        let rest = painter.room();
        painter.text(&"─".repeat(rest), theme.rule);
    }
}

/// What was found in the part that a row belongs to.
fn found(canvas: &Canvas<'_>, spot: Spot, sheet: &Sheet) -> Vec<(Range<u32>, Style)> {
    let find = &canvas.reader.find;
    let Some(part) = sheet.parts.iter().find(|part| part.rows.contains(&spot.row)) else { return Vec::new() };
    let stop = u32::try_from(spot.stop).unwrap_or(u32::MAX);
    let Some(page) = find.page(&canvas.page.key()) else { return Vec::new() };
    let own = find.matches.iter().enumerate();
    own.filter(|(_, found)| (found.page, found.stop, found.part) == (page, stop, part.id))
        .map(|(at, found)| {
            let style = if at == find.current { canvas.theme.current } else { canvas.theme.matched };
            (found.start..found.end, style)
        })
        .collect()
}

/// A run cut where something that was found begins or ends.
fn pieces<'a>(run: &'a Run, found: &[(Range<u32>, Style)]) -> Vec<(&'a str, Option<Style>)> {
    let Some(base) = run.at else { return vec![(&run.text, None)] };
    let length = run.text.len();
    let within = |place: u32| (place.saturating_sub(base) as usize).min(length);
    let (mut pieces, mut at) = (Vec::new(), 0);
    for (range, style) in found {
        let (start, end) = (within(range.start).max(at), within(range.end));
        if start < end && run.text.is_char_boundary(start) && run.text.is_char_boundary(end) {
            pieces.push((&run.text[at..start], None));
            pieces.push((&run.text[start..end], Some(*style)));
            at = end;
        }
    }
    pieces.push((&run.text[at..], None));
    pieces
}
