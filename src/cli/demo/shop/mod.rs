//! The living shop of the demo: orders arrive, are paid, assigned and changed, while somebody is looking.
//!
//! It is a shop like any other: it knows Bellwire's public API and an API key, and nothing else. Only its clock, the
//! switch that pauses it, and whether anybody is looking come from the server around it.

mod past;
mod rules;
mod stock;
mod tasks;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::App;
use crate::cli::Result;
use crate::domain::id::UserId;
use crate::flows::change::By;
use crate::flows::{Ctx, keys};
use crate::http::v1::demo::Demo;
use crate::hub::Hub;
use crate::render::instant::to_rfc3339;
use crate::shutdown::Token;
use past::managers;
use stock::{Buyer, Dice, FIRST_CUSTOMER, FIRST_ORDER, Stock, next_status, paid};
use wire::Wire;

const TICK: Duration = Duration::from_secs(1);
/// Ticks from one event to the next: 10, and up to 20 more.
const SHORTEST: usize = 10;
const MORE: usize = 21;
/// Ticks until a visitor who has just come sees the first: after the first message.
const FIRST: usize = 12;
/// Records among which something happens.
const RECENT: usize = 100;

/// What may happen, as often as it stands here.
const EVENTS: [Event; 23] = {
    use Event::{Assigned, Customer, Edited, Moved, New, Overdue, Paid, Task};
    [
        New, New, New, New, New, New, Paid, Paid, Paid, Assigned, Assigned, Assigned, Moved, Moved, Moved,
        Edited, Edited, Edited, Overdue, Customer, Task, Task, Task,
    ]
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// An order arrives.
    New,
    Paid,
    /// Nobody's order becomes somebody's.
    Assigned,
    /// It comes a step further.
    Moved,
    /// Its address or items change.
    Edited,
    Overdue,
    /// A customer changes, or a new one comes.
    Customer,
    /// Somebody has something to do.
    Task,
}

/// The shop, and what of its surroundings it heeds.
pub(super) struct Shop {
    ctx: Ctx,
    hub: Hub,
    demo: Arc<Demo>,
    stock: Stock,
    address: std::net::SocketAddr,
    base_url: String,
    dice: Dice,
}

impl Shop {
    pub(super) fn new(app: &App, demo: Arc<Demo>) -> Result<Self> {
        let ctx = app.base.ctx.clone();
        let seed = ctx.ids.secret(8).into_iter().fold(0, |seed, byte| seed << 8 | u64::from(byte));
        Ok(Self {
            stock: Stock::load()?,
            address: app.settings.listen,
            base_url: app.base_url(),
            hub: app.hub.clone(),
            dice: Dice::new(seed),
            demo,
            ctx,
        })
    }

    /// What an operator does for a shop: a first key, with which it does the rest itself.
    async fn first_key(&self) -> Result<Wire> {
        let by = By::system(self.demo.account());
        let made = keys::add(&self.ctx, &by, past::SET_UP, &["all".to_owned()], None, None).await;
        let (_, key) = made.map_err(|error| error.to_string())?;
        Ok(Wire::new(self.address, key.unwrap_or_default()))
    }

    async fn settle(&self) -> Result<Wire> {
        let now = self.ctx.now();
        let wire = past::settle(&self.first_key().await?, &self.stock, &self.base_url, now).await?;
        tasks::settle(&wire, &mut Dice::new(past::SEED), now).await?;
        Ok(wire)
    }

    /// Something happens.
    async fn step(&mut self, wire: &Wire) -> Result<()> {
        let event = *self.dice.pick(&EVENTS).unwrap_or(&Event::New);
        let managers = managers(wire).await?;
        let done = match event {
            Event::New => false,
            Event::Customer => self.change_customer(wire).await?,
            Event::Task => self.new_task(wire, &managers).await?,
            _ => self.change_order(wire, event, &managers).await?,
        };
        if done { Ok(()) } else { self.new_order(wire, &managers).await }
    }

