// Orders, and Customers: the list with search, filters, sorting, keyboard rows, and what can be done to many.
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { useRefresh } from "../../refresh.ts";
import { remember } from "../../resource.ts";
import { go, query } from "../../router.ts";
import { isAdministrator, zone } from "../../session.ts";
import { Search } from "../../shell/header.tsx";
import { useTitle } from "../../title.ts";
import type { RecordType } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { useKeys } from "../../ui/keys.ts";
import { ReadOn } from "../../ui/more.tsx";
import { focusedRow, focusRow, neighbour } from "../../ui/rows.ts";
import { Alert, Empty, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { useSelection, type Selection } from "../../ui/selection.ts";
import { BulkBar } from "./bulk.tsx";
import { Chips, clearFilters } from "./chips.tsx";
import { entriesOf, useDirectory, type Directory } from "./directory.ts";
import { filterFrom, isNarrowed, MOST_COUNTED, type RecordFilter } from "./filter.ts";
import { RecordList } from "./list.ts";
import { Rows } from "./rows.tsx";
import { hrefOf } from "./type.ts";
import "../../styles/records.css";

/** The stream tells of one's own records; those of others are looked at this often. */
const LOOK_MS = 10_000;

function Nothing({ type, filter }: { type: RecordType; filter: RecordFilter }): JSX.Element {
  const icon = type === "order" ? "bag" : "user";
  if (isNarrowed(filter)) {
    return (
      <Empty icon="search" title={t("inbox.none_found")} action={<Button onClick={clearFilters}>{t("inbox.clear_filters")}</Button>}>
        {t(`records.none_found_${type}`)}
      </Empty>
    );
  }
  const connect = isAdministrator.value ? (
    <div class="empty-actions">
      <a class="button primary" href="/settings/api-keys">
        <span>{t("records.connect_key")}</span>
      </a>
      <a class="button" href="/docs" target="_blank" rel="noopener">
        <span>{t("records.connect_docs")}</span>
      </a>
    </div>
  ) : null;
  return (
    <Empty icon={icon} title={t(`records.none_${type}`)} action={connect}>
      {isAdministrator.value ? t(`records.none_${type}_text`) : t("records.none_yours")}
    </Empty>
  );
}

function Body({ list, selection, directory }: { list: RecordList; selection: Selection; directory: Directory }): JSX.Element {
  const rows = list.items.value;
  const problem = list.problem.value;
  if (!rows) return problem ? <Failure problem={problem} retry={() => void list.reload()} /> : <SkeletonRows />;
  if (rows.length === 0 && !list.next.value) return <Nothing type={list.type} filter={list.filter} />;
  return (
    <>
      {problem ? <Alert kind="warning">{wording(problem)}</Alert> : null}
      <Rows
        type={list.type}
        rows={rows}
        order={list.filter.order}
        statuses={entriesOf(directory, "statuses")}
        selected={selection.ids.value}
        glowing={list.glowing.value}
        toggle={selection.toggle}
        toggleAll={selection.toggleAll}
      />
      <ReadOn list={list} length={rows.length} />
    </>
  );
}

function usePageKeys(list: RecordList, selection: Selection): void {
  const move = (step: 1 | -1) => {
    const ids = list.items.peek()?.map((row) => row.id) ?? [];
    const to = neighbour(ids, focusedRow(), step);
    focusRow(to);
    if (to && ids.indexOf(to) >= ids.length - 3) void list.more();
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    x: (event) => {
      const at = focusedRow();
      if (at) selection.toggle(at, event.shiftKey);
    },
    Enter: () => {
      const at = focusedRow();
      if (at) go(hrefOf(list.type, at));
    },
    Escape: selection.clear,
  });
}

function Total({ list }: { list: RecordList }): JSX.Element | null {
  const total = list.total.value;
  if (!list.items.value || total === 0) return null;
  return <span class="page-total faint tabular">{t(total > MOST_COUNTED ? "records.total_more" : "records.total", { n: Math.min(total, MOST_COUNTED) })}</span>;
}

export function RecordsPage({ type }: { type: RecordType }): JSX.Element {
  const title = t(type === "order" ? "nav.orders" : "nav.customers");
  useTitle(title);
  const filter = filterFrom(query.value);
  const key = JSON.stringify(filter);
  const list = useMemo(() => remember(`records:${type}:${zone.value}:${key}`, () => new RecordList(type, filter, zone.value)), [type, key, zone.value]);
  const directory = useDirectory(type);
  const selection = useSelection(() => list.items.peek() ?? []);
  useEffect(() => {
    selection.clear();
    return list.start();
  }, [list]);
  useRefresh(() => void list.reload(), list.items.value !== undefined, LOOK_MS);
  usePageKeys(list, selection);
  const rows = list.items.value ?? [];
  const chosen = rows.filter((row) => selection.ids.value.has(row.id));
  const customer = filter.customer ? (rows.find((row) => row.customer?.id === filter.customer)?.customer?.title ?? null) : null;
  return (
    <section>
      <div class="page-head">
        <h1>{title}</h1>
        <Total list={list} />
        <span class="spring" />
        <a class="button primary" href={`${hrefOf(type)}/new`}>
          <span>{t(`records.new_${type}`)}</span>
        </a>
      </div>
      <div class="only-narrow page-search">
        <Search />
      </div>
      <div class="filter-bar">
        {chosen.length ? (
          <BulkBar type={type} rows={chosen} directory={directory} clear={selection.clear} done={(ids) => list.refresh(ids)} />
        ) : (
          <Chips type={type} filter={filter} directory={directory} customer={customer} />
        )}
      </div>
      <div class="list-body">
        <Body list={list} selection={selection} directory={directory} />
      </div>
    </section>
  );
}
