//! One pass over a transcript: what the file says, and the requests and tool calls in it.

mod activity;
mod agent;
mod changed;
mod ledger;
mod pass;
mod seen;
mod tool;

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use chrono::{DateTime, Utc};
use rustc_hash::{FxBuildHasher, FxHashMap};
use serde::{Deserialize, Serialize};

use crate::lines::{Place, records};
use crate::{Problem, Request, SessionId};

pub(crate) use activity::Activity;
pub use agent::AgentType;
use agent::Started;
pub use changed::ChangedLines;
pub use ledger::{Ledger, LedgerModel};
use pass::Pass;
pub(crate) use seen::{Seen, SeenRecords};
pub use tool::ToolUse;

/// What one file says, apart from its requests and tool calls. Small, serialisable, and everything that a reader
/// needs to go on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FileFacts {
    /// Bytes that were understood: the next read starts here (after the last whole line).
    pub read_to: u64,
    /// Records of the line that the next read starts in; none when it starts with a new line.
    open_records: u32,
    /// Whether a torn line stands after the last record.
    torn: bool,
    problems: u32,
    sessions: Vec<(SessionId, u32)>,
    pub(crate) agents: Vec<String>,
    /// Roots of sidechains that name no agent.
    pub(crate) sidechain_roots: u32,
    pub(crate) cwd_first: Option<String>,
    pub(crate) cwd_last: Option<String>,
    /// Where the session was before it entered a worktree.
    pub(crate) worktree_of: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) versions: Vec<String>,
    pub(crate) models: Vec<String>,
    pub(crate) entrypoint: Option<String>,
    pub(crate) activity: Activity,
    /// Time of the first record that is not marked as a copy: of two files with the same requests, the earlier one is
    /// the original.
    since: Option<DateTime<Utc>>,
    pub(crate) prompts: u32,
    pub(crate) answers: Seen,
    pub(crate) tools: Seen,
    records: SeenRecords,
    pub(crate) skills: BTreeSet<String>,
    pub(crate) files_touched: Vec<String>,
    pub(crate) pr_links: Vec<String>,
    pub(crate) parent: Option<SessionId>,
    pub(crate) custom_title: Option<String>,
    pub(crate) ai_title: Option<String>,
    summaries: Vec<(String, String)>,
    pub(crate) first_prompt: Option<String>,
    pub(crate) last_prompt: Option<String>,
    /// The last `last-prompt` record.
    pub(crate) noted_prompt: Option<String>,
    pub(crate) first_command: Option<String>,
    /// What a subagent or teammate was told first.
    pub(crate) first_told: Option<String>,
    ledger: Option<Ledger>,
    /// Tool calls that have no result yet, oldest first.
    open_tools: Vec<ToolUse>,
    /// The last requests that called `WebSearch`.
    searching: Vec<Request>,
    /// Calls that started subagents.
    started: Started,
    /// Whether a slash command stands there that neither printed anything nor was answered yet.
    open_command: bool,
    /// What calls without a result mean to change, by the fingerprint of their id.
    open_changes: Vec<(u64, ChangedLines)>,
    /// The client's own count of lines, from the last `cost-state` record.
    pub(crate) ledger_lines: Option<ChangedLines>,
}

impl FileFacts {
    /// The same without anything that was said: neither prompts, commands and summaries, nor what tools were called with,
    /// the files that they wrote, or the pull requests that they made. Every field is named, so that a new one cannot pass
    /// unnoticed.
    #[must_use]
    pub fn without_words(self) -> Self {
        let open_tools = self.open_tools.into_iter().map(|tool| ToolUse { subject: None, ..tool }).collect();
        Self {
            read_to: self.read_to,
            open_records: self.open_records,
            torn: self.torn,
            problems: self.problems,
            sessions: self.sessions,
            agents: self.agents,
            sidechain_roots: self.sidechain_roots,
            cwd_first: self.cwd_first,
            cwd_last: self.cwd_last,
            worktree_of: self.worktree_of,
            branch: self.branch,
            versions: self.versions,
            models: self.models,
            entrypoint: self.entrypoint,
            activity: self.activity,
            since: self.since,
            prompts: self.prompts,
            answers: self.answers,
            tools: self.tools,
            records: self.records,
            skills: self.skills,
            files_touched: Vec::new(),
            pr_links: Vec::new(),
            parent: self.parent,
            custom_title: self.custom_title,
            ai_title: self.ai_title,
            summaries: Vec::new(),
            first_prompt: None,
            last_prompt: None,
            noted_prompt: None,
            first_command: None,
            first_told: None,
            ledger: self.ledger,
            open_tools,
            searching: self.searching,
            started: self.started,
            open_command: self.open_command,
            open_changes: self.open_changes,
            ledger_lines: self.ledger_lines,
        }
    }

