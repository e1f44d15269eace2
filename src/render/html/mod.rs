//! HTML from people and programs outside, reduced to what a notification may hold.
//!
//! The result is written anew, tag by tag, from a closed set of elements; nothing of the input is
//! copied but text, which is escaped, and links, which [`Link`](super::link::Link) has parsed and written anew. So what
//! comes out is harmless whatever the tokenizer made of what went in. It has a grammar that a reader
//! of a few lines can take apart without a browser's HTML parser:
//!
//! ```text
//! body    = *( text / "<br>" / element )
//! element = "<" name [ " href=" DQUOTE link DQUOTE ] ">" body "</" name ">"
//! name    = "b" / "i" / "strong" / "em" / "span" / "div" / "p" / "a"      ; href on "a" alone
//! ```
//!
//! where `<`, `>`, `&` of a text or link are `&lt;`, `&gt;`, `&amp;`, and `"` of a link is `&quot;`; no other
//! references are used. No element is empty, no `p` or `div` is inside a `p`, no `a` in an `a`, no `b`,
//! `i`, `strong`, `em` in its like, and nothing lies deeper than [`MAX_DEPTH`]: a browser's parser
//! therefore builds the same tree, and sanitising twice is sanitising once.
//!
//! Deliberately absent: styles, classes, images, lists, tables, and `rel` and `target`, which the
//! browser side sets on each link that it draws.

mod tokens;
mod write;

/// How deep elements may lie in each other. Deeper ones are left out, their text is kept.
pub const MAX_DEPTH: usize = 64;

/// The most that is read of a text and written for it, in bytes. Longer texts are cut; flows refuse
/// them long before, so this only bounds the work.
pub const MAX_BYTES: usize = 64 * 1024;

/// The elements that a body may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    B,
    I,
    Strong,
    Em,
    Span,
    Div,
    P,
    A,
    Br,
}

/// A body: all allowed elements. Scripts, styles, forms' texts, foreign and embedded content go with
/// what is in them; every other element goes and leaves its text.
pub fn sanitise_body(html: &str) -> String {
    let mut body = write::Body::default();
    tokens::walk(cut(html), &mut body);
    body.finish()
}

/// A title: `b i strong em span` and text, on one line, with single spaces.
pub fn sanitise_title(html: &str) -> String {
    let mut title = write::Body::title();
    tokens::walk(cut(html), &mut title);
    title.finish()
}

/// What a reader sees of some HTML, sanitised or not, as text: a line per paragraph and line break,
/// single spaces, no references. It is no HTML: escape it before it goes into any.
pub fn plain_text(html: &str) -> String {
    let mut text = write::Text::default();
    tokens::walk(cut(html), &mut text);
    text.finish()
}

fn cut(html: &str) -> &str {
    &html[..html.floor_char_boundary(MAX_BYTES)]
}

#[cfg(test)]
mod tests;
