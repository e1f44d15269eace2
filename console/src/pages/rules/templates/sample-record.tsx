// Which record a preview shows: the newest one to begin with, another one by typing, or made-up values where there is none.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Signal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import type { TemplateEvent } from "../../../wire-rules.ts";
import { findRecords, RecordPicker, type PickedType } from "../../records/record-picker.tsx";

export interface SampleRecord {
  type: PickedType;
  id: string;
  title: string;
}

/** What the texts of an event can be shown with; of one's own events and schedules nothing is known beforehand. */
export function sampleType(event: TemplateEvent): PickedType | null {
  if (event === "order" || event === "any") return "order";
  if (event === "task") return "task";
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
    findRecords(type, "", 1)
      .then(([first]) => {
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
        label={t(`templates.with_${type}`)}
        value={chosen.value}
        error={undefined}
        onValue={(value) => (chosen.value = value ? { type, ...value } : null)}
      />
      {chosen.value ? null : <p class="help">{t("templates.made_up")}</p>}
    </>
  );
}
