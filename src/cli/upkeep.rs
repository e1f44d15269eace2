//! Commands of running a server for others: accounts' limits, suspension and end, letters that a restore holds, what is kept
//! of a person. Each is a value, as those of `admin` are, and done where they are done.

use std::time::Duration;

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::admin::{self, AdminCommand, Of, Outcome, Place};
use super::{Result, remark};
use crate::domain::id::Account;
use crate::domain::limits::AccountLimits;
use crate::domain::record::RecordType;
use crate::flows::accounts::terms::{self, Hand};
use crate::flows::change::By;
use crate::flows::records::external_key;
use crate::flows::{Ctx, erasure, restored};
use crate::render::instant::to_rfc3339;
use crate::store::account_terms::Terms;
use crate::store::deliveries::Held;
use crate::store::records::{self, Key};
use crate::store::users;

#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// Send the letters that a restore holds
    Release(MailArgs),
    /// End the letters that a restore holds, without sending them
    Discard(MailArgs),
}

#[derive(clap::Args)]
pub(super) struct MailArgs {
    /// The code of an account [default: all]
    #[arg(long, value_name = "CODE")]
    account: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
pub(super) enum PersonCommand {
    /// Print all that is kept, as JSON
    Export {
        /// The external id or the id here
        id: String,
        #[command(flatten)]
        of: Of,
    },
    /// Erase it for good; there is no way back
    Erase {
        /// The external id or the id here
        id: String,
        /// Says that there is no way back
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        of: Of,
    },
}

/// What is done, as it also travels over the control socket.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Act {
    Settle { account: Option<String>, held: Held },
    ListAccounts {},
    Limit { account: String, limits: AccountLimits },
    Suspend { account: String, reason: String },
    Resume { account: String },
    Delete { account: String, grace_s: u64 },
    Restore { account: String },
    ExportUser { account: String, user: String },
    EraseUser { account: String, user: String },
    ExportCustomer { account: String, customer: String },
    EraseCustomer { account: String, customer: String },
}

pub(super) async fn mail(command: MailCommand) -> Result<()> {
    let (held, MailArgs { account, place }) = match command {
        MailCommand::Release(args) => (Held::Release, args),
        MailCommand::Discard(args) => (Held::Discard, args),
    };
    admin::carry_out(place, AdminCommand::Upkeep(Act::Settle { account, held })).await
}

pub(super) async fn customer(command: PersonCommand) -> Result<()> {
    let (act, place) = match command {
        PersonCommand::Export { id, of } => {
            let (account, place) = of.parts();
            (Act::ExportCustomer { account, customer: id }, place)
        }
        PersonCommand::Erase { id, yes, of } => {
            sure(yes)?;
            let (account, place) = of.parts();
            (Act::EraseCustomer { account, customer: id }, place)
        }
    };
    admin::carry_out(place, AdminCommand::Upkeep(act)).await
}

/// What cannot be undone is said twice.
pub(super) fn sure(yes: bool) -> Result<()> {
    if yes { Ok(()) } else { Err("this cannot be undone; say --yes".to_owned()) }
}

/// The grace of an account that is deleted, by the settings of this command.
pub(super) async fn delete_account(account: String, place: Place) -> Result<()> {
    let settings = place.settings()?;
    let grace_s = settings.running.account_grace.as_secs();
    let command = AdminCommand::Upkeep(Act::Delete { account, grace_s });
    let outcome = admin::done(&settings, &crate::clock::Clock::System, &command).await?;
    remark(&outcome.remark);
    Ok(())
}

/// Does it.
pub(super) async fn execute(ctx: &Ctx, act: Act) -> Result<Outcome> {
    let said = admin::said;
    let hand = |account: String| async move { admin::find(ctx, &account).await.map(Hand::shell) };
    let told = |remark: String| Ok(Outcome { result: None, remark });
    match act {
        Act::Settle { account, held } => {
            let count = restored::settle(ctx, account, held).await.map_err(said)?;
            let what = if held == Held::Release { "released" } else { "discarded" };
            told(format!("{what} {count} letters"))
        }
        Act::ListAccounts {} => {
            let terms = terms::list(ctx).await.map_err(said)?;
            let lines: Vec<String> = terms.iter().map(line).collect();
            Ok(Outcome { result: Some(lines.join("\n")), remark: format!("{} accounts", terms.len()) })
        }
        Act::Limit { account, limits } => {
            let terms = terms::limit(ctx, &hand(account).await?, limits).await.map_err(said)?.value;
            told(format!("the account {} has {}", terms.code, limits_in_words(terms.limits)))
        }
        Act::Suspend { account, reason } => {
            let terms = terms::suspend(ctx, &hand(account).await?, &reason).await.map_err(said)?.value;
            told(format!("suspended the account {}: nobody gets in, nothing is sent", terms.code))
        }
        Act::Resume { account } => {
            let terms = terms::resume(ctx, &hand(account).await?).await.map_err(said)?.value;
            told(format!("the account {} is open again", terms.code))
        }
        Act::Delete { account, grace_s } => {
            let hand = hand(account).await?;
            let terms = terms::delete(ctx, &hand, Duration::from_secs(grace_s)).await.map_err(said)?.value;
            let at = terms.delete_at.map(to_rfc3339).unwrap_or_default();
            told(format!(
                "the account {} is closed; its rows go at {at}: bellwire account restore has it back",
                terms.code
            ))
        }
        Act::Restore { account } => {
            let terms = terms::restore(ctx, &hand(account).await?).await.map_err(said)?.value;
            told(format!("the account {} is back and open", terms.code))
        }
        act => person(ctx, act).await,
    }
}

