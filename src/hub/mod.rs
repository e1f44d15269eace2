//! The live connections: who is there, and what each is sent.
//!
//! One publisher, the relay, hands it what was committed, in the order of the account's cursor. Nothing here is the
//! truth: a connection that is closed resumes from the store by its cursor. No store and no HTTP here.

pub mod frame;
pub mod outlet;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::domain::access::{Credential, SignedIn};
use crate::domain::id::{Account, SessionId, UserId};
use crate::domain::language::Language;
use frame::{Bye, Frame, heartbeat};
use outlet::{Frames, Handed, Outlet};

/// Streams that one user may hold: a browser needs one, and somebody may have a few windows without shared storage.
pub const MOST_PER_USER: usize = 32;
/// Recent changes kept per account: who reconnects within them and has none of his own needs no query.
const RECENT: usize = 4096;
/// A comment is sent to each connection this often, in ticks of a second (product, §13: each 20 s).
pub const HEARTBEAT_TICKS: u64 = 20;

struct Connection {
    outlet: Outlet,
    /// Which tick of the heartbeat is its own, so that not all beat at once.
    beat: u64,
    language: Language,
    generation: i64,
    session: Option<SessionId>,
    expires_at: Option<i64>,
}

/// What was relayed lately.
#[derive(Default)]
struct Recent {
    /// All changes after this number and up to `relayed` are in `changes`, and those that are just being told.
    after: i64,
    relayed: i64,
    changes: VecDeque<(i64, UserId)>,
}

#[derive(Default)]
struct Accounts {
    recent: HashMap<Account, Recent>,
    users: HashMap<(Account, UserId), Vec<(u64, Connection)>>,
}

impl Accounts {
    fn listeners<'a>(&self, account: Account, users: impl Iterator<Item = &'a UserId>) -> Vec<Listener> {
        let listener = |user: &UserId| {
            let connections = self.users.get(&(account, user.clone()))?;
            let mut languages: Vec<Language> = connections.iter().map(|(_, c)| c.language).collect();
            languages.sort_unstable();
            languages.dedup();
            Some(Listener { user: user.clone(), languages })
        };
        users.filter_map(listener).collect()
    }
}

#[derive(Default)]
struct Inner {
    accounts: Mutex<Accounts>,
    last_id: AtomicU64,
    open: AtomicU64,
    begun: Notify,
}

/// The hub. Cheap to clone.
#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

/// A connection's place in the hub; dropping it leaves.
pub struct Place {
    hub: Hub,
    key: (Account, UserId),
    id: u64,
}

/// What a new connection finds.
pub struct Joined {
    pub place: Place,
    pub frames: Frames,
    pub outlet: Outlet,
    /// Up to here the hub has told everything; `None` when it has told this account nothing yet.
    pub relayed: Option<i64>,
    /// Whether something after the asked-for number may concern this user, so that the store must be asked.
    pub behind: bool,
}

