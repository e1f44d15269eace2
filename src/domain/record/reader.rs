//! Walks the JSON of a state along the catalogue, and gathers values and faults.
//!
//! It goes only as deep as the catalogue's paths: what lies beneath is never looked at, however deep it nests. Not here:
//! single values (`value`).

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::RecordType;
use super::catalogue::{self, Field};
use super::parts::{LINES, List};
use super::patch::{Changes, Draft, Patch, duplicates};
use super::value::{self, Known, Spelling};
use crate::domain::error::{Fault, FieldError};

type Object = Map<String, Json>;

/// Keys of what Bellwire answers that say where a record is, not what it is.
const ENVELOPE: [&str; 3] = ["id", "url", "updated_at"];

/// More faults help nobody, and a path may be as long as the body.
const MOST_FAULTS: usize = 100;
const LONGEST_PATH: usize = 200;

/// Where an object stands: in the catalogue, and in what the caller wrote.
#[derive(Clone, Copy)]
struct At<'a> {
    inside: &'a str,
    shown: &'a str,
}

pub(super) struct Reader<'a> {
    record_type: RecordType,
    spelling: Spelling,
    known: &'a Known<'a>,
    faults: Vec<FieldError>,
}

impl<'a> Reader<'a> {
    pub fn new(record_type: RecordType, spelling: Spelling, known: &'a Known<'a>) -> Self {
        Self { record_type, spelling, known, faults: Vec::new() }
    }

    pub fn into_faults(self) -> Vec<FieldError> {
        self.faults
    }

    pub fn record(&mut self, map: &Object) -> Patch {
        let mut patch = Patch::new(self.record_type);
        let custom_key = self.spelled("custom_fields", "customFields");
        let table = catalogue::fields(self.record_type);
        for (key, json) in map {
            match key.as_str() {
                "items" if self.record_type == RecordType::Order => {
                    patch.items = self.parts(List::Items, json);
                }
                "payments" if self.record_type == RecordType::Order => {
                    patch.payments = self.parts(List::Payments, json);
                }
                key if key == custom_key => self.custom(custom_key, json, &mut patch.fields),
                key if self.is_envelope(key, json) => {}
                key => self.entry(table, At { inside: "", shown: "" }, (key, json), &mut patch.fields),
            }
        }
        patch
    }

