//! One generated session: its turns, its subagents, what it was forked from.

use super::prose::Prose;
use super::random::Random;
use super::sheet::{Cut, Envelope, Sheet, uuid};

const MODELS: &[&str] = &[
    "claude-opus-5-5",
    "claude-opus-5-5",
    "claude-sonnet-5-5",
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "claude-opus-5",
    "claude-sonnet-5",
    "claude-fable-5-2",
];
const VERSIONS: &[&str] = &["2.1.20", "2.1.62", "2.1.128", "2.1.197", "2.1.257", "2.1.328", "2.1.328"];
const BRANCHES: &[&str] = &["main", "main", "main", "fix/retry", "feature/export"];
const TOOLS: &[(&str, &str)] = &[
    ("Bash", "\"command\":\"cargo test --workspace\",\"description\":\"Run the tests\""),
    ("Bash", "\"command\":\"rg -n 'retry' src\",\"description\":\"Search\""),
    ("Read", "\"file_path\":\"/home/you/code/app/src/ledger.rs\""),
    ("Read", "\"file_path\":\"/home/you/code/app/README.md\",\"offset\":40,\"limit\":80"),
    ("Grep", "\"pattern\":\"fn total\",\"output_mode\":\"content\""),
];
const PROJECTS: u64 = 24;
/// 2025-11-20 00:00 UTC; sessions lie within the year after it.
const FIRST_DAY_MS: i64 = 1_763_596_800_000;
const YEAR_MS: u64 = 365 * 86_400_000;
const MINUTE_MS: u64 = 60_000;

/// How long sessions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// From one turn to a hundred and more, short ones more often.
    Mixed,
    /// One turn.
    Short,
}

/// A session as it is to be saved.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) project: String,
    pub(crate) main: Sheet,
    pub(crate) subagents: Vec<(String, Sheet)>,
    /// Where a fork of it would be cut.
    middle: Cut,
}

/// Writes a session; now and then one that goes on from the middle of the previous one.
pub(crate) fn write(random: &mut Random, prose: &Prose, length: Length, previous: Option<Written>) -> Written {
    let id = uuid(random);
    let (project, sheet) = match previous {
        Some(previous) if length == Length::Mixed && random.once_in(20) => {
            (previous.project, Sheet::forked(&previous.main, &previous.middle, id))
        }
        _ => begin(random, id),
    };
    let mut session = Author {
        random,
        prose,
        length,
        model: MODELS[0],
        context: 12_000,
        sheet,
        subagents: Vec::new(),
        middle: Cut::default(),
    };
    session.model = session.random.pick(MODELS);
    let turns = match length {
        Length::Short => 1,
        Length::Mixed => session.random.skewed(1, 120),
    };
    for turn in 0..turns {
        if turn == turns / 2 {
            session.middle = session.sheet.cut();
        }
        session.turn();
    }
    session.end();
    Written { project, main: session.sheet, subagents: session.subagents, middle: session.middle }
}

/// Writes what comes after the end of a session.
pub(crate) fn more(random: &mut Random, prose: &Prose, id: String) -> Sheet {
    let (_, sheet) = begin(random, id);
    let mut session = Author {
        random,
        prose,
        length: Length::Short,
        model: MODELS[0],
        context: 30_000,
        sheet,
        subagents: Vec::new(),
        middle: Cut::default(),
    };
    session.step();
    session.message(0);
    session.sheet
}

fn begin(random: &mut Random, id: String) -> (String, Sheet) {
    let project = random.between(0, PROJECTS);
    let cwd = format!("/home/you/code/project-{project:02}");
    let version = random.pick(VERSIONS);
    let envelope = Envelope { cwd, branch: random.pick(BRANCHES), version, agent: None };
    let start = FIRST_DAY_MS + i64::try_from(random.between(0, YEAR_MS)).expect("a year fits");
    (format!("-home-you-code-project-{project:02}"), Sheet::new(id, envelope, start))
}

