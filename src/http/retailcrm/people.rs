//! Users and their groups.

use serde_json::{Value as Json, json};

use super::Call;
use super::answer::{Answer, Refusal, Result};
use super::filter::Filter;
use super::history::local;
use super::page::Paging;
use crate::domain::error::Error;
use crate::domain::rights::Role;
use crate::domain::user::UserState;
use crate::flows::retailcrm::people::{self, Availability, People, Seen};

pub async fn list_users(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut filter = Filter::of(&call.params);
    let (email, status) = (filter.text("email"), filter.text("status"));
    let (online, active) = (filter.flag("online"), filter.flag("active"));
    let (is_admin, is_manager) = (filter.flag("isAdmin"), filter.flag("isManager"));
    let (groups, ids) = (filter.texts("groups"), filter.numbers("ids"));
    let (from, to) = (filter.from("createdAtFrom"), filter.to("createdAtTo"));
    filter.finish()?;
    let mut people = people::list(&call.state.ctx, call.account()).await?;
    let users = std::mem::take(&mut people.users);
    let at = |local: Option<jiff::civil::DateTime>| {
        local.and_then(|l| people.zone.to_timestamp(l).ok()).map(jiff::Timestamp::as_millisecond)
    };
    let (from, to) = (at(from), at(to));
    let is_wanted = |seen: &Seen| {
        let user = &seen.user;
        email.as_ref().is_none_or(|email| user.email.eq_ignore_ascii_case(email))
            && status.as_deref().is_none_or(|status| seen.availability.name() == status)
            && online.is_none_or(|online| seen.online == online)
            && active.is_none_or(|active| is_active(seen) == active)
            && is_admin.is_none_or(|is_admin| (user.role == Role::Administrator) == is_admin)
            && is_manager.unwrap_or(true)
            && ids.as_ref().is_none_or(|ids| ids.contains(&user.number))
            && from.is_none_or(|from| user.created_at >= from)
            && to.is_none_or(|to| user.created_at < to)
            && groups.as_ref().is_none_or(|groups| is_in(seen, groups, &people))
    };
    let (page, pagination) = paging.of(users.into_iter().filter(is_wanted).collect());
    let users: Json = page.iter().map(|seen| user_json(seen, &people)).collect();
    Ok(Answer::success().with("pagination", pagination).with("users", users))
}

/// Groups are named by their codes, or by their numbers.
fn is_in(seen: &Seen, groups: &[String], people: &People) -> bool {
    let mut own = people.groups.iter().filter(|group| seen.user.groups.contains(&group.code));
    own.any(|group| groups.iter().any(|g| *g == group.code || *g == group.number.to_string()))
}

fn is_active(seen: &Seen) -> bool {
    seen.user.state() != UserState::Locked
}

pub async fn get_user(call: Call) -> Result<Answer> {
    let number: i64 = call.path(0).trim().parse().map_err(|_| Error::NotFound)?;
    let people = people::list(&call.state.ctx, call.account()).await?;
    let seen = people.users.iter().find(|seen| seen.user.number == number).ok_or(Error::NotFound)?;
    Ok(Answer::success().with("user", user_json(seen, &people)))
}

pub async fn set_status(call: Call) -> Result<Answer> {
    let status = call.params.required("status")?;
    let status = Availability::parse(&status)
        .ok_or_else(|| Refusal::validation("status", "This must be one of free, busy, dinner, break"))?;
    let number: i64 = call.path(0).trim().parse().map_err(|_| Error::NotFound)?;
    people::set_availability(&call.state.ctx, call.account(), number, status).await?;
    Ok(Answer::success())
}

fn user_json(seen: &Seen, people: &People) -> Json {
    let user = &seen.user;
    let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let groups = people.groups.iter().filter(|group| user.groups.contains(&group.code));
    let groups: Json =
        groups.map(|group| json!({"id": group.number, "name": group.name, "code": group.code})).collect();
    json!({
        "id": user.number,
        "createdAt": local(user.created_at, &people.zone),
        "active": is_active(seen),
        "email": user.email,
        "firstName": first,
        "lastName": last.trim(),
        "status": seen.availability.name(),
        "online": seen.online,
        "isAdmin": user.role == Role::Administrator,
        "isManager": true,
        "groups": groups,
    })
}

pub async fn list_groups(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut people = people::list(&call.state.ctx, call.account()).await?;
    let (page, pagination) = paging.of(std::mem::take(&mut people.groups));
    let none: [&str; 0] = [];
    let groups: Json = page
        .iter()
        .map(|group| {
            json!({
                "id": group.number,
                "name": group.name,
                "code": group.code,
                "isManager": true,
                "isPosManager": false,
                "isDeliveryMen": false,
                "deliveryTypes": none,
                "breakdownOrderTypes": none,
                "breakdownSites": none,
                "breakdownOrderMethods": none,
                "grantedOrderTypes": none,
                "grantedSites": people.sites.get(group.id.as_str()).map_or(&[][..], Vec::as_slice),
            })
        })
        .collect();
    Ok(Answer::success().with("pagination", pagination).with("groups", groups))
}
