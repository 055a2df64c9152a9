//! Which keys lead to which command: those of the table, with the person's in their place.

use config::KeySetting;

use super::{COMMANDS, Command, Scope};
use crate::key::Key;

/// The keys of every command, as they hold now.
#[derive(Debug, Clone)]
pub struct KeyMap(Vec<Bound>);

/// A command with its keys.
#[derive(Debug, Clone)]
struct Bound {
    command: &'static Command,
    keys: Vec<Key>,
    /// The line of the settings that says so.
    line: Option<usize>,
}

impl Default for KeyMap {
    fn default() -> Self {
        let keys = |command: &Command| command.keys.iter().chain(command.letters).copied().collect();
        Self(COMMANDS.iter().map(|command| Bound { command, keys: keys(command), line: None }).collect())
    }
}

impl KeyMap {
    /// The keys of the table with the person's in their place, and what is wrong with those. A key that the person gives
    /// away is taken from the commands of the table that had it.
    pub fn new(settings: &[KeySetting]) -> (Self, Vec<String>) {
        let (mut map, mut problems) = (Self::default(), Vec::new());
        for setting in settings {
            if let Err(found) = map.set(setting) {
                problems.extend(found.into_iter().map(|problem| in_line(setting.line, &problem)));
            }
        }
        map.settle(&mut problems);
        (map, problems)
    }

