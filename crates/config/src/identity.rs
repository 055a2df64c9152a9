//! Who works here: the name under which sessions and notes are recorded.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::{Environment, answer_within};

/// The variable that says who works here, before anything else.
pub const USER_VARIABLE: &str = "SESSIONS_USER";

/// A program is asked for this long at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// A longer name is cut, in characters.
const NAME_LIMIT: usize = 200;

/// Finds out who works in a directory: `SESSIONS_USER`, else `git config user.name` as it holds there, else the login name.
/// It remembers what it was told.
#[derive(Debug)]
pub struct Identities<'a> {
    environment: &'a Environment,
    known: HashMap<PathBuf, Option<String>>,
    /// Whether `git` is missing or too slow: it is not asked again.
    gave_up: bool,
    account: Option<String>,
}

impl<'a> Identities<'a> {
    /// Nothing is asked before the first name is wanted.
    pub fn new(environment: &'a Environment) -> Self {
        Self { environment, known: HashMap::new(), gave_up: false, account: None }
    }

    /// Who works in a directory, which need not exist any more; without one, who works here at all. Empty if nothing says
    /// so.
    pub fn of(&mut self, directory: Option<&Path>) -> String {
        if let Some(name) = named(self.environment) {
            return name;
        }
        let directory = directory.filter(|directory| directory.is_absolute() && directory.is_dir());
        let directory = directory.or(self.environment.home()).unwrap_or(&self.environment.cwd).to_owned();
        if !self.known.contains_key(&directory) {
            let name = self.ask_git(&directory);
            self.known.insert(directory.clone(), name);
        }
        match &self.known[&directory] {
            Some(name) => name.clone(),
            None => self.account.get_or_insert_with(|| login(self.environment)).clone(),
        }
    }

    fn ask_git(&mut self, directory: &Path) -> Option<String> {
        if self.gave_up {
            return None;
        }
        let answer = git_name(self.environment, directory);
        self.gave_up = answer.is_err();
        answer.ok().flatten()
    }
}

/// What `SESSIONS_USER` says.
fn named(environment: &Environment) -> Option<String> {
    environment.get(USER_VARIABLE).and_then(tidy)
}

/// The name of the account; schedulers set no variable, so the system is asked then.
fn login(environment: &Environment) -> String {
    let named = || ["USER", "LOGNAME"].iter().find_map(|name| environment.get(name).and_then(tidy));
    named().or_else(|| answer(Command::new("id").arg("-un")).ok().flatten()).unwrap_or_default()
}

/// A program is not there, or does not answer.
struct Silence;

fn git_name(environment: &Environment, directory: &Path) -> Result<Option<String>, Silence> {
    let mut command = Command::new("git");
    command.args(["config", "--get", "user.name"]).current_dir(directory);
    // The answer must not depend on the repository that some other program works in.
    let variables =
        environment.variables.iter().filter(|(name, _)| !["GIT_DIR", "GIT_WORK_TREE"].contains(&name.as_str()));
    command.env_clear().envs(variables);
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    answer(&mut command)
}

/// The line that a program prints.
fn answer(command: &mut Command) -> Result<Option<String>, Silence> {
    let output = answer_within(command, b"", PATIENCE).ok().flatten().ok_or(Silence)?;
    Ok(tidy(&String::from_utf8_lossy(&output.stdout)))
}

/// A name as it is kept: one line without control characters; none if nothing is left.
fn tidy(text: &str) -> Option<String> {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let name: String = line.trim().chars().take(NAME_LIMIT).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn git_file(home: &Path, text: &str) {
        fs::write(home.join(".gitconfig"), text).expect("it can be written");
    }

    fn environment(home: &Path, variables: &[(&str, &str)]) -> Environment {
        let path = std::env::var("PATH").unwrap_or_default();
        let home_text = home.to_string_lossy().into_owned();
        let fixed = [("PATH", path.as_str()), ("HOME", home_text.as_str()), ("GIT_CONFIG_NOSYSTEM", "1")];
        let variables = fixed.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment { variables: variables.collect(), home: Some(home.to_owned()), cwd: home.to_owned() }
    }

    #[test]
    fn the_variable_goes_before_git_and_git_before_the_account() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let with_all = environment(home.path(), &[("SESSIONS_USER", " Ada\n"), ("USER", "ada")]);
        let with_account = environment(home.path(), &[("USER", "ada"), ("LOGNAME", "other")]);
        assert_eq!(Identities::new(&with_account).of(None), "ada");
        git_file(home.path(), "[user]\nname = Ada of Git\n");
        assert_eq!(Identities::new(&with_account).of(None), "Ada of Git");
        assert_eq!(Identities::new(&with_all).of(None), "Ada");
    }

    #[test]
    fn a_repository_may_name_somebody_else_and_a_directory_that_is_gone_names_nobody() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        git_file(home.path(), "[user]\nname = Ada\n");
        let repository = home.path().join("work");
        fs::create_dir_all(repository.join(".git/objects")).expect("a folder can be made");
        fs::create_dir_all(repository.join(".git/refs")).expect("a folder can be made");
        fs::write(repository.join(".git/HEAD"), "ref: refs/heads/main\n").expect("it can be written");
        fs::write(repository.join(".git/config"), "[user]\nname = Eve\n").expect("it can be written");
        let environment = environment(home.path(), &[("USER", "ada")]);
        let mut identities = Identities::new(&environment);
        assert_eq!(identities.of(Some(&repository)), "Eve");
        assert_eq!(identities.of(Some(&home.path().join("gone"))), "Ada");
        assert_eq!(identities.of(Some(Path::new("relative"))), "Ada");
    }

    #[test]
    fn without_git_the_account_is_left() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = environment(home.path(), &[("USER", "ada")]);
        let mut identities = Identities::new(&environment);
        identities.gave_up = true;
        assert_eq!(identities.of(None), "ada");
    }
}
