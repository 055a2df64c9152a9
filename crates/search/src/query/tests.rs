//! What queries mean, and that no text breaks them.

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::{Candidates, Marks, Subject};

/// The clauses and the faults of a query, written down again.
fn check(text: &str, clauses: &str, faults: &[(&str, &str)]) {
    let query = Query::parse(text);
    let found: Vec<(&str, String)> =
        query.faults.iter().map(|fault| (&text[fault.span.clone()], fault.to_string())).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(part, fault)| (*part, fault.as_str())).collect();
    assert_eq!((query.to_string().as_str(), found.as_slice()), (clauses, faults), "{text}");
}

#[test]
fn words_phrases_and_expressions_are_told_apart() {
    check("  refund   race ", "refund race", &[]);
    check(r#"-"dry run" /refund(ed|s)?\b/ -stripe"#, r#"-"dry run" /refund(ed|s)?\b/ -stripe"#, &[]);
    check(r#""say \"hi\" \n""#, r#""say \"hi\" \\n""#, &[]);
    check(r#""not closed"#, r#""not closed""#, &[]);
    check(r#""" -"" "#, "", &[]);
    check("--no-verify - a-b", "--no-verify - a-b", &[]);
    check("std::fs https://x.y/z Error: foo:bar", "std::fs https://x.y/z Error: foo:bar", &[]);
    check("/home/you/src fix", r#""/home/you/src" fix"#, &[]);
    check(r"/a\/b c/ d", r"/a\/b c/ d", &[]);
}

#[test]
fn fields_take_names_dates_and_sizes() {
    check("Project:billing -model:haiku", "project:billing -model:haiku", &[]);
    check(r#"project:"my shop" tag:x"#, r#"project:"my shop" tag:x"#, &[]);
    check("is:LIVE after:7d on:2026-10 before:2026-10-03", "is:live after:7d on:2026-10 before:2026-10-03", &[]);
    check("cost:>5 tokens:>=1.5m cost:0.5..2 tokens:<20k", "cost:>5 tokens:>=1.5m cost:0.5..2 tokens:<20k", &[]);
}

#[test]
fn what_is_wrong_is_explained_and_the_rest_still_works() {
    check(
        "refund projct:shop",
        "refund",
        &[(
            "projct:shop",
            "there is no field `projct:`; try `project:shop`, or \"projct:shop\" in quotes to search for it as it stands",
        )],
    );
    check("is:lve x", "x", &[("is:lve", "no session is `lve`; try `is:live`")]);
    check(
        "is:odd",
        "",
        &[(
            "is:odd",
            "no session is `odd`; try live, archived, starred, subagent, fork, gone, remote, expiring, hidden",
        )],
    );
    check("project: x", "x", &[("project:", "`project:` needs a value; try `project:billing`")]);
    check("cost:much", "", &[("cost:much", "`much` is not an amount in dollars; try `cost:>5`")]);
    let query = Query::parse("after:yestrday x /a(b/");
    assert_eq!(query.to_string(), "x");
    assert!(query.faults[0].message.starts_with("`yestrday` is no date"), "{:?}", query.faults);
    assert_eq!(query.faults[0].suggestion.as_deref(), Some("`after:yesterday`"));
    assert_eq!(
        (query.faults[1].message.as_str(), query.faults[1].span.clone()),
        ("`/a(b/` is no complete regular expression: unclosed group", 19..22)
    );
}

#[test]
fn what_is_wrong_names_its_part_once() {
    for (text, expect) in [
        ("x /[/", "`/[/` is no complete regular expression: unclosed character class"),
        ("tool:", "`tool:` needs a value; try `tool:Bash`"),
        ("is:lve", "no session is `lve`; try `is:live`"),
        ("cost:much", "`much` is not an amount"),
        (r"/a\n/", r"`/a\n/`: a regular expression matches within one line"),
    ] {
        let explained = Query::parse(text).faults[0].explain(text);
        assert!(explained.starts_with(expect), "{text}: {explained}");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_said_and_searched() {
    for (text, remarks) in [("\"lock wait", 1), ("project:\"my shop", 1), ("\"lock wait\"", 0), ("\"", 0), ("it's", 0)]
    {
        let query = Query::parse(text);
        assert_eq!((query.remarks.len(), query.faults.len()), (remarks, 0), "{text}");
    }
    assert_eq!(Query::parse("a \"b c").to_string(), "a \"b c\"");
}

/// The titles of the sessions that a query leaves.
fn found(query: &str) -> String {
    let day = |text: &str| text.parse().ok();
    let shop = Subject {
        id: "a".into(),
        title: "shop".into(),
        project: "webshop".into(),
        branch: "fix/idem".into(),
        models: vec!["opus-5-5".into(), "haiku-5".into()],
        started: day("2026-10-02T22:30:00Z"),
        latest: day("2026-10-05T12:00:00Z"),
        directories: vec!["/home/you/src/shop/api".into()],
        tools: vec!["Bash".into(), "mcp__github__list".into()],
        files: vec!["/home/you/src/shop/e2e/Poll.spec.ts".into()],
        kind: "debugging".into(),
        prs: vec!["https://github.com/acme/shop/pull/123".into()],
        device: "Old Tower".into(),
        states: vec![State::Live, State::Fork],
        marks: Marks {
            starred: true,
            tags: vec!["Customer".into()],
            archived: true,
            deleted_at: day("2026-11-23T12:00:00Z"),
            device: Some("Old Tower".into()),
            ..Marks::default()
        },
        cost_usd: 4.18,
        tokens: 1_200_000,
        ..Subject::default()
    };
    let bare = Subject {
        id: "b".into(),
        title: "bare".into(),
        device: "laptop".into(),
        latest: day("2026-11-20T08:00:00Z"),
        ..Subject::default()
    };
    let setting = Setting {
        now: "2026-11-20T12:00:00Z".parse().expect("a moment"),
        zone: Tz::Europe__Berlin,
        here: Some("/home/you/src/shop".into()),
        home: Some("/home/you".into()),
    };
    let hidden = Subject {
        id: "0d5c1f2e".into(),
        title: "own".into(),
        marks: Marks { hidden: true, title: Some("given".into()), ..Marks::default() },
        ..Subject::default()
    };
    let subjects = [shop, bare, hidden];
    let candidates: Candidates = subjects.iter().cloned().collect();
    let hits = candidates.rank(&Query::parse(query), &setting);
    hits.iter().map(|hit| subjects[hit.index].title.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn fields_choose_sessions() {
    for query in [
        "project:WEB",
        "project:.",
        "project:~/src",
        "project:/home/you/src/shop/api",
        "branch:fix/",
        "model:claude-opus",
        "tool:bash",
        "tool:github",
        "file:poll.spec",
        "file:*.ts",
        "file:e2e/*.ts",
        "type:debugging",
        "tag:customer",
        "pr:123",
        "pr:#123",
        "pr:acme/shop",
        "device:tower",
        "device:\"old tower\"",
        "is:remote",
        "is:live",
        "is:fork",
        "-is:gone is:live",
        "is:starred is:archived",
        "is:expiring",
        "on:2026-10",
        "on:2026-10-03",
        "before:2026-10-04 project:web",
        "-after:7d",
        "cost:>4",
        "cost:4.18",
        "cost:4..5",
        "tokens:>1m",
        "tokens:<=1.2m sho",
        "-bare",
        "/^sh.p$/",
        "-/^b/",
    ] {
        assert_eq!(found(query), "shop", "{query}");
    }
    for query in [
        "after:7d",
        "on:today",
        "-project:web",
        "-shop",
        "cost:<1",
        "-is:live",
        "-is:starred -is:hidden",
        "\"bare\"",
        "device:laptop",
        "-is:remote",
        "-device:tower",
    ] {
        assert_eq!(found(query), "bare", "{query}");
    }
    for query in
        ["pr:12", "file:*.rs", "file:ts*", "on:2026-10-02", "type:debug", "tag:cust", "project:~/else", "-s -b"]
    {
        assert_eq!(found(query), "", "{query}");
    }
}

#[test]
fn what_is_hidden_is_found_by_those_who_ask_for_it() {
    for query in ["is:hidden", "is:hidden given", "0d5c1f2e"] {
        assert_eq!(found(query), "own", "{query}");
    }
    for query in ["given", "is:hidden own", "is:starred is:hidden"] {
        assert_eq!(found(query), "", "{query}");
    }
}

/// Texts that are likely to meet every rule.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("project:".to_owned()),
        Just("cost:>".to_owned()),
        Just("after:".to_owned()),
        Just("is:live".to_owned()),
        Just("7d".to_owned()),
        Just("\"".to_owned()),
        Just("/".to_owned()),
        Just("\\".to_owned()),
        Just("-".to_owned()),
        Just(" ".to_owned()),
        "\\PC{0,3}",
        "[a-z]{1,4}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The clauses without their places.
fn bare(query: &Query) -> Vec<(bool, What)> {
    query.clauses.iter().map(|clause| (clause.negated, clause.what.clone())).collect()
}

proptest! {
    #[test]
    fn any_text_can_be_read_and_its_places_lie_in_it(text in texts()) {
        let query = Query::parse(&text);
        let spans = query.clauses.iter().map(|clause| &clause.span).chain(query.faults.iter().map(|fault| &fault.span));
        for span in spans {
            prop_assert!(text.get(span.clone()).is_some());
        }
    }

    #[test]
    fn a_query_written_down_and_read_again_is_the_same(text in texts()) {
        let query = Query::parse(&text);
        let again = Query::parse(&query.to_string());
        prop_assert_eq!(bare(&again), bare(&query), "{} became {}", text, query);
        prop_assert!(again.faults.is_empty());
    }

    #[test]
    fn more_clauses_never_find_more(one in texts(), other in texts()) {
        let both = format!("{} {}", Query::parse(&one), Query::parse(&other));
        let (few, many) = (found(&both), found(&Query::parse(&one).to_string()));
        prop_assert!(few.split(' ').all(|title| many.contains(title)), "{both:?} finds {few:?}, {one:?} {many:?}");
    }

    #[test]
    fn a_negation_leaves_out_what_the_word_stands_in(word in "[a-z]{1,6}") {
        // gaps are forgiven only where something is looked for
        for query in [format!("{word} -{word}"), format!("-{word}")] {
            let left = found(&query);
            prop_assert!(["shop", "bare"].iter().all(|title| !title.contains(&word) || !left.contains(title)));
        }
    }
}
