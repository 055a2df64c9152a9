//! What lies over a screen: help, palette, and what is wrong with the settings.

use crate::commands::{Action, Scope};
use crate::figures::counted;
use crate::message::Effect;
use crate::model::{Message, Model};
use crate::palette::Palette;
use crate::toast::Kind;
use crate::update::act;
use crate::view;

/// Opens the help; from the search box, at what can be typed there.
pub(super) fn open_help(model: &mut Model) {
    let from_box = model.scope() == Scope::Sessions && model.in_box;
    model.help = Some(0);
    if from_box {
        let height = usize::from(model.places().page().height);
        let last = view::help_rows(&model.setup.keys, model.size.0).saturating_sub(height);
        model.help = Some(view::help_of_language(&model.setup.keys, model.size.0).min(last));
    }
}

pub(super) fn help(model: &mut Model, action: Action) {
    let height = usize::from(model.places().page().height);
    let last = view::help_rows(&model.setup.keys, model.size.0).saturating_sub(height);
    let Some(top) = model.help else { return };
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
    model.help = Some(top.min(last));
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
            let chosen = palette.chosen();
            model.palette = None;
            if let Some(command) = chosen {
                act(model, command.action, effects);
            }
        }
        _ => {}
    }
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

pub(super) fn show_problems(model: &mut Model) {
    if model.misconfigured.is_empty() {
        model.say(Kind::Done, "Nothing is wrong with settings, keys and theme");
        return;
    }
    let text = format!("{}\n\n`sessions config check` says so too.", model.misconfigured.join("\n\n"));
    model.message = Some(Message { title: "Settings".to_owned(), text });
}
