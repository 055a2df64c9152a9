//! A transcript made to measure, as a client of version 2.1.328 would have written it.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// 2026-11-02 09:00 UTC.
const BEGUN: DateTime<Utc> = DateTime::from_timestamp(1_793_610_000, 0).expect("a date in range");

/// Token counts of one answer, by the names that the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// `input_tokens`.
    pub input: u64,
    /// `output_tokens`.
    pub output: u64,
    /// `cache_read_input_tokens`.
    pub cache_read: u64,
    /// `cache_creation.ephemeral_5m_input_tokens`.
    pub cache_write_5m: u64,
    /// `cache_creation.ephemeral_1h_input_tokens`.
    pub cache_write_1h: u64,
}

impl Default for Usage {
    /// Small round figures, all different.
    fn default() -> Self {
        Self { input: 10, output: 200, cache_read: 3_000, cache_write_5m: 0, cache_write_1h: 400 }
    }
}

impl Usage {
    /// The object as the API gives it.
    pub fn to_json(self) -> Value {
        json!({
            "input_tokens": self.input,
            "output_tokens": self.output,
            "cache_read_input_tokens": self.cache_read,
            "cache_creation_input_tokens": self.cache_write_5m + self.cache_write_1h,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.cache_write_5m,
                "ephemeral_1h_input_tokens": self.cache_write_1h,
            },
            "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
            "service_tier": "standard",
            "speed": "standard",
            "inference_geo": "",
            "iterations": [],
        })
    }
}

/// A transcript under construction.
///
/// Every identifier is derived from the session's id and a counter, and the clock goes on by one second per record,
/// so that the same calls give the same bytes. Each record hangs below the one before it.
///
/// ```
/// let mut transcript = testkit::Transcript::new("11111111-1111-4111-8111-111111111111");
/// transcript.prompt("fix the typo").tool("Edit", serde_json::json!({"file_path": "/a"}), "done").answer("Fixed.");
/// assert_eq!(transcript.text().lines().count(), 4);
/// ```
#[derive(Debug, Clone)]
pub struct Transcript {
    session: String,
    agent: Option<String>,
    cwd: String,
    branch: String,
    version: String,
    entrypoint: String,
    model: String,
    usage: Usage,
    clock: DateTime<Utc>,
    parent: Option<String>,
    records: u64,
    messages: u64,
    lines: Vec<String>,
}

impl Transcript {
    /// The transcript of a session: directory `/home/you/code/demo`, branch `main`, model `claude-opus-5`, begun
    /// 2026-11-02 09:00 UTC.
    pub fn new(session: &str) -> Self {
        Self {
            session: session.to_owned(),
            agent: None,
            cwd: "/home/you/code/demo".to_owned(),
            branch: "main".to_owned(),
            version: "2.1.328".to_owned(),
            entrypoint: "cli".to_owned(),
            model: "claude-opus-5".to_owned(),
            usage: Usage::default(),
            clock: BEGUN,
            parent: None,
            records: 0,
            messages: 0,
            lines: Vec::new(),
        }
    }

    /// The transcript of a subagent of a session (`<session>/subagents/agent-<agent>.jsonl`).
    pub fn subagent(session: &str, agent: &str) -> Self {
        Self { agent: Some(agent.to_owned()), ..Self::new(session) }
    }

    /// From here on, records name another working directory.
    pub fn cwd(&mut self, cwd: &str) -> &mut Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    /// From here on, records name another branch.
    pub fn branch(&mut self, branch: &str) -> &mut Self {
        branch.clone_into(&mut self.branch);
        self
    }

    /// From here on, records name another client version.
    pub fn version(&mut self, version: &str) -> &mut Self {
        version.clone_into(&mut self.version);
        self
    }

    /// From here on, records name another way in which the client was started (`cli`, `sdk-cli`, …).
    pub fn entrypoint(&mut self, entrypoint: &str) -> &mut Self {
        entrypoint.clone_into(&mut self.entrypoint);
        self
    }

    /// From here on, another model answers.
    pub fn model(&mut self, model: &str) -> &mut Self {
        model.clone_into(&mut self.model);
        self
    }

    /// From here on, answers cost these tokens each.
    pub fn usage(&mut self, usage: Usage) -> &mut Self {
        self.usage = usage;
        self
    }

    /// Sets the clock.
    pub fn at(&mut self, moment: DateTime<Utc>) -> &mut Self {
        self.clock = moment;
        self
    }

