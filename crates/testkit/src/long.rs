//! One long transcript: turns with prose, code, tool calls and their results, as many as wanted.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

/// Writes a transcript of at least so many bytes; returns the number of its turns. Every hundredth answer holds the
/// word `zanzibar`, and each its number.
pub fn long_transcript(path: &Path, bytes: u64) -> io::Result<u64> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut writer = Long { file: BufWriter::new(File::create(path)?), written: 0, records: 0 };
    let mut turn = 0;
    while writer.written < bytes {
        turn += 1;
        writer.turn(turn)?;
    }
    writer.file.flush()?;
    Ok(turn)
}

struct Long {
    file: BufWriter<File>,
    written: u64,
    records: u64,
}

impl Long {
    fn turn(&mut self, turn: u64) -> io::Result<()> {
        let prompt = format!("Prompt number {turn}: why does the ledger export fail on the second retry?");
        self.record("user", &json!({"message": {"role": "user", "content": prompt}}))?;
        let rare = if turn.is_multiple_of(100) { " zanzibar" } else { "" };
        let answer = format!("# Answer {turn}{rare}\n\n{}\n\n```rust\n{}```\n", PROSE.repeat(3), CODE.repeat(4));
        self.answer(turn, 0, &json!({"type": "text", "text": answer}))?;
        for step in 1..=4 {
            let call = format!("call-{turn}-{step}");
            let (tool, input, output, detail) = step_of(turn, step);
            self.answer(turn, step, &json!({"type": "tool_use", "id": call, "name": tool, "input": input}))?;
            let content = json!([{"type": "tool_result", "tool_use_id": call, "content": output}]);
            self.record("user", &json!({"message": {"role": "user", "content": content}, "toolUseResult": detail}))?;
        }
        self.answer(turn, 5, &json!({"type": "text", "text": format!("Done with {turn}. {PROSE}")}))
    }

    fn answer(&mut self, turn: u64, step: u64, block: &Value) -> io::Result<()> {
        let usage = json!({"input_tokens": 3, "output_tokens": 412, "cache_read_input_tokens": 40_000 + turn});
        let message = json!({
            "id": format!("message-{turn}-{step}"), "role": "assistant", "model": "claude-opus-5-5",
            "content": [block], "usage": usage, "stop_reason": null,
        });
        self.record("assistant", &json!({"message": message}))
    }

    fn record(&mut self, kind: &str, fields: &Value) -> io::Result<()> {
        let seconds = self.records * 5;
        let mut record = json!({
            "type": kind, "uuid": format!("record-{}", self.records), "sessionId": "long", "version": "2.1.320",
            "parentUuid": self.records.checked_sub(1).map(|before| format!("record-{before}")), "cwd": "/home/you/code",
            "timestamp": format!(
                "2026-10-{:02}T{:02}:{:02}:{:02}.000Z",
                1 + seconds / 86_400 % 28, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60
            ),
        });
        if let (Some(record), Some(fields)) = (record.as_object_mut(), fields.as_object()) {
            record.extend(fields.clone());
        }
        let line = record.to_string() + "\n";
        self.written += line.len() as u64;
        self.records += 1;
        self.file.write_all(line.as_bytes())
    }
}

/// A tool call: its name, its input, what it gave back, and the client's own record of that.
fn step_of(turn: u64, step: u64) -> (&'static str, Value, String, Value) {
    match step {
        1 => {
            let text = CODE.repeat(40);
            let file =
                json!({"filePath": "/home/you/code/src/ledger.rs", "content": text, "numLines": 160, "startLine": 1});
            ("Read", json!({"file_path": "/home/you/code/src/ledger.rs"}), text, json!({"type": "text", "file": file}))
        }
        2 => {
            let lines = json!([
                " fn total() {",
                format!("-    let total = {turn};"),
                format!("+    let total = {};", turn + 1),
                " }"
            ]);
            let patch = json!([{"oldStart": 12, "oldLines": 3, "newStart": 12, "newLines": 3, "lines": lines}]);
            let input = json!({"file_path": "/home/you/code/src/ledger.rs", "old_string": format!("let total = {turn};"), "new_string": format!("let total = {};", turn + 1)});
            (
                "Edit",
                input,
                "The file has been updated.".to_owned(),
                json!({"structuredPatch": patch, "filePath": "/home/you/code/src/ledger.rs"}),
            )
        }
        3 => {
            let output = "\u{1b}[32m✓\u{1b}[0m src/ledger.test.ts (12 tests) 48ms\n".repeat(60);
            (
                "Bash",
                json!({"command": "npm test -- --filter ledger", "description": "Run the tests"}),
                output.clone(),
                json!({"stdout": output, "stderr": ""}),
            )
        }
        _ => {
            let output = "src/ledger.rs:42:    let total: u64 = rows.iter().map(|row| row.amount).sum();\n".repeat(30);
            ("Grep", json!({"pattern": "total", "path": "/home/you/code"}), output, json!({"numFiles": 3}))
        }
    }
}

const PROSE: &str = "The export reads the queue *before* the lock is taken, so a second **retry** sees the rows that the \
first one has written already. Two things follow: `offset` points behind the last row, and the ledger adds them twice. ";

const CODE: &str = "/// Opens the log and skips what was read before.\nfn total(rows: &[Row]) -> u64 {\n    \
rows.iter().map(|row| row.amount).sum()\n}\n";
