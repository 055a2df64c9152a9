//! What keys do among entries, the most important first, and the marks on sessions.

use crossterm::event::KeyCode;

use super::{Action, Command, Scope, command};
use crate::entries::Shelf;
use crate::key::Key;
use crate::model::Model;

pub(super) const COMMANDS: &[Command] = &[
    command("entries", Scope::Everywhere, Action::Entries, "Entries: what is written down, and what others did")
        .also("notes inbox todo")
        .keys(&[Key::code(KeyCode::F(3))])
        .letters(&[Key::char('3')]),
    command("entries.edit", Scope::Entries, Action::EditEntry, "Change it in the editor ($VISUAL, $EDITOR)")
        .keys(&[Key::ENTER])
        .letters(&[Key::char('e')])
        .hint_when("edit", has_entry),
    command("entries.new", Scope::Entries, Action::NewEntry, "Write something down")
        .also("note todo issue")
        .letters(&[Key::char('n'), Key::char('c')])
        .hint("new"),
    command("entries.resolve", Scope::Entries, Action::ResolveEntry, "Resolve it with a note; open it again if it is")
        .also("close done reopen")
        .letters(&[Key::char('r')])
        .hint_when("resolve", has_entry),
    command("entries.note", Scope::Entries, Action::Note, "Add a note")
        .letters(&[Key::char('a'), Key::char('N')])
        .hint_when("note", has_entry),
    command("entries.status", Scope::Entries, Action::EntryStatus, "Give it another status")
        .letters(&[Key::char('s')])
        .hint_when("status", has_entry),
    command("entries.open", Scope::Entries, Action::Open, "Read the session that it was written in")
        .keys(&[Key::ctrl('o')])
        .letters(&[Key::char('o')])
        .hint_when("session", |model| model.entries.chosen().is_some_and(|entry| !entry.session().is_empty())),
    command("entries.next", Scope::Entries, Action::NextPane, "Open ones, all, inbox")
        .keys(&[Key::TAB])
        .hint("open/all/inbox"),
    command("entries.previous", Scope::Entries, Action::PreviousPane, "The same, the other way round")
        .keys(&[Key::SHIFT_TAB]),
    command("entries.scope", Scope::Entries, Action::Extent, "Of this project, of all projects")
        .letters(&[Key::char('.')])
        .hint("scope"),
    command("entries.read", Scope::Entries, Action::MarkRead, "Mark the whole inbox as read")
        .also("seen")
        .letters(&[Key::char('m')])
        .hint_when("mark read", |model| model.entries.shelf == Shelf::Inbox && has_entry(model)),
    command("entries.narrow", Scope::Entries, Action::Narrow, "Narrow them by typing: words in title, body and notes")
        .also("filter")
        .letters(&[Key::char('/')])
        .hint("narrow"),
    command("entries.delete", Scope::Entries, Action::DeleteEntry, "Delete the entry")
        .also("remove")
        .letters(&[Key::char('d')])
        .hint_when("delete", has_entry),
    command("entries.undo", Scope::Entries, Action::UndoDelete, "Bring back the entry that was deleted last")
        .also("undelete undo")
        .letters(&[Key::char('u')])
        .hint_when("undo", |model| model.entries.deleted.is_some()),
    command("entries.copy-id", Scope::Entries, Action::CopyId, "Copy its id")
        .letters(&[Key::char('y'), Key::char('Y')]),
    command("entries.close", Scope::Entries, Action::Close, "Back to the list of sessions")
        .keys(&[Key::code(KeyCode::F(3))])
        .letters(&[Key::char('q'), Key::char('1')])
        .hint("sessions"),
    command("entries.back", Scope::Entries, Action::StepBack, "Show all again that are narrowed, else back")
        .keys(&[Key::ESC]),
    command("entries.down", Scope::Entries, Action::Down, "Next entry").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("entries.up", Scope::Entries, Action::Up, "Previous entry").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("entries.page-down", Scope::Entries, Action::PageDown, "Its page further down")
        .keys(&[Key::PAGE_DOWN])
        .letters(&[Key::char(' ')]),
    command("entries.page-up", Scope::Entries, Action::PageUp, "Its page further up")
        .keys(&[Key::PAGE_UP])
        .letters(&[Key::char('b')]),
    command("entries.first", Scope::Entries, Action::First, "First entry")
        .keys(&[Key::HOME])
        .letters(&[Key::char('g')]),
    command("entries.last", Scope::Entries, Action::Last, "Last entry").keys(&[Key::END]).letters(&[Key::char('G')]),
    command("entries.keep", Scope::NarrowEntries, Action::Accept, "Keep these entries")
        .keys(&[Key::ENTER])
        .hint("keep"),
    command("entries.narrow-down", Scope::NarrowEntries, Action::Down, "Next entry").keys(&[Key::DOWN]),
    command("entries.narrow-up", Scope::NarrowEntries, Action::Up, "Previous entry").keys(&[Key::UP]),
    command("entries.cancel", Scope::NarrowEntries, Action::Back, "Show all of them again")
        .keys(&[Key::ESC])
        .hint("cancel"),
    command(
        "sessions.star",
        Scope::Sessions,
        Action::Star,
        "Star the session or the selected ones, or take the star away",
    )
    .also("favorite favourite pin")
    .letters(&[Key::char('*')]),
    command("sessions.tag", Scope::Sessions, Action::Tag, "Tags of the session or the selected ones")
        .also("label")
        .letters(&[Key::char('T')]),
    command("sessions.note", Scope::Sessions, Action::Note, "Write a note on the session")
        .also("comment")
        .letters(&[Key::char('N')]),
    command("sessions.name", Scope::Sessions, Action::Name, "Give the session a title of your own")
        .also("rename")
        .letters(&[Key::char('n')]),
    command(
        "sessions.hide",
        Scope::Sessions,
        Action::Hide,
        "Hide the session or the selected ones, or show them again",
    )
    .also("unhide")
    .letters(&[Key::char('H')]),
    command("reader.star", Scope::Reader, Action::Star, "Star the session, or take the star away")
        .letters(&[Key::char('*')]),
    command("reader.tag", Scope::Reader, Action::Tag, "Tags of the session").letters(&[Key::char('T')]),
    command("reader.note", Scope::Reader, Action::Note, "Write a note on this turn").letters(&[Key::char('c')]),
];

fn has_entry(model: &Model) -> bool {
    !model.entries.rows.is_empty()
}
