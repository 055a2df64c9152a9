//! Many machines that sync through failing networks, are set back, copied and lose their power, at clocks that are years apart.
//!
//! Nothing of it is real but the code that plans and carries out: journals and remotes are in memory, and a seed decides
//! everything, so that a failure can be looked at again.

mod operations;
mod rows;
mod script;
mod sealed;
mod verdict;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::bail;

use self::script::Script;
use self::verdict::Tally;

/// Seeds that every change has to pass.
const SEEDS_OF_CI: u64 = 20_000;

/// How many seeds that failed are told of.
const SHOWN: usize = 20;

/// Rehearses syncing with failing networks, restored backups, copied machines and wrong clocks
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// How many seeds
    #[arg(long, default_value_t = SEEDS_OF_CI)]
    seeds: u64,
    /// The first one
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only those in which everything that passes is encrypted
    #[arg(long)]
    encrypted: bool,
    /// Tell what happens in the first seed, and do no other
    #[arg(long)]
    tell: bool,
}

impl Simulate {
    pub(crate) fn run(&self) -> Result<()> {
        if self.tell {
            let script = Script::of(self.from);
            println!("{script:#?}\n{:#?}\n{:#?}", operations::play(&script), rows::play(&script));
            return Ok(());
        }
        println!("{}", rehearse(self.from..self.from + self.seeds, self.encrypted)?);
        Ok(())
    }
}

/// Says what came of it, or fails with the first seed that fails.
pub(crate) fn check() -> Result<String> {
    let table = rehearse(0..SEEDS_OF_CI, false)?;
    println!("{table}");
    Ok(format!("{SEEDS_OF_CI} seeds"))
}

fn rehearse(seeds: Range<u64>, is_only_sealed: bool) -> Result<String> {
    let begun = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let tallies: Vec<(Tally, Tally)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&next, seeds.end, is_only_sealed))).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    if tallies.len() < threads {
        bail!("the simulation itself failed, see above");
    }
    let (mut operations, mut rows) = (Tally::default(), Tally::default());
    for (of_operations, of_rows) in tallies {
        operations.add(of_operations);
        rows.add(of_rows);
    }
    let table = verdict::table(&operations, &rows, begun.elapsed());
    if let Some(first) = operations.failures().keys().next() {
        let failures = operations.failures().iter().take(SHOWN);
        let failures: Vec<String> = failures.map(|(seed, why)| format!("seed {seed}: {why}")).collect();
        bail!("{table}\n{}\nlook at one with `cargo xtask simulate --tell --from {first}`", failures.join("\n"));
    }
    if rows.failures().is_empty() {
        bail!("{table}\nrows where the last writer wins passed too: the simulation has lost its teeth");
    }
    Ok(table)
}

fn work(next: &AtomicU64, end: u64, is_only_sealed: bool) -> (Tally, Tally) {
    let (mut operations, mut rows) = (Tally::default(), Tally::default());
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return (operations, rows);
        }
        let script = Script::of(seed);
        if is_only_sealed && !script.is_sealed {
            continue;
        }
        operations.count(seed, &operations::play(&script));
        rows.count(seed, &rows::play(&script));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn operations_converge_and_rows_do_not() {
        super::rehearse(0..300, false).expect("300 seeds converge");
    }

    #[test]
    fn encrypted_rehearsals_are_among_them_and_converge() {
        // in these a key was made where a place was set back, before all of its lock was read, or was lost before a request came
        let once_failed = [56_599, 220_699, 285_999];
        for seed in (49..1_000).step_by(50).chain(once_failed) {
            let script = super::Script::of(seed);
            let verdict = super::operations::play(&script);
            assert!(
                script.is_sealed && verdict.converged && verdict.notes_lost == 0 && verdict.passed > 0,
                "{seed}: {verdict:?}"
            );
        }
    }

    #[test]
    fn a_seed_always_plays_the_same() {
        let play = |seed| format!("{:?}", super::operations::play(&super::Script::of(seed)));
        for seed in 0..20 {
            assert_eq!(play(seed), play(seed));
        }
    }
}
