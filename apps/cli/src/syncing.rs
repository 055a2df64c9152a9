//! Syncing with the person's remotes: what the command, the devices and a tick have in common.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use config::RemoteSetting;
use journal::{Journal, ReplicaId, Scope, Stream};
use serde::{Deserialize, Serialize};
use sessions_tui::{Launch, SyncNews, Tested};
use sync::{
    Address, Change, Conduct, Devices, Heads, Local, Means, Outcome, Page, Progress, Records, Remote, Settled, Terms,
};
use transcript::SessionId;

use crate::clock::now_ms;
use crate::commands::tick;
use crate::context::Context;
use crate::interrupt::Listening;
use crate::plain_text::counted;
use crate::report::Fault;
use crate::scanning::{self, Work};
use crate::sealing;

/// Before a remote is asked again after a fault it gets this time, and twice as much the second time.
const PAUSE: Duration = Duration::from_millis(300);

/// Operations that are outlined at once.
const OUTLINED: Page = Page { operations: 1_000, bytes: 32 << 20 };

/// What came of a remote.
#[derive(Debug)]
pub(crate) struct Synced {
    /// The remote.
    pub(crate) setting: RemoteSetting,
    /// What came of it.
    pub(crate) outcome: Outcome,
}

/// The remotes of a name, or all.
pub(crate) fn remotes(context: &Context, named: Option<&str>) -> Result<Vec<RemoteSetting>, Fault> {
    let all = &context.settings.remotes;
    let Some(name) = named else { return Ok(all.clone()) };
    let found: Vec<RemoteSetting> = all.iter().filter(|remote| remote.name == name).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let known: Vec<&str> = all.iter().map(|remote| remote.name.as_str()).collect();
    let step = match config::meant(name, known.iter().copied()) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None if known.is_empty() => "There is none yet; `sessions remote add` adds one.".to_owned(),
        None => format!("There are: {}.", known.join(", ")),
    };
    Err(Fault::new("no-remote", format!("There is no remote `{name}`.")).next(step))
}

/// Opens a remote; nothing is asked yet.
pub(crate) fn open(context: &Context, setting: &RemoteSetting) -> Result<Box<dyn Remote>, sync::Fault> {
    let address = address(context, setting)?;
    let mut means = means(context, setting, &address)?;
    if setting.encrypted {
        // without its key nothing goes there at all
        means.seal = Some(sealing::seal(context, &setting.name)?);
    }
    address.open(&means)
}

/// What opening a remote takes, but for what seals one that is encrypted.
pub(crate) fn means(context: &Context, setting: &RemoteSetting, address: &Address) -> Result<Means, sync::Fault> {
    let program = std::env::current_exe();
    let program = program.map_err(|error| sync::Fault::Unreachable(format!("this program is not found: {error}")))?;
    Ok(Means {
        secrets: secrets(context, &setting.name, address),
        is_shared: setting.shared,
        seal: None,
        deadline: None,
        copy: context.paths.remote_copy(&setting.name),
        program,
    })
}

/// The address of a remote.
pub(crate) fn address(context: &Context, setting: &RemoteSetting) -> Result<Address, sync::Fault> {
    Address::parse(&setting.url, context.paths.home.as_deref(), &context.environment.cwd)
}

/// What passes between this machine and a remote.
pub(crate) fn terms(setting: &RemoteSetting) -> Terms {
    Terms { is_shared: setting.shared, is_joined: false }
}

/// The password of a remote: from `SESSIONS_REMOTE_<NAME>_PASSWORD`, else from its file, else from `PGPASSWORD`. Tokens of
/// MotherDuck stand between the first two: from `motherduck_token`, `MOTHERDUCK_TOKEN`, `~/.config/motherduck/token`.
pub(crate) fn secrets(context: &Context, name: &str, address: &Address) -> Vec<String> {
    let variable = |name: &str| context.environment.get(name).map(str::to_owned);
    let file = |path: PathBuf| fs::read_to_string(path).ok();
    let mut secrets = vec![variable(&format!("SESSIONS_REMOTE_{}_PASSWORD", name.to_uppercase().replace('-', "_")))];
    if address.is_motherduck() {
        let own = context.paths.home.as_ref().map(|home| home.join(".config/motherduck/token"));
        secrets.extend([variable("motherduck_token"), variable("MOTHERDUCK_TOKEN"), own.and_then(file)]);
    }
    secrets.push(file(context.paths.remote_password(name)));
    if !address.is_motherduck() {
        secrets.push(variable("PGPASSWORD"));
    }
    let said = secrets.into_iter().flatten().map(|secret| secret.trim().to_owned());
    said.filter(|secret| !secret.is_empty()).collect()
}

