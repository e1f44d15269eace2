//! The rows of the catalogue, one line a field: name, native path, RetailCRM path, kind, group. The order of the lines is
//! the order in which changes are told. What a row means stands in `catalogue`.

use super::catalogue::{
    DELIVERY_TYPES, Field, ITEM_STATUSES, Kind, ORDER_METHODS, ORDER_TYPES, PAYMENT_STATUSES, PAYMENT_TYPES,
    SITES, STATUSES, STORES,
};
use super::rules::Group;

const NAME: Kind = Kind::Text(255);
const LONG: Kind = Kind::Text(10_000);

use Group::{Address, Delivery, Items, Manager, Other, Payment, Status, Sum};

const fn row(
    name: &'static str,
    native: &'static str,
    retailcrm: &'static str,
    kind: Kind,
    group: Group,
) -> Field {
    Field { name, native, retailcrm, kind, group, computed: false }
}

const fn computed(name: &'static str, retailcrm: &'static str) -> Field {
    Field { name, native: name, retailcrm, kind: Kind::Money, group: Sum, computed: true }
}

/// A task's. Who performs it may also be a group, which is told by its name.
pub(super) static TASK: &[Field] = &[
    row("text", "text", "text", LONG, Other),
    row("comment", "comment", "commentary", LONG, Other),
    row("due_at", "due", "datetime", Kind::DateTime, Other),
    row("performer", "performer", "performerId", Kind::User, Manager),
    row("customer", "customer", "customer", Kind::Customer, Other),
    row("order", "order", "order", Kind::Customer, Other),
    row("phone", "phone", "phone", NAME, Other),
    row("remind_before", "remind_before", "remindBefore", Kind::Integer, Other),
    row("repeat", "repeat", "repeat", NAME, Other),
    row("escalation", "escalation", "escalation", Kind::Integer, Other),
    row("done", "done", "complete", Kind::Bool, Status),
];

