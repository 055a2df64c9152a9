//! `sessions where`: every path that is used.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::DecimalBytes;
use resume::Places;
use serde::Serialize;
use serde_json::json;

use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{field, one_line};
use crate::report::Fault;
use crate::table::{self, Column};

const EXAMPLES: &str = "\
Examples:
  sessions where
  sessions where --forget ~/src/shop     ask again where this directory went
  sessions where --json | jq -r '.places[] | select(.name == \"store\").path'";

/// Show every path that is used, whether it exists, and its size
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Where {
    /// Forget where this directory went, or what went there: the next resume looks for it again
    #[arg(long, value_name = "DIR")]
    forget: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    places: Vec<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    name: &'static str,
    path: PathBuf,
    exists: bool,
    bytes: u64,
    about: Cow<'static, str>,
    /// The directory that it is remembered for.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<PathBuf>,
}

const COLUMNS: [Column; 4] = [
    table::words("what", None, u8::MAX),
    table::figures("size", 1),
    table::words("path", None, u8::MAX).role(Role::Strong),
    table::words("about", Some((20, usize::MAX)), 0).role(Role::Dim),
];

/// Shows the paths, or forgets one.
pub(crate) fn run(command: &Where, context: &mut Context) -> color_eyre::Result<()> {
    if let Some(directory) = &command.forget {
        return forget(context, directory);
    }
    let places = places(context);
    if context.json {
        return context.output.json(&Answer { schema: 1, places });
    }
    if !context.output.terminal {
        for place in &places {
            let size = if place.exists { place.bytes.to_string() } else { String::new() };
            let path = field(&place.path.to_string_lossy());
            let from = place.moved_from.as_ref().map(|from| field(&from.to_string_lossy()));
            let from = from.map(|from| format!("\t{from}")).unwrap_or_default();
            context.output.line(&format!("{}\t{size}\t{path}{from}", place.name))?;
        }
        return Ok(());
    }
    let cells: Vec<Vec<String>> = places.iter().map(cells).collect();
    for line in table::lay_out(&COLUMNS, &cells, &context.output) {
        context.output.line(&line)?;
    }
    Ok(())
}

fn forget(context: &mut Context, directory: &str) -> color_eyre::Result<()> {
    let file = context.paths.places_file();
    let mut forgotten = Places::forget(&file, Path::new(directory))?;
    if forgotten.is_empty() {
        forgotten = Places::forget(&file, &context.environment.resolve(directory))?;
    }
    if forgotten.is_empty() {
        let message = format!("It is not remembered that {} moved, or that anything went there.", one_line(directory));
        return Err(Fault::new("not-found", message).next("`sessions where` lists what is remembered.").into());
    }
    for (from, _) in &forgotten {
        // what it belonged to while it was known where it went
        context.store.forget_projects(from)?;
    }
    if context.json {
        let forgotten: Vec<_> = forgotten.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect();
        return context.output.json(&json!({ "schema": 1, "forgotten": forgotten }));
    }
    for (from, to) in forgotten {
        let line = format!("Forgotten that {} is {} now.", from.display(), to.display());
        context.output.line(&one_line(&line))?;
    }
    Ok(())
}

fn places(context: &Context) -> Vec<Place> {
    let paths = &context.paths;
    let place = |name, about: &'static str, path: PathBuf| Place {
        name,
        about: about.into(),
        exists: path.exists(),
        bytes: path.canonicalize().map_or(0, |real| size_of(&real)),
        path,
        moved_from: None,
    };
    let mut places = vec![
        place("data", "everything that is kept", paths.data.clone()),
        place("store", "derived; `sessions rebuild` makes it again", paths.store.clone()),
        place("archive", "transcripts that are kept for longer than Claude Code keeps them", paths.archive()),
        place("spool", "events of hooks that are not taken in yet", paths.spool.clone()),
        place("limits", "official limits that status lines were told of", paths.limits_file()),
        place("state", "locks, roots that were met, figures for status lines", paths.state.clone()),
        place("logs", "of work that nobody watches", paths.logs.clone()),
        place("set-up", "what `sessions setup` did", paths.setup_file()),
        place("config", "your settings", paths.config_file()),
        place("prices", "your prices, over the built-in ones", paths.prices_file()),
        place("themes", "your themes, over the built-in ones", paths.themes()),
    ];
    let mut roots = paths.roots.clone();
    roots.extend(paths.known_roots());
    let mut seen = Vec::new();
    for root in roots {
        if !seen.contains(&root) {
            seen.push(root.clone());
            places.push(place("root", "transcripts of Claude Code, only read", root.join("projects")));
        }
    }
    places.extend(Places::remembered(&paths.places_file()).into_iter().map(|(from, to)| Place {
        name: "moved",
        about: format!("was {}; `--forget` forgets it", from.display()).into(),
        exists: to.exists(),
        bytes: 0,
        path: to,
        moved_from: Some(from),
    }));
    places
}

fn cells(place: &Place) -> Vec<String> {
    let has_size = place.exists && place.moved_from.is_none();
    let size = if has_size { DecimalBytes(place.bytes).to_string() } else { "–".to_owned() };
    vec![place.name.to_owned(), size, one_line(&place.path.display().to_string()), one_line(&place.about)]
}

/// Size of a file, or of all files in a folder; links are not followed.
pub(crate) fn size_of(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size_of(&entry.path())).sum()
}
