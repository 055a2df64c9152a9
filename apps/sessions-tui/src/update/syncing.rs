//! The page of syncing, and the line of it in the footer.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::commands::Action;
use crate::figures;
use crate::message::{Effect, Ticket};
use crate::model::Model;
use crate::syncing::{Doing, SyncNews, Synced, Tested};
use crate::toast::Kind;
use crate::update::{layers, stock};
use crate::view;

/// How often it is looked what is known of syncing: ticks sync behind the screen.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(60);

/// Opens the page.
pub(super) fn open(model: &mut Model) {
    layers::leave(model);
    model.syncing.open = true;
    model.syncing.asked = None;
    model.syncing.top = 0;
}

/// Looks again what is known, now and then; the demo syncs with nobody.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.setup.demo || model.syncing.pending {
        return;
    }
    let is_due = model.syncing.asked.is_none_or(|asked| model.now - asked >= LOOK_EVERY);
    // what the list shows is read first
    if is_due && model.stock.loaded && (model.attended || model.syncing.open) {
        model.syncing.ticket = model.next_ticket();
        model.syncing.pending = true;
        model.syncing.asked = Some(model.now);
        effects.push(Effect::LookAtSync(model.syncing.ticket));
    }
}

pub(super) fn looked(model: &mut Model, ticket: Ticket, known: Arc<Synced>) {
    if ticket == model.syncing.ticket {
        model.syncing.pending = false;
        model.syncing.known = Some(known);
    }
}

pub(super) fn act(model: &mut Model, action: Action) {
    let height = usize::from(model.places().page().height);
    let last = view::sync_rows(model, model.size.0).saturating_sub(height);
    let top = model.syncing.top;
    model.syncing.top = match action {
        Action::Close => {
            model.syncing.open = false;
            return;
        }
        Action::Down => top + 1,
        Action::Up => top.saturating_sub(1),
        Action::PageDown => top + height,
        Action::PageUp => top.saturating_sub(height),
        _ => top,
    }
    .min(last);
}

/// Syncs with all remotes, unless something is being done already.
pub(super) fn sync(model: &mut Model, effects: &mut Vec<Effect>) {
    if begin(model, Doing::Syncing(None)) {
        effects.push(Effect::Sync);
    }
}

/// Asks all remotes what they hold.
pub(super) fn test(model: &mut Model, effects: &mut Vec<Effect>) {
    if begin(model, Doing::Testing) {
        model.syncing.tested.clear();
        effects.push(Effect::TestRemotes);
    }
}

fn begin(model: &mut Model, doing: Doing) -> bool {
    let has_remote = model.syncing.known.as_ref().is_some_and(|known| !known.remotes.is_empty());
    if model.setup.demo || !has_remote {
        model.say(Kind::Note, "There is no remote yet: `sessions remote add --help` at the prompt says how to add one");
    } else if model.syncing.doing == Doing::Nothing {
        model.syncing.doing = doing;
        return true;
    }
    false
}

pub(super) fn done(model: &mut Model, outcome: Result<SyncNews, String>, effects: &mut Vec<Effect>) {
    model.syncing.doing = Doing::Nothing;
    model.syncing.asked = None;
    match outcome {
        Err(problem) => model.say(Kind::Problem, problem),
        Ok(news) => {
            if news.taken > 0 {
                stock::scan(model, effects);
                model.entries.stale |= model.entries.ledger.is_some();
            }
            match news.failed.as_slice() {
                [] => model.say(Kind::Done, told(&news)),
                failed => {
                    model.say(
                        Kind::Problem,
                        format!("Not everything is synced with {}; F5 says why", failed.join(", ")),
                    );
                }
            }
        }
    }
}

fn told(news: &SyncNews) -> String {
    match (news.sent, news.taken) {
        (0, 0) => "Synced; nothing was new".to_owned(),
        (sent, taken) => format!("Synced: {} sent, {} taken in", figures::count(sent), figures::count(taken)),
    }
}

pub(super) fn tested(model: &mut Model, tested: Tested) {
    model.syncing.doing = Doing::Nothing;
    model.syncing.tested = tested;
}
