//! Which records a user sees: the one rule of lists, cards, history, writes, inboxes and notifications (product, §14).
//!
//! Not here: looking up somebody's groups (`flows::sight`), and the rule as a condition of SQL (`store::records`).

use super::id::UserId;
use super::rights::{Role, Sees};

/// The records that a viewer sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Visible {
    #[default]
    All,
    /// Those of these sites, those of no site, and his own.
    Sites { sites: Vec<String>, user: UserId },
    /// Those that he is responsible for.
    Own(UserId),
}

impl Visible {
    /// What a user sees by his role and by his groups: what each of them sees, with a site where it has any.
    #[must_use]
    pub fn of(user: &UserId, role: Role, groups: impl IntoIterator<Item = (Sees, Option<String>)>) -> Self {
        if role == Role::Administrator {
            return Self::All;
        }
        let mut of_sites: Option<Vec<String>> = None;
        for (sees, site) in groups {
            match sees {
                Sees::All => return Self::All,
                Sees::Sites => of_sites.get_or_insert_default().extend(site),
                Sees::Own => {}
            }
        }
        match of_sites {
            Some(mut sites) => {
                sites.sort_unstable();
                sites.dedup();
                Self::Sites { sites, user: user.clone() }
            }
            None => Self::Own(user.clone()),
        }
    }

    /// Whether a record of this site (empty: of none) and this manager is among them.
    #[must_use]
    pub fn shows(&self, site: &str, manager: Option<&UserId>) -> bool {
        match self {
            Self::All => true,
            Self::Own(user) => manager == Some(user),
            Self::Sites { sites, user } => {
                site.is_empty() || manager == Some(user) || sites.iter().any(|seen| seen == site)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_add_up_and_ones_own_is_always_seen() {
        let (me, you) = (UserId::new("me".into()), UserId::new("you".into()));
        let site = |code: &str| (Sees::Sites, Some(code.to_owned()));
        for (groups, on_a, on_b, on_none, mine) in [
            (vec![], false, false, false, true),
            (vec![(Sees::Own, None)], false, false, false, true),
            (vec![site("a")], true, false, true, true),
            (vec![site("a"), (Sees::Own, None), site("b")], true, true, true, true),
            (vec![(Sees::Sites, None)], false, false, true, true),
            (vec![site("a"), (Sees::All, None)], true, true, true, true),
        ] {
            let sees = Visible::of(&me, Role::Manager, groups.clone());
            let found =
                [("a", &you), ("b", &you), ("", &you), ("b", &me)].map(|(s, m)| sees.shows(s, Some(m)));
            assert_eq!(found, [on_a, on_b, on_none, mine], "{groups:?}");
        }
        assert_eq!(Visible::of(&me, Role::Administrator, [(Sees::Own, None)]), Visible::All);
    }
}
