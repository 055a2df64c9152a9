//! What an API message adds: a request, its tool calls and their results.

use std::borrow::Cow;

use super::{Pass, add};
use crate::facts::seen::fingerprint;
use crate::facts::tool::{subject, written_file};
use crate::facts::{ChangedLines, ToolUse};
use crate::request::{Origin, SYNTHETIC, small};
use crate::skim::Raw;
use crate::wire::{Block, Message, Record, text};
use crate::{Problem, Request, RequestKey};

/// Calls that never got a result: no more of them are remembered.
const OPEN_TOOLS: usize = 1024;

/// Requests that called `WebSearch`: no more of them are remembered.
const SEARCHING: usize = 64;

impl Pass<'_> {
    pub(super) fn take_message(&mut self, origin: &Origin<'_>, message: &Message<'_>) {
        let model = message.model();
        let real = model.as_ref().is_some_and(|model| model != SYNTHETIC);
        let mut odd = None;
        let request = origin.request(message, &mut odd);
        if let Some(kind) = odd {
            self.note(Problem { offset: origin.offset, kind });
        }
        if real {
            self.take_model(model, origin.sidechain);
            if !origin.sidechain {
                // a command that a model answers is a turn, as a prompt is; one that the client carries out is none
                self.facts.prompts += u32::from(std::mem::take(&mut self.facts.open_command));
                if let Some(id) = message.id().or_else(|| origin.record.uuid()) {
                    self.facts.answers.add(&id);
                }
            }
        }
        for block in message.blocks() {
            if block.is("tool_use") {
                self.take_tool(origin, message, &block, request.as_ref());
            }
        }
        if let Some(request) = request {
            if let Some(searching) = self.searching(&request.key) {
                searching.merge(request.clone());
            }
            self.batch.add_request(request);
        }
    }

    /// Keeps the model that answered last at the end; those that only subagents asked stand in front.
    fn take_model(&mut self, model: Option<Cow<'_, str>>, sidechain: bool) {
        let Some(model) = model else { return };
        let models = &mut self.facts.models;
        match models.iter().position(|known| *known == model) {
            Some(_) if sidechain => {}
            Some(at) => models[at..].rotate_left(1),
            None if sidechain => models.insert(0, model.into_owned()),
            None => models.push(model.into_owned()),
        }
    }

    fn take_tool(&mut self, origin: &Origin<'_>, message: &Message<'_>, block: &Block<'_>, request: Option<&Request>) {
        let Some(id) = block.id() else { return };
        let name = block.name().unwrap_or_default();
        if let Some(input) = block.input {
            if matches!(&*name, "Task" | "Agent") {
                self.facts.started.note(&id, input);
            }
            if let Some(file) = written_file(&name, input) {
                add(&mut self.facts.files_touched, Some(Cow::Owned(file)));
            }
            if name == "Skill"
                && let Some(skill) = text(input.get("skill")).or_else(|| text(input.get("command")))
            {
                self.facts.skills.insert(skill.into_owned());
            }
        }
        if !self.facts.tools.add(&id) {
            return;
        }
        if let Some(lines) = block.input.and_then(|input| ChangedLines::meant(&name, input)) {
            push_bounded(&mut self.facts.open_changes, (fingerprint(&id), lines), OPEN_TOOLS);
        }
        let tool = ToolUse {
            id: id.into_owned(),
            request: request.map_or_else(|| origin.key(message), |request| request.key.clone()),
            agent: origin.agent.as_deref().map(str::to_owned),
            at: origin.at,
            subject: block.input.and_then(subject),
            is_error: None,
            lines: None,
            name: name.into_owned(),
        };
        if tool.name == "WebSearch"
            && let Some(request) = request
            && self.searching(&request.key).is_none()
        {
            push_bounded(&mut self.facts.searching, request.clone(), SEARCHING);
        }
        push_bounded(&mut self.facts.open_tools, tool.clone(), OPEN_TOOLS);
        self.batch.add_tool(tool);
    }

    /// Tool results, paired with their calls by id.
    pub(super) fn take_results(&mut self, record: &Record<'_>, message: &Message<'_>) {
        for block in message.blocks() {
            if !block.is("tool_result") {
                continue;
            }
            let Some(id) = block.tool_use_id() else { continue };
            if let Some(result) = record.result {
                self.take_started(&id, result);
            }
            let Some(at) = self.facts.open_tools.iter().rposition(|tool| tool.id == id) else { continue };
            let mut tool = self.facts.open_tools.remove(at);
            tool.is_error = Some(block.is_error());
            tool.lines = self.changed_lines(&id, record.result).filter(|_| !block.is_error());
            if tool.name == "WebSearch" {
                let searches = record.result.and_then(|result| result.get("searchCount")).and_then(Raw::count);
                self.add_searches(&tool.request, small(searches.unwrap_or(0)));
            }
            self.batch.add_tool(tool);
        }
    }

    /// What a call changed: what its result says, else what it meant to change.
    fn changed_lines(&mut self, id: &str, result: Option<Raw<'_>>) -> Option<ChangedLines> {
        let (open, wanted) = (&mut self.facts.open_changes, fingerprint(id));
        let at = open.iter().rposition(|(call, _)| *call == wanted)?;
        let (_, meant) = open.remove(at);
        Some(result.and_then(ChangedLines::done).unwrap_or(meant))
    }

    /// The searches of a `WebSearch` call belong to the request that made the call.
    fn add_searches(&mut self, key: &RequestKey, searches: u32) {
        let Some(request) = self.searching(key) else { return };
        request.tool_searches = request.tool_searches.saturating_add(searches);
        request.settle();
        let request = request.clone();
        self.batch.add_request(request);
    }

    fn searching(&mut self, key: &RequestKey) -> Option<&mut Request> {
        self.facts.searching.iter_mut().find(|request| request.key == *key)
    }
}

fn push_bounded<T>(list: &mut Vec<T>, value: T, limit: usize) {
    if list.len() >= limit {
        list.remove(0);
    }
    list.push(value);
}
