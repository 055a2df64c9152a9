//! What keys do on top of other screens (help, messages, palette) and on every screen.

use super::{Action, Command, Scope, command};
use crate::key::Key;

pub(super) const COMMANDS: &[Command] = &[
    command("help.back", Scope::Help, Action::Back, "Close")
        .keys(&[Key::ESC, Key::F1])
        .letters(&[Key::char('q'), Key::char('?')])
        .hint("close"),
    command("help.down", Scope::Help, Action::Down, "One line down").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("help.up", Scope::Help, Action::Up, "One line up").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("help.page-down", Scope::Help, Action::PageDown, "One page down")
        .keys(&[Key::PAGE_DOWN])
        .letters(&[Key::char(' ')])
        .hint("scroll"),
    command("help.page-up", Scope::Help, Action::PageUp, "One page up")
        .keys(&[Key::PAGE_UP])
        .letters(&[Key::char('b')]),
    command("help.first", Scope::Help, Action::First, "To the beginning").keys(&[Key::HOME]).letters(&[Key::char('g')]),
    command("help.last", Scope::Help, Action::Last, "To the end").keys(&[Key::END]).letters(&[Key::char('G')]),
    command("message.close", Scope::Message, Action::Back, "Close")
        .keys(&[Key::ESC, Key::ENTER])
        .letters(&[Key::char('q'), Key::char(' ')])
        .hint("close"),
    command("palette.run", Scope::Palette, Action::RunChosen, "Carry out the chosen command")
        .keys(&[Key::ENTER])
        .hint("run"),
    command("palette.close", Scope::Palette, Action::Back, "Close").keys(&[Key::ESC]).hint("close"),
    command("palette.down", Scope::Palette, Action::Down, "Next command")
        .keys(&[Key::DOWN, Key::ctrl('n'), Key::ctrl('j'), Key::TAB])
        .hint("next"),
    command("palette.up", Scope::Palette, Action::Up, "Previous command").keys(&[
        Key::UP,
        Key::ctrl('p'),
        Key::ctrl('k'),
        Key::SHIFT_TAB,
    ]),
    command("palette.page-down", Scope::Palette, Action::PageDown, "One page down").keys(&[Key::PAGE_DOWN]),
    command("palette.page-up", Scope::Palette, Action::PageUp, "One page up").keys(&[Key::PAGE_UP]),
    command("palette", Scope::Everywhere, Action::Palette, "All commands, by name")
        .keys(&[Key::ctrl('p')])
        .letters(&[Key::char(':')])
        .hint("commands"),
    command("help", Scope::Everywhere, Action::Help, "Help")
        .also("keys")
        .keys(&[Key::F1])
        .letters(&[Key::char('?')])
        .hint("help"),
    command("problems", Scope::Everywhere, Action::Problems, "Problems: what is wrong with settings, keys and theme")
        .also("errors settings config"),
    command("set-up", Scope::Everywhere, Action::SetUp, "Set up: hooks in Claude Code, a page for Claude, a schedule")
        .also("install"),
    command("suspend", Scope::Everywhere, Action::Suspend, "Suspend; `fg` comes back").keys(&[Key::ctrl('z')]),
    command("redraw", Scope::Everywhere, Action::Redraw, "Draw everything anew").keys(&[Key::ctrl('l')]),
    command("quit", Scope::Everywhere, Action::Quit, "Leave at once").also("exit").keys(&[Key::ctrl('c')]).hint("quit"),
];
