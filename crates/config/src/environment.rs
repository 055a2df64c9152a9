//! The part of the process environment that the product looks at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Variables, home and working directory, taken once at the start of a program or made up by a test.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Variables by name (only those that are valid Unicode).
    pub variables: BTreeMap<String, String>,
    /// Home directory, if the system knows one.
    pub home: Option<PathBuf>,
    /// Working directory.
    pub cwd: PathBuf,
}

impl Environment {
    /// That of the running process.
    pub fn of_process() -> Self {
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            home: std::env::home_dir(),
            cwd: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The name of this machine, without its domain, as the system tells it; none if nobody knows.
    pub fn host_name(&self) -> Option<String> {
        let file = |path: &str| std::fs::read_to_string(path).ok();
        let program = || {
            let output = std::process::Command::new("hostname").output().ok()?;
            String::from_utf8(output.stdout).ok()
        };
        let told = file("/proc/sys/kernel/hostname").or_else(|| file("/etc/hostname"));
        let told = told.or_else(|| self.get("COMPUTERNAME").map(str::to_owned)).or_else(program)?;
        let name = told.trim().split('.').next().unwrap_or_default();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The home directory, if it is an absolute path: that of the system, else `$HOME`.
    pub fn home(&self) -> Option<&Path> {
        let named = || self.get("HOME").map(Path::new).filter(|path| path.is_absolute());
        self.home.as_deref().filter(|path| path.is_absolute()).or_else(named)
    }

    /// A program as a person writes it: a bare name stays one, to be looked up on the search path; anything else is a
    /// path.
    pub fn resolve_program(&self, written: &str) -> PathBuf {
        if written.contains('/') { self.resolve(written) } else { PathBuf::from(written) }
    }

    /// A path as a person writes it: `~` and `~/…` stand for the home directory, a relative path starts at the working
    /// directory.
    pub fn resolve(&self, written: &str) -> PathBuf {
        self.cwd.join(expand_home(written, self.home()))
    }

    /// A path as a person writes it, with `~` for the home directory.
    pub fn shorten(&self, path: &Path) -> String {
        let below = self.home().and_then(|home| path.strip_prefix(home).ok());
        match below.filter(|below| !below.as_os_str().is_empty()) {
            Some(below) => format!("~/{}", below.display()),
            None => path.display().to_string(),
        }
    }
}

/// Replaces a leading `~` by the home directory, if one is known; `~name` stays as it is.
pub(crate) fn expand_home(written: &str, home: Option<&Path>) -> PathBuf {
    match (written.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(written),
    }
}
