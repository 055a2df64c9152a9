//! Encrypted remotes: the keyring of this device, and what people do with it.

use std::io::{self, IsTerminal};

use config::RemoteSetting;
use journal::Journal;
use sync::{Device, Devices, Keyring, Member, Remote, Seen, Who};

use crate::context::Context;
use crate::report::Fault;
use crate::{syncing, unseen};

/// A passphrase has at least so many letters.
const PASSPHRASE_MIN: usize = 12;

/// What seals a remote, for this device as it is called now.
pub(crate) fn seal(context: &Context, name: &str) -> Result<(Keyring, Seen), sync::Fault> {
    let keyring = Keyring::load(&context.paths.remote_key(name)).ok_or(sync::Fault::Sealed)?;
    let replica = Journal::open(&context.paths.journal())?.replica();
    Ok((keyring.speaking_as(replica), Seen::load(&context.paths.remote_seen(name))))
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

/// The passphrase of a remote: from `SESSIONS_REMOTE_<NAME>_PASSPHRASE`, else asked for, unseen; a new one twice.
pub(crate) fn passphrase(context: &Context, name: &str, is_new: bool) -> color_eyre::Result<String> {
    let variable = format!("SESSIONS_REMOTE_{}_PASSPHRASE", name.to_uppercase().replace('-', "_"));
    let passphrase = match context.environment.get(&variable) {
        Some(passphrase) => unseen::secret(passphrase)?,
        None if io::stdin().is_terminal() => {
            let passphrase = unseen::ask(if is_new { "New passphrase: " } else { "Passphrase: " })?;
            if is_new && unseen::ask("Once more: ")? != passphrase {
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

/// The encrypted remotes of the person.
fn encrypted(context: &Context) -> impl Iterator<Item = &RemoteSetting> {
    context.settings.remotes.iter().filter(|setting| setting.encrypted)
}

/// Devices that have the key of an encrypted remote, or had it, and from which nothing came here yet: as was known here last, or as
/// the remotes say that can be asked.
pub(crate) fn strangers(context: &Context, known: &[Device], is_asked: bool) -> color_eyre::Result<Vec<Device>> {
    let mut strangers: Vec<Device> = Vec::new();
    let lock = if is_asked { syncing::lock(context)? } else { None };
    for setting in encrypted(context) {
        let Some(mut keyring) = Keyring::load(&context.paths.remote_key(&setting.name)) else { continue };
        if lock.is_some()
            && let Ok((mut asked, mut remote)) = open(context, setting)
            && asked.waiting(&mut remote).is_ok()
        {
            keyring = asked;
        }
        for Who { name, replica } in keyring.devices().into_iter().map(|member| member.who.clone()) {
            if known.iter().chain(&strangers).all(|device| !device.is(replica)) {
                let (label, is_forgotten, is_here) = (name.clone(), false, false);
                strangers.push(Device {
                    replica,
                    earlier: Vec::new(),
                    name,
                    label,
                    is_forgotten,
                    is_here,
                    operations: 0,
                    last_ms: 0,
                    heard_ms: 0,
                });
            }
        }
    }
    Ok(strangers)
}

/// Shuts a device out of every encrypted remote; for each where it was in, whether it is out, and what came of it in words.
pub(crate) fn shut_out(context: &Context, device: &Device) -> color_eyre::Result<Vec<(bool, String)>> {
    if encrypted(context).next().is_none() {
        return Ok(Vec::new());
    }
    let Some(_lock) = syncing::lock(context)? else { return Err(syncing::busy().into()) };
    let out = |setting: &RemoteSetting| {
        let name = &setting.name;
        let said = open(context, setting).and_then(|(mut keyring, mut remote)| {
            let count = keyring.shut_out(&mut remote, |who| device.is(who.replica))?;
            let is_namesake = |member: &&Member| member.who.name == device.name && !member.is_out;
            Ok((count, keyring.devices().iter().skip(1).any(is_namesake)))
        });
        match said {
            Ok((0, false)) => None,
            Ok((0, true)) => Some((
                false,
                format!(
                    "{name}: nobody was shut out. Another device has its name there, under another number: `sessions remote keys {name}` \
                     shows it, and `sessions devices forget <number>` shuts it out."
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
    Ok(encrypted(context).filter_map(out).collect())
}
