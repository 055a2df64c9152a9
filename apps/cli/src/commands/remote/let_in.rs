//! `sessions remote let-in`: the key of an encrypted place, for one more device.

use clap::Args;

use super::fault;
use crate::context::Context;
use crate::plain_text::one_line;
use crate::{sealing, syncing};

const EXAMPLES: &str = "\
Example, on the new device and then on one that has the key:
  sessions remote add box ~/Dropbox/sessions --encrypt --ask
  sessions remote let-in box 7QF3K-...

Only the device that shows the code gets the key: the code passes by your hands alone, and whoever owns the place neither
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
                    "Compare the code, and see that what the device said has arrived here; `sessions remote keys {name}` \
                     says how many wait."
                )),
                wrong => fault(name, &wrong),
            });
        let member = said?;
        if context.json {
            let answer = serde_json::json!({ "schema": 1, "name": name, "device": member.who.name, "replica": member.who.replica });
            return context.output.json(&answer);
        }
        Ok(context
            .output
            .line(&format!("{} is let in; it gets the key at its next sync.", one_line(&member.who.name)))?)
    }
}
