//! The pages and the browser client, as they lie in the binary: types, compression, caching, content security policy.
//!
//! In a debug build they are read from `console/dist` and `client/dist` at each call. No answer of this file depends
//! on who calls.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::extract::Request;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::{Problem, Result};
use super::{State, docs};
use crate::domain::origin::Origin;

#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "client/dist"]
#[allow_missing = true]
struct Client;

const INDEX: &str = "index.html";
/// Files whose name holds a hash of their content, and versions, never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const MINUTES: &str = "public, max-age=300";
/// The page names the hashed files, and its policy depends on who embeds it.
const NEVER: &str = "no-store";
const NOT_BUILT: &str =
    "The pages are not in this binary. Build them with `make pages`, then build Bellwire again.\n";

/// What no route of the table matched: a file, or a page, which is always the same document.
pub async fn serve(state: State, request: Request) -> Result<Response> {
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers());
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("v1/") || path == "v1" {
        return Err(Problem::NoRoute);
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(Problem::NoMethod);
    }
    if let Some(page) = docs::serve(path) {
        return Ok(page);
    }
    if let Some(name) = path.strip_prefix("client/") {
        return client(name, headers).ok_or(Problem::NoRoute);
    }
    if path != INDEX
        && let Some(file) = Found::of::<Console>(path, headers)
    {
        let is_asset = path.strip_prefix("assets/").is_some_and(is_hashed);
        return Ok(file.answer(if is_asset { FOR_EVER } else { MINUTES }, headers));
    }
    // A file that is missing must not come back as a page: a browser would read it as a script.
    let is_page =
        !path.starts_with("assets/") && path.rsplit('/').next().is_none_or(|name| !name.contains('.'));
    if path == INDEX || is_page { page(&state, path, headers).await } else { Err(Problem::NoRoute) }
}

/// The embedded client: any origin may load it, because pages of other origins embed it.
fn client(name: &str, headers: &HeaderMap) -> Option<Response> {
    let current = concat!(env!("CARGO_PKG_VERSION"), "/");
    let (name, cache) = match name.strip_prefix(current) {
        Some(name) => (name, FOR_EVER),
        None => (name, if is_hashed(name) { FOR_EVER } else { MINUTES }),
    };
    let mut response = Found::of::<Client>(name, headers)?.answer(cache, headers);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    Some(response)
}

async fn page(state: &State, path: &str, headers: &HeaderMap) -> Result<Response> {
    let Some(file) = Found::of::<Console>(INDEX, headers) else {
        return Ok((StatusCode::NOT_FOUND, NOT_BUILT).into_response());
    };
    // What an account allows is not the operator's to bear: nobody frames his pages.
    let is_operators = path.split('/').next() == Some("operator");
    let embedder = if is_operators { None } else { embedder(state, headers).await? };
    let mut response = file.answer(NEVER, headers);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(embedder.as_ref()));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if embedder.is_none() {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    Ok(response)
}

/// The page that wants to show ours in a frame, if an account allows it. Only this one is named in the policy, so
/// that nobody can read there who else uses this server.
async fn embedder(state: &State, headers: &HeaderMap) -> Result<Option<Origin>> {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let referer = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let Some((scheme, host)) =
        referer.and_then(|uri| Some((uri.scheme()?.clone(), uri.authority()?.clone())))
    else {
        return Ok(None);
    };
    let Ok(origin) = Origin::parse("referer", &format!("{scheme}://{host}")) else { return Ok(None) };
    let allowed = state.origins.allowed(&state.ctx, None, origin.as_str()).await?;
    Ok(allowed.then_some(origin))
}

/// No inline script or style, nothing from elsewhere, no HTML from strings.
fn policy(embedder: Option<&Origin>) -> HeaderValue {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
        require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'self'";
    let embedded =
        embedder.and_then(|origin| HeaderValue::try_from(format!("{POLICY} {}", origin.as_str())).ok());
    embedded.unwrap_or(HeaderValue::from_static(POLICY))
}

/// The bundlers write `name-HASH.ext` with eight characters of hash.
fn is_hashed(name: &str) -> bool {
    let hash = name
        .rsplit_once('.')
        .and_then(|(stem, _)| stem.len().checked_sub(9).map(|at| &stem.as_bytes()[at..]));
    hash.is_some_and(|hash| {
        hash[0] == b'-' && hash[1..].iter().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(b))
    })
}

/// A file in the form that the browser takes.
struct Found {
    file: EmbeddedFile,
    media: String,
    encoding: Option<&'static str>,
}

impl Found {
    fn of<Files: RustEmbed>(name: &str, headers: &HeaderMap) -> Option<Self> {
        // Compressed twins are chosen here, never asked for by name.
        if let Some((_, "br" | "gz")) = name.rsplit_once('.') {
            return None;
        }
        let plain = Files::get(name)?;
        let media = media(&plain);
        for (encoding, suffix) in [("br", "br"), ("gzip", "gz")] {
            if accepts(headers, encoding)
                && let Some(file) = Files::get(&format!("{name}.{suffix}"))
            {
                return Some(Self { file, media, encoding: Some(encoding) });
            }
        }
        Some(Self { file: plain, media, encoding: None })
    }

    fn answer(self, cache: &'static str, headers: &HeaderMap) -> Response {
        let hash = self.file.metadata.sha256_hash();
        let mut tag = String::from("\"");
        for byte in &hash[..16] {
            // Writing to a string cannot fail.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_known = known
            .is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match self.file.data {
                Cow::Borrowed(bytes) => bytes.into_response(),
                Cow::Owned(bytes) => bytes.into_response(),
            }
        };
        let out = response.headers_mut();
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        for (name, value) in [(header::ETAG, tag), (header::CONTENT_TYPE, self.media)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                out.insert(name, value);
            }
        }
        if let Some(encoding) = self.encoding {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

fn media(file: &EmbeddedFile) -> String {
    let media = file.metadata.mimetype();
    let is_text = media.starts_with("text/") || media == "application/json";
    if is_text { format!("{media}; charset=utf-8") } else { media.to_owned() }
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        name.trim() == encoding && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}
