//! What set-up does: hooks, the page, the schedule; and whether anything comes of it.

use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use config::Ticks;
use setup::{Scheduler, SetupError, is_program, page};

use super::Check;
use crate::commands::setup::Places;
use crate::context::Context;
use crate::events_seen;
use crate::plain_text::counted;

const SET_UP: &str = "`sessions setup` puts it right.";

/// A tick comes every 15 minutes where there is a schedule; after this long without one, something is wrong.
const OVERDUE: TimeDelta = TimeDelta::hours(1);

/// Everything that set-up does.
pub(super) fn checks(context: &Context, places: &Places) -> Vec<Check> {
    let mut checks = vec![hooks(places)];
    checks.extend(events(context, places));
    checks.push(instructions(places));
    checks.push(schedule(context, places));
    checks
}

fn hooks(places: &Places) -> Check {
    const PART: &str = "hooks";
    let wiring = match setup::wiring(&places.config_dir) {
        Ok(wiring) => wiring,
        Err(error @ SetupError::File { .. }) => {
            return Check::broken(PART, error.to_string(), "Claude Code ignores the whole file; put it right.");
        }
        Err(error) => return Check::broken(PART, error.to_string(), "Make the file readable."),
    };
    let file = places.config_dir.join("settings.json");
    let missing: Vec<&str> =
        wiring.events.iter().filter(|(_, program)| program.is_none()).map(|(event, _)| *event).collect();
    let programs: Vec<&Path> = wiring.events.iter().filter_map(|(_, program)| program.as_deref()).collect();
    if programs.is_empty() {
        let says = format!("none in {}: sessions are found by scans alone", file.display());
        return Check::notice(PART, says, "`sessions setup` puts them in.");
    }
    if wiring.void {
        return Check::broken(
            PART,
            "`cleanupPeriodDays` is 0, for which Claude Code ignores all settings",
            "Set it to 1 or more.",
        );
    }
    if wiring.disabled {
        return Check::broken(PART, "`disableAllHooks` is true", "Take it out of your settings.");
    }
    let is_there = |program: &Path| match program.to_str() {
        Some(name) if name.contains('$') => true,
        Some(name) if !name.contains('/') => places.machine.find(name).is_some(),
        _ => program
            .strip_prefix("~")
            .map_or_else(|_| is_program(program), |below| is_program(&places.schedule.home.join(below))),
    };
    if let Some(gone) = programs.iter().find(|program| !is_there(program)) {
        return Check::broken(PART, format!("they call {}, which is not there", gone.display()), SET_UP);
    }
    if !missing.is_empty() {
        return Check::broken(PART, format!("none for {}", missing.join(", ")), SET_UP);
    }
    if let Some(ours) = &places.hook_program
        && let Some(other) = programs.iter().find(|program| is_another(program, ours))
    {
        return Check::notice(PART, format!("they call {}, not {}", other.display(), ours.display()), SET_UP);
    }
    Check::ok(PART, format!("{} in {}", counted(programs.len() as u64, "hook"), file.display()))
}

/// Whether two programs are there, and are not one file.
fn is_another(program: &Path, ours: &Path) -> bool {
    matches!((program.canonicalize(), ours.canonicalize()), (Ok(program), Ok(ours)) if program != ours)
}

/// When events last came, if hooks are there that should send them.
fn events(context: &Context, places: &Places) -> Option<Check> {
    const PART: &str = "events";
    let wiring = setup::wiring(&places.config_dir).ok()?;
    wiring.events.iter().find(|(_, program)| program.is_some())?;
    let seen = events_seen::read(&context.paths.events_file());
    let Some(latest) = events_seen::latest(&seen).and_then(moment) else {
        if is_new(context) {
            return Some(Check::ok(PART, "no hook was called yet: set-up was done within the hour"));
        }
        let remedy = "Start a session in a folder that you trust; `claude --debug` says why a hook is not called.";
        return Some(Check::notice(PART, "no hook was called yet", remedy));
    };
    if latest > context.now + TimeDelta::minutes(5) {
        return Some(Check::notice(PART, "the last one comes from the future", "Check the clock of this machine."));
    }
    let of = |kind: &str| seen.get(kind).copied().and_then(moment).map(|at| format!("{kind} {}", ago(at, context.now)));
    let kinds = journal::EventKind::ALL.iter().filter_map(|kind| of(kind.name()));
    let last = format!("last: {}", kinds.collect::<Vec<_>>().join(", "));
    Some(match unheard(context, places, latest) {
        Some(at) => Check::notice(
            PART,
            format!("{last}; but a session went on {} and no hook was called", ago(at, context.now)),
            "Its hooks were off, or its folder is not trusted; `claude --debug` says which. Scans find it all the same.",
        ),
        None => Check::ok(PART, last),
    })
}

