//! What has to be passed in which direction; a pure function of the heads on both sides.

use std::collections::BTreeSet;

use journal::{ReplicaId, Stream};

use crate::{Head, Heads, Settled, Terms};

/// One thing to do about one stream. In this order they are carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Both sides have the stream and disagree, or the remote knows more of our own than we do: somebody wrote in one name
    /// twice.
    Heal {
        /// The stream.
        stream: Stream,
        /// Its head here.
        here: Head,
        /// Its head there.
        there: Head,
    },
    /// The remote has more of it.
    Pull {
        /// The stream.
        stream: Stream,
        /// Its head here.
        after: Head,
        /// Its head there.
        to: Head,
    },
    /// This machine has more of it.
    Push {
        /// The stream.
        stream: Stream,
        /// Its head there.
        after: Head,
        /// Its head here.
        to: Head,
    },
}

impl Step {
    /// The stream that it is about.
    pub fn stream(&self) -> &Stream {
        match self {
            Self::Heal { stream, .. } | Self::Pull { stream, .. } | Self::Push { stream, .. } => stream,
        }
    }
}

/// What has to be done so that both sides have the same; the same heads give the same steps, and equal ones none.
///
/// Operations of every stream that is here are passed on, whoever wrote them, so that a remote that lost some is filled again;
/// to a shared remote only our own.
pub fn plan(here: &Heads, there: &Heads, own: &Own, terms: Terms, settled: &Settled) -> Vec<Step> {
    let streams: BTreeSet<&Stream> =
        here.keys().chain(there.keys()).filter(|stream| terms.allow(&stream.scope)).collect();
    let step = |stream: &Stream| {
        let at = |heads: &Heads| heads.get(stream).copied().unwrap_or(Head::START);
        let (here, there) = (at(here), at(there));
        if here == there || settled.get(stream) == Some(&(here, there)) {
            return None;
        }
        let stream = stream.clone();
        let is_now = stream.replica == own.now;
        if here.seq == there.seq || (is_now && there.seq > here.seq) {
            return Some(Step::Heal { stream, here, there });
        }
        if there.seq > here.seq {
            return Some(Step::Pull { stream, after: here, to: there });
        }
        let may_speak = !terms.is_shared || is_now || own.before.contains(&stream.replica);
        may_speak.then_some(Step::Push { stream, after: there, to: here })
    };
    let mut steps: Vec<Step> = streams.into_iter().filter_map(step).collect();
    steps.sort();
    steps
}

/// In whose names this machine writes, or wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The name that it writes in.
    pub now: ReplicaId,
    /// Names that it wrote in before.
    pub before: BTreeSet<ReplicaId>,
}
