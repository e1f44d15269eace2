//! A marketing rule, ready to be asked about customers.

use super::crowd::Lens;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::marketing::Scenario;
use crate::domain::marketing::draft::MarketingRule;
use crate::domain::marketing::mechanic::{Mechanic, Occasion, Standing};
use crate::domain::rule::{RuleRef, RuleType};
use crate::flows::rules::cache;
use crate::flows::rules::stage::Stagehand;
use crate::store::records::Record;
use crate::store::{Tx, marketing, rules};

pub struct Ready {
    pub named: RuleRef,
    pub version: i64,
    pub draft: MarketingRule,
    pub scenario: Scenario,
    pub lens: Lens,
}

impl Ready {
    /// The rule of this id, if it is there and on.
    ///
    /// # Errors
    /// What the store says.
    pub fn load(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Self>> {
        let rule = rules::find(tx, account, RuleType::MarketingRule, id)?;
        let Some(rule) = rule.filter(|rule| rule.active && rule.deleted_at.is_none()) else {
            return Ok(None);
        };
        let draft: MarketingRule = cache::read(&rule)?;
        let lens = Lens::load(tx, account, &draft.segments)?;
        let scenario = draft.scenario();
        Ok(Some(Self { named: rule.named(), version: rule.version, draft, scenario, lens }))
    }

    /// Whether it waits for somebody to come into a segment.
    #[must_use]
    pub fn watches_segments(&self) -> bool {
        self.draft.mechanic == (Mechanic::SegmentEntered {})
    }

    /// The occasion that a customer has by what is known of him now, as of an instant; and whether he is in a segment.
    /// `since` is when his cart was left, or when he came into a segment.
    ///
    /// # Errors
    /// What the store says.
    pub fn look(
        &self,
        tx: &mut Tx,
        hand: &Stagehand,
        record: &Record,
        since: i64,
        at: i64,
    ) -> Result<(Option<Occasion>, bool)> {
        let id = record.id.as_str();
        let orders = marketing::list_orders(tx, hand.account(), &[id])?.pop();
        let standing = Standing {
            state: Some(&record.state),
            orders: orders.as_ref().map_or(0, |(_, orders, _)| *orders),
            last_order_at: orders.map(|(_, _, last)| last),
            cart_left_at: Some(since),
            entered_at: Some(since),
        };
        let occasion = self.scenario.occasion(&standing, at, hand.zone());
        Ok((occasion, self.lens.holds(tx, hand, record)?))
    }
}
