//! `sessions devices`: the machines whose operations are here.

use std::collections::BTreeMap;

use chrono::DateTime;
use clap::{Args, Subcommand};
use journal::{Journal, ReplicaId, Scope};
use serde::Serialize;
use sessions_tui::figures;
use sync::{Change, Device, Devices as Known};

use crate::clock;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
use crate::table::{self, Column};
use crate::{sealing, syncing};

const EXAMPLES: &str = "\
Examples:
  sessions devices
  sessions devices name laptop                  call this device so
  sessions devices name 'old desktop' --device 01KB3
  sessions devices forget 'old desktop'         not listed until it is used again, and gets no new key
  sessions remote rekey box --without tablet    the same in one step with a new key, for an encrypted place

A device is a data folder on a machine. One that was restored from a backup or copied goes on under a new number.";

/// Show the devices that you sync with, name and forget them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Devices {
    /// List those that were forgotten as well
    #[arg(long)]
    all: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Call a device something
    Name {
        /// What it is called
        name: String,
        /// Which one, by its name or a beginning of its number [default: this one]
        #[arg(long)]
        device: Option<String>,
    },
    /// List a device no more, and shut it out of encrypted places
    Forget {
        /// Which one, by its name or a beginning of its number; also one that only `sessions remote keys` lists
        device: String,
    },
}

const COLUMNS: [Column; 5] = [
    table::words("device", Some((16, 40)), u8::MAX).role(Role::Strong),
    table::figures("sessions", 4),
    table::figures("operations", 2),
    table::words("last heard of", None, 3),
    table::words("number", None, u8::MAX).role(Role::Handle),
];

impl Devices {
    /// Carries it out.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let mut journal = Journal::open(&context.paths.journal())?;
        let known = syncing::devices(context, &mut journal)?;
        let devices = known.list(&journal);
        let mut told = Vec::new();
        let (device, changes) = match &self.command {
            None => return self.list(context, &devices),
            Some(Command::Name { name, device }) if !name.trim().is_empty() => {
                let device = match device {
                    Some(device) => find(&devices, device)?.replica,
                    None => journal.replica(),
                };
                let is_forgotten = devices.iter().any(|known| known.replica == device && known.is_forgotten);
                let again = is_forgotten.then_some(Change::Forgotten(false));
                (device, again.into_iter().chain([Change::Name(one_line(name.trim()))]).collect::<Vec<_>>())
            }
            Some(Command::Name { .. }) => {
                return Err(Fault::new("usage", "A name has at least one letter.").next("Say another one.").into());
            }
            Some(Command::Forget { device }) => {
                let all = including_strangers(context, &known, &journal, device)?;
                let device = find(&all, device)?;
                if device.is(journal.replica()) {
                    let message = "This device cannot be forgotten while it is used.";
                    return Err(Fault::new("usage", message).next("Forget it on another one.").into());
                }
                told = sealing::shut_out(context, device)?;
                (device.replica, vec![Change::Forgotten(true)])
            }
        };
        let bodies: Vec<Vec<u8>> =
            changes.into_iter().map(|change| known.change(device, change, clock::now_ms(), "")).collect();
        journal.append(&Scope::Private, &bodies)?;
        let devices = syncing::devices(context, &mut journal)?.list(&journal);
        self.list(context, &devices)?;
        for (is_out, line) in &told {
            if !is_out {
                context.warn(&Fault::new("remote", line.as_str()).into());
            } else if !context.json {
                context.output.line(line)?;
            }
        }
        Ok(())
    }

    fn list(&self, context: &mut Context, devices: &[Device]) -> color_eyre::Result<()> {
        let sessions = sessions(context, devices)?;
        let devices: Vec<Row<'_>> = devices
            .iter()
            .filter(|device| self.all || !device.is_forgotten || device.is_here)
            .map(|device| Row { device, sessions: sessions.get(&device.replica).copied().unwrap_or(0) })
            .collect();
        if context.json {
            return context.output.json(&serde_json::json!({ "schema": 1, "devices": devices }));
        }
        let zone = context.zone;
        let heard =
            |device: &Device| match i64::try_from(device.heard_ms).ok().and_then(DateTime::from_timestamp_millis) {
                Some(time) if device.heard_ms > 0 && !device.is_here => figures::date(time, zone),
                _ => String::new(),
            };
        let rows: Vec<Vec<String>> = devices
            .iter()
            .map(|Row { device, sessions }| {
                let mark = match (device.is_here, device.is_forgotten) {
                    // that it is used, it says at its next sync
                    (true, _) => " (here)",
                    (false, true) => " (forgotten)",
                    (false, false) => "",
                };
                let name = format!("{}{mark}", one_line(&device.label));
                vec![
                    name,
                    sessions.to_string(),
                    device.operations.to_string(),
                    heard(device),
                    sealing::handle(device.replica),
                ]
            })
            .collect();
        if rows.is_empty() {
            return Ok(context.output.line("Nothing was said on any device yet.")?);
        }
        for line in table::lay_out(&COLUMNS, &rows, &context.output) {
            context.output.line(&line)?;
        }
        Ok(())
    }
}

