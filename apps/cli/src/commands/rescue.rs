//! `sessions rescue`: prompts of deleted sessions, from the history of the client's prompt line.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::archiving;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, field, one_line, printable};
use crate::report::Fault;
use crate::scanning;

const EXAMPLES: &str = "\
Examples:
  sessions rescue                    prompts of all sessions that are gone, the latest last
  sessions rescue --project shop     only those of a project, by a part of its directory
  sessions rescue --json | jq -r '.sessions[].prompts[].text'

The client writes every prompt that is typed into `history.jsonl` and does not delete it with the transcript. Answers are
not in it, nor are prompts given with `claude -p`.";

/// Show the prompts of sessions whose transcript is neither there nor in the archive
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rescue {
    /// Only of projects whose directory has this in its name
    #[arg(long, value_name = "PART")]
    project: Option<String>,
}

/// A line of the history (client 2.1.328): the fields that are used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(default)]
    display: String,
    /// In milliseconds since 1970.
    #[serde(default)]
    timestamp: i64,
    #[serde(default)]
    project: String,
    session_id: Option<String>,
    #[serde(default)]
    pasted_contents: BTreeMap<String, Pasted>,
}

#[derive(Debug, Deserialize)]
struct Pasted {
    #[serde(default)]
    content: Option<String>,
}

/// A session that is gone.
#[derive(Debug, Default)]
struct Lost {
    project: String,
    prompts: Vec<(i64, String)>,
}

impl Rescue {
    /// Shows the prompts.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let obstacle = scanning::freshen(context, true)?;
        let archive = archiving::archive(context);
        let there: HashSet<String> = context
            .store
            .sessions()?
            .into_iter()
            .filter(|row| row.transcript.is_some())
            .map(|row| row.id().to_string())
            .chain(archive.sessions()?)
            .collect();
        let mut lost: BTreeMap<String, Lost> = BTreeMap::new();
        for root in context.paths.known_roots() {
            read(&root.join("history.jsonl"), &mut |line| self.take(line, &there, &mut lost))?;
        }
        let mut lost: Vec<(String, Lost)> = lost.into_iter().collect();
        for (_, one) in &mut lost {
            one.prompts.sort();
            one.prompts.dedup();
        }
        lost.sort_by_key(|(_, one)| one.prompts.last().map(|(at, _)| *at));
        if context.json {
            write_json(context, &lost)?;
        } else {
            write_text(context, &lost)?;
        }
        obstacle.map_or(Ok(()), Err)
    }

    fn take(&self, line: Line, there: &HashSet<String>, lost: &mut BTreeMap<String, Lost>) {
        let wanted =
            self.project.as_ref().is_none_or(|part| line.project.to_lowercase().contains(&part.to_lowercase()));
        // lines of old clients name no session
        let session = line.session_id.clone().unwrap_or_default();
        if !wanted || line.display.trim().is_empty() || there.contains(&session) {
            return;
        }
        let key = if session.is_empty() { format!("- {}", line.project) } else { session };
        let one = lost.entry(key).or_default();
        one.prompts.push((line.timestamp, with_pasted(&line)));
        one.project = line.project;
    }
}

/// A prompt with what was pasted into it in the place of its marks, `[Pasted text #1 +3 lines]`.
fn with_pasted(line: &Line) -> String {
    let mut text = line.display.clone();
    for (number, pasted) in &line.pasted_contents {
        let mark = format!("[Pasted text #{number}");
        if let (Some(content), Some(start)) = (&pasted.content, text.find(&mark))
            && let Some(end) = text[start..].find(']')
        {
            text.replace_range(start..=start + end, content);
        }
    }
    text
}

/// Hands over the lines of a history; there need not be one, and what is no such line is passed over.
fn read(path: &Path, on: &mut dyn FnMut(Line)) -> color_eyre::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let message = format!("Cannot read {}: {error}.", path.display());
            return Err(Fault::new("io", message).next("Check that you may read it.").into());
        }
    };
    for line in BufReader::new(file).split(b'\n') {
        if let Ok(line) = serde_json::from_slice(&line?) {
            on(line);
        }
    }
    Ok(())
}

fn moment(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).filter(|_| ms > 0)
}

fn session_of(key: &str) -> Option<&str> {
    Some(key).filter(|key| !key.starts_with("- "))
}

fn write_json(context: &mut Context, lost: &[(String, Lost)]) -> color_eyre::Result<()> {
    let zone = context.zone;
    let at = |ms: i64| moment(ms).map(|at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true));
    let session = |(key, one): &(String, Lost)| {
        let prompts: Vec<Value> = one.prompts.iter().map(|(ms, text)| json!({ "at": at(*ms), "text": text })).collect();
        json!({ "session": session_of(key), "project": one.project, "prompts": prompts })
    };
    let sessions: Vec<Value> = lost.iter().map(session).collect();
    context.output.json(&json!({ "schema": 1, "sessions": sessions }))
}

fn write_text(context: &mut Context, lost: &[(String, Lost)]) -> color_eyre::Result<()> {
    let zone = context.zone;
    let written = |ms: i64| moment(ms).map(|at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
    if lost.is_empty() {
        return Ok(context
            .output
            .line("No prompt of a session that is gone: every session has its transcript, or is in the archive.")?);
    }
    for (key, one) in lost {
        if !context.output.terminal {
            for (ms, text) in &one.prompts {
                let (at, session) = (written(*ms).unwrap_or_default(), session_of(key).unwrap_or_default());
                context.output.line(&format!("{at}\t{session}\t{}\t{}", field(&one.project), field(text)))?;
            }
            continue;
        }
        let session = session_of(key).unwrap_or("(no session named)");
        let heading = format!("{}  {}", context.output.paint(Role::Handle, &one_line(session)), one_line(&one.project));
        context.output.line(&format!("{heading}  {}", counted(one.prompts.len() as u64, "prompt")))?;
        for (ms, text) in &one.prompts {
            let at = context.output.paint(Role::Dim, &written(*ms).unwrap_or_default());
            let text = printable(text).lines().collect::<Vec<_>>().join("\n    ");
            context.output.line(&format!("  {at}  {text}"))?;
        }
        context.output.line("")?;
    }
    Ok(())
}
