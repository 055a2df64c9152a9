//! `usage --chart`, `--svg` and `--check-budget`.

use std::fs;
use std::path::Path;

use chrono::{TimeDelta, Timelike, Utc};
use serde_json::json;
use testkit::Transcript;

use crate::history;
use crate::sandbox::Sandbox;

const DAYS: [&str; 6] = ["usage", "--chart", "--since", "2026-09-28", "--until", "2026-10-03"];

#[test]
fn a_chart_in_a_pipe_is_plain() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!("days", sandbox.run(&DAYS).ok());
    insta::assert_snapshot!("projects", sandbox.run(&["usage", "--chart=tokens", "--by", "project"]).ok());
    let narrow = sandbox.run_with(&DAYS, "", |command| command.env("COLUMNS", "40"));
    insta::assert_snapshot!("narrow", narrow.ok());
}

#[test]
fn colors_are_those_of_the_terminal() {
    let sandbox = history::sandbox();
    let colored = |arguments: &[&str], variable: (&str, &str)| {
        let arguments = [&DAYS, arguments].concat();
        sandbox.run_with(&arguments, "", |command| command.env(variable.0, variable.1)).ok().to_owned()
    };
    let none = ("SESSIONS_THEME", "dark");
    assert!(colored(&["--color", "always"], none).contains("\x1b[38;5;"), "a table of 256 by default");
    assert!(colored(&["--color", "always"], ("COLORTERM", "truecolor")).contains("\x1b[38;2;"));
    assert!(!colored(&["--color", "never"], none).contains('\x1b'));
    assert_eq!(colored(&[], ("NO_COLOR", "1")), sandbox.run(&DAYS).ok());
}

#[test]
fn a_chart_asked_to_begin_long_ago_begins_with_the_first_request() {
    let sandbox = history::sandbox();
    let hours = ["usage", "--chart", "--by", "hour", "--since", "1990", "--until", "2026-10-03"];
    let drawn = sandbox.run(&hours);
    assert!(drawn.ok().starts_with("Cost by hour · 2026-09-15 20:00 – 2026-10-03 23:00"), "{}", drawn.ok());
    assert!(drawn.ok().contains("Each bar stands for 10 hours; there are 436."), "{}", drawn.ok());
    let near = sandbox.run(&["usage", "--chart", "--by", "day", "--since", "2026-08-01", "--until", "2026-12-31"]);
    assert!(near.ok().starts_with("Cost by day · 2026-08-01 – "), "{}", near.ok());
}

#[test]
fn a_project_keeps_its_whole_name() {
    let sandbox = Sandbox::new();
    let folder = sandbox.directory("src/claude-code-log");
    let mut log = Transcript::new("4f2a1111-1111-4111-8111-111111111111");
    log.cwd(&folder.to_string_lossy()).prompt("What is in it?").answer("Lines.");
    sandbox.home.transcript("-src-log/4f2a1111-1111-4111-8111-111111111111.jsonl", log.text());
    let chart = sandbox.run(&["usage", "--chart", "--by", "project"]);
    assert!(chart.ok().contains("claude-code-log"), "{}", chart.ok());
    assert!(sandbox.run(&["usage", "--svg", "-", "--since", "2020"]).ok().contains("claude-code-log"));
}

#[test]
fn nothing_is_expected_of_a_day_that_is_cut() {
    let (sandbox, zone) = with_budget("");
    let drawn = |since: &str| {
        let asked = ["usage", "--chart", "--by", "day", "--since", since, "--timezone", &zone];
        sandbox.run(&asked).ok().contains("expected of the last")
    };
    assert!(drawn("today"));
    assert!(!drawn(&(Utc::now() - TimeDelta::hours(1)).to_rfc3339()));
}

#[test]
fn where_nothing_is_chosen_nothing_is_drawn_and_that_is_said() {
    let sandbox = history::sandbox();
    let drawn = sandbox.run(&["usage", "--chart", "--since", "2020", "--until", "2020"]);
    assert_eq!((drawn.code, drawn.stdout.as_str()), (0, ""));
    assert_eq!(drawn.stderr, "sessions: warning: No request is chosen by this. `sessions usage` counts all of them.\n");
}

