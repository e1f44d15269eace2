//! Writes what was heard: as HTML within the grammar, or as plain text.
//!
//! Which tags are heard at all is deliberately not decided here; this holds where an element may
//! lie, and that text and links are escaped.

use super::tokens::Listener;
use super::{Element, MAX_BYTES, MAX_DEPTH};
use crate::render::link::Link;

/// One more than the last of [`Element`].
const ELEMENTS: usize = Element::Br as usize + 1;

impl Element {
    fn name(self) -> &'static str {
        match self {
            Self::B => "b",
            Self::I => "i",
            Self::Strong => "strong",
            Self::Em => "em",
            Self::Span => "span",
            Self::Div => "div",
            Self::P => "p",
            Self::A => "a",
            Self::Br => "br",
        }
    }

    fn is_block(self) -> bool {
        matches!(self, Self::Div | Self::P)
    }

    /// One of these inside its like changes nothing.
    fn is_formatting(self) -> bool {
        matches!(self, Self::B | Self::I | Self::Strong | Self::Em)
    }
}

/// An element that has been opened and not closed.
#[derive(Clone)]
struct Open {
    element: Element,
    link: Option<Link>,
    /// A start tag is written with the first text inside, so that no element is empty.
    is_written: bool,
}

/// Where the writer is, as far as words must not run together.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// After white space, a line break or the end of a block.
    #[default]
    Free,
    /// After a word, though an inline tag may have come since.
    Word,
    /// After a word and something that was left out, or, in a title, white space.
    Gap,
}

/// The writer of HTML.
#[derive(Default)]
pub(super) struct Body {
    out: String,
    open: Vec<Open>,
    /// What the end tags of all written, open elements will need.
    closing_bytes: usize,
    /// Start tags that were left out, by element: their end tags must not close another.
    ignored: [usize; ELEMENTS],
    place: Place,
    /// In a title everything is on one line, and only inline elements are written.
    is_title: bool,
    is_full: bool,
}

impl Listener for Body {
    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '\t' | '\n' | '\r' | '\u{c}' | ' ' | '\u{2028}' | '\u{2029}' if self.is_title => {
                    self.gap();
                }
                '\t' | '\n' | ' ' => self.space(character),
                // Written as a reference it would come back as a line break.
                '\r' | '\u{c}' => self.space('\n'),
                '\u{feff}' => {}
                control if control.is_control() => {}
                '&' => self.word("&amp;"),
                '<' => self.word("&lt;"),
                '>' => self.word("&gt;"),
                other => self.word(other.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn open(&mut self, element: Element, link: Option<Link>) {
        match element {
            Element::Br | Element::Div | Element::P | Element::A if self.is_title => {
                if element != Element::A {
                    self.gap();
                }
                return;
            }
            Element::Br => {
                self.line_break();
                return;
            }
            Element::Div | Element::P => self.close_where(|open| open == Element::P),
            Element::A => self.close_link(),
            _ => {}
        }
        let has_like = |like: Element| self.open.iter().any(|open| open.element == like);
        let is_idle = (element.is_formatting() || element == Element::A) && has_like(element);
        if is_idle || self.open.len() >= MAX_DEPTH {
            self.ignored[element as usize] += 1;
        } else {
            self.open.push(Open { element, link, is_written: false });
        }
    }

    fn close(&mut self, element: Element) {
        if self.is_title && matches!(element, Element::Div | Element::P) {
            self.gap();
        }
        let ignored = &mut self.ignored[element as usize];
        if *ignored > 0 {
            *ignored -= 1;
        } else {
            self.close_where(|open| open == element);
        }
    }

    fn gap(&mut self) {
        if self.place == Place::Word {
            self.place = Place::Gap;
        }
    }
}

impl Body {
    /// The writer of a title.
    pub(super) fn title() -> Self {
        Self { is_title: true, ..Self::default() }
    }

