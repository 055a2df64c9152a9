//! What requests cost, by kind of token.

use crate::{Explanation, PicoUsd, TokenKind};

/// What requests cost, by kind of token. The parts of a request add up to its cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CostByKind {
    /// Prompt tokens outside the cache.
    pub input: PicoUsd,
    /// Answer tokens.
    pub output: PicoUsd,
    /// Written to the cache for five minutes.
    pub cache_write_5m: PicoUsd,
    /// Written to the cache for one hour.
    pub cache_write_1h: PicoUsd,
    /// Read from the cache.
    pub cache_read: PicoUsd,
    /// Web searches, which are no tokens.
    pub web_searches: PicoUsd,
}

impl CostByKind {
    /// Adds a request; one that has no price adds nothing. Whatever multiplies its prices counts for each kind alike.
    pub fn add(&mut self, request: &Explanation) {
        if request.cost.exact.is_none() {
            return;
        }
        for line in &request.lines {
            let whole: i128 = line.tokens.iter().map(|tokens| tokens.amount.0).sum();
            let mut before = 0;
            for tokens in &line.tokens {
                let after = before + tokens.amount.0;
                // Cut from the sum, so that no rounding is lost.
                let share = |part: i128| line.amount.0.saturating_mul(part).checked_div(whole).unwrap_or(0);
                *self.of(tokens.kind) += PicoUsd(share(after) - share(before));
                before = after;
            }
        }
        self.web_searches += request.web_searches.map_or(PicoUsd::default(), |searches| searches.amount);
    }

    /// All of it.
    pub fn total(&self) -> PicoUsd {
        let tokens = [self.input, self.output, self.cache_write_5m, self.cache_write_1h, self.cache_read];
        tokens.into_iter().sum::<PicoUsd>() + self.web_searches
    }

    fn of(&mut self, kind: TokenKind) -> &mut PicoUsd {
        match kind {
            TokenKind::Input => &mut self.input,
            TokenKind::Output => &mut self.output,
            TokenKind::CacheWrite5m => &mut self.cache_write_5m,
            TokenKind::CacheWrite1h => &mut self.cache_write_1h,
            TokenKind::CacheRead => &mut self.cache_read,
        }
    }
}

#[cfg(test)]
mod tests;
