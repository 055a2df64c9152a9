//! Searching contents beside a plain reference that decodes every text and looks there.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use regex::RegexBuilder;
use search::{Caps, File, Found, Query, Seen, Standing, Target, Wanted, search};
use serde_json::{Value, json};
use testkit::Home;

/// Queries with the expression that finds the same in a decoded text.
const QUERIES: [(&str, &str); 14] = [
    ("new", "(?i)new"),
    ("nn", "(?i)nn"),
    ("New", "New"),
    ("größe", "(?i)größe"),
    ("\"new line\"", r"(?i)new\s+line"),
    ("\"n new\"", r"(?i)n\s+new"),
    ("\"n n\"", r"(?i)n\s+n"),
    (r#""\\new""#, r"(?i)\\new"),
    (r"/ne+w/", "(?i)ne+w"),
    (r"/new.*line/", "(?i)new.*line"),
    (r"/^new/", "(?i)^new"),
    (r"/line$/", "(?i)line$"),
    (r"/new\s+line/", r"(?i)new[\s--\n]+line"),
    (r"/n[^x]new/", r"(?i)n[^x\n]new"),
];

/// Queries, each with one that goes on from it.
const KEYS: [(&str, &str); 8] = [
    ("ne", "new"),
    ("ew", "new"),
    ("nn", "nnew"),
    ("ne", "\"new\""),
    ("\"new li\"", "\"new line\""),
    ("ne li", "new line"),
    ("New", "NewLine"),
    ("gr", "größe"),
];

const PIECES: [&str; 19] = [
    "new", "New", "NEW", "line", "Line", "n", "nn", "\n", "\n", "\\", "\\n", "\"", "\t", " ", "größe", "GRÖSSE",
    "u000a", "/", "nön",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14).prop_map(|pieces| pieces.concat())
}

/// A record with the texts in it that are searched, those of the client's own record apart.
#[derive(Debug, Clone)]
struct Said {
    record: Value,
    texts: Vec<String>,
    details: Vec<String>,
}

fn said() -> impl Strategy<Value = Said> {
    (0..5, text(), text()).prop_map(|(kind, one, two)| {
        let message = |kind: &str, content: Value| json!({ "type": kind, "message": { "content": content } });
        let result = json!([{ "type": "tool_result", "tool_use_id": "new", "content": one }]);
        let mut with_detail = message("user", result.clone());
        match kind {
            0 => Said {
                record: message("assistant", json!([{ "type": "text", "text": one }, { "type": "text", "text": two }])),
                texts: vec![one, two],
                details: Vec::new(),
            },
            1 => Said {
                record: message("assistant", json!([{ "type": "tool_use", "name": "new", "input": { "new": [one], "b": { "line": two } } }])),
                // members go by their names
                texts: vec![two, one],
                details: Vec::new(),
            },
            2 => {
                with_detail["toolUseResult"] = json!({ "stdout": two, "file": "new" });
                Said { record: with_detail, texts: vec![one], details: vec![two] }
            }
            3 => {
                let more = format!("{one}\n");
                with_detail["toolUseResult"] = json!({ "stdout": more });
                Said { record: with_detail, texts: vec![one], details: vec![more] }
            }
            _ => Said {
                record: message("user", json!([{ "type": "tool_result", "content": [{ "type": "text", "text": one }, { "type": "image", "source": { "data": "new" } }] }])),
                texts: vec![one],
                details: Vec::new(),
            },
        }
    })
}

/// As some encoders write it: nothing but ASCII, and a line end by its number.
fn escaped(line: &str) -> String {
    let mut escaped = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => escaped.push_str("\\u000A"),
                Some(next) => escaped.extend(['\\', next]),
                None => escaped.push('\\'),
            },
            letter if letter.is_ascii() => escaped.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}

