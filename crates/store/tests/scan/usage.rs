//! Usage over time and by what it was for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc, Weekday};
use config::SessionTypes;
use pricing::PicoUsd;
use serde_json::json;
use store::{Grouping, Period, Subject, UsageFilter, UsageQuery, UsageReport, UsageRow};
use testkit::Transcript;

use crate::history::{A, B, C, History, three_answers};

const GROUPINGS: [Grouping; 14] = [
    Grouping::Total,
    Grouping::Period(Period::Hour),
    Grouping::Period(Period::Day),
    Grouping::Period(Period::Week),
    Grouping::Period(Period::Month),
    Grouping::Session,
    Grouping::Project,
    Grouping::Model,
    Grouping::Branch,
    Grouping::Type,
    Grouping::Tool,
    Grouping::Agent,
    Grouping::Device,
    Grouping::Block,
];

fn at(moment: &str) -> DateTime<Utc> {
    moment.parse().expect("a moment")
}

pub(crate) fn query(by: Grouping) -> UsageQuery {
    UsageQuery {
        by,
        filter: UsageFilter::default(),
        zone: chrono_tz::Tz::UTC,
        week_start: Weekday::Mon,
        types: SessionTypes::default(),
        devices: BTreeMap::new(),
    }
}

pub(crate) fn ask(history: &History, query: &UsageQuery) -> UsageReport {
    history.store.usage(query).expect("the store can be asked")
}

fn name(row: &UsageRow) -> String {
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    match &row.subject {
        Subject::Total => "total".to_owned(),
        Subject::Undated => "undated".to_owned(),
        Subject::Period { name, .. } => name.clone(),
        Subject::Session(session) => session.id.0[..4].to_owned(),
        Subject::Named(name) => named(name),
        Subject::Tool(name, calls) => format!("{} {calls}", named(name)),
        Subject::Branch { project, branch } => format!("{} {}", named(project), named(branch)),
        Subject::Block(block) => block.start.format("%H:%M").to_string(),
    }
}

/// Names and numbers of requests of the rows.
fn rows(report: &UsageReport) -> Vec<(String, u64)> {
    report.rows.iter().map(|row| (name(row), row.usage.requests)).collect()
}

