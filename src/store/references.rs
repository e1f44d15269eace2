//! What records refer to: sites, reference lists (statuses and the like), custom fields, and the account's choices.

use super::Tx;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{CustomField, CustomKind};

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub code: String,
    pub name: String,
    /// Where its own pages of an order and of a customer are: `https://crm.example/orders/{external_id}`.
    pub order_url: Option<String>,
    pub customer_url: Option<String>,
}

pub fn list_sites(tx: &mut Tx, account: Account) -> Result<Vec<Site>> {
    tx.query(
        "select code, name, order_url, customer_url from site where account = $1 order by code",
        &[&account.0],
        |row| {
            Ok(Site {
                code: row.get(0)?,
                name: row.get(1)?,
                order_url: row.get(2)?,
                customer_url: row.get(3)?,
            })
        },
    )
}

pub fn put_site(tx: &mut Tx, account: Account, site: &Site, now: i64) -> Result<()> {
    tx.execute(
        "insert into site (account, code, name, order_url, customer_url, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (account, code) do update set name = excluded.name, order_url = excluded.order_url,
             customer_url = excluded.customer_url",
        &[&account.0, &site.code, &site.name, &site.order_url, &site.customer_url, &now],
    )?;
    Ok(())
}

/// False: there was none.
pub fn delete_site(tx: &mut Tx, account: Account, code: &str) -> Result<bool> {
    Ok(tx.execute("delete from site where account = $1 and code = $2", &[&account.0, &code])? == 1)
}

/// An entry of a reference list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub list: String,
    pub code: String,
    pub name: String,
    /// A status's group.
    pub parent: Option<String>,
    pub ordering: i64,
    pub active: bool,
}

/// The entries of one list, or of all.
pub fn list_entries(tx: &mut Tx, account: Account, list: Option<&str>) -> Result<Vec<Entry>> {
    tx.query(
        "select list, code, name, parent, ordering, active from reference_entry
         where account = $1 and (cast($2 as text) is null or list = $2) order by list, ordering, code",
        &[&account.0, &list],
        |row| {
            Ok(Entry {
                list: row.get(0)?,
                code: row.get(1)?,
                name: row.get(2)?,
                parent: row.get(3)?,
                ordering: row.get(4)?,
                active: row.get::<i64>(5)? != 0,
            })
        },
    )
}

pub fn find_entry(tx: &mut Tx, account: Account, list: &str, code: &str) -> Result<Option<Entry>> {
    tx.query_row(
        "select name, parent, ordering, active from reference_entry
         where account = $1 and list = $2 and code = $3",
        &[&account.0, &list, &code],
        |row| {
            Ok(Entry {
                list: list.to_owned(),
                code: code.to_owned(),
                name: row.get(0)?,
                parent: row.get(1)?,
                ordering: row.get(2)?,
                active: row.get::<i64>(3)? != 0,
            })
        },
    )
}

pub fn put_entry(tx: &mut Tx, account: Account, entry: &Entry) -> Result<()> {
    tx.execute(
        "insert into reference_entry (account, list, code, name, parent, ordering, active)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (account, list, code) do update set name = excluded.name, parent = excluded.parent,
             ordering = excluded.ordering, active = excluded.active",
        &[
            &account.0,
            &entry.list,
            &entry.code,
            &entry.name,
            &entry.parent,
            &entry.ordering,
            &i64::from(entry.active),
        ],
    )?;
    Ok(())
}

/// Adds an entry that is not there yet; one that is stays as it is.
pub fn insert_entry(tx: &mut Tx, account: Account, list: &str, code: &str, name: &str) -> Result<()> {
    tx.execute(
        "insert into reference_entry (account, list, code, name, ordering, active)
         values ($1, $2, $3, $4, 990, 1) on conflict do nothing",
        &[&account.0, &list, &code, &name],
    )?;
    Ok(())
}

/// False: there was none.
pub fn delete_entry(tx: &mut Tx, account: Account, list: &str, code: &str) -> Result<bool> {
    let deleted = tx.execute(
        "delete from reference_entry where account = $1 and list = $2 and code = $3",
        &[&account.0, &list, &code],
    )?;
    Ok(deleted == 1)
}

/// The custom fields of one type of record.
pub fn list_custom_fields(
    tx: &mut Tx,
    account: Account,
    record_type: RecordType,
) -> Result<Vec<CustomField>> {
    tx.query(
        "select code, name, type, dictionary from custom_field
         where account = $1 and record_type = $2 order by code",
        &[&account.0, &record_type.name()],
        |row| {
            let kind: String = row.get(2)?;
            Ok(CustomField {
                record_type,
                code: row.get(0)?,
                name: row.get(1)?,
                kind: CustomKind::parse(&kind).unwrap_or(CustomKind::String),
                dictionary: row.get(3)?,
            })
        },
    )
}

pub fn put_custom_field(tx: &mut Tx, account: Account, field: &CustomField, now: i64) -> Result<()> {
    tx.execute(
        "insert into custom_field (account, record_type, code, name, type, dictionary, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (account, record_type, code) do update set name = excluded.name,
             dictionary = excluded.dictionary",
        &[
            &account.0,
            &field.record_type.name(),
            &field.code,
            &field.name,
            &field.kind.name(),
            &field.dictionary,
            &now,
        ],
    )?;
    Ok(())
}

/// An account's choice that has a default, as JSON.
pub fn find_choice(tx: &mut Tx, account: Account, name: &str) -> Result<Option<String>> {
    tx.query_row(
        "select value from account_choice where account = $1 and name = $2",
        &[&account.0, &name],
        |row| row.get(0),
    )
}

pub fn put_choice(tx: &mut Tx, account: Account, name: &str, value: &str) -> Result<()> {
    tx.execute(
        "insert into account_choice (account, name, value) values ($1, $2, $3)
         on conflict (account, name) do update set value = excluded.value",
        &[&account.0, &name, &value],
    )?;
    Ok(())
}
