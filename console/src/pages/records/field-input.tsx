// One field of the form of a record, drawn by what it holds.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Check, Field, SelectField, TextField } from "../../ui/field.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import type { FormField, FormValue } from "./form-fields.ts";
import { choices } from "./people.tsx";
import { RecordPicker } from "./record-picker.tsx";

export interface FieldInputProps {
  field: FormField;
  value: FormValue;
  directory: Directory;
  error: string | undefined;
  /** What the record has in the field now, so that a choice that is no longer offered stays one. */
  known: { value: string; label: string } | null;
  onValue: (value: FormValue) => void;
}

export function labelOf(field: FormField): string {
  return field.key ? t(field.key) : (field.name ?? field.path);
}

function LongField({ label, value, error, onValue }: { label: string; value: string; error: string | undefined; onValue: (value: string) => void }): JSX.Element {
  return (
    <Field label={label} error={error}>
      {(attributes) => <textarea class="input long" rows={3} {...attributes} value={value} dir="auto" onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

/** What may be chosen; a value that is not among it stays a choice. */
function options(props: FieldInputProps): { value: string; label: string }[] {
  const { field, directory, value, known } = props;
  let offered: { value: string; label: string }[];
  if (field.kind === "manager") offered = choices(directory).map(({ id, name }) => ({ value: id, label: name }));
  else if (field.kind === "site") offered = directory.sites.map(({ code, name }) => ({ value: code, label: name }));
  else offered = entriesOf(directory, field.list ?? "").filter((entry) => entry.active || entry.code === value).map(({ code, name }) => ({ value: code, label: name }));
  for (const extra of [known, typeof value === "string" && value ? { value, label: value } : null]) {
    if (extra && !offered.some((option) => option.value === extra.value)) offered.push(extra);
  }
  return offered;
}

export function FieldInput(props: FieldInputProps): JSX.Element | null {
  const { field, value, error, onValue } = props;
  const label = labelOf(field);
  const text = typeof value === "string" ? value : "";
  if (field.kind === "bool") return <Check label={label} checked={value === true} onValue={onValue} />;
  if (field.kind === "customer") {
    return <RecordPicker type="customer" label={label} value={value && typeof value === "object" ? value : null} error={error} onValue={onValue} />;
  }
  if (field.kind === "long") return <LongField label={label} value={text} error={error} onValue={onValue} />;
  if (field.kind === "list" || field.kind === "manager" || field.kind === "site") {
    const offered = options(props);
    if (offered.length > 0) {
      const none = { value: "", label: field.kind === "manager" ? t("records.nobody") : "–" };
      return <SelectField label={label} value={text} error={error} options={[none, ...offered]} onValue={onValue} />;
    }
    // Lists grow by use: the first status is typed. A list that the shop does not use is not asked for.
    if (field.path !== "status" && field.section !== "custom") return null;
  }
  const type = field.kind === "email" ? "email" : field.kind === "date" ? "date" : field.kind === "datetime" ? "datetime-local" : "text";
  const mode = field.kind === "money" || field.kind === "number" ? "decimal" : field.kind === "tel" ? "tel" : undefined;
  return (
    <TextField
      label={label}
      type={type}
      autocomplete="off"
      help={field.kind === "words" ? t("records.words_help") : field.kind === "list" ? t("records.code_help") : undefined}
      {...(mode ? { inputMode: mode } : {})}
      error={error}
      value={text}
      onValue={onValue}
    />
  );
}