async fn person(ctx: &Ctx, act: Act) -> Result<Outcome> {
    let said = admin::said;
    let printed = |export: erasure::Export| {
        let text = serde_json::to_string_pretty(&export).map_err(|error| error.to_string())?;
        Ok(Outcome { result: Some(text), remark: "this is all that is kept".to_owned() })
    };
    let erased = |done: erasure::Erased| {
        let remark = format!(
            "erased; {} rows were deleted or changed. Older backups still have them until they are removed",
            done.rows
        );
        Ok(Outcome { result: None, remark })
    };
    match act {
        Act::ExportUser { account, user } => {
            let (by, id) = find_user(ctx, &account, user).await?;
            printed(erasure::export_user(ctx, &by, id).await.map_err(said)?)
        }
        Act::EraseUser { account, user } => {
            let (by, id) = find_user(ctx, &account, user).await?;
            erased(erasure::erase_user(ctx, &by, id).await.map_err(said)?)
        }
        Act::ExportCustomer { account, customer } => {
            let (by, id) = find_customer(ctx, &account, customer).await?;
            printed(erasure::export_customer(ctx, &by, id).await.map_err(said)?)
        }
        Act::EraseCustomer { account, customer } => {
            let (by, id) = find_customer(ctx, &account, customer).await?;
            erased(erasure::erase_customer(ctx, &by, id).await.map_err(said)?)
        }
        _ => Err("this is no command about a person".to_owned()),
    }
}

async fn find_user(ctx: &Ctx, account: &str, user: String) -> Result<(By, String)> {
    let account = admin::find(ctx, account).await?;
    let wanted = user.clone();
    let found = ctx.store.read(move |tx| {
        let by_name = users::find_by_email_or_id(tx, account, &wanted)?;
        by_name.map_or_else(|| users::find(tx, account, &wanted), |user| Ok(Some(user)))
    });
    let found = found.await.map_err(admin::said)?.ok_or_else(|| format!("there is no user {user}"))?;
    Ok((By::system(account), found.id.to_string()))
}

async fn find_customer(ctx: &Ctx, account: &str, customer: String) -> Result<(By, String)> {
    let account: Account = admin::find(ctx, account).await?;
    let wanted = customer.clone();
    let found = ctx.store.read(move |tx| {
        let by_id = records::find_any(tx, account, &wanted)?;
        let key = Key::External(external_key("", &wanted));
        by_id.map_or_else(|| records::find(tx, account, RecordType::Customer, &key), |found| Ok(Some(found)))
    });
    let found =
        found.await.map_err(admin::said)?.ok_or_else(|| format!("there is no customer {customer}"))?;
    Ok((By::system(account), found.id.to_string()))
}

/// An account in one line, for scripts: code, state, users, limits, name.
fn line(terms: &Terms) -> String {
    let state = match (terms.delete_at, terms.suspended_at) {
        (Some(at), _) => format!("deleted:{}", to_rfc3339(at)),
        (None, Some(_)) => "suspended".to_owned(),
        (None, None) => "open".to_owned(),
    };
    let limit = |limit: Option<i64>| limit.map_or("-".to_owned(), |limit| limit.to_string());
    let AccountLimits { users, events_per_minute, calls_per_minute } = terms.limits;
    let limits = [users, events_per_minute, calls_per_minute].map(limit).join("\t");
    format!("{}\t{state}\t{}\t{limits}\t{}", terms.code, terms.users, terms.name)
}

fn limits_in_words(limits: AccountLimits) -> String {
    let word = |limit: Option<i64>, what: &str| {
        limit.map_or(format!("no limit of {what}"), |limit| format!("at most {limit} {what}"))
    };
    [
        word(limits.users, "users"),
        word(limits.events_per_minute, "events a minute"),
        word(limits.calls_per_minute, "calls a minute"),
    ]
    .join(", ")
}
