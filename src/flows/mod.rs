//! What Bellwire does, one verb per file: load, let `domain` decide, write, in one transaction each.
//!
//! A transaction is plain synchronous Rust inside `store.write(…)`: it may run twice, so it has no effect outside the
//! store. No HTTP here, and no SQL: statements are `store`'s.

pub mod once;

use crate::clock::Clock;
use crate::ids::Ids;
use crate::store::Store;

/// What a flow may use. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub store: Store,
    pub clock: Clock,
    pub ids: Ids,
}

impl Ctx {
    /// Now, in Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A new id.
    #[must_use]
    pub fn id(&self) -> String {
        self.ids.next(self.now())
    }
}
