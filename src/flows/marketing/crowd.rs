//! Customers as segments see them: in batches by number, narrowed down by what stands in columns, the rest asked one by one.

use crate::domain::error::Result;
use crate::domain::expression::{Expression, Limits, Stopped};
use crate::domain::id::Account;
use crate::domain::marketing::segment::{Narrowed, narrow};
use crate::domain::record::RecordType;
use crate::flows::rules::stage::Stagehand;
use crate::store::records::{self, Order, Record, Wanted};
use crate::store::{Tx, segments};

/// Whether a condition holds, or that it takes too long to find out.
type Answer = std::result::Result<bool, Stopped>;

/// A condition over a customer, ready to be asked.
pub struct Lens {
    conditions: Vec<(Expression, bool)>,
    /// Whether it lets everybody through.
    is_open: bool,
}

/// Whether a condition reads what only a look at other tables tells: names of codes, of users, of groups.
fn reads_names(condition: &Expression) -> bool {
    condition.reads().paths.iter().any(|path| {
        let mut parts = path.split('.').skip(1);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(_), None, None) => false,
            (Some(_), Some(last), None) => !matches!(last, "code" | "id"),
            _ => true,
        }
    })
}

impl Lens {
    #[must_use]
    pub fn of(condition: Expression) -> Self {
        let reads_names = reads_names(&condition);
        Self { conditions: vec![(condition, reads_names)], is_open: false }
    }

    /// Whoever is in one of the segments; everybody, if none is named.
    ///
    /// # Errors
    /// What the store says.
    pub fn load(tx: &mut Tx, account: Account, ids: &[String]) -> Result<Self> {
        let mut lens = Self { conditions: Vec::new(), is_open: ids.is_empty() };
        for id in ids {
            let segment = segments::find(tx, account, id)?;
            // One that is gone, or does not read any more, has nobody in it.
            let condition = segment.and_then(|segment| Expression::condition(&segment.condition).ok());
            lens.conditions.extend(condition.map(|condition| {
                let reads_names = reads_names(&condition);
                (condition, reads_names)
            }));
        }
        Ok(lens)
    }

    /// What the database can leave out.
    #[must_use]
    pub fn narrowed(&self) -> Narrowed {
        match self.conditions.as_slice() {
            [(condition, _)] => narrow(condition),
            _ => Narrowed { exact: self.is_open, ..Narrowed::default() },
        }
    }

    /// Whether a customer is among them. A condition that takes too long for him does not hold.
    ///
    /// # Errors
    /// What the store says.
    pub fn holds(&self, tx: &mut Tx, hand: &Stagehand, record: &Record) -> Result<bool> {
        Ok(self.ask(tx, hand, record)?.unwrap_or(false))
    }

    /// As [`Lens::holds`], and whether that can be found out at all.
    ///
    /// # Errors
    /// What the store says.
    pub fn ask(&self, tx: &mut Tx, hand: &Stagehand, record: &Record) -> Result<Answer> {
        if self.is_open {
            return Ok(Ok(true));
        }
        let mut answer = Ok(false);
        let shown = hand.shown(record.clone());
        for (condition, reads_names) in &self.conditions {
            let scene = if *reads_names {
                hand.of_record(tx, Some(shown.clone()))?.scene
            } else {
                hand.bare("customer", &shown)
            };
            match condition.holds(&scene, Limits::default()) {
                Ok(true) => return Ok(Ok(true)),
                Ok(false) => {}
                Err(stopped) => answer = Err(stopped),
            }
        }
        Ok(answer)
    }
}

/// The customers that a filter finds, from the lowest number on.
#[must_use]
pub fn wanted(narrowed: Narrowed) -> Wanted {
    Wanted {
        managers: narrowed.managers.unwrap_or_default(),
        sites: narrowed.sites.unwrap_or_default(),
        sum_from: narrowed.sum_from,
        sum_to: narrowed.sum_to,
        custom: narrowed.custom,
        order: Order::NumberUp,
        ..Wanted::default()
    }
}

/// The next customers behind a number.
///
/// # Errors
/// What the store says.
pub fn next(tx: &mut Tx, account: Account, narrowed: Narrowed, after: i64, most: i64) -> Result<Vec<Record>> {
    let wanted = Wanted { after: Some((after + 1, String::new())), most, ..wanted(narrowed) };
    records::list(tx, account, RecordType::Customer, &wanted)
}