pub(super) static ORDER: &[Field] = &[
    row("status", "status", "status", Kind::Reference(STATUSES), Status),
    row("status_comment", "status_comment", "statusComment", LONG, Status),
    row("manager", "manager", "managerId", Kind::User, Manager),
    row("external_id", "external_id", "externalId", NAME, Other),
    // Natively `number` is Bellwire's own count of records, for every type alike.
    row("number", "order_number", "number", NAME, Other),
    row("site", "site", "site", Kind::Reference(SITES), Other),
    row("order_type", "order_type", "orderType", Kind::Reference(ORDER_TYPES), Other),
    row("order_method", "order_method", "orderMethod", Kind::Reference(ORDER_METHODS), Other),
    row("privilege_type", "privilege_type", "privilegeType", NAME, Other),
    row("country_iso", "country_iso", "countryIso", NAME, Other),
    row("created_at", "created_at", "createdAt", Kind::DateTime, Other),
    row("total_sum", "total_sum", "totalSumm", Kind::Money, Sum),
    computed("sum", "summ"),
    computed("prepay_sum", "prepaySum"),
    computed("purchase_sum", "purchaseSumm"),
    row("currency", "currency", "currency", Kind::Text(3), Sum),
    row("full_paid_at", "full_paid_at", "fullPaidAt", Kind::DateTime, Payment),
    row("expired", "expired", "expired", Kind::Bool, Other),
    row("call", "call", "call", Kind::Bool, Other),
    row("mark", "mark", "mark", Kind::Integer, Other),
    row("mark_datetime", "mark_datetime", "markDatetime", Kind::DateTime, Other),
    row("customer", "customer", "customer", Kind::Customer, Other),
    row("contact", "contact", "contact", Kind::Customer, Other),
    row("company", "company.name", "company.name", NAME, Other),
    row("last_name", "last_name", "lastName", NAME, Other),
    row("first_name", "first_name", "firstName", NAME, Other),
    row("patronymic", "patronymic", "patronymic", NAME, Other),
    row("phone", "phone", "phone", NAME, Other),
    row("additional_phone", "additional_phone", "additionalPhone", NAME, Other),
    row("email", "email", "email", Kind::Email, Other),
    row("customer_comment", "customer_comment", "customerComment", LONG, Other),
    row("manager_comment", "manager_comment", "managerComment", LONG, Other),
    row("delivery_type", "delivery.type", "delivery.code", Kind::Reference(DELIVERY_TYPES), Delivery),
    row("delivery_cost", "delivery.cost", "delivery.cost", Kind::Money, Delivery),
    row("delivery_net_cost", "delivery.net_cost", "delivery.netCost", Kind::Money, Delivery),
    row("delivery_date", "delivery.date", "delivery.date", Kind::Date, Delivery),
    row("delivery_time", "delivery.time", "delivery.time", Kind::Hours, Delivery),
    row("delivery_address.index", "delivery.address.index", "delivery.address.index", NAME, Address),
    row(
        "delivery_address.country_iso",
        "delivery.address.country_iso",
        "delivery.address.countryIso",
        NAME,
        Address,
    ),
    row("delivery_address.region", "delivery.address.region", "delivery.address.region", NAME, Address),
    row("delivery_address.city", "delivery.address.city", "delivery.address.city", NAME, Address),
    row("delivery_address.street", "delivery.address.street", "delivery.address.street", NAME, Address),
    row("delivery_address.building", "delivery.address.building", "delivery.address.building", NAME, Address),
    row("delivery_address.house", "delivery.address.house", "delivery.address.house", NAME, Address),
    row("delivery_address.block", "delivery.address.block", "delivery.address.block", NAME, Address),
    row("delivery_address.floor", "delivery.address.floor", "delivery.address.floor", NAME, Address),
    row("delivery_address.flat", "delivery.address.flat", "delivery.address.flat", NAME, Address),
    row("delivery_address.metro", "delivery.address.metro", "delivery.address.metro", NAME, Address),
    row("delivery_address.notes", "delivery.address.notes", "delivery.address.notes", LONG, Address),
    row("delivery_address.text", "delivery.address.text", "delivery.address.text", LONG, Address),
    row("weight", "weight", "weight", Kind::Number, Delivery),
    row("shipment_store", "shipment_store", "shipmentStore", Kind::Reference(STORES), Delivery),
    row("shipment_date", "shipment_date", "shipmentDate", Kind::Date, Delivery),
    row("shipped", "shipped", "shipped", Kind::Bool, Delivery),
    row("contragent.type", "contragent.type", "contragent.contragentType", NAME, Other),
    row("contragent.legal_name", "contragent.legal_name", "contragent.legalName", NAME, Other),
    row("contragent.legal_address", "contragent.legal_address", "contragent.legalAddress", LONG, Other),
    row("contragent.inn", "contragent.inn", "contragent.INN", NAME, Other),
    row("contragent.kpp", "contragent.kpp", "contragent.KPP", NAME, Other),
    row("contragent.ogrn", "contragent.ogrn", "contragent.OGRN", NAME, Other),
    row("contragent.bank", "contragent.bank", "contragent.bank", NAME, Other),
    row("contragent.bank_account", "contragent.bank_account", "contragent.bankAccount", NAME, Other),
    row("source.source", "source.source", "source.source", NAME, Other),
    row("source.medium", "source.medium", "source.medium", NAME, Other),
    row("source.campaign", "source.campaign", "source.campaign", NAME, Other),
    row("source.keyword", "source.keyword", "source.keyword", NAME, Other),
    row("source.content", "source.content", "source.content", NAME, Other),
    row("from_api", "from_api", "fromApi", Kind::Bool, Other),
];

