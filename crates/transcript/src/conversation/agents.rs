//! Conversations of subagents that are told in the file of their session.

use rustc_hash::FxHashMap;

use super::assembly::tell;
use super::intake::Report;
use super::outline::{OutlineAgent, Sketched};
use super::record::Record;
use super::{Body, Outline, Stretches};

/// A call that can have started a subagent.
pub(super) struct Starter {
    pub(super) offset: u64,
    pub(super) call: String,
    pub(super) told: String,
}

/// The subagents of a file, and which calls started them.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) agents: Vec<OutlineAgent>,
    /// Ids of subagents by the ids of the calls.
    pub(super) started: FxHashMap<String, String>,
}

/// Puts the conversations together. `names` says which subagent the result of a call names.
pub(super) fn hear(
    side: &[(Option<String>, Record)],
    reports: &[Report],
    starters: &[Starter],
    names: &dyn Fn(&str) -> Option<String>,
    bytes: &Stretches<'_>,
) -> Heard {
    let mut heard = Heard::default();
    for (id, records) in by_root(side) {
        let offset = records.first().map_or(0, |record| record.spot.offset);
        let first = records.first().and_then(|record| record.uuid.clone());
        let outline = tell(&records, None, bytes);
        let call = starter(&outline, offset, starters, &heard.started, names);
        let id = id.or_else(|| call.map(str::to_owned)).or(first).unwrap_or_default();
        if let Some(call) = call {
            heard.started.insert(call.to_owned(), id.clone());
        }
        heard.agents.push(OutlineAgent { id, outline });
    }
    reported(reports, &mut heard, bytes);
    heard
}

/// Records of subagents, parted by the root that they hang off.
fn by_root(side: &[(Option<String>, Record)]) -> Vec<(Option<String>, Vec<&Record>)> {
    let mut group_of: FxHashMap<&str, usize> = FxHashMap::default();
    let mut of_agent: FxHashMap<&str, usize> = FxHashMap::default();
    let mut groups: Vec<(Option<String>, Vec<&Record>)> = Vec::new();
    for (agent, record) in side {
        let agent = agent.as_deref();
        let of_parent = || record.parent.as_deref().and_then(|parent| group_of.get(parent));
        let known = agent.and_then(|agent| of_agent.get(agent)).or_else(of_parent).copied();
        let before = groups.len().checked_sub(1).filter(|_| agent.is_none() && !record.is_restart());
        let group = known.or(before).unwrap_or(groups.len());
        if group == groups.len() {
            groups.push((agent.map(str::to_owned), Vec::new()));
        }
        if let Some(uuid) = record.uuid.as_deref() {
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
    outline: &Outline,
    offset: u64,
    starters: &'a [Starter],
    taken: &FxHashMap<String, String>,
    names: &dyn Fn(&str) -> Option<String>,
) -> Option<&'a str> {
    let told = outline.entries.iter().find_map(|entry| match &entry.sketched {
        Sketched::Whole(Body::Prompt(prompt)) => Some(prompt.text.as_str()),
        _ => None,
    })?;
    let fits = |starter: &&Starter| {
        starter.offset < offset
            && starter.told == told
            && !taken.contains_key(&starter.call)
            && names(&starter.call).is_none()
    };
    starters.iter().find(fits).map(|starter| starter.call.as_str())
}

/// Conversations told as `agent_progress`.
fn reported(reports: &[Report], heard: &mut Heard, bytes: &Stretches<'_>) {
    let mut order: Vec<&str> = Vec::new();
    let mut said: FxHashMap<&str, (Option<&str>, Vec<&Record>)> = FxHashMap::default();
    for Report { call, agent, said: record } in reports {
        let Some(id) = agent.as_deref().or(call.as_deref()) else { continue };
        let entry = said.entry(id).or_insert_with_key(|id| {
            order.push(id);
            (call.as_deref(), Vec::new())
        });
        entry.1.push(record);
    }
    for id in order {
        let Some((call, records)) = said.remove(id) else { continue };
        if let Some(call) = call {
            heard.started.entry(call.to_owned()).or_insert_with(|| id.to_owned());
        }
        heard.agents.push(OutlineAgent { id: id.to_owned(), outline: tell(&records, None, bytes) });
    }
}
