//! What the command line asks for.

use std::ffi::OsString;

use journal::EventKind;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Records an event of Claude Code, or draws its status line. Claude Code calls it and hands it JSON
on standard input.

Usage: sessions-hook [EVENT]
       sessions-hook statusline

Events (Claude Code's own names are understood too; without one, the input names it):
  session-start   SessionStart   a session began or was taken up again
  session-end     SessionEnd     a session ended
  post-tool-use   PostToolUse    a tool was used
  stop            Stop           an answer is complete

Status line:
  statusline      prints one line: model, cost of the session and of today, five-hour block, context;
                  without colors when NO_COLOR is set. Official limits that Claude Code tells of are
                  kept in limits.jsonl in the data folder. In ~/.claude/settings.json:
                  \"statusLine\": {\"type\": \"command\", \"command\": \"sessions-hook statusline\"}

Options:
  -h, --help      print this
  -V, --version   print the version

For an event it prints nothing, but for a session that starts: then recent sessions of its directory
and what waits, as the last tick has prepared it, for you and not for the model (`hooks.banner` in
config.toml; `sessions recent` prints the same by hand). It always succeeds; what goes wrong is in logs/hook.log
in the data folder. `sessions where` shows where that is, `sessions scan` finds sessions that no hook
reported. `sessions setup` writes all of this into the settings of Claude Code.
";

/// What `--version` prints.
pub(crate) const VERSION: &str = concat!("sessions-hook ", env!("CARGO_PKG_VERSION"), "\n");

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Help,
    Version,
    /// Draw the status line.
    StatusLine,
    /// Record an event; none means that the payload names it.
    Event(Option<EventKind>),
    /// A word that is no event and no option.
    Unknown(String),
}

impl Request {
    /// Reads the arguments after the program's name. Only the first counts: later versions may be called with more.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let Some(word) = arguments.into_iter().next() else { return Self::Event(None) };
        let word = word.to_string_lossy();
        match word.as_ref() {
            "-h" | "--help" | "help" => Self::Help,
            "-V" | "--version" => Self::Version,
            "statusline" | "status-line" => Self::StatusLine,
            name => EventKind::from_name(name)
                .map_or_else(|| Self::Unknown(name.to_owned()), |kind| Self::Event(Some(kind))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expect: &Request) {
        assert_eq!(&Request::parse(arguments.iter().map(OsString::from)), expect, "{arguments:?}");
    }

    #[test]
    fn the_first_argument_decides() {
        check(&[], &Request::Event(None));
        check(&["session-end"], &Request::Event(Some(EventKind::SessionEnd)));
        check(&["SessionStart", "--later"], &Request::Event(Some(EventKind::SessionStart)));
        check(&["--help"], &Request::Help);
        check(&["-V"], &Request::Version);
        check(&["statusline"], &Request::StatusLine);
        check(&["status-line", "--later"], &Request::StatusLine);
        check(&["sessionend"], &Request::Unknown("sessionend".to_owned()));
    }

    #[test]
    fn the_help_lists_every_event() {
        for kind in EventKind::ALL {
            assert!(HELP.contains(&format!("  {:<15} {:<14} ", kind.name(), kind.claude_name())), "{kind:?}");
        }
    }
}
