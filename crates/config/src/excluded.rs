//! Projects that are not recorded: the directories that a person names.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::{ConfigError, Environment, Settings};

/// Where the directories stand in `config.toml`.
const SECTION: &str = "projects";
const KEY: &str = "exclude";

/// As much of a transcript as is read for the directory that it began in, bytes.
const BEGINNING_BYTES: u64 = 64 * 1024 * 1024;

/// Directories, each with what lies below it: what began there is not recorded, not searched and not archived.
///
/// In a name, `*` stands for any characters and `?` for one; `**` for any number of names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excluded {
    /// Names of each pattern, from the top.
    patterns: Vec<Vec<String>>,
}

impl Excluded {
    /// Those of the setting `projects.exclude`, where `~` stands for the home directory. A directory that is there is meant
    /// with and without the links in its path: Claude Code notes it without (2.1.328).
    pub fn new(written: &[String], environment: &Environment) -> Self {
        let mut patterns: Vec<Vec<String>> = Vec::new();
        for text in written.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            let path = resolved(text, environment);
            for path in std::fs::canonicalize(&path).ok().into_iter().chain([path]) {
                let names = path.to_str().map(names).unwrap_or_default();
                if !names.is_empty() && !patterns.contains(&names) {
                    patterns.push(names);
                }
            }
        }
        Self { patterns }
    }

    /// Everything: for recording while it cannot be read what is excluded.
    pub fn all() -> Self {
        Self { patterns: vec![vec!["**".to_owned()]] }
    }

    /// Whether nothing is excluded.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a directory is one of them or lies below one.
    pub fn holds(&self, directory: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let names = names(directory);
        self.patterns.iter().any(|pattern| within(pattern, &names))
    }

    /// Whether a transcript began in one of them, or that of the session whose subagent it tells of: with a session, all that it started
    /// is left out, wherever that ran. Reads the beginning; one that tells no directory did not.
    pub fn holds_transcript(&self, path: &Path) -> bool {
        let began_here = |path: &Path| began_in(path).is_some_and(|directory| self.holds(&directory));
        !self.is_empty() && (began_here(path) || session_of(path).is_some_and(|session| began_here(&session)))
    }
}

/// The transcript of the session whose subagent's transcript this is: `<project>/<session>/subagents/…/agent-….jsonl`, or
/// `<project>/agent-….jsonl` (2.0.65), which names the session in its records.
fn session_of(path: &Path) -> Option<PathBuf> {
    let is_agent = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("agent-"));
    let above = path.ancestors().find(|above| above.file_name().is_some_and(|name| name == "subagents"));
    let (project, session) = match above.and_then(Path::parent) {
        Some(folder) => (folder.parent()?, folder.file_name()?.to_str()?.to_owned()),
        None => (path.parent()?, told(path, "sessionId").filter(|_| is_agent)?),
    };
    let name = format!("{session}.jsonl");
    let beside = project.join(&name);
    if beside.is_file() {
        return Some(beside);
    }
    // a session that went into a worktree goes on in the folder of that
    let projects = fs::read_dir(project.parent()?).into_iter().flatten().flatten();
    projects.map(|project| project.path().join(&name)).find(|path| path.is_file())
}

/// The directory that a transcript says first that it ran in.
pub fn began_in(path: &Path) -> Option<String> {
    told(path, "cwd")
}

/// What a transcript says first in a field of its records.
fn told(path: &Path, field: &str) -> Option<String> {
    let lines = BufReader::new(File::open(path).ok()?.take(BEGINNING_BYTES)).split(b'\n');
    let in_line = |line: Vec<u8>| {
        let value: serde_json::Value = serde_json::from_slice(&line).ok()?;
        Some(value.get(field)?.as_str()?.to_owned())
    };
    lines.map_while(Result::ok).find_map(in_line)
}

