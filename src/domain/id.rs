//! Ids as types, so that a user's id cannot stand where an event's is wanted. They are opaque outside (UUIDv7).

/// An account's number: the first part of every key. Its public id and code are in the account row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Account(pub i64);

impl Account {
    /// No account: what is kept of the server itself.
    pub const SERVER: Self = Self(0);
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn new(id: String) -> Self {
                Self(id)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A user, unique within the account.
    UserId;
    /// A group of users.
    GroupId;
    /// An event; a one-time notification has the id of its event.
    EventId;
    /// A notification.
    NotificationId;
    /// An inbox item.
    ItemId;
    /// An API key (its row, not its secret).
    KeyId;
    /// A task.
    TaskId;
    /// An operator of the server.
    OperatorId;
    /// Something that is told to accounts; its events and notifications have its id as well.
    AnnouncementId;
    /// A session (the SHA-256 of its secret).
    SessionId;
}
