//! The remotes, as the last sync left them; nobody is asked.

use chrono::{DateTime, TimeDelta, Utc};
use config::RemoteSetting;
use journal::Journal;
use sync::{Access, Heads, Local, Record, Records};

use super::{Check, wired::ago};
use crate::context::Context;
use crate::plain_text::counted;
use crate::syncing;

const PART: &str = "remote";

/// A remote that could not be reached for so long will not come back by itself.
const LONG: TimeDelta = TimeDelta::days(7);

/// Ticks sync every quarter of an hour; after this long without a try, none came.
const OVERDUE: TimeDelta = TimeDelta::hours(2);

/// Each remote.
pub(super) fn checks(context: &Context) -> Vec<Check> {
    let remotes = &context.settings.remotes;
    if remotes.is_empty() {
        return Vec::new();
    }
    let records = Records::load(&context.paths.remotes_file());
    let folder = context.paths.journal();
    let journal = if folder.is_dir() { Journal::open(&folder).ok() } else { None };
    let here = journal.and_then(|mut journal| Local::heads(&mut journal).ok()).unwrap_or_default();
    remotes.iter().map(|setting| check(context, setting, &records.of(&setting.name), &here)).collect()
}

fn check(context: &Context, setting: &RemoteSetting, record: &Record, here: &Heads) -> Check {
    let name = &setting.name;
    let fitting = |remedy: &str| remedy.replace("<name>", name);
    let synced = record.synced_ms.and_then(moment);
    let since = synced.map_or_else(|| "never synced".to_owned(), |at| format!("synced {}", ago(at, context.now)));
    let queued = match record.queued(here, syncing::terms(setting)) {
        0 => "nothing queued".to_owned(),
        queued => format!("{} queued", counted(queued, "operation")),
    };
    match setting.encrypted.then(|| Access::of(&context.paths.remote_key(name))) {
        Some(Access::Missing) => {
            let fault = sync::Fault::Sealed;
            return Check::broken(PART, format!("{name} {fault}; {since}, {queued}"), fitting(fault.remedy()));
        }
        Some(Access::Waiting { .. }) => {
            // the code is the person's: what is said here may be handed on
            let fault = sync::Fault::Waiting { code: String::new() };
            return Check::notice(PART, format!("{name} {fault}; {queued}"), fitting(fault.remedy()));
        }
        Some(Access::Shared { .. }) | None => {}
    }
    if let Some(error) = &record.error {
        let left = moment(record.due_ms()).map(|due| (due - context.now).num_minutes()).filter(|left| *left > 0);
        let again = left.map(|left| format!(", tried again in {left} min")).unwrap_or_default();
        let says = format!("{name} {error}; {since}, {queued}{again}");
        let remedy = fitting(record.remedy.as_deref().unwrap_or_default());
        let is_lately = synced.is_some_and(|at| context.now - at < LONG);
        return if record.passes && is_lately {
            Check::notice(PART, says, remedy)
        } else {
            Check::broken(PART, says, remedy)
        };
    }
    let says = format!("{name}: {since}, {queued}");
    let tried = record.tried_ms.and_then(moment);
    if synced.is_none() || record.failures > 0 || tried.is_none_or(|at| context.now - at > OVERDUE) {
        let remedy = format!("`sessions sync --remote {name}` does it now; ticks do so by themselves.");
        return Check::notice(PART, says, remedy);
    }
    Check::ok(PART, says)
}

fn moment(ms: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)
}
