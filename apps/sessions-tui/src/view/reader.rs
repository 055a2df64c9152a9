//! The reader: the rows of a transcript that are on the screen, with what was found.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use transcript::Detail;

use crate::cells;
use crate::figures;
use crate::layout::Places;
use crate::model::Model;
use crate::reader::{Document, Kind, Mark, Reader, Row, marks};
use crate::theme::Theme;
use crate::view::painter::{Painter, rule};

/// Draws the reader; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, reader: &Reader, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    let page = places.page();
    top_line(theme, reader, places, buffer);
    rule(buffer, Rect { y: 1, ..places.top }, theme.rule);
    let text = match (&reader.document, &reader.problem) {
        (_, Some(problem)) => Some((cells::clean(problem), theme.error)),
        (None, None) => Some(("Opening the transcript …".to_owned(), theme.dim)),
        (Some(document), None) if document.rows.is_empty() => {
            Some(("Nothing was said in this session.".to_owned(), theme.dim))
        }
        (Some(document), None) => {
            rows(theme, reader, document, page, buffer);
            None
        }
    };
    if let Some((text, style)) = text {
        for (y, line) in (page.y + 1..page.bottom()).zip(cells::wrap(&text, usize::from(page.width) - 4, 9)) {
            Painter::new(buffer, Rect::new(page.x, y, page.width, 1)).skip(2).text(&line, style);
        }
    }
    find_line(theme, reader, places, buffer)
}

fn top_line(theme: &Theme, reader: &Reader, places: &Places, buffer: &mut Buffer) {
    let rows = reader.rows();
    let bottom = (reader.top + usize::from(places.page().height)).min(rows);
    let detail = match reader.detail {
        Detail::Talk => "1 talk",
        Detail::Tools => "2 tools",
        Detail::Everything => "3 everything",
    };
    let share = (bottom * 100).checked_div(rows).unwrap_or(100);
    let right = match reader.document {
        Some(_) => format!("{detail} · {} lines · {share} %", figures::count(rows as u64)),
        None => detail.to_owned(),
    };
    let room = usize::from(places.top.width).saturating_sub(2);
    let left = room.saturating_sub(cells::width(&right) + 2);
    let project = cells::cut(&reader.project, left / 2);
    let mut painter = Painter::new(buffer, places.top).skip(1);
    let mut taken = 0;
    if !project.is_empty() {
        taken = cells::width(&project) + 3;
        painter = painter.text(&project, theme.dim).text(" › ", theme.dim);
    }
    painter.text(&cells::cut(&reader.title, left.saturating_sub(taken)), theme.strong);
    let indent = room.saturating_sub(cells::width(&right)) + 1;
    Painter::new(buffer, places.top).skip(indent).text(&right, theme.dim);
}

/// The find box, or how many matches there are, on the rule above the footer.
fn find_line(theme: &Theme, reader: &Reader, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let find = &reader.find;
    let count = match (find.needle.is_empty(), find.ranges.len()) {
        (true, _) => String::new(),
        (false, 0) => "no match".to_owned(),
        (false, all) => format!("{} of {}", figures::count(find.current as u64 + 1), figures::count(all as u64)),
    };
    let area = places.lower_rule;
    if let Some(input) = &find.input {
        for position in area.positions() {
            buffer[position].reset();
        }
        let room = usize::from(area.width).saturating_sub(24);
        let scroll = input.visual_scroll(room);
        let hidden = cells::head(input.value(), scroll).len();
        let shown = cells::head(&input.value()[hidden..], room + 1);
        Painter::new(buffer, area)
            .skip(1)
            .text("/", theme.accent)
            .skip(1)
            .text(shown, theme.text)
            .skip(3)
            .text(&count, theme.dim);
        let column = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
        return Some(((area.x + 3 + column).min(area.right().saturating_sub(1)), area.y));
    }
    if !count.is_empty() {
        let said = format!(" /{}  {count} ", cells::cut(&cells::clean(&find.needle), 30));
        let painter = Painter::new(buffer, area).skip(2).text(&said, theme.text);
        painter.text(" n next  N previous ", theme.dim);
    }
    None
}

