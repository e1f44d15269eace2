// Settings → Triggers: in the order in which they run, with what sets them off, when they ran last, and what is wrong with them.
import type { JSX } from "preact";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useRefresh } from "../../../refresh.ts";
import { useListing } from "../../../resource.ts";
import { query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import type { Page } from "../../../wire.ts";
import { EVENT_TYPES, type Trigger } from "../../../wire-rules.ts";
import { Icon } from "../../../ui/icon.tsx";
import { followRow, useRowKeys } from "../../../ui/rows.ts";
import { Empty } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { attempt } from "../../../ui/toast.tsx";
import { SettingsHead } from "../../settings/settings-head.tsx";
import { SettingsTable } from "../../settings/settings-table.tsx";
import { useFresh } from "../deleting.ts";
import { ActiveChip, ChoiceChip, Finder } from "../finder.tsx";
import { Listed } from "../listed.tsx";
import { ActiveSwitch } from "../parts.tsx";
import { RuleMenu } from "../rule-menu.tsx";
import { eventIcon, eventName, eventTypeName } from "../words.ts";
import { hrefOfTrigger, pathOfTrigger } from "./draft.ts";
import { ExampleCards } from "./example-cards.tsx";
import { EXAMPLES } from "./examples.ts";
import "../../../styles/records.css";
import "../../../styles/rules.css";

/** Events of one's own and other triggers have names; those are found by typing. */
const FOUND_BY = EVENT_TYPES.filter((type) => type !== "custom" && type !== "after_trigger");
const PAGE = 50;
const LOOK_MS = 10_000;

function Row({ trigger, changed }: { trigger: Trigger; changed: () => void }): JSX.Element {
  const path = pathOfTrigger(trigger);
  return (
    <tr class={trigger.active ? "rule-row" : "rule-row dim"} data-id={trigger.id}>
      <td class="cell-ordering" data-label={t("triggers.ordering")}>
        {trigger.ordering}
      </td>
      <td>
        <a class="row-link rule-link" href={hrefOfTrigger(trigger)}>
          <span class="kind-tile tone-brass">
            <Icon name={eventIcon(trigger.event.type)} />
          </span>
          <span class="rule-link-text">
            <b dir="auto">{trigger.name}</b>
            <small>{trigger.code}</small>
          </span>
        </a>
        {trigger.warnings.length ? (
          <span class="badge tone-warning rule-warning" title={trigger.warnings.map(({ message }) => message).join("\n")}>
            <Icon name="warning" size={13} />
            {t("triggers.warnings", { n: trigger.warnings.length })}
          </span>
        ) : null}
      </td>
      <td data-label={t("triggers.event")}>{eventName(trigger.event)}</td>
      <td data-label={t("triggers.last_run")}>
        {trigger.last_run_at ? (
          <a class="quiet-link" href={`/action-log?trigger=${encodeURIComponent(trigger.id)}`}>
            <Time at={trigger.last_run_at} style="relative" />
            {trigger.runs_today ? <small class="faint">{t("triggers.runs_today", { n: trigger.runs_today })}</small> : null}
          </a>
        ) : (
          <span class="faint">{t("triggers.never")}</span>
        )}
      </td>
      <td data-label={t("rules.on")} class="cell-switch">
        <ActiveSwitch
          name={trigger.name}
          active={trigger.active}
          onValue={async (active) => {
            await attempt(() => api.post(`${path}/${active ? "activate" : "deactivate"}`));
            changed();
          }}
        />
      </td>
      <td class="cell-menu">
        <RuleMenu rule={trigger} path={path} list="/settings/triggers" hasLog />
      </td>
    </tr>
  );
}

export function TriggersPage(): JSX.Element {
  useTitle(t("nav.triggers"));
  const narrowed = { q: query.value.get("q"), event: query.value.get("event"), active: query.value.get("active") };
  const list = useListing<Trigger>(`triggers:${JSON.stringify(narrowed)}`, (cursor) => api.get<Page<Trigger>>(withQuery("/v1/triggers", { ...narrowed, cursor, limit: PAGE })));
  const items = list.data.value ?? [];
  useFresh(list.reload);
  useRowKeys(() => items.map(({ id }) => id));
  useRefresh(() => void (items.length <= PAGE ? list.reload() : undefined), true, LOOK_MS);
  const create = (
    <a class="button primary" href="/settings/triggers/new">
      <Icon name="plus" />
      <span>{t("triggers.new")}</span>
    </a>
  );
  return (
    <section>
      <SettingsHead
        title={t("nav.triggers")}
        intro={t("triggers.intro")}
        action={
          <span class="head-actions">
            <a class="button" href="/settings/triggers/dry-run">
              <Icon name="play" />
              <span>{t("dryrun.title")}</span>
            </a>
            {create}
          </span>
        }
      />
      <Finder label={t("triggers.find")}>
        <ChoiceChip name="event" label={t("triggers.event")} any={t("templates.any_event")} options={FOUND_BY.map((value) => ({ value, label: eventTypeName(value) }))} />
        <ActiveChip />
      </Finder>
      <Listed
        list={list}
        narrowed={narrowed}
        empty={
          <>
            <Empty icon="zap" title={t("triggers.none")} action={create}>
              {t("triggers.none_text")}
            </Empty>
            <ExampleCards examples={EXAMPLES} />
          </>
        }
      >
        {(rows) => (
          <SettingsTable look="rules-table triggers-table" columns={[t("triggers.ordering_short"), t("field.name"), t("triggers.event"), t("triggers.last_run"), t("rules.on")]} onClick={followRow}>
            {rows.map((trigger) => (
              <Row key={trigger.id} trigger={trigger} changed={() => void list.reload()} />
            ))}
          </SettingsTable>
        )}
      </Listed>
    </section>
  );
}