/// The text of a `config.toml` in which these directories alone are excluded; nothing else is touched. None where it cannot be
/// read, or where the section is written so that a line cannot be added to it.
fn write_excluded(directories: &[String], content: &str) -> Option<String> {
    let table = DeTable::parse(content).ok()?;
    let values: Vec<String> =
        directories.iter().map(|directory| toml::Value::String(directory.clone()).to_string()).collect();
    let list = format!("[{}]", values.join(", "));
    let section =
        table.get_ref().iter().find(|(name, _)| name.get_ref() == SECTION).map(|(_, section)| section.get_ref());
    let known = section.and_then(DeValue::as_table).and_then(|keys| keys.iter().find(|(key, _)| key.get_ref() == KEY));
    if let Some((_, value)) = known {
        let span = value.span();
        return Some(format!("{}{list}{}", content.get(..span.start)?, content.get(span.end..)?));
    }
    let line = format!("{KEY} = {list}\n");
    if section.is_none() {
        let gap = match content {
            "" => "",
            text if text.ends_with("\n\n") => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        return Some(format!("{content}{gap}[{SECTION}]\n{line}"));
    }
    let mut at = 0;
    for row in content.split_inclusive('\n') {
        at += row.len();
        if row.trim() == format!("[{SECTION}]") {
            let gap = if row.ends_with('\n') { "" } else { "\n" };
            return Some(format!("{}{gap}{line}{}", &content[..at], &content[at..]));
        }
    }
    None
}

/// Changes in a `config.toml` which directories are excluded, and nothing else of it; they come back. The file is read anew, so that
/// what somebody else wrote meanwhile is kept. One in which it cannot be read what is excluded is left as it is.
pub fn change_excluded(file: &Path, change: impl FnOnce(&mut Vec<String>)) -> Result<Vec<String>, ConfigError> {
    let invalid = |message: &str| ConfigError::Invalid { path: file.to_owned(), message: message.to_owned() };
    let before = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ConfigError::Unreadable { path: file.to_owned(), source }),
        Ok(before) => before,
    };
    let settings = Settings::parse(&before).0;
    if settings.exclude_unknown {
        return Err(invalid("it cannot be read what is excluded; `sessions config check` says what is wrong"));
    }
    let mut listed = settings.exclude.clone();
    change(&mut listed);
    if listed != settings.exclude {
        let after = write_excluded(&listed, &before)
            .ok_or_else(|| invalid("`projects.exclude` cannot be written into it; write it there by hand"))?;
        let unwritable = |source| ConfigError::Unwritable { path: file.to_owned(), source };
        crate::replace_file(file, after.as_bytes()).map_err(unwritable)?;
    }
    Ok(listed)
}

/// A directory or pattern as it is written into the settings: with `~` for the home directory, else from the top.
pub fn written_directory(text: &str, environment: &Environment) -> String {
    let path: PathBuf = resolved(text, environment).components().collect();
    environment.shorten(&path)
}

/// One of Windows is as it is: sessions of other machines are listed, too.
fn resolved(text: &str, environment: &Environment) -> PathBuf {
    if is_of_windows(text) { PathBuf::from(text) } else { environment.resolve(text) }
}

