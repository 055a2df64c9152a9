//! From what a person typed to the one session that it stands for.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use color_eyre::Report;
use config::SessionTypes;
use notes::Notes;
use resume::{Below, Moves, Places};
use search::{Clause, NameField, Query, What};
pub(crate) use sessions_tui::ran_in;
use sessions_tui::{Knowledge, Library, Machines, figures, way_there};
use store::{Found, SessionRow, live};
use transcript::SessionId;

use crate::archiving;
use crate::commands::search::setting;
use crate::context::Context;
use crate::deleting;
use crate::notebook;
use crate::plain_text::one_line;
use crate::report::{Candidate, Fault};
use crate::scanning;

/// Candidates listed when an id is ambiguous or unknown.
const MOST_CANDIDATES: usize = 10;

/// The session that an id or a unique beginning of one stands for, as it is now.
pub(crate) fn session(context: &mut Context, prefix: &str) -> color_eyre::Result<SessionRow> {
    if prefix.trim().is_empty() {
        return Err(empty().into());
    }
    // When the store cannot be brought up to date, what is stored already is the best answer there is.
    let mut obstacle = scanning::freshen(context, true)?;
    let row = stored(context, prefix, &mut obstacle)?;
    if let Some(obstacle) = obstacle {
        context.output.note(&obstacle.to_string());
    }
    deleting::refuse_deleted(context, row.id().as_str())?;
    Ok(row)
}

/// All sessions but those that were deleted or belong to an excluded project, latest first.
pub(crate) fn rows(context: &Context) -> color_eyre::Result<Vec<SessionRow>> {
    let rows = context.store.sessions()?;
    Ok(shown(context, rows, &notebook::notes_if_readable(context)))
}

/// Of some sessions, those that were not deleted and belong to no excluded project.
pub(crate) fn shown(context: &Context, mut rows: Vec<SessionRow>, notes: &Notes) -> Vec<SessionRow> {
    let excluded = context.excluded();
    let is_deleted = |row: &SessionRow| notes.marks(row.id().as_str()).is_some_and(|marks| marks.is_deleted());
    let is_excluded = |row: &SessionRow| row.session.cwd_first.as_deref().is_some_and(|cwd| excluded.holds(cwd));
    rows.retain(|row| !is_deleted(row) && !is_excluded(row));
    rows
}

/// The same from what is stored; an obstacle to bringing it up to date is the answer when there is none.
pub(crate) fn stored(context: &Context, prefix: &str, obstacle: &mut Option<Report>) -> color_eyre::Result<SessionRow> {
    let prefix = prefix.trim();
    if prefix.is_empty() {
        return Err(empty().into());
    }
    match context.store.find(prefix)? {
        Found::One(row) => Ok(*row),
        Found::Many(rows) => Err(ambiguous(context, prefix, &rows).into()),
        Found::None => Err(match obstacle.take() {
            Some(obstacle) => obstacle,
            None => unknown(context, prefix)?.into(),
        }),
    }
}

