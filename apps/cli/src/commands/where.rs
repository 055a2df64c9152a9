//! `sessions where`: every path that is used.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::DecimalBytes;
use serde::Serialize;

use crate::context::Context;
use crate::output::Role;
use crate::table::{self, Column};

const EXAMPLES: &str = "\
Examples:
  sessions where
  sessions where --json | jq -r '.places[] | select(.name == \"store\").path'";

/// Show every path that is used, whether it exists, and its size
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Where {}

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
    about: &'static str,
}

const COLUMNS: [Column; 4] = [
    table::words("what", None, u8::MAX),
    table::figures("size", 1),
    table::words("path", None, u8::MAX).role(Role::Strong),
    table::words("about", Some((20, usize::MAX)), 0).role(Role::Dim),
];

/// Shows the paths.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let places = places(context);
    if context.json {
        return context.output.json(&Answer { schema: 1, places });
    }
    if !context.output.terminal {
        for place in &places {
            let size = if place.exists { place.bytes.to_string() } else { String::new() };
            let path = crate::plain_text::field(&place.path.to_string_lossy());
            context.output.line(&format!("{}\t{size}\t{path}", place.name))?;
        }
        return Ok(());
    }
    let cells: Vec<Vec<String>> = places.iter().map(cells).collect();
    for line in table::lay_out(&COLUMNS, &cells, &context.output) {
        context.output.line(&line)?;
    }
    Ok(())
}

fn places(context: &Context) -> Vec<Place> {
    let paths = &context.paths;
    let place = |name, about, path: PathBuf| Place {
        name,
        about,
        exists: path.exists(),
        bytes: path.canonicalize().map_or(0, |real| size_of(&real)),
        path,
    };
    let mut places = vec![
        place("data", "everything that is kept", paths.data.clone()),
        place("store", "derived; `sessions rebuild` makes it again", paths.store.clone()),
        place("spool", "events of hooks that are not taken in yet", paths.spool.clone()),
        place("limits", "official limits that status lines were told of", paths.limits_file()),
        place("state", "locks, roots that were met, figures for status lines", paths.state.clone()),
        place("logs", "of work that nobody watches", paths.logs.clone()),
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
    places
}

fn cells(place: &Place) -> Vec<String> {
    let size = if place.exists { DecimalBytes(place.bytes).to_string() } else { "–".to_owned() };
    vec![place.name.to_owned(), size, place.path.display().to_string(), place.about.to_owned()]
}

/// Size of a file, or of all files in a folder; links are not followed.
fn size_of(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size_of(&entry.path())).sum()
}
