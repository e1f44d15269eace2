//! The reader of the OpenAPI document at `/docs`: one page with its own script and style, all of it in the binary, so that
//! it works where nothing else can be reached. What it shows is `openapi`'s.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

const PAGE: &str = include_str!("docs/index.html");
const SCRIPT: &str = include_str!("docs/reader.js");
/// The tokens of the console go before the rules that use them.
const STYLE: &str = concat!(include_str!("../../client/tokens.css"), include_str!("docs/reader.css"));

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// The page and its two files, by their path without the first slash.
pub fn serve(path: &str) -> Option<Response> {
    let (media, text) = match path {
        "docs" | "docs/" => ("text/html; charset=utf-8", PAGE),
        "docs/reader.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "docs/reader.css" => ("text/css; charset=utf-8", STYLE),
        _ => return None,
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Some((headers, text).into_response())
}
