// Beside a marketing rule: which of its blocks have what they need, and what became of it so far.
import type { JSX } from "preact";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useListing } from "../../../resource.ts";
import type { Page } from "../../../wire.ts";
import type { MarketingDraft, MarketingRule, RuleResult } from "../../../wire-rules.ts";
import { Button } from "../../../ui/button.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Time } from "../../../ui/time.tsx";
import { BLOCKS, isWhole, pathOfRule, reasonText, type Block } from "./draft.ts";

export function Scheme({ draft, bad }: { draft: MarketingDraft; bad: (block: Block) => boolean }): JSX.Element {
  return (
    <section class="rule-preview" aria-labelledby="marketing-scheme">
      <h2 id="marketing-scheme">{t("marketing.scheme")}</h2>
      <ol class="scheme">
        {BLOCKS.map((block) => {
          const isGood = isWhole(draft, block) && !bad(block);
          return (
            <li key={block} class={isGood ? "good" : "bad"}>
              <a href={`#block-${block}`} onClick={(event) => (event.preventDefault(), document.getElementById(`block-${block}`)?.scrollIntoView({ block: "start" }))}>
                <Icon name={isGood ? "success" : "alert"} />
                <span>{t(`marketing.block_${block}`)}</span>
                <small>{t(isGood ? "marketing.good" : "marketing.incomplete")}</small>
              </a>
            </li>
          );
        })}
      </ol>
      {draft.actions.length ? null : <p class="help">{t("marketing.only_collects")}</p>}
    </section>
  );
}

export function Results({ rule }: { rule: MarketingRule }): JSX.Element {
  const list = useListing<RuleResult>(`results/${rule.id}`, (cursor) => api.get<Page<RuleResult>>(withQuery(`${pathOfRule(rule)}/results`, { cursor, limit: 20 })));
  const { matched, done, skipped } = rule.results;
  const items = list.data.value ?? [];
  return (
    <section class="rule-preview" aria-labelledby="marketing-results">
      <h2 id="marketing-results">{t("marketing.results")}</h2>
      <dl class="result-counts">
        <div>
          <dt>{t("marketing.matched")}</dt>
          <dd>{matched.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{t("marketing.result_done")}</dt>
          <dd>{done.toLocaleString()}</dd>
        </div>
        {Object.entries(skipped).map(([why, n]) => (
          <div key={why} class="skipped">
            <dt>{t("marketing.skipped_why", { why: reasonText(why) })}</dt>
            <dd>{n.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      {items.length ? (
        <ul class="result-rows">
          {items.map((row, index) => (
            <li key={`${row.customer.id}${index}`}>
              {row.customer.number === null ? (
                <span class="faint">{t("marketing.no_name")}</span>
              ) : (
                <a href={`/customers/${encodeURIComponent(row.customer.id)}`} dir="auto">
                  {row.customer.title}
                </a>
              )}
              <Time at={row.at} />
              <small class="faint">{row.why ? `${t(`marketing.result_${row.result}`)}: ${reasonText(row.why)}` : t(`marketing.result_${row.result}`)}</small>
            </li>
          ))}
        </ul>
      ) : (
        <p class="help">{t("marketing.no_results")}</p>
      )}
      {list.next.value ? (
        <Button small busy={list.loading.value} onClick={() => void list.more()}>
          {t("list.more")}
        </Button>
      ) : null}
    </section>
  );
}
