//! Where the desktop application keeps its own sessions: one folder of Claude Code's files for each.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Environment;
use crate::paths::xdg;

/// Folders between the application's folder and a session: the account, the workspace, and for some sessions `agent`.
const DEPTH: usize = 3;

/// Folders that hold no session, and may be large.
const PASSED_OVER: [&str; 3] = ["skills-plugin", "node_modules", ".git"];

/// The folders that may hold sessions of the desktop application; they need not exist.
///
/// macOS: `~/Library/Application Support/Claude/local-agent-mode-sessions`; Linux: the same below `$XDG_CONFIG_HOME`.
/// Sources: the page on its Claude provider in the documentation of getagentseal/codeburn, and pull request 681 of
/// kenn-io/agentsview.
pub(crate) fn folders(environment: &Environment) -> Vec<PathBuf> {
    let mac = environment.home().map(|home| home.join("Library/Application Support"));
    let linux = xdg(environment, "XDG_CONFIG_HOME", ".config");
    [mac, linux].into_iter().flatten().map(|folder| folder.join("Claude/local-agent-mode-sessions")).collect()
}

/// The roots below such a folder, sorted: `<account>/<workspace>/local_<id>/.claude`, where it has a `projects` folder.
///
/// What a session works on lies below `local_<id>` too; nothing else of it is looked at.
pub(crate) fn roots(folder: &Path) -> Vec<PathBuf> {
    let mut roots = Vec::new();
    look(folder, DEPTH, &mut roots);
    roots.sort();
    roots
}

fn look(folder: &Path, depth: usize, roots: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if name.starts_with("local_") {
            let root = path.join(".claude");
            roots.extend(root.join("projects").is_dir().then_some(root));
        } else if depth > 0 && !PASSED_OVER.contains(&&*name) {
            look(&path, depth - 1, roots);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_14_sessions_of_the_desktop_application_are_roots_of_their_own() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        for made in [
            "acc/work/local_1/.claude/projects/-p",
            "acc/work/agent/local_ditto_2/.claude/projects",
            "acc/work/local_3/outputs/local_4/.claude/projects",
            "acc/work/local_5/.claude",
            "acc/skills-plugin/local_6/.claude/projects",
            "acc/work/other/.claude/projects",
            "a/b/c/d/local_7/.claude/projects",
        ] {
            fs::create_dir_all(home.path().join(made)).expect("a folder can be made");
        }
        let expect = ["acc/work/agent/local_ditto_2/.claude", "acc/work/local_1/.claude"];
        assert_eq!(roots(home.path()), expect.map(|root| home.path().join(root)));
        assert_eq!(roots(&home.path().join("absent")), Vec::<PathBuf>::new());
    }

    #[test]
    fn rule_14_the_desktop_application_is_looked_for_where_each_system_keeps_it() {
        let check = |variables: &[(&str, &str)], expect: [&str; 2]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let environment = Environment { variables, home: Some("/home/ada".into()), cwd: "/".into() };
            assert_eq!(folders(&environment), expect.map(PathBuf::from));
        };
        let mac = "/home/ada/Library/Application Support/Claude/local-agent-mode-sessions";
        check(&[], [mac, "/home/ada/.config/Claude/local-agent-mode-sessions"]);
        check(&[("XDG_CONFIG_HOME", "/x")], [mac, "/x/Claude/local-agent-mode-sessions"]);
        assert_eq!(folders(&Environment::default()), Vec::<PathBuf>::new());
    }
}
