//! What the demo's people have to do: some tasks from the beginning, and now and then another, so that there is always a mark
//! at which somebody is reminded. Made by the API, as everything of the shop is.

use serde_json::{Value, json};

use super::stock::Dice;
use super::wire::Wire;
use super::{RECENT, text};
use crate::cli::Result;
use crate::render::instant::to_rfc3339;

/// What is to be done, in English, Russian and Spanish.
const TEXTS: [[&str; 3]; 8] = [
    ["Call about the delivery time", "Позвонить о времени доставки", "Llamar por la hora de entrega"],
    ["Confirm the address", "Уточнить адрес", "Confirmar la dirección"],
    ["Ask for the missing payment", "Напомнить об оплате", "Reclamar el pago pendiente"],
    ["Send the photos of the lamp", "Отправить фотографии лампы", "Enviar las fotos de la lámpara"],
    ["Offer a matching wall lamp", "Предложить бра в пару", "Ofrecer un aplique a juego"],
    ["Check the stock in the showroom", "Проверить остаток в салоне", "Comprobar las existencias"],
    ["Arrange the return of a damaged shade", "Оформить возврат плафона", "Gestionar la devolución"],
    ["Thank for the review", "Поблагодарить за отзыв", "Agradecer la reseña"],
];
const MINUTE_MS: i64 = 60_000;
/// Minutes from now at which each person's first tasks are due.
const FIRST_DUE: [i64; 4] = [6, 45, 26 * 60, -180];

/// Somebody of the shop.
struct Person {
    id: String,
    language: String,
}

async fn people(wire: &Wire) -> Result<Vec<Person>> {
    let page = wire.get("/v1/users?state=active&limit=100").await?;
    let found = page["items"].as_array().into_iter().flatten();
    Ok(found
        .map(|user| Person { id: text(user, "id").to_owned(), language: text(user, "language").to_owned() })
        .collect())
}

fn said(language: &str, dice: &mut Dice) -> &'static str {
    let place = match language {
        "ru" => 1,
        "es" => 2,
        _ => 0,
    };
    dice.pick(&TEXTS).map_or(TEXTS[0][place], |texts| texts[place])
}

async fn orders(wire: &Wire) -> Result<Vec<Value>> {
    let mut page = wire.get(&format!("/v1/orders?limit={RECENT}&order=number")).await?;
    Ok(page["items"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// The first tasks, unless there are any.
pub(super) async fn settle(wire: &Wire, dice: &mut Dice, now: i64) -> Result<()> {
    if wire.get("/v1/tasks?state=all&limit=1").await?["total"] != 0 {
        return Ok(());
    }
    let orders = orders(wire).await?;
    let mut lines = Vec::new();
    for person in people(wire).await? {
        for minutes in FIRST_DUE {
            let mut body = json!({"text": said(&person.language, dice), "performer": {"user": person.id},
                "due": to_rfc3339(now + (minutes + dice.roll(4) as i64) * MINUTE_MS)});
            if let Some(order) = dice.pick(&orders).filter(|_| minutes < 60) {
                body["order"] = json!({"id": order["id"]});
            }
            lines.push(json!({"method": "POST", "path": "/v1/tasks", "body": body}));
        }
    }
    let count = json!({"text": "Count the lamps in the showroom", "performer": {"group": "sales"},
        "due": to_rfc3339(now + 90 * MINUTE_MS), "repeat": {"every": "weekday"}});
    lines.push(json!({"method": "POST", "path": "/v1/tasks", "body": count}));
    wire.call("POST", "/v1/batch", Some(&Value::Array(lines))).await.map(drop)
}

/// Another task for one of these people, mostly about an order that is his.
pub(super) async fn another(wire: &Wire, performer: &str, dice: &mut Dice, now: i64) -> Result<()> {
    let people = people(wire).await?;
    let Some(person) = people.iter().find(|person| person.id == performer) else { return Ok(()) };
    let orders = orders(wire).await?;
    let his: Vec<&Value> = orders.iter().filter(|row| row["manager"]["id"] == performer).collect();
    let mut body = json!({"text": said(&person.language, dice), "performer": {"user": performer},
        "due": to_rfc3339(now + (4 + dice.roll(20) as i64) * MINUTE_MS)});
    if let Some(order) = dice.pick(&his) {
        body["order"] = json!({"id": order["id"]});
    }
    wire.call("POST", "/v1/tasks", Some(&body)).await.map(drop)
}
