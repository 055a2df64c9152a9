//! `sessions usage audit`: every request of a session, so that a person can check a total by hand.

mod json;
mod lines;
mod places;
mod raw;
mod sheet;
mod sums;
mod text;
mod words;

use clap::Args;

use crate::archiving;
use crate::context::Context;
use crate::lookup;
use crate::plain_text::one_line;
use crate::report::Fault;
use places::Places;
use sheet::{Entry, Sheet};

const EXAMPLES: &str = "\
Examples:
  sessions usage audit 4f2a | less
  sessions usage audit 4f2a --request 12       one request, with its usage as the transcript has it
  sessions usage audit 4f2a --request msg_01A  the same by its id
  sessions usage audit 4f2a --csv > audit.csv
  sessions usage audit 4f2a --json | jq -r .totals.cost_usd

Tokens times the price of a million, times every share, is the cost: 1,204 tokens at $15 are $0.018060000000. Amounts
are exact to the twelfth decimal and rounded nowhere. `(rule 4)` points to the rules in docs/reference/counting.md.

Without a terminal each line has these columns, separated by tabs (with `--csv`: by commas, below a heading):
  number, time (RFC 3339), id, session that pays, agent, model as written, model of the prices, day of the prices,
  row of prices, input, output, cache write 5 min, cache write 1 h, cache read, web searches, cost in dollars (of this
  session; empty: unknown), parts, shares, stop reason, files that tell it, rule that chose, file, offset in bytes, line";

/// Show every request of a session with the rule and the prices that apply to it
///
/// The sum is the session's cost in `sessions usage` and `sessions ls`, to the last digit. Requests that the session's
/// files repeat and another session pays for are shown too, and cost nothing here.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Only this request: its number in the list, or its id or a beginning of it
    #[arg(long, value_name = "KEY|N")]
    request: Option<String>,
    /// Write lines with commas and a heading
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Audit {
    /// Shows the requests.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let row = lookup::session(context, &self.id)?;
        let audit = context.store.audit(row.id())?;
        let prices = context.prices();
        let sheet = Sheet::new(&row, audit, &prices);
        let chosen = self.request.as_deref().map(|wanted| find(&sheet, wanted)).transpose()?;
        let shown = chosen.map_or(&sheet.entries[..], std::slice::from_ref);
        let archive = archiving::archive(context);
        let places = Places::of(shown, &archive, context.environment.home());
        if context.json {
            let raw = chosen.map(|entry| raw::read(entry, &archive));
            return context.output.json(&json::answer(&sheet, shown, &places, raw.as_ref(), &prices, context));
        }
        if self.csv || !context.output.terminal {
            return lines::write(shown, &sheet, &places, self.csv, &mut context.output);
        }
        match chosen {
            Some(entry) => text::write_one(entry, &sheet, &places, &raw::read(entry, &archive), context),
            None => text::write_all(&sheet, &places, context),
        }
    }
}

/// The request that a number, an id or a unique beginning of one stands for.
fn find<'s>(sheet: &'s Sheet, wanted: &str) -> Result<&'s Entry, Fault> {
    let wanted = wanted.trim();
    let count = sheet.entries.len();
    if let Ok(number) = wanted.parse::<usize>() {
        let entry = number.checked_sub(1).and_then(|at| sheet.entries.get(at));
        return entry.ok_or_else(|| {
            Fault::new("not-found", format!("There is no request {number}; the session has {count}."))
                .next("`sessions usage audit` with the session alone lists them.")
        });
    }
    let begins = |entry: &&Entry| {
        let request = &entry.audited.request;
        request.key.0.starts_with(wanted) || request.request_id.as_deref().is_some_and(|id| id.starts_with(wanted))
    };
    let hits: Vec<&Entry> = sheet.entries.iter().filter(|_| !wanted.is_empty()).filter(begins).collect();
    match hits.as_slice() {
        [entry] => Ok(entry),
        [] => Err(Fault::new("not-found", format!("No request has an id that begins with `{}`.", one_line(wanted)))
            .next(format!("Use a number from 1 to {count}, or an id that `sessions usage audit` shows."))),
        several => Err(Fault::new(
            "ambiguous",
            format!("{} requests have an id that begins with `{}`.", several.len(), one_line(wanted)),
        )
        .next("Use more of the id, or the number of the request.")),
    }
}
