//! The accounts of the server as an operator finds them. What is in them is not his to see.

use crate::domain::account_state::AccountState;
use crate::domain::code::fold;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::flows::Ctx;
use crate::store::account_list::{self, Name, Overview};
use crate::store::{Tx, accounts};

/// Names that are looked at with one statement.
const AT_ONCE: i64 = 500;

/// Which accounts are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What code or name have in them, without regard to case; empty: anything.
    pub part: String,
    pub state: Option<AccountState>,
    pub after: Option<i64>,
    pub most: i64,
}

/// A page of the accounts of the server, and what asks for the next.
///
/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, wanted: Wanted) -> Result<(Vec<Overview>, Option<i64>)> {
    ctx.store
        .read(move |tx| {
            let most = usize::try_from(wanted.most).unwrap_or_default();
            let mut found = names(tx, &wanted, most + 1)?;
            let has_more = found.len() > most;
            found.truncate(most);
            let next = found.last().filter(|_| has_more).map(|last| last.number);
            let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
            Ok((account_list::list(tx, &ids)?, next))
        })
        .await
}

/// The first `most` names that fit. They are compared here, because no database folds the letters of every language: a
/// server has few accounts, beside what is in them.
fn names(tx: &mut Tx, wanted: &Wanted, most: usize) -> Result<Vec<Name>> {
    let part = fold(wanted.part.trim());
    let (mut found, mut after) = (Vec::new(), wanted.after.unwrap_or_default());
    loop {
        let some = account_list::list_names(tx, wanted.state, after, AT_ONCE)?;
        let Some(last) = some.last() else { return Ok(found) };
        after = last.number;
        found.extend(
            some.into_iter().filter(|one| one.code.contains(&part) || fold(&one.name).contains(&part)),
        );
        if found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// The account of this code.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, code: String) -> Result<(Account, Overview)> {
    ctx.store
        .read(move |tx| {
            let account = accounts::find_by_code(tx, &code)?.ok_or(Error::NotFound)?;
            let names = account_list::list_names(tx, None, account.0 - 1, 1)?;
            let ids: Vec<&str> = names.iter().map(|one| one.id.as_str()).collect();
            let overview = account_list::list(tx, &ids)?.pop().ok_or(Error::NotFound)?;
            Ok((account, overview))
        })
        .await
}
