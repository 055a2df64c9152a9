//! The records behind a block, as they stand in the file.

use serde_json::Value;
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

fn pretty(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    shorten(&mut value);
    serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.to_owned())
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONGEST => {
            let end = text.floor_char_boundary(200);
            *text = format!("{}… ({} bytes)", &text[..end], text.len());
        }
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}
