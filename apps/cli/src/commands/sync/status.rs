//! `sessions sync --status`: what is known of remotes without asking them, and what the next sync tells first.

use chrono::DateTime;
use config::RemoteSetting;
use journal::{Journal, Scope};
use serde::Serialize;
use sync::{Local, Records};

use crate::context::Context;
use crate::output::Role;
use crate::plain_text::one_line;
use crate::table::{self, Column};
use crate::{scanning, syncing};

#[derive(Debug, Serialize)]
struct Row {
    remote: String,
    address: String,
    shared: bool,
    last_synced: Option<String>,
    last_tried: Option<String>,
    next_try: Option<String>,
    queued: u64,
    failures: u32,
    error: Option<String>,
    next_step: Option<String>,
}

const COLUMNS: [Column; 4] = [
    table::words("remote", None, u8::MAX).role(Role::Strong),
    table::words("last synced", None, 3),
    table::figures("queued", 4),
    table::words("address", Some((12, 60)), 1).role(Role::Dim),
];

/// Shows it.
pub(super) fn run(context: &mut Context, remotes: &[RemoteSetting]) -> color_eyre::Result<()> {
    let obstacle = scanning::freshen(context, true)?;
    let mut journal = Journal::open(&context.paths.journal())?;
    let is_told = remotes.iter().any(|setting| syncing::terms(setting).allow(&Scope::Private));
    let untold = match &obstacle {
        _ if !is_told => Some(0),
        None => Some(syncing::untold(context, &mut journal)?),
        // what it holds, nobody can ask
        Some(_) => None,
    };
    let here = Local::heads(&mut journal)?;
    let records = Records::load(&context.paths.remotes_file());
    let rows: Vec<Row> = remotes
        .iter()
        .map(|setting| {
            let record = records.of(&setting.name);
            let address = sync::Address::parse(&setting.url, context.paths.home.as_deref(), &context.environment.cwd);
            Row {
                remote: setting.name.clone(),
                address: address.map_or_else(|fault| fault.to_string(), |address| address.to_string()),
                shared: setting.shared,
                last_synced: record.synced_ms.and_then(moment),
                last_tried: record.tried_ms.and_then(moment),
                next_try: record.tried_ms.and_then(|_| moment(record.due_ms())),
                queued: record.queued(&here, syncing::terms(setting)),
                failures: record.failures,
                error: record.error,
                next_step: record.remedy.map(|remedy| remedy.replace("<name>", &setting.name)),
            }
        })
        .collect();
    if context.json {
        return context.output.json(&serde_json::json!({ "schema": 1, "remotes": rows, "untold": untold }));
    }
    let zone = context.zone;
    let local = |time: &Option<String>| {
        let time = time.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        time.map_or_else(|| "never".to_owned(), |time| time.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
    };
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let texts = [&row.remote, &local(&row.last_synced), &row.queued.to_string(), &row.address];
            texts.map(|text| one_line(text)).to_vec()
        })
        .collect();
    for line in table::lay_out(&COLUMNS, &cells, &context.output) {
        context.output.line(&line)?;
    }
    for row in &rows {
        let (Some(error), step) = (&row.error, row.next_step.as_deref().unwrap_or_default()) else { continue };
        context.output.line(&one_line(&format!("{}: it {error}. {step}", row.remote)))?;
    }
    match (untold, obstacle) {
        (_, Some(obstacle)) => {
            let line = format!("What is queued is as of the last scan: {obstacle}.");
            context.output.line(&one_line(&line))?;
        }
        (None | Some(0), None) => {}
        (Some(untold), None) => {
            let line = match untold {
                1 => "1 session is new or went on; the next sync tells of it first.".to_owned(),
                many => format!("{many} sessions are new or went on; the next sync tells of them first."),
            };
            context.output.line(&line)?;
        }
    }
    Ok(())
}

fn moment(ms: u64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}
