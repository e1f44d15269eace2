// The filters of the notifications page as chips. Each writes the address, nothing else; the list follows the address.
import type { JSX } from "preact";
import { dateOnly } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import type { Kind } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { KINDS, kindIcon, kindName } from "../../ui/kind.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { isPlain, type InboxFilter, type InboxState } from "./filter.ts";

const STATES: readonly InboxState[] = ["all", "unread", "archived"];

export function StateTabs({ filter, unread }: { filter: InboxFilter; unread: number }): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label={t("inbox.filter_state")}>
      {STATES.map((state) => (
        <button
          key={state}
          type="button"
          class="tab"
          aria-pressed={filter.state === state ? "true" : "false"}
          onClick={() => setQuery({ filter: state === "all" ? null : state, item: null })}
        >
          {t(`inbox.filter_${state}`)}
          {state === "unread" && unread > 0 ? <span class="tab-count">{unread > 999 ? "999+" : unread}</span> : null}
        </button>
      ))}
    </div>
  );
}

function KindChip({ kind }: { kind: Kind | null }): JSX.Element {
  return (
    <Drop
      label={t("inbox.filter_kind")}
      menu
      faceClass={kind ? "chip set" : "chip"}
      face={
        <>
          <Icon name={kind ? kindIcon({ kind, record: null }) : "plus"} size={14} />
          <span>{kind ? kindName(kind) : t("inbox.filter_kind")}</span>
        </>
      }
    >
      {(close) => (
        <>
          <MenuItem checked={!kind} onClick={() => (close(), setQuery({ kind: null }))}>
            {t("inbox.any_kind")}
          </MenuItem>
          {KINDS.map((name) => (
            <MenuItem key={name} icon={kindIcon({ kind: name, record: null })} checked={kind === name} onClick={() => (close(), setQuery({ kind: name }))}>
              {kindName(name)}
            </MenuItem>
          ))}
        </>
      )}
    </Drop>
  );
}

function dayText(day: string): string {
  return dateOnly(`${day}T12:00:00Z`, language.value, "UTC");
}

function DateChip({ filter }: { filter: InboxFilter }): JSX.Element {
  const { from, to } = filter;
  let text = t("inbox.filter_date");
  if (from && to) text = from === to ? dayText(from) : `${dayText(from)} – ${dayText(to)}`;
  else if (from) text = t("inbox.since", { day: dayText(from) });
  else if (to) text = t("inbox.until", { day: dayText(to) });
  return (
    <Drop
      label={t("inbox.filter_date")}
      faceClass={from || to ? "chip set" : "chip"}
      face={
        <>
          <Icon name={from || to ? "calendar" : "plus"} size={14} />
          <span>{text}</span>
        </>
      }
    >
      {(close) => (
        <div class="drop-form">
          {(["from", "to"] as const).map((name) => (
            <Field key={name} label={t(`inbox.date_${name}`)}>
              {(attributes) => (
                <input
                  {...attributes}
                  class="input"
                  type="date"
                  value={filter[name] ?? ""}
                  max={name === "from" ? (to ?? undefined) : undefined}
                  min={name === "to" ? (from ?? undefined) : undefined}
                  onChange={(event) => setQuery({ [name]: event.currentTarget.value || null }, { replace: true })}
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

export function Chips({ filter }: { filter: InboxFilter }): JSX.Element {
  return (
    <div class="chips">
      <KindChip kind={filter.kind} />
      <DateChip filter={filter} />
      {filter.q ? (
        <button type="button" class="chip set" onClick={() => setQuery({ q: null })} aria-label={t("inbox.clear_search", { q: filter.q })}>
          <Icon name="search" size={14} />
          <span class="chip-text">{t("inbox.searching", { q: filter.q })}</span>
          <Icon name="close" size={13} />
        </button>
      ) : null}
      {isPlain({ ...filter, state: "all" }) ? null : (
        <button type="button" class="chip-clear" onClick={() => setQuery({ kind: null, from: null, to: null, q: null })}>
          {t("inbox.clear_filters")}
        </button>
      )}
    </div>
  );
}
