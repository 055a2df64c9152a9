//! Hooks put into settings and taken out again, to the byte.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const PROGRAM: &str = "/opt/my tools/sessions-hook";

fn put_in(text: &str) -> Merged {
    insert(Some(text), Path::new(PROGRAM), false, &Trace::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What holds for every text that is strict and well shaped.
fn check(text: &str) -> String {
    let merged = put_in(text);
    let again = insert(Some(&merged.text), Path::new(PROGRAM), false, &merged.trace).expect("it is strict still");
    assert_eq!(again.text, merged.text, "twice is once");
    let wiring = look(Some(&merged.text)).expect("it is strict");
    assert!(wiring.events.iter().all(|(_, program)| program.as_deref() == Some(Path::new(PROGRAM))), "{wiring:?}");
    let upgraded = insert(Some(&merged.text), Path::new("/new/sessions-hook"), false, &merged.trace).expect("the same");
    for with in [&merged, &upgraded] {
        assert_eq!(remove(&with.text, &with.trace).expect("it is strict"), text);
    }
    assert_eq!(remove(text, &Trace::default()).expect("it is strict"), text, "nothing of ours is in it");
    let value = |text: &str| serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).unwrap_or(json!({}));
    assert_eq!(foreign(value(&merged.text)), foreign(value(text)), "the rest says what it said");
    merged.text
}

/// Settings without groups that hold only our hook, and without what is empty then.
fn foreign(mut settings: Value) -> Value {
    let Some(hooks) = settings.get_mut("hooks").and_then(Value::as_object_mut) else { return settings };
    for groups in hooks.values_mut().filter_map(Value::as_array_mut) {
        groups.retain(|group| !group.to_string().contains("/opt/my tools/sessions-hook"));
    }
    hooks.retain(|_, groups| groups.as_array().is_none_or(|groups| !groups.is_empty()));
    if hooks.is_empty() {
        settings.as_object_mut().expect("it is an object").remove("hooks");
    }
    settings
}

#[test]
fn a_file_is_written_as_it_was_written() {
    let text = "\u{feff}{\r\n\t\"model\": \"opus\", \"env\": {\"A\": \"\\u00e9\"},\r\n\t\"hooks\": {\r\n\t\t\"Stop\": []\r\n\t}\r\n}\r\n";
    insta::assert_snapshot!(check(text).replace('\r', "␍"));
}

#[test]
fn empty_files_get_two_spaces_and_are_empty_again_afterwards() {
    insta::assert_snapshot!(check(""));
    for text in
        ["{}", "{ }", "{\n}\n", " \n", "{\"hooks\": {}}", "{\"hooks\":{\"Stop\":[ ], \"SessionEnd\" : []}}", "\u{feff}"]
    {
        check(text);
    }
}

#[test]
fn one_line_stays_one_line() {
    insta::assert_snapshot!(check("{\"model\":\"opus\"}"));
    insta::assert_snapshot!(check("{\"model\": \"opus\", \"hooks\": {\"Stop\": [{\"hooks\": []}]}}"));
}

#[test]
fn hooks_of_others_stay_even_when_they_name_us() {
    let text = r#"{
  "hooks": {
    "SessionEnd": [
      {
        "matcher": "",
        "hooks": [
          {"type": "command", "command": "cat ~/sessions-hook/notes"},
          {"type": "command", "command": "sessions-hook session-end && notify-send done", "timeout": 3}
        ]
      }
    ],
    "Later": [{"new": true}]
  }
}
"#;
    let with = check(text);
    assert!(with.contains("cat ~/sessions-hook/notes") && with.contains("notify-send done"), "{with}");
}

#[test]
fn an_upgrade_refreshes_paths_limits_and_tools_and_takes_doubles_out() {
    let text = r#"{
  "hooks": {
    "PostToolUse": [
      {"matcher": "Write", "hooks": [{"type": "command", "command": "/old/sessions-hook post-tool-use", "timeout": 5}]}
    ],
    "Stop": [
      {"hooks": [
        {"type": "command", "command": "mine"},
        {"type": "command", "command": "sessions-hook"},
        {"type": "command", "command": "/old/sessions-hook Stop"}
      ]}
    ]
  },
  "statusLine": {"type": "command", "command": "/old/sessions-hook statusline", "padding": 0}
}
"#;
    insta::assert_snapshot!(put_in(text).text);
}

