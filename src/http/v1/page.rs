//! The size of a page, alike for every list.

use crate::domain::error::{Error, Fault, Result};

const USUAL: i64 = 30;
const MOST: i64 = 100;

/// Items of a page: 1–100, 30 if absent.
///
/// # Errors
/// `limit` is named when it is out of range.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(USUAL),
        Some(limit) if limit < 1 => Err(Error::field("limit", Fault::NotANumber)),
        Some(limit) => Ok(limit.min(MOST)),
    }
}
