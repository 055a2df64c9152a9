//! How devices come to have the key of an encrypted remote: by its passphrase, or as others say it there.

use journal::{JournalError, ReplicaId};

use crate::sealed::envelope::{self, Closed, Effort};
use crate::sealed::keyring::{Keyring, Member, Recovery, Who};
use crate::sealed::statement::{self, Locks, Roster, Statement, is_lock};
use crate::{Fault, Head, Heads, Page, Remote};

/// How many different closed keys are tried with a passphrase: those of a few changes, and not all that somebody heaps up.
pub(super) const TRIES: usize = 8;

impl Keyring {
    /// Whether a remote is locked already, so that its passphrase is asked for; false where it is empty and can be locked.
    pub fn is_locked(remote: &mut dyn Remote) -> Result<bool, Fault> {
        let heads = remote.heads()?;
        if !Locks::read(remote, &heads)?.is_empty() {
            return Ok(true);
        }
        must_be_empty(remote, &heads)?;
        Ok(false)
    }

    /// Gets the key of a remote with its passphrase; an empty remote is locked with it.
    pub fn enter(remote: &mut dyn Remote, passphrase: &str, who: &Who, effort: Effort) -> Result<Self, Fault> {
        let mut heads = remote.heads()?;
        let mut locks = Locks::read(remote, &heads)?;
        if locks.is_empty() {
            must_be_empty(remote, &heads)?;
            let mut keyring = Self::locking(passphrase, who, effort);
            match remote.append(&statement::chained(&keyring.held.chain)) {
                Ok(()) => {
                    heads = remote.heads()?;
                    keyring.agree(remote, &heads)?;
                    return Ok(keyring);
                }
                // another device was faster: it is locked now
                Err(Fault::Moved) => {
                    heads = remote.heads()?;
                    locks = Locks::read(remote, &heads)?;
                }
                Err(fault) => return Err(fault),
            }
        }
        let mut keyring = Self::knocking(&locks, who)?;
        let locks = locks.of(&keyring.held.lock);
        keyring.unlock(&locks, passphrase)?;
        if keyring.is_behind(&locks) {
            return Err(Fault::Closed("this passphrase is an earlier one: with the newer key came another"));
        }
        keyring.agree(remote, &heads)?;
        let before = keyring.before(&keyring.held.devices[0]);
        if !before.is_empty() {
            let mut changed = keyring.clone();
            changed.decide(before);
            keyring.say(changed, remote)?;
        }
        Ok(keyring)
    }

    /// Brings together what lies at a remote about its lock and what this device has: takes over keys and devices, and says again
    /// what was lost there. Whether everything that lies there was read.
    pub(super) fn agree(&mut self, remote: &mut dyn Remote, heads: &Heads) -> Result<bool, Fault> {
        let locks = Locks::read(remote, heads)?;
        let is_another = |statement: &Statement| statement.lock != self.held.lock;
        // whoever locked it says so first; what stands behind that somebody else may have put there
        let first = locks.chain.iter().flatten().next();
        if first.is_some_and(is_another) || (locks.lock().is_some() && locks.all().all(is_another)) {
            return Err(Fault::Relocked);
        }
        let locks = locks.of(&self.held.lock);
        let before = self.held.clone();
        let told = self.take_over(&locks)?;
        if self.generation() == 0 {
            let code = self.held.code.clone().unwrap_or_default();
            if !locks.said.contains_key(&self.held.who.replica) {
                remote.append(&[statement::next(self.held.who.replica, heads, &self.question(&code))])?;
            }
            return Err(Fault::Waiting { code });
        }
        if self.is_passed_over(&locks) {
            return Err(Fault::TwoKeys);
        }
        if told.contains(&self.held.devices[0]) {
            self.is_told();
        }
        if self.is_behind(&locks) || self.is_out() {
            return Err(Fault::ShutOut);
        }
        self.held.code = None;
        if self.is_renamed() {
            self.rename();
        }
        let is_readable = locks.chain.iter().all(Option::is_some);
        if locks.bodies.starts_with(&self.held.chain) || (is_readable && !self.held.chain.starts_with(&locks.bodies)) {
            self.held.chain.clone_from(&locks.bodies);
        }
        if self.held != before {
            self.save()?;
        }
        if self.put_back(remote, locks.end)? {
            return Ok(false);
        }
        let (recovery, retired) = (self.held.recovery.as_ref().map(|recovery| &recovery.closed), self.retired());
        let says_all = |said: &Statement| {
            said.retired == retired && said.recovery.as_ref() == recovery && self.keys_in(said).is_some()
        };
        let mut said = locks.chain.last().into_iter().flatten().chain(locks.said.get(&self.held.who.replica));
        if !said.any(says_all) || !self.held.devices.iter().all(|device| told.contains(device)) {
            remote.append(&[statement::next(self.held.who.replica, heads, &self.statement())])?;
        }
        Ok(locks.is_whole)
    }