    /// Mostly somebody who is looking: a visitor came to see something.
    fn looking(&self, managers: &[String]) -> Vec<String> {
        let ids: Vec<UserId> = managers.iter().cloned().map(UserId::new).collect();
        let there = self.hub.listeners(self.demo.account(), ids.iter());
        there.into_iter().map(|listener| listener.user.to_string()).collect()
    }

    fn a_manager(&mut self, managers: &[String]) -> Option<String> {
        let looking = self.looking(managers);
        let among = if looking.is_empty() || self.dice.one_in(3) { managers } else { &looking };
        self.dice.pick(among).cloned()
    }

    /// An order of a known customer, or of one who has just come, who is told first.
    async fn new_order(&mut self, wire: &Wire, managers: &[String]) -> Result<()> {
        let (stock, dice) = (&self.stock, &mut self.dice);
        let number = next_number(&rows(wire, "orders").await?, FIRST_ORDER);
        let everybody = stock.everybody();
        let place = dice.roll(everybody.len());
        let (mut buyer, mut customer) = (everybody[place], format!("C-{}", FIRST_CUSTOMER + place as i64));
        let now = self.ctx.now();
        if dice.one_in(4) {
            let language = stock.language_of(dice);
            buyer = Buyer { language, person: dice.roll(stock.buyers[language].names.len()) };
            customer = format!("C-{}", next_number(&rows(wire, "customers").await?, FIRST_CUSTOMER));
            let state = stock.customer(buyer, now, None, dice);
            put(wire, "customers", &customer, &stock.of(buyer).site, &state).await?;
        }
        let mut state = stock.order(buyer, &customer, now, dice);
        let (site, external_id) = (stock.of(buyer).site.clone(), format!("L-{number}"));
        state["order_number"] = json!(external_id);
        if self.dice.one_in(2)
            && let Some(manager) = self.a_manager(managers)
        {
            state["manager"] = json!(manager);
        }
        put(wire, "orders", &external_id, &site, &state).await
    }

