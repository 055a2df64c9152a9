//! The five disjoint kinds of tokens that an answer of the API is billed by.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Token counts of one request or a sum of them. The kinds are disjoint; thinking is part of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
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
        self.input + self.output + self.cache_write() + self.cache_read
    }

    /// Both kinds of cache write together.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m + self.cache_write_1h
    }

    /// The length of the prompt: everything but the answer.
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_write() + self.cache_read
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.output += other.output;
        self.cache_write_5m += other.cache_write_5m;
        self.cache_write_1h += other.cache_write_1h;
        self.cache_read += other.cache_read;
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}
