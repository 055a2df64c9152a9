//! The folders that hold Claude Code's files: those that the environment names, and those met before.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::environment::expand_home;
use crate::paths::xdg;
use crate::{ConfigError, Environment, Paths, desktop, replace_file};

/// `state/roots.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct RootsRecord {
    schema: u32,
    roots: Vec<PathBuf>,
}

/// Every folder that the environment points at: `$CLAUDE_CONFIG_DIR` (a comma-separated list),
/// `$XDG_CONFIG_HOME/claude` (default `~/.config/claude`) and `~/.claude`. All of them are read, because a variable that
/// is set in one shell must not hide the sessions of another.
pub(crate) fn candidates(environment: &Environment) -> Vec<PathBuf> {
    let listed = environment.get("CLAUDE_CONFIG_DIR").unwrap_or_default();
    let listed = listed.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| environment.resolve(part));
    let usual = [
        xdg(environment, "XDG_CONFIG_HOME", ".config").map(|folder| folder.join("claude")),
        environment.home().map(|home| home.join(".claude")),
    ];
    let mut roots = Vec::new();
    for root in listed.chain(usual.into_iter().flatten()) {
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

impl Environment {
    /// The folder in which `claude` looks by itself when it is started in this environment: `$CLAUDE_CONFIG_DIR`, taken as
    /// one path, else `~/.claude`; none without a home directory.
    pub fn claude_folder(&self) -> Option<PathBuf> {
        match self.get("CLAUDE_CONFIG_DIR") {
            Some(named) => Some(self.cwd.join(named)),
            None => self.home().map(|home| home.join(".claude")),
        }
    }

    /// The root, unless `claude` looks there by itself when it is started in this environment.
    pub fn root_to_name(&self, root: &Path) -> Option<PathBuf> {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.claude_folder().is_none_or(|own| real(&own) != real(root)).then(|| root.to_owned())
    }
}

impl Paths {
    /// The folder in which `claude` looks by itself, even if it never ran there, if a scan looks there, too.
    pub fn own_root(&self, environment: &Environment) -> Option<PathBuf> {
        environment.claude_folder().filter(|own| own.is_dir() || self.roots.contains(own))
    }

    /// Adds the roots of the setting `roots.extra`; `~` stands for the home directory.
    pub fn add_roots(&mut self, extra: &[String]) {
        for root in extra {
            let root = expand_home(root, self.home.as_deref());
            if !self.roots.contains(&root) {
                self.roots.push(root);
            }
        }
    }

    /// Every folder with Claude Code's files that exists: [`Paths::roots`], then those of the desktop application, then
    /// those met before. A folder that is reached by two paths is listed once, by the first of them.
    ///
    /// A damaged list of roots met before counts as empty: it fills again as events come in.
    pub fn known_roots(&self) -> Vec<PathBuf> {
        let mut seen = Vec::new();
        let remembered = self.remembered_roots().unwrap_or_default();
        let of_desktop = self.desktop.iter().flat_map(|folder| desktop::roots(folder));
        let all = self.roots.iter().cloned().chain(of_desktop).chain(remembered);
        all.filter(|root| match fs::canonicalize(root) {
            Ok(real) if real.is_dir() && !seen.contains(&real) => {
                seen.push(real);
                true
            }
            _ => false,
        })
        .collect()
    }

    /// Remembers a root for later runs, whose environment may not name it. Returns whether it was new.
    pub fn remember_root(&self, root: &Path) -> Result<bool, ConfigError> {
        let Ok(real) = fs::canonicalize(root) else { return Ok(false) };
        if !real.is_dir() || real.to_str().is_none() {
            return Ok(false);
        }
        let is_known = |known: &PathBuf| *known == real || fs::canonicalize(known).is_ok_and(|known| known == real);
        let mut roots = self.remembered_roots().unwrap_or_default();
        if self.roots.iter().chain(&roots).any(is_known) {
            return Ok(false);
        }
        roots.push(real);
        let path = self.roots_file();
        let record = RootsRecord { schema: 1, roots };
        let content = serde_json::to_vec_pretty(&record).map_err(std::io::Error::from);
        let written = content.and_then(|content| replace_file(&path, &content));
        written.map(|()| true).map_err(|source| ConfigError::Unwritable { path, source })
    }

    fn remembered_roots(&self) -> Result<Vec<PathBuf>, ConfigError> {
        let path = self.roots_file();
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        };
        let record: RootsRecord = serde_json::from_slice(&content)
            .map_err(|error| ConfigError::Invalid { path, message: error.to_string() })?;
        Ok(record.roots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(home: &Path, variables: &[(&str, &str)]) -> Paths {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = Environment { variables, home: Some(home.to_owned()), cwd: home.join("cwd") };
        Paths::new(&environment).expect("there is a home")
    }

    fn folder(path: PathBuf) -> PathBuf {
        fs::create_dir_all(&path).expect("a folder can be made");
        path
    }

    #[test]
    fn rule_14_every_root_of_the_environment_is_a_candidate() {
        let home = Path::new("/home/ada");
        let check = |variables: &[(&str, &str)], expect: &[&str]| {
            assert_eq!(paths(home, variables).roots, expect.iter().map(PathBuf::from).collect::<Vec<_>>());
        };
        check(&[], &["/home/ada/.config/claude", "/home/ada/.claude"]);
        check(&[("XDG_CONFIG_HOME", "/x")], &["/x/claude", "/home/ada/.claude"]);
        check(
            &[("CLAUDE_CONFIG_DIR", "/a, ~/b ,,c,/a,~")],
            &["/a", "/home/ada/b", "/home/ada/cwd/c", "/home/ada", "/home/ada/.config/claude", "/home/ada/.claude"],
        );
        check(&[("CLAUDE_CONFIG_DIR", "~/.claude")], &["/home/ada/.claude", "/home/ada/.config/claude"]);
    }

    #[test]
    fn only_a_root_that_claude_would_not_look_in_is_named() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let real = fs::canonicalize(folder(home.path().join("dotfiles"))).expect("it exists");
        std::os::unix::fs::symlink(&real, home.path().join(".claude")).expect("a link can be made");
        let named = |variable: Option<&str>, root: &Path| {
            let variables =
                variable.map(|value| ("CLAUDE_CONFIG_DIR".to_owned(), value.to_owned())).into_iter().collect();
            let environment =
                Environment { variables, home: Some(home.path().to_owned()), cwd: home.path().to_owned() };
            environment.root_to_name(root)
        };
        let far = home.path().join("far");
        assert_eq!(named(None, &real), None);
        assert_eq!(named(None, &far), Some(far.clone()));
        assert_eq!(named(Some("far"), &far), None);
        assert_eq!(named(Some("far"), &real), Some(real.clone()));
        assert_eq!(named(Some("far,near"), &far), Some(far));
    }

    #[test]
    fn rule_14_a_root_reached_by_two_paths_is_listed_once() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let real = folder(home.path().join("dotfiles"));
        std::os::unix::fs::symlink(&real, home.path().join(".claude")).expect("a link can be made");
        let mut paths = paths(home.path(), &[("CLAUDE_CONFIG_DIR", "~/.claude/,~/absent")]);
        paths.add_roots(&["~/dotfiles".to_owned()]);
        assert_eq!(paths.known_roots(), [home.path().join(".claude/")]);
        assert!(!paths.remember_root(&real).expect("the list can be read"));
        assert!(!paths.roots_file().exists());
    }

    #[test]
    fn rule_14_roots_of_the_desktop_application_are_known() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let app = home.path().join(".config/Claude/local-agent-mode-sessions");
        folder(app.join("account/workspace/local_1/.claude/projects"));
        let own = folder(home.path().join(".claude"));
        let known = paths(home.path(), &[]).known_roots();
        assert_eq!(known, [own, app.join("account/workspace/local_1/.claude")]);
    }

    #[test]
    fn a_remembered_root_is_known_to_a_later_run() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let far = fs::canonicalize(folder(home.path().join("far"))).expect("it exists");
        let first = paths(home.path(), &[("CLAUDE_CONFIG_DIR", "~/far")]);
        assert!(!first.remember_root(&far).expect("it is named by the environment"));
        let second = paths(home.path(), &[]);
        assert!(second.remember_root(&far).expect("it can be remembered"));
        assert!(!second.remember_root(&far).expect("it is remembered"));
        assert!(!second.remember_root(&home.path().join("absent")).expect("it is passed over"));
        assert_eq!(paths(home.path(), &[]).known_roots(), [far]);
    }

    #[test]
    fn a_damaged_list_counts_as_empty_and_is_replaced() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let far = folder(home.path().join("far"));
        let paths = paths(home.path(), &[]);
        folder(paths.state.clone());
        fs::write(paths.roots_file(), b"{\"schema\":1,\"ro").expect("it can be written");
        assert_eq!(paths.known_roots(), Vec::<PathBuf>::new());
        assert!(paths.remember_root(&far).expect("it can be remembered"));
        assert_eq!(paths.known_roots().len(), 1);
    }
}
