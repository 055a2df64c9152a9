//! What of a request is billed, and at which prices.

use chrono::NaiveDate;
use transcript::{PartKind, Request, Tokens};

use crate::price::{Exact, times};
use crate::{CloudRegion, Factor, Model, PriceTable, Row, cloud_region};

/// A piece of a request with its own tokens and model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'r> {
    /// The part's kind; none: the top level.
    pub(crate) part: Option<PartKind>,
    pub(crate) model: &'r str,
    pub(crate) tokens: &'r Tokens,
    pub(crate) standing: Standing,
}

/// Whether a piece is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Billed,
    /// The top level, when there are attempts with a fallback model: they are billed in its place.
    Replaced,
    /// The last of these attempts, when the answer was refused.
    Refused,
    /// A part of a type that is not known.
    Uncounted,
}

/// All pieces of a request, the top level first.
pub(crate) fn items(request: &Request) -> impl Iterator<Item = Item<'_>> {
    let last_attempt = request.parts.iter().rposition(|part| part.kind == PartKind::Fallback);
    let refused = request.stop_reason.as_deref() == Some("refusal");
    let standing = if last_attempt.is_some() { Standing::Replaced } else { Standing::Billed };
    let top = Item { part: None, model: &request.model, tokens: &request.tokens, standing };
    let parts = request.parts.iter().enumerate().map(move |(index, part)| Item {
        part: Some(part.kind),
        model: &part.model,
        tokens: &part.tokens,
        standing: match part.kind {
            PartKind::Uncounted => Standing::Uncounted,
            PartKind::Fallback if refused && last_attempt == Some(index) => Standing::Refused,
            _ => Standing::Billed,
        },
    });
    std::iter::once(top).chain(parts)
}

/// What all pieces of a request share.
pub(crate) struct Terms {
    pub(crate) day: Option<NaiveDate>,
    fast: bool,
    batch: bool,
    geo_us: bool,
    region: CloudRegion,
}

impl Terms {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            day: request.at.map(|at| at.date_naive()),
            fast: request.speed.as_deref() == Some("fast"),
            batch: request.tier.as_deref() == Some("batch"),
            geo_us: request.geo.as_deref() == Some("us"),
            region: cloud_region(&request.model),
        }
    }
}

/// The prices of a piece.
pub(crate) struct Quote<'t> {
    pub(crate) model: &'t Model,
    pub(crate) row: &'t Row,
    pub(crate) shares: Shares,
}

/// What the prices of a row are multiplied by.
#[derive(Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) batch: Factor,
    pub(crate) geo: Factor,
    pub(crate) cloud: Factor,
    pub(crate) negotiated: Factor,
}

impl Quote<'_> {
    pub(crate) fn amount(&self, tokens: &Tokens) -> Exact {
        let Shares { batch, geo, cloud, negotiated } = self.shares;
        Exact::new(self.row.prices.list_pico(tokens), [batch, geo, cloud, negotiated])
    }
}

impl PriceTable {
    /// The prices of a piece; none when its model has none on that day.
    ///
    /// An advisor runs at standard speed. A part whose model names no cloud region ran where the request did.
    pub(crate) fn quote(&self, terms: &Terms, item: &Item<'_>) -> Option<Quote<'_>> {
        let model = self.find(item.model)?;
        let fast = terms.fast && item.part != Some(PartKind::Advisor);
        let row = model.row(terms.day, fast, item.tokens.prompt())?;
        let region = match cloud_region(item.model) {
            CloudRegion::Unstated => terms.region,
            stated => stated,
        };
        let shares = Shares {
            batch: if terms.batch { self.batch() } else { Factor::ONE },
            geo: if terms.geo_us { model.geo_us } else { Factor::ONE },
            cloud: self.cloud(model, region),
            negotiated: model.multiplier.unwrap_or(self.multiplier()),
        };
        Some(Quote { model, row, shares })
    }

    /// What the web searches of a request cost: no share touches them.
    pub(crate) fn web_search(&self, request: &Request) -> (crate::Price, Exact) {
        let own = self.find(&request.model).and_then(|model| model.web_search_per_1k);
        let price = own.unwrap_or(self.web_search_per_1k());
        // a price in millionths of a dollar per thousand is a thousand pico-dollars each
        let pico = times(u64::from(request.web_searches), price).saturating_mul(1_000);
        (price, Exact::new(pico, [Factor::ONE; 4]))
    }
}
