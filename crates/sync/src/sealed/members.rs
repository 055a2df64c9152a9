//! Who is in, as a device knows it: what others said of each other, what it decided itself, and itself under a new name.

use age::x25519::{Identity, Recipient};
use journal::ReplicaId;

use crate::sealed::keyring::{Keyring, Member, text_of};

impl Keyring {
    /// The same, of a device that speaks in this name by now. Where it was let in under another one (its journal goes on under a
    /// new number, because it is a copy or was put back), it tells the others of itself with a key of its own: whoever has the
    /// other number can be shut out without it.
    #[must_use]
    pub fn speaking_as(mut self, replica: ReplicaId) -> Self {
        self.speaks_as = Some(replica);
        self
    }

    /// The devices that have a key, or had one, this one first. Whoever is in stands there, whatever number they say is theirs: a
    /// key is closed for them. Those that are out stand there once, and not beside one of their number that is in.
    pub fn devices(&self) -> Vec<&Member> {
        let mut devices: Vec<&Member> = Vec::new();
        for device in &self.held.devices {
            let mut of_number = devices.iter_mut().filter(|known| known.who.replica == device.who.replica);
            match of_number.next() {
                Some(known) if known.is_out => *known = device,
                Some(_) if device.is_out => {}
                _ => devices.push(device),
            }
        }
        devices
    }

    /// How many devices have the key, this one among them.
    pub fn sharers(&self) -> usize {
        self.devices().into_iter().filter(|device| !device.is_out).count()
    }

    /// Whether this device is among those that get no further key: as it is, or as others know it.
    pub(super) fn is_out(&self) -> bool {
        let own: Vec<String> = self.own_identities().iter().map(|own| own.to_public().to_string()).collect();
        self.held.devices.iter().any(|device| device.is_out && own.contains(&device.recipient))
    }

    /// For whom a key is closed: everybody who is in.
    pub(super) fn recipients(&self) -> Vec<Recipient> {
        let devices = self.held.devices.iter().filter(|device| !device.is_out);
        devices.filter_map(|device| device.recipient.parse().ok()).collect()
    }

    /// Takes over what others say of devices; whoever is out stays out.
    pub(super) fn take_devices(&mut self, told: Vec<Member>) {
        for device in told {
            match self.held.devices.iter_mut().find(|known| known.recipient == device.recipient) {
                Some(known) => known.is_out |= device.is_out,
                None if device.recipient.parse::<Recipient>().is_ok() => self.held.devices.push(device),
                None => {}
            }
        }
    }

    /// Takes no word for true any more that was closed by an older key: whoever was shut out has it. What is known then is what
    /// this device itself decided.
    pub(super) fn begin_anew(&mut self) {
        self.held.devices.truncate(1);
        self.held.devices[0].is_out = false;
        self.held.recovery = None;
        self.take_devices(self.held.decided.clone());
    }

    /// Lets devices in, or shuts them out, because somebody said so on this one.
    pub(super) fn decide(&mut self, members: Vec<Member>) {
        self.held.decided.retain(|known| members.iter().all(|member| member.recipient != known.recipient));
        self.held.decided.extend(members.iter().cloned());
        self.take_devices(members);
    }

    /// Those that are in and meant, as such that are out; never this one.
    pub(super) fn without(&self, is_meant: impl Fn(&Member) -> bool) -> Vec<Member> {
        let others = self.held.devices.iter().skip(1).filter(|device| !device.is_out && is_meant(device));
        others.map(|device| Member { is_out: true, ..device.clone() }).collect()
    }

    /// Whether this device was let in under another name than the one in which it speaks.
    pub(super) fn is_renamed(&self) -> bool {
        self.speaks_as.is_some_and(|replica| replica != self.held.who.replica)
    }

    /// Goes on under the name in which this device speaks, with a key of its own. The name before may be that of the machine of
    /// which this is a copy, so it stays in.
    pub(super) fn rename(&mut self) {
        let (identity, replica) = (Identity::generate(), self.speaks_as.unwrap_or(self.held.who.replica));
        let before = std::mem::replace(&mut self.held.identity, text_of(&identity));
        self.held.former.push(before);
        self.held.who.replica = replica;
        self.held.devices.insert(0, Member::of(&self.held.who, &identity));
    }

