//! A history and its store, and what the store says about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use pricing::PriceTable;
use serde_json::json;
use store::{Progress, ScanOptions, ScanReport, Store, StoreError, Strides};
use testkit::{Home, Transcript};

pub(crate) const A: &str = "aaaaaaaa-1111-4111-8111-111111111111";
pub(crate) const B: &str = "bbbbbbbb-2222-4222-8222-222222222222";
pub(crate) const C: &str = "cccccccc-3333-4333-8333-333333333333";

/// A scan that meets a boundary everywhere: pieces of a few lines, batches of a few pieces, and the store closed after
/// each of them.
pub(crate) const TINY: Strides = Strides {
    read: 1024,
    piece: 4096,
    bundle_rows: 30,
    bundle: 2048,
    batch_rows: 60,
    hold: Duration::ZERO,
    memory: None,
};

/// A home with transcripts and a store.
pub(crate) struct History {
    pub(crate) home: Home,
    pub(crate) store: Store,
    /// How much is done at once when it is scanned.
    pub(crate) strides: Strides,
}

impl History {
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let store = Store::at(home.path().join("data/sessions.duckdb")).waiting(Duration::from_mins(1));
        Self { home, store, strides: Strides::default() }
    }

    /// A history of one session with three answers.
    pub(crate) fn of_one() -> Self {
        let history = Self::new();
        history.write("-p", A, &three_answers(A).text());
        history
    }

    /// Adds a fork of its one session, with a subagent, a title and a pull request; the subagent's transcript.
    pub(crate) fn forked(&self) -> Transcript {
        let mut fork = three_answers(A).fork(B);
        fork.prompt("on").tool("Task", json!({"subagent_type": "Explore", "prompt": "look"}), "seen").answer("and on");
        fork.custom_title("A fork").pr_link("ada/loom", 7);
        self.write("-p", B, &fork.text());
        let mut agent = Transcript::subagent(B, "a1");
        agent.prompt("look").answer("seen");
        self.home.transcript(&format!("-p/{B}/subagents/agent-a1.jsonl"), agent.text());
        agent
    }

    pub(crate) fn delete_store(&self) {
        fs::remove_file(self.store.path()).expect("it can be removed");
    }

    pub(crate) fn write(&self, project: &str, session: &str, text: &str) -> PathBuf {
        self.home.transcript(&format!("{project}/{session}.jsonl"), text)
    }

    pub(crate) fn options(&self) -> ScanOptions {
        ScanOptions { roots: vec![self.home.claude()], strides: self.strides, ..ScanOptions::default() }
    }

    pub(crate) fn scan(&self) -> ScanReport {
        self.try_scan(&AtomicBool::new(false), &mut |_| ()).expect("the history can be scanned")
    }

    pub(crate) fn try_scan(
        &self,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, StoreError> {
        self.store.scan(&self.options(), &PriceTable::built_in(), cancel, progress)
    }

    pub(crate) fn rebuild(&self) -> ScanReport {
        let cancel = AtomicBool::new(false);
        let report = self.store.rebuild(&self.options(), &PriceTable::built_in(), &cancel, &mut |_| ());
        report.expect("the store can be rebuilt")
    }

    /// Number of requests and output tokens of a session.
    pub(crate) fn usage(&self, session: &str) -> (u32, u64) {
        let detail = self.store.session(&session.into()).expect("the store can be asked");
        detail.map_or((0, 0), |detail| (detail.row.requests, detail.row.tokens.output))
    }

    /// Everything that must not depend on how the store came to be.
    pub(crate) fn dump(&self) -> Vec<String> {
        dump(self.store.path())
    }
}

pub(crate) fn three_answers(session: &str) -> Transcript {
    let mut transcript = Transcript::new(session);
    transcript.prompt("look").tool("Bash", serde_json::json!({"command": "ls"}), "a b").answer("two files");
    transcript.prompt("thanks").answer("welcome");
    transcript
}

pub(crate) fn append(path: &Path, text: &str) {
    let whole = fs::read_to_string(path).expect("the file can be read") + text;
    fs::write(path, whole).expect("the file can be written");
}

fn dump(store: &Path) -> Vec<String> {
    let connection = duckdb::Connection::open(store).expect("the store can be opened");
    let mut lines = Vec::new();
    for sql in [
        "SELECT * EXCLUDE (file_id) FROM requests ORDER BY request_key, uuid",
        "SELECT * EXCLUDE (modified_at, transcript, root) FROM sessions ORDER BY session_id",
        "SELECT * FROM tool_calls ORDER BY tool_call_id",
        "SELECT path, session_id, read_to, problems, present FROM files ORDER BY path",
    ] {
        let sql = format!("SELECT CAST(row AS VARCHAR) FROM ({sql}) row");
        let mut statement = connection.prepare(&sql).expect("the question is well formed");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("it can be asked");
        lines.extend(rows.map(|row| row.expect("a row can be read")));
    }
    lines
}
