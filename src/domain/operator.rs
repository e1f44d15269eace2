//! The operator: who runs the server for all accounts. He is nobody's user, and no account's caller is ever him.

use super::id::{OperatorId, SessionId};
use super::language::Language;

/// An operator whose session was found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInOperator {
    pub id: OperatorId,
    pub name: String,
    pub email: String,
    /// His own; without one, what his browser asks for.
    pub language: Option<Language>,
    pub session: SessionId,
}
