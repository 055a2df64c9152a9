//! What a tool call is about, in one line.

use serde_json::{Map, Value};

use crate::prompt::one_line;
use crate::sanitize;

/// Most characters of a subject.
const LONGEST: usize = 160;

/// Keys that name best what a call of an unknown tool is about.
const TELLING: [&str; 9] = ["file_path", "path", "command", "query", "url", "description", "name", "title", "id"];

/// One short line without control characters: the path, command, pattern or description.
pub(super) fn subject(tool: &str, input: &Value) -> String {
    let Value::Object(input) = input else { return input.as_str().map(line).unwrap_or_default() };
    let field = |key: &str| input.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let first = |keys: &[&str]| keys.iter().find_map(|key| field(key)).unwrap_or_default().to_owned();
    let about = match tool {
        "Bash" | "PowerShell" => first(&["command", "description"]),
        "Read" | "Edit" | "Write" | "MultiEdit" | "NotebookEdit" | "NotebookRead" => {
            first(&["file_path", "notebook_path", "path"])
        }
        "Grep" | "Glob" => match (field("pattern"), field("path").or_else(|| field("glob"))) {
            (Some(pattern), Some(path)) => format!("{pattern} in {path}"),
            (pattern, path) => pattern.or(path).unwrap_or_default().to_owned(),
        },
        "LS" => first(&["path"]),
        "Task" | "Agent" | "Workflow" => first(&["description", "name", "prompt"]),
        "WebFetch" => first(&["url"]),
        "WebSearch" | "ToolSearch" => first(&["query"]),
        "Skill" | "SlashCommand" => first(&["skill", "command", "name"]),
        "TodoWrite" => todos(input),
        "TaskCreate" => first(&["subject", "description"]),
        "TaskUpdate" => format!("#{} {}", first(&["taskId", "task_id"]), first(&["status", "subject", "owner"])),
        "AskUserQuestion" => question(input),
        "ExitPlanMode" => first(&["plan"]).lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned(),
        _ => field_of_unknown(input),
    };
    line(&about)
}

fn todos(input: &Map<String, Value>) -> String {
    let Some(Value::Array(todos)) = input.get("todos") else { return String::new() };
    let done = todos.iter().filter(|todo| todo.get("status").and_then(Value::as_str) == Some("completed")).count();
    format!("{done} of {} done", todos.len())
}

fn question(input: &Map<String, Value>) -> String {
    let asked = input.get("questions").and_then(|questions| questions.get(0)?.get("question")?.as_str());
    asked.unwrap_or_default().to_owned()
}

fn field_of_unknown(input: &Map<String, Value>) -> String {
    let telling = TELLING.iter().filter_map(|key| input.get(*key));
    let texts = telling.chain(input.values()).filter_map(Value::as_str);
    texts.map(str::trim).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

fn line(text: &str) -> String {
    one_line(&sanitize(&text[..text.floor_char_boundary(LONGEST * 8)]), LONGEST)
}
