//! The reader: moving, folding, finding, staying in place.

use std::sync::Arc;

use serde_json::json;
use sessions_tui::{COMMANDS, Msg, Opened, Script};

use crate::driver::Driver;
use crate::transcripts::Written;

pub(crate) fn open(width: u16, height: u16, keys: &str) -> Driver {
    let mut driver = Driver::new(width, height);
    driver.press("<Down><Down><^O>").press(keys);
    driver
}

fn open_with(transcript: String, keys: &str) -> Driver {
    let mut driver = Driver::new(100, 30);
    driver.transcript = transcript;
    driver.press("<Down><Down><^O>").press(keys);
    driver
}

/// The first row of text on the screen.
fn first_row(driver: &Driver) -> String {
    driver.text().lines().nth(2).unwrap_or_default().trim_start_matches(['▌', '▏', ' ']).to_owned()
}

/// The row that the cursor is on.
fn cursor_row(driver: &Driver) -> String {
    let text = driver.text();
    let row = text.lines().find(|line| line.starts_with('▌'));
    row.unwrap_or_default().trim_start_matches(['▌', ' ']).to_owned()
}

#[track_caller]
pub(crate) fn shows(driver: &Driver, text: &str) {
    assert!(driver.shows(text), "{text} is missing in\n{}", driver.text());
}

#[track_caller]
pub(crate) fn hides(driver: &Driver, text: &str) {
    assert!(!driver.shows(text), "{text} is there in\n{}", driver.text());
}

#[test]
fn a_conversation_is_told_by_who_speaks_and_what_was_done() {
    let driver = open(120, 60, "");
    for text in [
        "checkout-web › Why does the e2e refund test flake?",
        "14:00  you",
        "turn 1",
        "the refund e2e test fails about one in five",
        "14:00  claude  sonnet-5-5",
        "41.0k ctx",
        "▸ thinking  (3 lines)",
        "▸ Read    src/poll.ts  1–80",
        "2 lines",
        "▸ Bash    npx playwright test e2e/refund.spec.ts",
        "exit 0 · 7 s",
        "It is a race between the refund poll and the websocket push",
        "1. the poll in src/poll.ts, every 500 ms",
        "▏ could it be the poll interval?",
        "500 ms  no",
        "▾ Edit    src/poll.ts",
        "+3 −1",
        "   42 − state.set(res.status);",
        "   43 +   state.set(res.status, res.version);",
        "▸ Agent   reviewer: check for other writers",
        "9 calls · 12k tokens · 61 s",
        "exit 1",
        "turn 1 of 2",
    ] {
        shows(&driver, text);
    }
    hides(&driver, "**");
    hides(&driver, "A race?");
    hides(&driver, "39 passed");
}

#[test]
fn keys_scroll_and_stop_at_both_ends() {
    for (keys, expect) in [
        ("", "14:00  you"),
        ("k", "14:00  you"),
        ("]", "14:00  claude  sonnet-5-5"),
        ("][", "14:00  you"),
        ("}", "thanks, that is all"),
        ("}{", "14:00  you"),
        ("G<Home>", "14:00  you"),
        ("#2<Enter>", "thanks, that is all"),
    ] {
        let driver = open(80, 16, keys);
        let text = driver.text();
        let shown = text.lines().skip(2).take(12).any(|line| line.contains(expect));
        assert!(shown, "{keys}: {text}");
    }
    shows(&open(80, 16, "G"), "The test ran 200 times");
    shows(&open(120, 16, &"<PgDn>".repeat(12)), "100 %");
    shows(&open(80, 16, "#99<Enter>"), "There are 2 turns");
}

#[test]
fn every_row_is_passed_once_in_both_directions() {
    let mut driver = open(80, 16, "");
    let mut down = vec![driver.text()];
    loop {
        driver.press("j");
        let text = driver.text();
        if down.last() == Some(&text) {
            break;
        }
        down.push(text);
        assert!(down.len() < 500, "the end is never reached");
    }
    for expect in down.iter().rev().skip(1) {
        driver.press("k");
        let rows = |text: &str| {
            text.lines()
                .skip(2)
                .take(12)
                .map(|row| row.trim_start_matches(['▌', '▏', ' ']).to_owned())
                .collect::<Vec<_>>()
        };
        // Going up the cursor sweeps the other way, but no row is ever skipped: the screens overlap by all but one.
        let (now, then) = (rows(&driver.text()), rows(expect));
        let same = now.iter().filter(|row| then.contains(row)).count();
        assert!(same + 9 >= now.len(), "{now:#?}\n{then:#?}");
    }
    assert!(first_row(&driver).starts_with("14:00  you"), "{}", driver.text());
}

#[test]
fn levels_show_talk_then_tools_then_everything() {
    let talk = open(120, 60, "1");
    shows(&talk, "It holds now.");
    for hidden in ["thinking", "Read", "Bash"] {
        hides(&talk, hidden);
    }
    let everything = open(120, 80, "3");
    for shown in ["▾ thinking", "Look at the poll.", "39 passed", "const a = 1;", "look for writers"] {
        shows(&everything, shown);
    }
}

