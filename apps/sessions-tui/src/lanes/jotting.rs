//! The lane of entries and marks: reads what is written down, and writes, one thing after the other.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;
use config::{Environment, Identities, Settings, USER_VARIABLE};
use crossbeam_channel::{Receiver, Sender};
use notes::{Author, Desk, Draft, EntryId, Page, Vocabulary};
use resume::{Moves, Project};
use search::Marks;
use transcript::SessionId;

use crate::Launch;
use crate::app::Wake;
use crate::entries::Ledger;
use crate::library::say;
use crate::message::{Effect, Jot, Msg};

/// The journal with what is written down, read once for all lanes; none before somebody asked.
pub(super) type SharedDesk = Arc<Mutex<Option<Desk>>>;

/// Answers requests about entries and marks.
pub(super) fn serve(launch: &Launch, desk: &SharedDesk, requests: &Receiver<Effect>, wake: &Sender<Wake>) {
    for request in requests {
        let answer = match request {
            Effect::ReadEntries(ticket) => {
                Msg::Entries(ticket, with(launch, desk, |desk| Ok(read(launch, desk))).map(Arc::new))
            }
            Effect::Jot(Jot::Edit(id)) => match with(launch, desk, |desk| to_edit(desk, &id)) {
                Ok(path) => Msg::ToEdit(id, path),
                Err(problem) => Msg::Jotted { outcome: Err(problem), marks: Vec::new() },
            },
            Effect::Jot(Jot::Mark { sessions, draft, said }) => {
                match with(launch, desk, |desk| mark(launch, desk, &sessions, &draft)) {
                    Ok(marks) => Msg::Jotted { outcome: Ok(said), marks },
                    Err(problem) => Msg::Jotted { outcome: Err(problem), marks: Vec::new() },
                }
            }
            Effect::Jot(jot) => {
                Msg::Jotted { outcome: with(launch, desk, |desk| write(launch, desk, jot)), marks: Vec::new() }
            }
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}

/// Does something with the journal as it is now, which is opened once.
pub(super) fn with<T>(
    launch: &Launch,
    desk: &SharedDesk,
    work: impl FnOnce(&mut Desk) -> Result<T, String>,
) -> Result<T, String> {
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(desk) = desk.as_mut() {
        desk.refresh();
        return work(desk);
    }
    let opened = Desk::open(&launch.paths.journal()).map_err(|error| error.to_string())?;
    work(desk.insert(opened))
}

/// Who writes: the person that a program was started by.
pub fn author(environment: &Environment, settings: &Settings) -> Author {
    Author {
        name: Identities::new(environment).of(Some(&environment.cwd)),
        said: environment.get(USER_VARIABLE).is_some(),
        also: settings.entry_names.clone(),
    }
}

fn vocabulary(launch: &Launch) -> Vocabulary {
    Vocabulary::new(&launch.settings.entry_categories, &launch.settings.entry_statuses)
}

fn read(launch: &Launch, desk: &Desk) -> Ledger {
    let (project, here) = Moves::read(&launch.paths.places_file()).project(&launch.environment.cwd);
    let notes = desk.notes().clone();
    let unread = notes
        .unread(&author(&launch.environment, &launch.settings))
        .into_iter()
        .map(|unread| unread.entry.id.clone())
        .collect();
    Ledger { notes, unread, here, project: project.name }
}

fn write(launch: &Launch, desk: &mut Desk, jot: Jot) -> Result<String, String> {
    let (author, vocabulary) = (author(&launch.environment, &launch.settings), vocabulary(launch));
    let now_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0);
    let mut change =
        |id: &EntryId, draft: Draft| desk.change_entry(id, draft, &author, now_ms).map_err(|error| error.to_string());
    match jot {
        Jot::New(text) => {
            let (category, title) = category_of(&text, &vocabulary);
            let status = vocabulary.default_status(category).to_owned();
            let project = Project::of(&launch.environment.cwd);
            let id = EntryId::fresh(journal_scope(&project));
            let draft = Draft::default()
                .set("title", title)
                .set("category", category)
                .set("status", status)
                .set("project", project.key)
                .set("project_name", project.name)
                .set("directory", project.root.to_string_lossy());
            change(&id, draft)?;
            Ok(format!("Written down as {category}; Enter edits it"))
        }
        Jot::Change { id, draft, said } => change(&id, draft).map(|_| said),
        Jot::Status(id, written) => {
            let status = vocabulary.checked_status(&written).map_err(|fault| fault.to_string())?;
            change(&id, Draft::default().set("status", status)).map(|_| format!("Its status is {status}"))
        }
        Jot::Take(id, path) => take(&id, &path, &vocabulary, &mut change),
        Jot::MarkRead => {
            desk.mark_read(&author, now_ms).map_err(|error| error.to_string())?;
            Ok("All of it is read".to_owned())
        }
        Jot::Edit(_) | Jot::Mark { .. } => Ok(String::new()),
    }
}

/// Marks sessions, all of them at once; what is said about each of them then.
fn mark(
    launch: &Launch,
    desk: &mut Desk,
    sessions: &[SessionId],
    draft: &Draft,
) -> Result<Vec<(SessionId, Marks)>, String> {
    let now_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0);
    let names = sessions.iter().map(SessionId::as_str);
    desk.change_marks(names, draft, &author(&launch.environment, &launch.settings), now_ms)
        .map_err(|error| error.to_string())?;
    let said = |session: &SessionId| {
        let mut marks = Marks::default();
        if let Some(said) = desk.notes().marks(session.as_str()) {
            say(said, &mut marks);
        }
        (session.clone(), marks)
    };
    Ok(sessions.iter().map(said).collect())
}

fn journal_scope(project: &Project) -> notes::Scope {
    notes::Scope::Project(project.key.clone())
}

/// The category that a text begins with, if it does, and the title.
fn category_of<'a>(text: &'a str, vocabulary: &'a Vocabulary) -> (&'a str, &'a str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match vocabulary.category(first.trim_end_matches(':')) {
        Some(category) if !rest.trim().is_empty() => (category, rest.trim()),
        _ => ("note", text),
    }
}

/// Writes the page of an entry to a file.
fn to_edit(desk: &Desk, id: &EntryId) -> Result<std::path::PathBuf, String> {
    let entry = desk.notes().entry(id).ok_or("There is no such entry any more")?;
    let page = Page::of(entry).write();
    let file = tempfile::Builder::new().prefix("entry-").suffix(".md").tempfile().map_err(|error| error.to_string())?;
    fs::write(file.path(), page).map_err(|error| error.to_string())?;
    file.into_temp_path().keep().map_err(|error| error.to_string())
}

/// Takes the page over; what cannot be read stays in its file, so that nothing that was typed is lost.
fn take(
    id: &EntryId,
    path: &Path,
    vocabulary: &Vocabulary,
    change: &mut dyn FnMut(&EntryId, Draft) -> Result<bool, String>,
) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let page =
        Page::read(&text, vocabulary).map_err(|fault| format!("{fault}. What you wrote is in {}", path.display()))?;
    let changed = change(id, page.draft())?;
    let _ = fs::remove_file(path);
    Ok(if changed { "Changed" } else { "It is as it was" }.to_owned())
}
