//! What is kept: the store, the spool, the archive, and room for more.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use config::Keep;
use indicatif::DecimalBytes;
use journal::{DamageKind, Journal, Spool};
use rustix::fs::Access;
use store::StoreError;

use super::{Check, wired::ago};
use crate::archiving;
use crate::commands::setup::Places;
use crate::commands::r#where::size_of;
use crate::context::Context;
use crate::plain_text::counted;
use crate::report::{files_step, said_of_store};

/// An event that waits longer was not taken in by the tick that its hook started.
const LONG: Duration = Duration::from_hours(1);

/// With less room than this, transcripts and what is kept of them get into trouble, bytes.
const LITTLE_ROOM: u64 = 500_000_000;

/// How long contents of packs are read to find damage in them, and how long a tick is waited for that writes into them.
const GLANCE: Duration = Duration::from_millis(500);

/// What is kept, and room for more.
pub(super) fn checks(context: &Context, places: &Places) -> Vec<Check> {
    let room = room(context, places);
    if let Some(broken) = unwritable("data", &context.paths.data, "nothing can be kept") {
        // what lies in it can be no better
        return [broken].into_iter().chain(room).collect();
    }
    let mut checks = vec![folder(context), store(context), journal(context), spool(context)];
    checks.extend(log(context));
    checks.extend(archive(context));
    checks.extend(unwritable("state", &context.paths.state, "no tick can run"));
    checks.extend(unwritable("logs", &context.paths.logs, "no tick can run, and hooks cannot say what goes wrong"));
    checks.extend(room);
    checks
}

/// What is lost by a folder that cannot be made or written; nothing if it can.
fn unwritable(part: &'static str, folder: &Path, lost: &str) -> Option<Check> {
    let error = config::try_writing(folder).err()?;
    Some(broken(part, folder, &error, lost))
}

fn broken(part: &'static str, folder: &Path, error: &io::Error, lost: &str) -> Check {
    Check::broken(part, format!("{} cannot be written ({error}): {lost}", folder.display()), files_step(error))
}

fn folder(context: &Context) -> Check {
    const PART: &str = "data";
    let path = &context.paths.data;
    let Ok(metadata) = fs::metadata(path) else {
        return Check::notice(
            PART,
            format!("nothing in {} yet", path.display()),
            "`sessions scan` takes in what is there.",
        );
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let says = format!("others may look into {} ({mode:o})", path.display());
        return Check::notice(PART, says, format!("chmod 700 {}", path.display()));
    }
    Check::ok(PART, format!("{}, {}", path.display(), DecimalBytes(size_of(path))))
}

fn store(context: &Context) -> Check {
    const PART: &str = "store";
    if !context.store.exists() {
        return Check::notice(PART, "not made yet", "`sessions scan` makes it.");
    }
    match context.store.sessions() {
        // it is closed again, so that no lock of ours is lost by this
        Ok(_) if let Err(error) = File::options().write(true).open(context.store.path()) => {
            let says = format!("{} can only be read ({error}): nothing new is counted", context.store.path().display());
            Check::broken(PART, says, files_step(&error))
        }
        Ok(rows) => {
            let size = fs::metadata(context.store.path()).map(|metadata| metadata.len()).unwrap_or_default();
            let engine = store::engine_version().map(|version| format!(", DuckDB {version}")).unwrap_or_default();
            Check::ok(PART, format!("{}, {}{engine}", counted(rows.len() as u64, "session"), DecimalBytes(size)))
        }
        Err(error @ StoreError::Locked { .. }) => {
            let (says, remedy) = said_of_store(&error);
            Check::notice(PART, says, remedy)
        }
        Err(error @ StoreError::Engine(_)) => {
            Check::broken(PART, error.to_string(), "`sessions rebuild` makes it again from the transcripts.")
        }
        Err(error) => {
            let (says, remedy) = said_of_store(&error);
            Check::broken(PART, says, remedy)
        }
    }
}

fn journal(context: &Context) -> Check {
    const PART: &str = "journal";
    let folder = context.paths.journal();
    if let Some(broken) = unwritable(PART, &folder, "what hooks and people tell cannot be taken in") {
        return broken;
    }
    if !folder.is_dir() {
        return Check::notice(PART, "nothing in it yet", "The first tick, or the first entry, begins it.");
    }
    let journal = match Journal::open(&folder) {
        Ok(journal) => journal,
        Err(error) => return Check::broken(PART, error.to_string(), "Make its folder readable and writable."),
    };
    let damages = journal.check();
    let is_old = |kind: &DamageKind| matches!(kind, DamageKind::SetAside(_));
    let Some(worst) = damages.iter().find(|damage| !is_old(&damage.kind)).or(damages.first()) else {
        let streams = counted(journal.heads().len() as u64, "stream");
        return Check::ok(PART, format!("{streams}, {}", DecimalBytes(size_of(&folder))));
    };
    let more = if damages.len() > 1 { format!(" (and {} more)", damages.len() - 1) } else { String::new() };
    let says = format!("{worst}{more}");
    if is_old(&worst.kind) {
        Check::notice(PART, says, worst.remedy())
    } else {
        Check::broken(PART, says, worst.remedy())
    }
}

