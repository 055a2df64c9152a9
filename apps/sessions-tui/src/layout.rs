//! Where everything is on a screen of some size.

use ratatui::layout::Rect;

use crate::library::Widest;

/// The least size that the screen is drawn in, in columns and rows.
pub(crate) const LEAST: (u16, u16) = (50, 12);

/// From this width on, the preview stands to the right of the list.
const WIDE: u16 = 160;
/// Columns of a preview beside the list; what is left is the list's.
const NARROWEST_PREVIEW: u16 = 60;
const WIDEST_PREVIEW: u16 = 90;
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
            let right = (width / 3).clamp(NARROWEST_PREVIEW, WIDEST_PREVIEW);
            places.list.width = width - right - 1;
            places.middle_rule = Rect::new(width - right - 1, 3, 1, content);
            places.preview = Rect::new(width - right, 3, right, content);
        } else if height >= LOW {
            let lines = (height / 3).clamp(6, 14);
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
    /// Letters for what people said about the session.
    pub(crate) marks: u16,
    pub(crate) title: u16,
    pub(crate) branch: u16,
    pub(crate) model: u16,
    pub(crate) turns: u16,
    pub(crate) tokens: u16,
    pub(crate) cost: u16,
    pub(crate) state: u16,
}

/// Columns before the first one: the bar of the cursor, the mark of the state, a space.
pub(crate) const MARGIN: u16 = 3;
/// Columns between two columns.
pub(crate) const GAP: u16 = 2;
/// Columns that a title should have before a column is shown beside it that says what the preview says too.
const TITLE: u16 = 28;
/// The same before turns are, and before the branch is.
const TITLE_BESIDE_TURNS: u16 = 32;
const TITLE_BESIDE_BRANCH: u16 = 36;

impl Columns {
    /// The columns for a width: those that matter most first, none wider than its widest name, and only as many as
    /// leave room for the titles.
    pub(crate) fn new(width: u16, widest: Widest) -> Self {
        let name = |widest: usize, least: u16, most: u16| {
            u16::try_from(widest).unwrap_or(u16::MAX).clamp(least, most.max(least))
        };
        let (project, branch, model) = match width {
            140.. => (22, 20, 12),
            110.. => (16, 10, 10),
            _ => (14, 8, 10),
        };
        let mut columns = Self { when: 4, cost: 9, ..Self::default() };
        let mut room = width.saturating_sub(MARGIN + 1 + columns.when + columns.cost + 2 * GAP);
        let mut give = |column: &mut u16, wide: u16, title: u16| {
            if wide > 0 && room >= title + wide + GAP {
                *column = wide;
                room -= wide + GAP;
            }
        };
        give(&mut columns.tokens, 5, 20);
        give(&mut columns.project, if widest.project > 0 { name(widest.project, 4, project) } else { 0 }, 16);
        give(&mut columns.marks, u16::try_from(widest.marks).unwrap_or(0), 16);
        give(&mut columns.state, 8, TITLE);
        give(&mut columns.model, name(widest.model, 5, model), TITLE);
        give(&mut columns.turns, 9, TITLE_BESIDE_TURNS);
        give(&mut columns.branch, name(widest.branch, 6, branch), TITLE_BESIDE_BRANCH);
        columns.title = room;
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: u16, expect: &str) {
        let columns = Columns::new(width, Widest { marks: 0, project: 16, branch: 30, model: 10 });
        let Columns { when, project, marks, title, branch, model, turns, tokens, cost, state } = columns;
        let names = [
            ("when", when),
            ("project", project),
            ("marks", marks),
            ("title", title),
            ("branch", branch),
            ("model", model),
            ("turns", turns),
            ("tokens", tokens),
            ("cost", cost),
            ("state", state),
        ];
        let shown: Vec<&str> = names.iter().filter(|(_, width)| *width > 0).map(|(name, _)| *name).collect();
        assert_eq!(shown.join(" "), expect, "{columns:?}");
        let gaps = GAP * u16::try_from(shown.len() - 1).unwrap_or(0);
        let taken: u16 = names.iter().map(|(_, width)| width).sum();
        assert_eq!(MARGIN + taken + gaps + 1, width, "{columns:?}");
    }

    #[test]
    fn marks_have_a_column_where_there_are_some() {
        let columns = |width, marks| Columns::new(width, Widest { marks, project: 16, branch: 30, model: 10 });
        let taken = |width| (columns(width, 2).marks, columns(width, 0).title - columns(width, 2).title);
        assert_eq!((columns(50, 2).marks, taken(80), taken(200)), (2, (2, 4), (2, 4)));
    }

    #[test]
    fn columns_come_as_the_screen_grows_and_fill_it() {
        check(50, "when title tokens cost");
        check(60, "when project title tokens cost");
        check(80, "when project title tokens cost");
        check(100, "when project title model tokens cost state");
        check(120, "when project title model turns tokens cost state");
        check(134, "when project title branch model turns tokens cost state");
        check(200, "when project title branch model turns tokens cost state");
    }
}
