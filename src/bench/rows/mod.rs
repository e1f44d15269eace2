//! The rows of the bench, one per file: each starts its own server on the stage, and its raw limit beside it.

pub mod broadcast;
pub mod idle;
pub mod inbox;
pub mod ingest;
pub mod latency;
pub mod mail;
pub mod marketing;
pub mod reconnect;
pub mod records;
pub mod reminders;
pub mod triggers;

use super::stage::EVERYBODY;
use super::wire;

/// Some 250 characters, as a short message to a colleague has.
const BODY: &str = "<b>Order 10482</b> was changed by the shop: the address of the delivery, the telephone number and \
    two of the items. Please call the customer before noon and confirm the new sum of <b>1,150.00</b>, then set the \
    order to <i>ready to be packed</i>. Thank you.";

/// A notification with a number in its title, to one user.
fn to_user(key: &str, number: usize, user: &str) -> Vec<u8> {
    let json = format!(r#"{{"title":"n{number}","body":"{BODY}","users":["{user}"]}}"#);
    wire::post("/v1/notifications", key, &json)
}

/// The same to everybody.
fn to_everybody(key: &str, number: usize) -> Vec<u8> {
    let json = format!(r#"{{"title":"n{number}","body":"{BODY}","groups":["{EVERYBODY}"]}}"#);
    wire::post("/v1/notifications", key, &json)
}
