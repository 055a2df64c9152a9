//! Starting what was planned.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::process::Command;

use crate::Plan;

impl Plan {
    /// The plan as a line for a shell: `cd … && claude --resume …`.
    pub fn command_line(&self) -> String {
        let mut words = vec![b"cd".to_vec(), quoted(self.directory.as_os_str()), b"&&".to_vec()];
        words.extend(self.variables.iter().map(|(name, value)| {
            let mut word = format!("{name}=").into_bytes();
            word.extend(quoted(value));
            word
        }));
        words.push(quoted(self.program.file_name().unwrap_or(self.program.as_os_str())));
        words.extend(self.arguments.iter().map(|argument| quoted(argument)));
        String::from_utf8_lossy(&words.join(&b' ')).into_owned()
    }

    /// Becomes the planned program: this process is replaced, and the call returns only when that fails. Give the
    /// terminal back before.
    pub fn exec(self) -> io::Error {
        use std::os::unix::process::CommandExt;
        self.command().exec()
    }

    /// The plan as a command that is not started yet.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.directory);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// The word as a shell takes it for itself; a NUL, which no program can be given, is left out.
fn quoted(word: &OsStr) -> Vec<u8> {
    let bytes: Vec<u8> = word.as_encoded_bytes().iter().copied().filter(|byte| *byte != 0).collect();
    shlex::bytes::try_quote(&bytes).map(Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            program: "/opt/bin/claude".into(),
            arguments: vec!["--resume".into(), "0b2c1d3e-1111-4222-8333-444455556666".into()],
            directory: "/home/ada/web shop".into(),
            variables: Vec::new(),
        }
    }

    fn check(change: impl Fn(&mut Plan), expect: &str) {
        let mut plan = plan();
        change(&mut plan);
        assert_eq!(plan.command_line(), expect);
    }

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        check(|_| {}, "cd '/home/ada/web shop' && claude --resume 0b2c1d3e-1111-4222-8333-444455556666");
        check(
            |plan| {
                plan.directory = "/src".into();
                plan.variables = vec![("CLAUDE_CONFIG_DIR".to_owned(), "/home/ada/it's".into())];
                plan.arguments = vec!["--resume".into(), "$(rm)".into(), "--model".into(), String::new().into()];
            },
            "cd /src && CLAUDE_CONFIG_DIR=\"/home/ada/it's\" claude --resume '$(rm)' --model ''",
        );
    }

    #[test]
    fn a_command_carries_directory_arguments_and_variables() {
        let mut plan = plan();
        plan.variables = vec![("CLAUDE_CONFIG_DIR".to_owned(), "/other root".into())];
        let command = plan.command();
        assert_eq!(command.get_program(), "/opt/bin/claude");
        assert_eq!(command.get_current_dir(), Some(plan.directory.as_path()));
        assert!(command.get_args().eq(["--resume", "0b2c1d3e-1111-4222-8333-444455556666"]));
        let variables: Vec<_> = command.get_envs().collect();
        assert_eq!(variables, [(OsStr::new("CLAUDE_CONFIG_DIR"), Some(OsStr::new("/other root")))]);
    }

    #[test]
    fn a_program_that_is_gone_is_an_error_and_no_panic() {
        let mut plan = plan();
        plan.program = "/no/such/claude".into();
        plan.directory = "/".into();
        assert_eq!(plan.exec().kind(), io::ErrorKind::NotFound);
    }
}
