//! The preview of the session under the cursor, as lines that fit its area.

mod facts;
mod group;
mod kinds;
mod quotes;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use search::{Found, Together};

use crate::cells;
use crate::finding::Quote;
use crate::glimpse::{Exchange, Glimpse};
use crate::layout::Places;
use crate::library::Entry;
use crate::model::Model;
use crate::theme::Theme;
pub(crate) use facts::shortened;
use facts::{Facts, joined};
pub(crate) use group::group;
use kinds::Kind;

/// Lines that match and are kept of each session for the preview.
pub(crate) const HITS: usize = 8;
/// Columns that files need beside other things in a line.
const FILES: usize = 32;
/// Columns of the word that says who speaks.
const SPEAKER: usize = 9;

/// What was read of a session beside its row.
pub(crate) struct Read<'a> {
    /// Its first and last words, and its costs by kind.
    pub(crate) glimpse: Option<&'a Glimpse>,
    /// What was found in it.
    pub(crate) found: Option<&'a Found>,
    /// The lines that match, with what stands around them, once they are known.
    pub(crate) quotes: &'a [Quote],
}

/// The lines of a preview.
pub(crate) fn lines(model: &Model, entry: &Entry, read: &Read<'_>, places: Places) -> Vec<Line<'static>> {
    let facts = Facts::new(model, entry, read.glimpse.and_then(|glimpse| glimpse.costs.as_ref()));
    let (area, wide) = (places.preview, places.is_wide());
    let mut page = Page::new(&model.setup.theme, area);
    if wide {
        page.tall(&facts);
    } else {
        page.flat(&facts);
    }
    if let Some(found) = read.found.filter(|found| found.lines > 0) {
        let best: Vec<Quote> = found.best.iter().cloned().map(Quote::bare).collect();
        let quotes = if read.quotes.is_empty() { &best } else { read.quotes };
        // of words that are not together there are no more lines than those
        let all = if found.together == Together::Line { found.lines } else { quotes.len() as u64 };
        page.quotes(quotes, all, wide);
    }
    page.words(&facts, words_of(entry, read.glimpse), read.glimpse, wide);
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

    /// Tokens and costs by kind, and the files where there is room beside them, else in a line of their own.
    fn token_line(&mut self, facts: &Facts) {
        let theme = self.theme;
        let mut spans = self.token_lines(&facts.kinds, &facts.cost).unwrap_or_default();
        let taken: usize = spans.iter().map(|span| cells::width(&span.content)).sum();
        let beside = self.columns.saturating_sub(taken + 9);
        if facts.files.is_empty() {
            self.lines.push(Line::from(spans));
            return;
        }
        if beside < FILES {
            self.lines.push(Line::from(std::mem::take(&mut spans)));
        } else {
            spans.push(Span::raw("   "));
        }
        spans.push(Span::styled("files ", theme.dim));
        spans.push(Span::raw(facts.files_within(if beside < FILES { self.columns.saturating_sub(6) } else { beside })));
        self.lines.push(Line::from(spans));
    }

    /// Each kind of tokens and the cost, in one line or one below the other.
    fn tokens(&mut self, kinds: &[Kind], (tokens, cost): (&str, &str), wide: bool) {
        if wide {
            self.token_table(kinds, (tokens, cost));
        } else {
            let last = self.token_lines(kinds, cost);
            self.lines.extend(last.map(Line::from));
        }
    }

    /// Kinds of tokens in as many lines as they need; the last one comes back.
    fn token_lines(&mut self, kinds: &[Kind], cost: &str) -> Option<Vec<Span<'static>>> {
        let theme = self.theme;
        let kind = |kind: &Kind| {
            vec![
                Span::styled(format!("{} ", kind.short), theme.dim),
                Span::raw(kind.count.clone()),
                Span::styled(kind.cost.as_ref().map(|cost| format!(" {cost}")).unwrap_or_default(), theme.dim),
            ]
        };
        let total = vec![Span::styled(cost.to_owned(), theme.strong)];
        let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
        let mut taken = 0;
        for item in kinds.iter().map(kind).chain([total]) {
            let width: usize = item.iter().map(|span| cells::width(&span.content)).sum();
            if let Some(line) = lines.last_mut().filter(|_| taken + 2 + width <= self.columns) {
                line.push(Span::raw("  "));
                line.extend(item);
                taken += 2 + width;
            } else {
                lines.push(item);
                taken = width;
            }
        }
        let last = lines.pop();
        self.lines.extend(lines.into_iter().map(Line::from));
        last
    }

    fn token_table(&mut self, kinds: &[Kind], (tokens, cost): (&str, &str)) {
        let theme = self.theme;
        for kind in kinds {
            self.lines.push(Line::from(vec![
                Span::styled(format!("{:<17}", kind.name), theme.dim),
                Span::raw(format!("{:>7}", kind.count)),
                Span::styled(format!("  {:>10}", kind.cost.as_deref().unwrap_or_default()), theme.dim),
            ]));
        }
        self.lines.push(Line::from(vec![
            Span::styled(format!("{:<17}", "together"), theme.dim),
            Span::raw(format!("{tokens:>7}")),
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
        self.token_table(&facts.kinds, (&facts.tokens, &facts.cost));
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
    fn words(&mut self, facts: &Facts, (first, last): (Exchange, Exchange), glimpse: Option<&Glimpse>, wide: bool) {
        if let Some(problem) = glimpse.and_then(|glimpse| glimpse.problem.as_ref()) {
            self.line(problem, self.theme.warning);
        }
        if [&first, &last].iter().all(|exchange| exchange.prompt.is_empty() && exchange.answer.is_empty()) {
            return self.handles(facts, wide);
        }
        let several = first.prompt != last.prompt && !first.prompt.is_empty();
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
        let theme = self.theme;
        let used = self.speech("> you", &exchange.prompt, theme.you, theme.text, prompt_rows);
        self.speech("< claude", &exchange.answer, theme.claude, theme.dim, room.saturating_sub(used));
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

/// The first and the last exchange, from the transcript if it was read, else from what is stored.
fn words_of(entry: &Entry, glimpse: Option<&Glimpse>) -> (Exchange, Exchange) {
    let stored = |prompt: &Option<String>| Exchange {
        prompt: prompt.as_deref().map(cells::clean).unwrap_or_default(),
        answer: String::new(),
    };
    match glimpse {
        Some(glimpse) if glimpse.first != Exchange::default() || glimpse.last != Exchange::default() => {
            (glimpse.first.clone(), glimpse.last.clone())
        }
        _ => (stored(&entry.row.session.first_prompt), stored(&entry.row.session.last_prompt)),
    }
}
