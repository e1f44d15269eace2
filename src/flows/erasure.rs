//! What is kept of a person: handed out, or erased.
//!
//! Erasing goes batch by batch and names the person last, so that it can be begun again after a crash. What a user did
//! stays, under a name that is nobody's; of a customer nothing stays but numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::Ctx;
use super::change::By;
use crate::domain::erasure::{self, GONE, Needles};
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::state::State;
use crate::flows::sessions::end_access;
use crate::flows::users::refuse_if_last;
use crate::render::instant::to_rfc3339;
use crate::store::erasure::{self as rows, OF_CUSTOMER, OF_USER, PLACES};
use crate::store::{records, users};

/// Rows that one transaction looks at, or deletes.
const BATCH: i64 = 500;

/// All that is kept of somebody, by what it is.
pub type Export = BTreeMap<String, Vec<Json>>;

/// What erasing has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Erased {
    /// Rows that were deleted or changed.
    pub rows: u64,
}

/// # Errors
/// [`Error::NotFound`].
pub async fn export_user(ctx: &Ctx, by: &By, id: String) -> Result<Export> {
    let done = ctx.change(by, None, move |tx, change| {
        users::find(tx, change.account, &id)?.ok_or(Error::NotFound)?;
        change.record(tx, "user.exported", &id, &json!({}))?;
        let read = |part| Ok((part_name(part), rows::read_part(tx, change.account, &id, part, to_rfc3339)?));
        OF_USER.iter().map(read).collect::<Result<Export>>()
    });
    Ok(done.await?.value)
}

/// # Errors
/// [`Error::NotFound`].
pub async fn export_customer(ctx: &Ctx, by: &By, id: String) -> Result<Export> {
    let done = ctx.change(by, None, move |tx, change| {
        let found = records::find_any(tx, change.account, &id)?;
        found.filter(|found| found.record_type == RecordType::Customer).ok_or(Error::NotFound)?;
        change.record(tx, "customer.exported", &id, &json!({}))?;
        let read = |part| Ok((part_name(part), rows::read_part(tx, change.account, &id, part, to_rfc3339)?));
        OF_CUSTOMER.iter().map(read).collect::<Result<Export>>()
    });
    Ok(done.await?.value)
}

fn part_name(part: &(&'static str, &'static str, &'static str, &'static str)) -> String {
    part.0.to_owned()
}

/// Erases a user: his inbox, letters, sessions and choices go, and his name and address from whatever stays.
///
/// # Errors
/// [`Error::NotFound`]; the last administrator stays.
pub async fn erase_user(ctx: &Ctx, by: &By, id: String) -> Result<Erased> {
    let (account, wanted) = (by.account, id.clone());
    let begun = ctx.change(by, None, move |tx, change| {
        let user = users::find(tx, change.account, &wanted)?.ok_or(Error::NotFound)?;
        if user.removed_at.is_none() {
            refuse_if_last(tx, change.account, &user)?;
            users::update_removed(tx, change.account, &user, Some(change.now))?;
            end_access(tx, change.account, &user.id, change.now)?;
        }
        change.record(tx, "user.erased", &wanted, &json!({}))?;
        Ok(user)
    });
    let user = begun.await?.value;
    let mut erased = 0;
    loop {
        let who = id.clone();
        let step = move |tx: &mut crate::store::Tx| {
            let (deleted, gone) = rows::delete_own(tx, account, &who, BATCH)?;
            let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
            Ok((deleted, rows::delete_orphans(tx, account, &gone)?))
        };
        let (deleted, orphans) = ctx.store.write(step).await?;
        erased += deleted + orphans;
        if deleted == 0 {
            break;
        }
    }
    let name = format!("Erased user {}", user.number);
    let mut words = vec![user.name.clone(), user.email.clone()];
    words.extend(told_of(ctx, account, "audit", id.clone(), erasure::words_of_audit).await?);
    let needles = Needles::new(words.iter().map(String::as_str), &name);
    erased += scrub(ctx, account, &needles, None).await?;
    erased += forget_answers(ctx, account, words).await?;
    // Nobody can write to it, by RFC 2606.
    let email = format!("erased-{}@erased.invalid", user.number);
    ctx.store.write(move |tx| rows::update_anonymous(tx, account, &id, &name, &email)).await?;
    ctx.store.forget_deleted().await?;
    Ok(Erased { rows: erased + 1 })
}

