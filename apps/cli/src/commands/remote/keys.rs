//! `sessions remote keys`: who has the key of an encrypted place.

use clap::Args;
use journal::Journal;
use sync::Member;

use super::fault;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, one_line};
use crate::table::{self, Column};
use crate::{sealing, syncing};

const EXAMPLES: &str = "\
Examples:
  sessions remote keys box
  sessions remote let-in box 7QF3K-...    a device that shows this code gets the key
  sessions devices forget 'old desktop'   it gets no key that is made from now on
  sessions remote rekey box               a new key, and a new passphrase";

/// Show which devices have the key of an encrypted place
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Keys {
    /// The place
    name: String,
}

const COLUMNS: [Column; 3] = [
    table::words("device", Some((16, 40)), u8::MAX).role(Role::Strong),
    table::words("key", None, u8::MAX),
    table::words("number", None, 1).role(Role::Handle),
];

/// Characters of a number that are shown; JSON has all of them.
const HANDLE: usize = 10;

impl Keys {
    /// Asks the place, and shows it.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name } = self;
        let setting = sealing::setting(context, name)?;
        let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
        let asked = sealing::open(context, &setting).and_then(|(mut keyring, mut remote)| {
            let waiting = keyring.waiting(&mut remote)?;
            Ok((keyring, waiting))
        });
        let (keyring, waiting) = asked.map_err(|wrong| fault(name, &wrong))?;
        let mut journal = Journal::open(&context.paths.journal())?;
        let known = syncing::devices(context, &mut journal)?;
        let devices: Vec<Member> = keyring.devices().into_iter().cloned().collect();
        // what people call it now, where that was heard
        let called = |device: &Member| known.called(device.who.replica).unwrap_or(&device.who.name).to_owned();
        if context.json {
            let rows: Vec<_> = devices
                .iter()
                .enumerate()
                .map(|(place, device)| serde_json::json!({ "name": called(device), "replica": device.who.replica, "has_key": !device.is_out, "is_here": place == 0 }))
                .collect();
            let answer = serde_json::json!({ "schema": 1, "name": name, "keys": keyring.generation(), "devices": rows, "waiting": waiting });
            return context.output.json(&answer);
        }
        let row = |(place, device): (usize, &Member)| {
            let here = if place == 0 { " (here)" } else { "" };
            let key = if device.is_out { "shut out" } else { "yes" };
            let number = device.who.replica.to_string().chars().take(HANDLE).collect();
            vec![format!("{}{here}", one_line(&called(device))), key.to_owned(), number]
        };
        let rows: Vec<Vec<String>> = devices.iter().enumerate().map(row).collect();
        for line in table::lay_out(&COLUMNS, &rows, &context.output) {
            context.output.line(&line)?;
        }
        if waiting > 0 {
            let waits = if waiting == 1 { "waits" } else { "wait" };
            let line = format!(
                "{} {waits} to be let in: `sessions remote let-in {name} <the code that it shows>`.",
                counted(waiting as u64, "device")
            );
            context.output.line(&line)?;
        }
        Ok(())
    }
}
