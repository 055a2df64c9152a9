//! What keys do on the page of syncing, the most important first.

use crossterm::event::KeyCode;

use super::{Action, Command, Scope, command};
use crate::key::Key;
use crate::model::Model;

pub(super) const COMMANDS: &[Command] = &[
    command("sync", Scope::Everywhere, Action::SyncPage, "Sync: remotes, devices, what is queued and what is wrong")
        .also("machines encryption encrypted passphrase let in")
        .keys(&[Key::code(KeyCode::F(5))])
        .letters(&[Key::char('5')]),
    command("sync-now", Scope::Everywhere, Action::SyncNow, "Sync now with all remotes"),
    command("sync.now", Scope::Sync, Action::SyncNow, "Sync now with all remotes")
        .letters(&[Key::char('s')])
        .hint_when("sync now", has_remote),
    command("sync.test", Scope::Sync, Action::TestRemotes, "Ask every remote what it holds")
        .also("check connection")
        .letters(&[Key::char('t')])
        .hint_when("test", has_remote),
    command("sync.close", Scope::Sync, Action::Close, "Back to the list of sessions")
        .keys(&[Key::ESC, Key::code(KeyCode::F(5))])
        .letters(&[Key::char('q'), Key::char('1')])
        .hint("sessions"),
    command("sync.down", Scope::Sync, Action::Down, "One line down").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("sync.up", Scope::Sync, Action::Up, "One line up").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("sync.page-down", Scope::Sync, Action::PageDown, "One page down")
        .keys(&[Key::PAGE_DOWN])
        .letters(&[Key::char(' ')]),
    command("sync.page-up", Scope::Sync, Action::PageUp, "One page up")
        .keys(&[Key::PAGE_UP])
        .letters(&[Key::char('b')]),
];

fn has_remote(model: &Model) -> bool {
    model.syncing.known.as_ref().is_some_and(|known| !known.remotes.is_empty())
}
