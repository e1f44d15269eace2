//! Payments one by one: each changes the list of payments of its order, in the same way as a whole order does.

use serde_json::{Map, Value as Json, json};

use super::read::{Named, Shown, find};
use super::write::{Machine, put, written_record};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::record::RecordType;
use crate::domain::record::wire::{part_id, part_of};
use crate::flows::Ctx;
use crate::flows::records::{Setting, Which, Who, payment_key, put_in};
use crate::store::records::{Key, Record, Wanted};
use crate::store::{Tx, records};

/// One payment, by its id or the shop's.
#[derive(Debug, Clone)]
pub enum WhichPayment {
    Id(i64),
    External { id: String, site: Option<String> },
}

/// Adds a payment to an order; answers its id, and the order.
///
/// # Errors
/// [`Error::NotFound`] when there is no such order; the faults of the payment's fields.
pub async fn create(
    ctx: &Ctx,
    machine: Machine,
    order: Named,
    payment: Map<String, Json>,
) -> Result<(i64, Shown)> {
    ctx.write_as(machine, move |tx, setting, who| {
        let order = find(tx, setting, RecordType::Order, &order)?;
        if let Some(id) = payment.get("externalId").and_then(Json::as_str)
            && order.state.payments.list.iter().any(|part| part.external_id() == Some(id))
        {
            return Err(Error::field("externalId", Fault::Taken));
        }
        let mut payments = kept(&order, None);
        payments.push(Json::Object(payment.clone()));
        let shown = write(tx, setting, who, &order, &payments)?;
        let line = shown.record.state.payments.last;
        Ok((part_id(order.number, line), shown))
    })
    .await
}

/// Changes a payment.
///
/// # Errors
/// [`Error::NotFound`]; the faults of its fields.
pub async fn edit(
    ctx: &Ctx,
    machine: Machine,
    which: WhichPayment,
    payment: Map<String, Json>,
) -> Result<i64> {
    ctx.write_as(machine, move |tx, setting, who| {
        let (order, line) = find_payment(tx, setting, &which)?;
        let id = part_id(order.number, line);
        let mut changed = payment.clone();
        changed.insert("id".to_owned(), id.into());
        let mut payments = kept(&order, Some(line));
        payments.push(Json::Object(changed));
        write(tx, setting, who, &order, &payments)?;
        Ok(id)
    })
    .await
}

/// Takes a payment out of its order.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(ctx: &Ctx, machine: Machine, id: i64) -> Result<()> {
    ctx.write_as(machine, move |tx, setting, who| {
        let (order, line) = find_payment(tx, setting, &WhichPayment::Id(id))?;
        let payments = kept(&order, Some(line));
        write(tx, setting, who, &order, &payments).map(drop)
    })
    .await
}

/// The payments of an order as they are, but for one.
fn kept(order: &Record, without: Option<u32>) -> Vec<Json> {
    let kept = order.state.payments.list.iter().filter(|part| Some(part.line) != without);
    kept.map(|part| json!({"id": part_id(order.number, part.line)})).collect()
}

fn write(tx: &mut Tx, setting: &Setting, who: &Who, order: &Record, payments: &[Json]) -> Result<Shown> {
    let at = payments.len().saturating_sub(1);
    let state = json!({"payments": payments});
    let put = put(RecordType::Order, Which::Number(order.number), None, state);
    let written = put_in(tx, setting, who, &put).map_err(|error| named_alone(error, at))?;
    written_record(tx, setting, RecordType::Order, &written)
}

/// The caller sent one payment, not a list of which it is the last.
fn named_alone(error: Error, at: usize) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    let prefix = format!("payments[{at}].");
    for field in &mut fields {
        if let Some(rest) = field.field.strip_prefix(prefix.as_str()) {
            field.field = rest.to_owned().into();
        }
    }
    Error::Invalid(fields)
}

/// The order of a payment, and the payment's line in it.
fn find_payment(tx: &mut Tx, setting: &Setting, which: &WhichPayment) -> Result<(Record, u32)> {
    match which {
        WhichPayment::Id(id) => {
            let (number, line) = part_of(*id);
            let order = records::find(tx, setting.account, RecordType::Order, &Key::Number(number))?;
            let order = order.ok_or(Error::NotFound)?;
            let line = u32::try_from(line).map_err(|_| Error::NotFound)?;
            order.state.payments.find(line).ok_or(Error::NotFound)?;
            Ok((order, line))
        }
        WhichPayment::External { id, site } => {
            let sites = match site.as_deref() {
                None => Vec::new(),
                site => vec![setting.site(site)?],
            };
            let custom = vec![(payment_key(id), String::new())];
            let wanted = Wanted { custom, sites, most: 2, ..Wanted::default() };
            let mut found = records::list(tx, setting.account, RecordType::Order, &wanted)?;
            let order = found.pop().ok_or(Error::NotFound)?;
            if !found.is_empty() {
                return Err(Error::field("externalId", Fault::Ambiguous));
            }
            let part = order.state.payments.list.iter().find(|part| part.external_id() == Some(id));
            let line = part.map(|part| part.line).ok_or(Error::NotFound)?;
            Ok((order, line))
        }
    }
}