fn rows(theme: &Theme, reader: &Reader, document: &Document, page: Rect, buffer: &mut Buffer) {
    let mut line = LineMarks::default();
    for (y, at) in (page.y..page.bottom()).zip(reader.top..document.rows.len()) {
        let row = &document.rows[at];
        let base = style_of(theme, row.kind);
        let shown = &document.text[row.start..row.end];
        if row.kind == Kind::Rule {
            let width = page.width.saturating_sub(2).min(u16::try_from(document.columns).unwrap_or(u16::MAX));
            rule(buffer, Rect::new(page.x + 1, y, width, 1), theme.rule);
            continue;
        }
        let mut painter = Painter::new(buffer, Rect::new(page.x, y, page.width, 1)).skip(1 + usize::from(row.indent));
        let mut styles = vec![(row.start..row.end, base)];
        if matches!(row.kind, Kind::Text | Kind::Quote | Kind::Tool) {
            styles.extend(line.of(document, at, theme, base));
        }
        styles.extend(found(theme, reader, row));
        for (range, style) in pieces(row, &styles) {
            painter = painter.text(&shown[range.start - row.start..range.end - row.start], style);
        }
    }
}

fn style_of(theme: &Theme, kind: Kind) -> Style {
    match kind {
        Kind::Text | Kind::Rule => theme.text,
        Kind::Speaker => theme.accent,
        Kind::Heading => theme.strong,
        Kind::Quote => theme.quote,
        Kind::Tool => theme.dim,
        Kind::Fence => theme.rule,
        Kind::Code => theme.code,
        Kind::Added => theme.live,
        Kind::Removed => theme.error,
    }
}

/// The marks of the line that a row belongs to, kept while rows of the same line are drawn.
#[derive(Default)]
struct LineMarks {
    start: Option<usize>,
    marks: Vec<(Range<usize>, Mark)>,
}

impl LineMarks {
    fn of(&mut self, document: &Document, at: usize, theme: &Theme, base: Style) -> Vec<(Range<usize>, Style)> {
        let first = (0..=at).rev().find(|at| !document.rows[*at].continued).unwrap_or(at);
        let start = document.rows[first].start;
        if self.start != Some(start) {
            let length = document.text[start..].find('\n').unwrap_or(document.text.len() - start);
            self.marks = marks(&document.text[start..start + length]);
            self.start = Some(start);
        }
        let style = |mark: Mark| match mark {
            Mark::Code => theme.code,
            Mark::Strong => base.add_modifier(Modifier::BOLD),
        };
        self.marks.iter().map(|(range, mark)| (start + range.start..start + range.end, style(*mark))).collect()
    }
}

/// What was found in a row.
fn found(theme: &Theme, reader: &Reader, row: &Row) -> Vec<(Range<usize>, Style)> {
    let ranges = &reader.find.ranges;
    let first = ranges.partition_point(|range| range.end <= row.start);
    let within = ranges.iter().enumerate().skip(first).take_while(|(_, range)| range.start < row.end);
    within
        .map(|(at, range)| (range.clone(), if at == reader.find.current { theme.current } else { theme.matched }))
        .collect()
}

/// Cuts a row where a style begins or ends; later styles lie on top of earlier ones.
fn pieces(row: &Row, styles: &[(Range<usize>, Style)]) -> Vec<(Range<usize>, Style)> {
    let mut edges: Vec<usize> = styles.iter().flat_map(|(range, _)| [range.start, range.end]).collect();
    edges.retain(|edge| (row.start..=row.end).contains(edge));
    edges.sort_unstable();
    edges.dedup();
    edges
        .windows(2)
        .map(|pair| {
            let covering = styles.iter().filter(|(range, _)| range.start <= pair[0] && pair[1] <= range.end);
            (pair[0]..pair[1], covering.fold(Style::new(), |style, (_, over)| style.patch(*over)))
        })
        .collect()
}
