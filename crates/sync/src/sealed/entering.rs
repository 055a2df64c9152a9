//! How devices come to have the key of an encrypted remote: by its passphrase, or let in by one that has it; and how they are
//! shut out.

use journal::{JournalError, Operation, ReplicaId};

use crate::sealed::envelope::{self, Closed, Effort};
use crate::sealed::keyring::{self, Keyring, Member, Recovery, Who};
use crate::sealed::statement::{self, Locks, Roster, Statement, is_lock};
use crate::{Fault, Head, Heads, Page, Remote};

/// How many different closed keys are tried with a passphrase: those of a few changes, and not all that somebody heaps up.
const TRIES: usize = 8;

impl Keyring {
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
        if keyring.generation() < locks.generation() {
            return Err(Fault::Closed("this passphrase is an earlier one: with the newer key came another"));
        }
        keyring.agree(remote, &heads)?;
        let mut changed = keyring.clone();
        if changed.replace(&keyring.held.devices[0]) {
            keyring.say(changed, remote)?;
        }
        Ok(keyring)
    }

    /// Asks to be let in by a device that has the key; [`Keyring::code`] is what that device is told.
    pub fn ask(remote: &mut dyn Remote, who: &Who) -> Result<Self, Fault> {
        let heads = remote.heads()?;
        let locks = Locks::read(remote, &heads)?;
        if locks.is_empty() {
            must_be_empty(remote, &heads)?;
            let why = "no device has locked it yet; the first one adds it with a passphrase";
            return Err(Fault::Unusable(why.to_owned()));
        }
        let mut keyring = Self::knocking(&locks, who)?;
        let code = keyring::code();
        remote.append(&[statement::next(who.replica, &heads, &keyring.question(&code))])?;
        keyring.held.code = Some(code);
        Ok(keyring)
    }

    /// Lets in the device that shows a code.
    pub fn let_in(&mut self, remote: &mut dyn Remote, code: &str) -> Result<Member, Fault> {
        let (locks, code) = (self.agreed(remote)?, keyring::typed(code));
        let asked = |statement: &Statement| {
            let file = statement::read(statement.asks.as_deref()?);
            serde_json::from_slice::<Member>(&envelope::open_by(&code, &file).ok()?).ok()
        };
        let Some(member) = locks.all().find_map(asked) else {
            return Err(Fault::Closed("no device that waits there shows this code"));
        };
        let mut changed = self.clone();
        changed.take_devices(vec![member.clone()]);
        changed.replace(&member);
        self.say(changed, remote)?;
        Ok(member)
    }

    /// How many devices wait to be let in.
    pub fn waiting(&mut self, remote: &mut dyn Remote) -> Result<usize, Fault> {
        Ok(self.agreed(remote)?.all().filter(|statement| statement.asks.is_some()).count())
    }

    /// Shuts devices out: they get no key that is made from now on. The one that they have they keep.
    pub fn shut_out(&mut self, remote: &mut dyn Remote, is_meant: impl Fn(&Who) -> bool) -> Result<usize, Fault> {
        self.agreed(remote)?;
        let (mut changed, mut count) = (self.clone(), 0);
        for device in changed.held.devices.iter_mut().skip(1).filter(|device| !device.is_out && is_meant(&device.who)) {
            device.is_out = true;
            count += 1;
        }
        if count > 0 {
            self.say(changed, remote)?;
        }
        Ok(count)
    }

    /// Takes a new key from now on, and a new passphrase for it. All devices that are in get it; what was written before stays
    /// readable for whoever could read it.
    pub fn rekey(&mut self, remote: &mut dyn Remote, passphrase: &str, effort: Effort) -> Result<(), Fault> {
        let end = self.agreed(remote)?.end;
        let mut changed = self.clone();
        changed.turn();
        changed.held.recovery = Some(changed.closed_by(passphrase, effort));
        let said = changed.statement().body();
        // where somebody else made one meanwhile, this one is refused
        let stream = statement::founding_stream();
        remote.append(&[Operation::follow(&stream, end.seq + 1, end.hash, said.clone().into_bytes())])?;
        changed.held.chain.push(said);
        *self = changed;
        self.save()
    }

    /// Brings together what lies at a remote about its lock and what this device has: takes over keys and devices, and says again
    /// what was lost there. Whether everything that lies there was read.
    pub(super) fn agree(&mut self, remote: &mut dyn Remote, heads: &Heads) -> Result<bool, Fault> {
        let locks = Locks::read(remote, heads)?;
        let is_another = |statement: &Statement| statement.lock != self.held.lock;
        if locks.chain.iter().flatten().any(is_another) || (locks.lock().is_some() && locks.all().all(is_another)) {
            return Err(Fault::Relocked);
        }
        let locks = locks.of(&self.held.lock);
        let (before, own) = (self.held.clone(), locks.said.get(&self.held.who.replica));
        let told = self.take_over(&locks)?;
        if self.generation() == 0 {
            let code = self.held.code.clone().unwrap_or_default();
            if own.is_none() {
                remote.append(&[statement::next(self.held.who.replica, heads, &self.question(&code))])?;
            }
            return Err(Fault::Waiting { code });
        }
        if self.generation() < locks.generation() || self.is_out() {
            return Err(Fault::ShutOut);
        }
        self.held.code = None;
        if locks.bodies.starts_with(&self.held.chain) {
            self.held.chain.clone_from(&locks.bodies);
        }
        if self.held != before {
            self.save()?;
        }
        if self.put_back(remote, locks.end)? {
            return Ok(false);
        }
        let recovery = self.held.recovery.as_ref().map(|recovery| &recovery.closed);
        let says_all = |said: &Statement| {
            said.generation == self.generation() && said.recovery.as_ref() == recovery && self.keys_in(said).is_some()
        };
        let mut said = locks.chain.last().into_iter().flatten().chain(own);
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
    fn agreed(&mut self, remote: &mut dyn Remote) -> Result<Locks, Fault> {
        let heads = remote.heads()?;
        self.agree(remote, &heads)?;
        Ok(Locks::read(remote, &heads)?.of(&self.held.lock))
    }

    /// Takes over what others closed for this device; the devices that are told of there.
    fn take_over(&mut self, locks: &Locks) -> Result<Vec<Member>, Fault> {
        let mut closed: Vec<Vec<u8>> = locks.all().filter_map(|statement| self.keys_in(statement)).collect();
        // fewer first: whoever has more knows them all
        closed.sort_by_key(Vec::len);
        if closed.iter().any(|keys| !self.take_keys(keys)) {
            return Err(Fault::TwoKeys);
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
        envelope::open_with(self.identity().iter(), &file)
    }

    /// What this device has to say: the keys for everybody who is in, and who that is.
    fn statement(&self) -> Statement {
        let newest = self.identities().first().map(age::x25519::Identity::to_public);
        let roster = Roster { devices: self.held.devices.clone(), recovery: self.held.recovery.clone() };
        let roster = serde_json::to_vec(&roster).expect("texts and numbers can be written as JSON");
        let keys = envelope::close_for(self.recipients().iter(), self.keys_text().as_bytes());
        Statement {
            recovery: self.held.recovery.as_ref().map(|recovery| recovery.closed.clone()),
            keys: Some(statement::written(&keys)),
            roster: newest.map(|newest| statement::written(&envelope::close_for([&newest].into_iter(), &roster))),
            ..Statement::of(&self.held.lock, self.generation())
        }
    }

    /// What a device says that wants to be let in.
    fn question(&self, code: &str) -> Statement {
        let own = serde_json::to_vec(&self.held.devices[0]).expect("texts can be written as JSON");
        let asks = statement::written(&envelope::close_by(code, Effort::LITTLE, &own));
        Statement { asks: Some(asks), ..Statement::of(&self.held.lock, 0) }
    }

    /// Says what was changed, and keeps it when it is said.
    fn say(&mut self, changed: Self, remote: &mut dyn Remote) -> Result<(), Fault> {
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
    fn knocking(locks: &Locks, who: &Who) -> Result<Self, Fault> {
        let lock = locks.lock().ok_or(Fault::LockDamaged)?;
        Ok(Self::fresh(who, lock.to_owned()))
    }

    /// Takes all keys that a passphrase opens.
    fn unlock(&mut self, locks: &Locks, passphrase: &str) -> Result<(), Fault> {
        let recovery = |statement: &Statement| Some((statement.generation, statement.recovery.clone()?));
        let mut closed: Vec<(usize, String)> = locks.all().filter_map(recovery).collect();
        closed.sort_unstable_by(|one, two| two.cmp(one));
        closed.dedup_by(|(_, one), (_, two)| one == two);
        let mut is_damaged = true;
        for (_, closed) in closed.into_iter().take(TRIES) {
            match envelope::open_by(passphrase, &statement::read(&closed)) {
                Ok(keys) => {
                    self.add_keys(&keys);
                    let generation = keys.split_inclusive(|byte| *byte == b'\n').count();
                    self.take_recovery(Some(Recovery { generation, closed }));
                    // two who made a new key at once closed one each
                    if self.generation() >= locks.generation() {
                        break;
                    }
                }
                Err(Closed::Passphrase) => is_damaged = false,
                Err(Closed::Damaged) => {}
            }
        }
        match self.generation() {
            0 if is_damaged => Err(Fault::LockDamaged),
            0 => Err(Fault::Closed("the passphrase is another one")),
            _ => Ok(()),
        }
    }

    fn closed_by(&self, passphrase: &str, effort: Effort) -> Recovery {
        let closed = envelope::close_by(passphrase, effort, self.keys_text().as_bytes());
        Recovery { generation: self.generation(), closed: statement::written(&closed) }
    }

    /// Shuts out what a device was before it came again with another key; whether there was anything.
    fn replace(&mut self, by: &Member) -> bool {
        let is_old = |device: &&mut Member| {
            device.who.replica == by.who.replica && device.recipient != by.recipient && !device.is_out
        };
        self.held.devices.iter_mut().filter(is_old).map(|device| device.is_out = true).count() > 0
    }

    fn save(&self) -> Result<(), Fault> {
        let path = self.file.clone().unwrap_or_default();
        self.write().map_err(|source| JournalError::Io { action: "write", path, source }.into())
    }
}

/// Refuses to lock a remote that holds anything.
fn must_be_empty(remote: &mut dyn Remote, heads: &Heads) -> Result<(), Fault> {
    let Some((stream, _)) = heads.iter().next() else { return Ok(()) };
    if heads.keys().any(is_lock) {
        return Err(Fault::LockDamaged);
    }
    let first = remote.read(stream, 0, Page::ONE)?;
    if first.first().is_some_and(|first| first.body.starts_with(envelope::BEGINNING)) {
        return Err(Fault::LockMissing);
    }
    Err(Fault::Unusable("it holds operations that are not encrypted; an empty place is needed".to_owned()))
}
