//! What was found, for people and for pipes.

use std::io;

use chrono::SecondsFormat;
use sessions_tui::figures;

use super::finder::{Answer, Place};
use super::json::word;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{field, one_line};

/// Writes a session: with a heading on a terminal, else one line for each hit.
pub(super) fn write(answer: &Answer, first: bool, context: &mut Context) -> io::Result<()> {
    if !context.output.terminal {
        return lines(answer, context);
    }
    if !first {
        context.output.line("")?;
    }
    heading(answer, context)?;
    answer.hits.iter().try_for_each(|place| hit(place, context))
}

fn heading(answer: &Answer, context: &mut Context) -> io::Result<()> {
    let session = &answer.row.session;
    let text = |text: Option<&str>| text.map(one_line).unwrap_or_default();
    let title = session.title.as_ref().map_or_else(|| "(untitled)".to_owned(), |title| one_line(&title.text));
    let when = session.ended.or(answer.row.modified).map(|at| figures::ago(at, context.now)).unwrap_or_default();
    let hits = if answer.lines == 0 { "by its title".to_owned() } else { figures::hits(answer.lines, answer.together) };
    let facts = [text(session.project.as_deref()), when, hits].join(" · ");
    let output = &mut context.output;
    let line = format!(
        "{}  {}  {}",
        output.paint(Role::Handle, &one_line(answer.row.id().as_str())),
        output.paint(Role::Strong, &title),
        output.paint(Role::Dim, &facts)
    );
    output.line(&line)
}

/// A hit under its heading: `#turn  time  whose  text`, with the lines around it.
fn hit(place: &Place, context: &mut Context) -> io::Result<()> {
    let passage = &place.passage;
    let zone = context.zone;
    let at = passage.at.map_or_else(String::new, |at| at.with_timezone(&zone).format("%m-%d %H:%M").to_string());
    let whose = match &place.agent {
        Some(_) => format!("{} of a subagent", word(passage.kind)),
        None => word(passage.kind).to_owned(),
    };
    let output = &mut context.output;
    let turn = place.reference();
    let head = format!("{turn:>6}  {at:<11}  ");
    let around = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| format!("{}{}", " ".repeat(head.len()), one_line(line))).collect()
    };
    for line in around(&passage.excerpt.context.before) {
        output.line(&output.paint(Role::Dim, &line))?;
    }
    let mut line = format!(
        "{}{}",
        output.paint(Role::Handle, &format!("{turn:>6}")),
        output.paint(Role::Dim, &format!("  {at:<11}  {whose}: "))
    );
    let mut from = 0;
    let text = &passage.excerpt.text;
    for mark in &passage.excerpt.marks {
        line.push_str(&flat(text.get(from..mark.start).unwrap_or_default()));
        line.push_str(&output.paint(Role::Match, &flat(text.get(mark.start.max(from)..mark.end).unwrap_or_default())));
        from = from.max(mark.end);
    }
    line.push_str(&flat(text.get(from..).unwrap_or_default()));
    output.line(&line)?;
    for line in around(&passage.excerpt.context.after) {
        output.line(&output.paint(Role::Dim, &line))?;
    }
    Ok(())
}

/// Text on one line that is safe for a terminal; spaces at its ends stay.
fn flat(text: &str) -> String {
    let blank = |end: Option<char>| if end.is_some_and(char::is_whitespace) { " " } else { "" };
    let inside = one_line(text);
    let after = if inside.is_empty() { "" } else { blank(text.chars().next_back()) };
    format!("{}{inside}{after}", blank(text.chars().next()))
}

/// Hits for a pipe; a session that matches by its title alone is one line without a turn.
fn lines(answer: &Answer, context: &mut Context) -> io::Result<()> {
    let id = field(answer.row.id().as_str());
    if answer.hits.is_empty() {
        let title = answer.row.session.title.as_ref().map(|title| one_line(&title.text)).unwrap_or_default();
        return context.output.line(&format!("{id}#0::title:{title}"));
    }
    for place in &answer.hits {
        let passage = &place.passage;
        let at = passage.at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default();
        let whose = word(passage.kind);
        let reference = format!("{id}{}", field(&place.reference()));
        for line in &passage.excerpt.context.before {
            context.output.line(&format!("{reference}-{}", one_line(line)))?;
        }
        context.output.line(&format!("{reference}:{at}:{whose}:{}", one_line(&passage.excerpt.text)))?;
        for line in &passage.excerpt.context.after {
            context.output.line(&format!("{reference}-{}", one_line(line)))?;
        }
    }
    Ok(())
}
