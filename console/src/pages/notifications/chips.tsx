// The filters of the notifications page as chips. Each writes the address, nothing else; the list follows the address.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import type { Kind } from "../../wire.ts";
import { ClearFilters, DateChip, SearchChip } from "../../ui/chips.tsx";
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

export function Chips({ filter }: { filter: InboxFilter }): JSX.Element {
  return (
    <div class="chips">
      <KindChip kind={filter.kind} />
      <DateChip name={t("inbox.filter_date")} from={filter.from} to={filter.to} />
      <SearchChip q={filter.q} />
      {isPlain({ ...filter, state: "all" }) ? null : <ClearFilters clear={() => setQuery({ kind: null, from: null, to: null, q: null })} />}
    </div>
  );
}
