//! A report that can be handed on: what the checks say and the last lines of the logs, with nothing of what people worked on.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Check, State};
use crate::context::Context;
use crate::plain_text::printable;

/// Lines of each log.
const LINES: usize = 50;

/// Beginnings of words that are keys to something.
const KEYS: [&str; 8] = ["sk-", "ghp_", "gho_", "github_pat_", "glpat-", "xox", "eyJ", "AKIA"];

/// Longer words of letters and digits alone may be keys, too.
const LONG_WORD: usize = 32;

/// The report.
pub(super) fn text(context: &Context, checks: &[Check]) -> String {
    let system = (std::env::consts::OS, std::env::consts::ARCH);
    let mut parts = vec![format!("sessions {} on {} {}\n\n", env!("CARGO_PKG_VERSION"), system.0, system.1)];
    for check in checks {
        let sign = match check.state {
            State::Ok => "ok    ",
            State::Notice => "notice",
            State::Broken => "BROKEN",
        };
        parts.push(format!("{sign}  {:<10}  {}\n", check.part, check.says));
    }
    for log in logs(&context.paths.logs) {
        let written = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<&str> = written.lines().collect();
        let name = log.file_name().unwrap_or_default().to_string_lossy().into_owned();
        parts.push(format!("\n== {name}\n{}\n", lines[lines.len().saturating_sub(LINES)..].join("\n")));
    }
    let text = parts.concat();
    redacted(&printable(&text), context.environment.home())
}

/// The hook's log and the last one of ticks.
fn logs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let named =
        |path: &PathBuf, start: &str| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
    let mut ticks: Vec<PathBuf> = entries.filter(|path| named(path, "tick.")).collect();
    ticks.sort();
    [folder.join("hook.log")].into_iter().filter(|path| path.exists()).chain(ticks.pop()).collect()
}

/// A text without the home directory, without what lies below it (but for what every machine has), and without keys and
/// addresses.
fn redacted(text: &str, home: Option<&Path>) -> String {
    let home = home.map(|home| home.to_string_lossy().into_owned()).filter(|home| home.len() > 1);
    let text = home.map_or_else(|| text.to_owned(), |home| text.replace(&home, "~"));
    let is_end = |letter: char| letter.is_whitespace() || "\"'`,;()<>[]{}=".contains(letter);
    let mut redacted = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_end) {
        let word = piece.trim_end_matches(is_end);
        redacted += &shortened(word);
        redacted += &piece[word.len()..];
    }
    redacted
}

/// Names in a path that say nothing about anybody.
const PLAIN: [&str; 10] = ["~", ".claude", ".config", ".local", "sessions", "claude", "usr", "bin", "opt", "projects"];

/// A word with what it must not say taken out.
fn shortened(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_key = KEYS.iter().any(|key| word.contains(key) && word.len() > 12)
        || (word.len() >= LONG_WORD
            && word.chars().all(is_plain)
            && word.chars().any(|letter| letter.is_ascii_digit()));
    if is_key {
        return "[removed]".to_owned();
    }
    if word.contains("://") || word.contains('@') {
        return "[address]".to_owned();
    }
    if !(word.starts_with("~/") || word.starts_with('/') || word.matches('/').count() > 1) {
        return word.to_owned();
    }
    // the folders are the person's, the name of the file is often ours
    let parts: Vec<&str> = word.split('/').collect();
    let last = parts.len() - 1;
    let ours = [
        "settings.json",
        "config.toml",
        "sessions-hook",
        "sessions.duckdb",
        "hook.log",
        "CLAUDE.md",
        "sessions.md",
        "spool",
        "damaged",
    ];
    let part = |(at, part): (usize, &&str)| {
        let is_ours = PLAIN.contains(part)
            || part.is_empty()
            || (at == last && ours.contains(&part.trim_end_matches([':', '.'])));
        if is_ours { (*part).to_owned() } else { "…".to_owned() }
    };
    parts.iter().enumerate().map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_no_directory_and_no_key() {
        let text = "hooks in /home/ada/.claude/settings.json; they call /opt/tools/secret/sessions-hook\n\
                    2026 the transcript \"/home/ada/work/merger/x.jsonl\" of sk-ant-api03-abcdefgh is gone\n\
                    token 0123456789abcdef0123456789abcdef01 and 4f2a9c31-1111-4111-8111-111111111111\n\
                    syncing: git@host.example:ada/merger.git, postgres://ada:pw@db.example/merger [root=/srv/merger]\n\
                    projects/-home-ada-work-merger/x.jsonl in Etc/UTC";
        assert_eq!(
            redacted(text, Some(Path::new("/home/ada"))),
            "hooks in ~/.claude/settings.json; they call /opt/…/…/sessions-hook\n\
             2026 the transcript \"~/…/…/…\" of [removed] is gone\n\
             token [removed] and 4f2a9c31-1111-4111-8111-111111111111\n\
             syncing: [address], [address] [root=/…/…]\n\
             projects/…/… in Etc/UTC"
        );
    }
}
