//! Text for generated records, escaped for JSON beforehand, so that writing it is copying it.

use super::random::Random;

const WORDS: &[&str] = &[
    "the",
    "a",
    "cache",
    "request",
    "parser",
    "returns",
    "when",
    "queue",
    "before",
    "after",
    "worker",
    "because",
    "session",
    "file",
    "reads",
    "writes",
    "test",
    "fails",
    "value",
    "retry",
    "lock",
    "and",
    "then",
    "if",
    "not",
    "column",
    "index",
    "offset",
    "buffer",
    "stream",
    "token",
    "price",
    "ledger",
    "invoice",
    "sensor",
    "widget",
    "größer",
    "naïve",
    "数据",
    "ошибка",
];

const CODE: &[&str] = &[
    "    let total: u64 = rows.iter().map(|row| row.amount).sum();",
    "        if (!response.ok) throw new Error(`status ${response.status}`);",
    r#"    return {"id": row["id"], "amount": Decimal(row["amount"])}"#,
    "\tcase <-ctx.Done():\n\t\treturn ctx.Err()",
    "  1042:    /// Opens the log and skips what was read before.",
    "test ledger::tests::sums_are_exact ... ok",
    "error[E0502]: cannot borrow `self.rows` as mutable because it is also borrowed as immutable",
    "\u{1b}[32m✓\u{1b}[0m src/poll.test.ts (12 tests) 48ms",
    r#"2026-10-04T11:02:17Z INFO  worker{id=3}: done path="C:\data\in.csv" rows=1204"#,
    "-rw-r--r-- 1 you you 18234 Oct  4 11:02 invoice_2026_10.pdf",
];

const LINES: usize = 4096;

/// Lines of prose, code and logs.
#[derive(Debug)]
pub(crate) struct Prose {
    text: String,
    /// Where each line begins; one more for the end.
    starts: Vec<usize>,
}

impl Prose {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut text = String::new();
        let mut starts = vec![0];
        for _ in 0..LINES {
            let line = if random.once_in(2) { random.pick(CODE).to_owned() } else { sentence(random) };
            let quoted = serde_json::to_string(&line).expect("a string is JSON");
            text.push_str(&quoted[1..quoted.len() - 1]);
            text.push_str("\\n");
            starts.push(text.len());
        }
        Self { text, starts }
    }

    /// About so many bytes of it, whole lines, escaped for a JSON string.
    pub(crate) fn some(&self, random: &mut Random, bytes: usize) -> &str {
        let first = random.below(LINES);
        let wanted = self.starts[first] + bytes;
        let last = self.starts.partition_point(|start| *start < wanted).clamp(first + 1, LINES);
        &self.text[self.starts[first]..self.starts[last]]
    }
}

fn sentence(random: &mut Random) -> String {
    let words: Vec<&str> = (0..random.between(6, 20)).map(|_| random.pick(WORDS)).collect();
    words.join(" ") + "."
}