    /// The command that a key stands for in a scope; `typing` says that a box takes letters.
    pub(crate) fn lookup(&self, scope: Scope, typing: bool, key: Key) -> Option<&'static Command> {
        if typing && key.is_text() {
            return None;
        }
        let within = |scope: Scope| self.0.iter().filter(move |bound| bound.command.scope == scope);
        let is_meant = |bound: &&Bound| bound.keys.contains(&key);
        let found = within(scope).find(is_meant).or_else(|| within(Scope::Everywhere).find(is_meant));
        found.map(|bound| bound.command)
    }

    /// The keys of a command, the first one first to be shown.
    pub fn of(&self, command: &Command) -> &[Key] {
        self.0.iter().find(|bound| bound.command.id == command.id).map_or(&[], |bound| &bound.keys)
    }

    /// Gives a command the keys that a person wants; those that are none are left out.
    fn set(&mut self, setting: &KeySetting) -> Result<(), Vec<String>> {
        let Some(bound) = self.0.iter_mut().find(|bound| bound.command.id == setting.command) else {
            let hint = config::meant(&setting.command, COMMANDS.iter().map(|command| command.id)).map_or_else(
                || "; the page on keys lists all (docs/reference/keys.md)".to_owned(),
                |meant| format!("; did you mean `{meant}`?"),
            );
            return Err(vec![format!("there is no command `{}`{hint}", setting.command)]);
        };
        let (mut keys, mut problems) = (Vec::new(), Vec::new());
        for written in &setting.keys {
            match written.parse::<Key>() {
                Ok(key) if key.is_text() && bound.command.scope.always_types() => problems.push(format!(
                    "`{written}` cannot be a key of `{}`: a box takes letters there; use one with Ctrl or Alt",
                    setting.command
                )),
                Ok(key) if keys.contains(&key) => {}
                Ok(key) => keys.push(key),
                Err(problem) => problems.push(format!("`{}`: {problem}", setting.command)),
            }
        }
        // Where nothing that was written is a key, the command stays within reach.
        if !keys.is_empty() || setting.keys.is_empty() {
            bound.keys = keys;
            bound.line = Some(setting.line);
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Sees to it that a key leads to one command of a scope, and says where the person has to decide.
    fn settle(&mut self, problems: &mut Vec<String>) {
        for one in 0..self.0.len() {
            for other in 0..self.0.len() {
                let (winner, loser) = (&self.0[one], &self.0[other]);
                let beats = match (winner.line, loser.line) {
                    (Some(_), None) => true,
                    (Some(first), Some(second)) => (first, one) < (second, other),
                    (None, _) => false,
                };
                if one == other || !beats || !winner.command.scope.meets(loser.command.scope) {
                    continue;
                }
                let lost: Vec<Key> = loser.keys.iter().copied().filter(|key| winner.keys.contains(key)).collect();
                let (winner, loser) = (winner.clone(), &mut self.0[other]);
                loser.keys.retain(|key| !lost.contains(key));
                problems.extend(conflict(&lost, &winner, loser));
            }
        }
    }
}

/// What a person has to know of keys that two commands want; nothing if the one that lost them has others.
fn conflict(lost: &[Key], winner: &Bound, loser: &Bound) -> Option<String> {
    let keys: Vec<String> = lost.iter().map(|key| format!("`{}`", key.written())).collect();
    let (keys, has, wants) = (keys.join(" and "), winner.command.id, loser.command.id);
    match loser.line {
        _ if lost.is_empty() => None,
        Some(line) => Some(in_line(
            line,
            &format!(
                "{keys} belong{} to `{has}` already; give `{wants}` another key",
                if lost.len() == 1 { "s" } else { "" }
            ),
        )),
        None if loser.keys.is_empty() => Some(in_line(
            winner.line.unwrap_or_default(),
            &format!(
                "{keys} now lead{} to `{has}`, so `{wants}` ({}) has no key left; give it one: \"{wants}\" = [\"…\"]",
                if lost.len() == 1 { "s" } else { "" },
                loser.command.title
            ),
        )),
        None => None,
    }
}

fn in_line(line: usize, problem: &str) -> String {
    format!("config.toml, line {line}: {problem}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(written: &[(&str, &[&str])]) -> Vec<KeySetting> {
        let setting = |(at, (command, keys)): (usize, &(&str, &[&str]))| KeySetting {
            command: (*command).to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            line: at + 1,
        };
        written.iter().enumerate().map(setting).collect()
    }

    /// With some settings, these keys lead to these commands, and these problems are told.
    fn check(written: &[(&str, &[&str])], leads: &[(Scope, &str, Option<&str>)], expect: &[&str]) {
        let (map, problems) = KeyMap::new(&settings(written));
        for (scope, key, command) in leads {
            let key = key.parse().expect("a key");
            assert_eq!(map.lookup(*scope, false, key).map(|command| command.id), *command, "{key} in {scope:?}");
        }
        assert_eq!(problems, expect);
    }

    #[test]
    fn a_key_of_the_person_goes_before_that_of_the_table() {
        check(
            &[("sessions.open", &["r", "enter"])],
            &[(Scope::Sessions, "r", Some("sessions.open")), (Scope::Reader, "r", Some("reader.resume"))],
            &[
                "config.toml, line 1: `enter` and `r` now lead to `sessions.open`, so `sessions.resume` (Resume the session in its \
               directory) has no key left; give it one: \"sessions.resume\" = [\"…\"]",
            ],
        );
        check(
            &[("sessions.open", &["r"])],
            &[
                (Scope::Sessions, "r", Some("sessions.open")),
                (Scope::Sessions, "enter", Some("sessions.resume")),
                (Scope::Sessions, "ctrl-o", None),
            ],
            &[],
        );
    }

    #[test]
    fn a_key_of_every_screen_is_one_of_each() {
        check(
            &[("redraw", &["ctrl-r"])],
            &[(Scope::Sessions, "ctrl-r", Some("redraw")), (Scope::Reader, "ctrl-r", Some("redraw"))],
            &[
                "config.toml, line 1: `ctrl-r` now leads to `redraw`, so `sessions.rescan` (Look for new sessions now) has no key \
               left; give it one: \"sessions.rescan\" = [\"…\"]",
            ],
        );
    }

    #[test]
    fn the_first_of_two_that_a_person_gives_wins() {
        check(
            &[("sessions.open", &["x"]), ("sessions.resume", &["x", "enter"])],
            &[(Scope::Sessions, "x", Some("sessions.open")), (Scope::Sessions, "enter", Some("sessions.resume"))],
            &["config.toml, line 2: `x` belongs to `sessions.open` already; give `sessions.resume` another key"],
        );
    }

    #[test]
    fn what_means_nothing_is_explained_and_changes_nothing() {
        check(
            &[("sesions.open", &["x"]), ("sessions.resume", &["entre"]), ("find.accept", &["x", "ctrl-x"])],
            &[(Scope::Sessions, "enter", Some("sessions.resume")), (Scope::Find, "ctrl-x", Some("find.accept"))],
            &[
                "config.toml, line 1: there is no command `sesions.open`; did you mean `sessions.open`?",
                "config.toml, line 2: `sessions.resume`: `entre` is no key; did you mean `enter`?",
                "config.toml, line 3: `x` cannot be a key of `find.accept`: a box takes letters there; use one with Ctrl or Alt",
            ],
        );
    }

    #[test]
    fn no_keys_take_a_command_off_the_keyboard() {
        check(&[("sessions.quit", &[])], &[(Scope::Sessions, "q", None)], &[]);
    }

    #[test]
    fn the_table_alone_has_no_problems() {
        check(&[], &[(Scope::Sessions, "enter", Some("sessions.resume"))], &[]);
    }
}
