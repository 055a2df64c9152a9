//! What grows, is rewritten or is cut off in the middle of a write comes back byte for byte.

use std::fs;

use proptest::prelude::*;

use crate::scene::{LATER, Scene, lines};

#[derive(Debug, Clone)]
enum Step {
    Append(String),
    Rewrite(String),
    CutOff(prop::sample::Index),
    Keep,
    /// Killed in the middle of a write: the pack ends at some byte of what was written, nothing was noted.
    Killed(prop::sample::Index),
    Tidy,
}

fn step() -> impl Strategy<Value = Step> {
    let text = "[a-c\n]{0,40}";
    prop_oneof![
        4 => text.prop_map(Step::Append),
        1 => text.prop_map(Step::Rewrite),
        1 => any::<prop::sample::Index>().prop_map(Step::CutOff),
        3 => Just(Step::Keep),
        3 => any::<prop::sample::Index>().prop_map(Step::Killed),
        1 => Just(Step::Tidy),
    ]
}

fn killed(scene: &Scene, at: prop::sample::Index) {
    let (pack, seen) = (scene.pack("s"), scene.archive.folder().join(".seen"));
    let (before, noted) = (fs::read(&pack).unwrap_or_default(), fs::read(&seen).ok());
    scene.keep();
    let after = fs::read(&pack).unwrap_or_default();
    if after.starts_with(&before) && after.len() > before.len() {
        let end = before.len() + at.index(after.len() - before.len());
        fs::write(&pack, &after[..end]).expect("it can be written");
    }
    match noted {
        Some(noted) => fs::write(&seen, noted).expect("it can be written"),
        None => drop(fs::remove_file(&seen)),
    }
}

fn check(steps: Vec<Step>) {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", "");
    for step in steps {
        match step {
            Step::Append(text) => scene.append("p/s.jsonl", text),
            Step::Rewrite(text) => drop(scene.write("p/s.jsonl", text)),
            Step::CutOff(at) => {
                let content = fs::read(&path).expect("it is there");
                fs::write(&path, &content[..at.index(content.len() + 1)]).expect("it can be written");
            }
            Step::Keep => drop(scene.keep()),
            Step::Killed(at) => killed(&scene, at),
            Step::Tidy => drop(scene.tidy()),
        }
    }
    scene.keep();
    let expected = fs::read(&path).expect("it is there");
    fs::remove_file(&path).expect("it can be removed");
    assert_eq!(scene.kept(&path), expected);
    scene.tidy();
    assert_eq!(scene.kept(&path), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_last_state_of_a_transcript_comes_back(steps in prop::collection::vec(step(), 1..14)) {
        check(steps);
    }
}

#[test]
fn a_pack_that_ends_at_any_byte_is_made_whole_while_the_transcript_is_there() {
    let scene = Scene::new();
    let (first, more) = (lines(1, 6), lines(2, 6));
    let path = scene.write("p/s.jsonl", &first);
    scene.keep();
    let pack = scene.pack("s");
    let (before, seen) = (fs::read(&pack).expect("it is there"), scene.archive.folder().join(".seen"));
    let noted = fs::read(&seen).expect("it is there");
    scene.append("p/s.jsonl", &more);
    scene.keep();
    let after = fs::read(&pack).expect("it is there");
    assert!(after.starts_with(&before), "what was written is not touched");
    for end in before.len()..after.len() {
        fs::write(&pack, &after[..end]).expect("it can be written");
        fs::write(&seen, &noted).expect("it can be written");
        let old = scene.archive.read(&path).expect("it can be read").expect("it is kept");
        assert_eq!(
            (old.bytes.as_slice(), old.missing.len()),
            (first.as_bytes(), 0),
            "{end}: nothing acknowledged is lost"
        );
        assert_eq!(scene.keep().bytes, more.len() as u64, "{end}");
        assert_eq!(scene.kept(&path), format!("{first}{more}").into_bytes(), "{end}");
    }
}

#[test]
fn only_what_is_new_is_read_and_a_line_without_its_end_is_kept_too() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", "one\ntwo\nthr");
    // whatever the clock says: nothing is waited for
    let keep = || scene.keep_at(0, None);
    assert_eq!(keep().bytes, 11);
    assert_eq!(keep().bytes, 0);
    scene.append("p/s.jsonl", "ee\nfo");
    assert_eq!(keep().bytes, 5);
    let nothing = keep();
    assert_eq!((nothing.files, nothing.bytes_packed), (0, 0));
    fs::remove_file(&path).expect("it can be removed");
    assert_eq!(scene.kept(&path), b"one\ntwo\nthree\nfo", "however soon it went");
}

