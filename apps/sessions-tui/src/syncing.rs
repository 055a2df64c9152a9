//! Syncing, as the screen knows it: the remotes, the devices, and what is being done at this moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use journal::ReplicaId;
use sync::{Access, Device, Progress};

use crate::figures;
use crate::message::Ticket;

/// What is known of syncing without asking anybody.
#[derive(Debug, Clone, Default)]
pub struct Synced {
    /// The remotes, as the settings name them.
    pub remotes: Vec<RemoteState>,
    /// The devices whose operations are here, this one first.
    pub devices: Vec<Device>,
}

/// What is known of a remote.
#[derive(Debug, Clone, Default)]
pub struct RemoteState {
    /// What the person calls it.
    pub name: String,
    /// Where it is, without a password.
    pub address: String,
    /// Whether others read it.
    pub shared: bool,
    /// What this machine has of its key; none where it is readable.
    pub access: Option<Access>,
    /// When both sides had the same last.
    pub synced: Option<DateTime<Utc>>,
    /// When it is tried next by itself.
    pub due: Option<DateTime<Utc>>,
    /// Operations that are queued for it.
    pub queued: u64,
    /// What was wrong the last time, and what can be done about it.
    pub fault: Option<(String, String)>,
    /// Operations of each device that it had when both sides had the same.
    pub there: BTreeMap<ReplicaId, u64>,
}

/// What came of syncing with all remotes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncNews {
    /// Operations that remotes took.
    pub sent: u64,
    /// Operations that are new here.
    pub taken: u64,
    /// Remotes with which not everything is synced.
    pub failed: Vec<String>,
}

/// What a remote answered when it was asked, or why it did not, by its name.
pub type Tested = Vec<(String, Result<String, String>)>;

/// What is being done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Doing {
    /// Nothing.
    #[default]
    Nothing,
    /// It syncs: with which remote, and how far it is.
    Syncing(Option<(String, u64, u64)>),
    /// Remotes are asked.
    Testing,
}

/// The page of syncing, open or not, and what the footer says of it.
#[derive(Debug, Default)]
pub(crate) struct Syncing {
    pub(crate) open: bool,
    /// Of the latest request.
    pub(crate) ticket: Ticket,
    pub(crate) pending: bool,
    /// When it was looked at last.
    pub(crate) asked: Option<DateTime<Utc>>,
    pub(crate) known: Option<Arc<Synced>>,
    pub(crate) doing: Doing,
    /// What remotes answered when they were asked last.
    pub(crate) tested: Tested,
    /// First row of the page on the screen.
    pub(crate) top: usize,
}

impl Syncing {
    /// Takes in how far it is.
    pub(crate) fn progress(&mut self, remote: String, progress: Progress) {
        let done = progress.sent + progress.taken;
        self.doing = Doing::Syncing(Some((remote, done, done + progress.left.to_send + progress.left.to_take)));
    }

    /// When and whether everything is synced, in a few words, and whether something is wrong; none without a remote.
    pub(crate) fn words(&self, now: DateTime<Utc>) -> Option<(String, bool)> {
        match &self.doing {
            Doing::Syncing(Some((_, done, of))) if *of > 0 => {
                return Some((format!("⇅ syncing {} %", done * 100 / of), false));
            }
            Doing::Syncing(_) => return Some(("⇅ syncing".to_owned(), false)),
            Doing::Testing | Doing::Nothing => {}
        }
        let remotes = &self.known.as_ref()?.remotes;
        let failed: Vec<&str> =
            remotes.iter().filter(|remote| remote.fault.is_some()).map(|remote| remote.name.as_str()).collect();
        let queued = remotes.iter().map(|remote| remote.queued).max()?;
        let oldest = remotes.iter().map(|remote| remote.synced).min()?;
        Some(match (failed.as_slice(), oldest) {
            ([only], _) => (format!("⇅ {only} not synced"), true),
            ([_, ..], _) => (format!("⇅ {} remotes not synced", failed.len()), true),
            ([], _) if queued > 0 => (format!("⇅ {} queued", figures::count(queued)), false),
            ([], Some(at)) => (format!("⇅ synced {}", figures::ago(at, now)), false),
            ([], None) => ("⇅ not synced yet".to_owned(), false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(remotes: Vec<RemoteState>, doing: Doing, expect: Option<(&str, bool)>) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
        let known = Some(Arc::new(Synced { remotes, devices: Vec::new() }));
        let syncing = Syncing { known, doing, ..Syncing::default() };
        assert_eq!(syncing.words(now), expect.map(|(words, wrong)| (words.to_owned(), wrong)));
    }

    #[test]
    fn the_footer_says_what_matters_most() {
        let at = |ago: i64| DateTime::from_timestamp(1_800_000_000 - ago, 0);
        let remote =
            |name: &str, ago: i64| RemoteState { name: name.into(), synced: at(ago), ..RemoteState::default() };
        let waits = RemoteState { queued: 1_204, ..remote("work", 9_000) };
        let wrong = |name: &str| RemoteState { fault: Some((String::new(), String::new())), ..remote(name, 60) };
        check(Vec::new(), Doing::Nothing, None);
        check(vec![RemoteState::default()], Doing::Nothing, Some(("⇅ not synced yet", false)));
        check(vec![remote("home", 120), remote("work", 7_200)], Doing::Testing, Some(("⇅ synced 2h", false)));
        check(vec![remote("home", 120), waits.clone()], Doing::Nothing, Some(("⇅ 1,204 queued", false)));
        check(vec![wrong("home"), waits.clone()], Doing::Nothing, Some(("⇅ home not synced", true)));
        check(vec![wrong("home"), wrong("work")], Doing::Nothing, Some(("⇅ 2 remotes not synced", true)));
        check(vec![waits.clone()], Doing::Syncing(None), Some(("⇅ syncing", false)));
        let half = Doing::Syncing(Some(("work".into(), 5, 10)));
        check(vec![waits], half, Some(("⇅ syncing 50 %", false)));
    }
}
