//! What the shop sells and to whom, and what chance makes of it: orders and customers as the API takes them.
//!
//! Nothing here is sent.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::Result;
use crate::render::instant::to_rfc3339;

const MINUTE_MS: i64 = 60_000;
/// The shop counts its orders from here.
pub(super) const FIRST_ORDER: i64 = 4_800;
pub(super) const FIRST_CUSTOMER: i64 = 1_001;
/// Where an order goes from where it is.
const STEPS: [&str; 7] = [
    "new",
    "client-confirmed",
    "send-to-assembling",
    "assembling",
    "assembling-complete",
    "delivering",
    "complete",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stock {
    pub(super) sites: Vec<Site>,
    pub(super) lists: Vec<List>,
    pub(super) fields: Vec<Value>,
    goods: Vec<Good>,
    pub(super) buyers: Vec<Buyers>,
}

#[derive(Deserialize)]
pub(super) struct Site {
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct List {
    pub(super) list: String,
    /// Codes with their names.
    pub(super) entries: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Good {
    offer: String,
    /// In euros.
    price: i64,
    names: HashMap<String, String>,
}

/// People of one language.
#[derive(Deserialize)]
pub(super) struct Buyers {
    language: String,
    pub(super) site: String,
    currency: String,
    /// Of the currency for a euro.
    rate: i64,
    country: String,
    phone: String,
    /// First name, last name, what stands before the `@`.
    pub(super) names: Vec<(String, String, String)>,
    /// City, index, street.
    places: Vec<(String, String, String)>,
    comments: Vec<String>,
}

/// Chance: the past of every demo is the same, what comes after is not.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to below `sides` (splitmix64; a shop needs no better).
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }

    pub(super) fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.roll(among.len()))
    }
}

/// Somebody who buys, by his place among those of his language.
#[derive(Clone, Copy)]
pub(super) struct Buyer {
    pub(super) language: usize,
    pub(super) person: usize,
}

impl Stock {
    pub(super) fn load() -> Result<Self> {
        serde_json::from_str(include_str!("shop.json")).map_err(|error| format!("shop.json: {error}"))
    }

    /// Everybody, in the order in which they became customers: the languages take turns.
    pub(super) fn everybody(&self) -> Vec<Buyer> {
        let longest = self.buyers.iter().map(|buyers| buyers.names.len()).max().unwrap_or_default();
        let all = (0..longest)
            .flat_map(|person| (0..self.buyers.len()).map(move |language| Buyer { language, person }));
        all.filter(|buyer| buyer.person < self.buyers[buyer.language].names.len()).collect()
    }

    pub(super) fn of(&self, buyer: Buyer) -> &Buyers {
        &self.buyers[buyer.language]
    }

    /// The people of a site, as they may come anew.
    pub(super) fn language_of(&self, dice: &mut Dice) -> usize {
        dice.roll(self.buyers.len())
    }

    fn address(&self, language: usize, dice: &mut Dice) -> Value {
        let buyers = &self.buyers[language];
        let Some((city, index, street)) = dice.pick(&buyers.places) else { return Value::Null };
        let (building, flat) = (1 + dice.roll(90), 1 + dice.roll(60));
        json!({"country_iso": buyers.country, "index": index, "city": city, "street": street,
            "building": building.to_string(), "flat": flat.to_string()})
    }

    pub(super) fn customer(
        &self,
        buyer: Buyer,
        created_at: i64,
        manager: Option<&str>,
        dice: &mut Dice,
    ) -> Value {
        let buyers = self.of(buyer);
        let (first, last, mail) = &buyers.names[buyer.person % buyers.names.len()];
        let mut state = json!({
            "first_name": first, "last_name": last, "email": format!("{mail}@mail.example"),
            "phones": [format!("{}{:03}", buyers.phone, dice.roll(1_000))],
            "created_at": to_rfc3339(created_at),
            "address": self.address(buyer.language, dice),
            "custom_fields": {"loyalty_card": format!("LC-{:05}", dice.roll(100_000))},
        });
        if let Some(manager) = manager {
            state["manager"] = json!(manager);
        }
        if dice.one_in(8) {
            (state["vip"], state["tags"]) = (json!(true), json!(["regular"]));
        }
        state
    }

