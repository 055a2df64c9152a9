//! `sessions tick`: takes in what hooks left behind, one at a time.

mod quiet;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chrono::Utc;
use clap::Args;
use config::{Excluded, Identities, Paths};
use journal::{Event, Journal, Patience, Spool, Ticked};
use serde::Serialize;
use store::{Noting, ScanReport, StoreError};

use super::scan::Figures;
use crate::context::Context;
use crate::interrupt::Listening;
use crate::plain_text::counted;
use crate::scanning::{self, Work};
use crate::{archiving, banner, deleting, events_seen, notebook, syncing, tick_log, usage_state};

const EXAMPLES: &str = "\
Examples:
  sessions tick            what a hook starts by itself
  sessions tick --json

When a tick is running already, this one ends at once: the running one takes the events along.
What it does is logged in `logs/`; `sessions where` says where that is.";

/// Take in the events that hooks left behind, then scan
///
/// Events go into the journal, where they stay; new transcripts into the store; and what sessions came to into the journal
/// again, so that it is known when their transcripts are gone. It lets every other program go first, and makes a damaged
/// store again.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Tick {}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    already_running: bool,
    events: usize,
    damaged_events: usize,
    new_roots: &'a [PathBuf],
    scan: Option<Figures<'a>>,
}

/// What a tick did.
#[derive(Debug, Default)]
pub(crate) struct Done {
    events: usize,
    damaged: usize,
    new_roots: Vec<PathBuf>,
    scan: Option<(ScanReport, Duration)>,
}

/// Ticks, and says what was done.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let done = tick(context, Patience::Leave)?;
    if context.json {
        let nothing = Done::default();
        let shown = done.as_ref().unwrap_or(&nothing);
        return context.output.json(&Answer {
            schema: 1,
            already_running: done.is_none(),
            events: shown.events,
            damaged_events: shown.damaged,
            new_roots: &shown.new_roots,
            scan: shown.scan.as_ref().map(|(report, took)| Figures::new(report, *took)),
        });
    }
    let Some(done) = done else {
        return Ok(context.output.line("Another tick is running; it takes the events along.")?);
    };
    let (new, changed) =
        done.scan.as_ref().map_or((0, 0), |(report, _)| (report.sessions_new, report.sessions_changed));
    let events = counted(done.events as u64, "event");
    Ok(context.output.line(&format!("{events} taken in; sessions: {new} new, {changed} changed"))?)
}

