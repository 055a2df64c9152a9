//! Deleting with a way back, directories that moved, projects that are not recorded.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::Transcript;

use crate::history::{self, BLOG, FLAKY, REFUND};
use crate::sandbox::{Sandbox, listing};

fn ids(sandbox: &Sandbox) -> Vec<String> {
    let answer = sandbox.run(&["ls"]);
    answer.ok().lines().filter_map(|line| line.split('\t').next().map(str::to_owned)).collect()
}

/// Every file of Claude Code and every pack.
fn files(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let data = data(sandbox);
    let all = [sandbox.home.claude(), data.join("archive")];
    let below = |folder: &PathBuf| {
        let folder = folder.clone();
        listing(&folder).into_iter().map(move |name| {
            let content = fs::read(folder.join(&name)).expect("it can be read");
            (name, content)
        })
    };
    all.iter().flat_map(below).filter(|(name, _)| !name.starts_with('.')).collect()
}

pub(crate) fn data(sandbox: &Sandbox) -> PathBuf {
    let places = sandbox.run(&["where", "--json"]).json();
    let places = places["places"].as_array().expect("a list").clone();
    let store = places.iter().find(|place| place["name"] == "store").expect("it is named");
    let path = store["path"].as_str().expect("a text").replace('~', &sandbox.home.path().to_string_lossy());
    PathBuf::from(path).parent().expect("it has one").to_owned()
}

fn usage(sandbox: &Sandbox) -> Value {
    sandbox.run(&["usage", "--json"]).json()["rows"].clone()
}

/// The small history, with files of every kind, and kept.
fn kept() -> Sandbox {
    let sandbox = history::sandbox();
    sandbox.home.transcript(&format!("-src-shop/{REFUND}/tool-results/toolu_1.txt"), "long");
    let edits = sandbox.home.claude().join(format!("file-history/{REFUND}"));
    fs::create_dir_all(&edits).expect("a folder can be made");
    fs::write(edits.join("abc@v1"), "fn refund() {}").expect("it can be written");
    sandbox.run(&["archive"]).ok();
    sandbox
}

#[test]
fn a_deleted_session_is_found_nowhere_and_comes_back_to_the_byte() {
    let sandbox = kept();
    let (before, used) = (files(&sandbox), usage(&sandbox));
    let shown = sandbox.run(&["delete", "4f2a", "--dry-run"]);
    for line in ["1 transcript", "1 tool output", "1 kept edit", "in the archive", "Nothing was deleted (--dry-run)."] {
        assert!(shown.ok().contains(line), "{line}: {}", shown.stdout);
    }
    assert!(files(&sandbox) == before);
    let done = sandbox.run(&["delete", "4f2a", "--yes"]);
    assert!(done.ok().contains(&format!("`sessions undelete {REFUND}` brings it back until")), "{}", done.stdout);
    assert_eq!(ids(&sandbox), [FLAKY, BLOG]);
    assert!(files(&sandbox).keys().all(|name| !name.contains(REFUND)));
    assert_eq!(usage(&sandbox), used, "what was counted stays");
    for command in [&["show", "4f2a"][..], &["resume", "4f2a", "--print"], &["star", "4f2a"], &["restore", "4f2a"]] {
        let answer = sandbox.run(command);
        let told = answer.refused();
        assert!(told.contains("was deleted") && told.contains("sessions undelete 4f2a"), "{command:?}: {told}");
    }
    assert!(!sandbox.run(&["search", "workers"]).stdout.contains("4f2a"));
    assert!(sandbox.run(&["undelete"]).ok().starts_with(REFUND));
    let back = sandbox.run(&["undelete", "4f2a"]);
    assert!(back.ok().contains("is back: 3 files"), "{}", back.stdout);
    assert!(files(&sandbox) == before, "every byte is as it was");
    assert_eq!(ids(&sandbox), [FLAKY, REFUND, BLOG]);
    assert!(sandbox.run(&["show", "4f2a"]).ok().contains("Why is a refund paid twice?"));
}