fn spool(context: &Context) -> Check {
    const PART: &str = "spool";
    let spool = Spool::new(&context.paths.spool);
    if let Some(broken) = unwritable(PART, spool.folder(), "hooks cannot leave their events there") {
        return broken;
    }
    let (pending, damaged) = match (spool.pending(), spool.damaged()) {
        (Ok(pending), Ok(damaged)) => (pending, damaged),
        (Err(error), _) | (_, Err(error)) => {
            return Check::broken(
                PART,
                error.to_string(),
                "Hooks leave their events there; make it readable and writable.",
            );
        }
    };
    let waiting = format!("{} waiting", counted(pending as u64, "event"));
    if let Some(at) = oldest(spool.folder()).filter(|at| at.elapsed().is_ok_and(|age| age > LONG)) {
        let says = format!("{waiting}, the oldest from {}", ago(DateTime::<Utc>::from(at), context.now));
        return Check::broken(PART, says, "`sessions tick` takes them in, or says what is in the way.");
    }
    if damaged > 0 {
        let are = if damaged == 1 { "is no event" } else { "are no events" };
        let says = format!("{waiting}; {} set aside that {are}", counted(damaged as u64, "file"));
        return Check::notice(
            PART,
            says,
            format!("They are in {}/damaged; nothing else is lost.", spool.folder().display()),
        );
    }
    Check::ok(PART, waiting)
}

/// When the oldest event was left.
fn oldest(folder: &Path) -> Option<SystemTime> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let events = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    events.filter_map(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok()).min()
}

/// What hooks could tell nobody else.
fn log(context: &Context) -> Option<Check> {
    let text = fs::read_to_string(context.paths.hook_log()).ok()?;
    let last = text.lines().next_back()?;
    let (when, problem) = last.split_once(' ')?;
    let when: DateTime<Utc> = when.parse().ok()?;
    if context.now.signed_duration_since(when).num_days() >= 1 {
        return None;
    }
    let says = format!("a hook had trouble {}: {problem}", ago(when, context.now));
    Some(Check::notice("hook log", says, format!("{} has all of it.", context.paths.hook_log().display())))
}

fn archive(context: &Context) -> Option<Check> {
    const PART: &str = "archive";
    let folder = context.paths.archive();
    let is_there = folder.symlink_metadata().is_ok();
    if context.settings.archive_keep == Keep::Off {
        return is_there.then(|| Check::ok(PART, format!("{}, off", DecimalBytes(size_of(&folder)))));
    }
    let lost = "transcripts are gone when Claude Code deletes them";
    if !folder.is_dir() {
        return unwritable(PART, &folder, lost);
    }
    // only asked: a trial would change its time, and scans would read all packs anew
    let asked = rustix::fs::access(&folder, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from);
    Some(asked.map_or_else(|error| broken(PART, &folder, &error, lost), |()| packs(context, PART)))
}

/// What a glance into the packs tells.
fn packs(context: &Context, part: &'static str) -> Check {
    let archive = archiving::archive(context).patient(GLANCE);
    let size = DecimalBytes(archive.size());
    let found = match archive.glance(GLANCE) {
        Ok(found) => found,
        Err(error) => {
            return Check::notice(part, format!("{size}; {error}"), "`sessions archive --check` reads all of it.");
        }
    };
    let Some(first) = found.damaged.first() else {
        let read = match found.packs - found.read {
            0 => String::new(),
            left => format!(", the contents of {left} not read; `sessions archive --check` reads all"),
        };
        return Check::ok(part, format!("{size}, {}{read}", counted(found.packs, "pack")));
    };
    let more = if found.damaged.len() > 1 { format!(" and {} more", found.damaged.len() - 1) } else { String::new() };
    let says = format!("of {}, damaged: {}{more}", counted(found.packs, "pack"), first.display());
    let remedy = "`sessions archive --check` says what is lost, and makes again what Claude Code still has.";
    Check::broken(part, says, remedy)
}

/// Room on the disk of the data folder, as `df` tells it.
fn room(context: &Context, places: &Places) -> Option<Check> {
    const PART: &str = "disk";
    let folder = context.paths.data.ancestors().find(|folder| folder.is_dir())?;
    let free = places.machine.free_bytes(folder)?;
    let says = format!("{} free", DecimalBytes(free));
    Some(if free < LITTLE_ROOM {
        Check::broken(
            PART,
            says,
            "Make room: hooks cannot leave events on a full disk, and Claude Code loses transcripts.",
        )
    } else {
        Check::ok(PART, says)
    })
}
