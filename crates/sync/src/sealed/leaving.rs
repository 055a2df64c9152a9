//! How devices are shut out, and how a remote gets a new key.

use journal::Operation;

use crate::sealed::entering::TRIES;
use crate::sealed::envelope::{self, Effort};
use crate::sealed::keyring::{Keyring, Who};
use crate::sealed::statement::{self, Locks};
use crate::{Fault, Head, Remote};

impl Keyring {
    /// Shuts devices out: they get no key that is made from now on. The one that they have they keep.
    pub fn shut_out(&mut self, remote: &mut dyn Remote, is_meant: impl Fn(&Who) -> bool) -> Result<usize, Fault> {
        self.agreed(remote)?;
        let (mut changed, out) = (self.clone(), self.without(|member| is_meant(&member.who)));
        let count = out.len();
        if count > 0 {
            changed.decide(out);
            self.say(changed, remote)?;
        }
        Ok(count)
    }

    /// Takes a new key from now on, and a new passphrase for it. All devices that are in get it; what was written before stays
    /// readable for whoever could read it.
    pub fn rekey(&mut self, remote: &mut dyn Remote, passphrase: &str, effort: Effort) -> Result<(), Fault> {
        self.rekey_without(remote, |_| false, passphrase, effort).map(|_| ())
    }

    /// The same, and shuts devices out by what says it: none of them has the newest key at any time at which it is known that it is
    /// out. How many were in.
    pub fn rekey_without(
        &mut self,
        remote: &mut dyn Remote,
        is_meant: impl Fn(&Who) -> bool,
        passphrase: &str,
        effort: Effort,
    ) -> Result<usize, Fault> {
        let locks = self.agreed(remote)?;
        if !locks.is_whole {
            // a key may be among what is missing, and this one would not follow it
            return Err(Fault::LockDamaged);
        }
        let end = locks.end;
        let (mut changed, out) = (self.clone(), self.without(|member| is_meant(&member.who)));
        let count = out.len();
        changed.decide(out);
        changed.turn();
        changed.held.recovery = Some(changed.closed_by(passphrase, effort));
        let said = changed.statement().body();
        let stream = statement::founding_stream();
        let operation = Operation::follow(&stream, end.seq + 1, end.hash, said.clone().into_bytes());
        // where somebody else made one meanwhile, this one is refused
        if let Err(fault) = remote.append(std::slice::from_ref(&operation))
            // and where the answer was lost, it may lie there: whoever says it again would make another one
            && remote.heads().ok().and_then(|heads| heads.get(&stream).copied()) != Some(Head::after(&operation))
        {
            return Err(fault);
        }
        changed.held.chain.push(said);
        *self = changed;
        self.save()?;
        Ok(count)
    }

    /// Whether a passphrase opens any key of a remote: the newest one, or one before it, so that it is no new one. A few are tried.
    pub fn is_opened_by(&self, remote: &mut dyn Remote, passphrase: &str) -> Result<bool, Fault> {
        let heads = remote.heads()?;
        let locks = Locks::read(remote, &heads)?.of(&self.held.lock);
        // the one that this device knows of comes first, whatever somebody heaped up there
        let own = self.held.recovery.as_ref().map(|recovery| &recovery.closed);
        let others = locks.recoveries().into_iter().filter(|closed| Some(*closed) != own);
        let opens = |closed: &String| envelope::open_by(passphrase, &statement::read(closed)).is_ok();
        Ok(own.into_iter().chain(others).take(TRIES).any(opens))
    }

    /// Hears what others said of keys and devices, so that what it tells of them is of now.
    pub fn hear(&mut self, remote: &mut dyn Remote) -> Result<(), Fault> {
        self.agreed(remote).map(|_| ())
    }
}
