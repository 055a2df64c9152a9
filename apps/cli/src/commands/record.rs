//! `sessions record`: what a hook does, in the foreground.

use std::io::{self, IsTerminal, Read};

use clap::Args;
use journal::{Event, EventKind, Patience, Spool};
use serde::Serialize;
use serde_json::Value;
use store::{Found, SessionRow};

use super::tick::{find_transcript, tick};
use crate::context::Context;
use crate::plain_text::one_line;
use crate::report::Fault;
use crate::schema;

const EXAMPLES: &str = "\
Examples:
  echo '{\"hook_event_name\":\"SessionEnd\",\"session_id\":\"…\",\"transcript_path\":\"…\"}' | sessions record

Reads what Claude Code gives to a hook. When it returns, the session is listed. In a hook use `sessions-hook`: it
takes a few milliseconds and leaves the rest to a tick.";

/// Record a session from the JSON that Claude Code gives to a hook
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Record {}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    session_id: Option<&'a str>,
    recorded: Option<schema::Session<'a>>,
}

/// Records the session and says what is known of it now.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let payload = read_payload()?;
    let received_ms = u64::try_from(context.now.timestamp_millis()).unwrap_or_default();
    let event =
        Event::new(kind_of(&payload)?, received_ms, &payload).with_variables(|name| context.environment.get(name));
    Spool::new(&context.paths.spool).leave(&event)?;
    tick(context, Patience::Wait)?;
    let session_id = event.session_id();
    let recorded = match &session_id {
        Some(id) => match context.store.find(id)? {
            Found::One(row) => Some(*row),
            Found::None | Found::Many(_) => None,
        },
        None => None,
    };
    if context.json {
        let recorded = recorded.as_ref().map(schema::Session::from);
        return context.output.json(&Answer { schema: 1, session_id: session_id.as_deref(), recorded });
    }
    let line = describe(context, session_id.as_deref(), recorded.as_ref());
    Ok(context.output.line(&line)?)
}

fn describe(context: &Context, id: Option<&str>, recorded: Option<&SessionRow>) -> String {
    match (id, recorded) {
        (Some(id), Some(row)) => {
            let title = row.session.title.as_ref().map(|title| one_line(&title.text));
            let project = row.session.project.as_deref().map(one_line).unwrap_or_default();
            format!("Recorded {id}  {project}  {}", title.as_deref().unwrap_or("(untitled)"))
        }
        (Some(id), None) if find_transcript(&context.paths, id).is_some() => {
            format!("The transcript of {} says nothing yet; it is listed as soon as it does.", one_line(id))
        }
        (Some(id), None) => format!("There is no transcript of {} yet, so nothing was recorded.", one_line(id)),
        (None, _) => "The input names no session; what is new was taken in.".to_owned(),
    }
}

fn read_payload() -> color_eyre::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        return Err(wrong("`sessions record` reads JSON from standard input, and there is only a terminal.").into());
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The kind of an event. An event without a name counts as the end of a session, as older scripts send it.
fn kind_of(payload: &[u8]) -> Result<EventKind, Fault> {
    let value: Value =
        serde_json::from_slice(payload).map_err(|error| wrong(format!("The input is no JSON: {error}.")))?;
    let Some(object) = value.as_object() else { return Err(wrong("The input is JSON, but no object.")) };
    let Some(name) = object.get("hook_event_name") else { return Ok(EventKind::SessionEnd) };
    name.as_str().and_then(EventKind::from_name).ok_or_else(|| {
        let recorded: Vec<&str> = EventKind::ALL.into_iter().map(EventKind::claude_name).collect();
        wrong(format!("The event {} is not recorded; these are: {}.", one_line(&name.to_string()), recorded.join(", ")))
    })
}

fn wrong(message: impl Into<String>) -> Fault {
    Fault::new("payload", message).next("`sessions record --help` shows an example.")
}
