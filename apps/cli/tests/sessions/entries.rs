//! Writing things down, finding them again, and what others did.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{Answer, Sandbox};

/// A home with a project in it, and people who work on it.
struct Desk {
    sandbox: Sandbox,
}

impl Desk {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.directory("src/shop/.git");
        sandbox.directory("src/api");
        let git = sandbox.home.path().join("src/shop/.git");
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("it can be written");
        fs::write(git.join("config"), "[remote \"origin\"]\n\turl = git@host:ada/shop.git\n").expect("the same");
        Self { sandbox }
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        self.run_as("Ada", "src/shop", arguments, "", |command| command)
    }

    fn run_as(
        &self,
        who: &str,
        directory: &str,
        arguments: &[&str],
        stdin: &str,
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Answer {
        let place = self.sandbox.home.path().join(directory);
        self.sandbox.run_with(arguments, stdin, |command| {
            change(command.env("SESSIONS_USER", who).env("PATH", "/usr/bin:/bin").current_dir(place))
        })
    }

    /// Writes something down; its id.
    fn log(&self, arguments: &[&str]) -> String {
        let answer = self.run(&[&["log"], arguments].concat());
        answer.ok().trim().rsplit_once("id=").expect("it says the id").1.to_owned()
    }

    fn entry(&self, id: &str) -> Value {
        self.run(&["entry", id, "--json"]).json()["entry"].clone()
    }

    fn titles(&self, arguments: &[&str]) -> Vec<String> {
        let answer = self.run(&[&["entries", "--json"], arguments].concat());
        let entries = answer.json()["entries"].clone();
        entries
            .as_array()
            .expect("a list")
            .iter()
            .map(|entry| entry["title"].as_str().expect("a text").to_owned())
            .collect()
    }
}

