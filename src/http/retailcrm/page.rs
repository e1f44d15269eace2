//! Pages by number, as this API counts them.

use serde_json::{Value as Json, json};

use super::answer::{Refusal, Result};
use super::params::Params;

/// The lengths that a page may have; the first if none is asked for.
const LENGTHS: [i64; 4] = [20, 50, 100, 250];
/// Beyond it a filter or `sinceId` is the better way.
const LAST: i64 = 1_000_000;

/// A page that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    pub limit: i64,
    page: i64,
}

impl Paging {
    /// # Errors
    /// `limit` is none of the lengths, `page` no number from 1.
    pub fn read(params: &Params) -> Result<Self> {
        let mut faults = Vec::new();
        let limit = params.text("limit").map_or(Some(LENGTHS[0]), |text| text.parse().ok());
        let limit = limit.filter(|limit| LENGTHS.contains(limit)).unwrap_or_else(|| {
            faults.push(("limit".to_owned(), "This must be one of 20, 50, 100, 250".to_owned()));
            0
        });
        let page = params.text("page").map_or(Some(1), |text| text.parse().ok());
        let page = page.filter(|page| (1..=LAST).contains(page)).unwrap_or_else(|| {
            faults.push(("page".to_owned(), "This must be a whole number from 1".to_owned()));
            0
        });
        if faults.is_empty() { Ok(Self { limit, page }) } else { Err(Refusal::input_all(faults)) }
    }

    pub fn offset(self) -> i64 {
        (self.page - 1) * self.limit
    }

    /// The items of this page, of all.
    pub fn of<T>(self, items: Vec<T>) -> (Vec<T>, Json) {
        let answer = self.answer(items.len() as i64);
        (items.into_iter().skip(self.offset() as usize).take(self.limit as usize).collect(), answer)
    }

    pub fn answer(self, total: i64) -> Json {
        json!({
            "limit": self.limit,
            "totalCount": total,
            "currentPage": self.page,
            "totalPageCount": (total + self.limit - 1) / self.limit,
        })
    }
}
