//! Finding in a session: in its conversation and, where they hang in it, in its subagents and abandoned branches.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regex::Regex;
use transcript::Detail;

use super::needle::{Needle, Sieve};
use super::script::{Script, Stop, Which};

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// In which conversation, by its place among those in which something was found.
    pub page: u32,
    /// At which stop of it.
    pub stop: u32,
    /// In which part of the item.
    pub part: u32,
    /// From which byte of the part's text on.
    pub start: u32,
    /// To which byte.
    pub end: u32,
    /// The stop of the session's own conversation at which it hangs: the same, or that of the call or of the mark.
    pub at: u32,
    /// How much its line tells: how many texts of a query stand there, and whether it stands as a whole word.
    pub tells: (usize, bool),
}

/// More places are not looked for: nobody steps through them.
pub(crate) const MOST: usize = 10_000;

/// What was found since the last time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// How many places were told before these.
    pub before: usize,
    /// The places, in the order of the conversation.
    pub matches: Vec<Match>,
    /// The conversations in which something was found so far; an agent is one that is told in the file, or has its own.
    pub pages: Vec<Which>,
    /// Whether everything was looked at, or as much as is looked for.
    pub done: bool,
}

/// A request to find something in a session.
#[derive(Debug, Clone)]
pub struct Hunt {
    /// The session's own transcript, or what is read in its place.
    pub script: Arc<Script>,
    /// The subagent whose file that is.
    pub agent: Option<String>,
    /// How much is shown.
    pub level: Detail,
    /// The directory of the session.
    pub directory: String,
    /// What is looked for.
    pub needle: Needle,
    /// The subagents with files of their own.
    pub agents: Vec<(String, PathBuf)>,
}

/// Everything that is found, in one go; `read` reads the file of a subagent.
pub fn find(hunt: &Hunt, read: &mut dyn FnMut(&Path) -> Option<Arc<Script>>) -> Matches {
    matches(hunt, read, &mut |_, _| true).map_or_else(Matches::default, |(matches, pages)| Matches {
        before: 0,
        matches,
        pages,
        done: true,
    })
}

/// Where something stands in what a level shows of a session. `on` is told now and then what was found so far, and says
/// whether to go on. It ends at [`MOST`].
pub(crate) fn matches(
    hunt: &Hunt,
    read: &mut dyn FnMut(&Path) -> Option<Arc<Script>>,
    on: &mut dyn FnMut(&[Match], &[Which]) -> bool,
) -> Option<(Vec<Match>, Vec<Which>)> {
    let inside: Vec<Inside> = subagents(hunt);
    let ids: Vec<&str> = inside.iter().map(|inside| inside.id.as_str()).collect();
    let callers = hunt.script.callers(&ids);
    let mut hanging: HashMap<usize, Vec<&Inside>> = HashMap::new();
    let mut left: Vec<&Inside> = Vec::new();
    for (inside, caller) in inside.iter().zip(callers) {
        match caller {
            Some(entry) => hanging.entry(entry).or_default().push(inside),
            None => left.push(inside),
        }
    }
    let key = Which { agent: hunt.agent.clone(), branch: None };
    let mut finder = Finder {
        hunt,
        pattern: hunt.needle.pattern(),
        texts: hunt.needle.texts(),
        sieve: Sieve::new(&hunt.needle),
        read,
        on,
        found: Vec::new(),
        pages: Vec::new(),
    };
    finder.conversation(&hunt.script, &Which::default(), &key, None, &hanging)?;
    let end = u32::try_from(hunt.script.stops(&Which::default()).len().saturating_sub(1)).unwrap_or(u32::MAX);
    for inside in left {
        finder.subagent(inside, end)?;
    }
    Some((finder.found, finder.pages))
}

/// A subagent, with its file if it has one of its own.
struct Inside {
    id: String,
    path: Option<PathBuf>,
}