    /// Lets it happen to one of the recent orders, if there is one to which it can.
    async fn change_order(&mut self, wire: &Wire, event: Event, managers: &[String]) -> Result<bool> {
        let looking = self.looking(managers);
        let open = |row: &&Value| {
            let status = row["status"]["code"].as_str().unwrap_or_default();
            let fits = (event == Event::Assigned) == row["manager"].is_null();
            fits && next_status(status).is_some()
        };
        let all = rows(wire, "orders").await?;
        let all: Vec<&Value> = all.iter().filter(open).collect();
        let theirs = |row: &&Value| looking.iter().any(|id| row["manager"]["id"] == id.as_str());
        let near: Vec<&Value> = all.iter().copied().filter(theirs).collect();
        let among = if near.is_empty() || self.dice.one_in(3) { &all } else { &near };
        // A few tries: an order may be paid or overdue already.
        for _ in 0..5 {
            let Some(row) = self.dice.pick(among).copied() else { break };
            let card = wire.get(&format!("/v1/orders/{}", text(row, "id"))).await?;
            if let Some(patch) = self.patch(event, &card["state"], managers) {
                put(wire, "orders", text(row, "external_id"), text(row, "site"), &patch).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the event makes of an order.
    fn patch(&mut self, event: Event, state: &Value, managers: &[String]) -> Option<Value> {
        let now = self.ctx.now();
        match event {
            Event::Paid => Some(json!({"payments": paid(state, now)?, "full_paid_at": to_rfc3339(now)})),
            Event::Assigned => Some(json!({"manager": self.a_manager(managers)?})),
            Event::Moved => Some(json!({"status": next_status(state["status"].as_str()?)?})),
            Event::Overdue => (state["expired"] != true).then(|| json!({"expired": true})),
            Event::Edited => self.edit(state),
            Event::New | Event::Customer | Event::Task => None,
        }
    }

    fn edit(&mut self, state: &Value) -> Option<Value> {
        let number = (1 + self.dice.roll(90)).to_string();
        match self.dice.roll(3) {
            0 => Some(json!({"delivery": {"address": {"building": number, "flat": null}}})),
            1 => {
                let day = self.ctx.now() + (1 + self.dice.roll(6)) as i64 * 24 * 3_600_000;
                Some(json!({"delivery": {"date": &to_rfc3339(day)[..10]}}))
            }
            _ => {
                let mut items = state["items"].as_array()?.clone();
                items.push(self.stock.another_item(state["site"].as_str()?, &mut self.dice)?);
                Some(json!({"items": items}))
            }
        }
    }

    async fn new_task(&mut self, wire: &Wire, managers: &[String]) -> Result<bool> {
        let Some(performer) = self.a_manager(managers) else { return Ok(false) };
        tasks::another(wire, &performer, &mut self.dice, self.ctx.now()).await?;
        Ok(true)
    }

    async fn change_customer(&mut self, wire: &Wire) -> Result<bool> {
        let customers = rows(wire, "customers").await?;
        let Some(row) = self.dice.pick(&customers) else { return Ok(false) };
        let flat = (1 + self.dice.roll(60)).to_string();
        let patch = match self.dice.roll(3) {
            0 => json!({"vip": true, "tags": ["regular"]}),
            1 => json!({"address": {"flat": flat}}),
            _ => json!({"personal_discount": 5 + self.dice.roll(4)}),
        };
        put(wire, "customers", text(row, "external_id"), text(row, "site"), &patch).await?;
        Ok(true)
    }
}

/// The records that changed last and that the shop knows: those made by hand have no id of its own.
async fn rows(wire: &Wire, records: &str) -> Result<Vec<Value>> {
    let mut page = wire.get(&format!("/v1/{records}?limit={RECENT}&order=number")).await?;
    let Value::Array(rows) = page["items"].take() else { return Ok(Vec::new()) };
    Ok(rows.into_iter().filter(|row| row["external_id"].is_string() && row["site"].is_string()).collect())
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_default()
}

/// The shop's own number after the highest of these.
fn next_number(rows: &[Value], first: i64) -> i64 {
    let numbers =
        rows.iter().filter_map(|row| text(row, "external_id").split_once('-')?.1.parse::<i64>().ok());
    numbers.max().unwrap_or(first) + 1
}

async fn put(wire: &Wire, records: &str, external_id: &str, site: &str, state: &Value) -> Result<()> {
    // A visitor may have given a record an id of any sort.
    let id: String = url::form_urlencoded::byte_serialize(external_id.as_bytes()).collect();
    let site: String = url::form_urlencoded::byte_serialize(site.as_bytes()).collect();
    let path = format!("/v1/{records}/{}?site={site}", id.replace('+', "%20"));
    wire.call("PUT", &path, Some(state)).await.map(drop)
}

/// Sets the shop up, and lets it live until the server stops.
pub(super) async fn run(mut shop: Shop, mut stop: Token) {
    let settled = tokio::select! {
        settled = shop.settle() => settled,
        () = stop.triggered() => return,
    };
    let wire = match settled {
        Ok(wire) => wire,
        Err(error) => return tracing::warn!(%error, "the demo's shop did not open"),
    };
    let (mut left, mut watched) = (FIRST, false);
    loop {
        tokio::select! {
            () = shop.ctx.clock.sleep(TICK) => {}
            () = stop.triggered() => return,
        }
        let was_watched = std::mem::replace(&mut watched, shop.hub.open() > 0);
        if !watched || shop.demo.is_paused() {
            continue;
        }
        left = if was_watched { left.saturating_sub(1) } else { left.min(FIRST) };
        if left > 0 {
            continue;
        }
        // A visitor may have removed what it was about: something else the next time.
        if let Err(error) = shop.step(&wire).await {
            tracing::debug!(%error, "nothing happened in the demo's shop");
        }
        left = SHORTEST + shop.dice.roll(MORE);
    }
}
