//! A store that is deleted, cut, zeroed or changed: the next question makes it again, and answers the same.

use std::fs;
use std::path::{Path, PathBuf};

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};
use testkit::Random;

use super::scene::Scene;
use super::table::Row;

/// A way to damage a file.
type Way = (&'static str, fn(&mut Vec<u8>, &mut Random));

const WAYS: &[Way] = &[
    ("cut", |content, random| content.truncate(random.below(content.len()))),
    ("emptied", |content, _| content.clear()),
    ("zeroed in part", |content, random| {
        let start = random.below(content.len());
        let end = (start + 1 + random.below(65_536)).min(content.len());
        content[start..end].fill(0);
    }),
    ("a bit flipped", |content, random| {
        let at = random.below(content.len());
        content[at] ^= 1 << random.below(8);
    }),
    ("its head changed", |content, random| {
        let at = random.below(content.len().min(12_288));
        content[at] ^= 0xff;
    }),
    ("something else", |content, random| {
        let length = 1 + random.below(10_000);
        *content = (0..length).map(|_| u8::try_from(random.below(256)).unwrap_or_default()).collect();
    }),
];

/// Damages the store in so many ways; each time a question must be answered as before.
pub(super) fn run(times: usize, seed: u64) -> Result<Vec<Row>> {
    let mut random = Random::new(seed);
    let scene = Scene::new(400_000, seed)?;
    scene.settle()?;
    let expected = scene.answers()?;
    let mut counts = vec![0; WAYS.len() + 2];
    for round in 0..times {
        let way = round % counts.len();
        counts[way] += 1;
        let said = damage(&scene, way, &mut random)?;
        if scene.answers().is_err() {
            scene.run(&["rebuild"]).wrap_err_with(|| format!("with a store {said}, round {round}, seed {seed}"))?;
        }
        let after = scene.answers().wrap_err_with(|| format!("with a store {said}, round {round}, seed {seed}"))?;
        ensure!(
            after == expected,
            "a store {said} answers otherwise (round {round}, seed {seed}):\n{}",
            super::table::first_difference(&after, &expected)
        );
        sweep(&scene.paths.data)?;
    }
    let names = WAYS.iter().map(|(name, _)| *name).chain(["deleted", "its log zeroed or foreign"]);
    Ok(names.zip(counts).map(|(name, count)| Row::new(format!("store {name}"), count, "answers equal")).collect())
}

/// Damages the store; says how.
fn damage(scene: &Scene, way: usize, random: &mut Random) -> Result<&'static str> {
    let store = &scene.paths.store;
    let log = PathBuf::from(format!("{}.wal", store.display()));
    match WAYS.get(way) {
        Some((name, damage)) => {
            let mut content = fs::read(store)?;
            damage(&mut content, random);
            fs::write(store, content)?;
            Ok(name)
        }
        None if way == WAYS.len() => {
            fs::remove_file(store)?;
            Ok("deleted")
        }
        None => {
            let length = 1 + random.below(100_000);
            let fill = if random.once_in(2) { 0 } else { 0xa5 };
            fs::write(log, vec![fill; length])?;
            Ok("with a damaged log")
        }
    }
}

/// Removes what was set aside, so that the disk does not fill.
fn sweep(data: &Path) -> Result<()> {
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("sessions.duckdb.")
            && !["wal", "lock"].iter().any(|ending| name.rsplit('.').next() == Some(ending))
            && entry.file_type()?.is_file()
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
