//! The archive at the prompt: what is deleted is read, searched, listed and put back.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::history::{self, REFUND};
use crate::sandbox::Sandbox;

fn transcript(sandbox: &Sandbox) -> PathBuf {
    let shown = sandbox.run(&["show", REFUND, "--json"]).json();
    let path = shown["session"]["transcript"].as_str().expect("it has a transcript").to_owned();
    PathBuf::from(path.replace('~', &sandbox.home.path().canonicalize().expect("it exists").to_string_lossy()))
}

/// A home in which a session was kept and then deleted; where it lay, and what it was.
fn deleted() -> (Sandbox, PathBuf, String) {
    let sandbox = history::sandbox();
    let path = transcript(&sandbox);
    let kept = sandbox.run(&["archive", "--json"]).json();
    assert!(kept["sessions"].as_u64().is_some_and(|sessions| sessions > 1), "{kept}");
    assert_eq!(kept["problems"], json!([]));
    let content = fs::read_to_string(&path).expect("it is there");
    fs::remove_file(&path).expect("it can be removed");
    let folder = path.with_extension("");
    if folder.exists() {
        fs::remove_dir_all(folder).expect("it can be removed");
    }
    (sandbox, path, content)
}

#[test]
fn what_is_deleted_is_shown_as_before() {
    let sandbox = history::sandbox();
    let before: Vec<String> =
        ["text", "md", "jsonl"].map(|form| sandbox.run(&["show", REFUND, "--format", form]).ok().to_owned()).to_vec();
    drop(sandbox);
    let (sandbox, ..) = deleted();
    for (form, before) in ["text", "md", "jsonl"].into_iter().zip(before) {
        assert_eq!(sandbox.run(&["show", REFUND, "--format", form]).ok(), before, "{form}");
    }
}

#[test]
fn what_is_deleted_is_searched_and_listed() {
    let (sandbox, ..) = deleted();
    let before = history::sandbox().run(&["search", "refund", "--json"]).json();
    let after = sandbox.run(&["search", "refund", "--json"]).json();
    let found = |answer: &serde_json::Value| {
        let sessions = answer["sessions"].as_array().expect("a list").iter();
        let mut found: Vec<String> = sessions
            .map(|one| format!("{} {}", one["session"]["id"], one["hits"].as_array().map_or(0, Vec::len)))
            .collect();
        found.sort();
        found
    };
    assert_eq!(found(&after), found(&before));
    let listed = |query: &str| {
        let answer = sandbox.run(&["ls", "--json", "--", query]).json();
        answer["sessions"].as_array().expect("a list").iter().any(|one| one["id"] == REFUND)
    };
    assert!(listed("is:archived") && listed("is:gone"));
    assert!(!listed("-is:archived"));
}

#[test]
fn what_is_deleted_is_put_back_and_nothing_is_written_over() {
    let (sandbox, path, content) = deleted();
    let dry = sandbox.run(&["restore", "4f2a", "--dry-run"]);
    assert!(dry.stdout.contains("put back") && !path.exists(), "{dry:?}");
    assert_eq!(sandbox.run(&["resume", REFUND, "--json"]).error()["code"], "archived");
    let answer = sandbox.run(&["restore", "4f2a1", "--json"]).json();
    assert_eq!((&answer["session"], &answer["dry_run"]), (&json!(REFUND), &json!(false)));
    assert_eq!(fs::read_to_string(&path).expect("it is back"), content);
    let again = sandbox.run(&["restore", REFUND, "--json"]);
    assert_eq!((again.code, &again.error()["code"]), (1, &json!("exists")));
    let unknown = sandbox.run(&["restore", "nothing", "--json"]);
    assert_eq!((unknown.code, &unknown.error()["code"]), (1, &json!("not-kept")));
}

#[test]
fn a_damaged_part_is_named() {
    let (sandbox, ..) = deleted();
    let pack = sandbox.home.path().join(format!("data/archive/{REFUND}.zst"));
    let pack = if pack.exists() { pack } else { find(&sandbox, &format!("{REFUND}.zst")) };
    let mut bytes = fs::read(&pack).expect("it is there");
    let at = bytes.len() - 40;
    bytes[at] ^= 1;
    let archive = || {
        let checks = sandbox.run(&["doctor", "--json"]).json()["checks"].as_array().cloned().expect("a list");
        checks.into_iter().find(|check| check["part"] == "archive").expect("it is looked at")
    };
    assert_eq!(archive()["state"], "ok");
    fs::write(&pack, bytes).expect("it can be written");
    let told = archive();
    let says = told["says"].as_str().unwrap_or_default();
    assert!(
        told["state"] == "broken" && says.contains("damaged: ") && says.contains(&format!("{REFUND}.zst")),
        "{told}"
    );
    let checked = sandbox.run(&["archive", "--check", "--json"]);
    assert_eq!((checked.code, &checked.error()["code"]), (1, &json!("damaged")));
    let refused = sandbox.run(&["restore", REFUND, "--json"]);
    assert_eq!((refused.code, &refused.error()["code"]), (1, &json!("damaged")));
}

