//! Every request of a session, and why it counts as it does.

use pricing::{PicoUsd, PriceTable};
use store::{AuditedRequest, Ownership};
use testkit::{Transcript, Usage};
use transcript::Precedence;

use crate::history::{A, B, C, History, three_answers};

fn audit(history: &History, session: &str) -> Vec<AuditedRequest> {
    history.store.audit(&session.into()).expect("the store can be asked").requests
}

/// The sum of what an audit shows, and the total that lists show.
fn sums(history: &History, session: &str) -> (PicoUsd, PicoUsd) {
    let audit = history.store.audit(&session.into()).expect("the store can be asked");
    let prices = PriceTable::built_in();
    let own = audit.requests.iter().filter(|audited| audited.request.session.as_str() == session);
    (own.filter_map(|audited| prices.explain(&audited.request).cost.charged()).sum(), audit.cost)
}

#[test]
fn what_is_shown_adds_up_to_the_total() {
    let history = History::of_one();
    history.scan();
    assert_eq!(sums(&history, A), (PicoUsd(31_650_000_000), PicoUsd(31_650_000_000)));
    let requests = audit(&history, A);
    assert_eq!(requests.len(), 3);
    assert!(requests.is_sorted_by_key(|audited| audited.request.at));
    for audited in requests {
        assert_eq!((audited.precedence, audited.ownership, audited.tellings.len()), (None, Ownership::Alone, 1));
        assert!(audited.tellings[0].counted && audited.tellings[0].present);
    }
}

#[test]
fn a_request_that_another_session_pays_for_is_shown_with_that_session() {
    let history = History::new();
    let original = three_answers(A);
    let mark = format!(r#""sessionId":"{B}","forkedFrom":{{"sessionId":"{A}","messageUuid":"u"}}"#);
    let copied = original.fork(B).text().replace(&format!(r#""sessionId":"{B}""#), &mark);
    let mut own = Transcript::new(B);
    own.wait(60).prompt("another way").answer("of course");
    history.write("-p", A, &original.text());
    history.write("-p", B, &(copied + &own.text()));
    history.scan();
    let of_fork = audit(&history, B);
    let payers: Vec<&str> = of_fork.iter().map(|audited| audited.request.session.as_str()).collect();
    assert_eq!(payers, [A, A, A, B]);
    for audited in &of_fork[..3] {
        assert_eq!((audited.ownership, audited.precedence), (Ownership::Original, Some(Precedence::Same)));
        let counted: Vec<&str> =
            audited.tellings.iter().filter(|one| one.counted).map(|one| one.session.as_str()).collect();
        assert_eq!((counted, audited.tellings.len()), (vec![A], 2));
    }
    let (shown, total) = sums(&history, B);
    assert_eq!((shown, total), (PicoUsd(10_550_000_000), PicoUsd(10_550_000_000)));
    assert_eq!(audit(&history, A), of_fork[..3]);
}

#[test]
fn an_unmarked_beginning_of_another_session_is_the_original() {
    let history = History::new();
    let text = three_answers(A).text();
    history.write("-p", A, &text);
    let mut longer = three_answers(A).fork(B);
    longer.prompt("more").answer("more");
    history.write("-q", B, &longer.text());
    history.scan();
    let ownerships: Vec<Ownership> = audit(&history, B).iter().map(|audited| audited.ownership).collect();
    assert_eq!(ownerships, [Ownership::Beginning, Ownership::Beginning, Ownership::Beginning, Ownership::Alone]);
}

#[test]
fn the_telling_whose_usage_counts_comes_first_with_the_reason() {
    let history = History::new();
    let told = |output: u64, stop_reason: &str| {
        let mut transcript = Transcript::new(A);
        transcript.usage(Usage { output, ..Usage::default() });
        transcript.prompt("go").message(&[serde_json::json!({"type": "text", "text": "x"})], stop_reason);
        transcript.text()
    };
    history.write("-p", A, &told(7, "end_turn"));
    history.write("-q", A, &told(90, "end_turn"));
    history.write("-r", A, &told(300, "end_turn").replace("\"end_turn\"", "null"));
    history.scan();
    let audited = audit(&history, A).remove(0);
    let outputs: Vec<u64> = audited.tellings.iter().map(|telling| telling.request.tokens.output).collect();
    assert_eq!((outputs, audited.precedence), (vec![90, 7, 300], Some(Precedence::MoreOutput)));
    assert_eq!(audited.request.tokens.output, 90);
}

#[test]
fn a_subagents_request_is_the_sessions_and_stays_when_its_file_is_gone() {
    let history = History::of_one();
    let mut agent = Transcript::subagent(A, "a1b2c3d");
    agent.prompt("look").answer("seen");
    let file = history.home.transcript(&format!("-p/{A}/subagents/agent-a1b2c3d.jsonl"), agent.text());
    history.scan();
    std::fs::remove_file(file).expect("it can be removed");
    history.scan();
    let requests = audit(&history, A);
    let agents: Vec<_> = requests.iter().filter(|audited| audited.request.agent.is_some()).collect();
    assert_eq!((requests.len(), agents.len()), (4, 1));
    assert!(!agents[0].tellings[0].present);
    let (shown, total) = sums(&history, A);
    assert_eq!(shown, total);
}

#[test]
fn an_unknown_session_has_no_requests() {
    let history = History::of_one();
    history.scan();
    assert_eq!(history.store.audit(&C.into()).expect("the store can be asked"), store::Audit::default());
}
