//! Entries and marks for commands: the journal, who writes, which project and which session is meant.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use config::USER_VARIABLE;
use journal::InboxState;
use notes::{Author, Desk, Entry, Filter, Match, Notes, Vocabulary};
use resume::{Moves, Project};
use search::Marks;
use store::{SessionRow, live};
use transcript::{SessionId, Title, TitleSource};

use crate::clock;
use crate::context::Context;
use crate::plain_text::one_line;
use crate::report::{Candidate, Fault};
use crate::table;

/// Candidates listed when several entries may be meant.
const MOST_CANDIDATES: usize = 10;

/// The journal, to be read and written. What of it cannot be read, a warning says.
pub(crate) fn desk(context: &Context) -> color_eyre::Result<Desk> {
    let desk = Desk::open(&context.paths.journal())?;
    if let Some(problem) = desk.problem() {
        let message = format!("Not all that is written down could be read: {problem}.");
        context.warn(&Fault::new("journal", message).next("`sessions doctor` says what can be done.").into());
    }
    Ok(desk)
}

/// What is written down so far, read once; makes nothing where there is nothing.
pub(crate) fn notes(context: &Context) -> color_eyre::Result<Rc<Notes>> {
    if let Some(notes) = context.notes.get() {
        return Ok(Rc::clone(notes));
    }
    let notes = Rc::new(notes_now(context)?);
    Ok(Rc::clone(context.notes.get_or_init(|| notes)))
}

/// The same as it is now, whatever was read before.
pub(crate) fn notes_now(context: &Context) -> color_eyre::Result<Notes> {
    if context.paths.journal().is_dir() { Ok(desk(context)?.into_notes()) } else { Ok(Notes::default()) }
}

/// The same for an answer that is about something else: where nothing can be read, a warning says so.
pub(crate) fn notes_if_readable(context: &Context) -> Rc<Notes> {
    notes(context).unwrap_or_else(|report| {
        context.warn(&report);
        Rc::clone(context.notes.get_or_init(Rc::default))
    })
}

/// What people and the archive say about sessions; a warning says what cannot be read.
pub(crate) fn marks(context: &Context, rows: &[SessionRow]) -> HashMap<SessionId, Marks> {
    let (marks, problem) = sessions_tui::marks(&context.paths, rows, &notes_if_readable(context));
    if let Some(problem) = problem {
        let message = format!("What the archive keeps could not be read: {problem}.");
        context.warn(&Fault::new("archive", message).next("`sessions archive --check` looks at all of it.").into());
    }
    marks
}

/// Who writes: the person that this program was started by.
pub(crate) fn author(context: &Context) -> Author {
    sessions_tui::author(&context.environment, &context.settings)
}

/// The categories and statuses that can be used.
pub(crate) fn vocabulary(context: &Context) -> Vocabulary {
    Vocabulary::new(&context.settings.entry_categories, &context.settings.entry_statuses)
}

/// The present moment, in milliseconds since 1970.
pub(crate) fn now_ms(context: &Context) -> u64 {
    clock::milliseconds(context.now)
}

/// The project of a directory, and every key that it ever had: a folder that moved had another one.
pub(crate) fn project(context: &Context, directory: &Path) -> (Project, Vec<String>) {
    context.moves().project(directory)
}

/// The session that an entry is written in: the one that runs this program, else one that runs here, else the newest one
/// of this directory. Never one of another project.
pub(crate) fn session(context: &Context) -> Option<String> {
    if let Some(id) = context.environment.get("CLAUDE_CODE_SESSION_ID") {
        return Some(id.to_owned());
    }
    let here = &context.environment.cwd;
    let top = Project::of(here).root;
    let roots = context.paths.known_roots();
    let mut running = live::running(&roots);
    running
        .retain(|one| one.cwd.as_deref().is_some_and(|cwd| here.starts_with(cwd) && Path::new(cwd).starts_with(&top)));
    // the innermost directory, and in it the one that did something last
    let latest = running.into_iter().max_by_key(|one| (one.cwd.as_ref().map(String::len), one.updated_at));
    if let Some(latest) = latest {
        return Some(latest.session.to_string());
    }
    let mut within = here.ancestors().take_while(|directory| directory.starts_with(&top));
    within.find_map(|directory| newest_of(directory, &roots, &context.moves()))
}

