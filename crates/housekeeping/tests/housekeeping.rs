//! What is deleted comes back to the byte, and a directory that moved is moved everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use archive::{Archive, Bounds};
use housekeeping::{Deletion, Homes, HousekeepingError, PartKind, Relinking, Restoring, Trash, on_disk};
use proptest::prelude::*;
use tempfile::TempDir;

const SESSION: &str = "4f2a0000-0000-4000-8000-000000000001";
const OTHER: &str = "4f2a0000-0000-4000-8000-000000000002";
const NOW_MS: u64 = 1_800_000_000_000;

/// A folder of Claude Code, an archive and a trash.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).expect("it is there").join(".claude")
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        fs::write(&path, content).expect("it can be written");
        path
    }

    fn archive(&self) -> Archive {
        Archive::at(&self.folder.path().join("data/archive"))
    }

    fn trash(&self) -> Trash {
        Trash::at(&self.folder.path().join("data/trash"))
    }

    fn keep(&self) {
        let (roots, stop) = ([self.root()], AtomicBool::new(false));
        let now_ms = i64::try_from(NOW_MS).expect("it fits") + 400_000_000_000;
        let bounds = Bounds { roots: &roots, now_ms, since_ms: None, until: None, threads: 1, stop: &stop };
        assert_eq!(self.archive().keep(&bounds).expect("it can be kept").problems, []);
    }

    fn find(&self) -> Deletion {
        Deletion::find(&[self.root()], &self.archive(), SESSION, &[])
    }

    /// Every file below Claude Code's folder and the packs: content and time.
    fn state(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut state = BTreeMap::new();
        let mut folders = vec![self.root(), self.folder.path().join("data/archive")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let is_packed_or_read = !entry.file_name().to_string_lossy().starts_with('.');
                if path.is_dir() {
                    folders.push(path);
                } else if is_packed_or_read {
                    let time = entry.metadata().and_then(|metadata| metadata.modified()).expect("it has a time");
                    state.insert(path.clone(), (fs::read(&path).expect("it can be read"), time));
                }
            }
        }
        state
    }
}

fn transcript(cwd: &str, lines: usize) -> String {
    let lines = (0..lines).map(|line| format!("{{\"cwd\":\"{cwd}\",\"uuid\":\"{cwd}{line}\",\"text\":\"{line}\"}}\n"));
    lines.collect::<Vec<_>>().concat()
}

/// A session with everything that one can have, beside another one.
fn full() -> Scene {
    let scene = Scene::new();
    scene.write(&format!("projects/-src-shop/{SESSION}.jsonl"), transcript("/src/shop", 40));
    scene.write(&format!("projects/-src-shop/{SESSION}/subagents/agent-a1.jsonl"), transcript("/src/shop", 3));
    scene.write(&format!("projects/-src-shop/{SESSION}/tool-results/toolu_1.txt"), "long\n".repeat(50));
    scene.write(&format!("projects/-src-shop/{SESSION}/custom-title.json"), "{}");
    scene.write(&format!("file-history/{SESSION}/abc@v1"), [0, 159, 146, 150]);
    scene.write(&format!("tasks/{SESSION}/1.json"), "{}");
    scene.write(&format!("todos/{SESSION}-agent-{SESSION}.json"), "[]");
    scene.write(&format!("projects/-src-shop/{OTHER}.jsonl"), transcript("/src/shop/other", 5));
    scene.write(&format!("file-history/{OTHER}/abc@v1"), "other");
    scene.write("projects/-src-shop/memory/MEMORY.md", "mine");
    scene
}

#[test]
fn everything_of_a_session_is_found_and_nothing_of_another() {
    let scene = full();
    scene.keep();
    let deletion = scene.find();
    let kinds: Vec<(PartKind, u64)> = deletion.by_kind().into_iter().map(|(kind, count, _)| (kind, count)).collect();
    let expect = [PartKind::Transcript, PartKind::Agent, PartKind::ToolOutput, PartKind::Edited];
    assert_eq!(kinds[..4], expect.map(|kind| (kind, 1)));
    assert_eq!(kinds[4], (PartKind::Other, 3));
    assert!(deletion.parts.iter().all(|part| part.path.to_string_lossy().contains(SESSION)));
    assert_eq!(deletion.packs.len(), 1);
    assert!(on_disk(&[scene.root()])[SESSION] > 1_000);
    let outside = scene.folder.path().join("outside.jsonl");
    fs::write(&outside, "x").expect("it can be written");
    std::os::unix::fs::symlink(scene.root().join("projects/-src-shop"), scene.root().join("projects/-link"))
        .expect("a link can be made");
    let known = [outside.clone(), deletion.parts[0].path.clone()];
    let linked = Deletion::find(&[scene.root()], &scene.archive(), SESSION, &known);
    assert_eq!((linked.parts.len(), linked.elsewhere), (deletion.parts.len(), vec![outside]), "one file is one");
    for wrong in ["", "..", ".", "../x", "a/b"] {
        assert_eq!(Deletion::find(&[scene.root()], &scene.archive(), wrong, &[]).parts, []);
    }
}