    /// The session that most records name; of several, the one named first.
    pub fn session(&self) -> Option<&SessionId> {
        let most = self.sessions.iter().map(|(_, count)| count).max()?;
        self.sessions.iter().find(|(_, count)| count == most).map(|(session, _)| session)
    }

    /// In a subagent's file: the agent. (In a session's file: the first agent that it tells of.)
    pub fn agent(&self) -> Option<&str> {
        self.agents.first().map(String::as_str)
    }

    /// Working directory of the first record that names one.
    pub fn cwd(&self) -> Option<&str> {
        self.cwd_first.as_deref()
    }

    /// Earliest time of any record.
    pub fn started(&self) -> Option<DateTime<Utc>> {
        self.activity.started()
    }

    /// Latest time of any record.
    pub fn ended(&self) -> Option<DateTime<Utc>> {
        self.activity.ended()
    }

    /// The session that this one was forked or copied from.
    pub fn parent(&self) -> Option<&SessionId> {
        self.parent.as_ref()
    }

    /// Stretches that were not understood; each occurs in a batch as a problem. What is only written in an odd way is in
    /// a batch too, and not counted here.
    pub fn problems(&self) -> u32 {
        self.problems + u32::from(self.torn)
    }

    /// The client's own running total, from the last `cost-state` record. A fork carries on the total of its original.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_ref()
    }

    /// The last summary of a record in this file.
    pub(crate) fn own_summary(&self) -> Option<&str> {
        self.summaries.iter().rfind(|(leaf, _)| self.records.has(leaf)).map(|(_, summary)| summary.as_str())
    }
}

/// What a stretch of a file added. Requests and tool calls may repeat earlier ones with the same key:
/// the reader's caller merges them by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Requests seen in the stretch, each once.
    pub requests: Vec<Request>,
    /// Tool calls seen in the stretch, each once.
    pub tool_uses: Vec<ToolUse>,
    /// What the subagents are that the stretch tells of, each telling once.
    pub agent_types: Vec<AgentType>,
    /// Problems of the stretch.
    pub problems: Vec<Problem>,
    /// Where each request stands in the list, by the hash of its key.
    requests_at: FxHashMap<u64, usize>,
    /// Where each tool call stands in the list, by the hash of its id.
    tools_at: FxHashMap<u64, usize>,
}

impl Batch {
    /// Forgets everything; what was allocated is used again.
    pub fn clear(&mut self) {
        self.requests.clear();
        self.tool_uses.clear();
        self.agent_types.clear();
        self.problems.clear();
        self.requests_at.clear();
        self.tools_at.clear();
    }

    fn add_request(&mut self, request: Request) {
        let at = *self.requests_at.entry(FxBuildHasher.hash_one(&request.key.0)).or_insert(self.requests.len());
        match self.requests.get_mut(at) {
            Some(known) if known.key == request.key => known.merge(request),
            _ => self.requests.push(request),
        }
    }

    fn add_tool(&mut self, tool: ToolUse) {
        let at = *self.tools_at.entry(FxBuildHasher.hash_one(&tool.id)).or_insert(self.tool_uses.len());
        match self.tool_uses.get_mut(at) {
            Some(known) if known.id == tool.id => known.merge(tool),
            _ => self.tool_uses.push(tool),
        }
    }
}

/// Reads a transcript piece by piece.
#[derive(Debug)]
pub struct Reader {
    facts: FileFacts,
}

impl Reader {
    /// Starts at the beginning of a file, or goes on from what an earlier read left.
    pub fn new(facts: FileFacts) -> Self {
        Self { facts }
    }

    /// Reads bytes that follow those read before, as far as the last whole record; returns how many were used.
    /// With `last`, a final line without a newline is read too if it is a whole record.
    ///
    /// Each request and tool call is in the batch once, however many feeds tell of it. The bytes that were not used are
    /// handed in again, together with what follows them.
    pub fn feed(&mut self, bytes: &[u8], last: bool, batch: &mut Batch) -> usize {
        let facts = &mut self.facts;
        let from = Place { offset: facts.read_to, records: facts.open_records };
        facts.torn = false;
        let mut pass = Pass::new(facts, batch);
        let to = records(bytes, from, last, &mut |piece| pass.take(&piece));
        facts.read_to = to.offset;
        facts.open_records = to.records;
        usize::try_from(to.offset - from.offset).unwrap_or(bytes.len())
    }

    /// What was learned so far, while reading goes on.
    pub fn facts(&self) -> &FileFacts {
        &self.facts
    }

    /// What was learned.
    pub fn finish(self) -> FileFacts {
        self.facts
    }
}

#[cfg(test)]
mod tests;