/// A user has as many streams as he may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// A user to whom something is sent, with the languages that his connections want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub user: UserId,
    pub languages: Vec<Language>,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection that has everything up to the number `after`. From this moment on whatever is relayed is
    /// queued for it, so what it reads from the store afterwards leaves no gap.
    ///
    /// # Errors
    /// [`TooMany`] beyond [`MOST_PER_USER`].
    pub fn join(&self, who: &SignedIn, after: Option<i64>) -> Result<Joined, TooMany> {
        let id = self.0.last_id.fetch_add(1, Ordering::Relaxed);
        let outlet = Outlet::default();
        let (session, expires_at) = match &who.by {
            Credential::Session(session) => (Some(session.clone()), None),
            Credential::Token { expires_at } => (None, Some(*expires_at)),
        };
        let connection = Connection {
            outlet: outlet.clone(),
            beat: id % HEARTBEAT_TICKS,
            language: who.language,
            generation: who.generation,
            session,
            expires_at,
        };
        let key = (who.account, who.user.clone());
        let mut accounts = self.lock();
        let recent = accounts.recent.get(&who.account);
        let relayed = recent.map(|recent| recent.relayed);
        let behind = match (recent, after) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(recent), Some(after)) => {
                after < recent.after
                    || recent
                        .changes
                        .iter()
                        .rev()
                        .take_while(|(seq, _)| *seq > after)
                        .any(|(_, u)| *u == who.user)
            }
        };
        let connections = accounts.users.entry(key.clone()).or_default();
        if connections.len() >= MOST_PER_USER {
            return Err(TooMany);
        }
        // One by one: most users have a single stream, and a vector would begin with room for four.
        connections.reserve_exact(1);
        connections.push((id, connection));
        drop(accounts);
        self.0.open.fetch_add(1, Ordering::Relaxed);
        let place = Place { hub: self.clone(), key, id };
        Ok(Joined { place, frames: outlet.frames(), outlet, relayed, behind })
    }

    /// From which number on the relay reads; `None` when nobody of the account has ever been here.
    #[must_use]
    pub fn relayed(&self, account: Account) -> Option<i64> {
        self.lock().recent.get(&account).map(|recent| recent.relayed)
    }

    /// Tells the hub that an account is listened to, from the number `head` on. What was committed since `head` was
    /// read rang before anybody listened, so the relay is asked to look ([`Hub::wait_begun`]). Answers from which
    /// number on everything is told: a later one than `head` when somebody else was faster and had read further.
    #[must_use]
    pub fn begin(&self, account: Account, head: i64) -> i64 {
        let start = || Recent { after: head, relayed: head, changes: VecDeque::new() };
        let after = self.lock().recent.entry(account).or_insert_with(start).after;
        self.0.begun.notify_one();
        after
    }

    /// Sleeps until an account begins to be listened to.
    pub async fn wait_begun(&self) {
        self.0.begun.notified().await;
    }

    /// The accounts that somebody listens to or did.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.lock().recent.keys().copied().collect()
    }

    /// Which of these users are connected.
    #[must_use]
    pub fn listeners<'a>(&self, account: Account, users: impl Iterator<Item = &'a UserId>) -> Vec<Listener> {
        self.lock().listeners(account, users)
    }

    /// Notes that these changes are about to be told, in order, and answers which of those whom they concern are
    /// connected. No frame will be made for who joins from now on: he finds himself behind and reads the store.
    #[must_use]
    pub fn announce(&self, account: Account, changed: &[(i64, UserId)]) -> Vec<Listener> {
        let mut accounts = self.lock();
        let recent = accounts.recent.entry(account).or_default();
        // What was announced when the telling failed is there already.
        let last = recent.changes.back().map_or(recent.after, |(seq, _)| *seq);
        recent.changes.extend(changed.iter().filter(|(seq, _)| *seq > last).cloned());
        while recent.changes.len() > RECENT {
            if let Some((seq, _)) = recent.changes.pop_front() {
                recent.after = seq;
            }
        }
        let mut users: Vec<&UserId> = changed.iter().map(|(_, user)| user).collect();
        users.sort_unstable();
        users.dedup();
        accounts.listeners(account, users.into_iter())
    }

    /// Sends frames that tell what was announced up to the number `relayed`, in order. Answers how many were sent and
    /// how many connections were closed as too slow.
    pub fn publish(
        &self,
        account: Account,
        frames: &[(UserId, Language, Frame)],
        relayed: i64,
    ) -> (u64, u64) {
        let (mut sent, mut slow) = (0, 0);
        let mut accounts = self.lock();
        for (user, language, frame) in frames {
            // Also who joined since the frame was made: his stream drops what it has read itself.
            let connections = accounts.users.get(&(account, user.clone()));
            for (_, connection) in connections.into_iter().flatten() {
                if connection.language == *language {
                    match connection.outlet.send(frame.clone()) {
                        Handed::Queued => sent += 1,
                        Handed::TooSlow => slow += 1,
                        Handed::Closed => {}
                    }
                }
            }
        }
        accounts.recent.entry(account).or_default().relayed = relayed;
        (sent, slow)
    }

    /// Tells the connections of a user that what they know of him has changed.
    pub fn tell_session(&self, account: Account, user: &UserId) {
        let accounts = self.lock();
        let connections = accounts.users.get(&(account, user.clone()));
        for (_, connection) in connections.into_iter().flatten() {
            connection.outlet.send(frame::session());
        }
    }

    /// Ends the streams of a user whose generation is now `generation`, unless they name it.
    pub fn close_older(&self, account: Account, user: &UserId, generation: i64) {
        let accounts = self.lock();
        let connections = accounts.users.get(&(account, user.clone()));
        for (_, connection) in connections.into_iter().flatten() {
            if connection.generation < generation {
                connection.outlet.close(Bye::SignedOut);
            }
        }
    }

    /// Ends all streams of an account.
    pub fn close_account(&self, account: Account, bye: Bye) {
        let accounts = self.lock();
        for (_, connections) in accounts.users.iter().filter(|((of, _), _)| *of == account) {
            for (_, connection) in connections {
                connection.outlet.close(bye);
            }
        }
    }

    /// Ends the streams of these sessions.
    pub fn close_sessions(&self, ended: &[SessionId], bye: Bye) {
        let accounts = self.lock();
        for (_, connection) in accounts.users.values().flatten() {
            if connection.session.as_ref().is_some_and(|session| ended.contains(session)) {
                connection.outlet.close(bye);
            }
        }
    }

    /// Ends all streams: the server stops.
    pub fn close_all(&self) {
        for (_, connection) in self.lock().users.values().flatten() {
            connection.outlet.close(Bye::Shutdown);
        }
    }

    /// Once a second: heartbeats to those whose turn it is, and the end of streams whose token's time is over.
    pub fn tick(&self, tick: u64, now: i64) {
        for (_, connection) in self.lock().users.values().flatten() {
            if connection.expires_at.is_some_and(|at| at <= now) {
                connection.outlet.close(Bye::Expired);
            } else if connection.beat == tick % HEARTBEAT_TICKS {
                connection.outlet.send(heartbeat());
            }
        }
    }

    /// Open connections.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.0.open.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut accounts = self.hub.lock();
        if let Some(connections) = accounts.users.get_mut(&self.key) {
            connections.retain(|(id, _)| *id != self.id);
            if connections.is_empty() {
                accounts.users.remove(&self.key);
            }
        }
        drop(accounts);
        self.hub.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::{Rights, Role};

    fn somebody(name: &str) -> SignedIn {
        SignedIn {
            account: Account(1),
            user: UserId::new(name.into()),
            name: name.into(),
            email: String::new(),
            role: Role::Manager,
            rights: Rights::NEW_GROUP,
            language: Language::En,
            zone: "UTC".into(),
            generation: 1,
            by: Credential::Token { expires_at: i64::MAX },
        }
    }

    fn changed(seqs: &[i64], name: &str) -> Vec<(i64, UserId)> {
        seqs.iter().map(|seq| (*seq, UserId::new(name.into()))).collect()
    }

    #[test]
    fn who_joins_after_the_announcement_is_behind() {
        let (hub, account) = (Hub::default(), Account(1));
        assert_eq!(hub.begin(account, 9), 9);
        let here = hub.join(&somebody("ann"), Some(9)).ok().unwrap();
        assert!(!here.behind && here.relayed == Some(9));
        assert_eq!(hub.announce(account, &changed(&[10, 11], "bob")), []);
        // The frames of 10 and 11 are being made, and none of them is for Bob, who comes only now.
        let late = hub.join(&somebody("bob"), Some(9)).ok().unwrap();
        assert!(late.behind && late.relayed == Some(9));
        assert!(!hub.join(&somebody("bob"), Some(11)).ok().unwrap().behind, "he has read them");
        assert!(!hub.join(&somebody("ann"), Some(9)).ok().unwrap().behind, "nothing of this is hers");
        hub.publish(account, &[], 11);
        assert_eq!(hub.relayed(account), Some(11));
        // What was announced and could not be told is announced again, and noted once.
        assert_eq!(hub.announce(account, &changed(&[12], "bob"))[0].user.as_str(), "bob");
        assert_eq!(hub.announce(account, &changed(&[12, 13], "bob")).len(), 1);
        assert!(!hub.join(&somebody("bob"), Some(13)).ok().unwrap().behind);
    }

    #[test]
    fn who_comes_first_begins_and_the_others_are_told_where() {
        let (hub, account) = (Hub::default(), Account(1));
        assert_eq!(hub.begin(account, 10), 10);
        assert_eq!(hub.begin(account, 8), 10, "what came between is in no frame");
        assert_eq!(hub.begin(account, 12), 10);
    }

    #[test]
    fn what_is_forgotten_is_read_from_the_store() {
        let (hub, account) = (Hub::default(), Account(1));
        assert_eq!(hub.begin(account, 0), 0);
        let all: Vec<i64> = (1..=RECENT as i64 + 5).collect();
        assert_eq!(hub.announce(account, &changed(&all, "bob")), []);
        hub.publish(account, &[], all.len() as i64);
        assert!(hub.join(&somebody("ann"), Some(4)).ok().unwrap().behind);
        assert!(!hub.join(&somebody("ann"), Some(5)).ok().unwrap().behind);
    }
}
