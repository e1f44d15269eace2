//! The way out of letters (RFC 8058): the address in each letter. Opening it shows a page with one button; only posting
//! to it changes anything, with the button or by the mail program itself.
//!
//! The page is one form and needs neither script nor sign-in, since it is opened wherever letters are read.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::State;
use super::extract::Path;
use super::problem::Result;
use super::reply::Html;
use crate::flows::preferences::{self, Subscriber};

const PAGE: &str = include_str!("unsubscribe/page.html");
const STYLE: &str = include_str!("unsubscribe/page.css");

pub async fn show_unsubscribe(state: State, Path(token): Path<String>) -> Result<Html> {
    let subscriber = preferences::look(&state.ctx, &token).await?;
    Ok(page(&state, &subscriber))
}

pub async fn unsubscribe(state: State, Path(token): Path<String>) -> Result<Html> {
    let subscriber = preferences::unsubscribe(&state.ctx, &token).await?;
    Ok(page(&state, &subscriber))
}

fn page(state: &State, subscriber: &Subscriber) -> Html {
    let named = [("email", subscriber.email.clone()), ("account", subscriber.account_name.clone())];
    let say = |what: &str| {
        let text = state.texts.say(subscriber.language, &format!("unsubscribe.{what}"), &named);
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    };
    let form = format!("<form method=\"post\"><button>{}</button></form>", say("button"));
    let (mut about, form) = if subscriber.is_on { (say("on"), form) } else { (say("off"), String::new()) };
    if subscriber.some_stay {
        about = format!("{about} {}", say("some_stay"));
    }
    let html = PAGE
        .replace("{language}", subscriber.language.code())
        .replace("{style}", STYLE)
        .replace("{title}", &say("title"))
        .replace("{form}", &form)
        .replace("{profile}", &say("profile"))
        // Last, because it holds names.
        .replace("{about}", &about);
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    // The hash is of a constant: base64 always makes a header.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    Html { html, policy }
}