#[test]
fn the_time_before_stands_behind_the_bars() {
    let sandbox = history::sandbox();
    let asked = ["usage", "--svg", "-", "--since", "2026-10-01", "--until", "2026-10-31"];
    let report = sandbox.run(&asked);
    assert!(report.ok().contains(": before $0.01</title>"), "{}", report.ok());
    let first = sandbox.run(&["usage", "--svg", "-", "--since", "2026-09-01", "--until", "2026-10-31"]);
    assert!(!first.ok().contains(": before "), "nothing was before: {}", first.ok());
}

#[test]
fn a_report_is_a_document_of_xml() {
    let sandbox = history::sandbox();
    for asked in [&["usage", "--svg", "-"][..], &["usage", "--svg", "-", "--by", "project"]] {
        let report = sandbox.run(asked);
        let document = roxmltree::Document::parse(report.ok()).expect("every reader of XML takes it");
        assert_eq!(document.root_element().tag_name().name(), "svg");
    }
    let drawn = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/charts");
    for entry in fs::read_dir(drawn).expect("the examples are there") {
        let text = fs::read_to_string(entry.expect("it is there").path()).expect("it is text");
        roxmltree::Document::parse(&text).expect("every reader of XML takes it");
    }
}

#[test]
fn a_report_says_what_the_table_says() {
    let sandbox = history::sandbox();
    let asked = ["usage", "--svg", "report.svg", "--since", "2026-09", "--until", "2026-10-03", "--by", "type"];
    assert_eq!(sandbox.run(&asked).ok(), "");
    let report = fs::read_to_string(sandbox.home.path().join("report.svg")).expect("it is written");
    for text in [
        "2026-09-01 – 2026-10-03 (UTC) · $0.04 · 11.8k tokens · 4 requests",
        ">Cost by day<",
        ">Cost by model<",
        ">Cost by project<",
        ">Cost by type<",
        ">Days<",
        ">Hours of the week<",
        "<title>Sep 15: sonnet-5 $0.01</title>",
        "<title>Thu 2026-10-01: $0.02</title>",
        "<title>Tue 20:00: $0.01</title>",
    ] {
        assert!(report.contains(text), "{text} is missing in {report}");
    }
    let streamed = sandbox.run(&[&asked[..2], &["-"], &asked[3..]].concat());
    assert_eq!(streamed.ok(), report);
}

