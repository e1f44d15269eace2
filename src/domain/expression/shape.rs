//! What objects and fields there are, by which an expression is checked before it is saved. Which ones an event has is
//! decided in `domain::facts`.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The objects of an event, by name.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub objects: BTreeMap<&'static str, Sort>,
}

/// What stands at a place.
#[derive(Debug, Clone)]
pub enum Sort {
    /// It may be anything: the data of a custom event.
    Any,
    /// A value without fields of interest.
    Plain(Plain),
    List(Arc<Sort>),
    Object(Arc<dyn Fields>),
}

/// The sort of a plain value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    Bool,
    Number,
    Money,
    Text,
    Date,
    Time,
}

/// The fields of an object. Asked, and not listed, because an order has a customer who has a manager.
pub trait Fields: Send + Sync + std::fmt::Debug {
    /// What people read that it is: `order`.
    fn name(&self) -> String;

    fn field(&self, name: &str) -> Option<Sort>;

    /// What a method with arguments gives.
    fn method(&self, _name: &str, _first: Option<&str>) -> Option<Sort> {
        None
    }

    /// What its elements are, where it is a collection.
    fn items(&self) -> Option<Sort> {
        None
    }
}
