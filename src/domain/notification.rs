//! A notification as it is kept: what it says in each language, to whom it was sent, until when.

use super::id::{EventId, NotificationId};
use super::plan::Content;

/// A notification that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub id: NotificationId,
    pub event: EventId,
    pub content: Content,
    pub created_at: i64,
    /// Recalled, expired, or its reason gone.
    pub withdrawn_at: Option<i64>,
}
