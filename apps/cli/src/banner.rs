//! What a session that starts says: prepared by a tick, printed by the hook, or by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use config::Banner as Reader;
use journal::Banner;
use store::SessionRow;
use store::retention::Kept;

use crate::clock::milliseconds;
use crate::context::Context;
use crate::lookup;
use crate::notebook;
use crate::plain_text::{counted, one_line};
use crate::table;

/// Sessions that are named in a directory.
pub(crate) const SESSIONS: usize = 3;

/// Directories that are prepared for: those of the latest sessions. More would be more than a hook can read in its time.
const DIRECTORIES: usize = 300;

/// Columns of a title.
const TITLE_WIDTH: usize = 60;

/// Characters of an id.
const HANDLE: usize = 8;

/// Sessions that are deleted within this time are told of.
const SOON: TimeDelta = TimeDelta::days(3);

/// A banner that is older is made again, whether there is news or not: what expires changes with time alone.
const FRESH: TimeDelta = TimeDelta::hours(6);

/// Prepares the banner, when there is news or the last one is old; removes it when nobody wants one.
pub(crate) fn refresh(context: &Context, is_news: bool) -> color_eyre::Result<()> {
    let path = context.paths.banner_file();
    if context.settings.banner == Reader::Off {
        let _ = std::fs::remove_file(&path);
        return Ok(());
    }
    let for_model = context.settings.banner == Reader::Model;
    let unseen = Unseen::of(context);
    let elsewhere: Vec<String> = unseen.line(context, None).into_iter().collect();
    let moved =
        std::fs::metadata(context.paths.places_file()).and_then(|file| file.modified()).map(DateTime::<Utc>::from);
    let is_fresh = |banner: &Banner| {
        milliseconds(context.now).abs_diff(banner.generated_ms) < FRESH.num_milliseconds().unsigned_abs()
            && moved.as_ref().map_or(true, |moved| milliseconds(*moved) <= banner.generated_ms)
            && banner.for_model == for_model
            && banner.elsewhere == elsewhere
    };
    if !is_news && Banner::read(&path, milliseconds(context.now)).as_ref().is_some_and(is_fresh) {
        return Ok(());
    }
    let rows = lookup::rows(context)?;
    let mut directories = directories(context, &rows);
    for (directory, lines) in &mut directories {
        lines.extend(unseen.line(context, Some(Path::new(directory))));
    }
    let everywhere = expiring(context, &rows).into_iter().collect();
    let generated_ms = milliseconds(context.now);
    let banner = Banner { schema: Banner::SCHEMA, generated_ms, for_model, directories, elsewhere, everywhere };
    Ok(config::replace_file(&path, banner.text()?.as_bytes())?)
}

/// Entries that others changed and that this person has not seen: the key of the project of each.
#[derive(Debug, Default)]
pub(crate) struct Unseen(Vec<String>);

impl Unseen {
    /// Looks into the journal. Where it cannot be read, nothing is said of it here: `sessions doctor` does.
    pub(crate) fn of(context: &Context) -> Self {
        let Ok(notes) = notebook::notes(context) else { return Self::default() };
        let unread = notes.unread(&notebook::author(context));
        Self(unread.into_iter().map(|unread| unread.entry.project().to_owned()).collect())
    }

    /// What is said of them in a directory, its project first; nothing where there are none.
    pub(crate) fn line(&self, context: &Context, directory: Option<&Path>) -> Option<String> {
        let all = self.0.len();
        if all == 0 {
            return None;
        }
        let keys = directory.map(|directory| notebook::project(context, directory).1).unwrap_or_default();
        let here = self.0.iter().filter(|project| keys.contains(project)).count();
        let entries = |number: usize| if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") };
        let whose = match (directory, here) {
            (None, _) => entries(all),
            (_, 0) => format!("{} of other projects", entries(all)),
            (_, here) if here == all => format!("{} of this project", entries(here)),
            (_, here) => format!("{} of this project and {} of others", entries(here), all - here),
        };
        Some(format!("Inbox: {whose} changed by others; `sessions inbox` shows what they did."))
    }
}

/// The latest sessions that a person would go on with: those with a prompt and a transcript that no script has started.
pub(crate) fn recent(rows: &[SessionRow]) -> Vec<&SessionRow> {
    let is_script = |row: &SessionRow| row.session.entrypoint.as_deref().is_some_and(|entry| entry.starts_with("sdk"));
    let mut recent: Vec<&SessionRow> =
        rows.iter().filter(|row| row.session.prompts > 0 && row.transcript.is_some() && !is_script(row)).collect();
    recent.sort_by_key(|row| std::cmp::Reverse(last_active(row)));
    recent
}

/// A session in one line.
pub(crate) fn line(context: &Context, row: &SessionRow) -> String {
    let when = last_active(row).map(|when| when.with_timezone(&context.zone).format("%b %e %H:%M").to_string());
    let title = row.session.title.as_ref().map_or_else(|| "(untitled)".to_owned(), |title| one_line(&title.text));
    let handle: String = row.id().as_str().chars().take(HANDLE).collect();
    format!("  {}  {handle}  {}", when.unwrap_or_default(), table::cut(&title, TITLE_WIDTH))
}

/// The line above sessions.
pub(crate) const HEADING: &str = "Recent sessions here (`sessions resume ID` goes on with one):";

/// Says how many sessions Claude Code deletes soon; nothing if none.
pub(crate) fn expiring(context: &Context, rows: &[SessionRow]) -> Option<String> {
    let mut kept = Kept::default();
    let expires = |row: &&SessionRow| {
        let (Some(root), Some(modified)) = (&row.root, row.modified) else { return false };
        let end = kept.until(root, modified);
        end.is_some_and(|end| (context.now..context.now + SOON).contains(&end))
    };
    let rows = rows.iter().filter(|row| row.transcript.is_some() && row.session.prompts > 0);
    let count = rows.filter(expires).count();
    (count > 0).then(|| {
        let sessions = counted(count as u64, "session");
        format!("Claude Code deletes {sessions} within {} days: `sessions ls is:expiring`.", SOON.num_days())
    })
}

/// The lines for each directory: of its sessions, and of those below it. What ran anywhere is below the home directory, which
/// therefore has only its own.
fn directories(context: &Context, rows: &[SessionRow]) -> BTreeMap<String, Vec<String>> {
    let moves = context.moves();
    let recent: Vec<_> = recent(rows).into_iter().map(|row| (row, sessions_tui::places(&moves, row))).collect();
    let known: BTreeSet<&Path> = recent.iter().flat_map(|(_, places)| places).map(Path::new).collect();
    let home = context.environment.home();
    let is_wide = |directory: &Path| directory.parent().is_none() || Some(directory) == home;
    let mut directories: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for (row, places) in &recent {
        let within: BTreeSet<&Path> = places
            .iter()
            .map(Path::new)
            .flat_map(|ran| ran.ancestors().filter(move |above| *above == ran || !is_wide(above)))
            .filter(|directory| known.contains(directory))
            .collect();
        for directory in within {
            if directories.len() == DIRECTORIES && !directories.contains_key(directory) {
                continue;
            }
            let lines = directories.entry(directory.to_owned()).or_insert_with(|| vec![HEADING.to_owned()]);
            if lines.len() <= SESSIONS {
                lines.push(line(context, row));
            }
        }
    }
    directories.into_iter().map(|(directory, lines)| (directory.to_string_lossy().into_owned(), lines)).collect()
}

fn last_active(row: &SessionRow) -> Option<DateTime<Utc>> {
    row.session.ended.or(row.modified)
}
