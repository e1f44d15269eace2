//! Every difference between SQLite and PostgreSQL that SQL texts of this crate can see.
//!
//! Deliberately small: the texts elsewhere in `store/` run unchanged on both engines (lower-case, `$n`, text and
//! bigint columns, no queries inside JSON). What cannot be said alike is said here, once.

/// The two databases that Bellwire runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Opens a transaction that will write. SQLite must take its write lock at once: a transaction that upgrades
    /// later fails as busy without waiting.
    pub(super) fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }

    /// Opens a transaction that reads one snapshot.
    pub(super) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "begin",
            Self::Postgres => "begin isolation level repeatable read read only",
        }
    }

    /// Ends a select that claims rows of the table called `w`: what other nodes hold is passed over, not waited for.
    /// SQLite has one writer and needs nothing.
    pub(super) fn claim(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update of w skip locked",
        }
    }

    /// As [`Engine::claim`], of what hangs on the rows as well: the table called `t`, which is read as it is now.
    pub(super) fn claim_with(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update of w, t skip locked",
        }
    }

    /// As [`Engine::hold`], of the rows of the table called `i` in a select that joins others.
    pub(super) fn hold_items(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update of i",
        }
    }

    /// Ends a select of one table's rows that will be written back: nobody else may write them between. SQLite has one
    /// writer and needs nothing.
    pub(super) fn hold(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// Rows per insert statement. PostgreSQL pays a round trip for each statement, SQLite only a step; the few fixed
    /// sizes keep the statement cache bounded.
    pub(super) fn insert_sizes(self) -> &'static [usize] {
        match self {
            Self::Sqlite => &[1],
            Self::Postgres => &[64, 16, 4, 1],
        }
    }

    /// A migration's text for this engine. Migrations are written in PostgreSQL's words; a SQLite table is `strict`,
    /// so that a wrong type is refused instead of stored, and strict tables know `integer` and not `bigint`.
    pub(super) fn schema(self, text: &str) -> String {
        match self {
            Self::Postgres => text.to_owned(),
            Self::Sqlite => text.replace(" bigint", " integer").replace("\n);", "\n) strict;"),
        }
    }

    /// The name that every row has, whatever its key is: to delete some rows of many.
    pub(super) fn row_name(self) -> &'static str {
        match self {
            Self::Sqlite => "rowid",
            Self::Postgres => "ctid",
        }
    }

    /// Renews what the planner knows of the tables. PostgreSQL keeps plans, and one that was made while a table was
    /// empty stays ten times slower; SQLite plans by the shape of its indexes, which is right for the texts here.
    #[must_use]
    pub fn analyze(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("analyze"),
        }
    }
}
