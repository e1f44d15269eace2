// What I have sent (administrators: what anybody of the account has), newest first, with how far it got. Each row leads
// to the sender's view.
import type { JSX } from "preact";
import { openComposer } from "../../compose/state.ts";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { plainText, RichText } from "../../rich-text.tsx";
import { useListing, type Listing } from "../../resource.ts";
import { query, setQuery } from "../../router.ts";
import { isAdministrator } from "../../session.ts";
import { useTitle } from "../../title.ts";
import type { Page, Sent } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { More } from "../../ui/more.tsx";
import { followRow, useRowKeys } from "../../ui/rows.ts";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { audienceOf, Meter, percent, StateBadge } from "./state.tsx";
import { useRefresh } from "../../refresh.ts";

function ReadCell({ sent }: { sent: Sent }): JSX.Element {
  return (
    <span class="read-cell">
      <Meter part={sent.read} whole={sent.recipients} label={t("sent.read")} />
      <span class="tabular">{t("sent.read_of", { n: sent.read, all: sent.recipients })}</span>
      <span class="visually-hidden">{percent(sent.read, sent.recipients)}</span>
    </span>
  );
}

function SentRow({ sent, all }: { sent: Sent; all: boolean }): JSX.Element {
  const body = plainText(sent.body);
  return (
    <tr class="sent-row" data-id={sent.id}>
      <td class="cell-text">
        <a class="row-link" href={`/sent/${encodeURIComponent(sent.id)}`}>
          {sent.title ? <RichText class="row-title" html={sent.title} inline /> : <span class="row-title">{body || t("sent.withdrawn_body")}</span>}
        </a>
        <span class="row-body" dir="auto">
          {sent.title ? body : null}
        </span>
      </td>
      <td class="cell-audience" dir="auto">
        {all && sent.sender ? `${sent.sender} → ` : ""}
        {audienceOf(sent)}
      </td>
      <td class="cell-state">
        <StateBadge state={sent.state} />
      </td>
      <td class="cell-read">
        <ReadCell sent={sent} />
      </td>
      <td class="cell-time">
        <Time at={sent.send_at ?? sent.created_at} />
      </td>
    </tr>
  );
}

function SentTable({ items, all }: { items: Sent[]; all: boolean }): JSX.Element {
  return (
    <table class="table sent-table">
      <thead>
        <tr>
          <th scope="col">{t("sent.column_message")}</th>
          <th scope="col" class="cell-audience">
            {t("sent.column_audience")}
          </th>
          <th scope="col" class="cell-state">
            {t("sent.column_state")}
          </th>
          <th scope="col" class="cell-read">
            {t("sent.column_read")}
          </th>
          <th scope="col" class="cell-time">
            {t("sent.column_when")}
          </th>
        </tr>
      </thead>
      <tbody onClick={followRow}>
        {items.map((sent) => (
          <SentRow key={sent.id} sent={sent} all={all} />
        ))}
      </tbody>
    </table>
  );
}

function SentBody({ list, all }: { list: Listing<Sent>; all: boolean }): JSX.Element {
  const items = list.data.value;
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={() => void list.reload()} /> : <SkeletonRows />;
  if (items.length === 0) {
    const create = (
      <Button kind="primary" icon="megaphone" onClick={() => openComposer()}>
        {t("compose.open")}
      </Button>
    );
    return (
      <Empty icon="send" title={t("sent.none")} action={create}>
        {t("sent.none_text")}
      </Empty>
    );
  }
  return (
    <>
      <SentTable items={items} all={all} />
      <More list={list} />
    </>
  );
}

export function SentPage(): JSX.Element {
  useTitle(t("nav.sent"));
  const all = isAdministrator.value && query.value.get("by") === "all";
  const list = useListing<Sent>(`sent:${all}`, (cursor) =>
    api.get<Page<Sent>>(withQuery("/v1/notifications", { by: all ? "all" : null, cursor, limit: 30 })),
  );
  const items = list.data.value;
  useRefresh(() => void (list.next.value === null || (items?.length ?? 0) <= 30 ? list.reload() : undefined), Boolean(items?.length));
  useRowKeys(() => items?.map((sent) => sent.id) ?? []);
  return (
    <section>
      <div class="page-head">
        <h1>{t("nav.sent")}</h1>
      </div>
      {isAdministrator.value ? (
        <div class="filter-bar">
          <div class="tabs" role="group" aria-label={t("sent.by")}>
            {[false, true].map((value) => (
              <button key={String(value)} type="button" class="tab" aria-pressed={all === value ? "true" : "false"} onClick={() => setQuery({ by: value ? "all" : null })}>
                {value ? t("sent.by_all") : t("sent.by_me")}
              </button>
            ))}
          </div>
        </div>
      ) : null}
      <SentBody list={list} all={all} />
    </section>
  );
}