/// Lets every other program go first, on the processor and on the disk. Without these programs it is an ordinary process.
fn give_way() {
    let process = std::process::id().to_string();
    for (program, how) in [("renice", ["-n", "10"]), ("ionice", ["-c", "3"])] {
        let mut command = Command::new(program);
        command.args(how).args(["-p", &process]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = command.status();
    }
}

/// Drains the spool and scans, until no event is left; none when another tick does it.
pub(crate) fn tick(context: &Context, patience: Patience) -> color_eyre::Result<Option<Done>> {
    tick_log::begin(&context.paths.logs)?;
    let outcome = rounds(context, patience);
    match &outcome {
        Ok(Some(done)) => {
            let sessions = done.scan.as_ref().map_or(0, |(report, _)| report.sessions_new + report.sessions_changed);
            tracing::info!(events = done.events, damaged = done.damaged, sessions, "tick done");
        }
        Ok(None) => {}
        Err(report) => tracing::error!("tick failed: {report}"),
    }
    outcome
}

fn rounds(context: &Context, patience: Patience) -> color_eyre::Result<Option<Done>> {
    let spool = Spool::new(&context.paths.spool);
    let lock = context.paths.tick_lock();
    let mut done = Done::default();
    if patience == Patience::Leave
        && spool.pending()? == 0
        && quiet::nothing_to_do(context)
        && !syncing::is_due(context)
    {
        return Ok(Some(done));
    }
    let mut threads = 0;
    if patience == Patience::Leave {
        // Nobody waits for it: one core is enough.
        threads = 1;
        give_way();
    }
    let ticked = journal::tick(&lock, &spool, patience, || round(context, &spool, threads, &mut done))?;
    Ok((ticked != Ticked::Busy).then_some(done))
}

/// Takes in everything that is new and tells the journal of it, without the rest of a tick. The lock of ticks is held.
pub(crate) fn catch_up(context: &Context) -> color_eyre::Result<()> {
    tick_log::begin(&context.paths.logs)?;
    take_up(context, &Spool::new(&context.paths.spool), 0, &mut Done::default())?;
    tell_journal(context, true)
}

fn round(context: &Context, spool: &Spool, threads: usize, done: &mut Done) -> color_eyre::Result<()> {
    take_up(context, spool, threads, done)?;
    for (name, step) in STEPS {
        if let Err(report) = step(context) {
            // What was taken in is stored all the same, and the next tick tries again.
            tracing::warn!("{name}: {report}");
        }
    }
    let news = |report: &ScanReport| report.sessions_new + report.sessions_changed + report.folded_in > 0;
    let is_news = done.scan.as_ref().is_some_and(|(report, _)| news(report));
    if let Err(report) = banner::refresh(context, is_news) {
        tracing::warn!("sessions that start say what was prepared before: {report}");
    }
    let all_kept = archiving::in_a_tick(context).unwrap_or_else(|report| {
        // The next tick tries again; Claude Code deletes nothing before weeks have passed.
        tracing::warn!("transcripts are not kept: {report}");
        true
    });
    if all_kept
        && let Some((report, _)) = &done.scan
        && let Err(error) = quiet::remember(context, report)
    {
        tracing::warn!("what was seen is not remembered: {error}");
    }
    Ok(())
}

/// Drains the spool into the journal, and scans.
fn take_up(context: &Context, spool: &Spool, threads: usize, done: &mut Done) -> color_eyre::Result<()> {
    let journal = Journal::open(&context.paths.journal())?;
    let mut identities = Identities::new(&context.environment);
    let excluded = context.not_recorded();
    let (mut new_roots, mut elsewhere) = (Vec::new(), Vec::new());
    let drained = spool.drain(|events| -> color_eyre::Result<()> {
        for root in events.iter().flat_map(roots_named_by) {
            if context.paths.remember_root(&root)? {
                new_roots.push(root);
            }
        }
        log_missing(&context.paths, events);
        events_seen::note(&context.paths.events_file(), events)?;
        elsewhere.extend(transcripts_elsewhere(&context.paths, events));
        let wanted: Vec<Event> = events.iter().filter(|event| !is_excluded(event, &excluded)).cloned().collect();
        journal.record(&wanted, |event| who(event, &mut identities))?;
        Ok(())
    })?;
    done.events += drained.events;
    done.damaged += drained.damaged;
    done.new_roots.append(&mut new_roots);
    if let Err(problem) = context.checked_prices() {
        tracing::warn!("the built-in prices are used: {problem}");
    }
    done.scan = Some(take_in(context, &journal, elsewhere, threads)?);
    Ok(())
}

/// Whether an event is of a project that is not recorded.
fn is_excluded(event: &Event, excluded: &Excluded) -> bool {
    let directory = event.claude_project_dir.clone().or_else(|| event.fields().cwd);
    directory.is_some_and(|directory| excluded.holds(&directory))
}

/// Scans. Nobody is there to be asked: a store that is damaged is made again, and kept beside the new one.
fn take_in(
    context: &Context,
    journal: &Journal,
    elsewhere: Vec<PathBuf>,
    threads: usize,
) -> color_eyre::Result<(ScanReport, Duration)> {
    let mut scanned = scanning::scan_with(context, Work::Scan, elsewhere.clone(), threads);
    if let Err(report) = &scanned
        && let Some(StoreError::Damaged { .. }) = report.downcast_ref()
    {
        tracing::warn!("the store is made again: {report}");
        scanned = scanning::scan_with(context, Work::Rebuild, elsewhere, threads);
    }
    let mut scanned = scanned?;
    if scanned.0.damaged_streams > 0 {
        mend(journal)?;
        context.store.forget_journal()?;
        scanned.0.folded_in += scanning::scan_with(context, Work::Scan, Vec::new(), threads)?.0.folded_in;
    }
    Ok(scanned)
}

/// A step of a tick.
type Step = fn(&Context) -> color_eyre::Result<()>;

/// What a tick does when it has taken in what is new, in this order. Each step may be killed at any moment.
const STEPS: [(&str, Step); 5] = [
    ("figures for the status line", |context| usage_state::refresh(context, Utc::now())),
    ("telling the journal of sessions", |context| tell_journal(context, false)),
    ("syncing", syncing::step),
    // what was taken back on another machine is known by then
    ("emptying the trash", deleting::empty),
    ("counting the inbox", |context| notebook::unread(context).map(drop)),
];

/// Tells the journal of sessions that came to something else, so that their figures outlive their transcripts;
/// if `all`, of those that go on as well.
pub(crate) fn tell_journal(context: &Context, all: bool) -> color_eyre::Result<()> {
    tell_journal_until(context, all, Listening::begin()?.flag())
}

/// The same, until it is asked to stop.
pub(crate) fn tell_journal_until(context: &Context, all: bool, stop: &AtomicBool) -> color_eyre::Result<()> {
    let journal = Journal::open(&context.paths.journal())?;
    let mut identities = Identities::new(&context.environment);
    let mut author = |directory: Option<&Path>| identities.of(directory);
    let mut noting = Noting { now: Utc::now(), all, author: &mut author };
    let told = context.store.note_sessions(&journal, &mut noting, stop)?;
    if told > 0 {
        tracing::info!(told, "sessions told to the journal");
    }
    Ok(())
}

/// Makes a damaged journal one that can be read, and logs what was found.
fn mend(journal: &Journal) -> color_eyre::Result<()> {
    for damage in journal.mend()? {
        tracing::warn!("{damage}; what was damaged is kept in {}", journal.folder().join("damaged").display());
    }
    Ok(())
}

/// Who worked where an event happened.
fn who(event: &Event, identities: &mut Identities<'_>) -> String {
    let directory = event.fields().cwd.or_else(|| event.claude_project_dir.clone());
    event.user.clone().unwrap_or_else(|| identities.of(directory.as_deref().map(Path::new)))
}

/// Roots that an event names and that hold transcripts: its configuration folders, and the one that its transcript lies
/// under, if that exists.
fn roots_named_by(event: &Event) -> Vec<PathBuf> {
    let listed = event.claude_config_dir.as_deref().unwrap_or_default().split(',').map(str::trim).map(PathBuf::from);
    let transcript_exists = event.transcript_path().is_some_and(|path| Path::new(&path).exists());
    let above = event.root().filter(|_| transcript_exists).map(PathBuf::from);
    listed.chain(above).filter(|root| root.is_absolute() && root.join("projects").is_dir()).collect()
}

/// Transcripts that events name and that no walk over the roots sees: a session can be resumed from a file anywhere.
fn transcripts_elsewhere(paths: &Paths, events: &[Event]) -> Vec<PathBuf> {
    let walked: Vec<PathBuf> =
        paths.known_roots().iter().filter_map(|root| root.join("projects").canonicalize().ok()).collect();
    let named =
        events.iter().filter_map(Event::transcript_path).filter_map(|path| Path::new(&path).canonicalize().ok());
    named.filter(|path| path.is_file() && !walked.iter().any(|folder| path.starts_with(folder))).collect()
}

/// Logs what became of transcripts that are not where the hook said: Claude Code names a wrong path when a session is
/// resumed from another directory, and a path that never exists when it keeps no transcripts.
fn log_missing(paths: &Paths, events: &[Event]) {
    for event in events {
        let (Some(session), Some(named)) = (event.session_id(), event.transcript_path()) else { continue };
        if Path::new(&named).exists() {
            continue;
        }
        let found = find_transcript(paths, &session).map(|path| path.display().to_string());
        tracing::info!(session, named, found, "the transcript is not where the hook said");
    }
}

/// The transcript of a session, looked up by its id under every root.
pub(crate) fn find_transcript(paths: &Paths, session: &str) -> Option<PathBuf> {
    housekeeping::transcript_of(&paths.known_roots(), session)
}
