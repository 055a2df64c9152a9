//! Carrying out a plan: page by page, asking again after every fault, doing nothing twice.

use std::collections::BTreeSet;

use journal::{JournalError, Refusal, ReplicaId, Stream};

use crate::heal::Wound;
use crate::plan::Own;
use crate::sealed::is_lock;
use crate::{Fault, Head, Heads, Left, Local, Outcome, Page, Remote, Settled, Step, Terms, heal, plan};

/// What is passed at once.
const PAGE: Page = Page { operations: 1_000, bytes: 4 << 20 };

/// How often a passing fault is met in a row before it is left to the next time.
const FAULTS_IN_A_ROW: u32 = 3;

/// Rounds of asking for heads, planning and carrying out. Two are enough when nobody else writes.
const ROUNDS: u32 = 50;

/// How far it is, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Operations that were sent.
    pub sent: u64,
    /// Operations that were taken in.
    pub taken: u64,
    /// What the plan of this round still has to pass.
    pub left: Left,
}

/// How to behave while carrying out.
pub struct Conduct<'a> {
    /// Told after every page; false stops.
    pub watch: &'a mut dyn FnMut(Progress) -> bool,
    /// Waits before asking again, after so many faults in a row.
    pub pause: &'a mut dyn FnMut(u32),
    /// How much is passed at once.
    pub page: Page,
}

impl std::fmt::Debug for Conduct<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Conduct").field("page", &self.page).finish_non_exhaustive()
    }
}

impl Conduct<'_> {
    /// Nobody watches, nothing waits.
    pub fn quiet<'a>(watch: &'a mut dyn FnMut(Progress) -> bool, pause: &'a mut dyn FnMut(u32)) -> Conduct<'a> {
        Conduct { watch, pause, page: PAGE }
    }
}

/// What has to be done; nothing is changed on either side.
pub fn survey(
    local: &mut dyn Local,
    remote: &mut dyn Remote,
    terms: Terms,
    settled: &Settled,
) -> Result<Vec<Step>, Fault> {
    let there = remote.heads()?;
    let here = local.heads()?;
    refuse_foreign(&here, &there, terms)?;
    Ok(plan(&here, &there, &own(local, &here), terms, settled))
}

/// Makes both sides the same, as far as it can. Whatever stops it, what was passed by then stays, and the next call goes on
/// from there.
pub fn carry_out(
    local: &mut dyn Local,
    remote: &mut dyn Remote,
    terms: Terms,
    settled: &mut Settled,
    conduct: &mut Conduct<'_>,
) -> Outcome {
    let mut run = Run {
        local,
        remote,
        terms,
        conduct,
        outcome: Outcome::default(),
        skipped: BTreeSet::new(),
        left: Left::default(),
    };
    if let Err(fault) = run.rounds(settled) {
        run.outcome.fault = Some(fault);
    }
    run.outcome.left = run.left;
    run.outcome
}

/// One call of [`carry_out`].
pub(crate) struct Run<'a, 'b> {
    pub(crate) local: &'a mut dyn Local,
    pub(crate) remote: &'a mut dyn Remote,
    pub(crate) terms: Terms,
    pub(crate) conduct: &'a mut Conduct<'b>,
    pub(crate) outcome: Outcome,
    /// Streams that cannot be passed this time.
    skipped: BTreeSet<Stream>,
    left: Left,
}

