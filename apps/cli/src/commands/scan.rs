//! `sessions scan`: takes in what is new.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use indicatif::DecimalBytes;
use serde::Serialize;
use sessions_tui::figures::count;
use store::ScanReport;

use crate::context::Context;
use crate::plain_text::{counted, one_line};
use crate::scanning::{self, Work};

const EXAMPLES: &str = "\
Examples:
  sessions scan
  sessions scan --json

Ctrl-C is safe at any moment: what was read is kept, and the next scan goes on from there.";

/// Look for new and changed transcripts and store what they say
///
/// Reads only what was added since the last scan. Other commands do this by themselves.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Scan {}

/// Scans and says what was found.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let (report, took) = scanning::scan(context, Work::Scan)?;
    context.scanned = true;
    write(context, &report, took)
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    scan: Figures<'a>,
}

/// A report as scripts read it.
#[derive(Debug, Serialize)]
pub(crate) struct Figures<'a> {
    files_seen: u64,
    files_read: u64,
    files_gone: u64,
    files_from_archive: u64,
    files_carried_over: u64,
    store_set_aside: Option<&'a Path>,
    bytes_read: u64,
    sessions: u64,
    sessions_new: u64,
    sessions_changed: u64,
    requests: u64,
    problems: u64,
    seconds: f64,
    mb_per_second: f64,
    not_understood: Vec<NotUnderstood<'a>>,
    unreadable: Vec<Unreadable<'a>>,
}

#[derive(Debug, Serialize)]
struct NotUnderstood<'a> {
    path: &'a Path,
    stretches: u64,
}

#[derive(Debug, Serialize)]
struct Unreadable<'a> {
    path: &'a Path,
    reason: &'a str,
}

impl<'a> Figures<'a> {
    /// The figures of a report.
    pub(crate) fn new(report: &'a ScanReport, took: Duration) -> Self {
        Self {
            files_seen: report.files_seen,
            files_read: report.files_read,
            files_gone: report.files_gone,
            files_from_archive: report.files_from_archive,
            files_carried_over: report.carried_over,
            store_set_aside: report.set_aside.as_deref(),
            bytes_read: report.bytes_read,
            sessions: report.sessions,
            sessions_new: report.sessions_new,
            sessions_changed: report.sessions_changed,
            requests: report.requests,
            problems: report.problems,
            seconds: took.as_secs_f64(),
            mb_per_second: report.bytes_read as f64 / 1e6 / took.as_secs_f64().max(1e-9),
            not_understood: {
                let files = report.not_understood.iter();
                files.map(|(path, stretches)| NotUnderstood { path, stretches: *stretches }).collect()
            },
            unreadable: report.unreadable.iter().map(|(path, reason)| Unreadable { path, reason }).collect(),
        }
    }
}

/// Writes what a scan or a rebuild did.
pub(crate) fn write(context: &mut Context, report: &ScanReport, took: Duration) -> color_eyre::Result<()> {
    let figures = Figures::new(report, took);
    if context.json {
        return context.output.json(&Answer { schema: 1, scan: figures });
    }
    let output = &mut context.output;
    output.line(&format!(
        "{}, {} read: {} in {:.2} s ({:.0} MB/s)",
        counted(report.files_seen, "transcript file"),
        count(report.files_read),
        DecimalBytes(report.bytes_read),
        figures.seconds,
        figures.mb_per_second,
    ))?;
    output.line(&format!(
        "{} ({} new, {} changed), {}",
        counted(report.sessions, "session"),
        count(report.sessions_new),
        count(report.sessions_changed),
        counted(report.requests, "request"),
    ))?;
    if report.files_gone > 0 {
        output.line(&format!(
            "Gone since an earlier scan: {}; what was counted is kept.",
            counted(report.files_gone, "file")
        ))?;
    }
    if report.files_from_archive > 0 {
        let files = counted(report.files_from_archive, "file");
        output.line(&format!("Read from the archive, because they are gone: {files}."))?;
    }
    if report.carried_over > 0 {
        output.line(&format!(
            "Taken over from the store before: {} that {} gone.",
            counted(report.carried_over, "file"),
            if report.carried_over == 1 { "is" } else { "are" }
        ))?;
    }
    if let Some(aside) = &report.set_aside {
        output.line(&format!("The store before could not be read; it was put aside as {}.", aside.display()))?;
    }
    if report.problems > 0 {
        output.line(&format!("Not understood: {}; everything around is kept.", counted(report.problems, "stretch")))?;
        for (path, stretches) in &report.not_understood {
            output.line(&format!("  {}: {}", one_line(&path.display().to_string()), counted(*stretches, "stretch")))?;
        }
        if report.not_understood.iter().map(|(_, stretches)| stretches).sum::<u64>() < report.problems {
            output.line("  … and in other files")?;
        }
    }
    if !report.unreadable.is_empty() {
        output.line(&format!("Not readable: {}", counted(report.unreadable.len() as u64, "file")))?;
    }
    for (path, reason) in &report.unreadable {
        output.line(&format!("  {}: {reason}", one_line(&path.display().to_string())))?;
    }
    Ok(())
}
