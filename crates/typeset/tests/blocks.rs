//! Each kind of block at a width, as the rows that come out.

use proptest::prelude::*;
use serde_json::{Value, json};
use transcript::{Answer, Block, Body, Command, Detail, Image, Item, Notice, Prompt, Thinking, ToolCall, ToolResult};
use typeset::{Code, Fill, Layout, PartKind, Sheet, plain, sheet, width};

fn item(body: Body) -> Item {
    Item { uuid: None, at: None, offset: 0, turn: 1, body }
}

fn says(text: &str) -> Item {
    answers(vec![Block::Text(text.to_owned())])
}

fn answers(blocks: Vec<Block>) -> Item {
    item(Body::Answer(Answer { blocks, ..Answer::default() }))
}

fn call(name: &str, subject: &str, input: Value, result: impl Into<Option<ToolResult>>) -> Item {
    let call = ToolCall {
        id: "t".to_owned(),
        name: name.to_owned(),
        input,
        subject: subject.to_owned(),
        result: result.into(),
        agent: None,
    };
    answers(vec![Block::Tool(Box::new(call))])
}

fn gave(text: &str, detail: Value) -> ToolResult {
    ToolResult { text: text.to_owned(), detail, ..ToolResult::default() }
}

fn laid(item: &Item, level: Detail, columns: usize) -> Sheet {
    let colors = |code: &Code| Some(code.colors());
    let layout = Layout {
        level,
        columns,
        prose: columns,
        wrap: true,
        directory: "/home/you/code",
        folds: &|_| None,
        colors: &colors,
    };
    sheet(item, None, &layout)
}

/// The rows as text, with what stands at their right ends.
fn shown(item: &Item, level: Detail, columns: usize) -> String {
    let sheet = laid(item, level, columns);
    let rows = sheet.rows.iter().map(|row| {
        let mut text = row.text();
        if row.rule {
            text.push_str("────");
        }
        if let Some((right, _)) = &row.right {
            text.push_str(&" ".repeat(columns.saturating_sub(width(&text) + width(right))));
            text.push_str(right);
        }
        let mark = match row.fill {
            Some(Fill::Prompt) => "»",
            Some(Fill::Code) => "·",
            Some(Fill::Added) => "+",
            Some(Fill::Removed) => "-",
            None => "|",
        };
        format!("{mark}{}", text.trim_end())
    });
    rows.collect::<Vec<_>>().join("\n")
}

const MARKDOWN: &str = "# Heading\n\nSome **bold** and *soft* `code` with a [link](https://example.org/page) and\na new line.\n\n\
1. first point that is long enough to be broken\n2. second\n   - nested\n   - more\n3. third\n\n> a quote that is long enough to be broken\n\n\
- [x] done\n- [ ] open\n\n---\n\n```rust\nfn main() {\n    println!(\"a line of code that is rather long\");\n}\n```\n\n\
| name | count | what it means |\n|---|---:|---|\n| one | 1 | the first of them all |\n| two | 22 | the second |\n\nEnd <b>of</b> it.";

#[test]
fn markdown_at_two_widths() {
    insta::assert_snapshot!("markdown_60", shown(&says(MARKDOWN), Detail::Talk, 60));
    insta::assert_snapshot!("markdown_30", shown(&says(MARKDOWN), Detail::Talk, 30));
}

#[test]
fn a_table_folds_where_it_does_not_fit() {
    let table = "| name | owner | state | remark |\n|---|---|---|---|\n| alpha | somebody | running | nothing to say |\n| beta | nobody | stopped | |";
    insta::assert_snapshot!("table_60", shown(&says(table), Detail::Talk, 60));
    insta::assert_snapshot!("table_24", shown(&says(table), Detail::Talk, 24));
}

#[test]
fn prompts_are_plain_text() {
    let prompt = Prompt {
        text: "please *do* this:\n  1. one thing that is long enough to be broken\n\n# not a heading".to_owned(),
        images: vec![Image { media_type: "image/png".to_owned(), bytes: 34_500 }],
        from: None,
    };
    insta::assert_snapshot!("prompt", shown(&item(Body::Prompt(prompt)), Detail::Tools, 40));
}

#[test]
fn a_change_shows_its_lines_and_says_how_many() {
    let patch = json!({"structuredPatch": [
        {"oldStart": 41, "newStart": 41, "lines": [" if (!ok) return;", "-state.set(status);", "+state.set(status, version);"]},
        {"oldStart": 90, "newStart": 90, "lines": ["-}", " end"]},
    ]});
    let edit = call(
        "Edit",
        "/home/you/code/src/poll.ts",
        json!({"file_path": "/home/you/code/src/poll.ts"}),
        gave("ok", patch),
    );
    insta::assert_snapshot!("edit", shown(&edit, Detail::Tools, 60));
    let unrecorded =
        json!({"edits": [{"old_string": "a\nb", "new_string": "a\nc"}, {"old_string": "x", "new_string": "y"}]});
    insta::assert_snapshot!("multi_edit", shown(&call("MultiEdit", "x.ts", unrecorded, None), Detail::Everything, 60));
    let written = call(
        "Write",
        "new.md",
        json!({"file_path": "new.md", "content": "# New\n\ntext\n"}),
        gave("ok", json!({"type": "create"})),
    );
    insta::assert_snapshot!("write", shown(&written, Detail::Everything, 60));
}

