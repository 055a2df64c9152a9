//! `prices`: the table in force, a table of one's own over it, and what has no price.

use std::fs;

use serde_json::json;
use testkit::Transcript;

use crate::sandbox::Sandbox;

const ID: &str = "99999999-9999-4999-8999-999999999999";

/// A home with a `prices.toml`.
fn with_prices(toml: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::write(sandbox.directory(".config/sessions").join("prices.toml"), toml).expect("a file can be written");
    sandbox
}

/// Adds a session with requests of these models.
fn with_requests(sandbox: &Sandbox, models: &[&str]) {
    let mut transcript = Transcript::new(ID);
    for model in models {
        transcript.model(model).prompt("ask").answer("answer");
    }
    sandbox.home.transcript(&format!("-p/{ID}.jsonl"), transcript.text());
}

fn row(model: &str, start: &str, input: u32) -> String {
    format!(
        "[[models.{model}.standard]]\nfrom = {start}\ninput = {input}\noutput = 25\ncache_write_5m = 6.25\n\
         cache_write_1h = 10\ncache_read = 0.5\n"
    )
}

#[test]
fn every_row_is_a_line_with_its_origin() {
    let sandbox = with_prices(&format!("multiplier = 0.9\n{}", row("claude-opus-5", "2026-11-01", 1)));
    insta::assert_snapshot!(sandbox.run(&["prices", "opus-5[1m]"]).ok(), @r"
    claude-opus-5	standard		2026-11-01		1	25	6.25	10	0.5	10	0.9	yours	yes
    claude-opus-5	standard				5	25	6.25	10	0.5	10	0.9	yours	yes
    claude-opus-5	fast				10	50	12.5	20	1	10	0.9	yours	yes
    ");
    let all = sandbox.run(&["prices"]);
    assert!(all.ok().lines().count() > 35 && all.stdout.lines().all(|line| line.split('\t').count() == 14));
    assert!(all.stdout.contains("claude-mythos-preview\tstandard\t\t\t\t25\t125\t31.25\t50\t2.5\t10\t0.9\tyours\tno"));
}

#[test]
fn json_has_the_whole_table_exactly() {
    let answer = with_prices("web_search_per_1k = 12.5").run(&["prices", "--json"]).json();
    assert_eq!((&answer["schema"], &answer["multiplier"], &answer["batch"]), (&json!(1), &json!("1"), &json!("0.5")));
    assert_eq!((&answer["web_search_per_1k"], &answer["cloud"]["gov"]), (&json!("12.5"), &json!("1.2")));
    let models = answer["models"].as_array().expect("a list");
    let opus = models.iter().find(|model| model["model"] == "claude-opus-4-6").expect("it is built in");
    let long = &opus["rows"][1];
    assert_eq!((&long["kind"], &long["above_prompt_tokens"]), (&json!("long_prompt"), &json!(200_000)));
    assert_eq!(
        (&long["until"], &long["output"], &long["origin"]),
        (&json!("2026-03-12"), &json!("37.5"), &json!("built-in"))
    );
}

#[test]
fn a_model_that_nobody_knows_is_refused_with_a_way_out() {
    insta::assert_snapshot!(Sandbox::new().run(&["prices", "claude-next"]).refused(), @r"
    sessions: No model of the price table has the name `claude-next`.
    `sessions prices` lists all of them; `sessions prices --check` shows how to add one.
    ");
}

#[test]
fn a_table_that_cannot_be_read_is_named_with_its_line() {
    for (toml, expect) in [
        (
            "[models.x]\nfamly = \"x\"\n",
            "line 2: models.x has a key `famly` that means nothing here; did you mean `family`?",
        ),
        ("multiplier = 0.9\n[models.x\n", "line 2: "),
    ] {
        let refused = with_prices(toml).run(&["prices"]).refused().to_owned();
        assert!(refused.starts_with(&format!("sessions: ~/.config/sessions/prices.toml, {expect}")), "{refused}");
        assert!(refused.ends_with("Correct the file, or move it away to use the built-in prices alone.\n"));
        for command in ["usage", "scan"] {
            let answer = with_prices(toml).run(&[command]);
            let warning = format!("sessions: warning: ~/.config/sessions/prices.toml, {expect}");
            assert!(answer.code == 0 && answer.stderr.starts_with(&warning), "{answer:?}");
            assert!(answer.stderr.ends_with("Until it is corrected, the built-in prices are used.\n"), "{answer:?}");
        }
    }
    let folder = Sandbox::new();
    folder.directory(".config/sessions/prices.toml");
    let refused = folder.run(&["prices"]).refused().to_owned();
    assert!(refused.starts_with("sessions: ~/.config/sessions/prices.toml: Is a directory"), "{refused}");
}

#[test]
fn a_check_lists_what_has_no_price() {
    let sandbox = Sandbox::new();
    with_requests(&sandbox, &["claude-opus-5", "claude-next-20270101", "claude-next[1m]", "gateway/Odd 1"]);
    let answer = sandbox.run(&["prices", "--check"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.stdout, @r"
    claude-next	2	7220	2026-11-02	2026-11-02	not in the table
    gateway/Odd 1	1	3610	2026-11-02	2026-11-02	not in the table
    ");
    insta::assert_snapshot!(answer.stderr, @r"
    sessions: 2 models without a price: what these requests cost is unknown.
    Add them to ~/.config/sessions/prices.toml; `sessions prices --check --json` has an example.
    ");
    let json = sandbox.run(&["prices", "--check", "--json"]);
    assert_eq!(
        (json.code, &json.error()["code"], json.json()["unpriced"].as_array().map(Vec::len)),
        (1, &json!("no-price"), Some(2))
    );
}

#[test]
fn the_example_makes_the_check_pass() {
    let sandbox = Sandbox::new();
    with_requests(&sandbox, &["claude-next"]);
    let example = sandbox.run(&["prices", "--check", "--json"]).json()["example"].as_str().map(str::to_owned);
    let path = sandbox.directory(".config/sessions").join("prices.toml");
    fs::write(path, example.expect("there is one")).expect("a file can be written");
    assert_eq!(sandbox.run(&["prices", "--check"]).ok(), "");
    assert_eq!(Sandbox::new().run(&["prices", "--check"]).ok(), "", "an empty history");
}

#[test]
fn a_check_says_why_a_known_model_has_no_price_and_what_looks_wrong() {
    let sandbox = with_prices(&row("claude-next", "2026-12-01", 50));
    with_requests(&sandbox, &["claude-next"]);
    let answer = sandbox.run(&["prices", "--check", "--json"]).json();
    assert_eq!(answer["unpriced"][0]["reason"], "no row for these days");
    assert_eq!(answer["findings"][0]["model"], "claude-next");
    assert!(answer["findings"][0]["fault"].as_str().is_some_and(|fault| fault.contains("above the output price")));
}