    /// Puts back what was said of keys and is lost there; whether there was any.
    fn put_back(&self, remote: &mut dyn Remote, end: Head) -> Result<bool, Fault> {
        let chain = statement::chained(&self.held.chain);
        let lost: Vec<_> = chain.iter().skip_while(|operation| Head::before(operation) != end).cloned().collect();
        if !lost.is_empty() {
            remote.append(&lost)?;
        }
        Ok(!lost.is_empty())
    }

    /// The same, and what lies there then.
    pub(super) fn agreed(&mut self, remote: &mut dyn Remote) -> Result<Locks, Fault> {
        let heads = remote.heads()?;
        self.agree(remote, &heads)?;
        Ok(Locks::read(remote, &heads)?.of(&self.held.lock))
    }

    /// Whether a key follows the newest one here, and nobody closed it for this device. A mark alone does not tell so: whoever was
    /// shut out of no key yet can make it, and whoever made a new key says that one beside it.
    fn is_behind(&self, locks: &Locks) -> bool {
        let follows =
            |mark| locks.all().any(|statement| statement.retired.contains(&mark) && self.is_closed(statement));
        self.newest_mark().is_some_and(follows)
    }

    /// Whether a key that this device lacks stands in the place of one that it has: after a place was set back somebody made one,
    /// and need not know of this device.
    fn is_passed_over(&self, locks: &Locks) -> bool {
        let (here, there) = (&self.held.chain, &locks.bodies);
        // what is damaged there stands for nothing else
        let is_agreed = |place: &usize| here[*place] == there[*place] || locks.chain[*place].is_none();
        let agreed = (0..here.len().min(there.len())).take_while(is_agreed).count();
        agreed < here.len() && locks.chain.iter().skip(agreed).flatten().any(|statement| self.is_closed(statement))
    }

    /// Whether a statement has keys, and none of them is closed for this device.
    fn is_closed(&self, statement: &Statement) -> bool {
        statement.has_keys() && self.keys_in(statement).is_none()
    }

    /// Whether the place has the keys that this device has. What others close for it that does not go with them is then by somebody
    /// who was shut out: two who make a key at once are told apart by the place.
    fn is_chosen(&self, locks: &Locks) -> bool {
        let (here, there) = (&self.held.chain, &locks.bodies);
        !here.is_empty() && (here.starts_with(there) || there.starts_with(here))
    }

    /// Takes over what others closed for this device; the devices that are told of there. With a new key all that was said by older
    /// ones is given up.
    fn take_over(&mut self, locks: &Locks) -> Result<Vec<Member>, Fault> {
        // in the order in which the keys were made: what stands behind one there, or beside it, takes its place no more
        let made: Vec<Vec<u8>> = locks.chain.iter().flatten().filter_map(|statement| self.keys_in(statement)).collect();
        let mut beside: Vec<Vec<u8>> = locks.said.values().filter_map(|statement| self.keys_in(statement)).collect();
        // fewer first: whoever has more knows them all
        beside.sort_by_key(Vec::len);
        let before = self.generation();
        for keys in made.iter().chain(&beside) {
            if self.goes_on_with(keys) && !self.is_in_order(keys, locks) {
                continue;
            }
            if !self.take_keys(keys) && !self.is_chosen(locks) {
                return Err(Fault::TwoKeys);
            }
        }
        if self.generation() > before {
            self.begin_anew();
        }
        let (keys, mut told) = (self.identities(), Vec::new());
        for statement in locks.all() {
            let file = statement::read(statement.roster.as_deref().unwrap_or_default());
            // by the newest key alone: an older one is known to whoever was shut out
            let roster = envelope::open_with(keys.first().into_iter(), &file);
            if let Some(roster) = roster.and_then(|text| serde_json::from_slice::<Roster>(&text).ok()) {
                self.take_devices(roster.devices.clone());
                self.take_recovery(roster.recovery);
                told.extend(roster.devices);
            }
        }
        Ok(told)
    }

    /// The keys in a statement, where it is closed for this device.
    fn keys_in(&self, statement: &Statement) -> Option<Vec<u8>> {
        let file = statement::read(statement.keys.as_deref()?);
        envelope::open_with(self.own_identities().iter(), &file)
    }