#[test]
fn commands_show_their_output_and_how_they_ended() {
    let output = json!({"stdout": "\u{1b}[32m✓\u{1b}[0m one test\nall good", "stderr": "", "durationMs": 48_200});
    let ended = call("Bash", "npm test", json!({"command": "npm test"}), gave("✓", output));
    insta::assert_snapshot!("bash_folded", shown(&ended, Detail::Tools, 60));
    insta::assert_snapshot!("bash_open", shown(&ended, Detail::Everything, 60));
    let failed = ToolResult { text: "Exit code 2\nno such file".to_owned(), is_error: true, ..ToolResult::default() };
    let long = "for file in *.rs; do\n  wc -l $file\ndone";
    insta::assert_snapshot!(
        "bash_failed",
        shown(&call("Bash", "for file in …", json!({"command": long}), Some(failed)), Detail::Everything, 60)
    );
}

#[test]
fn other_tools_show_what_was_given_and_what_came_back() {
    let todos = json!({"todos": [
        {"content": "look", "status": "completed"}, {"content": "think", "status": "in_progress"}, {"content": "do", "status": "pending"},
    ]});
    insta::assert_snapshot!(
        "todos",
        shown(&call("TodoWrite", "1 of 3 done", todos, gave("ok", Value::Null)), Detail::Everything, 40)
    );
    let file = json!({"file": {"content": "let a = 1;\nlet b = 2;\n", "startLine": 9, "numLines": 2}});
    let input = json!({"file_path": "/home/you/code/a.rs", "offset": 9, "limit": 2});
    insta::assert_snapshot!(
        "read",
        shown(&call("Read", "/home/you/code/a.rs", input, gave("x", file)), Detail::Everything, 50)
    );
    let agent = json!({"agentId": "a", "totalToolUseCount": 9, "totalTokens": 23_000, "totalDurationMs": 4_000});
    let input = json!({"description": "review it", "subagent_type": "reviewer", "prompt": "**Look** at it."});
    insta::assert_snapshot!(
        "agent",
        shown(&call("Agent", "review it", input, gave("It is *fine*.", agent)), Detail::Everything, 60)
    );
    let input = json!({"query": "who", "options": {"deep": true}, "text": "two\nlines"});
    insta::assert_snapshot!(
        "mcp",
        shown(&call("mcp__server__find_it", "who", input, gave("nobody", Value::Null)), Detail::Everything, 50)
    );
    let asked =
        json!({"questions": [{"question": "Which one?", "options": [{"label": "This", "description": "the first"}]}]});
    insta::assert_snapshot!(
        "question",
        shown(&call("AskUserQuestion", "Which one?", asked, gave("This", Value::Null)), Detail::Everything, 50)
    );
}

#[test]
fn thinking_and_notices_are_a_line_each() {
    let thinking = answers(vec![Block::Thinking(Thinking { text: "One.\n\nTwo.".to_owned(), redacted: false })]);
    insta::assert_snapshot!(
        "thinking",
        [Detail::Talk, Detail::Tools, Detail::Everything].map(|level| shown(&thinking, level, 40)).join("\n=====\n")
    );
    let redacted = answers(vec![Block::Thinking(Thinking { text: String::new(), redacted: true })]);
    assert_eq!(shown(&redacted, Detail::Tools, 40), "|▸ thinking  (redacted)");
    let compacted = Notice::Compacted {
        trigger: Some("manual".to_owned()),
        tokens_before: Some(9_500),
        summary: "All of it.".to_owned(),
    };
    let changed = Notice::ModelChanged { from: "a".to_owned(), to: "b".to_owned() };
    let notices = [
        compacted,
        changed,
        Notice::Interrupted,
        Notice::Info("hook said\nno".to_owned()),
        Notice::Injected("reminder".to_owned()),
    ];
    let rows = notices.map(|notice| shown(&item(Body::Notice(notice)), Detail::Everything, 60));
    insta::assert_snapshot!("notices", rows.join("\n=====\n"));
}

fn any_item() -> impl Strategy<Value = Item> {
    let text = "([a-zA-Z]{1,9}|[ \n]|[*_`#>|-]|日本語|👩‍💻|\u{1b}\\[31m|\t|```|1\\. ){0,60}";
    // What stands in a file is what somebody wrote there: numbers may be anything.
    let number = prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()];
    (text, text, number, 0..7u8).prop_map(|(one, other, number, kind)| match kind {
        0 => item(Body::Prompt(Prompt { text: one, ..Prompt::default() })),
        1 => says(&one),
        2 => call("Bash", "x", json!({"command": one}), gave(&other, json!({"stdout": other}))),
        3 => call("Edit", "x", json!({"old_string": one, "new_string": other}), None),
        4 => {
            let lines: Vec<String> = one.split(' ').map(|line| format!("-{line}")).collect();
            let lines = lines.into_iter().chain(other.split(' ').map(|line| format!("+{line}"))).collect::<Vec<_>>();
            let patch = json!({"structuredPatch": [{"oldStart": number, "newStart": number, "lines": lines}]});
            call("Edit", "x", json!({"file_path": "x"}), gave(&other, patch))
        }
        5 => {
            let file = json!({"file": {"content": one, "startLine": number, "numLines": number}});
            let input = json!({"file_path": other, "offset": number, "limit": number});
            call("Read", "x", input, gave(&other, file))
        }
        _ => call("Other", "x", json!({"a": one, "b": [other]}), gave(&other, Value::Null)),
    })
}

