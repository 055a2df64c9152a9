//! Folding a session from what its files say.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Session, SessionFile, SessionId, Title, TitleSource};
use crate::facts::{Activity, Seen};
use crate::prompt::one_line;
use crate::{FileFacts, project_name};

/// Longest title, in characters.
const TITLE_LIMIT: usize = 120;

impl Session {
    /// Folds a session from its files. The result does not depend on their order.
    ///
    /// Of several main files (copies, moved files) the fullest counts, and of several files of one subagent too. What other
    /// machines tell of a file has no words in it: these are those of the fullest file that has some.
    pub fn fold(id: SessionId, files: &[SessionFile<'_>]) -> Self {
        let mains = || files.iter().filter(|file| file.main).map(|file| file.facts);
        let main = mains().max_by_key(|facts| fullness(facts));
        let told = mains().filter(|facts| has_words(facts)).max_by_key(|facts| fullness(facts));
        let agents = subagents(files);
        let all: Vec<&FileFacts> = main.into_iter().chain(agents.iter().copied()).collect();
        let mut session = Self { id, ..Self::default() };
        if let Some(main) = main {
            session.take_main(main);
        }
        session.take_all(&all);
        session.models = models(main, &agents);
        if let Some(told) = told.or(main) {
            session.first_prompt.clone_from(&told.first_prompt);
            session.last_prompt = told.last_prompt.clone().or_else(|| told.noted_prompt.clone());
        }
        let words: Vec<&FileFacts> = main.into_iter().chain(told).chain(agents.iter().copied()).collect();
        session.take_words(&words);
        session.subagents = count_subagents(main, &agents);
        session
    }

    /// What only the session's own file says.
    fn take_main(&mut self, main: &FileFacts) {
        self.prompts = main.prompts;
        self.answers = main.answers.len();
        self.ledger = main.ledger().cloned();
        self.ledger_lines = main.ledger_lines;
        self.parent = main.parent.clone().filter(|parent| *parent != self.id);
    }

    /// What was said and touched, of the session's own files first and then of its subagents'.
    fn take_words(&mut self, words: &[&FileFacts]) {
        self.title = title(words);
        for facts in words {
            extend(&mut self.files_touched, &facts.files_touched);
            extend(&mut self.pr_links, &facts.pr_links);
        }
    }

    /// What is gathered over all files, the session's own first.
    fn take_all(&mut self, all: &[&FileFacts]) {
        self.cwd_first = first(all, |facts| facts.cwd_first.as_ref());
        self.cwd_last = first(all, |facts| facts.cwd_last.as_ref());
        self.branch = first(all, |facts| facts.branch.as_ref());
        self.entrypoint = first(all, |facts| facts.entrypoint.as_ref());
        self.home = first(all, |facts| facts.worktree_of.as_ref()).or_else(|| self.cwd_first.clone());
        self.project = self.home.as_deref().map(project_name).filter(|name| !name.is_empty()).map(str::to_owned);
        let mut skills = BTreeSet::new();
        let (mut tools, mut activity) = (Seen::default(), Activity::default());
        for facts in all {
            extend(&mut self.versions, &facts.versions);
            skills.extend(facts.skills.iter().cloned());
            tools.add_all(&facts.tools);
            activity.add_all(&facts.activity);
            self.problems = self.problems.saturating_add(facts.problems());
        }
        self.skills = skills.into_iter().collect();
        self.tool_calls = tools.len();
        self.started = activity.started();
        self.ended = activity.ended();
        self.active_ms = activity.active_ms();
    }
}

/// Orders files by how much they tell: the fullest is the greatest, and equal ones are the same for every purpose here.
fn fullness(facts: &FileFacts) -> impl Ord + use<> {
    let named = (facts.custom_title.clone(), facts.cwd_last.clone());
    (facts.read_to, facts.ended(), named, Reverse(facts.started()), has_words(facts))
}

/// Whether anything is known of what was said and touched, see `FileFacts::without_words`.
fn has_words(facts: &FileFacts) -> bool {
    let said = [&facts.first_prompt, &facts.last_prompt, &facts.noted_prompt, &facts.first_command, &facts.first_told];
    said.iter().any(|text| text.is_some())
        || facts.own_summary().is_some()
        || !facts.files_touched.is_empty()
        || !facts.pr_links.is_empty()
}

/// The fullest file of each subagent, the one that started first in front.
fn subagents<'a>(files: &[SessionFile<'a>]) -> Vec<&'a FileFacts> {
    let mut named: BTreeMap<&str, &FileFacts> = BTreeMap::new();
    let mut agents = Vec::new();
    for file in files.iter().filter(|file| !file.main) {
        match file.facts.agent() {
            Some(agent) => {
                let fullest = named.entry(agent).or_insert(file.facts);
                if fullness(file.facts) > fullness(fullest) {
                    *fullest = file.facts;
                }
            }
            None => agents.push(file.facts),
        }
    }
    agents.extend(named.into_values());
    agents.sort_by_cached_key(|facts| (facts.started(), facts.agent().map(str::to_owned), fullness(facts)));
    agents
}

/// Models of the subagents that the session itself did not ask, then its own.
fn models(main: Option<&FileFacts>, agents: &[&FileFacts]) -> Vec<String> {
    let own = main.map_or(&[][..], |facts| &facts.models);
    let mut models = Vec::new();
    for facts in agents {
        extend(&mut models, &facts.models);
    }
    models.retain(|model| !own.contains(model));
    models.extend_from_slice(own);
    models
}

/// Subagents with files of their own, and those that the main file tells of.
fn count_subagents(main: Option<&FileFacts>, agents: &[&FileFacts]) -> u32 {
    let named: BTreeSet<&str> = main
        .into_iter()
        .flat_map(|facts| &facts.agents)
        .map(String::as_str)
        .chain(agents.iter().filter_map(|facts| facts.agent()))
        .collect();
    let nameless = agents.iter().filter(|facts| facts.agent().is_none()).count();
    let inline = main.map_or(0, |facts| facts.sidechain_roots);
    inline.saturating_add(u32::try_from(named.len() + nameless).unwrap_or(u32::MAX))
}

fn title(all: &[&FileFacts]) -> Option<Title> {
    type Telling = fn(&FileFacts) -> Option<&str>;
    let tellings: [(TitleSource, Telling); 7] = [
        (TitleSource::Custom, |facts| facts.custom_title.as_deref()),
        (TitleSource::Ai, |facts| facts.ai_title.as_deref()),
        (TitleSource::Summary, FileFacts::own_summary),
        (TitleSource::FirstPrompt, |facts| facts.first_prompt.as_deref()),
        (TitleSource::FirstPrompt, |facts| facts.noted_prompt.as_deref()),
        (TitleSource::FirstPrompt, |facts| facts.first_command.as_deref()),
        (TitleSource::FirstPrompt, |facts| facts.first_told.as_deref()),
    ];
    tellings.iter().find_map(|(source, telling)| {
        let mut lines = all.iter().filter_map(|facts| telling(facts)).map(|text| one_line(text, TITLE_LIMIT));
        lines.find(|line| !line.is_empty()).map(|text| Title { text, source: *source })
    })
}

fn first<'a>(all: &[&'a FileFacts], of: impl Fn(&'a FileFacts) -> Option<&'a String>) -> Option<String> {
    all.iter().copied().find_map(of).cloned()
}

fn extend(list: &mut Vec<String>, more: &[String]) {
    for value in more {
        if !list.contains(value) {
            list.push(value.clone());
        }
    }
}

#[cfg(test)]
mod tests;