    /// Others are told of this device as it is now.
    pub(super) fn is_told(&mut self) {
        self.held.former.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::name_of;
    use crate::sealed::keyring::{Recovery, Who};

    fn keyring() -> Keyring {
        Keyring::fresh(&Who { name: "laptop".into(), replica: name_of(1) }, "lock".into())
    }

    #[test]
    fn whoever_is_out_stays_out() {
        let (mut ours, other) = (keyring(), keyring());
        let mut member = other.held.devices[0].clone();
        ours.take_devices(vec![member.clone()]);
        assert_eq!((ours.recipients().len(), ours.held.devices.len()), (2, 2));
        member.is_out = true;
        ours.take_devices(vec![member.clone()]);
        member.is_out = false;
        ours.take_devices(vec![member]);
        assert_eq!((ours.recipients().len(), ours.held.devices.len()), (1, 2));
        assert_eq!((ours.devices().len(), ours.sharers()), (1, 1), "they have one number");
    }

    #[test]
    fn whoever_is_in_is_shown_even_under_the_number_of_another() {
        let [mut ours, other, again, lost] = [0; 4].map(|_| keyring());
        let member = |keyring: &Keyring| keyring.held.devices[0].clone();
        ours.take_devices(vec![Member { is_out: true, ..member(&lost) }, member(&other), member(&again)]);
        assert_eq!(ours.devices(), [&member(&ours), &member(&other), &member(&again)]);
        assert_eq!((ours.sharers(), ours.recipients().len()), (3, 3), "a key is closed for them");
        let mut who = Who { name: String::new(), replica: name_of(2) };
        for name in ["lost", "lost again"] {
            who.name = name.to_owned();
            let lost = Keyring::fresh(&who, "lock".into());
            ours.take_devices(vec![Member { is_out: true, ..member(&lost) }]);
        }
        assert_eq!((ours.devices().len(), ours.sharers()), (4, 3), "those that are out stand there once");
    }

    #[test]
    fn with_a_new_key_remains_what_this_device_decided_itself() {
        let [mut ours, told, let_in, shut_out] = [0; 4].map(|_| keyring());
        let member = |keyring: &Keyring| keyring.held.devices[0].clone();
        ours.turn();
        ours.take_devices(vec![Member { is_out: true, ..member(&ours) }, member(&told), member(&shut_out)]);
        let recovery = |generation| Some(Recovery { generation, closed: generation.to_string() });
        ours.take_recovery(recovery(1));
        ours.take_recovery(recovery(999));
        assert_eq!(ours.held.recovery, recovery(1), "there are no more keys");
        let out = ours.without(|device| device.recipient == member(&shut_out).recipient);
        ours.decide([vec![member(&let_in)], out.clone()].concat());
        assert!(ours.is_out() && ours.held.devices.len() == 4);
        ours.begin_anew();
        assert_eq!(ours.held.devices, [&[member(&ours), member(&let_in)], &out[..]].concat());
        assert!(!ours.is_out() && ours.held.recovery.is_none());
    }

    #[test]
    fn a_device_under_a_new_name_opens_what_was_closed_for_it_before_until_others_are_told() {
        let mut ours = keyring();
        let before = ours.own_identities()[0].to_public();
        let opens = |ours: &Keyring| ours.own_identities().iter().any(|own| own.to_public() == before);
        ours = ours.speaking_as(name_of(1));
        assert!(!ours.is_renamed());
        ours = ours.speaking_as(name_of(2));
        ours.rename();
        assert!(!ours.is_renamed() && ours.recipients().len() == 2 && opens(&ours), "the one before stays in");
        assert_eq!(
            ours.devices().iter().map(|device| device.who.replica).collect::<Vec<_>>(),
            [name_of(2), name_of(1)]
        );
        ours.is_told();
        assert!(!opens(&ours));
    }
}