fn find(sandbox: &Sandbox, name: &str) -> PathBuf {
    let found = crate::sandbox::listing(sandbox.home.path()).into_iter().find(|path| path.ends_with(name));
    sandbox.home.path().join(found.expect("it is somewhere"))
}

#[test]
fn a_backup_brings_everything_to_another_home() {
    let (sandbox, _, content) = deleted();
    let file = sandbox.home.path().join("all.backup");
    let name = file.to_string_lossy().into_owned();
    sandbox.run(&["backup", &name]).ok();
    sandbox.run(&["backup", "--check", &name]).ok();
    assert_eq!(sandbox.run(&["backup", &name, "--json"]).error()["code"], "exists");
    let other = Sandbox::new();
    let plan = other.run(&["backup", "--restore", &name, "--dry-run", "--json"]).json();
    assert_eq!(plan["put"], json!(null));
    other.run(&["backup", "--restore", &name]).ok();
    let to = other.home.path().join("there").to_string_lossy().into_owned();
    other.run(&["restore", REFUND, "--to", &to]).ok();
    let back = fs::read_to_string(other.home.path().join(format!("there/{REFUND}.jsonl"))).expect("it is there");
    assert_eq!(back, content);
    let again = other.run(&["backup", "--restore", &name, "--json"]).json();
    assert_eq!(again["put"], json!({ "written": 0, "merged": 0, "replaced": 0 }));
    let mut bytes = fs::read(&file).expect("it is there");
    bytes.truncate(bytes.len() / 2);
    fs::write(&file, bytes).expect("it can be written");
    let torn = other.run(&["backup", "--restore", &name, "--json"]);
    assert_eq!((torn.code, &torn.error()["code"]), (1, &json!("backup")));
}

#[test]
fn a_backup_of_a_home_where_nothing_ran_yet_has_everything_in_it() {
    let sandbox = history::sandbox();
    let spool = journal::Spool::new(sandbox.home.path().join("data/spool"));
    let payload = json!({ "hook_event_name": "SessionEnd", "session_id": REFUND }).to_string();
    spool.leave(&journal::Event::new(journal::EventKind::SessionEnd, 1, payload.as_bytes())).expect("it can be left");
    let file = |name: &str| sandbox.home.path().join(name).to_string_lossy().into_owned();
    let bare = sandbox.run(&["backup", &file("bare"), "--no-archive", "--json"]).json();
    // one event, and three sessions
    assert_eq!((&bare["sessions"], &bare["sessions_archived"], &bare["operations"]), (&json!(3), &json!(0), &json!(4)));
    let answer = sandbox.run(&["backup", &file("all"), "--json"]).json();
    assert_eq!((&answer["sessions_archived"], &answer["operations"]), (&json!(3), &json!(4)));
    assert_eq!(spool.pending().expect("it can be listed"), 0);
    let checked = sandbox.run(&["backup", "--check", &file("all")]);
    let says = "all is whole: 3 sessions, 3 with their transcripts, 4 operations of the journal,";
    assert!(checked.ok().contains(says), "{checked:?}");
}

#[test]
fn a_pack_from_which_nothing_can_be_read_does_not_count() {
    let (sandbox, ..) = deleted();
    fs::write(find(&sandbox, &format!("{REFUND}.zst")), "").expect("it can be written");
    let file = sandbox.home.path().join("all.backup").to_string_lossy().into_owned();
    for arguments in [&["backup", &file, "--no-archive"][..], &["backup", "--check", &file]] {
        let answer = sandbox.run(arguments);
        assert!(answer.code == 1 && answer.stdout.contains("3 sessions, 2 with their transcripts"), "{answer:?}");
        assert!(answer.stderr.contains("2 of 3 sessions are in the backup with their transcripts."), "{answer:?}");
    }
    let checked = sandbox.run(&["backup", "--check", &file, "--json"]);
    assert_eq!((checked.code, &checked.error()["code"]), (1, &json!("incomplete")));
    assert_eq!(checked.json()["sessions_archived"], 2);
    let listed = sandbox.run(&["ls", "--json", "--", "is:archived"]).json();
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(2), "{listed}");
}

