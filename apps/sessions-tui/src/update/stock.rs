//! What is stored, and the scan that brings it up to date.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use store::live::Running;
use store::{Progress, ScanReport};

use crate::condition::Outlook;
use crate::figures;
use crate::library::Library;
use crate::message::{Effect, Ticket};
use crate::model::Model;
use crate::toast::Kind;
use crate::update::finding;

/// How long after a scan the next one is due, while somebody looks.
const SCAN_EVERY: TimeDelta = TimeDelta::seconds(15);
/// How often what is stored is read while a scan adds to it.
const LOAD_EVERY: TimeDelta = TimeDelta::seconds(3);

pub(super) fn load(model: &mut Model, effects: &mut Vec<Effect>) {
    model.stock.ticket = model.next_ticket();
    model.stock.pending = true;
    model.stock.asked = Some(model.now);
    effects.push(Effect::Load(model.stock.ticket));
}

pub(super) fn tick(model: &mut Model, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
    model.changed |= now.timestamp() / 60 != model.now.timestamp() / 60;
    model.now = now;
    model.changed |= model.toasts.expire(now);
    rescan_if_due(model, effects);
}

/// Scans again if somebody looks and the last scan is some time ago.
pub(super) fn rescan_if_due(model: &mut Model, effects: &mut Vec<Effect>) {
    let due = model.scan.last.is_some_and(|last| model.now - last >= SCAN_EVERY);
    if model.attended && due {
        scan(model, effects);
    }
}

pub(super) fn scan(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.scan.running {
        model.scan.running = true;
        model.scan.progress = Progress::default();
        effects.push(Effect::Scan);
    }
}

/// Takes in how far the scan is, and now and then what it has stored so far.
pub(super) fn scanning(model: &mut Model, progress: Progress, effects: &mut Vec<Effect>) {
    model.changed |= model.scan.progress != progress;
    model.scan.progress = progress;
    let rested = model.stock.asked.is_none_or(|asked| model.now - asked >= LOAD_EVERY);
    if progress.files_done > 0 && rested && !model.stock.pending {
        load(model, effects);
    }
}

pub(super) fn scanned(model: &mut Model, outcome: Result<Box<ScanReport>, String>, effects: &mut Vec<Effect>) {
    let problem = outcome.as_ref().err().cloned();
    model.changed |= !model.scan.done_once || model.scan.problem != problem || model.scan.progress.files_total > 0;
    model.scan.running = false;
    // somebody may have written something down meanwhile
    model.entries.stale |= model.entries.open;
    if let Some(problem) = problem.as_ref().filter(|_| model.scan.problem != problem) {
        model.say(Kind::Problem, problem.clone());
    }
    model.scan.problem = problem;
    model.scan.last = Some(model.now);
    model.scan.progress = Progress::default();
    let first = !std::mem::replace(&mut model.scan.done_once, true);
    let asked_for = std::mem::take(&mut model.scan.asked_for);
    if let Ok(report) = outcome {
        if asked_for {
            model.changed = true;
            model.say(Kind::Done, found(&report));
        }
        if !first || !model.list.library().entries.is_empty() {
            model.scan.fresh += report.sessions_new;
        }
        if !report.unreadable.is_empty() && first {
            model.say(Kind::Problem, unreadable(&report));
        }
        let stale = report.sessions_new + report.sessions_changed + report.files_gone > 0;
        if stale || model.stock.problem.is_some() {
            load(model, effects);
        }
    }
}

fn found(report: &ScanReport) -> String {
    match (report.sessions_new, report.sessions_changed) {
        (0, 0) => "Nothing is new".to_owned(),
        (new, changed) => format!("{} new, {} changed", figures::count(new), figures::count(changed)),
    }
}

fn unreadable(report: &ScanReport) -> String {
    match report.unreadable.as_slice() {
        [(path, reason)] => format!("{} could not be read: {reason}", path.display()),
        several => format!("{} files could not be read; `sessions scan` names them", several.len()),
    }
}

pub(super) fn loaded(
    model: &mut Model,
    ticket: Ticket,
    outcome: Result<Arc<Library>, String>,
    effects: &mut Vec<Effect>,
) {
    if ticket != model.stock.ticket {
        return;
    }
    model.stock.pending = false;
    match outcome {
        Ok(library) => {
            model.stock.problem = None;
            super::summary::changed(model);
            replace(model, library, effects);
        }
        // The scan holds the store; when it ends, what it stored is read again.
        Err(_) if model.scan.running && model.scan.progress.files_total > 0 => {}
        Err(problem) => model.stock.problem = Some(problem),
    }
    if !std::mem::replace(&mut model.stock.loaded, true) {
        scan(model, effects);
    }
}

/// Shows other sessions, or others things about them; what is searched is searched again.
pub(super) fn replace(model: &mut Model, library: Arc<Library>, effects: &mut Vec<Effect>) {
    let moved = model.list.replace_library(library);
    model.finding.move_to(|place| moved.get(place).copied().flatten());
    model.preview.made_for = None;
    if !model.query().is_empty() {
        finding::search_again(model, effects);
    }
}

/// Takes in what runs now. Where other sessions run than before, they are listed at once, and what they have written is
/// looked for; what a session does is no reason for either.
pub(super) fn live(model: &mut Model, running: Vec<Running>, effects: &mut Vec<Effect>) {
    let others = |one: &[Running], other: &[Running]| {
        let processes = |list: &[Running]| list.iter().map(|one| (one.session.clone(), one.pid)).collect::<Vec<_>>();
        processes(one) != processes(other)
    };
    if others(&model.live, &running) {
        load(model, effects);
        scan(model, effects);
    }
    model.live = running;
}

/// Takes in what is known of the time to come, if that was found with the latest load.
pub(super) fn outlook(model: &mut Model, ticket: Ticket, outlook: Outlook) {
    if ticket == model.stock.ticket {
        model.outlook = outlook;
    }
}
