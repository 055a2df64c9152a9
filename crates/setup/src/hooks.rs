//! The hooks that are wanted, and the rule that tells ours from everybody else's.

use std::path::{Path, PathBuf};

use crate::editing::{Step, follow};
use crate::json::Node;

/// The name of the program that Claude Code calls.
pub const HOOK_PROGRAM: &str = "sessions-hook";

/// Tools that write files: what they write may be memory.
const WRITING_TOOLS: &str = "Write|Edit|MultiEdit|NotebookEdit";

/// What each hook may take, in seconds, in place of the 600 that Claude Code would wait, and of the 1.5 that all hooks have
/// together at the end of a session. Ours takes milliseconds, unless the disk does not answer.
const TIMEOUT_SECONDS: u64 = 10;

/// A hook that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Claude Code's name of the event.
    pub(crate) event: &'static str,
    /// What our program is told.
    pub(crate) argument: &'static str,
    /// The tools that it is for; none where the event knows no tools.
    pub(crate) matcher: Option<&'static str>,
    pub(crate) timeout_seconds: u64,
}

/// Every hook that is wanted. Only events that clients know since 1.0.85: a name that an old client does not know voids all
/// of its settings.
pub(crate) const WANTED: [Wanted; 4] = [
    wanted("SessionStart", "session-start", None),
    wanted("SessionEnd", "session-end", None),
    wanted("PostToolUse", "post-tool-use", Some(WRITING_TOOLS)),
    wanted("Stop", "stop", None),
];

const fn wanted(event: &'static str, argument: &'static str, matcher: Option<&'static str>) -> Wanted {
    Wanted { event, argument, matcher, timeout_seconds: TIMEOUT_SECONDS }
}

/// A command of ours: a program called `sessions-hook`, wherever it lies, with one word or none. With anything more (another
/// command, a redirection, a path that only contains the name) it is somebody else's work and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ours {
    pub(crate) program: PathBuf,
    pub(crate) word: Option<String>,
}

impl Ours {
    /// Reads a command line as a shell would.
    pub(crate) fn of(command: &str) -> Option<Self> {
        let mut words = shlex::split(command)?.into_iter();
        let program = PathBuf::from(words.next()?);
        let word = words.next();
        let is_word = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_ours = program.file_name().is_some_and(|name| name == HOOK_PROGRAM)
            && word.as_ref().is_none_or(is_word)
            && words.next().is_none();
        is_ours.then_some(Self { program, word })
    }
}

/// The command line for a word. The path is quoted where a shell would take it apart.
pub(crate) fn command_line(program: &Path, word: &str) -> String {
    let program = program.to_string_lossy();
    let quoted = shlex::try_quote(&program).map_or_else(|_| program.to_string(), std::borrow::Cow::into_owned);
    format!("{quoted} {word}")
}

/// A hook of ours in settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) event: String,
    pub(crate) group: usize,
    pub(crate) at: usize,
    pub(crate) ours: Ours,
}

impl Entry {
    /// The way to it.
    pub(crate) fn path(&self) -> Vec<Step> {
        let key = |key: &str| Step::Key(key.to_owned());
        vec![key("hooks"), key(&self.event), Step::Item(self.group), key("hooks"), Step::Item(self.at)]
    }

    /// The way to what has to go with it: the group, if that holds nothing else.
    pub(crate) fn path_out(&self, root: &Node) -> Vec<Step> {
        let mut path = self.path();
        let is_alone = follow(root, &path[..4]).is_some_and(|hooks| hooks.items().len() == 1);
        path.truncate(if is_alone { 3 } else { 5 });
        path
    }

    /// Whether it is the one that is wanted, whichever name of the event it goes by.
    pub(crate) fn is(&self, wanted: &Wanted) -> bool {
        let names = [wanted.argument, wanted.event];
        self.event == wanted.event && self.ours.word.as_deref().is_none_or(|word| names.contains(&word))
    }
}

/// All hooks of ours, in the order of the file.
pub(crate) fn entries(root: &Node) -> Vec<Entry> {
    let mut entries = Vec::new();
    let Some(hooks) = root.get("hooks") else { return entries };
    for member in hooks.members() {
        // Of two members with one key only the last counts.
        let Some(groups) = hooks.get(&member.key).filter(|groups| **groups == member.value) else { continue };
        for (group, node) in groups.items().iter().enumerate() {
            for (at, hook) in node.get("hooks").map(Node::items).unwrap_or_default().iter().enumerate() {
                let is_command = hook.get("type").is_none_or(|kind| kind.text() == Some("command"));
                let is_plain = is_command && hook.get("args").is_none();
                let ours = hook.get("command").and_then(Node::text).filter(|_| is_plain).and_then(Ours::of);
                entries.extend(ours.map(|ours| Entry { event: member.key.clone(), group, at, ours }));
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expect: Option<(&str, Option<&str>)>) {
        let expect = expect.map(|(program, word)| Ours { program: program.into(), word: word.map(str::to_owned) });
        assert_eq!(Ours::of(command), expect, "{command}");
    }

    #[test]
    fn ours_is_our_program_with_one_word_and_nothing_else() {
        check("/opt/bin/sessions-hook session-end", Some(("/opt/bin/sessions-hook", Some("session-end"))));
        check("'/my programs/sessions-hook' stop", Some(("/my programs/sessions-hook", Some("stop"))));
        check("$HOME/bin/sessions-hook SessionEnd", Some(("$HOME/bin/sessions-hook", Some("SessionEnd"))));
        check("sessions-hook", Some(("sessions-hook", None)));
        for foreign in [
            "cat ~/sessions-hook/notes",
            "sessions-hook stop && notify-send done",
            "sessions-hook stop; true",
            "sessions-hook stop>/var/log/mine",
            "env X=1 sessions-hook stop",
            "/opt/sessions-hook/run stop",
            "my-sessions-hook stop",
            "sessions-hook 'stop",
            "",
        ] {
            check(foreign, None);
        }
    }

    #[test]
    fn what_is_written_is_ours() {
        for program in ["/usr/bin/sessions-hook", "/my \"own\" 'programs'/ü $x/sessions-hook"] {
            let command = command_line(Path::new(program), "stop");
            check(&command, Some((program, Some("stop"))));
        }
    }
}
