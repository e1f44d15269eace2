//! The body of a notification inside a letter: links made absolute and styled for HTML, written out for text.
//!
//! It relies on the grammar that [`crate::render::html`] writes: `<` begins an element and nothing else, and an `a` has
//! its `href` alone.

use super::super::html::plain_text;

const LINK: &str = "<a href=\"";

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A link that works outside the server's pages.
pub(super) fn absolute(link: &str, public_url: &str) -> String {
    if link.starts_with('/') { format!("{public_url}{link}") } else { link.to_owned() }
}

/// The body with absolute links, and the few styles that mail programs need.
pub(super) fn to_html(body: &str, public_url: &str, link_style: &str) -> String {
    let mut html = String::with_capacity(body.len() + 64);
    let mut rest = body;
    while let Some((before, after)) = rest.split_once(LINK) {
        let (href, tail) = after.split_once('"').unwrap_or((after, ""));
        html.push_str(before);
        html.push_str("<a style=\"");
        html.push_str(link_style);
        html.push_str("\" href=\"");
        html.push_str(&absolute(href, &escape(public_url)));
        html.push('"');
        rest = tail;
    }
    html.push_str(rest);
    html.replace("<p>", "<p style=\"margin:0 0 10px\">")
}

/// The body as text; the address of a link follows what it says.
pub(super) fn to_text(body: &str, public_url: &str) -> String {
    let mut html = String::with_capacity(body.len() + 64);
    let mut rest = body;
    while let Some((before, after)) = rest.split_once(LINK) {
        html.push_str(before);
        let (href, tail) = after.split_once("\">").unwrap_or((after, ""));
        // No `a` lies in another.
        let (said, tail) = tail.split_once("</a>").unwrap_or((tail, ""));
        let href = absolute(href, &escape(public_url));
        html.push_str(said);
        if plain_text(said) != plain_text(&href) {
            html.push_str(" (");
            html.push_str(&href.replace("&quot;", "%22"));
            html.push(')');
        }
        rest = tail;
    }
    html.push_str(rest);
    plain_text(&html)
}