#[test]
fn the_grammar_of_log_is_the_short_one_and_that_of_flags() {
    let desk = Desk::new();
    for (arguments, expect) in [
        (&["issue", "Double", "refund"][..], ("issue", "open", "Double refund", "")),
        (&["decision", "Idempotent"], ("decision", "info", "Idempotent", "")),
        (&["note", "x", "--status", "in-progress"], ("note", "in_progress", "x", "")),
        (
            &["--category", "task", "--status", "blocked", "--title", "Keys", "--body", "- a"],
            ("task", "blocked", "Keys", "- a"),
        ),
        (&["Finding", "  two\n lines ", "--body", "-"], ("finding", "open", "two lines", "from\nstdin")),
    ] {
        let answer =
            desk.run_as("Ada", "src/shop", &[&["log"], arguments, &["--json"]].concat(), "from\nstdin\n", |command| {
                command
            });
        let entry = answer.json()["entry"].clone();
        let found = ["category", "status", "title", "body"].map(|field| entry[field].as_str().expect("a text"));
        assert_eq!(found, [expect.0, expect.1, expect.2, expect.3], "{arguments:?}");
        assert_eq!((entry["project"].as_str(), entry["opened_by"].as_str()), (Some("host/ada/shop"), Some("Ada")));
    }
    for (arguments, expect) in [
        (&["log"][..], "needs a category and a title"),
        (&["log", "issue"], "needs a title"),
        (&["log", "bug", "x"], "`bug` is no category; there are: finding, task, decision, issue, note"),
        (&["log", "issue", "x", "--status", "done"], "`done` is no status"),
        (&["resolve"], "Which entry is meant?"),
        (&["entry"], "Which entry is meant?"),
        (&["entries", "--category", "bug"], "is no category"),
        (&["entries", "cost:>5"], "entries know `project:`"),
        (&["entries", "--since", "soon"], "--since"),
        (&["edit"], "Which entry is meant?"),
        (&["edit", "zzz", "--status", "open"], "No entry matches `zzz`."),
        (&["reopen", "zzz"], "No entry matches `zzz`."),
        (&["delete-entry", ""], "Which entry is meant?"),
        (&["resolve", "x", "--status", "maybe"], "`maybe` is no status"),
        (&["inbox", "--count", "--peek"], "cannot be used with"),
    ] {
        let answer = desk.run(arguments);
        assert_eq!((answer.code, answer.stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(answer.stderr.contains(expect), "{arguments:?}: {}", answer.stderr);
    }
}

#[test]
fn own_categories_and_statuses_come_from_the_settings() {
    let desk = Desk::new();
    let folder = desk.sandbox.directory(".config/sessions");
    fs::write(folder.join("config.toml"), "[entries]\ncategories = ['risk:watched']\nstatuses = ['wont_fix']\n")
        .expect("it can be written");
    let id = desk.log(&["risk", "One provider"]);
    assert_eq!(desk.entry(&id)["status"], "watched");
    desk.run(&["resolve", &id, "--status", "wont-fix"]).ok();
    assert_eq!(desk.entry(&id)["status"], "wont_fix");
}

#[test]
fn entries_are_those_of_this_project_unless_others_are_asked_for() {
    let desk = Desk::new();
    desk.log(&["issue", "Refund race", "--body", "the lock times out"]);
    desk.log(&["decision", "Idempotent refunds"]);
    desk.run_as("Ada", "src/api", &["log", "issue", "Elsewhere"], "", |command| command).ok();
    assert_eq!(desk.titles(&[]), ["Idempotent refunds", "Refund race"]);
    assert_eq!(desk.titles(&["--open"]), ["Refund race"]);
    assert_eq!(desk.titles(&["--all-projects", "--category", "issue"]), ["Elsewhere", "Refund race"]);
    assert_eq!(desk.titles(&["--project", "API"]), ["Elsewhere"]);
    assert_eq!(desk.titles(&["--project", "../api"]), ["Elsewhere"]);
    assert_eq!(desk.titles(&["lock", "--", "-idempotent"]), ["Refund race"]);
    assert_eq!(desk.titles(&["type:decision", "after:1d"]), ["Idempotent refunds"]);
    assert_eq!(desk.titles(&["--limit", "1"]), ["Idempotent refunds"]);
    assert_eq!(desk.titles(&["100%"]), [] as [&str; 0]);
}

#[test]
fn lines_for_scripts_are_escaped() {
    let desk = Desk::new();
    let id = desk.log(&["note", "a\\b", "--body", "one\ttwo\nthree\u{1b}[31m"]);
    let answer = desk.run(&["entries", "--tsv"]);
    let fields: Vec<&str> = answer.ok().trim_end().split('\t').collect();
    assert_eq!(fields[..6], [id.as_str(), "shop", "note", "info", "a\\\\b", "one\\ttwo\\nthree[31m"]);
    assert_eq!(fields.len(), 8);
}

#[test]
fn an_entry_is_resolved_by_id_or_words_and_words_are_literal() {
    let desk = Desk::new();
    let id = desk.log(&["issue", "100% wrong"]);
    desk.log(&["issue", "1000 wrong"]);
    desk.log(&["issue", "Refund race"]);
    let again = desk.log(&["issue", "Refund race again"]);
    assert_eq!(
        desk.run(&["resolve", "--title-match", "100% wrong", "--status", "resolved"]).ok(),
        format!("{id} -> resolved\n")
    );
    let answer = desk.run(&["resolve", "refund"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (1, ""));
    assert!(
        answer.stderr.contains("2 entries match `refund`") && answer.stderr.contains("[issue/open] Refund race again"),
        "{}",
        answer.stderr
    );
    desk.run(&["resolve", &again[..8], "--note", "fixed"]).ok();
    assert_eq!(desk.entry(&again)["notes"][0]["text"], "fixed");
    let answer = desk.run(&["resolve", "refund"]);
    assert_eq!(answer.code, 0, "the open one is meant: {}", answer.stderr);
    desk.run(&["reopen", &again]).ok();
    assert_eq!(desk.entry(&again)["status"], "open");
    let nothing = desk.run(&["entry", "nothing of the kind"]);
    assert_eq!(nothing.code, 1);
    desk.run_as("Ada", "src/api", &["log", "issue", "Elsewhere"], "", |command| command).ok();
    let elsewhere = desk.run(&["resolve", "Elsewhere"]);
    assert!(elsewhere.code == 1 && elsewhere.stderr.contains("in other projects"), "{}", elsewhere.stderr);
    desk.run(&["resolve", "Elsewhere", "--all-projects"]).ok();
}

#[test]
fn an_entry_is_changed_by_flags_and_in_the_editor() {
    let desk = Desk::new();
    let id = desk.log(&["issue", "Refund race", "--body", "old"]);
    desk.run(&["edit", &id, "--title", "Refund race, twice", "--category", "task"]).ok();
    let path =
        desk.sandbox.program("ed-it", "sed -i -e 's/^status: .*/status: blocked/' -e 's/^old$/new body/' \"$1\"\n");
    let edit = |editor: &str| {
        desk.run_as("Ada", "src/shop", &["edit", &id], "", |command| command.env("EDITOR", editor).env("PATH", &path))
    };
    assert_eq!(edit("ed-it").ok(), format!("{id} changed\n"));
    assert_eq!(edit("true").ok(), format!("{id} as it was\n"));
    let entry = desk.entry(&id);
    let found = ["title", "category", "status", "body"].map(|field| entry[field].as_str().expect("a text"));
    assert_eq!(found, ["Refund race, twice", "task", "blocked", "new body"]);
    let answer = edit("sed -i s/blocked/done/");
    assert!(answer.code == 1 && answer.stderr.contains("What you wrote is in "), "{}", answer.stderr);
    assert_eq!(edit("false").code, 1);
    assert_eq!(desk.entry(&id)["status"], "blocked");
}

#[test]
fn what_is_deleted_is_gone_until_it_is_brought_back() {
    let desk = Desk::new();
    let id = desk.log(&["issue", "Refund race"]);
    desk.run(&["delete-entry", "refund"]).ok();
    assert!(desk.titles(&[]).is_empty());
    assert_eq!(desk.run(&["entry", &id]).code, 1);
    desk.run(&["delete-entry", "--undo", &id]).ok();
    assert_eq!(desk.titles(&[]), ["Refund race"]);
    let history = desk.run(&["entry", &id, "--history"]);
    assert!(history.ok().contains("brought it back"), "{history:?}");
}

#[test]
fn the_inbox_shows_what_others_did_once() {
    let desk = Desk::new();
    let id = desk.log(&["issue", "Refund race"]);
    assert_eq!(desk.run(&["inbox", "--count"]).ok(), "");
    desk.run_as("Jane", "src/api", &["resolve", &id, "--note", "by the provider"], "", |command| command).ok();
    assert_eq!(desk.run(&["inbox", "--count"]).ok(), "1 entry changed by others; see `sessions inbox`.\n");
    let recent = desk.run(&["recent"]);
    let line = "Inbox: 1 entry of this project changed by others; `sessions inbox` shows what they did.\n";
    assert!(recent.ok().ends_with(line), "{recent:?}");
    desk.run(&["tick"]).ok();
    let prepared = fs::read_to_string(desk.sandbox.home.path().join("data/state/banner.json"));
    assert!(prepared.expect("it was prepared").contains("Inbox: 1 entry changed by others"), "a session says so, too");
    let seen = desk.run(&["inbox", "--peek"]);
    assert!(seen.ok().contains("[issue/resolved] Refund race"), "{seen:?}");
    assert!(seen.ok().contains("Jane (now): status: resolved, noted: by the provider"), "{seen:?}");
    assert_eq!(desk.run(&["inbox"]).ok(), seen.ok());
    assert_eq!(desk.run(&["inbox"]).ok(), "Nothing new by others.\n");
    assert!(!desk.run(&["recent"]).ok().contains("Inbox"), "it was seen");
    assert_eq!(desk.run(&["inbox", "--count"]).ok(), "", "what was counted before is not said again");
    let jane = desk.run_as("Jane", "src/shop", &["inbox", "--json"], "", |command| command);
    assert_eq!(jane.json()["unread"][0]["changes"][0]["by"], "Ada", "Jane has not seen it yet");
}

#[test]
fn an_entry_belongs_to_the_session_that_runs_the_command_and_never_to_one_of_another_project() {
    let desk = Desk::new();
    let within = |directory: &str| {
        desk.sandbox.home.path().join(directory).canonicalize().expect("it is there").display().to_string()
    };
    desk.sandbox.directory("src/my_app");
    desk.sandbox.directory("src/my-app");
    let slug = |directory: &str| transcript::slug(&within(directory));
    let write = |directory: &str, id: &str, name: &str| {
        let line = format!("{{\"type\":\"user\",\"cwd\":\"{}\",\"sessionId\":\"{id}\"}}\n", within(directory));
        desk.sandbox.home.transcript(&format!("{}/{name}.jsonl", slug(directory)), line);
    };
    let (shop, app) = ("11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000");
    write("src/shop", shop, shop);
    write("src/shop", shop, "agent-newer");
    write("src/my_app", app, app);
    let session = |directory: &str, change: &[(&str, &str)]| {
        let answer = desk.run_as("Ada", directory, &["log", "note", "x", "--json"], "", |command| {
            command.envs(change.iter().copied())
        });
        answer.json()["entry"]["session"].clone()
    };
    assert_eq!(session("src/shop", &[]), shop);
    assert_eq!(session("src/my_app", &[]), app);
    assert_eq!(session("src/my-app", &[]), Value::Null, "it shares the folder of another directory");
    assert_eq!(session("src/api", &[]), Value::Null);
    assert_eq!(session("src/shop", &[("CLAUDE_CODE_SESSION_ID", "run-by")]), "run-by");
}
