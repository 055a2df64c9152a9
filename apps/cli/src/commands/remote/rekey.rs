//! `sessions remote rekey`: a new key and a new passphrase for an encrypted place, also without a device that had the one before.

use clap::Args;
use journal::{Journal, Scope};
use sync::{Change, Device, Effort, Keyring, Who};

use super::fault;
use crate::context::Context;
use crate::plain_text::one_line;
use crate::report::Fault;
use crate::{clock, commands, sealing, syncing};

const EXAMPLES: &str = "\
Examples:
  sessions remote rekey box                            others know the passphrase
  sessions remote rekey box --without 'old laptop'     a device is lost, sold or no longer yours

With --without a device is shut out by what makes the new key, so that it never learns that it is out while its key is the
newest one; and it is forgotten, as by `sessions devices forget`. All others get the new key by themselves. What was written
before stays readable for whoever could read it; who still may write into the place can do harm there, so take that away, too.

The new passphrase is taken from SESSIONS_REMOTE_<NAME>_PASSPHRASE, else asked for, unseen. One that opened the place before is
refused: whoever knows it would have the new key.";

/// Take a new key and a new passphrase for an encrypted place
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Rekey {
    /// The place
    name: String,
    /// Shut this device out, by its name or a beginning of its number; may be given several times
    #[arg(long, value_name = "DEVICE")]
    without: Vec<String>,
}

impl Rekey {
    /// Makes it, closes it for all devices that are in, and says so.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name, .. } = self;
        let setting = sealing::setting(context, name)?;
        let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
        let failed = |wrong: sync::Fault| fault(name, &wrong);
        let (mut keyring, mut remote) = sealing::open(context, &setting).map_err(failed)?;
        // what stands in the way is known before anybody thinks of a passphrase
        keyring.hear(&mut remote).map_err(failed)?;
        let out = self.meant(context, &keyring)?;
        let passphrase = sealing::passphrase(context, name, true)?;
        if keyring.is_opened_by(&mut remote, &passphrase).map_err(failed)? {
            return Err(self.refused(context).into());
        }
        let is_meant = |who: &Who| out.iter().any(|device| device.is(who.replica));
        let made = keyring.rekey_without(&mut remote, is_meant, &passphrase, Effort::PASSPHRASE);
        made.map_err(|wrong| match &wrong {
            sync::Fault::Moved => {
                failed(wrong).next("Another device was faster, and nothing was changed. Run it again.")
            }
            wrong if wrong.is_passing() || matches!(wrong, sync::Fault::Late(_)) => fault(name, wrong).next(format!(
                "Whether it was done is not known. Run it again: if the passphrase opens {name} already, it was, and `sessions devices \
                 forget` is left to do."
            )),
            wrong => fault(name, wrong),
        })?;
        forget(context, &out)?;
        self.tell(context, &keyring, &out)
    }

    /// The devices that are to be shut out.
    fn meant(&self, context: &Context, keyring: &Keyring) -> color_eyre::Result<Vec<Device>> {
        let mut journal = Journal::open(&context.paths.journal())?;
        let known = syncing::devices(context, &mut journal)?;
        let holders = sealing::holders(keyring, known, &journal);
        let mut meant: Vec<Device> = Vec::new();
        for wanted in &self.without {
            let device = commands::devices::find(&holders, wanted).map_err(|fault| {
                fault.next(format!(
                    "Nothing was changed. `sessions remote keys {}` lists those that have its key.",
                    self.name
                ))
            })?;
            if device.is(journal.replica()) {
                let message = "This device cannot shut itself out.";
                return Err(Fault::new("usage", message).next("Nothing was changed. Do it on another one.").into());
            }
            if meant.iter().all(|known| known.replica != device.replica) {
                meant.push(device.clone());
            }
        }
        Ok(meant)
    }

    /// Why a passphrase is not taken.
    fn refused(&self, context: &Context) -> Fault {
        let (Self { name, .. }, variable) = (self, sealing::passphrase_variable(&self.name));
        let message = format!("This passphrase opens {name} already: whoever knows it would have the new key, too.");
        let holds_it = context.environment.get(&variable).map(|_| format!("; {variable} holds this one"));
        Fault::new("usage", message)
            .next(format!("Nothing was changed. Take another one{}.", holds_it.unwrap_or_default()))
    }

    /// Says what was done, and what is left to do.
    fn tell(&self, context: &mut Context, keyring: &Keyring, out: &[Device]) -> color_eyre::Result<()> {
        let Self { name, .. } = self;
        let others = keyring.sharers().saturating_sub(1);
        if context.json {
            let out: Vec<_> = out
                .iter()
                .map(|device| serde_json::json!({ "name": device.name, "replica": device.replica }))
                .collect();
            let answer = serde_json::json!({ "schema": 1, "name": name, "keys": keyring.generation(), "others": others, "without": out });
            return context.output.json(&answer);
        }
        let names: Vec<String> = out.iter().map(|device| one_line(&device.label)).collect();
        let without = match &names[..] {
            [] => String::new(),
            [one] => format!(" {one} is shut out, and forgotten."),
            [rest @ .., last] => format!(" {} and {last} are shut out, and forgotten.", rest.join(", ")),
        };
        let get_it = match others {
            0 => String::new(),
            1 => " The other device that is in gets it at its next sync.".to_owned(),
            many => format!(" The {many} other devices that are in get it at their next sync."),
        };
        context.output.line(&format!("{name} has a new key, and the new passphrase opens it.{without}{get_it}"))?;
        for (device, label) in out.iter().zip(&names) {
            let lines: Vec<String> = sealing::still_open(context, name, device)
                .map(|other| {
                    let number = sealing::handle(device.replica);
                    format!("{label} still has the key of {other}: `sessions remote rekey {other} --without {number}`.")
                })
                .collect();
            for line in lines {
                context.output.line(&line)?;
            }
        }
        Ok(())
    }
}

/// Lists devices no more.
fn forget(context: &Context, devices: &[Device]) -> color_eyre::Result<()> {
    let mut journal = Journal::open(&context.paths.journal())?;
    let known = syncing::devices(context, &mut journal)?;
    let listed = devices.iter().filter(|device| !device.is_forgotten);
    let bodies: Vec<Vec<u8>> =
        listed.map(|device| known.change(device.replica, Change::Forgotten(true), clock::now_ms(), "")).collect();
    journal.append(&Scope::Private, &bodies)?;
    Ok(())
}
