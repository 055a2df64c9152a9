//! `sessions remote let-in`: the key of an encrypted place, for one more device.

use clap::Args;
use journal::{Journal, Scope};
use sync::{Change, Who};

use super::fault;
use crate::context::Context;
use crate::plain_text::one_line;
use crate::{clock, sealing, syncing};

const EXAMPLES: &str = "\
Example, on the new device and then on one that has the key:
  sessions remote add box ~/Dropbox/sessions --encrypt --ask
  sessions remote let-in box 7QF3K-...

The place is named as it is called on the device that has the key, whatever the new one calls it. Only the device that shows the code gets the key: the code passes by your hands alone, and whoever owns the place neither
knows it nor can put another device in its stead.";

/// Let in a device that asks for the key of an encrypted place
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LetIn {
    /// The place
    name: String,
    /// The code that the device shows
    code: String,
}

impl LetIn {
    /// Closes the key for it, too.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name, code } = self;
        let setting = sealing::setting(context, name)?;
        let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
        let said = sealing::open(context, &setting)
            .and_then(|(mut keyring, mut remote)| keyring.let_in(&mut remote, code))
            .map_err(|wrong| match wrong {
                wrong @ sync::Fault::Closed(_) => fault(name, &wrong).next(format!(
                    "Compare the code, and see that it is the same place and that what the device said has arrived here; `sessions \
                     remote keys {name}` lists those that wait."
                )),
                wrong => fault(name, &wrong),
            });
        let Who { name: own_name, replica } = said?.who;
        let mut journal = Journal::open(&context.paths.journal())?;
        let known = syncing::devices(context, &mut journal)?.meeting(replica, &own_name);
        if known.is_forgotten(replica) {
            // whoever is let in again is used again
            let again = known.change(known.present(replica), Change::Forgotten(false), clock::now_ms(), "");
            journal.append(&Scope::Private, &[again])?;
        }
        let device = known.label(replica);
        if context.json {
            let answer = serde_json::json!({ "schema": 1, "name": name, "device": device, "replica": replica });
            return context.output.json(&answer);
        }
        Ok(context.output.line(&format!("{} is let in; it gets the key at its next sync.", one_line(&device)))?)
    }
}
