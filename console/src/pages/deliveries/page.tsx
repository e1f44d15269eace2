// Deliveries: every letter that was written, with what became of it; found again by address, state and user, sent once
// more, or released, one by one or many at once.
import type { JSX } from "preact";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useRefresh } from "../../refresh.ts";
import { useListing, type Listing } from "../../resource.ts";
import { query, setQuery } from "../../router.ts";
import { useTitle } from "../../title.ts";
import type { Page } from "../../wire.ts";
import { DELIVERY_STATES, type Delivery, type DeliveryState } from "../../wire-mail.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { KindTile } from "../../ui/kind.tsx";
import { RowCheck, AllCheck } from "../../ui/row-check.tsx";
import { Icon } from "../../ui/icon.tsx";
import { More } from "../../ui/more.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { followRow, useRowKeys } from "../../ui/rows.ts";
import { useSelection, type Selection } from "../../ui/selection.ts";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { canRelease, canResend, DeliveryBadge, reasonText } from "./state.tsx";
import "../../styles/mail.css";

const LOOK_MS = 5_000;
const PAGE = 50;

function Row({ delivery, selection }: { delivery: Delivery; selection: Selection }): JSX.Element {
  const isOn = selection.ids.value.has(delivery.id);
  return (
    <tr class="inbox-row delivery-row" data-id={delivery.id} aria-selected={isOn ? "true" : "false"}>
      <RowCheck id={delivery.id} checked={isOn} toggle={selection.toggle} label={t("deliveries.select", { to: delivery.address })} />
      <td class="cell-tile">
        <KindTile item={{ kind: delivery.kind, severity: "info", record: null }} />
      </td>
      <td class="cell-text">
        <a class="row-link" href={`/deliveries/${encodeURIComponent(delivery.id)}`}>
          <span class="row-title">{delivery.address}</span>
        </a>
        <span class="row-body" dir="auto">
          {delivery.title}
        </span>
      </td>
      <td class="cell-delivery">
        <DeliveryBadge state={delivery.state} />
        <small class="faint clip">{reasonText(delivery.reason)}</small>
      </td>
      <td class="cell-time">
        <Time at={delivery.ended_at ?? delivery.created_at} />
      </td>
    </tr>
  );
}

function Table({ items, selection }: { items: Delivery[]; selection: Selection }): JSX.Element {
  return (
    <table class="table inbox-table delivery-table">
      <thead>
        <tr>
          <AllCheck chosen={selection.ids.value.size} all={items.length} toggleAll={selection.toggleAll} />
          <th class="col-tile">
            <span class="visually-hidden">{t("prefs.column_kind")}</span>
          </th>
          <th scope="col">{t("deliveries.column_to")}</th>
          <th scope="col" class="col-delivery">
            {t("deliveries.column_state")}
          </th>
          <th scope="col" class="cell-time col-time">
            {t("sent.column_when")}
          </th>
        </tr>
      </thead>
      <tbody onClick={followRow}>
        {items.map((delivery) => (
          <Row key={delivery.id} delivery={delivery} selection={selection} />
        ))}
      </tbody>
    </table>
  );
}

function BulkBar({ items, selection, done }: { items: Delivery[]; selection: Selection; done: () => void }): JSX.Element | null {
  const chosen = items.filter((delivery) => selection.ids.value.has(delivery.id));
  if (chosen.length === 0) return null;
  const act = async (what: "resend" | "release", which: Delivery[]) => {
    const went = await attempt(() => api.post("/v1/deliveries/bulk", { ids: which.map((delivery) => delivery.id), do: what }));
    selection.clear();
    done();
    if (went) say(t(`deliveries.done_${what}`, { n: which.length }));
  };
  const [again, waiting] = [chosen.filter(canResend), chosen.filter(canRelease)];
  return (
    <div class="bulk-bar" role="toolbar" aria-label={t("list.bulk")}>
      <b>{t("list.selected", { n: chosen.length })}</b>
      <Button small icon="retry" disabled={again.length === 0} onClick={() => void act("resend", again)}>
        {t("deliveries.resend")}
      </Button>
      <Button small icon="play" disabled={waiting.length === 0} onClick={() => void act("release", waiting)}>
        {t("deliveries.release")}
      </Button>
      <IconButton icon="close" class="bulk-clear" label={t("list.clear_selection")} onClick={selection.clear} />
    </div>
  );
}