/// A session as one of several candidates.
pub(crate) fn candidate(context: &Context, row: &SessionRow) -> Candidate {
    let when = row.session.ended.or(row.modified);
    Candidate {
        id: row.id().to_string(),
        when: when.map(|when| when.with_timezone(&context.zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        project: row.session.project.as_deref().map(one_line),
        title: row.session.title.as_ref().map(|title| crate::table::cut(&one_line(&title.text), 60)),
    }
}

/// Sessions that a query finds by what is known of them, the best match first: the same ones as on the screen.
pub(crate) fn matching(context: &Context, rows: Vec<SessionRow>, query: &Query) -> color_eyre::Result<Vec<SessionRow>> {
    let library = known(context, rows)?;
    if library.candidates().wants_tags(query) {
        library.learn_tags(&AtomicBool::new(false));
    }
    let hits = library.candidates().rank(query, &setting(context));
    Ok(hits.into_iter().map(|hit| library.entries[hit.index].row.clone()).collect())
}

/// All sessions, with what queries may ask of them.
pub(crate) fn library(context: &Context) -> color_eyre::Result<Library> {
    known(context, context.store.sessions()?)
}

fn known(context: &Context, rows: Vec<SessionRow>) -> color_eyre::Result<Library> {
    let running = live::running(&context.paths.known_roots());
    let knowledge = Knowledge {
        belongings: context.store.belongings()?,
        types: SessionTypes::load(&context.paths.session_types_file())?,
        archive: Some(archiving::archive(context)),
        device: machines(context).here,
    };
    let marks = notebook::marks(context, &rows);
    let library = Library::new(rows, &running, context.zone).moved(&context.moves());
    Ok(library.marked(marks).without(&context.excluded()).knowing(knowledge))
}

/// Whether a session belongs to a project: by a part of its name or its key, or by the directory when it looks like one.
pub(crate) fn is_of_project(row: &SessionRow, wanted: &str, context: &Context) -> bool {
    let is_here = || Within::of(context, &context.environment.resolve(wanted)).holds(row);
    let names = [&row.session.project, &row.project_key].into_iter().flatten();
    // `..` is a part of no name that is meant
    let is_called = || names.map(|name| name.to_lowercase()).any(|name| name.contains(&wanted.to_lowercase()));
    if is_directory(wanted) { is_here() || (!wanted.starts_with(['.', '~']) && is_called()) } else { is_called() }
}

/// The sessions of a directory: those that ran in it or below, or in a directory that has moved there.
pub(crate) struct Within {
    below: Below,
    moves: Rc<Moves>,
}

impl Within {
    /// Those of a directory.
    pub(crate) fn of(context: &Context, directory: &Path) -> Self {
        Self { below: Below::directory(directory), moves: context.moves() }
    }

    /// Whether a session is one of them.
    pub(crate) fn holds(&self, row: &SessionRow) -> bool {
        self.below.holds(sessions_tui::places(&self.moves, row).iter().map(String::as_str))
    }
}

/// The way on where no session ran in a directory, but one did in a directory that is gone and may be the same.
pub(crate) fn way_to_relink(context: &Context, rows: &[SessionRow], directory: &Path) -> Option<String> {
    let within = Within::of(context, directory);
    if rows.iter().any(|row| within.holds(row)) {
        return None;
    }
    let mut known: Vec<PathBuf> = Vec::new();
    for place in rows.iter().flat_map(|row| sessions_tui::present(&within.moves, row)) {
        if !known.contains(&place) {
            known.push(place);
        }
    }
    let gone = known.iter().map(PathBuf::as_path);
    let (from, to) = Places::may_have_moved(&context.paths.places_file(), &directory.canonicalize().ok()?, gone)?;
    let [old, new] = [from, to].map(|path| as_argument(context, &path));
    Some(format!(
        "Sessions ran in {old}, which is gone. If it moved here, `sessions relink {old} {new}` brings them along."
    ))
}

/// The same for the directory that a query asks for, if it asks for one.
pub(crate) fn way_to_relink_of(context: &Context, query: &Query) -> Option<String> {
    let asked = query.filters().filter(|clause| !clause.negated).find_map(|clause| match &clause.what {
        What::Name(NameField::Project, value) if is_directory(value) => Some(context.environment.resolve(value)),
        _ => None,
    })?;
    way_to_relink(context, &context.store.sessions().ok()?, &asked)
}

/// A path as a shell takes it.
fn as_argument(context: &Context, path: &Path) -> String {
    let short = one_line(&context.environment.shorten(path));
    let is_plain = |letter: char| letter.is_alphanumeric() || "/.~_-+@".contains(letter);
    if short.chars().all(is_plain) { short } else { format!("'{}'", one_line(&path.display().to_string())) }
}

/// Whether a project is named by a directory.
pub(crate) fn is_directory(wanted: &str) -> bool {
    wanted.contains('/') || matches!(wanted, "." | ".." | "~")
}

fn ambiguous(context: &Context, prefix: &str, rows: &[SessionRow]) -> Fault {
    let listed = rows.iter().take(MOST_CANDIDATES).map(|row| candidate(context, row)).collect();
    let more = rows.len().saturating_sub(MOST_CANDIDATES);
    let step =
        if more == 0 { "Use more of the id.".to_owned() } else { format!("… and {more} more. Use more of the id.") };
    Fault::new("ambiguous", format!("{} sessions begin with `{prefix}`:", rows.len())).candidates(listed).next(step)
}

fn unknown(context: &Context, typed: &str) -> color_eyre::Result<Fault> {
    let rows = if looks_like_an_id(typed) { Vec::new() } else { rows(context)? };
    let found = matching(context, rows, &Query::parse(typed))?;
    let near: Vec<Candidate> = found.iter().take(3).map(|row| candidate(context, row)).collect();
    let fault = Fault::new("not-found", format!("No session has an id that begins with `{}`.", one_line(typed)));
    Ok(if near.is_empty() {
        fault.next(list_step())
    } else {
        let step = format!("These match it as words; `sessions ls {}` lists all that do.", one_line(typed));
        fault.candidates(near).next(step)
    })
}

/// Whether something is a mistyped id rather than words: no other session is meant by it.
fn looks_like_an_id(typed: &str) -> bool {
    typed.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && typed.bytes().any(|byte| byte.is_ascii_digit())
}

/// What the person's machines are called.
pub(crate) fn machines(context: &Context) -> Machines {
    Machines::of(&context.paths, &context.settings, &context.environment)
}

/// The name of the machine that a session counts for, where that is another one.
pub(crate) fn device(context: &Context, row: &SessionRow) -> Option<String> {
    row.counts_for.map(|device| machines(context).name(Some(device)))
}

/// What a person wants of a transcript that is not here.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    /// To go on with it.
    Resume,
    /// To read it.
    Show,
    /// To have it back.
    Restore,
}

/// Says that a transcript lies on another machine, which one, and how the wish is granted there; none for a session of this
/// machine.
pub(crate) fn elsewhere(context: &Context, row: &SessionRow, wish: Wish) -> Option<Fault> {
    let there = row.device.or(row.counts_for.filter(|_| row.transcript.is_none()))?;
    let machines = machines(context);
    let (id, device) = (row.id(), one_line(&machines.name(Some(there))));
    let heard = machines.heard.get(&there);
    let heard = heard.map_or_else(String::new, |at| format!(" (last heard of {})", figures::date(*at, context.zone)));
    let message = format!("The transcript of {id} lies on {device}{heard}; only its figures are here.");
    let (verb, command) = match wish {
        Wish::Resume => ("Go on", "resume"),
        Wish::Show => ("Read it", "show"),
        Wish::Restore => ("If it was deleted there, put it back", "restore"),
    };
    let way = way_there(&device, &format!("{command} {id}"));
    Some(Fault::new("other-machine", message).next(format!("{verb} {way}.")))
}

/// Refuses a query that asks for a device which nobody knows.
pub(crate) fn refuse_unknown_devices(context: &Context, query: &Query) -> Result<(), Fault> {
    let asked = |clause: &Clause| match &clause.what {
        What::Name(NameField::Device, name) => Some(name.clone()),
        _ => None,
    };
    let asked: Vec<String> = query.clauses.iter().filter_map(asked).collect();
    if asked.is_empty() || context.is_demo() {
        return Ok(());
    }
    let machines = machines(context);
    let names = machines.names();
    let is_known = |wanted: &String| {
        let phrase = Query::parse(&format!("\"{}\"", wanted.replace('"', " ")));
        names.iter().any(|name| search::holds(&phrase, name))
    };
    asked.iter().find(|wanted| !is_known(wanted)).map_or(Ok(()), |wanted| Err(unknown_device(wanted, &names)))
}

/// Says that no device is called so, and how they are called.
pub(crate) fn unknown_device(wanted: &str, names: &[String]) -> Fault {
    let names: Vec<String> = names.iter().map(|name| one_line(name)).collect();
    Fault::new("not-found", format!("No device is called `{}`.", one_line(wanted)))
        .next(format!("There are: {}.", names.join(", ")))
}

/// Says why there is no transcript here: it is on another machine, or gone.
pub(crate) fn no_transcript(context: &Context, row: &SessionRow, wish: Wish) -> Fault {
    let id = row.id();
    match elsewhere(context, row, wish) {
        Some(fault) => fault,
        None if row.adopted => {
            let message = format!("There is no transcript of {id}: it was brought over from claude-session-logger.");
            Fault::new("gone", message).next("If a transcript of it comes, it is read then.")
        }
        None => transcript_gone(id),
    }
}

/// Says that a transcript is gone.
pub(crate) fn transcript_gone(id: &SessionId) -> Fault {
    Fault::new("gone", format!("The transcript of {id} is gone; what was counted from it is kept."))
        .next("Claude Code deletes transcripts after 30 days; `cleanupPeriodDays` in its settings changes that.")
}

fn empty() -> Fault {
    Fault::new("usage", "An empty id stands for no session.").next(list_step())
}

fn list_step() -> String {
    "List the sessions with `sessions ls`.".to_owned()
}
