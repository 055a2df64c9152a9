//! Errands with sessions that can be taken up again: the command, where one runs already, a directory that moved, tmux.

use std::path::{Path, PathBuf};

use config::{Environment, Settings};
use resume::{Moves, Obstacle, Place, Places, Plan, Request, Tmux, Whereabouts};
use store::SessionRow;
use store::live;

use crate::Launch;
use crate::cells;
use crate::library::{Library, to_go_on};
use crate::message::{Errand, Planned, Way};

/// Columns of a title that a window is named by.
const WINDOW_NAME: usize = 24;

/// Does what an errand says; `moved` is a directory that is gone, and where it is now as a person wrote it.
pub(super) fn carry_out(
    launch: &Launch,
    row: &SessionRow,
    errand: Errand,
    library: &Library,
    moved: Option<(Option<PathBuf>, String)>,
) -> Planned {
    let tmux = launch.environment.get("TMUX").map(Tmux::around);
    if !errand.fork && errand.way != Way::Copy {
        // Looked at now: what the list knows may be some seconds old.
        let running = live::running(&launch.paths.known_roots());
        if let Some(running) = running.iter().find(|running| running.session == *row.id()) {
            return go_to(&Whereabouts::of(running.pid, tmux.as_ref()), tmux.as_ref());
        }
    }
    if errand.way == Way::Window && tmux.is_none() {
        let text = "This terminal is not in tmux, so there is no window to open it in. Enter resumes it here.";
        return Planned::Refused(text.to_owned());
    }
    match plan(launch, row, errand, library, moved) {
        Ok(plan) => finish(row, errand, plan, tmux.as_ref()),
        Err(Planned::Ask { gone, guess }) if errand.way == Way::Copy => {
            Planned::Refused(no_command(row, gone.as_deref(), guess))
        }
        Err(asked) => asked,
    }
}

/// A session that runs is not started twice: its pane is shown, or it is told where it is.
fn go_to(place: &Whereabouts, tmux: Option<&Tmux>) -> Planned {
    if let (Some(tmux), Some(pane)) = (tmux, &place.pane)
        && tmux.switch_to(pane).is_ok()
    {
        return Planned::Elsewhere(format!("It runs in tmux pane {}: switched to it", pane.name));
    }
    let way = if place.pane.is_some() { "Go on there (`tmux attach`)" } else { "Go on there" };
    Planned::Refused(format!(
        "This session is open already, in {place}. {way}, or take up a copy of it under a new id with R."
    ))
}

/// The plan; a directory that is gone is looked for.
fn plan(
    launch: &Launch,
    row: &SessionRow,
    errand: Errand,
    library: &Library,
    moved: Option<(Option<PathBuf>, String)>,
) -> Result<Plan, Planned> {
    let named = match moved {
        Some((gone, written)) => Some(named(launch, gone, &written)?),
        None => None,
    };
    let refused = |obstacle: Obstacle| Planned::Refused(explanation(&obstacle, row));
    match resume::plan(&asked(launch, row, errand, named)) {
        Ok(plan) => Ok(plan),
        Err(Obstacle::NoDirectory { .. }) => Err(Planned::Ask { gone: None, guess: None }),
        Err(Obstacle::DirectoryGone { directory, .. }) => {
            let (links, home) = (&row.session.pr_links, launch.environment.home());
            let known = library.directories();
            match resume::relocate(&launch.paths.places_file(), &directory, links, &known, home) {
                Place::Found(found) => resume::plan(&asked(launch, row, errand, Some(found))).map_err(refused),
                Place::Guess(guess) => {
                    let is_usual = |above: &&Path| above.components().count() > 1 && above.is_dir();
                    let above = || directory.ancestors().skip(1).find(is_usual).map(Path::to_owned);
                    let guess = guess.or_else(above);
                    Err(Planned::Ask { gone: Some(directory), guess })
                }
            }
        }
        Err(obstacle) => Err(refused(obstacle)),
    }
}

