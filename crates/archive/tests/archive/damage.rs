//! Damage is found and named, what is whole around it is read, and it is made good while the file is there.

use std::fs;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use archive::{Checked, Glanced};
use proptest::prelude::*;

use crate::scene::{Scene, lines};

/// A session of three segments.
fn three(scene: &Scene) -> [String; 3] {
    let parts = [lines(1, 30), lines(2, 30), lines(3, 30)];
    scene.write("p/s.jsonl", &parts[0]);
    scene.keep();
    for part in &parts[1..] {
        scene.append("p/s.jsonl", part);
        scene.keep();
    }
    parts
}

fn checked(scene: &Scene) -> Checked {
    scene.archive.check(&AtomicBool::new(false)).expect("it can be read")
}

#[test]
fn a_flipped_bit_costs_its_segment_alone() {
    let scene = Scene::new();
    let parts = three(&scene);
    let (path, pack) = (scene.path("p/s.jsonl"), scene.pack("s"));
    let whole = fs::read(&pack).expect("it is there");
    let moved = scene.path("away");
    fs::rename(&path, &moved).expect("it can be moved");
    let mut losses = 0;
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&pack, &bytes).expect("it can be written");
        let content = scene.archive.read(&path).expect("it can be read").expect("something is kept");
        let held: Vec<bool> =
            parts.iter().map(|part| String::from_utf8_lossy(&content.bytes).contains(part.as_str())).collect();
        let lost = held.iter().filter(|held| !**held).count();
        // some bits of a frame mean nothing
        assert!(lost <= 1, "byte {at}: {held:?}");
        losses += lost;
        let flaws = checked(&scene).flaws;
        assert!(
            flaws.is_empty() == (lost == 0) && flaws.iter().all(|flaw| !flaw.repaired && flaw.pack == pack),
            "byte {at}: {flaws:?}"
        );
    }
    assert!(losses * 7 * 10 > whole.len() * 9, "{losses}");
}

#[test]
fn a_segment_that_lost_its_content_with_the_power_is_made_again_by_the_next_look() {
    let scene = Scene::new();
    let parts = [lines(1, 30), lines(2, 30)];
    scene.write("p/s.jsonl", &parts[0]);
    scene.keep();
    let (path, pack) = (scene.path("p/s.jsonl"), scene.pack("s"));
    let list = pack.with_file_name(".seen");
    let seen = fs::read(&list).expect("it is there");
    scene.append("p/s.jsonl", &parts[1]);
    scene.keep();
    // the head was written through, the end of its frame and the list were not
    let mut bytes = fs::read(&pack).expect("it is there");
    let end = bytes.len();
    bytes[end - 40..].fill(0);
    fs::write(&pack, bytes).expect("it can be written");
    fs::write(&list, seen).expect("it can be written");
    scene.keep();
    fs::remove_file(&path).expect("it can be removed");
    let content = scene.archive.read(&path).expect("it can be read").expect("it is kept");
    assert_eq!(String::from_utf8_lossy(&content.bytes), parts.concat());
}

#[test]
fn a_glance_finds_damage_and_changes_nothing() {
    let scene = Scene::new();
    three(&scene);
    let pack = scene.pack("s");
    let whole = fs::read(&pack).expect("it is there");
    let glance = |millis| scene.archive.glance(Duration::from_millis(millis)).expect("it can be looked at");
    let sound = Glanced { packs: 1, read: 1, damaged: Vec::new() };
    assert_eq!(glance(60_000), sound);
    assert_eq!(glance(0), Glanced { read: 0, ..sound.clone() }, "heads alone");
    // a content, a head, the end
    let content = [&whole[..whole.len() - 40], &[whole[whole.len() - 40] ^ 1], &whole[whole.len() - 39..]].concat();
    let head = [&whole[..20], &[whole[20] ^ 1], &whole[21..]].concat();
    for (bytes, millis) in [(&content[..], 60_000), (&head, 0), (&whole[..whole.len() - 1], 0)] {
        fs::write(&pack, bytes).expect("it can be written");
        assert_eq!(glance(millis).damaged, std::slice::from_ref(&pack));
        assert_eq!(fs::read(&pack).expect("it is there"), bytes);
    }
}

#[test]
fn damage_is_made_good_while_the_transcript_is_there() {
    let scene = Scene::new();
    three(&scene);
    let (path, pack) = (scene.path("p/s.jsonl"), scene.pack("s"));
    let whole = fs::read(&pack).expect("it is there");
    for at in (0..whole.len()).step_by(61) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&pack, &bytes).expect("it can be written");
        let flaws = checked(&scene).flaws;
        // where a head is lost, the next look at the file finds the gap
        scene.keep();
        assert_eq!(scene.kept(&path), fs::read(&path).expect("it is there"), "byte {at}: {flaws:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_garbage_in_a_pack_stops_reading(garbage in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>()) {
        let scene = Scene::new();
        three(&scene);
        let pack = scene.pack("s");
        let mut bytes = fs::read(&pack).expect("it is there");
        let place = at.index(bytes.len());
        bytes.splice(place..(place + garbage.len() / 2).min(bytes.len()), garbage);
        fs::write(&pack, &bytes).expect("it can be written");
        scene.archive.read(&scene.path("p/s.jsonl")).expect("it can be read");
        checked(&scene);
    }
}
