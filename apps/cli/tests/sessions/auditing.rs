//! `usage audit`: every request of a session, to be checked by hand.

use std::fs;

use serde_json::{Value, json};

use crate::history::{self, BLOG, FLAKY, REFUND};
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

/// A session that was copied from the one that fixes a refund.
const FORK: &str = "5c5c4444-4444-4444-8444-444444444444";

/// The history with a fork of the refund in it, which asks one thing more.
fn forked() -> Sandbox {
    let sandbox = history::sandbox();
    let file = sandbox.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let original = fs::read_to_string(file).expect("the transcript is there");
    let mark = format!(r#""sessionId":"{FORK}","forkedFrom":{{"sessionId":"{REFUND}","messageUuid":"u"}}"#);
    let copied = original.replace(&format!(r#""sessionId":"{REFUND}""#), &mark);
    let mut own = testkit::Transcript::new(FORK);
    own.at("2026-10-02T09:00:00Z".parse().expect("a moment"));
    own.prompt("And the other worker?").answer("It is fine.");
    sandbox.home.transcript(&format!("-src-shop/{FORK}.jsonl"), copied + &own.text());
    sandbox
}

fn audit(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    sandbox.run(&[&["usage", "audit", "--json"], arguments].concat()).json()
}

#[test]
fn what_is_shown_adds_up_to_the_cost_of_the_session() {
    let sandbox = forked();
    let rows = sandbox.run(&["ls", "--json"]).json()["sessions"].as_array().expect("a list").clone();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let answer = audit(&sandbox, &[row["id"].as_str().expect("an id")]);
        let pico = |value: &Value| {
            let digits: String = value.as_str().expect("an amount").chars().filter(|digit| *digit != '.').collect();
            digits.parse::<u64>().expect("digits")
        };
        let requests = answer["requests"].as_array().expect("a list");
        let sum: u64 = requests.iter().map(|request| pico(&request["cost_usd"])).sum();
        assert_eq!((sum, sum), (pico(&answer["totals"]["cost_usd"]), pico(&answer["listed_usd"])), "{row}");
        assert_eq!(sum, 1_000 * pico(&row["cost_usd"]), "{row}");
        for request in requests.iter().filter(|request| request["own"] == true) {
            let amounts = request["pieces"][0]["tokens"].as_array().expect("a list").iter();
            assert_eq!(amounts.map(|kind| pico(&kind["amount_usd"])).sum::<u64>(), pico(&request["cost_usd"]));
        }
    }
}

#[test]
fn each_request_is_a_block_that_fits_80_columns() {
    let sandbox = forked();
    sandbox.run(&["scan"]).ok();
    let variables = [("NO_COLOR", "1"), ("TZ", "Europe/Berlin")];
    let (code, terminal) = Terminal::start(&sandbox, &["usage", "audit", "5c5c"], (60, 80), &variables).end();
    let screen = sandbox.neutral(terminal.screen().contents().as_bytes());
    assert_eq!(code, 0, "{screen}");
    insta::assert_snapshot!(screen);
}

#[test]
fn a_request_of_another_session_costs_nothing_here() {
    let sandbox = forked();
    let answer = audit(&sandbox, &[FORK]);
    let seen: Vec<_> = answer["requests"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|request| (request["session"].clone(), request["own"].clone(), request["cost_usd"].clone()))
        .collect();
    let elsewhere = (json!(REFUND), json!(false), json!("0.000000000000"));
    assert_eq!(seen, [elsewhere.clone(), elsewhere, (json!(FORK), json!(true), json!("0.010550000000"))]);
    assert_eq!(answer["elsewhere_requests"], 2);
    assert_eq!(answer["requests"][0]["tellings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn one_request_is_shown_with_its_usage_as_it_was_written() {
    let sandbox = history::sandbox();
    let answer = audit(&sandbox, &[BLOG, "--request", "1"]);
    let request = &answer["requests"][0];
    let file = sandbox.home.claude().join(format!("projects/-src-blog/{BLOG}.jsonl"));
    let text = fs::read_to_string(&file).expect("the transcript is there");
    let number = request["line"].as_u64().and_then(|line| usize::try_from(line).ok()).expect("a line");
    let line: Value = serde_json::from_str(text.lines().nth(number - 1).expect("it is there")).expect("JSON");
    assert_eq!(request["raw"]["record"]["message"]["usage"], line["message"]["usage"]);
    assert_eq!(request["raw"]["record"]["message"].get("content"), None);
    let id = request["id"].as_str().expect("an id");
    assert_eq!((&answer["session_totals"]["requests"], answer.get("totals")), (&json!(1), None));
    let shown = |wanted: &str| {
        let arguments = ["usage", "audit", BLOG, "--request", wanted];
        Terminal::start(&sandbox, &arguments, (60, 200), &[]).end().1.screen().contents()
    };
    assert!(shown(id).contains("\"output_tokens\": 1000"));
    let lines = sandbox.run(&["usage", "audit", BLOG, "--request", id]);
    assert_eq!(lines.ok().trim_end_matches('\n').split('\t').count(), 24, "{lines:?}");

    fs::write(&file, text.replace("msg_", "msg_x")).expect("it can be changed");
    fs::remove_file(&file).expect("it can be removed");
    let gone = shown("1");
    assert!(gone.contains("The transcript is gone; what was counted from it is kept."), "{gone}");
    assert!(gone.contains("(rule 15)"), "{gone}");
}

#[test]
fn lines_for_scripts_have_one_request_each() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["usage", "audit", FLAKY]).ok());
    let csv = sandbox.run(&["usage", "audit", REFUND, "--csv"]);
    let lines: Vec<&str> = csv.ok().lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("number,at,id,session,"), "{csv:?}");
    for line in &lines {
        assert_eq!(line.split(',').count(), 24, "{line}");
    }
}

