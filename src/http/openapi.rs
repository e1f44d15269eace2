//! The OpenAPI 3.1 document, made of the route table and of the wire types themselves.
//!
//! Nothing here is written by hand about a single route: what the document says, the router does. The page that shows
//! it to people is not here.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::{Contract, SchemaSettings};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::problem::ProblemOut;
use super::reply::Success;
use super::route::{Operation, RouteInfo};
use crate::domain::access::{Access, UserNeeds};

/// `GET /openapi.json`
pub async fn read_openapi() -> Success<Value> {
    Success::new(document())
}

/// The document of the whole table.
#[must_use]
pub fn document() -> Value {
    let table: Vec<RouteInfo> = super::table().into_iter().map(|route| route.info).collect();
    describe(&table)
}

/// Types that are read and types that are written differ in what may be left out.
struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
    /// For parameters, which have no components of their own.
    inline: SchemaGenerator,
}

fn generator(contract: Contract, inline: bool) -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.contract = contract;
    settings.inline_subschemas = inline;
    settings.into_generator()
}

pub(super) fn describe(table: &[RouteInfo]) -> Value {
    let mut schemas = Schemas {
        read: generator(Contract::Deserialize, false),
        written: generator(Contract::Serialize, false),
        inline: generator(Contract::Deserialize, true),
    };
    let problem = schemas.written.subschema_for::<ProblemOut>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in table {
        let operation = describe_route(route, &mut schemas);
        paths.entry(route.path).or_default().insert(route.method.to_ascii_lowercase(), operation);
    }
    let mut read = schemas.read.take_definitions(true);
    let written = schemas.written.take_definitions(true);
    part(&mut read, &written, paths.values_mut().flat_map(|calls| calls.values_mut()));
    let components = merge(read, written);
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Bellwire",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The notification centre of a back office. Times are RFC 3339 in UTC, ids are opaque, \
                lists are paged by cursor and next, and every error is a problem (RFC 9457) in the caller's \
                language.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Problem": {
                "description": "Why not; Retry-After stands with 429 and 503.",
                "content": {"application/problem+json": {"schema": problem}},
            }},
            "parameters": {"IdempotencyKey": {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "A call repeated with the same key and body has its effect once and gets the first \
                    answer again, marked `Idempotency-Replayed: true`, for 72 hours.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or a user's token."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-bellwire",
                    "description": "The console's session."},
                "operator": {"type": "apiKey", "in": "cookie", "name": "__Host-bellwire-operator",
                    "description": "The session of the operator's pages."},
            },
        },
    })
}

/// The types that are read otherwise than they are written, because what is left away in a request stands in every answer;
/// and those that name such a type. As they are read they are called after that.
fn apart(read: &Map<String, Value>, written: &Map<String, Value>) -> BTreeSet<String> {
    let mut apart: BTreeSet<String> = read
        .iter()
        .filter(|(name, schema)| written.get(*name).is_some_and(|other| other != *schema))
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let names = |schema: &Value| {
            let text = schema.to_string();
            apart.iter().any(|name| text.contains(&format!("#/components/schemas/{name}\"")))
        };
        let more: Vec<String> = read
            .iter()
            .filter(|(name, schema)| written.contains_key(*name) && !apart.contains(*name) && names(schema))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return apart;
        }
        apart.extend(more);
    }
}

/// Names the types apart that are read otherwise than they are written, in the calls as well.
fn part<'a>(
    read: &mut Map<String, Value>,
    written: &Map<String, Value>,
    calls: impl Iterator<Item = &'a mut Value>,
) {
    let apart = apart(read, written);
    for call in calls {
        if let Some(body) = call.get_mut("requestBody") {
            point_to_read(body, &apart);
        }
    }
    for name in &apart {
        if let Some(schema) = read.remove(name) {
            read.insert(format!("{name}In"), schema);
        }
    }
    for schema in read.values_mut() {
        point_to_read(schema, &apart);
    }
}

