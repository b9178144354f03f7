//! Seeded chance: the same seed and the same number of the request give the same throws, whatever runs beside it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of chance that can be repeated.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The throws of one request (or of any other numbered thing) under a seed.
    pub fn new(seed: u64, number: u64) -> Dice {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(number);
        Dice(source)
    }

    /// A fraction in `[0, 1)`.
    pub fn fraction(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Any 64 bits, for ids.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}