/// Erases a customer: his record but for its number, and his words from his orders, their history and whatever was told of
/// them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn erase_customer(ctx: &Ctx, by: &By, id: String) -> Result<Erased> {
    let (account, wanted) = (by.account, id.clone());
    let begun = ctx.change(by, None, move |tx, change| {
        let found = records::find_any(tx, change.account, &wanted)?;
        let customer =
            found.filter(|found| found.record_type == RecordType::Customer).ok_or(Error::NotFound)?;
        let orders = rows::list_orders(tx, change.account, &wanted)?;
        let ids: Vec<&str> = orders.iter().map(String::as_str).collect();
        change.record(tx, "customer.erased", &wanted, &json!({ "orders": orders.len() }))?;
        let orders = records::list_by_ids(tx, change.account, &ids)?;
        Ok((customer.state, orders.into_iter().map(|order| (order.id.to_string(), order.state)).collect()))
    });
    let (state, orders): (State, Vec<(String, State)>) = begun.await?.value;
    let mut own = erasure::words_of_customer(&state);
    let mut telling = erasure::telling_words(&state);
    for (_, order) in &orders {
        own.extend(erasure::words_of_order(order));
        telling.extend(erasure::telling_words(order));
    }
    let mut erased = 0;
    own.extend(
        told_of(ctx, account, "history", id.clone(), |text| erasure::words_of_change(text, true)).await?,
    );
    for (order, _) in &orders {
        let words = |text: &str| erasure::words_of_change(text, false);
        own.extend(told_of(ctx, account, "history", order.clone(), words).await?);
    }
    let needles = Needles::new(own.iter().map(String::as_str), GONE);
    for record in std::iter::once(&id).chain(orders.iter().map(|(order, _)| order)) {
        erased += scrub(ctx, account, &needles, Some(record.clone())).await?;
    }
    erased += scrub(ctx, account, &Needles::new(telling.iter().map(String::as_str), GONE), None).await?;
    erased += forget_answers(ctx, account, telling).await?;
    erased += orders.len() as u64 + 1;
    for (order, state) in orders {
        let state = erasure::without_person(&state);
        ctx.store
            .write(move |tx| {
                let (text, search) = (state.to_json(), state.search_text());
                rows::update_stripped(tx, account, &order, &text, &search, None)
            })
            .await?;
    }
    let now = ctx.now();
    let nothing = State::new(RecordType::Customer).to_json();
    ctx.store
        .write(move |tx| rows::update_stripped(tx, account, &id, &nothing, "", Some((now, GONE))))
        .await?;
    ctx.store.forget_deleted().await?;
    Ok(Erased { rows: erased })
}

/// Words that earlier rows about somebody hold, in a place of this name.
async fn told_of(
    ctx: &Ctx,
    account: Account,
    place: &'static str,
    id: String,
    words: impl Fn(&str) -> Vec<String> + Copy + Send + 'static,
) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    for place in PLACES.iter().filter(|one| one.table() == place) {
        loop {
            let (from, record) = (after.clone(), id.clone());
            let read = move |tx: &mut crate::store::Tx| {
                rows::list_texts(tx, account, place, Some(&record), &from, BATCH)
            };
            let texts = ctx.store.read(read).await?;
            let Some((last, _)) = texts.last() else { break };
            last.clone_into(&mut after);
            found.extend(
                texts.iter().flat_map(|(_, texts)| texts.iter().flatten().flat_map(|text| words(text))),
            );
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Looks through all texts of an account, or of one record, and takes the words out; answers how many rows changed.
async fn scrub(ctx: &Ctx, account: Account, needles: &Needles, record: Option<String>) -> Result<u64> {
    if needles.is_empty() {
        return Ok(0);
    }
    let mut changed = 0;
    for place in PLACES {
        let mut after = String::new();
        loop {
            let (from, needles, record) = (after.clone(), needles.clone(), record.clone());
            let step = move |tx: &mut crate::store::Tx| {
                let found = rows::list_texts(tx, account, place, record.as_deref(), &from, BATCH)?;
                let (mut changed, last) = (0, found.last().map(|(key, _)| key.clone()));
                for (key, texts) in found {
                    let scrubbed: Vec<Option<String>> =
                        texts.iter().map(|text| needles.scrub(text.as_deref()?)).collect();
                    if scrubbed.iter().any(Option::is_some) {
                        let texts = scrubbed.into_iter().zip(texts).map(|(new, old)| new.or(old)).collect();
                        rows::update_texts(tx, account, place, &(key, texts))?;
                        changed += 1;
                    }
                }
                Ok((changed, last))
            };
            let (some, last) = ctx.store.write(step).await?;
            changed += some;
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    Ok(changed)
}

async fn forget_answers(ctx: &Ctx, account: Account, words: Vec<String>) -> Result<u64> {
    ctx.store.write(move |tx| rows::delete_answers(tx, account, &words)).await
}
