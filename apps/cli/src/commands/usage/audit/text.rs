//! An audit for people: one block per request, then the sums.

mod block;

use std::io;

use pricing::{NanoUsd, PicoUsd};
use sessions_tui::{figures, wrapped};

use super::places::Places;
use super::raw::Raw;
use super::sheet::{Entry, Sheet};
use super::sums::Sum;
use crate::context::Context;
use crate::output::{Output, Role};
use crate::plain_text::{counted, one_line, printable};
use crate::table::{self, Column};

/// What is said when the sum is not the total in lists.
pub(super) const STALE: &str =
    "The total in lists follows another table of prices or an earlier scan; `sessions scan` brings it up to date.";

const MODELS: [Column; 4] = [
    table::words("model", Some((16, usize::MAX)), u8::MAX),
    table::figures("requests", 2),
    table::figures("tokens", 1),
    table::figures("cost in dollars", u8::MAX),
];

/// Writes every request and the sums.
pub(super) fn write_all(sheet: &Sheet, places: &Places, context: &mut Context) -> color_eyre::Result<()> {
    let zone = context.zone;
    let output = &mut context.output;
    output.line(&output.paint(Role::Handle, sheet.session.as_str()))?;
    files(places, output)?;
    for entry in &sheet.entries {
        block::write(entry, places, zone, output)?;
    }
    Ok(sums(sheet, output)?)
}

/// Writes one request and what the transcript has of it.
pub(super) fn write_one(
    entry: &Entry,
    sheet: &Sheet,
    places: &Places,
    raw: &Raw,
    context: &mut Context,
) -> color_eyre::Result<()> {
    let zone = context.zone;
    let output = &mut context.output;
    output.line(&output.paint(Role::Handle, sheet.session.as_str()))?;
    files(places, output)?;
    block::write(entry, places, zone, output)?;
    block::tellings(entry, places, output)?;
    output.line("")?;
    if let Some(problem) = &raw.problem {
        return Ok(output.line(&printable(problem))?);
    }
    if raw.lines.len() > 1 {
        remark("Lines of that file that tell it; the last finished one with the most output counts (rule 4):", output)?;
        for told in &raw.lines {
            let reason = told.stop_reason.as_deref().map_or_else(|| "no stop reason".to_owned(), one_line);
            let tokens = told.output_tokens.map(figures::count).unwrap_or_default();
            output.line(&format!("  line {:>7}  {tokens:>9} output  {reason}", figures::count(told.line)))?;
        }
        output.line("")?;
    }
    remark("The line whose usage counts, as the transcript has it:", output)?;
    if let Some(record) = &raw.record {
        let text = serde_json::to_string_pretty(record)?;
        output.line(&printable(&text))?;
    }
    Ok(())
}

fn files(places: &Places, output: &mut Output) -> io::Result<()> {
    for (at, (path, present)) in places.files.iter().enumerate() {
        let gone = if *present { "" } else { "  (gone)" };
        let number = format!("[{}] ", at + 1);
        let room = output.width.saturating_sub(number.len());
        for (row, line) in wrapped(&format!("{}{gone}", places.shown(path)), room).iter().enumerate() {
            let lead = if row == 0 { number.clone() } else { " ".repeat(number.len()) };
            output.line(&output.paint(Role::Dim, &format!("{lead}{line}")))?;
        }
    }
    Ok(())
}

fn sums(sheet: &Sheet, output: &mut Output) -> io::Result<()> {
    let total = &sheet.sums.total;
    output.line("")?;
    let mut cells: Vec<Vec<String>> = sheet.sums.models.iter().map(|(name, sum)| row(&one_line(name), sum)).collect();
    cells.push(row("total", total));
    for line in table::lay_out(&MODELS, &cells, output) {
        output.line(&line)?;
    }
    if sheet.sums.elsewhere > 0 {
        let count = counted(sheet.sums.elsewhere as u64, "request");
        remark(&format!("{count} of these files cost nothing here: other sessions pay (rule 5)."), output)?;
    }
    if total.unknown_cost > 0 {
        let count = counted(total.unknown_cost, "request");
        remark(&format!("{count} without a known price, not in the cost (rule 10)."), output)?;
    }
    if total.incomplete > 0 {
        let count = counted(total.incomplete, "request");
        remark(&format!("{count} cut short in the transcripts: their figures are a lower bound (rule 12)."), output)?;
    }
    if total.cost != sheet.listed {
        remark(&format!("In lists the session costs ${}. {STALE}", sheet.listed), output)?;
    }
    if let Some(recorded) = total.recorded {
        remark(
            &format!(
                "The client noted ${recorded} beside its answers; it counts only where a model has no price (rule 11)."
            ),
            output,
        )?;
    }
    ledger(sheet, output)
}

fn ledger(sheet: &Sheet, output: &mut Output) -> io::Result<()> {
    let Some(ledger) = &sheet.ledger else { return Ok(()) };
    let own = PicoUsd::from(NanoUsd(ledger.nano_usd));
    let difference = sheet.difference(ledger);
    let more = if difference.0 < 0 { "less" } else { "more" };
    let magnitude = PicoUsd(difference.0.abs());
    let text = format!(
        "Claude Code's own total (cost-state): ${own}, ${magnitude} {more} than computed. It includes calls \
        that leave no line; it is shown, never added (rule 11)."
    );
    remark(&text, output)?;
    if sheet.forked {
        remark("This session carries on another one, and its total with it.", output)?;
    }
    Ok(())
}

fn row(name: &str, sum: &Sum) -> Vec<String> {
    vec![name.to_owned(), figures::count(sum.requests), figures::count(sum.tokens.total()), sum.cost.to_string()]
}

fn remark(text: &str, output: &mut Output) -> io::Result<()> {
    for line in wrapped(text, output.width) {
        output.line(&output.paint(Role::Dim, &line))?;
    }
    Ok(())
}
