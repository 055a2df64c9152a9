//! Directories that moved: every command that asks for a directory finds the sessions that ran in it when it was elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use testkit::Transcript;

use crate::history::REFUND;
use crate::sandbox::{Answer, Sandbox};

/// A home whose shop is a repository with a remote, and moved from `src/shop` to `work/store` after it was scanned.
struct Moved {
    sandbox: Sandbox,
    old: PathBuf,
    new: PathBuf,
}

impl Moved {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let old = sandbox.directory("src/shop").canonicalize().expect("it is there");
        let git = sandbox.directory("src/shop/.git");
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("a file can be written");
        fs::write(git.join("config"), "[remote \"origin\"]\n\turl = git@host:ada/shop.git\n").expect("the same");
        sandbox.directory("src/shop/api");
        let mut session = Transcript::new(REFUND);
        session.cwd(&old.join("api").to_string_lossy()).prompt("Why is a refund paid twice?").answer("Two workers.");
        let slug = transcript::slug(&old.join("api").to_string_lossy());
        sandbox.home.transcript(&format!("{slug}/{REFUND}.jsonl"), session.text());
        sandbox.run(&["tick"]).ok();
        sandbox.directory("work");
        let new = sandbox.home.path().canonicalize().expect("it is there").join("work/store");
        fs::rename(&old, &new).expect("it can be moved");
        Self { sandbox, old, new }
    }

    fn in_directory(&self, directory: &Path, arguments: &[&str]) -> Answer {
        let path = self.sandbox.program("claude", "pwd");
        self.sandbox.run_with(arguments, "", |command| command.env("PATH", path).current_dir(directory))
    }

    /// Asks every command for the sessions of a directory; the names of those that do not find it.
    fn missing(&self, directory: &Path) -> Vec<&'static str> {
        let asked: [(&str, &[&str]); 7] = [
            ("resume --latest", &["resume", "--latest", "--print"]),
            ("recent", &["recent"]),
            ("ls --project .", &["ls", "--project", "."]),
            ("ls project:.", &["ls", "project:."]),
            ("search project:.", &["search", "workers", "project:.", "--json"]),
            ("usage --project .", &["usage", "--project", ".", "--by", "session", "--json"]),
            ("log", &["log", "note", "Seen there", "--json"]),
        ];
        let finds = |arguments: &[&str]| {
            let answer = self.in_directory(directory, arguments);
            answer.code == 0 && answer.stdout.contains(&REFUND[..8])
        };
        asked.into_iter().filter(|(_, arguments)| !finds(arguments)).map(|(name, _)| name).collect()
    }

    fn banner(&self) -> serde_json::Value {
        let file = self.sandbox.home.path().join("data/state/banner.json");
        let banner: serde_json::Value =
            serde_json::from_slice(&fs::read(file).expect("it is prepared")).expect("it is JSON");
        banner["directories"].clone()
    }
}

#[test]
fn before_it_is_known_that_it_moved_nothing_is_found_and_after_relink_everything() {
    let moved = Moved::new();
    assert_eq!(moved.missing(&moved.new).len(), 7);
    let (old, new) = (moved.old.to_string_lossy(), moved.new.to_string_lossy());
    assert!(moved.banner()[&format!("{new}/api")].is_null());
    moved.sandbox.run(&["relink", &old, &new, "--yes"]).ok();
    let none: [&str; 0] = [];
    assert_eq!(moved.missing(&moved.new.join("api")), none);
    // an entry is of a session of this directory, not of one below
    assert_eq!(moved.missing(&moved.new), ["log"]);
    assert_eq!(moved.missing(moved.new.parent().expect("it has one")), ["log"]);
    let prepared = moved.new.join("api").to_string_lossy().into_owned();
    assert!(moved.banner()[&prepared][1].as_str().is_some_and(|line| line.contains("4f2a1111")), "{}", moved.banner());
    let beside = moved.sandbox.directory("work/else");
    assert_eq!(moved.missing(&beside).len(), 7, "what lies beside it has nothing to do with it");
}

