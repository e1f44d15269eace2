// What narrows the tasks: whose, their state, performer, days, and what comes from elsewhere. Each writes the address,
// nothing else; the list follows the address.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import type { TaskCounts } from "../../wire.ts";
import { Chip, chipFace, ClearFilters, DateChip, Removable, SearchChip } from "../../ui/chips.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { isNarrowed, NARROWING, STATES, usualState, WHOSE, type TaskFilter, type Whose } from "./filter.ts";
import { PerformerMenu } from "./parts.tsx";
import type { Performers } from "./performers.ts";

export function clearFilters(): void {
  setQuery(Object.fromEntries(NARROWING.map((name) => [name, null])));
}

function countOf(counts: TaskCounts | null, whose: Whose): number {
  return whose === "all" ? 0 : (counts?.[whose] ?? 0);
}

export function WhoseTabs({ filter, counts }: { filter: TaskFilter; counts: TaskCounts | null }): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label={t("tasks.whose")}>
      {WHOSE.map((whose) => {
        const n = countOf(counts, whose);
        return (
          <button
            key={whose}
            type="button"
            class="tab"
            aria-pressed={filter.whose === whose ? "true" : "false"}
            onClick={() => setQuery({ whose: whose === "mine" ? null : whose, performer: null })}
          >
            {t(`tasks.whose_${whose}`)}
            {n > 0 ? <span class="tab-count">{n > 999 ? "999+" : n}</span> : null}
          </button>
        );
      })}
    </div>
  );
}

export function ViewTabs({ week }: { week: boolean }): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label={t("tasks.view")}>
      {[false, true].map((value) => (
        <button key={String(value)} type="button" class="tab" aria-pressed={week === value ? "true" : "false"} onClick={() => setQuery({ view: value ? "week" : null, week: null, from: null, to: null })}>
          <Icon name={value ? "calendar" : "lists"} size={14} />
          {t(value ? "tasks.view_week" : "tasks.view_list")}
        </button>
      ))}
    </div>
  );
}

function StateChip({ filter }: { filter: TaskFilter }): JSX.Element {
  const name = t("tasks.state");
  const chosen = t(`tasks.state_${filter.state}`);
  return (
    <Chip name={name} chosen={chosen} menu>
      {(close) =>
        STATES.map((state) => (
          <MenuItem key={state} checked={filter.state === state} onClick={() => (close(), setQuery({ state: state === usualState(filter.week) ? null : state }))}>
            {t(`tasks.state_${state}`)}
          </MenuItem>
        ))
      }
    </Chip>
  );
}

function PerformerChip({ filter, performers }: { filter: TaskFilter; performers: Performers }): JSX.Element | null {
  if (filter.whose !== "all") return null;
  const all = [...performers.groups, ...performers.people];
  const chosen = all.find((choice) => filter.performer === (choice.type === "group" ? choice.key : choice.id));
  const name = t("tasks.performer");
  const said = filter.performer ? (chosen?.name ?? filter.performer) : null;
  return (
    <PerformerMenu
      label={said ? t("records.chip", { name, chosen: said }) : name}
      faceClass={said ? "chip set" : "chip"}
      face={chipFace(name, said)}
      performers={performers}
      current={chosen?.id ?? null}
      choose={(choice) => setQuery({ performer: choice && (choice.type === "group" ? choice.key : choice.id) })}
      nobody={t("tasks.anybody")}
    />
  );
}

export interface ChipsProps {
  filter: TaskFilter;
  performers: Performers;
  /** What the order or customer of the filter is called, where it is known. */
  about: string | null;
}

export function Chips({ filter, performers, about }: ChipsProps): JSX.Element {
  return (
    <div class="chips">
      <StateChip filter={filter} />
      <PerformerChip filter={filter} performers={performers} />
      {filter.week ? null : <DateChip name={t("tasks.due")} from={filter.from} to={filter.to} />}
      {filter.order ? <Removable icon="bag" text={about ?? t("record.order")} clear={() => setQuery({ order: null })} /> : null}
      {filter.customer ? <Removable icon="user" text={about ?? t("record.customer")} clear={() => setQuery({ customer: null })} /> : null}
      <SearchChip q={filter.q} />
      {isNarrowed(filter) ? <ClearFilters clear={clearFilters} /> : null}
    </div>
  );
}
