//! The languages of the product: English, Russian, Spanish.

/// A language that Bellwire speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Language {
    #[default]
    En,
    Ru,
    Es,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Es];

    /// The ISO 639-1 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Es => "es",
        }
    }

    /// The language of an exact code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The first language of an `Accept-Language` header (RFC 9110, 12.5.4) that Bellwire speaks, by weight.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = pieces
                .find_map(|p| p.trim().strip_prefix("q=").and_then(|q| q.parse().ok()))
                .unwrap_or(1.0_f32);
            let language = tag.split('-').next().and_then(Self::parse);
            if let Some(language) = language
                && weight > 0.0
                && best.is_none_or(|(_, other)| weight > other)
            {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_spoken_language_is_accepted() {
        for (header, expected) in [
            ("en", Some(Language::En)),
            ("de, ru;q=0.5, es;q=0.9", Some(Language::Es)),
            ("ru-RU,ru;q=0.9,en;q=0.8", Some(Language::Ru)),
            ("de", None),
            ("es;q=0", None),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }
}
