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
use bellwire::store::{Tx, accounts, groups, users};

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

/// Writes a group of managers called `crowd 0`, `crowd 1` …
pub fn write_crowd(
    tx: &mut Tx,
    ids: &Ids,
    account: Account,
    code: &str,
    size: usize,
    now: i64,
) -> Result<Vec<(String, UserId)>> {
    let group = write_group(tx, ids, account, (code, code, false), now)?;
    let mut written = Vec::with_capacity(size);
    for number in 0..size {
        let name = format!("{code} {number}");
        let id = write_person(tx, ids, account, (&name, Role::Manager, None), now)?;
        written.push((name, id));
    }
    let members: Vec<UserId> = written.iter().map(|(_, id)| id.clone()).collect();
    groups::insert_members(tx, account, &group, &members)?;
    Ok(written)
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
