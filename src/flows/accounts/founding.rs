//! Accounts that are added to a server, and those that an operator founds for somebody: with the first administrator, who
//! comes in by a link.

use serde_json::json;

use crate::domain::code::{self, Code};
use crate::domain::email::Email;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::id::{Account, OperatorId, UserId};
use crate::domain::link::LinkKind;
use crate::domain::rights::Role;
use crate::domain::zone::Zone;
use crate::flows::change::{By, Change};
use crate::flows::links::{self, LONGEST_NAME};
use crate::flows::once::{Answer, Once};
use crate::flows::operators::Change as ServerChange;
use crate::flows::retailcrm::lists;
use crate::flows::setup::LONGEST_ACCOUNT_NAME;
use crate::flows::{Ctx, announcements, users};
use crate::store::accounts::{self, NewAccount};
use crate::store::announcements::Label;
use crate::store::users::NewUser;
use crate::store::{Tx, announcements as stored};

/// What an operator asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    pub code: String,
    pub name: String,
    pub plan: Option<String>,
    /// English if absent.
    pub language: Option<String>,
    /// UTC if absent.
    pub zone: Option<String>,
    pub administrator_email: String,
    /// What stands before the @ if absent.
    pub administrator_name: Option<String>,
}

/// Writes an account and its lists, with a line in its own log and in the server's.
pub(super) fn insert(
    tx: &mut Tx,
    new: &NewAccount,
    audit_id: &str,
    change: &ServerChange,
) -> Result<Account> {
    if accounts::find_by_code(tx, new.code.as_str())?.is_some() {
        return Err(Error::field("code", Fault::Taken));
    }
    let account = accounts::insert(tx, new, change.now)?.ok_or(Error::Overloaded)?;
    lists::seed(tx, account)?;
    let own = Change::new(&By::system(account), change.now, audit_id.to_owned());
    own.record(tx, "account.added", &new.id, &json!({ "code": new.code.as_str() }))?;
    change.record(tx, "account.added", new.code.as_str(), &json!({ "name": new.name }))?;
    Ok(account)
}

/// Founds an account with its first administrator; answers its code and the link by which he chooses a password. A repeated
/// call (Idempotency-Key) does not get the link again.
///
/// # Errors
/// Faults of the fields.
pub async fn found(
    ctx: &Ctx,
    operator: OperatorId,
    wish: &Wish,
    base: &str,
    once: Option<Once>,
) -> Result<(Answer<String>, Option<String>)> {
    let (account, user, label) = check(wish, ctx.id(), UserId::new(ctx.id()))?;
    let (secret, audit_ids) = (ctx.ids.token(), [ctx.id(), ctx.id()]);
    let issued = secret.clone();
    let answer = ctx.change_server(Some(operator), once, move |tx, change| {
        let [of_account, of_user] = &audit_ids;
        let number = insert(tx, &account, of_account, change)?;
        if label.plan.is_some() {
            stored::put_label(tx, number, &label)?;
        }
        let next = accounts::next_number(tx, number)?;
        users::insert(tx, number, &user, next, change.now)?;
        links::issue(tx, number, LinkKind::Invitation, &user.id, &issued, change.now)?;
        let own = Change::new(&By::system(number), change.now, of_user.clone());
        let detail = json!({ "email": user.email.as_str(), "role": user.role });
        own.record(tx, "user.added", user.id.as_str(), &detail)?;
        Ok(account.code.as_str().to_owned())
    });
    let answer = answer.await?;
    let link = (!answer.replayed).then(|| links::address_at(base, LinkKind::Invitation, &secret));
    Ok((answer, link))
}

fn check(wish: &Wish, id: String, user: UserId) -> Result<(NewAccount, NewUser, Label)> {
    let email = &wish.administrator_email;
    let called = wish.administrator_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let called = called.unwrap_or_else(|| email.trim().split('@').next().unwrap_or_default());
    let names = both(Code::parse("code", &wish.code), code::name("name", &wish.name, LONGEST_ACCOUNT_NAME));
    let person = Email::parse("administrator.email", email)
        .and_then(|email| Ok((email, code::name("administrator.name", called, LONGEST_NAME)?)));
    let place = both(
        wish.language.as_deref().map(users::language).transpose(),
        wish.zone.as_deref().map(|zone| Zone::parse("zone", zone)).transpose(),
    );
    let plan = announcements::label("plan", wish.plan.as_deref());
    let (((code, name), (email, called)), ((language, zone), plan)) =
        both(both(names, person), both(place, plan))?;
    let language = language.unwrap_or_default();
    let zone = zone.map_or_else(|| Zone::parse("zone", "UTC"), Ok)?;
    let user = NewUser {
        id: user,
        email,
        name: called,
        role: Role::Administrator,
        language: None,
        zone: None,
        password_hash: None,
    };
    Ok((NewAccount { id, code, name, zone, language }, user, Label { plan, version: None }))
}