#[test]
fn a_transcript_that_turns_up_again_does_not_bring_its_session_back() {
    let sandbox = kept();
    let path = sandbox.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let content = fs::read(&path).expect("it is there");
    sandbox.run(&["delete", "4f2a", "--yes"]).ok();
    fs::write(&path, &content).expect("it can be written");
    sandbox.run(&["tick"]).ok();
    sandbox.run(&["archive"]).ok();
    assert_eq!(ids(&sandbox), [FLAKY, BLOG]);
    assert!(!data(&sandbox).join(format!("archive/{REFUND}.zst")).exists(), "it is not kept again");
    sandbox.run(&["rebuild"]).ok();
    assert_eq!(ids(&sandbox), [FLAKY, BLOG], "also when the store is made again");
    let refused = sandbox.run(&["undelete", "4f2a"]);
    assert!(refused.refused().contains("is there already"), "{}", refused.stderr);
    fs::remove_file(&path).expect("it can be removed");
    sandbox.run(&["undelete", "4f2a"]).ok();
    assert_eq!(ids(&sandbox), [FLAKY, REFUND, BLOG]);
}

#[test]
fn many_are_deleted_by_a_query_and_nobody_is_asked_without_a_terminal() {
    let sandbox = kept();
    let refused = sandbox.run(&["delete", "--query", "project:shop"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("there is nobody to ask") && refused.stdout.contains(FLAKY), "{refused:?}");
    assert_eq!(ids(&sandbox).len(), 3);
    let answer = sandbox.run(&["delete", "--query", "project:shop", "--yes", "--json"]).json();
    let deleted: Vec<&Value> =
        answer["sessions"].as_array().expect("a list").iter().map(|one| &one["deleted"]).collect();
    assert_eq!(deleted, [&json!(true), &json!(true)]);
    assert_eq!(ids(&sandbox), [BLOG]);
    assert!(sandbox.run(&["delete", "zzz", "--yes"]).refused().contains("No session"));
    assert!(sandbox.run(&["undelete", "91cc"]).refused().contains("No deleted session"));
}

#[test]
fn a_session_that_runs_is_never_deleted() {
    let sandbox = kept();
    let pid = std::process::id();
    let registry = sandbox.home.claude().join("sessions");
    fs::create_dir_all(&registry).expect("a folder can be made");
    let entry = json!({ "pid": pid, "sessionId": REFUND, "cwd": "/src/shop" });
    fs::write(registry.join(format!("{pid}.json")), entry.to_string()).expect("it can be written");
    let before = files(&sandbox);
    assert!(sandbox.run(&["delete", "4f2a", "--yes"]).refused().contains("runs now"));
    sandbox.run(&["delete", "--query", "project:shop", "--yes", "--json"]);
    assert!(files(&sandbox).keys().any(|name| name.contains(REFUND)) && before.len() > files(&sandbox).len());
}

/// The folder of a session in the trash.
fn item(trash: &Path, session: &str) -> PathBuf {
    let files = listing(trash);
    let mut folders = files.iter().filter_map(|name| name.strip_suffix("/what.json"));
    trash.join(folders.find(|name| name.ends_with(session)).expect("it is in the trash"))
}

/// Makes the deletion of a session one that is long ago.
pub(crate) fn age(trash: &Path, session: &str) {
    fs::rename(item(trash, session), trash.join(format!("1000-{session}"))).expect("it can be renamed");
}

#[test]
fn the_trash_is_emptied_by_a_tick_after_a_day() {
    let sandbox = kept();
    sandbox.run(&["delete", "4f2a", "--yes"]).ok();
    let trash = data(&sandbox).join("trash");
    sandbox.run(&["tick"]).ok();
    // not before its time
    age(&trash, REFUND);
    fs::remove_file(data(&sandbox).join("state/tick.json")).expect("what a tick saw can be forgotten");
    sandbox.run(&["tick"]).ok();
    assert!(listing(&trash).iter().all(|name| name.starts_with('.')), "{:?}", listing(&trash));
    let back = sandbox.run(&["undelete", "4f2a"]);
    assert!(back.ok().contains("none of its files were in the trash"), "{}", back.stdout);
    assert!(ids(&sandbox).contains(&REFUND.to_owned()), "its figures are listed again");
}

#[test]
fn what_was_undeleted_and_cannot_be_put_back_is_not_removed() {
    let sandbox = kept();
    let path = sandbox.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let content = fs::read(&path).expect("it is there");
    sandbox.run(&["delete", "4f2a", "--yes"]).ok();
    let trash = data(&sandbox).join("trash");
    let (kept, aside) = (item(&trash, REFUND), data(&sandbox).join("aside"));
    // as on another machine, which has none of its files
    fs::rename(&kept, &aside).expect("it can be renamed");
    sandbox.run(&["undelete", "4f2a"]).ok();
    fs::rename(&aside, &kept).expect("it can be renamed");
    fs::write(&path, "{}\n").expect("it can be written");
    age(&trash, REFUND);
    sandbox.run(&["tick"]).ok();
    assert!(item(&trash, REFUND).exists(), "it waits");
    fs::remove_file(&path).expect("it can be removed");
    fs::remove_file(data(&sandbox).join(format!("archive/{REFUND}.zst"))).expect("what turned up was kept");
    fs::remove_file(data(&sandbox).join("state/tick.json")).expect("what a tick saw can be forgotten");
    sandbox.run(&["tick"]).ok();
    assert_eq!(fs::read(&path).expect("it was put back"), content);
}

/// A home whose shop moved.
fn moved() -> (Sandbox, String, String) {
    let sandbox = Sandbox::new();
    let old = sandbox.directory("src/shop").canonicalize().expect("it is there");
    let mut session = Transcript::new(REFUND);
    session.cwd(&old.to_string_lossy()).prompt("Why is a refund paid twice?").answer("Two workers.");
    let slug = transcript::slug(&old.to_string_lossy());
    sandbox.home.transcript(&format!("{slug}/{REFUND}.jsonl"), session.text());
    let history = json!({ "display": "hi", "project": old, "sessionId": REFUND }).to_string() + "\n";
    fs::write(sandbox.home.claude().join("history.jsonl"), history).expect("it can be written");
    let settings = format!("{{\n  \"projects\": {{ {}: {{\"allowedTools\": []}} }},\n  \"x\": 1\n}}\n", json!(old));
    fs::write(sandbox.home.path().join(".claude.json"), settings).expect("it can be written");
    sandbox.run(&["scan"]).ok();
    sandbox.directory("work");
    fs::rename(&old, sandbox.home.path().join("work/store")).expect("it can be moved");
    let new = sandbox.home.path().canonicalize().expect("it is there").join("work/store");
    (sandbox, old.to_string_lossy().into_owned(), new.to_string_lossy().into_owned())
}

#[test]
fn a_directory_that_moved_takes_its_sessions_along() {
    let (sandbox, old, new) = moved();
    let before = files(&sandbox);
    let shown = sandbox.run(&["relink", &old, &new, "--dry-run"]);
    assert!(
        shown.ok().contains("history.jsonl: 1 place") && shown.stdout.contains(".claude.json: 1 place"),
        "{shown:?}"
    );
    assert!(files(&sandbox) == before, "a dry run changes nothing");
    assert!(sandbox.run(&["relink", &old, &new]).stderr.contains("there is nobody to ask"));
    let done = sandbox.run(&["relink", &old, &new, "--yes"]);
    assert!(done.ok().contains("Done: 1 move, 2 changed files."), "{}", done.stdout);
    let path = sandbox.home.claude().join(format!("projects/{}/{REFUND}.jsonl", transcript::slug(&new)));
    assert!(path.exists());
    let settings = fs::read_to_string(sandbox.home.path().join(".claude.json")).expect("it is there");
    assert_eq!(
        settings,
        format!("{{\n  \"projects\": {{ {}: {{\"allowedTools\": []}} }},\n  \"x\": 1\n}}\n", json!(new))
    );
    let history = fs::read_to_string(sandbox.home.claude().join("history.jsonl")).expect("it is there");
    assert!(history.contains(&new) && !history.contains(&old), "{history}");
    assert_eq!(listing(&data(&sandbox).join("backups")).len(), 2);
    let printed = sandbox.run(&["resume", "4f2a", "--json"]).json();
    assert_eq!(printed["directory"], json!(new.replace(&*sandbox.home.path().to_string_lossy(), "~")), "{printed}");
    let again = sandbox.run(&["relink", &old, &new, "--dry-run"]);
    assert!(again.ok().contains("Claude Code knows nothing"), "{}", again.stdout);
    assert!(sandbox.run(&["relink", &new, &new]).refused().contains("is still there"));
    assert!(sandbox.run(&["relink", &old, "nowhere"]).refused().contains("is no directory"));
}

#[test]
fn an_excluded_project_is_not_recorded_not_searched_and_not_archived() {
    let sandbox = history::sandbox();
    assert_eq!(sandbox.run(&["exclude"]).ok(), "No project is excluded.\n");
    assert!(sandbox.run(&["exclude", "~/src/shop"]).ok().starts_with("~/src/shop  0 sessions"));
    sandbox.run(&["archive"]).ok();
    assert_eq!(ids(&sandbox), [BLOG]);
    assert!(!sandbox.run(&["search", "refund"]).stdout.contains("4f2a"));
    let packs = listing(&data(&sandbox).join("archive"));
    assert!(
        packs.iter().any(|name| name.contains(BLOG)) && packs.iter().all(|name| !name.contains(REFUND)),
        "{packs:?}"
    );
    let event =
        json!({ "session_id": REFUND, "hook_event_name": "SessionEnd", "cwd": sandbox.home.path().join("src/shop") });
    sandbox.run_with(&["record"], &event.to_string(), |command| command);
    sandbox.run(&["tick"]).ok();
    assert_eq!(ids(&sandbox), [BLOG]);
    assert_eq!(sandbox.run(&["exclude", "--remove", "src/shop"]).ok(), "No project is excluded.\n");
    assert_eq!(ids(&sandbox), [FLAKY, REFUND, BLOG]);
    // what was recorded before is not shown either
    sandbox.run(&["exclude", "~/src/s*"]).ok();
    assert_eq!(ids(&sandbox), [BLOG]);
    assert!(sandbox.run(&["exclude"]).ok().contains("2 sessions recorded before"));
    assert!(sandbox.run(&["exclude", "--remove", "~/nothing"]).refused().contains("is not excluded"));
    let settings = fs::read_to_string(sandbox.home.path().join(".config/sessions/config.toml"));
    assert!(settings.is_ok_and(|text| text.contains("exclude = [\"~/src/s*\"]")));
}

#[test]
fn a_subagent_of_an_excluded_session_is_left_out_wherever_it_ran() {
    let sandbox = history::sandbox();
    let agent = |id: &str, session: &str| {
        let mut agent = Transcript::new(session);
        agent.cwd(&sandbox.directory("src/blog").to_string_lossy()).prompt("Look elsewhere").answer("Looked.");
        sandbox.home.transcript(&format!("-src-shop/{session}/subagents/agent-{id}.jsonl"), agent.text());
    };
    agent("a1", REFUND);
    sandbox.run(&["exclude", "~/src/shop"]).ok();
    sandbox.run(&["scan"]).ok();
    assert_eq!(ids(&sandbox), [BLOG]);
    let sessions = sandbox.run(&["exclude"]);
    assert_eq!(sessions.ok(), "~/src/shop  0 sessions recorded before\n", "no row of it is left");
}
