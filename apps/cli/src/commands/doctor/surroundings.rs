//! What is around this program: its own parts, Claude Code, the clock, the terminal, the person's files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chrono::TimeDelta;
use config::Environment;
use store::retention;

use super::Check;
use crate::commands::setup::Places;
use crate::context::Context;
use crate::plain_text::{counted, one_line};

/// So long a program may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// The two programs.
pub(super) fn programs(places: &Places) -> Check {
    const PART: &str = "programs";
    let version = env!("CARGO_PKG_VERSION");
    let Some(hook) = &places.hook_program else {
        let says = "`sessions-hook` is neither beside `sessions` nor on PATH";
        return Check::broken(PART, says, "Put it there: it comes with `sessions`.");
    };
    let remedy = "Install both programs anew, from one release.";
    match version_of(hook) {
        Ok(told) if told == format!("{} {version}", setup::HOOK_PROGRAM) => {
            Check::ok(PART, format!("sessions {version}, {}", hook.display()))
        }
        Ok(told) => {
            let told = one_line(told.lines().next().unwrap_or("nothing"));
            Check::notice(PART, format!("sessions {version}, but {} says `{told}`", hook.display()), remedy)
        }
        Err(error) => Check::broken(PART, format!("{} does not run: {error}", hook.display()), remedy),
    }
}

/// What a hook program says that it is.
fn version_of(hook: &Path) -> io::Result<String> {
    let mut command = Command::new(hook);
    let answer = config::answer_within(command.arg("--version"), b"", PATIENCE)?
        .ok_or_else(|| io::Error::other(format!("it did not answer within {} seconds", PATIENCE.as_secs())))?;
    if !answer.status.success() {
        return Err(io::Error::other(answer.status.to_string()));
    }
    Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}

/// Everything around.
pub(super) fn checks(context: &Context, places: &Places) -> Vec<Check> {
    let mut checks = roots(context);
    checks.push(client(context, places));
    checks.push(clock(context));
    checks.push(terminal(&context.environment));
    checks.push(files(context));
    checks
}

/// Each folder of Claude Code, and how long it keeps transcripts.
fn roots(context: &Context) -> Vec<Check> {
    const PART: &str = "root";
    let roots = context.paths.known_roots();
    if roots.is_empty() {
        let named: Vec<String> = context.paths.roots.iter().map(|root| root.display().to_string()).collect();
        let says = format!("no folder of Claude Code in {}", named.join(", "));
        return vec![Check::notice(PART, says, "`roots.extra` in config.toml names others.")];
    }
    let check = |root: &PathBuf| {
        let kept = retention::kept(root);
        let says = format!("{}, transcripts are kept for {} days", root.display(), kept.num_days());
        match fs::read_dir(root.join("projects")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Check::broken(PART, format!("{}: {error}", root.display()), "Make it readable.")
            }
            _ if kept < TimeDelta::days(30) => {
                Check::notice(PART, says, "`cleanupPeriodDays` in its settings.json says so.")
            }
            _ => Check::ok(PART, says),
        }
    };
    roots.iter().map(check).collect()
}

/// Claude Code as the newest session tells, and whether it is on PATH.
fn client(context: &Context, places: &Places) -> Check {
    const PART: &str = "client";
    let program = &context.settings.claude_program;
    let is_there = if program.contains('/') {
        setup::is_program(&context.environment.resolve_program(program))
    } else {
        places.machine.find(program).is_some()
    };
    let rows = if context.store.exists() { context.store.sessions().unwrap_or_default() } else { Vec::new() };
    let newest = rows.iter().max_by_key(|row| row.session.ended).and_then(|row| row.session.versions.last());
    let version = newest
        .map_or_else(|| "no session yet".to_owned(), |version| format!("newest session by {}", one_line(version)));
    if is_there {
        return Check::ok(PART, format!("`{program}` is on PATH; {version}"));
    }
    let remedy = "Sessions cannot be resumed without it; `claude.program` in config.toml names it.";
    Check::notice(PART, format!("`{program}` is not on PATH; {version}"), remedy)
}

/// The clock against the youngest file of ours: time does not run backwards.
fn clock(context: &Context) -> Check {
    const PART: &str = "clock";
    let youngest = [context.paths.usage_state(), context.paths.tick_started(), context.store.path().to_owned()]
        .iter()
        .filter_map(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok())
        .max();
    let ahead =
        youngest.map(chrono::DateTime::<chrono::Utc>::from).filter(|at| *at > context.now + TimeDelta::minutes(5));
    let now = context.now.with_timezone(&context.zone);
    let says = format!("{} in {}", now.format("%Y-%m-%d %H:%M"), context.zone);
    match ahead {
        Some(_) => Check::broken(
            PART,
            format!("{says}, but files were written later than that"),
            "Set the clock of this machine.",
        ),
        None => Check::ok(PART, says),
    }
}

fn terminal(environment: &Environment) -> Check {
    const PART: &str = "terminal";
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| environment.get(name)).unwrap_or("none");
    let kind = environment.get("TERM").unwrap_or("none");
    let says = format!("TERM {}, locale {}", one_line(kind), one_line(locale));
    let lower = locale.to_lowercase();
    let is_unicode = lower.contains("utf-8") || lower.contains("utf8") || cfg!(target_os = "macos");
    match (is_unicode, kind) {
        (_, "none" | "dumb") => Check::notice(PART, says, "The screen needs a terminal that can move its cursor."),
        (false, _) => {
            Check::notice(PART, says, "Set LANG to a UTF-8 locale, as in LANG=C.UTF-8, or signs may look wrong.")
        }
        (true, _) => Check::ok(PART, says),
    }
}

/// The person's own files.
fn files(context: &Context) -> Check {
    const PART: &str = "settings";
    let mut problems: Vec<String> = context.settings_problems.iter().map(ToString::to_string).collect();
    problems.extend(sessions_tui::problems(&context.environment, &context.paths, &context.settings));
    problems.extend(context.checked_prices().err().map(|problem| problem.to_string()));
    problems.extend(
        config::SessionTypes::load(&context.paths.session_types_file()).err().map(|problem| problem.to_string()),
    );
    match problems.as_slice() {
        [] if let Err(error) = config::try_writing(&context.paths.config) => {
            let says = format!("{} cannot be written ({error})", context.paths.config.display());
            Check::notice(PART, says, "Settings, themes and keys of remotes can be read and not changed there.")
        }
        [] => Check::ok(PART, context.paths.config_file().display().to_string()),
        [first, ..] => {
            let says = format!("{}; {}", counted(problems.len() as u64, "problem"), one_line(first));
            Check::notice(PART, says, "`sessions config check` lists them.")
        }
    }
}
