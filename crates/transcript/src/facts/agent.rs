//! Which kind of subagent an agent's id stands for.

use serde::{Deserialize, Serialize};

use super::pass::Pass;
use crate::skim::Raw;
use crate::wire::text;

/// Calls that start subagents: no more of them are remembered.
const STARTED: usize = 1024;

/// The kind of a subagent, as one telling has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentType {
    /// Its id.
    pub agent: String,
    /// Its kind as the client writes it (`general-purpose`, `Explore`, a name of the person's own).
    pub agent_type: String,
}

/// Calls that start subagents, with the kind that each asked for (empty: none); the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Started(Vec<(String, String)>);

impl Started {
    /// Notes a call.
    pub(super) fn note(&mut self, call: &str, input: Raw<'_>) {
        let kind = text(input.get("subagent_type")).unwrap_or_default();
        if self.0.len() >= STARTED {
            self.0.remove(0);
        }
        self.0.push((call.to_owned(), kind.into_owned()));
    }

    /// The kind that a call asked for; none if it is no such call.
    fn kind(&self, call: &str) -> Option<&str> {
        self.0.iter().rfind(|(known, _)| known == call).map(|(_, kind)| kind.as_str())
    }
}

impl Pass<'_> {
    /// A call's result (`toolUseResult`) names the subagent that it started, newer clients its kind too.
    pub(super) fn take_started(&mut self, call: &str, result: Raw<'_>) {
        // only these results are worth reading: those of other tools can be long
        let Some(_) = self.facts.started.kind(call) else { return };
        let Some(agent) = text(result.get("agentId")) else { return };
        match text(result.get("agentType")) {
            Some(kind) => self.emit_agent(&agent, &kind),
            None => self.take_agent_of(call, &agent),
        }
    }

    /// What a subagent that a call started is, from the call's input.
    pub(super) fn take_agent_of(&mut self, call: &str, agent: &str) {
        if let Some(kind) = self.facts.started.kind(call).filter(|kind| !kind.is_empty()).map(str::to_owned) {
            self.emit_agent(agent, &kind);
        }
    }

    /// Says what a subagent is, once per feed.
    pub(super) fn emit_agent(&mut self, agent: &str, kind: &str) {
        let told = &mut self.batch.agent_types;
        if !told.iter().any(|one| one.agent == agent && one.agent_type == kind) {
            told.push(AgentType { agent: agent.to_owned(), agent_type: kind.to_owned() });
        }
    }
}
