//! Streams in whose name two wrote: a machine that was set back to an older state of itself, or a copy of one.
//!
//! No remote changes what it has, and nobody can tell which of both is right, so both are: whoever meets such a stream carries
//! the operations that one side lacks over into a stream of their own, where they pass like all others. A fold takes what is
//! carried for what it was, so it counts once, however often it is carried. The same is done where what a remote has in a name
//! was closed by a key that is lost.

use std::collections::BTreeSet;

use journal::{Hash, Operation, Scope, Stream};

use crate::carry::{Run, Stop};
use crate::head::linked;
use crate::{Fault, Head, Heads, Local, Page, Settled};

/// Why a stream has to be healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wound {
    /// Both sides disagree.
    Fork,
    /// No key opens what the remote has.
    Opaque,
}

/// Heals a stream, as far as one round can; the next one goes on with what is left.
pub(crate) fn heal(
    run: &mut Run<'_, '_>,
    stream: &Stream,
    there: &Heads,
    settled: &mut Settled,
    why: Wound,
) -> Result<(), Stop> {
    if stream.replica == run.local.replica() {
        // first of all: nothing more may be said in this name
        run.local.renew()?;
        run.outcome.is_renamed = true;
    }
    let here = run.local.heads()?.get(stream).copied().unwrap_or(Head::START);
    let there = there.get(stream).copied().unwrap_or(Head::START);
    let (common, is_opaque) = last_common(run, stream, here, there)?;
    let is_opaque = is_opaque || why == Wound::Opaque;
    if common == there && !is_opaque {
        // it only lacks what is here
        return Ok(());
    }
    if common == here {
        let Some(next) = readable(run, stream, here.seq, Page::ONE)? else {
            // nothing that can be read is missing here; where a key turns up, the head there is another one
            settled.insert(stream.clone(), (here, there));
            return Ok(());
        };
        let damaged = Fault::Damaged { stream: stream.clone(), seq: here.seq + 1 };
        return if linked(stream, here, next).is_empty() { Err(damaged.into()) } else { Ok(()) };
    }
    if run.terms.is_shared && !run.local.owns(stream.replica) {
        // among others nobody speaks for another: its owner heals it
        return Err(Fault::Damaged { stream: stream.clone(), seq: common.seq + 1 }.into());
    }
    if is_opaque && !run.local.owns(stream.replica) {
        // a key may be on its way, and else its owner carries it over, once
        return if is_carried(run, stream, common, here)? {
            settled.insert(stream.clone(), (here, there));
            Ok(())
        } else {
            Err(Fault::Opaque { stream: stream.clone(), seq: common.seq + 1 }.into())
        };
    }
    let mut known = carried(run.local, &stream.scope)?;
    let mut after = common;
    while after.seq < here.seq {
        let page = run.local.read(stream, after.seq, run.conduct.page)?;
        let Some(last) = page.last() else { break };
        after = Head::after(last);
        carry(run, &page, &mut known)?;
    }
    let mut after = common;
    while after.seq < there.seq {
        let Some(page) = readable(run, stream, after.seq, run.conduct.page)? else { break };
        let page = linked(stream, after, page);
        let Some(last) = page.last() else {
            return Err(Fault::Damaged { stream: stream.clone(), seq: after.seq + 1 }.into());
        };
        after = Head::after(last);
        carry(run, &page, &mut known)?;
    }
    settled.insert(stream.clone(), (here, there));
    Ok(())
}

/// Says operations again in a stream of our own, unless they are carried already.
fn carry(run: &mut Run<'_, '_>, page: &[Operation], known: &mut BTreeSet<Hash>) -> Result<(), Stop> {
    let Some(first) = page.first() else { return Ok(()) };
    let fresh: Vec<Vec<u8>> = page
        .iter()
        .filter(|operation| known.insert(operation.carried().map_or(operation.hash, |carried| carried.hash)))
        .map(|operation| operation.carried().as_ref().unwrap_or(operation).as_body())
        .collect();
    if !fresh.is_empty() {
        run.local.append(&first.stream.scope, &fresh)?;
        run.outcome.carried += fresh.len() as u64;
    }
    Ok(())
}

/// What is read at once to see what is carried.
const MANY: Page = Page { operations: 10_000, bytes: 16 << 20 };

/// Whether everything of a stream after `common` is carried by another one that is here.
fn is_carried(run: &mut Run<'_, '_>, stream: &Stream, common: Head, here: Head) -> Result<bool, Stop> {
    let others = run.local.heads()?.into_keys().filter(|other| other.scope == stream.scope && other != stream);
    let mut known = BTreeSet::new();
    for other in others {
        known.extend(carried_by(run.local, &other)?);
    }
    let mut after = common.seq;
    while after < here.seq {
        let page = run.local.read(stream, after, MANY)?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        let hash = |operation: &Operation| operation.carried().map_or(operation.hash, |carried| carried.hash);
        if !page.iter().all(|operation| known.contains(&hash(operation))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What our own stream carries already. That of others does not count: they may have to give it up.
fn carried(local: &mut dyn Local, scope: &Scope) -> Result<BTreeSet<Hash>, Stop> {
    let stream = Stream { replica: local.replica(), scope: scope.clone() };
    carried_by(local, &stream)
}

/// What a stream carries.
fn carried_by(local: &mut dyn Local, stream: &Stream) -> Result<BTreeSet<Hash>, Stop> {
    let (mut known, mut after) = (BTreeSet::new(), 0);
    loop {
        let operations = local.read(stream, after, MANY)?;
        let Some(last) = operations.last() else { return Ok(known) };
        after = last.seq;
        known.extend(operations.iter().filter_map(Operation::carried).map(|operation| operation.hash));
    }
}

/// The last operation that both sides have, found by halving, and whether one was met there that no key opens.
fn last_common(run: &mut Run<'_, '_>, stream: &Stream, here: Head, there: Head) -> Result<(Head, bool), Stop> {
    let (mut low, mut high) = (Head::START, here.seq.min(there.seq));
    let mut is_opaque = false;
    while low.seq < high {
        let middle = low.seq + (high - low.seq).div_ceil(2);
        let ours = one(run.local.read(stream, middle - 1, Page::ONE)?, middle);
        let Some(theirs) = readable(run, stream, middle - 1, Page::ONE)? else {
            (is_opaque, high) = (true, middle - 1);
            continue;
        };
        let theirs = one(theirs, middle);
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours == theirs => low = Head { seq: middle, hash: ours },
            (Some(_), None) => return Err(Fault::Damaged { stream: stream.clone(), seq: middle }.into()),
            _ => high = middle - 1,
        }
    }
    Ok((low, is_opaque))
}

/// What the remote has there; none where no key opens it.
fn readable(run: &mut Run<'_, '_>, stream: &Stream, after: u64, page: Page) -> Result<Option<Vec<Operation>>, Stop> {
    match run.remote.read(stream, after, page) {
        Ok(page) => Ok(Some(page)),
        Err(Fault::Opaque { .. }) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn one(page: Vec<Operation>, seq: u64) -> Option<Hash> {
    page.into_iter().find(|operation| operation.seq == seq && operation.is_true()).map(|operation| operation.hash)
}
