//! Payments of orders, one by one.

use serde_json::Value as Json;

use super::Call;
use super::answer::{Answer, Refusal, Result};
use super::params;
use crate::domain::error::Error;
use crate::flows::retailcrm::payments::{self, WhichPayment};
use crate::flows::retailcrm::read::Named;

pub async fn create(call: Call) -> Result<Answer> {
    let Json::Object(mut payment) = call.params.object("payment")? else {
        return Err(Refusal::missing("payment"));
    };
    let order = payment.remove("order").unwrap_or(Json::Null);
    let text = |key: &str| order.get(key).and_then(params::text);
    let named = match (text("id"), text("externalId")) {
        (Some(id), _) => {
            let id =
                id.parse().map_err(|_| Refusal::input("payment.order.id", "This must be a whole number"))?;
            Named::Number(id)
        }
        (None, Some(id)) => Named::External { id, site: call.params.text("site") },
        (None, None) => {
            return Err(Refusal::validation("payment.order", "Say which order: id or externalId"));
        }
    };
    let (id, _) = payments::create(&call.state.ctx, call.machine(), named, payment).await?;
    Ok(Answer::created().with("id", id))
}

pub async fn edit(call: Call) -> Result<Answer> {
    let Json::Object(mut payment) = call.params.object("payment")? else {
        return Err(Refusal::missing("payment"));
    };
    for named in ["id", "order"] {
        payment.remove(named);
    }
    let id = call.path(0);
    let which = if call.by_id()? {
        WhichPayment::Id(id.trim().parse().map_err(|_| Error::NotFound)?)
    } else {
        WhichPayment::External { id, site: call.params.text("site") }
    };
    let id = payments::edit(&call.state.ctx, call.machine(), which, payment).await?;
    Ok(Answer::success().with("id", id))
}

pub async fn delete(call: Call) -> Result<Answer> {
    let id = call.path(0).trim().parse().map_err(|_| Error::NotFound)?;
    payments::delete(&call.state.ctx, call.machine(), id).await?;
    Ok(Answer::success())
}
