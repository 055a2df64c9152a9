//! Records as Claude Code writes them, borrowed from the line.
//!
//! Only the outer shape is cut; a value costs something when somebody asks for it. Whatever is absent, null or of an
//! odd type is simply not there: no field can drop a record.

mod message;
mod time;

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::skim::{Broken, Members, Raw};

pub(crate) use message::{Block, Message};
pub(crate) use time::parse as time;

/// One record. Members that only one rare type has are looked up by `get`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Record<'a> {
    text: &'a str,
    kind: Option<Raw<'a>>,
    uuid: Option<Raw<'a>>,
    parent: Option<Raw<'a>>,
    timestamp: Option<Raw<'a>>,
    session: Option<Raw<'a>>,
    session_snake: Option<Raw<'a>>,
    request_session: Option<Raw<'a>>,
    forked_from: Option<Raw<'a>>,
    cwd: Option<Raw<'a>>,
    version: Option<Raw<'a>>,
    branch: Option<Raw<'a>>,
    entrypoint: Option<Raw<'a>>,
    agent: Option<Raw<'a>>,
    request_id: Option<Raw<'a>>,
    skill: Option<Raw<'a>>,
    agent_type: Option<Raw<'a>>,
    sidechain: Option<Raw<'a>>,
    meta: Option<Raw<'a>>,
    compact_summary: Option<Raw<'a>>,
    transcript_only: Option<Raw<'a>>,
    unmetered: Option<Raw<'a>>,
    /// `message`, if it is an object.
    pub(crate) message: Option<Message<'a>>,
    /// `toolUseResult`.
    pub(crate) result: Option<Raw<'a>>,
    /// `data` of a progress record.
    pub(crate) data: Option<Raw<'a>>,
    /// `attachment`.
    pub(crate) attachment: Option<Raw<'a>>,
    /// `costUSD`.
    pub(crate) cost: Option<Raw<'a>>,
    /// `origin`.
    pub(crate) origin: Option<Raw<'a>>,
    /// `promptSource`.
    pub(crate) prompt_source: Option<Raw<'a>>,
    /// `turnOrigin`.
    pub(crate) turn_origin: Option<Raw<'a>>,
}

impl<'a> Record<'a> {
    /// Cuts the record at the start of `text`; also returns the number of bytes it takes.
    pub(crate) fn cut(text: &'a str) -> Result<(Self, usize), Broken> {
        let mut record = Self::default();
        let used = record.fill(text)?;
        Ok((record, used))
    }

    /// The same, in place: records are large, and there are many. It must be an empty one.
    pub(crate) fn fill(&mut self, text: &'a str) -> Result<usize, Broken> {
        let mut members = Members::at_start_of(text);
        while let Some(key) = members.key() {
            if key == "message" {
                let message = self.message.insert(Message::default());
                if members.object(|members| message.fill(members)).is_some() {
                    continue;
                }
                self.message = None;
            }
            let value = members.value();
            if let Some(slot) = self.slot(key) {
                *slot = value;
            }
        }
        let used = members.end()?;
        self.text = &text[..used];
        Ok(used)
    }

