//! The server's own sentences, in the languages of its users: `locales/*.json`, inside the binary.
//!
//! The pages have their own catalogue, next to them. What people write themselves (templates,
//! messages) is deliberately not here, and neither is any HTML: these are plain sentences.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::language::Language;

/// All sentences of one binary, by language and key.
#[derive(Clone, Debug)]
pub struct Texts {
    en: Catalogue,
    ru: Catalogue,
    es: Catalogue,
}

/// A file that is not what it should be. The files are part of the program, so a test finds this
/// before a user can.
#[derive(Debug, thiserror::Error)]
#[error("locales/{language}.json: {error}")]
pub struct TextsError {
    language: &'static str,
    error: serde_json::Error,
}

type Catalogue = BTreeMap<String, Sentence>;

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Sentence {
    Plain(String),
    Plural(Forms),
}

/// The forms of a sentence with a number in it, named as in Unicode CLDR.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    /// The placeholder whose number decides.
    by: String,
    one: String,
    few: Option<String>,
    many: Option<String>,
    other: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    One,
    Few,
    Many,
    Other,
}

/// The catalogues of this binary, for what is shown without a context.
static SHARED: std::sync::LazyLock<Option<Texts>> = std::sync::LazyLock::new(|| Texts::load().ok());

/// The sentence of `key` without values; the key itself where there is none.
#[must_use]
pub fn word(language: Language, key: &str) -> String {
    SHARED.as_ref().map_or_else(|| key.to_owned(), |texts| texts.say(language, key, &[]))
}

impl Texts {
    /// Reads the catalogues out of the binary.
    ///
    /// # Errors
    /// When a file is malformed, which a test excludes.
    pub fn load() -> Result<Self, TextsError> {
        let parse = |language: Language, json: &str| {
            let language = language.code();
            serde_json::from_str(json).map_err(|error| TextsError { language, error })
        };
        Ok(Self {
            en: parse(Language::En, include_str!("../../locales/en.json"))?,
            ru: parse(Language::Ru, include_str!("../../locales/ru.json"))?,
            es: parse(Language::Es, include_str!("../../locales/es.json"))?,
        })
    }

    /// Whether there is a sentence with this key.
    pub fn has(&self, key: &str) -> bool {
        self.en.contains_key(key)
    }

    /// The sentence of `key` with each `{name}` replaced by its value of `params`. Values go in as they
    /// are and are not looked at again. A key that does not exist is shown itself: a reader can report
    /// it, and an error stays an error.
    pub fn say(&self, language: Language, key: &str, params: &[(&str, String)]) -> String {
        match self.catalogue(language).get(key) {
            Some(Sentence::Plain(pattern)) => fill(pattern, params),
            Some(Sentence::Plural(forms)) => fill(forms.choose(language, params), params),
            None => key.to_owned(),
        }
    }

    fn catalogue(&self, language: Language) -> &Catalogue {
        match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
            Language::Es => &self.es,
        }
    }
}

impl Forms {
    fn choose(&self, language: Language, params: &[(&str, String)]) -> &str {
        let number = params.iter().find(|(name, _)| *name == self.by);
        let form = number
            .and_then(|(_, value)| value.parse().ok())
            .map_or(Form::Other, |number| plural(language, number));
        let text = match form {
            Form::One => Some(&self.one),
            Form::Few => self.few.as_ref(),
            Form::Many => self.many.as_ref(),
            Form::Other => None,
        };
        text.unwrap_or(&self.other)
    }
}

/// The plural form of a whole number, by the rules of Unicode CLDR 45 for cardinals.
fn plural(language: Language, number: u64) -> Form {
    match language {
        Language::En | Language::Es if number == 1 => Form::One,
        Language::Es if number != 0 && number.is_multiple_of(1_000_000) => Form::Many,
        Language::En | Language::Es => Form::Other,
        Language::Ru => match (number % 10, number % 100) {
            (1, tail) if tail != 11 => Form::One,
            (2..=4, tail) if !(12..=14).contains(&tail) => Form::Few,
            _ => Form::Many,
        },
    }
}

