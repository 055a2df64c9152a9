//! Encrypted remotes: the keyring of this device, and what people do with it.

use std::io::{self, IsTerminal};

use config::RemoteSetting;
use journal::Journal;
use sync::{Device, Devices, Keyring, Remote, Seen, Who};

use crate::context::Context;
use crate::report::Fault;
use crate::{syncing, unseen};

/// A passphrase has at least so many letters.
const PASSPHRASE_MIN: usize = 12;

/// What seals a remote.
pub(crate) fn seal(context: &Context, name: &str) -> Result<(Keyring, Seen), sync::Fault> {
    let keyring = Keyring::load(&context.paths.remote_key(name)).ok_or(sync::Fault::Sealed)?;
    Ok((keyring, Seen::load(&context.paths.remote_seen(name))))
}

/// An encrypted remote as its owner sees it, and what this device has of it.
pub(crate) fn open(context: &Context, setting: &RemoteSetting) -> Result<(Keyring, Box<dyn Remote>), sync::Fault> {
    let (keyring, _) = seal(context, &setting.name)?;
    let address = syncing::address(context, setting)?;
    let remote = address.open(&syncing::means(context, setting, &address)?)?;
    Ok((keyring, remote))
}

/// An encrypted remote of the person's, by its name.
pub(crate) fn setting(context: &Context, name: &str) -> Result<RemoteSetting, Fault> {
    let setting = syncing::remotes(context, Some(name))?.remove(0);
    if setting.encrypted {
        return Ok(setting);
    }
    let message = format!("{name} is not encrypted: it has no key.");
    Err(Fault::new("remote", message).next("`sessions remote list` says which ones are."))
}

/// What others are told of this device.
pub(crate) fn who(context: &Context) -> color_eyre::Result<Who> {
    let mut journal = Journal::open(&context.paths.journal())?;
    let replica = journal.replica();
    let said = Devices::of(&mut journal)?.name(replica).map(str::to_owned);
    let name = context.settings.device.clone().or(said).unwrap_or_else(|| syncing::machine_name(context));
    Ok(Who { name, replica })
}

/// The passphrase of a remote: from `SESSIONS_REMOTE_<NAME>_PASSPHRASE`, else asked for, unseen.
pub(crate) fn passphrase(context: &Context, name: &str) -> color_eyre::Result<String> {
    let variable = format!("SESSIONS_REMOTE_{}_PASSPHRASE", name.to_uppercase().replace('-', "_"));
    let passphrase = match context.environment.get(&variable) {
        Some(passphrase) => passphrase.to_owned(),
        None if io::stdin().is_terminal() => {
            let passphrase = unseen::ask("Passphrase: ")?;
            if unseen::ask("Once more: ")? != passphrase {
                return Err(Fault::new("usage", "These are two different ones.").next("Say it again.").into());
            }
            passphrase
        }
        None => {
            return Err(Fault::new("usage", "There is no passphrase.").next(format!("Set {variable}.")).into());
        }
    };
    if passphrase.chars().count() < PASSPHRASE_MIN {
        let message =
            format!("A passphrase has at least {PASSPHRASE_MIN} letters: whoever owns the place can try many.");
        return Err(Fault::new("usage", message).next("Take four words that nobody would put together.").into());
    }
    Ok(passphrase)
}

/// Shuts a device out of every encrypted remote; for each where it was in, whether it is out, and what came of it in words. Where its
/// number is not known, its name tells which it is, unless another device that is in use has the same.
pub(crate) fn shut_out(context: &Context, device: &Device, all: &[Device]) -> color_eyre::Result<Vec<(bool, String)>> {
    let encrypted: Vec<&RemoteSetting> = context.settings.remotes.iter().filter(|setting| setting.encrypted).collect();
    if encrypted.is_empty() {
        return Ok(Vec::new());
    }
    let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
    let is_same = |other: &Device| other.replica != device.replica && !other.is_forgotten && other.name == device.name;
    let has_namesake = all.iter().any(is_same);
    let out = |setting: &&RemoteSetting| {
        let name = &setting.name;
        let said = open(context, setting).and_then(|(mut keyring, mut remote)| {
            let count = keyring.shut_out(&mut remote, |who| who.replica == device.replica)?;
            if count > 0 || has_namesake {
                return Ok((
                    count,
                    keyring.devices().iter().any(|member| member.who.name == device.name && !member.is_out),
                ));
            }
            Ok((keyring.shut_out(&mut remote, |who| who.name == device.name)?, false))
        });
        match said {
            Ok((0, false)) => None,
            Ok((0, true)) => Some((
                false,
                format!(
                    "{name}: nobody was shut out. It is not known there by its number, and another device that is in use has its \
                     name; `sessions remote keys {name}` shows who is in."
                ),
            )),
            Ok(_) => Some((
                true,
                format!(
                    "{name}: it gets no key that is made from now on. The one that it has opens what is there and what comes, \
                     until `sessions remote rekey {name}` makes a new one; what it read it has."
                ),
            )),
            Err(fault) => Some((
                false,
                format!(
                    "{name}: it was not shut out, because the place {fault}. Forget it once more when that is put right."
                ),
            )),
        }
    };
    Ok(encrypted.iter().filter_map(out).collect())
}
