//! A marketing rule over as many customers as the row about reminders has tasks: one in a thousand has an occasion, and the last
//! of them is the last customer. Beside it a condition over all of them, counted while somebody waits.
//!
//! Customers and orders are written by the store before the server starts.

use std::borrow::Cow;
use std::time::Duration;

use crate::app::Base;
use crate::bench::child::Server;
use crate::bench::net::Net;
use crate::bench::report::{Figure, Measured};
use crate::bench::rows::records::Driver;
use crate::bench::{Bench, wire};
use crate::clock::Clock;
use crate::domain::error::Error;
use crate::domain::record::state::State;
use crate::domain::record::value::Value;
use crate::domain::record::{RecordId, RecordType};
use crate::ids::Ids;
use crate::store::Tx;
use crate::store::records::{self, Promoted, Record};

/// One customer of so many has an occasion.
const ONE_OF: usize = 1_000;
/// Customers that one transaction of the preparation writes.
const PART: usize = 2_000;
/// Numbers that nothing else of the stage has.
const FIRST_NUMBER: i64 = 2_000_000_000;
const DAY_MS: i64 = 86_400_000;
const LONGEST: Duration = Duration::from_mins(30);

pub async fn run(bench: &Bench) -> Result<Measured, String> {
    let customers = bench.tasks;
    prepare(bench).await.map_err(|error| format!("the customers were not written: {error}"))?;
    let server = Server::serve(&bench.stage.settings)?;
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let key = &bench.stage.key;
    let rule = r#"{"name":"Bench","mechanic":{"type":"since_last_order","days":30},"frequency":{"type":"once"},
        "actions":[{"type":"create_task","text":"Call {{ customer.first_name }}"}]}"#;
    let begin = net.now();
    let made = call(&mut net, &wire::post("/v1/marketing-rules", key, rule))?;
    let asked =
        wire::get(&format!("/v1/marketing-rules/{}", made["id"].as_str().unwrap_or_default()), Some(key));
    let occasions = customers.div_ceil(ONE_OF);
    loop {
        let done = call(&mut net, &asked)?["results"]["done"].as_u64().unwrap_or_default();
        if done >= occasions as u64 {
            break;
        }
        if net.now() - begin > LONGEST {
            return Err(format!("{done} of {occasions} occasions after {LONGEST:?}"));
        }
    }
    let took = (net.now() - begin).as_secs_f64();
    let begin = net.now();
    let condition = r#"{"condition":"customer.first_name == \"Kim\" and customer.orders_count != 7"}"#;
    call(&mut net, &wire::post("/v1/segments/count", key, condition))?;
    let counted = (net.now() - begin).as_secs_f64();
    Ok(Measured {
        row: "marketing",
        is: format!(
            "a rule over {customers} customers, {occasions} of whom have an occasion; then a condition, counted"
        ),
        figures: vec![
            Figure::new("until the last occasion is acted upon", took, "s"),
            Figure::new("customers looked at per second", customers as f64 / took, "/s"),
            Figure::new("a condition over all, counted", counted, "s"),
            Figure::new("memory of the server", server.memory().rss as f64 / 1024.0, "MiB"),
        ],
    })
}

fn call(net: &mut Net, request: &[u8]) -> Result<serde_json::Value, String> {
    let answer = Driver::new(net).one(request)?;
    serde_json::from_slice(&answer).map_err(|e| e.to_string())
}

/// Writes customers with an order each.
async fn prepare(bench: &Bench) -> Result<(), Error> {
    let base = Base::open(&bench.stage.settings, Clock::System, Ids::system()).await;
    let base = base.map_err(|error| Error::internal(error.to_string()))?;
    let (account, customers, now) = (bench.stage.account, bench.tasks, base.ctx.now());
    for first in (0..customers).step_by(PART) {
        let ids = base.ctx.ids.clone();
        base.ctx
            .store
            .write(move |tx| {
                for n in first..(first + PART).min(customers) {
                    // The last customer is one of them.
                    let days = if (customers - 1 - n) % ONE_OF == 0 { 30 } else { 5 };
                    let (customer, order) = (ids.next(now), ids.next(now));
                    write(
                        tx,
                        account,
                        n,
                        now,
                        (RecordType::Customer, customer.clone()),
                        Promoted::default(),
                    )?;
                    let promoted = Promoted {
                        customer: Some(RecordId::new(customer)),
                        ordered_at: Some(now - days * DAY_MS),
                        ..Promoted::default()
                    };
                    write(tx, account, n, now, (RecordType::Order, order), promoted)?;
                }
                Ok(())
            })
            .await?;
    }
    base.close().await;
    Ok(())
}

fn write(
    tx: &mut Tx,
    account: crate::domain::id::Account,
    n: usize,
    now: i64,
    (record_type, id): (RecordType, String),
    promoted: Promoted,
) -> Result<(), Error> {
    let mut state = State::new(record_type);
    for (name, value) in [("first_name", "Kim"), ("last_name", "Berg"), ("email", "kim@mail.example")] {
        state.fields.insert(Cow::Borrowed(name), Value::Text(value.to_owned()));
    }
    let record = Record {
        id: RecordId::new(id),
        record_type,
        number: FIRST_NUMBER + n as i64,
        site: String::new(),
        title: "Kim Berg".to_owned(),
        state,
        created_at: now,
        changed_at: now,
        deleted_at: None,
    };
    records::insert(tx, account, &record, &Promoted { search: "kim berg".to_owned(), ..promoted })
}