/// The directory that a person named, remembered as the place of the one that is gone.
fn named(launch: &Launch, gone: Option<PathBuf>, written: &str) -> Result<PathBuf, Planned> {
    // without a slash at its end
    let directory: PathBuf = launch.environment.resolve(written).components().collect();
    if !directory.is_dir() {
        return Err(Planned::NotThere(format!("{written} is no directory.")));
    }
    if directory.parent().is_none() || launch.environment.home.as_ref() == Some(&directory) {
        // what the box offers where nothing is known would be taken, and remembered, by a slip
        return Err(Planned::NotThere(format!("{written} holds everything; name the project's own directory.")));
    }
    if let Some(gone) = gone {
        let file = launch.paths.places_file();
        if let Err(error) = Places::remember(&file, &gone, &directory) {
            return Err(Planned::Refused(format!("{} cannot be written: {error}", file.display())));
        }
    }
    Ok(directory)
}

fn asked(launch: &Launch, row: &SessionRow, errand: Errand, named: Option<PathBuf>) -> Request {
    let moves = Moves::read(&launch.paths.places_file());
    let request = request(&launch.environment, &launch.settings, &moves, row);
    let directories = named.map_or(request.directories, |named| vec![named]);
    Request { directories, fork: errand.fork, ..request }
}

/// What is asked for to take up a session as it is, in its own directory.
pub fn request(environment: &Environment, settings: &Settings, moves: &Moves, row: &SessionRow) -> Request {
    Request {
        id: row.id().to_string(),
        transcript: row.transcript.clone(),
        directories: to_go_on(moves, row),
        claude_config_dir: row.root.as_deref().and_then(|root| environment.root_to_name(root)),
        fork: false,
        flags: settings.claude_flags.iter().map(Into::into).collect(),
        program: environment.resolve_program(&settings.claude_program),
        search_path: environment.get("PATH").map(Into::into),
        running: None,
    }
}

/// What a window of tmux is called in which a session is taken up.
pub fn window_name(row: &SessionRow) -> String {
    let title = row.session.title.as_ref().map(|title| cells::clean(&title.text)).unwrap_or_default();
    if title.is_empty() { "claude".to_owned() } else { cells::cut(&title, WINDOW_NAME).into() }
}

fn finish(row: &SessionRow, errand: Errand, plan: Plan, tmux: Option<&Tmux>) -> Planned {
    match (errand.way, tmux) {
        (Way::Copy, _) => Planned::Command(plan.command_line()),
        (Way::Window, Some(tmux)) => match tmux.open(&plan, &window_name(row)) {
            Ok(window) => Planned::Elsewhere(format!("Opened in tmux window {window}")),
            Err(error) => Planned::Refused(error.to_string()),
        },
        _ => Planned::Ready(plan),
    }
}

/// Why no command can be copied that works, and what can be done.
fn no_command(row: &SessionRow, gone: Option<&Path>, guess: Option<PathBuf>) -> String {
    let why = match gone {
        Some(gone) => format!("The directory of this session is gone: {}.", gone.display()),
        None => "It is not known where this session ran.".to_owned(),
    };
    let directory = guess.filter(|guess| gone.is_none_or(|gone| !gone.starts_with(guess)));
    let directory = directory.map_or_else(|| "<directory>".to_owned(), |guess| guess.display().to_string());
    format!(
        "{why} Enter asks where the project is now and remembers it; from then on y copies the command.\n\nIn a shell:  \
         sessions resume {} --directory {directory}",
        row.id()
    )
}

