//! A disk that is full: what it did not take is not left as if it were kept, and nobody counts it.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use archive::backup::{self, About, Act, Backup, Rule};
use archive::{Bounds, Kept};

use crate::scene::{LATER, Scene, lines};

fn keep(scene: &Scene) -> Kept {
    let (roots, stop) = ([scene.root()], AtomicBool::new(false));
    let bounds = Bounds { roots: &roots, now_ms: LATER, since_ms: None, until: None, threads: 1, stop: &stop };
    scene.archive.keep(&bounds).expect("the archive can be written")
}

/// Sessions of which one is whole, one empty, one torn in its first segment, and of one there is a tool's output alone.
fn damaged() -> Scene {
    let scene = Scene::new();
    for session in ["empty", "torn", "whole"] {
        scene.write(&format!("p/{session}.jsonl"), lines(1, 20));
    }
    scene.write("p/output/tool-results/one.txt", "output");
    scene.keep();
    let torn = fs::read(scene.pack("torn")).expect("it is there");
    fs::write(scene.pack("torn"), &torn[..torn.len() - 1]).expect("it can be written");
    fs::write(scene.pack("empty"), "").expect("it can be written");
    scene
}

#[test]
fn a_pack_that_could_not_be_written_is_not_there_and_made_when_there_is_room() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", lines(1, 20));
    scene.write("p/t.jsonl", lines(2, 20));
    fs::create_dir_all(scene.archive.folder()).expect("a folder can be made");
    symlink("/dev/full", scene.pack("s")).expect("a link can be made");
    // nothing is tidied today
    fs::write(scene.archive.folder().join(".tidied"), "").expect("it can be written");
    let kept = keep(&scene);
    assert_eq!((kept.sessions, kept.problems.len()), (1, 1), "{kept:?}");
    assert_eq!(kept.missing.into_iter().collect::<Vec<_>>(), ["s"]);
    assert!(fs::symlink_metadata(scene.pack("s")).is_err(), "it stayed empty");
    assert_eq!(scene.archive.sessions().expect("it can be listed"), ["t"]);
    assert_eq!(keep(&scene).files, 1);
    assert_eq!(scene.kept(&path), lines(1, 20).into_bytes());
}

#[test]
fn a_session_is_held_when_the_beginning_of_its_transcript_can_be_read() {
    let scene = damaged();
    assert_eq!(scene.archive.packs().expect("it can be listed"), ["empty", "output", "torn", "whole"]);
    assert_eq!(scene.archive.sessions().expect("it can be listed"), ["whole"]);
    // a transcript behind something else counts; what was not written was not seen either
    scene.write("p/output.jsonl", lines(4, 20));
    fs::remove_file(scene.archive.folder().join(".seen")).expect("it is there");
    keep(&scene);
    assert!(scene.archive.holds("output") && scene.archive.holds("torn") && scene.archive.holds("empty"));
    let pack = scene.pack("output");
    let whole = fs::read(&pack).expect("it is there");
    for bytes in [&whole[..whole.len() - 1], &whole[1..], &[b"garbage", &whole[..]].concat()] {
        fs::write(&pack, bytes).expect("it can be written");
        assert!(!scene.archive.holds("output"));
    }
}

#[test]
fn a_backup_counts_what_can_be_read_from_it_and_puts_no_empty_pack_anywhere() {
    let (scene, other) = (damaged(), Scene::new());
    let file = scene.home.path().join("all.backup");
    let written = backup::write(&file, &scene.archive, Vec::new(), About::default()).expect("it can be written");
    let opened = Backup::open(&file).expect("it is whole");
    for manifest in [&written, &opened.manifest] {
        assert_eq!((manifest.members.len(), manifest.transcripts), (4, 1));
        assert_eq!(
            manifest.unreadable.iter().collect::<Vec<_>>(),
            ["empty", "torn"],
            "what was never there is not lost"
        );
    }
    let place = |name: &str| Some((other.archive.folder().join(name.strip_prefix("archive/")?), Rule::Pack));
    let steps = opened.plan(&place).expect("it can be read");
    assert_eq!(steps.iter().map(|step| step.act).collect::<Vec<_>>(), [Act::Same, Act::New, Act::New, Act::New]);
    let beside = other.archive.folder().join(".whole.zst.new");
    fs::create_dir_all(other.archive.folder()).expect("a folder can be made");
    symlink("/dev/full", &beside).expect("a link can be made");
    opened.restore(&other.archive, &steps, false).expect_err("the disk is full");
    assert!(fs::symlink_metadata(&beside).is_err(), "what was begun goes");
    opened.restore(&other.archive, &steps, false).expect("it can be written");
    assert_eq!(other.archive.packs().expect("it can be listed"), ["output", "torn", "whole"]);
}

#[test]
fn an_empty_pack_is_named_and_goes_when_nothing_can_be_put_into_it() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", lines(1, 20));
    let pack = scene.pack("s");
    scene.keep();
    fs::write(&pack, "").expect("it can be written");
    let glanced = scene.archive.glance(Duration::ZERO).expect("it can be looked at");
    assert_eq!((glanced.packs, glanced.damaged), (1, vec![pack.clone()]));
    let checked = scene.archive.check(&AtomicBool::new(false)).expect("it can be read");
    assert_eq!(checked.flaws.iter().map(|flaw| (&flaw.pack, flaw.bytes)).collect::<Vec<_>>(), [(&pack, 0)]);
    scene.tidy();
    assert_eq!(scene.kept(&path), lines(1, 20).into_bytes(), "the transcript is there: it is kept again");
    fs::write(&pack, "").expect("it can be written");
    fs::remove_file(&path).expect("it can be removed");
    scene.tidy();
    assert!(!pack.exists());
}
