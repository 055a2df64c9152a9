//! The lane of housekeeping: weighs the sessions, and does one chore after the other. What is refused, `housekeeping` refuses, for
//! the commands, too.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use archive::{Archive, Bounds};
use chrono::Utc;
use config::{Environment, Excluded};
use crossbeam_channel::{Receiver, Sender};
use housekeeping::{Deletion, Homes, HousekeepingError, KEPT_FOR_MS, Relinking, Restoring, Trash, on_disk};
use notes::{Desk, Draft};
use resume::{Moves, Project};
use store::live::{self, Running};
use store::{SessionRow, Store};
use transcript::SessionId;

use super::jotting::{SharedDesk, author, with};
use crate::Launch;
use crate::app::Wake;
use crate::ask::Confirm;
use crate::figures::counted;
use crate::house::{Weights, size};
use crate::library::present;
use crate::message::{Chore, Effect, Msg};

/// So long it waits for a tick that is at the archive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers requests of housekeeping.
pub(super) fn serve(launch: &Launch, desk: &SharedDesk, requests: &Receiver<Effect>, wake: &Sender<Wake>) {
    for request in requests {
        let answer = match request {
            Effect::Weigh(ticket) => Msg::Weighed(ticket, weigh(launch, desk).map(Arc::new)),
            Effect::Chore(Chore::FindDeletion(ids)) => match find(launch, &ids) {
                Ok(deletions) => Msg::ToConfirm(Confirm::Deletion(deletions)),
                Err(problem) => Msg::Chored { outcome: Err(problem), deleted: Vec::new() },
            },
            Effect::Chore(Chore::PlanRelinking { from, to }) => {
                match plan_relinking(launch, &from, &launch.environment.resolve(&to)) {
                    Ok(plan) => Msg::ToConfirm(Confirm::Relinking(Box::new(plan))),
                    Err(problem) => Msg::Chored { outcome: Err(problem), deleted: Vec::new() },
                }
            }
            Effect::Chore(chore) => {
                let mut deleted = Vec::new();
                let outcome = carry_out(launch, desk, chore, &mut deleted);
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

/// What stands in the way, and what to do about it.
fn told(error: &HousekeepingError) -> String {
    match error.next_step() {
        Some(step) => format!("{error}\n\n{step}"),
        None => error.to_string(),
    }
}

fn weigh(launch: &Launch, desk: &SharedDesk) -> Result<Weights, String> {
    let archive = archive(launch);
    let packs = archive.packs().map_err(|error| error.to_string())?;
    let packed = packs.into_iter().filter_map(|name| Some((name.clone(), archive.size_of(&name)?)));
    let packed: HashMap<String, u64> = packed.collect();
    let trash = trash(launch);
    // where nothing was ever written down, nothing is made for it
    let deleted = if launch.paths.journal().is_dir() {
        with(launch, desk, |desk| Ok(trash.deleted(desk.notes().deleted())))?
    } else {
        trash.deleted([])
    };
    let since_ms = now_ms().saturating_sub(KEPT_FOR_MS);
    let deleted = deleted.into_iter().filter(|one| one.item.is_some() || one.at_ms >= since_ms);
    let deleted = deleted.map(|one| SessionId(one.session)).collect();
    Ok(Weights { on_disk: on_disk(&launch.paths.known_roots()), packed, deleted })
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

fn plan_relinking(launch: &Launch, from: &Path, to: &Path) -> Result<Relinking, String> {
    let rows: Vec<SessionRow> = Store::at(&launch.paths.store).sessions().map_err(|error| error.to_string())?;
    let moves = Moves::read(&launch.paths.places_file());
    let ran_in: Vec<PathBuf> = rows.iter().flat_map(|row| present(&moves, row)).collect();
    let plan = Relinking::plan(&launch.paths.known_roots(), from, to, &ran_in, &moves);
    plan.and_then(|plan| plan.refuse_blocked().map(|()| plan)).map_err(|error| told(&error))
}

fn carry_out(launch: &Launch, desk: &SharedDesk, chore: Chore, deleted: &mut Vec<SessionId>) -> Result<String, String> {
    match chore {
        Chore::Archive(ids) => keep(launch, &ids),
        Chore::Restore(ids) => restore(launch, &ids),
        Chore::Delete(deletions) => with(launch, desk, |desk| delete(launch, desk, &deletions, deleted)),
        Chore::Undelete(ids) => with(launch, desk, |desk| undelete(launch, desk, &ids)),
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
    let (archive, roots) = (archive(launch), launch.paths.known_roots());
    let own = launch.paths.own_root(&launch.environment);
    let homes = Homes { roots: &roots, own: own.as_deref() };
    let (mut written, mut refused, mut elsewhere) = (0, Vec::new(), Vec::new());
    for id in ids {
        let plan = Restoring::plan(&archive, id.as_str(), homes, None, false);
        match plan.and_then(|plan| Ok((plan.carry_out(&archive)?, plan.root_before))) {
            Ok((files, before)) => {
                written += files;
                elsewhere.extend(before);
            }
            Err(error) => refused.push(told(&error)),
        }
    }
    let mut done = match written {
        0 => "Nothing was put back".to_owned(),
        files => format!("Put back: {}", counted(files, "file")),
    };
    if let Some(before) = elsewhere.first() {
        done = format!("{done}, below your own folder: nothing of yours is read under {}", before.display());
    }
    if refused.is_empty() { Ok(done) } else { Err(format!("{done}\n\n{}", refused.join("\n\n"))) }
}

/// Deletes sessions; what stands in the way of one does not keep the others.
fn delete(
    launch: &Launch,
    desk: &mut Desk,
    deletions: &[Deletion],
    deleted: &mut Vec<SessionId>,
) -> Result<String, String> {
    let running = live::running(&launch.paths.known_roots());
    let runs = |session: &str| running.iter().any(|one| one.session.as_str() == session);
    let mut mark = |session: &str| mark(launch, desk, session, true);
    let outcomes = trash(launch).delete(deletions, &archive(launch), now_ms(), &runs, &mut mark)?;
    let (mut bytes, mut spared) = (0, Vec::new());
    for (deletion, outcome) in deletions.iter().zip(outcomes) {
        match outcome {
            Ok(_) => {
                bytes += deletion.bytes() + deletion.bytes_packed();
                deleted.push(SessionId(deletion.session.clone()));
            }
            Err(error) => spared.push(told(&error)),
        }
    }
    let done = format!("Deleted: {}, {}; u brings back", counted(deleted.len() as u64, "session"), size(bytes));
    if spared.is_empty() { Ok(done) } else { Err(format!("{done}\n\nNot deleted:\n{}", spared.join("\n"))) }
}

fn undelete(launch: &Launch, desk: &mut Desk, ids: &[SessionId]) -> Result<String, String> {
    let (trash, archive) = (trash(launch), archive(launch));
    for id in ids {
        trash.put_back(id.as_str(), &archive).map_err(|error| told(&error))?;
        mark(launch, desk, id.as_str(), false)?;
    }
    Ok(format!("Back again: {}", counted(ids.len() as u64, "session")))
}

fn mark(launch: &Launch, desk: &mut Desk, session: &str, deleted: bool) -> Result<(), String> {
    let draft = Draft::default().delete(deleted);
    let author = author(&launch.environment, &launch.settings);
    desk.change_marks([session], &draft, &author, now_ms()).map_err(|error| error.to_string())?;
    Ok(())
}

fn relink(launch: &Launch, plan: &Relinking) -> Result<String, String> {
    let running: Vec<Running> = live::running(&launch.paths.known_roots());
    let running = running.iter().filter_map(|one| Some((one.session.as_str(), one.cwd.as_deref()?)));
    let backups = launch.paths.backups().join(now_ms().to_string());
    let done =
        plan.carry_out(running, &backups, &launch.paths.places_file(), now_ms()).map_err(|error| told(&error))?;
    Ok(format!("Done: {}, {}", counted(done.moved, "move"), counted(done.documents, "changed file")))
}

/// Leaves the project of a directory out, or records it again.
fn exclude(launch: &Launch, directory: &str, excluded: bool) -> Result<String, String> {
    let root = root_to_exclude(&launch.environment, Path::new(directory));
    if excluded && launch.environment.home().is_some_and(|home| home.starts_with(&root)) {
        let said = "All of your home directory would be excluded; `sessions exclude DIR` names one below it.";
        return Err(said.to_owned());
    }
    let written = launch.environment.shorten(&root);
    let holds = |one: &String| Excluded::new(std::slice::from_ref(one), &launch.environment).holds(directory);
    let mut gone = Vec::new();
    let change = |listed: &mut Vec<String>| {
        if excluded {
            listed.push(written.clone());
        } else {
            gone = listed.extract_if(.., |one| holds(one)).collect();
        }
    };
    config::change_excluded(&launch.paths.config_file(), change).map_err(|error| error.to_string())?;
    Ok(if excluded {
        format!("Excluded: {written}; x in the choice “excluded” takes it back")
    } else {
        format!("No longer excluded: {}", gone.join(", "))
    })
}

/// What is left out with a directory: the root of its project; the directory itself where it is not there, or where all of the home
/// directory would be meant.
pub fn root_to_exclude(environment: &Environment, directory: &Path) -> PathBuf {
    let is_too_wide = |root: &Path| environment.home().is_some_and(|home| home.starts_with(root));
    let is_there = directory.is_absolute() && directory.is_dir();
    let root = is_there.then(|| Project::of(directory).root).filter(|root| !is_too_wide(root.as_path()));
    root.unwrap_or_else(|| directory.to_owned())
}

fn now_ms() -> u64 {
    u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0)
}
