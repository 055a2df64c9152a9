//! `sessions entry`: one entry, to be read.

use clap::Args;
use notes::{Change, Entry as Written, shown};
use serde_json::{Value, json};

use crate::commands::entries::as_json;
use crate::context::Context;
use crate::notebook::{self, Wanted, moment};
use crate::output::Role;
use crate::plain_text::{one_line, printable};
use crate::table::cut;

const EXAMPLES: &str = "\
Examples:
  sessions entry 3fa9c1             by its id, or a beginning of it that only one has
  sessions entry refund race        by words of its title, in this project
  sessions entry 3fa9c1 --history   with everything that was done to it

Exit codes: 0 shown, 1 none or several match, 2 a fault of this program.";

/// Show an entry: its body, notes and conflicts
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Entry {
    /// Id, a beginning of it, or words of the title
    #[arg(value_name = "ID|WORDS")]
    words: Vec<String>,
    /// A part of the title, taken literally
    #[arg(long, value_name = "TEXT")]
    title_match: Option<String>,
    /// Titles of every project count
    #[arg(long)]
    all_projects: bool,
    /// And everything that was done to it
    #[arg(long)]
    history: bool,
}

impl Entry {
    /// Shows it.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let notes = notebook::notes(context)?;
        let words = self.words.join(" ");
        let wanted = Wanted {
            words: Some(&words),
            title: self.title_match.as_deref(),
            all_projects: self.all_projects,
            ..Wanted::default()
        };
        let entry = notebook::find(context, &notes, &wanted)?;
        if context.json {
            let mut value = as_json(entry);
            value["history"] = entry.record.changes().into_iter().map(change_as_json).collect();
            return context.output.json(&json!({ "schema": 1, "entry": value }));
        }
        self.write(context, entry)
    }

    fn write(&self, context: &mut Context, entry: Written<'_>) -> color_eyre::Result<()> {
        let when = |ms: u64, context: &Context| {
            let at = moment(ms).map(|at| at.with_timezone(&context.zone).format("%Y-%m-%d %H:%M").to_string());
            at.unwrap_or_default()
        };
        let (opened, by) = entry.opened();
        let changed = entry.last_change().map(|change| change.by.as_str()).unwrap_or_default();
        let mut facts = vec![
            ("id", entry.id.id.clone()),
            ("type", format!("{} / {}", one_line(entry.category()), one_line(entry.status()))),
            ("project", one_line(entry.project_name())),
            ("session", one_line(entry.session())),
            ("opened", format!("{} by {}", when(opened, context), one_line(by))),
        ];
        if entry.updated_ms() != opened {
            facts.push(("changed", format!("{} by {}", when(entry.updated_ms(), context), one_line(changed))));
        }
        let title = context.output.paint(Role::Strong, &one_line(entry.title()));
        context.output.line(&title)?;
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            let name = context.output.paint(Role::Dim, &format!("{:<9}", format!("{name}:")));
            context.output.line(&format!("{name}{value}"))?;
        }
        for conflict in entry.conflicts() {
            let said = conflict.writes.iter().map(|write| {
                format!("{} ({}, {})", one_line(&shown(&write.value)), one_line(&write.by), when(write.at_ms, context))
            });
            let said = said.collect::<Vec<_>>().join(" and ");
            context
                .output
                .line(&format!("conflict: {} was set at once to {said}; set it again to decide.", conflict.field))?;
        }
        let body = if entry.body().is_empty() { "(empty)" } else { entry.body() };
        context.output.line(&format!("\n{}", printable(body)))?;
        for note in entry.notes() {
            let head = format!("{}  {}", when(note.at_ms, context), one_line(&note.by));
            let head = context.output.paint(Role::Dim, &head);
            context.output.line(&format!("\n{head}\n{}", printable(&note.text)))?;
        }
        if self.history {
            context.output.line("")?;
            for change in entry.record.changes() {
                let line = format!("{}  {}  {}", when(change.at_ms, context), one_line(&change.by), told(change));
                context.output.line(&line)?;
            }
        }
        Ok(())
    }
}

/// What somebody did, in one line.
pub(crate) fn told(change: &Change) -> String {
    let opened = change.set.contains_key("title") && change.set.contains_key("category");
    let belongs = |field: &str| matches!(field, "project" | "project_name" | "directory" | "session");
    let fields = change.set.iter().filter(|(field, _)| !belongs(field));
    let set = fields.map(|(field, value)| match (field.as_str(), value.as_bool()) {
        ("deleted", Some(true)) => "deleted it".to_owned(),
        ("deleted", _) => "brought it back".to_owned(),
        ("body", _) => "wrote the body".to_owned(),
        ("category", _) if opened => format!("opened it as {}", one_line(&shown(value))),
        _ => format!("{field}: {}", cut(&one_line(&shown(value)), 60)),
    });
    let notes = change.notes.iter().map(|note| format!("noted: {}", cut(&one_line(note), 60)));
    set.chain(notes).collect::<Vec<_>>().join(", ")
}

fn change_as_json(change: &Change) -> Value {
    let at = moment(change.at_ms).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    json!({ "at": at, "by": change.by, "set": change.set, "notes": change.notes })
}
