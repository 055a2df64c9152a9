//! Proof that what was recorded stays recorded: kills, losses of power, faults of the disk, damage and crowds, at any size.

mod crowd;
mod damage;
mod disk;
mod faults;
mod kills;
mod power;
mod recorded;
mod scene;
mod table;
mod trace;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use color_eyre::Result;
use color_eyre::eyre::WrapErr;

/// Kills, cuts the power, breaks the disk and damages files while everything runs, and checks that nothing is lost
#[derive(Debug, Parser)]
pub(crate) struct Torture {
    /// Go on killing for so long, after the number of kills is reached
    #[arg(long, value_name = "N")]
    minutes: Option<u64>,
    /// Kill so many processes
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    kills: usize,
    /// Lose power so many times
    #[arg(long, value_name = "N", default_value_t = 200)]
    losses: usize,
    /// Let so many calls of each kind fail in each program
    #[arg(long, value_name = "N", default_value_t = 1)]
    faults: usize,
    /// Damage the store so many times
    #[arg(long, value_name = "N", default_value_t = 200)]
    damages: usize,
    /// Let eight hooks run at once so many times
    #[arg(long, value_name = "N", default_value_t = 10)]
    crowds: usize,
    /// Where chance begins: the same seed does the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

/// A part of the torture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Kills,
    Power,
    Faults,
    Damage,
    Crowds,
}

impl Torture {
    pub(crate) fn run(&self) -> Result<()> {
        self.inflict().map(|_| ())
    }

    /// Does it, and returns what could not be done here.
    fn inflict(&self) -> Result<Vec<String>> {
        let mut skipped = Vec::new();
        let until = self.minutes.map(|minutes| Instant::now() + Duration::from_mins(minutes));
        for part in Part::value_variants() {
            if !self.only.is_empty() && !self.only.contains(part) {
                continue;
            }
            let begun = Instant::now();
            let rows = match part {
                Part::Kills => kills::run(self.kills, until, self.seed),
                Part::Power => power::run(self.losses, self.seed),
                Part::Faults => faults::run(self.faults, self.seed),
                Part::Damage => damage::run(self.damages, self.seed),
                Part::Crowds => crowd::run(self.crowds, self.seed),
            };
            let rows = rows.wrap_err_with(|| format!("seed {}", self.seed))?;
            skipped.extend(rows.iter().filter_map(table::Row::skip));
            print!("{}", table::table(&rows));
            println!("({:.0} s)", begun.elapsed().as_secs_f64());
        }
        Ok(skipped)
    }
}

/// The torture at the size of CI; returns a note on what was skipped.
pub(crate) fn check() -> Result<String> {
    let skipped = Torture::parse_from(["torture"]).inflict()?;
    Ok(skipped.join(", "))
}

/// Whether programs can be traced here.
pub(crate) fn has_strace() -> bool {
    let mut tried = Command::new("strace");
    tried.args(["-qq", "-o", "/dev/null", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    tried.status().is_ok_and(|status| status.success())
}