#[test]
fn what_is_deleted_comes_back_to_the_byte() {
    let scene = full();
    scene.keep();
    let before = scene.state();
    let item =
        scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken").expect("something");
    assert_eq!((item.files.len(), item.ends_at_ms() - NOW_MS), (7, 86_400_000));
    assert!(scene.state().keys().all(|path| !path.to_string_lossy().contains(SESSION)));
    assert!(!scene.root().join(format!("projects/-src-shop/{SESSION}")).exists(), "an empty folder is left");
    assert!(!scene.archive().holds(SESSION) && scene.archive().holds(OTHER));
    assert_eq!(scene.trash().put_back(SESSION, &scene.archive()).expect("it can be put back").len(), 1);
    assert!(scene.state() == before, "something is another now");
    assert_eq!(scene.trash().items(), []);
}

#[test]
fn a_pack_that_a_kill_left_in_two_places_is_in_nobodys_way() {
    let scene = full();
    scene.keep();
    let before = scene.state();
    scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken").expect("something");
    let pack = format!("{SESSION}.zst");
    let mut taken = fs::read_dir(scene.folder.path().join("data/trash")).expect("it is there").flatten();
    let taken = taken.find_map(|folder| Some(folder.path().join(&pack)).filter(|path| path.exists()));
    fs::hard_link(taken.expect("it was taken"), scene.archive().folder().join(&pack)).expect("a link can be made");
    assert_eq!(scene.trash().put_back(SESSION, &scene.archive()).expect("it can be put back").len(), 1);
    assert!(scene.state() == before, "something is another now");
    scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken").expect("something");
    fs::write(scene.archive().folder().join(&pack), b"kept meanwhile").expect("it can be written");
    let refused = scene.trash().put_back(SESSION, &scene.archive());
    assert!(matches!(refused, Err(HousekeepingError::Occupied { .. })), "{refused:?}");
}

#[test]
fn a_session_that_grew_since_it_was_looked_at_is_not_touched() {
    for (name, content) in [
        (format!("projects/-src-shop/{SESSION}.jsonl"), transcript("/src/shop", 41)),
        (format!("projects/-src-shop/{SESSION}/subagents/agent-a2.jsonl"), "new".to_owned()),
    ] {
        let scene = full();
        let deletion = scene.find();
        let path = scene.write(&name, content);
        let before = scene.state();
        let outcome = scene.trash().take(&deletion, &scene.archive(), NOW_MS);
        assert!(matches!(&outcome, Err(HousekeepingError::Changed { path: at }) if *at == path), "{outcome:?}");
        assert!(scene.state() == before && scene.trash().items().is_empty());
    }
}

#[test]
fn a_deletion_that_finds_the_archive_busy_leaves_everything_where_it_was() {
    let scene = full();
    scene.keep();
    let (before, deletion) = (scene.state(), scene.find());
    let lock = File::options().write(true).open(scene.folder.path().join("data/archive/.lock")).expect("it is there");
    lock.lock().expect("nobody holds it");
    let refused = scene.trash().take(&deletion, &scene.archive(), NOW_MS);
    assert!(matches!(refused, Err(HousekeepingError::Archive(_))), "{refused:?}");
    assert_eq!((scene.state(), scene.trash().items()), (before, vec![]));
}

#[test]
fn a_pack_that_is_made_while_it_is_asked_goes_as_well() {
    let scene = Scene::new();
    scene.write(&format!("projects/-src-shop/{SESSION}.jsonl"), transcript("/src/shop", 3));
    let deletion = scene.find();
    scene.keep();
    let before = scene.state();
    scene.trash().take(&deletion, &scene.archive(), NOW_MS).expect("it can be deleted");
    assert_eq!(scene.archive().packs().expect("it can be listed"), Vec::<String>::new());
    scene.trash().put_back(SESSION, &scene.archive()).expect("it can be put back");
    assert_eq!(scene.state(), before);
}

