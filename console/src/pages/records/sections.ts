// How a card and a form group the fields of a record, and which of them a link wants marked. Pure.
import type { RecordField, RecordType } from "../../wire.ts";

export const SECTIONS = ["main", "buyer", "delivery", "money", "legal", "origin", "custom"] as const;
export type Section = (typeof SECTIONS)[number];

const BUYER = /^(customer|contact|company|last_name|first_name|patronymic|phone|phones|additional_phone|email|email_marketing_unsubscribed_at|customer_comment|sex|birthday)$/;
const MONEY = /^(total_sum|sum|prepay_sum|purchase_sum|currency|full_paid_at|average_sum|margin_sum|cost_sum|orders_count|personal_discount)$/;
const DELIVERY = /^(delivery_|address\.|weight$|shipment_|shipped$)/;

export function sectionOf(type: RecordType, name: string): Section {
  if (name.startsWith("custom_")) return "custom";
  if (name.startsWith("contragent.")) return "legal";
  if (name.startsWith("source.")) return "origin";
  if (DELIVERY.test(name)) return "delivery";
  if (MONEY.test(name)) return "money";
  // A customer's name and address of mail are what he is, not whose order it is.
  return type === "order" && BUYER.test(name) ? "buyer" : "main";
}

/** Shown in the head of the card, or with what they belong to. */
const ELSEWHERE = new Set(["total_sum", "items", "payments"]);

export function grouped(type: RecordType, fields: readonly RecordField[]): { section: Section; fields: RecordField[] }[] {
  const shown = fields.filter((field) => !ELSEWHERE.has(field.name) || type === "customer");
  return SECTIONS.map((section) => ({ section, fields: shown.filter((field) => sectionOf(type, field.name) === section) })).filter((group) => group.fields.length > 0);
}

export type Part = "items" | "payments";

/** The fields that a link names as changed. */
export class Marks {
  readonly #names: ReadonlySet<string>;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  static from(query: URLSearchParams): Marks {
    return new Marks((query.get("changed") ?? "").split(",").filter(Boolean));
  }

  get any(): boolean {
    return this.#names.size > 0;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether parts of the list came, went or changed. */
  hasPart(part: Part): boolean {
    const prefix = part === "items" ? "order_product" : "payments";
    return [...this.#names].some((name) => name === prefix || name.startsWith(`${prefix}.`));
  }

  /** Whether this column of the list changed in some part. */
  hasColumn(part: Part, column: string): boolean {
    return this.#names.has(`${part === "items" ? "order_product" : "payments"}.${column}`);
  }
}
