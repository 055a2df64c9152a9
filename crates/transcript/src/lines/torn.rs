//! Finding the whole records behind a torn one: a crash in the middle of a write leaves no line end, and what is written
//! next stands on the same line.
//!
//! A place is no beginning of a record because it looks like one. It is one where the grammar of the torn record breaks,
//! and so nothing that the torn record itself could hold. Where it does not break, since a value could stand there, only
//! keys are trusted that never hold what looks like a record. Whenever something else is odd, the line stays torn.

use crate::skim::{Break, Walked, walk};
use crate::wire::Record;

/// No line was torn more often.
const MOST_PARTS: usize = 32;

/// A part of a line that begins with a torn record, with the byte that it begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    /// A record.
    Whole(usize),
    /// Something that is none.
    Torn(usize),
}

/// The parts that stand behind the torn record that `text` begins with; none if none of them is a record.
pub(crate) fn behind(text: &str) -> Vec<Behind> {
    let mut parts = Vec::new();
    let known = parts_of(text, &mut parts);
    if known.is_none() || !parts.iter().any(|part| matches!(part, Behind::Whole(_))) {
        return Vec::new();
    }
    parts
}

/// Adds the parts from left to right, each byte looked at no more than twice. None if something is odd.
fn parts_of(text: &str, parts: &mut Vec<Behind>) -> Option<()> {
    let mut start = 0;
    while parts.len() < MOST_PARTS {
        let next = match walk(&text[start..]) {
            Walked::TooDeep => return None,
            // it is not torn
            Walked::Whole(_) if start == 0 => return None,
            Walked::Whole(length) => {
                let whole = &text[start..start + length];
                parts.push(if is_record(whole) { Behind::Whole(start) } else { Behind::Torn(start) });
                start + length
            }
            Walked::Broken(found) => {
                if start > 0 {
                    parts.push(Behind::Torn(start));
                }
                let at = start + found.at;
                if let Some(inner) = own_value(&text[start..], &found) {
                    parts.push(Behind::Whole(start + inner));
                }
                // a string goes on to the first quote of what was written next
                let in_string =
                    at.checked_sub(2).filter(|at| *at > start && text.as_bytes()[*at..].starts_with(b"{\""));
                in_string.filter(|_| begins(text, at).is_none()).unwrap_or(at)
            }
        };
        match begins(text, next) {
            Some(place) => start = place,
            None => return text[next..].trim_matches(BLANK).is_empty().then_some(()),
        }
    }
    None
}

const BLANK: [char; 5] = [' ', '\t', '\r', '\n', '\0'];

/// Where an object begins, if none but blank bytes stand before it.
fn begins(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?.trim_start_matches(BLANK);
    rest.starts_with("{\"").then_some(text.len() - rest.len())
}

/// Where a whole object begins that stands as a value of the torn one, but can be none of its own.
fn own_value(torn: &str, found: &Break<'_>) -> Option<usize> {
    // results, attachments and reports on subagents may hold records, and what a tool was given anything
    const HOLD_NO_RECORD: [&str; 17] = [
        "type",
        "uuid",
        "parentUuid",
        "timestamp",
        "sessionId",
        "cwd",
        "version",
        "gitBranch",
        "isSidechain",
        "userType",
        "entrypoint",
        "requestId",
        "agentId",
        "promptId",
        "slug",
        "permissionMode",
        "message",
    ];
    let (first, below) = found.keys.split_first()?;
    let is_told = HOLD_NO_RECORD.contains(first) && !below.contains(&"input");
    let inner = found.inner.filter(|_| is_told)?;
    is_record(torn.get(inner..found.at)?).then_some(inner)
}

/// Whether an object is a record by what the client puts around each. What a subagent said, as it is told inside a record
/// of another, never names a session of its own.
fn is_record(text: &str) -> bool {
    let Ok((record, _)) = Record::cut(text) else { return false };
    let names = |name| record.get_text(name).is_some();
    let is_known = match &*record.kind() {
        "" => false,
        "user" | "assistant" => record.message.is_some() && record.uuid().is_some() && names("sessionId"),
        "system" | "attachment" | "progress" => record.uuid().is_some() && names("sessionId"),
        "summary" => names("summary") && names("leafUuid"),
        "file-history-snapshot" | "file-history-delta" => names("messageId"),
        _ => names("sessionId"),
    };
    is_known && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests;
