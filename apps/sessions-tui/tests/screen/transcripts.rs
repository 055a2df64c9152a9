//! Transcripts as the client writes them, the same in every test.

use serde_json::{Value, json};

/// Records of a transcript, each following the one before it.
#[derive(Default)]
pub(crate) struct Written {
    lines: Vec<String>,
    last: Option<String>,
    seconds: u32,
}

impl Written {
    fn record(mut self, kind: &str, fields: &Value) -> Self {
        let uuid = format!("u{}", self.lines.len());
        let minutes = self.seconds / 60;
        let mut record = json!({
            "type": kind, "uuid": uuid, "parentUuid": self.last, "sessionId": "s",
            "timestamp": format!("2026-11-15T14:{:02}:{:02}.000Z", minutes % 60, self.seconds % 60),
        });
        if let (Some(record), Some(fields)) = (record.as_object_mut(), fields.as_object()) {
            record.extend(fields.clone());
        }
        self.lines.push(record.to_string());
        self.last = Some(uuid);
        self.seconds += 7;
        self
    }

    pub(crate) fn asks(self, text: &str) -> Self {
        self.record("user", &json!({"message": {"role": "user", "content": text}}))
    }

    pub(crate) fn answers(self, id: &str, block: &Value) -> Self {
        let usage = json!({"input_tokens": 12, "output_tokens": 310, "cache_read_input_tokens": 41_000});
        let message = json!({"id": id, "model": "claude-sonnet-5-5", "content": [block], "usage": usage});
        self.record("assistant", &json!({"message": message}))
    }

    pub(crate) fn says(self, id: &str, text: &str) -> Self {
        self.answers(id, &json!({"type": "text", "text": text}))
    }

    pub(crate) fn calls(self, id: &str, call: &str, tool: &str, input: &Value) -> Self {
        self.answers(id, &json!({"type": "tool_use", "id": call, "name": tool, "input": input}))
    }

    pub(crate) fn gives(self, call: &str, text: &str, detail: &Value) -> Self {
        let content = json!([{"type": "tool_result", "tool_use_id": call, "content": text}]);
        self.record("user", &json!({"message": {"content": content}, "toolUseResult": detail}))
    }

    pub(crate) fn fails(self, call: &str, text: &str) -> Self {
        let content = json!([{"type": "tool_result", "tool_use_id": call, "content": text, "is_error": true}]);
        self.record("user", &json!({"message": {"content": content}, "toolUseResult": format!("Error: {text}")}))
    }

    pub(crate) fn other(self, kind: &str, fields: &Value) -> Self {
        self.record(kind, fields)
    }

    /// Goes back to where so many records stood; what was said since is abandoned.
    pub(crate) fn rewinds_to(mut self, records: usize) -> Self {
        self.last = Some(format!("u{}", records - 1));
        self
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    pub(crate) fn count(&self) -> usize {
        self.lines.len()
    }
}

/// A session of two turns with something of everything.
pub(crate) fn flaky_test() -> String {
    let patch = json!([{"oldStart": 41, "newStart": 41, "lines": [
        " if (!res.ok) return;",
        "-state.set(res.status);",
        "+if (res.version > state.version) {",
        "+  state.set(res.status, res.version);",
        "+}",
    ]}]);
    Written::default()
        .asks("the refund e2e test fails about one in five, find out why")
        .answers("m1", &json!({"type": "thinking", "thinking": "A race?\nLook at the poll.\nThen at the push."}))
        .calls("m1", "t1", "Read", &json!({"file_path": "/home/ada/src/checkout-web/src/poll.ts", "limit": 80}))
        .gives("t1", "1→x", &json!({"type": "text", "file": {"content": "const a = 1;\nexport {a};", "startLine": 1, "numLines": 2}}))
        .calls("m2", "t2", "Bash", &json!({"command": "npx playwright test e2e/refund.spec.ts", "description": "Run the test"}))
        .gives("t2", "1 failed", &json!({"stdout": "\u{1b}[31m1 failed\u{1b}[0m\n39 passed", "stderr": ""}))
        .says("m3", ANSWER)
        .calls("m4", "t3", "Edit", &json!({"file_path": "/home/ada/src/checkout-web/src/poll.ts"}))
        .gives("t3", "done", &json!({"structuredPatch": patch}))
        .calls("m5", "t4", "Agent", &json!({"description": "check for other writers", "subagent_type": "reviewer", "prompt": "look for writers"}))
        .gives("t4", "There are none.", &json!({"agentId": "a1", "totalToolUseCount": 9, "totalTokens": 12_345, "totalDurationMs": 61_000}))
        .calls("m6", "t5", "Bash", &json!({"command": "npm test"}))
        .fails("t5", "Exit code 1\nnpm ERR! no test")
        .says("m7", "It holds now.")
        .asks("thanks, that is all")
        .says("m8", "Glad that it holds. The test ran 200 times without a failure.")
        .text()
}

/// The transcripts of the subagents of that session.
pub(crate) fn subagent(agent: &str) -> String {
    let answer = format!("I looked: there are none. Signed, {agent}.");
    Written::default().asks("look for writers").says("s1", &answer).text()
}

const ANSWER: &str = "Reproduced in 7 of 40 runs. It is a **race** between the refund poll and the websocket push: two \
things write `refundState`, and the later one wins even when it carries the older state.

1. the poll in `src/poll.ts`, every 500 ms, which does not look at the version of what it read
2. the websocket push in `src/push.ts`

> could it be the poll interval?

```ts
if (!res.ok) return;
state.set(res.status); // no version: an older answer overwrites a newer one
```

| writer | every | checks the version |
|---|---:|---|
| poll | 500 ms | no |
| push | on change | yes |

日本語のとても長い一行がここにあり、画面の幅で折り返されるはずです。日本語のとても長い一行がここにあり、画面の幅で折り返されるはずです。";
