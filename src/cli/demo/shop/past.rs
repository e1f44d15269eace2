//! How the shop comes to Bellwire: its sites, lists and fields are set up, its customers and orders of the last weeks are
//! imported in silence, all of it by the API and once.

use serde_json::{Value, json};

use super::stock::{Dice, FIRST_CUSTOMER, FIRST_ORDER, Stock, ago, come_to, is_paid, paid};
use super::wire::Wire;
use crate::cli::Result;
use crate::render::instant::to_rfc3339;

/// Orders that the shop had before.
const ORDERS: i64 = 120;
/// So many minutes lie between two of them: four weeks in all.
const BETWEEN: i64 = 336;
/// The most recent orders, of which what happened later is told as well.
const WITH_PAST: usize = 48;
/// Nobody has these yet.
const UNASSIGNED: i64 = 4;
/// What became of the past is the same in every demo.
pub(super) const SEED: u64 = 4_711;
/// Who hears of what is nobody's.
const HEARS: &str = "sales";
/// The names of the shop's keys: for good, and to set it up.
const SHOP: &str = "Lumen Lamps";
pub(super) const SET_UP: &str = "Set-up of the demo's shop";

/// Sets the shop up, if it is not, and makes the key with which it goes on. `wire` has a key that may do all, and loses it.
pub(super) async fn settle(wire: &Wire, stock: &Stock, base_url: &str, now: i64) -> Result<Wire> {
    let keys = wire.get("/v1/api-keys").await?;
    let scopes = json!({"name": SHOP, "scopes": ["ingest", "read"]});
    let made = wire.call("POST", "/v1/api-keys", Some(&scopes)).await?;
    let shop = wire.with_key(made["key"].as_str().unwrap_or_default().to_owned());
    if wire.get("/v1/customers?limit=1").await?["total"] == 0 {
        set_up(wire, stock, base_url).await?;
        let managers = managers(wire).await?;
        import(&shop, stock, &managers, now).await?;
    }
    super::rules::settle(wire).await?;
    // Those of earlier starts, and at last the one that is in use here.
    let ours = |key: &&Value| key["name"] == SHOP || key["name"] == SET_UP;
    let (last, others): (Vec<&Value>, Vec<&Value>) = keys["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(ours)
        .partition(|key| key["prefix"].as_str().is_some_and(|prefix| wire.has_prefix(prefix)));
    for key in others.into_iter().chain(last) {
        wire.call("DELETE", &format!("/v1/api-keys/{}", key["id"].as_str().unwrap_or_default()), None)
            .await?;
    }
    Ok(shop)
}

/// The ids of those who look after orders: the sellers, and some of them are the supporters'.
pub(super) async fn managers(wire: &Wire) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for group in ["sales", "support"] {
        let users = wire.get(&format!("/v1/users?group={group}&state=active&limit=100")).await?;
        let found = users["items"].as_array().into_iter().flatten();
        ids.extend(found.filter_map(|user| Some(user["id"].as_str()?.to_owned())));
    }
    Ok(ids)
}

async fn set_up(wire: &Wire, stock: &Stock, base_url: &str) -> Result<()> {
    for site in &stock.sites {
        // Orders have no pages but Bellwire's, where a notification shows what has changed.
        let customers = format!("{base_url}/customers?q={{external_id}}");
        let body = json!({"name": site.name, "customer_url": customers});
        wire.call("PUT", &format!("/v1/sites/{}", site.code), Some(&body)).await?;
    }
    for list in &stock.lists {
        for (place, (code, name)) in list.entries.iter().enumerate() {
            let body = json!({"name": name, "ordering": (place + 1) * 10});
            wire.call("PUT", &format!("/v1/reference-lists/{}/{code}", list.list), Some(&body)).await?;
        }
    }
    for field in &stock.fields {
        let mut body = field.clone();
        let mut take = |key: &str| body.as_object_mut().and_then(|map| map.remove(key)).unwrap_or_default();
        let (of, code) = (take("record_type"), take("code"));
        let (of, code) = (of.as_str().unwrap_or_default(), code.as_str().unwrap_or_default());
        wire.call("PUT", &format!("/v1/custom-fields/{of}/{code}"), Some(&body)).await?;
    }
    let groups = wire.get("/v1/groups").await?;
    let hear = groups["items"].as_array().into_iter().flatten().filter(|group| group["code"] == HEARS);
    let chosen = wire.get("/v1/system-notifications").await?;
    let body = json!({"active": chosen["active"], "order_groups": chosen["order_groups"],
        "customer_groups": chosen["customer_groups"], "unassigned": hear.map(|group| &group["id"]).collect::<Vec<_>>()});
    wire.call("PUT", "/v1/system-notifications", Some(&body)).await?;
    Ok(())
}