#[test]
fn a_request_that_is_not_there_is_answered_with_the_next_step() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["usage", "audit", REFUND, "--request", "9"]).refused(), @r"
    sessions: There is no request 9; the session has 2.
    `sessions usage audit` with the session alone lists them.
    ");
    insta::assert_snapshot!(sandbox.run(&["usage", "audit", REFUND, "--request", "msg"]).refused(), @r"
    sessions: 2 requests have an id that begins with `msg`.
    Use more of the id, or the number of the request.
    ");
    insta::assert_snapshot!(sandbox.run(&["usage", "audit", REFUND, "--request", "x"]).refused(), @r"
    sessions: No request has an id that begins with `x`.
    Use a number from 1 to 2, or an id that `sessions usage audit` shows.
    ");
}

#[test]
fn nothing_in_a_transcript_writes_to_the_terminal() {
    let sandbox = history::sandbox();
    let mut evil = testkit::Transcript::new("e0e0e0e0-1111-4111-8111-111111111111");
    evil.model("claude\u{1b}[2J-\u{9b}31m\u{202e}5").prompt("go");
    evil.message(&[json!({"type": "text", "text": "x"})], "end\u{1b}]0;x\u{7}");
    sandbox.home.transcript("-x/e0e0e0e0-1111-4111-8111-111111111111.jsonl", evil.text());
    let forms: [&[&str]; 3] = [&[], &["--csv"], &["--request", "1"]];
    for form in forms {
        let answer = sandbox.run(&[&["usage", "audit", "e0e0"], form].concat());
        let bad = |character: char| character.is_control() && character != '\n' && character != '\t';
        assert!(!answer.ok().contains(bad), "{form:?}: {answer:?}");
    }
    let (_, terminal) = Terminal::start(&sandbox, &["usage", "audit", "e0e0"], (40, 80), &[]).end();
    assert!(terminal.screen().contents().contains("cost unknown"), "{}", terminal.screen().contents());
}