#[test]
fn nothing_is_written_over_when_it_comes_back() {
    let scene = full();
    scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken");
    let path = scene.write(&format!("projects/-src-shop/{SESSION}.jsonl"), "something new");
    let outcome = scene.trash().put_back(SESSION, &scene.archive());
    assert!(matches!(outcome, Err(HousekeepingError::Occupied { path: at }) if at == path));
    assert_eq!(fs::read(&path).expect("it is there"), b"something new");
    fs::remove_file(&path).expect("it can be removed");
    assert_eq!(scene.trash().put_back(SESSION, &scene.archive()).expect("now it can").len(), 1);
}

#[test]
fn the_trash_is_emptied_after_its_time_and_not_before() {
    let scene = full();
    scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken");
    let (all, none) = (BTreeSet::from([SESSION.to_owned()]), BTreeSet::new());
    assert_eq!(scene.trash().empty(NOW_MS, &none).expect("it can be emptied"), 0);
    assert_eq!(scene.trash().empty(NOW_MS + 1, &all).expect("it can be emptied"), 0, "it is spared");
    assert_eq!(scene.trash().empty(NOW_MS + 1, &none).expect("it can be emptied"), 1);
    assert_eq!(scene.trash().put_back(SESSION, &scene.archive()).expect("there is none").len(), 0);
}

#[test]
fn what_a_kill_left_half_moved_is_put_together_again() {
    let scene = full();
    let before = scene.state();
    let item =
        scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken").expect("something");
    let kept = scene.folder.path().join(format!("data/trash/{NOW_MS}-{SESSION}/0"));
    fs::create_dir_all(item.files[0].parent().expect("it has one")).expect("a folder can be made");
    fs::hard_link(&kept, &item.files[0]).expect("a link can be made");
    scene.trash().put_back(SESSION, &scene.archive()).expect("it can be put back");
    assert!(scene.state() == before, "something is another now");
}

#[test]
fn what_a_kill_left_as_a_copy_on_another_disk_is_in_nobodys_way() {
    let scene = full();
    let before = scene.state();
    let item =
        scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken").expect("something");
    let kept = scene.folder.path().join(format!("data/trash/{NOW_MS}-{SESSION}/0"));
    fs::create_dir_all(item.files[0].parent().expect("it has one")).expect("a folder can be made");
    fs::copy(&kept, &item.files[0]).expect("it can be copied");
    let refused = scene.trash().put_back(SESSION, &scene.archive());
    assert!(matches!(refused, Err(HousekeepingError::Occupied { .. })), "of another time: {refused:?}");
    let time = fs::metadata(&kept).and_then(|metadata| metadata.modified()).expect("it has a time");
    let copy = File::options().write(true).open(&item.files[0]).expect("it is there");
    copy.set_modified(time).expect("it can be set");
    scene.trash().put_back(SESSION, &scene.archive()).expect("it can be put back");
    assert!(scene.state() == before, "something is another now");
}

/// A place that a file of a session can have.
fn place() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(format!("projects/-a/{SESSION}.jsonl")),
        Just(format!("projects/-b/{SESSION}.jsonl")),
        "[a-c]{1,3}".prop_map(|name| format!("projects/-a/{SESSION}/subagents/agent-{name}.jsonl")),
        "[a-c]{1,3}".prop_map(|name| format!("projects/-a/{SESSION}/tool-results/{name}.txt")),
        "[a-c]{1,3}".prop_map(|name| format!("file-history/{SESSION}/{name}@v1")),
        "[a-c]{1,3}".prop_map(|name| format!("projects/-a/{OTHER}/tool-results/{name}.txt")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_a_session_has_comes_back_with_its_times(
        files in prop::collection::btree_map(place(), (prop::collection::vec(any::<u8>(), 0..200), 0_u64..1_000_000), 0..8),
        kept in any::<bool>(),
    ) {
        let scene = Scene::new();
        for (path, (content, age)) in &files {
            let path = scene.write(path, content);
            let file = File::options().write(true).open(path).expect("it can be opened");
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + age)).expect("it has a time");
        }
        if kept {
            scene.keep();
        }
        let before = scene.state();
        scene.trash().take(&scene.find(), &scene.archive(), NOW_MS).expect("it can be taken");
        prop_assert!(scene.state().keys().all(|path| !path.to_string_lossy().contains(SESSION)));
        scene.trash().put_back(SESSION, &scene.archive()).expect("it can be put back");
        prop_assert!(scene.state() == before);
    }
}

