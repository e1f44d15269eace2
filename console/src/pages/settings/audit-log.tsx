// Settings → Audit log: who administered what, and when. Nothing here can be changed.
import type { JSX } from "preact";
import { api, withQuery } from "../../http.ts";
import { dayAfter, localToInstant } from "../../format.ts";
import { t } from "../../i18n/index.ts";
import { useListing } from "../../resource.ts";
import { query, setQuery } from "../../router.ts";
import { zone } from "../../session.ts";
import { useTitle } from "../../title.ts";
import type { AuditLine, Page } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Chip, ClearFilters, DateChip, Removable } from "../../ui/chips.tsx";
import { DeedTable } from "../../ui/deed-table.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { More } from "../../ui/more.tsx";
import { Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";

/** What acts are about: the first half of an action. */
const SORTS = ["user", "group", "account", "api_key", "origin", "customer", "email", "delivery", "address", "preferences", "system_notifications", "template", "trigger", "marketing_rule", "segment", "site", "reference", "custom_field"] as const;
type Sort = (typeof SORTS)[number];
const FILTERS = ["what", "who", "name", "from", "to"] as const;

function clear(): void {
  setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])));
}

function who(line: AuditLine): string {
  if (line.who.name) return line.who.name;
  return line.who.type === "system" ? t("audit.system") : (line.who.id ?? line.who.type);
}

/** "API keys", and the deed as the log of the API has it. */
function What({ action }: { action: string }): JSX.Element {
  const sort = SORTS.find((known) => action.startsWith(`${known}.`));
  return (
    <>
      {sort ? <span class="block">{t(`audit.sort_${sort}`)}</span> : null}
      <small class="faint block clip">{action}</small>
    </>
  );
}

/** What a thing is called, first of these that it has. */
const NAMES = ["name", "email", "code"];

/** What it was done to by its name, and the set values in one line; what is nested stays as JSON. */
function details(line: AuditLine): { name: string | null; rest: string } {
  const entries = line.detail && typeof line.detail === "object" ? Object.entries(line.detail) : [];
  const called = NAMES.flatMap((wanted) => entries.filter(([name, value]) => name === wanted && typeof value === "string" && value))[0];
  const rest = entries.filter((entry) => entry !== called && entry[1] !== null);
  return {
    name: called ? String(called[1]) : null,
    rest: rest.map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(" · "),
  };
}

function Line({ line }: { line: AuditLine }): JSX.Element {
  const id = line.who.id ?? line.who.type;
  const { name, rest } = details(line);
  return (
    <tr>
      <td class="cell-when">
        <Time at={line.at} style="short" />
      </td>
      <td data-label={t("audit.column_who")}>
        <div>
          <button type="button" class="clip" dir="auto" title={t("audit.only_who", { name: who(line) })} onClick={() => setQuery({ who: id, name: who(line) })}>
            {who(line)}
          </button>
          {line.who.type === "key" ? <small class="faint block">{t("audit.key")}</small> : null}
        </div>
      </td>
      <td data-label={t("audit.column_what")}>
        <div>
          <What action={line.action} />
        </div>
      </td>
      <td data-label={t("audit.column_subject")}>
        <div>
          <span class="block" dir="auto">
            {name ?? (rest || "–")}
          </span>
          {name && rest ? (
            <small class="faint block" dir="auto">
              {rest}
            </small>
          ) : null}
          <small class="faint block clip">{line.subject}</small>
        </div>
      </td>
    </tr>
  );
}

function Lines({ items }: { items: AuditLine[] }): JSX.Element {
  return (
    <DeedTable>
      {items.map((line) => (
        <Line key={line.id} line={line} />
      ))}
    </DeedTable>
  );
}

function WhatChip({ sort }: { sort: Sort | null }): JSX.Element {
  return (
    <Chip name={t("audit.column_what")} chosen={sort && t(`audit.sort_${sort}`)} menu>
      {(close) =>
        [null, ...SORTS].map((one) => (
          <MenuItem key={one ?? ""} checked={sort === one} onClick={() => (close(), setQuery({ what: one }))}>
            {one ? t(`audit.sort_${one}`) : t("audit.everything")}
          </MenuItem>
        ))
      }
    </Chip>
  );
}

export function AuditLogPage(): JSX.Element {
  useTitle(t("nav.audit_log"));
  const [what, by, name, from, to] = FILTERS.map((filter) => query.value.get(filter));
  const sort = SORTS.find((known) => known === what) ?? null;
  const isNarrowed = Boolean(sort ?? by ?? from ?? to);
  const lines = useListing<AuditLine>(`audit-log:${sort ?? ""}:${by ?? ""}:${from ?? ""}:${to ?? ""}:${zone.value}`, (cursor) =>
    api.get<Page<AuditLine>>(
      withQuery("/v1/audit-log", {
        what: sort && `${sort}.`,
        who: by,
        from: from ? localToInstant(from, zone.value) : null,
        to: to ? localToInstant(dayAfter(to), zone.value) : null,
        cursor,
        limit: 50,
      }),
    ),
  );
  return (
    <section>
      <SettingsHead title={t("nav.audit_log")} intro={t("audit.intro")} />
      <div class="filter-bar">
        <div class="chips">
          <WhatChip sort={sort} />
          {by ? <Removable icon="user" text={name ?? by} clear={() => setQuery({ who: null, name: null })} /> : null}
          <DateChip name={t("audit.column_when")} from={from ?? null} to={to ?? null} />
          {isNarrowed ? <ClearFilters clear={clear} /> : null}
        </div>
      </div>
      <Reading of={lines}>
        {(items) =>
          items.length ? (
            <Lines items={items} />
          ) : (
            <Empty icon="shield" title={t("audit.none")} action={isNarrowed ? <Button onClick={clear}>{t("inbox.clear_filters")}</Button> : null}>
              {t(isNarrowed ? "audit.none_text" : "audit.none_yet")}
            </Empty>
          )
        }
      </Reading>
      <More list={lines} />
    </section>
  );
}
