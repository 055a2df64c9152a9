//! Speed of the scan: a whole history, nothing new, a little new; each beside a program that counts the same files.

mod contest;
mod peer;

use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Args;
use color_eyre::Result;
use testkit::Home;
use testkit::history::{self, Generated};

use super::measure::mb;
use super::table::{Budget, Figure};
use crate::workspace::build;
use contest::{Contest, Course};
use peer::Peer;

/// One file in so many grows before the third kind of scan.
const GROWN: usize = 100;

/// Speed and memory of `sessions scan` on generated histories, beside ccusage where that is installed
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Size of the generated history in MB
    #[arg(long, default_value_t = 500)]
    megabytes: u64,
    /// Short sessions in the second history
    #[arg(long, default_value_t = 10_000)]
    files: u64,
    /// The same seed gives the same histories
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs of each program; the median is shown
    #[arg(long, default_value_t = 5)]
    repetitions: usize,
    /// ccusage: its native program, or the script that npm made for it (default: the one in PATH)
    #[arg(long, env = "CCUSAGE")]
    ccusage: Option<PathBuf>,
}

impl Import {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let sessions = build("cli", "sessions")?;
        let peer = Peer::find(self.ccusage.as_deref())?;
        let mut figures = Vec::new();
        if self.megabytes > 0 {
            let home = Home::new();
            let generated = history::generate(&home.claude(), self.megabytes * 1_000_000, self.seed)?;
            let contest = Contest::new(&sessions, peer.as_ref(), &home, self.repetitions);
            figures.extend(self.figures(&contest, &generated)?);
        }
        if self.files > 0 {
            let home = Home::new();
            let generated = history::sessions(&home.claude(), self.files, self.seed)?;
            let contest = Contest::new(&sessions, peer.as_ref(), &home, self.repetitions);
            figures.extend(self.figures(&contest, &generated)?);
        }
        figures.push(Figure::note(format!(
            "Median of {}; the files were in memory already; {} cores.",
            self.repetitions,
            available_parallelism()?
        )));
        figures.push(Figure::note(peer.map_or_else(peer::skipped, |peer| peer.described())));
        Ok(figures)
    }

    fn figures(&self, contest: &Contest<'_>, generated: &Generated) -> Result<Vec<Figure>> {
        let size = mb(generated.bytes);
        let name = format!("{size:.0} MB in {} files", generated.files);
        let mut figures =
            vec![Figure::note(format!("{name}: {} requests, {} lines", generated.requests, generated.lines))];
        contest.warm_up()?;
        let first = contest.run(|| contest.forget())?;
        figures.extend(first_scan(&first, size));
        let stored = contest.stored()?;
        figures.push(count("  sessions stored", stored.sessions, generated.sessions));
        figures.push(count("  requests stored", stored.requests, generated.requests));
        let unchanged = contest.run(|| Ok(()))?;
        let [time, processor] = later_scan("nothing new", &unchanged);
        figures.extend([time, processor.budget(Budget::AtMost(60.0))]);
        let mut turn = 0;
        let grown = contest.run(|| {
            turn += 1;
            history::grow(contest.claude(), GROWN, self.seed + turn)?;
            Ok(())
        })?;
        figures.extend(later_scan("1 % of the files grown", &grown));
        Ok(figures)
    }
}

fn first_scan(course: &Course, size: f64) -> Vec<Figure> {
    let peer = course.peer;
    let speed = |ms: f64| size / ms * 1e3;
    let mut fast = Figure::new("  first scan: speed", speed(course.wall_ms), "MB/s");
    if let Some(peer) = peer {
        fast = fast.budget(Budget::AtLeast((2.0 * speed(peer.wall_ms)).round()));
    }
    let per_core = Figure::new("  first scan: speed per core", speed(course.cpu_ms), "MB/s");
    let memory = Figure::new("  first scan: memory", mb(course.resident_bytes), "MB").budget(Budget::AtMost(150.0));
    vec![
        Figure::new("  first scan: time", course.wall_ms / 1e3, "s")
            .beside_if("ccusage", peer.map(|it| it.wall_ms / 1e3)),
        fast.beside_if("ccusage", peer.map(|it| speed(it.wall_ms))),
        per_core.budget(Budget::AtLeast(1000.0)).beside_if("ccusage", peer.map(|it| speed(it.cpu_ms))),
        memory.beside_if("ccusage", peer.map(|it| mb(it.resident_bytes))),
    ]
}

fn later_scan(what: &str, course: &Course) -> [Figure; 2] {
    let peer = course.peer;
    [
        Figure::new(format!("  {what}: time"), course.wall_ms, "ms").beside_if("ccusage", peer.map(|it| it.wall_ms)),
        Figure::new(format!("  {what}: processor"), course.cpu_ms, "ms").beside_if("ccusage", peer.map(|it| it.cpu_ms)),
    ]
}

fn count(what: &str, stored: u64, generated: u64) -> Figure {
    Figure::new(what, stored as f64, "").beside("generated", generated as f64)
}
