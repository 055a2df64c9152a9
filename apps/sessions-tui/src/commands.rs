//! The one table of everything that a key can do: key handling, the help screen and the footer read it.

use crossterm::event::KeyCode;

use crate::key::Key;

/// Something that a person can do.
#[derive(Debug)]
pub struct Command {
    /// Name for configuration and documents.
    pub id: &'static str,
    /// What it does, as the help screen says it.
    pub title: &'static str,
    /// One or two words for the footer, if it belongs there.
    pub hint: Option<&'static str>,
    /// Where it acts.
    pub scope: Scope,
    /// Keys that always act there.
    pub keys: &'static [Key],
    /// Keys that act there while no box takes letters.
    pub letters: &'static [Key],
    /// What happens.
    pub action: Action,
}

/// Where a command acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The list of sessions, with the focus in the box or in the list.
    Sessions,
    /// The transcript.
    Reader,
    /// The find box of the transcript.
    Find,
    /// The help screen.
    Help,
    /// A message that waits to be read.
    Message,
    /// Every screen.
    Everywhere,
}

impl Scope {
    /// All scopes, in the order of the help screen.
    pub const ALL: [Self; 6] = [Self::Sessions, Self::Reader, Self::Find, Self::Help, Self::Message, Self::Everywhere];

    /// As the help screen names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sessions => "Sessions",
            Self::Reader => "Transcript",
            Self::Find => "Find in a transcript",
            Self::Help => "Help",
            Self::Message => "Message",
            Self::Everywhere => "Everywhere",
        }
    }
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described by the title of its command")]
pub enum Action {
    Resume,
    Open,
    SwitchFocus,
    FocusBox,
    ClearBox,
    StepBack,
    Back,
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    Rescan,
    NextHeading,
    PreviousHeading,
    DetailTalk,
    DetailTools,
    DetailEverything,
    Find,
    NextMatch,
    PreviousMatch,
    AcceptFind,
    CancelFind,
    Close,
    Help,
    Suspend,
    Redraw,
    Quit,
}

const fn command(id: &'static str, scope: Scope, action: Action, title: &'static str) -> Command {
    Command { id, title, hint: None, scope, keys: &[], letters: &[], action }
}

impl Command {
    const fn keys(self, keys: &'static [Key]) -> Self {
        Self { keys, ..self }
    }

    const fn letters(self, letters: &'static [Key]) -> Self {
        Self { letters, ..self }
    }

