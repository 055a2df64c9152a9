//! A copy of a transcript takes next to nothing, and lives on when the original goes.

use std::fs;
use std::sync::atomic::AtomicBool;

use archive::Bounds;

use crate::scene::{LATER, Scene, lines};

/// A transcript, and a fork of it: the same records under another session, with a few more.
fn forked(scene: &Scene) -> (Vec<u8>, u64, u64) {
    let original = lines(1, 3_000);
    scene.write("p/one.jsonl", &original);
    let alone = scene.keep().bytes_packed;
    let fork = original.replace("\"text\"", "\"forkedFrom\":\"one\",\"text\"") + &lines(2, 10);
    scene.write("p/two.jsonl", &fork);
    (fork.into_bytes(), alone, scene.keep().bytes_packed)
}

#[test]
fn a_fork_is_kept_by_what_is_new_in_it() {
    let scene = Scene::new();
    let (fork, alone, beside) = forked(&scene);
    assert!(beside * 5 < alone, "{beside} beside {alone}");
    assert_eq!(scene.kept(&scene.path("p/two.jsonl")), fork);
}

#[test]
fn forks_are_kept_by_what_is_new_in_them_however_many_are_kept_at_once() {
    let scene = Scene::new();
    let original = lines(1, 3_000);
    let alone = {
        let scene = Scene::new();
        scene.write("p/one.jsonl", &original);
        scene.keep().bytes_packed
    };
    for fork in 0..12 {
        scene.write(&format!("p/{fork}.jsonl"), original.clone() + &lines(2 + fork, 10));
    }
    let (roots, stop) = ([scene.root()], AtomicBool::new(false));
    let bounds = Bounds { roots: &roots, now_ms: LATER, since_ms: None, until: None, threads: 6, stop: &stop };
    let kept = scene.archive.keep(&bounds).expect("the archive can be written");
    assert_eq!((kept.sessions, kept.sessions_left), (12, 0));
    assert!(kept.bytes_packed < 2 * alone, "{} and {alone} for one alone", kept.bytes_packed);
}

#[test]
fn a_transcript_that_moved_is_kept_once() {
    let scene = Scene::new();
    let content = lines(1, 3_000);
    let (before, after) = (scene.write("p/s.jsonl", &content), scene.path("q/s.jsonl"));
    let alone = scene.keep().bytes_packed;
    fs::create_dir_all(after.parent().expect("it has one")).expect("a folder can be made");
    fs::rename(&before, &after).expect("it can be moved");
    assert!(scene.keep().bytes_packed * 10 < alone);
    assert_eq!(scene.kept(&after), content.as_bytes());
    assert_eq!(scene.kept(&before), content.as_bytes());
}

#[test]
fn a_fork_survives_its_original() {
    let scene = Scene::new();
    let (fork, ..) = forked(&scene);
    let away = tempfile::tempdir().expect("a temporary folder can be made");
    assert!(scene.archive.take_out("one", away.path()).expect("it can be taken out"));
    assert!(!scene.archive.holds("one"));
    assert_eq!(scene.kept(&scene.path("p/two.jsonl")), fork);
}

#[test]
fn what_was_taken_out_comes_back_whatever_went_meanwhile() {
    let scene = Scene::new();
    let (fork, ..) = forked(&scene);
    let away = tempfile::tempdir().expect("a temporary folder can be made");
    for session in ["two", "one"] {
        assert!(scene.archive.take_out(session, away.path()).expect("it can be taken out"));
    }
    assert!(!scene.archive.take_out("two", away.path()).expect("there is none"));
    assert!(scene.archive.take_back("two", away.path()).expect("it can be put back"));
    assert_eq!(scene.kept(&scene.path("p/two.jsonl")), fork);
    assert!(!scene.archive.holds("one"));
}

#[test]
fn a_fork_survives_that_its_original_is_rewritten_and_tidied() {
    let scene = Scene::new();
    let (fork, ..) = forked(&scene);
    for step in 3..12 {
        scene.write("p/one.jsonl", lines(step, 5));
        scene.keep();
    }
    assert_eq!(scene.tidy().compacted, 1);
    assert_eq!(scene.kept(&scene.path("p/two.jsonl")), fork);
}
