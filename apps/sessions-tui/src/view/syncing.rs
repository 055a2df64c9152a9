//! The page of syncing: remotes, what is queued for them and what is wrong; devices, and how far each has come where.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::figures;
use crate::layout::Places;
use crate::model::Model;
use crate::syncing::{Doing, RemoteState, Synced};
use crate::theme::Theme;
use crate::view::painter::{Painter, rule};

/// Columns of a figure.
const FIGURE: u16 = 11;
/// What stands above the moments, and the columns that it takes.
const HEARD: &str = "last heard of";
const WHEN: u16 = 13;
/// The widest column of names.
const WIDEST: usize = 32;
/// Columns before a line that belongs to the one above it.
const INDENT: usize = 5;

/// A row: pieces of text, each with its style and the columns that it takes, negative where it stands to the right.
type Row = Vec<(String, Style, i32)>;

/// Draws the page.
pub(super) fn draw(model: &Model, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let page = places.page();
    let mut painter = Painter::new(buffer, places.top).skip(1).text("Sync", theme.strong).skip(2);
    if let Some(known) = &model.syncing.known {
        let counts = [
            figures::counted(known.remotes.len() as u64, "remote"),
            figures::counted(shown(known).count() as u64, "device"),
        ];
        painter = painter.text(&counts.join(" · "), theme.dim).skip(2);
    }
    let doing = match &model.syncing.doing {
        Doing::Nothing => String::new(),
        Doing::Testing => "asking the remotes …".to_owned(),
        Doing::Syncing(None) => "syncing …".to_owned(),
        Doing::Syncing(Some((remote, done, of))) => {
            format!("syncing with {remote}: {} of {}", figures::count(*done), figures::count(*of))
        }
    };
    painter.text(&doing, theme.accent);
    rule(buffer, places.search, theme.rule);
    for (row, y) in rows(model, page.width).into_iter().skip(model.syncing.top).zip(page.y..page.bottom()) {
        let mut painter = Painter::new(buffer, Rect::new(page.x, y, page.width, 1)).skip(1);
        for (text, style, columns) in row {
            let room = u16::try_from(columns.unsigned_abs()).unwrap_or(u16::MAX);
            painter = match columns {
                0 => painter.text(&text, style),
                1.. => painter.left(&text, room, style),
                _ => painter.right(&text, room, style),
            };
        }
    }
}

/// Rows of the page at a width.
pub(crate) fn rows_count(model: &Model, width: u16) -> usize {
    rows(model, width).len()
}

fn rows(model: &Model, width: u16) -> Vec<Row> {
    let theme = &model.setup.theme;
    let Some(known) = &model.syncing.known else {
        let text = if model.setup.demo {
            "Nothing is synced in the demo: here stand your places and devices."
        } else {
            "Looking what is known …"
        };
        return vec![vec![(text.to_owned(), theme.dim, 0)]];
    };
    let columns = usize::from(width).saturating_sub(2);
    let mut rows = Vec::new();
    if known.remotes.is_empty() {
        let text = "There is no place to sync with yet. `sessions remote add home ~/Sync/sessions` at the prompt adds a \
                    folder that another program carries to your other machines; a git repository, a PostgreSQL \
                    database, a DuckDB file or MotherDuck do as well: `sessions remote add --help`.";
        rows.extend(told(text, theme.text, columns, 0));
    } else {
        rows.push(vec![("Remotes".to_owned(), theme.strong, 0)]);
        for remote in &known.remotes {
            rows.extend(of_remote(model, remote, columns));
        }
    }
    rows.push(Vec::new());
    rows.extend(of_devices(model, known, columns));
    rows
}

/// Text on as many rows as it needs.
fn told(text: &str, style: Style, columns: usize, indent: usize) -> Vec<Row> {
    let lines = cells::wrap(text, columns.saturating_sub(indent), 6);
    lines.into_iter().map(|line| vec![(format!("{}{line}", " ".repeat(indent)), style, 0)]).collect()
}

fn of_remote(model: &Model, remote: &RemoteState, columns: usize) -> Vec<Row> {
    let theme = &model.setup.theme;
    let since = |at| format!("synced {}", figures::since(at, model.now));
    let synced = remote.synced.map_or_else(|| "not synced yet".to_owned(), since);
    let queued = if remote.queued == 0 {
        "nothing queued".to_owned()
    } else {
        format!("{} queued", figures::counted(remote.queued, "operation"))
    };
    let whose = if remote.shared { " · others read it" } else { "" };
    let todo = remote.access.as_ref().and_then(|access| access.remedy(&remote.name));
    let sealed = remote.access.as_ref().map(|access| format!(" · {}", access.words())).unwrap_or_default();
    let (name, address) = (format!("  {}", cells::clean(&remote.name)), cells::clean(&remote.address));
    let mut rows = vec![vec![(name.clone(), theme.accent, 0)]];
    if cells::width(&name) + 2 + cells::width(&address) <= columns {
        rows[0].push((format!("  {address}"), theme.dim, 0));
    } else {
        rows.extend(told(&address, theme.dim, columns, INDENT));
    }
    rows.extend(told(&format!("{synced} · {queued}{whose}{sealed}"), theme.text, columns, INDENT));
    if let Some((error, remedy)) = &remote.fault {
        rows.extend(told(&format!("It {}.", cells::clean(error)), theme.error, columns, INDENT));
        let again = remote.due.map(|due| format!("Next try {}.", soon(due, model)));
        // of its key more is said below
        let remedy = todo.is_none().then(|| cells::clean(remedy).replace("<name>", &remote.name));
        let text = remedy.into_iter().chain(again).collect::<Vec<_>>().join(" ");
        rows.extend(told(&text, theme.text, columns, INDENT));
    }
    if let Some(todo) = todo {
        rows.extend(told(&todo, theme.warning, columns, INDENT));
    }
    let answer = model.syncing.tested.iter().find(|(name, _)| *name == remote.name);
    rows.extend(answer.into_iter().flat_map(|(_, answer)| match answer {
        Ok(answer) => told(&format!("It {}.", cells::clean(answer)), theme.accent, columns, INDENT),
        Err(wrong) => told(&format!("It {}.", cells::clean(wrong)), theme.error, columns, INDENT),
    }));
    rows
}

