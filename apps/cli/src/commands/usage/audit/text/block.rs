//! One request: what it is, where it stands, and every step of its cost.

use std::io;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use pricing::{Line, Piece, Reason, Row, SearchLine, TokenLine};
use sessions_tui::{figures, wrapped};
use store::Telling;

use crate::commands::usage::audit::places::Places;
use crate::commands::usage::audit::sheet::Entry;
use crate::commands::usage::audit::words::{applied, kind_word, piece_word, reason_word, row_word, share};
use crate::output::{Output, Role};
use crate::plain_text::one_line;

/// Columns that everything below the heading is set in by.
const INDENT: &str = "    ";

/// Writes a block.
pub(super) fn write(entry: &Entry, places: &Places, zone: Tz, output: &mut Output) -> io::Result<()> {
    let request = &entry.audited.request;
    output.line("")?;
    let time = request.at.map_or_else(|| "no time".to_owned(), |at| local(at, zone));
    let number = output.paint(Role::Strong, &format!("{:>3}", entry.number));
    output.line(&format!("{number} {time}  {}", output.paint(Role::Strong, &cost(entry))))?;
    let stop = request.stop_reason.as_deref().map_or_else(|| "no stop reason".to_owned(), one_line);
    let agent = request.agent.as_deref().map(|agent| format!(" · subagent {}", one_line(agent))).unwrap_or_default();
    say(Role::Handle, &one_line(&request.key.0), output)?;
    say(Role::Dim, &format!("{} · {stop}{agent}", place(entry.counted(), places)), output)?;
    if !std::ptr::eq(entry.counted(), entry.winner()) {
        say(Role::Dim, &format!("usage from {}", place(entry.winner(), places)), output)?;
    }
    for line in &entry.explanation.lines {
        piece(line, entry, output)?;
    }
    if let Some(searches) = &entry.explanation.web_searches {
        output.line(&search_line(searches))?;
    }
    for applied in applied(entry) {
        say(Role::Dim, &format!("- {} (rule {})", applied.text, applied.rule), output)?;
    }
    Ok(())
}

/// Writes what each file tells of a request, if there are several.
pub(super) fn tellings(entry: &Entry, places: &Places, output: &mut Output) -> io::Result<()> {
    if entry.audited.tellings.len() < 2 {
        return Ok(());
    }
    say(Role::Dim, "The files that tell it, the one that counts first:", output)?;
    for telling in &entry.audited.tellings {
        let request = &telling.request;
        let marks = [(request.forked, "copy"), (request.sidechain, "sidechain"), (telling.counted, "counted here")];
        let marks: Vec<&str> = marks.into_iter().filter(|(so, _)| *so).map(|(_, word)| word).collect();
        let stop = request.stop_reason.as_deref().map_or_else(|| "no stop reason".to_owned(), one_line);
        let output_tokens = figures::count(request.tokens.output);
        let session = one_line(telling.session.as_str());
        let facts = [format!("session {session}"), format!("{output_tokens} output"), stop, marks.join(", ")];
        let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        say(Role::Plain, &format!("- {}: {}", place(telling, places), facts.join(" · ")), output)?;
    }
    Ok(())
}

fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %Z").to_string()
}

fn cost(entry: &Entry) -> String {
    match (entry.own, entry.charged()) {
        (false, _) => "$0 here".to_owned(),
        (true, Some(cost)) => format!("${cost}"),
        (true, None) => "cost unknown".to_owned(),
    }
}

/// `[2] byte 182,334, line 97`.
fn place(telling: &Telling, places: &Places) -> String {
    let line = places.line(telling).map(|line| format!(", line {}", figures::count(line))).unwrap_or_default();
    format!("[{}] byte {}{line}", places.number(telling), telling.request.offset)
}

fn piece(line: &Line, entry: &Entry, output: &mut Output) -> io::Result<()> {
    let mut model = one_line(&line.model);
    if let Some(name) = line.canonical.as_deref().filter(|name| *name != line.model) {
        model = format!("{model}, priced as {name} (rule 10)");
    }
    let name = match line.piece {
        Piece::TopLevel => String::new(),
        Piece::Part(_) => format!("{}: ", piece_word(line.piece)),
    };
    let prices = match (&line.row, line.left_out) {
        (_, Some(reason)) if reason != Reason::NoPrice => reason_word(reason).to_owned(),
        (Some(row), _) => priced(row, entry),
        (None, _) => "no price".to_owned(),
    };
    say(Role::Plain, &format!("{name}{model} · {prices}"), output)?;
    let billed = line.left_out.is_none();
    for tokens in line.tokens.iter().filter(|tokens| tokens.count > 0) {
        output.line(&token_line(tokens, billed))?;
    }
    let shares: Vec<String> = line.factors.iter().map(share).collect();
    if billed && !shares.is_empty() {
        output.line(&amount_line(&shares.join(" "), &line.amount.to_string()))?;
    }
    Ok(())
}

/// `prices of 2026-02-03 UTC, standard from 2025-09-29`.
fn priced(row: &Row, entry: &Entry) -> String {
    let day = entry.explanation.day.map_or_else(|| "newest prices".to_owned(), |day| format!("prices of {day} UTC"));
    let from = row.span.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let until = row.span.until.map(|until| format!(" until {until}")).unwrap_or_default();
    let yours = if row.origin == pricing::Origin::Yours { ", yours" } else { "" };
    let doubt = if row.verified { "" } else { ", not verified" };
    format!("{day}: {}{from}{until}{yours}{doubt}", row_word(row.kind))
}

fn token_line(tokens: &TokenLine, billed: bool) -> String {
    let count = figures::count(tokens.count);
    let kind = kind_word(tokens.kind);
    match tokens.price.filter(|_| billed) {
        Some(price) => amount_line(&format!("{kind:<18}{count:>13} × ${price}/M"), &tokens.amount.to_string()),
        None => format!("{INDENT}  {kind:<18}{count:>13}"),
    }
}

fn search_line(searches: &SearchLine) -> String {
    let SearchLine { count, per_1k, amount } = searches;
    amount_line(&format!("{:<18}{count:>13} × ${per_1k}/1,000", "web searches"), &amount.to_string())
}

fn amount_line(text: &str, amount: &str) -> String {
    format!("{INDENT}  {text:<50}{amount:>20}")
}

fn say(role: Role, text: &str, output: &mut Output) -> io::Result<()> {
    for line in wrapped(&format!("{INDENT}{text}"), output.width) {
        output.line(&output.paint(role, &line))?;
    }
    Ok(())
}
