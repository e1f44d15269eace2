//! Triggers and marketing rules that keep failing: told to their account, with the way to the action log.

use std::collections::BTreeSet;

use super::Reading;
use crate::domain::condition::{ConditionCode, Level, Limits};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::rule::RuleType;
use crate::domain::rule::failing::in_a_row;
use crate::flows::Ctx;
use crate::ids::Ids;
use crate::store::conditions::Held;
use crate::store::rules::{self, Rule};
use crate::store::{Tx, readings};

/// What went wrong within this time is looked at; everything does once, because it is looked each minute.
const LATELY_MS: i64 = 3_600_000;

/// Reads those that something went wrong with lately, and those that are known to fail.
pub(super) async fn read(ctx: &Ctx, limits: &Limits, standing: &[Held]) -> Result<Vec<Reading>> {
    let since = ctx.now() - LATELY_MS;
    let failing: BTreeSet<(Account, String)> = standing
        .iter()
        .filter(|held| held.code == ConditionCode::RuleFailing.name())
        .filter_map(|held| Some((held.account?, held.subject.split_once('/')?.1.to_owned())))
        .collect();
    let first = Ids::first_of(since);
    let read = move |tx: &mut Tx| {
        let mut looked_at = failing.clone();
        looked_at.extend(readings::list_stumbling(tx, since, &first)?);
        let mut found = Vec::new();
        for (account, id) in looked_at {
            // One that is switched off or gone is not read, and so its condition is over.
            if let Some(rule) = find(tx, account, &id)? {
                let came = readings::list_came(tx, account, &id)?;
                let failures = in_a_row(&came, rule.updated_at);
                found.push((account, rule, failures));
            }
        }
        Ok(found)
    };
    let found = ctx.store.read(read).await?;
    Ok(found
        .into_iter()
        .map(|(account, rule, failures)| {
            let level = Level::rule(failures, limits);
            let link = Some(format!("/action-log?status=error&rule={}", rule.id));
            let values = vec![("rule", rule.name), ("count", failures.to_string())];
            let reading = Reading::of_account(ConditionCode::RuleFailing, account, &rule.id, level);
            Reading { values, link, ..reading }
        })
        .collect())
}

fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Rule>> {
    for sort in RuleType::ACTIVE {
        if let Some(rule) = rules::find(tx, account, sort, id)? {
            return Ok(Some(rule).filter(|rule| rule.active && rule.deleted_at.is_none()));
        }
    }
    Ok(None)
}
