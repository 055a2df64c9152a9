//! `sessions ls`: the list.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use ::search::{Marks, Query};
use chrono::SecondsFormat;
use clap::Args;
use clap::builder::PossibleValuesParser;
use notes::Notes;
use serde::Serialize;
use sessions_tui::{Sort, figures};
use store::{SessionRow, live};
use transcript::SessionId;

use crate::clock::Moment;
use crate::commands::search::{self, parse_count};
use crate::context::Context;
use crate::output::{Output, Role};
use crate::plain_text::{field, one_line};
use crate::table::{self, Column};
use crate::{lookup, notebook, scanning, schema};

const EXAMPLES: &str = "\
Examples:
  sessions ls                          everything, the latest first
  sessions ls refund race              what matches both words, the best match first
  sessions ls tool:WebSearch cost:>5   what used a tool and cost more than five dollars
  sessions ls --project . --since 7d   this directory, the last seven days
  sessions ls --sort cost --limit 10   the ten dearest
  sessions ls --json | jq -r '.sessions[].id'

Without a terminal each line has these columns, separated by tabs and escaped (\\t, \\n, \\\\):
  id, last active (RFC 3339), project, title, branch, models, turns, tokens, cost in dollars";

/// List sessions, the latest first
///
/// All words must match: title, project, branch (small gaps forgiven), model, first prompt, or the beginning of a date
/// (`2026-07`) or an id. Case does not count. Phrases, regular expressions, `-not` and fields (`tool:Bash after:7d`)
/// work as in the search box; `sessions search` looks into what was said, too.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Ls {
    /// Words that must all match, in the language of the search box
    #[arg(value_name = "QUERY")]
    words: Vec<String>,
    /// Only this project: a part of its name or key, or a directory (`.`, `~/src/shop`)
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Only sessions active since then: `7d`, `yesterday`, `2026-10`, `2026-10-03`, RFC 3339
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<Moment>,
    /// Sort by a column: names by the alphabet, figures and times with the most first; `state` puts what runs first,
    /// then what Claude Code deletes next
    #[arg(long, value_name = "COLUMN", value_parser = PossibleValuesParser::new(Sort::ALL.map(Sort::name)))]
    sort: Option<String>,
    /// The other way round
    #[arg(long)]
    reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = parse_count)]
    limit: Option<NonZeroUsize>,
    /// Answer from what is stored, without looking for new sessions first
    #[arg(long)]
    no_scan: bool,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    sessions: Vec<schema::Session<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    demo: bool,
}

/// Characters of an id that are shown at least.
const HANDLE: usize = 8;

/// The columns of the table.
const COLUMNS: [Column; 11] = [
    table::figures("when", 9).role(Role::Dim),
    table::words("project", Some((8, 20)), 8),
    table::words("", None, 7),
    table::words("title", Some((32, usize::MAX)), u8::MAX).role(Role::Strong),
    table::words("branch", Some((8, 24)), 1).role(Role::Dim),
    table::words("model", Some((10, 16)), 3),
    table::figures("turns", 2),
    table::figures("tokens", 4),
    table::figures("cost", 5),
    table::words("state", Some((8, 12)), 6),
    table::words("id", None, u8::MAX).role(Role::Handle),
];

impl Ls {
    /// Lists the sessions.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let obstacle = scanning::freshen(context, !self.no_scan)?;
        let notes = notebook::notes_if_readable(context);
        let all = lookup::shown(context, context.store.sessions()?, &notes);
        let handles = handles(all.iter().map(|row| row.id().as_str()));
        let marks = notebook::marks(context, &all);
        let rows = self.select(context, all, &marks, &notes)?;
        if context.json {
            let named = |row: &SessionRow| marks.get(row.id()).and_then(|marks| marks.device.as_deref());
            let session = |row| schema::Session::from(row).marked(&notes).on(named(row));
            let sessions = rows.iter().map(session).collect();
            let demo = context.is_demo();
            context.output.json(&Answer { schema: 1, sessions, demo })?;
        } else if context.output.terminal {
            let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row, &marks, &handles, context)).collect();
            if !cells.is_empty() {
                let (columns, cells) = with_something(cells);
                for line in table::lay_out(&columns, &cells, &context.output) {
                    context.output.line(&line)?;
                }
            }
        } else {
            for row in &rows {
                context.output.line(&tab_separated(row))?;
            }
        }
        if rows.is_empty() {
            self.explain_nothing(context);
        }
        match obstacle {
            Some(obstacle) => {
                context.output.finish()?;
                Err(obstacle)
            }
            None => Ok(()),
        }
    }

    fn select(
        &self,
        context: &mut Context,
        mut rows: Vec<SessionRow>,
        marks: &HashMap<SessionId, Marks>,
        notes: &Notes,
    ) -> color_eyre::Result<Vec<SessionRow>> {
        if self.words.is_empty() {
            rows.retain(|row| !marks.get(row.id()).is_some_and(|marks| marks.hidden));
        }
        if let Some(project) = &self.project {
            rows.retain(|row| lookup::is_of_project(row, project, context));
        }
        if let Some(since) = self.since {
            let since = since.at(context.now, context.zone);
            rows.retain(|row| last_active(row).is_some_and(|active| active >= since));
        }
        if !self.words.is_empty() {
            let query = search::parse(context, &self.words.join(" "))?;
            rows = lookup::matching(context, rows, &query)?;
        }
        for row in &mut rows {
            notebook::name(row, notes);
        }
        self.put_in_order(context, &mut rows);
        rows.truncate(self.limit.map_or(usize::MAX, NonZeroUsize::get));
        Ok(rows)
    }

    fn put_in_order(&self, context: &Context, rows: &mut Vec<SessionRow>) {
        let sort = self.sort.as_deref().and_then(Sort::named).unwrap_or_default();
        let running = if sort == Sort::State { live::running(&context.paths.known_roots()) } else { Vec::new() };
        let runs = |row: &SessionRow| running.iter().any(|running| running.session == *row.id());
        sort.apply(rows, self.reverse, |row| sort.key(row, runs(row)));
    }

    fn explain_nothing(&self, context: &mut Context) {
        let filtered = !self.words.is_empty() || self.project.is_some() || self.since.is_some();
        let text = if Query::parse(&self.words.join(" ")).terms().next().is_some() {
            let words = one_line(&self.words.join(" "));
            format!("No title matches. `sessions search {words}` looks into what was said, too.")
        } else if filtered {
            "No session matches. `sessions ls` lists all of them.".to_owned()
        } else {
            context.no_history()
        };
        context.output.note(&text);
        let way = match &self.project {
            Some(project) if lookup::is_directory(project) => {
                let rows = context.store.sessions().unwrap_or_default();
                lookup::way_to_relink(context, &rows, &context.environment.resolve(project))
            }
            _ => lookup::way_to_relink_of(context, &Query::parse(&self.words.join(" "))),
        };
        if let Some(way) = way.filter(|_| !context.json) {
            Output::advise(&way);
        }
    }
}

