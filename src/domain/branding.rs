//! The face that an account gives its letters: a colour, a logo, a footer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error::{Error, Fault, Result};
use super::kind::names;

/// The largest logo, in bytes: it goes with each letter.
pub const LARGEST_LOGO: usize = 64 * 1024;
/// Longest footer, in characters.
pub const LONGEST_FOOTER: usize = 1_000;

/// What letters of an account look like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    pub colour: Colour,
    pub logo: Option<Logo>,
    /// Plain text; an address, say, or what the law wants beneath letters.
    pub footer: String,
}

impl Branding {
    /// # Errors
    /// [`Fault::TooLong`] of `field`.
    pub fn footer(field: &'static str, text: &str) -> Result<String> {
        let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        if text.chars().count() > LONGEST_FOOTER {
            return Err(Error::field(field, Fault::TooLong(LONGEST_FOOTER)));
        }
        Ok(text.trim().to_owned())
    }
}

/// A colour as `#rrggbb`, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(String);

/// Bellwire's own.
impl Default for Colour {
    fn default() -> Self {
        Self("#a8650a".to_owned())
    }
}

impl Colour {
    /// # Errors
    /// `field` is named.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim().to_ascii_lowercase();
        let digits = text.strip_prefix('#').unwrap_or_default();
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text))
        } else {
            Err(Error::field(field, Fault::NotAColour))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// White or nearly black: what can be read better on this colour, by the contrast of WCAG 2.
    #[must_use]
    pub fn text_on_it(&self) -> &'static str {
        const DARK: &str = "#16181d";
        let light = self.luminance();
        let contrast = |other: f64| {
            let (high, low) = if light > other { (light, other) } else { (other, light) };
            (high + 0.05) / (low + 0.05)
        };
        if contrast(1.0) >= contrast(Self(DARK.to_owned()).luminance()) { "#ffffff" } else { DARK }
    }

    fn luminance(&self) -> f64 {
        let channel = |at: usize| {
            let value = u8::from_str_radix(&self.0[at..at + 2], 16).unwrap_or_default();
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }
}

impl TryFrom<String> for Colour {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse("colour", &text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}

names! {
    /// Pictures that every mail program shows. SVG is not among them, and may hold scripts.
    Picture {
        Png = "image/png",
        Jpeg = "image/jpeg",
        Gif = "image/gif",
    }
}

/// A picture, as a `data:` URL outside and as bytes in a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Logo {
    pub picture: Picture,
    pub bytes: Vec<u8>,
}

impl Logo {
    /// Reads `data:image/png;base64,…`. The picture must be what it says it is.
    ///
    /// # Errors
    /// `field` is named.
    pub fn parse(field: &'static str, url: &str) -> Result<Self> {
        let fault = || Error::field(field, Fault::NotAPicture);
        let (media, data) = url
            .trim()
            .strip_prefix("data:")
            .and_then(|rest| rest.split_once(";base64,"))
            .ok_or_else(fault)?;
        let picture = Picture::parse(media).ok_or_else(fault)?;
        if data.len() > LARGEST_LOGO * 4 / 3 + 4 {
            return Err(Error::field(field, Fault::PictureTooLarge));
        }
        let bytes = STANDARD.decode(data).map_err(|_| fault())?;
        let begins: &[u8] = match picture {
            Picture::Png => b"\x89PNG\r\n\x1a\n",
            Picture::Jpeg => b"\xff\xd8\xff",
            Picture::Gif => b"GIF8",
        };
        if bytes.starts_with(begins) { Ok(Self { picture, bytes }) } else { Err(fault()) }
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("data:{};base64,{}", self.picture.name(), STANDARD.encode(&self.bytes))
    }
}

impl TryFrom<String> for Logo {
    type Error = Error;

    fn try_from(url: String) -> Result<Self> {
        Self::parse("logo", &url)
    }
}

impl From<Logo> for String {
    fn from(logo: Logo) -> Self {
        logo.url()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_on_a_colour_can_be_read() {
        for (colour, text) in [
            ("#ffffff", "#16181d"),
            ("#FFD400", "#16181d"),
            ("#8ad0ff", "#16181d"),
            ("#000000", "#ffffff"),
            ("#1b4db3", "#ffffff"),
            ("#a8650a", "#ffffff"),
        ] {
            assert_eq!(Colour::parse("colour", colour).unwrap().text_on_it(), text, "{colour}");
        }
        for text in ["", "red", "#fff", "#12345g", "123456", "#1234567", "#ffffff;background:url(x)"] {
            assert_eq!(
                Colour::parse("colour", text),
                Err(Error::field("colour", Fault::NotAColour)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_logo_is_the_picture_that_it_says_it_is() {
        let url = |media: &str, bytes: &[u8]| format!("data:{media};base64,{}", STANDARD.encode(bytes));
        let png = url("image/png", b"\x89PNG\r\n\x1a\nrest");
        assert_eq!(Logo::parse("logo", &png).unwrap().url(), png);
        for wrong in [
            url("image/svg+xml", b"<svg onload='alert(1)'/>"),
            url("image/png", b"<html>"),
            url("image/jpeg", b"\x89PNG\r\n\x1a\nrest"),
            "data:image/png;base64,%%%".to_owned(),
            "https://example.com/logo.png".to_owned(),
            String::new(),
        ] {
            assert_eq!(Logo::parse("logo", &wrong), Err(Error::field("logo", Fault::NotAPicture)), "{wrong}");
        }
        let mut large = b"GIF8".to_vec();
        large.resize(LARGEST_LOGO + 10, 0);
        assert_eq!(
            Logo::parse("logo", &url("image/gif", &large)),
            Err(Error::field("logo", Fault::PictureTooLarge))
        );
    }

    #[test]
    fn a_footer_keeps_its_lines() {
        assert_eq!(Branding::footer("footer", " Shop\u{0}\r\nStreet 1 \n").unwrap(), "Shop\nStreet 1");
        assert!(Branding::footer("footer", &"x".repeat(LONGEST_FOOTER + 1)).is_err());
    }
}
