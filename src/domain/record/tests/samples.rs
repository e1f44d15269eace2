//! What the tests of the change engine share: an account that knows a few people, customers and custom fields.

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::domain::error::{Error, Result};
use crate::domain::id::UserId;
use crate::domain::record::catalogue::{CustomField, CustomKind};
use crate::domain::record::patch::Patch;
use crate::domain::record::value::{Known, RecordRef, Spelling, UserRef};
use crate::domain::record::{RecordId, RecordType};

pub fn zone() -> TimeZone {
    TimeZone::get("Europe/Madrid").unwrap()
}

/// One custom field of each kind, for each type of record, called as its kind is; and a dictionary of colours.
pub fn custom() -> Vec<CustomField> {
    let field = |record_type, kind: CustomKind| CustomField {
        record_type,
        code: if kind == CustomKind::Dictionary { "colour" } else { kind.name() }.to_owned(),
        name: kind.name().to_owned(),
        kind,
        dictionary: (kind == CustomKind::Dictionary).then(|| "colours".to_owned()),
    };
    RecordType::ALL.iter().flat_map(|of| CustomKind::ALL.iter().map(|kind| field(*of, *kind))).collect()
}

/// Users are `u-1` to `u-9`, by id, number and e-mail; customers `c-1` to `c-9`. The code `unknown` is in no list.
pub fn with_known<T>(then: impl FnOnce(&Known) -> T) -> T {
    let digit = |text: &str| text.parse().ok().filter(|n| (1..=9_i64).contains(n));
    let user = |named: &UserRef| {
        let number = match named {
            UserRef::Id(id) => digit(id.strip_prefix("u-")?),
            UserRef::Email(email) => digit(email.strip_suffix("@example.com")?),
            UserRef::Number(number) => digit(&number.to_string()),
        };
        number.map(|number| UserId::new(format!("u-{number}")))
    };
    let customer = |named: &RecordRef| {
        let number = match named {
            RecordRef::Id(id) => digit(id.strip_prefix("c-")?),
            RecordRef::ExternalId { external_id, .. } => digit(external_id.strip_prefix("shop-")?),
            RecordRef::Number(number) => digit(&number.to_string()),
        };
        number.map(|number| RecordId::new(format!("c-{number}")))
    };
    let code = |_: &str, code: &str| code != "unknown";
    let (zone, custom) = (zone(), custom());
    then(&Known { zone: &zone, custom: &custom, user: &user, customer: &customer, code: &code })
}

pub fn read(record_type: RecordType, spelling: Spelling, json: &Json) -> Result<Patch> {
    with_known(|known| Patch::read(record_type, spelling, json, known))
}

pub fn native(record_type: RecordType, text: &str) -> Patch {
    read(record_type, Spelling::Native, &serde_json::from_str(text).unwrap()).unwrap()
}

pub fn retailcrm(record_type: RecordType, text: &str) -> Patch {
    read(record_type, Spelling::RetailCrm, &serde_json::from_str(text).unwrap()).unwrap()
}

/// The faults of a state as `path: key of the sentence`.
pub fn faults(record_type: RecordType, spelling: Spelling, json: &Json) -> Vec<String> {
    match read(record_type, spelling, json) {
        Err(Error::Invalid(faults)) => {
            let mut told: Vec<_> = faults.iter().map(|f| format!("{}: {}", f.field, f.fault.key())).collect();
            told.sort();
            told
        }
        other => panic!("{other:?}"),
    }
}
