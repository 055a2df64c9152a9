//! What stands behind the line of a tool call.

use serde_json::{Map, Value};
use transcript::{ToolCall, ToolResult};

use super::{unwrapped, within};
use crate::blocks::pictured;
use crate::clean;
use crate::code::{self, Code, language_of};
use crate::diff::Change;
use crate::long::{self, cut, rest};
use crate::markdown;
use crate::paint::{Fill, Paint, Role};
use crate::para::{Kind, Para, dim};
use crate::sheet::Ask;

/// A command of one line up to so many characters is in the line of its call already.
const SHORT_COMMAND: usize = 60;

pub(super) fn of(
    call: &ToolCall,
    change: Option<&Change<'_>>,
    failed: bool,
    directory: &str,
    ask: &mut Ask<'_>,
) -> Vec<Para> {
    let field = |key: &str| call.input.get(key).and_then(Value::as_str).unwrap_or_default();
    let result = call.result.as_ref();
    let mut paras = match call.name.as_str() {
        _ if change.is_some() => change.map(Change::paras).unwrap_or_default(),
        "Bash" | "PowerShell" => command(field("command"), field("description"), ask),
        "Read" | "NotebookRead" | "Grep" | "Glob" | "LS" => Vec::new(),
        "TodoWrite" => todos(&call.input),
        "Task" | "Agent" | "WebFetch" => markdown::paras(field("prompt"), ask),
        "ExitPlanMode" => markdown::paras(field("plan"), ask),
        "AskUserQuestion" => questions(&call.input),
        _ => input(call, directory, ask),
    };
    let Some(result) = result else { return paras };
    let mut output = match call.name.as_str() {
        "Edit" | "Write" | "MultiEdit" | "NotebookEdit" | "TodoWrite" if !failed => Vec::new(),
        "Read" if !failed => file(call, result, ask),
        "Task" | "Agent" | "WebFetch" | "ExitPlanMode" if !failed => markdown::paras(&result.text, ask),
        _ => text(&printed(result)),
    };
    output.extend(result.images.iter().map(|image| Para::of(Kind::Line, &pictured(image), Role::Link)));
    if !paras.is_empty() && !output.is_empty() && !matches!(call.name.as_str(), "Bash" | "PowerShell") {
        paras.push(Para::blank());
    }
    paras.append(&mut output);
    paras
}

/// Output as text with its colors.
fn text(text: &str) -> Vec<Para> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    long::output(text.trim_start_matches('\n'))
}

/// What a command printed: whole, where the client kept it so.
fn printed(result: &ToolResult) -> String {
    let part = |key: &str| result.detail.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    match (part("stdout"), part("stderr")) {
        (None, None) => unwrapped(&result.text).to_owned(),
        (out, err) => out.into_iter().chain(err).collect::<Vec<_>>().join("\n"),
    }
}

fn command(command: &str, description: &str, ask: &mut Ask<'_>) -> Vec<Para> {
    let mut paras = Vec::new();
    if !description.trim().is_empty() {
        paras.push(dim(&clean::line(description)));
    }
    let whole = command.trim();
    let command = clean::block(cut(whole));
    if command.contains('\n') || command.chars().count() > SHORT_COMMAND {
        let colors = Code::new("bash", &command).and_then(|code| ask.colors(code));
        for (at, mut para) in code::lines(&command, colors.as_deref()).into_iter().enumerate() {
            para.first = vec![(if at == 0 { "$ " } else { "  " }.to_owned(), Role::Dim.into())];
            para.rest = vec![("  ".to_owned(), Paint::default())];
            paras.push(para.filled(Fill::Code));
        }
        paras.extend(rest(whole));
    }
    paras
}

/// A file that was read, with the numbers of its lines.
fn file(call: &ToolCall, result: &ToolResult, ask: &mut Ask<'_>) -> Vec<Para> {
    let file = result.detail.get("file");
    let Some(content) = file.and_then(|file| file.get("content")?.as_str()) else { return text(&result.text) };
    let first = file.and_then(|file| file.get("startLine")?.as_u64()).unwrap_or(1);
    let path = call.input.get("file_path").and_then(Value::as_str).unwrap_or_default();
    let shown = clean::block(cut(content.trim_end_matches('\n')));
    let colors = Code::new(language_of(path), &shown).and_then(|code| ask.colors(code));
    let lines = code::lines(&shown, colors.as_deref());
    let numbered = (0u64..).zip(lines).map(|(at, mut para)| {
        let number = format!("{:>5}  ", first.saturating_add(at));
        para.rest = vec![(" ".repeat(number.len()), Paint::default())];
        para.first = vec![(number, Role::Dim.into())];
        para
    });
    numbered.chain(rest(content.trim_end_matches('\n'))).collect()
}

