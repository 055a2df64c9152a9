//! Reference pages, generated from the tables that the product itself reads.

mod language;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail};

use crate::workspace::{build, build_house, output, root};

/// Generates docs/reference from the command line's grammar, the hook's help, the settings, the keys and the themes
#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Change nothing; fail when a page is stale
    #[arg(long)]
    check: bool,
}

const FOLDER: &str = "docs/reference";
const FIX: &str = "run `cargo xtask docs` and look at what changed";

impl Docs {
    pub(crate) fn run(&self) -> Result<()> {
        if self.check {
            println!("{}", check()?);
            return Ok(());
        }
        let folder = root().join(FOLDER);
        fs::create_dir_all(&folder)?;
        for (name, text) in pages()? {
            fs::write(folder.join(name), text).wrap_err_with(|| format!("cannot write {FOLDER}/{name}"))?;
            println!("{FOLDER}/{name}");
        }
        Ok(())
    }
}

/// Says how many pages are fresh, or fails with the first stale line.
pub(crate) fn check() -> Result<String> {
    let pages = pages()?;
    for (name, fresh) in &pages {
        let Ok(stored) = fs::read_to_string(root().join(FOLDER).join(name)) else {
            bail!("{FOLDER}/{name} is missing: {FIX}");
        };
        if let Some(line) = first_difference(&stored, fresh) {
            bail!("{FOLDER}/{name}:{line} is stale: {FIX}");
        }
    }
    Ok(format!("{} pages are fresh", pages.len()))
}

/// Every page: its file name and its text.
fn pages() -> Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("commands.md", commands()?),
        ("hook.md", hook()?),
        ("keys.md", output(&format!("{} keys", build_house()?.display()))?),
        ("search.md", language::language()),
        ("settings.md", settings()),
        ("themes.md", output(&format!("{} themes", build_house()?.display()))?),
    ])
}

/// The help text of the program and of each of its commands.
fn commands() -> Result<String> {
    let program = build("cli", "sessions")?;
    let help = |command: &str| -> Result<String> {
        let arguments = command.split_whitespace().chain(["--help"]);
        let output = Command::new(&program).args(arguments).env("COLUMNS", "100").env("NO_COLOR", "1").output()?;
        if !output.status.success() {
            bail!("`sessions {command} --help` failed ({})", output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    };
    let whole = help("")?;
    let mut page = page("Commands", "the grammar of the command line");
    write_help(&mut page, "sessions", &whole);
    for command in command_names(&whole) {
        let text = help(&command)?;
        write_help(&mut page, &format!("sessions {command}"), &text);
        for closer in command_names(&text) {
            let command = format!("{command} {closer}");
            write_help(&mut page, &format!("sessions {command}"), &help(&command)?);
        }
    }
    Ok(page)
}

/// The help text of the hook.
fn hook() -> Result<String> {
    let help = output(&format!("{} --help", build("hook", "sessions-hook")?.display()))?;
    let mut page = page("Hook and status line", "the help of `sessions-hook`");
    write_help(&mut page, "sessions-hook", &help);
    Ok(page)
}

fn settings() -> String {
    let mut page = page("Settings", "the table of settings and the rules for types in `config`");
    page.push_str("Settings are read from `config.toml`; `sessions where` says in which folder it lies.\n\n");
    page.push_str("| setting | default | meaning |\n|---|---|---|\n");
    for setting in config::SETTINGS {
        let meaning = setting.meaning.replace('|', "\\|");
        writeln!(page, "| `{}` | `{}` | {meaning} |", setting.name, setting.default).expect("memory takes every text");
    }
    page.push_str(BESIDE);
    page.push_str(TYPES);
    for (name, skills, path) in config::SessionTypes::default().rules() {
        let words = |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        writeln!(page, "| `{name}` | {} | {} |", words(skills), words(path)).expect("memory takes every text");
    }
    page
}

/// What `settings.md` says of the other things that are set in files.
const BESIDE: &str = "
Below `[keys]` stand keys of your own for commands of the screen: [keys](keys.md). Themes of your own lie in the folder
`themes` beside `config.toml`: [themes](themes.md). `sessions config check` says what is wrong in any of them.
";

/// What `settings.md` says of `session_types.yaml` before the built-in rules.
const TYPES: &str = "
## Types of sessions

`sessions usage --by type` sorts sessions by rules. Your own lie in `session_types.yaml`, in the same folder: a list, in
order, that goes before the built-in rules. The first rule that applies gives the type; where none does, it is `general`.

```yaml
- {type: review, skills: [code-review], path: [reviews]}
- type: writing
  path: [blog, thesis]
```

A rule has a `type` and at least one word in `skills` or `path`. It applies when one of its words is part of the name of a
skill that the session used (`skills`), or of the name or directory of its project (`path`). Case does not matter; words are
plain text, not patterns: `*` stands for itself.

The built-in rules:

| type | skills | path |
|---|---|---|
";

fn page(title: &str, source: &str) -> String {
    format!("# {title}\n\n<!-- Generated by `cargo xtask docs` from {source}. -->\n\n")
}

fn write_help(page: &mut String, title: &str, help: &str) {
    let text: Vec<&str> = help.lines().map(str::trim_end).collect();
    write!(page, "## `{title}`\n\n```text\n{}\n```\n\n", text.join("\n").trim_end()).expect("memory takes every text");
}

/// The names under `Commands:` of a help text, without `help` itself.
fn command_names(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| line.trim() != "Commands:").skip(1);
    lines
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Number of the first line in which two texts differ.
fn first_difference(stored: &str, fresh: &str) -> Option<usize> {
    if stored == fresh {
        return None;
    }
    let same = stored.lines().zip(fresh.lines()).take_while(|(stored, fresh)| stored == fresh).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_a_help_text() {
        let help = "Usage: a\n\nCommands:\n  ls     Lists\n           and more\n  show   Shows\n  help   Helps\n\nOptions:\n  -h  x\n";
        assert_eq!(command_names(help), ["ls", "show"]);
    }

    #[test]
    fn the_first_stale_line_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }
}
