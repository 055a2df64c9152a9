//! Finding a text in what is said in a conversation.

use regex::bytes::RegexBuilder as BytesBuilder;
use regex::{Regex, RegexBuilder};
use transcript::{Detail, Sketched};

use super::script::{Script, Stop, Which};

/// Where a text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// At which stop of the page.
    pub stop: u32,
    /// In which part of the item.
    pub part: u32,
    /// From which byte of the part's text on.
    pub start: u32,
    /// To which byte.
    pub end: u32,
}

/// More places are not looked for: nobody steps through them.
pub(crate) const MOST: usize = 10_000;

/// What was found since the last time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// How many places were told before these.
    pub before: usize,
    /// The places, in order.
    pub matches: Vec<Match>,
    /// Whether everything was looked at, or as much as is looked for.
    pub done: bool,
}

/// Everything that is found, in one go.
pub fn find(script: &Script, which: &Which, level: Detail, directory: &str, needle: &str) -> Matches {
    let matches = matches((script, which), level, directory, needle, &mut |_| true).unwrap_or_default();
    Matches { before: 0, matches, done: true }
}

/// The pattern for a text. Capitals matter only if it has one.
fn pattern(needle: &str) -> Regex {
    RegexBuilder::new(&regex::escape(needle))
        .case_insensitive(!needle.chars().any(char::is_uppercase))
        .size_limit(usize::MAX)
        .build()
        .expect("an escaped text is a pattern")
}

/// Where a text stands in what a level shows of a conversation. `on` is told now and then what was found so far, and
/// says whether to go on. It ends at [`MOST`].
pub(crate) fn matches(
    (script, which): (&Script, &Which),
    level: Detail,
    directory: &str,
    needle: &str,
    on: &mut dyn FnMut(&[Match]) -> bool,
) -> Option<Vec<Match>> {
    let pattern = pattern(needle);
    let sieve = Sieve::new(needle);
    let (mut found, bytes) = (Vec::new(), script.bytes());
    for (at, stop) in script.stops(which).iter().enumerate() {
        if at % 64 == 0 && !on(&found) {
            return None;
        }
        let Stop::Entry(entry) = *stop else { continue };
        let sketched = &script.entries(which)[entry].sketched;
        if !sieve.may_hold(sketched, script.outline(which), &bytes) {
            continue;
        }
        let Some(item) = script.item(which, entry) else { continue };
        for (part, text) in typeset::plain(&item, level, directory) {
            let places = pattern.find_iter(&text).filter_map(|range| {
                let [start, end] = [range.start(), range.end()].map(u32::try_from);
                Some(Match { stop: u32::try_from(at).ok()?, part, start: start.ok()?, end: end.ok()? })
            });
            found.extend(places.take(MOST - found.len()));
        }
        if found.len() >= MOST {
            break;
        }
    }
    Some(found)
}

/// Tells at the speed of reading which records cannot hold a text: those without its longest plain word.
struct Sieve(Option<regex::bytes::Regex>);

impl Sieve {
    fn new(needle: &str) -> Self {
        let words = needle.split(|letter: char| !letter.is_ascii_alphanumeric());
        let word = words.max_by_key(|word| word.len()).filter(|word| word.len() >= 2);
        let insensitive = !needle.chars().any(char::is_uppercase);
        Self(word.and_then(|word| BytesBuilder::new(word).unicode(false).case_insensitive(insensitive).build().ok()))
    }

    fn may_hold(&self, sketched: &Sketched, outline: &transcript::Outline, bytes: &transcript::Stretches<'_>) -> bool {
        let (Some(word), Sketched::Answer(answer)) = (&self.0, sketched) else { return true };
        let results = answer.calls().filter_map(|call| outline.result_of(call));
        answer.lines().chain(results).any(|offset| bytes.line(offset).is_some_and(|line| word.is_match(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_matter_only_when_typed() {
        for (text, needle, expect) in [
            ("Race race RACE", "race", &["Race", "race", "RACE"][..]),
            ("Race race", "Race", &["Race"]),
            ("a.b axb", "a.b", &["a.b"]),
            ("ÄRGER ärger", "ärger", &["ÄRGER", "ärger"]),
        ] {
            let found: Vec<&str> = pattern(needle).find_iter(text).map(|range| range.as_str()).collect();
            assert_eq!(found, expect, "{needle} in {text}");
        }
    }

    fn said(text: &str) -> Script {
        let line = serde_json::json!({"type": "assistant", "uuid": "a", "message": {"id": "m", "content": [
            {"type": "text", "text": text},
            {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "cat notes"}},
        ]}});
        let result = serde_json::json!({"type": "user", "uuid": "b", "parentUuid": "a", "message": {"content": [
            {"type": "tool_result", "tool_use_id": "t", "content": "one race\ntwo races"},
        ]}});
        Script::whole(format!("{line}\n{result}\n").as_bytes())
    }

    fn count(script: &Script, level: Detail, needle: &str) -> usize {
        matches((script, &Which::default()), level, "", needle, &mut |_| true).expect("nobody stops it").len()
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
        let script = said(&"race ".repeat(MOST + 1_000));
        assert_eq!(count(&script, Detail::Tools, "race"), MOST);
    }
}
