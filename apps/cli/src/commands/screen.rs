//! Bare `sessions`: the screen.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use sessions_tui::{Launch, Outcome, Syncer};

use crate::commands::{Setup, setup, show};
use crate::context::Context;
use crate::report::Fault;
use crate::syncing;
use crate::ticking;

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
            context.output.line("Start `claude` in a project: its session is listed here after the first prompt.")?;
            let elsewhere = "If your history lies elsewhere, set CLAUDE_CONFIG_DIR to that folder.";
            return Ok(context.output.line(elsewhere)?);
        }
        context.enter_demo()?;
    }
    let offer_set_up = offers_set_up(context);
    let launch = Launch {
        offer_set_up,
        paths: context.paths.clone(),
        settings: context.settings.clone(),
        environment: context.environment.clone(),
        prices: context.prices(),
        problems: context.problems_of_files().iter().map(Fault::in_one_line).collect(),
        zone: context.zone,
        demo: context.is_demo(),
        export: show::export,
        sync: Syncer { run: syncing::for_screen, test: syncing::test_for_screen },
    };
    let outcome = sessions_tui::run(&launch)?;
    // not before: it would read the same transcripts as the screen
    ticking::start_if_due(context);
    match outcome {
        Outcome::Quit => Ok(()),
        Outcome::SetUp => Setup::default().run(context),
        Outcome::Resume(plan) => Err(plan.exec().into()),
    }
}

/// Whether nothing is set up and the screen has not said so yet; it says so once.
fn offers_set_up(context: &mut Context) -> bool {
    let file = context.paths.offered_file();
    if context.is_demo() || file.exists() || setup::is_set_up(context) {
        return false;
    }
    // One thing is said at a time, and what is wrong comes first.
    let wrong = sessions_tui::problems(&context.environment, &context.paths, &context.settings);
    if !wrong.is_empty() || !context.problems_of_files().is_empty() {
        return false;
    }
    // What cannot be remembered is not offered: it would be said every time.
    config::replace_file(&file, b"").is_ok()
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
