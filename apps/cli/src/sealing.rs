//! Encrypted remotes: the keyring of this device, and what people do with it.

use std::io::{self, IsTerminal};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use config::RemoteSetting;
use journal::{Journal, ReplicaId};
use sync::{Device, Devices, Keyring, Means, Member, Remote, Seen, Who};

use crate::context::Context;
use crate::report::Fault;
use crate::{syncing, unseen};

/// Characters of a number that are shown; JSON has all of them.
const HANDLE: usize = 10;

/// How long an answer is waited for that may also be missing.
const SOON: Duration = Duration::from_secs(5);

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

/// The variable that may hold the passphrase of a remote.
pub(crate) fn passphrase_variable(name: &str) -> String {
    format!("SESSIONS_REMOTE_{}_PASSPHRASE", name.to_uppercase().replace('-', "_"))
}

/// The passphrase of a remote: from `SESSIONS_REMOTE_<NAME>_PASSPHRASE`, else asked for, unseen; a new one twice.
pub(crate) fn passphrase(context: &Context, name: &str, is_new: bool) -> color_eyre::Result<String> {
    let variable = passphrase_variable(name);
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

/// The beginning of a number, by which a device is named in a command.
pub(crate) fn handle(replica: ReplicaId) -> String {
    replica.to_string().chars().take(HANDLE).collect()
}

/// The encrypted remotes of the person.
fn encrypted(context: &Context) -> impl Iterator<Item = &RemoteSetting> {
    context.settings.remotes.iter().filter(|setting| setting.encrypted)
}

/// Devices that have the key of an encrypted remote, or had it: as was known here last, or as the remotes say that can be asked.
pub(crate) fn members(context: &Context, is_asked: bool) -> color_eyre::Result<Vec<Who>> {
    let mut members = Vec::new();
    let lock = if is_asked { syncing::lock(context)? } else { None };
    for setting in encrypted(context) {
        let Some(mut keyring) = Keyring::load(&context.paths.remote_key(&setting.name)) else { continue };
        if lock.is_some()
            && let Ok((mut asked, mut remote)) = open(context, setting)
            && asked.hear(&mut remote).is_ok()
        {
            keyring = asked;
        }
        members.extend(keyring.devices().into_iter().map(|member| member.who.clone()));
    }
    Ok(members)
}

/// The devices that have the key of an encrypted remote, or had it, also those of which nothing came yet.
pub(crate) fn holders(keyring: &Keyring, known: Devices, journal: &Journal) -> Vec<Device> {
    let members: Vec<&Who> = keyring.devices().into_iter().map(|member| &member.who).collect();
    let known = members.iter().fold(known, |known, who| known.meeting(who.replica, &who.name));
    let has_it = |device: &Device| members.iter().any(|who| device.is(who.replica));
    known.list(journal).into_iter().filter(has_it).collect()
}

/// The other encrypted remotes of which a device has the key, as was known here last.
pub(crate) fn still_open<'a>(
    context: &'a Context,
    except: &'a str,
    device: &'a Device,
) -> impl Iterator<Item = &'a str> {
    let is_in = |setting: &&RemoteSetting| {
        let keyring = Keyring::load(&context.paths.remote_key(&setting.name));
        keyring.is_some_and(|keyring| {
            keyring.devices().iter().any(|member| !member.is_out && device.is(member.who.replica))
        })
    };
    let others = encrypted(context).filter(move |setting| setting.name != except);
    others.filter(is_in).map(|setting| setting.name.as_str())
}

/// Takes back that this device asks to be let in to a remote, where that can be reached soon; none where it does not ask.
pub(crate) fn take_back(context: &Context, setting: &RemoteSetting) -> Option<Result<(), sync::Fault>> {
    let keyring = Keyring::load(&context.paths.remote_key(&setting.name))?;
    keyring.code()?;
    let busy = || sync::Fault::Unreachable("another program is syncing at this moment".to_owned());
    let Some(_lock) = syncing::lock(context).ok().flatten() else { return Some(Err(busy())) };
    let opened = syncing::address(context, setting)
        .and_then(|address| Ok((syncing::means(context, setting, &address)?, address)));
    let (means, address) = match opened {
        Ok((means, address)) => (Means { deadline: Some(SOON), ..means }, address),
        Err(wrong) => return Some(Err(wrong)),
    };
    let (teller, told) = mpsc::channel();
    // a folder on a drive that hangs answers to no deadline: it is left alone
    thread::spawn(move || {
        let taken_back = address.open(&means).and_then(|mut remote| keyring.take_back(&mut remote));
        // nobody may be listening any more
        let _ = teller.send(taken_back);
    });
    Some(told.recv_timeout(2 * SOON).unwrap_or(Err(sync::Fault::Late(2 * SOON))))
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
                     shows it, and `sessions remote rekey {name} --without <number>` shuts it out, with a new key."
                ),
            )),
            Ok(_) => Some((
                true,
                format!(
                    "{name}: it gets no key that is made from now on. The one that it has opens what is there and what comes, \
                     until `sessions remote rekey {name}` makes a new one: do that now. What it read it has."
                ),
            )),
            Err(fault) => Some((
                false,
                format!(
                    "{name}: it was not shut out, because the place {fault}. When that is put right: `sessions remote rekey {name} \
                     --without {}`.",
                    handle(device.replica)
                ),
            )),
        }
    };
    Ok(encrypted(context).filter_map(out).collect())
}
