//! `sessions archive`: keeps transcripts, and checks what is kept.

use std::thread;
use std::time::Instant;

use archive::{Checked, Flaw, Kept};
use clap::Args;
use indicatif::DecimalBytes;
use serde_json::{Value, json};
use store::StoreError;

use crate::archiving;
use crate::context::Context;
use crate::interrupt::Listening;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
use crate::scanning::{self, Work};

const EXAMPLES: &str = "\
Examples:
  sessions archive            keep what is new, now and all of it
  sessions archive --check    read everything that is kept, and compare it with its hashes

Ticks keep what is new by themselves, some seconds at a time. `archive.keep` in the settings says how long:
\"all\", \"90d\" or \"off\". The format: docs/reference/archive.md; `zstdcat` reads it, too.";

/// Keep transcripts for longer than Claude Code does
///
/// Every transcript is kept, compressed, with the files of its subagents and the output of its tools. What is kept can be
/// read and searched when Claude Code has deleted it, and `sessions restore` puts it back.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Archive {
    /// Read everything that is kept; what is damaged is made again from its file while that is there
    #[arg(long)]
    check: bool,
}

impl Archive {
    /// Keeps what is new, or checks what is kept.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let listening = Listening::begin()?;
        if self.check {
            let checked = archiving::archive(context).check(listening.flag())?;
            return write_checked(context, &checked);
        }
        // what is kept and not known could be put back, but not found
        let obstacle = match scanning::scan(context, Work::Scan) {
            Ok(_) => None,
            Err(report) if matches!(report.downcast_ref(), Some(StoreError::Locked { .. })) => Some(report),
            Err(report) => return Err(report),
        };
        let (started, threads) = (Instant::now(), thread::available_parallelism().map_or(2, usize::from));
        let Some(kept) = archiving::keep(context, &archiving::archive(context), None, threads, listening.flag())?
        else {
            return Err(Fault::new("off", "The setting `archive.keep` is \"off\": nothing is taken into the archive.")
                .next("Set it to \"all\", or to a number of days as in \"90d\".")
                .into());
        };
        write_kept(context, &kept, started.elapsed().as_secs_f64())?;
        obstacle.map_or(Ok(()), Err)
    }
}

fn write_kept(context: &mut Context, kept: &Kept, seconds: f64) -> color_eyre::Result<()> {
    let size = archiving::archive(context).size();
    if context.json {
        let problems: Vec<Value> =
            kept.problems.iter().map(|(path, reason)| json!({ "path": path, "reason": reason })).collect();
        return context.output.json(&json!({
            "schema": 1,
            "sessions": kept.sessions,
            "files": kept.files,
            "bytes": kept.bytes,
            "bytes_packed": kept.bytes_packed,
            "sessions_left": kept.sessions_left,
            "compacted": kept.compacted,
            "dropped": kept.dropped,
            "seconds": seconds,
            "archive_bytes": size,
            "problems": problems,
        }));
    }
    let output = &mut context.output;
    output.line(&format!(
        "{} of {} kept: {} in {} ({:.1} s)",
        counted(kept.files, "file"),
        counted(kept.sessions, "session"),
        DecimalBytes(kept.bytes),
        DecimalBytes(kept.bytes_packed),
        seconds,
    ))?;
    if kept.sessions_left > 0 {
        output.line(&format!("Left to the next time: {}.", counted(kept.sessions_left, "session")))?;
    }
    output.line(&format!("The archive takes {}.", DecimalBytes(size)))?;
    for (path, reason) in &kept.problems {
        output.line(&format!("Not kept: {}: {reason}", one_line(&path.display().to_string())))?;
    }
    Ok(())
}

fn write_checked(context: &mut Context, checked: &Checked) -> color_eyre::Result<()> {
    let Checked { sessions, files, bytes, bytes_packed, flaws } = checked;
    let lost = flaws.iter().filter(|flaw| !flaw.repaired).count() as u64;
    if context.json {
        let flaws: Vec<Value> = flaws.iter().map(flaw_as_json).collect();
        context.output.json(&json!({
            "schema": 1, "sessions": sessions, "files": files, "bytes": bytes, "bytes_packed": bytes_packed, "flaws": flaws,
        }))?;
    } else {
        context.output.line(&format!(
            "{} in {}: {} in {}, ratio {:.1}",
            counted(*files, "file"),
            counted(*sessions, "pack"),
            DecimalBytes(*bytes),
            DecimalBytes(*bytes_packed),
            *bytes as f64 / (*bytes_packed).max(1) as f64,
        ))?;
        for flaw in flaws {
            let whose = flaw.file.as_ref().unwrap_or(&flaw.pack).display().to_string();
            let state = if flaw.repaired { "made again" } else { "damaged" };
            let Flaw { at, bytes, reason, .. } = flaw;
            let line = format!("{state}: {}: {bytes} bytes from byte {at} on: {reason}", one_line(&whose));
            context.output.line(&line)?;
        }
    }
    context.output.finish()?;
    if lost == 0 {
        return Ok(());
    }
    Err(Fault::new("damaged", format!("{} of the archive cannot be read.", counted(lost, "stretch")))
        .next("All around them is whole and readable. A backup may have them: `sessions backup --restore FILE` adds what is missing.")
        .into())
}

fn flaw_as_json(flaw: &Flaw) -> Value {
    json!({
        "pack": flaw.pack, "file": flaw.file, "at": flaw.at, "bytes": flaw.bytes, "reason": flaw.reason,
        "repaired": flaw.repaired,
    })
}
