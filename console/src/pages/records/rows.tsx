// The table of records. The link in a row is what j and k move among. Rows stand in blocks that are drawn again only when
// something in them changes, and rows out of sight cost no layout (content-visibility), so that thousands do not lag.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { language, t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import type { Entry, RecordRow, RecordType } from "../../wire.ts";
import { Icon } from "../../ui/icon.tsx";
import { AllCheck, RowCheck } from "../../ui/row-check.tsx";
import { followRow } from "../../ui/rows.ts";
import { Time } from "../../ui/time.tsx";
import type { Order } from "./filter.ts";
import { money } from "./money.ts";
import { Status } from "./status.tsx";
import { hrefOf } from "./type.ts";

const BLOCK = 50;

export interface RowsProps {
  type: RecordType;
  rows: RecordRow[];
  order: Order;
  statuses: readonly Entry[];
  selected: ReadonlySet<string>;
  glowing: ReadonlySet<string>;
  toggle: (id: string, range: boolean) => void;
  toggleAll: (on: boolean) => void;
}

interface RowProps {
  type: RecordType;
  row: RecordRow;
  statuses: readonly Entry[];
  checked: boolean;
  glow: boolean;
  toggle: (id: string, range: boolean) => void;
}

function Row({ type, row, statuses, checked, glow, toggle }: RowProps): JSX.Element {
  return (
    <tr class={glow ? "record-row glow" : "record-row"} data-id={row.id} aria-selected={checked ? "true" : "false"}>
      <RowCheck id={row.id} checked={checked} toggle={toggle} />
      <td class="cell-title">
        <a class="row-link clip" href={hrefOf(type, row.id)} dir="auto">
          {row.title}
        </a>
      </td>
      {type === "order" ? (
        <>
          <td class="cell-customer clip" dir="auto">
            {row.customer?.title ?? row.buyer ?? <span class="faint">–</span>}
          </td>
          <td class="cell-status">{row.status ? <Status status={row.status} entries={statuses} /> : <span class="faint">–</span>}</td>
        </>
      ) : (
        <td class="cell-number clip faint tabular">{row.number}</td>
      )}
      <td class="cell-manager clip" dir="auto">
        {row.manager?.name ?? <span class="faint">{t("records.unassigned")}</span>}
      </td>
      <td class="cell-sum tabular">{money(row.total_sum, row.currency, language.value)}</td>
      <td class="cell-changed">
        <Time at={row.changed_at} style="relative" />
      </td>
    </tr>
  );
}

type BlockProps = Omit<RowsProps, "order" | "toggleAll">;

function Block({ type, rows, statuses, selected, glowing, toggle }: BlockProps): JSX.Element {
  const chosen = rows.filter((row) => selected.has(row.id)).map((row) => row.id).join();
  const bright = rows.filter((row) => glowing.has(row.id)).map((row) => row.id).join();
  const drawn = rows.map((row) => `${row.id}${row.changed_at}`).join();
  // The same element again is not compared: most blocks of a long list stay as they are.
  return useMemo(
    () => (
      <tbody onClick={followRow}>
        {rows.map((row) => (
          <Row key={row.id} type={type} row={row} statuses={statuses} checked={selected.has(row.id)} glow={glowing.has(row.id)} toggle={toggle} />
        ))}
      </tbody>
    ),
    [type, drawn, statuses, chosen, bright, language.value],
  );
}

function Head({ order, by, name, class: extra }: { order: Order; by: Order; name: string; class: string }): JSX.Element {
  const isSorted = order === by;
  return (
    <th scope="col" class={extra} aria-sort={isSorted ? "descending" : undefined}>
      <button type="button" class="sort" onClick={() => setQuery({ order: by === "changed" ? null : by })}>
        {name}
        {isSorted ? <Icon name="downward" size={13} /> : null}
      </button>
    </th>
  );
}

function TableHead({ type, rows, order, selected, toggleAll }: RowsProps): JSX.Element {
  return (
    <thead>
      <tr>
        <AllCheck chosen={selected.size} all={rows.length} toggleAll={toggleAll} />
        {type === "order" ? (
          <>
            <Head class="cell-title" order={order} by="number" name={t("records.number")} />
            <th scope="col">{t("record.customer")}</th>
            <th scope="col">{t("records.status")}</th>
          </>
        ) : (
          <>
            <th scope="col" class="cell-title">
              {t("field.name")}
            </th>
            <Head class="cell-number" order={order} by="number" name={t("records.number")} />
          </>
        )}
        <th scope="col">{t("records.manager")}</th>
        <Head class="cell-sum" order={order} by="sum" name={type === "order" ? t("records.sum") : t("records.sum_of_orders")} />
        <Head class="cell-changed" order={order} by="changed" name={t("records.changed")} />
      </tr>
    </thead>
  );
}

export function Rows(props: RowsProps): JSX.Element {
  const { toggleAll: _, order: __, ...rest } = props;
  const blocks = Array.from({ length: Math.ceil(props.rows.length / BLOCK) }, (_, at) => props.rows.slice(at * BLOCK, (at + 1) * BLOCK));
  return (
    <table class={`table record-table ${props.type}-table`}>
      <TableHead {...props} />
      {blocks.map((rows, at) => (
        <Block key={at} {...rest} rows={rows} />
      ))}
    </table>
  );
}
