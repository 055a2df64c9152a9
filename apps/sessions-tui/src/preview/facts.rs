//! What a preview says of a session, as texts.

use pricing::CostByKind;
use ratatui::style::Style;

use super::kinds::{Kind, kinds};
use crate::cells;
use crate::condition::Condition;
use crate::figures;
use crate::library::Entry;
use crate::model::Model;
use crate::theme::Theme;

/// What a preview says of a session.
pub(super) struct Facts {
    pub(super) title: String,
    pub(super) project: String,
    pub(super) branch: String,
    pub(super) directory: String,
    /// When, how long, how much.
    pub(super) times: Vec<String>,
    /// Models and client.
    pub(super) makers: Vec<String>,
    pub(super) id: String,
    /// Its own file, if it exists.
    pub(super) transcript: Option<String>,
    /// Tokens and costs.
    pub(super) kinds: Vec<Kind>,
    /// All tokens.
    pub(super) tokens: String,
    pub(super) cost: String,
    /// Files that were written, as short as they are clear.
    pub(super) files: Vec<String>,
    live: Option<String>,
    warnings: Vec<String>,
    marks: Vec<String>,
    links: Vec<String>,
}

impl Facts {
    pub(super) fn new(model: &Model, entry: &Entry, costs: Option<&CostByKind>) -> Self {
        let session = &entry.row.session;
        let home = model.setup.home.as_deref().and_then(|home| home.to_str());
        let directory = session.cwd_last.as_deref().or(session.cwd_first.as_deref()).unwrap_or_default();
        let transcript = entry.row.transcript.as_ref().map(|path| path.to_string_lossy());
        let unknown = entry.row.unknown_cost_requests > 0;
        Self {
            title: entry.title().to_owned(),
            project: entry.project.clone(),
            branch: entry.branch.clone(),
            directory: cells::clean(&shortened(directory, home)),
            times: times(model, entry),
            makers: makers(entry),
            id: cells::clean(session.id.as_str()),
            transcript: transcript.map(|path| cells::clean(&shortened(&path, home))),
            kinds: kinds(&entry.row.tokens, costs),
            tokens: figures::tokens(entry.row.tokens.total()),
            cost: figures::money(entry.row.cost, unknown),
            files: session.files_touched.iter().map(|file| cells::clean(&relative(file, directory, home))).collect(),
            live: live(model, entry),
            warnings: warnings(model, entry),
            marks: marks(entry),
            links: links(entry),
        }
    }

    /// What needs attention, and what is linked.
    pub(super) fn notices(&self, theme: &Theme) -> Vec<(String, Style)> {
        let live = self.live.iter().map(|text| (text.clone(), theme.live));
        let warnings = self.warnings.iter().map(|text| (text.clone(), theme.warning));
        let links = (!self.links.is_empty()).then(|| (self.links.join(" · "), theme.dim));
        let marks = (!self.marks.is_empty()).then(|| (self.marks.join(" · "), theme.tag));
        live.chain(marks).chain(warnings).chain(links).collect()
    }

    /// Project, branch and directory if they fit, else the end of the directory and the branch.
    pub(super) fn place_within(&self, columns: usize) -> String {
        let whole = joined(&[&self.project, &self.branch, &self.directory]);
        if cells::width(&whole) <= columns {
            return whole;
        }
        let branch = cells::cut(&self.branch, columns / 3);
        let room = columns.saturating_sub(cells::width(&branch) + 3);
        joined(&[&cells::cut_start(&self.directory, room), &branch])
    }

    /// As many files as fit, and how many more there are.
    pub(super) fn files_within(&self, columns: usize) -> String {
        let mut text = String::new();
        for (at, file) in self.files.iter().enumerate() {
            let more = self.files.len() - at - 1;
            let reserved = if more > 0 { more.to_string().len() + 3 } else { 0 };
            if at > 0 && cells::width(&text) + 2 + cells::width(file) + reserved > columns {
                return format!("{text}  +{}", more + 1);
            }
            if at > 0 {
                text.push_str("  ");
            }
            text.push_str(&cells::cut_start(file, columns.saturating_sub(reserved)));
        }
        text
    }
}

/// The parts that there are, with dots between.
pub(super) fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}

fn times(model: &Model, entry: &Entry) -> Vec<String> {
    let session = &entry.row.session;
    let mut times = Vec::new();
    match (session.started, session.ended) {
        (Some(from), Some(to)) => times.push(figures::span(from, to, model.now, model.setup.zone)),
        (Some(moment), None) | (None, Some(moment)) => times.push(figures::date(moment, model.setup.zone)),
        (None, None) => {}
    }
    if session.active_ms > 0 {
        times.push(format!("{} active", figures::duration(session.active_ms)));
    }
    times.push(figures::counted(session.prompts, "turn"));
    times
}