    /// What this device has to say: the keys for everybody who is in, and who that is.
    pub(super) fn statement(&self) -> Statement {
        let newest = self.identities().first().map(age::x25519::Identity::to_public);
        let roster = Roster { devices: self.held.devices.clone(), recovery: self.held.recovery.clone() };
        let roster = serde_json::to_vec(&roster).expect("texts and numbers can be written as JSON");
        let keys = envelope::close_for(self.recipients().iter(), self.keys_text().as_bytes());
        Statement {
            retired: self.retired(),
            recovery: self.held.recovery.as_ref().map(|recovery| recovery.closed.clone()),
            keys: Some(statement::written(&keys)),
            roster: newest.map(|newest| statement::written(&envelope::close_for([&newest].into_iter(), &roster))),
            ..Statement::of(&self.held.lock, self.generation())
        }
    }

    /// Says what was changed, and keeps it when it is said.
    pub(super) fn say(&mut self, changed: Self, remote: &mut dyn Remote) -> Result<(), Fault> {
        let heads = remote.heads()?;
        remote.append(&[statement::next(changed.held.who.replica, &heads, &changed.statement())])?;
        *self = changed;
        self.save()
    }

    /// That of the first device.
    fn locking(passphrase: &str, who: &Who, effort: Effort) -> Self {
        let mut keyring = Self::fresh(who, ReplicaId::fresh().to_string());
        keyring.turn();
        keyring.held.recovery = Some(keyring.closed_by(passphrase, effort));
        keyring.held.chain.push(keyring.statement().body());
        keyring
    }

    /// That of a device which has no key yet.
    pub(super) fn knocking(locks: &Locks, who: &Who) -> Result<Self, Fault> {
        let lock = locks.lock().ok_or_else(|| locks.damage())?;
        Ok(Self::fresh(who, lock.to_owned()))
    }

    /// Takes the keys that a passphrase opens, of what was said last if it can be.
    fn unlock(&mut self, locks: &Locks, passphrase: &str) -> Result<(), Fault> {
        let closed = locks.recoveries();
        let mut is_damaged = true;
        for closed in closed.iter().take(TRIES) {
            match envelope::open_by(passphrase, &statement::read(closed)) {
                // whoever knew an earlier passphrase closed others by it
                Ok(keys) if !self.is_in_order(&keys, locks) => {}
                Ok(keys) => {
                    self.add_keys(&keys);
                    let generation = keys.split_inclusive(|byte| *byte == b'\n').count();
                    self.take_recovery(Some(Recovery { generation, closed: (*closed).clone() }));
                    // one that was said of an older key may be opened by the same passphrase
                    if !self.is_behind(locks) {
                        break;
                    }
                }
                Err(Closed::Passphrase) => is_damaged = false,
                Err(Closed::Damaged) => {}
            }
        }
        match self.generation() {
            0 if closed.len() > TRIES => Err(Fault::Closed(
                "the passphrase opens none of the keys that were tried, and more of them lie there than a few changes make",
            )),
            0 if is_damaged => Err(locks.damage()),
            0 => Err(Fault::Closed("the passphrase is another one")),
            _ => Ok(()),
        }
    }

    pub(super) fn closed_by(&self, passphrase: &str, effort: Effort) -> Recovery {
        let closed = envelope::close_by(passphrase, effort, self.keys_text().as_bytes());
        Recovery { generation: self.generation(), closed: statement::written(&closed) }
    }

    /// What a device was before it came again with another key; that one is out.
    pub(super) fn before(&self, again: &Member) -> Vec<Member> {
        self.without(|device| device.who.replica == again.who.replica && device.recipient != again.recipient)
    }

    pub(super) fn save(&self) -> Result<(), Fault> {
        let path = self.file.clone().unwrap_or_default();
        self.write().map_err(|source| JournalError::Io { action: "write", path, source }.into())
    }
}

/// Whether what a remote holds is encrypted.
pub fn is_encrypted(remote: &mut dyn Remote, heads: &Heads) -> Result<bool, Fault> {
    let Some((stream, _)) = heads.iter().next() else { return Ok(false) };
    if heads.keys().any(is_lock) {
        return Ok(true);
    }
    let first = remote.read(stream, 0, Page::ONE)?;
    Ok(first.first().is_some_and(|first| first.body.starts_with(envelope::BEGINNING)))
}

/// Refuses to lock a remote that holds anything.
pub(super) fn must_be_empty(remote: &mut dyn Remote, heads: &Heads) -> Result<(), Fault> {
    match is_encrypted(remote, heads)? {
        true if heads.keys().any(is_lock) => Err(Fault::LockDamaged),
        true => Err(Fault::LockMissing),
        false if heads.is_empty() => Ok(()),
        false => Err(Fault::Readable),
    }
}
