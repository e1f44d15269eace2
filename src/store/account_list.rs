//! The accounts of the server, as its operators look through them: how each stands, and nothing of what is in it.

use super::Tx;
use super::account_terms::Terms;
use super::announcements::Label;
use super::tx::Row;
use crate::domain::account_state::AccountState;
use crate::domain::error::Result;
use crate::domain::limits::AccountLimits;

/// What an account is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub number: i64,
    pub id: String,
    pub code: String,
    pub name: String,
}

/// The names of accounts in a state (`None`: any), from after a number on, in order of number.
pub fn list_names(tx: &mut Tx, state: Option<AccountState>, after: i64, most: i64) -> Result<Vec<Name>> {
    let state = state.map_or("", AccountState::name);
    tx.query(
        "select number, id, code, name from account
         where number > $1 and (cast($2 as text) = ''
             or ($2 = 'open' and suspended_at is null and delete_at is null)
             or ($2 = 'suspended' and suspended_at is not null and delete_at is null)
             or ($2 = 'deleted' and delete_at is not null))
         order by number limit $3",
        &[&after, &state, &most],
        |row| Ok(Name { number: row.get(0)?, id: row.get(1)?, code: row.get(2)?, name: row.get(3)? }),
    )
}

/// An account with what the operator calls it, and how many people it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    pub terms: Terms,
    pub label: Label,
    /// Who can be told something: neither locked nor removed.
    pub people: i64,
    pub administrators: i64,
    pub last_seen_at: Option<i64>,
}

fn read(row: &Row) -> Result<Overview> {
    Ok(Overview {
        terms: Terms {
            number: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            created_at: row.get(3)?,
            limits: AccountLimits {
                users: row.get(4)?,
                events_per_minute: row.get(5)?,
                calls_per_minute: row.get(6)?,
            },
            suspended_at: row.get(7)?,
            suspended_reason: row.get(8)?,
            delete_at: row.get(9)?,
            users: row.get(10)?,
        },
        label: Label { plan: row.get(11)?, version: row.get(12)? },
        people: row.get(13)?,
        administrators: row.get(14)?,
        last_seen_at: row.get(15)?,
    })
}

/// The accounts of these ids, in order of number.
pub fn list(tx: &mut Tx, ids: &[&str]) -> Result<Vec<Overview>> {
    let mut found = tx.query_in(
        "select n.number, n.code, n.name, n.created_at, n.most_users, n.events_per_minute, n.calls_per_minute,
             n.suspended_at, n.suspended_reason, n.delete_at,
             (select count(*) from app_user u where u.account = n.number and u.removed_at is null),
             l.plan, l.version,
             (select count(*) from app_user u where u.account = n.number
                 and u.locked_at is null and u.removed_at is null),
             (select count(*) from app_user u where u.account = n.number and u.role = 'administrator'
                 and u.locked_at is null and u.removed_at is null),
             (select max(u.last_seen_at) from app_user u where u.account = n.number)
         from account n left join account_label l on l.account = n.number where n.id in ({in})",
        &[],
        ids,
        read,
    )?;
    found.sort_by_key(|account| account.terms.number);
    Ok(found)
}
