//! Opening transcripts: at a place, of subagents, several at once.

use sessions_tui::{At, Msg, Needle, Opening};

use crate::driver::Driver;
use crate::history;
use crate::reader::{hides, open, shows};

#[test]
fn a_session_is_opened_where_words_were_found() {
    let text = crate::transcripts::flaky_test();
    let offset =
        text.find("39 passed").and_then(|at| u64::try_from(text[..at].rfind('\n')? + 1).ok()).expect("a record");
    for (at, words, expect) in [
        (At::Turn(2), "", "turn 2 of 2"),
        (At::Offset(offset), "39 passed", "/39 passed  1 of 1"),
        (At::Start, "nowhere", "no match"),
        (At::Offset(u64::MAX), "", "Glad that it holds"),
    ] {
        let mut driver = Driver::new(100, 24);
        driver
            .send(Msg::Read(history::id(2).as_str().into(), Opening { at, words: Needle::plain(words), agent: None }));
        shows(&driver, expect);
    }
}

/// A screen with a session opened at words that stand in the record which holds a text.
fn opened_at(driver: &mut Driver, text: &str, words: &str, agent: Option<&str>) {
    let transcript = agent.map_or_else(|| driver.transcript.clone(), crate::transcripts::subagent);
    let at = transcript.find(text).expect("it is told");
    let offset = transcript[..at].rfind('\n').map_or(0, |end| end + 1);
    let at = At::Offset(u64::try_from(offset).expect("a short text"));
    let opening = Opening { at, words: Needle::plain(words), agent: agent.map(str::to_owned) };
    driver.send(Msg::Read(history::id(2).as_str().into(), opening));
}

#[test]
fn what_a_subagent_said_is_found_on_its_page() {
    let mut driver = Driver::new(100, 24);
    opened_at(&mut driver, "Signed, b2", "there are none", Some("b2"));
    for expect in ["› subagent", "Signed, b2", "/there are none  3 of 3"] {
        shows(&driver, expect);
    }
    driver.press("<Esc><Esc>");
    hides(&driver, "› subagent");
    shows(&driver, "find out why");
}

#[test]
fn stepping_back_from_a_subagent_leads_to_where_it_was_started() {
    let mut driver = Driver::new(100, 24);
    opened_at(&mut driver, "Signed, a1", "there are none", Some("a1"));
    driver.press("<Esc><Esc>");
    hides(&driver, "› subagent");
    assert!(driver.selected().contains("check for other writers"), "{}", driver.text());
}

#[test]
fn matches_lead_into_subagents_where_they_were_started_and_out_again() {
    let mut driver = open(100, 24, "/are none<Enter>");
    for (key, expect, inside) in [
        ("", "/are none  1 of 3", false),
        ("n", "2 of 3", true),
        ("n", "3 of 3", true),
        ("n", "1 of 3", false),
        ("N", "3 of 3", true),
        ("N", "2 of 3", true),
        ("N", "1 of 3", false),
    ] {
        driver.press(key);
        shows(&driver, expect);
        assert_eq!(driver.shows("› subagent"), inside, "{key}: {}", driver.text());
    }
    driver.press("n");
    shows(&driver, "Signed, a1");
    driver.press("<Esc><Esc>");
    assert!(driver.selected().contains("check for other writers"), "{}", driver.text());
}

#[test]
fn what_is_looked_for_stays_on_the_way_through_subagents() {
    let mut driver = open(100, 24, "/are none<Enter>a");
    for expect in ["Signed, a1", "/are none  1 of 3"] {
        shows(&driver, expect);
    }
    driver.press("n");
    shows(&driver, "2 of 3");
    driver.press("a");
    shows(&driver, "Signed, b2");
    driver.press("n");
    shows(&driver, "3 of 3");
}

#[test]
fn a_hit_is_opened_at_the_line_that_tells_most() {
    let mut driver = Driver::new(100, 24);
    let prompt = "a pollster\n\nno push\n\na poll and a push";
    let line = serde_json::json!({"type": "user", "uuid": "p", "message": {"content": prompt}});
    driver.transcript = format!("{line}\n");
    let words = Needle::query(&search::Query::parse("poll push"));
    driver.send(Msg::Read(history::id(2).as_str().into(), Opening { at: At::Offset(0), words, agent: None }));
    shows(&driver, "3 of 4");
    assert!(driver.selected().contains("a poll and a push"), "{}", driver.text());
}

