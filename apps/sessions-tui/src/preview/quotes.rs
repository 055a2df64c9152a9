//! The lines that match in a session, in context, for the preview.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use transcript::TextKind;

use super::{Page, SPEAKER};
use crate::cells;
use crate::figures;
use crate::finding::Quote;
use crate::search_line::pieces;
use crate::theme::Theme;

/// Rows that are left to the last exchange where the preview stands below the list.
const FOR_WORDS: usize = 2;

impl Page {
    /// The lines that match, each with who said it, its turn, and the lines around it where there is room; how many
    /// more there are stands in the last row.
    pub(super) fn quotes(&mut self, quotes: &[Quote], all: u64, wide: bool) {
        let room = self.room();
        let rows = if wide { room * 2 / 3 } else { room.saturating_sub(FOR_WORDS).max(room.min(3)) };
        let end = self.lines.len() + rows;
        let mut shown = 0;
        for quote in quotes {
            let left = end.saturating_sub(self.lines.len());
            let is_last_of_all = shown + 1 == all;
            if left == 0 || left == 1 && !is_last_of_all && shown > 0 {
                break;
            }
            if wide && left > 4 {
                self.gap();
            }
            let left = end.saturating_sub(self.lines.len());
            self.quote(quote, if is_last_of_all || shown == 0 { left } else { left - 1 });
            shown += 1;
        }
        let more = all.saturating_sub(shown);
        if more > 0 && self.lines.len() < end {
            let text = format!("{:<SPEAKER$}and {} more", "", figures::count(more));
            self.line(&text, self.theme.dim);
        }
    }

    /// A line that matches in at most so many rows.
    fn quote(&mut self, quote: &Quote, rows: usize) {
        let theme = self.theme;
        let excerpt = &quote.passage.excerpt;
        let around = rows.saturating_sub(1).min(2);
        let said = |line: &&String| !line.trim().is_empty();
        let before = excerpt.context.before.iter().rfind(said).filter(|_| around > 0);
        let after = excerpt.context.after.iter().find(said).filter(|_| around > usize::from(before.is_some()));
        let (who, style) = speaker(quote.passage.kind, &theme);
        let place = quote.place();
        if let Some(before) = before {
            self.beside((who, style), before);
        }
        let reserved = if place.is_empty() { 0 } else { cells::width(&place) + 2 };
        let room = self.columns.saturating_sub(SPEAKER + reserved);
        let who = if before.is_some() { "" } else { who };
        let mut spans = vec![Span::styled(format!("{who:<SPEAKER$}"), style)];
        let mut taken = 0;
        for (text, marked) in pieces(excerpt, room) {
            let text = cells::cut(&text, room - taken).into_owned();
            taken += cells::width(&text);
            spans.push(Span::styled(text, if marked { theme.matched } else { theme.text }));
        }
        if !place.is_empty() {
            spans.push(Span::styled(format!("{}  {place}", " ".repeat(room - taken)), theme.dim));
        }
        self.lines.push(Line::from(spans));
        if let Some(after) = after {
            self.beside(("", style), after);
        }
    }

    /// A line before or after one that matches.
    fn beside(&mut self, (who, style): (&str, Style), line: &str) {
        let theme = self.theme;
        let line = cells::clean(&transcript::sanitize(line));
        let text = cells::cut(&line, self.columns.saturating_sub(SPEAKER)).into_owned();
        self.lines
            .push(Line::from(vec![Span::styled(format!("{who:<SPEAKER$}"), style), Span::styled(text, theme.dim)]));
    }
}

impl Quote {
    /// Where it stands, as the preview says it.
    fn place(&self) -> String {
        match self.turn {
            _ if self.in_subagent => "subagent".to_owned(),
            Some(turn) => format!("turn {turn}"),
            None => String::new(),
        }
    }
}

/// Whose text it is, in a word, and how that is drawn.
fn speaker(kind: TextKind, theme: &Theme) -> (&'static str, Style) {
    match kind {
        TextKind::Prompt => ("> you", theme.you),
        TextKind::Answer => ("< claude", theme.claude),
        TextKind::Thinking => ("thinking", theme.thinking),
        TextKind::ToolInput | TextKind::ToolResult | TextKind::ToolDetail => ("tool", theme.tool),
        TextKind::Notice | TextKind::Tag => ("notice", theme.dim),
    }
}