#[test]
fn a_block_opens_and_closes_and_stays_so_at_other_levels() {
    let opened = open(120, 60, "jjjjz");
    shows(&opened, "▾ thinking");
    shows(&opened, "Look at the poll.");
    let closed = open(120, 60, "jjjjzz");
    hides(&closed, "Look at the poll.");
    let mut driver = open(120, 60, "jjjjz12");
    shows(&driver, "Look at the poll.");
    driver.press("2");
    hides(&driver, "Look at the poll.");
    let folded = open(120, 60, "jz");
    shows(&folded, "▸ the refund e2e test");
}

#[test]
fn find_counts_goes_around_and_is_forgotten_by_escape() {
    let driver = open(80, 24, "/poll");
    shows(&driver, "/ poll  1 of 8");
    shows(&open(80, 24, "/poll<Enter>nn"), "/poll  3 of 8");
    shows(&open(80, 24, "/poll<Enter>N"), "/poll  8 of 8");
    shows(&open(80, 24, "/nowhere<Enter>"), "no match");
    let mut driver = open(80, 16, "jj/thanks<Esc>");
    assert_eq!(first_row(&driver).split("  ").next(), Some("14:00"));
    hides(&driver, "1 of 1");
    driver.press("holds");
    shows(&driver, "/ holds");
    driver.press("<Esc><Esc>j");
    hides(&driver, "Esc cancel");
}

#[test]
fn a_match_opens_what_hides_it() {
    let driver = open(80, 24, "/39 passed<Enter>");
    shows(&driver, "/39 passed  1 of 1");
    assert!(cursor_row(&driver).contains("39 passed"), "{}", driver.text());
    let driver = open(80, 24, "/a race between<Enter>");
    shows(&driver, "1 of 1");
}

#[test]
fn escape_steps_back_and_q_leaves_at_once() {
    let shown = |keys: &str| open(80, 24, &format!("/poll<Enter>{keys}"));
    let driver = shown("<Esc>");
    hides(&driver, "/poll  ");
    for keys in ["<Esc><Esc>", "q"] {
        let driver = shown(keys);
        assert!(driver.selected().contains("e2e refund"), "{keys}: {}", driver.text());
        assert_eq!(driver.left, None, "{keys}");
    }
}

#[test]
fn a_transcript_is_found_again_where_it_was_left() {
    let mut driver = open(80, 16, "#2<Enter>q");
    driver.press("<^O>");
    shows(&driver, "turn 2 of 2");
}

#[test]
fn several_are_open_at_once() {
    let mut driver = open(120, 20, "q<Down><^O>");
    shows(&driver, "2/2 open");
    shows(&driver, "Ledger invariants");
    driver.press("<Tab>");
    shows(&driver, "1/2 open");
    shows(&driver, "Why does the e2e refund test flake?");
    driver.press("x");
    hides(&driver, "open ·");
    shows(&driver, "Ledger invariants");
    driver.press("x");
    shows(&driver, "8 sessions");
}

#[test]
fn an_abandoned_branch_can_be_gone_into() {
    let start = Written::default().asks("first").says("m1", "one");
    let records = start.count();
    let text =
        start.asks("wrong way").says("m2", "two").rewinds_to(records).asks("right way").says("m3", "three").text();
    let mut driver = open_with(text, "");
    shows(&driver, "⑂ abandoned: wrong way");
    hides(&driver, "two");
    driver.press("jjjjjjj");
    while !cursor_row(&driver).contains("abandoned") {
        driver.press("k");
    }
    driver.press("<Enter>");
    shows(&driver, "› abandoned branch");
    shows(&driver, "two");
    driver.press("<Esc>");
    shows(&driver, "three");
}

#[test]
fn marks_tell_of_compaction_and_of_another_model() {
    let text = Written::default()
        .asks("go")
        .other("system", &json!({"subtype": "compact_boundary", "compactMetadata": {"trigger": "auto", "preTokens": 160_000}}))
        .other("user", &json!({"isCompactSummary": true, "message": {"content": "## Summary\n\nAll of it."}}))
        .other("system", &json!({"subtype": "model_refusal_fallback", "originalModel": "claude-fable-5", "fallbackModel": "claude-opus-5"}))
        .says("m1", "on it")
        .asks("[Request interrupted by user]")
        .text();
    let driver = open_with(text, "");
    shows(&driver, "▸ the conversation was compacted here by itself · 160k tokens before");
    shows(&driver, "⇄ the model changed from claude-fable-5 to claude-opus-5");
    shows(&driver, "◼ interrupted by the person");
    hides(&driver, "All of it.");
}

#[test]
fn pictures_are_told_and_can_be_viewed() {
    let picture = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8h".repeat(400)}});
    let text = Written::default()
        .other("user", &json!({"message": {"content": [{"type": "text", "text": "look"}, picture]}}))
        .says("m1", "nice")
        .text();
    let mut driver = open_with(text, "");
    shows(&driver, "▣ picture  png · 2 kB");
    driver.press("v");
    shows(&driver, "1 records with pictures");
    driver.press("Gv");
    shows(&driver, "There is no picture in this block");
}

