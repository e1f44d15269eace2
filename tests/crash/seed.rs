//! Choices that can be repeated: a small generator, seeded from one number that is printed.

use bellwire::ids::Ids;

/// A variable of the environment that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The seed of this run.
pub fn seed() -> u64 {
    let fresh = || u64::from_le_bytes(Ids::system().secret(8).try_into().unwrap()) % 1_000_000_000;
    env("BELLWIRE_CRASH_SEED").map_or_else(fresh, |seed| seed.parse().unwrap())
}

/// Splitmix64.
pub struct Rng(u64);

impl Rng {
    /// A sequence of its own for each `stream`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = Self(seed ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
