//! `sessions entries`: what is written down.

use chrono::SecondsFormat;
use clap::Args;
use notes::{Entry, EntryId, Filter, Notes, shortest};
use search::{Bound, NameField, Query, What};
use serde_json::{Value, json};
use sessions_tui::figures;

use crate::clock::Moment;
use crate::commands::log::usage;
use crate::commands::search::parse;
use crate::context::Context;
use crate::lookup;
use crate::notebook::{self, moment};
use crate::output::Role;
use crate::plain_text::{field, one_line};
use crate::table::{self, Column};

const EXAMPLES: &str = "\
Examples:
  sessions entries                         those of this project, the latest change first
  sessions entries --open                  what is left to do
  sessions entries --all-projects refund   with this word in title, body or notes, of every project
  sessions entries type:issue after:7d     issues that changed in the last seven days
  sessions entries --json | jq -r '.entries[].title'

Without a terminal, and with --tsv, each line has these columns, separated by tabs and escaped (\\t, \\n, \\\\):
  id, project, category, status, title, body, opened, changed (RFC 3339)";

/// List what is written down: entries of this project, the latest change first
///
/// Words are looked for in titles, bodies and notes, as the search box does it: phrases, regular expressions, `-not`,
/// `project:`, `type:` (the category), `after:`, `before:` and `on:` work.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Entries {
    /// Words that must all be there
    #[arg(value_name = "QUERY")]
    words: Vec<String>,
    /// Only of this category
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    /// Only of this status
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only what is neither resolved nor for information
    #[arg(long)]
    open: bool,
    /// Only of this project: a part of its name or key, or a directory (`.`, `~/src/shop`)
    #[arg(long, value_name = "PROJECT", conflicts_with = "all_projects")]
    project: Option<String>,
    /// Of every project
    #[arg(long)]
    all_projects: bool,
    /// Only what you opened or changed
    #[arg(long)]
    mine: bool,
    /// Only what changed since then: `7d`, `yesterday`, `2026-10`, RFC 3339
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<Moment>,
    /// Only of this session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Lines of columns separated by tabs, on a terminal too
    #[arg(long, conflicts_with = "json")]
    tsv: bool,
}

const COLUMNS: [Column; 7] = [
    table::figures("changed", 9).role(Role::Dim),
    table::words("project", Some((8, 20)), 3),
    table::words("category", None, 5),
    table::words("status", None, 8),
    table::words("title", Some((24, usize::MAX)), u8::MAX).role(Role::Strong),
    table::words("by", Some((6, 16)), 2).role(Role::Dim),
    table::words("id", None, u8::MAX).role(Role::Handle),
];

impl Entries {
    /// Lists them.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let notes = notebook::notes(context)?;
        let found = self.select(context, &notes)?;
        if context.json {
            let entries: Vec<Value> = found.iter().map(|entry| as_json(*entry)).collect();
            context.output.json(&json!({ "schema": 1, "entries": entries }))?;
        } else if context.output.terminal && !self.tsv {
            write_table(context, &notes, &found)?;
        } else {
            for entry in &found {
                context.output.line(&tab_separated(*entry))?;
            }
        }
        if found.is_empty() {
            self.explain_nothing(context, &notes);
        }
        Ok(())
    }

    fn select<'a>(&self, context: &mut Context, notes: &'a Notes) -> color_eyre::Result<Vec<Entry<'a>>> {
        let vocabulary = notebook::vocabulary(context);
        let mut filter = Filter { open: self.open, session: self.session.as_deref(), ..Filter::default() };
        let wrong = |fault: notes::PageFault| usage(&fault.to_string());
        filter.category =
            self.category.as_deref().map(|name| vocabulary.checked_category(name)).transpose().map_err(wrong)?;
        filter.status =
            self.status.as_deref().map(|name| vocabulary.checked_status(name)).transpose().map_err(wrong)?;
        let author = notebook::author(context);
        filter.by = self.mine.then_some(&author);
        let ms = |moment: chrono::DateTime<chrono::Utc>| u64::try_from(moment.timestamp_millis()).unwrap_or(0);
        filter.since_ms = self.since.map(|since| ms(since.at(context.now, context.zone)));
        let query = parse(context, &self.words.join(" "))?;
        let names_project = apply(&query, &mut filter, context)?;
        filter.words = Some(&query);
        let keys: Vec<String>;
        match &self.project {
            Some(part) if !lookup::is_directory(part) || !context.environment.resolve(part).is_dir() => {
                filter.project_part = Some(part);
            }
            Some(directory) => {
                keys = notebook::project(context, &context.environment.resolve(directory)).1;
                filter.projects = Some(&keys);
            }
            None if self.all_projects || names_project || self.session.is_some() => {}
            None => {
                keys = notebook::project(context, &context.environment.cwd).1;
                filter.projects = Some(&keys);
            }
        }
        let mut found = notes.select(&filter);
        found.truncate(self.limit.unwrap_or(usize::MAX));
        Ok(found)
    }

    fn explain_nothing(&self, context: &mut Context, notes: &Notes) {
        let (project, keys) = notebook::project(context, &context.environment.cwd);
        let all = notes.entries().len();
        let here = notes.select(&notebook::of_projects(&keys)).len();
        let text = if all == 0 {
            "Nothing is written down yet. `sessions log issue <title>` does.".to_owned()
        } else if here == 0 && !self.all_projects && self.project.is_none() {
            format!(
                "Nothing is written down for {}. `sessions entries --all-projects` lists {all} of other projects.",
                one_line(&project.name)
            )
        } else {
            "No entry matches. `sessions entries --all-projects` lists all of them.".to_owned()
        };
        context.output.note(&text);
    }
}

