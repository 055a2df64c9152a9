//! Loss of power at any moment: the programs run under `strace`, what they did to spool, journal and archive is done again
//! on a disk that keeps what was written through and any part of the rest, and a tick has to cope with what is left.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};
use testkit::Random;

use super::disk::Disk;
use super::scene::{Scene, finish};
use super::table::Row;
use super::trace::{self, Step};

/// Hooks that run, one after another; each starts a tick of its own.
const HOOKS: usize = 6;

/// Loses power so many times, at moments evenly spread over what the programs did.
pub(super) fn run(losses: usize, seed: u64) -> Result<Vec<Row>> {
    if !super::has_strace() {
        return Ok(vec![Row::skipped("loss of power", "`strace` cannot trace here")]);
    }
    let mut random = Random::new(seed);
    let mut scene = Scene::new(20_000, seed)?;
    let steps = record(&mut scene, &mut random)?;
    let syncs = steps.iter().filter(|(step, _)| matches!(step, Step::Sync { .. })).count();
    let (mut torn, mut survived) = (0, 0);
    for _ in 0..losses {
        let moment = random.below(steps.len() + 1);
        let mut disk = Disk::default();
        let mut acknowledged = BTreeSet::new();
        for (step, session) in &steps[..moment] {
            disk.step(step);
            acknowledged.extend(session.clone().filter(|_| *step == Step::End));
        }
        let after = scene.beside()?;
        fs::create_dir_all(&after.paths.data)?;
        disk.lose_power(&scene.paths.data, &after.paths.data, &mut random)?;
        after.settle().wrap_err_with(|| format!("after a loss of power at step {moment} of {}", steps.len()))?;
        after.check_archive().wrap_err_with(|| format!("after a loss of power at step {moment}, seed {seed}"))?;
        after.check_events(&acknowledged).wrap_err_with(|| {
            let kept = after.home.path().display().to_string();
            format!("after a loss of power at step {moment} of {}, seed {seed} ({kept})", steps.len())
        })?;
        survived += acknowledged.len();
        torn += usize::from(after.has_damage());
    }
    Ok(vec![
        Row::new(
            "system calls of hooks and ticks on spool, journal and archive",
            steps.len(),
            format!("{syncs} write through"),
        ),
        Row::new(
            "losses of power at any of them",
            losses,
            format!("{survived} acknowledged events, 0 lost, 0 doubled"),
        ),
        Row::new("losses that left a damaged file behind", torn, "set aside"),
    ])
}

/// What hooks and ticks do, step by step, and whose hook a step belongs to.
fn record(scene: &mut Scene, random: &mut Random) -> Result<Vec<(Step, Option<String>)>> {
    let folders: Vec<PathBuf> = ["spool", "journal", "archive"].map(|name| scene.paths.data.join(name)).into();
    let mut steps = Vec::new();
    for round in 0..HOOKS {
        let (command, payload, session) = scene.hook(random);
        let (traced, out) = under_strace(scene, &command);
        ensure!(finish(traced, &payload)?.status.success(), "a hook under strace failed");
        let trace = fs::read_to_string(&out).wrap_err("strace left no trace")?;
        steps.extend(trace::read(&trace, &folders)?.into_iter().map(|step| (step, Some(session.clone()))));
        if round % 2 == 1 {
            let (traced, out) = under_strace(scene, &scene.sessions(&["tick"]));
            ensure!(finish(traced, "")?.status.success(), "a tick under strace failed");
            let trace = fs::read_to_string(&out).wrap_err("strace left no trace")?;
            steps.extend(trace::read(&trace, &folders)?.into_iter().map(|step| (step, None)));
        }
    }
    ensure!(steps.iter().any(|(step, _)| matches!(step, Step::Sync { .. })), "no step was written through");
    Ok(steps)
}

/// The same command under `strace`, and the file that it is traced to.
fn under_strace(scene: &Scene, command: &Command) -> (Command, PathBuf) {
    let out = scene.home.path().join("trace");
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-y", "-xx", "-s", "67108864", "-e", "signal=none", "-e"]);
    traced.arg(format!("trace={}", trace::CALLS)).arg("-o").arg(&out).arg(command.get_program());
    traced.args(command.get_args()).env_clear().envs(&scene.variables).current_dir(scene.home.path());
    (traced, out)
}
