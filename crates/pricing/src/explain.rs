//! How the cost of a request comes about, as data for an audit.

use chrono::NaiveDate;
use transcript::{PartKind, Request, Tokens};

use crate::bill::{Item, Quote, Standing, Terms, items};
use crate::price::{Exact, times};
use crate::{Cost, Factor, PicoUsd, Price, PriceTable, Row};

/// Every step from tokens to money for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The day whose prices are used, in UTC; none: the newest prices.
    pub day: Option<NaiveDate>,
    /// Every piece, billed or not.
    pub lines: Vec<Line>,
    /// Web searches, if there are any.
    pub web_searches: Option<SearchLine>,
    /// The result.
    pub cost: Cost,
}

/// A piece of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub piece: Piece,
    /// The model as it is written.
    pub model: String,
    /// The model that the table knows it as, if it does.
    pub canonical: Option<String>,
    /// The row of prices, if there is one for the day.
    pub row: Option<Row>,
    /// Tokens times prices, before any share.
    pub tokens: Vec<TokenLine>,
    /// What the prices are multiplied by, without those that change nothing.
    pub factors: Vec<(Reason, Factor)>,
    /// Why it is not billed, or has no price; none when it is billed.
    pub left_out: Option<Reason>,
    /// What it adds to the cost, to the nearest pico-dollar.
    pub amount: PicoUsd,
}

impl Line {
    /// Its tokens, whether they are billed or not.
    pub fn counts(&self) -> Tokens {
        let of = |kind| self.tokens.iter().filter(|line| line.kind == kind).map(|line| line.count).sum();
        Tokens {
            input: of(TokenKind::Input),
            output: of(TokenKind::Output),
            cache_write_5m: of(TokenKind::CacheWrite5m),
            cache_write_1h: of(TokenKind::CacheWrite1h),
            cache_read: of(TokenKind::CacheRead),
        }
    }
}

/// Tokens of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLine {
    /// The kind.
    pub kind: TokenKind,
    /// How many.
    pub count: u64,
    /// The row's price, if there is a row.
    pub price: Option<Price>,
    /// Both multiplied.
    pub amount: PicoUsd,
}

/// Web searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchLine {
    /// How many.
    pub count: u32,
    /// Dollars per thousand.
    pub per_1k: Price,
    /// What they add to the cost.
    pub amount: PicoUsd,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    /// The top level of the usage.
    TopLevel,
    /// A part of it.
    Part(PartKind),
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    /// Prompt tokens outside the cache.
    Input,
    /// Answer tokens.
    Output,
    /// Written to the cache for five minutes.
    CacheWrite5m,
    /// Written to the cache for one hour.
    CacheWrite1h,
    /// Read from the cache.
    CacheRead,
}

/// Why a price is multiplied, or a piece left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The request was made in a batch.
    Batch,
    /// Inference was kept in the United States.
    Geography,
    /// A regional or government profile of a cloud provider.
    CloudRegion,
    /// The person's own multiplier.
    Negotiated,
    /// Attempts with a fallback model are billed in place of the top level.
    ReplacedByFallback,
    /// The last attempt was refused.
    Refused,
    /// A part of a type that is not known.
    Uncounted,
    /// The model has no price on that day.
    NoPrice,
}

impl PriceTable {
    /// The cost of a request with every step that leads to it; the result is that of [`PriceTable::cost`].
    pub fn explain(&self, request: &Request) -> Explanation {
        let terms = Terms::of(request);
        let (per_1k, search_amount) = self.web_search(request);
        let lines = items(request).map(|item| line(&item, self.quote(&terms, &item).as_ref())).collect();
        let count = request.web_searches;
        let web_searches = (count > 0).then(|| SearchLine { count, per_1k, amount: search_amount.pico() });
        Explanation { day: terms.day, lines, web_searches, cost: self.cost(request) }
    }
}

fn line(item: &Item<'_>, quote: Option<&Quote<'_>>) -> Line {
    let left_out = match (item.standing, quote) {
        (Standing::Billed, Some(_)) => None,
        (Standing::Billed, None) => Some(Reason::NoPrice),
        (Standing::Replaced, _) => Some(Reason::ReplacedByFallback),
        (Standing::Refused, _) => Some(Reason::Refused),
        (Standing::Uncounted, _) => Some(Reason::Uncounted),
    };
    let amount = match (left_out, quote) {
        (None, Some(quote)) => quote.amount(item.tokens),
        _ => Exact::default(),
    };
    Line {
        piece: item.part.map_or(Piece::TopLevel, Piece::Part),
        model: item.model.to_owned(),
        canonical: quote.map(|quote| quote.model.name.clone()),
        row: quote.map(|quote| quote.row.clone()),
        tokens: token_lines(item, quote.map(|quote| quote.row)),
        factors: quote.map(factors).unwrap_or_default(),
        left_out,
        amount: amount.pico(),
    }
}

fn token_lines(item: &Item<'_>, row: Option<&Row>) -> Vec<TokenLine> {
    let (tokens, prices) = (item.tokens, row.map(|row| row.prices));
    let line = |kind, count, price: Option<Price>| TokenLine {
        kind,
        count,
        price,
        amount: Exact::new(price.map_or(0, |price| times(count, price)), [Factor::ONE; 4]).pico(),
    };
    vec![
        line(TokenKind::Input, tokens.input, prices.map(|prices| prices.input)),
        line(TokenKind::Output, tokens.output, prices.map(|prices| prices.output)),
        line(TokenKind::CacheWrite5m, tokens.cache_write_5m, prices.map(|prices| prices.cache_write_5m)),
        line(TokenKind::CacheWrite1h, tokens.cache_write_1h, prices.map(|prices| prices.cache_write_1h)),
        line(TokenKind::CacheRead, tokens.cache_read, prices.map(|prices| prices.cache_read)),
    ]
}

fn factors(quote: &Quote<'_>) -> Vec<(Reason, Factor)> {
    let shares = quote.shares;
    [
        (Reason::Batch, shares.batch),
        (Reason::Geography, shares.geo),
        (Reason::CloudRegion, shares.cloud),
        (Reason::Negotiated, shares.negotiated),
    ]
    .into_iter()
    .filter(|(_, factor)| *factor != Factor::ONE)
    .collect()
}

#[cfg(test)]
mod tests;
