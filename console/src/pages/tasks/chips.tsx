// What narrows the tasks: whose, their state, performer, days, and what comes from elsewhere. Each writes the address,
// nothing else; the list follows the address.
import type { ComponentChildren, JSX } from "preact";
import { dateOnly } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import type { TaskCounts } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
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

function face(name: string, chosen: string | null, icon: IconName = "plus"): ComponentChildren {
  return (
    <>
      {chosen ? null : <Icon name={icon} size={14} />}
      <span class="chip-text">{chosen ? t("records.chip", { name, chosen }) : name}</span>
    </>
  );
}

function StateChip({ filter }: { filter: TaskFilter }): JSX.Element {
  const name = t("tasks.state");
  const chosen = t(`tasks.state_${filter.state}`);
  return (
    <Drop label={t("records.chip", { name, chosen })} menu faceClass="chip set" face={face(name, chosen)}>
      {(close) =>
        STATES.map((state) => (
          <MenuItem key={state} checked={filter.state === state} onClick={() => (close(), setQuery({ state: state === usualState(filter.week) ? null : state }))}>
            {t(`tasks.state_${state}`)}
          </MenuItem>
        ))
      }
    </Drop>
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
      face={face(name, said)}
      performers={performers}
      current={chosen?.id ?? null}
      choose={(choice) => setQuery({ performer: choice && (choice.type === "group" ? choice.key : choice.id) })}
      nobody={t("tasks.anybody")}
    />
  );
}

function dayText(day: string): string {
  return dateOnly(`${day}T12:00:00Z`, language.value, "UTC");
}

function range(from: string | null, to: string | null): string | null {
  if (from && to) return from === to ? dayText(from) : `${dayText(from)} – ${dayText(to)}`;
  if (from) return t("records.since", { value: dayText(from) });
  return to ? t("records.until", { value: dayText(to) }) : null;
}

function DueChip({ filter }: { filter: TaskFilter }): JSX.Element {
  const { from, to } = filter;
  const name = t("tasks.due");
  const chosen = range(from, to);
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} faceClass={chosen ? "chip set" : "chip"} face={face(name, chosen)}>
      {(close) => (
        <div class="drop-form">
          {(["from", "to"] as const).map((side) => (
            <Field key={side} label={t(`inbox.date_${side}`)}>
              {(attributes) => (
                <input
                  {...attributes}
                  class="input"
                  type="date"
                  value={filter[side] ?? ""}
                  max={side === "from" ? (to ?? undefined) : undefined}
                  min={side === "to" ? (from ?? undefined) : undefined}
                  onChange={(event) => setQuery({ [side]: event.currentTarget.value || null }, { replace: true })}
                />
              )}
            </Field>
          ))}
          <div class="drop-form-foot">
            <Button small kind="quiet" disabled={!from && !to} onClick={() => setQuery({ from: null, to: null }, { replace: true })}>
              {t("action.clear")}
            </Button>
            <Button small onClick={close}>
              {t("action.done")}
            </Button>
          </div>
        </div>
      )}
    </Drop>
  );
}

/** A filter that comes from elsewhere and can only be taken away. */
function Removable({ text, icon, clear }: { text: string; icon: IconName; clear: () => void }): JSX.Element {
  return (
    <button type="button" class="chip set" onClick={clear} aria-label={t("records.remove_filter", { name: text })}>
      <Icon name={icon} size={14} />
      <span class="chip-text">{text}</span>
      <Icon name="close" size={13} />
    </button>
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
      {filter.week ? null : <DueChip filter={filter} />}
      {filter.order ? <Removable icon="bag" text={about ?? t("record.order")} clear={() => setQuery({ order: null })} /> : null}
      {filter.customer ? <Removable icon="user" text={about ?? t("record.customer")} clear={() => setQuery({ customer: null })} /> : null}
      {filter.q ? <Removable icon="search" text={t("inbox.searching", { q: filter.q })} clear={() => setQuery({ q: null })} /> : null}
      {isNarrowed(filter) ? (
        <button type="button" class="chip-clear" onClick={clearFilters}>
          {t("inbox.clear_filters")}
        </button>
      ) : null}
    </div>
  );
}