function StateChip({ chosen }: { chosen: DeliveryState | null }): JSX.Element {
  const name = chosen ? t(`deliveries.state_${chosen}`) : t("deliveries.any_state");
  return (
    <Drop
      label={t("deliveries.filter_state", { state: name })}
      menu
      faceClass={chosen ? "chip set" : "chip"}
      face={
        <>
          {chosen ? null : <Icon name="plus" size={14} />}
          <span class="chip-text">{chosen ? name : t("deliveries.column_state")}</span>
        </>
      }
    >
      {(close) =>
        [null, ...DELIVERY_STATES].map((state) => (
          <MenuItem key={state ?? ""} checked={chosen === state} onClick={() => (close(), setQuery({ state }))}>
            {state ? t(`deliveries.state_${state}`) : t("deliveries.any_state")}
          </MenuItem>
        ))
      }
    </Drop>
  );
}

function Body({ list, selection, narrowed }: { list: Listing<Delivery>; selection: Selection; narrowed: boolean }): JSX.Element {
  const items = list.data.value;
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={() => void list.reload()} /> : <SkeletonRows />;
  if (items.length === 0) {
    return narrowed ? (
      <Empty icon="search" title={t("inbox.none_found")} action={<Button onClick={() => setQuery({ q: null, state: null, user: null })}>{t("inbox.clear_filters")}</Button>}>
        {t("deliveries.none_found")}
      </Empty>
    ) : (
      <Empty icon="mail" title={t("deliveries.none")}>
        {t("deliveries.none_text")}
      </Empty>
    );
  }
  return (
    <>
      <Table items={items} selection={selection} />
      <More list={list} />
    </>
  );
}

export function DeliveriesPage(): JSX.Element {
  useTitle(t("nav.deliveries"));
  const wanted = query.value.get("state") as DeliveryState | null;
  const state = wanted && DELIVERY_STATES.includes(wanted) ? wanted : null;
  const [q, user, notification] = [query.value.get("q") ?? "", query.value.get("user"), query.value.get("notification")];
  const list = useListing<Delivery>(`deliveries:${state ?? ""}:${user ?? ""}:${notification ?? ""}:${q}`, (cursor) =>
    api.get<Page<Delivery>>(withQuery("/v1/deliveries", { state, user, notification, q, cursor, limit: PAGE })),
  );
  const items = list.data.value ?? [];
  const selection = useSelection(() => items);
  useRefresh(() => void (items.length <= PAGE ? list.reload() : undefined), true, LOOK_MS);
  useRowKeys(() => items.map((delivery) => delivery.id));
  return (
    <section>
      <div class="page-head">
        <h1>{t("nav.deliveries")}</h1>
        <span class="spring" />
        <a class="button" href="/deliveries/suspended">
          <span>{t("suspended.title")}</span>
        </a>
      </div>
      <div class="filter-bar">
        {selection.ids.value.size > 0 ? (
          <BulkBar items={items} selection={selection} done={() => void list.reload()} />
        ) : (
          <div class="chips">
            <StateChip chosen={state} />
            {user ? (
              <button type="button" class="chip set" onClick={() => setQuery({ user: null })}>
                <span class="chip-text">{items[0]?.user?.name ?? t("deliveries.one_user")}</span>
                <Icon name="close" size={13} />
              </button>
            ) : null}
            {notification ? (
              <button type="button" class="chip set" onClick={() => setQuery({ notification: null })}>
                <span class="chip-text">{t("deliveries.one_notification")}</span>
                <Icon name="close" size={13} />
              </button>
            ) : null}
          </div>
        )}
      </div>
      <Body list={list} selection={selection} narrowed={state !== null || q !== "" || user !== null || notification !== null} />
    </section>
  );
}
