// What a list of records is narrowed to and sorted by: read from the address, and sent to the server. Pure.
import { dayAfter, localToInstant } from "../../format.ts";
import { withQuery } from "../../http.ts";
import type { RecordRow, RecordType } from "../../wire.ts";
import { typedNumber } from "./money.ts";
import { apiOf } from "./type.ts";

export type Order = "changed" | "number" | "sum";

export interface RecordFilter {
  q: string;
  status: string[];
  /** `me`, `none`, or ids of users. */
  manager: string[];
  site: string | null;
  customer: string | null;
  /** Days of creation as YYYY-MM-DD in the user's zone, both included. */
  from: string | null;
  to: string | null;
  least: string | null;
  most: string | null;
  order: Order;
}

export const PAGE = 50;
/** Up to here the server counts. */
export const MOST_COUNTED = 10_000;
/** The parameters that narrow; without any of them the list is whole. */
export const NARROWING = ["q", "status", "manager", "site", "customer", "from", "to", "least", "most"] as const;

function day(value: string | null): string | null {
  return value && /^\d{4}-\d\d-\d\d$/.test(value) ? value : null;
}

function list(value: string | null): string[] {
  return [...new Set((value ?? "").split(",").filter(Boolean))];
}

function sum(value: string | null): string | null {
  return value && typedNumber(value) !== null ? value : null;
}

export function filterFrom(query: URLSearchParams): RecordFilter {
  const order = query.get("order");
  return {
    q: query.get("q")?.trim() ?? "",
    status: list(query.get("status")),
    manager: list(query.get("manager")),
    site: query.get("site") || null,
    customer: query.get("customer") || null,
    from: day(query.get("from")),
    to: day(query.get("to")),
    least: sum(query.get("least")),
    most: sum(query.get("most")),
    order: order === "number" || order === "sum" ? order : "changed",
  };
}

export function isNarrowed(filter: RecordFilter): boolean {
  const { q, status, manager, site, customer, from, to, least, most } = filter;
  return Boolean(q || status.length || manager.length || site || customer || from || to || least || most);
}

export function pathOf(type: RecordType, filter: RecordFilter, zone: string, cursor: string | null): string {
  return withQuery(apiOf(type), {
    q: filter.q,
    status: filter.status.join(","),
    manager: filter.manager.join(","),
    site: filter.site,
    customer: filter.customer,
    created_from: filter.from && localToInstant(filter.from, zone),
    created_to: filter.to && localToInstant(dayAfter(filter.to), zone),
    sum_from: filter.least && typedNumber(filter.least),
    sum_to: filter.most && typedNumber(filter.most),
    order: filter.order,
    cursor,
    limit: PAGE,
  });
}

function rank(row: RecordRow, order: Order): number {
  if (order === "number") return row.number;
  if (order === "sum") return row.total_sum === null ? -Infinity : Number(row.total_sum);
  return Date.parse(row.changed_at);
}

/** As the server sorts: the latest, highest or largest first. */
export function compareRows(a: RecordRow, b: RecordRow, order: Order): number {
  const [x, y] = [rank(a, order), rank(b, order)];
  return x === y ? 0 : y - x;
}

/**
 * The first page read again, and the further pages that are there already: those of their rows stay that come after it.
 * Without a further page of the server there is nothing after it.
 */
export function mergeHead(head: RecordRow[], before: RecordRow[], order: Order, hasMore: boolean): RecordRow[] {
  const last = head.at(-1);
  if (!hasMore || !last) return head;
  const fresh = new Set(head.map((row) => row.id));
  return [...head, ...before.filter((row) => !fresh.has(row.id) && compareRows(row, last, order) >= 0)];
}
