//! Where a bench plays: a throwaway data directory, an account, users in one group, a key, and a token for each user.
//!
//! Made by the flows and the store in this process before the server is started, because ten thousand calls to the
//! API would take longer than what is measured. On PostgreSQL the account stays behind when the bench is over.

use std::path::{Path, PathBuf};

use crate::app::Base;
use crate::clock::Clock;
use crate::config::{FileSettings, ServeArgs, Settings};
use crate::domain::code::Code;
use crate::domain::email::Email;
use crate::domain::error::Error;
use crate::domain::id::{Account, GroupId, UserId};
use crate::domain::rights::{Rights, Role};
use crate::flows::change::By;
use crate::flows::{Ctx, accounts, keys, tokens};
use crate::ids::Ids;
use crate::store;

/// The group that everybody is in.
pub const EVERYBODY: &str = "everybody";
/// Longer than a bench takes.
const TOKEN_S: i64 = 3600;

/// A user of the bench.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: String,
    pub token: String,
}

/// What was made.
pub struct Stage {
    pub settings: Settings,
    /// May do everything in the account.
    pub key: String,
    pub members: Vec<Member>,
    pub account: Account,
    _dir: TempDir,
}

/// A directory that is removed at the end.
struct TempDir(PathBuf);

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Settings of a server on `data`; everything that is not named is as it always is.
pub fn settings(data: &Path, database_url: Option<String>) -> Result<Settings, String> {
    let args = ServeArgs {
        data: Some(data.to_owned()),
        listen: Some("127.0.0.1:0".into()),
        database_url,
        // A line for each call that is refused would be measured as well.
        log: Some("off".into()),
        ..ServeArgs::default()
    };
    Settings::merge(args, FileSettings::default()).map_err(|e| e.to_string())
}

impl Stage {
    /// Makes a directory in `parent` and `users` users with their tokens.
    pub async fn make(parent: &Path, database_url: Option<String>, users: usize) -> Result<Self, String> {
        let (clock, ids) = (Clock::System, Ids::system());
        let code = format!("bench-{}", &ids.next(clock.now_ms()).replace('-', "")[..16]);
        let dir = TempDir(parent.join(format!("bellwire-{code}")));
        let settings = settings(&dir.0, database_url)?;
        let base = Base::open(&settings, clock, ids).await.map_err(|e| e.to_string())?;
        let made = fill(&base.ctx, &code, users).await;
        base.close().await;
        let (account, key, members) = made.map_err(|e| format!("the stage was not set: {e}"))?;
        Ok(Self { settings, key, members, account, _dir: dir })
    }

    #[must_use]
    pub fn data(&self) -> &Path {
        &self.settings.data
    }
}

async fn fill(ctx: &Ctx, code: &str, users: usize) -> Result<(Account, String, Vec<Member>), Error> {
    let account = accounts::add(ctx, code, "Bench").await?;
    let new = (0..users).map(|n| (ctx.id(), format!("user-{n}@bench.example"))).collect::<Vec<_>>();
    let (people, group, now) = (new.clone(), ctx.id(), ctx.now());
    ctx.store
        .write(move |tx| {
            let everybody = store::groups::NewGroup {
                id: GroupId::new(group.clone()),
                code: Code::parse("code", EVERYBODY)?,
                name: "Everybody".into(),
                rights: Rights::NEW_GROUP,
            };
            let number = store::accounts::next_number(tx, account)?;
            store::groups::insert(tx, account, &everybody, number, now)?;
            for (id, email) in &people {
                let number = store::accounts::next_number(tx, account)?;
                let user = store::users::NewUser {
                    id: UserId::new(id.clone()),
                    email: Email::parse("email", email)?,
                    name: email.clone(),
                    role: Role::Manager,
                    language: None,
                    zone: None,
                    password_hash: None,
                };
                store::users::insert(tx, account, &user, number, now)?;
            }
            let members: Vec<_> = people.iter().map(|(id, _)| UserId::new(id.clone())).collect();
            store::groups::insert_members(tx, account, &everybody.id, &members)
        })
        .await?;
    let scopes = ["all".to_owned()];
    let (_, key) = keys::add(ctx, &By::system(account), "bench", &scopes, None, None).await?;
    let mut members = Vec::with_capacity(users);
    for (id, _) in new {
        let token = tokens::issue(ctx, account, id.clone(), Some(TOKEN_S)).await?.token;
        members.push(Member { id, token });
    }
    Ok((account, key.unwrap_or_default(), members))
}