fn makers(entry: &Entry) -> Vec<String> {
    let session = &entry.row.session;
    let mut makers: Vec<String> = session.models.iter().map(|model| figures::model(model)).collect();
    makers.extend(session.versions.last().map(|version| format!("Claude Code {}", cells::clean(version))));
    makers
}

/// That it is alive: in a client, or in the cache of its model.
fn live(model: &Model, entry: &Entry) -> Option<String> {
    match (model.state(entry), &entry.running) {
        (_, Some(running)) => {
            let doing = model.status(entry).map(|status| format!(" ({})", cells::clean(status)));
            Some(format!("● running now{}, in process {}", doing.unwrap_or_default(), running.pid))
        }
        (Condition::Warm { minutes }, None) => {
            Some(format!("○ its cache is warm for another {}", figures::counted(minutes.unsigned_abs(), "minute")))
        }
        _ => None,
    }
}

fn warnings(model: &Model, entry: &Entry) -> Vec<String> {
    let row = &entry.row;
    let mut warnings: Vec<String> = match model.state(entry) {
        Condition::Archived if entry.marks.device.is_some() => {
            let device = entry.marks.device.as_deref().map(cells::clean).unwrap_or_default();
            vec![format!("◇ It ran on {device}; the archive here has its transcript")]
        }
        Condition::Archived => {
            vec!["◇ Claude Code has deleted the transcript; the archive has it".to_owned()]
        }
        Condition::Elsewhere => {
            let device = entry.marks.device.as_deref().map(cells::clean).unwrap_or_default();
            let there = if row.transcript.is_some() { "there and here" } else { "there" };
            vec![format!("↗ It ran on {device}; its transcript is {there}")]
        }
        Condition::Gone => vec!["◌ Claude Code has deleted the transcript; this is what was kept".to_owned()],
        Condition::Recorded => vec!["◌ Known as claude-session-logger recorded it; there is no transcript".to_owned()],
        Condition::Fragment => vec!["◌ Only its subagents have transcripts; the session itself has none".to_owned()],
        Condition::Ending { days: None | Some(0) } => {
            vec!["! Claude Code may delete the transcript any day now".to_owned()]
        }
        Condition::Ending { days: Some(days) } => {
            let days = figures::counted(days.unsigned_abs(), "day");
            vec![format!("! Claude Code deletes the transcript in about {days}")]
        }
        Condition::Live | Condition::Warm { .. } | Condition::Resting => Vec::new(),
    };
    if row.unknown_cost_requests > 0 {
        warnings.push(format!("No price is known for {}", figures::counted(row.unknown_cost_requests, "request")));
    }
    warnings
}

/// What people said about it.
fn marks(entry: &Entry) -> Vec<String> {
    let marks = &entry.marks;
    let starred = marks.starred.then(|| "* starred".to_owned());
    let tags = (!marks.tags.is_empty()).then(|| format!("T {}", cells::clean(&marks.tags.join(", "))));
    let note = marks.note.as_deref().map(|note| format!("N {}", cells::clean(note)));
    let hidden = marks.hidden.then(|| "hidden".to_owned());
    [starred, tags, hidden, note].into_iter().flatten().collect()
}

fn links(entry: &Entry) -> Vec<String> {
    let session = &entry.row.session;
    let mut links: Vec<String> = session.pr_links.iter().map(|link| cells::clean(link)).collect();
    if session.subagents > 0 {
        links.push(figures::counted(session.subagents, "subagent"));
    }
    links.extend(
        session.parent.as_ref().map(|parent| {
            format!("forked from {}", cells::clean(&parent.as_str().chars().take(8).collect::<String>()))
        }),
    );
    if entry.row.incomplete_requests > 0 {
        links.push(format!(
            "the output of {} is a lower bound",
            figures::counted(entry.row.incomplete_requests, "request")
        ));
    }
    links
}

/// A path with `~` for the home directory.
pub(crate) fn shortened(path: &str, home: Option<&str>) -> String {
    match home.filter(|home| home.len() > 1).and_then(|home| path.strip_prefix(home)) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
        _ => path.to_owned(),
    }
}

/// A path seen from a directory.
fn relative(path: &str, directory: &str, home: Option<&str>) -> String {
    match path.strip_prefix(directory).and_then(|rest| rest.strip_prefix(['/', '\\'])) {
        Some(rest) if !directory.is_empty() => rest.to_owned(),
        _ => shortened(path, home),
    }
}