/// Has references to these types mean them as they are read.
fn point_to_read(schema: &mut Value, apart: &BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let name = value.as_str().and_then(|path| path.strip_prefix("#/components/schemas/"));
                match name {
                    Some(name) if key == "$ref" && apart.contains(name) => {
                        *value = format!("#/components/schemas/{name}In").into();
                    }
                    _ => point_to_read(value, apart),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| point_to_read(value, apart)),
        _ => {}
    }
}

/// Types that are both read and written, such as closed sets of names, are the same in both; those that are not are two by
/// now.
fn merge(mut read: Map<String, Value>, written: Map<String, Value>) -> Map<String, Value> {
    for (name, schema) in written {
        let other = read.insert(name.clone(), schema);
        debug_assert!(
            other.is_none_or(|other| other == read[&name]),
            "{name} is read and written differently"
        );
    }
    read
}

fn describe_route(route: &RouteInfo, schemas: &mut Schemas) -> Value {
    let operation = &route.operation;
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.about,
        "description": who(route.access),
        "tags": [tag(route.path)],
        "security": security(route.access),
        "responses": responses(operation, schemas),
    });
    let parameters = parameters(route, schemas);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(schema_of) = operation.body {
        let schema = schema_of(&mut schemas.read);
        let required = is_anything_required(&schema, &schemas.read);
        described["requestBody"] = json!({
            "required": required,
            "content": {"application/json": {"schema": schema}},
        });
    }
    described
}

/// A body may be left away when none of its fields is required.
fn is_anything_required(schema: &Schema, generator: &SchemaGenerator) -> bool {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let resolved = name.and_then(|name| generator.definitions().get(name)).unwrap_or(schema.as_value());
    resolved.get("required").is_some_and(|fields| fields.as_array().is_some_and(|fields| !fields.is_empty()))
}

fn responses(operation: &Operation, schemas: &mut Schemas) -> Map<String, Value> {
    let mut responses = Map::new();
    for answer in &operation.answers {
        let mut response = json!({"description": "Done"});
        if !answer.media.is_empty() {
            let schema = answer.schema.map(|schema_of| schema_of(&mut schemas.written));
            let schema = schema.map_or(json!({"type": "string"}), Value::from);
            response["content"] = json!({answer.media: {"schema": schema}});
        }
        responses.insert(answer.status.to_string(), response);
    }
    responses.insert("default".into(), json!({"$ref": "#/components/responses/Problem"}));
    responses
}

fn parameters(route: &RouteInfo, schemas: &mut Schemas) -> Vec<Value> {
    let names = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut parameters: Vec<Value> = names
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Some(schema_of) = route.operation.query {
        let schema = Value::from(schema_of(&mut schemas.inline));
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in schema["properties"].as_object().cloned().unwrap_or_default() {
            let required = required.contains(&Value::from(name.as_str()));
            parameters.push(json!({"name": name, "in": "query", "required": required, "schema": schema}));
        }
    }
    if route.operation.once {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    parameters
}

/// The first word of the path after the version.
fn tag(path: &str) -> &str {
    let path = path.strip_prefix("/v1").unwrap_or(path).trim_start_matches('/');
    path.split(['/', '.']).next().unwrap_or(path)
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Operator => json!([{"operator": []}]),
        Access::Caller { user: Some(_), .. } => json!([{"bearer": []}, {"cookie": []}]),
        Access::Caller { user: None, .. } => json!([{"bearer": []}]),
    }
}

fn who(access: Access) -> String {
    let (user, key) = match access {
        Access::Public => return "Everybody may call this.".into(),
        Access::Operator => return "For operators of the server.".into(),
        Access::Caller { user, key } => (user, key),
    };
    let user = user.map(|needs| match needs {
        UserNeeds::SignIn => "users".to_owned(),
        UserNeeds::MaySendNotifications => "users who may send notifications".to_owned(),
        UserNeeds::MayEditRules => "users who may edit rules".to_owned(),
        UserNeeds::Administrator => "administrators".to_owned(),
    });
    let key = key.map(|scope| format!("keys with the scope `{}` or `all`", scope.name()));
    let all: Vec<String> = user.into_iter().chain(key).collect();
    format!("For {}.", all.join(", and ")).replace("`all` or `all`", "`all`")
}