/// The session of a directory whose transcript changed last, also of what the directory was before it moved.
fn newest_of(directory: &Path, roots: &[PathBuf], moves: &Moves) -> Option<String> {
    let (mut places, ever) = (moves.before(directory), moves.ever_before(directory));
    places.push(directory.to_owned());
    let slugs: Vec<String> = places.iter().map(|place| transcript::slug(&place.to_string_lossy())).collect();
    let projects = roots.iter().map(|root| root.join("projects"));
    let folders =
        projects.flat_map(|projects| slugs.iter().filter_map(move |slug| projects.join(slug).read_dir().ok()));
    let mut files: Vec<(SystemTime, PathBuf)> = folders
        .flat_map(Iterator::flatten)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .filter(|(_, path)| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    // several directories share a folder: `my_app` and `my-app`
    let is_one = |cwd: &Path| cwd == directory || ever.iter().any(|place| place == cwd);
    let is_here = |path: &Path| config::began_in(path).is_some_and(|cwd| is_one(Path::new(&cwd)));
    let newest = files.into_iter().rev().map(|(_, path)| path).find(|path| is_session(path) && is_here(path))?;
    Some(newest.file_stem()?.to_string_lossy().into_owned())
}

/// Whether a file is the transcript of a session, by its name, rather than that of a subagent.
fn is_session(path: &Path) -> bool {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// What is asked for among entries.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// An id, its beginning, or words.
    pub(crate) words: Option<&'a str>,
    /// A whole id.
    pub(crate) id: Option<&'a str>,
    /// A part of a title.
    pub(crate) title: Option<&'a str>,
    /// Whether titles of other projects count.
    pub(crate) all_projects: bool,
    /// Whether deleted ones are meant.
    pub(crate) deleted: bool,
    /// Whether those about which something is left to do go before others.
    pub(crate) prefer_open: bool,
}

/// The one entry that is meant. An id is looked for everywhere, words in this project.
pub(crate) fn find<'a>(context: &Context, notes: &'a Notes, wanted: &Wanted<'_>) -> color_eyre::Result<Entry<'a>> {
    let text = [wanted.id, wanted.title, wanted.words].into_iter().flatten().next().unwrap_or_default().trim();
    if text.is_empty() {
        let step = "Give an id, its beginning, or words of a title; `sessions entries` lists them.";
        return Err(Fault::new("usage", "Which entry is meant?").next(step).into());
    }
    let mut everywhere: Vec<Entry<'a>> = notes.all_entries().collect();
    everywhere.retain(|entry| entry.is_deleted() == wanted.deleted);
    let (project, keys) = project(context, &context.environment.cwd);
    let mut here = everywhere.clone();
    here.retain(|entry| keys.iter().any(|key| key == entry.project()));
    let by_id = |entries: &[Entry<'a>]| {
        let mut entries = entries.to_vec();
        let text = text.to_lowercase();
        entries.retain(|entry| text.len() >= 4 && entry.id.id.to_lowercase().starts_with(&text));
        notes::find(&entries, &text)
    };
    let mut found = Match::None;
    if wanted.title.is_none() {
        found = by_id(&everywhere);
    }
    if matches!(found, Match::None) && wanted.id.is_none() {
        found = notes::find(if wanted.all_projects { &everywhere } else { &here }, text);
    }
    if let Match::Many(entries) = &found
        && wanted.prefer_open
    {
        let open: Vec<Entry<'a>> = entries.iter().filter(|entry| entry.is_open()).copied().collect();
        if let [only] = open.as_slice() {
            found = Match::One(*only);
        }
    }
    match found {
        Match::One(entry) => Ok(entry),
        Match::Many(entries) => Err(ambiguous(context, text, &entries).into()),
        Match::None => Err(unknown(context, text, &project, &everywhere).into()),
    }
}

fn ambiguous(context: &Context, text: &str, entries: &[Entry<'_>]) -> Fault {
    let listed = entries.iter().take(MOST_CANDIDATES).map(|entry| candidate(context, *entry)).collect();
    let more = entries.len().saturating_sub(MOST_CANDIDATES);
    let more = if more == 0 { String::new() } else { format!("… and {more} more. ") };
    Fault::new("ambiguous", format!("{} entries match `{}`:", entries.len(), one_line(text)))
        .candidates(listed)
        .next(format!("{more}Give the beginning of an id that only one has."))
}

fn unknown(context: &Context, text: &str, project: &Project, everywhere: &[Entry<'_>]) -> Fault {
    let elsewhere = match notes::find(everywhere, text) {
        Match::None => Vec::new(),
        Match::One(entry) => vec![entry],
        Match::Many(entries) => entries,
    };
    let (text, name) = (one_line(text), one_line(&project.name));
    let listed: Vec<Candidate> =
        elsewhere.iter().take(MOST_CANDIDATES).map(|entry| candidate(context, *entry)).collect();
    if listed.is_empty() {
        return Fault::new("not-found", format!("No entry matches `{text}`."))
            .next("`sessions entries --all-projects` lists all of them.");
    }
    Fault::new("not-found", format!("No entry of {name} matches `{text}`; in other projects these do:"))
        .candidates(listed)
        .next("Give an id, or add --all-projects.")
}

/// An entry as one of several candidates.
fn candidate(context: &Context, entry: Entry<'_>) -> Candidate {
    let (opened, _) = entry.opened();
    let text = format!("[{}/{}] {}", entry.category(), entry.status(), entry.title());
    Candidate {
        id: entry.id.id.clone(),
        when: moment(opened)
            .map(|at| at.with_timezone(&context.zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        project: Some(one_line(entry.project_name())),
        title: Some(table::cut(&one_line(&text), 72)),
    }
}

/// A moment, from milliseconds since 1970.
pub(crate) fn moment(ms: u64) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)
}

/// Gives a session the title that the person gave it.
pub(crate) fn name(row: &mut SessionRow, notes: &Notes) {
    let name = notes.marks(row.id().as_str()).and_then(|marks| marks.name()).map(str::to_owned);
    if let Some(text) = name {
        row.session.title = Some(Title { text, source: TitleSource::Custom });
    }
}

/// How many entries others changed since this person looked. It is counted when the journal has grown since, and kept in a
/// file for those who have no time to count.
pub(crate) fn unread(context: &Context) -> color_eyre::Result<usize> {
    // taken first: what is written while it is counted is counted the next time
    let seal = journal::seal(&context.paths.journal());
    let said = context.environment.get(USER_VARIABLE).map(|name| Author {
        name: name.to_owned(),
        said: true,
        ..Author::default()
    });
    let reader = said.unwrap_or_default().reader();
    let file = context.paths.inbox_state();
    if let Some(state) = InboxState::read(&file).filter(|state| (&state.reader, state.seal) == (&reader, seal)) {
        return Ok(state.unread);
    }
    let unread = notes_now(context)?.unread(&author(context)).len();
    if let Err(error) = (InboxState { reader, seal, unread }).write(&file) {
        // it is counted again the next time
        tracing::debug!("how much is unread is not kept: {error}");
    }
    Ok(unread)
}

/// The filter for what is open in the project of a directory.
pub(crate) fn of_projects(keys: &[String]) -> Filter<'_> {
    Filter { projects: Some(keys), ..Filter::default() }
}
