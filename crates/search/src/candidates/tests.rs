//! Which sessions words find, in which order, and which letters are marked.

use chrono::{DateTime, NaiveDate};

use super::*;
use crate::{Field, positions};

fn marked(query: &str, field: Field, text: &str) -> Vec<u32> {
    positions(&Query::parse(query), field, text)
}

const WHOLE: &str = "18c09453-1111-4222-8333-444455556666";

/// A session from `id | title | project | branch | model | first prompt | day`, the later the line, the older.
fn subject((age, line): (i64, &&str)) -> Subject {
    let mut parts = line.split('|').map(|part| part.trim().to_owned());
    let mut next = || parts.next().unwrap_or_default();
    Subject {
        id: next(),
        title: next(),
        project: next(),
        branch: next(),
        models: vec![next()],
        first_prompt: next(),
        days: next().parse::<NaiveDate>().into_iter().collect(),
        latest: DateTime::from_timestamp(1_000_000 - age, 0),
        ..Subject::default()
    }
}

/// The first letter or two of the ids that a query finds among [`LIST`], or among other lines.
fn check_in(lines: &[&str], query: &str, expect: &[&str]) {
    let subjects: Vec<Subject> = (0..).zip(lines).map(subject).collect();
    let hits = subjects.iter().cloned().collect::<Candidates>().rank(&Query::parse(query), &Setting::default());
    let found: Vec<&str> = hits.iter().map(|hit| subjects[hit.index].id.as_str()).collect();
    assert_eq!(found, expect, "{query}");
    assert!(hits.is_sorted_by(|one, two| one.score >= two.score), "{query}");
}

fn check(query: &str, expect: &[&str]) {
    check_in(&LIST, query, expect);
}

const LIST: [&str; 6] = [
    "aaaa1111 | Fix double refund | billing-api | fix/refund-race | claude-opus-5-5 | two refunds at once | 2026-07-26",
    "bbbb2222 | Close issue 5992 | webshop | main | claude-opus-5 | see the tracker | 2026-07-02",
    "18c09453-1111-4222-8333-444455556666 | Login page | webshop | main | claude-haiku-4-5 | colours | 2026-06-30",
    "cccc3333 | Déjà vu | tools | main | claude-sonnet-5 | compare bbbb2222 with 18c09453-1111-4222-8333-444455556666 | 2025-12-31",
    "dddd4444 | 日本語のテスト | notes | dev | claude-sonnet-5 | the order of issues, a race | 2025-07-26",
    "eeee5555 | Prefund the account | ledger | dev | claude-sonnet-5 | trace it | 2025-01-01",
];

#[test]
fn an_empty_query_keeps_all_in_their_order() {
    for query in ["", " \t"] {
        check(query, &["aaaa1111", "bbbb2222", WHOLE, "cccc3333", "dddd4444", "eeee5555"]);
    }
}

#[test]
fn every_word_must_match_in_some_field() {
    check("refund race", &["aaaa1111", "eeee5555"]);
    check("race refund billing", &["aaaa1111"]);
    check("refund webshop", &[]);
    check("tracker", &["bbbb2222"]);
}

#[test]
fn a_word_start_ranks_above_the_middle_and_both_above_gaps() {
    let lines = ["a1 | rexfund", "a2 | prefund", "a3 | refunds", "a4 | the refund"];
    check_in(&lines, "refund", &["a4", "a3", "a2", "a1"]);
    check_in(&["a1 | rexfund now", "a2 | prefund xnow"], "refund now", &["a2", "a1"]);
}

#[test]
fn gaps_are_forgiven_in_names_only_and_only_close_together() {
    check("wbshop", &["bbbb2222", WHOLE]);
    check("refnd", &["aaaa1111"]);
    check("trcker", &[]);
    check("snnet", &[]);
    check("fixrefund", &["aaaa1111"]);
    check("fixrace", &[]);
    check("lp", &[]);
    check("is5992", &[]);
    check("qqqqxx", &[]);
}