pub(super) static CUSTOMER: &[Field] = &[
    row("manager", "manager", "managerId", Kind::User, Manager),
    row("external_id", "external_id", "externalId", NAME, Other),
    row("site", "site", "site", Kind::Reference(SITES), Other),
    row("is_contact", "is_contact", "isContact", Kind::Bool, Other),
    row("created_at", "created_at", "createdAt", Kind::DateTime, Other),
    row("last_name", "last_name", "lastName", NAME, Other),
    row("first_name", "first_name", "firstName", NAME, Other),
    row("patronymic", "patronymic", "patronymic", NAME, Other),
    row("sex", "sex", "sex", NAME, Other),
    row("birthday", "birthday", "birthday", Kind::Date, Other),
    row("email", "email", "email", Kind::Email, Other),
    row(
        "email_marketing_unsubscribed_at",
        "email_marketing_unsubscribed_at",
        "emailMarketingUnsubscribedAt",
        Kind::DateTime,
        Other,
    ),
    row("phones", "phones", "phones", Kind::Phones, Other),
    row("vip", "vip", "vip", Kind::Bool, Status),
    row("bad", "bad", "bad", Kind::Bool, Status),
    row("tags", "tags", "tags", Kind::Tags, Other),
    row("total_sum", "total_sum", "totalSumm", Kind::Money, Sum),
    row("average_sum", "average_sum", "averageSumm", Kind::Money, Sum),
    row("margin_sum", "margin_sum", "marginSumm", Kind::Money, Sum),
    row("cost_sum", "cost_sum", "costSumm", Kind::Money, Sum),
    row("orders_count", "orders_count", "ordersCount", Kind::Integer, Sum),
    row("personal_discount", "personal_discount", "personalDiscount", Kind::Number, Sum),
    row("address.index", "address.index", "address.index", NAME, Address),
    row("address.country_iso", "address.country_iso", "address.countryIso", NAME, Address),
    row("address.region", "address.region", "address.region", NAME, Address),
    row("address.city", "address.city", "address.city", NAME, Address),
    row("address.street", "address.street", "address.street", NAME, Address),
    row("address.building", "address.building", "address.building", NAME, Address),
    row("address.house", "address.house", "address.house", NAME, Address),
    row("address.block", "address.block", "address.block", NAME, Address),
    row("address.floor", "address.floor", "address.floor", NAME, Address),
    row("address.flat", "address.flat", "address.flat", NAME, Address),
    row("address.metro", "address.metro", "address.metro", NAME, Address),
    row("address.notes", "address.notes", "address.notes", LONG, Address),
    row("address.text", "address.text", "address.text", LONG, Address),
    row("contragent.type", "contragent.type", "contragent.contragentType", NAME, Other),
    row("contragent.legal_name", "contragent.legal_name", "contragent.legalName", NAME, Other),
    row("contragent.legal_address", "contragent.legal_address", "contragent.legalAddress", LONG, Other),
    row("contragent.inn", "contragent.inn", "contragent.INN", NAME, Other),
    row("contragent.kpp", "contragent.kpp", "contragent.KPP", NAME, Other),
    row("contragent.ogrn", "contragent.ogrn", "contragent.OGRN", NAME, Other),
    row("contragent.bank", "contragent.bank", "contragent.bank", NAME, Other),
    row("contragent.bank_account", "contragent.bank_account", "contragent.bankAccount", NAME, Other),
    row("source.source", "source.source", "source.source", NAME, Other),
    row("source.medium", "source.medium", "source.medium", NAME, Other),
    row("source.campaign", "source.campaign", "source.campaign", NAME, Other),
    row("source.keyword", "source.keyword", "source.keyword", NAME, Other),
    row("source.content", "source.content", "source.content", NAME, Other),
];

/// `discount` is what each piece costs less.
pub(super) static ITEM_FIELDS: &[Field] = &[
    row("external_id", "external_id", "externalId", NAME, Items),
    row("offer", "offer", "offer.externalId", NAME, Items),
    row("product_name", "product_name", "productName", NAME, Items),
    row("status", "status", "status", Kind::Reference(ITEM_STATUSES), Items),
    row("quantity", "quantity", "quantity", Kind::Number, Items),
    row("initial_price", "initial_price", "initialPrice", Kind::Money, Items),
    row("discount", "discount", "discountManualAmount", Kind::Money, Items),
    row("purchase_price", "purchase_price", "purchasePrice", Kind::Money, Items),
    row("comment", "comment", "comment", LONG, Items),
    row("properties", "properties", "properties", Kind::Pairs, Items),
];

pub(super) static PAYMENT_FIELDS: &[Field] = &[
    row("external_id", "external_id", "externalId", NAME, Payment),
    row("type", "type", "type", Kind::Reference(PAYMENT_TYPES), Payment),
    row("status", "status", "status", Kind::Reference(PAYMENT_STATUSES), Payment),
    row("amount", "amount", "amount", Kind::Money, Payment),
    row("paid_at", "paid_at", "paidAt", Kind::DateTime, Payment),
    row("comment", "comment", "comment", LONG, Payment),
];
