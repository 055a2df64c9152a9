//! The list of sessions: searching, moving, choosing, arranging.

use transcript::SessionId;

use crate::Outcome;
use crate::commands::Action;
use crate::figures;
use crate::message::Effect;
use crate::model::{Model, Sorting};
use crate::reader::MOST_OPEN;
use crate::sort::Sort;
use crate::toast::Kind;
use crate::update::{asking, finding, reading, resuming, stock};

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let page = isize::try_from(model.places().list.height.max(2) - 1).unwrap_or(1);
    match action {
        Action::Open => open(model, effects),
        Action::SwitchFocus if model.in_box && finding::complete(model, effects) => {}
        Action::SwitchFocus => {
            model.in_box = !model.in_box;
            model.finding.choice = None;
        }
        Action::GoToOpen => reading::go_back_to_open(model, effects),
        Action::NextReach => finding::next_reach(model, effects),
        Action::SwitchThinking => finding::switch_thinking(model, effects),
        Action::FocusBox => model.in_box = true,
        Action::ClearBox => clear(model, effects),
        Action::StepBack => step_back(model, effects),
        Action::Down => model.list.step(1),
        Action::Up => model.list.step(-1),
        Action::PageDown => model.list.step(page),
        Action::PageUp => model.list.step(-page),
        Action::First => model.list.go_to(0),
        Action::Last => model.list.go_to(usize::MAX),
        Action::Choose => model.list.choose(),
        Action::ChooseAll => model.list.choose_all(),
        Action::Sort => open_sorting(model),
        Action::Group => model.list.rearrange(|arrangement| arrangement.grouped = !arrangement.grouped),
        Action::FoldGroup => model.list.fold(|folded| !folded),
        Action::FoldIn => model.list.fold(|_| true),
        Action::FoldOut => model.list.fold(|_| false),
        Action::Extent => extent(model),
        Action::CopyId => resuming::copy_id(model, effects),
        Action::CopyPath => resuming::copy_path(model, effects),
        Action::Export => asking::export(model),
        Action::Rescan => {
            model.scan.asked_for = true;
            model.say(Kind::Note, "Looking for new sessions …");
            stock::scan(model, effects);
        }
        _ => {}
    }
}

/// Opens the transcripts of all chosen sessions, else of the one under the cursor; a heading is unfolded or folded.
pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let chosen: Vec<SessionId> = model.list.chosen().map(|entry| entry.row.id().clone()).collect();
    if chosen.is_empty() {
        match model.selected().map(|entry| entry.row.id().clone()) {
            Some(id) => {
                let opening = finding::best_hit(model).unwrap_or_default();
                reading::read(model, &id, opening, effects);
            }
            None => model.list.fold(|folded| !folded),
        }
    }
    // the first comes on top, and what was selected is dealt with
    let (now, later) = chosen.split_at(chosen.len().min(MOST_OPEN));
    for id in now.iter().rev() {
        reading::open(model, id, effects);
    }
    model.list.choose_only(later);
    if !later.is_empty() {
        let rest = figures::counted(later.len() as u64, "session");
        model.say(Kind::Note, format!("{MOST_OPEN} transcripts are open, which is the most; {rest} stay selected"));
    }
}

fn step_back(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.in_box {
        model.in_box = false;
        return;
    }
    if model.list.choose_none() {
        return;
    }
    if model.search.value().is_empty() && model.list.within().is_some() {
        // these sessions were asked for in the summary: that is where one was
        model.list.keep_within(None);
        super::summary::open(model);
    } else if model.search.value().is_empty() {
        effects.push(Effect::Leave(Outcome::Quit));
    } else {
        clear(model, effects);
    }
}

fn extent(model: &mut Model) {
    let extent = model.list.here().after(model.list.arrangement().extent);
    model.list.rearrange(|arrangement| arrangement.extent = extent);
    let place = model.list.here().name(extent);
    let said = place.map_or_else(|| "All sessions".to_owned(), |place| format!("Sessions of {place}"));
    model.say(Kind::Done, said);
}

fn open_sorting(model: &mut Model) {
    let arrangement = model.list.arrangement();
    model.sorting = Some(Sorting { sort: arrangement.sort, reversed: arrangement.reversed });
}

/// The choice of an order: each step shows what comes of it.
pub(super) fn sorting(model: &mut Model, action: Action) {
    let step = |model: &mut Model, by: isize| {
        let count = isize::try_from(Sort::ALL.len()).unwrap_or(1);
        model.list.rearrange(|arrangement| {
            let at = Sort::ALL.iter().position(|sort| *sort == arrangement.sort).unwrap_or(0);
            let next = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(count);
            arrangement.sort = Sort::ALL[next.unsigned_abs()];
            arrangement.reversed = false;
        });
    };
    match action {
        Action::Down => step(model, 1),
        Action::Up => step(model, -1),
        Action::Reverse => model.list.rearrange(|arrangement| arrangement.reversed = !arrangement.reversed),
        Action::Accept => model.sorting = None,
        Action::Back => {
            if let Some(Sorting { sort, reversed }) = model.sorting.take() {
                model.list.rearrange(|arrangement| (arrangement.sort, arrangement.reversed) = (sort, reversed));
            }
        }
        _ => {}
    }
}

fn clear(model: &mut Model, effects: &mut Vec<Effect>) {
    model.search.reset();
    model.finding.choice = None;
    finding::search(model, effects);
}
