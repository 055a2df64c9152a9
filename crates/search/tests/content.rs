//! Searching generated transcripts on disk.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use search::{Caps, File, Found, Query, Searched, Seen, Standing, Target, Together, Wanted, score, search};
use serde_json::json;
use testkit::{Home, Transcript};

/// A session with some files; nothing of it matches by its title.
fn target(index: usize, texts: usize, files: &[PathBuf]) -> Target {
    let file = |(at, path): (usize, &PathBuf)| File {
        path: path.clone(),
        agent: (at > 0).then(|| format!("a{at}")),
        number: index * 10 + at,
        archive: None,
    };
    Target {
        standing: Standing { index, scores: vec![None; texts] },
        files: files.iter().enumerate().map(file).collect(),
    }
}

fn run(wanted: &Wanted, targets: &[Target], seen: &Seen) -> Vec<Found> {
    let found = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let ended = search(wanted, targets, 2, seen, &stop, &|one| found.lock().expect("no panic").push(one));
    assert_eq!(ended, Searched::Whole);
    let mut found = found.into_inner().expect("no panic");
    found.retain(|one| !one.refused);
    found.sort_by_key(|one| one.standing.index);
    found
}

fn wanted(query: &str) -> Wanted {
    Wanted::new(&Query::parse(query), Caps::Smart).expect("a query that asks for something").keeping(usize::MAX, 0)
}

/// Sessions `0`, `1`, … of one transcript each.
fn history(home: &Home, transcripts: &[Transcript], texts: usize) -> Vec<Target> {
    let write = |(index, transcript): (usize, &Transcript)| {
        let path = home.transcript(&format!("p/{index}.jsonl"), transcript.text());
        target(index, texts, &[path])
    };
    transcripts.iter().enumerate().map(write).collect()
}

/// What a query finds in one transcript: lines and the text of the best.
fn check(transcript: &Transcript, query: &str, expect: Option<(u64, &str)>) {
    let home = Home::new();
    let parsed = Query::parse(query);
    let targets = history(&home, std::slice::from_ref(transcript), parsed.terms().count());
    let found = run(&wanted(query), &targets, &Seen::nothing(10));
    let found = found.first().map(|one| {
        let best = one.best.as_ref().expect("a session that was found in contents has a line");
        if one.together == Together::Line {
            assert_eq!(one.lines, one.passages.len() as u64, "all lines are kept");
        }
        (one.lines, best.excerpt.text.as_str())
    });
    assert_eq!(found, expect, "{query}");
}

fn talk() -> Transcript {
    let mut transcript = Transcript::new("s");
    transcript
        .prompt("why does \"refund\\retry\" fail?\nlook at größe")
        .tool(
            "Bash",
            json!({ "command": "grep -rn needle src/" }),
            "src/a.rs:1: needle\nsrc/b.rs:2: nothing\n\tneedle again",
        )
        .answer("It is a race between\nthe refund poll and the push.")
        .injected("a skill about zebras")
        .prompt("Thanks, RETRY now");
    transcript
}

