//! Random numbers that are the same for ever for the same seed.

/// `SplitMix64`: tiny, fast, and fixed by its definition rather than by the version of a library.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers that belong to a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, any.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to and without `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.draw() % (high - low)
    }

    /// An index below a length.
    ///
    /// # Panics
    /// When the length is zero.
    pub fn below(&mut self, length: usize) -> usize {
        usize::try_from(self.draw() % length as u64).expect("less than a usize")
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.draw().is_multiple_of(times)
    }

    /// True so often in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.between(0, 100) < percent
    }

    /// A number between the bounds, small ones more often by far: its logarithm is evenly spread.
    pub fn skewed(&mut self, low: u64, high: u64) -> u64 {
        let doublings = u64::from((high / low).max(2).ilog2());
        let base = low << self.between(0, doublings);
        (base + self.draw() % base).min(high)
    }

    /// One of the choices.
    ///
    /// # Panics
    /// When there is no choice.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}
