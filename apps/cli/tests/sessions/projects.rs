//! One project key for sessions, usage and entries.

use std::fs;

use serde_json::Value;
use testkit::Transcript;

use crate::sandbox::Sandbox;

/// Two repositories called `api`, a folder of that name, and a session in each; of the first in a folder below it.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (owner, number) in [("ada", 1), ("bob", 2)] {
        let git = sandbox.directory(&format!("{owner}/api/.git"));
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("it can be written");
        fs::write(git.join("config"), format!("[remote \"origin\"]\n\turl = git@host:{owner}/api.git\n"))
            .expect("the same");
        session(&sandbox, number, &format!("{owner}/api"));
    }
    sandbox.directory("ada/api/deep");
    session(&sandbox, 3, "ada/api/deep");
    sandbox.directory("work/api");
    session(&sandbox, 4, "work/api");
    sandbox
}

fn session(sandbox: &Sandbox, number: u32, directory: &str) {
    let id = format!("{number}0000000-0000-4000-8000-000000000000");
    let place = sandbox.home.path().join(directory).canonicalize().expect("it is there");
    let mut transcript = Transcript::new(&id);
    transcript.cwd(&place.to_string_lossy());
    transcript.prompt("hello").answer("hello");
    let slug = transcript::slug(&place.to_string_lossy());
    sandbox.home.transcript(&format!("{slug}/{id}.jsonl"), transcript.text());
}

fn projects(sandbox: &Sandbox, arguments: &[&str]) -> Vec<(String, String, String)> {
    let answer = sandbox.run(&[&["ls", "--json"], arguments].concat()).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let sessions = answer["sessions"].as_array().expect("a list").iter();
    let mut found: Vec<_> = sessions
        .map(|session| (text(&session["id"])[..1].to_owned(), text(&session["project"]), text(&session["project_key"])))
        .collect();
    found.sort();
    found
}

#[test]
fn repositories_of_one_name_stay_apart_and_a_folder_in_one_belongs_to_it() {
    let sandbox = sandbox();
    let all = projects(&sandbox, &[]);
    let named: Vec<(&str, &str)> = all.iter().map(|(id, name, _)| (id.as_str(), name.as_str())).collect();
    assert_eq!(named, [("1", "ada/api"), ("2", "bob/api"), ("3", "ada/api"), ("4", "work/api")]);
    assert_eq!((all[0].2.as_str(), all[2].2.as_str()), ("host/ada/api", "host/ada/api"));
    assert!(all[3].2.starts_with("api~"), "{all:?}");
    for (arguments, expect) in [
        (&["--project", "ada/api"][..], &["1", "3"][..]),
        (&["project:host/bob"], &["2"]),
        (&["project:api"], &["1", "2", "3", "4"]),
    ] {
        let found: Vec<String> = projects(&sandbox, arguments).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(found, expect, "{arguments:?}");
    }
    let usage = sandbox.run(&["usage", "--by", "project", "--json"]).json();
    let rows = usage["rows"].as_array().expect("a list");
    let mut keys: Vec<(&str, u64)> =
        rows.iter().filter_map(|row| Some((row["key"].as_str()?, row["requests"].as_u64()?))).collect();
    keys.sort_unstable();
    assert_eq!(keys, [("ada/api", 2), ("bob/api", 1), ("work/api", 1)]);
    let bob = sandbox.run(&["usage", "--project", "bob/api", "--json"]).json();
    assert_eq!(bob["totals"]["requests"], 1);
    let entry = sandbox.run_with(&["log", "note", "x", "--json"], "", |command| {
        command.current_dir(sandbox.home.path().join("ada/api/deep"))
    });
    assert_eq!(entry.json()["entry"]["project"], "host/ada/api", "entries have the same key");
}

#[test]
fn a_project_keeps_its_key_when_its_directory_is_gone_and_the_store_is_made_again() {
    let sandbox = sandbox();
    let before = projects(&sandbox, &[]);
    sandbox.run(&["tick"]).ok();
    fs::remove_dir_all(sandbox.home.path().join("bob")).expect("it can be removed");
    assert_eq!(projects(&sandbox, &[]), before);
    sandbox.run(&["rebuild"]).ok();
    assert_eq!(projects(&sandbox, &[]), before);
    let git = sandbox.home.path().join("ada/api");
    fs::write(git.join("CLAUDE.md"), "---\nproject-name: Ümläute\n---\n").expect("it can be written");
    sandbox.run(&["rebuild"]).ok();
    let now = projects(&sandbox, &[]);
    assert_eq!((now[0].1.as_str(), now[0].2.as_str()), ("Ümläute", "ümläute"));
}