    /// Lets time pass, in seconds.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.clock += TimeDelta::seconds(seconds);
        self
    }

    /// What the person says.
    pub fn prompt(&mut self, text: &str) -> &mut Self {
        self.user(text, json!({"promptSource": "typed", "turnOrigin": "human", "permissionMode": "default"}))
    }

    /// Text that the client puts in for the model (`isMeta`).
    pub fn injected(&mut self, text: &str) -> &mut Self {
        self.user(text, json!({"isMeta": true}))
    }

    /// A `user` record with any content and further fields.
    pub fn user(&mut self, content: impl Into<Value>, further: Value) -> &mut Self {
        let content = content.into();
        let mut record = json!({"type": "user", "message": {"role": "user", "content": content}});
        extend(&mut record, further);
        self.chained(record)
    }

    /// An answer of one text block.
    pub fn answer(&mut self, text: &str) -> &mut Self {
        self.message(&[json!({"type": "text", "text": text})], "end_turn")
    }

    /// One API message: a line per block, all with the same message id, request id and usage.
    pub fn message(&mut self, blocks: &[Value], stop_reason: &str) -> &mut Self {
        self.messages += 1;
        let message = self.message_id();
        let request = format!("req_{:020}", self.messages);
        for (index, block) in blocks.iter().enumerate() {
            let record = json!({
                "type": "assistant",
                "requestId": request,
                "apiBlockIndex": index,
                "message": {
                    "id": message,
                    "type": "message",
                    "role": "assistant",
                    "model": self.model,
                    "content": [block],
                    "stop_reason": stop_reason,
                    "stop_sequence": null,
                    "usage": self.usage.to_json(),
                },
            });
            self.chained(record);
        }
        self
    }

    /// A message that calls one tool, and the tool's result as text.
    pub fn tool(&mut self, name: &str, input: impl Into<Value>, output: &str) -> &mut Self {
        self.tool_with(name, input, output, json!({"stdout": output, "stderr": "", "interrupted": false}))
    }

    /// A message that calls one tool, its result as text, and the client's own record of the result.
    pub fn tool_with(
        &mut self,
        name: &str,
        input: impl Into<Value>,
        output: &str,
        detail: impl Into<Value>,
    ) -> &mut Self {
        let (id, input) = (self.next_tool_id(), input.into());
        self.message(&[json!({"type": "tool_use", "id": id, "name": name, "input": input})], "tool_use");
        self.result(&id, output, false, detail)
    }

    /// A message that calls one tool, which fails.
    pub fn failing_tool(&mut self, name: &str, input: impl Into<Value>, error: &str) -> &mut Self {
        let (id, input) = (self.next_tool_id(), input.into());
        self.message(&[json!({"type": "tool_use", "id": id, "name": name, "input": input})], "tool_use");
        self.result(&id, error, true, json!(format!("Error: {error}")))
    }

    /// The id that the next call of [`tool`](Self::tool) will use.
    pub fn next_tool_id(&self) -> String {
        format!("toolu_{}_{:04}", self.tag(), self.messages + 1)
    }

    /// The result of a tool call.
    pub fn result(&mut self, tool_use_id: &str, output: &str, is_error: bool, detail: impl Into<Value>) -> &mut Self {
        let detail = detail.into();
        let block = json!({"type": "tool_result", "tool_use_id": tool_use_id, "content": output, "is_error": is_error});
        let source = self.parent.clone();
        self.user(json!([block]), json!({"toolUseResult": detail, "sourceToolAssistantUUID": source}))
    }

    /// A title made by the client.
    pub fn ai_title(&mut self, title: &str) -> &mut Self {
        self.beside(json!({"type": "ai-title", "aiTitle": title}))
    }

    /// A title given by the person.
    pub fn custom_title(&mut self, title: &str) -> &mut Self {
        self.beside(json!({"type": "custom-title", "customTitle": title}))
    }

    /// A link to a pull request.
    pub fn pr_link(&mut self, repository: &str, number: u64) -> &mut Self {
        let url = format!("https://github.com/{repository}/pull/{number}");
        let at = self.now();
        self.beside(json!({
            "type": "pr-link", "prNumber": number, "prUrl": url, "prRepository": repository, "timestamp": at,
        }))
    }

    /// A compaction: the boundary and the summary that follows it.
    pub fn compact(&mut self, trigger: &str, tokens_before: u64, summary: &str) -> &mut Self {
        let before = self.parent.take();
        self.chained(json!({
            "type": "system",
            "subtype": "compact_boundary",
            "content": "Conversation compacted",
            "level": "info",
            "logicalParentUuid": before,
            "compactMetadata": {"trigger": trigger, "preTokens": tokens_before},
        }));
        self.user(summary, json!({"isCompactSummary": true, "isVisibleInTranscriptOnly": true}))
    }

    /// `uuid` of the last chained record.
    pub fn last_uuid(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// From here on, records hang below another one (none: a new root). This is what a rewind leaves behind.
    pub fn rewind_to(&mut self, uuid: Option<&str>) -> &mut Self {
        self.parent = uuid.map(str::to_owned);
        self
    }

    /// A copy under another session id, as `--fork-session` makes it: the same record and message ids.
    #[must_use]
    pub fn fork(&self, session: &str) -> Self {
        let (from, to) = (format!("\"{}\"", self.session), format!("\"{session}\""));
        let lines = self.lines.iter().map(|line| line.replace(&from, &to)).collect();
        Self { session: session.to_owned(), lines, ..self.clone() }
    }

    /// A record of the conversation: the common fields are added, and it hangs below the one before it.
    pub fn chained(&mut self, mut record: Value) -> &mut Self {
        self.records += 1;
        let uuid = format!("{:08x}-{:04x}-4000-8000-{:012x}", hash(&self.session), self.agent_hash(), self.records);
        let mut common = json!({
            "uuid": uuid,
            "parentUuid": self.parent,
            "sessionId": self.session,
            "timestamp": self.now(),
            "isSidechain": self.agent.is_some(),
            "userType": "external",
            "entrypoint": self.entrypoint,
            "cwd": self.cwd,
            "version": self.version,
            "gitBranch": self.branch,
        });
        if let Some(agent) = &self.agent {
            extend(&mut common, json!({"agentId": agent}));
        }
        extend(&mut common, record.take());
        self.parent = Some(uuid);
        self.wait(1).raw(&common.to_string())
    }

    /// A record beside the conversation: only the session's id is added.
    pub fn beside(&mut self, mut record: Value) -> &mut Self {
        extend(&mut record, json!({"sessionId": self.session}));
        self.raw(&record.to_string())
    }

    /// A line as it is.
    pub fn raw(&mut self, line: &str) -> &mut Self {
        self.lines.push(line.to_owned());
        self
    }

    /// Every line, each ended by a newline.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// API message id of the last answer.
    pub fn message_id(&self) -> String {
        format!("msg_{}_{:04}", self.tag(), self.messages)
    }

    fn tag(&self) -> String {
        format!("{:08x}{:04x}", hash(&self.session), self.agent_hash())
    }

    fn agent_hash(&self) -> u32 {
        self.agent.as_deref().map_or(0, hash) & 0xffff
    }

    fn now(&self) -> String {
        self.clock.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// Lays the fields of one object over another.
fn extend(record: &mut Value, further: Value) {
    let none = || Value::Object(Map::new());
    if let (Value::Object(record), Value::Object(further)) =
        (record, if further.is_object() { further } else { none() })
    {
        record.extend(further);
    }
}

/// FNV-1a: short, and the same everywhere.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-1111-4111-8111-111111111111";

    fn records(transcript: &Transcript) -> Vec<Value> {
        transcript.text().lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    #[test]
    fn records_hang_below_each_other() {
        let mut transcript = Transcript::new(ID);
        transcript.prompt("a").tool("Bash", json!({"command": "ls"}), "b").answer("c").ai_title("d");
        let records = records(&transcript);
        assert_eq!(records.len(), 5);
        assert_eq!(records[0]["parentUuid"], Value::Null);
        for pair in records[..4].windows(2) {
            assert_eq!(pair[1]["parentUuid"], pair[0]["uuid"]);
        }
        assert_eq!(records[2]["message"]["content"][0]["tool_use_id"], records[1]["message"]["content"][0]["id"]);
    }

    #[test]
    fn a_fork_keeps_record_and_message_ids() {
        let mut transcript = Transcript::new(ID);
        transcript.prompt("a").answer("b");
        let fork = transcript.fork("22222222-2222-4222-8222-222222222222");
        let (ours, theirs) = (records(&transcript), records(&fork));
        assert_eq!(ours[1]["uuid"], theirs[1]["uuid"]);
        assert_eq!(ours[1]["message"]["id"], theirs[1]["message"]["id"]);
        assert_ne!(ours[1]["sessionId"], theirs[1]["sessionId"]);
    }

    #[test]
    fn the_same_calls_give_the_same_bytes() {
        let make = || Transcript::subagent(ID, "a0123456789abcdef").prompt("x").answer("y").text();
        assert_eq!(make(), make());
    }
}
