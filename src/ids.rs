//! Ids and secrets: the one source of randomness, so that a test can seed it.
//!
//! An id is a version 7 UUID in its usual text form. It names a thing and is no secret: whoever may
//! see the thing is decided elsewhere. A secret (session, API key, link) comes from
//! [`Ids::secret`] or [`Ids::token`]. How secrets are stored and compared is deliberately not here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use uuid::Builder;

/// The bytes behind [`Ids::token`]: 256 bits, so that guessing is not a plan.
const TOKEN_BYTES: usize = 32;

/// How much randomness an id generator asks for at a time: a system call per id would cost more
/// than the id.
const POOL_BYTES: usize = 1024;

/// The counter fills the 12 bits of `rand_a` and the first 30 of `rand_b`; a fresh millisecond starts
/// it below the middle, which leaves 2^41 ids to go in that millisecond.
const COUNTER_BITS: u32 = 42;

/// Makes ids and secrets. Cheap to clone; clones share one sequence.
#[derive(Clone)]
pub struct Ids(Arc<Shared>);

struct Shared {
    source: Source,
    sequence: Mutex<Sequence>,
}

enum Source {
    System(SystemRandom),
    Seeded { seed: [u8; SHA256_OUTPUT_LEN], blocks: Mutex<u64> },
}

/// What the last id was made of.
struct Sequence {
    at_ms: u64,
    counter: u64,
    pool: [u8; POOL_BYTES],
    used: usize,
}

impl Ids {
    /// Randomness from the operating system.
    pub fn system() -> Self {
        Self::from_source(Source::System(SystemRandom::new()))
    }

    /// The same ids and secrets on every run, for tests only: whoever knows the seed knows them all.
    pub fn seeded(seed: u64) -> Self {
        let mut block = [0; SHA256_OUTPUT_LEN];
        block.copy_from_slice(digest(&SHA256, &seed.to_be_bytes()).as_ref());
        Self::from_source(Source::Seeded { seed: block, blocks: Mutex::new(0) })
    }

    fn from_source(source: Source) -> Self {
        let sequence = Sequence { at_ms: 0, counter: 0, pool: [0; POOL_BYTES], used: POOL_BYTES };
        Self(Arc::new(Shared { source, sequence: Mutex::new(sequence) }))
    }

    /// A new id: a UUID of version 7, hyphenated, lower-case, 36 characters. Each is greater, also
    /// as text, than all that this generator gave before, even if `now_ms` (Unix milliseconds)
    /// stands still or goes back.
    pub fn next(&self, now_ms: i64) -> String {
        let mut sequence = locked(&self.0.sequence);
        let tail = sequence.take_random(&self.0.source);
        let now_ms = u64::try_from(now_ms).unwrap_or(0);
        if now_ms > sequence.at_ms {
            sequence.at_ms = now_ms;
            sequence.counter = u64::from(sequence.take_random(&self.0.source)) << 9;
        } else {
            sequence.counter += 1;
            if sequence.counter >> COUNTER_BITS != 0 {
                sequence.at_ms += 1;
                sequence.counter = 0;
            }
        }
        let mut bytes = [0; 10];
        bytes[0..2].copy_from_slice(&((sequence.counter >> 30) as u16).to_be_bytes());
        // `rand_b` is the low 62 bits of the last eight bytes; the variant's two bits come first.
        let rand_b = (sequence.counter & 0x3fff_ffff) << 32 | u64::from(tail);
        bytes[2..10].copy_from_slice(&rand_b.to_be_bytes());
        let at_ms = sequence.at_ms;
        drop(sequence);
        let id = Builder::from_unix_timestamp_millis(at_ms, &bytes).into_uuid();
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        id.hyphenated().encode_lower(&mut text).to_owned()
    }

    /// The smallest id of an instant: ids that were given from then on are not smaller.
    #[must_use]
    pub fn first_of(at_ms: i64) -> String {
        let at_ms = u64::try_from(at_ms).unwrap_or(0) & 0xffff_ffff_ffff;
        format!("{:08x}-{:04x}-7000-8000-000000000000", at_ms >> 16, at_ms & 0xffff)
    }

