//! A disk that is full, broken or read-only, at any system call that touches our files; `strace` makes the call fail.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};
use testkit::Random;

use super::scene::{Scene, finish};
use super::table::Row;

/// What fails how.
const FAULTS: &[(&str, &[&str])] = &[
    ("ENOSPC", &["write", "pwrite64", "openat", "mkdir", "ftruncate", "rename"]),
    ("EIO", &["write", "pwrite64", "read", "pread64", "fsync", "fdatasync", "openat"]),
    ("EROFS", &["openat", "mkdir", "rename", "unlink", "ftruncate"]),
    ("EACCES", &["openat", "mkdir", "rename", "unlink"]),
];

/// Programs that meet the fault.
const PROGRAMS: &[&[&str]] = &[&[], &["tick"], &["rebuild"], &["archive"]];

/// Of the calls on our files, so many of each kind are made to fail, evenly spread.
pub(super) fn run(each: usize, seed: u64) -> Result<Vec<Row>> {
    if !super::has_strace() {
        return Ok(vec![Row::skipped("ENOSPC, EIO, EROFS, EACCES", "`strace` cannot trace here")]);
    }
    let mut random = Random::new(seed);
    let mut rows = Vec::new();
    for (error, calls) in FAULTS {
        let mut injected = 0;
        for call in *calls {
            for arguments in PROGRAMS {
                injected += one(error, call, arguments, each, &mut random)
                    .wrap_err_with(|| format!("{error} from {call} in {}", name(arguments)))?;
            }
        }
        rows.push(Row::new(
            format!("{error}, once and for good"),
            injected,
            "no panic, nothing lost, well again after",
        ));
    }
    Ok(rows)
}

fn name(arguments: &[&str]) -> String {
    if arguments.is_empty() { "sessions-hook".to_owned() } else { format!("sessions {}", arguments.join(" ")) }
}

/// Lets one kind of call fail in one program, at so many of its calls; returns how often.
fn one(error: &str, call: &str, arguments: &[&str], each: usize, random: &mut Random) -> Result<usize> {
    let mut scene = Scene::new(60_000, random.draw())?;
    let mut acknowledged = BTreeSet::new();
    scene.settle()?;
    let touching = calls_on_our_files(&mut scene, call, arguments, random)?;
    let step = touching.len().div_ceil(each.max(1)).max(1);
    let chosen: Vec<usize> = touching.into_iter().step_by(step).collect();
    for (index, number) in chosen.iter().enumerate() {
        // An event that waits, so that there is something to lose.
        let (command, payload, session) = scene.hook(random);
        ensure!(finish(command, &payload)?.status.success(), "a hook without faults failed");
        acknowledged.insert(session);
        scene.wait_for_tick();
        testkit::history::grow(&scene.home.claude(), 3, random.draw())?;
        let for_good = if index % 2 == 1 { "+" } else { "" };
        let inject = format!("inject={call}:error={error}:when={number}{for_good}");
        let (command, payload) = program(&mut scene, arguments, random);
        let output = finish(under(&scene, &command, &["-e", &format!("trace={call}"), "-e", &inject]), &payload)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(!said.contains("panicked"), "it panicked: {said}");
        if arguments.is_empty() {
            ensure!(
                output.status.success() && output.stdout.is_empty() && said.is_empty(),
                "the hook spoke or failed: {said}"
            );
        } else {
            // where no write works any more, nothing can be said either
            let is_mute = call == "write" && !for_good.is_empty();
            ensure!(output.status.success() || is_mute || !said.trim().is_empty(), "it failed without a word");
        }
        scene.wait_for_tick();
    }
    scene.settle()?;
    scene.check_events(&acknowledged)?;
    let (after, new) = (scene.answers()?, scene.answers_of_a_new_store()?);
    ensure!(after == new, "the answers differ:\n{}", super::table::first_difference(&after, &new));
    Ok(chosen.len())
}

fn program(scene: &mut Scene, arguments: &[&str], random: &mut Random) -> (Command, String) {
    if arguments.is_empty() {
        let (command, payload, _) = scene.hook(random);
        (command, payload)
    } else {
        (scene.sessions(arguments), String::new())
    }
}

/// Which of a program's calls, counted from 1, touch files of ours.
fn calls_on_our_files(scene: &mut Scene, call: &str, arguments: &[&str], random: &mut Random) -> Result<Vec<usize>> {
    let out = scene.home.path().join("trace");
    let (command, payload) = program(scene, arguments, random);
    let data = scene.paths.data.to_string_lossy().into_owned();
    let out_text = out.to_string_lossy().into_owned();
    finish(under(scene, &command, &["-y", "-e", &format!("trace={call}"), "-o", &out_text]), &payload)?;
    scene.wait_for_tick();
    let trace = fs::read_to_string(&out)?;
    let first = trace.split(' ').next().unwrap_or_default().to_owned();
    // The number is counted for each thread by itself.
    let own = trace.lines().filter(|line| line.split(' ').next() == Some(&first));
    Ok(own.enumerate().filter(|(_, line)| line.contains(&data)).map(|(index, _)| index + 1).collect())
}

/// The same command under `strace`, with its output thrown away unless it is asked for.
fn under(scene: &Scene, command: &Command, flags: &[&str]) -> Command {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", "signal=none"]).args(flags);
    if !flags.contains(&"-o") {
        traced.args(["-o", "/dev/null"]);
    }
    traced.arg(command.get_program()).args(command.get_args());
    traced.env_clear().envs(&scene.variables).current_dir(scene.home.path());
    traced
}
