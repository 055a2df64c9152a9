//! Questions: typing, completing, taking the answer.

use std::path::PathBuf;

use crate::ask::{About, Ask};
use crate::cells;
use crate::commands::Action;
use crate::message::{Chore, Effect, Exported, Ticket};
use crate::model::{Message, Model};
use crate::toast::Kind;
use crate::update::{entries, house, resuming};

/// Letters of a title that a file is named by.
const NAMED_BY: usize = 60;

/// Asks where to write the session under the cursor.
pub(super) fn export(model: &mut Model) {
    let Some(entry) = model.selected() else {
        model.say(Kind::Note, "No session is under the cursor");
        return;
    };
    if entry.is_unreadable() {
        model.say(Kind::Note, "There is no transcript that could be exported");
        return;
    }
    let about = About::Export { row: Box::new(entry.row.clone()), replaced: None };
    let text = "Which file? `.md` is Markdown, `.json` a JSON document, `.jsonl` the transcript as it is.".to_owned();
    model.ask = Some(Ask::new(about, text, format!("{}.md", file_name(entry.title()))));
}

/// A title as a file is named: words with hyphens between.
fn file_name(title: &str) -> String {
    let mut name = String::new();
    for character in title.to_lowercase().chars() {
        if character.is_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = cells::head(&name, NAMED_BY).trim_matches('-').to_owned();
    if name.is_empty() { "session".to_owned() } else { name }
}

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Back => model.ask = None,
        Action::Complete if model.ask.as_mut().is_some_and(Ask::complete) => look_for_offers(model, effects),
        Action::Accept => accept(model, effects),
        _ => {}
    }
}

/// Asks for paths that go on as what is typed does.
pub(super) fn look_for_offers(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let Some(ask) = model.ask.as_mut().filter(|ask| !ask.about.is_words()) else { return };
    ask.ticket = ticket;
    ask.problem = None;
    if let About::Export { replaced, .. } = &mut ask.about {
        *replaced = None;
    }
    let text = ask.input.value().to_owned();
    effects.push(Effect::Offer { ticket, text, directories: ask.about.is_directory() });
}

pub(super) fn offered(model: &mut Model, ticket: Ticket, offers: Vec<String>) {
    if let Some(ask) = model.ask.as_mut().filter(|ask| ask.ticket == ticket) {
        ask.offers = offers;
    }
}

fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(ask) = &model.ask else { return };
    let answer = ask.input.value().trim().to_owned();
    if let About::Words(words) = &ask.about {
        let words = words.clone();
        model.ask = None;
        return entries::answered(model, words, &answer, effects);
    }
    if let About::Confirm(_) = &ask.about {
        return house::answered(model, &answer, effects);
    }
    if answer.is_empty() {
        return;
    }
    match &ask.about {
        About::Moved { from } => {
            effects.push(Effect::Chore(Chore::PlanRelinking { from: from.clone(), to: answer }));
            model.ask = None;
        }
        About::Directory { row, errand, gone } => {
            let (row, errand, gone) = (row.clone(), *errand, gone.clone());
            resuming::plan(model, row, errand, Some((gone, answer)), effects);
        }
        About::Export { row, replaced } => {
            let (id, replace) = (row.id().clone(), replaced.is_some());
            effects.push(Effect::Export { id, path: answer, replace });
        }
        About::Words(_) | About::Confirm(_) => {}
    }
}

pub(super) fn exported(model: &mut Model, outcome: Result<Exported, String>) {
    let Some(ask) = model.ask.as_mut().filter(|ask| matches!(ask.about, About::Export { .. })) else { return };
    match outcome {
        Ok(Exported::To(path)) => {
            model.ask = None;
            model.say(Kind::Done, format!("Written to {}", path.display()));
        }
        Ok(Exported::Exists(path)) => mark_replaced(ask, path),
        Err(text) => {
            model.ask = None;
            model.message = Some(Message { title: "It could not be exported".to_owned(), text });
        }
    }
}

fn mark_replaced(ask: &mut Ask, path: PathBuf) {
    ask.problem = Some(format!("{} exists. Enter again replaces it.", path.display()));
    if let About::Export { replaced, .. } = &mut ask.about {
        *replaced = Some(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_the_words_of_the_title() {
        for (title, expect) in [
            ("Fix double refund on retry", "fix-double-refund-on-retry"),
            ("Why does /x/y flake?!", "why-does-x-y-flake"),
            ("返金テスト 1", "返金テスト-1"),
            ("…", "session"),
        ] {
            assert_eq!(file_name(title), expect, "{title}");
        }
        assert!(file_name(&"word ".repeat(40)).len() <= NAMED_BY);
    }
}
