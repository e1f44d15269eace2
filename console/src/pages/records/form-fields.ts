// The fields of the form, by section, with where each stands in the state that is sent; and the way between a state and
// what stands in the form. Only what was changed is sent. Pure.
import { instantToLocal, localToInstant } from "../../format.ts";
import type { Key } from "../../i18n/index.ts";
import type { CustomField, CustomKind, RecordState, RecordType } from "../../wire.ts";
import { spelledNumber } from "./money.ts";
import type { Section } from "./sections.ts";

export type FieldKind = "text" | "long" | "email" | "tel" | "money" | "number" | "date" | "datetime" | "bool" | "words" | "manager" | "customer" | "site" | "list";

export interface FormField {
  /** Where it stands in the state, nested by dot; also how the server names it in errors. */
  path: string;
  kind: FieldKind;
  section: Section;
  /** A custom field has a name instead. */
  key?: Key;
  name?: string;
  list?: string;
}

/** What stands in a field of the form. A customer is known by id and shown by title. */
export type FormValue = string | boolean | { id: string; title: string } | null;
export type Line = Record<string, string>;

export interface FormValues {
  fields: Record<string, FormValue>;
  items: Line[];
  payments: Line[];
}

function field(path: string, kind: FieldKind, section: Section, key: Key, list?: string): FormField {
  return list === undefined ? { path, kind, section, key } : { path, kind, section, key, list };
}

const ADDRESS: readonly [string, FieldKind, Key][] = [
  ["country_iso", "text", "rfield.country"],
  ["index", "text", "rfield.index"],
  ["region", "text", "rfield.region"],
  ["city", "text", "rfield.city"],
  ["street", "text", "rfield.street"],
  ["building", "text", "rfield.building"],
  ["flat", "text", "rfield.flat"],
  ["notes", "text", "rfield.address_notes"],
];

const ORDER: readonly FormField[] = [
  field("status", "list", "main", "records.status", "statuses"),
  field("manager", "manager", "main", "records.manager"),
  field("order_number", "text", "main", "rfield.order_number"),
  field("external_id", "text", "main", "rfield.external_id"),
  field("site", "site", "main", "records.site"),
  field("order_type", "list", "main", "rfield.order_type", "order-types"),
  field("order_method", "list", "main", "rfield.order_method", "order-methods"),
  field("status_comment", "text", "main", "rfield.status_comment"),
  field("manager_comment", "long", "main", "rfield.manager_comment"),
  field("customer", "customer", "buyer", "record.customer"),
  field("first_name", "text", "buyer", "rfield.first_name"),
  field("last_name", "text", "buyer", "rfield.last_name"),
  field("email", "email", "buyer", "field.email"),
  field("phone", "tel", "buyer", "rfield.phone"),
  field("customer_comment", "long", "buyer", "rfield.customer_comment"),
  field("currency", "text", "money", "rfield.currency"),
  field("total_sum", "money", "money", "records.total_sum"),
  field("delivery.type", "list", "delivery", "rfield.delivery_type", "delivery-types"),
  field("delivery.cost", "money", "delivery", "rfield.delivery_cost"),
  field("delivery.date", "date", "delivery", "rfield.delivery_date"),
  field("shipment_store", "list", "delivery", "rfield.store", "stores"),
  ...ADDRESS.map(([name, kind, key]) => field(`delivery.address.${name}`, kind, "delivery", key)),
  field("shipped", "bool", "delivery", "rfield.shipped"),
];

const CUSTOMER: readonly FormField[] = [
  field("first_name", "text", "main", "rfield.first_name"),
  field("last_name", "text", "main", "rfield.last_name"),
  field("email", "email", "main", "field.email"),
  field("phones", "words", "main", "rfield.phones"),
  field("manager", "manager", "main", "records.manager"),
  field("birthday", "date", "main", "rfield.birthday"),
  field("external_id", "text", "main", "rfield.external_id"),
  field("site", "site", "main", "records.site"),
  field("tags", "words", "main", "rfield.tags"),
  field("vip", "bool", "main", "rfield.vip"),
  field("bad", "bool", "main", "rfield.bad"),
  ...ADDRESS.map(([name, kind, key]) => field(`address.${name}`, kind, "delivery", key)),
];

const CUSTOM_KINDS: Record<CustomKind, FieldKind> = {
  string: "text", text: "long", integer: "number", numeric: "number", boolean: "bool", date: "date", datetime: "datetime", dictionary: "list", email: "email",
};

