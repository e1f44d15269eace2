// Choosing one order, customer or task by typing part of what it is called.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import type { Page, RecordRow, RecordType, Task } from "../../wire.ts";
import { IconButton } from "../../ui/button.tsx";
import { Combobox } from "../../ui/combobox.tsx";
import { Field } from "../../ui/field.tsx";
import { apiOf } from "./type.ts";

const PAUSE_MS = 150;
const OFFERED = 8;

export type PickedType = RecordType | "task";

interface Found {
  id: string;
  title: string;
}

/** What is found first by a text; the newest, or what is due next, by none. */
export async function findRecords(type: PickedType, q: string, limit = OFFERED): Promise<Found[]> {
  if (type === "task") {
    const { items } = await api.get<Page<Task>>(withQuery("/v1/tasks", { q, limit }));
    return items.map(({ id, text }) => ({ id, title: text }));
  }
  return (await api.get<Page<RecordRow>>(withQuery(apiOf(type), { q, limit }))).items;
}

export interface RecordPickerProps {
  type: PickedType;
  label: string;
  note?: string;
  value: { id: string; title: string } | null;
  error: string | undefined;
  onValue: (value: { id: string; title: string } | null) => void;
}

export function RecordPicker({ type, label, note, value, error, onValue }: RecordPickerProps): JSX.Element {
  const text = useSignal("");
  // Undefined until something has been found, or nothing.
  const found = useSignal<Found[] | undefined>(undefined);
  const timer = useRef(0);
  function search(wanted: string): void {
    text.value = wanted;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(async () => {
      const page = await findRecords(type, wanted.trim()).catch(() => null);
      if (page && text.peek() === wanted) found.value = page;
    }, PAUSE_MS);
  }
  return (
    <Field label={label} error={error} {...(note ? { note } : {})}>
      {(attributes) => (
        <div class="picker" onFocusIn={() => (found.value?.length ? undefined : search(text.peek()))}>
          {value ? (
            <span class="token">
              <span dir="auto">{value.title}</span>
              <IconButton icon="close" label={t("records.clear_customer", { name: value.title })} onClick={() => onValue(null)} />
            </span>
          ) : null}
          <Combobox
            id={attributes.id}
            describedBy={attributes["aria-describedby"]}
            invalid={attributes["aria-invalid"] === "true"}
            text={text.value}
            placeholder={t(value ? `records.other_${type}` : `records.find_${type}`)}
            options={(found.value ?? []).map((row) => ({ value: row.id, face: <span dir="auto">{row.title}</span> }))}
            nothing={found.value ? t(`records.no_${type}`) : t("state.loading")}
            onText={search}
            onChoose={(id) => {
              const row = found.value?.find((candidate) => candidate.id === id);
              if (row) onValue({ id, title: row.title });
              text.value = "";
              found.value = undefined;
            }}
          />
        </div>
      )}
    </Field>
  );
}
