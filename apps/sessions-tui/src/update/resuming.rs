//! Errands with a session that can be taken up again: resume, fork, a window, the command; and what is copied of it.

use std::path::PathBuf;

use chrono::DateTime;
use store::SessionRow;

use crate::Outcome;
use crate::ask::{About, Ask};
use crate::cells;
use crate::figures;
use crate::library::Entry;
use crate::machines::command_there;
use crate::message::{Effect, Errand, Planned, Ticket, Way};
use crate::model::{Message, Model};
use crate::preview::shortened;
use crate::toast::Kind;
use crate::update::asking;

/// The session that a command is about: the one that is open, else the one under the cursor.
fn subject(model: &Model) -> Option<&Entry> {
    match model.shelf.current() {
        Some(reader) => model.list.library().entry(&reader.id),
        None => model.selected(),
    }
}

/// Does something with the session, or folds the project whose heading is under the cursor.
pub(super) fn set_out(model: &mut Model, errand: Errand, effects: &mut Vec<Effect>) {
    let Some(entry) = subject(model) else {
        return model.list.fold(|folded| !folded);
    };
    let row = Box::new(entry.row.clone());
    if model.setup.demo {
        model.message = Some(Message {
            title: "This is the demo".to_owned(),
            text: "Its sessions are made up, so there is nothing to resume. With a history of your own, Enter starts \
                   `claude --resume` in the directory of the session."
                .to_owned(),
        });
        return;
    }
    if let (true, Some(device)) = (entry.is_unreadable(), &entry.marks.device) {
        if errand.way == Way::Copy {
            let command = command_there(device, &format!("resume {}", entry.row.id()));
            return copy(model, "the command", command, effects);
        }
        model.message = Some(elsewhere(model, device, entry));
        return;
    }
    plan(model, row, errand, None, effects);
}

/// Where the transcript of a session lies that is not here, and what can be done with it.
pub(super) fn elsewhere(model: &Model, device: &str, entry: &Entry) -> Message {
    let there = entry.row.device.or(entry.row.counts_for);
    let known = model.syncing.known.iter().flat_map(|known| &known.devices);
    let heard = known.filter(|known| there.is_some_and(|there| known.is(there))).find_map(|known| {
        let heard = DateTime::from_timestamp_millis(i64::try_from(known.heard_ms).ok().filter(|ms| *ms > 0)?)?;
        Some(format!(", last heard of {}", figures::since(heard, model.now)))
    });
    let heard = heard.unwrap_or_default();
    let device = cells::clean(device);
    let directory = entry.directory().map(|directory| cells::clean(&directory.to_string_lossy()));
    let ran_in = directory.map(|directory| format!(" It ran in {directory}.")).unwrap_or_default();
    Message {
        title: "It ran on another machine".to_owned(),
        text: format!(
            "Its transcript lies on {device}{heard}; here are its figures, and what people wrote about it.{ran_in}\n\nGo on there, \
             or from here:\n\n{}\n\ny copies this command, Y the id.",
            command_there(&device, &format!("resume {}", entry.row.id())),
        ),
    }
}

/// Asks for the plan; `moved` is a directory that is gone and where it is now.
pub(super) fn plan(
    model: &mut Model,
    row: Box<SessionRow>,
    errand: Errand,
    moved: Option<(Option<PathBuf>, String)>,
    effects: &mut Vec<Effect>,
) {
    model.plan_ticket = model.next_ticket();
    model.planned_for = Some((row.clone(), errand));
    let library = model.list.shared_library();
    effects.push(Effect::Plan { ticket: model.plan_ticket, row, errand, library, moved });
}

pub(super) fn planned(model: &mut Model, ticket: Ticket, outcome: Planned, effects: &mut Vec<Effect>) {
    if ticket != model.plan_ticket {
        return;
    }
    let Some((row, errand)) = model.planned_for.take() else { return };
    if let Planned::NotThere(problem) = outcome {
        if let Some(ask) = &mut model.ask {
            ask.problem = Some(problem);
        }
        return;
    }
    model.ask = None;
    match outcome {
        Planned::Ready(plan) => effects.push(Effect::Leave(Outcome::Resume(plan))),
        Planned::Elsewhere(place) => model.say(Kind::Done, place),
        Planned::Command(command) => copy(model, "the command", command, effects),
        Planned::Refused(text) => {
            model.message = Some(Message { title: refusal(errand).to_owned(), text });
        }
        Planned::Ask { gone, guess } => ask(model, row, errand, (gone, guess), effects),
        Planned::NotThere(_) => {}
    }
}

fn refusal(errand: Errand) -> &'static str {
    match errand {
        Errand { way: Way::Copy, .. } => "There is no command",
        Errand { fork: true, .. } => "This session cannot be forked",
        _ => "This session cannot be resumed",
    }
}

fn ask(
    model: &mut Model,
    row: Box<SessionRow>,
    errand: Errand,
    (gone, guess): (Option<PathBuf>, Option<PathBuf>),
    effects: &mut Vec<Effect>,
) {
    let home = model.setup.home.as_deref().and_then(|home| home.to_str());
    let shown = |path: &PathBuf| cells::clean(&shortened(&path.to_string_lossy(), home));
    let text = match &gone {
        Some(gone) => format!("{} is gone. Where is the project now? The answer is remembered.", shown(gone)),
        None => "It is not known where this session ran. In which directory should it go on?".to_owned(),
    };
    let is_above = |guess: &PathBuf| gone.as_ref().is_some_and(|gone| gone.starts_with(guess));
    let answer = match &guess {
        Some(guess) if is_above(guess) => format!("{}/", shown(guess)),
        Some(guess) => shown(guess),
        None => "~/".to_owned(),
    };
    model.ask = Some(Ask::new(About::Directory { row, errand, gone }, text, answer));
    asking::look_for_offers(model, effects);
}

pub(super) fn copy_id(model: &mut Model, effects: &mut Vec<Effect>) {
    let id = subject(model).map(|entry| entry.row.id().to_string());
    copy_or_say(model, "the id", id, effects);
}

pub(super) fn copy_path(model: &mut Model, effects: &mut Vec<Effect>) {
    let path = subject(model).and_then(|entry| entry.row.transcript.as_ref()?.to_str().map(str::to_owned));
    if path.is_none() && subject(model).is_some() {
        model.say(Kind::Note, "There is no transcript whose path could be copied");
        return;
    }
    copy_or_say(model, "the path", path, effects);
}

fn copy_or_say(model: &mut Model, what: &str, text: Option<String>, effects: &mut Vec<Effect>) {
    match text {
        Some(text) => copy(model, what, text, effects),
        None => model.say(Kind::Note, "No session is under the cursor"),
    }
}

fn copy(model: &mut Model, what: &str, text: String, effects: &mut Vec<Effect>) {
    model.say(Kind::Done, format!("Copied {what}: {text}"));
    effects.push(Effect::Copy(text));
}
