//! The five disjoint kinds of tokens that an answer of the API is billed by.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Token counts of one request or a sum of them. The kinds are disjoint; thinking is part of output. Sums stop at the
/// limit: a damaged transcript can name any figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
pub struct Tokens {
    /// Tokens of the prompt that were neither read from nor written to the cache.
    pub input: u64,
    /// Tokens of the answer, thinking included.
    pub output: u64,
    /// Tokens written to the cache for five minutes.
    pub cache_write_5m: u64,
    /// Tokens written to the cache for one hour.
    pub cache_write_1h: u64,
    /// Tokens read from the cache.
    pub cache_read: u64,
}

impl Tokens {
    /// All kinds together.
    pub fn total(&self) -> u64 {
        self.prompt().saturating_add(self.output)
    }

    /// Both kinds of cache write together.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    /// The length of the prompt: everything but the answer.
    pub fn prompt(&self) -> u64 {
        self.input.saturating_add(self.cache_write()).saturating_add(self.cache_read)
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.cache_write_5m = self.cache_write_5m.saturating_add(other.cache_write_5m);
        self.cache_write_1h = self.cache_write_1h.saturating_add(other.cache_write_1h);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_counts_reach_the_limit_without_a_panic() {
        let most = u64::MAX;
        let tokens = Tokens { input: most, output: most, cache_write_5m: most, cache_write_1h: most, cache_read: most };
        assert_eq!((tokens.total(), tokens.prompt(), tokens.cache_write()), (most, most, most));
        assert_eq!(tokens + tokens, tokens);
    }
}
