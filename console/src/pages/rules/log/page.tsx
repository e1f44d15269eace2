// The action log: every run of a rule and each of its actions, as information or as an error, with the why and the way to
// what it concerned. Found by status, rule, record and text.
import type { JSX } from "preact";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useRefresh } from "../../../refresh.ts";
import { useListing } from "../../../resource.ts";
import { query, setQuery } from "../../../router.ts";
import { isAdministrator } from "../../../session.ts";
import { useTitle } from "../../../title.ts";
import type { Page } from "../../../wire.ts";
import type { LogRow } from "../../../wire-rules.ts";
import { Icon, type IconName } from "../../../ui/icon.tsx";
import { Empty } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { ChoiceChip, Finder } from "../finder.tsx";
import { Listed } from "../listed.tsx";
import { actionIcon, actionName } from "../words.ts";
import "../../../styles/records.css";
import "../../../styles/rules.css";

const PAGE = 50;
const LOOK_MS = 5_000;

const LINK_ICONS: Record<LogRow["links"][number]["type"], IconName> = { notification: "bell", template: "bellRing", delivery: "mailOpen", task: "alarm", event: "zap" };

function hrefOf({ type, id }: LogRow["links"][number], rule: LogRow["rule"]): string | null {
  const one = encodeURIComponent(id);
  if (type === "template") return `/settings/templates/${one}`;
  if (type === "task") return `/tasks/${one}`;
  if (type === "delivery") return `/action-log/sent/${one}`;
  // Of a marketing rule, the event only says that it acted.
  if (type === "event" && rule?.type === "marketing_rule") return null;
  if (type === "event") return `/settings/triggers/dry-run?event=${one}`;
  // Whose letters they are, and what became of them, is the administrator's page.
  return isAdministrator.value ? `/deliveries?notification=${one}` : null;
}

function ruleHref(rule: NonNullable<LogRow["rule"]>): string {
  return `/settings/${rule.type === "trigger" ? "triggers" : "marketing-rules"}/${encodeURIComponent(rule.id)}`;
}

function duration(us: number): string {
  return us < 1_000 ? t("actionlog.us", { n: us }) : t("actionlog.ms", { n: Math.round(us / 100) / 10 });
}

function Row({ row }: { row: LogRow }): JSX.Element {
  const isError = row.status === "error";
  const links = row.links.map((link) => ({ ...link, href: hrefOf(link, row.rule) })).filter(({ href }) => href !== null);
  return (
    <tr class={isError ? "log-row is-error" : "log-row"} data-id={row.id}>
      <td class="cell-status">
        <span class={isError ? "badge tone-error" : "badge tone-success"}>
          <Icon name={isError ? "alert" : "check"} size={13} />
          {t(isError ? "actionlog.error" : "actionlog.information")}
        </span>
      </td>
      <td class="cell-what">
        <span class="log-message" dir="auto">
          {row.action ? (
            <span class="log-action" title={actionName(row.action)}>
              <Icon name={actionIcon(row.action)} size={14} />
              <span class="visually-hidden">{actionName(row.action)}: </span>
            </span>
          ) : null}
          {row.message}
        </span>
        {links.length ? (
          <span class="log-links">
            {links.map(({ type, id, href }) => (
              <a key={`${type}${id}`} href={href ?? ""}>
                <Icon name={LINK_ICONS[type]} size={13} />
                <span>{t(`actionlog.link_${type}`)}</span>
              </a>
            ))}
          </span>
        ) : null}
      </td>
      <td data-label={t("actionlog.rule")}>
        {row.rule ? (
          <a class="quiet-link" href={ruleHref(row.rule)} dir="auto">
            {row.rule.name}
          </a>
        ) : (
          <span class="faint">–</span>
        )}
      </td>
      <td data-label={t("actionlog.record")}>
        {row.record ? (
          <a class="quiet-link" href={`/${row.record.type}s/${encodeURIComponent(row.record.id)}`} dir="auto">
            {row.record.title}
          </a>
        ) : (
          <span class="faint">{row.hidden ? t("actionlog.hidden") : "–"}</span>
        )}
      </td>
      <td class="cell-time">
        <Time at={row.at} />
        <small class="block faint">{duration(row.duration_us)}</small>
      </td>
    </tr>
  );
}

/** A filter that came with a link, named by what the rows say of it. */
function LinkChip({ name, label }: { name: string; label: string }): JSX.Element {
  return (
    <button type="button" class="chip set" aria-label={t("actionlog.without", { name: label })} onClick={() => setQuery({ [name]: null })}>
      <span class="chip-text">{label}</span>
      <Icon name="close" size={13} />
    </button>
  );
}

export function ActionLogPage(): JSX.Element {
  useTitle(t("nav.action_log"));
  const of = (name: string) => query.value.get(name);
  const narrowed = { q: of("q"), status: of("status"), trigger: of("trigger"), rule: of("rule"), record: of("record") };
  const list = useListing<LogRow>(`action-log:${JSON.stringify(narrowed)}`, (cursor) => api.get<Page<LogRow>>(withQuery("/v1/action-log", { ...narrowed, cursor, limit: PAGE })));
  const items = list.data.value ?? [];
  useRefresh(() => void (items.length <= PAGE ? list.reload() : undefined), true, LOOK_MS);
  const rule = items.find((row) => row.rule !== null && (row.rule.id === narrowed.trigger || row.rule.id === narrowed.rule))?.rule?.name;
  const record = items.find((row) => row.record?.id === narrowed.record)?.record?.title;
  return (
    <section>
      <div class="page-head">
        <h1>{t("nav.action_log")}</h1>
        <span class="spring" />
        <a class="button" href="/action-log/sent">
          <span>{t("errands.title")}</span>
        </a>
      </div>
      <p class="page-intro">{t("actionlog.intro")}</p>
      <Finder label={t("actionlog.find")}>
        <ChoiceChip
          name="status"
          label={t("actionlog.status")}
          any={t("actionlog.any_status")}
          options={(["information", "error"] as const).map((value) => ({ value, label: t(`actionlog.${value}`) }))}
        />
        {narrowed.trigger ? <LinkChip name="trigger" label={rule ?? t("actionlog.one_trigger")} /> : null}
        {narrowed.rule ? <LinkChip name="rule" label={rule ?? t("actionlog.one_rule")} /> : null}
        {narrowed.record ? <LinkChip name="record" label={record ?? t("actionlog.one_record")} /> : null}
      </Finder>
      <Listed
        list={list}
        narrowed={narrowed}
        empty={
          <Empty icon="lists" title={t("actionlog.none")}>
            {t("actionlog.none_text")}
          </Empty>
        }
      >
        {(rows) => (
          <table class="table people-table log-table">
            <thead>
              <tr>
                <th scope="col" class="cell-status">
                  {t("actionlog.status")}
                </th>
                <th scope="col">{t("actionlog.what")}</th>
                <th scope="col" class="col-rule">
                  {t("actionlog.rule")}
                </th>
                <th scope="col" class="col-record">
                  {t("actionlog.record")}
                </th>
                <th scope="col" class="cell-time">
                  {t("sent.column_when")}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        )}
      </Listed>
    </section>
  );
}
