//! What was found in a session, in context, for the preview.

use ratatui::text::{Line, Span};
use search::Passage;
use transcript::TextKind;

use super::{Page, SPEAKER};
use crate::view::hit_pieces;

impl Page {
    /// The lines that match, with who said each, in at most so many rows; how many more there are stands in the last.
    pub(super) fn hits(&mut self, passages: &[Passage], all: u64, rows: usize) {
        let shown = if all > rows as u64 { rows.saturating_sub(1) } else { rows };
        for passage in passages.iter().take(shown) {
            let mut spans = vec![Span::styled(format!("{:<SPEAKER$}", speaker(passage.kind)), self.theme.dim)];
            for (text, marked) in hit_pieces(&passage.excerpt, self.columns.saturating_sub(SPEAKER)) {
                spans.push(Span::styled(text, if marked { self.theme.matched } else { self.theme.text }));
            }
            self.lines.push(Line::from(spans));
        }
        let more = all.saturating_sub(shown.min(passages.len()) as u64);
        if more > 0 && rows > 0 {
            let text = format!("{:<SPEAKER$}… and {} more", "", crate::figures::count(more));
            self.line(&text, self.theme.dim);
        }
    }
}

/// Whose text it is, in a word.
fn speaker(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Prompt => "> you",
        TextKind::Answer => "< claude",
        TextKind::Thinking => "thinking",
        TextKind::ToolInput | TextKind::ToolResult | TextKind::ToolDetail => "tool",
        TextKind::Notice | TextKind::Tag => "notice",
    }
}
