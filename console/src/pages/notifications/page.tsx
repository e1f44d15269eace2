// The notifications page: what the bell has, with search, filters, keyboard rows, actions on many, and one item opened
// at the side.
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { openComposer } from "../../compose/state.ts";
import { t } from "../../i18n/index.ts";
import { unread } from "../../live.tsx";
import { remember } from "../../resource.ts";
import { go, query, setQuery } from "../../router.ts";
import { maySend, zone } from "../../session.ts";
import { useTitle } from "../../title.ts";
import type { Item } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { useKeys } from "../../ui/keys.ts";
import { More } from "../../ui/more.tsx";
import { focusedRow, focusRow, neighbour } from "../../ui/rows.ts";
import { Alert, Empty, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { Search } from "../../shell/header.tsx";
import { archive, closePopups, markRead, markUnread, readAll, unarchive } from "./actions.ts";
import { Chips, StateTabs } from "./chips.tsx";
import { closeDetail, Detail } from "./detail.tsx";
import { filterFrom, isPlain, type InboxFilter } from "./filter.ts";
import { InboxList, keepSelected } from "./list.ts";
import { itemHref, Rows } from "./rows.tsx";
import { useSelection, type Selection } from "../../ui/selection.ts";
import { Shortcuts } from "./shortcuts.tsx";

function Nothing({ filter }: { filter: InboxFilter }): JSX.Element {
  if (filter.q || filter.kind || filter.from || filter.to) {
    const clear = () => setQuery({ q: null, kind: null, from: null, to: null });
    return (
      <Empty icon="search" title={t("inbox.none_found")} action={<Button onClick={clear}>{t("inbox.clear_filters")}</Button>}>
        {t("inbox.none_found_text")}
      </Empty>
    );
  }
  if (filter.state === "unread") {
    return (
      <Empty icon="checks" title={t("inbox.none_unread")} action={<Button onClick={() => setQuery({ filter: null })}>{t("inbox.show_all")}</Button>}>
        {t("inbox.none_unread_text")}
      </Empty>
    );
  }
  if (filter.state === "archived") {
    return (
      <Empty icon="archive" title={t("inbox.none_archived")}>
        {t("inbox.none_archived_text")}
      </Empty>
    );
  }
  const action = maySend.value ? (
    <Button kind="primary" icon="megaphone" onClick={() => openComposer()}>
      {t("compose.open")}
    </Button>
  ) : null;
  return (
    <Empty icon="bell" title={t("inbox.none")} action={action}>
      {t("inbox.none_text")}
    </Empty>
  );
}

function BulkBar({ items, selection, filter }: { items: Item[]; selection: Selection; filter: InboxFilter }): JSX.Element {
  const chosen = items.filter((item) => selection.ids.value.has(item.id));
  const run = (action: (items: Item[]) => Promise<void>) => {
    selection.clear();
    void action(chosen);
  };
  return (
    <div class="bulk-bar" role="toolbar" aria-label={t("list.bulk")}>
      <b>{t("list.selected", { n: chosen.length })}</b>
      <Button small icon="mailOpen" onClick={() => run(markRead)}>
        {t("inbox.mark_read")}
      </Button>
      {filter.state === "archived" ? (
        <Button small icon="unarchive" onClick={() => run(unarchive)}>
          {t("inbox.unarchive")}
        </Button>
      ) : (
        <Button small icon="archive" onClick={() => run(archive)}>
          {t("inbox.archive")}
        </Button>
      )}
      <Button small icon="close" onClick={() => run(closePopups)}>
        {t("inbox.close_popups")}
      </Button>
      <IconButton icon="close" class="bulk-clear" label={t("list.clear_selection")} onClick={selection.clear} />
    </div>
  );
}

function usePageKeys(list: InboxList, selection: Selection, open: string | null, showHelp: () => void): void {
  const items = () => list.items.peek() ?? [];
  const current = () => focusedRow() ?? open;
  const chosen = () => {
    const ids = selection.ids.peek();
    const at = current();
    return items().filter((item) => (ids.size ? ids.has(item.id) : item.id === at));
  };
  const move = (step: 1 | -1) => {
    const to = neighbour(items().map((item) => item.id), current(), step);
    focusRow(to);
    if (open && to) go(itemHref(to), { replace: true });
    if (to && to === items().at(-1)?.id) void list.more();
  };
  const leaving = (action: (items: Item[]) => Promise<void>) => {
    const going = chosen();
    const rest = items().filter((item) => !going.includes(item));
    const after = rest.find((item) => item.created_at <= (going.at(-1)?.created_at ?? "")) ?? rest.at(-1);
    selection.clear();
    void action(going);
    if (open && going.some((item) => item.id === open)) closeDetail();
    requestAnimationFrame(() => focusRow(after?.id ?? null));
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    x: (event) => {
      const at = current();
      if (at) selection.toggle(at, event.shiftKey);
    },
    e: () => leaving(items().some((item) => item.archived_at) ? unarchive : archive),
    u: () => {
      const rows = chosen();
      void (rows.every((item) => item.read_at) ? markUnread(rows) : markRead(rows));
    },
    Enter: () => {
      const at = focusedRow();
      if (at) go(itemHref(at));
    },
    Escape: () => (selection.ids.peek().size ? selection.clear() : open ? (closeDetail(), focusRow(open)) : undefined),
    "?": showHelp,
  });
}

