//! What reaches whom: a user's own choices, the account's defaults and locks, and the link in each letter that ends them.
//!
//! That link needs no sign-in, so it holds an HMAC over account and user. Only the posting of it changes anything: mail
//! programs and firewalls open links on their own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::json;

use super::Ctx;
use super::change::{By, Change};
use super::once::{Answer, Once};
use crate::domain::access::SignedIn;
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::preferences::{AccountDefaults, Choices, Preferences, Switch};
use crate::store::{Tx, accounts, preferences, users};

/// What a token of the link is over begins with this, so that no tag of another sort of token passes for one.
const PURPOSE: &str = "unsubscribe";
/// Longer than any token of ours.
const LONGEST_TOKEN: usize = 256;

/// What holds for a user, and where he may not choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub choices: Choices,
    pub defaults: AccountDefaults,
}

/// # Errors
/// What the store says.
pub async fn get(ctx: &Ctx, user: &SignedIn) -> Result<Held> {
    let (account, id) = (user.account, user.user.clone());
    ctx.store.read(move |tx| held(tx, account, &id)).await
}

fn held(tx: &mut Tx, account: Account, user: &UserId) -> Result<Held> {
    let defaults = preferences::find_defaults(tx, account)?;
    let choices = preferences::find(tx, account, user)?.choices(&defaults);
    Ok(Held { choices, defaults })
}

/// Makes the caller's choices these.
///
/// # Errors
/// Numbers out of range; cells that an administrator locked.
pub async fn put(ctx: &Ctx, user: &SignedIn, wanted: Choices, once: Option<Once>) -> Result<Answer<()>> {
    let id = user.user.clone();
    let by = By { account: user.account, actor: Actor::User(id.clone()) };
    ctx.change(&by, once, move |tx, change| set(tx, change, &id, &wanted, "profile")).await
}

/// What holds for one of the account's users.
///
/// # Errors
/// [`Error::NotFound`]: there is nobody of that id.
pub async fn get_of(ctx: &Ctx, account: Account, id: String) -> Result<Held> {
    ctx.store
        .read(move |tx| {
            let user = users::get(tx, account, &id)?;
            held(tx, account, &user.id)
        })
        .await
}

/// Makes the choices of one of the account's users these, for him. What is locked stays locked: an administrator changes
/// it for everybody, in the defaults.
///
/// # Errors
/// As [`put`]; [`Error::NotFound`]: there is nobody of that id.
pub async fn put_of(
    ctx: &Ctx,
    by: &By,
    id: String,
    wanted: Choices,
    once: Option<Once>,
) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        let user = users::get(tx, change.account, &id)?;
        set(tx, change, &user.id, &wanted, "administrator")
    })
    .await
}

fn set(tx: &mut Tx, change: &Change, user: &UserId, wanted: &Choices, by: &str) -> Result<()> {
    let defaults = preferences::find_defaults(tx, change.account)?;
    let chosen = Preferences::wanting(wanted, &defaults)?;
    preferences::put(tx, change.account, user, &chosen, change.now)?;
    users::touch_access(tx, change.account, user, change.now)?;
    tx.wake_access();
    let detail = json!({ "by": by, "chosen": chosen });
    change.record(tx, "preferences.changed", user.as_str(), &detail)
}

/// # Errors
/// What the store says.
pub async fn defaults(ctx: &Ctx, account: Account) -> Result<AccountDefaults> {
    ctx.store.read(move |tx| preferences::find_defaults(tx, account)).await
}

/// Makes the account's defaults and locks these.
///
/// # Errors
/// Numbers out of range.
pub async fn put_defaults(
    ctx: &Ctx,
    by: &By,
    defaults: AccountDefaults,
    once: Option<Once>,
) -> Result<Answer<()>> {
    defaults.choices.check()?;
    ctx.change(by, once, move |tx, change| {
        preferences::put_defaults(tx, change.account, &defaults)?;
        change.record(tx, "preferences.defaults_changed", "preferences", &json!(defaults))
    })
    .await
}

/// The link beneath a user's letters; `base` is where the account's addresses begin.
#[must_use]
pub fn unsubscribe_url(ctx: &Ctx, account: Account, user: &UserId, base: &str) -> String {
    let whose = URL_SAFE_NO_PAD.encode(format!("{}:{user}", account.0));
    let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&ctx.token_key, format!("{PURPOSE}:{whose}").as_bytes()));
    format!("{}/unsubscribe/{whose}.{tag}", base.trim_end_matches('/'))
}

/// The account and user of a token that we made.
fn open(ctx: &Ctx, token: &str) -> Option<(Account, UserId)> {
    let (whose, tag) = Some(token).filter(|token| token.len() <= LONGEST_TOKEN)?.split_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(&ctx.token_key, format!("{PURPOSE}:{whose}").as_bytes(), &tag).ok()?;
    let whose = String::from_utf8(URL_SAFE_NO_PAD.decode(whose).ok()?).ok()?;
    let (account, user) = whose.split_once(':')?;
    Some((Account(account.parse().ok()?), UserId::new(user.to_owned())))
}

/// Whose letters a link ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    pub email: String,
    pub account_name: String,
    pub language: Language,
    /// Whether letters still go to him.
    pub is_on: bool,
    /// Whether an administrator has locked kinds that are mailed in any case.
    pub some_stay: bool,
}

/// Looks at an unsubscribe link without using it.
///
/// # Errors
/// [`Error::NotFound`] for a token that is not ours, and for a user who is no more.
pub async fn look(ctx: &Ctx, token: &str) -> Result<Subscriber> {
    let (account, user) = open(ctx, token).ok_or(Error::NotFound)?;
    ctx.store.read(move |tx| subscriber(tx, account, &user)).await
}

fn subscriber(tx: &mut Tx, account: Account, user: &UserId) -> Result<Subscriber> {
    let details = accounts::get(tx, account)?;
    let found = users::get(tx, account, user.as_str())?;
    let language = found.language.as_deref().and_then(Language::parse);
    let Held { choices, defaults } = held(tx, account, user)?;
    let stays = |kind: &Kind| defaults.is_locked(*kind, Switch::Email) && choices.cells(*kind).email;
    Ok(Subscriber {
        email: found.email,
        language: language.unwrap_or_else(|| details.language()),
        is_on: choices.email,
        some_stay: Kind::ALL.iter().any(stays),
        account_name: details.name,
    })
}

/// Switches *Notify by e-mail* off for whom the link is. Again changes nothing.
///
/// # Errors
/// As [`look`].
pub async fn unsubscribe(ctx: &Ctx, token: &str) -> Result<Subscriber> {
    let (account, user) = open(ctx, token).ok_or(Error::NotFound)?;
    let by = By { account, actor: Actor::User(user.clone()) };
    let change = Change::new(&by, ctx.now(), ctx.id());
    ctx.store
        .write(move |tx| {
            accounts::lock(tx, account)?;
            let before = subscriber(tx, account, &user)?;
            if before.is_on {
                let wanted = Choices { email: false, ..held(tx, account, &user)?.choices };
                set(tx, &change, &user, &wanted, "unsubscribe link")?;
            }
            Ok(Subscriber { is_on: false, ..before })
        })
        .await
}
