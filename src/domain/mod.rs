//! Types that are valid once they exist, and the decisions of the product. Pure: no async, no I/O, no clock, no
//! randomness; time and ids are arguments. [`plan`](plan::plan) is the heart.

pub mod access;
pub mod actor;
pub mod announcement;
pub mod branding;
pub mod code;
pub mod condition;
pub mod cursor;
pub mod delivery;
pub mod email;
pub mod error;
pub mod event;
pub mod faults;
pub mod feed;
pub mod id;
pub mod inbox;
pub mod kind;
pub mod language;
pub mod link;
pub mod mail;
pub mod notification;
pub mod operator;
pub mod origin;
pub mod password;
pub mod patch;
pub mod plan;
pub mod preferences;
pub mod record;
pub mod rights;
pub mod scope;
pub mod sight;
pub mod task;
pub mod told;
pub mod user;
pub mod work;
pub mod zone;
