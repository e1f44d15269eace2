// Settings → Audit log: who administered what, and when. Nothing here can be changed.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useListing } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { AuditLine, Page } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";

/** What acts are about: the first half of an action. */
const SORTS = ["user", "group", "account", "api_key", "origin", "customer", "email", "delivery", "address", "preferences", "system_notifications", "site", "reference", "custom_field"] as const;

function who(line: AuditLine): string {
  if (line.who.name) return line.who.name;
  return line.who.type === "system" ? t("audit.system") : (line.who.id ?? line.who.type);
}

/** The set values in one line; what is nested stays as JSON. */
function details(line: AuditLine): string {
  const entries = line.detail && typeof line.detail === "object" ? Object.entries(line.detail) : [];
  return entries.map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(" · ");
}

function Line({ line }: { line: AuditLine }): JSX.Element {
  return (
    <tr>
      <td>
        <Time at={line.at} />
      </td>
      <td data-label={t("audit.column_who")}>
        <span dir="auto">{who(line)}</span>
        {line.who.type === "key" ? <small class="faint block">{t("audit.key")}</small> : null}
      </td>
      <td data-label={t("audit.column_what")}>
        <code>{line.action}</code>
      </td>
      <td data-label={t("audit.column_subject")}>
        <code>{line.subject}</code>
        <small class="faint block" dir="auto">
          {details(line)}
        </small>
      </td>
    </tr>
  );
}

export function AuditLogPage(): JSX.Element {
  useTitle(t("nav.audit_log"));
  const what = useSignal("");
  const day = useSignal("");
  const lines = useListing<AuditLine>("audit-log", (cursor) => {
    const to = day.value ? new Date(`${day.value}T23:59:59`).toISOString() : undefined;
    return api.get<Page<AuditLine>>(withQuery("/v1/audit-log", { what: what.value || undefined, to, cursor, limit: 50 }));
  });
  useEffect(() => void lines.reload(), [what.value, day.value]);
  return (
    <section>
      <SettingsHead title={t("nav.audit_log")} intro={t("audit.intro")} />
      <div class="filters">
        <label>
          <span class="visually-hidden">{t("audit.column_what")}</span>
          <select value={what.value} onChange={(event) => (what.value = event.currentTarget.value)}>
            <option value="">{t("audit.everything")}</option>
            {SORTS.map((sort) => (
              <option key={sort} value={`${sort}.`}>
                {t(`audit.sort_${sort}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("audit.until")} </span>
          <input type="date" value={day.value} onChange={(event) => (day.value = event.currentTarget.value)} />
        </label>
      </div>
      <Reading of={lines}>
        {(items) =>
          items.length ? (
            <table class="table people-table">
              <thead>
                <tr>
                  <th scope="col">{t("audit.column_when")}</th>
                  <th scope="col">{t("audit.column_who")}</th>
                  <th scope="col">{t("audit.column_what")}</th>
                  <th scope="col">{t("audit.column_subject")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((line) => (
                  <Line key={line.id} line={line} />
                ))}
              </tbody>
            </table>
          ) : (
            <Empty icon="shield" title={t("audit.none")}>
              {t("audit.none_text")}
            </Empty>
          )
        }
      </Reading>
      {lines.next.value ? (
        <Button class="calls-more" busy={lines.loading.value} onClick={() => void lines.more()}>
          {t("records.earlier")}
        </Button>
      ) : null}
    </section>
  );
}
