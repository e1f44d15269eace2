//! Who lives here: people who use their inboxes, a large crowd around them that only broadcasts reach, and groups
//! that overlap.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bellwire::app::Base;
use bellwire::clock::Clock;
use bellwire::domain::code::Code;
use bellwire::domain::email::Email;
use bellwire::domain::error::Error;
use bellwire::domain::id::{Account, GroupId, UserId};
use bellwire::domain::rights::{Rights, Role};
use bellwire::flows::change::By;
use bellwire::flows::{accounts, keys};
use bellwire::ids::Ids;
use bellwire::store::groups::NewGroup;
use bellwire::store::users::NewUser;
use bellwire::store::{self, Tx};
use serde_json::{Value, json};

use crate::call::Caller;
use crate::facts::Database;
use crate::nemesis::Seat;

/// People who get single notifications.
pub const PEOPLE: usize = 40;
/// The first of them also have streams and use their inboxes.
pub const WATCHED: usize = 10;
/// Everybody: more than the router serves in one step, so that a kill lands between two parts.
const EVERYBODY: usize = 2_300;
const GROUPS: [(&str, usize); 3] = [("few", 5), ("team", 14), ("town", EVERYBODY)];

/// The town. Users are known by their place.
pub struct Town {
    /// A key that may do everything.
    pub key: String,
    pub ids: Vec<String>,
    pub places: HashMap<String, u32>,
}

/// Whom a notification goes to.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    pub groups: Vec<&'static str>,
    pub users: Vec<usize>,
}

impl Audience {
    /// Each recipient once.
    pub fn places(&self) -> BTreeSet<u32> {
        let of = |code: &&str| GROUPS.iter().find(|(name, _)| name == code).map_or(0, |(_, size)| *size);
        let members = self.groups.iter().flat_map(|code| 0..of(code));
        members.chain(self.users.iter().copied()).map(|place| place as u32).collect()
    }
}

impl Town {
    /// Fills an empty database, by the store itself: thousands of calls would take longer than the story.
    pub fn settle(database: &Database) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let base = Base::open(&database.settings(), Clock::System, Ids::system()).await.unwrap();
            let account = accounts::get_by_code(&base.ctx, "main".into()).await.unwrap();
            let scopes = ["all".to_owned()];
            let (_, key) =
                keys::add(&base.ctx, &By::system(account), "crash", &scopes, None, None).await.unwrap();
            let ids: Vec<String> = (0..EVERYBODY).map(|_| base.ctx.id()).collect();
            let (new, groups) = (ids.clone(), GROUPS.map(|_| base.ctx.id()));
            base.ctx.store.write(move |tx| people(tx, account, &new, &groups)).await.unwrap();
            base.close().await;
            let places = ids.iter().enumerate().map(|(place, id)| (id.clone(), place as u32)).collect();
            Self { key: key.unwrap(), ids, places }
        })
    }

    /// A token of a user, good for an hour.
    pub fn token(&self, caller: &mut Caller, place: usize) -> Option<String> {
        let wanted = json!({"user": self.ids[place], "ttl_s": 3600});
        let answer = caller.post("/v1/tokens", &self.key, &wanted)?;
        answer.body["token"].as_str().map(str::to_owned)
    }

    /// What a notification to them says.
    pub fn notification(&self, title: &str, audience: &Audience) -> Value {
        let users: Vec<&str> = audience.users.iter().map(|place| self.ids[*place].as_str()).collect();
        json!({"title": title, "body": "<b>Hello</b> town", "groups": audience.groups, "users": users})
    }

    /// Waits until nothing is left to be done.
    pub fn wait_quiet(&self, seat: &Arc<Seat>) {
        let mut caller = Caller::new(seat);
        // Each call takes its time; together they are some minutes.
        for _ in 0..100_000 {
            let ready = caller.get("/readyz", &self.key).unwrap();
            assert_eq!(ready.body["work_dead"], 0, "work was given up: {ready:?}");
            if ready.body["work_due"] == 0 && ready.body["store_queue"] == 0 {
                return;
            }
        }
        panic!("the server does not come to rest");
    }

    /// The unread count that each of the people is told.
    pub fn unread_counts(&self, seat: &Arc<Seat>) -> Vec<i64> {
        let mut caller = Caller::new(seat);
        let mut count = |place| {
            let token = self.token(&mut caller, place).unwrap();
            let page = caller.get("/v1/inbox?limit=1", &token).unwrap();
            page.body["unread"].as_i64().unwrap_or_else(|| panic!("{page:?}"))
        };
        (0..PEOPLE).map(&mut count).collect()
    }
}

fn people(tx: &mut Tx, account: Account, ids: &[String], group_ids: &[String; 3]) -> Result<(), Error> {
    for (place, id) in ids.iter().enumerate() {
        let email = format!("user-{place}@town.example");
        let number = store::accounts::next_number(tx, account)?;
        let new = NewUser {
            id: UserId::new(id.clone()),
            email: Email::parse("email", &email)?,
            name: email,
            role: Role::Manager,
            language: None,
            zone: None,
            password_hash: None,
        };
        store::users::insert(tx, account, &new, number, 0)?;
    }
    for ((code, size), id) in GROUPS.iter().zip(group_ids) {
        let id = GroupId::new(id.clone());
        let new = NewGroup {
            id: id.clone(),
            code: Code::parse("code", code)?,
            name: (*code).into(),
            rights: Rights::NEW_GROUP,
        };
        let number = store::accounts::next_number(tx, account)?;
        store::groups::insert(tx, account, &new, number, 0)?;
        let members: Vec<_> = ids[..*size].iter().map(|id| UserId::new(id.clone())).collect();
        store::groups::insert_members(tx, account, &id, &members)?;
    }
    Ok(())
}