    /// One to three things, most often one.
    fn items(&self, language: usize, dice: &mut Dice) -> Value {
        let count = [1, 1, 1, 2, 2, 3][dice.roll(6)];
        let from = dice.roll(self.goods.len());
        let chosen = (0..count).filter_map(|step| self.goods.get((from + step * 5) % self.goods.len()));
        chosen
            .map(|good| self.item(good, language, if good.price < 30 { 1 + dice.roll(6) } else { 1 }))
            .collect()
    }

    fn item(&self, good: &Good, language: usize, quantity: usize) -> Value {
        let buyers = &self.buyers[language];
        json!({"offer": good.offer, "product_name": good.names.get(&buyers.language), "quantity": quantity,
            "initial_price": good.price * buyers.rate})
    }

    /// One more thing for an order of this site.
    pub(super) fn another_item(&self, site: &str, dice: &mut Dice) -> Option<Value> {
        let language = self.buyers.iter().position(|buyers| buyers.site == site)?;
        let good = dice.pick(&self.goods)?;
        Some(self.item(good, language, 1))
    }

    /// An order that came just now.
    pub(super) fn order(&self, buyer: Buyer, customer: &str, created_at: i64, dice: &mut Dice) -> Value {
        let buyers = self.of(buyer);
        let (first, last, mail) = &buyers.names[buyer.person % buyers.names.len()];
        let items = self.items(buyer.language, dice);
        let cost = |item: &Value| {
            item["quantity"].as_i64().unwrap_or(1) * item["initial_price"].as_i64().unwrap_or(0)
        };
        let delivery = 9 * buyers.rate;
        let total = items.as_array().into_iter().flatten().map(cost).sum::<i64>() + delivery;
        let method = ["shopping-cart", "shopping-cart", "one-click", "phone"][dice.roll(4)];
        let (delivered, pays) =
            (["courier", "parcel"][dice.roll(2)], ["bank-card", "bank-card", "bank-transfer"][dice.roll(3)]);
        let room = ["living-room", "kitchen", "bedroom", "office", "garden"][dice.roll(5)];
        let mut state = json!({
            "status": "new", "order_type": "eshop-individual", "order_method": method,
            "created_at": to_rfc3339(created_at), "currency": buyers.currency,
            "customer": {"external_id": customer, "site": buyers.site},
            "first_name": first, "last_name": last, "email": format!("{mail}@mail.example"),
            "items": items,
            "delivery": {"type": delivered, "cost": delivery,
                "address": self.address(buyer.language, dice)},
            "payments": [{"external_id": "1", "type": pays,
                "status": "not-paid", "amount": total}],
            "custom_fields": {"room": room, "gift_wrap": dice.one_in(5)},
        });
        if dice.one_in(4) {
            state["customer_comment"] = json!(dice.pick(&buyers.comments));
        }
        state
    }
}

/// The status after this one; none when there is nothing left to do.
pub(super) fn next_status(status: &str) -> Option<&'static str> {
    let place = STEPS.iter().position(|step| *step == status)?;
    STEPS.get(place + 1).copied()
}

/// How far an order of this age has come, and how far it was a while before; a few end otherwise.
pub(super) fn come_to(age_minutes: i64, dice: &mut Dice) -> (&'static str, &'static str) {
    let days = age_minutes / (24 * 60);
    let last = STEPS.len() - 1;
    if days > 1 && dice.one_in(11) {
        return ("new", ["no-call", "no-product", "cancel-other"][dice.roll(3)]);
    }
    let place = match days {
        0 => dice.roll(2),
        1..=2 => 1 + dice.roll(3),
        3..=6 => 3 + dice.roll(4),
        _ => last - usize::from(dice.one_in(12)),
    };
    let place = place.min(last);
    (STEPS[place.saturating_sub(1 + dice.roll(2))], STEPS[place])
}

/// Whether an order of this status was paid before it got so far.
pub(super) fn is_paid(status: &str) -> bool {
    STEPS.iter().position(|step| *step == status).is_some_and(|place| place >= 3)
}

/// The payments of an order, paid; nothing when they are.
pub(super) fn paid(state: &Value, at: i64) -> Option<Value> {
    let mut payments = state["payments"].as_array().filter(|payments| !payments.is_empty())?.clone();
    if payments.iter().all(|payment| payment["status"] == "paid") {
        return None;
    }
    for payment in &mut payments {
        (payment["status"], payment["paid_at"]) = (json!("paid"), json!(to_rfc3339(at)));
    }
    Some(Value::Array(payments))
}

/// So many minutes before `now`.
pub(super) fn ago(now: i64, minutes: i64) -> i64 {
    now - minutes * MINUTE_MS
}
