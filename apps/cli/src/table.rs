//! Tables that fit the terminal: columns shrink, then the least important ones go.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::output::{Output, Role};

/// Spaces between columns.
const GAP: usize = 2;

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) name: &'static str,
    /// Whether its cells are figures, set to the right.
    pub(crate) figures: bool,
    /// Widths between which it is cut; none when a cut cell would be useless.
    pub(crate) cut: Option<(usize, usize)>,
    /// Columns with the smallest rank go first when there is no room, those without figures before them; 255 stays.
    pub(crate) rank: u8,
    /// Color of its cells.
    pub(crate) role: Role,
}

/// A column of figures.
pub(crate) const fn figures(name: &'static str, rank: u8) -> Column {
    Column { name, figures: true, cut: None, rank, role: Role::Plain }
}

/// A column of words.
pub(crate) const fn words(name: &'static str, cut: Option<(usize, usize)>, rank: u8) -> Column {
    Column { name, figures: false, cut, rank, role: Role::Plain }
}

impl Column {
    /// The same column in another color.
    pub(crate) const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

/// Lines of a table with a heading, none wider than the terminal.
pub(crate) fn lay_out(columns: &[Column], rows: &[Vec<String>], output: &Output) -> Vec<String> {
    let widths = fit(columns, rows, output.width);
    let shown: Vec<usize> = (0..columns.len()).filter(|column| widths[*column].is_some()).collect();
    let line = |cells: &dyn Fn(usize) -> String, role: &dyn Fn(usize) -> Role| {
        let mut text = String::new();
        for (place, &column) in shown.iter().enumerate() {
            let width = widths[column].unwrap_or_default();
            let cell = cut(&cells(column), width);
            let padding = " ".repeat(width - cell.width());
            let painted = output.paint(role(column), &cell);
            let last = place + 1 == shown.len();
            text += &match (columns[column].figures, last) {
                (true, _) => padding + &painted,
                (false, true) => painted,
                (false, false) => painted + &padding,
            };
            if !last {
                text += &" ".repeat(GAP);
            }
        }
        text
    };
    let heading = line(&|column| columns[column].name.to_owned(), &|_| Role::Dim);
    let body = rows.iter().map(|row| line(&|column| row[column].clone(), &|column| columns[column].role));
    std::iter::once(heading).chain(body).collect()
}

/// Columns with figures that the terminal has no room for.
pub(crate) fn hidden(columns: &[Column], rows: &[Vec<String>], output: &Output) -> Vec<&'static str> {
    let widths = fit(columns, rows, output.width);
    let is_hidden = |at: &usize| widths[*at].is_none() && columns[*at].figures && !is_blank(columns, rows, *at);
    (0..columns.len()).filter(is_hidden).map(|at| columns[at].name).collect()
}

/// Whether a column of figures has none but zeros.
fn is_blank(columns: &[Column], rows: &[Vec<String>], at: usize) -> bool {
    columns[at].figures && rows.iter().all(|row| matches!(row[at].as_str(), "" | "0"))
}

/// The beginning of a text that fits a width, with `…` where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used + 1 > width {
            break;
        }
        kept.push_str(grapheme);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// Widths of the columns; none for those that have to go.
fn fit(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<Option<usize>> {
    let wanted: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = rows.iter().map(|row| row[at].width()).chain([column.name.width()]);
            cells.max().unwrap_or(0).min(column.cut.map_or(usize::MAX, |(_, most)| most))
        })
        .collect();
    let mut least: Vec<usize> = columns
        .iter()
        .zip(&wanted)
        .map(|(column, wanted)| column.cut.map_or(*wanted, |(least, _)| least.min(*wanted)))
        .collect();
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let needed = |shown: &[usize], least: &[usize]| {
        shown.iter().map(|at| least[*at]).sum::<usize>() + GAP * shown.len().saturating_sub(1)
    };
    let blank: Vec<bool> = (0..columns.len()).map(|at| is_blank(columns, rows, at)).collect();
    while needed(&shown, &least) > width {
        let droppable = shown.iter().copied().filter(|at| columns[*at].rank < u8::MAX);
        let Some(goes) = droppable.min_by_key(|at| (!blank[*at], columns[*at].rank)) else { break };
        shown.retain(|at| *at != goes);
    }
    // On the narrowest terminals even those that stay are cut further.
    for at in shown.iter().copied().filter(|at| columns[*at].cut.is_some()) {
        least[at] -= needed(&shown, &least).saturating_sub(width).min(least[at] - 1);
    }
    let mut room = width.saturating_sub(needed(&shown, &least));
    let mut widths = vec![None; columns.len()];
    // Narrow columns are filled first: their words gain most from a few more letters.
    shown.sort_by_key(|at| wanted[*at] - least[*at]);
    for at in shown {
        let more = (wanted[at] - least[at]).min(room);
        room -= more;
        widths[at] = Some(least[at] + more);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        figures("when", 3),
        words("title", Some((32, usize::MAX)), u8::MAX),
        words("branch", Some((8, 24)), 1),
        words("id", None, u8::MAX),
    ];

    fn rows() -> Vec<Vec<String>> {
        let row = |title: &str, branch: &str| vec!["12mo".into(), title.into(), branch.into(), "4f2a1111".into()];
        vec![
            row("Double refund", "main"),
            row("日本語のタイトルは幅が二倍になる、とても長い題名です", "feature/a-long-name-for-a-branch"),
            row("👩‍👩‍👧‍👦 family e\u{301}tude that goes on and on and on until nothing fits any more", ""),
        ]
    }

    fn widest(width: usize) -> (usize, usize) {
        let widths = fit(&COLUMNS, &rows(), width);
        let shown = widths.iter().flatten().count();
        (widths.iter().flatten().sum::<usize>() + GAP * (shown - 1), shown)
    }

    #[test]
    fn a_table_is_never_wider_than_the_terminal() {
        for width in 12..200 {
            let (used, _) = widest(width);
            assert!(used <= width, "{used} of {width}");
        }
    }

    #[test]
    fn the_least_important_columns_go_first() {
        assert_eq!([widest(30).1, widest(50).1, widest(70).1], [2, 3, 4]);
    }

    #[test]
    fn columns_of_zeros_go_first_and_figures_that_are_hidden_are_named() {
        let columns = [words("key", None, u8::MAX), figures("none", 9), figures("some", 1), figures("few", 2)];
        let rows = [vec!["a".to_owned(), "0".to_owned(), "17".to_owned(), "3".to_owned()]];
        let shown = |width| fit(&columns, &rows, width).iter().map(Option::is_some).collect::<Vec<_>>();
        assert_eq!(shown(30), [true; 4]);
        assert_eq!(shown(15), [true, false, true, true]);
        assert_eq!(shown(10), [true, false, false, true]);
    }

    #[test]
    fn a_cut_cell_is_exactly_as_wide_as_it_may_be_or_one_less() {
        for row in rows() {
            for width in 1..80 {
                let cell = cut(&row[1], width);
                let full = row[1].width() <= width;
                assert!(cell.width() <= width && (full || cell.width() + 2 > width), "{cell:?} in {width}");
                assert_eq!(cell.ends_with('…'), !full, "{cell:?} in {width}");
            }
        }
    }
}
