//! What the server says of itself: once that it began, once that it is over.

use bellwire::domain::id::Account;
use bellwire::domain::kind::Severity;
use bellwire::flows::announcements::{self, Condition, Said};
use bellwire::store::conditions;

use crate::support::{TestApp, both};

fn condition(account: Option<Account>) -> Condition {
    let values = vec![("relay", "mail.example.com".to_owned())];
    let said = Said { key: "condition.relay_failing".into(), values, link: Some("/settings/email".into()) };
    let (code, subject) = ("relay_failing".to_owned(), format!("{account:?}"));
    Condition { code, subject, account, severity: Severity::Error, said }
}

both!(a_condition_is_told_once_and_so_is_its_end);
async fn a_condition_is_told_once_and_so_is_its_end(app: &TestApp) {
    let (root, ann) = (app.cookie("root").await, app.cookie("ann").await);
    let relay = condition(Some(Account(1)));
    assert!(announcements::raise(app.ctx(), &relay).await.unwrap());
    assert!(!announcements::raise(app.ctx(), &relay).await.unwrap(), "it holds already");
    app.settle().await;
    assert_eq!(app.titles(&root, "").await, ["Mail does not go out"]);
    assert!(app.titles(&ann, "").await.is_empty(), "managers are not told");
    assert_eq!(app.newest(&root).await["link"], "/settings/email");
    let held = app.read(conditions::list_standing).await.pop().unwrap();
    assert!(announcements::clear(app.ctx(), &held, &relay.said).await.unwrap());
    assert!(!announcements::clear(app.ctx(), &held, &relay.said).await.unwrap());
    app.settle().await;
    let newest = app.newest(&root).await;
    assert_eq!((newest["severity"].as_str(), app.titles(&root, "").await.len()), (Some("success"), 1));
    // What is the whole server's is told to no account where operators run it.
    app.operator().await;
    announcements::raise(app.ctx(), &condition(None)).await.unwrap();
    app.settle().await;
    assert_eq!(app.titles(&root, "").await.len(), 1);
    let all = app.read(|tx| conditions::list(tx, 10)).await;
    assert_eq!(all.iter().filter(|held| held.cleared_at.is_none()).count(), 1);
    // It may come again, and is told again.
    assert!(announcements::raise(app.ctx(), &relay).await.unwrap());
    app.settle().await;
    assert_eq!(app.titles(&root, "").await.len(), 2);
}

both!(who_has_the_server_to_himself_is_told_of_it);
async fn who_has_the_server_to_himself_is_told_of_it(app: &TestApp) {
    let root = app.cookie("root").await;
    let whole = condition(None);
    assert!(announcements::raise(app.ctx(), &whole).await.unwrap());
    app.settle().await;
    assert_eq!(app.titles(&root, "").await, ["Mail does not go out"]);
    let held = app.read(conditions::list_standing).await.pop().unwrap();
    assert_eq!(held.account, None, "it is the server's all the same");
    assert!(announcements::clear(app.ctx(), &held, &whole.said).await.unwrap());
    app.settle().await;
    let over = app.newest(&root).await;
    assert_eq!((over["severity"].as_str(), app.titles(&root, "").await.len()), (Some("success"), 1));
    // With a second account it is nobody's in particular.
    app.other_account().await;
    assert!(announcements::raise(app.ctx(), &whole).await.unwrap());
    app.settle().await;
    assert_eq!(app.titles(&root, "").await.len(), 1);
}
