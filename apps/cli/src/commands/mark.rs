//! `sessions star`, `tag`, `name`, `hide`, `note` and their opposites: what people say about sessions.

mod also_claude;

use std::io::Read;
use std::path::Path;

use clap::{Args, Subcommand};
use notes::{Desk, Draft, Turn};
use serde_json::{Value, json};
use store::SessionRow;
use transcript::Conversation;

use crate::archiving;

use crate::commands::log::{body, usage};
use crate::context::Context;
use crate::lookup;
use crate::notebook;
use crate::plain_text::one_line;
use crate::report::Fault;
use crate::schema;

const NAME_EXAMPLES: &str = "\
Examples:
  sessions name 4f2a Refunds, second attempt
  sessions name 4f2a --clear                   Claude Code's own title again
  sessions name 4f2a Refunds --also-claude     Claude Code shows it, too";

const NOTE_EXAMPLES: &str = "\
Examples:
  sessions note 4f2a the fix is in the second half
  sessions note 4f2a#12 here it goes wrong         about turn 12, as `sessions search` and `show` name it
  sessions note 4f2a                               list the notes on it
  sessions note 4f2a --drop 01J8ZQ                 take one back";

/// What people say about sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum Mark {
    /// Star sessions: `is:starred` finds them
    Star(Which),
    /// Take the star away
    Unstar(Which),
    /// Give a session tags: `tag:<name>` finds it
    Tag(Tag),
    /// Take tags away
    Untag(Tag),
    /// Give a session a title of your own
    #[command(after_help = NAME_EXAMPLES)]
    Name(Name),
    /// Leave sessions out of lists: only `is:hidden` finds them
    Hide(Which),
    /// Show hidden sessions again
    Unhide(Which),
    /// Write a note on a session or on one turn of it
    #[command(after_help = NOTE_EXAMPLES)]
    Note(Note),
}

/// Sessions.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Ids of sessions, or unique beginnings of them
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// A session and tags.
#[derive(Debug, Args)]
pub(crate) struct Tag {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Tags
    #[arg(value_name = "TAG", required = true)]
    tags: Vec<String>,
}

/// A session and a title.
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// The title
    #[arg(value_name = "TITLE", required_unless_present = "clear")]
    title: Vec<String>,
    /// Take the title away
    #[arg(long, conflicts_with = "title")]
    clear: bool,
    /// Write it into the transcript, too, as Claude Code does when a session is renamed; not while the session runs
    #[arg(long, conflicts_with = "clear")]
    also_claude: bool,
}

/// A session, perhaps one turn of it, and a note.
#[derive(Debug, Args)]
pub(crate) struct Note {
    /// Id of the session, or a unique beginning of it; `<id>#<turn>` for one turn
    #[arg(value_name = "ID")]
    id: String,
    /// The note; `-` reads standard input; nothing lists what there is
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: Vec<String>,
    /// Take back the note with this id, or a unique beginning of it
    #[arg(long, value_name = "NOTE", conflicts_with = "text")]
    drop: Option<String>,
}

impl Mark {
    /// Says it.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        match self {
            Self::Star(which) => which.run(context, &|draft| draft.star(true)),
            Self::Unstar(which) => which.run(context, &|draft| draft.star(false)),
            Self::Hide(which) => which.run(context, &|draft| draft.hide(true)),
            Self::Unhide(which) => which.run(context, &|draft| draft.hide(false)),
            Self::Tag(tag) => tag.run(context, true),
            Self::Untag(tag) => tag.run(context, false),
            Self::Name(name) => name.run(context),
            Self::Note(note) => note.run(context),
        }
    }
}

impl Which {
    fn run(&self, context: &mut Context, change: &dyn Fn(Draft) -> Draft) -> color_eyre::Result<()> {
        // all of them are found before one is marked
        let found: Vec<String> = self.ids.iter().map(|id| session(context, id)).collect::<Result<_, _>>()?;
        let mut desk = notebook::desk(context)?;
        mark(context, &mut desk, &found, &change(Draft::default()))?;
        answer(context, &desk, &found)
    }
}

impl Tag {
    fn run(&self, context: &mut Context, tagged: bool) -> color_eyre::Result<()> {
        let tags =
            self.tags.iter().flat_map(|tag| tag.split(',')).map(|tag| one_line(tag.trim().trim_start_matches('#')));
        let tags: Vec<String> = tags.filter(|tag| !tag.is_empty()).collect();
        if tags.is_empty() || tags.iter().any(|tag| tag.contains(char::is_whitespace)) {
            return Err(usage("A tag is one word: write `-` between the words of a longer one.").into());
        }
        let session = session(context, &self.id)?;
        let mut desk = notebook::desk(context)?;
        let draft = tags.iter().fold(Draft::default(), |draft, tag| draft.tag(tag, tagged));
        let sessions = [session];
        mark(context, &mut desk, &sessions, &draft)?;
        answer(context, &desk, &sessions)
    }
}

impl Name {
    fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let title = one_line(&self.title.join(" "));
        if title.is_empty() && !self.clear {
            return Err(usage("A title needs a word; `--clear` takes it away.").into());
        }
        let session = if self.also_claude {
            let row = lookup::session(context, &self.id)?;
            also_claude::write(context, &row, &title)?;
            row.id().to_string()
        } else {
            session(context, &self.id)?
        };
        let mut desk = notebook::desk(context)?;
        let sessions = [session];
        mark(context, &mut desk, &sessions, &Draft::default().name(&title))?;
        answer(context, &desk, &sessions)
    }
}