fn subagents(hunt: &Hunt) -> Vec<Inside> {
    let others = hunt.agents.iter().filter(|(id, _)| Some(id) != hunt.agent.as_ref());
    let with_files = others.map(|(id, path)| Inside { id: id.clone(), path: Some(path.clone()) });
    let is_new = |id: &&str| !hunt.agents.iter().any(|(known, _)| known == id);
    let told = hunt.script.agents().filter(is_new).map(|id| Inside { id: id.to_owned(), path: None });
    with_files.chain(told).collect()
}

struct Finder<'a> {
    hunt: &'a Hunt,
    pattern: Regex,
    texts: Vec<Regex>,
    sieve: Sieve,
    read: &'a mut dyn FnMut(&Path) -> Option<Arc<Script>>,
    on: &'a mut dyn FnMut(&[Match], &[Which]) -> bool,
    found: Vec<Match>,
    pages: Vec<Which>,
}

impl Finder<'_> {
    /// Looks through a conversation and what hangs in it; `key` is what it is called, `at` where it hangs itself. None
    /// where it was told to stop.
    fn conversation(
        &mut self,
        script: &Script,
        which: &Which,
        key: &Which,
        at: Option<u32>,
        hanging: &HashMap<usize, Vec<&Inside>>,
    ) -> Option<()> {
        for (stop, kind) in (0_u32..).zip(script.stops(which)) {
            if self.found.len() >= MOST {
                return Some(());
            }
            if stop % 64 == 0 && !(self.on)(&self.found, &self.pages) {
                return None;
            }
            let at = at.unwrap_or(stop);
            match kind {
                Stop::Entry(entry) => {
                    self.entry(script, (which, entry), key, (stop, at));
                    for inside in hanging.get(&entry).into_iter().flatten() {
                        self.subagent(inside, at)?;
                    }
                }
                Stop::Branch(branch) => {
                    let of = |which: &Which| Which { branch: Some(branch), ..which.clone() };
                    self.conversation(script, &of(which), &of(key), Some(at), &HashMap::new())?;
                }
            }
        }
        Some(())
    }

    fn subagent(&mut self, inside: &Inside, at: u32) -> Option<()> {
        let key = Which { agent: Some(inside.id.clone()), branch: None };
        match &inside.path {
            None => {
                let script = Arc::clone(&self.hunt.script);
                self.conversation(&script, &key, &key, Some(at), &HashMap::new())
            }
            Some(path) => match (self.read)(path) {
                Some(script) => self.conversation(&script, &Which::default(), &key, Some(at), &HashMap::new()),
                None => (self.on)(&self.found, &self.pages).then_some(()),
            },
        }
    }

    fn entry(&mut self, script: &Script, (which, entry): (&Which, usize), key: &Which, (stop, at): (u32, u32)) {
        let sketched = &script.entries(which)[entry].sketched;
        if !self.sieve.may_hold(sketched, script.outline(which), &script.bytes()) {
            return;
        }
        let Some(item) = script.item(which, entry) else { return };
        for (part, text) in typeset::plain(&item, self.hunt.level, &self.hunt.directory) {
            let mut places = self.pattern.find_iter(&text).filter(|range| !range.is_empty()).peekable();
            if places.peek().is_none() {
                continue;
            }
            if self.pages.last() != Some(key) && !self.pages.contains(key) {
                self.pages.push(key.clone());
            }
            let page = self.pages.iter().position(|page| page == key).unwrap_or(0);
            let places = places.filter_map(|range| {
                let [page, start, end] = [page, range.start(), range.end()].map(u32::try_from);
                let tells = tells(&self.texts, &text, range.range());
                Some(Match { page: page.ok()?, stop, part, start: start.ok()?, end: end.ok()?, at, tells })
            });
            self.found.extend(places.take(MOST - self.found.len()));
        }
    }
}