/// Writes the records of one file.
struct Author<'a> {
    random: &'a mut Random,
    prose: &'a Prose,
    length: Length,
    model: &'static str,
    /// Tokens that the next request sends.
    context: u64,
    sheet: Sheet,
    subagents: Vec<(String, Sheet)>,
    middle: Cut,
}

impl Author<'_> {
    /// From a prompt to the end of the answer.
    fn turn(&mut self) {
        let pause = self.random.skewed(1, 30) * MINUTE_MS / 4;
        self.sheet.clock_ms += i64::try_from(pause).expect("some minutes");
        self.prompt();
        let messages = if self.length == Length::Short { 2 } else { self.random.skewed(1, 24) };
        for _ in 1..messages {
            self.step();
        }
        if self.length == Length::Mixed && self.sheet.envelope().agent.is_none() && self.random.once_in(12) {
            self.subagent();
        }
        self.message(0);
        if self.context > 160_000 {
            self.compact();
        }
        self.titles();
    }

    fn prompt(&mut self) {
        let size = usize::try_from(self.random.skewed(40, 2_000)).expect("a small number");
        let text = self.prose.some(self.random, size);
        let prompt = uuid(self.random);
        let fields = [
            "\"promptId\":\"",
            &prompt,
            "\",\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"",
            text,
            "\"}",
        ];
        self.sheet.chained(self.random, &fields);
        if self.is_new() {
            self.sheet.chained(
                self.random,
                &["\"attachment\":{\"type\":\"date\",\"date\":\"2026-11-02\"},\"type\":\"attachment\",\"rendered\":[{\"content\":\"\"}]"],
            );
        } else if self.sheet.envelope().version == "2.1.20" || self.sheet.envelope().version == "2.1.62" {
            self.sheet.chained(self.random, &["\"type\":\"progress\",\"data\":{\"type\":\"hook_progress\",\"hookEvent\":\"UserPromptSubmit\",\"hookName\":\"UserPromptSubmit\",\"command\":\"true\"}"]);
        }
    }

    /// A message that calls a tool or two, and the results.
    fn step(&mut self) {
        let calls = if self.random.once_in(4) { 2 } else { 1 };
        for id in self.message(calls) {
            if self.length == Length::Mixed && !self.is_new() {
                self.progress(&id);
            }
            self.result(&id);
        }
    }

    /// What old clients write while a tool runs.
    fn progress(&mut self, tool: &str) {
        for _ in 0..self.random.between(0, 5) {
            let output = self.some(200, 1_600);
            self.sheet.chained(
                self.random,
                &[
                    "\"type\":\"progress\",\"data\":{\"type\":\"bash_progress\",\"output\":\"",
                    &output,
                    "\",\"elapsedTimeSeconds\":3,\"totalLines\":12},\"toolUseID\":\"bash-progress-0\",\"parentToolUseID\":\"",
                    tool,
                    "\"",
                ],
            );
        }
    }

    fn result(&mut self, id: &str) {
        let source = self.sheet.last().to_owned();
        let size = match self.random.between(0, if self.length == Length::Short { 2_800 } else { 4_000 }) {
            0..2_800 => self.random.skewed(40, 2_000),
            2_800..3_800 => self.random.skewed(2_000, 12_000),
            3_800..3_999 => self.random.skewed(12_000, 60_000),
            _ => 600_000,
        };
        let failed = if self.random.once_in(15) { "true" } else { "false" };
        let size = usize::try_from(size).expect("a few MB");
        let output = if size >= 600_000 { self.picture(size) } else { self.prose.some(self.random, size).to_owned() };
        let fields = [
            "\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":[{\"tool_use_id\":\"",
            id,
            "\",\"type\":\"tool_result\",\"content\":\"",
            &output,
            "\",\"is_error\":",
            failed,
            "}]},\"toolUseResult\":{\"stdout\":\"",
            &output,
            "\",\"stderr\":\"\",\"interrupted\":false,\"isImage\":false},\"sourceToolAssistantUUID\":\"",
            &source,
            "\"",
        ];
        self.sheet.chained(self.random, &fields);
        self.context += output.len() as u64 / 4;
    }

    /// One API message of a few blocks, a line each; returns the ids of its tool calls.
    fn message(&mut self, calls: usize) -> Vec<String> {
        self.request_copies();
        let message = format!("msg_01{:016x}", self.random.draw());
        let request = format!("req_011{:016x}", self.random.draw());
        let tools: Vec<String> = (0..calls).map(|_| format!("toolu_01{:016x}", self.random.draw())).collect();
        let mut blocks = Vec::new();
        if self.random.once_in(2) {
            let signature = self.picture(400);
            let text = self.some(80, 1_500);
            blocks.push(format!("{{\"type\":\"thinking\",\"thinking\":\"{text}\",\"signature\":\"{signature}\"}}"));
        }
        if calls == 0 || self.random.once_in(3) {
            blocks.push(format!("{{\"type\":\"text\",\"text\":\"{}\"}}", self.some(80, 3_000)));
        }
        for tool in &tools {
            blocks.push(self.call(tool));
        }
        let output = blocks.iter().map(|block| block.len() as u64 / 4).sum::<u64>().max(1);
        let written = self.random.skewed(100, 4_000);
        for (index, block) in blocks.iter().enumerate() {
            let last = index + 1 == blocks.len();
            let fields = self.assistant(&message, &request, block, (output, written), last, calls > 0);
            self.sheet.chained(self.random, &[&fields]);
        }
        self.context += output + written;
        self.sheet.requests += 1;
        tools
    }

    fn assistant(
        &self,
        message: &str,
        request: &str,
        block: &str,
        (output, written): (u64, u64),
        last: bool,
        calls_tool: bool,
    ) -> String {
        let stop = if calls_tool { "\"tool_use\"" } else { "\"end_turn\"" };
        let snapshot = !self.is_new() && !last;
        let (output, stop) = if snapshot { (1, "null") } else { (output, stop) };
        let (model, read) = (self.model, self.context);
        format!(
            "\"message\":{{\"id\":\"{message}\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"{model}\",\"content\":[{block}],\"stop_reason\":{stop},\"stop_sequence\":null,\"usage\":{{\"input_tokens\":4,\"cache_creation_input_tokens\":{written},\"cache_read_input_tokens\":{read},\"output_tokens\":{output},\"server_tool_use\":{{\"web_search_requests\":0,\"web_fetch_requests\":0}},\"service_tier\":\"standard\",\"cache_creation\":{{\"ephemeral_1h_input_tokens\":{written},\"ephemeral_5m_input_tokens\":0}},\"inference_geo\":\"\",\"iterations\":[],\"speed\":\"standard\"}}}},\"requestId\":\"{request}\",\"type\":\"assistant\""
        )
    }

    fn call(&mut self, tool: &str) -> String {
        let (name, input) = self.random.pick(TOOLS);
        if self.random.once_in(4) {
            let (old, new) = (self.some(100, 2_000), self.some(100, 2_000));
            return format!(
                "{{\"type\":\"tool_use\",\"id\":\"{tool}\",\"name\":\"Edit\",\"input\":{{\"file_path\":\"/home/you/code/app/src/retry.rs\",\"old_string\":\"{old}\",\"new_string\":\"{new}\"}}}}"
            );
        }
        format!("{{\"type\":\"tool_use\",\"id\":\"{tool}\",\"name\":\"{name}\",\"input\":{{{input}}}}}")
    }

    /// What the newest clients write for their own use before each request.
    fn request_copies(&mut self) {
        if self.sheet.envelope().version != "2.1.328" || self.length == Length::Short {
            return;
        }
        let hash = self.random.draw();
        let text = self.some(400, 6_000);
        self.sheet.beside(&[&format!("\"type\":\"api-request-blob\",\"hash\":\"{hash:064x}\",\"message\":{{\"role\":\"user\",\"content\":\"{text}\"}}")]);
        let moment = self.sheet.moment();
        self.sheet.beside(&[&format!("\"type\":\"api-request\",\"id\":\"{}\",\"timestamp\":\"{moment}\",\"version\":\"2.1.328\",\"querySource\":\"repl_main_thread\",\"keep\":0,\"tail\":[\"{hash:064x}\"]", uuid(self.random))]);
        if self.random.once_in(16) {
            let prompt = self.some(20_000, 40_000);
            self.sheet.chained(
                self.random,
                &[
                    "\"attachment\":{\"type\":\"prompt_snapshot\",\"systemPrompt\":[\"",
                    &prompt,
                    "\"]},\"type\":\"attachment\"",
                ],
            );
        }
    }

    fn subagent(&mut self) {
        let agent = format!("a{:016x}", self.random.draw());
        let envelope = Envelope { agent: Some(agent.clone()), ..self.sheet.envelope().clone() };
        let sheet = Sheet::new(self.sheet.id().to_owned(), envelope, self.sheet.clock_ms);
        let mut author = Author {
            random: &mut *self.random,
            prose: self.prose,
            length: self.length,
            model: "claude-haiku-5-5",
            context: 8_000,
            sheet,
            subagents: Vec::new(),
            middle: Cut::default(),
        };
        author.turn();
        self.subagents.push((agent, author.sheet));
    }

    fn compact(&mut self) {
        let before = self.sheet.new_root().unwrap_or_default();
        let tokens = self.context;
        self.sheet.chained(self.random, &[&format!("\"logicalParentUuid\":\"{before}\",\"type\":\"system\",\"subtype\":\"compact_boundary\",\"content\":\"Conversation compacted\",\"level\":\"info\",\"compactMetadata\":{{\"trigger\":\"auto\",\"preTokens\":{tokens}}}")]);
        let summary = self.some(2_000, 8_000);
        self.sheet.chained(
            self.random,
            &[
                "\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"",
                &summary,
                "\"},\"isCompactSummary\":true,\"isVisibleInTranscriptOnly\":true",
            ],
        );
        self.context = 14_000;
    }

    /// Records that the client writes again after every turn.
    fn titles(&mut self) {
        let last = self.sheet.last().to_owned();
        self.sheet.beside(&["\"type\":\"last-prompt\",\"lastPrompt\":\"go on\",\"leafUuid\":\"", &last, "\""]);
        self.sheet.beside(&["\"type\":\"mode\",\"mode\":\"normal\""]);
        self.sheet.beside(&[
            "\"type\":\"file-history-snapshot\",\"messageId\":\"",
            &last,
            "\",\"snapshot\":{\"trackedFileBackups\":{}},\"isSnapshotUpdate\":false",
        ]);
    }

    fn end(&mut self) {
        let number = self.random.between(1, 10_000);
        self.sheet.beside(&[&format!("\"type\":\"ai-title\",\"aiTitle\":\"Retry the ledger export {number}\"")]);
        if self.random.once_in(10) {
            self.sheet.beside(&[&format!("\"type\":\"custom-title\",\"customTitle\":\"Export {number}\"")]);
        }
    }

    fn is_new(&self) -> bool {
        matches!(self.sheet.envelope().version, "2.1.257" | "2.1.328" | "2.1.197" | "2.1.128")
    }

    fn some(&mut self, low: u64, high: u64) -> String {
        let size = usize::try_from(self.random.skewed(low, high)).expect("a small number");
        self.prose.some(self.random, size).to_owned()
    }

    /// Text that looks like base64.
    fn picture(&mut self, bytes: usize) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::with_capacity(bytes + 10);
        while text.len() < bytes {
            let mut number = self.random.draw();
            for _ in 0..10 {
                text.push(char::from(DIGITS[usize::try_from(number & 63).expect("six bits")]));
                number >>= 6;
            }
        }
        text
    }
}