#[test]
fn what_another_machine_kept_is_listed_read_and_put_back_below_ones_own_folder() {
    let (sandbox, path, content) = deleted();
    let file = sandbox.home.path().join("all.backup").to_string_lossy().into_owned();
    sandbox.run(&["backup", &file]).ok();
    let there = path.canonicalize().unwrap_or(path.clone());
    // whether the journal tells of the sessions or the archive alone
    for journal in [true, false] {
        let other = Sandbox::new();
        other.run(&["backup", "--restore", &file]).ok();
        if !journal {
            fs::remove_dir_all(other.home.path().join("data/journal")).expect("it can be removed");
        }
        let listed = other.run(&["ls", "--json"]).json();
        assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(3), "{listed}");
        assert!(other.run(&["show", REFUND]).ok().contains("Why is a refund paid twice?"));
        assert_eq!(other.run(&["resume", REFUND, "--json"]).error()["code"], "archived");
        let answer = other.run(&["restore", REFUND]);
        assert!(answer.ok().contains("so it goes below your own folder. `--to DIR`"), "{answer:?}");
        let own = other.home.claude().join("projects/-src-shop").join(path.file_name().expect("it has a name"));
        assert_eq!(fs::read_to_string(&own).expect("it is there"), content);
        let directory = other.directory("src/elsewhere");
        let directory = directory.to_string_lossy();
        let resumed = other.run(&["resume", REFUND, "--json", "--directory", &directory]);
        assert_eq!(resumed.code, 0, "{resumed:?}");
        assert_eq!(other.run(&["restore", REFUND, "--json"]).error()["code"], "exists");
        let totals = |home: &Sandbox| home.run(&["usage", "--json"]).json()["totals"].clone();
        assert_eq!(totals(&other), totals(&sandbox), "it counts once");
        assert!(!there.exists(), "nothing is written to the home of another");
    }
}

#[test]
fn prompts_of_what_is_nowhere_are_rescued() {
    let (sandbox, ..) = deleted();
    let line = |session: &str, text: &str| {
        let pasted = json!({ "1": { "id": 1, "type": "text", "content": "a\nb" } });
        json!({ "display": text, "pastedContents": pasted, "timestamp": 1_790_000_000_000_i64, "project": "/home/you/src/shop", "sessionId": session }).to_string()
    };
    let lines = [
        line("11111111-0000-4000-8000-000000000000", "look at [Pasted text #1 +2 lines] please"),
        line(REFUND, "kept in the archive"),
        "not json".to_owned(),
    ];
    fs::write(sandbox.home.claude().join("history.jsonl"), lines.join("\n")).expect("it can be written");
    let rescued = sandbox.run(&["rescue", "--json"]).json();
    let sessions = rescued["sessions"].as_array().expect("a list");
    assert_eq!(sessions.len(), 1, "{rescued}");
    assert_eq!(sessions[0]["session"], "11111111-0000-4000-8000-000000000000");
    assert_eq!(sessions[0]["prompts"][0]["text"], "look at a\nb please");
    assert_eq!(sandbox.run(&["rescue", "--project", "other", "--json"]).json()["sessions"], json!([]));
}

#[test]
fn a_tick_keeps_what_is_new_unless_the_settings_say_off() {
    let sandbox = history::sandbox();
    let config = sandbox.home.path().join(".config/sessions/config.toml");
    fs::create_dir_all(config.parent().expect("it has one")).expect("a folder can be made");
    fs::write(&config, "archive.keep = 'off'\n").expect("it can be written");
    let kept = || crate::sandbox::listing(sandbox.home.path()).iter().filter(|path| path.contains(".zst")).count();
    sandbox.run(&["tick"]).ok();
    assert_eq!(kept(), 0);
    assert_eq!(sandbox.run(&["archive", "--json"]).error()["code"], "off");
    fs::remove_file(&config).expect("it can be removed");
    sandbox.run(&["tick"]).ok();
    assert!(kept() > 1);
}

#[test]
fn every_real_transcript_comes_back_byte_for_byte() {
    let Some(corpus) = testkit::corpus() else { return };
    let sandbox = Sandbox::new();
    testkit::lay_out(&corpus, &sandbox.home.claude()).expect("it can be copied");
    let archive = archive::Archive::at(&sandbox.home.path().join("data/archive"));
    let (roots, stop) = ([sandbox.home.claude()], AtomicBool::new(false));
    // long after they were written: no line is waited for any more
    let now_ms = 4_000_000_000_000;
    let bounds = archive::Bounds { roots: &roots, now_ms, since_ms: None, until: None, threads: 2, stop: &stop };
    assert_eq!(archive.keep(&bounds).expect("it can be written").problems, []);
    let projects = sandbox.home.claude().canonicalize().expect("it exists").join("projects");
    let mut transcripts = 0;
    for below in crate::sandbox::listing(&projects) {
        let path = projects.join(below);
        // what lies in a project and belongs to no session is not kept
        if let Some(content) = archive.read(&path).expect("it can be read") {
            assert!(content.missing.is_empty() && content.bytes == fs::read(&path).expect("it is there"), "{path:?}");
            transcripts += usize::from(path.extension().is_some_and(|ending| ending == "jsonl"));
        }
    }
    assert!(transcripts > 200, "{transcripts}");
}