/// When a session went on of which hooks should have told, long after they last did.
fn unheard(context: &Context, places: &Places, latest: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let rows = context.store.exists().then(|| context.store.sessions().ok()).flatten()?;
    let root = places.config_dir.canonicalize().ok()?;
    let own = rows.iter().filter(|row| row.device.is_none() && row.root.as_deref() == Some(&root));
    let last = own.filter_map(|row| row.session.ended).filter(|at| *at <= context.now).max()?;
    (last > latest.max(set_up(context)?) + OVERDUE).then_some(last)
}

fn instructions(places: &Places) -> Check {
    const PART: &str = "page";
    let page = fs::read_to_string(places.config_dir.join(page::PAGE)).ok().filter(|text| page::is_ours(text));
    let imported =
        fs::read_to_string(places.config_dir.join("CLAUDE.md")).is_ok_and(|text| page::import(&text) == text);
    match (page, imported) {
        (Some(_), true) => Check::ok(PART, "Claude knows what to run in plain words"),
        (Some(_), false) => Check::notice(PART, "there, but not imported by CLAUDE.md", SET_UP),
        (None, _) => Check::notice(PART, "Claude does not know this program", "`sessions setup` writes a page for it."),
    }
}

fn schedule(context: &Context, places: &Places) -> Check {
    const PART: &str = "schedule";
    let exists = |scheduler: Scheduler| places.schedule.files(scheduler).iter().any(|(path, _)| path.exists());
    let crontab = places.machine.crontab().ok().flatten().unwrap_or_default();
    let scheduler = if setup::crontab::has(&crontab) {
        Some(Scheduler::Cron)
    } else {
        [Scheduler::Systemd, Scheduler::Launchd].into_iter().find(|scheduler| exists(*scheduler))
    };
    let ticked = fs::metadata(context.paths.usage_state()).and_then(|metadata| metadata.modified()).ok();
    let ticked: Option<DateTime<Utc>> = ticked.map(DateTime::from);
    let last = ticked.map_or_else(|| "no tick yet".to_owned(), |at| format!("last tick {}", ago(at, context.now)));
    let Some(scheduler) = scheduler else {
        let remedy = match context.settings.ticks.in_environment(&context.environment) {
            Ticks::On => "`sessions setup` makes one. Without it, hooks and commands start ticks.",
            Ticks::Off => "`sessions setup` makes one. Without it, only hooks start ticks (`ticks.commands` is off).",
        };
        return Check::notice(PART, format!("none; {last}"), remedy);
    };
    let name = match scheduler {
        Scheduler::Systemd => "systemd",
        Scheduler::Cron => "cron",
        Scheduler::Launchd => "launchd",
    };
    if places.machine.runs(&places.schedule, scheduler) == Some(false) {
        return Check::broken(PART, format!("{name} does not run it; {last}"), SET_UP);
    }
    if ticked.is_none_or(|at| context.now - at > OVERDUE) && !is_new(context) {
        let remedy = format!("Is {name} running? `sessions tick` does it by hand.");
        return Check::notice(PART, format!("{name}, every 15 minutes; {last}"), remedy);
    }
    Check::ok(PART, format!("{name}, every 15 minutes; {last}"))
}

/// Whether set-up was done so lately that nothing need have come of it yet.
fn is_new(context: &Context) -> bool {
    set_up(context).is_some_and(|done| (context.now - done).abs() < OVERDUE)
}

/// When set-up was done.
fn set_up(context: &Context) -> Option<DateTime<Utc>> {
    fs::metadata(context.paths.setup_file()).and_then(|metadata| metadata.modified()).ok().map(DateTime::from)
}

fn moment(milliseconds: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(milliseconds).ok()?)
}

pub(super) fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match sessions_tui::figures::ago(at, now).as_str() {
        "now" => "just now".to_owned(),
        short => format!("{short} ago"),
    }
}
