//! What is kept: the store, the spool, the archive, and room for more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use indicatif::DecimalBytes;
use journal::{DamageKind, Journal, Spool};

use super::{Check, wired::ago};
use crate::commands::setup::Places;
use crate::commands::r#where::size_of;
use crate::context::Context;
use crate::plain_text::counted;

/// An event that waits longer was not taken in by the tick that its hook started.
const LONG: Duration = Duration::from_hours(1);

/// With less room than this, transcripts and what is kept of them get into trouble, bytes.
const LITTLE_ROOM: u64 = 500_000_000;

/// What is kept, and room for more.
pub(super) fn checks(context: &Context, places: &Places) -> Vec<Check> {
    let mut checks = vec![folder(context), store(context), journal(context), spool(context)];
    checks.extend(log(context));
    checks.extend(archive(context));
    checks.extend(room(context, places));
    checks
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
        Ok(rows) => {
            let size = fs::metadata(context.store.path()).map(|metadata| metadata.len()).unwrap_or_default();
            let engine = store::engine_version().map(|version| format!(", DuckDB {version}")).unwrap_or_default();
            Check::ok(PART, format!("{}, {}{engine}", counted(rows.len() as u64, "session"), DecimalBytes(size)))
        }
        Err(error) => Check::broken(PART, error.to_string(), "`sessions rebuild` makes it again from the transcripts."),
    }
}

fn journal(context: &Context) -> Check {
    const PART: &str = "journal";
    let folder = context.paths.journal();
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
        let says = format!("{waiting}; {} set aside that are no events", counted(damaged as u64, "file"));
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
    let folder = context.paths.archive();
    folder.is_dir().then(|| Check::ok("archive", DecimalBytes(size_of(&folder)).to_string()))
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