#[test]
fn of_two_that_go_to_one_place_the_second_stays() {
    let scene = Scene::new();
    let directory = format!("/src/{}long", "long/".repeat(49));
    let path = |hash| format!("projects/{}-{hash}/{SESSION}.jsonl", &transcript::slug(&directory)[..200]);
    let files = ["a1b2c3", "d4e5f6"].map(|hash| scene.write(&path(hash), transcript(&directory, 3)));
    let (_, plan) = relinked(&scene, &directory);
    assert_eq!((plan.moves.len(), plan.in_the_way.len()), (1, 1), "{plan:#?}");
    let data = |name| scene.folder.path().join("data").join(name);
    plan.carry_out([], &data("backups/1"), &data("places.json"), NOW_MS).expect("it can be done");
    assert_eq!(files.iter().filter(|path| path.exists()).count(), 1);
}

fn relinked(scene: &Scene, from: &str) -> (PathBuf, Relinking) {
    let to = scene.folder.path().join("work/store");
    fs::create_dir_all(&to).expect("a folder can be made");
    let to = fs::canonicalize(to).expect("it is there");
    let plan = Relinking::plan(&[scene.root()], Path::new(from), &to, &[from.into()], &resume::Moves::default())
        .expect("it can be planned");
    (to, plan)
}

#[test]
fn every_place_of_a_directory_that_moved_is_changed_and_no_other() {
    let scene = Scene::new();
    let shop = scene.write(&format!("projects/-src-shop/{SESSION}.jsonl"), transcript("/src/shop", 3));
    scene.write(&format!("projects/-src-shop/{SESSION}/subagents/agent-a.jsonl"), transcript("/src/shop", 1));
    scene.write("projects/-src-shop/memory/MEMORY.md", "mine");
    let below = scene.write(&format!("projects/-src-shop-api/{OTHER}.jsonl"), transcript("/src/shop/api", 2));
    let beside = scene.write("projects/-src-shop-api/9.jsonl", transcript("/src/shop-api", 2));
    let history = scene.write(
        "history.jsonl",
        "{\"display\":\"a \\\"project\\\":\\\"/src/shop\\\"\",\"project\":\"/src/shop\"}\n{\"project\":\"/src/shop-api\"}\nbroken\n",
    );
    let settings = scene.folder.path().join(".claude.json");
    fs::write(
        &settings,
        "{ \"projects\": {\"/src/shop\": {\"x\": [1]}, \"/src/shop-api\":{}, \"/src/shop/api\" : {}},\n\"y\":1}",
    )
    .expect("it can be written");
    let (to, plan) = relinked(&scene, "/src/shop/");
    assert_eq!((plan.moves.len(), plan.documents.len(), plan.in_the_way.len()), (4, 2, 0), "{plan:#?}");
    assert!(shop.exists(), "a plan changes nothing");
    let content = fs::read(&shop).expect("it can be read");
    let data = scene.folder.path().join("data");
    let done = plan.carry_out([], &data.join("backups/1"), &data.join("places.json"), NOW_MS).expect("it can be done");
    assert_eq!((done.moved, done.documents), (4, 2));
    let projects = scene.root().join("projects");
    let new = projects.join(transcript::slug(&to.to_string_lossy()));
    assert_eq!(fs::read(new.join(format!("{SESSION}.jsonl"))).expect("it is there"), content);
    assert!(new.join(format!("{SESSION}/subagents/agent-a.jsonl")).exists() && new.join("memory/MEMORY.md").exists());
    let api = transcript::slug(&to.join("api").to_string_lossy());
    assert!(projects.join(api).join(format!("{OTHER}.jsonl")).exists() && !below.exists() && beside.exists());
    assert!(!shop.parent().expect("it has one").exists(), "an empty folder is left");
    let text = fs::read_to_string(&history).expect("it can be read");
    let to = to.to_string_lossy();
    assert_eq!(
        text,
        format!(
            "{{\"display\":\"a \\\"project\\\":\\\"/src/shop\\\"\",\"project\":\"{to}\"}}\n{{\"project\":\"/src/shop-api\"}}\nbroken\n"
        )
    );
    assert_eq!(
        fs::read_to_string(&settings).expect("it can be read"),
        format!(
            "{{ \"projects\": {{\"{to}\": {{\"x\": [1]}}, \"/src/shop-api\":{{}}, \"{to}/api\" : {{}}}},\n\"y\":1}}"
        )
    );
    assert!(data.join("backups/1/.claude.json").exists() && data.join("backups/1/history.jsonl").exists());
    let remembered = resume::Places::remembered(&data.join("places.json"));
    assert_eq!(remembered, [(PathBuf::from("/src/shop"), PathBuf::from(&*to))]);
    assert!(relinked(&scene, "/src/shop").1.is_empty(), "a second time there is nothing to do");
}