/// Taken by whoever syncs, so that two do not do the same work; none when somebody does.
pub(crate) fn lock(context: &Context) -> color_eyre::Result<Option<File>> {
    let path = context.paths.sync_lock();
    config::make_private_folder(&context.paths.state)?;
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// Syncs with remotes, one after the other, until it is asked to stop, and notes what came of each. The caller holds the
/// lock.
pub(crate) fn run(
    context: &Context,
    journal: &mut Journal,
    remotes: &[RemoteSetting],
    is_joined: bool,
    stop: &AtomicBool,
    watch: &mut dyn FnMut(&str, Progress),
) -> color_eyre::Result<Vec<Synced>> {
    // from here on whoever says something is heard of
    devices(context, journal)?;
    let mut records = Records::load(&context.paths.remotes_file());
    let mut synced = Vec::new();
    for setting in remotes {
        let mut record = records.of(&setting.name);
        let mut settled = record.settled();
        let mut progress = |progress: Progress| {
            watch(&setting.name, progress);
            !stop.load(Ordering::Relaxed)
        };
        let terms = Terms { is_joined, ..terms(setting) };
        let mut outcome = carry_out(context, journal, setting, terms, &mut settled, &mut progress);
        if outcome.is_renamed && outcome.fault.is_none() {
            // nobody has to know this device by its new number
            prepare(context, journal)?;
            outcome = outcome.followed_by(carry_out(context, journal, setting, terms, &mut settled, &mut progress));
        }
        let here = journal_heads(journal)?;
        record.note(&outcome, &settled, &here, now_ms());
        records.set(&setting.name, record);
        records.save(&context.paths.remotes_file())?;
        if outcome.taken > 0 {
            devices(context, journal)?;
        }
        synced.push(Synced { setting: setting.clone(), outcome });
    }
    Ok(synced)
}

/// The devices that are known by now.
pub(crate) fn devices(context: &Context, journal: &mut Journal) -> Result<Devices, journal::JournalError> {
    sessions_tui::devices(&context.paths, &context.settings, &context.environment, journal)
}

fn carry_out(
    context: &Context,
    journal: &mut Journal,
    setting: &RemoteSetting,
    terms: Terms,
    settled: &mut Settled,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Outcome {
    let mut remote = match open(context, setting) {
        Ok(remote) => remote,
        Err(fault) => return Outcome { fault: Some(fault), ..Outcome::default() },
    };
    let mut pause = |attempt: u32| thread::sleep(PAUSE * attempt);
    sync::carry_out(journal, &mut remote, terms, settled, &mut Conduct::quiet(progress, &mut pause))
}

fn journal_heads(journal: &mut Journal) -> Result<Heads, journal::JournalError> {
    Local::heads(journal)
}

/// Whether it is the turn of any remote.
pub(crate) fn is_due(context: &Context) -> bool {
    !due(context).is_empty()
}

/// Remotes whose turn it is.
fn due(context: &Context) -> Vec<RemoteSetting> {
    let remotes = &context.settings.remotes;
    if remotes.is_empty() {
        return Vec::new();
    }
    let records = Records::load(&context.paths.remotes_file());
    remotes.iter().filter(|remote| records.of(&remote.name).is_due(now_ms())).cloned().collect()
}

/// The step of a tick: syncs with the remotes whose turn it is.
pub(crate) fn step(context: &Context) -> color_eyre::Result<()> {
    let due = due(context);
    if due.is_empty() {
        return Ok(());
    }
    let Some(_lock) = lock(context)? else { return Ok(()) };
    let mut journal = Journal::open(&context.paths.journal())?;
    prepare(context, &mut journal)?;
    let mut taken = 0;
    let listening = Listening::begin()?;
    for Synced { setting, outcome } in run(context, &mut journal, &due, false, listening.flag(), &mut |_, _| ())? {
        taken += outcome.taken + outcome.carried;
        let (sent, taken, remote) = (outcome.sent, outcome.taken, setting.name);
        if let Some(fault) = outcome.fault.as_ref().or(outcome.problems.first()) {
            tracing::warn!(remote, sent, taken, "not synced: it {fault}");
        } else {
            tracing::info!(remote, sent, taken, "synced");
        }
    }
    if taken > 0 {
        scanning::scan(context, Work::Scan)?;
    }
    Ok(())
}

/// Syncs for the screen; it scans by itself.
pub(crate) fn for_screen(
    launch: &Launch,
    stop: &AtomicBool,
    watch: &mut dyn FnMut(&str, Progress),
) -> Result<SyncNews, String> {
    let mut sync = || -> color_eyre::Result<SyncNews> {
        let context = Context::behind(launch);
        let Some(_lock) = lock(&context)? else { return Err(busy().into()) };
        tick::tell_journal_until(&context, true, stop)?;
        let mut journal = Journal::open(&context.paths.journal())?;
        prepare(&context, &mut journal)?;
        let mut news = SyncNews::default();
        for Synced { setting, outcome } in run(&context, &mut journal, &context.settings.remotes, false, stop, watch)? {
            news.sent += outcome.sent;
            news.taken += outcome.taken + outcome.carried;
            news.failed.extend((!outcome.is_complete()).then_some(setting.name));
        }
        Ok(news)
    };
    sync().map_err(|report| report.to_string())
}

/// Asks all remotes for the screen what they hold.
pub(crate) fn test_for_screen(launch: &Launch) -> Tested {
    let context = Context::behind(launch);
    let told =
        |asked: Result<(u64, String), sync::Fault>| asked.map(|(_, words)| words).map_err(|fault| fault.to_string());
    let test = |setting: &RemoteSetting| (setting.name.clone(), told(ask(&context, setting)));
    context.settings.remotes.iter().map(test).collect()
}

/// Asks a remote what it holds: how many operations, and the answer in words.
pub(crate) fn ask(context: &Context, setting: &RemoteSetting) -> Result<(u64, String), sync::Fault> {
    let begun = Instant::now();
    let heads = open(context, setting)?.heads()?;
    let took_ms = begun.elapsed().as_millis();
    let holds = if heads.is_empty() { "is empty".to_owned() } else { format!("holds {}", holds(&heads)) };
    let operations = heads.values().map(|head| head.seq).sum();
    Ok((operations, format!("answers in {took_ms} ms; it {holds}")))
}

/// What a remote holds, in words.
pub(crate) fn holds(heads: &Heads) -> String {
    let replicas: BTreeSet<_> = heads.keys().map(|stream| stream.replica).collect();
    let operations: u64 = heads.values().map(|head| head.seq).sum();
    format!("{} of {}", counted(operations, "operation"), counted(replicas.len() as u64, "device"))
}

/// Somebody else syncs at this moment.
pub(crate) fn busy() -> Fault {
    Fault::new("sync-running", "Another program is syncing at this moment.")
        .next("It does the same; try again when it is done.")
}

/// What was said for others already.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Told {
    /// How far the operations that stay here are outlined for others.
    outlined: Vec<(Stream, u64)>,
    /// The replica whose device has a name.
    device: Option<ReplicaId>,
    /// The name that the settings gave it then.
    called: Option<String>,
    /// The replicas that it said it was before.
    was: BTreeSet<ReplicaId>,
}

impl Told {
    fn file(context: &Context) -> PathBuf {
        context.paths.journal().join("told.json")
    }

    /// Nothing where the file is missing or says nothing.
    fn load(context: &Context) -> Self {
        fs::read(Self::file(context)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn save(&self, context: &Context) -> color_eyre::Result<()> {
        Ok(config::replace_file(&Self::file(context), &serde_json::to_vec(self)?)?)
    }
}

/// How many sessions the next sync tells of before it passes anything: as far as the last scan saw, they came to something else
/// than the journal was told, or others were not told what it was.
pub(crate) fn untold(context: &Context, journal: &mut Journal) -> color_eyre::Result<u64> {
    let mut sessions: HashSet<SessionId> = context.store.untold(journal, context.now)?.into_iter().collect();
    let outlined: BTreeMap<Stream, u64> = Told::load(context).outlined.into_iter().collect();
    for replica in journal.own_replicas() {
        let stream = Stream { replica, scope: Scope::Here };
        let mut after = outlined.get(&stream).copied().unwrap_or(0);
        loop {
            let operations = Local::read(journal, &stream, after, OUTLINED)?;
            let Some(last) = operations.last() else { break };
            after = last.seq;
            sessions.extend(operations.iter().filter_map(store::told_of));
        }
    }
    Ok(sessions.len() as u64)
}

/// Says what other machines are to know: outlines of our sessions, and what this device is called. Killed in between, it
/// says at most one page of it twice.
pub(crate) fn prepare(context: &Context, journal: &mut Journal) -> color_eyre::Result<()> {
    let mut told = Told::load(context);
    let mut outlined: BTreeMap<Stream, u64> = told.outlined.iter().cloned().collect();
    let mut packer = store::Outliner::new()?;
    for replica in journal.own_replicas() {
        let stream = Stream { replica, scope: Scope::Here };
        let mut after = outlined.get(&stream).copied().unwrap_or(0);
        loop {
            let operations = Local::read(journal, &stream, after, OUTLINED)?;
            let Some(last) = operations.last() else { break };
            after = last.seq;
            // the last word on a session is enough
            let latest: BTreeMap<_, _> = operations
                .iter()
                .filter_map(|operation| packer.outline(operation))
                .map(|outline| (outline.session, outline.body))
                .collect();
            journal.append(&Scope::Private, &latest.into_values().collect::<Vec<_>>())?;
            outlined.insert(stream.clone(), after);
            told.outlined = outlined.clone().into_iter().collect();
            told.save(context)?;
        }
    }
    if name_device(context, journal, &mut told)? {
        told.save(context)?;
    }
    Ok(())
}

/// Says what this device is called, what it was before, and that it is used although somebody forgot it, unless that was said;
/// whether it was not.
fn name_device(context: &Context, journal: &mut Journal, told: &mut Told) -> color_eyre::Result<bool> {
    let replica = journal.replica();
    let devices = devices(context, journal)?;
    let again = devices.is_forgotten(replica).then_some(Change::Forgotten(false));
    let called = context.settings.device.clone();
    let was: BTreeSet<ReplicaId> = journal.earlier_replicas().into_iter().collect();
    if told.device == Some(replica) && told.called == called && told.was == was && again.is_none() {
        return Ok(false);
    }
    let said = devices.name(replica).map(str::to_owned);
    // what a person said elsewhere holds until the setting says something else
    let before = || was.iter().rev().find_map(|earlier| devices.name(*earlier)).map(str::to_owned);
    let wanted = called.clone().or_else(|| said.clone()).or_else(before).unwrap_or_else(|| machine_name(context));
    let name = (said.as_ref() != Some(&wanted)).then_some(Change::Name(wanted));
    let earlier = (devices.was(replica) != was).then(|| Change::Was(was.clone()));
    let changes = name.into_iter().chain(earlier).map(|change| (replica, change));
    // whoever goes on under another number by now is what people forgot
    let changes = changes.chain(again.map(|change| (devices.present(replica), change)));
    let bodies: Vec<Vec<u8>> = changes.map(|(replica, change)| devices.change(replica, change, now_ms(), "")).collect();
    journal.append(&Scope::Private, &bodies)?;
    (told.device, told.called, told.was) = (Some(replica), called, was);
    Ok(true)
}

/// What the system calls this machine.
pub(crate) fn machine_name(context: &Context) -> String {
    context.environment.host_name().unwrap_or_else(|| "unnamed device".to_owned())
}