fn soon(due: chrono::DateTime<chrono::Utc>, model: &Model) -> String {
    let left = (due - model.now).num_seconds();
    if left <= 60 { "within a minute".to_owned() } else { format!("in {} min", (left + 59) / 60) }
}

/// Devices that nobody forgot, and this one.
fn shown(known: &Synced) -> impl Iterator<Item = &sync::Device> {
    known.devices.iter().filter(|device| !device.is_forgotten || device.is_here)
}

/// A table: what each device wrote, and how much of it each remote had when both sides had the same. What has no column where it is
/// narrow stands below each device.
fn of_devices(model: &Model, known: &Synced, columns: usize) -> Vec<Row> {
    let theme = &model.setup.theme;
    let name = |device: &sync::Device| {
        let here = if device.is_here { " (this one)" } else { "" };
        format!("  {}{here}", cells::clean(&device.label))
    };
    let widest = shown(known).map(|device| cells::width(&name(device))).max().unwrap_or(0).clamp(8, WIDEST);
    let widest = i32::try_from(widest + 1).unwrap_or(0);
    let taken = usize::try_from(widest).unwrap_or(0) + usize::from(2 * FIGURE + WHEN + 1);
    let room = columns.saturating_sub(taken);
    let (remotes, others) = known.remotes.split_at((room / usize::from(FIGURE)).min(known.remotes.len()));
    let figure = -i32::from(FIGURE);
    let head = |text: &str| (cells::cut(text, usize::from(FIGURE - 1)).into_owned(), theme.dim, figure);
    let mut heads = vec![("Devices".to_owned(), theme.strong, widest), head("sessions"), head("operations")];
    heads.extend(remotes.iter().map(|remote| head(&format!("at {}", cells::clean(&remote.name)))));
    // where it is narrow, what was counted goes before when it was heard
    let has_when = columns >= taken;
    heads.extend(has_when.then(|| (HEARD.to_owned(), theme.dim, -i32::from(WHEN + 1))));
    let mut rows = vec![heads];
    let entries = &model.list.library().entries;
    for device in shown(known) {
        let sessions = entries.iter().filter(|entry| match entry.row.counts_for {
            None => device.replica == known.devices[0].replica,
            Some(other) => device.is(other),
        });
        let style = if device.is_here { theme.text } else { theme.dim };
        let count = |number: u64, style| (figures::count(number), style, figure);
        let mut row = vec![(name(device), theme.text, widest), count(sessions.count() as u64, theme.text)];
        row.push(count(device.operations, theme.text));
        row.extend(remotes.iter().map(|remote| there(device, remote, theme, figure)));
        let last = i64::try_from(device.heard_ms).ok().filter(|ms| *ms > 0 && !device.is_here);
        let last = last.and_then(chrono::DateTime::from_timestamp_millis).map(|at| figures::ago(at, model.now));
        let when = last.clone().filter(|_| has_when).unwrap_or_default();
        row.push((when, style, -i32::from(WHEN + 1)));
        rows.push(row);
        let at =
            |remote: &RemoteState| format!("at {} {}", cells::clean(&remote.name), figures::count(had(device, remote)));
        let moment = last.filter(|_| !has_when).map(|ago| format!("{HEARD} {ago}"));
        let below: Vec<String> = others.iter().map(at).chain(moment).collect();
        if !below.is_empty() {
            rows.extend(told(&below.join(" · "), theme.dim, columns, INDENT));
        }
    }
    if shown(known).next().is_none() {
        rows.extend(told("Nothing was said on any device yet.", theme.dim, columns, 2));
    }
    rows
}

/// How much of what a device wrote a remote had.
fn there(device: &sync::Device, remote: &RemoteState, theme: &Theme, figure: i32) -> (String, Style, i32) {
    let had = had(device, remote);
    (figures::count(had), if had < device.operations { theme.warning } else { theme.dim }, figure)
}

/// How many operations of a device a remote had.
fn had(device: &sync::Device, remote: &RemoteState) -> u64 {
    let all = device.earlier.iter().chain([&device.replica]);
    all.filter_map(|replica| remote.there.get(replica)).sum()
}
