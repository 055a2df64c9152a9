//! `sessions remote keys`: who has the key of an encrypted place.

use clap::Args;
use journal::{Journal, ReplicaId};
use sync::Member;

use super::fault;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
use crate::table::{self, Column};
use crate::{sealing, syncing};

const EXAMPLES: &str = "\
Examples:
  sessions remote keys box
  sessions remote let-in box 7QF3K-...                a device that shows this code gets the key
  sessions remote rekey box                           a new key, and a new passphrase
  sessions remote rekey box --without 'old desktop'   the same, and shuts a device out";

/// Show which devices have the key of an encrypted place, and which ask for it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Keys {
    /// The place
    name: String,
    /// List this request to be let in no more on this device, by a beginning of its number
    #[arg(long, value_name = "NUMBER")]
    pass_over: Option<String>,
}

const COLUMNS: [Column; 3] = [
    table::words("device", Some((16, 40)), u8::MAX).role(Role::Strong),
    table::words("key", None, u8::MAX),
    table::words("number", None, 1).role(Role::Handle),
];

impl Keys {
    /// Asks the place, and shows it.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name, .. } = self;
        let setting = sealing::setting(context, name)?;
        let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
        let asked = sealing::open(context, &setting).and_then(|(mut keyring, mut remote)| {
            let waiting = keyring.waiting(&mut remote)?;
            Ok((keyring, remote, waiting))
        });
        let (mut keyring, mut remote, mut waiting) = asked.map_err(|wrong| fault(name, &wrong))?;
        if let Some(wanted) = &self.pass_over {
            let passed_over = self.meant(wanted, &waiting)?;
            keyring.pass_over(&mut remote, passed_over).map_err(|wrong| fault(name, &wrong))?;
            waiting.retain(|replica| *replica != passed_over);
        }
        let mut journal = Journal::open(&context.paths.journal())?;
        let devices: Vec<Member> = keyring.devices().into_iter().cloned().collect();
        // what people call it now, where that was heard
        let known = syncing::devices(context, &mut journal)?;
        let known = devices.iter().fold(known, |known, device| known.meeting(device.who.replica, &device.who.name));
        let called = |device: &Member| known.called(device.who.replica).unwrap_or(&device.who.name).to_owned();
        let label = |device: &Member| known.label(device.who.replica);
        if context.json {
            let rows: Vec<_> = devices
                .iter()
                .enumerate()
                .map(|(place, device)| serde_json::json!({ "name": called(device), "label": label(device), "replica": device.who.replica, "has_key": !device.is_out, "is_here": place == 0 }))
                .collect();
            let answer = serde_json::json!({ "schema": 1, "name": name, "keys": keyring.generation(), "devices": rows, "waiting": waiting.len(), "requests": waiting });
            return context.output.json(&answer);
        }
        let row = |(place, device): (usize, &Member)| {
            let here = if place == 0 { " (here)" } else { "" };
            let key = if device.is_out { "shut out" } else { "yes" };
            vec![format!("{}{here}", one_line(&label(device))), key.to_owned(), sealing::handle(device.who.replica)]
        };
        // the name that a device says for itself is closed by its code
        let asking = |replica: &ReplicaId| {
            let member = devices.iter().find(|device| device.who.replica == *replica);
            let name = known.called(*replica).or(member.map(|member| member.who.name.as_str()));
            vec![one_line(name.unwrap_or("not known yet")), "waits".to_owned(), sealing::handle(*replica)]
        };
        let rows: Vec<Vec<String>> = devices.iter().enumerate().map(row).chain(waiting.iter().map(asking)).collect();
        for line in table::lay_out(&COLUMNS, &rows, &context.output) {
            context.output.line(&line)?;
        }
        if !waiting.is_empty() {
            let waits = if waiting.len() == 1 { "waits" } else { "wait" };
            let line = format!(
                "{} {waits} to be let in: `sessions remote let-in {name} <the code that it shows>`.",
                counted(waiting.len() as u64, "device")
            );
            context.output.line(&line)?;
        }
        Ok(())
    }

    /// In whose stream the request is that is meant.
    fn meant(&self, wanted: &str, waiting: &[ReplicaId]) -> Result<ReplicaId, Fault> {
        let is_meant = |replica: &&ReplicaId| replica.to_string().starts_with(&wanted.to_uppercase());
        let found: Vec<&ReplicaId> = waiting.iter().filter(is_meant).collect();
        let message = match found[..] {
            [replica] => return Ok(*replica),
            [] => format!("No request to be let in has a number that begins with `{wanted}`."),
            _ => format!("{} are meant by `{wanted}`.", counted(found.len() as u64, "request")),
        };
        let step = format!("Say one of those that wait, as `sessions remote keys {}` lists them.", self.name);
        Err(Fault::new("no-device", message).next(step))
    }
}
