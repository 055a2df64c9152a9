//! What each record adds to the facts and to the batch.

mod message;

use std::borrow::Cow;

use super::{Batch, ChangedLines, FileFacts, Ledger};
use crate::lines::Piece;
use crate::prompt::{PROMPT_LIMIT, Said, content_said, cut, said};
use crate::request::Origin;
use crate::skim::Broken;
use crate::wire::{Record, text};
use crate::{Problem, ProblemKind, SessionId};

/// Longest title, in bytes.
const TITLE_LIMIT: usize = 1024;

/// Takes in the records of one feed.
pub(super) struct Pass<'a> {
    pub(super) facts: &'a mut FileFacts,
    pub(super) batch: &'a mut Batch,
}

impl<'a> Pass<'a> {
    pub(super) fn new(facts: &'a mut FileFacts, batch: &'a mut Batch) -> Self {
        Self { facts, batch }
    }

    /// Takes in a record or a problem; returns how many bytes the record takes.
    pub(super) fn take(&mut self, piece: &Piece<'_>) -> Result<usize, Broken> {
        match piece {
            Piece::Record(offset, text) => {
                let mut record = Record::default();
                let used = record.fill(text)?;
                self.take_record(&record, *offset);
                Ok(used)
            }
            Piece::Problem(problem) => {
                self.note(problem.clone());
                Ok(0)
            }
        }
    }

    fn note(&mut self, problem: Problem) {
        if problem.kind == ProblemKind::TornLine {
            self.facts.torn = true;
        } else {
            self.facts.problems += u32::from(problem.kind.is_loss());
        }
        self.batch.problems.push(problem);
    }

    fn note_odd(&mut self, offset: u64) {
        self.note(Problem { offset, kind: ProblemKind::OddRecord });
    }

    fn take_record(&mut self, record: &Record<'_>, offset: u64) {
        let known = self.take_envelope(record);
        match &*record.kind() {
            "user" => self.take_user(record, known, offset),
            "assistant" => self.take_assistant(record, offset),
            "progress" => self.take_progress(record, offset),
            "attachment" => self.take_attachment(record),
            "custom-title" => set(&mut self.facts.custom_title, record.get_text("customTitle"), TITLE_LIMIT),
            "ai-title" => set(&mut self.facts.ai_title, record.get_text("aiTitle"), TITLE_LIMIT),
            "last-prompt" => set(&mut self.facts.noted_prompt, record.get_text("lastPrompt"), PROMPT_LIMIT),
            "summary" => self.take_summary(record),
            "pr-link" => add(&mut self.facts.pr_links, record.get_text("prUrl")),
            "relocated" => set(&mut self.facts.cwd_last, record.get_text("relocatedCwd"), usize::MAX),
            "worktree-state" => {
                let original = record.get("worktreeSession").and_then(|state| text(state.get("originalCwd")));
                set(&mut self.facts.worktree_of, original, usize::MAX);
            }
            "cost-state" => match Ledger::read(record) {
                Some(ledger) => {
                    self.facts.ledger = Some(ledger);
                    self.facts.ledger_lines = ChangedLines::by_client(record);
                }
                None => self.note_odd(offset),
            },
            _ => {}
        }
    }

    /// What any record may say; returns whether its uuid was seen before.
    fn take_envelope(&mut self, record: &Record<'_>) -> bool {
        let facts = &mut *self.facts;
        let copied_from = record.copied_from();
        if let Some(at) = record.at() {
            facts.activity.add(at);
            if copied_from.is_none() {
                facts.since.get_or_insert(at);
            }
        }
        if let Some(session) = record.session() {
            match facts.sessions.iter_mut().find(|(known, _)| known.as_str() == session) {
                Some((_, count)) => *count += 1,
                None => facts.sessions.push((SessionId(session.into_owned()), 1)),
            }
        }
        if let Some(parent) = copied_from.filter(|parent| !parent.is_empty()) {
            facts.parent = Some(SessionId(parent.into_owned()));
        }
        if let Some(cwd) = record.cwd() {
            facts.cwd_first.get_or_insert_with(|| cwd.clone().into_owned());
            set(&mut facts.cwd_last, Some(cwd), usize::MAX);
        }
        set(&mut facts.branch, record.branch(), usize::MAX);
        add(&mut facts.versions, record.version());
        add(&mut facts.agents, record.agent());
        if let Some(entrypoint) = record.entrypoint() {
            facts.entrypoint.get_or_insert_with(|| entrypoint.into_owned());
        }
        record.uuid().is_some_and(|uuid| !facts.records.add(&uuid))
    }

    fn take_user(&mut self, record: &Record<'_>, known: bool, offset: u64) {
        let Some(message) = &record.message else { return self.note_odd(offset) };
        self.take_results(record, message);
        if known {
            return;
        }
        let said = said(record, message.content);
        if !record.is_sidechain() {
            return self.take_said(said);
        }
        if let Said::Prompt(text) | Said::Told(text) = said {
            self.facts.first_told.get_or_insert(text);
        }
        if record.is_root() && record.agent().is_none() {
            self.facts.sidechain_roots += 1;
        }
    }

