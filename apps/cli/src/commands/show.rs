//! `sessions show`: one session, to be read.

mod agent;
mod json;
mod text;

use std::io::{self, Read as _};
use std::path::Path;

use archive::Archive;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use serde_json::json;
use sessions_tui::{Form, Launch, figures};
use store::{SessionDetail, SessionRow, Store};
use transcript::{Conversation, Parsed, SessionId, to_markdown};

use crate::archiving;
use crate::context::Context;
use crate::lookup::{self, Wish};
use crate::notebook;
use crate::plain_text::one_line;
use crate::report::Fault;
use crate::schema;

const EXAMPLES: &str = "\
Examples:
  sessions show 4f2a                          read it here
  sessions show 4f2a --detail everything      with thinking and whole tool results
  sessions show 4f2a --format md > notes.md   as Markdown
  sessions show 4f2a --format jsonl           the transcript as it is on disk
  sessions show 4f2a#12                       only turn 12, as `sessions search` names it
  sessions show 4f2a --agent a1b2             what a subagent did; `4f2a#12/a1b2`, as search names it, is the same

JSON holds everything, whatever the detail.";

/// Show a session: what was said and done
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Show {
    /// Id of the session, or a unique beginning of it; `<id>#<turn>` for one turn, `<id>#<turn>/<agent>` for a subagent
    #[arg(value_name = "ID")]
    id: String,
    /// Form of the answer [default: text on a terminal, else md]
    #[arg(long, value_name = "FORM")]
    format: Option<Format>,
    /// How much is shown
    #[arg(long, value_name = "LEVEL", default_value = "tools")]
    detail: Detail,
    /// Show this subagent of the session: its id, or a unique beginning of it
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown
    Md,
    /// Plain text
    Text,
    /// One JSON object with the session and the conversation
    Json,
    /// The transcript as it is on disk
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Detail {
    /// Prompts and answers
    Talk,
    /// And a line per tool call
    Tools,
    /// And thinking, tool inputs and results
    Everything,
}

impl From<Detail> for transcript::Detail {
    fn from(detail: Detail) -> Self {
        match detail {
            Detail::Talk => Self::Talk,
            Detail::Tools => Self::Tools,
            Detail::Everything => Self::Everything,
        }
    }
}

impl Show {
    /// Shows the session.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Reference { id, turn, agent } = Reference::read(&self.id)?;
        let row = lookup::session(context, id)?;
        let mut detail = context.store.session(row.id())?.unwrap_or_else(|| SessionDetail {
            row: row.clone(),
            files: Vec::new(),
            models: Vec::new(),
        });
        notebook::name(&mut detail.row, &notebook::notes_if_readable(context));
        let format = self.format_for(context);
        let wanted = self.agent.as_deref().or(agent);
        let archive = archiving::archive(context);
        let told = match wanted {
            Some(agent) => Some(agent::find(&archive, &detail, agent)?),
            None => agent::alone(&archive, &detail),
        };
        if let Some(told) = told.as_ref().filter(|_| wanted.is_none()) {
            context.output.note(&told.introduced(&archive, &detail));
        }
        let path = told.as_ref().map_or(own(&detail), |told| Some(&told.path));
        let Some(bytes) = read(&archive, path)? else {
            return gone(context, &detail, format);
        };
        if format == Format::Jsonl {
            if turn.is_some() || told.as_ref().is_some_and(|told| told.inside) {
                let message = "A turn, or a subagent in the file of its session, has no JSONL form.";
                return Err(Fault::new("usage", message).next("Use `--format json`.").into());
            }
            return Ok(context.output.bytes(&bytes)?);
        }
        let Parsed { value, problems } = Conversation::read(&bytes);
        let value = match &told {
            Some(told) => told.part_of(value)?,
            None => value,
        };
        let conversation = Parsed { value: only(value, turn, row.id())?, problems };
        let agent = told.as_ref().map(|told| told.id.as_str());
        self.write(context, &detail, agent, &conversation, format)
    }

    fn write(
        &self,
        context: &mut Context,
        detail: &SessionDetail,
        agent: Option<&str>,
        conversation: &Parsed<Conversation>,
        format: Format,
    ) -> color_eyre::Result<()> {
        let level = transcript::Detail::from(self.detail);
        match format {
            Format::Json | Format::Jsonl => {
                let device = lookup::device(context, &detail.row);
                context.output.json(&document(detail, device.as_deref(), agent, conversation))?;
            }
            Format::Md => {
                let text = markdown(&detail.row, &conversation.value, level, context.zone);
                context.output.bytes(text.as_bytes())?;
            }
            Format::Text => text::write(&detail.row, &conversation.value, level, context)?,
        }
        Ok(())
    }

    fn format_for(&self, context: &Context) -> Format {
        match self.format {
            Some(format) => format,
            None if context.json => Format::Json,
            None if context.output.terminal => Format::Text,
            None => Format::Md,
        }
    }
}

