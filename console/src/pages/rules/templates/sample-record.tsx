// Which record a preview shows: the newest one to begin with, another one by typing, or made-up values where there is none.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Signal } from "@preact/signals";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import type { Page, RecordRow, RecordType } from "../../../wire.ts";
import type { TemplateEvent } from "../../../wire-rules.ts";
import { RecordPicker } from "../../records/record-picker.tsx";
import { apiOf } from "../../records/type.ts";

export interface SampleRecord {
  type: RecordType;
  id: string;
  title: string;
}

/** A task has no picker of its own: its preview is of made-up values. */
export function sampleType(event: TemplateEvent): RecordType | null {
  if (event === "order" || event === "any") return "order";
  return event === "customer" || event === "call" ? "customer" : null;
}

/** Looks for the newest record of the event's type whenever the event changes. */
export function useNewest(event: TemplateEvent, chosen: Signal<SampleRecord | null>): void {
  const type = sampleType(event);
  useEffect(() => {
    if (chosen.peek()?.type === type) return;
    chosen.value = null;
    if (!type) return;
    let isOver = false;
    api
      .get<Page<RecordRow>>(withQuery(apiOf(type), { limit: 1 }))
      .then(({ items }) => {
        const first = items[0];
        if (first && !isOver) chosen.value = { type, id: first.id, title: first.title };
      })
      .catch(() => undefined);
    return () => {
      isOver = true;
    };
  }, [type]);
}

export function SampleChoice({ event, chosen }: { event: TemplateEvent; chosen: Signal<SampleRecord | null> }): JSX.Element {
  const type = sampleType(event);
  if (!type) return <p class="help">{t("templates.made_up")}</p>;
  return (
    <>
      <RecordPicker
        key={type}
        type={type}
        label={t(type === "order" ? "templates.with_order" : "templates.with_customer")}
        value={chosen.value}
        error={undefined}
        onValue={(value) => (chosen.value = value ? { type, ...value } : null)}
      />
      {chosen.value ? null : <p class="help">{t("templates.made_up")}</p>}
    </>
  );
}