#[test]
fn nothing_is_written_over_where_a_directory_moved_to() {
    let scene = Scene::new();
    let old = scene.write(&format!("projects/-src-shop/{SESSION}.jsonl"), transcript("/src/shop", 3));
    let (to, _) = relinked(&scene, "/src/shop");
    let slug = transcript::slug(&to.to_string_lossy());
    scene.write(&format!("projects/{slug}/{SESSION}.jsonl"), "another");
    let (_, plan) = relinked(&scene, "/src/shop");
    assert_eq!((plan.moves.len(), plan.in_the_way), (0, vec![old]));
    let there = scene.folder.path().join("work");
    assert!(matches!(
        Relinking::plan(&[], &there, &to, &[], &resume::Moves::default()),
        Err(HousekeepingError::StillThere { .. })
    ));
    let nowhere = Path::new("/nowhere/at/all");
    assert!(matches!(
        Relinking::plan(&[], nowhere, nowhere, &[], &resume::Moves::default()),
        Err(HousekeepingError::NoDirectory { .. })
    ));
}

#[test]
fn a_document_that_somebody_else_changed_meanwhile_is_left_to_him() {
    let scene = Scene::new();
    scene.write("history.jsonl", "{\"project\":\"/src/shop\"}\n");
    let (_, plan) = relinked(&scene, "/src/shop");
    let path = scene.write("history.jsonl", "{\"project\":\"/src/shop\"}\n{}\n");
    let data = scene.folder.path().join("data");
    let outcome = plan.carry_out([], &data.join("backups"), &data.join("places.json"), NOW_MS);
    assert!(matches!(outcome, Err(HousekeepingError::Changed { path: at }) if at == path));
}

#[test]
fn a_directory_in_which_no_session_ran_did_not_move_and_those_that_may_be_meant_are_named() {
    let scene = Scene::new();
    let to = fs::canonicalize(scene.folder.path()).expect("it is there");
    let ran_in = ["/src/shop", "/src/shop/api", "/old/blog", "/else"].map(PathBuf::from);
    let near =
        |from: &str| match Relinking::plan(&[scene.root()], Path::new(from), &to, &ran_in, &resume::Moves::default()) {
            Err(error @ HousekeepingError::Unknown { .. }) => error.next_step().unwrap_or_default(),
            other => panic!("{from}: {other:?}"),
        };
    assert!(near("/src/shpo").contains("/src/shop"), "{}", near("/src/shpo"));
    assert!(near("/home/ada/blog").contains("/old/blog"), "{}", near("/home/ada/blog"));
    assert!(near("/zzz").contains("sessions ls"), "{}", near("/zzz"));
    assert!(
        Relinking::plan(&[scene.root()], Path::new("/src"), &to, &ran_in, &resume::Moves::default()).is_ok(),
        "sessions ran below it"
    );
    let prompts = "{\"project\":\"/typed/in\"}\n";
    scene.write("history.jsonl", prompts);
    assert!(
        Relinking::plan(&[scene.root()], Path::new("/typed/in"), &to, &ran_in, &resume::Moves::default()).is_ok(),
        "Claude Code knows it"
    );
}

#[test]
fn nothing_is_relinked_under_a_client_that_runs_there() {
    let scene = Scene::new();
    scene.write("history.jsonl", "{\"project\":\"/src/shop\"}\n");
    let (to, plan) = relinked(&scene, "/src/shop");
    let data = scene.folder.path().join("data");
    for directory in ["/src/shop/api", &to.to_string_lossy()] {
        let outcome = plan.carry_out([(SESSION, directory)], &data.join("backups"), &data.join("places.json"), NOW_MS);
        assert!(matches!(outcome, Err(HousekeepingError::RunsThere { .. })), "{directory}: {outcome:?}");
    }
    assert!(!data.exists(), "nothing was changed");
    assert!(
        plan.carry_out([(SESSION, "/src/shops")], &data.join("backups"), &data.join("places.json"), NOW_MS).is_ok()
    );
}

