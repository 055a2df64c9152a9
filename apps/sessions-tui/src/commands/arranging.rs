//! What keys do while an order is chosen, and in a question that is answered with a path.

use super::{Action, Command, Scope, command};
use crate::key::Key;

pub(super) const COMMANDS: &[Command] = &[
    command("sort.down", Scope::Sort, Action::Down, "Next column")
        .keys(&[Key::DOWN, Key::TAB])
        .letters(&[Key::char('j'), Key::char('s')])
        .hint("next"),
    command("sort.up", Scope::Sort, Action::Up, "Previous column")
        .keys(&[Key::UP, Key::SHIFT_TAB])
        .letters(&[Key::char('k')]),
    command("sort.reverse", Scope::Sort, Action::Reverse, "Turn the order around")
        .letters(&[Key::char('r'), Key::char(' ')])
        .hint("reverse"),
    command("sort.accept", Scope::Sort, Action::Accept, "Keep the order").keys(&[Key::ENTER]).hint("keep"),
    command("sort.cancel", Scope::Sort, Action::Back, "Back to the order before")
        .keys(&[Key::ESC])
        .letters(&[Key::char('q')])
        .hint("cancel"),
    command("ask.accept", Scope::Ask, Action::Accept, "Take this path").keys(&[Key::ENTER]).hint("take it"),
    command("ask.complete", Scope::Ask, Action::Complete, "Complete the path")
        .keys(&[Key::TAB])
        .hint_when("complete", |model| model.ask.as_ref().is_some_and(|ask| !ask.about.is_words())),
    command("ask.cancel", Scope::Ask, Action::Back, "Leave it").keys(&[Key::ESC]).hint("cancel"),
];
