//! Where everything is on a screen of some size.

use ratatui::layout::Rect;

/// The least size that the screen is drawn in, in columns and rows.
pub(crate) const LEAST: (u16, u16) = (50, 12);

/// From this width on, the preview stands to the right of the list.
const WIDE: u16 = 160;
/// Below this height there is no preview under the list.
const LOW: u16 = 18;

/// The areas of the list screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) top: Rect,
    pub(crate) search: Rect,
    /// The rule under the box.
    pub(crate) upper_rule: Rect,
    pub(crate) list: Rect,
    /// The rule between list and preview, horizontal or vertical.
    pub(crate) middle_rule: Rect,
    pub(crate) preview: Rect,
    /// The rule above the footer.
    pub(crate) lower_rule: Rect,
    pub(crate) footer: Rect,
}

impl Places {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let row = |y: u16, rows: u16| Rect::new(0, y, width, rows).intersection(Rect::new(0, 0, width, height));
        let content = height.saturating_sub(5);
        let mut places = Self {
            top: row(0, 1),
            search: row(1, 1),
            upper_rule: row(2, 1),
            list: row(3, content),
            middle_rule: Rect::ZERO,
            preview: Rect::ZERO,
            lower_rule: row(height.saturating_sub(2), 1),
            footer: row(height.saturating_sub(1), 1),
        };
        if width >= WIDE {
            let right = (width * 2 / 5).min(100);
            places.list.width = width - right - 1;
            places.middle_rule = Rect::new(width - right - 1, 3, 1, content);
            places.preview = Rect::new(width - right, 3, right, content);
        } else if height >= LOW {
            let lines = (height * 3 / 10).clamp(5, 14);
            places.list.height = content - lines - 1;
            places.middle_rule = row(3 + places.list.height, 1);
            places.preview = row(4 + places.list.height, lines);
        }
        places
    }

    /// Whether the preview stands to the right of the list.
    pub(crate) fn is_wide(&self) -> bool {
        self.middle_rule.width == 1 && self.preview.x > 0
    }

    /// Rows of the reader and the help screen.
    pub(crate) fn page(&self) -> Rect {
        let bottom = self.lower_rule.y.max(2);
        Rect::new(0, 2, self.top.width, bottom - 2)
    }
}

/// Columns of the list, by their widths; 0 where there is no room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Columns {
    pub(crate) when: u16,
    pub(crate) project: u16,
    pub(crate) title: u16,
    pub(crate) branch: u16,
    pub(crate) model: u16,
    pub(crate) turns: u16,
    pub(crate) tokens: u16,
    pub(crate) cost: u16,
}

/// Columns before the first one: the bar of the cursor, the mark of the state, a space.
pub(crate) const MARGIN: u16 = 3;
/// Columns between two columns.
pub(crate) const GAP: u16 = 2;

impl Columns {
    pub(crate) fn new(width: u16, widest_project: usize) -> Self {
        let widest_project = u16::try_from(widest_project).unwrap_or(u16::MAX).max(4);
        let from = |least: u16, columns: u16| if width >= least { columns } else { 0 };
        let project = if width >= 110 { 18 } else { 14 };
        let mut columns = Self {
            when: 4,
            project: from(60, widest_project.min(project)),
            title: 0,
            branch: from(110, 12),
            model: from(92, 11),
            turns: from(104, 9),
            tokens: from(70, 5),
            cost: 9,
        };
        let others =
            [columns.when, columns.project, columns.branch, columns.model, columns.turns, columns.tokens, columns.cost];
        let taken: u16 = others.iter().filter(|columns| **columns > 0).map(|columns| columns + GAP).sum();
        columns.title = width.saturating_sub(MARGIN + taken + 1);
        columns
    }
}