    fn slot(&mut self, key: &str) -> Option<&mut Option<Raw<'a>>> {
        Some(match key {
            "type" => &mut self.kind,
            "uuid" => &mut self.uuid,
            "parentUuid" => &mut self.parent,
            "timestamp" => &mut self.timestamp,
            "sessionId" => &mut self.session,
            "session_id" => &mut self.session_snake,
            "requestSessionId" => &mut self.request_session,
            "forkedFrom" => &mut self.forked_from,
            "cwd" => &mut self.cwd,
            "version" => &mut self.version,
            "gitBranch" => &mut self.branch,
            "entrypoint" => &mut self.entrypoint,
            "agentId" => &mut self.agent,
            "requestId" => &mut self.request_id,
            "attributionSkill" => &mut self.skill,
            "attributionAgent" => &mut self.agent_type,
            "isSidechain" => &mut self.sidechain,
            "isMeta" => &mut self.meta,
            "isCompactSummary" => &mut self.compact_summary,
            "isVisibleInTranscriptOnly" => &mut self.transcript_only,
            "isUnmetered" => &mut self.unmetered,
            "toolUseResult" => &mut self.result,
            "data" => &mut self.data,
            "attachment" => &mut self.attachment,
            "costUSD" => &mut self.cost,
            "origin" => &mut self.origin,
            "promptSource" => &mut self.prompt_source,
            "turnOrigin" => &mut self.turn_origin,
            _ => return None,
        })
    }

    /// `type`; empty when there is none.
    pub(crate) fn kind(&self) -> Cow<'a, str> {
        self.kind.and_then(Raw::string).unwrap_or_default()
    }

    /// Any other member.
    pub(crate) fn get(&self, name: &str) -> Option<Raw<'a>> {
        Members::at_start_of(self.text).filter(|(key, _)| *key == name).map(|(_, value)| value).last()
    }

    /// Any other member, if it is a string with something in it.
    pub(crate) fn get_text(&self, name: &str) -> Option<Cow<'a, str>> {
        text(self.get(name))
    }

    /// `uuid`.
    pub(crate) fn uuid(&self) -> Option<Cow<'a, str>> {
        text(self.uuid)
    }

    /// `parentUuid`.
    pub(crate) fn parent(&self) -> Option<Cow<'a, str>> {
        text(self.parent)
    }

    /// The record as written.
    pub(crate) fn whole(&self) -> &'a str {
        self.text
    }

    /// Whether the record has no parent, and says so.
    pub(crate) fn is_root(&self) -> bool {
        self.parent.is_some_and(|parent| parent.as_written() == "null")
    }

    /// `timestamp`.
    pub(crate) fn at(&self) -> Option<DateTime<Utc>> {
        self.timestamp.and_then(time::parse)
    }

    /// The session that the record names.
    pub(crate) fn session(&self) -> Option<Cow<'a, str>> {
        text(self.session).or_else(|| text(self.session_snake))
    }

    /// The session that the record was copied from, where the client says that it is a copy.
    pub(crate) fn copied_from(&self) -> Option<Cow<'a, str>> {
        if let Some(forked) = self.forked_from.filter(|forked| forked.is_object()) {
            return text(forked.get("sessionId")).or(Some(Cow::Borrowed("")));
        }
        text(self.request_session).filter(|original| self.session().is_none_or(|own| own != *original))
    }

    /// `cwd`.
    pub(crate) fn cwd(&self) -> Option<Cow<'a, str>> {
        text(self.cwd)
    }

    /// `version`.
    pub(crate) fn version(&self) -> Option<Cow<'a, str>> {
        text(self.version)
    }

    /// `gitBranch`, unless it is the placeholder for "no repository".
    pub(crate) fn branch(&self) -> Option<Cow<'a, str>> {
        text(self.branch).filter(|branch| branch != "HEAD")
    }

    /// `entrypoint`.
    pub(crate) fn entrypoint(&self) -> Option<Cow<'a, str>> {
        text(self.entrypoint)
    }

    /// `agentId`.
    pub(crate) fn agent(&self) -> Option<Cow<'a, str>> {
        text(self.agent)
    }

    /// `requestId`.
    pub(crate) fn request_id(&self) -> Option<Cow<'a, str>> {
        text(self.request_id)
    }

    /// `attributionSkill`.
    pub(crate) fn skill(&self) -> Option<Cow<'a, str>> {
        text(self.skill)
    }

    /// `attributionAgent`: the kind of the subagent that the record is of.
    pub(crate) fn agent_type(&self) -> Option<Cow<'a, str>> {
        text(self.agent_type)
    }

    /// `isSidechain`.
    pub(crate) fn is_sidechain(&self) -> bool {
        self.sidechain.is_some_and(Raw::is_true)
    }

    /// `isUnmetered`.
    pub(crate) fn is_unmetered(&self) -> bool {
        self.unmetered.is_some_and(Raw::is_true)
    }

    /// Whether the client wrote the record for the model or for itself (`isMeta`, a summary of a compaction).
    pub(crate) fn is_injected(&self) -> bool {
        [self.meta, self.compact_summary, self.transcript_only].iter().flatten().any(|flag| flag.is_true())
    }
}

/// A string with something in it.
pub(crate) fn text(raw: Option<Raw<'_>>) -> Option<Cow<'_, str>> {
    raw.and_then(Raw::string).filter(|text| !text.is_empty())
}
