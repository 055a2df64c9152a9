//! Whether there is anything for a tick to do, found out without opening the store.
//!
//! A tick leaves behind what it saw. As long as the next one sees the same, and no time has come at which something is due,
//! there is nothing to do.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use journal::UsageState;
use serde::{Deserialize, Serialize};
use store::ScanReport;

use crate::clock::now_ms;
use crate::context::Context;

/// Something is due after so long at the latest.
const LONGEST: Duration = Duration::from_hours(1);

/// When a session changed, it may rest after so long: then the journal is told of it.
const UNTIL_REST: Duration = Duration::from_secs(10 * 60 + 5);

/// What a tick saw, and when something is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sight {
    version: String,
    zone: String,
    glance: u64,
    named: Vec<PathBuf>,
    /// The store, the logs of the journal, the folder of the archive, the settings and the directories that moved: path, size, time and number of each.
    files: Vec<(PathBuf, u64, i64, u64)>,
    until_ms: u64,
}

/// Whether nothing is new and nothing is due. Figures for the status line are marked as checked then.
pub(super) fn nothing_to_do(context: &Context) -> bool {
    let Some(sight) = fs::read(file(context)).ok().and_then(|text| serde_json::from_slice::<Sight>(&text).ok()) else {
        return false;
    };
    let is_due = now_ms() >= sight.until_ms || sight.version != env!("CARGO_PKG_VERSION");
    if is_due || sight.zone != context.zone.name() || sight.files != files(context) {
        return false;
    }
    let is_same = store::glance(&context.paths.known_roots(), &sight.named) == sight.glance;
    is_same && mark_checked(&context.paths.usage_state()).is_ok()
}

/// Leaves behind what a tick saw.
pub(super) fn remember(context: &Context, report: &ScanReport) -> io::Result<()> {
    let changed = report.sessions_new + report.sessions_changed + report.folded_in > 0;
    let pause = if changed { UNTIL_REST } else { LONGEST };
    let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    let sight = Sight {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        zone: context.zone.name().to_owned(),
        glance: report.glance,
        named: report.named.clone(),
        files: files(context),
        until_ms: now_ms().saturating_add(pause_ms).min(figures_hold_until(context)),
    };
    config::replace_file(&file(context), &serde_json::to_vec(&sight)?)
}

fn file(context: &Context) -> PathBuf {
    context.paths.state.join("tick.json")
}

/// Figures of a day or a block are others when it is over.
fn figures_hold_until(context: &Context) -> u64 {
    let state = UsageState::read(&context.paths.usage_state()).ok().flatten().map(|(state, _)| state);
    let stretches = state.into_iter().flat_map(|state| [state.today, state.block]);
    stretches.flatten().map(|spent| spent.end_ms).min().unwrap_or_default()
}

fn files(context: &Context) -> Vec<(PathBuf, u64, i64, u64)> {
    let paths = &context.paths;
    let settings =
        [paths.config_file(), paths.prices_file(), paths.session_types_file(), paths.roots_file(), paths.places_file()];
    let mut all: Vec<PathBuf> =
        [paths.store.clone(), paths.archive()].into_iter().chain(settings).chain(logs(&paths.journal())).collect();
    all.sort();
    let known = all.into_iter().filter_map(|path| {
        let metadata = fs::metadata(&path).ok()?;
        let modified_ns = metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec());
        Some((path, metadata.len(), modified_ns, metadata.ino()))
    });
    known.collect()
}

/// The logs of all streams.
fn logs(journal: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = fs::read_dir(journal).into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = folders.filter(|folder| folder.is_dir());
    folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path())
}

fn mark_checked(figures: &Path) -> io::Result<()> {
    fs::File::options().write(true).open(figures)?.set_modified(SystemTime::now())
}