    fn take_said(&mut self, said: Said) {
        let facts = &mut *self.facts;
        match said {
            Said::Prompt(text) => {
                facts.prompts += 1;
                facts.open_command = false;
                if !text.is_empty() {
                    facts.first_prompt.get_or_insert_with(|| text.clone());
                    facts.last_prompt = Some(text);
                }
            }
            Said::Command(command) => {
                facts.first_command.get_or_insert(command);
                facts.open_command = true;
            }
            Said::Output => facts.open_command = false,
            Said::Told(text) => {
                facts.first_told.get_or_insert(text);
            }
            Said::Nothing => {}
        }
    }

    /// A prompt that was typed while the model worked.
    fn take_attachment(&mut self, record: &Record<'_>) {
        let Some(attachment) = record.attachment else { return };
        let queued =
            attachment.members().find(|(key, _)| *key == "type").is_some_and(|(_, kind)| kind.is("queued_command"));
        if !queued
            || record.is_sidechain()
            || attachment.get("commandMode").is_some_and(|mode| mode.is("task-notification"))
        {
            return;
        }
        let from_other =
            attachment.get("origin").and_then(|origin| origin.get("kind")).is_some_and(|kind| !kind.is("human"));
        if let Some(prompt) = attachment.get("prompt").filter(|_| !from_other) {
            self.take_said(content_said(prompt));
        }
    }

    fn take_assistant(&mut self, record: &Record<'_>, offset: u64) {
        if let Some(skill) = record.skill() {
            self.facts.skills.insert(skill.into_owned());
        }
        if let (Some(agent), Some(kind)) = (record.agent(), record.agent_type()) {
            self.emit_agent(&agent, &kind);
        }
        let Some(message) = &record.message else { return self.note_odd(offset) };
        let origin = Origin {
            record,
            session: self.session_of(record),
            copied_from: record.copied_from(),
            agent: record.agent(),
            sidechain: record.is_sidechain(),
            at: record.at(),
            file_since: self.facts.since,
            branch: record.branch(),
            offset,
        };
        self.take_message(&origin, message);
    }

    /// Old clients tell what a subagent does by whole nested records.
    fn take_progress(&mut self, record: &Record<'_>, offset: u64) {
        let Some(data) = record.data else { return };
        let (mut kind, mut nested, mut agent) = (None, None, None);
        for (key, value) in data.members() {
            match key {
                "type" => kind = Some(value),
                "message" => nested = Some(value),
                "agentId" => agent = Some(value),
                _ => {}
            }
        }
        if !kind.is_some_and(|kind| kind.is("agent_progress")) {
            return;
        }
        let agent = text(agent);
        add(&mut self.facts.agents, agent.clone());
        if let (Some(call), Some(agent)) = (record.get_text("parentToolUseID"), &agent) {
            self.take_agent_of(&call, agent);
        }
        let Some((nested, _)) = nested.and_then(|raw| Record::cut(raw.as_written()).ok()) else {
            return self.note_odd(offset);
        };
        let Some(message) = nested.message.as_ref().filter(|_| !record.is_unmetered()) else { return };
        if nested.kind() == "user" {
            return self.take_results(&nested, message);
        }
        let origin = Origin {
            record: &nested,
            session: self.session_of(record),
            copied_from: record.copied_from(),
            agent,
            sidechain: true,
            at: nested.at().or_else(|| record.at()),
            file_since: self.facts.since,
            branch: record.branch(),
            offset,
        };
        if nested.kind() == "assistant" {
            self.take_message(&origin, message);
        }
    }

    fn session_of<'r>(&self, record: &Record<'r>) -> Cow<'r, str> {
        let otherwise = || self.facts.session().map_or_else(String::new, |session| session.0.clone());
        record.session().unwrap_or_else(|| otherwise().into())
    }

    fn take_summary(&mut self, record: &Record<'_>) {
        let (Some(leaf), Some(summary)) = (record.get_text("leafUuid"), record.get_text("summary")) else { return };
        self.facts.summaries.retain(|(known, _)| *known != leaf);
        self.facts.summaries.push((leaf.into_owned(), cut(&summary, TITLE_LIMIT).to_owned()));
    }
}

/// The last value wins; nothing is allocated while it stays the same.
fn set(slot: &mut Option<String>, value: Option<Cow<'_, str>>, limit: usize) {
    if let Some(value) = value
        && slot.as_deref() != Some(cut(&value, limit))
    {
        *slot = Some(cut(&value, limit).to_owned());
    }
}

/// Each value once, in the order in which they first appear.
fn add(list: &mut Vec<String>, value: Option<Cow<'_, str>>) {
    if let Some(value) = value
        && !list.iter().rev().any(|known| *known == *value)
    {
        list.push(value.into_owned());
    }
}