#[test]
fn case_and_accents_never_count() {
    check("ISSUE", &["bbbb2222", "dddd4444"]);
    check("Login", &[WHOLE]);
    check("LOGIN", &[WHOLE]);
    check("deja", &["cccc3333"]);
    check("DÉJÀ", &["cccc3333"]);
    check("日本", &["dddd4444"]);
    check("本語", &["dddd4444"]);
    check_in(&["a1 | cafe\u{301}"], "cafe", &["a1"]);
}

#[test]
fn ids_are_found_by_their_beginning() {
    check("bbbb", &["bbbb2222", "cccc3333"]);
    check("BBBB2", &["bbbb2222", "cccc3333"]);
    check("bbbb3", &[]);
    check("2222", &["cccc3333"]);
    check("ddd", &[]);
    check("18c09453", &[WHOLE, "cccc3333"]);
    check("18c09454", &[]);
}

#[test]
fn a_whole_id_finds_that_session_alone() {
    check(WHOLE, &[WHOLE]);
    check(&format!(" {} ", WHOLE.to_uppercase()), &[WHOLE]);
    check(&format!("login {WHOLE}"), &[WHOLE]);
    check(&format!("refund {WHOLE}"), &[]);
}

#[test]
fn dates_are_found_by_their_beginning() {
    check("2026-07", &["aaaa1111", "bbbb2222"]);
    check("2026-07-26", &["aaaa1111"]);
    check("2025", &["cccc3333", "dddd4444", "eeee5555"]);
    check("07-26", &[]);
    check("202", &[]);
}

#[test]
fn models_are_found_by_any_part() {
    check("opus-5", &["aaaa1111", "bbbb2222"]);
    check("claude-opus-5-5", &["aaaa1111"]);
    check("HAIKU", &[WHOLE]);
    check("claude", &[]);
}

#[test]
fn of_equal_matches_the_latest_is_first() {
    check("webshop", &["bbbb2222", WHOLE]);
    check_in(&["a1 | x | ledger", "a2 | ledger | x", "a3 | ledger"], "ledger", &["a2", "a3", "a1"]);
}

#[test]
fn positions_follow_the_same_rule_and_never_split_a_character() {
    for (query, field, text, expect) in [
        ("lgin", Field::Name, "the login", vec![4, 6, 7, 8]),
        ("lgn", Field::Name, "the login", vec![]),
        ("LOG in", Field::Name, "login", vec![0, 1, 2, 3, 4]),
        ("fund", Field::Name, "prefund a fund", vec![10, 11, 12, 13]),
        ("x", Field::Name, "login", vec![]),
        ("", Field::Name, "login", vec![]),
        ("vu", Field::Name, "Déjà vu", vec![5, 6]),
        ("cafe", Field::Name, "un cafe\u{301}!", vec![3, 4, 5, 6, 7]),
        ("b", Field::Name, "👩\u{200d}👩\u{200d}👧b", vec![5]),
        ("b", Field::Name, "é\r\nb", vec![3]),
        ("opus", Field::Model, "opus-5", vec![0, 1, 2, 3]),
        ("claude-opus", Field::Model, "opus-5", vec![0, 1, 2, 3]),
        ("ops", Field::Model, "opus-5", vec![]),
    ] {
        assert_eq!(marked(query, field, text), expect, "{query} in {text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_and_no_query_panics(query in ".{0,12}", text in "\\PC{0,40}") {
        let query = Query::parse(&query);
        let positions = positions(&query, Field::Name, &text);
        let length = u32::try_from(text.chars().count()).expect("short");
        proptest::prop_assert!(positions.is_sorted_by(|one, two| one < two));
        proptest::prop_assert!(positions.iter().all(|&position| position < length));
        let found = [Subject { title: text, ..Subject::default() }].into_iter().collect::<Candidates>().rank(&query, &Setting::default());
        let one_word = query.clauses.len() == 1 && query.terms().count() == 1;
        proptest::prop_assert!(positions.is_empty() || !one_word || found.len() == 1);
    }
}
