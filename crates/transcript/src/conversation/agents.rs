//! Conversations of subagents that are told in the file of their session.

use rustc_hash::FxHashMap;

use super::assembly::tell;
use super::intake::Report;
use super::record::Record;
use super::{Agent, Body, Conversation, ToolCall};

/// Puts the conversations together and marks the calls that started them.
pub(super) fn hear(
    side: Vec<(Option<String>, Record)>,
    reports: Vec<Report>,
    mut calls: Vec<(u64, &mut ToolCall)>,
) -> Vec<Agent> {
    let mut agents = Vec::new();
    for (id, records) in by_root(side) {
        let offset = records.first().map_or(0, |record| record.offset);
        let first = records.first().and_then(|record| record.uuid.clone());
        let conversation = tell(records, None);
        let call = starter(&conversation, offset, &mut calls);
        let id = id.or_else(|| call.as_ref().map(|call| call.agent.clone().unwrap_or_else(|| call.id.clone())));
        let id = id.or(first).unwrap_or_default();
        if let Some(call) = call {
            call.agent = Some(id.clone());
        }
        agents.push(Agent { id, conversation });
    }
    agents.extend(reported(reports, &mut calls));
    agents
}

/// Records of subagents, parted by the root that they hang off.
fn by_root(side: Vec<(Option<String>, Record)>) -> Vec<(Option<String>, Vec<Record>)> {
    let mut group_of: FxHashMap<String, usize> = FxHashMap::default();
    let mut of_agent: FxHashMap<String, usize> = FxHashMap::default();
    let mut groups: Vec<(Option<String>, Vec<Record>)> = Vec::new();
    for (agent, record) in side {
        let of_parent = || record.parent.as_ref().and_then(|parent| group_of.get(parent));
        let known = agent.as_ref().and_then(|agent| of_agent.get(agent)).or_else(of_parent).copied();
        let before = groups.len().checked_sub(1).filter(|_| agent.is_none() && !record.is_restart());
        let group = known.or(before).unwrap_or(groups.len());
        if group == groups.len() {
            groups.push((agent.clone(), Vec::new()));
        }
        if let Some(uuid) = record.uuid.clone() {
            group_of.insert(uuid, group);
        }
        if let Some(agent) = agent {
            of_agent.insert(agent, group);
        }
        groups[group].1.push(record);
    }
    groups
}

/// The call that started a conversation: the earliest one before it, not taken yet, that told it what it was told.
fn starter<'a>(
    conversation: &Conversation,
    offset: u64,
    calls: &'a mut [(u64, &mut ToolCall)],
) -> Option<&'a mut ToolCall> {
    let told = conversation.items.iter().find_map(|item| match &item.body {
        Body::Prompt(prompt) => Some(prompt.text.as_str()),
        _ => None,
    })?;
    let tells = |call: &ToolCall| call.input.get("prompt").and_then(|prompt| Some(prompt.as_str()?.trim() == told));
    let fits = |(at, call): &(u64, &mut ToolCall)| *at < offset && call.agent.is_none() && tells(call) == Some(true);
    let found = calls.iter().position(fits)?;
    Some(&mut *calls[found].1)
}

/// Conversations told as `agent_progress`.
fn reported(reports: Vec<Report>, calls: &mut [(u64, &mut ToolCall)]) -> Vec<Agent> {
    let mut order: Vec<String> = Vec::new();
    let mut said: FxHashMap<String, (Option<String>, Vec<Record>)> = FxHashMap::default();
    for Report { call, agent, said: record } in reports {
        let Some(id) = agent.or_else(|| call.clone()) else { continue };
        let entry = said.entry(id).or_insert_with_key(|id| {
            order.push(id.clone());
            (call, Vec::new())
        });
        entry.1.push(record);
    }
    let mut agents = Vec::with_capacity(order.len());
    for id in order {
        let Some((call, records)) = said.remove(&id) else { continue };
        let starter = call.and_then(|started| calls.iter_mut().find(|(_, call)| call.id == started));
        if let Some((_, call)) = starter {
            call.agent.get_or_insert_with(|| id.clone());
        }
        agents.push(Agent { id, conversation: tell(records, None) });
    }
    agents
}
