//! An audit for scripts: one line per request.

use chrono::SecondsFormat;
use pricing::PicoUsd;

use super::places::Places;
use super::sheet::{Entry, Sheet};
use super::words::{applied, piece_word, row_word, share};
use crate::output::Output;
use crate::plain_text::{field, one_line};

/// The heading of the lines with commas.
const HEADING: [&str; 24] = [
    "number",
    "at",
    "id",
    "session",
    "agent",
    "model",
    "priced_as",
    "day",
    "row",
    "input",
    "output",
    "cache_write_5m",
    "cache_write_1h",
    "cache_read",
    "web_searches",
    "cost_usd",
    "parts",
    "shares",
    "stop_reason",
    "files",
    "rules",
    "file",
    "offset",
    "line",
];

/// Writes one line per request, with tabs or with commas.
pub(super) fn write(
    entries: &[Entry],
    sheet: &Sheet,
    places: &Places,
    commas: bool,
    output: &mut Output,
) -> color_eyre::Result<()> {
    if commas {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADING)?;
        for entry in entries {
            writer.write_record(cells(entry, places).map(|cell| one_line(&cell)))?;
        }
        output.bytes(&writer.into_inner()?)?;
    } else {
        for entry in entries {
            output.line(&cells(entry, places).map(|cell| field(&cell)).join("\t"))?;
        }
    }
    if sheet.sums.total.cost != sheet.listed {
        output.note(super::text::STALE);
    }
    Ok(())
}

fn cells(entry: &Entry, places: &Places) -> [String; HEADING.len()] {
    let request = &entry.audited.request;
    let explanation = &entry.explanation;
    let top = explanation.lines.first();
    let tokens = entry.billed();
    let counted = entry.counted();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let each = |texts: &mut dyn Iterator<Item = String>| texts.collect::<Vec<_>>().join("; ");
    [
        entry.number.to_string(),
        request.at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)).unwrap_or_default(),
        request.key.0.clone(),
        request.session.to_string(),
        text(&request.agent),
        request.model.clone(),
        top.and_then(|line| line.canonical.clone()).unwrap_or_default(),
        explanation.day.map(|day| day.to_string()).unwrap_or_default(),
        top.and_then(|line| line.row.as_ref()).map(|row| row_word(row.kind).to_owned()).unwrap_or_default(),
        tokens.input.to_string(),
        tokens.output.to_string(),
        tokens.cache_write_5m.to_string(),
        tokens.cache_write_1h.to_string(),
        tokens.cache_read.to_string(),
        request.web_searches.to_string(),
        entry.charged().map(|cost: PicoUsd| cost.to_string()).unwrap_or_default(),
        each(&mut explanation.lines.iter().skip(1).map(|line| piece_word(line.piece).to_owned())),
        each(&mut top.into_iter().flat_map(|line| line.factors.iter().map(share))),
        text(&request.stop_reason),
        entry.audited.tellings.len().to_string(),
        each(&mut applied(entry).into_iter().map(|applied| format!("{} (rule {})", applied.text, applied.rule))),
        counted.path.display().to_string(),
        counted.request.offset.to_string(),
        places.line(counted).map(|line| line.to_string()).unwrap_or_default(),
    ]
}