#[test]
fn a_listing_in_a_pipe_names_the_way_to_what_ran_where_the_directory_was() {
    let moved = Moved::new();
    let way = "Sessions ran in ~/src/shop, which is gone. If it moved here, `sessions relink ~/src/shop ~/work/store` \
               brings them along.\n";
    let here = moved.new.join("api");
    for arguments in [&["ls", "project:."][..], &["ls", "--project", "."]] {
        let answer = moved.in_directory(&here, arguments);
        assert_eq!((answer.code, answer.stdout.as_str(), answer.stderr.as_str()), (0, "", way), "{arguments:?}");
        let answer = moved.in_directory(&here, &[arguments, &["--json"]].concat());
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{arguments:?}");
    }
    let beside = moved.sandbox.directory("work/else");
    assert_eq!(moved.in_directory(&beside, &["ls", "project:."]).stderr, "");
}

#[test]
fn what_resume_finds_by_itself_is_followed_too() {
    let moved = Moved::new();
    assert_eq!(moved.in_directory(moved.sandbox.home.path(), &["resume", "4f2a"]).stdout, "~/work/store/api\n");
    let none: [&str; 0] = [];
    assert_eq!(moved.missing(&moved.new.join("api")), none);
    moved.sandbox.run(&["tick"]).ok();
    assert!(!moved.banner()[&*moved.new.join("api").to_string_lossy()].is_null(), "{}", moved.banner());
    // where the old one is made again, what runs there is something else
    fs::create_dir_all(moved.old.join("api")).expect("a folder can be made");
    assert_eq!(moved.missing(&moved.new).len(), 7);
}

