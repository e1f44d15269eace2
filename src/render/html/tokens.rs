//! Takes HTML apart: which tags are ours, which go with their content, which only lose their tags.
//!
//! No tree is built here, deliberately: trees cost time that an attacker can raise, and where a
//! tag belongs is decided by who writes.

use std::cell::{Cell, RefCell};

use html5ever::LocalName;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::Element;
use crate::render::link::Link;

/// Who hears what a text of HTML consists of.
pub(super) trait Listener {
    /// Characters, with references resolved.
    fn text(&mut self, text: &str);
    /// A start tag; `link` is an `a`'s, if it has a good one.
    fn open(&mut self, element: Element, link: Option<Link>);
    /// An end tag, whether or not a start tag came before.
    fn close(&mut self, element: Element);
    /// A tag was left out that keeps words apart, such as `<li>` or `<td>`.
    fn gap(&mut self);
}

/// Tells `listener` what `html` consists of.
pub(super) fn walk(html: &str, listener: &mut impl Listener) {
    let sink = Sink { listener: RefCell::new(listener), dropping: RefCell::default(), depth: Cell::new(0) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(html.into());
    // The tokenizer pauses where a script would run; none does.
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
}

struct Sink<'a, L> {
    listener: RefCell<&'a mut L>,
    /// The element that is being left out with its content.
    dropping: RefCell<Option<LocalName>>,
    /// How many of that name are open inside each other.
    depth: Cell<usize>,
}

impl<L: Listener> TokenSink for Sink<'_, L> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                if self.dropping.borrow().is_some() {
                    self.inside_dropped(&tag);
                } else {
                    self.tag(&tag);
                }
                if tag.kind == TagKind::StartTag { raw_text(&tag.name) } else { TokenSinkResult::Continue }
            }
            Token::CharacterTokens(text) => {
                if self.dropping.borrow().is_none() {
                    self.listener.borrow_mut().text(&text);
                }
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl<L: Listener> Sink<'_, L> {
    fn tag(&self, tag: &Tag) {
        let mut listener = self.listener.borrow_mut();
        let is_start = tag.kind == TagKind::StartTag;
        match (element(&tag.name), is_start) {
            // Browsers take `</br>` for `<br>`.
            (Some(Element::Br), _) => listener.open(Element::Br, None),
            (Some(Element::A), true) => listener.open(Element::A, link(tag)),
            (Some(element), true) => listener.open(element, None),
            (Some(element), false) => listener.close(element),
            (None, true) if goes_with_content(&tag.name) => {
                if !(tag.self_closing && is_foreign(&tag.name)) {
                    *self.dropping.borrow_mut() = Some(tag.name.clone());
                    self.depth.set(1);
                }
                listener.gap();
            }
            (None, _) if keeps_words_apart(&tag.name) => listener.gap(),
            (None, _) => {}
        }
    }

    fn inside_dropped(&self, tag: &Tag) {
        if self.dropping.borrow().as_ref() != Some(&tag.name) {
            return;
        }
        match tag.kind {
            TagKind::StartTag if tag.self_closing && is_foreign(&tag.name) => {}
            TagKind::StartTag => self.depth.set(self.depth.get() + 1),
            TagKind::EndTag => self.depth.set(self.depth.get() - 1),
        }
        if self.depth.get() == 0 {
            *self.dropping.borrow_mut() = None;
        }
    }
}

fn link(tag: &Tag) -> Option<Link> {
    let href = tag.attrs.iter().find(|attribute| &*attribute.name.local == "href")?;
    Link::parse(&href.value).ok()
}

fn element(name: &LocalName) -> Option<Element> {
    Some(match &**name {
        "b" => Element::B,
        "i" => Element::I,
        "strong" => Element::Strong,
        "em" => Element::Em,
        "span" => Element::Span,
        "div" => Element::Div,
        "p" => Element::P,
        "a" => Element::A,
        "br" => Element::Br,
        _ => return None,
    })
}

/// Elements whose content is no text for readers, or is text only where the element does not work.
fn goes_with_content(name: &LocalName) -> bool {
    matches!(
        &**name,
        "applet"
            | "audio"
            | "canvas"
            | "datalist"
            | "fencedframe"
            | "frameset"
            | "iframe"
            | "math"
            | "noembed"
            | "noframes"
            | "noscript"
            | "object"
            | "plaintext"
            | "portal"
            | "script"
            | "select"
            | "style"
            | "svg"
            | "template"
            | "textarea"
            | "title"
            | "video"
            | "xmp"
    )
}

fn is_foreign(name: &LocalName) -> bool {
    matches!(&**name, "svg" | "math")
}

fn keeps_words_apart(name: &LocalName) -> bool {
    matches!(
        &**name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "img"
            | "legend"
            | "li"
            | "listing"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "td"
            | "th"
            | "tr"
            | "ul"
    )
}

/// What the tree builder of a browser would tell its tokenizer to do after this start tag.
fn raw_text(name: &LocalName) -> TokenSinkResult<()> {
    match &**name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "iframe" | "noembed" | "noframes" | "noscript" | "style" | "xmp" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}
