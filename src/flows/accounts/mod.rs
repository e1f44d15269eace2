//! The account's own settings, and the origins of pages that may embed it.

pub mod directory;
pub mod founding;
pub mod terms;

use serde_json::json;

use crate::domain::code::{self, Code};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::faults::both;
use crate::domain::id::Account;
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::patch::Field;
use crate::domain::zone::Zone;
use crate::flows::Ctx;
use crate::flows::change::By;
use crate::flows::once::{Answer, Once};
use crate::flows::setup::LONGEST_ACCOUNT_NAME;
use crate::flows::users::{language, taken};
use crate::store::accounts::{self, AccountDetails, AllowedOrigin, NewAccount};

/// Origins that an account may allow.
const MOST_ORIGINS: usize = 200;

/// What is to change; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub zone: Option<String>,
    pub language: Option<String>,
    /// Cleared: the server's own address.
    pub public_url: Field<String>,
}

/// # Errors
/// What the store says.
pub async fn get(ctx: &Ctx, account: Account) -> Result<AccountDetails> {
    ctx.store.read(move |tx| accounts::get(tx, account)).await
}

/// The account of this code, for the command line.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_by_code(ctx: &Ctx, code: String) -> Result<Account> {
    ctx.store.read(move |tx| accounts::find_by_code(tx, &code)?.ok_or(Error::NotFound)).await
}

/// Adds an account, with nobody in it.
///
/// # Errors
/// Faults of `code` and `name`.
pub async fn add(ctx: &Ctx, code: &str, name: &str) -> Result<Account> {
    let (code, name) = both(Code::parse("code", code), code::name("name", name, LONGEST_ACCOUNT_NAME))?;
    let (zone, language) = (Zone::parse("zone", "UTC")?, Language::default());
    let new = NewAccount { id: ctx.id(), code, name, zone, language };
    let audit_id = ctx.id();
    let answer = ctx.change_server(None, None, move |tx, change| {
        let account = founding::insert(tx, &new, &audit_id, change)?;
        Ok(account.0)
    });
    Ok(Account(answer.await?.value))
}

/// Changes name, zone, language or public address.
///
/// # Errors
/// Faults of the fields.
pub async fn patch(ctx: &Ctx, by: &By, patch: Patch, once: Option<Once>) -> Result<Answer<AccountDetails>> {
    let names = both(
        patch.name.as_deref().map(|n| code::name("name", n, LONGEST_ACCOUNT_NAME)).transpose(),
        patch.language.as_deref().map(language).transpose(),
    );
    let places = both(
        patch.zone.as_deref().map(|zone| Zone::parse("zone", zone)).transpose(),
        patch.public_url.parse(|url| public_url(&url)),
    );
    let ((name, language), (zone, public_url)) = both(names, places)?;
    ctx.change(by, once, move |tx, change| {
        accounts::lock(tx, change.account)?;
        let mut details = accounts::get(tx, change.account)?;
        let zone_before = details.zone.clone();
        details.name = name.clone().unwrap_or(details.name);
        if let Some(language) = language {
            language.code().clone_into(&mut details.language);
        }
        if let Some(zone) = &zone {
            zone.as_str().clone_into(&mut details.zone);
        }
        public_url.apply(&mut details.public_url);
        accounts::update(tx, change.account, &details)?;
        if details.zone != zone_before {
            super::rules::change_zone(tx, change.account, change.now)?;
        }
        tx.wake_access();
        change.record(tx, "account.changed", &details.code, &json!(details))?;
        Ok(details)
    })
    .await
}

/// The console lives at the root of its origin, so a public address is one.
fn public_url(text: &str) -> Result<String> {
    Origin::parse("public_url", text)
        .map(|origin| origin.as_str().to_owned())
        .map_err(|_| Error::field("public_url", Fault::NotAUrl))
}

/// # Errors
/// What the store says.
pub async fn list_origins(ctx: &Ctx, account: Account) -> Result<Vec<AllowedOrigin>> {
    ctx.store.read(move |tx| accounts::list_origins(tx, account)).await
}

/// Allows pages of an origin to embed the account.
///
/// # Errors
/// A fault of `origin`.
pub async fn add_origin(
    ctx: &Ctx,
    by: &By,
    origin: &str,
    once: Option<Once>,
) -> Result<Answer<AllowedOrigin>> {
    let origin = Origin::parse("origin", origin)?;
    ctx.change(by, once, move |tx, change| {
        accounts::lock(tx, change.account)?;
        if accounts::list_origins(tx, change.account)?.len() >= MOST_ORIGINS {
            return Err(Error::field("origin", Fault::TooMany(MOST_ORIGINS)));
        }
        accounts::insert_origin(tx, change.account, &origin, change.now)
            .map_err(|error| taken(error, "origin"))?;
        change.record(tx, "origin.allowed", origin.as_str(), &json!({}))?;
        tx.wake_access();
        Ok(AllowedOrigin { origin: origin.as_str().to_owned(), created_at: change.now })
    })
    .await
}

/// Takes the permission back.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove_origin(ctx: &Ctx, by: &By, origin: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        accounts::delete_origin(tx, change.account, &origin)?;
        tx.wake_access();
        change.record(tx, "origin.refused", &origin, &json!({}))
    })
    .await
}
