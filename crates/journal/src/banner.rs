//! What a session that starts says: from the tick that knows it to the hook that prints it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;

/// An older banner is not shown, milliseconds: what it says of sessions and of what expires is not so any more.
const STALE_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Claude Code cuts what a hook says at 10,000 characters.
const LONGEST_CHARS: usize = 4_000;

/// `state/banner.json`: lines for a person whose session starts, which has no time to ask the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Banner {
    /// Version of this format.
    pub schema: u32,
    /// When it was made, in milliseconds since 1970 UTC.
    pub generated_ms: u64,
    /// Whether the model reads it in its context, and the person does not.
    #[serde(default)]
    pub for_model: bool,
    /// What is said in a directory.
    #[serde(default)]
    pub directories: BTreeMap<String, Vec<String>>,
    /// What is said in a directory of which nothing is known.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// What is said everywhere, after that.
    #[serde(default)]
    pub everywhere: Vec<String>,
}

impl Banner {
    /// Version of the format that is written.
    pub const SCHEMA: u32 = 1;

    /// Reads the banner in a file. One that is missing, damaged, older than a week, or of a newer version says nothing: it is
    /// made again with every tick.
    pub fn read(path: &Path, now_ms: u64) -> Option<Self> {
        let banner: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (banner.schema == Self::SCHEMA && now_ms.abs_diff(banner.generated_ms) <= STALE_MS).then_some(banner)
    }

    /// The text of the file.
    pub fn text(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The lines for a session in the first of these directories that any are known for, else those for one that is not
    /// known, and those for all.
    pub fn lines<'a>(&'a self, directories: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
        let own = directories.into_iter().find_map(|directory| self.directories.get(directory));
        own.unwrap_or(&self.elsewhere).iter().chain(&self.everywhere).map(String::as_str)
    }

    /// What a hook prints for them, as Claude Code reads it; nothing where nothing is to be said.
    pub fn said_in<'a>(&'a self, directories: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let lines: Vec<&str> = self.lines(directories).collect();
        if lines.is_empty() {
            return None;
        }
        let text: String = lines.join("\n").chars().take(LONGEST_CHARS).collect();
        let said = if self.for_model {
            json!({ "hookSpecificOutput": { "hookEventName": "SessionStart", "additionalContext": text } })
        } else {
            json!({ "systemMessage": text })
        };
        Some(format!("{said}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner() -> Banner {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Banner {
            schema: Banner::SCHEMA,
            generated_ms: 1_000,
            directories: BTreeMap::from([("/w".to_owned(), lines(&["a \"title\"", "b"]))]),
            elsewhere: Vec::new(),
            everywhere: lines(&["2 expire"]),
            for_model: false,
        }
    }

    #[test]
    fn a_directory_has_its_own_lines_and_those_of_all() {
        let mut banner = banner();
        assert_eq!(banner.said_in(["/w"]).as_deref(), Some("{\"systemMessage\":\"a \\\"title\\\"\\nb\\n2 expire\"}\n"));
        assert_eq!(banner.said_in(["/x", "/w"]), banner.said_in(["/w"]));
        assert_eq!(banner.said_in(["/w/below"]).as_deref(), Some("{\"systemMessage\":\"2 expire\"}\n"));
        banner.elsewhere = vec!["c".to_owned()];
        assert_eq!(banner.lines(["/w/below"]).collect::<Vec<_>>(), ["c", "2 expire"]);
        assert_eq!(banner.lines(["/w"]).collect::<Vec<_>>(), ["a \"title\"", "b", "2 expire"]);
        banner.elsewhere.clear();
        banner.for_model = true;
        let said = banner.said_in([]).expect("something is said everywhere");
        assert_eq!(
            said,
            "{\"hookSpecificOutput\":{\"additionalContext\":\"2 expire\",\"hookEventName\":\"SessionStart\"}}\n"
        );
        banner.everywhere = vec!["é".repeat(20_000)];
        assert!(banner.said_in([]).expect("the same").chars().count() < 10_000);
        banner.everywhere.clear();
        assert_eq!(banner.said_in(["/x"]), None);
    }

    #[test]
    fn what_is_missing_damaged_stale_or_newer_says_nothing() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("banner.json");
        assert_eq!(Banner::read(&path, 1_000), None);
        let text = banner().text().expect("it can be written");
        for (content, now_ms, expect) in [
            (text.clone(), 1_000 + STALE_MS, Some(banner())),
            (text.clone(), 1_001 + STALE_MS, None),
            (text.replace("\"schema\":1", "\"schema\":2"), 1_000, None),
            (text[..text.len() / 2].to_owned(), 1_000, None),
        ] {
            fs::write(&path, content).expect("it can be written");
            assert_eq!(Banner::read(&path, now_ms), expect);
        }
    }
}
