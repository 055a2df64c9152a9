//! Bare `sessions`: the screen.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use sessions_tui::{Launch, Outcome};

use crate::commands::show;
use crate::context::Context;
use crate::report::Fault;

/// Opens the screen; when it is left to resume a session, becomes that session.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    if context.json {
        return Err(Fault::new("usage", "The screen has no JSON form.").next("Use `sessions ls --json`.").into());
    }
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Fault::new("no-terminal", "The screen needs a terminal, and this is none.")
            .next("Use `sessions ls` here; `sessions --help` shows all commands.")
            .into());
    }
    if !context.is_demo() && !has_history(context)? {
        if !wants_demo(context)? {
            return Ok(());
        }
        context.enter_demo()?;
    }
    let launch = Launch {
        paths: context.paths.clone(),
        settings: context.settings.clone(),
        environment: context.environment.clone(),
        prices: context.prices(),
        problems: context.problems_of_files().iter().map(Fault::in_one_line).collect(),
        zone: context.zone,
        demo: context.is_demo(),
        export: show::export,
    };
    match sessions_tui::run(&launch)? {
        Outcome::Quit => Ok(()),
        Outcome::Resume(plan) => Err(plan.exec().into()),
    }
}

/// Whether any root holds a transcript or has a session running, or the store a session.
fn has_history(context: &Context) -> color_eyre::Result<bool> {
    let roots = context.paths.known_roots();
    let on_disk = roots.iter().any(|root| holds_transcript(&root.join("projects")));
    Ok(on_disk
        || !store::live::running(&roots).is_empty()
        || (context.store.exists() && !context.store.sessions()?.is_empty()))
}

/// Whether a transcript lies anywhere in a folder.
fn holds_transcript(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        path.extension().is_some_and(|extension| extension == "jsonl") || (path.is_dir() && holds_transcript(&path))
    })
}

/// Says where nothing was found, and asks whether to show the demo instead.
fn wants_demo(context: &Context) -> io::Result<bool> {
    let places: Vec<String> =
        context.paths.roots.iter().map(|root| root.join("projects").display().to_string()).collect();
    let mut stdout = io::stdout().lock();
    write!(stdout, "No Claude Code history found in {}.\nShow the built-in demo? [Y/n] ", places.join(", "))?;
    stdout.flush()?;
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer)? == 0 {
        writeln!(stdout)?;
        return Ok(false);
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}
