//! What lies over a screen: help, palette, and what is wrong with the settings.

use crate::commands::{Action, Command, Scope};
use crate::figures::counted;
use crate::key::Key;
use crate::message::Effect;
use crate::model::{Help, Message, Model};
use crate::palette::Palette;
use crate::toast::Kind;
use crate::update::{act, entries, house, summary, syncing};
use crate::view;

/// Leaves every screen but the list, for another one.
pub(super) fn leave(model: &mut Model) {
    model.summary.open = false;
    model.entries.open = false;
    model.syncing.open = false;
    model.house.open = false;
    model.sorting = None;
    model.shelf.leave();
}

/// Opens the help with the keys of the screen in front; from the search box, with what can be typed there.
pub(super) fn open_help(model: &mut Model) {
    let scope = model.scope();
    let from_box = scope == Scope::Sessions && model.in_box;
    let help = Help { top: 0, first: (!from_box).then_some(scope) };
    let top = if from_box { view::help_section(&model.setup.keys, help, model.size.0) } else { 0 };
    model.help = Some(Help { top: top.min(last_top(model, help)), ..help });
}

/// The first row on the screen when the end of the help is reached.
fn last_top(model: &Model, help: Help) -> usize {
    let height = usize::from(model.places().page().height);
    view::help_rows(&model.setup.keys, help, model.size.0).saturating_sub(height)
}

pub(super) fn help(model: &mut Model, action: Action) {
    let height = usize::from(model.places().page().height);
    let Some(help) = model.help else { return };
    let (last, top) = (last_top(model, help), help.top);
    let top = match action {
        Action::Back => {
            model.help = None;
            return;
        }
        Action::Down => top + 1,
        Action::Up => top.saturating_sub(1),
        Action::PageDown => top + height,
        Action::PageUp => top.saturating_sub(height),
        Action::First => 0,
        Action::Last => last,
        _ => top,
    };
    model.help = Some(Help { top: top.min(last), ..help });
}

pub(super) fn open_palette(model: &mut Model) {
    let scope = match model.scope() {
        // A find box is left by a command: what one looks for then is the transcript's.
        Scope::Find => Scope::Reader,
        scope => scope,
    };
    model.palette = Some(Palette::over(scope));
}

pub(super) fn palette(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let rows = view::palette_rows(model.size.1);
    let page = isize::try_from(rows.max(3) - 1).unwrap_or(2);
    let Some(palette) = model.palette.as_mut() else { return };
    match action {
        Action::Down => palette.step(1),
        Action::Up => palette.step(-1),
        Action::PageDown => palette.step(page),
        Action::PageUp => palette.step(-page),
        Action::Back => model.palette = None,
        Action::RunChosen => {
            let chosen = palette.chosen().map(|listed| (listed.command, listed.acts_here));
            model.palette = None;
            match chosen {
                Some((command, true)) => act(model, command.action, effects),
                Some((command, false)) => go_to(model, command),
                None => {}
            }
        }
        _ => {}
    }
}

/// Goes to the screen where a command acts, and says by which key it does there.
fn go_to(model: &mut Model, command: &Command) {
    match command.scope {
        Scope::Summary => summary::open(model),
        Scope::Entries => entries::open(model),
        Scope::Sync => syncing::open(model),
        Scope::House => house::open_on_session(model),
        _ => {
            leave(model);
            model.in_box = false;
        }
    }
    let key = model.setup.keys.of(command).first().map_or_else(|| "(no key)".to_owned(), Key::to_string);
    model.say(Kind::Note, format!("{key} here: {}", command.title));
}

/// Says once what is wrong with the settings; `problems` in the palette says it again.
pub(super) fn misconfigured(model: &mut Model, problems: Vec<String>) {
    let text = match problems.as_slice() {
        [] => return,
        [problem] => problem.clone(),
        several => {
            format!("{} in the settings: Ctrl-P, then “problems”, says which", counted(several.len() as u64, "problem"))
        }
    };
    model.say(Kind::Problem, text);
    model.misconfigured = problems;
}

pub(super) fn offer_set_up(model: &mut Model) {
    let text = "Not set up yet: Ctrl-P, then “set up”; or `sessions setup` at the prompt";
    model.say(Kind::Offer, text);
}

pub(super) fn show_problems(model: &mut Model) {
    if model.misconfigured.is_empty() {
        model.say(Kind::Done, "Nothing is wrong with settings, keys and theme");
        return;
    }
    let text = format!("{}\n\n`sessions config check` says so too.", model.misconfigured.join("\n\n"));
    model.message = Some(Message { title: "Settings".to_owned(), text });
}