/// Applies the filters of a query; whether it names a project. What says nothing about entries is refused.
fn apply<'a>(query: &'a Query, filter: &mut Filter<'a>, context: &Context) -> color_eyre::Result<bool> {
    let ms = |moment: chrono::DateTime<chrono::Utc>| Some(u64::try_from(moment.timestamp_millis()).unwrap_or(0));
    let mut names_project = false;
    for clause in query.filters() {
        let (now, zone) = (context.now, context.zone);
        match &clause.what {
            _ if clause.negated => return Err(not_for_entries().into()),
            What::Name(NameField::Project, part) => {
                names_project = true;
                filter.project_part = Some(part);
            }
            What::Name(NameField::Type, category) => filter.category = Some(category),
            What::When(Bound::After, moment, _) => filter.since_ms = ms(moment.at(now, zone)),
            What::When(Bound::Before, moment, _) => filter.before_ms = ms(moment.at(now, zone)),
            What::When(Bound::On, moment, _) => {
                filter.since_ms = ms(moment.at(now, zone));
                filter.before_ms = ms(moment.end(now, zone));
            }
            _ => return Err(not_for_entries().into()),
        }
    }
    Ok(names_project)
}

fn not_for_entries() -> crate::report::Fault {
    usage("Of the fields, entries know `project:`, `type:` (the category), `after:`, `before:` and `on:`.")
}

fn write_table(context: &mut Context, notes: &Notes, found: &[Entry<'_>]) -> color_eyre::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let now = context.now;
    let row = |entry: &Entry<'_>| {
        let handle = shortest(&entry.id.id, notes.all_entries().map(|entry| entry.id.id.as_str()));
        let by = entry.last_change().map(|change| one_line(&change.by)).unwrap_or_default();
        let conflict = if entry.conflicts().is_empty() { "" } else { " ≠" };
        vec![
            moment(entry.updated_ms()).map(|at| figures::ago(at, now)).unwrap_or_default(),
            one_line(entry.project_name()),
            one_line(entry.category()),
            format!("{}{conflict}", one_line(entry.status())),
            one_line(entry.title()),
            by,
            one_line(handle),
        ]
    };
    let cells: Vec<Vec<String>> = found.iter().map(row).collect();
    for line in table::lay_out(&COLUMNS, &cells, &context.output) {
        context.output.line(&line)?;
    }
    Ok(())
}

fn tab_separated(entry: Entry<'_>) -> String {
    let (opened, _) = entry.opened();
    [
        entry.id.id.as_str(),
        entry.project_name(),
        entry.category(),
        entry.status(),
        entry.title(),
        entry.body(),
        &written(opened),
        &written(entry.updated_ms()),
    ]
    .map(field)
    .join("\t")
}

/// A moment as scripts read it.
fn written(ms: u64) -> String {
    moment(ms).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)).unwrap_or_default()
}

/// An entry as scripts read it.
pub(crate) fn as_json(entry: Entry<'_>) -> Value {
    let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
    let (opened, opened_by) = entry.opened();
    let notes = entry.notes().into_iter();
    let conflicts = entry.conflicts().into_iter().map(|conflict| {
        let value = |write: &&notes::Write| json!({ "value": write.value, "by": write.by, "at": written(write.at_ms) });
        json!({ "field": conflict.field, "values": conflict.writes.iter().map(value).collect::<Vec<_>>() })
    });
    json!({
        "id": entry.id.id,
        "scope": entry.id.scope.to_string(),
        "project": text(entry.project()),
        "project_name": text(entry.project_name()),
        "directory": text(entry.directory()),
        "session": text(entry.session()),
        "category": entry.category(),
        "status": entry.status(),
        "open": entry.is_open(),
        "title": entry.title(),
        "body": entry.body(),
        "notes": notes.map(|note| json!({ "text": note.text, "by": note.by, "at": written(note.at_ms) })).collect::<Vec<_>>(),
        "conflicts": conflicts.collect::<Vec<_>>(),
        "opened_at": written(opened),
        "opened_by": opened_by,
        "changed_at": written(entry.updated_ms()),
        "changed_by": entry.last_change().map(|change| change.by.clone()),
        "deleted": entry.is_deleted(),
    })
}

/// Writes one entry as JSON.
pub(crate) fn document(context: &mut Context, notes: &Notes, id: &EntryId) -> color_eyre::Result<()> {
    let entry = notes.entry(id).map(as_json);
    context.output.json(&json!({ "schema": 1, "entry": entry }))
}
