//! Hashing passwords: slow on purpose, so few at a time and never on a thread that serves requests.
//!
//! argon2id with the parameters of OWASP's password storage cheat sheet. What a password must be is
//! `domain::password`'s to say.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use crate::domain::error::{Error, Result};
use crate::shutdown::Shutdown;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at the same time: each fills a core.
const AT_ONCE: usize = 2;
/// Calls that may wait for their turn; with some 30 ms each, about a second's worth.
const WAITING: usize = 64;

/// The hash of no password, so that asking for an unknown address takes as long as for a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YmVsbHdpcmUtbm9ib2R5IQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and compares passwords. Cheap to clone; clones share the turns.
#[derive(Debug, Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    shutdown: Shutdown,
}

impl Hasher {
    #[must_use]
    pub fn new(shutdown: Shutdown) -> Self {
        let places = Arc::new(Semaphore::new(WAITING));
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), places, shutdown }
    }

    /// The hash to store, with its parameters and salt (PHC string). `salt` is 16 random bytes.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when too many wait.
    pub async fn hash(&self, password: String, salt: Vec<u8>) -> Result<String> {
        self.run(move || {
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|e| Error::internal(e.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the one behind `hash`. Without a hash it takes as long and says no.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when too many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || {
            let stored = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY))
                .map_err(|e| Error::internal(e.to_string()))?;
            let same = argon2()?.verify_password(password.as_bytes(), &stored).is_ok();
            Ok(same && hash.is_some())
        })
        .await
    }

    async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let _place = self.places.try_acquire().map_err(|_| Error::Overloaded)?;
        let stopped = || Error::unavailable("the server is stopping");
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| stopped())?;
        // The turn ends with the work, also when the caller has gone away meanwhile.
        let task = self.shutdown.spawn_blocking("password", move || {
            let _turn = turn;
            work()
        });
        task.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let hasher = Hasher::new(Shutdown::new());
        let hash = hasher.hash("correct horse".into(), vec![7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("correct house".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("correct horse".into(), None).await.unwrap());
    }
}
