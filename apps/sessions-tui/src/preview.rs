//! The preview of the session under the cursor, as lines that fit its area.

mod facts;
mod group;
mod hits;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use search::Found;
use transcript::Tokens;

use crate::cells;
use crate::excerpt::{Excerpt, Exchange};
use crate::figures;
use crate::library::Entry;
use crate::model::Model;
use crate::theme::Theme;
pub(crate) use facts::shortened;
use facts::{Facts, joined};
pub(crate) use group::group;

/// Lines that match and are kept of each session for the preview.
pub(crate) const HITS: usize = 8;
/// Columns of the word that says who speaks.
const SPEAKER: usize = 9;

/// The lines of a preview; `wide` says that it stands beside the list and has room below rather than to the right.
pub(crate) fn lines(
    model: &Model,
    entry: &Entry,
    excerpt: Option<&Excerpt>,
    found: Option<&Found>,
    area: Rect,
    wide: bool,
) -> Vec<Line<'static>> {
    let facts = Facts::new(model, entry);
    let mut page = Page::new(&model.setup.theme, area);
    if wide {
        page.tall(&facts);
    } else {
        page.flat(&facts);
    }
    if let Some(found) = found.filter(|found| found.lines > 0) {
        if wide {
            page.gap();
        }
        let rows = if wide { HITS } else { page.room() };
        page.hits(&found.passages, found.lines, rows);
    }
    page.words(&facts, words_of(entry, excerpt), excerpt, wide);
    page.into_lines()
}

struct Page {
    theme: Theme,
    columns: usize,
    height: usize,
    lines: Vec<Line<'static>>,
}

impl Page {
    fn new(theme: &Theme, area: Rect) -> Self {
        let columns = usize::from(area.width).saturating_sub(2);
        Self { theme: *theme, columns, height: area.height.into(), lines: Vec::new() }
    }