fn todos(input: &Value) -> Vec<Para> {
    let todos = input.get("todos").and_then(Value::as_array).into_iter().flatten();
    let todo = |todo: &Value| {
        let field = |key: &str| todo.get(key).and_then(Value::as_str).unwrap_or_default();
        let (mark, paint) = match field("status") {
            "completed" => ("☑ ", Paint { struck: true, ..Role::Dim.into() }),
            "in_progress" => ("◐ ", Paint::of(Role::Text).bold()),
            _ => ("☐ ", Role::Text.into()),
        };
        let mark_role = if field("status") == "completed" { Role::Good } else { Role::Dim };
        let mut para = Para::of(Kind::Prose, &clean::line(field("content")), paint);
        para.first = vec![(mark.to_owned(), mark_role.into())];
        para.rest = vec![("  ".to_owned(), Paint::default())];
        para
    };
    todos.map(todo).collect()
}

fn questions(input: &Value) -> Vec<Para> {
    let questions = input.get("questions").and_then(Value::as_array).into_iter().flatten();
    let mut paras = Vec::new();
    for question in questions {
        let asked = question.get("question").and_then(Value::as_str).unwrap_or_default();
        paras.push(Para::of(Kind::Prose, &clean::line(asked), Paint::default().bold()));
        let options = question.get("options").and_then(Value::as_array).into_iter().flatten();
        for option in options {
            let field = |key: &str| option.get(key).and_then(Value::as_str).map(clean::line).unwrap_or_default();
            let mut para = Para::of(Kind::Prose, &field("label"), Role::Text);
            para.push(&format!("  {}", field("description")), Role::Dim);
            para.first = vec![("• ".to_owned(), Role::Dim.into())];
            para.rest = vec![("  ".to_owned(), Paint::default())];
            paras.push(para);
        }
    }
    paras
}

/// The input of any other tool, without what the line of the call says already: short values on one line each, texts
/// of several lines under their names.
fn input(call: &ToolCall, directory: &str, ask: &mut Ask<'_>) -> Vec<Para> {
    let Value::Object(fields) = &call.input else {
        return if call.input.is_null() { Vec::new() } else { json(&call.input, ask) };
    };
    let told = |value: &Value| value.as_str().is_some_and(|text| clean::line(text) == call.subject);
    fields.iter().filter(|(_, value)| !told(value)).flat_map(|(key, value)| named(key, value, directory, ask)).collect()
}

fn named(key: &str, value: &Value, directory: &str, ask: &mut Ask<'_>) -> Vec<Para> {
    let name = format!("{}: ", clean::line(key));
    let inline = match value {
        Value::String(text) if !text.contains('\n') => Some(within(&clean::line(cut(text)), directory)),
        Value::Array(values) if values.iter().any(|value| value.is_object() || value.is_array()) => None,
        Value::Object(fields) if !Map::is_empty(fields) => None,
        Value::String(_) => None,
        other => Some(clean::line(&other.to_string())),
    };
    let mut para = Para::new(Kind::Prose);
    para.push(&name, Role::Dim);
    para.rest = vec![("  ".to_owned(), Paint::default())];
    match (inline, value) {
        (Some(text), _) => {
            para.push(&text, Role::Text);
            std::iter::once(para).chain(value.as_str().and_then(rest)).collect()
        }
        (None, Value::String(text)) => {
            let lines = long::lines(text.trim_matches('\n'), &Kind::Code, Role::Text);
            std::iter::once(para).chain(lines.into_iter().map(|line| line.indented(2))).collect()
        }
        (None, other) => {
            std::iter::once(para).chain(json(other, ask).into_iter().map(|line| line.indented(2))).collect()
        }
    }
}

fn json(value: &Value, ask: &mut Ask<'_>) -> Vec<Para> {
    let whole = serde_json::to_string_pretty(value).unwrap_or_default();
    let text = clean::block(cut(&whole));
    let colors = Code::new("json", &text).and_then(|code| ask.colors(code));
    code::lines(&text, colors.as_deref()).into_iter().chain(rest(&whole)).collect()
}
