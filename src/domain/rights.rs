//! Roles, and the rights that a user's groups add up to.

use super::kind::names;

names! {
    /// A user's role in the account.
    Role {
        Administrator = "administrator",
        Manager = "manager",
    }
}

names! {
    /// Which records a group sees.
    Sees {
        All = "all",
        Sites = "sites",
        Own = "own",
    }
}

/// What a user may do. Rights of several groups add up; an administrator has all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Rights {
    pub may_send_notifications: bool,
    pub may_edit_rules: bool,
    pub sees: Sees,
}

impl Rights {
    /// The rights of a new group (product, §14): may send, sees all.
    pub const NEW_GROUP: Self = Self { may_send_notifications: true, may_edit_rules: false, sees: Sees::All };
    const ALL: Self = Self { may_send_notifications: true, may_edit_rules: true, sees: Sees::All };
    const NONE: Self = Self { may_send_notifications: false, may_edit_rules: false, sees: Sees::Own };

    /// The rights of a user with this role in these groups.
    #[must_use]
    pub fn of(role: Role, groups: impl IntoIterator<Item = Self>) -> Self {
        if role == Role::Administrator {
            return Self::ALL;
        }
        groups.into_iter().fold(Self::NONE, |sum, group| Self {
            may_send_notifications: sum.may_send_notifications || group.may_send_notifications,
            may_edit_rules: sum.may_edit_rules || group.may_edit_rules,
            sees: match (sum.sees, group.sees) {
                (Sees::All, _) | (_, Sees::All) => Sees::All,
                (Sees::Sites, _) | (_, Sees::Sites) => Sees::Sites,
                _ => Sees::Own,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_of_groups_add_up() {
        let silent = Rights { may_send_notifications: false, may_edit_rules: true, sees: Sees::Sites };
        let both = Rights::of(Role::Manager, [silent, Rights::NEW_GROUP]);
        assert_eq!(both, Rights { may_send_notifications: true, may_edit_rules: true, sees: Sees::All });
        assert_eq!(Rights::of(Role::Manager, [silent]), silent);
        assert!(!Rights::of(Role::Manager, []).may_send_notifications);
        assert!(Rights::of(Role::Administrator, []).may_edit_rules);
    }
}