/// A device, and the sessions that count for it.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    device: &'a Device,
    sessions: u64,
}

/// How many sessions count for each device; those of this machine count for what it is now.
fn sessions(context: &Context, devices: &[Device]) -> color_eyre::Result<BTreeMap<ReplicaId, u64>> {
    let here = devices.iter().find(|device| device.is_here);
    let mut sessions = BTreeMap::new();
    for row in context.store.sessions()? {
        let other = row.counts_for.and_then(|replica| devices.iter().find(|device| device.is(replica)));
        if let Some(device) = if row.counts_for.is_some() { other } else { here } {
            *sessions.entry(device.replica).or_default() += 1;
        }
    }
    Ok(sessions)
}

/// The devices, and those that have the key of an encrypted place and of which nothing came yet; places are asked for somebody who
/// is not known otherwise.
fn including_strangers(
    context: &Context,
    known: &Known,
    journal: &Journal,
    wanted: &str,
) -> color_eyre::Result<Vec<Device>> {
    let all = |is_asked| {
        let members = sealing::members(context, is_asked)?.into_iter();
        Ok(members.fold(known.clone(), |known, who| known.meeting(who.replica, &who.name)).list(journal))
    };
    let known: color_eyre::Result<Vec<Device>> = all(false);
    match known {
        Ok(known) if find(&known, wanted).is_err() => all(true),
        known => known,
    }
}

/// The device of a name, or of a beginning of its number.
pub(crate) fn find<'a>(devices: &'a [Device], wanted: &str) -> Result<&'a Device, Fault> {
    let begins = |replica: &ReplicaId| replica.to_string().starts_with(&wanted.to_uppercase());
    let by_number = |device: &&Device| begins(&device.replica) || device.earlier.iter().any(begins);
    let named: Vec<&Device> = devices.iter().filter(|device| device.name == wanted || device.label == wanted).collect();
    let found = if named.is_empty() { devices.iter().filter(by_number).collect() } else { named };
    match found[..] {
        [device] => Ok(device),
        [] => Err(Fault::new("no-device", format!("There is no device `{wanted}`."))
            .next("`sessions devices --all` lists them; `sessions remote keys <remote>` those that have its key.")),
        _ => {
            let count = counted(found.len() as u64, "device");
            let begin =
                |device: &&Device| format!("`{}` ({})", sealing::handle(device.replica), one_line(&device.label));
            let numbers: Vec<String> = found.iter().map(begin).collect();
            Err(Fault::new("ambiguous", format!("{count} are meant by `{wanted}`."))
                .next(format!("Say its number, or more of it: {}.", numbers.join(", "))))
        }
    }
}
