//! The status line: what stands in it, and what falls away where there is no room.

mod figures;

use config::Environment;
use journal::{Spent, Status, UsageState};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What is shown when nothing is known.
const NOTHING: &str = "sessions";

/// Between two parts.
const GAP: &str = " · ";

/// Columns that Claude Code keeps for itself, on both sides together.
const MARGIN: usize = 4;

/// Hundredths of a percent from which a share is pointed out, and from which it is urgent.
const WARNING: u32 = 7_500;
const URGENT: u32 = 9_000;

const PLAIN: &str = "\x1b[0m";
const DIM: &str = "\x1b[2m";
const YELLOW: &str = "\x1b[33m";
const RED: &str = "\x1b[31m";

/// How the line is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Columns that it may take; none: as many as it needs.
    room: Option<usize>,
    color: bool,
}

impl Look {
    /// As the environment wants it: Claude Code tells the width of its terminal in `COLUMNS`.
    pub(crate) fn of(environment: &Environment) -> Self {
        let columns = environment.get("COLUMNS").and_then(|columns| columns.parse::<usize>().ok());
        Self {
            room: columns.filter(|columns| *columns > 0).map(|columns| columns.saturating_sub(MARGIN).max(1)),
            color: environment.get("NO_COLOR").is_none() && environment.get("TERM") != Some("dumb"),
        }
    }
}

/// A part of the line.
#[derive(Debug)]
struct Part {
    text: String,
    /// What may follow it.
    more: String,
    /// Share of something that can be used up, in hundredths of a percent.
    share: Option<u32>,
    /// Places in the order of falling away: of the whole part, and of what follows it. The smallest goes first.
    goes: u8,
    more_goes: u8,
}

impl Part {
    fn new(text: String, goes: u8) -> Self {
        Self { text, more: String::new(), share: None, goes, more_goes: goes }
    }

    /// Its text when everything up to a place has fallen away.
    fn at(&self, step: u8) -> Option<String> {
        let more = if self.more_goes > step { self.more.as_str() } else { "" };
        (self.goes > step).then(|| format!("{}{more}", self.text))
    }
}

/// The line, without an end: model · session · today · five-hour block · context. A figure whose day or block is over,
/// or that nobody knows, is left out.
pub(crate) fn line(status: &Status, state: Option<&UsageState>, now_ms: u64, look: Look) -> String {
    let parts = parts(status, state, now_ms);
    let fits = |step: &u8| look.room.is_none_or(|room| width(&parts, *step) <= room);
    let step = (0..LAST).find(fits).unwrap_or(LAST);
    let shown: Vec<String> = parts
        .iter()
        .filter_map(|part| Some(painted(&cut(&part.at(step)?, look.room), part.share, look.color)))
        .collect();
    if shown.is_empty() {
        return cut(NOTHING, look.room);
    }
    shown.join(&if look.color { format!("{DIM}{GAP}{PLAIN}") } else { GAP.to_owned() })
}

/// The step at which only the model is left.
const LAST: u8 = 6;

fn parts(status: &Status, state: Option<&UsageState>, now_ms: u64) -> Vec<Part> {
    let today = state.and_then(|state| state.today).filter(|today| today.holds(now_ms));
    let estimate = state.and_then(|state| state.block).filter(|block| block.holds(now_ms));
    let model = status.model.as_deref().map(printable).filter(|model| !model.is_empty());
    let session = status.session_cost_nano_usd.map(|cost| format!("{} session", figures::dollars(cost)));
    [
        model.map(|model| Part::new(model, LAST + 1)),
        session.map(|session| Part::new(session, 5)),
        today.and_then(|today| Some(Part::new(format!("{} today", cost_of(&today)?), 3))),
        official(status, now_ms).or_else(|| estimated(&estimate?, now_ms)),
        context(status),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The five-hour window as Anthropic counts it.
fn official(status: &Status, now_ms: u64) -> Option<Part> {
    let limit = status.limits.iter().find(|limit| limit.window == "five_hour" && limit.holds(now_ms))?;
    let left = limit.resets_ms.map(|end_ms| left(end_ms, now_ms));
    Some(Part {
        share: Some(limit.used_hundredths),
        more: left.unwrap_or_default(),
        more_goes: 2,
        ..Part::new(format!("5h {}", figures::percent(limit.used_hundredths)), 4)
    })
}

/// The five-hour block as the times of requests suggest it.
fn estimated(block: &Spent, now_ms: u64) -> Option<Part> {
    Some(Part { more: left(block.end_ms, now_ms), more_goes: 2, ..Part::new(format!("5h {}", cost_of(block)?), 4) })
}

fn context(status: &Status) -> Option<Part> {
    let share = status.context_hundredths?;
    let tokens = status.context_tokens.map(|tokens| format!(" ({})", figures::tokens(tokens)));
    Some(Part {
        share: Some(share),
        more: tokens.unwrap_or_default(),
        more_goes: 1,
        ..Part::new(format!("context {}", figures::percent(share)), 6)
    })
}

/// The cost, marked where some of it is not known; none when all of it is unknown.
fn cost_of(spent: &Spent) -> Option<String> {
    match (spent.cost_nano_usd, spent.unknown_cost_requests) {
        (cost, 0) => Some(figures::dollars(cost)),
        (0, _) => None,
        (cost, _) => Some(figures::dollars(cost) + "+"),
    }
}

fn left(end_ms: u64, now_ms: u64) -> String {
    format!(", {} left", figures::span(end_ms.saturating_sub(now_ms)))
}

fn width(parts: &[Part], step: u8) -> usize {
    let shown: Vec<usize> = parts.iter().filter_map(|part| Some(part.at(step)?.width())).collect();
    shown.iter().sum::<usize>() + GAP.width() * shown.len().saturating_sub(1)
}

fn painted(text: &str, share: Option<u32>, color: bool) -> String {
    let ink = match share {
        Some(URGENT..) => RED,
        Some(WARNING..) => YELLOW,
        _ => return text.to_owned(),
    };
    if color { format!("{ink}{text}{PLAIN}") } else { text.to_owned() }
}

/// The beginning of a text that fits, with `…` where something is missing.
fn cut(text: &str, room: Option<usize>) -> String {
    let Some(room) = room.filter(|room| text.width() > *room) else { return text.to_owned() };
    let mut used = 1;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= room
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Foreign text on one line, without escape sequences, control characters and those that reorder or hide text.
fn printable(text: &str) -> String {
    // The same sequences, begun with one character.
    let text = text.replace('\u{9b}', "\x1b[").replace('\u{9d}', "\x1b]");
    let text = anstream::adapter::strip_str(&text).to_string();
    let is_hidden = |character: char| matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let kept: String = text
        .chars()
        .filter(|character| character.is_whitespace() || !(character.is_control() || is_hidden(*character)))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