    /// Closes what is open and returns the HTML.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close_last();
        }
        let trimmed = self.out.trim();
        if trimmed.len() == self.out.len() { self.out } else { trimmed.to_owned() }
    }

    /// Closes the innermost element that `is_meant`, with all that lies in it. What was cut off that
    /// way goes on after it, as browsers do: all of it after an inline element, formatting after a
    /// block.
    fn close_where(&mut self, is_meant: impl Fn(Element) -> bool) {
        let Some(at) = self.open.iter().rposition(|open| is_meant(open.element)) else {
            return;
        };
        let cut_off = self.open[at..].to_vec();
        let meant = self.open[at].element;
        while self.open.len() > at {
            self.close_last();
        }
        for (depth, open) in cut_off.into_iter().enumerate() {
            if depth > 0 && (!meant.is_block() || open.element.is_formatting()) {
                self.open.push(Open { is_written: false, ..open });
            } else {
                self.ignored[open.element as usize] = 0;
            }
        }
    }

    /// A link ends where the next one starts; around a block it takes the next one's text as well.
    fn close_link(&mut self) {
        let inner = self.open.iter().rev().take_while(|open| !open.element.is_block());
        if inner.into_iter().any(|open| open.element == Element::A) {
            self.close_where(|open| open == Element::A);
        }
    }

    fn close_last(&mut self) {
        if let Some(Open { element, is_written: true, .. }) = self.open.pop() {
            self.closing_bytes -= closing_bytes(element);
            self.out.push_str("</");
            self.out.push_str(element.name());
            self.out.push('>');
            if element.is_block() {
                self.place = Place::Free;
            }
        }
    }

    fn space(&mut self, space: char) {
        self.place = Place::Free;
        self.write(space.encode_utf8(&mut [0; 4]));
    }

    fn line_break(&mut self) {
        self.place = Place::Free;
        self.write("<br>");
    }

    fn word(&mut self, text: &str) {
        self.write(text);
        self.place = Place::Word;
    }

    /// Writes the space that is due, the start tags that wait, and `text`, if there is room for all of
    /// it and for the end tags. The space goes before the tags, so that it does not matter whether the
    /// input had it outside of them or inside.
    fn write(&mut self, text: &str) {
        let waiting = self.open.iter().rposition(|open| open.is_written).map_or(0, |at| at + 1);
        let starts_block = self.open[waiting..].iter().any(|open| open.element.is_block());
        let gap = if self.place == Place::Gap && !starts_block { " " } else { "" };
        let tags: usize = self.open[waiting..].iter().map(Open::bytes).sum();
        let needed = gap.len() + tags + text.len() + self.closing_bytes;
        self.is_full |= self.out.len() + needed > MAX_BYTES;
        if self.is_full {
            return;
        }
        self.out.push_str(gap);
        for open in &mut self.open[waiting..] {
            open.is_written = true;
            self.closing_bytes += closing_bytes(open.element);
            open.write_start(&mut self.out);
        }
        self.out.push_str(text);
    }
}

impl Open {
    /// What start and end tag take.
    fn bytes(&self) -> usize {
        let mut start = String::new();
        self.write_start(&mut start);
        start.len() + closing_bytes(self.element)
    }

    fn write_start(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.element.name());
        if let Some(link) = &self.link {
            out.push_str(" href=\"");
            for character in link.as_str().chars() {
                match character {
                    '&' => out.push_str("&amp;"),
                    '"' => out.push_str("&quot;"),
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    other => out.push(other),
                }
            }
            out.push('"');
        }
        out.push('>');
    }
}

fn closing_bytes(element: Element) -> usize {
    "</>".len() + element.name().len()
}

/// The writer of plain text.
#[derive(Default)]
pub(super) struct Text {
    out: String,
    has_space: bool,
    has_break: bool,
}

impl Listener for Text {
    fn text(&mut self, text: &str) {
        for character in text.chars() {
            if character.is_whitespace() {
                self.has_space = true;
            } else if !character.is_control() && character != '\u{feff}' {
                self.separate();
                self.out.push(character);
            }
        }
    }

    fn open(&mut self, element: Element, _link: Option<Link>) {
        self.has_break |= element.is_block() || element == Element::Br;
    }

    fn close(&mut self, element: Element) {
        self.has_break |= element.is_block();
    }

    fn gap(&mut self) {
        self.has_space = true;
    }
}

impl Text {
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Writes the space or line break that stands before the next character.
    fn separate(&mut self) {
        if !self.out.is_empty() {
            if self.has_break {
                self.out.push('\n');
            } else if self.has_space {
                self.out.push(' ');
            }
        }
        (self.has_space, self.has_break) = (false, false);
    }
}