#[test]
fn a_report_replaces_nothing_but_an_earlier_one() {
    let sandbox = history::sandbox();
    let file = |name: &str| sandbox.home.path().join(name);
    fs::write(file("report.svg"), "").expect("it can be written");
    for _ in 0..2 {
        assert_eq!(sandbox.run(&["usage", "--svg", "report.svg"]).ok(), "");
        assert!(fs::read_to_string(file("report.svg")).expect("it is there").contains("</svg>"));
    }
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>Usage of Claude Code</title></svg>";
    fs::write(file("mine.svg"), drawing).expect("it can be written");
    insta::assert_snapshot!(sandbox.run(&["usage", "--svg", "mine.svg"]).refused(), @r"
    sessions: mine.svg is there already, and is no report of `sessions usage --svg`.
    It is left as it is. Choose another name, or move it away.
    ");
    assert_eq!(fs::read_to_string(file("mine.svg")).expect("it is there"), drawing);
    insta::assert_snapshot!(sandbox.run(&["usage", "--svg", "no/such/report.svg"]).refused(), @r"
    sessions: There is no folder no/such.
    Make it first, or choose another place for the file.
    ");
}

#[test]
fn flags_that_exclude_each_other_are_refused() {
    let sandbox = Sandbox::new();
    for flags in [
        &["--chart", "--json"][..],
        &["--chart", "--csv"],
        &["--svg", "x.svg", "--breakdown"],
        &["--check-budget", "--chart"],
        &["--check-budget", "--project", "shop"],
    ] {
        let answer = sandbox.run(&[&["usage"], flags].concat());
        assert_eq!((answer.code, answer.stdout.as_str()), (1, ""), "{flags:?}");
        assert!(answer.stderr.contains("cannot be used with"), "{flags:?}: {}", answer.stderr);
    }
}

/// A home with a request of this minute, which costs $0.0105, and a budget; and a zone in which it is noon, so that no
/// midnight lies between the request and the question.
fn with_budget(budget: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let folder = sandbox.directory(".config/sessions");
    fs::write(folder.join("config.toml"), budget).expect("a file can be written");
    let mut now = Transcript::new("4f2a1111-1111-4111-8111-111111111111");
    now.at(Utc::now()).prompt("How much is it?").answer("Not much.");
    sandbox.home.transcript("-src-shop/4f2a1111-1111-4111-8111-111111111111.jsonl", now.text());
    let east_of_noon = i64::from(Utc::now().hour()) - 12;
    (sandbox, format!("Etc/GMT{east_of_noon:+}"))
}

#[test]
fn within_the_budget_the_exit_code_is_0() {
    let (sandbox, zone) = with_budget("[budget]\ndaily = 5\nmonthly = '100'\n");
    let answer = sandbox.run(&["usage", "--check-budget", "--timezone", &zone]);
    let lines: Vec<Vec<&str>> = answer.ok().lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((lines[0][0], lines[0][2], lines[1][0], lines[1][2]), ("day", "5.000000000", "month", "100.000000000"));
    assert_eq!(lines[0][3], lines[1][3]);
    let table = sandbox.run(&["usage", "--by", "total"]);
    assert_eq!(table.ok().lines().last().and_then(|line| line.rsplit('\t').next()), Some(lines[0][3]));
}

#[test]
fn past_the_budget_the_exit_code_is_1() {
    let (sandbox, zone) = with_budget("[budget]\ndaily = '0.001'\nmonthly = '100'\n");
    let answer = sandbox.run(&["usage", "--check-budget", "--json", "--timezone", &zone]);
    assert_eq!(answer.code, 1);
    let found = answer.json();
    assert_eq!((&found["schema"], &found["exceeded"]), (&json!(1), &json!(true)));
    let budgets = found["budgets"].as_array().expect("a list");
    assert_eq!((&budgets[0]["period"], &budgets[0]["exceeded"]), (&json!("day"), &json!(true)));
    assert_eq!((&budgets[1]["period"], &budgets[1]["exceeded"]), (&json!("month"), &json!(false)));
    let amount = |name: &str| budgets[0][name].as_str().and_then(|amount| amount.parse::<f64>().ok()).expect(name);
    assert!((amount("limit_usd") - amount("spent_usd") - amount("left_usd")).abs() < 1e-9);
    assert!(amount("left_usd") < 0.0 && amount("expected_usd") >= amount("spent_usd"));
    assert_eq!(answer.error()["code"], "budget");
    let text = sandbox.run(&["usage", "--check-budget", "--timezone", &zone]);
    assert!(text.stderr.starts_with("sessions: The budget of this day, $0.001, is exceeded by $0."), "{}", text.stderr);
}

#[test]
fn without_a_budget_it_says_how_to_set_one() {
    let answer = Sandbox::new().run(&["usage", "--check-budget"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""), "not the code of a budget that is exceeded");
    insta::assert_snapshot!(answer.stderr, @r#"
    sessions: No budget is set.
    Write `[budget]` and below it `daily = "20"` or `monthly = "300"` into ~/.config/sessions/config.toml.
    "#);
}

#[test]
fn a_budget_that_cannot_be_read_is_not_checked_in_part() {
    let sandbox = history::sandbox();
    let file = sandbox.directory(".config/sessions").join("config.toml");
    fs::write(file, "[budget]\ndaily = 'abc'\nmonthly = '1000000'\n").expect("a file can be written");
    let answer = sandbox.run(&["usage", "--check-budget"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    assert!(answer.stderr.contains("line 2: `budget.daily` must be an amount"), "{}", answer.stderr);
}