/// Three sessions: in two projects, on two days of UTC, with tools, a subagent, a model without a price.
pub(crate) fn history() -> History {
    let history = History::new();
    let mut first = Transcript::new(A);
    first.cwd("/src/shop").branch("main").at(at("2026-10-24T21:30:00Z"));
    first.prompt("look").tool("Bash", json!({"command": "ls"}), "a b").answer("two files");
    let mut second = Transcript::new(B);
    second.cwd("/src/dbt-models").branch("next").model("claude-haiku-4-5").at(at("2026-10-25T00:30:00Z"));
    second.prompt("go").answer("gone");
    second.at(at("2026-10-25T01:30:00Z")).prompt("on").answer("done");
    let mut third = Transcript::new(C);
    third.cwd("/src/shop").branch("main").model("nobody-knows-1").at(at("2026-10-25T22:59:00Z"));
    third.prompt("ask").answer("answered");
    for (session, transcript) in [(A, &first), (B, &second), (C, &third)] {
        history.write("-p", session, &transcript.text());
    }
    let mut agent = Transcript::subagent(A, "a1");
    agent.cwd("/src/shop").branch("main").at(at("2026-10-24T21:31:00Z")).prompt("explore").answer("explored");
    let told = agent.text().replace(r#""type":"assistant""#, r#""type":"assistant","attributionAgent":"Explore""#);
    history.home.transcript(&format!("-p/{A}/subagents/agent-a1.jsonl"), told);
    history.scan();
    history
}

#[test]
fn every_grouping_counts_every_request() {
    let history = history();
    let total = ask(&history, &query(Grouping::Total)).total;
    assert_eq!((total.usage.requests, total.usage.unknown_cost_requests), (6, 1));
    for by in GROUPINGS {
        let report = ask(&history, &query(by));
        assert_eq!(report.total, total, "{by:?}");
        assert_eq!(report.unknown_models, ["nobody-knows-1"], "{by:?}");
        let cost: PicoUsd = report.rows.iter().map(|row| row.usage.cost).sum();
        let tokens: u64 = report.rows.iter().map(|row| row.usage.tokens.total()).sum();
        assert_eq!((cost, tokens), (total.usage.cost, total.usage.tokens.total()), "{by:?}");
        for row in &report.rows {
            let models: u64 = row.models.iter().map(|model| model.usage.requests).sum();
            assert_eq!(models, row.usage.requests, "{by:?}");
        }
    }
}

#[test]
fn rows_are_what_was_asked_for() {
    let history = history();
    let check = |by: Grouping, expect: &[(&str, u64)]| {
        let report = ask(&history, &query(by));
        let rows = rows(&report);
        let rows: Vec<(&str, u64)> = rows.iter().map(|(name, requests)| (name.as_str(), *requests)).collect();
        assert_eq!(rows, expect, "{by:?}");
    };
    check(Grouping::Total, &[("total", 6)]);
    check(Grouping::Period(Period::Day), &[("2026-10-24", 3), ("2026-10-25", 3)]);
    check(Grouping::Period(Period::Month), &[("2026-10", 6)]);
    check(Grouping::Period(Period::Week), &[("2026-10-19", 6)]);
    check(Grouping::Session, &[("aaaa", 3), ("bbbb", 2), ("cccc", 1)]);
    check(Grouping::Project, &[("shop", 4), ("dbt-models", 2)]);
    check(Grouping::Model, &[("claude-opus-5", 3), ("claude-haiku-4-5", 2), ("nobody-knows-1", 1)]);
    check(Grouping::Branch, &[("shop main", 4), ("dbt-models next", 2)]);
    check(Grouping::Type, &[("general", 4), ("dbt", 2)]);
    check(Grouping::Tool, &[("- 0", 5), ("Bash 1", 1)]);
    check(Grouping::Agent, &[("main", 5), ("Explore", 1)]);
    check(Grouping::Block, &[("21:00", 5), ("22:00", 1)]);
}

#[test]
fn rule_5_days_and_hours_are_those_of_the_viewer() {
    let history = history();
    let in_zone = |by: Period, zone: &str| {
        rows(&ask(&history, &UsageQuery { zone: zone.parse().expect("a zone"), ..query(Grouping::Period(by)) }))
    };
    let owned =
        |rows: &[(&str, u64)]| rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(in_zone(Period::Day, "Europe/Berlin"), owned(&[("2026-10-24", 3), ("2026-10-25", 3)]));
    assert_eq!(in_zone(Period::Day, "Asia/Tokyo"), owned(&[("2026-10-25", 5), ("2026-10-26", 1)]));
    assert_eq!(in_zone(Period::Day, "America/New_York"), owned(&[("2026-10-24", 5), ("2026-10-25", 1)]));
    let berlin = in_zone(Period::Hour, "Europe/Berlin");
    let expect = [
        ("2026-10-24T23:00:00+02:00", 3),
        ("2026-10-25T02:00:00+02:00", 1),
        ("2026-10-25T02:00:00+01:00", 1),
        ("2026-10-25T23:00:00+01:00", 1),
    ];
    assert_eq!(berlin, owned(&expect), "the hour that is shown twice is two");
    let day = |report: &UsageReport| match &report.rows[1].subject {
        Subject::Period { start, end, .. } => (*end - *start).num_hours(),
        other => panic!("no day: {other:?}"),
    };
    let zone = chrono_tz::Tz::Europe__Berlin;
    assert_eq!(day(&ask(&history, &UsageQuery { zone, ..query(Grouping::Period(Period::Day)) })), 25);
}

#[test]
fn filters_choose_requests_and_go_together() {
    let history = history();
    let requests =
        |filter: UsageFilter| ask(&history, &UsageQuery { filter, ..query(Grouping::Total) }).total.usage.requests;
    let since = Some(at("2026-10-25T00:30:00Z"));
    assert_eq!(requests(UsageFilter { since, ..UsageFilter::default() }), 3);
    assert_eq!(requests(UsageFilter { until: since, ..UsageFilter::default() }), 3);
    assert_eq!(requests(UsageFilter { projects: vec!["shop".to_owned()], ..UsageFilter::default() }), 4);
    assert_eq!(requests(UsageFilter { models: vec!["claude-opus-5".to_owned()], ..UsageFilter::default() }), 3);
    assert_eq!(requests(UsageFilter { sessions: vec![A.into(), B.into()], ..UsageFilter::default() }), 5);
    let both = UsageFilter { since, projects: vec!["shop".to_owned()], ..UsageFilter::default() };
    assert_eq!(requests(both), 1);
}

#[test]
fn blocks_are_those_of_the_whole_history_whatever_is_asked_for() {
    let history = history();
    let blocks = |filter: UsageFilter| {
        let report = ask(&history, &UsageQuery { filter, ..query(Grouping::Block) });
        let block = |row: &UsageRow| match row.subject {
            Subject::Block(block) => {
                let inside = (block.usage, Some(block.first), Some(block.last));
                assert_eq!(inside, (row.usage, row.first, row.last), "the rate is that of the row");
                block.start..block.end
            }
            _ => panic!("no block: {row:?}"),
        };
        (rows(&report), report.rows.iter().map(block).collect::<Vec<_>>())
    };
    let (all, windows) = blocks(UsageFilter::default());
    assert_eq!(all, [("21:00".to_owned(), 5), ("22:00".to_owned(), 1)]);
    let first = |requests: u64| (vec![("21:00".to_owned(), requests)], windows[..1].to_vec());
    let until = Some(at("2026-10-25T20:00:00Z"));
    let since = Some(at("2026-10-25T00:30:00Z"));
    assert_eq!(blocks(UsageFilter { since, until, ..UsageFilter::default() }), first(2));
    assert_eq!(blocks(UsageFilter { models: vec!["claude-haiku-4-5".to_owned()], ..UsageFilter::default() }), first(2));
    assert_eq!(blocks(UsageFilter { projects: vec!["dbt-models".to_owned()], ..UsageFilter::default() }), first(2));
    assert_eq!(blocks(UsageFilter { sessions: vec![B.into()], ..UsageFilter::default() }), first(2));
}

#[test]
fn a_request_with_several_tools_is_shared_between_them_exactly() {
    let history = History::new();
    let mut transcript = Transcript::new(A);
    let call = |id: &str, name: &str| json!({"type": "tool_use", "id": id, "name": name, "input": {}});
    transcript.prompt("work").message(&[call("t1", "Read"), call("t2", "Read"), call("t3", "Bash")], "tool_use");
    history.write("-p", A, &transcript.text());
    history.scan();
    let report = ask(&history, &query(Grouping::Tool));
    assert_eq!(rows(&report), [("Read 2".to_owned(), 1), ("Bash 1".to_owned(), 1)]);
    assert_eq!(report.total.usage.requests, 1);
    let costs: Vec<i128> = report.rows.iter().map(|row| row.usage.cost.0).collect();
    assert_eq!(costs.iter().sum::<i128>(), report.total.usage.cost.0);
    assert!((costs[0] - 2 * costs[1]).abs() <= 2_000, "{costs:?}");
}

#[test]
fn rule_11_the_clients_own_totals_stand_beside_and_leave_forks_out() {
    let history = History::new();
    let with_total = |session: &str, transcript: &mut Transcript, total: f64| {
        let record = json!({"type": "cost-state", "sessionId": session, "totalCostUSD": total, "modelUsage": {}});
        transcript.beside(record);
        history.write("-p", session, &transcript.text());
    };
    let mut original = three_answers(A);
    let mut fork = original.fork(B);
    fork.prompt("more").answer("here");
    with_total(A, &mut original, 1.0);
    with_total(B, &mut fork, 3.0);
    history.scan();
    let report = ask(&history, &query(Grouping::Session));
    let sum = report.ledger;
    assert_eq!((sum.sessions, sum.forks, sum.cost), (1, 1, PicoUsd(1_000_000_000_000)));
    let own = |id: &str| report.rows.iter().find(|row| name(row) == id[..4]).expect("a row").usage.cost;
    assert_eq!(sum.computed, own(A));
    let later = UsageFilter { since: Some(at("2026-11-02T09:00:03Z")), ..UsageFilter::default() };
    let part = ask(&history, &UsageQuery { filter: later, ..query(Grouping::Total) });
    assert_eq!(part.ledger.sessions, 0, "a part of a session cannot be compared");
}

#[test]
fn rule_11_what_an_old_client_recorded_stands_in_for_a_missing_price() {
    let history = History::new();
    let recorded = |model: &str| {
        let mut transcript = Transcript::new(A);
        transcript.model(model).prompt("hi").answer("ho");
        transcript.text().replace(r#""type":"assistant""#, r#""type":"assistant","costUSD":0.25"#)
    };
    history.write("-p", A, &recorded("nobody-knows-1"));
    history.write("-p", B, &recorded("claude-opus-5").replace(A, B).replace("msg_", "msg_b"));
    history.scan();
    let report = ask(&history, &query(Grouping::Model));
    let usage = |model: &str| {
        report.total.models.iter().find(|row| row.model == model).map(|row| row.usage).expect("the model has a row")
    };
    let unknown = usage("nobody-knows-1");
    assert_eq!((unknown.cost, unknown.recorded), (PicoUsd(250_000_000_000), PicoUsd(250_000_000_000)));
    assert_eq!(unknown.unknown_cost_requests, 0);
    assert_eq!(report.unknown_models, ["nobody-knows-1"]);
    assert_eq!(usage("claude-opus-5").recorded, PicoUsd(0));
    let sessions = history.store.sessions().expect("sessions can be listed");
    let cost = sessions.iter().map(|row| PicoUsd::from(row.cost)).sum::<PicoUsd>();
    assert_eq!(cost, report.total.usage.cost, "sessions and usage agree");
}

#[test]
fn an_answer_names_the_prices_that_its_costs_follow() {
    let history = History::new();
    assert_eq!(ask(&history, &query(Grouping::Total)).prices, None);
    history.write("-p", A, &three_answers(A).text());
    history.scan();
    let prices = pricing::PriceTable::built_in();
    assert_eq!(ask(&history, &query(Grouping::Total)).prices.as_deref(), Some(prices.version()));
}

#[test]
fn rule_10_a_recorded_zero_leaves_an_unknown_cost_unknown() {
    let history = History::new();
    let mut transcript = Transcript::new(A);
    transcript.model("nobody-knows-1").prompt("hi").answer("ho");
    let told = transcript.text().replace(r#""type":"assistant""#, r#""type":"assistant","costUSD":0"#);
    history.write("-p", A, &told);
    history.scan();
    let usage = ask(&history, &query(Grouping::Total)).total.usage;
    assert_eq!((usage.unknown_cost_requests, usage.recorded), (1, PicoUsd(0)));
    assert_eq!(history.store.sessions().expect("sessions can be listed")[0].unknown_cost_requests, 1);
}

#[test]
fn rule_11_sessions_of_unknown_cost_are_not_compared() {
    let history = History::new();
    let total = json!({"type": "cost-state", "sessionId": A, "totalCostUSD": 1, "modelUsage": {}});
    let mut transcript = three_answers(A);
    transcript.model("nobody-knows-1").prompt("hi").answer("ho").beside(total);
    history.write("-p", A, &transcript.text());
    history.scan();
    let sum = ask(&history, &query(Grouping::Total)).ledger;
    assert_eq!((sum.sessions, sum.forks, sum.unknown, sum.cost, sum.computed), (0, 0, 1, PicoUsd(0), PicoUsd(0)));
}

#[test]
fn rule_11_what_carries_on_another_session_is_the_same_in_every_answer() {
    let check = |id: &str| {
        let history = History::new();
        let total = json!({"type": "cost-state", "totalCostUSD": 1, "modelUsage": {}});
        let mut original = three_answers(A);
        let mut fork = original.fork(B);
        fork.wait(60).prompt("more").answer("here");
        for (session, transcript) in [(A, &mut original), (B, &mut fork)] {
            let text = transcript.beside(total.clone()).text();
            history.write("-p", session, &text.replace("\"msg_", &format!("\"{id}")));
        }
        history.scan();
        let report = ask(&history, &query(Grouping::Session));
        assert_eq!((report.total.usage.requests, report.ledger.sessions, report.ledger.forks), (4, 1, 1), "{id}");
        for row in &report.rows {
            let Subject::Session(session) = &row.subject else { panic!("no session: {row:?}") };
            assert_eq!((session.carries_on, &session.parent), (session.id.as_str() == B, &None), "{id}");
            let audit = history.store.audit(&session.id).expect("the store can be asked");
            assert_eq!(audit.carries_on, session.carries_on, "{id}");
        }
    };
    check("msg_");
    check("chatcmpl-");
}

#[test]
fn equal_rows_stand_in_the_order_of_their_names() {
    let history = History::new();
    for (session, project) in [(A, "/src/b"), (B, "/src/a"), (C, "/src/c")] {
        let mut transcript = Transcript::new(session);
        transcript.cwd(project).prompt("hi").answer("ho");
        history.write("-p", session, &transcript.text());
    }
    history.scan();
    let names: Vec<String> = ask(&history, &query(Grouping::Project)).rows.iter().map(name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}
