//! Operators: added on the command line, signed in by a password of their own, known by a session of their own.
//!
//! Nothing here touches an account. What an operator does is written down in a log of the server's. As with users
//! ([`super::sessions`]), everything that is wrong at the sign-in looks alike.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Ctx;
use super::credentials::{IDLE_MS, NOTE_USE_MS, SECRET_LENGTH, SESSION_MS, stored};
use super::links::LONGEST_NAME;
use super::once::{Answer, Once};
use super::users::taken;
use crate::domain::email::Email;
use crate::domain::error::{Conflict, Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::id::{OperatorId, SessionId};
use crate::domain::language::Language;
use crate::domain::link::LinkKind;
use crate::domain::operator::SignedInOperator;
use crate::domain::{code, password};
use crate::store::Tx;
use crate::store::audit::Wanted;
use crate::store::operators::{self, Deed, Operator, OperatorSession};

/// The page where an operator chooses his password; the secret follows as fragment.
const PAGE: &str = "/operator/invitation";

/// A change of the server under way, with its line in the log.
pub struct Change {
    /// Nobody: the command line, or Bellwire itself.
    pub by: Option<OperatorId>,
    pub now: i64,
    audit_id: String,
}

impl Change {
    /// # Errors
    /// What the store says.
    pub fn record(&self, tx: &mut Tx, action: &str, subject: &str, detail: &Value) -> Result<()> {
        let detail = detail.to_string();
        operators::insert_audit(tx, &self.audit_id, self.by.as_ref(), (action, subject), &detail, self.now)
    }
}

impl Ctx {
    /// Runs a change of the server in one transaction, once per Idempotency-Key.
    ///
    /// # Errors
    /// What `run` says.
    pub async fn change_server<T, F>(
        &self,
        by: Option<OperatorId>,
        once: Option<Once>,
        run: F,
    ) -> Result<Answer<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx, &Change) -> Result<T> + Send + 'static,
    {
        let change = Change { by, now: self.now(), audit_id: self.id() };
        self.write_once(once, move |tx| run(tx, &change)).await
    }
}

/// Adds an operator; answers the link by which he chooses a password. `base` is the start of the address.
///
/// # Errors
/// Faults of `email` and `name`.
pub async fn add(ctx: &Ctx, email: &str, name: Option<&str>, base: &str) -> Result<String> {
    let name = name.unwrap_or_else(|| email.trim().split('@').next().unwrap_or_default());
    let (email, name) = both(Email::parse("email", email), code::name("name", name, LONGEST_NAME))?;
    let (id, secret) = (OperatorId::new(ctx.id()), ctx.ids.token());
    let link = stored(&secret);
    ctx.change_server(None, None, move |tx, change| {
        operators::insert(tx, &id, &email, &name, change.now).map_err(|error| taken(error, "email"))?;
        issue(tx, &link, &id, change.now)?;
        change.record(tx, "operator.added", id.as_str(), &json!({ "email": email.as_str() }))
    })
    .await?;
    Ok(address(base, &secret))
}

/// Makes a link by which an operator chooses another password.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn reset(ctx: &Ctx, email: &str, base: &str) -> Result<String> {
    let (key, secret) = (email.trim().to_lowercase(), ctx.ids.token());
    let link = stored(&secret);
    ctx.change_server(None, None, move |tx, change| {
        let operator = operators::find_by_email(tx, &key)?.ok_or(Error::NotFound)?;
        issue(tx, &link, &operator.id, change.now)?;
        change.record(tx, "operator.link_issued", operator.id.as_str(), &json!({}))
    })
    .await?;
    Ok(address(base, &secret))
}

/// Takes all away from an operator, at once.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(ctx: &Ctx, email: &str) -> Result<()> {
    let key = email.trim().to_lowercase();
    ctx.change_server(None, None, move |tx, change| {
        let operator = operators::find_by_email(tx, &key)?.ok_or(Error::NotFound)?;
        operators::update_removed(tx, &operator.id, change.now)?;
        change.record(tx, "operator.removed", operator.id.as_str(), &json!({ "email": operator.email }))
    })
    .await
    .map(drop)
}

fn issue(tx: &mut Tx, link: &str, id: &OperatorId, now: i64) -> Result<()> {
    operators::insert_link(tx, link, id, now, now + LinkKind::PasswordReset.lifetime_ms())
}

fn address(base: &str, secret: &str) -> String {
    format!("{}{PAGE}#{secret}", base.trim_end_matches('/'))
}

fn find_good(tx: &mut Tx, link: &str, now: i64) -> Result<Operator> {
    let (operator, expires_at, used_at) = operators::find_link(tx, link)?.ok_or(Error::NotFound)?;
    if used_at.is_some() {
        return Err(Error::Conflict(Conflict::LinkUsed));
    }
    if expires_at <= now {
        return Err(Error::NotFound);
    }
    operators::find(tx, &operator)?.ok_or(Error::NotFound)
}

/// Whose link it is, without using it.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown or its time is over; [`Conflict::LinkUsed`].
pub async fn look(ctx: &Ctx, secret: &str) -> Result<Operator> {
    let (link, now) = (stored(secret), ctx.now());
    ctx.store.read(move |tx| find_good(tx, &link, now)).await
}

/// A session that has begun. The secret goes into the cookie and nowhere else.
pub struct Started {
    pub secret: String,
    pub operator: SignedInOperator,
}

