//! Many at once: eight hooks, ticks and questions beside them, with the store free and with it locked by somebody else.

use std::collections::BTreeSet;
use std::fs::File;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};
use rustix::fs::{FlockOperation, fcntl_lock};
use testkit::Random;

use super::scene::{Scene, start};
use super::table::Row;

const HOOKS_AT_ONCE: usize = 8;

/// Lets eight hooks run at once, so many times; half of them while the store is locked.
pub(super) fn run(rounds: usize, seed: u64) -> Result<Vec<Row>> {
    let mut random = Random::new(seed);
    let mut scene = Scene::new(200_000, seed)?;
    scene.settle()?;
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        // DuckDB takes this kind of lock, so that it finds the store in use.
        let held = if round % 2 == 1 {
            let store = File::options().read(true).write(true).open(&scene.paths.store)?;
            fcntl_lock(&store, FlockOperation::NonBlockingLockExclusive).ok().map(|()| store)
        } else {
            None
        };
        let mut children = Vec::new();
        for _ in 0..HOOKS_AT_ONCE {
            let (command, payload, session) = scene.hook(&mut random);
            children.push((start(command, &payload)?, session));
        }
        let tick = start(scene.sessions(&["tick"]), "")?;
        for (child, session) in children {
            let output = child.wait_with_output()?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            ensure!(output.status.success() && said.is_empty() && output.stdout.is_empty(), "a hook spoke: {said}");
            acknowledged.insert(session);
        }
        drop(held);
        let output = tick.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(!said.contains("panicked"), "a tick panicked: {said}");
    }
    scene.settle()?;
    scene.check_events(&acknowledged).wrap_err("after eight hooks at once")?;
    let (after, new) = (scene.answers()?, scene.answers_of_a_new_store()?);
    ensure!(after == new, "the answers differ:\n{}", super::table::first_difference(&after, &new));
    let outcome = format!("{} events, 0 lost, 0 doubled", acknowledged.len());
    Ok(vec![Row::new("8 hooks at once, every other time with the store locked", rounds, outcome)])
}