/// Whether a path is one of Windows, with a drive: `D:\src`.
fn is_of_windows(path: &str) -> bool {
    matches!(path.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
}

fn names(path: &str) -> Vec<String> {
    path.split(['/', '\\']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Whether the beginning of a path is as a pattern says.
fn within(pattern: &[String], path: &[String]) -> bool {
    match pattern.split_first() {
        None => true,
        Some((any, rest)) if any == "**" => (0..=path.len()).any(|skipped| within(rest, &path[skipped..])),
        Some((first, rest)) => {
            path.split_first().is_some_and(|(name, below)| is_like(first, name) && within(rest, below))
        }
    }
}

/// Whether a name is as a pattern says.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut pattern = pattern.chars();
    let mut name = name.chars();
    match (pattern.next(), name.clone().next()) {
        (None, next) => next.is_none(),
        (Some('*'), _) => {
            let rest = pattern.as_str();
            let ends = name.as_str().char_indices().map(|(at, _)| at).chain([name.as_str().len()]);
            ends.into_iter().any(|at| is_like(rest, &name.as_str()[at..]))
        }
        (Some(wanted), Some(letter)) if wanted == '?' || wanted == letter => {
            name.next();
            is_like(pattern.as_str(), name.as_str())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, directory: &str, expect: bool) {
        let environment = Environment {
            home: Some(PathBuf::from("/home/ada")),
            cwd: PathBuf::from("/here"),
            ..Environment::default()
        };
        let excluded = Excluded::new(&[written.to_owned()], &environment);
        assert_eq!(excluded.holds(directory), expect, "{written} {directory}");
    }

    #[test]
    fn a_directory_is_meant_with_all_below_it_and_nothing_beside_it() {
        check("~/secret", "/home/ada/secret", true);
        check("~/secret/", "/home/ada/secret/a/b", true);
        check("~/secret", "/home/ada/secrets", false);
        check("~/secret", "/home/ada", false);
        check("clients/x", "/here/clients/x", true);
        check("", "/here", false);
        check("D:\\src\\shop", "D:\\src\\shop\\api", true);
        check("D:\\src\\shop", "D:\\src", false);
    }

    #[test]
    fn patterns_stand_for_names() {
        check("/src/*/private", "/src/shop/private/x", true);
        check("/src/*/private", "/src/a/b/private", false);
        check("/src/**/private", "/src/a/b/private", true);
        check("/src/**/private", "/src/private", true);
        check("~/client-*", "/home/ada/client-9/api", true);
        check("~/client-?", "/home/ada/client-99", false);
        check("/src/é*", "/src/école", true);
    }

    #[test]
    fn directories_are_written_and_nothing_else_is_touched() {
        for (before, after) in [
            ("", "[projects]\nexclude = [\"~/a\", \"b'\"]\n"),
            (
                "# mine\n[claude]\nprogram = 'x'",
                "# mine\n[claude]\nprogram = 'x'\n\n[projects]\nexclude = [\"~/a\", \"b'\"]\n",
            ),
            (
                "[projects] # x\nexclude = [ 'c', ] # why\n[keys]\n",
                "[projects] # x\nexclude = [\"~/a\", \"b'\"] # why\n[keys]\n",
            ),
            ("[projects]\n[keys]\n", "[projects]\nexclude = [\"~/a\", \"b'\"]\n[keys]\n"),
            ("projects.exclude = []", "projects.exclude = [\"~/a\", \"b'\"]"),
        ] {
            let directories = ["~/a".to_owned(), "b'".to_owned()];
            let written = write_excluded(&directories, before).expect("it can be written");
            assert_eq!(written, after);
            assert_eq!(crate::Settings::parse(&written).0.exclude, directories);
        }
        assert_eq!(write_excluded(&[], "broken ["), None);
    }

    #[test]
    fn a_transcript_is_of_the_directory_that_it_began_in() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("s.jsonl");
        let lines = "{\"type\":\"summary\"}\nbroken\n{\"cwd\":\"/a/b\"}\n{\"cwd\":\"/c\"}\n";
        std::fs::write(&path, lines).expect("it can be written");
        let excluded = |text: &str| Excluded::new(&[text.to_owned()], &Environment::default());
        assert!(excluded("/a").holds_transcript(&path) && !excluded("/c").holds_transcript(&path));
        assert!(!Excluded::default().holds_transcript(&path));
        assert!(!excluded("/a").holds_transcript(&folder.path().join("none")));
    }

    #[test]
    fn what_an_excluded_session_started_is_left_out_wherever_it_ran() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let write = |path: &str, text: &str| {
            let path = folder.path().join("projects").join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
            fs::write(&path, text).expect("it can be written");
            path
        };
        write("-secret/s1.jsonl", "{\"cwd\":\"/secret\"}\n");
        write("-open/s2.jsonl", "{\"cwd\":\"/open\"}\n");
        let excluded = Excluded::new(&["/secret".to_owned()], &Environment::default());
        for (path, text, expect) in [
            ("-secret/s1/subagents/agent-a.jsonl", "{\"cwd\":\"/open\"}", true),
            ("-secret/s1/subagents/deep/agent-b.jsonl", "{\"cwd\":\"/open\"}", true),
            ("-worktree/s1/subagents/agent-c.jsonl", "{\"cwd\":\"/open\"}", true),
            ("-secret/agent-d.jsonl", "{\"sessionId\":\"s1\",\"cwd\":\"/open\"}", true),
            ("-open/s2/subagents/agent-e.jsonl", "{\"cwd\":\"/open\"}", false),
            ("-open/agent-f.jsonl", "{\"sessionId\":\"s2\",\"cwd\":\"/open\"}", false),
            ("-open/s3.jsonl", "{\"sessionId\":\"s1\",\"cwd\":\"/open\"}", false),
        ] {
            assert_eq!(excluded.holds_transcript(&write(path, text)), expect, "{path}");
        }
    }

    #[test]
    fn a_change_keeps_what_else_stands_in_the_file_and_leaves_alone_what_it_cannot_read() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("config.toml");
        let add = |name: &str| change_excluded(&file, |listed| listed.push(name.to_owned()));
        assert_eq!(add("~/a").expect("it can be written"), ["~/a"]);
        fs::write(&file, "# mine\n[projects]\nexclude = ['~/b']\n").expect("it can be written");
        assert_eq!(add("~/a").expect("it can be written"), ["~/b", "~/a"]);
        assert!(fs::read_to_string(&file).is_ok_and(|text| text.starts_with("# mine\n[projects]\n")));
        fs::write(&file, "[projects]\nexclude = 5\n").expect("it can be written");
        assert!(add("~/a").is_err_and(|error| error.to_string().contains("cannot be read")));
        assert!(fs::read_to_string(&file).is_ok_and(|text| text.ends_with("exclude = 5\n")));
    }
}
