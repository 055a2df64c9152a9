//! What keys do in a transcript and in its find box, the most important first.

use super::{Action, Command, Scope, command};
use crate::key::Key;
use crate::model::Model;
use crate::reader::Reader;

pub(super) const COMMANDS: &[Command] = &[
    command("reader.next-match", Scope::Reader, Action::NextMatch, "Next match")
        .letters(&[Key::char('n')])
        .hint_when("next match", found_some),
    command("reader.previous-match", Scope::Reader, Action::PreviousMatch, "Previous match")
        .letters(&[Key::char('N')])
        .hint_when("previous", found_some),
    command("reader.agent", Scope::Reader, Action::NextAgent, "Go on to the next subagent of the session")
        .letters(&[Key::char('a')])
        .hint_when("next subagent", in_subagent),
    command("reader.find", Scope::Reader, Action::Find, "Find in the transcript")
        .letters(&[Key::char('/')])
        .hint("find"),
    command("reader.next-heading", Scope::Reader, Action::NextHeading, "Next prompt or answer")
        .letters(&[Key::char(']'), Key::char('J')])
        .hint("turn"),
    command("reader.previous-heading", Scope::Reader, Action::PreviousHeading, "Previous prompt or answer")
        .letters(&[Key::char('['), Key::char('K')]),
    command("reader.next-prompt", Scope::Reader, Action::NextPrompt, "Next prompt")
        .letters(&[Key::char('}')])
        .hint("prompt"),
    command("reader.previous-prompt", Scope::Reader, Action::PreviousPrompt, "Previous prompt")
        .letters(&[Key::char('{')]),
    command("reader.fold", Scope::Reader, Action::Fold, "Open or close the block under the cursor")
        .letters(&[Key::char('z')])
        .hint("fold"),
    command("reader.close", Scope::Reader, Action::Close, "Back to the list; the transcript stays open")
        .letters(&[Key::char('q')])
        .hint("back"),
    command("reader.talk", Scope::Reader, Action::DetailTalk, "Show prompts and answers only")
        .letters(&[Key::char('1')])
        .hint("talk"),
    command("reader.tools", Scope::Reader, Action::DetailTools, "Show also tool calls and thinking, a line each")
        .letters(&[Key::char('2')])
        .hint("tools"),
    command(
        "reader.everything",
        Scope::Reader,
        Action::DetailEverything,
        "Show everything: thinking, tool inputs and results",
    )
    .letters(&[Key::char('3')])
    .hint("all"),
    command("reader.enter", Scope::Reader, Action::Enter, "Go into a subagent or an abandoned branch; else fold")
        .keys(&[Key::ENTER]),
    command("reader.follow", Scope::Reader, Action::Follow, "Follow the session as it grows")
        .letters(&[Key::char('f')])
        .hint("follow"),
    command("reader.copy", Scope::Reader, Action::CopyBlock, "Copy the block under the cursor")
        .letters(&[Key::char('y')])
        .hint("copy"),
    command(
        "reader.outside",
        Scope::Reader,
        Action::OpenOutside,
        "Open it in the editor or pager ($VISUAL, $EDITOR, $PAGER)",
    )
    .letters(&[Key::char('O')])
    .hint("editor"),
    command("reader.back", Scope::Reader, Action::Back, "Step back: out of a subagent, forget the search, to the list")
        .keys(&[Key::ESC]),
    command("reader.next", Scope::Reader, Action::NextReader, "Next transcript that is open")
        .keys(&[Key::TAB])
        .hint_when("next open", several_open),
    command("reader.previous", Scope::Reader, Action::PreviousReader, "Previous transcript that is open")
        .keys(&[Key::SHIFT_TAB]),
    command("reader.shut", Scope::Reader, Action::CloseReader, "Close the transcript").letters(&[Key::char('x')]),
    command("reader.picture", Scope::Reader, Action::ViewPicture, "View the pictures of the block")
        .letters(&[Key::char('v')]),
    command(
        "reader.raw",
        Scope::Reader,
        Action::RawRecord,
        "Show the records behind the block, as they stand in the file",
    )
    .letters(&[Key::char('m')]),
    command("reader.turn", Scope::Reader, Action::GoToTurn, "Go to a turn by its number").letters(&[Key::char('#')]),
    command("reader.times", Scope::Reader, Action::Times, "Times: where somebody begins, everywhere, nowhere")
        .letters(&[Key::char('t')]),
    command("reader.wrap", Scope::Reader, Action::Wrap, "Wrap long lines of code, or cut them")
        .letters(&[Key::char('w')]),
    command("reader.resume", Scope::Reader, Action::Resume, "Resume the session in its directory")
        .letters(&[Key::char('r')]),
    command("reader.fork", Scope::Reader, Action::Fork, "Go on in a copy with a new id; the session stays as it is")
        .letters(&[Key::char('R')]),
    command("reader.window", Scope::Reader, Action::OpenWindow, "Resume in a new tmux window").keys(&[Key::ctrl('t')]),
    command("reader.down", Scope::Reader, Action::Down, "One line down").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("reader.up", Scope::Reader, Action::Up, "One line up").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("reader.page-down", Scope::Reader, Action::PageDown, "One page down")
        .keys(&[Key::PAGE_DOWN, Key::ctrl('f'), Key::ctrl('d')])
        .letters(&[Key::char(' ')]),
    command("reader.page-up", Scope::Reader, Action::PageUp, "One page up")
        .keys(&[Key::PAGE_UP, Key::ctrl('b'), Key::ctrl('u')])
        .letters(&[Key::char('b')]),
    command("reader.first", Scope::Reader, Action::First, "To the beginning")
        .keys(&[Key::HOME])
        .letters(&[Key::char('g')]),
    command("reader.last", Scope::Reader, Action::Last, "To the end").keys(&[Key::END]).letters(&[Key::char('G')]),
    command("raw.back", Scope::Raw, Action::Back, "Back to the conversation")
        .keys(&[Key::ESC])
        .letters(&[Key::char('m'), Key::char('q')])
        .hint("conversation"),
    command("raw.copy", Scope::Raw, Action::CopyBlock, "Copy the records").letters(&[Key::char('y')]).hint("copy"),
    command("raw.page-down", Scope::Raw, Action::PageDown, "One page down")
        .keys(&[Key::PAGE_DOWN, Key::ctrl('f'), Key::ctrl('d')])
        .letters(&[Key::char(' ')])
        .hint("page"),
    command("raw.page-up", Scope::Raw, Action::PageUp, "One page up")
        .keys(&[Key::PAGE_UP, Key::ctrl('b'), Key::ctrl('u')])
        .letters(&[Key::char('b')]),
    command("raw.down", Scope::Raw, Action::Down, "One line down").keys(&[Key::DOWN]).letters(&[Key::char('j')]),
    command("raw.up", Scope::Raw, Action::Up, "One line up").keys(&[Key::UP]).letters(&[Key::char('k')]),
    command("raw.first", Scope::Raw, Action::First, "To the beginning").keys(&[Key::HOME]).letters(&[Key::char('g')]),
    command("raw.last", Scope::Raw, Action::Last, "To the end").keys(&[Key::END]).letters(&[Key::char('G')]),
    command("find.accept", Scope::Find, Action::AcceptFind, "Go there").keys(&[Key::ENTER]).hint("go there"),
    command("find.cancel", Scope::Find, Action::CancelFind, "Empty the box; an empty one is closed")
        .keys(&[Key::ESC])
        .hint("cancel"),
];

fn found_some(model: &Model) -> bool {
    model.shelf.current().is_some_and(|reader| !reader.find.matches.is_empty())
}

fn in_subagent(model: &Model) -> bool {
    model.shelf.current().and_then(Reader::page).is_some_and(|page| page.agent.is_some())
}

fn several_open(model: &Model) -> bool {
    model.shelf.place().1 > 1
}