    const fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

const ENTER: Key = Key::code(KeyCode::Enter);
const ESC: Key = Key::code(KeyCode::Esc);
const TAB: Key = Key::code(KeyCode::Tab);
const UP: Key = Key::code(KeyCode::Up);
const DOWN: Key = Key::code(KeyCode::Down);
const PAGE_UP: Key = Key::code(KeyCode::PageUp);
const PAGE_DOWN: Key = Key::code(KeyCode::PageDown);
const HOME: Key = Key::code(KeyCode::Home);
const END: Key = Key::code(KeyCode::End);

/// Everything that a key can do, in the order of help and footer. Where two commands of a scope share a key, the first wins.
pub const COMMANDS: &[Command] = &[
    command("sessions.resume", Scope::Sessions, Action::Resume, "Resume the session in its directory")
        .keys(&[ENTER])
        .letters(&[Key::char('r')])
        .hint("resume"),
    command("sessions.open", Scope::Sessions, Action::Open, "Read its transcript")
        .keys(&[Key::ctrl('o')])
        .letters(&[Key::char('o')])
        .hint("open"),
    command("sessions.focus", Scope::Sessions, Action::SwitchFocus, "Switch between the box and the list")
        .keys(&[TAB, Key::code(KeyCode::BackTab)])
        .hint("list"),
    command("sessions.search", Scope::Sessions, Action::FocusBox, "Type into the box")
        .letters(&[Key::char('/'), Key::char('i')])
        .hint("search"),
    command("sessions.clear", Scope::Sessions, Action::ClearBox, "Empty the box").keys(&[Key::ctrl('u')]),
    command("sessions.back", Scope::Sessions, Action::StepBack, "Step back: to the list, empty the box, leave")
        .keys(&[ESC]),
    command("sessions.quit", Scope::Sessions, Action::Quit, "Leave").letters(&[Key::char('q')]).hint("quit"),
    command("sessions.down", Scope::Sessions, Action::Down, "Next session")
        .keys(&[DOWN, Key::ctrl('n'), Key::ctrl('j')])
        .letters(&[Key::char('j')]),
    command("sessions.up", Scope::Sessions, Action::Up, "Previous session")
        .keys(&[UP, Key::ctrl('p'), Key::ctrl('k')])
        .letters(&[Key::char('k')]),
    command("sessions.page-down", Scope::Sessions, Action::PageDown, "One page down")
        .keys(&[PAGE_DOWN])
        .letters(&[Key::char(' ')]),
    command("sessions.page-up", Scope::Sessions, Action::PageUp, "One page up")
        .keys(&[PAGE_UP])
        .letters(&[Key::char('b')]),
    command("sessions.first", Scope::Sessions, Action::First, "First session").keys(&[HOME]).letters(&[Key::char('g')]),
    command("sessions.last", Scope::Sessions, Action::Last, "Last session").keys(&[END]).letters(&[Key::char('G')]),
    command("sessions.rescan", Scope::Sessions, Action::Rescan, "Look for new sessions now").keys(&[Key::ctrl('r')]),
    command("reader.down", Scope::Reader, Action::Down, "One line down").keys(&[DOWN]).letters(&[Key::char('j')]),
    command("reader.up", Scope::Reader, Action::Up, "One line up").keys(&[UP]).letters(&[Key::char('k')]),
    command("reader.page-down", Scope::Reader, Action::PageDown, "One page down")
        .keys(&[PAGE_DOWN, Key::ctrl('f'), Key::ctrl('d')])
        .letters(&[Key::char(' ')]),
    command("reader.page-up", Scope::Reader, Action::PageUp, "One page up")
        .keys(&[PAGE_UP, Key::ctrl('b'), Key::ctrl('u')])
        .letters(&[Key::char('b')]),
    command("reader.first", Scope::Reader, Action::First, "To the beginning").keys(&[HOME]).letters(&[Key::char('g')]),
    command("reader.last", Scope::Reader, Action::Last, "To the end").keys(&[END]).letters(&[Key::char('G')]),
    command("reader.next-heading", Scope::Reader, Action::NextHeading, "Next prompt or answer")
        .letters(&[Key::char(']'), Key::char('J')])
        .hint("next"),
    command("reader.previous-heading", Scope::Reader, Action::PreviousHeading, "Previous prompt or answer")
        .letters(&[Key::char('['), Key::char('K')]),
    command("reader.find", Scope::Reader, Action::Find, "Find in the transcript")
        .letters(&[Key::char('/')])
        .hint("find"),
    command("reader.next-match", Scope::Reader, Action::NextMatch, "Next match").letters(&[Key::char('n')]),
    command("reader.previous-match", Scope::Reader, Action::PreviousMatch, "Previous match").letters(&[Key::char('N')]),
    command("reader.talk", Scope::Reader, Action::DetailTalk, "Show prompts and answers only")
        .letters(&[Key::char('1')])
        .hint("talk"),
    command("reader.tools", Scope::Reader, Action::DetailTools, "Show also one line per tool call")
        .letters(&[Key::char('2')])
        .hint("tools"),
    command(
        "reader.everything",
        Scope::Reader,
        Action::DetailEverything,
        "Show also thinking, tool inputs and results",
    )
    .letters(&[Key::char('3')])
    .hint("everything"),
    command("reader.resume", Scope::Reader, Action::Resume, "Resume the session in its directory")
        .keys(&[ENTER])
        .letters(&[Key::char('r')])
        .hint("resume"),
    command("reader.back", Scope::Reader, Action::Back, "Step back: forget the search, then to the list").keys(&[ESC]),
    command("reader.close", Scope::Reader, Action::Close, "Back to the list at once")
        .letters(&[Key::char('q')])
        .hint("back"),
    command("find.accept", Scope::Find, Action::AcceptFind, "Go to the matches")
        .keys(&[ENTER])
        .hint("go to the matches"),
    command("find.cancel", Scope::Find, Action::CancelFind, "Forget the search").keys(&[ESC]).hint("cancel"),
    command("help.back", Scope::Help, Action::Back, "Close")
        .keys(&[ESC, Key::code(KeyCode::F(1))])
        .letters(&[Key::char('q'), Key::char('?')])
        .hint("close"),
    command("help.down", Scope::Help, Action::Down, "One line down").keys(&[DOWN]).letters(&[Key::char('j')]),
    command("help.up", Scope::Help, Action::Up, "One line up").keys(&[UP]).letters(&[Key::char('k')]),
    command("help.page-down", Scope::Help, Action::PageDown, "One page down")
        .keys(&[PAGE_DOWN])
        .letters(&[Key::char(' ')])
        .hint("scroll"),
    command("help.page-up", Scope::Help, Action::PageUp, "One page up").keys(&[PAGE_UP]).letters(&[Key::char('b')]),
    command("help.first", Scope::Help, Action::First, "To the beginning").keys(&[HOME]).letters(&[Key::char('g')]),
    command("help.last", Scope::Help, Action::Last, "To the end").keys(&[END]).letters(&[Key::char('G')]),
    command("message.close", Scope::Message, Action::Back, "Close")
        .keys(&[ESC, ENTER])
        .letters(&[Key::char('q'), Key::char(' ')])
        .hint("close"),
    command("help", Scope::Everywhere, Action::Help, "Help")
        .keys(&[Key::code(KeyCode::F(1))])
        .letters(&[Key::char('?')])
        .hint("help"),
    command("suspend", Scope::Everywhere, Action::Suspend, "Suspend; `fg` comes back").keys(&[Key::ctrl('z')]),
    command("redraw", Scope::Everywhere, Action::Redraw, "Draw everything anew").keys(&[Key::ctrl('l')]),
    command("quit", Scope::Everywhere, Action::Quit, "Leave at once").keys(&[Key::ctrl('c')]).hint("quit"),
];

/// The command that a key stands for in a scope; `typing` says that a box takes letters.
pub(crate) fn lookup(scope: Scope, typing: bool, key: Key) -> Option<&'static Command> {
    let stands_for = |command: &&Command| command.keys.contains(&key) || (!typing && command.letters.contains(&key));
    let within = |scope: Scope| COMMANDS.iter().filter(move |command| command.scope == scope);
    within(scope).find(stands_for).or_else(|| within(Scope::Everywhere).find(stands_for))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_letter_acts_where_a_box_takes_letters() {
        for command in COMMANDS {
            assert!(command.keys.iter().all(|key| !key.is_text()), "{}", command.id);
        }
    }

    #[test]
    fn every_command_can_be_reached_by_each_of_its_keys() {
        let mut ids = BTreeSet::new();
        for command in COMMANDS {
            assert!(ids.insert(command.id), "{} stands twice", command.id);
            assert!(!command.keys.is_empty() || !command.letters.is_empty(), "{} has no key", command.id);
            for key in command.keys.iter().chain(command.letters) {
                let found = lookup(command.scope, false, *key).expect("the key is in the table");
                assert_eq!(found.id, command.id, "{key} in {:?}", command.scope);
            }
        }
    }
}
