//! A session is put back where it lay, whole, never over something.

use std::fs;
use std::time::SystemTime;

use archive::To;

use crate::scene::Scene;

#[test]
fn a_session_comes_back_with_all_that_lay_beside_it() {
    let scene = Scene::new();
    let files =
        ["p/s.jsonl", "p/s/subagents/agent-a1.jsonl", "p/s/subagents/agent-a1.meta.json", "p/s/tool-results/t.txt"];
    for file in files {
        scene.write(file, format!("{file}\n"));
    }
    scene.write("p/other.jsonl", "other\n");
    let history = scene.root().join("file-history/s/abc@v1");
    fs::create_dir_all(history.parent().expect("it has one")).expect("a folder can be made");
    fs::write(&history, "old").expect("it can be written");
    scene.keep();
    fs::remove_dir_all(scene.root().join("projects")).expect("it can be removed");
    fs::remove_dir_all(scene.root().join("file-history")).expect("it can be removed");
    let before = SystemTime::now();
    let plan = scene.archive.restoration("s", To::Home).expect("it can be read").expect("it is kept");
    assert_eq!((plan.targets.len(), plan.missing.len()), (5, 0));
    assert!(plan.targets.last().is_some_and(|target| target.is_transcript && target.path == scene.path("p/s.jsonl")));
    assert_eq!(scene.archive.restore("s", &plan).expect("it can be written"), 5);
    for file in files {
        let path = scene.path(file);
        assert_eq!(fs::read_to_string(&path).expect("it is back"), format!("{file}\n"));
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("it is back");
        assert!(
            modified.duration_since(before).is_ok()
                || before.duration_since(modified).is_ok_and(|ago| ago.as_secs() < 2)
        );
    }
    assert_eq!(fs::read(&history).expect("it is back"), b"old");
    assert!(!scene.path("p/other.jsonl").exists());
}

#[test]
fn nothing_that_lies_there_is_touched() {
    let scene = Scene::new();
    let path = scene.write("p/s.jsonl", "kept\n");
    scene.keep();
    let mut plan = scene.archive.restoration("s", To::Home).expect("it can be read").expect("it is kept");
    assert!(plan.targets.iter().all(|target| target.exists));
    fs::write(&path, "another\n").expect("it can be written");
    // and if it came between the look and the writing
    plan.targets.iter_mut().for_each(|target| target.exists = false);
    assert_eq!(scene.archive.restore("s", &plan).expect("it can be written"), 0);
    assert_eq!(fs::read(&path).expect("it is there"), b"another\n");
    assert_eq!(fs::read_dir(scene.path("p")).expect("it can be listed").count(), 1);
}

#[test]
fn it_can_be_put_anywhere_else() {
    let scene = Scene::new();
    scene.write("p/s.jsonl", "kept\n");
    scene.write("p/s/tool-results/t.txt", "output");
    scene.keep();
    let to = scene.home.path().join("there");
    let plan = scene.archive.restoration("s", To::Folder(&to)).expect("it can be read").expect("it is kept");
    scene.archive.restore("s", &plan).expect("it can be written");
    assert_eq!(fs::read(to.join("s.jsonl")).expect("it is there"), b"kept\n");
    assert_eq!(fs::read(to.join("s/tool-results/t.txt")).expect("it is there"), b"output");
    assert_eq!(scene.archive.restoration("none", To::Home).expect("it can be read"), None);
}
