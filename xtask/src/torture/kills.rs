//! Kill -9 at any moment: hooks, ticks, scans, rebuilds, the archive, with everything else going on beside them.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use color_eyre::Result;
use color_eyre::eyre::ensure;
use testkit::Random;

use super::scene::{Scene, start};
use super::table::Row;

/// What is killed, how often of a hundred times, and how long it takes by itself, milliseconds.
const VICTIMS: &[(&str, &[&str], u64)] =
    &[("tick", &["tick"], 60), ("scan", &["scan"], 60), ("rebuild", &["rebuild"], 120), ("archive", &["archive"], 80)];

/// Of so many rounds one lets the history grow.
const GROWS_ONCE_IN: u64 = 25;

/// Of so many rounds one checks everything.
const CHECKED_ONCE_IN: u64 = 250;

const HISTORY_BYTES: u64 = 1_500_000;

/// Kills until so many processes were killed, or so much time has passed.
pub(super) fn run(kills: usize, until: Option<Instant>, seed: u64) -> Result<Vec<Row>> {
    let mut random = Random::new(seed);
    let mut scene = Scene::new(HISTORY_BYTES, seed)?;
    scene.settle()?;
    let mut killed = [0usize; VICTIMS.len() + 1];
    let (mut acknowledged, mut rounds, mut checks) = (BTreeSet::new(), 0u64, 0usize);
    while killed.iter().sum::<usize>() < kills || until.is_some_and(|until| Instant::now() < until) {
        rounds += 1;
        if random.once_in(GROWS_ONCE_IN) {
            testkit::history::grow(&scene.home.claude(), 10, random.draw())?;
        }
        if random.once_in(2) {
            let (command, payload, session) = scene.hook(&mut random);
            match kill_within(command, &payload, 4_000, &mut random)? {
                Fate::Killed => killed[0] += 1,
                Fate::Ended => {
                    acknowledged.insert(session);
                }
            }
        } else {
            let victim = random.below(VICTIMS.len());
            let (_, arguments, takes_ms) = VICTIMS[victim];
            if matches!(kill_within(scene.sessions(arguments), "", takes_ms * 1_300, &mut random)?, Fate::Killed) {
                killed[victim + 1] += 1;
            }
        }
        if rounds.is_multiple_of(CHECKED_ONCE_IN) {
            check(&scene, &acknowledged)?;
            checks += 1;
        }
    }
    check(&scene, &acknowledged)?;
    let names = ["hook"].into_iter().chain(VICTIMS.iter().map(|(name, _, _)| *name));
    let mut rows: Vec<Row> =
        names.zip(killed).map(|(name, count)| Row::new(format!("kill -9 of {name}"), count, "killed")).collect();
    rows.push(Row::new("events acknowledged meanwhile", acknowledged.len(), "0 lost, 0 doubled"));
    rows.push(Row::new("answers compared with those of a new store", checks + 1, "equal"));
    Ok(rows)
}

/// What became of a process.
enum Fate {
    Killed,
    Ended,
}

/// Starts a program and kills it after at most so many microseconds, evenly spread.
fn kill_within(command: Command, input: &str, microseconds: u64, random: &mut Random) -> Result<Fate> {
    let said = format!("{command:?}");
    let mut child = start(command, input)?;
    sleep(Duration::from_micros(random.between(0, microseconds)));
    let _ = child.kill();
    let output = child.wait_with_output()?;
    if output.status.signal() == Some(9) {
        return Ok(Fate::Killed);
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!told.contains("panicked"), "{said} panicked: {told}");
    ensure!(output.status.success(), "{said} failed ({}): {told}", output.status);
    Ok(Fate::Ended)
}

/// What must hold after any number of kills.
fn check(scene: &Scene, acknowledged: &BTreeSet<String>) -> Result<()> {
    scene.settle()?;
    scene.check_events(acknowledged)?;
    scene.check_archive()?;
    let (after, new) = (scene.answers()?, scene.answers_of_a_new_store()?);
    ensure!(
        after == new,
        "the store answers otherwise than a new one:\n{}",
        super::table::first_difference(&after, &new)
    );
    Ok(())
}
