//! Conversations as Markdown, and text that a terminal can be given.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;
use transcript::{Detail, sanitize, to_markdown};

use crate::written::Transcript;

fn session() -> Transcript {
    let patch = json!([{"oldStart": 1, "oldLines": 2, "newStart": 1, "newLines": 2, "lines": [" one", "-two", "+2"]}]);
    let edited = json!({"message": {"content": [{"type": "tool_result", "tool_use_id": "t2", "content": "updated"}]},
        "toolUseResult": {"filePath": "/n.txt", "structuredPatch": patch}});
    let failed = json!([{"type": "tool_result", "tool_use_id": "t3", "is_error": true,
        "content": "<tool_use_error>File does not exist.\nTry again.</tool_use_error>"}]);
    let image =
        json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A".repeat(16400)}});
    let edit = json!({"file_path": "/n.txt", "old_string": "two", "new_string": "2"});
    Transcript::default()
        .says("u1", "", json!([image, {"type": "text", "text": "fix it\n```\ncode"}]))
        .answers("a1", "u1", "msg_1", &json!({"type": "thinking", "thinking": "Let me\n\nsee."}))
        .writes("a2", "a1", "msg_1", "On it.")
        .runs("a3", "a2", "msg_1", "t1")
        .gives("r1", "a3", "t1", "\u{1b}[32mok\u{1b}[0m with ``` inside")
        .answers("a4", "r1", "msg_2", &json!({"type": "tool_use", "id": "t2", "name": "Edit", "input": edit}))
        .record("user", "r2", "a4", edited)
        .answers(
            "a5",
            "r2",
            "msg_3",
            &json!({"type": "tool_use", "id": "t3", "name": "Read", "input": {"file_path": "/x", "limit": 5}}),
        )
        .says("r3", "a5", failed)
        .writes("a6", "r3", "msg_4", "Done.")
        .says("u2", "a6", "wrong way")
        .says("c1", "a6", "<command-name>/cost</command-name>")
        .says("c2", "c1", "<local-command-stdout>$1</local-command-stdout>")
}

fn utc(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[test]
fn talk_is_prompts_and_answers() {
    assert_snapshot!(to_markdown(&session().read(), Detail::Talk, &utc), @r"
    ## User · 2026-11-20 09:00 UTC

    [image image/png, 12 kB]

    fix it
    ```
    code
    ```

    ## Assistant · 2026-11-20 09:01 UTC · claude-opus-5

    On it.

    Done.

    ## User · 2026-11-20 09:11 UTC

    `/cost`

    ---

    *One abandoned branch is left out.*
    ");
}

#[test]
fn tools_are_one_line_each() {
    let text = to_markdown(&session().read(), Detail::Tools, &utc);
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('>')).map(str::trim_end).collect();
    assert_eq!(
        lines,
        ["> Bash  `run t1`  → ok", "> Edit  `/n.txt`  → ok", "> Read  `/x`  → error: File does not exist."]
    );
}

#[test]
fn everything_has_inputs_results_thinking_and_branches() {
    assert_snapshot!(to_markdown(&session().read(), Detail::Everything, &utc), @r##"
    ## User · 2026-11-20 09:00 UTC

    [image image/png, 12 kB]

    fix it
    ```
    code
    ```

    ## Assistant · 2026-11-20 09:01 UTC · claude-opus-5

    > *Thinking*
    >
    > Let me
    >
    > see.

    On it.

    > Bash  `run t1`  → ok

    ````console
    $ run t1
    ok with ``` inside
    ````

    > Edit  `/n.txt`  → ok

    ```diff
    @@ -1,2 +1,2 @@
     one
    -two
    +2
    ```

    > Read  `/x`  → error: File does not exist.

    ```json
    {
      "limit": 5
    }
    ```

    ```
    File does not exist.
    Try again.
    ```

    Done.

    ## User · 2026-11-20 09:11 UTC

    `/cost`

    ```
    $1
    ```

    # Abandoned branch 1, after turn 1

    ## User · 2026-11-20 09:10 UTC

    wrong way
    "##);
}

#[test]
fn escape_sequences_leave_no_trace() {
    let cases = [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\u{1b}[1;31mred\u{1b}[0m", "red"),
        ("\u{1b}]0;title\u{7}x\u{1b}]8;;http://a\u{1b}\\link\u{1b}]8;;\u{1b}\\", "xlink"),
        ("\u{1b}Pq#0\u{1b}\\after", "after"),
        ("\u{1b}(Bascii\u{1b}7\u{1b}=", "ascii"),
        ("\u{9b}31mC1 \u{9d}0;t\u{9c}end", "C1 end"),
        ("a\r\nb\rc\u{8}\u{0}\u{7f}", "a\nb\nc"),
        ("\u{202e}evil\u{2066}", "evil"),
        ("cut \u{1b}", "cut "),
        ("cut \u{1b}[", "cut "),
        ("cut \u{1b}]never ended\nnext", "cut \nnext"),
        ("Ünïcödé 中文 🎉", "Ünïcödé 中文 🎉"),
    ];
    for (text, plain) in cases {
        assert_eq!(sanitize(text), plain, "{text:?}");
    }
}

proptest! {
    #[test]
    fn sanitized_text_holds_no_control_character(text in any::<String>()) {
        let plain = sanitize(&text).into_owned();
        prop_assert!(!plain.chars().any(|symbol| symbol.is_control() && !matches!(symbol, '\n' | '\t')));
        prop_assert_eq!(sanitize(&plain), plain.as_str());
    }
}