export function formFields(type: RecordType, custom: readonly CustomField[]): FormField[] {
  const own = custom.map((one): FormField => ({
    path: `custom_fields.${one.code}`,
    kind: CUSTOM_KINDS[one.type],
    section: "custom",
    name: one.name,
    ...(one.type === "dictionary" ? { list: `dictionary:${one.dictionary ?? one.code}` } : {}),
  }));
  return [...(type === "order" ? ORDER : CUSTOMER), ...own];
}

export const ITEM_FIELDS: readonly string[] = ["product_name", "quantity", "initial_price", "discount", "status"];
export const PAYMENT_FIELDS: readonly string[] = ["type", "status", "amount", "paid_at"];
const NUMBERS = new Set(["quantity", "initial_price", "discount", "amount"]);

function inside(state: RecordState, path: string): unknown {
  return path.split(".").reduce<unknown>((at, name) => (at && typeof at === "object" ? (at as RecordState)[name] : undefined), state);
}

function shown(kind: FieldKind, value: unknown, zone: string, customer: { id: string; title: string } | null): FormValue {
  if (kind === "bool") return value === true;
  if (kind === "customer") return customer;
  if (value === null || value === undefined) return "";
  if (kind === "words") return Array.isArray(value) ? value.join(", ") : String(value);
  if (kind === "datetime") return instantToLocal(Date.parse(String(value)), zone);
  return typeof value === "object" ? String((value as { id?: unknown; code?: unknown }).code ?? (value as { id?: unknown }).id ?? "") : String(value);
}

function linesOf(list: unknown, fields: readonly string[], zone: string): Line[] {
  if (!Array.isArray(list)) return [];
  return (list as RecordState[]).map((part) => {
    const line: Line = { id: String(part["id"] ?? "") };
    for (const name of fields) line[name] = String(shown(name === "paid_at" ? "datetime" : "text", part[name], zone, null));
    return line;
  });
}

/** What the form shows of a state; of an empty one, what a new record begins with. */
export function valuesOf(fields: readonly FormField[], state: RecordState, zone: string, customer: { id: string; title: string } | null): FormValues {
  return {
    fields: Object.fromEntries(fields.map(({ path, kind }) => [path, shown(kind, inside(state, path), zone, customer)])),
    items: linesOf(state["items"], ITEM_FIELDS, zone),
    payments: linesOf(state["payments"], PAYMENT_FIELDS, zone),
  };
}

function sent(kind: FieldKind, value: FormValue | undefined, zone: string): unknown {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "object") return { id: value.id };
  if (kind === "words") return value.split(/[,;\n]/).map((word) => word.trim()).filter(Boolean);
  if (kind === "money" || kind === "number") return spelledNumber(value);
  if (kind === "datetime") return localToInstant(value, zone);
  return value.trim() || null;
}

function put(into: RecordState, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop()!;
  let at = into;
  for (const name of names) at = (at[name] ??= {}) as RecordState;
  at[last] = value;
}

function sentLine(line: Line, before: Line | undefined, zone: string): RecordState {
  const part: RecordState = line["id"] ? { id: Number(line["id"]) } : {};
  for (const [name, value] of Object.entries(line)) {
    if (name === "id" || (value === "" && !before?.[name])) continue;
    part[name] = value === "" ? null : name === "paid_at" ? localToInstant(value, zone) : NUMBERS.has(name) ? spelledNumber(value) : value.trim();
  }
  return part;
}

function isEmpty(line: Line): boolean {
  return Object.values(line).every((value) => value === "");
}

/**
 * The state to send: of the fields those that differ from what the form began with, of items and payments the whole list
 * if anything in it differs. What the form does not show of a line stays, because lines are known by their id.
 */
export function changedState(fields: readonly FormField[], before: FormValues, after: FormValues, zone: string): RecordState {
  const state: RecordState = {};
  for (const { path, kind } of fields) {
    const [old, now] = [before.fields[path], after.fields[path]];
    if (JSON.stringify(old) !== JSON.stringify(now)) put(state, path, sent(kind, now, zone));
  }
  for (const list of ["items", "payments"] as const) {
    const lines = after[list].filter((line) => !isEmpty(line));
    if (JSON.stringify(before[list]) === JSON.stringify(lines)) continue;
    state[list] = lines.map((line) => sentLine(line, before[list].find((old) => old["id"] !== "" && old["id"] === line["id"]), zone));
  }
  return state;
}

/** Empty lines are not sent: the server's `items[1]` may be the third line of the form. */
export function shownLine(lines: readonly Line[], sentAt: number): number {
  const kept = lines.map((line, at) => ({ line, at })).filter(({ line }) => !isEmpty(line));
  return kept[sentAt]?.at ?? sentAt;
}