#[test]
fn all_words_of_a_search_are_stepped_through() {
    let mut driver = Driver::new(100, 24);
    let words = Needle::query(&search::Query::parse("\"39 passed\" holds -stripe"));
    driver.send(Msg::Read(history::id(2).as_str().into(), Opening { at: At::Start, words, agent: None }));
    shows(&driver, "/\"39 passed\" holds  1 of 3");
    driver.press("n");
    assert!(driver.selected().contains("It holds now"), "{}", driver.text());
    driver.press("n");
    assert!(driver.selected().contains("Glad that it holds"), "{}", driver.text());
}

#[test]
fn what_a_subagent_said_in_the_file_of_its_session_is_found_on_its_page() {
    let mut driver = Driver::new(100, 24);
    let said = |uuid: &str, kind: &str, text: &str| {
        serde_json::json!({"type": kind, "uuid": uuid, "isSidechain": true, "agentId": "a9", "sessionId": "s",
            "message": {"id": uuid, "role": kind, "content": [{"type": "text", "text": text}]}})
    };
    let side = [said("x1", "user", "look inside"), said("x2", "assistant", "a needle lies inside")];
    driver.transcript = format!("{}{}\n{}\n", driver.transcript, side[0], side[1]);
    opened_at(&mut driver, "a needle lies", "needle", None);
    for expect in ["› subagent", "a needle lies inside", "/needle  1 of 1"] {
        shows(&driver, expect);
    }
    driver.press("<Esc>");
    hides(&driver, "› subagent");
    shows(&driver, "/needle  1 of 1");
    driver.press("n");
    shows(&driver, "a needle lies inside");
}

#[test]
fn what_the_conversation_leaves_out_is_shown_as_a_record() {
    let mut driver = Driver::new(100, 24);
    driver.transcript += "{\"type\":\"odd\",\"uuid\":\"o\",\"said\":\"a needle lies outside\"}\n";
    opened_at(&mut driver, "a needle lies", "needle", None);
    shows(&driver, "\"said\": \"a needle lies outside\"");
    shows(&driver, "Esc shows the conversation");
    driver.press("<Esc><Esc>");
    shows(&driver, "Glad that it holds");
}

#[test]
fn a_session_of_subagents_alone_is_read_one_after_the_other() {
    let mut driver = Driver::new(100, 24);
    driver.rows[2].transcript = None;
    driver.rows[2].had_transcript = false;
    driver.send(Msg::Started);
    driver.press("<Down><Down><^O>");
    shows(&driver, "Signed, a1");
    driver.press("a");
    shows(&driver, "Signed, b2");
    driver.press("a");
    shows(&driver, "Signed, a1");
    driver.press("q");
    hides(&driver, "› subagent");
}

#[test]
fn the_list_shows_what_is_open_and_leads_back_to_it() {
    let mut driver = open(100, 20, "q");
    shows(&driver, "8 sessions · 1 open");
    shows(&driver, "≡ 22h");
    for key in ["<STab>", "<Tab>t"] {
        driver.press(key);
        shows(&driver, "turn 1 of 2");
        driver.press("q");
    }
    let mut driver = Driver::new(100, 20);
    driver.press("<STab>");
    shows(&driver, "No transcript is open");
}

#[test]
fn the_head_line_says_what_was_spent_and_on_which_model() {
    let driver = open(140, 20, "");
    shows(&driver, "turn 1 of 2 · 30 % · $0.71 · sonnet-5-5 · 2 tools");
    let mut live = Driver::new(140, 20);
    live.press("<^O>");
    shows(&live, "$4.18 so far");
    let narrow = open(64, 20, "");
    shows(&narrow, "turn 1 of 2 · $0.71");
}

#[test]
fn a_subagent_has_a_page_of_its_own() {
    let mut driver = open(100, 40, "/other writers<Enter><Enter>");
    shows(&driver, "› subagent");
    shows(&driver, "I looked: there are none.");
    driver.press("<Esc>");
    hides(&driver, "› subagent");
    shows(&driver, "check for other writers");
}