/// The lines of a text in which an expression matches.
fn lines_of(text: &str, pattern: &str) -> Vec<String> {
    let regex = RegexBuilder::new(pattern).multi_line(true).build().expect("valid");
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(place) = regex.find_at(text, at) {
        let start = text[..place.start()].rfind('\n').map_or(0, |at| at + 1);
        let last = if place.as_str().ends_with('\n') { place.end() - 1 } else { place.end() };
        let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
        found.push(text[start..end].to_owned());
        if end == text.len() {
            break;
        }
        at = end + 1;
    }
    found
}

/// What a query should find.
fn expected(said: &[Said], pattern: &str) -> Vec<String> {
    let mut found = Vec::new();
    for one in said {
        let mut inside: Vec<String> = one.texts.iter().flat_map(|text| lines_of(text, pattern)).collect();
        for detail in &one.details {
            if inside.is_empty() {
                inside.extend(lines_of(detail, pattern));
            }
        }
        found.extend(inside);
    }
    found
}

struct History {
    _home: Home,
    targets: Vec<Target>,
}

fn history(said: &[Said], ascii: bool, texts: usize) -> History {
    let home = Home::new();
    let lines = said.iter().map(|one| one.record.to_string() + "\n");
    let lines: String = lines.map(|line| if ascii { escaped(&line) } else { line }).collect();
    let path = home.transcript("p/s.jsonl", lines);
    let files = vec![File { path, agent: None, number: 0, archive: None }];
    History { _home: home, targets: vec![Target { standing: Standing { index: 0, scores: vec![None; texts] }, files }] }
}

fn wanted(query: &str) -> Wanted {
    Wanted::new(&Query::parse(query), Caps::Smart).expect("it asks for something")
}

fn run(wanted: &Wanted, targets: &[Target], seen: &Seen) -> Option<Found> {
    let found = Mutex::new(None);
    search(wanted, targets, 1, seen, &AtomicBool::new(false), &|one| *found.lock().expect("no panic") = Some(one));
    found.into_inner().expect("no panic")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_lines_are_found_as_in_texts_decoded_by_another(said in prop::collection::vec(said(), 1..5), ascii: bool) {
        let history = history(&said, ascii, 1);
        for (query, pattern) in QUERIES {
            let expected = expected(&said, pattern);
            let kept = run(&wanted(query).keeping(usize::MAX, 0), &history.targets, &Seen::nothing(1));
            let lines: Vec<String> = kept.iter().flat_map(|found| &found.passages).map(|one| one.excerpt.text.clone()).collect();
            prop_assert_eq!(&lines, &expected, "{}", query);
            let with_context = run(&wanted(query).keeping(usize::MAX, 1), &history.targets, &Seen::nothing(1));
            prop_assert_eq!(with_context.map_or(0, |found| found.lines), expected.len() as u64, "{}", query);
            let counted = run(&wanted(query), &history.targets, &Seen::nothing(0));
            prop_assert_eq!(counted.as_ref().map_or(0, |found| found.lines), expected.len() as u64, "{}", query);
            prop_assert_eq!(counted.and_then(|found| found.best), kept.and_then(|found| found.best), "{}", query);
        }
    }

    #[test]
    fn the_next_key_finds_what_a_search_from_the_start_finds(said in prop::collection::vec(said(), 1..5), ascii: bool) {
        for (before, after) in KEYS {
            let texts = Query::parse(after).terms().count();
            let history = history(&said, ascii, texts);
            let first = Seen::nothing(1).narrowed(&wanted(before));
            run(&wanted(before), &history.targets, &first);
            let narrowed = run(&wanted(after), &history.targets, &first.narrowed(&wanted(after)));
            let anew = run(&wanted(after), &history.targets, &Seen::nothing(0));
            let summary = |found: &Option<Found>| found.as_ref().map(|found| (found.lines, found.texts, found.best.clone()));
            prop_assert_eq!(summary(&narrowed), summary(&anew), "{} {}", before, after);
        }
    }
}