/// Replaces `{name}` from left to right, in one pass; a name without a value stays as it is.
pub(super) fn fill(pattern: &str, params: &[(&str, String)]) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            let (_, value) = params.iter().find(|(known, _)| *known == name)?;
            Some((value, tail))
        });
        if let Some((value, tail)) = value {
            text.push_str(value);
            rest = tail;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn patterns(sentence: &Sentence) -> Vec<&str> {
        match sentence {
            Sentence::Plain(pattern) => vec![pattern],
            Sentence::Plural(forms) => [Some(&forms.one), forms.few.as_ref(), forms.many.as_ref()]
                .into_iter()
                .flatten()
                .chain([&forms.other])
                .map(String::as_str)
                .collect(),
        }
    }

    fn placeholders(pattern: &str) -> BTreeSet<&str> {
        pattern.split('{').skip(1).filter_map(|tail| Some(tail.split_once('}')?.0)).collect()
    }

    #[test]
    fn the_three_languages_have_the_same_keys_and_placeholders() {
        let texts = Texts::load().unwrap();
        for language in Language::ALL {
            let catalogue = texts.catalogue(language);
            assert!(texts.en.keys().eq(catalogue.keys()), "{language:?}");
            for (key, sentence) in catalogue {
                let expected = placeholders(patterns(&texts.en[key])[0]);
                for pattern in patterns(sentence) {
                    assert_eq!(placeholders(pattern), expected, "{language:?} {key}");
                    assert!(!pattern.is_empty() && pattern.trim() == pattern, "{language:?} {key}");
                }
                if let Sentence::Plural(forms) = sentence {
                    assert!(expected.contains(forms.by.as_str()), "{language:?} {key}");
                    let is_whole = language != Language::Ru || (forms.few.is_some() && forms.many.is_some());
                    assert!(is_whole, "{language:?} {key}");
                }
            }
        }
    }

    #[test]
    fn a_detail_is_a_sentence_and_a_title_is_not() {
        let texts = Texts::load().unwrap();
        for language in Language::ALL {
            let told = |key: &str| key.starts_with("problem.") || key.starts_with("error.");
            for (key, sentence) in texts.catalogue(language).iter().filter(|(key, _)| told(key)) {
                for pattern in patterns(sentence) {
                    let is_title = key.rsplit('.').next() == Some("title");
                    assert_eq!(pattern.ends_with('.'), !is_title, "{pattern}");
                }
            }
        }
        for key in texts.en.keys().filter(|key| key.starts_with("problem.")) {
            let (stem, _) = key.rsplit_once('.').unwrap();
            assert!(texts.has(&format!("{stem}.title")) && texts.has(&format!("{stem}.detail")));
        }
    }

    #[test]
    fn every_field_rule_and_group_of_fields_has_a_name() {
        use crate::domain::record::catalogue::{self, Field, ITEM, PAYMENT};
        use crate::domain::record::rules::{Group, Rule};
        use crate::domain::record::{RecordType, catalogue::label_key};
        let texts = Texts::load().unwrap();
        let beneath = |part: &str, table: &[Field]| -> Vec<String> {
            table.iter().map(|field| format!("{part}.{}", field.name)).collect()
        };
        for record_type in RecordType::ALL {
            let mut names =
                catalogue::fields(*record_type).iter().map(|f| f.name.to_owned()).collect::<Vec<_>>();
            if *record_type == RecordType::Order {
                names.extend(beneath(ITEM, catalogue::item_fields()));
                names.extend(beneath(PAYMENT, catalogue::payment_fields()));
                names.extend([ITEM.to_owned(), PAYMENT.to_owned()]);
            } else {
                names.push("id".to_owned());
            }
            for name in names {
                let key = label_key(*record_type, &name).unwrap();
                assert!(texts.has(&key), "{key} has no text");
            }
        }
        for rule in Rule::ALL {
            assert!(
                texts.has(&format!("rule.{}", rule.name())) && texts.has(&format!("told.{}", rule.name()))
            );
        }
        assert!(Group::ALL.iter().all(|group| texts.has(&format!("field_group.{}", group.name()))));
    }

    #[test]
    fn numbers_choose_their_form() {
        use Form::*;
        for (language, number, form) in [
            (Language::En, 0, Other),
            (Language::En, 1, One),
            (Language::En, 21, Other),
            (Language::Es, 1, One),
            (Language::Es, 0, Other),
            (Language::Es, 2_000_000, Many),
            (Language::Es, 1_000_001, Other),
            (Language::Ru, 1, One),
            (Language::Ru, 11, Many),
            (Language::Ru, 21, One),
            (Language::Ru, 3, Few),
            (Language::Ru, 13, Many),
            (Language::Ru, 104, Few),
            (Language::Ru, 112, Many),
            (Language::Ru, 0, Many),
            (Language::Ru, 10_000, Many),
        ] {
            assert_eq!(plural(language, number), form, "{language:?} {number}");
        }
    }

    #[test]
    fn sentences_are_filled_once() {
        let texts = Texts::load().unwrap();
        let say = |language, key, name, value: &str| texts.say(language, key, &[(name, value.to_owned())]);
        assert_eq!(say(Language::En, "error.too_long", "max", "1"), "Use at most 1 character.");
        assert_eq!(say(Language::Ru, "error.too_long", "max", "21"), "Не больше 21 символа.");
        assert_eq!(say(Language::Ru, "error.too_long", "max", "22"), "Не больше 22 символов.");
        assert_eq!(
            say(Language::Es, "error.unknown_group", "code", "{code}"),
            "No hay ningún grupo con el código «{code}»."
        );
        assert_eq!(texts.say(Language::En, "error.unheard_of", &[]), "error.unheard_of");
        assert_eq!(fill("{a} { {b} {", &[("a", "1".to_owned())]), "1 { {b} {");
    }
}
