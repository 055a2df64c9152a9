//! How a device gets in without the passphrase: it asks, and one that has the key lets it in by a code; or it takes that back.

use journal::ReplicaId;

use crate::sealed::entering::must_be_empty;
use crate::sealed::envelope::{self, Effort};
use crate::sealed::keyring::{self, Keyring, Member, Who};
use crate::sealed::statement::{self, Locks, Statement};
use crate::{Fault, Remote};

impl Keyring {
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
        let asked = |asks: &String| {
            let file = statement::read(asks);
            serde_json::from_slice::<Member>(&envelope::open_by(&code, &file).ok()?).ok()
        };
        let Some((member, asks)) = locks.requests().find_map(|asks| asked(asks).map(|member| (member, asks))) else {
            return Err(Fault::Closed("no device that waits there shows this code"));
        };
        if self.held.devices.iter().any(|known| known.is_out && known.recipient == member.recipient) {
            let why =
                "the device that shows this code was shut out; removed and added again there, it asks with another one";
            return Err(Fault::Closed(why));
        }
        let mut changed = self.clone();
        changed.settle(asks, &locks);
        changed.decide([vec![member.clone()], self.before(&member)].concat());
        self.say(changed, remote)?;
        Ok(member)
    }

    /// In whose streams devices ask to be let in, those left out that this device let in or passes over. Anybody can write there in
    /// anybody's name: who asks is known by the code alone.
    pub fn waiting(&mut self, remote: &mut dyn Remote) -> Result<Vec<ReplicaId>, Fault> {
        let locks = self.agreed(remote)?;
        let waits = |asks: &String| !self.held.settled.contains(&hash_of(asks));
        let asking = locks.said.iter().filter(|(_, said)| said.asks.as_ref().is_some_and(waits));
        Ok(asking.map(|(replica, _)| *replica).collect())
    }

    /// Passes over the request in a stream from now on, on this device alone: it is listed no more. Whoever shows its code is let in
    /// all the same.
    pub fn pass_over(&mut self, remote: &mut dyn Remote, replica: ReplicaId) -> Result<(), Fault> {
        let locks = self.agreed(remote)?;
        if let Some(asks) = locks.said.get(&replica).and_then(|said| said.asks.as_ref()) {
            self.settle(asks, &locks);
        }
        self.save()
    }

    /// Lists a request no more. Those that do not lie there any more are forgotten.
    fn settle(&mut self, asks: &str, locks: &Locks) {
        self.held.settled.retain(|known| locks.requests().any(|asks| hash_of(asks) == *known));
        self.held.settled.push(hash_of(asks));
    }

    /// Takes back that this device asks to be let in; where it has the key by now there is nothing to take back.
    pub fn take_back(&self, remote: &mut dyn Remote) -> Result<(), Fault> {
        let heads = remote.heads()?;
        let replica = self.held.who.replica;
        if self.generation() > 0 || !heads.contains_key(&statement::stream_of(replica)) {
            return Ok(());
        }
        remote.append(&[statement::next(replica, &heads, &Statement::of(&self.held.lock, 0))])
    }

    /// What a device says that wants to be let in.
    pub(super) fn question(&self, code: &str) -> Statement {
        let own = serde_json::to_vec(&self.held.devices[0]).expect("texts can be written as JSON");
        let asks = statement::written(&envelope::close_by(code, Effort::LITTLE, &own));
        Statement { asks: Some(asks), ..Statement::of(&self.held.lock, 0) }
    }
}

/// What a request is remembered by.
fn hash_of(asks: &str) -> String {
    blake3::hash(asks.as_bytes()).to_hex().to_string()
}
