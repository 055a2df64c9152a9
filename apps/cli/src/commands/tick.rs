//! `sessions tick`: takes in what hooks left behind, one at a time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use clap::Args;
use config::Paths;
use journal::{Event, Patience, Spool, Ticked};
use serde::Serialize;
use store::ScanReport;

use super::scan::Figures;
use crate::context::Context;
use crate::plain_text::counted;
use crate::scanning::{self, Work};
use crate::{tick_log, usage_state};

const EXAMPLES: &str = "\
Examples:
  sessions tick            what a hook starts by itself
  sessions tick --json

When a tick is running already, this one ends at once: the running one takes the events along.
What it does is logged in `logs/`; `sessions where` says where that is.";

/// Take in the events that hooks left behind, then scan
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
    let ticked = journal::tick(&lock, &spool, patience, || round(context, &spool, &mut done))?;
    Ok((ticked != Ticked::Busy).then_some(done))
}

fn round(context: &Context, spool: &Spool, done: &mut Done) -> color_eyre::Result<()> {
    let (mut new_roots, mut early) = (Vec::new(), Vec::new());
    let drained = spool.drain(|events| -> color_eyre::Result<()> {
        for root in events.iter().flat_map(roots_named_by) {
            if context.paths.remember_root(&root)? {
                new_roots.push(root);
            }
        }
        log_missing(&context.paths, events);
        let elsewhere = transcripts_elsewhere(&context.paths, events);
        if !elsewhere.is_empty() {
            // Nothing but the store remembers these, so they are in it before their events are removed.
            early.push(scanning::scan_with(context, Work::Scan, elsewhere)?.0);
        }
        Ok(())
    })?;
    done.events += drained.events;
    done.damaged += drained.damaged;
    done.new_roots.append(&mut new_roots);
    if let Err(problem) = context.checked_prices() {
        tracing::warn!("the built-in prices are used: {problem}");
    }
    done.scan = Some(scan_after(context, early)?);
    if let Err(report) = usage_state::refresh(context, Utc::now()) {
        // A status line then leaves these figures out; what was scanned is stored all the same.
        tracing::warn!("no figures for the status line: {report}");
    }
    Ok(())
}

/// Scans; the report takes in what was scanned before.
fn scan_after(context: &Context, early: Vec<ScanReport>) -> color_eyre::Result<(ScanReport, Duration)> {
    let (mut report, took) = scanning::scan(context, Work::Scan)?;
    for before in early {
        report.files_read += before.files_read;
        report.bytes_read += before.bytes_read;
        report.sessions_new += before.sessions_new;
        report.sessions_changed += before.sessions_changed;
    }
    Ok((report, took))
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
    let name = format!("{session}.jsonl");
    let projects = paths.known_roots().into_iter().filter_map(|root| fs::read_dir(root.join("projects")).ok());
    projects.flatten().filter_map(io::Result::ok).map(|project| project.path().join(&name)).find(|path| path.is_file())
}