/// Lines of a batch, and those that are told after them.
#[derive(Default)]
struct Import {
    first: Vec<Value>,
    then: Vec<Value>,
}

fn line(records: &str, external_id: &str, site: &str, body: &Value) -> Value {
    let path = format!("/v1/{records}/{external_id}?site={site}&silent=true");
    json!({"method": "PUT", "path": path, "body": body})
}

async fn import(shop: &Wire, stock: &Stock, managers: &[String], now: i64) -> Result<()> {
    let dice = &mut Dice::new(SEED);
    let customers = customers(stock, managers, now, dice);
    let orders = orders(stock, managers, now, dice);
    for lines in [customers, orders.first, orders.then] {
        let answers = shop.call("POST", "/v1/batch", Some(&Value::Array(lines))).await?;
        let refused = answers.as_array().into_iter().flatten().find(|answer| answer["status"] != 200);
        if let Some(refused) = refused {
            return Err(format!("the import: {refused}"));
        }
    }
    Ok(())
}

/// Sellers stand first and get most.
fn somebody<'a>(managers: &'a [String], dice: &mut Dice) -> Option<&'a str> {
    let sellers = managers.len().div_ceil(2);
    let place = if dice.one_in(6) { dice.roll(managers.len()) } else { dice.roll(sellers) };
    managers.get(place).map(String::as_str)
}

fn customers(stock: &Stock, managers: &[String], now: i64, dice: &mut Dice) -> Vec<Value> {
    let mut lines = Vec::new();
    for (number, buyer) in (FIRST_CUSTOMER..).zip(stock.everybody()) {
        let manager = somebody(managers, dice).filter(|_| !dice.one_in(3));
        // Before the first order.
        let at = ago(now, (ORDERS + 60 - (number - FIRST_CUSTOMER)) * BETWEEN);
        let mut state = stock.customer(buyer, at, manager, dice);
        if number % 9 == 0 {
            state["birthday"] = json!(birthday(now, number));
        }
        lines.push(line("customers", &format!("C-{number}"), &stock.of(buyer).site, &state));
    }
    lines
}

/// A day of the next days, some decades ago: somebody always has a birthday soon.
fn birthday(now: i64, number: i64) -> Option<String> {
    let soon = jiff::Timestamp::from_millisecond(now + (3 + number / 9 % 5) * 86_400_000).ok()?;
    // Leap years have every day.
    Some(format!("{}-{}", 1964 + 4 * (number % 10), soon.strftime("%m-%d")))
}

fn orders(stock: &Stock, managers: &[String], now: i64, dice: &mut Dice) -> Import {
    let everybody = stock.everybody();
    let mut import = Import::default();
    for left in (0..ORDERS).rev() {
        let place = dice.roll(everybody.len());
        let (buyer, customer) = (everybody[place], format!("C-{}", FIRST_CUSTOMER + place as i64));
        let age = left * BETWEEN + 40 + dice.roll(200) as i64;
        let mut state = stock.order(buyer, &customer, ago(now, age), dice);
        let (before, status) = if left < UNASSIGNED { ("new", "new") } else { come_to(age, dice) };
        if let Some(manager) = somebody(managers, dice).filter(|_| left >= UNASSIGNED) {
            state["manager"] = json!(manager);
        }
        let mut later = json!({"status": status});
        let paid_at = ago(now, age - age / 4);
        if let Some(payments) = paid(&state, paid_at).filter(|_| is_paid(status)) {
            (later["payments"], later["full_paid_at"]) = (payments, json!(to_rfc3339(paid_at)));
        }
        let (site, external_id) = (&stock.of(buyer).site, format!("L-{}", FIRST_ORDER + ORDERS - left));
        state["order_number"] = json!(external_id);
        if (left as usize) < WITH_PAST && status != "new" {
            state["status"] = json!(before);
            import.then.push(line("orders", &external_id, site, &later));
        } else if let (Some(state), Value::Object(later)) = (state.as_object_mut(), later) {
            state.extend(later);
        }
        import.first.push(line("orders", &external_id, site, &state));
    }
    import
}
