//! Our hooks in the text of a `settings.json`: put in, brought up to date, taken out. Every other byte stays as it is.

use std::path::{Path, PathBuf};

use crate::SetupError;
use crate::editing::{Step, Trace, append, cut, follow, keys, replaced};
use crate::hooks::{Entry, Ours, WANTED, Wanted, command_line, entries};
use crate::json::{Kind, Node, parse};
use crate::writing::{New, quoted};

/// The word that asks our program for a status line.
const STATUS_LINE: &str = "statusline";

/// Settings with our hooks in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The new text.
    pub text: String,
    /// What [`remove`] needs to put back even what was empty.
    pub trace: Trace,
    /// Whether a status line was asked for and somebody else's is there, which stays.
    pub foreign_status_line: bool,
}

/// What settings say about our hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiring {
    /// Each event that we want to hear of, and the program that is called for it; none where none of ours is.
    pub events: Vec<(&'static str, Option<PathBuf>)>,
    /// Whether `disableAllHooks` silences every hook.
    pub disabled: bool,
    /// Whether `cleanupPeriodDays` is 0, for which Claude Code ignores the whole file.
    pub void: bool,
}

/// Puts our hooks into settings, or brings those that are there up to date: the path of the program, a missing time limit,
/// and the tools of a group that holds nothing else. A hook of ours that is there twice is taken out once.
///
/// `trace` is that of an earlier time. A status line is put in when it is asked for and there is none; ours is brought up to
/// date in any case. Settings that are not strict JSON, or not shaped as Claude Code reads them, are refused.
pub fn insert(text: Option<&str>, program: &Path, status_line: bool, trace: &Trace) -> Result<Merged, SetupError> {
    let mut trace = trace.clone();
    let text = text.unwrap_or_default();
    let is_blank = text.trim_start_matches('\u{feff}').trim().is_empty();
    if is_blank {
        trace.blank = Some(text.to_owned());
    }
    let mut text = if is_blank { "{}\n".to_owned() } else { text.to_owned() };
    check_shape(&parse(&text)?)?;
    for wanted in &WANTED {
        text = put(text, wanted, program, &mut trace)?;
    }
    let (text, foreign_status_line) = put_status_line(text, program, status_line, &mut trace)?;
    parse(&text)?;
    Ok(Merged { text, trace, foreign_status_line })
}

/// Takes every hook and the status line of ours out of settings, and what held nothing else.
pub fn remove(text: &str, trace: &Trace) -> Result<String, SetupError> {
    let mut text = text.to_owned();
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Ok(text);
    }
    let mut root = parse(&text)?;
    while let Some(entry) = entries(&root).first() {
        text = cut(&text, &entry.path_out(&root), trace)?;
        root = parse(&text)?;
    }
    if StatusLine::of(&root) == StatusLine::Ours {
        text = cut(&text, &keys(&["statusLine"]), trace)?;
    }
    let is_empty = parse(&text)?.kind == Kind::Object(Vec::new());
    match &trace.blank {
        Some(blank) if is_empty => Ok(blank.clone()),
        _ => Ok(text),
    }
}

/// Says which of our hooks are in settings; no settings have none.
pub fn look(text: Option<&str>) -> Result<Wiring, SetupError> {
    let text = text.filter(|text| !text.trim_start_matches('\u{feff}').trim().is_empty()).unwrap_or("{}");
    let root = parse(text)?;
    let found = entries(&root);
    let program = |wanted: &Wanted| found.iter().find(|entry| entry.is(wanted)).map(|entry| entry.ours.program.clone());
    let written = |key: &str| root.get(key).map(|node| &text[node.span.clone()]);
    Ok(Wiring {
        events: WANTED.iter().map(|wanted| (wanted.event, program(wanted))).collect(),
        disabled: written("disableAllHooks") == Some("true"),
        void: written("cleanupPeriodDays") == Some("0"),
    })
}

fn check_shape(root: &Node) -> Result<(), SetupError> {
    let shape = |place: &str, expected| Err(SetupError::Shape { place: place.to_owned(), expected });
    if !matches!(root.kind, Kind::Object(_)) {
        return shape("the whole file", "an object");
    }
    let Some(hooks) = root.get("hooks") else { return Ok(()) };
    if !matches!(hooks.kind, Kind::Object(_)) {
        return shape("hooks", "an object of events");
    }
    for wanted in &WANTED {
        if hooks.get(wanted.event).is_some_and(|groups| !matches!(groups.kind, Kind::Array(_))) {
            return shape(&format!("hooks.{}", wanted.event), "a list of groups");
        }
    }
    Ok(())
}

