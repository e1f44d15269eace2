//! Sign-in and sign-out.
//!
//! A wrong password, an unknown address and a user who is locked, removed or not yet in look alike, in words and in
//! time. Guesses per minute are counted by `http`.

use serde_json::json;

use super::Ctx;
use super::change::{By, Change};
use super::credentials::{SESSION_MS, refuse_if_suspended, signed_in, stored};
use crate::domain::access::{Credential, SignedIn};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::{Account, SessionId, UserId};
use crate::store::accounts::AccountDetails;
use crate::store::sessions::Session;
use crate::store::standing::Standing;
use crate::store::users::User;
use crate::store::{Tx, accounts, sessions, standing, users};

/// How long a session lasts at most, in seconds.
pub const LONGEST_S: i64 = SESSION_MS / 1000;

/// What somebody typed into the sign-in form.
#[derive(Clone)]
pub struct Attempt {
    pub email: String,
    pub password: String,
    /// The code of an account, once it was chosen.
    pub account: Option<String>,
    /// The secret of the session that the browser had: it ends with the sign-in.
    pub previous: Option<String>,
}

/// A session that has begun. The secret goes into the cookie and nowhere else.
pub struct Started {
    pub secret: String,
    pub user: SignedIn,
}

/// How a correct password is answered.
pub enum Outcome {
    Started(Box<Started>),
    /// The address has users with this password in several accounts: their codes and names.
    Choose(Vec<(String, String)>),
}

fn wrong() -> Error {
    Error::field("password", Fault::WrongPassword)
}

/// Signs in with address and password.
///
/// # Errors
/// [`Fault::WrongPassword`] for everything that is not right; [`Error::Suspended`] to whoever knows the password.
pub async fn sign_in(ctx: &Ctx, attempt: Attempt) -> Result<Outcome> {
    let (email, code) = (attempt.email.trim().to_owned(), attempt.account.unwrap_or_default());
    let people = ctx.store.read(move |tx| standing::list_by_email(tx, &email, &code)).await?;
    let (mut known, mut suspended) = (Vec::new(), None);
    for person in &people {
        let hash = person.password_hash.clone();
        if !ctx.hasher.verify(attempt.password.clone(), hash).await? {
            continue;
        }
        if !person.is_shut_out {
            known.push(person);
        } else if person.suspended.is_some() {
            suspended = person.suspended.as_ref();
        }
    }
    if people.is_empty() {
        ctx.hasher.verify(attempt.password, None).await?;
    }
    match known.as_slice() {
        [] => Err(refuse_if_suspended(suspended).err().unwrap_or_else(wrong)),
        [person] => {
            let started = start_for(ctx, person, attempt.previous).await?;
            Ok(Outcome::Started(Box::new(started)))
        }
        several => {
            let name = |s: &&Standing| (s.account_code.clone(), s.account_name.clone());
            Ok(Outcome::Choose(several.iter().map(name).collect()))
        }
    }
}

/// Begins the session of somebody whose password was right a moment ago and must not have changed since.
async fn start_for(ctx: &Ctx, person: &Standing, previous: Option<String>) -> Result<Started> {
    let (account, user, generation) = (person.account, person.user.clone(), person.generation);
    let (secret, now) = (ctx.ids.token(), ctx.now());
    let previous = previous.map(|secret| SessionId::new(stored(&secret)));
    let id = SessionId::new(stored(&secret));
    let user = ctx
        .store
        .write(move |tx| {
            if let Some(previous) = &previous
                && sessions::end(tx, previous, now)?
            {
                tx.wake_access();
            }
            let started = insert(tx, account, &user, &id, now)?;
            started.filter(|started| started.generation == generation).ok_or_else(wrong)
        })
        .await?;
    ctx.credentials.forget_all();
    Ok(Started { secret, user })
}

/// Begins a session without a password: for the demo, and for whoever has just proved who he is by a link.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, or he is locked or removed.
pub async fn start(ctx: &Ctx, account: Account, user: UserId) -> Result<Started> {
    let (secret, now) = (ctx.ids.token(), ctx.now());
    let id = SessionId::new(stored(&secret));
    let user =
        ctx.store.write(move |tx| insert(tx, account, &user, &id, now)?.ok_or(Error::NotFound)).await?;
    Ok(Started { secret, user })
}

/// Writes a session for a user who may come in; `None`: he may not.
pub(super) fn insert(
    tx: &mut Tx,
    account: Account,
    user: &UserId,
    id: &SessionId,
    now: i64,
) -> Result<Option<SignedIn>> {
    let standing = standing::find(tx, account, user.as_str())?;
    let Some(standing) = standing.filter(|standing| !standing.is_shut_out) else { return Ok(None) };
    let session = Session {
        id: id.clone(),
        account,
        user: standing.user.clone(),
        generation: standing.generation,
        created_at: now,
        seen_at: now,
        expires_at: now + SESSION_MS,
        ended_at: None,
    };
    sessions::insert(tx, &session)?;
    users::update_last_seen(tx, account, &standing.user, now)?;
    signed_in(tx, standing, Credential::Session(id.clone())).map(Some)
}

/// Ends everything that a user is signed in by: sessions, tokens, streams. Answers his new generation.
pub(super) fn end_access(tx: &mut Tx, account: Account, user: &UserId, now: i64) -> Result<i64> {
    let generation = users::raise_generation(tx, account, user, now)?;
    sessions::end_all(tx, account, user, now)?;
    tx.wake_access();
    Ok(generation)
}

/// Ends this session. A token cannot be given back; it ends by itself soon.
///
/// # Errors
/// What the store says.
pub async fn sign_out(ctx: &Ctx, user: &SignedIn) -> Result<()> {
    let Credential::Session(id) = user.by.clone() else { return Ok(()) };
    let now = ctx.now();
    ctx.store
        .write(move |tx| {
            if sessions::end(tx, &id, now)? {
                tx.wake_access();
            }
            Ok(())
        })
        .await?;
    ctx.credentials.forget_all();
    Ok(())
}

/// Ends all of one's own sessions, tokens and streams, this one too.
///
/// # Errors
/// What the store says.
pub async fn sign_out_everywhere(ctx: &Ctx, user: &SignedIn) -> Result<()> {
    let by = By { account: user.account, actor: Actor::User(user.user.clone()) };
    let user = user.user.clone();
    let run = move |tx: &mut Tx, change: &Change| {
        end_access(tx, change.account, &user, change.now)?;
        change.record(tx, "user.signed_out", user.as_str(), &json!({}))
    };
    ctx.change(&by, None, run).await.map(drop)
}

/// What the console shows of who is signed in and where.
///
/// # Errors
/// What the store says.
pub async fn get_session(ctx: &Ctx, user: &SignedIn) -> Result<(User, AccountDetails)> {
    let (account, id) = (user.account, user.user.clone());
    ctx.store.read(move |tx| Ok((users::get(tx, account, id.as_str())?, accounts::get(tx, account)?))).await
}