#[test]
fn a_line_that_is_written_again_instead_of_ended_takes_the_place_of_its_beginning() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", "one\ntwo\nthr");
    scene.keep();
    scene.write("p/s.jsonl", "one\ntwo\nfour\n");
    scene.keep();
    fs::remove_file(&path).expect("it can be removed");
    assert_eq!(scene.kept(&path), b"one\ntwo\nfour\n");
}

#[test]
fn what_a_transcript_said_before_it_was_rewritten_stays_up_to_two_contents() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", "zero, which is long\n");
    scene.keep();
    for text in ["one\n", "two\n", "three\n", "four\n"] {
        fs::write(&path, text).expect("it can be written");
        scene.keep();
    }
    let heads = || {
        let pack = fs::read(scene.pack("s")).expect("it is there");
        String::from_utf8_lossy(&pack).matches("\"version\":").count()
    };
    assert_eq!((scene.tidy().compacted, heads()), (0, 5), "a few segments are not worth it");
    for text in ["five\n", "six\n", "seven\n"] {
        fs::write(&path, text).expect("it can be written");
        scene.keep();
    }
    assert_eq!((scene.tidy().compacted, heads()), (1, 3));
    assert_eq!(scene.kept(&path), b"seven\n");
}

#[test]
fn a_session_of_many_small_segments_is_put_together_when_it_rests() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", lines(0, 5));
    scene.write("p/s/tool-results/a.txt", "output");
    for step in 1..30 {
        scene.append("p/s.jsonl", lines(step, 5));
        scene.keep();
    }
    let size = || fs::metadata(scene.pack("s")).expect("it is there").len();
    let before = size();
    assert_eq!(scene.tidy().compacted, 1);
    assert!(size() * 2 < before, "{} of {before}", size());
    assert_eq!(scene.kept(&path), fs::read(&path).expect("it is there"));
    assert_eq!(scene.keep().bytes, 0);
    scene.append("p/s.jsonl", "more\n");
    assert_eq!(scene.keep().bytes, 5);
    assert_eq!(scene.kept(&scene.path("p/s/tool-results/a.txt")), b"output");
}

#[test]
fn what_is_older_than_is_wanted_is_removed_and_not_taken_again() {
    let scene = Scene::new();
    scene.write("p/s.jsonl", "one\n");
    scene.keep();
    let _ = fs::remove_file(scene.archive.folder().join(".tidied"));
    assert_eq!(scene.keep_at(LATER, Some(LATER - 1)).dropped, 1);
    assert!(!scene.archive.holds("s"));
    assert_eq!(scene.keep_at(LATER, Some(LATER - 1)).files, 0);
}

#[test]
fn what_cannot_be_finished_in_time_is_left_to_the_next_time() {
    let scene = Scene::new();
    for session in 0..5 {
        scene.write(&format!("p/s{session}.jsonl"), lines(session, 3));
    }
    let (roots, stop) = ([scene.root()], std::sync::atomic::AtomicBool::new(false));
    let until = Some(std::time::Instant::now());
    let bounds = archive::Bounds { roots: &roots, now_ms: LATER, since_ms: None, until, threads: 1, stop: &stop };
    let kept = scene.archive.keep(&bounds).expect("the archive can be written");
    assert_eq!((kept.sessions, kept.sessions_left), (0, 5));
    assert_eq!(scene.keep().sessions, 5);
}
