//! `sessions remote rekey`: a new key and a new passphrase for an encrypted place.

use clap::Args;
use sync::Effort;

use super::fault;
use crate::context::Context;
use crate::{sealing, syncing};

const EXAMPLES: &str = "\
Do it when a device was forgotten (`sessions devices forget`) or others know the passphrase. Devices that are in get the new
key by themselves. What was written before stays readable for whoever could read it; who still may write into the place can do
harm there, so take that away, too.

The new passphrase is taken from SESSIONS_REMOTE_<NAME>_PASSPHRASE, else asked for, unseen.";

/// Take a new key and a new passphrase for an encrypted place
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Rekey {
    /// The place
    name: String,
}

impl Rekey {
    /// Makes it, closes it for all devices that are in, and says so.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name } = self;
        let setting = sealing::setting(context, name)?;
        let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
        let passphrase = sealing::passphrase(context, name, true)?;
        let made = sealing::open(context, &setting).and_then(|(mut keyring, mut remote)| {
            keyring.rekey(&mut remote, &passphrase, Effort::PASSPHRASE)?;
            Ok(keyring)
        });
        let keyring = made.map_err(|wrong| fault(name, &wrong))?;
        let others = keyring.sharers().saturating_sub(1);
        if context.json {
            let answer =
                serde_json::json!({ "schema": 1, "name": name, "keys": keyring.generation(), "others": others });
            return context.output.json(&answer);
        }
        let get_it = match others {
            0 => String::new(),
            1 => " The other device that is in gets it at its next sync.".to_owned(),
            many => format!(" The {many} other devices that are in get it at their next sync."),
        };
        Ok(context.output.line(&format!("{name} has a new key, and the new passphrase opens it.{get_it}"))?)
    }
}
