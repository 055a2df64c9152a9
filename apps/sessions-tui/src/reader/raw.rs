//! The records behind a block, as they stand in the file.

use std::fmt::Write as _;

use regex::Regex;
use transcript::Sketched;

use super::page::{Page, Spot};
use super::script::Stop;
use crate::cells;

/// Longest string that is shown whole, in bytes; of longer ones (pictures) the length is said.
const LONGEST: usize = 20_000;

/// Records, pretty-printed.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    pub(crate) lines: Vec<String>,
    pub(crate) top: usize,
}

impl Raw {
    /// The records behind a row.
    pub(crate) fn of(page: &Page, spot: Spot) -> Option<Self> {
        let call = match &page.part(spot)?.kind {
            typeset::PartKind::Tool { call, .. } => Some(call.clone()),
            _ => None,
        };
        let mut lines = Vec::new();
        for offset in offsets(page, spot.stop, call.as_deref()) {
            let text = page.script.bytes().record(offset)?;
            lines.push(format!("// record at byte {offset}"));
            lines.extend(pretty(&text).lines().map(cells::clean_block));
            lines.push(String::new());
        }
        (!lines.is_empty()).then_some(Self { lines, top: 0 })
    }

    /// The record at an offset, from the line on in which something stands first.
    pub(crate) fn record(page: &Page, offset: u64, pattern: &Regex) -> Option<Self> {
        let record = page.script.bytes().record(offset)?;
        let mut lines = vec![format!("// record at byte {offset}")];
        lines.extend(pretty(&record).lines().map(cells::clean_block));
        let top = lines.iter().position(|line| pattern.is_match(line)).unwrap_or(0).saturating_sub(2);
        Some(Self { lines, top })
    }

    pub(crate) fn scroll(&mut self, by: isize, height: usize) {
        self.top = self.top.saturating_add_signed(by).min(self.lines.len().saturating_sub(height));
    }
}

/// The records of a stop; of a tool call only those that hold it and its result.
pub(crate) fn offsets(page: &Page, stop: usize, call: Option<&str>) -> Vec<u64> {
    let Some(Stop::Entry(entry)) = page.stops.get(stop) else { return page.offset(stop).into_iter().collect() };
    let (outline, bytes) = (page.script.outline(&page.which), page.script.bytes());
    let Some(entry) = page.script.entries(&page.which).get(*entry) else { return Vec::new() };
    let Sketched::Answer(answer) = &entry.sketched else { return vec![entry.offset] };
    let Some(call) = call else { return answer.lines().collect() };
    let holds = |offset: &u64| bytes.record(*offset).is_some_and(|text| text.contains(call));
    answer.lines().filter(holds).chain(outline.result_of(call)).collect()
}

/// A record over several lines, in the order in which it is written; what is no JSON stays as it is.
fn pretty(text: &str) -> String {
    if serde_json::from_str::<serde_json::Value>(text).is_err() {
        return text.to_owned();
    }
    let (mut out, mut depth) = (String::with_capacity(text.len() * 2), 0usize);
    let mut rest = text.trim();
    let mut opened = false;
    while let Some(sign) = rest.chars().next() {
        let end = if sign == '"' { string_end(rest) } else { sign.len_utf8() };
        let token = &rest[..end];
        rest = rest[end..].trim_start();
        let closes = matches!(sign, '}' | ']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        if opened != closes {
            new_line(&mut out, depth);
        }
        opened = matches!(sign, '{' | '[');
        depth += usize::from(opened);
        push_token(&mut out, token);
        match sign {
            ',' => new_line(&mut out, depth),
            ':' => out.push(' '),
            _ => {}
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Adds a piece of a record; of a long string, its beginning and its length.
fn push_token(out: &mut String, token: &str) {
    if token.len() <= LONGEST {
        out.push_str(token);
        return;
    }
    let _ = write!(out, "{}…\" ({} bytes)", &token[..token.floor_char_boundary(200)], token.len() - 2);
}

/// Where the string ends that a text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|(_, byte)| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_its_order_and_its_numbers() {
        let record = r#"{"z":1.50,"a":[],"m":{"k":"a \"b\", {c}","l":[1,{"x":null}]}, "e":{}}"#;
        let expect = r#"{
  "z": 1.50,
  "a": [],
  "m": {
    "k": "a \"b\", {c}",
    "l": [
      1,
      {
        "x": null
      }
    ]
  },
  "e": {}
}"#;
        assert_eq!(pretty(record), expect);
        assert_eq!(pretty("{\"a\":"), "{\"a\":");
    }

    #[test]
    fn a_long_string_is_cut_with_its_length() {
        let shown = pretty(&format!("[\"{}\"]", "x".repeat(LONGEST)));
        assert!(shown.len() < 300 && shown.contains("(20000 bytes)"), "{shown}");
    }
}