function Body({ list, selection, filter, open }: { list: InboxList; selection: Selection; filter: InboxFilter; open: string | null }): JSX.Element {
  const items = list.items.value;
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={() => void list.reload()} /> : <SkeletonRows />;
  if (items.length === 0 && !list.next.value) return <Nothing filter={filter} />;
  return (
    <>
      {list.problem.value ? <Alert kind="warning">{wording(list.problem.value)}</Alert> : null}
      <Rows
        items={items}
        open={open}
        selected={selection.ids.value}
        glowing={list.glowing.value}
        toggle={selection.toggle}
        toggleAll={selection.toggleAll}
      />
      <More list={list} />
    </>
  );
}

export function NotificationsPage(): JSX.Element {
  useTitle(t("nav.notifications"));
  const filter = filterFrom(query.value);
  const key = JSON.stringify(filter);
  const list = useMemo(() => remember(`inbox:${zone.value}:${key}`, () => new InboxList(filter, zone.value)), [key, zone.value]);
  const open = query.value.get("item");
  const help = useSignal(false);
  const selection = useSelection(() => list.items.peek() ?? []);
  useEffect(() => {
    selection.clear();
    const stops = [list.start(), keepSelected(list, selection.ids)];
    return () => stops.forEach((stop) => stop());
  }, [list]);
  usePageKeys(list, selection, open, () => (help.value = true));
  const items = list.items.value ?? [];
  return (
    <div class={open ? "split open" : "split"}>
      <section class="split-list">
        <div class="page-head">
          <h1>{t("nav.notifications")}</h1>
          <span class="spring" />
          <IconButton class="only-wide" icon="keyboard" label={t("keys.title")} onClick={() => (help.value = true)} />
          <Button icon="checks" disabled={unread.value === 0} onClick={() => void readAll()}>
            {t("inbox.read_all")}
          </Button>
        </div>
        <div class="only-narrow page-search">
          <Search />
        </div>
        <div class="filter-bar">
          {selection.ids.value.size ? (
            <BulkBar items={items} selection={selection} filter={filter} />
          ) : (
            <>
              <StateTabs filter={filter} unread={unread.value} />
              <Chips filter={filter} />
            </>
          )}
        </div>
        <div class={isPlain(filter) ? "list-body" : "list-body filtered"}>
          <Body list={list} selection={selection} filter={filter} open={open} />
        </div>
      </section>
      {open ? <Detail key={open} id={open} /> : null}
      {help.value ? <Shortcuts onClose={() => (help.value = false)} /> : null}
    </div>
  );
}
