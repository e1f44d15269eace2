//! The people of the stories. Written with the store's own statements, so that a story begins in a moment; that
//! people can be invited, changed and removed through the door is told by stories of their own.

use std::sync::LazyLock;

use argon2::PasswordHasher as _;
use bellwire::domain::code::Code;
use bellwire::domain::email::Email;
use bellwire::domain::error::Result;
use bellwire::domain::id::{Account, GroupId, UserId};
use bellwire::domain::language::Language;
use bellwire::domain::rights::{Rights, Role};
use bellwire::domain::zone::Zone;
use bellwire::ids::Ids;
use bellwire::store::groups::NewGroup;
use bellwire::store::users::NewUser;
use bellwire::store::{Param, Tx, accounts, groups, users};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";
/// Its hash, made once.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let hash = argon2::Argon2::default().hash_password_with_salt(PASSWORD.as_bytes(), b"bellwire stories");
    hash.expect("a password can be hashed").to_string()
});

/// A person as the cast list has him.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub name: &'static str,
    pub role: Role,
    pub language: Option<Language>,
    /// Codes of groups.
    pub groups: &'static [&'static str],
}

const fn person(
    name: &'static str,
    role: Role,
    language: Option<Language>,
    groups: &'static [&'static str],
) -> Person {
    Person { name, role, language, groups }
}

/// The account `main`: Root runs it, Ann and Bob may send, Cyd may not, Dan is in no group.
pub const MAIN: &[Person] = &[
    person("Root", Role::Administrator, None, &[]),
    person("Ann", Role::Manager, None, &["sales"]),
    person("Bob", Role::Manager, Some(Language::Ru), &["sales", "support"]),
    person("Cyd", Role::Manager, Some(Language::Es), &["support"]),
    person("Dan", Role::Manager, None, &[]),
];

/// Another account, with a group of the same code: Eve runs it, Mal may send.
pub const OTHER: &[Person] =
    &[person("Eve", Role::Administrator, None, &[]), person("Mal", Role::Manager, None, &["sales"])];

/// A group's code, its name, and whether its members may send.
pub const GROUPS: &[(&str, &str, bool)] = &[("sales", "Sales", true), ("support", "Support", false)];

/// Writes people and their groups into an account; answers the ids by name.
pub fn write(
    tx: &mut Tx,
    ids: &Ids,
    account: Account,
    people: &[Person],
    now: i64,
) -> Result<Vec<(String, UserId)>> {
    let mut group_ids = Vec::new();
    for (code, name, may_send) in GROUPS {
        group_ids.push((*code, write_group(tx, ids, account, (code, name, *may_send), now)?));
    }
    let mut written = Vec::new();
    for person in people {
        let id = write_person(tx, ids, account, (person.name, person.role, person.language), now)?;
        for (_, group) in group_ids.iter().filter(|(code, _)| person.groups.contains(code)) {
            groups::insert_members(tx, account, group, std::slice::from_ref(&id))?;
        }
        written.push((person.name.to_lowercase(), id));
    }
    Ok(written)
}

/// Writes a group of managers called `crowd 0`, `crowd 1` … in few statements.
pub fn write_crowd(
    tx: &mut Tx,
    ids: &Ids,
    account: Account,
    code: &str,
    size: usize,
    now: i64,
) -> Result<Vec<(String, UserId)>> {
    let group = write_group(tx, ids, account, (code, code, false), now)?;
    let crowd: Vec<(String, UserId)> =
        (0..size).map(|number| (format!("{code} {number}"), UserId::new(ids.next(now)))).collect();
    let before = accounts::next_number(tx, account)?;
    let addresses: Vec<String> = crowd.iter().map(|(name, _)| email(name)).collect();
    let numbers: Vec<i64> = (before..).take(size).collect();
    let texts: Vec<&str> = crowd.iter().map(|(_, id)| id.as_str()).collect();
    let (role, hash) = (Role::Manager.name(), HASH.as_str());
    let rows = crowd.iter().zip(&addresses).zip(numbers.iter().zip(&texts));
    let rows = rows.map(|(((name, _), address), (number, id))| {
        vec![&account.0 as &dyn Param, id, number, address, address, name, name, &role, &hash, &now, &now]
    });
    tx.insert_many(
        "app_user (account, id, number, email, email_key, name, search, role, password_hash,
             access_changed_at, created_at)",
        "",
        &rows.collect::<Vec<_>>(),
    )?;
    tx.execute(
        "update account set last_number = last_number + $2 where number = $1",
        &[&account.0, &(size as i64)],
    )?;
    let members: Vec<UserId> = crowd.iter().map(|(_, id)| id.clone()).collect();
    groups::insert_members(tx, account, &group, &members)?;
    Ok(crowd)
}

fn write_group(
    tx: &mut Tx,
    ids: &Ids,
    account: Account,
    group: (&str, &str, bool),
    now: i64,
) -> Result<GroupId> {
    let (code, name, may_send_notifications) = group;
    let id = GroupId::new(ids.next(now));
    let rights = Rights { may_send_notifications, ..Rights::NEW_GROUP };
    let new = NewGroup { id: id.clone(), code: Code::parse("code", code)?, name: name.into(), rights };
    let number = accounts::next_number(tx, account)?;
    groups::insert(tx, account, &new, number, now)?;
    Ok(id)
}

fn write_person(
    tx: &mut Tx,
    ids: &Ids,
    account: Account,
    person: (&str, Role, Option<Language>),
    now: i64,
) -> Result<UserId> {
    let (name, role, language) = person;
    let id = UserId::new(ids.next(now));
    let new = NewUser {
        id: id.clone(),
        email: Email::parse("email", &email(name))?,
        name: name.into(),
        role,
        language,
        zone: None,
        password_hash: Some(HASH.clone()),
    };
    let number = accounts::next_number(tx, account)?;
    users::insert(tx, account, &new, number, now)?;
    Ok(id)
}

/// `ann@example.com`
pub fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "-"))
}

/// An account to be written.
pub fn new_account(ids: &Ids, code: &str, now: i64) -> accounts::NewAccount {
    accounts::NewAccount {
        id: ids.next(now),
        code: Code::parse("code", code).unwrap(),
        name: "Other".into(),
        zone: Zone::parse("zone", "UTC").unwrap(),
        language: Language::En,
    }
}
