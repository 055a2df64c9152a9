//! Text inside Markdown that must not be taken for Markdown.

/// A fenced block whose fence is longer than any run of backticks inside.
pub(super) fn fenced(text: &str, language: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}")
}

/// A code span, on one line.
pub(super) fn span(text: &str) -> String {
    let text = text.replace('\n', " ");
    match longest_run(&text) {
        0 => format!("`{text}`"),
        run => {
            let ticks = "`".repeat(run + 1);
            format!("{ticks} {text} {ticks}")
        }
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|symbol| symbol != '`').map(str::len).max().unwrap_or_default()
}

/// A quotation.
pub(super) fn quoted(text: &str) -> String {
    let lines = text.lines().map(|line| if line.trim().is_empty() { ">".to_owned() } else { format!("> {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// Markdown text as written, but with a fence that it leaves open closed behind it.
pub(super) fn closed(text: &str) -> String {
    let text = text.trim_end().trim_start_matches('\n');
    match open_fence(text) {
        Some(fence) => format!("{text}\n{fence}"),
        None => text.to_owned(),
    }
}

/// The fence that is still open at the end of a text.
fn open_fence(text: &str) -> Option<&str> {
    let mut open: Option<&str> = None;
    for line in text.lines() {
        let body = line.trim_start_matches(' ');
        if line.len() - body.len() > 3 {
            continue;
        }
        let mark = if body.starts_with('~') { '~' } else { '`' };
        let run = &body[..body.len() - body.trim_start_matches(mark).len()];
        let info = &body[run.len()..];
        match open {
            Some(fence) if run.len() >= fence.len() && run.starts_with(fence) && info.trim().is_empty() => open = None,
            None if run.len() >= 3 && !(mark == '`' && info.contains('`')) => open = Some(run),
            _ => {}
        }
    }
    open
}
