//! Damaged files, and records of shapes that nobody expects.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;
use transcript::{Conversation, Detail, ProblemKind, to_markdown};

use crate::written::{Transcript, in_words, told};

fn whole() -> Transcript {
    Transcript::default().says("u1", "", "first").writes("a1", "u1", "msg_1", "one").says("u2", "a1", "second")
}

fn check(bytes: &[u8]) -> (String, Vec<ProblemKind>) {
    let parsed = Conversation::read(bytes);
    (in_words(&parsed.value), parsed.problems.into_iter().map(|problem| problem.kind).collect())
}

#[test]
fn a_torn_line_loses_only_itself() {
    let text = whole().text().to_owned();
    let (told, problems) = check(&text.as_bytes()[..text.len() - 20]);
    assert_snapshot!(told, @r"
    1 person: first
    1 model: one
    ");
    assert_eq!(problems, [ProblemKind::TornLine]);
}

#[test]
fn a_record_behind_a_torn_one_is_shown() {
    let in_session = |content: &str| json!({"sessionId": "s", "message": {"role": "user", "content": content}});
    let torn = Transcript::default().record("user", "u1", "", in_session("to"));
    let whole = Transcript::default()
        .record("user", "u2", "", in_session("be {\"shown\": 1}"))
        .writes("a2", "u2", "msg_1", "one")
        .says("u3", "a2", "last");
    for cut in 1..torn.text().len() - 1 {
        let (told, problems) = check(format!("{}{}", &torn.text()[..cut], whole.text()).as_bytes());
        assert_eq!((told, problems), (self::told(&whole), vec![ProblemKind::NotJson]), "{}", &torn.text()[..cut]);
    }
}

#[test]
fn records_glued_on_one_line_are_all_read() {
    let text = whole().text().replace('\n', "");
    let (told, problems) = check(text.as_bytes());
    assert_eq!(told, self::told(&whole()));
    assert_eq!(problems, [ProblemKind::GluedRecords]);
}

#[test]
fn noise_between_records_changes_nothing() {
    let text = whole().text().replace('\n', "\r\n");
    let bytes = [b"\xef\xbb\xbf".as_slice(), text.as_bytes(), b"not json\n42\n\n\0\0\0{\"type\":null}\n"].concat();
    let (told, problems) = check(&bytes);
    assert_eq!(told, self::told(&whole()));
    assert_eq!(problems, [ProblemKind::NotJson, ProblemKind::NotAnObject, ProblemKind::NulBytes]);
}

#[test]
fn what_is_not_unicode_is_replaced() {
    let transcript = Transcript::default().says("u1", "", "half XX").says("u2", "u1", "caf__");
    let text = transcript.text().replace("XX", "\\ud83d pair");
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'_' { 0xff } else { byte }).collect();
    let (told, problems) = check(&bytes);
    assert_snapshot!(told, @r"
    1 person: half � pair
    2 person: caf��
    ");
    assert_eq!(problems, [ProblemKind::InvalidUtf8]);
}

#[test]
fn odd_types_lose_no_record() {
    let transcript = Transcript::default()
        .record("user", "u1", "", json!({"timestamp": 7, "isMeta": null, "message": "bare text", "origin": 3}))
        .record("assistant", "a1", "u1", json!({"message": {"id": null, "model": 4, "usage": [], "content": "one"}}))
        .record("assistant", "a2", "a1", json!({"message": {"content": ["two", null, {"type": 5}, {"type": "text"}]}}))
        .record("user", "u2", "a2", json!({"uuid": {}, "content": ["three", {"type": "new", "x": 1}]}));
    assert_snapshot!(told(&transcript), @r"
    1 person: bare text
    1 model: one
    1 model: two | [] | 
    2 person: three
    2 injected: [new]
    ");
}

#[test]
fn a_record_without_anything_to_say_is_a_problem_and_still_a_link() {
    let transcript = Transcript::default()
        .says("u1", "", "first")
        .record("assistant", "a1", "u1", json!({"message": null}))
        .says("u2", "a1", "second");
    let (told, problems) = check(transcript.text().as_bytes());
    assert_snapshot!(told, @r"
    1 person: first
    2 person: second
    ");
    assert_eq!(problems, [ProblemKind::OddRecord]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_cut_and_any_byte_can_be_read(cut in 0usize..700, at in 0usize..700, byte in any::<u8>()) {
        let mut bytes = whole().text().as_bytes().to_vec();
        bytes.truncate(cut);
        if let Some(spot) = bytes.get_mut(at) {
            *spot = byte;
        }
        let conversation = Conversation::read(&bytes).value;
        to_markdown(&conversation, Detail::Everything, &|at| at.to_string());
    }

    #[test]
    fn any_parents_show_every_prompt_once(parents in prop::collection::vec(prop::option::of(0usize..12), 1..12)) {
        let mut transcript = Transcript::default();
        for (number, parent) in parents.iter().enumerate() {
            let parent = parent.map(|parent| format!("u{parent}")).unwrap_or_default();
            transcript = transcript.says(&format!("u{number}"), &parent, format!("prompt {number}."));
        }
        let words = told(&transcript);
        for number in 0..parents.len() {
            prop_assert_eq!(words.matches(&format!("prompt {number}.")).count(), 1, "{}", words);
        }
    }
}