/// Uses a link: sets the password, ends all that was signed in, and signs in.
///
/// # Errors
/// As [`look`]; a fault of `password`.
pub async fn use_link(ctx: &Ctx, link: &str, password: String) -> Result<Started> {
    let looked = look(ctx, link).await?;
    password::check("password", &password, &looked.email)?;
    let hash = ctx.hasher.hash(password, ctx.ids.secret(16)).await?;
    let (link, secret) = (stored(link), ctx.ids.token());
    let (session, now, audit_id) = (SessionId::new(stored(&secret)), ctx.now(), ctx.id());
    let operator = ctx
        .store
        .write(move |tx| {
            let operator = find_good(tx, &link, now)?;
            if !operators::update_link_used(tx, &link, now)? {
                return Err(Error::Conflict(Conflict::LinkUsed));
            }
            operators::update_password(tx, &operator.id, &hash, now)?;
            let change = Change { by: Some(operator.id.clone()), now, audit_id: audit_id.clone() };
            change.record(tx, "operator.password_set", operator.id.as_str(), &json!({}))?;
            begin(tx, &operator.id, &session, now)
        })
        .await?;
    Ok(Started { secret, operator })
}

fn begin(tx: &mut Tx, id: &OperatorId, session: &SessionId, now: i64) -> Result<SignedInOperator> {
    let operator = operators::find(tx, id)?.ok_or(Error::Unauthenticated)?;
    let session = OperatorSession {
        id: session.clone(),
        operator: id.clone(),
        generation: operator.generation,
        seen_at: now,
        expires_at: now + SESSION_MS,
        ended_at: None,
    };
    operators::insert_session(tx, &session, now)?;
    operators::update_seen(tx, id, &session.id, now)?;
    Ok(signed_in(operator, session.id))
}

fn signed_in(operator: Operator, session: SessionId) -> SignedInOperator {
    let Operator { id, name, email, language, .. } = operator;
    SignedInOperator { id, name, email, language, session }
}

/// Signs in with address and password.
///
/// # Errors
/// [`Fault::WrongPassword`] for everything that is not right.
pub async fn sign_in(ctx: &Ctx, email: &str, password: String) -> Result<Started> {
    let key = email.trim().to_lowercase();
    let found = ctx.store.read(move |tx| operators::find_by_email(tx, &key)).await?;
    let hash = found.as_ref().and_then(|operator| operator.password_hash.clone());
    let good = ctx.hasher.verify(password, hash).await?;
    let operator = found.filter(|_| good).ok_or_else(|| Error::field("password", Fault::WrongPassword))?;
    let (secret, now) = (ctx.ids.token(), ctx.now());
    let session = SessionId::new(stored(&secret));
    let operator = ctx.store.write(move |tx| begin(tx, &operator.id, &session, now)).await?;
    Ok(Started { secret, operator })
}

/// Begins a session of an operator whose identity is known otherwise: the demo, and tests.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn start(ctx: &Ctx, email: &str) -> Result<Started> {
    let (key, secret, now) = (email.trim().to_lowercase(), ctx.ids.token(), ctx.now());
    let session = SessionId::new(stored(&secret));
    let operator = ctx
        .store
        .write(move |tx| {
            let operator = operators::find_by_email(tx, &key)?.ok_or(Error::NotFound)?;
            begin(tx, &operator.id, &session, now)
        })
        .await?;
    Ok(Started { secret, operator })
}

/// The operator behind the secret of a cookie.
///
/// # Errors
/// [`Error::Unauthenticated`], without saying why.
pub async fn resolve(ctx: &Ctx, secret: &str) -> Result<SignedInOperator> {
    if secret.len() != SECRET_LENGTH {
        return Err(Error::Unauthenticated);
    }
    let (id, now) = (SessionId::new(stored(secret)), ctx.now());
    let found = ctx.store.read(move |tx| {
        let Some(session) = operators::find_session(tx, &id)? else { return Ok(None) };
        let over =
            session.ended_at.is_some() || session.expires_at <= now || session.seen_at <= now - IDLE_MS;
        let operator = operators::find(tx, &session.operator)?;
        let operator = operator.filter(|operator| !over && operator.generation == session.generation);
        Ok(operator.map(|operator| (signed_in(operator, session.id), session.seen_at)))
    });
    let (operator, seen_at) = found.await?.ok_or(Error::Unauthenticated)?;
    if seen_at <= now - NOTE_USE_MS {
        let (id, session) = (operator.id.clone(), operator.session.clone());
        let noted = ctx.store.write_unheard(move |tx| operators::update_seen(tx, &id, &session, now));
        if let Err(error) = noted {
            tracing::debug!(%error, "the use of a session was not noted");
        }
    }
    Ok(operator)
}

/// # Errors
/// What the store says.
pub async fn sign_out(ctx: &Ctx, operator: &SignedInOperator) -> Result<()> {
    let (session, now) = (operator.session.clone(), ctx.now());
    ctx.store.write(move |tx| operators::end_session(tx, &session, now)).await
}

/// Notes the language that the operator reads.
///
/// # Errors
/// What the store says.
pub async fn choose_language(ctx: &Ctx, operator: &SignedInOperator, language: Language) -> Result<()> {
    let id = operator.id.clone();
    ctx.store.write(move |tx| operators::update_language(tx, &id, language)).await
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx) -> Result<Vec<Operator>> {
    ctx.store.read(operators::list).await
}

/// A page of the log of the server, newest first, and what asks for the next.
///
/// # Errors
/// [`Fault::BadCursor`], or what the store says.
pub async fn log(ctx: &Ctx, mut wanted: Wanted) -> Result<(Vec<Deed>, Option<String>)> {
    if wanted.before.len() > 64 || !wanted.before.is_ascii() {
        return Err(Error::field("cursor", Fault::BadCursor));
    }
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    let mut deeds = ctx.store.read(move |tx| operators::list_audit(tx, &wanted)).await?;
    let has_more = deeds.len() > most;
    deeds.truncate(most);
    let next = deeds.last().filter(|_| has_more).map(|deed| deed.id.clone());
    Ok((deeds, next))
}
