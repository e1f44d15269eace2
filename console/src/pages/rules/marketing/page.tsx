// Settings → Marketing rules: scenarios around customers, with whom they concern and what became of it.
import type { JSX } from "preact";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useListing } from "../../../resource.ts";
import { query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import type { Page } from "../../../wire.ts";
import type { MarketingRule } from "../../../wire-rules.ts";
import { Icon } from "../../../ui/icon.tsx";
import { followRow, useRowKeys } from "../../../ui/rows.ts";
import { Empty } from "../../../ui/states.tsx";
import { attempt } from "../../../ui/toast.tsx";
import { SettingsHead } from "../../settings/settings-head.tsx";
import { SettingsTable } from "../../settings/settings-table.tsx";
import { useFresh } from "../deleting.ts";
import { ActiveChip, Finder } from "../finder.tsx";
import { Listed } from "../listed.tsx";
import { ActiveSwitch } from "../parts.tsx";
import { RuleMenu } from "../rule-menu.tsx";
import { ExampleCards } from "../triggers/example-cards.tsx";
import { hrefOfRule, mechanicIcon, mechanicText, pathOfRule, skippedCount } from "./draft.ts";
import "../../../styles/records.css";
import "../../../styles/rules.css";

function Row({ rule, changed }: { rule: MarketingRule; changed: () => void }): JSX.Element {
  const path = pathOfRule(rule);
  return (
    <tr class={rule.active ? "rule-row" : "rule-row dim"} data-id={rule.id}>
      <td>
        <a class="row-link rule-link" href={hrefOfRule(rule)}>
          <span class="kind-tile tone-brass">
            <Icon name={mechanicIcon(rule.mechanic.type)} />
          </span>
          <span class="rule-link-text">
            <b dir="auto">{rule.name}</b>
            <small>{rule.code}</small>
          </span>
        </a>
      </td>
      <td data-label={t("marketing.mechanic")}>{mechanicText(rule.mechanic)}</td>
      <td data-label={t("marketing.results")}>
        <span class="counted">
          <span class="tabular">{t("marketing.done_of", { done: rule.results.done, matched: rule.results.matched })}</span>
          {skippedCount(rule) ? <small class="faint">{t("marketing.skipped_n", { n: skippedCount(rule) })}</small> : null}
        </span>
      </td>
      <td data-label={t("rules.on")} class="cell-switch">
        <ActiveSwitch
          name={rule.name}
          active={rule.active}
          onValue={async (active) => {
            await attempt(() => api.post(`${path}/${active ? "activate" : "deactivate"}`));
            changed();
          }}
        />
      </td>
      <td class="cell-menu">
        <RuleMenu rule={rule} path={path} list="/settings/marketing-rules" hasLog />
      </td>
    </tr>
  );
}

export function MarketingPage(): JSX.Element {
  useTitle(t("nav.marketing_rules"));
  const narrowed = { q: query.value.get("q"), active: query.value.get("active") };
  const list = useListing<MarketingRule>(`marketing:${JSON.stringify(narrowed)}`, (cursor) => api.get<Page<MarketingRule>>(withQuery("/v1/marketing-rules", { ...narrowed, cursor, limit: 50 })));
  useFresh(list.reload);
  useRowKeys(() => (list.data.value ?? []).map(({ id }) => id));
  const create = (
    <a class="button primary" href="/settings/marketing-rules/new">
      <Icon name="plus" />
      <span>{t("marketing.new")}</span>
    </a>
  );
  return (
    <section>
      <SettingsHead title={t("nav.marketing_rules")} intro={t("marketing.intro")} action={create} />
      <Finder label={t("marketing.find")}>
        <ActiveChip />
      </Finder>
      <Listed
        list={list}
        narrowed={narrowed}
        empty={
          <>
            <Empty icon="spark" title={t("marketing.none")} action={create}>
              {t("marketing.none_text")}
            </Empty>
            <ExampleCards examples={["birthday"]} />
          </>
        }
      >
        {(items) => (
          <SettingsTable look="rules-table" columns={[t("field.name"), t("marketing.mechanic"), t("marketing.results"), t("rules.on")]} onClick={followRow}>
            {items.map((rule) => (
              <Row key={rule.id} rule={rule} changed={() => void list.reload()} />
            ))}
          </SettingsTable>
        )}
      </Listed>
    </section>
  );
}