    fn spelled(&self, native: &'static str, retailcrm: &'static str) -> &'static str {
        match self.spelling {
            Spelling::Native => native,
            Spelling::RetailCrm => retailcrm,
        }
    }

    fn path_of(&self, field: &Field) -> &'static str {
        self.spelled(field.native, field.retailcrm)
    }

    /// `number` is Bellwire's own, an integer; a text is a shop's, which is called `order_number` here.
    fn is_envelope(&self, key: &str, json: &Json) -> bool {
        self.spelling == Spelling::Native && (ENVELOPE.contains(&key) || (key == "number" && json.is_i64()))
    }

    fn fault(&mut self, path: &str, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            let path = path.chars().take(LONGEST_PATH).collect();
            self.faults.push(FieldError { field: Cow::Owned(path), fault });
        }
    }

    fn entry(&mut self, table: &'static [Field], at: At, (key, json): (&str, &Json), into: &mut Changes) {
        let (path, shown) = (joined(at.inside, key), joined(at.shown, key));
        // A path has its dots between keys, never within one.
        let rows = if key.contains('.') { &[] } else { table };
        if let Some(field) = rows.iter().find(|field| self.path_of(field) == path) {
            return self.field(field, &shown, json, into);
        }
        let mut beneath = rows.iter().filter(|field| is_beneath(self.path_of(field), &path)).peekable();
        match json {
            _ if beneath.peek().is_none() => {
                if self.spelling == Spelling::Native {
                    self.fault(&shown, Fault::UnknownField);
                }
            }
            Json::Object(map) => {
                for (key, json) in map {
                    self.entry(table, At { inside: &path, shown: &shown }, (key, json), into);
                }
            }
            // PHP writes an empty object so.
            Json::Array(list) if list.is_empty() && self.spelling == Spelling::RetailCrm => {}
            json if value::is_nothing(json) && !json.is_array() => {
                let cleared = beneath.filter(|field| !field.computed);
                into.extend(cleared.map(|field| (Cow::Borrowed(field.name), None)));
            }
            _ => self.fault(&shown, Fault::WrongType("object")),
        }
    }

    fn field(&mut self, field: &Field, shown: &str, json: &Json, into: &mut Changes) {
        if field.computed {
            return;
        }
        // PHP writes an object that was never filled in so.
        let hollow = matches!(field.kind, catalogue::Kind::Customer | catalogue::Kind::Hours)
            && (json.is_array() || json.is_object())
            && value::is_nothing(json);
        if hollow && self.spelling == Spelling::RetailCrm {
            return;
        }
        let list = match field.kind {
            catalogue::Kind::Reference(list) => list,
            _ => "",
        };
        match value::read(field.kind, list, json, self.spelling, self.known) {
            Ok(value) => {
                into.insert(Cow::Borrowed(field.name), value);
            }
            Err(fault) => self.fault(shown, fault),
        }
    }

    fn custom(&mut self, key: &str, json: &Json, into: &mut Changes) {
        let map = match json {
            Json::Object(map) => map,
            json if value::is_nothing(json) => return,
            _ => return self.fault(key, Fault::WrongType("object")),
        };
        let known = self.known;
        for (code, json) in map {
            let shown = format!("{key}.{code}");
            let of_this = |field: &&catalogue::CustomField| field.record_type == self.record_type;
            let Some(field) = known.custom.iter().filter(of_this).find(|field| field.code == *code) else {
                self.fault(&shown, Fault::UnknownField);
                continue;
            };
            match value::read(field.value_kind(), &field.list(), json, self.spelling, known) {
                Ok(value) => {
                    into.insert(field.field_name(), value);
                }
                Err(fault) => self.fault(&shown, fault),
            }
        }
    }

    /// The drafts of a list; in RetailCRM also as a map, of payments by their id.
    fn parts(&mut self, list: List, json: &Json) -> Option<Vec<Draft>> {
        let key = list.key();
        let entries: Vec<(String, Option<i64>, &Json)> = match json {
            Json::Array(parts) => {
                parts.iter().enumerate().map(|(at, json)| (format!("{key}[{at}]"), None, json)).collect()
            }
            Json::Object(map) if self.spelling == Spelling::RetailCrm => map
                .iter()
                .map(|(id, json)| {
                    let id_of_payment = id.parse().ok().filter(|_| list == List::Payments);
                    (format!("{key}[{id}]"), id_of_payment, json)
                })
                .collect(),
            json if value::is_nothing(json) => Vec::new(),
            _ => {
                self.fault(key, Fault::WrongType("list"));
                return None;
            }
        };
        if entries.len() > list.most() {
            self.fault(key, Fault::TooMany(list.most()));
            return None;
        }
        let drafts: Vec<(String, Draft)> =
            entries.into_iter().filter_map(|(path, id, json)| self.part(list, path, id, json)).collect();
        self.faults.extend(duplicates(&drafts, self.spelled("external_id", "externalId")));
        Some(drafts.into_iter().map(|(_, draft)| draft).collect())
    }

    /// The line that an id of a part means. One that cannot be Bellwire's is somebody else's, and means none.
    fn line(&self, id: i64) -> Option<u32> {
        let line = match self.spelling {
            Spelling::Native => id,
            Spelling::RetailCrm if id > LINES => id % LINES,
            Spelling::RetailCrm => 0,
        };
        u32::try_from(line).ok().filter(|line| *line > 0 && i64::from(*line) < LINES)
    }

    fn part(&mut self, list: List, path: String, id: Option<i64>, json: &Json) -> Option<(String, Draft)> {
        let Json::Object(map) = json else {
            self.fault(&path, Fault::WrongType("object"));
            return None;
        };
        let mut map = Cow::Borrowed(map);
        if self.spelling == Spelling::RetailCrm && list == List::Items {
            spell_item(map.to_mut());
        }
        let mut draft = Draft { line: id.and_then(|id| self.line(id)), fields: Changes::new() };
        if let Some(given) = map.get("id").filter(|id| !value::is_nothing(id)) {
            let number = given.as_i64().or_else(|| given.as_str()?.trim().parse().ok());
            match number.filter(|id| *id >= 0) {
                Some(number) => draft.line = self.line(number),
                None => self.fault(&format!("{path}.id"), Fault::NotANumber),
            }
        }
        let before = self.faults.len();
        for (key, json) in map.iter().filter(|(key, _)| *key != "id") {
            self.entry(list.fields(), At { inside: "", shown: &path }, (key, json), &mut draft.fields);
        }
        if draft.line.is_none() && draft.fields.values().all(Option::is_none) && self.faults.len() == before {
            self.fault(&path, Fault::Required);
        }
        Some((path, draft))
    }
}

/// Brings an item's other names for one thing to the one that the catalogue has.
fn spell_item(map: &mut Object) {
    let absent = |map: &Object, key: &str| map.get(key).is_none_or(value::is_nothing);
    if absent(map, "productName")
        && let Some(name) = map.get("offer").and_then(|offer| offer.get("displayName").or(offer.get("name")))
    {
        map.insert("productName".to_owned(), name.clone());
    }
    if absent(map, "externalId")
        && let Some(id) = map.get("externalIds").and_then(|ids| ids.get(0)?.get("value"))
    {
        map.insert("externalId".to_owned(), id.clone());
    }
    // An offer is known by the first id that it has.
    if let Some(Json::Object(offer)) = map.get_mut("offer")
        && absent(offer, "externalId")
        && let Some(id) =
            ["xmlId", "id"].iter().find_map(|key| offer.get(*key).filter(|id| !value::is_nothing(id)))
    {
        let id = id.clone();
        offer.insert("externalId".to_owned(), id);
    }
    if absent(map, "discountManualAmount") {
        let decimal = |key: &str| match map.get(key)? {
            Json::String(text) => super::decimal::Decimal::parse(text),
            Json::Number(number) => super::decimal::Decimal::parse(&number.to_string()),
            _ => None,
        };
        let percent = decimal("discountManualPercent").zip(decimal("initialPrice"));
        let counted = percent.map(|(percent, price)| Json::String(price.percent(percent).to_string()));
        if let Some(discount) = counted.or_else(|| map.get("discountTotal").cloned()) {
            map.insert("discountManualAmount".to_owned(), discount);
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn is_beneath(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}
