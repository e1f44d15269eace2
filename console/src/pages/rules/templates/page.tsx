// Settings → Notification templates: what triggers and marketing rules send. Found by name, event and state; travels as a file
// of JSON; what is used by nothing is seen at once.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useListing } from "../../../resource.ts";
import { query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import type { Page } from "../../../wire.ts";
import { TEMPLATE_EVENTS, type Template } from "../../../wire-rules.ts";
import { Icon } from "../../../ui/icon.tsx";
import { severityIcon, severityName } from "../../../ui/kind.tsx";
import { Drop, MenuItem } from "../../../ui/menu.tsx";
import { followRow, useRowKeys } from "../../../ui/rows.ts";
import { Empty } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { attempt, say } from "../../../ui/toast.tsx";
import { SettingsHead } from "../../settings/settings-head.tsx";
import { SettingsTable } from "../../settings/settings-table.tsx";
import { useFresh } from "../deleting.ts";
import { ActiveChip, ChoiceChip, Finder } from "../finder.tsx";
import { Listed } from "../listed.tsx";
import { ActiveSwitch } from "../parts.tsx";
import { RuleMenu } from "../rule-menu.tsx";
import { templateEventName } from "../words.ts";
import { draftOf, hrefOfTemplate, pathOfTemplate, readFile } from "./draft.ts";
import { saveFile, testSend } from "./actions.ts";
import "../../../styles/records.css";
import "../../../styles/rules.css";

const PAGE = 50;

function Row({ template, changed }: { template: Template; changed: () => void }): JSX.Element {
  const path = pathOfTemplate(template);
  return (
    <tr class={template.active ? "rule-row" : "rule-row dim"} data-id={template.id}>
      <td>
        <a class="row-link rule-link" href={hrefOfTemplate(template)}>
          <span class={`kind-tile tone-${template.severity}`} title={severityName(template.severity)}>
            <Icon name={severityIcon(template.severity)} />
          </span>
          <span class="rule-link-text">
            <b dir="auto">{template.name}</b>
            <small>{template.code}</small>
          </span>
        </a>
      </td>
      <td data-label={t("templates.event")}>{templateEventName(template.event)}</td>
      <td data-label={t("templates.used")}>
        {template.use_count ? (
          <span title={template.used_by.map(({ name }) => name).join(", ")}>{t("templates.uses", { n: template.use_count })}</span>
        ) : (
          <span class="faint">{t("templates.unused")}</span>
        )}
      </td>
      <td data-label={t("rules.changed")}>
        <Time at={template.updated_at} />
      </td>
      <td data-label={t("rules.on")} class="cell-switch">
        <ActiveSwitch
          name={template.name}
          active={template.active}
          onValue={async (active) => {
            await attempt(() => api.put(path, { ...draftOf(template), active }));
            changed();
          }}
        />
      </td>
      <td class="cell-menu">
        <RuleMenu rule={template} path={path} list="/settings/templates" test={() => void testSend(template)} download={() => void saveFile([template.id])} />
      </td>
    </tr>
  );
}

/** A hidden field for files; pressing the menu's entry presses it. */
function useImport(changed: () => void): { pick: () => void; field: JSX.Element } {
  const input = useRef<HTMLInputElement>(null);
  async function take(file: File): Promise<void> {
    const templates = readFile(await file.text());
    if (!templates) {
      say(t("templates.import_bad"), { bad: true });
      return;
    }
    await attempt(async () => {
      const { created, updated } = await api.post<{ created: number; updated: number }>("/v1/templates/import", { templates, replace: true });
      say(t("templates.imported", { created, updated }));
    });
    changed();
  }
  const field = (
    <input
      ref={input}
      type="file"
      accept="application/json,.json"
      hidden
      aria-label={t("templates.import")}
      onChange={(event) => {
        const file = event.currentTarget.files?.[0];
        event.currentTarget.value = "";
        if (file) void take(file);
      }}
    />
  );
  return { pick: () => input.current?.click(), field };
}

export function TemplatesPage(): JSX.Element {
  useTitle(t("templates.heading"));
  const narrowed = { q: query.value.get("q"), event: query.value.get("event"), active: query.value.get("active") };
  const list = useListing<Template>(`templates:${JSON.stringify(narrowed)}`, (cursor) => api.get<Page<Template>>(withQuery("/v1/templates", { ...narrowed, cursor, limit: PAGE })));
  const reload = () => void list.reload();
  useFresh(list.reload);
  useRowKeys(() => (list.data.value ?? []).map(({ id }) => id));
  const importing = useImport(reload);
  const create = (
    <a class="button primary" href="/settings/templates/new">
      <Icon name="plus" />
      <span>{t("templates.new")}</span>
    </a>
  );
  const more = (
    <span class="head-actions">
      <Drop label={t("rules.more")} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
        {(close) => (
          <>
            <MenuItem icon="upward" onClick={() => (close(), importing.pick())}>
              {t("templates.import")}
            </MenuItem>
            <MenuItem icon="downward" onClick={() => (close(), void saveFile())}>
              {t("templates.export_all")}
            </MenuItem>
          </>
        )}
      </Drop>
      {create}
    </span>
  );
  return (
    <section>
      <SettingsHead title={t("templates.heading")} intro={t("templates.intro")} action={more} />
      {importing.field}
      <Finder label={t("templates.find")}>
        <ChoiceChip name="event" label={t("templates.event")} any={t("templates.any_event")} options={TEMPLATE_EVENTS.map((value) => ({ value, label: templateEventName(value) }))} />
        <ActiveChip />
      </Finder>
      <Listed
        list={list}
        narrowed={narrowed}
        empty={
          <Empty icon="bellRing" title={t("templates.none")} action={create}>
            {t("templates.none_text")}
          </Empty>
        }
      >
        {(items) => (
          <SettingsTable look="rules-table" columns={[t("field.name"), t("templates.event"), t("templates.used"), t("rules.changed"), t("rules.on")]} onClick={followRow}>
            {items.map((template) => (
              <Row key={template.id} template={template} changed={reload} />
            ))}
          </SettingsTable>
        )}
      </Listed>
    </section>
  );
}
