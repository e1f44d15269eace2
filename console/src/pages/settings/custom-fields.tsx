// Settings → Custom fields: what the shop's records have beside the usual. A field has a type that stays with it; one of
// a list takes its values from Statuses and lists.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import { CUSTOM_KINDS, type CustomField, type CustomKind, type RecordType } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Empty } from "../../ui/states.tsx";
import { CodedDialog } from "./coded-dialog.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";
import "../../styles/records.css";

const TYPES: readonly RecordType[] = ["order", "customer"];

interface FieldValues {
  name: string;
  code: string;
  record_type: RecordType;
  type: CustomKind;
  dictionary: string;
}

function FieldDialog({ field, onClose, saved }: { field: CustomField | null; onClose: () => void; saved: () => void }): JSX.Element {
  const initial: FieldValues = {
    name: field?.name ?? "",
    code: field?.code ?? "",
    record_type: field?.record_type ?? "order",
    type: field?.type ?? "string",
    dictionary: field?.dictionary ?? "",
  };
  return (
    <CodedDialog<FieldValues>
      kept={`custom.${field?.record_type ?? ""}.${field?.code ?? "new"}`}
      title={field?.name ?? t("custom.new")}
      codeHelp={t("custom.code_help")}
      initial={initial}
      isNew={field === null}
      fields={["type", "dictionary"]}
      onClose={onClose}
      saved={saved}
      save={({ name, code, record_type, type, dictionary }) =>
        api.put(`/v1/custom-fields/${record_type}/${encodeURIComponent(code.trim())}`, { name: name.trim(), type, dictionary: type === "dictionary" ? dictionary.trim() || null : null })
      }
    >
      {(values, set, form) => (
        <>
          {field === null ? (
            <SelectField<RecordType>
              label={t("custom.of")}
              value={values.record_type}
              options={TYPES.map((value) => ({ value, label: t(value === "order" ? "nav.orders" : "nav.customers") }))}
              onValue={(record_type) => set({ record_type })}
            />
          ) : null}
          <SelectField<CustomKind>
            label={t("custom.type")}
            value={values.type}
            error={form.error("type")}
            options={CUSTOM_KINDS.map((value) => ({ value, label: t(`custom.type_${value}`) }))}
            onValue={(type) => set({ type })}
          />
          {values.type === "dictionary" ? (
            <TextField
              label={t("custom.dictionary")}
              note={t("form.optional")}
              help={t("custom.dictionary_help")}
              autocomplete="off"
              spellcheck={false}
              error={form.error("dictionary")}
              value={values.dictionary}
              onValue={(dictionary) => set({ dictionary })}
            />
          ) : null}
        </>
      )}
    </CodedDialog>
  );
}

function FieldsTable({ items, open }: { items: CustomField[]; open: (field: CustomField) => void }): JSX.Element {
  return (
    <table class="table people-table">
      <thead>
        <tr>
          <th scope="col">{t("field.name")}</th>
          <th scope="col">{t("custom.type")}</th>
          <th scope="col">{t("custom.dictionary")}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((field) => (
          <tr key={field.code}>
            <td>
              <button type="button" class="group-link" onClick={() => open(field)}>
                <b dir="auto">{field.name}</b>
                <code>{field.code}</code>
              </button>
            </td>
            <td data-label={t("custom.type")}>{t(`custom.type_${field.type}`)}</td>
            <td data-label={t("custom.dictionary")}>
              {field.type === "dictionary" ? (
                <a href={`/settings/lists?list=${encodeURIComponent(`dictionary:${field.dictionary ?? field.code}`)}`}>{t("custom.entries")}</a>
              ) : (
                <span class="faint">–</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function CustomFieldsPage(): JSX.Element {
  useTitle(t("nav.custom_fields"));
  const fields = useResource("custom-fields", () => api.get<{ items: CustomField[] }>("/v1/custom-fields"));
  const open = useSignal<CustomField | "new" | null>(null);
  const create = (
    <Button kind="primary" icon="plus" onClick={() => (open.value = "new")}>
      {t("custom.new")}
    </Button>
  );
  return (
    <section>
      <SettingsHead title={t("nav.custom_fields")} intro={t("custom.intro")} action={create} />
      <Reading of={fields}>
        {({ items }) =>
          items.length ? (
            <div class="stack wide-stack">
              {TYPES.filter((type) => items.some((field) => field.record_type === type)).map((type) => (
                <section key={type}>
                  <h2 class="table-title">{t(type === "order" ? "nav.orders" : "nav.customers")}</h2>
                  <FieldsTable items={items.filter((field) => field.record_type === type)} open={(field) => (open.value = field)} />
                </section>
              ))}
            </div>
          ) : (
            <Empty icon="sliders" title={t("custom.none")} action={create}>
              {t("custom.none_text")}
            </Empty>
          )
        }
      </Reading>
      {open.value ? <FieldDialog field={open.value === "new" ? null : open.value} onClose={() => (open.value = null)} saved={() => void fields.reload()} /> : null}
    </section>
  );
}