impl Note {
    fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let (id, turn) = match self.id.split_once('#') {
            None => (self.id.as_str(), None),
            Some((id, turn)) => {
                let number = turn.parse().ok().filter(|number| *number > 0);
                (id, Some(number.ok_or_else(|| usage(&format!("`{turn}` is no number of a turn.")))?))
            }
        };
        let session = match turn {
            None => session(context, id)?,
            Some(turn) => session_with_turn(context, id, turn)?,
        };
        let text = self.text.join(" ");
        let text = body(Some(&text))?.unwrap_or_default();
        let mut desk = notebook::desk(context)?;
        let draft = if let Some(note) = &self.drop {
            Some(Draft::default().drop_note(&note_of(&desk, &session, note)?))
        } else {
            let turn = turn.map(|number| Turn { number, prompt: None });
            Some(text.trim()).filter(|text| !text.is_empty()).map(|text| Draft::default().note(text, turn))
        };
        let sessions = [session];
        if let Some(draft) = draft {
            mark(context, &mut desk, &sessions, &draft)?;
        }
        answer(context, &desk, &sessions)
    }
}

/// The id of a session that has a turn of a number.
fn session_with_turn(context: &mut Context, wanted: &str, turn: u64) -> color_eyre::Result<String> {
    let row = lookup::session(context, wanted)?;
    let last = last_turn(context, &row);
    if turn <= u64::from(last) {
        return Ok(row.id().to_string());
    }
    let message = match last {
        0 => format!("{} has no turns.", row.id()),
        1 => format!("{} has no turn {turn}: it has one.", row.id()),
        last => format!("{} has no turn {turn}: it has turns 1 to {last}.", row.id()),
    };
    let step = format!("`sessions show {}` shows it; without `#` the note is on the session.", row.id());
    Err(Fault::new("no-turn", message).next(step).into())
}

/// The last turn of a session, as `show` counts them; where its transcript cannot be read, as many as are known.
fn last_turn(context: &Context, row: &SessionRow) -> u32 {
    let read = |path: &Path| {
        let mut bytes = Vec::new();
        archiving::archive(context).open(path).ok()?.read_to_end(&mut bytes).ok()?;
        Conversation::read(&bytes).value.items.iter().map(|item| item.turn).max()
    };
    row.transcript.as_deref().and_then(read).unwrap_or(row.session.prompts)
}

/// The one note that an id, or the beginning of one, stands for.
fn note_of(desk: &Desk, session: &str, wanted: &str) -> color_eyre::Result<String> {
    let notes = desk.notes().marks(session).map(|marks| marks.notes()).unwrap_or_default();
    let wanted = wanted.to_uppercase();
    let found: Vec<&str> = notes.iter().map(|note| note.id.as_str()).filter(|id| id.starts_with(&wanted)).collect();
    match found.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(Fault::new("not-found", format!("No note on this session begins with `{}`.", one_line(&wanted)))
            .next(format!("`sessions note {session}` lists them."))
            .into()),
        several => Err(Fault::new("ambiguous", format!("{} notes begin with that.", several.len()))
            .next("Use more of the id.")
            .into()),
    }
}

/// The id of a session that a text stands for. A whole id is one while the store cannot be asked, too.
fn session(context: &mut Context, wanted: &str) -> color_eyre::Result<String> {
    let wanted = wanted.split('#').next().unwrap_or_default();
    let is_whole = wanted.len() == 36 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match lookup::session(context, wanted).map(|row: SessionRow| row.id().to_string()) {
        Err(report) if is_whole && report.downcast_ref::<store::StoreError>().is_some() => Ok(wanted.to_lowercase()),
        found => found,
    }
}

fn mark(context: &Context, desk: &mut Desk, sessions: &[String], draft: &Draft) -> color_eyre::Result<()> {
    let sessions = sessions.iter().map(String::as_str);
    desk.change_marks(sessions, draft, &notebook::author(context), notebook::now_ms(context))?;
    Ok(())
}

/// Says how the sessions are marked now.
fn answer(context: &mut Context, desk: &Desk, sessions: &[String]) -> color_eyre::Result<()> {
    let found = sessions.iter().map(|session| (session, desk.notes().marks(session)));
    if context.json {
        let marks: Vec<Value> = found.map(|(session, marks)| as_json(session, marks)).collect();
        return context.output.json(&json!({ "schema": 1, "sessions": marks }));
    }
    for (session, marks) in found {
        let mut words: Vec<String> = Vec::new();
        if let Some(marks) = marks {
            words.extend(marks.is_starred().then(|| "starred".to_owned()));
            words.extend(marks.is_hidden().then(|| "hidden".to_owned()));
            words.extend(marks.name().map(|name| format!("named {}", one_line(name))));
            words.extend(marks.tags().into_iter().map(|tag| format!("#{}", one_line(tag))));
        }
        let words = if words.is_empty() { "no marks".to_owned() } else { words.join(", ") };
        context.output.line(&format!("{session}  {words}"))?;
        for note in marks.map(|marks| marks.notes()).unwrap_or_default() {
            let turn = note.turn.as_ref().map(|turn| format!("#{} ", turn.number)).unwrap_or_default();
            context.output.line(&format!("    {}  {turn}{}: {}", note.id, one_line(&note.by), one_line(&note.text)))?;
        }
    }
    Ok(())
}

/// Marks as scripts read them.
fn as_json(session: &str, marks: Option<notes::Marks<'_>>) -> Value {
    json!({ "id": session, "marks": marks.as_ref().map(schema::Marks::from) })
}