    /// `length` unguessable bytes.
    pub fn secret(&self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.source.fill(&mut bytes);
        bytes
    }

    /// An unguessable word for URLs, headers and cookies: 32 bytes in base64url, 43 characters.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.secret(TOKEN_BYTES))
    }
}

impl std::fmt::Debug for Ids {
    /// Says which source is in use and nothing of what comes out of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0.source {
            Source::System(_) => "Ids(system)",
            Source::Seeded { .. } => "Ids(seeded)",
        })
    }
}

impl Sequence {
    fn take_random(&mut self, source: &Source) -> u32 {
        if self.used == POOL_BYTES {
            source.fill(&mut self.pool);
            self.used = 0;
        }
        let mut word = [0; 4];
        word.copy_from_slice(&self.pool[self.used..self.used + 4]);
        self.used += 4;
        u32::from_be_bytes(word)
    }
}

impl Source {
    fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::System(random) => {
                // Without randomness there is no session, no key and no safe way to go on.
                random.fill(bytes).expect("the operating system gives randomness");
            }
            Self::Seeded { seed, blocks } => {
                let mut block = locked(blocks);
                for chunk in bytes.chunks_mut(SHA256_OUTPUT_LEN) {
                    let mut input = [0; SHA256_OUTPUT_LEN + 8];
                    input[..SHA256_OUTPUT_LEN].copy_from_slice(seed);
                    input[SHA256_OUTPUT_LEN..].copy_from_slice(&block.to_be_bytes());
                    *block += 1;
                    chunk.copy_from_slice(&digest(&SHA256, &input).as_ref()[..chunk.len()]);
                }
            }
        }
    }
}

/// Nothing here leaves its data half changed when it panics, so a poisoned lock is a good lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_say_when_they_were_made() {
        let id = Ids::system().next(1_800_000_000_123);
        let parsed = uuid::Uuid::try_parse(&id).unwrap();
        assert_eq!(parsed.get_version_num(), 7);
        assert_eq!(parsed.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(parsed.as_u128() >> 80, 1_800_000_000_123);
        assert_eq!(id, id.to_lowercase());
    }

    #[test]
    fn ids_grow_when_the_clock_stands_still_or_goes_back() {
        let ids = Ids::system();
        let mut last = String::new();
        for step in 0..30_000 {
            let now_ms = 1_000_000 + [0, 0, 5, -900, 0, 6][step % 6];
            let id = ids.clone().next(now_ms);
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }

    #[test]
    fn ids_grow_past_a_full_millisecond() {
        let ids = Ids::seeded(1);
        let first = ids.next(77);
        locked(&ids.0.sequence).counter = (1 << COUNTER_BITS) - 2;
        let (last_of_77, first_of_78) = (ids.next(77), ids.next(77));
        assert!(first < last_of_77 && last_of_77 < first_of_78);
        assert!(ids.next(77) > first_of_78);
    }

    #[test]
    fn ids_differ_between_threads_and_processes() {
        let ids = Ids::system();
        let other = Ids::system();
        let mut all: Vec<String> = std::thread::scope(|scope| {
            let makers: Vec<_> = [&ids, &ids, &other]
                .map(|maker| scope.spawn(|| (0..5_000).map(|_| maker.next(9)).collect::<Vec<_>>()))
                .into();
            makers.into_iter().flat_map(|maker| maker.join().unwrap()).collect()
        });
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 15_000);
    }

    #[test]
    fn a_seed_repeats_itself_and_no_two_seeds_agree() {
        let run = |seed| {
            let ids = Ids::seeded(seed);
            (ids.next(5), ids.token(), ids.secret(40), ids.next(5))
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }

    #[test]
    fn a_token_is_43_characters_fit_for_a_url_and_never_the_same() {
        let ids = Ids::system();
        let (one, two) = (ids.token(), ids.token());
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_ne!(one, two);
        assert_eq!(format!("{ids:?}"), "Ids(system)");
    }
}
