//! The lane of syncing: looks at what is known of it, does it, and asks remotes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use crossbeam_channel::Sender;
use journal::Journal;
use sync::{Access, Address, Heads, Local, Records, Terms};

use super::queue::Queue;
use crate::Launch;
use crate::app::Wake;
use crate::machines;
use crate::message::{Effect, Msg};
use crate::syncing::{RemoteState, Synced};

/// Least time between two reports.
const REPORT_EVERY: Duration = Duration::from_millis(150);

/// Carries out what the page of syncing asks for.
pub(super) fn serve(launch: &Launch, stop: &AtomicBool, mut queue: Queue, wake: &Sender<Wake>) {
    let tell = |message| drop(wake.send(Wake::Msg(message)));
    while let Some(request) = queue.next() {
        match request {
            Effect::LookAtSync(ticket) => tell(Msg::Synced(ticket, Arc::new(look(launch)))),
            Effect::Sync => {
                let mut reported = None::<Instant>;
                let news = (launch.sync.run)(launch, stop, &mut |remote, progress| {
                    if reported.is_none_or(|moment| moment.elapsed() >= REPORT_EVERY) {
                        reported = Some(Instant::now());
                        tell(Msg::Syncing(remote.to_owned(), progress));
                    }
                });
                tell(Msg::SyncDone(news));
            }
            Effect::TestRemotes => tell(Msg::RemotesTested((launch.sync.test)(launch))),
            _ => {}
        }
    }
}

/// What is known without asking anybody. What cannot be read is not known.
fn look(launch: &Launch) -> Synced {
    let folder = launch.paths.journal();
    let mut journal = if folder.is_dir() { Journal::open(&folder).ok() } else { None };
    let here = journal.as_mut().and_then(|journal| Local::heads(journal).ok()).unwrap_or_default();
    let devices = journal.as_mut().and_then(|journal| {
        let devices = machines::devices(&launch.paths, &launch.settings, &launch.environment, journal).ok()?;
        Some(devices.list(journal))
    });
    let records = Records::load(&launch.paths.remotes_file());
    let remotes = launch.settings.remotes.iter().map(|setting| remote(launch, setting, &records, &here));
    Synced { remotes: remotes.collect(), devices: devices.unwrap_or_default() }
}

fn remote(launch: &Launch, setting: &config::RemoteSetting, records: &Records, here: &Heads) -> RemoteState {
    let record = records.of(&setting.name);
    let address = Address::parse(&setting.url, launch.paths.home.as_deref(), &launch.environment.cwd);
    let terms = Terms { is_shared: setting.shared, is_joined: false };
    let mut there = BTreeMap::new();
    for (stream, head) in record.known().filter(|(stream, _)| terms.allow(&stream.scope)) {
        *there.entry(stream.replica).or_default() += head.seq;
    }
    RemoteState {
        name: setting.name.clone(),
        address: address.map_or_else(|fault| fault.to_string(), |address| address.to_string()),
        shared: setting.shared,
        access: setting.encrypted.then(|| Access::of(&launch.paths.remote_key(&setting.name))),
        synced: record.synced_ms.and_then(moment),
        due: record.tried_ms.and_then(|_| moment(record.due_ms())),
        queued: record.queued(here, terms),
        fault: record.error.clone().map(|error| (error, record.remedy.clone().unwrap_or_default())),
        there,
    }
}

fn moment(ms: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)
}
