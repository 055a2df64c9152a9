//! What an audit shows: the requests with every step of their cost, and their sums.

use pricing::{Explanation, PicoUsd, PriceTable, Reason};
use store::{Audit, AuditedRequest, SessionRow, Telling};
use transcript::{Ledger, SessionId, Tokens};

use super::sums::Sums;

/// The requests of a session, their sums, and what these are compared with.
pub(super) struct Sheet {
    pub(super) session: SessionId,
    /// Whether the session carries on another one.
    pub(super) forked: bool,
    pub(super) entries: Vec<Entry>,
    pub(super) sums: Sums,
    /// The total of the session in lists.
    pub(super) listed: PicoUsd,
    /// The client's own total.
    pub(super) ledger: Option<Ledger>,
}

/// A request.
pub(super) struct Entry {
    /// Its place in the list, from 1.
    pub(super) number: usize,
    pub(super) audited: AuditedRequest,
    /// Every step from its tokens to its cost.
    pub(super) explanation: Explanation,
    /// Whether this session pays for it.
    pub(super) own: bool,
}

impl Sheet {
    /// Works out the cost of every request.
    pub(super) fn new(row: &SessionRow, audit: Audit, prices: &PriceTable) -> Self {
        let session = row.id().clone();
        let entries: Vec<Entry> = audit
            .requests
            .into_iter()
            .enumerate()
            .map(|(at, audited)| Entry {
                number: at + 1,
                explanation: prices.explain(&audited.request),
                own: audited.request.session == session,
                audited,
            })
            .collect();
        Self {
            forked: audit.carries_on,
            sums: Sums::of(&entries),
            listed: audit.cost,
            ledger: row.session.ledger.clone(),
            session,
            entries,
        }
    }

    /// What the client counted more than is computed; negative if less.
    pub(super) fn difference(&self, ledger: &Ledger) -> PicoUsd {
        PicoUsd(i128::from(ledger.nano_usd) * 1_000 - self.sums.total.cost.0)
    }
}

impl Entry {
    /// What it adds to this session: nothing if another one pays; none if it is not known.
    pub(super) fn charged(&self) -> Option<PicoUsd> {
        if self.own { self.explanation.cost.charged() } else { Some(PicoUsd(0)) }
    }

    /// The telling at whose place it is counted.
    pub(super) fn counted(&self) -> &Telling {
        self.audited.tellings.iter().find(|telling| telling.counted).unwrap_or(self.winner())
    }

    /// The telling whose usage counts.
    pub(super) fn winner(&self) -> &Telling {
        &self.audited.tellings[0]
    }

    /// The tokens that are billed, whether their price is known or not.
    pub(super) fn billed(&self) -> Tokens {
        let billed = self.explanation.lines.iter().filter(|line| matches!(line.left_out, None | Some(Reason::NoPrice)));
        billed.fold(Tokens::default(), |sum, line| sum + line.counts())
    }
}
