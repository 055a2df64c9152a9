//! Where everything of the summary is on a screen of some size.

use ratatui::layout::Rect;

use super::{Focus, Pane};

/// Least rows of chart and panes together in which both are shown.
const BOTH: u16 = 13;
/// Rows of a heading and a week of days.
const WEEK: u16 = 8;
/// Columns of the facts beside the rows.
const FACTS: u16 = 42;
/// Columns of a calendar beside the rows: a year of weeks, and the names of the days.
const CALENDAR: u16 = 60;

/// The areas of the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SummaryPlaces {
    pub(crate) top: Rect,
    pub(crate) figures: Rect,
    pub(crate) upper_rule: Rect,
    pub(crate) chart: Rect,
    pub(crate) middle_rule: Rect,
    /// The chosen pane first.
    pub(crate) panes: Vec<Rect>,
    /// The line that says how far the figures can be trusted.
    pub(crate) honesty: Rect,
}

impl SummaryPlaces {
    pub(crate) fn new(width: u16, height: u16, focus: Focus, pane: Pane) -> Self {
        let row = |y: u16, rows: u16| Rect::new(0, y, width, rows).intersection(Rect::new(0, 0, width, height));
        let content = height.saturating_sub(6);
        let lower = match content {
            ..BOTH if focus == Focus::Bars => 0,
            ..BOTH => content,
            _ if pane == Pane::Calendar => (content * 2 / 5).clamp(WEEK, 14),
            _ => (content * 2 / 5).clamp(6, 14),
        };
        let upper = if lower == content || lower == 0 { content - lower } else { content - lower - 1 };
        let middle = u16::from(upper > 0 && lower > 0);
        Self {
            top: row(0, 1),
            figures: row(1, 1),
            upper_rule: row(2, 1),
            chart: row(3, upper),
            middle_rule: if middle > 0 { row(3 + upper, 1) } else { Rect::ZERO },
            panes: Self::divided(row(3 + upper + middle, lower), pane),
            honesty: row(height.saturating_sub(3), 1),
        }
    }

    /// The places of panes side by side.
    fn divided(area: Rect, pane: Pane) -> Vec<Rect> {
        if area.is_empty() {
            return Vec::new();
        }
        let count = match area.width {
            ..110 => 1,
            110..180 => 2,
            _ => 3,
        };
        let panes = pane.beside(count);
        let wide = |pane: &Pane| match pane {
            Pane::Facts => FACTS,
            Pane::Calendar => CALENDAR,
            Pane::By(_) => 56,
        };
        let others: u16 = panes.iter().skip(1).map(wide).sum();
        let mut x = area.x;
        let place = |(at, pane): (usize, &Pane)| {
            let width = if at == 0 { area.width - others } else { wide(pane) };
            let place = Rect::new(x, area.y, width, area.height);
            x += width;
            place
        };
        panes.iter().enumerate().map(place).collect()
    }

    /// Where the rows of the chosen pane stand, below its heading.
    pub(crate) fn rows(&self) -> Rect {
        let pane = self.panes.first().copied().unwrap_or_default();
        Rect { y: pane.y + 1, height: pane.height.saturating_sub(1), ..pane }
    }
}