/// The columns without those in which no row has anything.
fn with_something(rows: Vec<Vec<String>>) -> (Vec<Column>, Vec<Vec<String>>) {
    let has_some = |at: &usize| rows.iter().any(|row| !row[*at].is_empty());
    let kept: Vec<usize> = (0..COLUMNS.len()).filter(has_some).collect();
    let of_row = |row: Vec<String>| kept.iter().map(|at| row[*at].clone()).collect();
    let columns = kept.iter().map(|at| COLUMNS[*at]).collect();
    (columns, rows.into_iter().map(of_row).collect())
}

/// When a session was last active, as far as anything says.
fn last_active(row: &SessionRow) -> Option<chrono::DateTime<chrono::Utc>> {
    row.session.ended.or(row.modified)
}

fn cells(
    row: &SessionRow,
    marks: &HashMap<SessionId, Marks>,
    handles: &HashMap<String, String>,
    context: &Context,
) -> Vec<String> {
    let none = Marks::default();
    let marks = marks.get(row.id()).unwrap_or(&none);
    let session = &row.session;
    let text = |text: &Option<String>| text.as_deref().map(one_line).unwrap_or_default();
    let title = marks.title.as_deref().or_else(|| session.title.as_ref().map(|title| title.text.as_str()));
    let title = title.map_or_else(|| "(untitled)".to_owned(), one_line);
    vec![
        last_active(row).map(|moment| figures::ago(moment, context.now)).unwrap_or_default(),
        text(&session.project),
        marks.letters(),
        title,
        text(&session.branch),
        models(row),
        session.prompts.to_string(),
        figures::tokens(row.tokens.total()),
        figures::money(row.cost, row.unknown_cost_requests > 0),
        sessions_tui::state(row, marks, context.now),
        handles.get(row.id().as_str()).map(|handle| one_line(handle)).unwrap_or_default(),
    ]
}

/// The shortest beginning of each id that no other id has, of at least [`HANDLE`] characters.
fn handles<'a>(ids: impl Iterator<Item = &'a str>) -> HashMap<String, String> {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    let shared = |one: &str, other: Option<&&str>| {
        other.map_or(0, |other| one.chars().zip(other.chars()).take_while(|(left, right)| left == right).count())
    };
    let handle = |(at, id): (usize, &&str)| {
        let before = at.checked_sub(1).and_then(|at| ids.get(at));
        let length = HANDLE.max(1 + shared(id, before).max(shared(id, ids.get(at + 1))));
        ((*id).to_owned(), id.chars().take(length).collect())
    };
    ids.iter().enumerate().map(handle).collect()
}

/// The model that answered last, and how many others there are.
fn models(row: &SessionRow) -> String {
    let Some((last, others)) = row.session.models.split_last() else { return String::new() };
    let name = pricing::canonical(last);
    let name = one_line(name.strip_prefix("claude-").unwrap_or(name));
    if others.is_empty() { name } else { format!("{name} +{}", others.len()) }
}

fn tab_separated(row: &SessionRow) -> String {
    let session = &row.session;
    let text = |text: Option<&str>| text.map(field).unwrap_or_default();
    [
        field(row.id().as_str()),
        last_active(row).map(|moment| moment.to_rfc3339_opts(SecondsFormat::Millis, true)).unwrap_or_default(),
        text(session.project.as_deref()),
        text(session.title.as_ref().map(|title| title.text.as_str())),
        text(session.branch.as_deref()),
        field(&session.models.join(",")),
        session.prompts.to_string(),
        row.tokens.total().to_string(),
        known_cost(row),
    ]
    .join("\t")
}

/// The cost in dollars; nothing where none of it is known.
fn known_cost(row: &SessionRow) -> String {
    let is_unknown = row.cost.0 == 0 && row.unknown_cost_requests > 0;
    if is_unknown { String::new() } else { row.cost.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_id_stands_for_one_session() {
        let ids = ["4f2a1111-1", "4f2a1111-2", "4f2b2222-1", "short"];
        let handles = handles(ids.into_iter());
        assert_eq!(ids.map(|id| handles[id].as_str()), ["4f2a1111-1", "4f2a1111-2", "4f2b2222", "short"]);
    }
}