#[test]
fn a_directory_in_which_no_session_ran_is_no_directory_that_moved() {
    let moved = Moved::new();
    let relink = |old: &str, new: &str| moved.sandbox.run(&["relink", old, new, "--yes"]);
    insta::assert_snapshot!(relink("~/src/shp/api", "work/store").refused(), @r"
    sessions: No session ran in ~/src/shp/api or below.
    Sessions ran in these, which are gone: ~/src/shop/api. Is one of them meant?
    ");
    insta::assert_snapshot!(relink("/zzz", "work/store").refused(), @r"
    sessions: No session ran in /zzz or below.
    `sessions ls --json` says where each session ran (`cwd_last`).
    ");
    insta::assert_snapshot!(relink("~/src/shop", "work/nothing").refused(), @r"
    sessions: ~/work/nothing is no directory.
    Give the directory as it is called now.
    ");
    assert!(
        !moved.sandbox.home.path().join("data/state/places.json").exists()
            || !moved.sandbox.run(&["where"]).ok().contains("moved")
    );
    let refused = moved.sandbox.run(&["relink", "/zzz", "work/store", "--json"]);
    assert_eq!((refused.code, &refused.error()["code"]), (1, &json!("not-found")));
}

#[test]
fn a_project_is_left_out_by_its_name() {
    let moved = Moved::new();
    fs::rename(&moved.new, &moved.old).expect("it can be moved back");
    moved.sandbox.run(&["scan"]).ok();
    let excluded = moved.sandbox.run(&["exclude", "shop"]);
    assert_eq!(excluded.ok(), "~/src/shop  1 session recorded before\n");
    assert_eq!(moved.sandbox.run(&["exclude", "--remove", "shop"]).ok(), "No project is excluded.\n");
    insta::assert_snapshot!(moved.sandbox.run(&["exclude", "shpo"]).refused(), @r"
    sessions: No directory and no project is called `shpo`.
    `sessions ls` shows the names of projects. `./shpo` means a directory that is not there yet.
    ");
    // a directory here goes before the project, which is told
    moved.sandbox.directory("shop");
    let both = moved.sandbox.run(&["exclude", "shop"]);
    assert_eq!((both.code, both.stdout.as_str()), (0, "~/shop  0 sessions recorded before\n"), "{both:?}");
    insta::assert_snapshot!(both.stderr, @r"
    sessions: warning: `shop` is taken for the directory ~/shop, though a project is called so.
    The project: `sessions exclude ~/src/shop`.
    ");
    assert_eq!(moved.sandbox.run(&["exclude", "not-there-yet/"]).code, 0, "what is a path may come later");
}

/// A home whose one session ran in `src/shop`, without a repository.
struct Shop {
    sandbox: Sandbox,
    source: PathBuf,
}

impl Shop {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.directory("src/shop");
        let source = sandbox.home.path().canonicalize().expect("it is there").join("src");
        let shop = Self { sandbox, source };
        shop.session(REFUND, "shop", "2026-03-01T10:00:00Z");
        shop.sandbox.run(&["tick"]).ok();
        shop
    }

    fn session(&self, id: &str, directory: &str, at: &str) {
        let directory = self.source.join(directory).to_string_lossy().into_owned();
        let mut session = Transcript::new(id);
        session
            .at(at.parse().expect("a moment"))
            .cwd(&directory)
            .prompt("Why is it paid twice?")
            .answer("Two workers.");
        self.sandbox.home.transcript(&format!("{}/{id}.jsonl", transcript::slug(&directory)), session.text());
    }

    fn goes(&self, from: &str, to: &str) {
        fs::rename(self.source.join(from), self.source.join(to)).expect("it can be moved");
    }

    fn in_directory(&self, directory: &str, arguments: &[&str]) -> Answer {
        let (path, directory) = (self.sandbox.program("claude", "pwd"), self.source.join(directory));
        self.sandbox.run_with(arguments, "", |command| command.env("PATH", path).current_dir(directory))
    }

    fn relink(&self, from: &str, to: &str) -> Answer {
        let path = |name: &str| self.source.join(name).to_string_lossy().into_owned();
        self.sandbox.run(&["relink", &path(from), &path(to), "--yes"])
    }

    /// Where the transcript lies: the directory whose folder holds it.
    fn lies_in<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        let folder = |name: &str| transcript::slug(&self.source.join(name).to_string_lossy());
        let file =
            |name: &str| self.sandbox.home.claude().join("projects").join(folder(name)).join(format!("{REFUND}.jsonl"));
        names.iter().copied().filter(|name| file(name).exists()).collect()
    }
}

const PLACES: [&str; 3] = ["shop", "store", "depot"];

#[test]
fn a_directory_that_moved_twice_takes_its_sessions_along_twice_and_back() {
    let shop = Shop::new();
    shop.goes("shop", "store");
    shop.relink("shop", "store").ok();
    assert_eq!(shop.lies_in(&PLACES), ["store"]);
    shop.goes("store", "depot");
    let told = shop.in_directory("depot", &["relink", "../storr", ".", "--yes"]);
    insta::assert_snapshot!(told.refused(), @r"
    sessions: No session ran in ~/src/storr or below.
    Sessions ran in these, which are gone: ~/src/store. Is one of them meant?
    ");
    shop.in_directory("depot", &["relink", "../store", ".", "--yes"]).ok();
    assert_eq!(shop.lies_in(&PLACES), ["depot"]);
    assert!(shop.in_directory("depot", &["recent"]).ok().contains(&REFUND[..8]));
    shop.goes("depot", "shop");
    shop.relink("depot", "shop").ok();
    assert_eq!(shop.lies_in(&PLACES), ["shop"]);
    assert!(shop.in_directory("shop", &["recent"]).ok().contains(&REFUND[..8]));
    // the first name that it ever had stands for where it is known to be
    shop.goes("shop", "store");
    shop.relink("shop", "store").ok();
    shop.goes("store", "depot");
    shop.relink("shop", "depot").ok();
    assert_eq!(shop.lies_in(&PLACES), ["depot"]);
}

#[test]
fn what_relink_said_holds_when_something_else_is_made_in_the_old_place() {
    let shop = Shop::new();
    shop.goes("shop", "store");
    shop.relink("shop", "store").ok();
    shop.sandbox.directory("src/shop");
    let finds = |directory: &str, id: &str| {
        let asked: [&[&str]; 3] = [&["recent"], &["ls", "project:."], &["resume", "--latest", "--print"]];
        let found = |arguments: &&&[&str]| shop.in_directory(directory, arguments).stdout.contains(&id[..8]);
        asked.iter().filter(found).count()
    };
    assert_eq!((finds("store", REFUND), finds("shop", REFUND)), (3, 0));
    assert_eq!(shop.in_directory(".", &["resume", "4f2a"]).stdout, "~/src/store\n");
    assert_eq!(shop.in_directory("store", &["log", "note", "Seen there", "--json"]).code, 0);
    // what runs there afterwards is the new thing's
    let later = "5e5e5e5e-1111-4222-8333-444455556666";
    shop.session(later, "shop", "2099-03-01T10:00:00Z");
    assert_eq!((finds("shop", later), finds("store", later)), (3, 0));
}

#[test]
fn where_nothing_is_found_the_way_to_relink_is_told() {
    let moved = Moved::new();
    let way =
        "Sessions ran in ~/src/shop, which is gone. If it moved here, `sessions relink ~/src/shop ~/work/store` brings";
    for asked in
        [&["recent"][..], &["resume", "--latest"], &["search", "workers", "project:."], &["usage", "--project", "."]]
    {
        let answer = moved.in_directory(&moved.new.join("api"), asked);
        assert!([&answer.stdout, &answer.stderr].iter().any(|text| text.contains(way)), "{asked:?}: {answer:?}");
    }
    let beside = moved.sandbox.directory("work/else");
    assert!(!moved.in_directory(&beside, &["recent"]).ok().contains("relink"), "it is not like it");
    // without a repository the name tells
    let shop = Shop::new();
    shop.sandbox.directory("work");
    shop.goes("shop", "../work/shop");
    assert!(shop.in_directory("../work/shop", &["recent"]).ok().contains("`sessions relink ~/src/shop ~/work/shop`"));
    shop.relink("shop", "../work/shop").ok();
    assert!(!shop.in_directory("../work/shop", &["recent"]).ok().contains("relink"));
}

#[test]
fn a_project_is_called_after_its_directory_when_that_was_relinked() {
    let shop = Shop::new();
    let projects = || -> Vec<String> {
        let listed = shop.sandbox.run(&["ls", "--json"]).json();
        let listed = listed["sessions"].as_array().cloned().unwrap_or_default();
        listed.iter().map(|one| one["project"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let usage = || shop.sandbox.run(&["usage", "--by", "project", "--json"]).json()["rows"].clone();
    let before = usage();
    assert_eq!(projects(), ["shop"]);
    shop.goes("shop", "store");
    assert_eq!(projects(), ["shop"], "nobody said where it went");
    shop.relink("shop", "store").ok();
    assert_eq!(projects(), ["store"]);
    let after = usage();
    assert_eq!((before.as_array().map(Vec::len), after.as_array().map(Vec::len)), (Some(1), Some(1)));
    assert_eq!(before.to_string().replace("\"shop\"", "\"store\""), after.to_string(), "nothing counts twice");
    shop.session("5e5e5e5e-1111-4222-8333-444455556666", "store", "2026-04-01T10:00:00Z");
    assert_eq!(projects(), ["store", "store"], "what runs there now is of the same project");
    assert_eq!(usage().as_array().map(Vec::len), Some(1));
    fs::remove_file(shop.sandbox.home.path().join("data/sessions.duckdb")).expect("it can be removed");
    assert_eq!(projects(), ["store", "store"], "a store that is made again knows it, too");
    fs::write(shop.source.join("store/CLAUDE.md"), "---\nproject-name: The Shop\n---\n").expect("it can be written");
    shop.session("6f6f6f6f-1111-4222-8333-444455556666", "store", "2026-05-01T10:00:00Z");
    assert_eq!(projects(), ["The Shop"; 3], "a name that a person gave goes before");
}

#[test]
fn a_relink_that_can_move_nothing_fails() {
    let shop = Shop::new();
    shop.goes("shop", "store");
    shop.session(REFUND, "store", "2026-03-01T10:00:00Z");
    let blocked = shop.relink("shop", "store");
    let text = blocked.refused();
    assert!(text.contains("Nothing was moved") && !text.contains("knows nothing"), "{text}");
    assert!(!blocked.stdout.contains("Done"), "{blocked:?}");
    let remembered = shop.sandbox.run(&["where", "--json"]);
    assert!(!remembered.ok().contains("moved_from"), "nothing is remembered of what was not done");
}

#[test]
fn an_empty_word_never_means_everything() {
    let shop = Shop::new();
    insta::assert_snapshot!(shop.sandbox.run(&["delete", "--query", " ", "--yes"]).refused(), @r"
    sessions: An empty query would mean every session; nothing was deleted.
    Say which: `sessions search --language` explains how. `sessions ls QUERY` shows what it finds.
    ");
    insta::assert_snapshot!(shop.in_directory("shop", &["exclude", ""]).refused(), @r"
    sessions: An empty word names no directory; nothing was changed.
    Give a directory, a pattern or a project; `.` is the directory that you are in.
    ");
    insta::assert_snapshot!(shop.in_directory("shop", &["exclude", "/"]).refused(), @r"
    sessions: Everything lies below /: nothing would be recorded any more.
    Exclude directories below it, or take it all back: `sessions setup --remove`.
    ");
    assert_eq!(shop.sandbox.run(&["exclude"]).ok(), "No project is excluded.\n");
    assert!(shop.sandbox.run(&["ls"]).ok().contains(&REFUND[..8]), "it is still there");
}