/// Puts one hook in, or brings it up to date.
fn put(text: String, wanted: &Wanted, program: &Path, trace: &mut Trace) -> Result<String, SetupError> {
    let mut text = text;
    loop {
        let root = parse(&text)?;
        let found: Vec<Entry> = entries(&root).into_iter().filter(|entry| entry.is(wanted)).collect();
        match found.as_slice() {
            [] => return add(&text, &root, wanted, program, trace),
            [entry] => return refresh(&text, &root, entry, wanted, program, trace),
            [.., last] => text = cut(&text, &last.path_out(&root), trace)?,
        }
    }
}

fn add(text: &str, root: &Node, wanted: &Wanted, program: &Path, trace: &mut Trace) -> Result<String, SetupError> {
    let hook = New::Object(vec![
        ("type", New::Text("command".to_owned())),
        ("command", New::Text(command_line(program, wanted.argument))),
        ("timeout", New::Number(wanted.timeout_seconds)),
    ]);
    let matcher = wanted.matcher.map(|matcher| ("matcher", New::Text(matcher.to_owned())));
    let group = New::Object(matcher.into_iter().chain([("hooks", New::Array(vec![hook]))]).collect());
    let groups = New::Array(vec![group.clone()]);
    match root.get("hooks") {
        None => append(text, &[], Some("hooks"), &New::Object(vec![(wanted.event, groups)]), trace),
        Some(hooks) if hooks.get(wanted.event).is_none() => {
            append(text, &keys(&["hooks"]), Some(wanted.event), &groups, trace)
        }
        Some(_) => append(text, &keys(&["hooks", wanted.event]), None, &group, trace),
    }
}

/// Brings a hook of ours up to date, one thing after the other, from the end of the text to its beginning.
fn refresh(
    text: &str,
    root: &Node,
    entry: &Entry,
    wanted: &Wanted,
    program: &Path,
    trace: &mut Trace,
) -> Result<String, SetupError> {
    let mut text = text.to_owned();
    let path = entry.path();
    let group_path = &path[..3];
    if let Some(hook) = follow(root, &path) {
        if hook.get("timeout").is_none() {
            text = append(&text, &path, Some("timeout"), &New::Number(wanted.timeout_seconds), trace)?;
        }
        let expect = command_line(program, wanted.argument);
        if let Some(command) = hook.get("command").filter(|command| command.text() != Some(&expect)) {
            text = replaced(&text, command.span.clone(), &quoted(&expect));
        }
    }
    let (Some(matcher), Some(group)) = (wanted.matcher, follow(root, group_path)) else { return Ok(text) };
    let is_alone = group.get("hooks").is_some_and(|hooks| hooks.items().len() == 1);
    if !is_alone || group.get("matcher").and_then(Node::text) == Some(matcher) {
        return Ok(text);
    }
    let root = parse(&text)?;
    match follow(&root, group_path).and_then(|group| group.get("matcher")) {
        Some(old) => Ok(replaced(&text, old.span.clone(), &quoted(matcher))),
        None => append(&text, group_path, Some("matcher"), &New::Text(matcher.to_owned()), trace),
    }
}

/// Whose status line is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusLine {
    Nobodys,
    Ours,
    Foreign,
}

impl StatusLine {
    fn of(root: &Node) -> Self {
        let Some(line) = root.get("statusLine") else { return Self::Nobodys };
        let ours = line.get("command").and_then(Node::text).and_then(Ours::of);
        let word = ours.and_then(|ours| ours.word);
        if word.is_some_and(|word| [STATUS_LINE, "status-line"].contains(&word.as_str())) {
            Self::Ours
        } else {
            Self::Foreign
        }
    }
}

fn put_status_line(
    text: String,
    program: &Path,
    wanted: bool,
    trace: &mut Trace,
) -> Result<(String, bool), SetupError> {
    let root = parse(&text)?;
    let expect = command_line(program, STATUS_LINE);
    match StatusLine::of(&root) {
        StatusLine::Nobodys if wanted => {
            let command = ("command", New::Text(expect));
            let line = New::Object(vec![("type", New::Text("command".to_owned())), command]);
            Ok((append(&text, &[], Some("statusLine"), &line, trace)?, false))
        }
        StatusLine::Nobodys => Ok((text, false)),
        StatusLine::Foreign => Ok((text, wanted)),
        StatusLine::Ours => {
            let path = [keys(&["statusLine"]), vec![Step::Key("command".to_owned())]].concat();
            let old = follow(&root, &path).filter(|old| old.text() != Some(&expect));
            Ok((old.map(|old| replaced(&text, old.span.clone(), &quoted(&expect))).unwrap_or(text), false))
        }
    }
}

#[cfg(test)]
mod tests;