#[test]
fn a_status_line_is_put_in_when_asked_for_and_never_over_anothers() {
    let with = |text: &str| insert(Some(text), Path::new(PROGRAM), true, &Trace::default()).expect("it is strict");
    let merged = with("{\n  \"model\": \"opus\"\n}\n");
    assert!(merged.text.contains("\"command\": \"'/opt/my tools/sessions-hook' statusline\""), "{}", merged.text);
    assert_eq!(remove(&merged.text, &merged.trace).expect("it is strict"), "{\n  \"model\": \"opus\"\n}\n");
    let foreign = with("{\"statusLine\": {\"type\": \"command\", \"command\": \"mine\"}}");
    assert!(foreign.foreign_status_line && foreign.text.contains("\"mine\""), "{}", foreign.text);
}

#[test]
fn what_claude_code_would_not_read_is_refused() {
    let refused =
        |text: &str| insert(Some(text), Path::new(PROGRAM), false, &Trace::default()).expect_err(text).to_string();
    assert_eq!(refused("{\n  // mine\n}"), "line 2, column 3: a comment, which strict JSON does not have");
    assert_eq!(refused("[]"), "`the whole file` is an object in settings of Claude Code, and something else here");
    assert!(refused("{\"hooks\": []}").starts_with("`hooks` is an object of events"));
    assert!(refused("{\"hooks\": {\"Stop\": {}}}").starts_with("`hooks.Stop` is a list of groups"));
}

#[test]
fn real_settings_get_our_hooks_and_lose_them_again() {
    let Some(corpus) = testkit::corpus() else { return };
    let mut folders = vec![corpus.join("extras/settings")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("it can be listed").flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    for file in &files {
        check(&fs::read_to_string(file).expect("it is text"));
    }
    assert!(files.len() >= 10, "{}", files.len());
}

/// JSON as anybody may write it: any white space, names of ours among the keys.
fn json_text() -> impl Strategy<Value = String> {
    let space = || prop::sample::select(vec!["", " ", "\n", "\n  ", "\r\n\t", "  "]);
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-1.5e3".to_owned()),
        Just("\"a\\n\\u00e9ü\"".to_owned()),
        Just("\"/x/sessions-hook/y stop\"".to_owned()),
        Just("\"}],{\"".to_owned()),
    ];
    let list = move |open: &'static str,
                     close: &'static str,
                     parts: Vec<(&'static str, String, &'static str)>,
                     inner: &str| {
        let inner = if parts.is_empty() { inner.to_owned() } else { String::new() };
        let parts: Vec<String> =
            parts.into_iter().map(|(before, part, after)| format!("{before}{part}{after}")).collect();
        format!("{open}{inner}{}{close}", parts.join(","))
    };
    let value = scalar.prop_recursive(3, 24, 4, move |inner| {
        let key = prop::sample::select(vec!["a", "hooks", "command", "type", "ü"]);
        let member = (space(), (key, space(), space(), inner.clone()), space()).prop_map(
            |(before, (key, left, right, value), after)| (before, format!("\"{key}\"{left}:{right}{value}"), after),
        );
        prop_oneof![
            (prop::collection::vec((space(), inner, space()), 0..3), space())
                .prop_map(move |(parts, inner)| list("[", "]", parts, inner)),
            (prop::collection::vec(member, 0..3), space()).prop_map(move |(parts, inner)| list("{", "}", parts, inner)),
        ]
    });
    let groups = (prop::collection::vec((space(), value.clone(), space()), 0..3), space())
        .prop_map(move |(parts, inner)| list("[", "]", parts, inner));
    let event = prop::sample::select(vec!["Stop", "SessionEnd", "PostToolUse", "Other"]);
    let event = (space(), (event, space(), groups), space())
        .prop_map(|(before, (event, left, groups), after)| (before, format!("\"{event}\":{left}{groups}"), after));
    let hooks =
        (prop::collection::vec(event, 0..3), space()).prop_map(move |(parts, inner)| list("{", "}", parts, inner));
    let hooks =
        (space(), hooks, space()).prop_map(|(before, hooks, after)| (before, format!("\"hooks\": {hooks}"), after));
    let other =
        (space(), value, space()).prop_map(|(before, value, after)| (before, format!("\"env\":{value}"), after));
    let member = prop_oneof![hooks, other];
    (space(), prop::collection::vec(member, 0..3), space(), space())
        .prop_map(move |(before, parts, inner, after)| format!("{before}{}{after}", list("{", "}", parts, inner)))
}

proptest! {
    #[test]
    fn any_settings_come_back_to_the_byte(text in json_text()) {
        check(&text);
    }
}
