//! Which copy counts, case by case.

use chrono::DateTime;
use proptest::prelude::*;
use rustc_hash::FxHashMap;
use transcript::{Part, PartKind, Request, RequestKey, Tokens};

use super::{Age, Copy, Place, billed_tokens, resolve, same_requests};

fn request(key: &str, session: &str) -> Request {
    Request {
        key: RequestKey(key.to_owned()),
        session: session.into(),
        agent: None,
        uuid: Some("u1".to_owned()),
        request_id: None,
        model: "claude-opus-5".to_owned(),
        at: DateTime::from_timestamp(1_000, 0),
        tokens: Tokens { input: 1, output: 10, ..Tokens::default() },
        web_searches: 0,
        line_searches: 0,
        tool_searches: 0,
        speed: None,
        tier: None,
        geo: None,
        stop_reason: Some("end_turn".to_owned()),
        sidechain: false,
        forked: false,
        file_since: None,
        parts: Vec::new(),
        recorded_nano_usd: None,
        branch: None,
        offset: 0,
    }
}

fn copy(session: &str, change: impl FnOnce(&mut Request)) -> Copy {
    let mut request = request("msg_1", session);
    change(&mut request);
    Copy { place: Place { session: session.to_owned(), path: format!("/{session}.jsonl"), file_id: 1 }, request }
}

fn ages(ages: &[(&str, Option<i64>, i64)]) -> FxHashMap<String, Age> {
    let age = |(session, own_first, told): &(&str, Option<i64>, i64)| {
        ((*session).to_owned(), Age { own_first: *own_first, told: *told })
    };
    ages.iter().map(age).collect()
}

/// Resolves in both orders and says who owns the request and its output.
fn check(copies: &[Copy; 2], known: &[(&str, Option<i64>, i64)], expect: (&str, u64)) {
    for copies in [copies.clone(), [copies[1].clone(), copies[0].clone()]] {
        let counted = resolve(&copies, &ages(known));
        assert_eq!((counted.place.session.as_str(), counted.request.tokens.output), expect);
        assert_eq!(counted.request.session.as_str(), expect.0);
    }
}

#[test]
fn rule_5_the_copy_that_is_not_forked_owns() {
    let older = [("a", Some(5), 3), ("b", None, 1)];
    check(&[copy("a", |_| ()), copy("b", |request| request.forked = true)], &older, ("a", 10));
}

#[test]
fn rule_5_a_copy_whose_records_name_another_session_does_not_own() {
    let older = [("a", Some(5), 3), ("b", None, 1)];
    check(&[copy("a", |_| ()), copy("b", |request| request.session = "a".into())], &older, ("a", 10));
}

#[test]
fn rule_5_the_copy_in_the_file_that_begins_earlier_owns_however_long_it_goes_on() {
    let begun = |seconds| move |request: &mut Request| request.file_since = DateTime::from_timestamp(seconds, 0);
    let later = [("a", Some(900), 9), ("b", Some(500), 9)];
    check(&[copy("a", begun(10)), copy("b", begun(20))], &later, ("a", 10));
    check(&[copy("b", begun(10)), copy("a", begun(20))], &later, ("b", 10));
    check(&[copy("a", |_| ()), copy("b", begun(20))], &later, ("b", 10));
    check(&[copy("a", begun(10)), copy("b", begun(10))], &later, ("b", 10));
}

#[test]
fn rule_5_the_session_whose_own_first_request_is_older_owns() {
    check(&[copy("a", |_| ()), copy("b", |_| ())], &[("a", Some(20), 3), ("b", Some(10), 3)], ("b", 10));
}

#[test]
fn rule_5_an_exact_beginning_is_older_and_the_shorter_one_oldest() {
    check(&[copy("a", |_| ()), copy("b", |_| ())], &[("a", Some(1), 9), ("b", None, 5)], ("b", 10));
    check(&[copy("a", |_| ()), copy("b", |_| ())], &[("a", None, 9), ("b", None, 5)], ("b", 10));
}

