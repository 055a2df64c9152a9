//! What keys do in housekeeping, the most important first.

use crossterm::event::KeyCode;

use super::{Action, Command, Scope, command};
use crate::key::Key;
use crate::model::Model;

pub(super) const COMMANDS: &[Command] = &[
    command(
        "house",
        Scope::Everywhere,
        Action::Housekeeping,
        "Housekeeping: what sessions take, what expires, what can go",
    )
    .also("disk space clean up")
    .keys(&[Key::code(KeyCode::F(4))])
    .letters(&[Key::char('4')]),
    command("house.read", Scope::House, Action::Open, "Read its transcript")
        .keys(&[Key::ENTER])
        .letters(&[Key::char('o')])
        .hint_when("read", has_session),
    command("house.select", Scope::House, Action::Choose, "Select the session, or take it back")
        .letters(&[Key::char(' ')])
        .hint_when("select", has_session),
    command("house.archive", Scope::House, Action::ArchiveNow, "Keep what is new of it in the archive, now")
        .also("backup keep")
        .letters(&[Key::char('a')])
        .hint_when("archive", has_session),
    command("house.restore", Scope::House, Action::PutBack, "Put its transcript back from the archive")
        .also("unarchive restore")
        .letters(&[Key::char('r')])
        .hint_when("restore", |model| {
            model.house.chosen_row().is_some_and(|entry| entry.is_gone() && entry.marks.archived)
        }),
    command("house.delete", Scope::House, Action::DeleteSessions, "Delete the session: says exactly what, and asks")
        .also("remove trash")
        .letters(&[Key::char('D')])
        .hint_when("delete", has_session),
    command("house.undo", Scope::House, Action::UndoDelete, "Bring back the sessions that were deleted last")
        .also("undelete undo")
        .letters(&[Key::char('u')])
        .hint_when("undo", |model| !model.house.deleted.is_empty()),
    command("house.next", Scope::House, Action::NextPane, "The next choice: expiring, archived, gone, …")
        .keys(&[Key::TAB])
        .hint("which"),
    command("house.previous", Scope::House, Action::PreviousPane, "The choice before").keys(&[Key::SHIFT_TAB]),
    command("house.sort", Scope::House, Action::Sort, "Sort by the next column")
        .letters(&[Key::char('s')])
        .hint("sort"),
    command("house.reverse", Scope::House, Action::Reverse, "The other way round").letters(&[Key::char('S')]),
    command("house.hide", Scope::House, Action::Hide, "Hide it from the list, or show it again")
        .letters(&[Key::char('h')])
        .hint_when("hide", has_session),
    command(
        "house.exclude",
        Scope::House,
        Action::ExcludeProject,
        "Do not record its project any more, or record it again",
    )
    .also("ignore private")
    .letters(&[Key::char('x')])
    .hint_when("exclude", has_session),
    command("house.relink", Scope::House, Action::Relink, "Its directory moved: say where it is, see what is changed")
        .also("relink renamed directory")
        .letters(&[Key::char('m')])
        .hint_when("moved", has_session),
    command("house.facts", Scope::House, Action::Facts, "What it takes, where, and for how long")
        .letters(&[Key::char('i')])
        .hint_when("facts", has_session),
    command("house.select-all", Scope::House, Action::ChooseAll, "Select all that are listed, or none")
        .letters(&[Key::char('A')]),
    command("house.copy-id", Scope::House, Action::CopyId, "Copy its id").letters(&[Key::char('y'), Key::char('Y')]),
    command("house.close", Scope::House, Action::Close, "Back to the list of sessions")
        .keys(&[Key::code(KeyCode::F(4))])
        .letters(&[Key::char('q'), Key::char('1')])
        .hint("sessions"),
    command("house.back", Scope::House, Action::StepBack, "Take the selection back, else all sessions, else back")
        .keys(&[Key::ESC]),
    command("house.down", Scope::House, Action::Down, "Next session").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("house.up", Scope::House, Action::Up, "Previous session").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("house.page-down", Scope::House, Action::PageDown, "One page down").keys(&[Key::PAGE_DOWN]),
    command("house.page-up", Scope::House, Action::PageUp, "One page up")
        .keys(&[Key::PAGE_UP])
        .letters(&[Key::char('b')]),
    command("house.first", Scope::House, Action::First, "First session").keys(&[Key::HOME]).letters(&[Key::char('g')]),
    command("house.last", Scope::House, Action::Last, "Last session").keys(&[Key::END]).letters(&[Key::char('G')]),
];

fn has_session(model: &Model) -> bool {
    model.house.len() > 0
}
