//! Adding a part to an object or a list, and taking one out, so that taking out undoes adding to the byte.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::SetupError;
use crate::json::{Kind, Node, parse};
use crate::writing::{New, Style};

/// What a text held where it held nothing, so that taking out can put it back: `{}`, `[ ]`, or an empty file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The whole text, where it had no object at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) blank: Option<String>,
    /// The white space in objects and lists that were empty, by their place, as in `hooks/Stop`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) empty: BTreeMap<String, String>,
}

/// A way down into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Item(usize),
}

/// A way of keys alone.
pub(crate) fn keys(keys: &[&str]) -> Vec<Step> {
    keys.iter().map(|key| Step::Key((*key).to_owned())).collect()
}

/// The name of a place that a trace may know; places within lists are made by us alone.
fn place(path: &[Step]) -> Option<String> {
    let names: Option<Vec<&str>> =
        path.iter().map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None }).collect();
    names.map(|names| names.join("/"))
}

/// The value at the end of a way.
pub(crate) fn follow<'a>(root: &'a Node, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Item(at) => node.items().get(*at),
    })
}

/// A text with a part added at the end of an object (under a key) or of a list.
pub(crate) fn append(
    text: &str,
    path: &[Step],
    key: Option<&str>,
    value: &New,
    trace: &mut Trace,
) -> Result<String, SetupError> {
    let root = parse(text)?;
    let Some(node) = follow(&root, path) else { return Ok(text.to_owned()) };
    let style = Style::of(text, &root);
    let parts = node.parts();
    let Some(last) = parts.last() else {
        let inner = node.span.start + 1..node.span.end - 1;
        if let Some(place) = place(path) {
            trace.empty.entry(place).or_insert_with(|| text[inner.clone()].to_owned());
        }
        let (before, after) = style.around_only(line_indent(text, node.span.start));
        let part = style.part(key, value, &before);
        return Ok(replaced(text, inner, &format!("{before}{part}{after}")));
    };
    let since = if parts.len() > 1 { parts[parts.len() - 2].end } else { node.span.start + 1 };
    let between = &text[since..last.start];
    let lead = between.rsplit(',').next().unwrap_or(between);
    let part = style.part(key, value, lead);
    let lead = if lead.is_empty() && part.contains(": ") { " " } else { lead };
    Ok(replaced(text, last.end..last.end, &format!(",{lead}{part}")))
}

/// A text without the part at the end of a way, and without what held nothing else, unless it was empty before.
pub(crate) fn cut(text: &str, path: &[Step], trace: &Trace) -> Result<String, SetupError> {
    let root = parse(text)?;
    Ok(cut_from(text, &root, path, trace))
}

fn cut_from(text: &str, root: &Node, path: &[Step], trace: &Trace) -> String {
    let Some((last, above)) = path.split_last() else { return text.to_owned() };
    let Some(node) = follow(root, above) else { return text.to_owned() };
    let parts = node.parts();
    let at = match (last, &node.kind) {
        (Step::Key(key), Kind::Object(members)) => members.iter().rposition(|member| member.key == *key),
        (Step::Item(at), Kind::Array(_)) => Some(*at).filter(|at| *at < parts.len()),
        _ => None,
    };
    let Some(at) = at else { return text.to_owned() };
    if parts.len() == 1 {
        let inner = place(above).and_then(|place| trace.empty.get(&place));
        return match inner {
            None if !above.is_empty() => cut_from(text, root, above, trace),
            inner => replaced(text, node.span.start + 1..node.span.end - 1, inner.map_or("", String::as_str)),
        };
    }
    let range = if at == 0 { parts[0].start..parts[1].start } else { parts[at - 1].end..parts[at].end };
    replaced(text, range, "")
}

/// A text with something else in a range.
pub(crate) fn replaced(text: &str, range: Range<usize>, by: &str) -> String {
    [&text[..range.start], by, &text[range.end..]].concat()
}

/// The indentation of the line in which a byte lies.
fn line_indent(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[line..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
