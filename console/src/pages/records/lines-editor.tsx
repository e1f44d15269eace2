// Items and payments while an order is typed: one row each, added and removed, with the error of a cell beneath it.
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { language, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import { ITEM_FIELDS, PAYMENT_FIELDS, type Line } from "./form-fields.ts";
import { money, typedNumber } from "./money.ts";
import type { Part } from "./sections.ts";

interface Column {
  name: string;
  title: string;
  list?: string;
  type?: "number" | "time";
}

function columns(part: Part, directory: Directory): Column[] {
  if (part === "payments") {
    return [
      { name: "type", title: t("records.payment_type"), list: "payment-types" },
      { name: "status", title: t("records.status"), list: "payment-statuses" },
      { name: "amount", title: t("records.amount"), type: "number" },
      { name: "paid_at", title: t("records.paid_at"), type: "time" },
    ];
  }
  const all: Column[] = [
    { name: "product_name", title: t("records.item_name") },
    { name: "quantity", title: t("records.quantity"), type: "number" },
    { name: "initial_price", title: t("records.price"), type: "number" },
    { name: "discount", title: t("records.discount"), type: "number" },
  ];
  return entriesOf(directory, "product-statuses").length ? [...all, { name: "status", title: t("records.status"), list: "product-statuses" }] : all;
}

export function emptyLine(part: Part): Line {
  const line: Line = { id: "" };
  for (const name of part === "items" ? ITEM_FIELDS : PAYMENT_FIELDS) line[name] = "";
  return line;
}

/** What the lines cost together; null as long as one of them is no number. */
export function linesSum(part: Part, lines: readonly Line[]): number | null {
  let sum = 0;
  for (const line of lines) {
    const read = (name: string, otherwise: number) => (line[name] ? typedNumber(line[name]) : otherwise);
    const parts = part === "items" ? [read("quantity", 1), read("initial_price", 0), read("discount", 0)] : [1, read("amount", 0), 0];
    if (parts.some((value) => value === null)) return null;
    sum += parts[0]! * (parts[1]! - parts[2]!);
  }
  return sum;
}

interface CellProps {
  column: Column;
  value: string;
  error: string | undefined;
  directory: Directory;
  onValue: (value: string) => void;
}

function Cell({ column, value, error, directory, onValue }: CellProps): JSX.Element {
  const id = useId();
  const attributes = { id, "aria-invalid": error ? ("true" as const) : undefined, "aria-describedby": error ? `${id}-help` : undefined };
  const entries = column.list ? entriesOf(directory, column.list) : [];
  const offered = entries.filter((entry) => entry.active || entry.code === value);
  return (
    <div class={`line-cell cell-${column.name}`}>
      <label for={id}>{column.title}</label>
      {offered.length ? (
        <select class="input" {...attributes} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          <option value="">–</option>
          {offered.map((entry) => (
            <option key={entry.code} value={entry.code} selected={entry.code === value}>
              {entry.name}
            </option>
          ))}
        </select>
      ) : (
        <input
          class="input"
          {...attributes}
          {...((column.type === "time" ? { type: "datetime-local" } : column.type === "number" ? { inputMode: "decimal" } : {}) as object)}
          autocomplete="off"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      {error ? (
        <p class="help error" id={`${id}-help`}>
          <Icon name="alert" size={14} />
          <span>{error}</span>
        </p>
      ) : null}
    </div>
  );
}

export interface LinesProps {
  part: Part;
  lines: Line[];
  currency: string | null;
  directory: Directory;
  errorAt: (path: string) => string | undefined;
  onLines: (lines: Line[]) => void;
}

export function LinesEditor({ part, lines, currency, directory, errorAt, onLines }: LinesProps): JSX.Element {
  const root = useRef<HTMLFieldSetElement>(null);
  const all = columns(part, directory);
  const sum = linesSum(part, lines);
  function add(): void {
    onLines([...lines, emptyLine(part)]);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>(".line:last-of-type .input")?.focus());
  }
  return (
    <fieldset class="card card-section lines" ref={root}>
      <legend class="visually-hidden">{t(`records.${part}`)}</legend>
      <h2 aria-hidden="true">{t(`records.${part}`)}</h2>
      {lines.map((line, at) => (
        <div class={`line line-${part}`} key={at} role="group" aria-label={t("records.line", { n: at + 1 })}>
          {all.map((column) => (
            <Cell
              key={column.name}
              column={column}
              value={line[column.name] ?? ""}
              error={errorAt(`${part}[${at}].${column.name}`)}
              directory={directory}
              onValue={(value) => onLines(lines.map((other, place) => (place === at ? { ...other, [column.name]: value } : other)))}
            />
          ))}
          <IconButton icon="trash" class="line-remove" label={t("records.remove_line", { n: at + 1 })} onClick={() => onLines(lines.filter((_, place) => place !== at))} />
          {errorAt(`${part}[${at}]`) ? <p class="help error line-error">{errorAt(`${part}[${at}]`)}</p> : null}
        </div>
      ))}
      <div class="lines-foot">
        <Button small icon="plus" onClick={add}>
          {t(`records.add_${part}`)}
        </Button>
        <span class="spring" />
        {lines.length && sum !== null ? <span class="tabular">{money(sum, currency, language.value)}</span> : null}
      </div>
    </fieldset>
  );
}