/// The session and its conversation as one JSON document.
fn document(
    detail: &SessionDetail,
    device: Option<&str>,
    agent: Option<&str>,
    conversation: &Parsed<Conversation>,
) -> serde_json::Value {
    let conversation = json::conversation(conversation);
    let session = schema::Detail::of(detail, device);
    json!({ "schema": 1, "session": session, "agent": agent, "conversation": conversation })
}

fn markdown(row: &SessionRow, conversation: &Conversation, level: transcript::Detail, zone: Tz) -> String {
    text::markdown_heading(row, zone) + &to_markdown(conversation, level, &|at| figures::date(at, zone))
}

/// A session as the screen writes it to a file: what this command prints.
pub(crate) fn export(launch: &Launch, id: &SessionId, form: Form) -> Result<Vec<u8>, String> {
    let detail = Store::at(&launch.paths.store).session(id).map_err(|error| error.to_string())?;
    let detail = detail.ok_or_else(|| format!("Session {id} is not stored any more."))?;
    let bytes = read(&Archive::at(&launch.paths.archive()), own(&detail)).map_err(|report| report.to_string())?;
    let bytes = bytes.ok_or_else(|| lookup::transcript_gone(id).to_string())?;
    Ok(match form {
        Form::Lines => bytes,
        Form::Markdown => {
            let conversation = Conversation::read(&bytes).value;
            markdown(&detail.row, &conversation, transcript::Detail::default(), launch.zone).into_bytes()
        }
        Form::Json => {
            let document = document(&detail, None, None, &Conversation::read(&bytes));
            let mut text = serde_json::to_vec_pretty(&document).map_err(|error| error.to_string())?;
            text.push(b'\n');
            text
        }
    })
}

/// A session as `sessions search` names it: an id, and what stands behind it.
struct Reference<'a> {
    id: &'a str,
    /// Only this turn; a subagent is shown whole.
    turn: Option<u32>,
    agent: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Reads `<id>`, `<id>#<turn>` or `<id>#<turn>/<agent>`.
    fn read(written: &'a str) -> Result<Self, Fault> {
        let Some((id, behind)) = written.split_once('#') else {
            return Ok(Self { id: written, turn: None, agent: None });
        };
        let (turn, agent) = behind.split_once('/').map_or((behind, None), |(turn, agent)| (turn, Some(agent)));
        let number = turn.parse().map_err(|_| {
            Fault::new("usage", format!("`#{}` is no turn.", one_line(turn))).next("Write it as `<id>#12`.")
        })?;
        Ok(Self { id, turn: Some(number).filter(|_| agent.is_none()), agent })
    }
}

/// One turn of a conversation, if only one is wanted.
fn only(conversation: Conversation, turn: Option<u32>, id: &SessionId) -> Result<Conversation, Fault> {
    let Some(turn) = turn else { return Ok(conversation) };
    let last = conversation.items.iter().map(|item| item.turn).max().unwrap_or(0);
    conversation.turn(turn).ok_or_else(|| {
        let (message, step) = match turn {
            0 => (
                format!("Nothing stands before the first turn of session {id}."),
                format!("Turns begin at 1; its last turn is {last}."),
            ),
            _ => (format!("Session {id} has no turn {turn}."), format!("Its last turn is {last}.")),
        };
        Fault::new("not-found", message).next(step)
    })
}

/// Where the transcript of a session lies or lay.
fn own(detail: &SessionDetail) -> Option<&Path> {
    let own = detail.files.iter().find(|file| file.agent.is_none());
    detail.row.transcript.as_deref().or_else(|| own.map(|file| file.path.as_path()))
}

/// The content of a transcript, taken from the archive where it is gone; none where that has none either.
fn read(archive: &Archive, path: Option<&Path>) -> color_eyre::Result<Option<Vec<u8>>> {
    let Some(path) = path else { return Ok(None) };
    let mut bytes = Vec::new();
    match archive.open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("Cannot read {}: {error}.", path.display());
            Err(Fault::new("io", message).next("Check that you may read it.").into())
        }
    }
}

/// Tells what is known of a session whose transcript does not exist any more.
fn gone(context: &mut Context, detail: &SessionDetail, format: Format) -> color_eyre::Result<()> {
    let row: &SessionRow = &detail.row;
    match format {
        Format::Json => {
            let device = lookup::device(context, row);
            let session = schema::Detail::of(detail, device.as_deref());
            context.output.json(&json!({ "schema": 1, "session": session, "conversation": null }))?;
        }
        Format::Md => {
            let heading = text::markdown_heading(row, context.zone);
            context.output.bytes(heading.as_bytes())?;
        }
        Format::Text => text::write_heading(row, context)?,
        Format::Jsonl => {}
    }
    context.output.finish()?;
    Err(lookup::no_transcript(context, row, Wish::Show).into())
}
