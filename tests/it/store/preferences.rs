//! The statements about what users chose, and what their account has as default.

use bellwire::domain::branding::Branding;
use bellwire::domain::kind::Kind;
use bellwire::domain::preferences::{AccountDefaults, Cells, Choices, Digest, Preferences, Switch};
use bellwire::domain::rights::Role;
use bellwire::store::preferences;

use super::people::{add_user, id};
use super::{NOW, TestStore, add_account, stores};

stores!(choices_are_each_users_own);
async fn choices_are_each_users_own(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        for account in [main, other] {
            for name in ["ann", "bob"] {
                add_user(tx, account, name, Role::Manager);
            }
        }
        let (ann, bob) = (id("ann"), id("bob"));
        assert_eq!(preferences::find(tx, main, &ann)?, Preferences::default());
        let quiet = Preferences { email: Some(false), ..Preferences::default() };
        let daily = Preferences { digest: Some(Digest::Daily), ..Preferences::default() };
        preferences::put(tx, main, &ann, &daily, NOW)?;
        preferences::put(tx, main, &ann, &quiet, NOW + 1)?;
        preferences::put(tx, other, &bob, &daily, NOW)?;
        assert_eq!(preferences::find(tx, main, &ann)?, quiet, "the last one holds");
        let main_choices = preferences::list(tx, main, &["ann", "bob", "nobody"])?;
        assert_eq!(main_choices.into_iter().collect::<Vec<_>>(), [(ann.clone(), quiet)]);
        assert_eq!(preferences::list(tx, main, &["bob"])?.len(), 0);
        assert_eq!(preferences::list(tx, other, &["ann", "bob"])?[&bob], daily);

        let mut defaults = AccountDefaults {
            choices: Choices { hold_seconds: 60, ..Choices::default() },
            ..AccountDefaults::default()
        };
        defaults.choices.matrix.insert(Kind::Task, Cells { popup: true, email: false });
        defaults.locked.insert(Kind::Task, [Switch::Email].into());
        preferences::put_defaults(tx, main, &defaults)?;
        assert_eq!(preferences::find_defaults(tx, main)?, defaults);
        assert_eq!(preferences::find_defaults(tx, other)?, AccountDefaults::default());

        let face = Branding { footer: "Lamps".into(), ..Branding::default() };
        preferences::put_branding(tx, main, &face)?;
        assert_eq!(preferences::find_branding(tx, main)?, face);
        assert_eq!(preferences::find_branding(tx, other)?, Branding::default());
        Ok(())
    });
    told.await.unwrap();
}
