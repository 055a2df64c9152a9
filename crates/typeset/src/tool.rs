//! Tool calls: one line that says what was done and how it ended, and behind it what was given and what came back.

mod body;
mod change;

use chrono::{DateTime, Utc};
use serde_json::Value;
use transcript::{Detail, ToolCall, ToolResult};

use crate::blocks::{count, mark};
use crate::clean;
use crate::diff::Change;
use crate::paint::{Paint, Role};
use crate::para::{Kind, Para};
use crate::sheet::{Ask, Flow, Layout, PartKind};

/// Columns that the name of a tool takes at least.
const NAME: usize = 6;
/// A change of a file is open up to so many changed lines.
const SMALL_CHANGE: usize = 12;

/// A tool call.
pub(crate) fn flow(
    call: &ToolCall,
    at: Option<DateTime<Utc>>,
    layout: &Layout<'_>,
    fold: Option<bool>,
    ask: &mut Ask<'_>,
) -> Flow {
    let change = change::of(call);
    let small = change.as_ref().is_some_and(|change| change.added() + change.removed() <= SMALL_CHANGE);
    let failed = call.result.as_ref().is_some_and(|result| result.is_error);
    let open = fold.unwrap_or(layout.level == Detail::Everything || (small && !failed));
    let name = clean::line(&name(&call.name));
    let pad = NAME.saturating_sub(crate::measure::width(&name)) + 2;
    let mut line = Para::of(Kind::Line, &name, Role::Tool);
    line.push(&" ".repeat(pad), Role::Text);
    line.push(&subject(call, layout.directory), if failed { Role::Dim } else { Role::Text });
    line.first = vec![mark(open)];
    line.right = Some(end(call, at, change.as_ref()));
    let body = if open { body::of(call, change.as_ref(), failed, layout.directory, ask) } else { Vec::new() };
    let pictures = call.result.as_ref().is_some_and(|result| !result.images.is_empty());
    let kind = PartKind::Tool { call: call.id.clone(), agent: call.agent.clone(), pictures };
    Flow {
        kind,
        line: Some(line),
        body: body.into_iter().map(|para| para.indented(4)).collect(),
        folds: true,
        open,
        parted: false,
    }
}

/// The name of a tool; those of servers without their prefix.
fn name(name: &str) -> String {
    match name.strip_prefix("mcp__").and_then(|rest| rest.split_once("__")) {
        Some((server, tool)) => format!("{server}·{tool}"),
        None => name.to_owned(),
    }
}

fn subject(call: &ToolCall, directory: &str) -> String {
    let mut subject = within(&clean::line(&call.subject), directory);
    let number = |key: &str| call.input.get(key).and_then(Value::as_u64);
    if call.name == "Read" {
        let lines = match (number("offset"), number("limit")) {
            (Some(from), Some(count)) => format!("  {from}–{}", from.saturating_add(count).saturating_sub(1)),
            (Some(from), None) => format!("  {from}–"),
            (None, Some(count)) => format!("  1–{count}"),
            (None, None) => String::new(),
        };
        subject.push_str(&lines);
    }
    if matches!(call.name.as_str(), "Task" | "Agent")
        && let Some(kind) = call.input.get("subagent_type").and_then(Value::as_str)
    {
        return format!("{}: {subject}", clean::line(kind));
    }
    subject
}

/// A text in which paths inside the directory of the session are shown without it.
pub(crate) fn within(text: &str, directory: &str) -> String {
    let directory = directory.trim_end_matches(['/', '\\']);
    let mut shown = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, _) in text.match_indices(directory).filter(|_| directory.len() > 1) {
        // Only where a path begins, and where the directory ends with a whole name: `/app` is not in `/srv/app/x`.
        let begins = text[..at].chars().next_back().is_none_or(|before| " \"'`=(:".contains(before));
        let end = at + directory.len();
        if begins && text[end..].starts_with(['/', '\\']) {
            shown.push_str(&text[rest..at]);
            rest = end + 1;
        }
    }
    shown.push_str(&text[rest..]);
    shown
}

