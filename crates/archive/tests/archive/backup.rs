//! A backup holds everything, says when it does not, and adds to what is there.

use std::fs;
use std::path::{Path, PathBuf};

use archive::ArchiveError;
use archive::backup::{self, About, Act, Backup, Put, Rule, Source};

use crate::scene::{Scene, lines};

fn place(scene: &Scene, name: &str) -> (PathBuf, Rule) {
    let path = scene.home.path().join("data").join(name);
    match name.split_once('/') {
        Some(("archive", pack)) => (scene.archive.folder().join(pack), Rule::Pack),
        Some(("journal", _)) => (path, Rule::Grows),
        _ if name == "limits" => (path, Rule::Lines),
        _ => (path, Rule::Own),
    }
}

fn data(scene: &Scene, name: &str, content: &str) -> Source {
    let path = scene.home.path().join("data").join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
    fs::write(&path, content).expect("it can be written");
    Source { name: name.to_owned(), path, bytes: None }
}

fn written(scene: &Scene, sources: Vec<Source>) -> PathBuf {
    let file = scene.home.path().join("all.backup");
    backup::write(&file, &scene.archive, sources, About::default()).expect("it can be written");
    file
}

fn restored(scene: &Scene, file: &Path, force: bool) -> (Vec<(String, Act)>, Put) {
    let backup = Backup::open(file).expect("it is whole");
    let steps = backup.plan(&|name| Some(place(scene, name))).expect("it can be read");
    let put = backup.restore(&scene.archive, &steps, force).expect("it can be written");
    (steps.into_iter().map(|step| (step.name, step.act)).collect(), put)
}

#[test]
fn everything_comes_back_in_an_empty_folder() {
    let (scene, other) = (Scene::new(), Scene::new());
    let original = lines(1, 2_000);
    scene.write("p/one.jsonl", &original);
    scene.keep();
    scene.write("p/two.jsonl", original.replace("\"text\"", "\"of\":1,\"text\""));
    scene.keep();
    let file = written(&scene, vec![data(&scene, "journal/a/b.log", "1\n2\n"), data(&scene, "config.toml", "x = 1\n")]);
    let (_, put) = restored(&other, &file, false);
    assert_eq!(put, Put { written: 4, ..Put::default() });
    for session in ["p/one.jsonl", "p/two.jsonl"] {
        let path = scene.path(session);
        assert_eq!(other.kept(&path), fs::read(&path).expect("it is there"));
    }
    assert_eq!(fs::read(other.home.path().join("data/journal/a/b.log")).expect("it is there"), b"1\n2\n");
    assert_eq!(restored(&other, &file, true).1, Put::default(), "a second time changes nothing");
}

#[test]
fn what_is_there_is_added_to_and_never_lost() {
    let (scene, other) = (Scene::new(), Scene::new());
    for (at, text) in ["one\n", "two\n", "three\n"].iter().enumerate() {
        scene.write(&format!("p/s{at}.jsonl"), text);
        other.write(&format!("p/s{at}.jsonl"), text);
    }
    scene.keep();
    other.keep();
    scene.append("p/s0.jsonl", "theirs\n");
    other.append("p/s1.jsonl", "ours\n");
    scene.append("p/s2.jsonl", "theirs\n");
    other.append("p/s2.jsonl", "ours\n");
    scene.keep();
    other.keep();
    let sources = ["journal/longer", "journal/shorter", "journal/other", "limits", "config.toml"];
    let theirs = ["1\n2\n", "1\n", "1\n3\n", "a\nb\n", "theirs\n"];
    let ours = ["1\n", "1\n2\n", "1\n2\n", "b\nc\n", "ours\n"];
    sources.iter().zip(ours).for_each(|(name, text)| drop(data(&other, name, text)));
    let file = written(&scene, sources.iter().zip(theirs).map(|(name, text)| data(&scene, name, text)).collect());
    let (acts, put) = restored(&other, &file, false);
    let act = |wanted: &str| acts.iter().find(|(name, _)| name == wanted).map(|(_, act)| *act);
    assert_eq!(act("journal/longer"), Some(Act::Longer));
    assert_eq!(act("journal/shorter"), Some(Act::Newer));
    assert_eq!(act("journal/other"), Some(Act::Differs));
    assert_eq!((put.written, put.merged, put.replaced), (1, 4, 0));
    let read = |name: &str| fs::read_to_string(other.home.path().join("data").join(name)).expect("it is there");
    assert_eq!(sources.map(read), ["1\n2\n", "1\n2\n", "1\n2\n", "b\nc\na\n", "ours\n"]);
    // the contents of both are there, whichever is the newest
    let all =
        |session: &str| fs::read(other.archive.folder().join(format!("{session}.zst"))).expect("it is there").len();
    assert!(all("s0") > 0 && all("s2") > all("s1"));
    let (_, put) = restored(&other, &file, true);
    assert_eq!(put.replaced, 2);
    assert_eq!(read("journal/other"), "1\n3\n");
    assert_eq!(read("config.toml.before-restore"), "ours\n");
}

#[test]
fn a_backup_that_is_not_whole_is_refused_before_anything_is_written() {
    let scene = Scene::new();
    scene.write("p/s.jsonl", lines(1, 50));
    scene.keep();
    let file = written(&scene, vec![data(&scene, "config.toml", "x = 1\n")]);
    let whole = fs::read(&file).expect("it is there");
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        fs::write(&file, &whole[..at]).expect("it can be written");
        assert!(matches!(Backup::open(&file), Err(ArchiveError::NoBackup { .. })), "{at} bytes");
        let mut flipped = whole.clone();
        flipped[at] ^= 0x20;
        fs::write(&file, &flipped).expect("it can be written");
        if let Ok(backup) = Backup::open(&file) {
            assert_eq!(backup.manifest.members.len(), 2, "a bit that means nothing: byte {at}");
        }
    }
}

#[test]
fn what_is_added_while_it_is_written_is_left_out() {
    let scene = Scene::new();
    let source = data(&scene, "journal/a/b.log", "1\n2\n");
    let sources = backup::sources(&scene.home.path().join("data/journal"), "journal").expect("it can be listed");
    fs::write(&source.path, "1\n2\n3\n").expect("it can be written");
    let file = written(&scene, sources);
    let backup = Backup::open(&file).expect("it is whole");
    assert_eq!(backup.manifest.members.iter().map(|listed| listed.bytes).collect::<Vec<_>>(), [4]);
}

#[test]
fn what_cannot_be_written_is_told_of_the_backup_and_not_of_what_was_read() {
    let scene = Scene::new();
    let sources = vec![data(&scene, "journal/a/b.log", "1\n")];
    let file = scene.home.path().join("nowhere/all.backup");
    let error = backup::write(&file, &scene.archive, sources, About::default()).expect_err("there is no such folder");
    assert!(error.to_string().starts_with(&file.display().to_string()), "{error}");
    let kept = written(&scene, vec![data(&scene, "journal/a/b.log", "1\n")]);
    let backup = Backup::open(&kept).expect("it is whole");
    let other = Scene::new();
    let in_the_way = other.home.path().join("data");
    fs::write(&in_the_way, "a file").expect("it can be written");
    let path = in_the_way.join("b.log");
    let error = backup.plan(&|_| Some((path.clone(), Rule::Own))).expect_err("a file is in the way");
    assert!(matches!(error, ArchiveError::Io { path: told, .. } if told == path), "the backup itself can be used");
}
