//! The part of the process environment that the product looks at.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
}
