//! A small history, the same in every test.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use pricing::NanoUsd;
use store::live::Running;
use store::{Belongings, SessionRow, TranscriptFile};
use transcript::{Session, Title, TitleSource, Tokens};

/// The time of day in every test.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 16, 12, 0, 0).single().expect("a real moment")
}

/// Title, project, branch, model, hours since its end, turns, thousands of tokens, cents.
type Sketch = (&'static str, &'static str, &'static str, &'static str, i64, u32, u64, i64);

const SKETCHES: [Sketch; 8] = [
    ("Fix double refund on retry", "billing-api", "main", "claude-opus-5-5", 0, 34, 1_200, 418),
    ("Idempotency keys for refund webhook", "billing-api", "fix/idem", "claude-opus-5-5", 2, 81, 3_900, 1_102),
    ("Why does the e2e refund test flake?", "checkout-web", "main", "claude-sonnet-5-5", 22, 22, 640, 71),
    ("Ledger invariants", "billing-api", "main", "claude-fable-5", 6 * 24, 12, 410, 240),
    ("返金テストが時々失敗する理由を調べる", "決済サービス", "修正/返金", "claude-sonnet-5-5", 9 * 24, 7, 88, 9),
    ("Ship it 🚀 with 👩‍💻 and a family 👨‍👩‍👧‍👦", "infra", "main", "claude-haiku-5-5", 26 * 24, 1, 4, 0),
    ("Outbox pattern spike", "billing-api", "spike/outbox-with-a-long-name", "claude-opus-5", 40 * 24, 55, 2_200, 796),
    ("Evil \u{1b}[31mtitle\u{7} \u{202e}reversed", "infra", "main", "unknown-model", 90 * 24, 3, 15_000, 0),
];

/// All sessions of the small history.
pub(crate) fn rows() -> Vec<SessionRow> {
    SKETCHES.iter().enumerate().map(|(at, sketch)| row(at, sketch)).collect()
}

/// A session with a title and nothing special.
pub(crate) fn titled(at: usize, title: &'static str, hours: i64) -> SessionRow {
    row(at, &(title, "infra", "main", "claude-opus-5-5", hours, 3, 10, 5))
}

/// The id of the session at a place in the history.
pub(crate) fn id(at: usize) -> String {
    format!("{at:08x}-0000-4000-8000-000000000000")
}

/// The files of the session whose transcript is read in tests: its own, and those of two subagents.
pub(crate) fn belongings() -> Belongings {
    let folder = format!("/home/ada/.claude/projects/x/{}", id(2));
    let file = |path: String, agent: Option<&str>| TranscriptFile {
        path: path.into(),
        agent: agent.map(str::to_owned),
        bytes: 1,
        present: true,
    };
    let agent = |name: &str| file(format!("{folder}/subagents/agent-{name}.jsonl"), Some(name));
    Belongings { files: vec![file(format!("{folder}.jsonl"), None), agent("a1"), agent("b2")], ..Belongings::default() }
}

/// A client that has a session open.
pub(crate) fn running(id: &str) -> Running {
    Running {
        pid: 4_711,
        session: id.into(),
        cwd: Some("/home/ada/src/billing-api".to_owned()),
        status: Some("busy".to_owned()),
        updated_at: Some(now()),
        started_at: Some(now() - TimeDelta::minutes(3)),
        name: None,
    }
}

fn row(at: usize, sketch: &Sketch) -> SessionRow {
    let (title, project, branch, model, hours, prompts, thousands, cents) = *sketch;
    let ended = now() - TimeDelta::hours(hours);
    let gone = hours > 30 * 24 && hours < 60 * 24;
    let directory = format!("/home/ada/src/{project}");
    let total = thousands * 1_000;
    SessionRow {
        session: Session {
            id: id(at).as_str().into(),
            title: Some(Title { text: title.to_owned(), source: TitleSource::Ai }),
            first_prompt: Some(format!("please look at this: {title}")),
            last_prompt: Some("thanks, that is all".to_owned()),
            cwd_first: Some(directory.clone()),
            cwd_last: Some(directory.clone()),
            project: Some(project.to_owned()),
            branch: Some(branch.to_owned()),
            versions: vec!["2.1.320".to_owned()],
            models: vec![model.to_owned()],
            started: Some(ended - TimeDelta::minutes(68)),
            ended: Some(ended),
            active_ms: 41 * 60_000,
            prompts,
            files_touched: [
                "e2e/refund.spec.ts",
                "src/poll.ts",
                "src/push.ts",
                "README.md",
                "src/lib/state/machine.ts",
            ]
            .map(|file| format!("{directory}/{file}"))
            .to_vec(),
            subagents: u32::from(at == 2) * 2,
            pr_links: (at == 2).then(|| "https://github.com/ada/checkout-web/pull/12".to_owned()).into_iter().collect(),
            ..Session::default()
        },
        adopted: false,
        project_key: None,
        created_by: None,
        device: None,
        counts_for: None,
        tokens: Tokens {
            input: total / 20,
            output: total / 20,
            cache_write_5m: total / 10,
            cache_write_1h: total / 10,
            cache_read: total * 7 / 10,
        },
        lines: transcript::ChangedLines::default(),
        requests: prompts * 3,
        cost: NanoUsd(cents * 10_000_000),
        unknown_cost_requests: u32::from(model == "unknown-model" || at == 3) * 4,
        incomplete_requests: 0,
        root: Some("/home/ada/.claude".into()),
        had_transcript: true,
        transcript: (!gone).then(|| format!("/home/ada/.claude/projects/x/{}.jsonl", id(at)).into()),
        bytes: total,
        modified: Some(ended),
    }
}