#[test]
fn the_raw_record_stands_behind_every_block() {
    let mut driver = open(100, 30, "m");
    shows(&driver, "raw record");
    shows(&driver, "\"content\": \"the refund e2e test fails about one in five, find out why\"");
    driver.press("<Esc>");
    hides(&driver, "\"content\"");
}

#[test]
fn a_block_is_copied_as_it_was_written() {
    for (keys, expect) in [
        ("jy", "the refund e2e test fails about one in five, find out why"),
        ("/It holds now<Enter>y", "It holds now."),
        ("/npm test<Enter>y", "npm test\nExit code 1\nnpm ERR! no test"),
    ] {
        assert_eq!(open(100, 40, keys).copied, [expect], "{keys}");
    }
    let race = open(100, 40, "/It is a race<Enter>y").copied.pop().expect("something was copied");
    assert!(race.contains("It is a **race** between"), "Markdown stays Markdown: {race}");
}

#[test]
fn times_stand_where_somebody_begins_everywhere_or_nowhere() {
    let count = |keys: &str| open(120, 40, keys).text().matches("14:").count();
    let (heads, all, none) = (count(""), count("t"), count("tt"));
    assert!(none == 0 && heads > 1 && all > heads, "{none} {heads} {all}");
}

#[test]
fn letters_go_into_the_find_box() {
    shows(&open(80, 16, "/q?gn"), "/ q?gn");
}

#[test]
fn another_width_shows_the_same_place() {
    let mut driver = open(80, 16, "]");
    let before = first_row(&driver);
    driver.send(Msg::Resize(60, 16));
    assert_eq!(first_row(&driver)[..20], before[..20]);
}

#[test]
fn a_transcript_that_grows_keeps_its_place_or_stays_at_its_end() {
    let start = Written::default().asks("first").says("m1", &"line\n\n".repeat(30));
    let before = start.text();
    let after = start.asks("second").says("m2", "the new end").text();
    let opened = |text: &str| Opened { script: Arc::new(Script::whole(text.as_bytes())), complete: true };
    for (keys, follows) in [("", false), ("f", true)] {
        let mut driver = open_with(before.clone(), keys);
        let ticket = driver.ticket;
        let top = first_row(&driver);
        driver.send(Msg::Grown(ticket, opened(&after).script));
        assert_eq!(driver.shows("the new end"), follows, "{}", driver.text());
        assert!(follows || first_row(&driver) == top);
    }
}

#[test]
fn nothing_in_a_transcript_reaches_the_terminal() {
    let evil = "\u{1b}]52;c;aGFjaw==\u{7}\u{1b}]8;;http://evil\u{1b}\\link\u{1b}[2J\u{1b}[1;1H\u{9b}31m\u{202e}reversed\u{2066}\u{200b}end";
    let text = Written::default()
        .asks(evil)
        .says("m1", &format!("# {evil}\n\n`{evil}`\n\n| a |\n|---|\n| {evil} |\n\n```rust\n{evil}\n```"))
        .answers("m1", &json!({"type": "thinking", "thinking": evil}))
        .calls("m1", "t1", evil, &json!({"file_path": evil, "other": [evil]}))
        .gives("t1", evil, &json!(evil))
        .calls("m2", "t2", "Edit", &json!({"file_path": evil, "old_string": evil, "new_string": format!("{evil}x")}))
        .fails("t2", evil)
        .calls("m3", "t3", "TodoWrite", &json!({"todos": [{"content": evil, "status": "pending"}]}))
        .other("system", &json!({"subtype": "informational", "content": evil}))
        .text();
    for keys in ["", "3", "3m", "3/end<Enter>"] {
        let driver = open_with(text.clone(), keys);
        shows(&driver, "link");
        let bad =
            |letter: char| letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let buffer = driver.buffer();
        let found = buffer.content.iter().find(|cell| cell.symbol().contains(bad));
        assert_eq!(found, None, "{keys}");
    }
}

#[test]
fn both_ways_lead_back_to_the_list() {
    for keys in ["q", "<Esc>"] {
        let driver = open(80, 16, keys);
        assert!(driver.selected().contains("e2e refund"), "{keys}: {}", driver.text());
        assert_eq!(driver.left, None);
    }
}

#[test]
fn help_names_every_command_and_every_key() {
    let mut driver = Driver::new(100, 300);
    driver.press("<F1>");
    for command in COMMANDS.iter() {
        assert!(driver.shows(command.title), "{}", command.id);
        for key in command.keys.iter().chain(command.letters) {
            assert!(driver.shows(&key.to_string()), "{key} of {}", command.id);
        }
    }
    let mut driver = Driver::new(80, 24);
    driver.press("<F1>G");
    assert!(driver.shows("Esc  Enter  q  Space"), "{}", driver.text());
    let mut driver = open(80, 24, "?");
    assert!(driver.shows("Next match"), "the keys of the screen come first:\n{}", driver.text());
    driver.press("<Esc>");
    shows(&driver, "turn 1 of 2");
    let mut driver = Driver::new(80, 24);
    driver.press("<F1>G");
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"));
}
