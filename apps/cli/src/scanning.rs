//! Bringing the store up to date, with a progress bar for people and none for scripts.

use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use color_eyre::Report;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use resume::{Moves, Places};
use store::{Progress, ScanOptions, ScanReport, StoreError, Strides};

use crate::context::Context;
use crate::interrupt::Listening;
use crate::report::Fault;

/// Work that is done sooner shows no progress bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// What is done to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Take in what is new.
    Scan,
    /// Make it again from nothing.
    Rebuild,
}

/// Does the work on all known roots; returns what was done and how long it took.
pub(crate) fn scan(context: &Context, work: Work) -> color_eyre::Result<(ScanReport, Duration)> {
    scan_with(context, work, Vec::new(), 0)
}

/// The same, with transcripts that lie anywhere else, on as many threads as said; 0 means one per core.
pub(crate) fn scan_with(
    context: &Context,
    work: Work,
    extra_files: Vec<PathBuf>,
    threads: usize,
) -> color_eyre::Result<(ScanReport, Duration)> {
    let prices = context.prices();
    let roots = context.paths.known_roots();
    let journal = Some(context.paths.journal());
    let archive = Some(context.paths.archive());
    let excluded = context.not_recorded();
    // what was just said of a directory has to be read anew
    let moves = Moves::read(&context.paths.places_file());
    let strides = Strides::default();
    let options = ScanOptions { roots, extra_files, threads, journal, archive, excluded, moves, strides };
    let listening = Listening::begin()?;
    let mut bar = Bar::new(context.output.watched);
    let started = Instant::now();
    let mut progress = |progress: Progress| bar.show(progress);
    let report = match work {
        Work::Scan => context.store.scan(&options, &prices, listening.flag(), &mut progress),
        Work::Rebuild => context.store.rebuild(&options, &prices, listening.flag(), &mut progress),
    };
    bar.clear();
    match report {
        Err(StoreError::Cancelled) if work == Work::Rebuild => {
            Err(Fault::new("stopped", "Stopped. The store is as it was.")
                .next("Run `sessions rebuild` again to make it anew.")
                .into())
        }
        report => {
            let report = report?;
            if report.sessions_new > 0 && !context.is_demo() {
                remember_places(context, &report);
            }
            Ok((report, started.elapsed()))
        }
    }
}

/// Notes which repositories the sessions ran in: when a directory is gone, nothing else tells where it went.
fn remember_places(context: &Context, report: &ScanReport) {
    let directories = report.directories.iter().map(Path::new);
    if let Err(error) = Places::keep(&context.paths.places_file(), directories) {
        // A directory that moves is then asked for; the next new session in it tries again.
        tracing::warn!("it is not remembered where repositories are: {error}");
    }
}

/// Takes in what is new before a question, unless that is not wanted. When another program holds the store, the question
/// can perhaps still be answered from what is stored: the obstacle is returned for the end, and nothing waits for the other
/// program again. Where the data folder may not be written for good, a warning is all that can be said.
pub(crate) fn freshen(context: &mut Context, wanted: bool) -> color_eyre::Result<Option<Report>> {
    if !wanted {
        return Ok(None);
    }
    let Err(report) = scan(context, Work::Scan) else {
        context.scanned = true;
        return Ok(None);
    };
    match report.downcast_ref::<StoreError>() {
        Some(StoreError::Locked { .. }) => {
            context.store = context.store.clone().waiting(Duration::ZERO);
            Ok(Some(report))
        }
        Some(StoreError::Io { source, .. }) if is_read_only(source.kind()) && context.store.exists() => {
            let message = format!("What is new is not in this answer: {report}.");
            let step = "The data folder may not be written here; `sessions where` lists every path.";
            context.warn(&Fault::new("read-only", message).next(step).into());
            Ok(None)
        }
        _ => Err(report),
    }
}

/// Whether a file cannot be written for good, so that only what is stored is left.
fn is_read_only(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// A progress bar that appears only when there is something to wait for.
struct Bar {
    watched: bool,
    started: Instant,
    shown: Option<ProgressBar>,
}

impl Bar {
    fn new(watched: bool) -> Self {
        Self { watched: watched && std::io::stderr().is_terminal(), started: Instant::now(), shown: None }
    }

    fn show(&mut self, progress: Progress) {
        if !self.watched || (self.shown.is_none() && self.started.elapsed() < PATIENCE) {
            return;
        }
        let bar = self.shown.get_or_insert_with(|| {
            let style = ProgressStyle::with_template(
                "reading transcripts {wide_bar:.cyan/dim} {decimal_bytes}/{decimal_total_bytes} · {msg} files",
            );
            let bar = ProgressBar::with_draw_target(Some(progress.bytes_total), ProgressDrawTarget::stderr());
            bar.with_style(style.expect("the template is well formed"))
        });
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done);
        bar.set_message(format!("{}/{}", progress.files_done, progress.files_total));
    }

    fn clear(&self) {
        if let Some(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
