// Items and payments of an order on its card: two small tables, with the columns marked that a link says have changed.
import type { ComponentChildren, JSX } from "preact";
import { fullTime } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { zone } from "../../session.ts";
import type { RecordCard } from "../../wire.ts";
import { entriesOf, type Directory } from "./directory.ts";
import { money } from "./money.ts";
import type { Marks, Part } from "./sections.ts";

type Line = Record<string, unknown>;

function lines(card: RecordCard, part: Part): Line[] {
  const list = card.state[part];
  return Array.isArray(list) ? (list as Line[]) : [];
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function number(value: unknown): number {
  const read = Number(value ?? 0);
  return Number.isFinite(read) ? read : 0;
}

function quantity(value: unknown): string {
  return value === null || value === undefined ? "1" : number(value).toLocaleString(language.value);
}

interface Column {
  name: string;
  title: string;
  isNumber?: boolean;
  cell: (line: Line) => ComponentChildren;
}

function nameOf(directory: Directory, list: string, code: unknown): string {
  return entriesOf(directory, list).find((entry) => entry.code === code)?.name ?? text(code);
}

function properties(line: Line): string {
  const pairs = line["properties"];
  return pairs && typeof pairs === "object" ? Object.entries(pairs).map(([name, value]) => `${name}: ${text(value)}`).join(" · ") : "";
}

function itemColumns(card: RecordCard, directory: Directory, all: Line[]): Column[] {
  const sum = (value: unknown) => money(number(value), card.currency, language.value);
  const has = (name: string) => all.some((line) => line[name] !== null && line[name] !== undefined);
  return [
    {
      name: "product_name",
      title: t("records.item_name"),
      cell: (line) => (
        <>
          <span dir="auto">{text(line["product_name"] ?? line["offer"] ?? line["external_id"])}</span>
          {[properties(line), text(line["comment"])].filter(Boolean).map((note) => (
            <small key={note} class="faint block" dir="auto">
              {note}
            </small>
          ))}
        </>
      ),
    },
    ...(has("status") ? [{ name: "status", title: t("records.status"), cell: (line: Line) => nameOf(directory, "product-statuses", line["status"]) }] : []),
    { name: "quantity", title: t("records.quantity"), isNumber: true, cell: (line) => quantity(line["quantity"]) },
    { name: "initial_price", title: t("records.price"), isNumber: true, cell: (line) => sum(line["initial_price"]) },
    ...(has("discount") ? [{ name: "discount", title: t("records.discount"), isNumber: true, cell: (line: Line) => (line["discount"] ? sum(line["discount"]) : "") }] : []),
    { name: "sum", title: t("records.sum"), isNumber: true, cell: (line) => sum(number(line["quantity"] ?? 1) * (number(line["initial_price"]) - number(line["discount"]))) },
  ];
}

function paymentColumns(card: RecordCard, directory: Directory): Column[] {
  const paid = (at: unknown) => (typeof at === "string" ? fullTime(at, language.value, zone.value) : "");
  return [
    { name: "type", title: t("records.payment_type"), cell: (line) => nameOf(directory, "payment-types", line["type"]) },
    { name: "status", title: t("records.status"), cell: (line) => nameOf(directory, "payment-statuses", line["status"]) },
    { name: "paid_at", title: t("records.paid_at"), cell: (line) => paid(line["paid_at"]) },
    { name: "amount", title: t("records.amount"), isNumber: true, cell: (line) => money(text(line["amount"]), card.currency, language.value) },
  ];
}

function PartTable({ part, all, columns, marks }: { part: Part; all: Line[]; columns: Column[]; marks: Marks }): JSX.Element {
  const classOf = (column: Column) => [`cell-${column.name}`, column.isNumber ? "cell-sum tabular" : "", marks.hasColumn(part, column.name) ? "marked" : ""].join(" ").trim();
  return (
    <div class="part-scroll" tabIndex={0} role="group" aria-labelledby={`record-${part}`}>
      <table class="part-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={column.isNumber ? "cell-sum" : ""}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((line, at) => (
            <tr key={text(line["id"]) || at}>
              {columns.map((column) => (
                <td key={column.name} class={classOf(column)}>
                  {column.cell(line)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Totals({ card }: { card: RecordCard }): JSX.Element {
  const delivery = (card.state["delivery"] as Line | undefined)?.["cost"];
  const rows: [string, unknown][] = [
    [t("records.items_sum"), card.state["sum"]],
    [t("records.section_delivery"), delivery],
    [t("records.total_sum"), card.total_sum],
  ];
  return (
    <dl class="totals">
      {rows.map(([name, value]) =>
        value === null || value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="tabular">{money(value as string | number, card.currency, language.value)}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

export function Parts({ card, directory, marks }: { card: RecordCard; directory: Directory; marks: Marks }): JSX.Element {
  const columns: Record<Part, (all: Line[]) => Column[]> = {
    items: (all) => itemColumns(card, directory, all),
    payments: () => paymentColumns(card, directory),
  };
  return (
    <>
      {(["items", "payments"] as const).map((part) => {
        const all = lines(card, part);
        const isMarked = marks.hasPart(part);
        if (all.length === 0 && !isMarked) return null;
        return (
          <section key={part} class={isMarked ? "card card-section marked" : "card card-section"} data-marked={isMarked ? "true" : undefined} aria-labelledby={`record-${part}`}>
            <h2 id={`record-${part}`}>
              {t(`records.${part}`)}
              {isMarked ? <span class="visually-hidden"> {t("records.marked")}</span> : null}
            </h2>
            {all.length ? <PartTable part={part} all={all} columns={columns[part](all)} marks={marks} /> : <p class="faint">{t("records.no_parts")}</p>}
            {part === "items" ? <Totals card={card} /> : null}
          </section>
        );
      })}
    </>
  );
}
