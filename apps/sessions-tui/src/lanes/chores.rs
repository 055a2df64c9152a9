//! The lane of housekeeping: weighs the sessions, and does one chore after the other.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use archive::{Archive, Bounds, To};
use chrono::Utc;
use config::{Excluded, Settings};
use crossbeam_channel::{Receiver, Sender};
use housekeeping::{Deletion, Relinking, Trash, on_disk};
use notes::{Desk, Draft};
use resume::Project;
use store::{Store, live};
use transcript::SessionId;

use super::jotting::author;
use crate::Launch;
use crate::app::Wake;
use crate::ask::Confirm;
use crate::figures::counted;
use crate::house::{Weights, size};
use crate::message::{Chore, Effect, Msg};

/// So long it waits for a tick that is at the archive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers requests of housekeeping.
pub(super) fn serve(launch: &Launch, requests: &Receiver<Effect>, wake: &Sender<Wake>) {
    for request in requests {
        let answer = match request {
            Effect::Weigh(ticket) => Msg::Weighed(ticket, weigh(launch).map(Arc::new)),
            Effect::Chore(Chore::FindDeletion(ids)) => match find(launch, &ids) {
                Ok(deletions) => Msg::ToConfirm(Confirm::Deletion(deletions)),
                Err(problem) => Msg::Chored { outcome: Err(problem), deleted: Vec::new() },
            },
            Effect::Chore(Chore::PlanRelinking { from, to }) => {
                let to = launch.environment.resolve(&to);
                match Relinking::plan(&launch.paths.known_roots(), &from, &to) {
                    Ok(plan) => Msg::ToConfirm(Confirm::Relinking(Box::new(plan))),
                    Err(error) => Msg::Chored { outcome: Err(error.to_string()), deleted: Vec::new() },
                }
            }
            Effect::Chore(chore) => {
                let mut deleted = Vec::new();
                let outcome = carry_out(launch, chore, &mut deleted);
                Msg::Chored { outcome, deleted }
            }
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}

fn archive(launch: &Launch) -> Archive {
    Archive::at(&launch.paths.archive()).patient(PATIENCE)
}

fn trash(launch: &Launch) -> Trash {
    Trash::at(&launch.paths.trash())
}

fn weigh(launch: &Launch) -> Result<Weights, String> {
    let archive = archive(launch);
    let packs = archive.packs().map_err(|error| error.to_string())?;
    let packed = packs.into_iter().filter_map(|name| Some((name.clone(), archive.size_of(&name)?)));
    let packed: HashMap<String, u64> = packed.collect();
    let trash = trash(launch).items().into_iter().map(|item| SessionId(item.session)).collect();
    Ok(Weights { on_disk: on_disk(&launch.paths.known_roots()), packed, trash })
}

fn find(launch: &Launch, ids: &[SessionId]) -> Result<Vec<Deletion>, String> {
    let (store, archive) = (Store::at(&launch.paths.store), archive(launch));
    let (roots, mut found) = (launch.paths.known_roots(), Vec::new());
    for id in ids {
        let detail = store.session(id).map_err(|error| error.to_string())?;
        let files: Vec<PathBuf> = detail.into_iter().flat_map(|detail| detail.files).map(|file| file.path).collect();
        found.push(Deletion::find(&roots, &archive, id.as_str(), &files));
    }
    Ok(found)
}

fn carry_out(launch: &Launch, chore: Chore, deleted: &mut Vec<SessionId>) -> Result<String, String> {
    match chore {
        Chore::Archive(ids) => keep(launch, &ids),
        Chore::Restore(ids) => restore(launch, &ids),
        Chore::Delete(deletions) => delete(launch, &deletions, deleted),
        Chore::Undelete(ids) => undelete(launch, &ids),
        Chore::Relink(plan) => relink(launch, &plan),
        Chore::Exclude { directory, excluded } => exclude(launch, &directory, excluded),
        Chore::FindDeletion(_) | Chore::PlanRelinking { .. } => Ok(String::new()),
    }
}

fn keep(launch: &Launch, ids: &[SessionId]) -> Result<String, String> {
    let (roots, stop) = (launch.paths.known_roots(), AtomicBool::new(false));
    let now_ms = Utc::now().timestamp_millis();
    let bounds = Bounds { roots: &roots, now_ms, since_ms: None, until: None, threads: 1, stop: &stop };
    let wanted: BTreeSet<&str> = ids.iter().map(SessionId::as_str).collect();
    let is_wanted = |place: &archive::Place| place.pack().is_some_and(|pack| wanted.contains(pack));
    let kept = archive(launch).keep_where(&bounds, &is_wanted).map_err(|error| error.to_string())?;
    Ok(match kept.files {
        0 => "The archive has all of it already".to_owned(),
        files => format!("Kept: {} in {}", counted(files, "file"), size(kept.bytes_packed)),
    })
}

fn restore(launch: &Launch, ids: &[SessionId]) -> Result<String, String> {
    let archive = archive(launch);
    let mut written = 0;
    for id in ids {
        let said = |error: archive::ArchiveError| error.to_string();
        let Some(restoration) = archive.restoration(id.as_str(), To::Home).map_err(said)? else { continue };
        if !restoration.missing.is_empty() {
            return Err(format!(
                "A part of {id} is damaged. `sessions restore {id} --damaged` puts back what can be read."
            ));
        }
        written += archive.restore(id.as_str(), &restoration).map_err(said)?;
    }
    Ok(match written {
        0 => "Nothing to put back: it is there, or the archive does not have it".to_owned(),
        files => format!("Put back: {}", counted(files, "file")),
    })
}

/// Deletes sessions; what stands in the way of one does not keep the others.
fn delete(launch: &Launch, deletions: &[Deletion], deleted: &mut Vec<SessionId>) -> Result<String, String> {
    let (trash, archive) = (trash(launch), archive(launch));
    let running = live::running(&launch.paths.known_roots());
    let (mut bytes, mut spared) = (0, Vec::new());
    for deletion in deletions {
        let id = SessionId(deletion.session.clone());
        if running.iter().any(|one| one.session == id) {
            spared.push(format!("{id} runs now."));
            continue;
        }
        match trash.take(deletion, &archive, now_ms()).map_err(|error| error.to_string()) {
            Ok(_) => {
                mark(launch, &id, true)?;
                bytes += deletion.bytes() + deletion.bytes_packed();
                deleted.push(id);
            }
            Err(problem) => spared.push(problem),
        }
    }
    let done = format!("Deleted: {}, {}; u brings back", counted(deleted.len() as u64, "session"), size(bytes));
    if spared.is_empty() { Ok(done) } else { Err(format!("{done}\n\nNot deleted:\n{}", spared.join("\n"))) }
}

fn undelete(launch: &Launch, ids: &[SessionId]) -> Result<String, String> {
    let (trash, archive) = (trash(launch), archive(launch));
    for id in ids {
        trash.put_back(id.as_str(), &archive).map_err(|error| error.to_string())?;
        mark(launch, id, false)?;
    }
    Ok(format!("Back again: {}", counted(ids.len() as u64, "session")))
}

fn mark(launch: &Launch, id: &SessionId, deleted: bool) -> Result<(), String> {
    let mut desk = Desk::open(&launch.paths.journal()).map_err(|error| error.to_string())?;
    let draft = Draft::default().delete(deleted);
    desk.change_marks([id.as_str()], &draft, &author(launch), now_ms()).map_err(|error| error.to_string())?;
    Ok(())
}

fn relink(launch: &Launch, plan: &Relinking) -> Result<String, String> {
    let is_there = |cwd: &String| [&plan.from, &plan.to].iter().any(|directory| Path::new(cwd).starts_with(directory));
    let running = live::running(&launch.paths.known_roots());
    if let Some(one) = running.iter().find(|one| one.cwd.as_ref().is_some_and(is_there)) {
        return Err(format!("The session {} runs there. End it first; nothing was changed.", one.session));
    }
    let backups = launch.paths.backups().join(now_ms().to_string());
    let done = plan.carry_out(&backups, &launch.paths.places_file()).map_err(|error| error.to_string())?;
    Ok(format!("Done: {}, {}", counted(done.moved, "move"), counted(done.documents, "changed file")))
}

/// Leaves the project of a directory out, or records it again.
fn exclude(launch: &Launch, directory: &str, excluded: bool) -> Result<String, String> {
    let path = launch.paths.config_file();
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| format!("{}: {error}", path.display()))?,
    };
    let settings = Settings::load(&launch.paths.config).0;
    if settings.exclude_unknown {
        return Err(format!("{} has to be put right first: what is excluded cannot be read.", path.display()));
    }
    let mut listed = settings.exclude;
    let said = if excluded {
        let root = project_of(launch, Path::new(directory));
        if launch.environment.home().is_some_and(|home| home.starts_with(&root)) {
            let said = "All of your home directory would be excluded; `sessions exclude DIR` names one below it.";
            return Err(said.to_owned());
        }
        let written = launch.environment.shorten(&root);
        listed.push(written.clone());
        format!("Excluded: {written}; x in the choice “excluded” takes it back")
    } else {
        let holds = |one: &String| Excluded::new(std::slice::from_ref(one), &launch.environment).holds(directory);
        let (gone, rest): (Vec<String>, Vec<String>) = listed.into_iter().partition(holds);
        listed = rest;
        format!("No longer excluded: {}", gone.join(", "))
    };
    let after = config::write_excluded(&listed, &before).ok_or_else(|| {
        format!("projects.exclude cannot be written into {}; write it there by hand.", path.display())
    })?;
    config::replace_file(&path, after.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(said)
}

/// The root of the project of a directory; the directory itself where it is not there, or where all of the home directory would
/// be meant.
fn project_of(launch: &Launch, directory: &Path) -> PathBuf {
    let is_too_wide = |root: &Path| launch.environment.home().is_some_and(|home| home.starts_with(root));
    let is_there = directory.is_absolute() && directory.is_dir();
    let root = is_there.then(|| Project::of(directory).root).filter(|root| !is_too_wide(root.as_path()));
    root.unwrap_or_else(|| directory.to_owned())
}

fn now_ms() -> u64 {
    u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0)
}