/// How it ended.
fn end(call: &ToolCall, at: Option<DateTime<Utc>>, change: Option<&Change<'_>>) -> (String, Paint) {
    let Some(result) = &call.result else { return ("no result".to_owned(), Role::Warning.into()) };
    if result.is_error {
        return (failure(result), Role::Bad.into());
    }
    let took = took(result, at);
    let detail = |key: &str| result.detail.get(key).and_then(Value::as_u64);
    let told = match call.name.as_str() {
        _ if change.is_some() => change.map(Change::count),
        "Bash" | "PowerShell" => bash_end(result),
        "Read" => result
            .detail
            .get("file")
            .and_then(|file| file.get("numLines")?.as_u64())
            .map(|lines| counted(lines, "line")),
        "Grep" | "Glob" => detail("numFiles")
            .filter(|files| *files > 0)
            .map(|files| counted(files, "file"))
            .or_else(|| detail("numLines").map(|lines| counted(lines, "line"))),
        "Task" | "Agent" => agent_end(result),
        _ if !result.images.is_empty() => Some(count(result.images.len(), "picture")),
        _ => None,
    };
    let parts: Vec<String> = [told, took].into_iter().flatten().collect();
    (parts.join(" · "), Role::Dim.into())
}

fn counted(number: u64, thing: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), thing)
}

fn bash_end(result: &ToolResult) -> Option<String> {
    let flag = |key: &str| result.detail.get(key).and_then(Value::as_bool).unwrap_or(false);
    let background = result.detail.get("backgroundTaskId").is_some_and(Value::is_string);
    let meaning = result.detail.get("returnCodeInterpretation").and_then(Value::as_str).map(clean::line);
    match (flag("interrupted"), background, meaning) {
        (true, ..) => Some("interrupted".to_owned()),
        (_, true, _) => Some("in the background".to_owned()),
        (_, _, Some(meaning)) => Some(meaning),
        // The client says so only of commands that ended well.
        _ => result.detail.get("stdout").is_some().then(|| "exit 0".to_owned()),
    }
}

fn agent_end(result: &ToolResult) -> Option<String> {
    let detail = |key: &str| result.detail.get(key).and_then(Value::as_u64);
    if result.detail.get("status").and_then(Value::as_str) == Some("async_launched") {
        return Some("in the background".to_owned());
    }
    let parts = [
        detail("totalToolUseCount").map(|calls| counted(calls, "call")),
        detail("totalTokens").map(|tokens| format!("{} tokens", short(tokens))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// How long it took, where that is worth a word.
fn took(result: &ToolResult, at: Option<DateTime<Utc>>) -> Option<String> {
    let told = ["totalDurationMs", "durationMs"].iter().find_map(|key| result.detail.get(*key)?.as_u64());
    let measured = || u64::try_from((result.at? - at?).num_milliseconds()).ok();
    let seconds = told.or_else(measured)? / 1_000;
    match seconds {
        0 => None,
        1..120 => Some(format!("{seconds} s")),
        120..7_200 => Some(format!("{} min", seconds / 60)),
        _ => Some(format!("{} h", seconds / 3_600)),
    }
}

/// The first line of an error; of a command its exit code too.
fn failure(result: &ToolResult) -> String {
    let text = clean::block(unwrapped(&result.text));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    match first.strip_prefix("Exit code ") {
        Some(code) => format!("exit {code}"),
        None if first.is_empty() => "failed".to_owned(),
        None if first.starts_with("The user doesn't want to proceed") => "declined".to_owned(),
        None => first.to_owned(),
    }
}

/// The text of an error without the tag around it.
fn unwrapped(text: &str) -> &str {
    let inner = text.trim().strip_prefix("<tool_use_error>");
    inner.map_or(text, |inner| inner.strip_suffix("</tool_use_error>").unwrap_or(inner))
}

/// A number as it is said.
pub(crate) fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..10_000 => format!("{:.1}k", number as f64 / 1e3),
        10_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{:.1}M", number as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_the_directory_lose_it() {
        for (text, directory, expect) in [
            ("/app/x.rs", "/app", "x.rs"),
            ("/srv/app/x.rs", "/app", "/srv/app/x.rs"),
            ("cat /app/a '/app/b' --out=/app/c (/app/d):/app/e", "/app/", "cat a 'b' --out=c (d):e"),
            ("/apple/x /app", "/app", "/apple/x /app"),
            ("C:\\work\\x", "C:\\work", "x"),
            ("/x/y", "/", "/x/y"),
            ("/x/y", "", "/x/y"),
        ] {
            assert_eq!(within(text, directory), expect, "{text} in {directory}");
        }
    }
}