#[test]
fn what_stands_in_the_way_of_one_deletion_does_not_keep_the_others() {
    let scene = full();
    let (archive, trash) = (scene.archive(), scene.trash());
    let find = |session: &str| Deletion::find(&[scene.root()], &archive, session, &[]);
    let deletions = [find(SESSION), find(OTHER), find("4f2a0000-0000-4000-8000-000000000003")];
    let mut marked = Vec::new();
    let outcomes = trash.delete(&deletions, &archive, NOW_MS, &|session| session == SESSION, &mut |session| {
        marked.push(session.to_owned());
        Ok::<(), std::convert::Infallible>(())
    });
    let Ok(outcomes) = outcomes;
    assert!(matches!(&outcomes[..], [Err(HousekeepingError::Runs { .. }), Ok(Some(_)), Ok(None)]), "{outcomes:?}");
    assert_eq!(marked, [OTHER, "4f2a0000-0000-4000-8000-000000000003"]);
    assert!(scene.find().parts == deletions[0].parts, "what runs lies where it lay");
    let elsewhere = "4f2a0000-0000-4000-8000-000000000009";
    let deleted = trash.deleted([(elsewhere, NOW_MS + 1), (OTHER, NOW_MS - 5)]);
    let told: Vec<(&str, bool)> = deleted.iter().map(|one| (one.session.as_str(), one.item.is_some())).collect();
    assert_eq!(told, [(elsewhere, false), (OTHER, true)], "the latest first, each once");
}

#[test]
fn what_was_taken_back_elsewhere_is_put_back_and_what_is_being_deleted_is_not() {
    let scene = full();
    let (archive, trash, before) = (scene.archive(), scene.trash(), scene.state());
    let put_back = |now_ms: u64, said: Option<(bool, u64)>| {
        trash.take(&scene.find(), &archive, NOW_MS).expect("it can be deleted");
        let done = trash.put_back_undeleted(&archive, now_ms, &|_| said);
        assert!(done.iter().all(|(session, outcome)| session == SESSION && outcome.is_ok()), "{done:?}");
        let is_back = scene.state() == before;
        trash.put_back(SESSION, &archive).expect("it can be put back");
        is_back
    };
    let (soon, later) = (NOW_MS + 1_000, NOW_MS + 11 * 60_000);
    assert!(!put_back(soon, Some((true, NOW_MS))) && !put_back(later, Some((true, NOW_MS))), "it is deleted");
    assert!(put_back(soon, Some((false, NOW_MS + 1))), "it was taken back elsewhere");
    assert!(!put_back(soon, None) && !put_back(soon, Some((false, NOW_MS - 1))), "it is not told yet");
    assert!(put_back(later, None) && put_back(later, Some((false, NOW_MS - 1))), "it never was told");
}

#[test]
fn a_session_is_put_back_once_and_under_a_folder_that_is_read() {
    let scene = full();
    scene.keep();
    let (archive, roots) = (scene.archive(), [scene.root()]);
    let path = scene.root().join(format!("projects/-src-shop/{SESSION}.jsonl"));
    let plan = |roots: &[PathBuf], folder: Option<&Path>| {
        Restoring::plan(&archive, SESSION, Homes { roots, own: None }, folder, false)
    };
    assert!(matches!(plan(&roots, None), Err(HousekeepingError::Second { path: there, .. }) if there == path));
    let other = scene.folder.path().join("other");
    assert!(plan(&roots, Some(&other)).is_ok(), "elsewhere it is no second one");
    let content = fs::read(&path).expect("it can be read");
    fs::remove_file(&path).expect("it can be removed");
    // where it lay is read no more
    let moved = plan(std::slice::from_ref(&other), None).expect("it can be planned");
    assert_eq!(moved.root_before.as_deref(), Some(scene.root().as_path()));
    assert!(moved.files.targets.iter().all(|target| target.path.starts_with(&other)), "{moved:?}");
    let back = plan(&roots, None).expect("it can be planned");
    assert_eq!(back.root_before, None);
    assert!(back.carry_out(&archive).expect("it can be done") > 0);
    assert_eq!(fs::read(&path).expect("it is there"), content);
    let unknown = Restoring::plan(&archive, "no-such", Homes { roots: &roots, own: None }, None, false);
    assert!(matches!(unknown, Err(HousekeepingError::NotKept { .. })));
}