/// Why a step ended before its end.
pub(crate) enum Stop {
    /// The whole run has to end, or to ask again.
    Fault(Fault),
    /// Both sides disagree about this stream from the heads on.
    Fork,
    /// Whoever watches wants no more.
    Asked,
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Run<'_, '_> {
    fn rounds(&mut self, settled: &mut Settled) -> Result<(), Fault> {
        let mut faults = 0;
        for _ in 0..ROUNDS {
            let passed = self.passed();
            match self.round(settled) {
                Ok(true) => return Ok(()),
                Ok(false) => faults = 0,
                Err(fault) if fault.is_passing() => {
                    faults = if self.passed() > passed { 1 } else { faults + 1 };
                    if faults >= FAULTS_IN_A_ROW {
                        return Err(fault);
                    }
                    (self.conduct.pause)(faults);
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Moved)
    }

    /// Asks, plans, carries out; whether nothing is left to do.
    fn round(&mut self, settled: &mut Settled) -> Result<bool, Fault> {
        let there = self.remote.heads()?;
        let here = self.local.heads()?;
        refuse_foreign(&here, &there, self.terms)?;
        let steps = plan(&here, &there, &own(self.local, &here), self.terms, settled);
        self.left = Left::of(&steps);
        let steps: Vec<Step> = steps.into_iter().filter(|step| !self.skipped.contains(step.stream())).collect();
        if steps.is_empty() {
            return Ok(true);
        }
        for step in steps {
            let stopped = match &step {
                Step::Heal { .. } => Err(Stop::Fork),
                Step::Pull { stream, after, to } => self.pull(stream, *after, *to),
                Step::Push { stream, after, to } => self.push(stream, *after, *to),
            };
            let stopped = match stopped {
                Err(Stop::Fork) => heal::heal(self, step.stream(), &there, settled, Wound::Fork),
                Err(Stop::Fault(Fault::Opaque { .. })) => {
                    heal::heal(self, step.stream(), &there, settled, Wound::Opaque)
                }
                other => other,
            };
            match stopped {
                Ok(()) => {}
                Err(Stop::Asked) => return Ok(true),
                // what is wrong with one stream, there or here, keeps no other from passing
                Err(Stop::Fault(
                    fault
                    @ (Fault::Damaged { .. } | Fault::Opaque { .. } | Fault::Journal(JournalError::Broken { .. })),
                )) => {
                    self.skip(step.stream(), fault);
                }
                Err(Stop::Fault(fault)) => return Err(fault),
                Err(Stop::Fork) => return Err(Fault::Moved),
            }
        }
        Ok(false)
    }

    fn pull(&mut self, stream: &Stream, mut after: Head, to: Head) -> Result<(), Stop> {
        while after.seq < to.seq {
            let page = self.remote.read(stream, after.seq, self.conduct.page)?;
            let page: Vec<_> = page.into_iter().filter(|operation| operation.stream == *stream).collect();
            if page
                .first()
                .is_some_and(|first| first.seq == after.seq + 1 && first.is_true() && first.prev != after.hash)
            {
                return Err(Stop::Fork);
            }
            let received = self.local.receive(&page)?;
            self.outcome.taken += received.taken as u64;
            self.left.to_take = self.left.to_take.saturating_sub(received.taken as u64);
            let refused = received.refused.first().map(|(_, seq, why)| (*seq, *why));
            if let Some((_, Refusal::Fork | Refusal::Ours)) = refused {
                return Err(Stop::Fork);
            }
            let last = page.iter().rfind(|operation| refused.is_none_or(|(seq, _)| operation.seq < seq));
            match last.map(Head::after).filter(|head| head.seq > after.seq) {
                Some(head) if refused.is_none() => after = head,
                head => {
                    let seq = head.unwrap_or(after).seq + 1;
                    return Err(Fault::Damaged { stream: stream.clone(), seq }.into());
                }
            }
            self.tell()?;
        }
        Ok(())
    }

    fn push(&mut self, stream: &Stream, mut after: Head, to: Head) -> Result<(), Stop> {
        while after.seq < to.seq {
            let page = self.local.read(stream, after.seq, self.conduct.page)?;
            let Some(first) = page.first() else { return Ok(()) };
            if Head::before(first) != after {
                return Err(Stop::Fork);
            }
            self.remote.append(&page)?;
            let count = page.len() as u64;
            self.outcome.sent += count;
            self.outcome.sent_bytes += page.iter().map(|operation| operation.body.len() as u64).sum::<u64>();
            self.left.to_send = self.left.to_send.saturating_sub(count);
            after = page.last().map_or(after, Head::after);
            self.tell()?;
        }
        Ok(())
    }

    fn tell(&mut self) -> Result<(), Stop> {
        let progress = Progress { sent: self.outcome.sent, taken: self.outcome.taken, left: self.left };
        if (self.conduct.watch)(progress) { Ok(()) } else { Err(Stop::Asked) }
    }

    fn skip(&mut self, stream: &Stream, fault: Fault) {
        self.skipped.insert(stream.clone());
        self.outcome.problems.push(fault);
    }

    fn passed(&self) -> u64 {
        self.outcome.sent + self.outcome.taken + self.outcome.carried
    }
}

/// Refuses a remote that holds data of which nothing is known here, unless the person said that it is theirs.
fn refuse_foreign(here: &Heads, there: &Heads, terms: Terms) -> Result<(), Fault> {
    if there.keys().any(is_lock) {
        return Err(Fault::Sealed);
    }
    let is_known = there.is_empty() || there.keys().any(|stream| here.contains_key(stream));
    if is_known || terms.is_joined || terms.is_shared {
        return Ok(());
    }
    let replicas: BTreeSet<ReplicaId> = there.keys().map(|stream| stream.replica).collect();
    Err(Fault::Foreign { replicas: replicas.len(), operations: there.values().map(|head| head.seq).sum() })
}

fn own(local: &dyn Local, here: &Heads) -> Own {
    let before = here.keys().map(|stream| stream.replica).filter(|replica| local.owns(*replica));
    Own { now: local.replica(), before: before.collect() }
}
