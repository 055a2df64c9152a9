//! What keys do in the list of sessions, the most important first.

use super::{Action, Command, Scope, command};
use crate::key::Key;
use crate::model::Model;

pub(super) const COMMANDS: &[Command] = &[
    command("sessions.resume", Scope::Sessions, Action::Resume, "Resume the session in its directory")
        .also("continue start")
        .keys(&[Key::ENTER])
        .letters(&[Key::char('r')])
        .hint_when("resume", can_be_resumed)
        .hint_selected("resume this one"),
    command(
        "sessions.open",
        Scope::Sessions,
        Action::Open,
        "Read its transcript; with several selected, all of theirs",
    )
    .also("show view")
    .keys(&[Key::ctrl('o')])
    .letters(&[Key::char('o')])
    .hint_when("open", can_be_read)
    .hint_selected("open all"),
    command(
        "sessions.fork",
        Scope::Sessions,
        Action::Fork,
        "Go on in a copy with a new id; the session stays as it is",
    )
    .also("duplicate branch")
    .letters(&[Key::char('R')])
    .hint_when("fork", |model| acts_on_rows(model) && can_be_resumed(model)),
    command("sessions.window", Scope::Sessions, Action::OpenWindow, "Resume in a new tmux window")
        .keys(&[Key::ctrl('t')]),
    command(
        "sessions.select",
        Scope::Sessions,
        Action::Choose,
        "Select the session, or a whole project on its heading",
    )
    .also("mark choose")
    .letters(&[Key::char(' ')])
    .hint_when("select", acts_on_rows),
    command("sessions.select-all", Scope::Sessions, Action::ChooseAll, "Select all that are shown, or none")
        .letters(&[Key::char('a')])
        .hint_when("all", |model| acts_on_rows(model) && model.list.chosen_sum().is_some()),
    command("sessions.scope", Scope::Sessions, Action::Extent, "Everywhere, this directory, this repository")
        .also("directory repository filter")
        .letters(&[Key::char('.')])
        .hint_when("scope", |model| !model.in_box),
    command("sessions.sort", Scope::Sessions, Action::Sort, "Sort by a column")
        .also("order")
        .letters(&[Key::char('s')])
        .hint_when("sort", acts_on_rows),
    command("sessions.group", Scope::Sessions, Action::Group, "Group by project")
        .also("projects")
        .letters(&[Key::char('g')])
        .hint_when("group", acts_on_rows),
    command("sessions.fold", Scope::Sessions, Action::FoldGroup, "Fold or unfold the project")
        .letters(&[Key::char('z')])
        .hint_when("fold", |model| acts_on_rows(model) && !is_on_session(model)),
    command("sessions.fold-in", Scope::Sessions, Action::FoldIn, "Fold the project").letters(&[Key::LEFT]),
    command("sessions.fold-out", Scope::Sessions, Action::FoldOut, "Unfold the project").letters(&[Key::RIGHT]),
    command("sessions.copy-command", Scope::Sessions, Action::CopyCommand, "Copy the command that resumes it")
        .also("shell clipboard")
        .letters(&[Key::char('y')]),
    command("sessions.copy-id", Scope::Sessions, Action::CopyId, "Copy its id")
        .also("clipboard uuid")
        .letters(&[Key::char('Y')]),
    command("sessions.copy-path", Scope::Sessions, Action::CopyPath, "Copy the path of its transcript")
        .also("clipboard file")
        .letters(&[Key::char('p')]),
    command("sessions.export", Scope::Sessions, Action::Export, "Write it to a file as Markdown or JSON")
        .also("save")
        .letters(&[Key::char('e')]),
    command("sessions.focus", Scope::Sessions, Action::SwitchFocus, "Complete a field, or switch between box and list")
        .keys(&[Key::TAB])
        .hint_when("list", |model| model.in_box && has_rows(model)),
    command("sessions.transcripts", Scope::Sessions, Action::GoToOpen, "Back to the transcripts that are open")
        .keys(&[Key::SHIFT_TAB])
        .letters(&[Key::char('t')])
        .hint_when("transcripts", |model| model.shelf.place().1 > 0),
    command("sessions.search", Scope::Sessions, Action::FocusBox, "Search or filter: type into the box")
        .also("find")
        .letters(&[Key::char('/'), Key::char('i')])
        .hint("search"),
    command("sessions.reach", Scope::Sessions, Action::NextReach, "Look everywhere, in titles only, in content only")
        .keys(&[Key::ctrl('f')]),
    command("sessions.thinking", Scope::Sessions, Action::SwitchThinking, "Search thinking too, or not")
        .keys(&[Key::ctrl('g')]),
    command("sessions.clear", Scope::Sessions, Action::ClearBox, "Empty the box")
        .keys(&[Key::ctrl('u')])
        .hint_when("empty the box", |model| !has_rows(model) && !model.query().is_empty()),
    command("sessions.back", Scope::Sessions, Action::StepBack, "Step back: to the list, empty the box, leave")
        .keys(&[Key::ESC])
        .hint_when("none", |model| acts_on_rows(model) && model.list.chosen_sum().is_some()),
    command("sessions.quit", Scope::Sessions, Action::Quit, "Leave").letters(&[Key::char('q')]).hint("quit"),
    command("sessions.down", Scope::Sessions, Action::Down, "Next session")
        .keys(&[Key::DOWN, Key::ctrl('j')])
        .letters(&[Key::char('j')]),
    command("sessions.up", Scope::Sessions, Action::Up, "Previous session")
        .keys(&[Key::UP, Key::ctrl('k')])
        .letters(&[Key::char('k')]),
    command("sessions.page-down", Scope::Sessions, Action::PageDown, "One page down")
        .keys(&[Key::PAGE_DOWN])
        .letters(&[Key::char('f')]),
    command("sessions.page-up", Scope::Sessions, Action::PageUp, "One page up")
        .keys(&[Key::PAGE_UP])
        .letters(&[Key::char('b')]),
    command("sessions.first", Scope::Sessions, Action::First, "First session").keys(&[Key::HOME]),
    command("sessions.last", Scope::Sessions, Action::Last, "Last session")
        .keys(&[Key::END])
        .letters(&[Key::char('G')]),
    command("sessions.rescan", Scope::Sessions, Action::Rescan, "Look for new sessions now")
        .also("scan refresh reload update")
        .keys(&[Key::ctrl('r')]),
];

/// Whether a session is under the cursor, rather than a heading or nothing.
fn is_on_session(model: &Model) -> bool {
    model.list.selected().is_some()
}

/// Whether the session under the cursor has a transcript to go on with, or runs.
fn can_be_resumed(model: &Model) -> bool {
    model.list.selected().is_some_and(|entry| !entry.is_unreadable() || entry.running.is_some())
}

/// Whether there is something to read: what is selected, the transcript of the session, or that of a subagent of it.
fn can_be_read(model: &Model) -> bool {
    if model.list.chosen_sum().is_some() {
        return true;
    }
    let library = model.list.library();
    model.list.selected().is_some_and(|entry| !entry.is_unreadable() || !library.agents(entry.row.id()).is_empty())
}

fn has_rows(model: &Model) -> bool {
    model.list.len() > 0
}

/// Whether letters act, and there is something for them to act on.
fn acts_on_rows(model: &Model) -> bool {
    !model.in_box && has_rows(model)
}