proptest! {
    #[test]
    fn no_row_of_any_block_is_too_wide_and_every_place_is_where_it_says(item in any_item(), columns in 20usize..90) {
        let sheet = laid(&item, Detail::Everything, columns);
        let texts = plain(&item, Detail::Everything, "/home/you/code");
        for part in &sheet.parts {
            let text = texts.iter().find(|(id, _)| *id == part.id).map(|(_, text)| text.as_str()).unwrap_or_default();
            for row in &sheet.rows[part.rows.clone()] {
                let taken = width(&row.text()) + row.right.as_ref().map_or(0, |(text, _)| width(text));
                prop_assert!(taken <= columns, "{} takes {taken} of {columns}", row.text());
                prop_assert!(!row.text().contains(char::is_control), "{:?}", row.text());
                for run in &row.runs {
                    if let Some(at) = run.at {
                        let at = at as usize;
                        prop_assert_eq!(text.get(at..at + run.text.len()), Some(run.text.as_str()));
                    }
                }
            }
        }
    }

    #[test]
    fn every_letter_of_a_text_is_on_some_row(words in prop::collection::vec("[a-zA-Z日本語]{1,30}", 1..30), columns in 10usize..60) {
        let text = words.join(" ");
        let prompt = item(Body::Prompt(Prompt { text: text.clone(), ..Prompt::default() }));
        for item in [prompt, says(&text)] {
            let rows: String = laid(&item, Detail::Talk, columns).rows.iter().map(typeset::Row::text).collect();
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&rows), letters(&text));
        }
    }
}

#[test]
fn parts_say_what_they_are() {
    let sheet = laid(&answers(vec![Block::Text("a".to_owned()), Block::Image(Image::default())]), Detail::Talk, 40);
    let kinds: Vec<_> = sheet.parts.iter().map(|part| part.kind.clone()).collect();
    assert_eq!(kinds, [PartKind::Text, PartKind::Picture]);
}

#[test]
fn an_answer_of_very_many_blocks_is_laid_out_to_its_end() {
    let blocks = (0..66_000).map(|number| Block::Text(number.to_string())).collect();
    let item = answers(blocks);
    let sheet = laid(&item, Detail::Talk, 40);
    assert_eq!(sheet.rows.last().map(typeset::Row::text), Some("65999".to_owned()));
    assert_eq!(sheet.parts.last().map(|part| part.id), Some(65_999));
    assert_eq!(plain(&item, Detail::Talk, "").len(), 66_000);
}

#[test]
fn every_long_text_says_how_much_of_it_is_left_out() {
    let long = "a line of text\n".repeat(40_000);
    let thinking = Block::Thinking(Thinking { text: long.clone(), redacted: false });
    let command = Command { name: "!ls".to_owned(), args: String::new(), output: long.clone() };
    let items = [
        says(&long),
        item(Body::Prompt(Prompt { text: long.clone(), ..Prompt::default() })),
        item(Body::Answer(Answer { blocks: vec![Block::Text(long.clone())], is_error: true, ..Answer::default() })),
        answers(vec![thinking]),
        item(Body::Command(command)),
        item(Body::Notice(Notice::Info(long.clone()))),
        item(Body::Notice(Notice::Injected(long.clone()))),
        item(Body::Notice(Notice::Compacted { trigger: None, tokens_before: None, summary: long.clone() })),
        item(Body::Notice(Notice::TaskFinished { summary: "done".to_owned(), result: long.clone() })),
        call("Bash", "x", json!({"command": long}), None),
        call("WebFetch", "x", json!({"prompt": long}), None),
        call("Edit", "x", json!({"old_string": "", "new_string": long}), None),
        call("Other", "x", json!({"a": long}), gave("", Value::Null)),
        call("Other", "x", json!({"a": [{"b": long}]}), gave("", Value::Null)),
        call("Read", "x", Value::Null, gave("", json!({"file": {"content": long}}))),
    ];
    let opened = |item: &Item| {
        let opens = |_| Some(true);
        let colors = |code: &Code| Some(code.colors());
        let layout = Layout {
            level: Detail::Everything,
            columns: 80,
            prose: 80,
            wrap: true,
            directory: "",
            folds: &opens,
            colors: &colors,
        };
        sheet(item, None, &layout)
    };
    for item in items {
        let sheet = opened(&item);
        let said = sheet.rows.last().map(typeset::Row::text).unwrap_or_default();
        assert!(said.contains("kB more; O opens the whole in a pager"), "{said:?} of {:.200}", format!("{item:?}"));
    }
}
