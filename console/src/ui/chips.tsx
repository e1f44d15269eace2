// The chips of a filter bar: what they look like, the range of days, and a filter that can only be taken away. Each writes
// the address, nothing else; the list follows the address. Not here: which filters a page has.
import type { ComponentChildren, JSX } from "preact";
import { dateOnly } from "../format.ts";
import { language, t } from "../i18n/index.ts";
import { setQuery } from "../router.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Drop } from "./menu.tsx";

/** "Status: New, Approval" when something is chosen, else "+ Status". */
export function chipFace(name: string, chosen: string | null): ComponentChildren {
  return (
    <>
      {chosen ? null : <Icon name="plus" size={14} />}
      <span class="chip-text">{chosen ? t("records.chip", { name, chosen }) : name}</span>
    </>
  );
}

export interface ChipProps {
  name: string;
  /** What is chosen, in words; null or empty where nothing is. */
  chosen: string | null;
  menu?: boolean;
  children: (close: () => void) => ComponentChildren;
}

/** A filter with a form or a menu beneath it. */
export function Chip({ name, chosen, menu, children }: ChipProps): JSX.Element {
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} menu={menu ?? false} faceClass={chosen ? "chip set" : "chip"} face={chipFace(name, chosen)}>
      {children}
    </Drop>
  );
}

/** "a – b", "since a", "until b". */
export function rangeText(from: string | null, to: string | null): string | null {
  if (from && to) return from === to ? from : `${from} – ${to}`;
  if (from) return t("records.since", { value: from });
  return to ? t("records.until", { value: to }) : null;
}

export function DropFoot({ none, clear, close }: { none: boolean; clear: () => void; close: () => void }): JSX.Element {
  return (
    <div class="drop-form-foot">
      <Button small kind="quiet" disabled={none} onClick={clear}>
        {t("action.clear")}
      </Button>
      <Button small onClick={close}>
        {t("action.done")}
      </Button>
    </div>
  );
}

function dayText(day: string | null): string | null {
  return day && dateOnly(`${day}T12:00:00Z`, language.value, "UTC");
}

/** A range of days, `from` and `to` of the address. */
export function DateChip({ name, from, to }: { name: string; from: string | null; to: string | null }): JSX.Element {
  const value = { from, to };
  return (
    <Chip name={name} chosen={rangeText(dayText(from), dayText(to))}>
      {(close) => (
        <div class="drop-form">
          {(["from", "to"] as const).map((side) => (
            <Field key={side} label={t(`inbox.date_${side}`)}>
              {(attributes) => (
                <input
                  {...attributes}
                  class="input"
                  type="date"
                  value={value[side] ?? ""}
                  max={side === "from" ? (to ?? undefined) : undefined}
                  min={side === "to" ? (from ?? undefined) : undefined}
                  onChange={(event) => setQuery({ [side]: event.currentTarget.value || null }, { replace: true })}
                />
              )}
            </Field>
          ))}
          <DropFoot none={!from && !to} close={close} clear={() => setQuery({ from: null, to: null }, { replace: true })} />
        </div>
      )}
    </Chip>
  );
}

/** A filter that comes from elsewhere and can only be taken away. */
export function Removable({ text, icon, clear }: { text: string; icon: IconName; clear: () => void }): JSX.Element {
  return (
    <button type="button" class="chip set" onClick={clear} aria-label={t("records.remove_filter", { name: text })}>
      <Icon name={icon} size={14} />
      <span class="chip-text">{text}</span>
      <Icon name="close" size={13} />
    </button>
  );
}

/** The words that are searched for, where there are any. */
export function SearchChip({ q }: { q: string | null }): JSX.Element | null {
  return q ? <Removable icon="search" text={t("inbox.searching", { q })} clear={() => setQuery({ q: null })} /> : null;
}

export function ClearFilters({ clear }: { clear: () => void }): JSX.Element {
  return (
    <button type="button" class="chip-clear" onClick={clear}>
      {t("inbox.clear_filters")}
    </button>
  );
}
