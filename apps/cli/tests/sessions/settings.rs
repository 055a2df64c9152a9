//! `config`: what is wrong with a person's files, and themes to start one's own from.

use std::fs;

use serde_json::json;

use crate::sandbox::Sandbox;

fn with_files(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    for (name, text) in files {
        let path = sandbox.home.path().join(".config/sessions").join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        fs::write(path, text).expect("a file can be written");
    }
    sandbox
}

#[test]
fn nothing_is_wrong_where_nothing_is_set() {
    insta::assert_snapshot!(Sandbox::new().run(&["config", "check"]).ok(), @"Nothing is wrong with ~/.config/sessions/config.toml and the files beside it.");
    let answer = Sandbox::new().run(&["config", "check", "--json"]).json();
    assert_eq!((&answer["schema"], &answer["problems"]), (&json!(1), &json!([])));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let sandbox = with_files(&[
        (
            "config.toml",
            "[display]\ntheme = 'mine'\n[keys]\n'sessions.opne' = 'x'\n'sessions.rescan' = ['^R', 'entre']\n\
             'sessions.open' = 'enter'\n'sessions.clear' = 'enter'\n",
        ),
        ("themes/mine.toml", "base = 'ligth'\n[roles]\nlvie = 'red'\ntag = 'grene'\n"),
        ("prices.toml", "multiplier = 'much'"),
    ]);
    let answer = sandbox.run(&["config", "check"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.stdout, @r"
    config.toml, line 4: there is no command `sessions.opne`; did you mean `sessions.open`?
    config.toml, line 5: `sessions.rescan`: `entre` is no key; did you mean `enter`?
    config.toml, line 7: `enter` belongs to `sessions.open` already; give `sessions.clear` another key
    ~/.config/sessions/themes/mine.toml, line 1: no theme `ligth` is built in; did you mean `light`? (`dark` is used)
    ~/.config/sessions/themes/mine.toml, line 3: there is no role `lvie`; did you mean `live`?
    ~/.config/sessions/themes/mine.toml, line 4: `tag`: `grene` is no color; did you mean `green`?
    ~/.config/sessions/prices.toml, line 1: `multiplier` of the file is not a number; write a plain number such as 2.5
    ");
    insta::assert_snapshot!(answer.stderr, @r"
    sessions: 7 problems found.
    What is right holds all the same.
    ");
}

#[test]
fn settings_that_cannot_be_read_are_one_of_the_problems() {
    let answer = with_files(&[("config.toml", "[claude]\nflgas = []")]).run(&["config", "check", "--json"]);
    assert_eq!(answer.code, 1);
    let problem = answer.json()["problems"][0].as_str().unwrap_or_default().to_owned();
    assert!(problem.ends_with("line 2: unknown setting `claude.flgas`; did you mean `claude.flags`?"), "{problem}");
    assert_eq!(answer.error()["code"], "config");
}

#[test]
fn a_printed_theme_is_one_that_can_be_used() {
    let sandbox = Sandbox::new();
    let names = sandbox.run(&["config", "theme"]).ok().to_owned();
    for name in names.lines().filter_map(|line| line.split('\t').next()) {
        let text = sandbox.run(&["config", "theme", name]).ok().to_owned();
        let own = with_files(&[("config.toml", "[display]\ntheme = 'mine'"), ("themes/mine.toml", &text)]);
        assert_eq!(own.run(&["config", "check"]).code, 0, "{name}");
    }
    assert!(names.lines().count() >= 6, "{names}");
    insta::assert_snapshot!(sandbox.run(&["config", "theme", "pink"]).refused(), @r"
    sessions: No theme `pink` is built in.
    `sessions config theme` lists all of them.
    ");
}

#[test]
fn a_wrong_time_zone_does_not_hide_behind_another_wrong_setting() {
    let sandbox = with_files(&[("config.toml", "[display]\ntimezone = 'Mars'\n[claude]\nflgas = []\n")]);
    let answer = sandbox.run(&["config", "check"]);
    for said in ["claude.flgas", "`display.timezone` is `Mars`"] {
        assert!(answer.stdout.contains(said), "{said}: {}", answer.stdout);
    }
    let listed = sandbox.run(&["ls"]);
    assert!(listed.stderr.contains("claude.flgas") && listed.stderr.contains("Mars"), "{}", listed.stderr);
}
