// The log of the server: what operators, the command line and Bellwire itself did to it, and when. Nothing here can be changed.
import type { JSX } from "preact";
import { dayAfter, fullTime, localToInstant } from "../format.ts";
import { withQuery } from "../http.ts";
import { language, t } from "../i18n/index.ts";
import { Reading } from "../pages/settings/reading.tsx";
import { useListing } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { zone } from "../session.ts";
import { useTitle } from "../title.ts";
import { Button } from "../ui/button.tsx";
import { Chip, ClearFilters, DateChip, Removable } from "../ui/chips.tsx";
import { DeedTable } from "../ui/deed-table.tsx";
import { severityName } from "../ui/kind.tsx";
import { MenuItem } from "../ui/menu.tsx";
import { More } from "../ui/more.tsx";
import { Empty } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import type { Page, Severity } from "../wire.ts";
import { whom } from "./announcements.tsx";
import { api } from "./session.ts";
import type { Chosen, Deed, Form, People } from "./wire.ts";

/** What acts are about: the first half of an action. */
const SORTS = ["account", "announcement", "operator"] as const;
/** Acts with words of their own; others stand as they were written down. */
const ACTS = [
  "account_added", "account_deleted", "account_labelled", "account_limited", "account_restored", "account_resumed", "account_suspended",
  "announcement_changed", "announcement_deleted", "announcement_published", "announcement_recalled", "announcement_written",
  "operator_added", "operator_link_issued", "operator_password_set", "operator_removed",
] as const;
const FILTERS = ["what", "who", "name", "subject", "from", "to"] as const;

function clear(): void {
  setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])));
}

function who(deed: Deed): string {
  return deed.by ?? t("operator.nobody");
}

/** One value that was set, in words where it has some; null where it says nothing. */
function part(name: string, set: unknown): string | null {
  if (set === null || set === "" || set === false || name === "told") return null;
  switch (name) {
    case "accounts":
      return typeof set === "object" ? whom(set as Chosen) : t("operator.accounts_n", { n: Number(set) });
    case "people":
      return t(`operator.people_${set as People}`);
    case "form":
      return t(`operator.form_${set as Form}`);
    case "severity":
      return severityName(set as Severity);
    case "mandatory":
      return t("operator.mandatory");
    case "delete_at":
      return `${t("operator.erased_at")} ${fullTime(String(set), language.value, zone.value)}`;
    case "users":
      return t("operator.at_most_users", { n: Number(set) });
    case "events_per_minute":
      return t("operator.at_most_events", { n: Number(set) });
    case "calls_per_minute":
      return t("operator.at_most_calls", { n: Number(set) });
    case "plan":
      return `${t("operator.plan")}: ${String(set)}`;
    case "version":
      return typeof set === "number" ? t("operator.version", { n: set }) : t("operator.version_is", { version: String(set) });
    case "reason":
    case "name":
    case "email":
      return String(set);
    default:
      return `${name}: ${typeof set === "string" ? set : JSON.stringify(set)}`;
  }
}

function details({ action, detail }: Deed): string {
  const entries = detail && typeof detail === "object" ? Object.entries(detail) : [];
  const parts = entries.map(([name, set]) => part(name, set)).filter((text) => text !== null);
  if (action.endsWith(".limited") && parts.length === 0) return t("operator.no_limit");
  return parts.join(" · ");
}

function Subject({ deed }: { deed: Deed }): JSX.Element | null {
  if (deed.action.startsWith("account.")) {
    return (
      <button type="button" class="clip" title={t("audit.only_who", { name: deed.subject })} onClick={() => setQuery({ subject: deed.subject })}>
        <code>{deed.subject}</code>
      </button>
    );
  }
  if (deed.action.startsWith("announcement.") && deed.action !== "announcement.deleted") {
    return (
      <a class="row-link" href={`/operator/announcements/${deed.subject}`}>
        {t("operator.announcement")}
      </a>
    );
  }
  // An operator's id says nothing to anybody.
  return deed.action.startsWith("operator.") ? null : <small class="faint block clip">{deed.subject}</small>;
}

function Line({ deed }: { deed: Deed }): JSX.Element {
  const act = ACTS.find((known) => known === deed.action.replace(".", "_"));
  return (
    <tr>
      <td class="cell-when">
        <Time at={deed.at} style="short" />
      </td>
      <td data-label={t("audit.column_who")}>
        <button type="button" class="clip" dir="auto" title={t("audit.only_who", { name: who(deed) })} onClick={() => setQuery({ who: deed.operator ?? "system", name: who(deed) })}>
          {who(deed)}
        </button>
      </td>
      <td data-label={t("audit.column_what")}>{act ? t(`operator.act_${act}`) : <code>{deed.action}</code>}</td>
      <td data-label={t("audit.column_subject")}>
        <div>
          <Subject deed={deed} />
          <small class="faint block" dir="auto">
            {details(deed) || (deed.action.startsWith("operator.") ? "–" : "")}
          </small>
        </div>
      </td>
    </tr>
  );
}

function Lines({ items }: { items: Deed[] }): JSX.Element {
  return (
    <DeedTable>
      {items.map((deed) => (
        <Line key={deed.id} deed={deed} />
      ))}
    </DeedTable>
  );
}

export function LogPage(): JSX.Element {
  useTitle(t("operator.log"));
  const [what, by, name, subject, from, to] = FILTERS.map((filter) => query.value.get(filter));
  const sort = SORTS.find((known) => known === what) ?? null;
  const isNarrowed = Boolean(sort ?? by ?? subject ?? from ?? to);
  const lines = useListing<Deed>(`operator-log:${sort ?? ""}:${by ?? ""}:${subject ?? ""}:${from ?? ""}:${to ?? ""}:${zone.value}`, (cursor) =>
    api.get<Page<Deed>>(
      withQuery("/v1/operator/log", {
        what: sort && `${sort}.`,
        who: by,
        subject,
        from: from ? localToInstant(from, zone.value) : null,
        to: to ? localToInstant(dayAfter(to), zone.value) : null,
        cursor,
        limit: 50,
      }),
    ),
  );
  return (
    <section>
      <div class="page-head">
        <h1>{t("operator.log")}</h1>
      </div>
      <p class="page-intro">{t("operator.log_intro")}</p>
      <div class="filter-bar">
        <div class="chips">
          <Chip name={t("audit.column_what")} chosen={sort && t(`operator.sort_${sort}`)} menu>
            {(close) =>
              [null, ...SORTS].map((one) => (
                <MenuItem key={one ?? ""} checked={sort === one} onClick={() => (close(), setQuery({ what: one }))}>
                  {one ? t(`operator.sort_${one}`) : t("audit.everything")}
                </MenuItem>
              ))
            }
          </Chip>
          {by ? <Removable icon="user" text={name ?? by} clear={() => setQuery({ who: null, name: null })} /> : null}
          {subject ? <Removable icon="store" text={subject} clear={() => setQuery({ subject: null })} /> : null}
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
              {t(isNarrowed ? "operator.log_none" : "operator.log_empty")}
            </Empty>
          )
        }
      </Reading>
      <More list={lines} />
    </section>
  );
}
