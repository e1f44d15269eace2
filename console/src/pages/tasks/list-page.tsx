// Tasks: mine, those of my groups, or all that I may see; as a list by day or as a week; with filters, keyboard rows, and
// what can be done to many.
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { dayOf, now } from "../../format.ts";
import { t } from "../../i18n/index.ts";
import { useRefresh } from "../../refresh.ts";
import { remember } from "../../resource.ts";
import { go, query, setQuery } from "../../router.ts";
import { zone } from "../../session.ts";
import { Search } from "../../shell/header.tsx";
import { useTitle } from "../../title.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { useKeys } from "../../ui/keys.ts";
import { ReadOn } from "../../ui/more.tsx";
import { focusedRow, focusRow, neighbour } from "../../ui/rows.ts";
import { Alert, Empty, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { useSelection, type Selection } from "../../ui/selection.ts";
import { Shortcuts, type Shortcut } from "../notifications/shortcuts.tsx";
import { complete, reopen } from "./actions.ts";
import { BulkBar } from "./bulk.tsx";
import { Chips, clearFilters, ViewTabs, WhoseTabs } from "./chips.tsx";
import { byDay, type Gathered } from "./due.ts";
import { filterFrom, inWeek, isNarrowed, weekFrom, type TaskFilter } from "./filter.ts";
import { TaskList } from "./list.ts";
import { usePerformers } from "./performers.ts";
import { TaskRows } from "./rows.tsx";
import { openTask, overdueMine, taskHref } from "./state.ts";
import { Week, WeekBar } from "./week.tsx";
import "../../styles/records.css";
import "../../styles/tasks.css";

/** The stream tells of one's own reminders; what others do is looked at this often. */
const LOOK_MS = 10_000;
/** A week is read whole, up to this many tasks. */
const WEEK = { limit: 100, pages: 5 };

const KEYS: readonly Shortcut[] = [
  [["n"], "tasks.new"],
  [["j", "k"], "keys.move"],
  [["Enter"], "keys.open"],
  [["x"], "keys.select"],
  [["e"], "keys.finish"],
  [["w"], "keys.week"],
  [["Shift", "←", "→"], "keys.move_day"],
  [["Esc"], "keys.close"],
  [["/"], "keys.search"],
  [["F8"], "keys.popups"],
];

function Nothing({ filter, late }: { filter: TaskFilter; late: boolean }): JSX.Element {
  const make = (
    <Button kind="primary" icon="plus" onClick={() => openTask()}>
      {t("tasks.new")}
    </Button>
  );
  if (filter.state === "overdue" && late) {
    return (
      <Empty icon="checks" title={t("tasks.none_overdue")} action={<Button onClick={clearFilters}>{t("tasks.show_open")}</Button>}>
        {t("tasks.none_overdue_text")}
      </Empty>
    );
  }
  if (isNarrowed(filter)) {
    return (
      <Empty icon="search" title={t("inbox.none_found")} action={<Button onClick={clearFilters}>{t("inbox.clear_filters")}</Button>}>
        {t("tasks.none_found")}
      </Empty>
    );
  }
  return (
    <Empty icon="alarm" title={t(`tasks.none_${filter.whose}`)} action={make}>
      {t(`tasks.none_${filter.whose}_text`)}
    </Empty>
  );
}

interface BodyProps {
  list: TaskList;
  selection: Selection;
  filter: TaskFilter;
  week: { monday: string; today: string } | null;
}

function Body({ list, selection, filter, week }: BodyProps): JSX.Element {
  const tasks = list.items.value;
  const problem = list.problem.value;
  if (!tasks) return problem ? <Failure problem={problem} retry={() => void list.reload()} /> : <SkeletonRows />;
  const warning = problem ? <Alert kind="warning">{wording(problem)}</Alert> : null;
  if (week) {
    return (
      <>
        {warning}
        <Week list={list} {...week} />
      </>
    );
  }
  const { q, performer, from, to, order, customer } = filter;
  if (tasks.length === 0 && !list.next.value) return <Nothing filter={filter} late={!(q || performer || from || to || order || customer)} />;
  return (
    <>
      {warning}
      <TaskRows tasks={tasks} by={gathered(filter)} selected={selection.ids.value} glowing={list.glowing.value} toggle={selection.toggle} toggleAll={selection.toggleAll} />
      <ReadOn list={list} length={tasks.length} />
    </>
  );
}

function gathered(filter: TaskFilter): Gathered {
  return filter.state === "done" ? "done" : "due";
}

/** The ids as they stand on the page: by day, not as the server sent them. */
function shownIds(list: TaskList): string[] {
  return byDay(list.items.peek() ?? [], gathered(list.filter), zone.peek(), now.peek()).flatMap((group) => group.tasks.map((task) => task.id));
}

function usePageKeys(list: TaskList, selection: Selection, week: boolean, showHelp: () => void): void {
  const move = (step: 1 | -1) => {
    const ids = shownIds(list);
    const to = neighbour(ids, focusedRow(), step);
    focusRow(to);
    if (to && ids.indexOf(to) >= ids.length - 3) void list.more();
  };
  const chosen = () => {
    const ids = selection.ids.peek();
    const at = focusedRow();
    return (list.items.peek() ?? []).filter((task) => (ids.size ? ids.has(task.id) : task.id === at));
  };
  const finish = () => {
    const tasks = chosen();
    const [first] = tasks;
    if (!first) return;
    const ids = shownIds(list);
    const after = ids.slice(ids.indexOf(tasks.at(-1)!.id) + 1).find((id) => !tasks.some((task) => task.id === id));
    selection.clear();
    void (tasks.length === 1 && first.done ? reopen(first) : complete(tasks)).then(() => requestAnimationFrame(() => focusRow(after ?? null)));
  };
  useKeys({
    "?": showHelp,
    n: () => openTask(),
    w: () => setQuery({ view: week ? null : "week", week: null, from: null, to: null }),
    ...(week
      ? {}
      : {
          j: () => move(1),
          k: () => move(-1),
          ArrowDown: () => move(1),
          ArrowUp: () => move(-1),
          x: (event: KeyboardEvent) => {
            const at = focusedRow();
            if (at) selection.toggle(at, event.shiftKey);
          },
          e: finish,
          Enter: () => {
            const at = focusedRow();
            if (at) go(taskHref(at));
          },
          Escape: selection.clear,
        }),
  });
}

function useList(filter: TaskFilter, monday: string | null): TaskList {
  const narrowed = monday ? inWeek(filter, monday) : filter;
  const key = `tasks:${zone.value}:${monday ?? ""}:${JSON.stringify(narrowed)}`;
  const list = useMemo(() => remember(key, () => new TaskList(narrowed, zone.value, monday ? WEEK : {})), [key]);
  useEffect(() => list.start(), [list]);
  useRefresh(() => void (list.isLong ? undefined : list.reload()), list.items.value !== undefined, LOOK_MS);
  return list;
}

function aboutOf(list: TaskList, filter: TaskFilter): string | null {
  const task = list.items.value?.[0];
  return (filter.order ? task?.order?.title : task?.customer?.title) ?? null;
}

export function TasksPage(): JSX.Element {
  useTitle(t("nav.tasks"));
  const filter = filterFrom(query.value);
  const today = dayOf(now.value, zone.value);
  const monday = filter.week ? weekFrom(query.value, today) : null;
  const list = useList(filter, monday);
  const performers = usePerformers();
  // Ranges by Shift follow what one sees.
  const selection = useSelection(() => shownIds(list).map((id) => ({ id })));
  useEffect(() => selection.clear(), [list]);
  const help = useSignal(false);
  usePageKeys(list, selection, monday !== null, () => (help.value = true));
  const chosen = (list.items.value ?? []).filter((task) => selection.ids.value.has(task.id));
  return (
    <section>
      <div class="page-head">
        <h1>{t("nav.tasks")}</h1>
        <span class="spring" />
        <IconButton class="only-wide" icon="keyboard" label={t("keys.title")} onClick={() => (help.value = true)} />
        <ViewTabs week={monday !== null} />
        <Button class="task-new" kind="primary" icon="plus" onClick={() => openTask()}>
          {t("tasks.new")}
        </Button>
      </div>
      <div class="only-narrow page-search">
        <Search />
      </div>
      <div class="filter-bar">
        {chosen.length && !monday ? (
          <BulkBar tasks={chosen} performers={performers} clear={selection.clear} />
        ) : (
          <>
            <WhoseTabs filter={filter} counts={list.counts.value} />
            <Chips filter={filter} performers={performers} about={aboutOf(list, filter)} />
          </>
        )}
      </div>
      {monday ? <WeekBar monday={monday} today={today} late={filter.whose === "mine" ? overdueMine.value : 0} /> : null}
      <div class="list-body">
        <Body list={list} selection={selection} filter={filter} week={monday ? { monday, today } : null} />
      </div>
      {help.value ? <Shortcuts keys={KEYS} onClose={() => (help.value = false)} /> : null}
    </section>
  );
}