#[test]
fn decoded_text_is_what_is_found() {
    let talk = talk();
    check(&talk, "needle", Some((3, "grep -rn needle src/")));
    check(&talk, "größe", Some((1, "look at größe")));
    check(&talk, "GRÖSSE", None);
    check(&talk, r#""refund\\retry""#, Some((1, "why does \"refund\\retry\" fail?")));
    check(&talk, "\"between the refund\"", Some((1, "It is a race between\nthe refund poll and the push.")));
    check(&talk, "\"\\\"refund\"", Some((1, "why does \"refund\\retry\" fail?")));
    check(&talk, "/^src.*needle$/", Some((1, "src/a.rs:1: needle")));
    check(&talk, "/ref?und(?:s|\\b)/", Some((2, "why does \"refund\\retry\" fail?")));
    check(&talk, r"/\d: \w+/", Some((2, "src/a.rs:1: needle")));
    check(&talk, r"/nothing\s/", None);
    check(&talk, r"/between\s+the/", None);
}

#[test]
fn case_counts_where_a_capital_letter_is_written() {
    check(&talk(), "retry", Some((2, "why does \"refund\\retry\" fail?")));
    check(&talk(), "RETRY", Some((1, "Thanks, RETRY now")));
    check(&talk(), "Retry", None);
}

#[test]
fn keys_ids_and_what_nobody_said_are_not_found() {
    for query in ["parentUuid", "tool_use_id", "zebras", "assistant", "sessionId", "end_turn"] {
        check(&talk(), query, None);
    }
}

#[test]
fn all_words_must_be_in_the_session_and_the_best_line_has_most_of_them() {
    check(&talk(), "refund push", Some((1, "the refund poll and the push.")));
    check(&talk(), "refund zebras", None);
    check(&talk(), "refund -needle", None);
    check(&talk(), "refund -zebras", Some((2, "why does \"refund\\retry\" fail?")));
}

#[test]
fn where_no_line_has_all_words_the_best_has_the_rarest() {
    let mut transcript = Transcript::new("s");
    transcript.prompt("the ledger").answer("a ledger").prompt("ledger").answer("then the quota and more");
    check(&transcript, "ledger quota", Some((4, "then the quota and more")));
    check(&transcript, "quota ledger", Some((4, "then the quota and more")));
    transcript.answer("a ledger of then");
    check(&transcript, "ledger quota then", Some((5, "then the quota and more")));
}

/// What is shown of one transcript, and whether the words of the query stand together in it.
fn shown(transcript: &Transcript, query: &str) -> (Together, Vec<String>) {
    let home = Home::new();
    let texts = Query::parse(query).terms().count();
    let targets = history(&home, std::slice::from_ref(transcript), texts);
    let found = run(&wanted(query), &targets, &Seen::nothing(1)).remove(0);
    (found.together, found.passages.into_iter().map(|passage| passage.excerpt.text).collect())
}

#[test]
fn of_common_words_only_the_lines_are_shown_that_have_them_together() {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let mut transcript = Transcript::new("s");
    transcript
        .prompt("the one")
        .answer("a test")
        .prompt("the two")
        .answer(&"filling ".repeat(100))
        .prompt("a test too");
    assert_eq!(shown(&transcript, "the test"), (Together::Apart, lines(&["the one", "a test"])));
    transcript.answer("the list\nof all\nthe tests\nand so\nthe end").prompt("and a test\nfor the rest");
    let together = ["the tests", "and a test", "for the rest"];
    assert_eq!(shown(&transcript, "the test"), (Together::Line, lines(&together[..1])));
    assert_eq!(shown(&transcript, "the tests too"), (Together::Apart, lines(&["a test too", "the tests"])));
    assert_eq!(shown(&transcript, "list end"), (Together::Message(1), lines(&["the list", "the end"])));
    assert_eq!(shown(&transcript, "and rest"), (Together::Message(1), lines(&together[1..])));
}

#[test]
fn a_word_that_stands_in_the_title_alone_leaves_the_lines_with_the_others() {
    let home = Home::new();
    let mut transcript = Transcript::new("s");
    transcript.prompt("the ledger").answer("quota of a ledger").prompt("a quota");
    let mut targets = history(&home, std::slice::from_ref(&transcript), 3);
    targets[0].standing.scores[0] = Some(1014);
    for (query, expect, lines) in [
        ("refund ledger quota", &["quota of a ledger"][..], 1),
        ("refund ledger quotas", &["the ledger", "quota of a ledger"][..], 2),
    ] {
        targets[0].standing.scores[2] = query.ends_with('s').then_some(1014);
        let found = run(&wanted(query), &targets, &Seen::nothing(1)).remove(0);
        let shown: Vec<&str> = found.passages.iter().map(|passage| passage.excerpt.text.as_str()).collect();
        assert_eq!((shown.as_slice(), found.lines, found.together), (expect, lines, Together::Line), "{query}");
    }
}

#[test]
fn words_side_by_side_are_what_is_marked_and_what_tells_most() {
    let mut transcript = Transcript::new("s");
    transcript
        .prompt("the test, why it does fail")
        .answer("then why does the test fail?")
        .prompt("fail: why does the test");
    let home = Home::new();
    let targets = history(&home, std::slice::from_ref(&transcript), 5);
    let found = run(&wanted("why does the test fail"), &targets, &Seen::nothing(1)).remove(0);
    let best = found.best.expect("it was found");
    assert!(best.beside && best.whole, "{best:?}");
    assert_eq!(&best.excerpt.text[best.excerpt.marks[0].clone()], "why does the test fail");
    assert_eq!(found.lines, 3);
}

#[test]
fn a_session_that_is_full_of_it_goes_before_one_that_names_it_once() {
    let home = Home::new();
    let said = |text: &str, often: usize| {
        let mut transcript = Transcript::new("s");
        for _ in 0..often {
            transcript.prompt(text);
        }
        transcript
    };
    let targets =
        history(&home, &[said("a merge conflict", 1), said("a merge conflict", 24), said("why the tests fail", 1)], 2);
    let found = run(&wanted("merge conflict"), &targets, &Seen::nothing(3));
    let scores: Vec<Option<u32>> = found.iter().map(|one| score(&one.standing, Some(one))).collect();
    assert!(scores[0] < scores[1], "{scores:?}");
    // one word of several in a title is there by chance
    let told = run(&wanted("the tests fail why"), &targets[2..], &Seen::nothing(3)).remove(0);
    let apart = Found { together: Together::Apart, near: None, best: None, ..told.clone() };
    let by_title = score(&Standing { index: 0, scores: vec![Some(1014), None, None, None] }, Some(&apart));
    let on_one_line = score(&Standing { index: 0, scores: vec![None; 4] }, Some(&told));
    assert!(by_title < on_one_line, "{by_title:?} {on_one_line:?}");
}

#[test]
fn sessions_in_which_words_are_near_come_first() {
    let home = Home::new();
    let talk = |between: usize| {
        let mut transcript = Transcript::new("s");
        transcript.prompt("the ledger");
        for _ in 0..between {
            transcript.answer(&"filling ".repeat(400));
        }
        transcript.answer("the quota");
        transcript
    };
    let targets = history(&home, &[talk(100), talk(10), talk(0)], 2);
    let found = run(&wanted("ledger quota"), &targets, &Seen::nothing(3));
    let scores: Vec<Option<u32>> = found.iter().map(|one| score(&one.standing, Some(one))).collect();
    assert!(scores.is_sorted_by(|far, near| far < near), "{scores:?}");
}

#[test]
fn thinking_is_found_unless_it_is_left_out() {
    let mut transcript = Transcript::new("s");
    transcript
        .prompt("go")
        .message(&[json!({ "type": "thinking", "thinking": "a secret plan", "signature": "" })], "end_turn");
    let home = Home::new();
    let targets = history(&home, &[transcript], 1);
    assert_eq!(run(&wanted("secret"), &targets, &Seen::nothing(1)).len(), 1);
    assert!(run(&wanted("secret").thinking(false), &targets, &Seen::nothing(1)).is_empty());
}

#[test]
fn subagents_count_for_their_session() {
    let home = Home::new();
    let mut own = Transcript::new("s");
    own.prompt("start the reviewer");
    let mut agent = Transcript::subagent("s", "a1");
    agent.prompt("look for leaks").answer("none found");
    let files =
        [home.transcript("p/s.jsonl", own.text()), home.transcript("p/s/subagents/agent-a1.jsonl", agent.text())];
    let found = run(&wanted("reviewer leaks"), &[target(0, 2, &files)], &Seen::nothing(2));
    assert_eq!(found[0].passages.iter().map(|passage| passage.file).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn output_in_a_file_of_its_own_is_found_at_the_record_that_names_it() {
    let home = Home::new();
    let mut own = Transcript::new("s");
    own.prompt("run the tests").tool(
        "Bash",
        json!({ "command": "make" }),
        "<persisted-output>\nFull output saved to: /h/p/0/tool-results/b1.txt\nPreview: ok",
    );
    let text = own.text();
    let targets = history(&home, &[own], 2);
    home.transcript("p/0/tool-results/b1.txt", "ok\nthe needle \"is\" here\nok");
    home.transcript("p/0/tool-results/b1.png", "needle");
    let first = Seen::nothing(1).narrowed(&wanted("tests need"));
    let found = run(&wanted("tests need"), &targets, &first);
    let passage = &found[0].passages[1];
    assert_eq!((found[0].lines, passage.excerpt.text.as_str()), (2, "the needle \"is\" here"));
    assert!(
        text[usize::try_from(passage.offset).expect("small")..]
            .lines()
            .next()
            .is_some_and(|line| line.contains("b1.txt"))
    );
    assert!(passage.at.is_some());
    assert_eq!(run(&wanted("tests needle"), &targets, &first.narrowed(&wanted("tests needle")))[0].lines, 2);
    assert!(run(&wanted("needle -here"), &targets, &Seen::nothing(1)).is_empty());
}

#[test]
fn a_line_of_many_megabytes_is_searched_to_its_end() {
    let mut transcript = Transcript::new("s");
    transcript.prompt(&format!("{} needle", "hay ".repeat(2_000_000)));
    let home = Home::new();
    let targets = history(&home, &[transcript], 1);
    let found = run(&wanted("needle"), &targets, &Seen::nothing(1));
    let excerpt = &found[0].passages[0].excerpt;
    assert!(excerpt.text.len() < 600 && &excerpt.text[excerpt.marks[0].clone()] == "needle");
}

#[test]
fn offsets_are_those_of_records() {
    let home = Home::new();
    let talk = talk();
    let text = talk.text();
    let targets = history(&home, &[talk], 1);
    let found = run(&wanted("thanks"), &targets, &Seen::nothing(1));
    let offset = usize::try_from(found[0].passages[0].offset).expect("small");
    assert!(
        text[offset..].starts_with('{') && text[offset..].lines().next().is_some_and(|line| line.contains("Thanks"))
    );
    assert_eq!(transcript::Turns::read(text.as_bytes()).at(found[0].passages[0].offset), 2);
}

#[test]
fn a_query_that_goes_on_reads_only_files_that_can_match() {
    let home = Home::new();
    let mut transcripts = Vec::new();
    for word in ["retry", "retire", "other"] {
        let mut transcript = Transcript::new("s");
        transcript.prompt(word);
        transcripts.push(transcript);
    }
    let targets = history(&home, &transcripts, 1);
    let first = Seen::nothing(30).narrowed(&wanted("re"));
    assert_eq!(run(&wanted("re"), &targets, &first).len(), 2);
    let second = first.narrowed(&wanted("ret"));
    // what is gone now would not be read again
    std::fs::remove_file(&targets[2].files[0].path).expect("it was there");
    assert_eq!(run(&wanted("ret"), &targets, &second).len(), 2);
    let third = second.narrowed(&wanted("retr"));
    assert_eq!(run(&wanted("retr"), &targets, &third).len(), 1);
    // nor is what does not match any more, even if it would match now
    std::fs::copy(&targets[0].files[0].path, &targets[1].files[0].path).expect("it can be written");
    assert_eq!(run(&wanted("retry"), &targets, &third.narrowed(&wanted("retry"))).len(), 1);
    // another word can be anywhere
    assert_eq!(run(&wanted("try"), &targets, &third.narrowed(&wanted("try"))).len(), 2);
}

#[test]
fn what_was_written_since_the_last_key_is_found_by_the_next() {
    let home = Home::new();
    let mut transcript = Transcript::new("s");
    transcript.prompt("retry");
    let targets = history(&home, std::slice::from_ref(&transcript), 1);
    // as the screen searches, nothing but the best line is kept
    let wanted = |query| Wanted::new(&Query::parse(query), Caps::Smart).expect("it asks for something");
    let first = Seen::nothing(1).narrowed(&wanted("ret"));
    assert_eq!(run(&wanted("ret"), &targets, &first)[0].lines, 1);
    transcript.prompt("retry again");
    home.transcript("p/0.jsonl", transcript.text());
    let second = first.narrowed(&wanted("retr"));
    assert_eq!(run(&wanted("retr"), &targets, &second)[0].lines, 2);
}

#[test]
fn a_search_that_is_stopped_says_so() {
    let home = Home::new();
    let targets = history(&home, &[talk(), talk()], 1);
    let stop = AtomicBool::new(false);
    let ended =
        search(&wanted("needle"), &targets, 1, &Seen::nothing(20), &stop, &|_| stop.store(true, Ordering::Relaxed));
    assert_eq!(ended, Searched::Stopped);
}

#[test]
fn a_word_in_the_title_goes_before_one_in_the_contents_and_that_before_gaps() {
    let home = Home::new();
    let targets = history(&home, &[talk()], 1);
    let found = run(&wanted("needle"), &targets, &Seen::nothing(1)).remove(0);
    let standing = |score| Standing { index: 0, scores: vec![score] };
    let title = score(&standing(Some(1014)), None).expect("it is in the title");
    let both = score(&standing(Some(1014)), Some(&found)).expect("in both");
    let contents = score(&standing(None), Some(&found)).expect("in the contents");
    let gaps = score(&standing(Some(4)), None).expect("with gaps");
    assert!(both > title && title > contents && contents > gaps);
    assert_eq!(score(&standing(None), None), None);
}

#[test]
fn of_several_words_those_side_by_side_go_first_and_the_first_prompt_is_no_title() {
    let home = Home::new();
    let said = |text: &str| {
        let mut transcript = Transcript::new("s");
        transcript.prompt("begin").answer(text);
        transcript
    };
    let targets = history(&home, &[said("the rate-limit is near"), said("limit the rate")], 2);
    let found = run(&wanted("rate limit"), &targets, &Seen::nothing(2));
    let standing = |scores: [Option<u32>; 2]| Standing { index: 0, scores: scores.to_vec() };
    let of = |index: usize| found.iter().find(|found| found.standing.index == index);
    let beside = score(&standing([None, None]), of(0)).expect("it is said");
    let apart = score(&standing([None, None]), of(1)).expect("it is said");
    let prompt = score(&standing([Some(1000), Some(1020)]), None).expect("both are in the prompt");
    let title = score(&standing([Some(1014), Some(1024)]), None).expect("both are in the title");
    assert!(title > beside && beside > apart && apart > prompt, "{title} {beside} {apart} {prompt}");
}

#[test]
fn what_must_not_occur_excludes_a_session_that_matches_by_its_title() {
    let home = Home::new();
    let targets = history(&home, &[talk()], 0);
    let found = Mutex::new(Vec::new());
    let seen = Seen::nothing(10);
    search(&wanted("-needle"), &targets, 1, &seen, &AtomicBool::new(false), &|one| {
        found.lock().expect("no panic").push(one);
    });
    let found = found.into_inner().expect("no panic");
    assert_eq!(score(&targets[0].standing, None), Some(0), "nothing else is asked for");
    assert_eq!(score(&targets[0].standing, found.first()), None);
}