/// What stands in the way, and the command that gets around it where there is one.
fn explanation(obstacle: &Obstacle, row: &SessionRow) -> String {
    match obstacle {
        Obstacle::DirectoryGone { directory, .. } => format!(
            "The directory of session {id} is gone: {}. Create or restore it, or name another.\n\nIn a shell:  \
             sessions resume {id} --directory <directory>",
            directory.display(),
            id = row.id(),
        ),
        Obstacle::NeverSaved { .. } if !row.had_transcript && row.requests == 0 => {
            "Nothing was said in this session, so there is nothing to go on with.".to_owned()
        }
        _ => obstacle.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use chrono_tz::UTC;
    use config::{Environment, Paths, Settings};
    use pricing::PriceTable;

    use super::*;

    const ID: &str = "0b2c1d3e-1111-4222-8333-444455556666";

    /// A home with a client, a session whose directory is gone, and a directory of the same name elsewhere.
    fn home() -> (testkit::Home, Launch, SessionRow) {
        let home = testkit::Home::new();
        let claude = home.path().join("bin/claude");
        for folder in ["bin", "src", "work/shop"] {
            fs::create_dir_all(home.path().join(folder)).expect("a folder can be made");
        }
        fs::write(&claude, "#!/bin/sh\n").expect("a file can be written");
        fs::set_permissions(&claude, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        let path = claude.parent().and_then(|folder| folder.to_str()).unwrap_or_default().to_owned();
        let environment = Environment {
            variables: [("PATH".to_owned(), path)].into(),
            home: Some(home.path().to_owned()),
            cwd: home.path().to_owned(),
        };
        let row = SessionRow {
            session: transcript::Session {
                id: ID.into(),
                cwd_last: home.path().join("src/shop").to_str().map(str::to_owned),
                ..transcript::Session::default()
            },
            transcript: Some(home.transcript(&format!("-src-shop/{ID}.jsonl"), "{}\n")),
            ..SessionRow::default()
        };
        let launch = Launch {
            offer_set_up: false,
            paths: Paths::new(&environment).expect("a home is known"),
            settings: Settings::default(),
            environment,
            prices: PriceTable::built_in(),
            zone: UTC,
            problems: Vec::new(),
            demo: false,
            sync: crate::Syncer { run: |_, _, _| Err(String::new()), test: |_| Vec::new() },
            export: |_, _, _| Err("nothing is exported here".to_owned()),
        };
        (home, launch, row)
    }

    fn errand(way: Way) -> Errand {
        Errand { fork: false, way }
    }

    #[test]
    fn a_directory_that_is_gone_is_asked_for_and_the_answer_remembered() {
        let (home, launch, row) = home();
        let gone = home.path().join("src/shop");
        let library = Library::new(vec![row.clone()], &[], UTC);
        let carry_out = |way, moved| carry_out(&launch, &row, errand(way), &library, moved);
        match carry_out(Way::Copy, None) {
            Planned::Refused(text) => {
                let guess = home.path().join("work/shop");
                let command = format!("sessions resume {ID} --directory {}", guess.display());
                assert!(text.contains("is gone") && text.ends_with(&command), "nothing is asked to copy: {text}");
            }
            other => panic!("{other:?}"),
        }
        match carry_out(Way::Here, None) {
            Planned::Ask { gone: Some(asked), guess } => {
                assert_eq!((asked, guess), (gone.clone(), Some(home.path().join("work/shop"))));
            }
            other => panic!("{other:?}"),
        }
        let answer = |written: &str| carry_out(Way::Copy, Some((Some(gone.clone()), written.to_owned())));
        assert!(matches!(answer("~/nowhere"), Planned::NotThere(text) if text == "~/nowhere is no directory."));
        assert!(matches!(answer("~/"), Planned::NotThere(text) if text.starts_with("~/ holds everything")));
        let command = |planned| match planned {
            Planned::Command(command) => command,
            other => panic!("{other:?}"),
        };
        let expect = format!("cd {} && claude --resume {ID}", home.path().join("work/shop").display());
        assert_eq!(command(answer("~/work/shop")), expect);
        assert_eq!(command(carry_out(Way::Copy, None)), expect, "it is remembered");
    }

    #[test]
    fn a_window_needs_tmux_and_a_session_that_runs_is_not_started_twice() {
        let (home, launch, mut row) = home();
        row.session.cwd_last = home.path().join("work/shop").to_str().map(str::to_owned);
        let library = Library::new(vec![row.clone()], &[], UTC);
        let refused = |way| match carry_out(&launch, &row, errand(way), &library, None) {
            Planned::Refused(text) => text,
            other => panic!("{other:?}"),
        };
        assert!(refused(Way::Window).contains("not in tmux"));
        assert!(matches!(carry_out(&launch, &row, errand(Way::Here), &library, None), Planned::Ready(_)));
        let registry = home.claude().join("sessions");
        fs::create_dir_all(&registry).expect("a folder can be made");
        let entry = format!(r#"{{"pid":{},"sessionId":"{ID}"}}"#, std::process::id());
        fs::write(registry.join("1.json"), entry).expect("a file can be written");
        let text = refused(Way::Here);
        assert!(text.contains(&format!("open already, in process {}", std::process::id())), "{text}");
        let fork = Errand { fork: true, way: Way::Here };
        assert!(matches!(carry_out(&launch, &row, fork, &library, None), Planned::Ready(_)));
    }
}