/// How much the line of a match tells.
fn tells(texts: &[Regex], text: &str, place: Range<usize>) -> (usize, bool) {
    let start = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[place.end..].find('\n').map_or(text.len(), |end| place.end + end);
    let line = &text[start..end];
    let is_of_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let (before, after) = (text[..place.start].chars().next_back(), text[place.end..].chars().next());
    let whole = !is_of_word(before) && !is_of_word(after);
    (texts.iter().filter(|pattern| pattern.is_match(line)).count(), whole)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn script(lines: &[Value]) -> Arc<Script> {
        let text = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n";
        Arc::new(Script::whole(text.as_bytes()))
    }

    fn answer(uuid: &str, parent: Option<&str>, content: &Value) -> Value {
        json!({"type": "assistant", "uuid": uuid, "parentUuid": parent, "message": {"id": uuid, "content": content}})
    }

    fn said(text: &str) -> Arc<Script> {
        let call = json!({"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "cat notes"}});
        let result = json!({"type": "user", "uuid": "b", "parentUuid": "a", "message": {"content": [
            {"type": "tool_result", "tool_use_id": "t", "content": "one race\ntwo races"},
        ]}});
        script(&[answer("a", None, &json!([{"type": "text", "text": text}, call])), result])
    }

    fn hunt(script: &Arc<Script>, level: Detail, needle: &str) -> Hunt {
        Hunt {
            script: Arc::clone(script),
            agent: None,
            level,
            directory: String::new(),
            needle: Needle::plain(needle),
            agents: Vec::new(),
        }
    }

    fn count(script: &Arc<Script>, level: Detail, needle: &str) -> usize {
        find(&hunt(script, level, needle), &mut |_| None).matches.len()
    }

    #[test]
    fn what_is_found_is_what_a_level_shows_marks_left_out() {
        let script = said("a **race**, and \"quoted\" ünïcode");
        for (level, needle, expect) in [
            (Detail::Talk, "race", 1),
            (Detail::Tools, "race", 3),
            (Detail::Tools, "a race", 1),
            (Detail::Tools, "\"quoted\"", 1),
            (Detail::Tools, "ÜNÏCODE", 0),
            (Detail::Tools, "ünïcode", 1),
            (Detail::Tools, "tool_use", 0),
        ] {
            assert_eq!(count(&script, level, needle), expect, "{needle}");
        }
    }

    #[test]
    fn finding_ends_when_there_is_more_than_anybody_steps_through() {
        assert_eq!(count(&said(&"race ".repeat(MOST + 1_000)), Detail::Tools, "race"), MOST);
    }

    #[test]
    fn subagents_and_branches_are_looked_through_where_they_hang() {
        let text = |text: &str| json!([{"type": "text", "text": text}]);
        let asks = |uuid: &str, parent: Option<&str>, text: &str| json!({"type": "user", "uuid": uuid, "parentUuid": parent, "message": {"content": text}});
        let call = json!([{"type": "tool_use", "id": "t", "name": "Agent", "input": {"prompt": "go"}}]);
        let gives = json!({"type": "user", "uuid": "r", "parentUuid": "c", "toolUseResult": {"agentId": "a1"},
            "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": "done"}]}});
        let own = script(&[
            asks("p", None, "race one"),
            asks("q", Some("p"), "race abandoned"),
            answer("c", Some("p"), &call),
            gives,
            answer("e", Some("r"), &text("race three")),
        ]);
        let of_agent =
            |id: &str| script(&[asks("x", None, "go"), answer("y", Some("x"), &text(&format!("race {id}")))]);
        let agents = ["a0", "a1"].map(|id| (id.to_owned(), PathBuf::from(id))).to_vec();
        let hunt = Hunt { agents, ..hunt(&own, Detail::Tools, "race") };
        let found = find(&hunt, &mut |path| Some(of_agent(path.to_str()?)));
        let page = |of: &Match| {
            let which = &found.pages[of.page as usize];
            format!(
                "{}{}",
                which.agent.as_deref().unwrap_or("own"),
                if which.branch.is_some() { " branch" } else { "" }
            )
        };
        let pages: Vec<String> = found.matches.iter().map(page).collect();
        assert_eq!(pages, ["own", "own branch", "a1", "own", "a0"]);
        assert!(found.matches.is_sorted_by_key(|found| found.at), "{:?}", found.matches);
    }
}