    fn into_lines(mut self) -> Vec<Line<'static>> {
        self.lines.truncate(self.height);
        self.lines
    }

    fn room(&self) -> usize {
        self.height.saturating_sub(self.lines.len())
    }

    fn line(&mut self, text: &str, style: Style) {
        self.lines.push(Line::styled(cells::cut(text, self.columns).into_owned(), style));
    }

    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.spans.is_empty()) {
            self.lines.push(Line::default());
        }
    }

    fn flat(&mut self, facts: &Facts) {
        let place = facts.place_within(self.columns / 2);
        let room = self.columns.saturating_sub(cells::width(&place) + 2);
        let title = cells::cut(&facts.title, room).into_owned();
        let gap = self.columns.saturating_sub(cells::width(&title) + cells::width(&place));
        self.lines.push(Line::from(vec![
            Span::styled(title, self.theme.strong),
            Span::raw(" ".repeat(gap)),
            Span::styled(place, self.theme.dim),
        ]));
        let all: Vec<&str> = facts.times.iter().chain(&facts.makers).map(String::as_str).collect();
        self.line(&all.join(" · "), self.theme.dim);
        self.token_line(facts);
        for (text, style) in facts.notices(&self.theme) {
            self.line(&text, style);
        }
    }

    fn token_line(&mut self, facts: &Facts) {
        let theme = self.theme;
        let mut spans = self.token_spans(&facts.tokens, &facts.cost);
        let taken: usize = spans.iter().map(|span| cells::width(&span.content)).sum();
        let room = self.columns.saturating_sub(taken + 10);
        if room > 12 && !facts.files.is_empty() {
            spans.push(Span::styled("   files ", theme.dim));
            spans.push(Span::raw(facts.files_within(room)));
        }
        self.lines.push(Line::from(spans));
    }

    /// Each kind of tokens and the cost, in one line or one below the other.
    fn tokens(&mut self, tokens: &Tokens, cost: &str, wide: bool) {
        if wide {
            self.token_table(tokens, cost);
        } else {
            let spans = self.token_spans(tokens, cost);
            self.lines.push(Line::from(spans));
        }
    }

    fn token_spans(&self, tokens: &Tokens, cost: &str) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for (name, count) in kinds(tokens) {
            spans.push(Span::styled(format!("{name} "), self.theme.dim));
            spans.push(Span::raw(format!("{}  ", figures::tokens(count))));
        }
        spans.push(Span::styled(format!(" {cost}"), self.theme.strong));
        spans
    }

    fn token_table(&mut self, tokens: &Tokens, cost: &str) {
        let theme = self.theme;
        for (name, count) in kinds(tokens) {
            self.lines.push(Line::from(vec![
                Span::styled(format!("{name:<12}"), theme.dim),
                Span::raw(format!("{:>9}", figures::tokens(count))),
            ]));
        }
        self.lines.push(Line::from(vec![
            Span::styled(format!("{:<12}", "together"), theme.dim),
            Span::raw(format!("{:>9}", figures::tokens(tokens.total()))),
            Span::styled(format!("  {cost:>10}"), theme.strong),
        ]));
    }

    fn tall(&mut self, facts: &Facts) {
        let theme = self.theme;
        for line in cells::wrap(&facts.title, self.columns, 3) {
            self.lines.push(Line::styled(line, theme.strong));
        }
        self.line(&joined(&[&facts.project, &facts.branch]), theme.text);
        self.line(&facts.directory, theme.dim);
        self.gap();
        self.line(&facts.times.join(" · "), theme.text);
        self.line(&facts.makers.join(" · "), theme.dim);
        self.line(&facts.id, theme.dim);
        self.gap();
        self.token_table(&facts.tokens, &facts.cost);
        let notices = facts.notices(&theme);
        if !notices.is_empty() {
            self.gap();
        }
        for (text, style) in notices {
            for line in cells::wrap(&text, self.columns, 3) {
                self.lines.push(Line::styled(line, style));
            }
        }
        self.files(facts);
    }

    fn files(&mut self, facts: &Facts) {
        const SHOWN: usize = 6;
        if facts.files.is_empty() {
            return;
        }
        self.gap();
        self.line("files", self.theme.dim);
        for file in facts.files.iter().take(SHOWN) {
            self.lines.push(Line::raw(format!("  {}", cells::cut_start(file, self.columns.saturating_sub(2)))));
        }
        if facts.files.len() > SHOWN {
            self.line(&format!("  +{}", facts.files.len() - SHOWN), self.theme.dim);
        }
    }

    /// What was said first and last, in the room that is left.
    fn words(&mut self, facts: &Facts, (first, last): (Exchange, Exchange), excerpt: Option<&Excerpt>, wide: bool) {
        if let Some(problem) = excerpt.and_then(|excerpt| excerpt.problem.as_ref()) {
            self.line(problem, self.theme.warning);
        }
        if [&first, &last].iter().all(|exchange| exchange.prompt.is_empty() && exchange.answer.is_empty()) {
            return self.handles(facts, wide);
        }
        let several = first != last && !first.prompt.is_empty();
        let blank = usize::from(wide);
        if several && self.room() >= 4 + 2 * blank {
            let each = if wide { (self.room() / 2).saturating_sub(1).max(2) } else { 2 };
            self.exchange(&first, each, wide);
        }
        let room = self.room();
        self.exchange(&last, room, wide);
    }

    /// What a session is known by in which nothing was said: its id and its file.
    fn handles(&mut self, facts: &Facts, wide: bool) {
        if wide {
            self.gap();
        } else {
            self.line(&facts.id, self.theme.dim);
        }
        let path = facts.transcript.as_deref().unwrap_or_default();
        for line in cells::wrap(path, self.columns, 3) {
            self.line(&line, self.theme.dim);
        }
    }

    fn exchange(&mut self, exchange: &Exchange, room: usize, wide: bool) {
        if wide && room > 2 {
            self.gap();
        }
        let room = room.min(self.room());
        let prompt_rows = if exchange.answer.is_empty() { room } else { (room / 2).max(1) };
        let (claude, dim) = (self.theme.quote, self.theme.dim);
        let used = self.speech("> you", &exchange.prompt, self.theme.key, self.theme.text, prompt_rows);
        self.speech("< claude", &exchange.answer, claude, dim, room.saturating_sub(used));
    }

    fn speech(&mut self, speaker: &str, text: &str, style: Style, words: Style, rows: usize) -> usize {
        let lines = cells::wrap(text, self.columns.saturating_sub(SPEAKER), rows);
        let used = lines.len();
        for (at, line) in lines.into_iter().enumerate() {
            let who = if at == 0 { speaker } else { "" };
            self.lines
                .push(Line::from(vec![Span::styled(format!("{who:<SPEAKER$}"), style), Span::styled(line, words)]));
        }
        used
    }
}

/// The kinds of tokens, by name.
fn kinds(tokens: &Tokens) -> [(&'static str, u64); 4] {
    [
        ("input", tokens.input),
        ("output", tokens.output),
        ("cache write", tokens.cache_write()),
        ("cache read", tokens.cache_read),
    ]
}

/// The first and the last exchange, from the transcript if it was read, else from what is stored.
fn words_of(entry: &Entry, excerpt: Option<&Excerpt>) -> (Exchange, Exchange) {
    let stored = |prompt: &Option<String>| Exchange {
        prompt: prompt.as_deref().map(cells::clean).unwrap_or_default(),
        answer: String::new(),
    };
    match excerpt {
        Some(excerpt) if excerpt.problem.is_none() => (excerpt.first.clone(), excerpt.last.clone()),
        _ => (stored(&entry.row.session.first_prompt), stored(&entry.row.session.last_prompt)),
    }
}