#[test]
fn rules_4_and_5_usage_comes_whole_from_the_winner_and_the_time_from_the_first() {
    let unfinished = copy("a", |request| {
        request.stop_reason = None;
        request.tokens.output = 500;
        request.at = DateTime::from_timestamp(10, 0);
    });
    let finished = copy("b", |request| request.forked = true);
    check(&[unfinished.clone(), finished.clone()], &[], ("a", 10));
    assert_eq!(resolve(&[unfinished, finished], &ages(&[])).request.at, DateTime::from_timestamp(10, 0));
    let early = copy("b", |request| (request.forked, request.at) = (true, DateTime::from_timestamp(5, 0)));
    let original = resolve(&[copy("a", |_| ()), early], &ages(&[]));
    assert_eq!((original.place.session.as_str(), original.request.at), ("a", DateTime::from_timestamp(5, 0)));
}

#[test]
fn rule_3_keys_of_gateways_are_linked_by_their_line() {
    let local = |key: &str, session: &str, uuid: &str| {
        let mut copy = copy(session, |request| request.uuid = Some(uuid.to_owned()));
        copy.request.key = RequestKey(key.to_owned());
        (key.to_owned(), vec![copy])
    };
    let told = [
        local("chat-1|r|a", "a", "u1"),
        local("chat-1|r|b", "b", "u1"),
        local("chat-1|r|c", "c", "u2"),
        local("msg_9", "d", "u1"),
    ];
    let mut sizes: Vec<usize> = same_requests(told.into_iter().collect()).iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 1, 2]);
}

#[test]
fn rule_8_what_is_billed_is_what_is_counted() {
    let part = |kind, output| Part {
        kind,
        model: "claude-opus-5".to_owned(),
        tokens: Tokens { output, ..Tokens::default() },
        web_searches: 0,
    };
    for (parts, stop, expect) in [
        (vec![], "end_turn", 10),
        (vec![part(PartKind::Advisor, 1), part(PartKind::Compaction, 2), part(PartKind::Paused, 4)], "end_turn", 17),
        (vec![part(PartKind::Fallback, 100), part(PartKind::Fallback, 200)], "end_turn", 300),
        (vec![part(PartKind::Fallback, 100), part(PartKind::Fallback, 200)], "refusal", 100),
        (vec![part(PartKind::Uncounted, 100)], "end_turn", 10),
    ] {
        let request = Request { parts, stop_reason: Some(stop.to_owned()), ..request("msg_1", "a") };
        assert_eq!(billed_tokens(&request).output, expect, "{:?}", request.parts);
    }
}

fn any_copy() -> impl Strategy<Value = Copy> {
    let line = (0_u64..3, any::<bool>(), any::<bool>(), prop::option::of(0_i64..3), prop::option::of(0_i64..3));
    ("[abc]", "[abc]", 0_usize..4, "[uvw]", line).prop_map(|(session, named, key, uuid, line)| {
        let (output, finished, forked, since, at) = line;
        let time = |seconds: Option<i64>| seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let mut copy = copy(&session, |request| {
            request.session = named.as_str().into();
            request.uuid = Some(uuid);
            request.tokens.output = output;
            request.stop_reason = finished.then(|| "end_turn".to_owned());
            request.forked = forked;
            request.file_since = time(since);
            request.at = time(at);
        });
        copy.request.key = RequestKey(["msg_1", "msg_2", "x|r|a", "x|r|b"][key].to_owned());
        copy
    })
}

/// Everything that is counted, whatever the order in which it was told.
fn counted(copies: &[Copy]) -> Vec<String> {
    let mut told = FxHashMap::<String, Vec<Copy>>::default();
    for copy in copies {
        told.entry(copy.request.key.0.clone()).or_default().push(copy.clone());
    }
    let known = ages(&[("a", Some(5), 3), ("b", Some(4), 3), ("c", None, 1)]);
    let mut rows: Vec<String> =
        same_requests(told).iter().map(|copies| format!("{:?}", resolve(copies, &known))).collect();
    rows.sort();
    rows
}

proptest! {
    #[test]
    fn the_order_in_which_copies_are_told_changes_nothing(
        (copies, turned) in prop::collection::vec(any_copy(), 1..8)
            .prop_flat_map(|copies| (Just(copies.clone()), Just(copies).prop_shuffle()))
    ) {
        prop_assert_eq!(counted(&copies), counted(&turned));
    }
}
