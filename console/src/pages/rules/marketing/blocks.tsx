// The blocks of a marketing rule: its mechanic, its segments, how often, when. Each is a part of the form.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import { MECHANICS, SPANS, type Frequency, type MarketingDraft, type Mechanic, type MechanicType, type Segment, type Span } from "../../../wire-rules.ts";
import type { CustomField } from "../../../wire.ts";
import { Button } from "../../../ui/button.tsx";
import { Check, Field, SelectField, TextField } from "../../../ui/field.tsx";
import { Icon } from "../../../ui/icon.tsx";
import type { FormState } from "../../form.ts";
import { SegmentDialog } from "../segments/dialog.tsx";
import { emptyMechanic, mechanicIcon } from "./draft.ts";

const mechanicName = (type: MechanicType) => t(`marketing.mechanic_${type}`);
const mechanicHint = (type: MechanicType) => t(`marketing.mechanic_${type}_text`);
const frequencyName = (type: Frequency["type"]) => t(`marketing.frequency_${type}`);
const whenName = (when: MarketingDraft["timing"]["when"]) => t(`marketing.when_${when}`);
const unitName = (unit: MarketingDraft["timing"]["unit"]) => t(`rules.unit_${unit}`);
const spanName = (span: Span) => t(`marketing.per_${span}`);

export interface BlockProps {
  draft: MarketingDraft;
  form: FormState;
  set: (part: Partial<MarketingDraft>) => void;
}

interface NumberFieldProps {
  label: string;
  value: number;
  min?: number;
  help?: string;
  error?: string | undefined;
  onValue: (value: number) => void;
}

export function NumberField({ label, value, min = 1, help, error, onValue }: NumberFieldProps): JSX.Element {
  return (
    <Field label={label} help={help} error={error}>
      {(attributes) => <input class="input" type="number" min={min} {...attributes} value={value} onInput={(event) => onValue(Math.round(event.currentTarget.valueAsNumber) || 0)} />}
    </Field>
  );
}

function MechanicFields({ mechanic, form, custom, put }: { mechanic: Mechanic; form: FormState; custom: readonly CustomField[]; put: (mechanic: Mechanic) => void }): JSX.Element | null {
  const error = (field: string) => form.error(`mechanic.${field}`) ?? form.error("mechanic");
  switch (mechanic.type) {
    case "since_last_order":
    case "reactivation":
      return <NumberField label={t("marketing.days")} value={mechanic.days} error={error("days")} onValue={(days) => put({ ...mechanic, days })} />;
    case "personal_date":
      return (
        <div class="pair">
          <SelectField<string>
            label={t("marketing.date_field")}
            error={error("field")}
            value={mechanic.field}
            options={[{ value: "birthday", label: t("marketing.birthday") }, ...custom.filter(({ type }) => type === "date").map(({ code, name }) => ({ value: `custom_${code}`, label: name }))]}
            onValue={(field) => put({ ...mechanic, field })}
          />
          <NumberField label={t("marketing.days_before")} min={0} value={mechanic.days_before} error={error("days_before")} onValue={(days_before) => put({ ...mechanic, days_before })} />
        </div>
      );
    case "repeat_purchase":
      return <NumberField label={t("marketing.orders")} value={mechanic.orders} error={error("orders")} onValue={(orders) => put({ ...mechanic, orders })} />;
    case "abandoned_cart":
      return <TextField label={t("triggers.custom_name")} help={t("triggers.custom_name_help")} autocomplete="off" spellcheck={false} error={error("event")} value={mechanic.event} onValue={(event) => put({ ...mechanic, event })} />;
    case "segment_entered":
      return null;
  }
}

export function MechanicBlock({ draft, form, set, custom }: BlockProps & { custom: readonly CustomField[] }): JSX.Element {
  return (
    <>
      <div class="mechanics" role="radiogroup" aria-label={t("marketing.mechanic")}>
        {MECHANICS.map((type: MechanicType) => (
          <label key={type} class="mechanic">
            <input type="radio" name="mechanic" value={type} checked={draft.mechanic.type === type} onChange={() => set({ mechanic: emptyMechanic(type) })} />
            <Icon name={mechanicIcon(type)} />
            <span>
              <b>{mechanicName(type)}</b>
              <small>{mechanicHint(type)}</small>
            </span>
          </label>
        ))}
      </div>
      <MechanicFields mechanic={draft.mechanic} form={form} custom={custom} put={(mechanic) => set({ mechanic })} />
    </>
  );
}

export function SegmentsBlock({ draft, form, set, segments, made }: BlockProps & { segments: readonly Segment[]; made: () => void }): JSX.Element {
  const isMaking = useSignal(false);
  const toggle = (id: string, on: boolean) => set({ segments: on ? [...draft.segments, id] : draft.segments.filter((other) => other !== id) });
  return (
    <>
      {segments.length ? (
        <div class="check-list">
          {segments.map(({ id, name, count }) => (
            <Check key={id} label={name} after={count === null ? null : t("segments.count", { n: count })} checked={draft.segments.includes(id)} onValue={(on) => toggle(id, on)} />
          ))}
        </div>
      ) : (
        <p class="help">{t("marketing.no_segments")}</p>
      )}
      {form.error("segments") ? <p class="help error">{form.error("segments")}</p> : null}
      <Button small icon="plus" class="add-row" onClick={() => (isMaking.value = true)}>
        {t("segments.new")}
      </Button>
      {isMaking.value ? (
        <SegmentDialog
          segment={null}
          onClose={() => (isMaking.value = false)}
          saved={({ id }) => {
            made();
            toggle(id, true);
          }}
        />
      ) : null}
    </>
  );
}

export function FrequencyBlock({ draft, form, set }: BlockProps): JSX.Element {
  const { frequency, cap } = draft;
  const choose = (type: Frequency["type"]) => set({ frequency: type === "times" ? { type, times: 1, per: "month" } : { type } });
  return (
    <>
      <SelectField<Frequency["type"]>
        label={t("marketing.per_customer")}
        error={form.error("frequency")}
        value={frequency.type}
        options={(["once", "each_time", "times"] as const).map((value) => ({ value, label: frequencyName(value) }))}
        onValue={choose}
      />
      {frequency.type === "times" ? (
        <div class="pair">
          <NumberField label={t("marketing.times")} value={frequency.times} error={form.error("frequency.times")} onValue={(times) => set({ frequency: { ...frequency, times } })} />
          <SelectField<Span> label={t("triggers.period")} value={frequency.per} options={SPANS.map((value) => ({ value, label: spanName(value) }))} onValue={(per) => set({ frequency: { ...frequency, per } })} />
        </div>
      ) : null}
      <Check label={t("marketing.cap")} help={t("marketing.cap_help")} checked={cap !== null} onValue={(on) => set({ cap: on ? { times: 2, days: 7 } : null })} />
      {cap ? (
        <div class="pair">
          <NumberField label={t("marketing.cap_times")} value={cap.times} error={form.error("cap.times") ?? form.error("cap")} onValue={(times) => set({ cap: { ...cap, times } })} />
          <NumberField label={t("marketing.cap_days")} value={cap.days} error={form.error("cap.days")} onValue={(days) => set({ cap: { ...cap, days } })} />
        </div>
      ) : null}
    </>
  );
}

type Timing = MarketingDraft["timing"];

export function TimingBlock({ draft, form, set }: BlockProps): JSX.Element {
  const { timing, window: hours } = draft;
  return (
    <>
      <div class="timing-fields">
        <SelectField<Timing["when"]>
          label={t("marketing.when")}
          error={form.error("timing")}
          value={timing.when}
          options={(["at_once", "after", "before"] as const).map((value) => ({ value, label: whenName(value) }))}
          onValue={(when) => set({ timing: { ...timing, when } })}
        />
        {timing.when === "at_once" ? null : (
          <>
            <NumberField label={t("marketing.amount")} value={timing.amount} error={form.error("timing.amount")} onValue={(amount) => set({ timing: { ...timing, amount } })} />
            <SelectField<Timing["unit"]> label={t("marketing.unit")} value={timing.unit} options={(["minutes", "hours", "days"] as const).map((value) => ({ value, label: unitName(value) }))} onValue={(unit) => set({ timing: { ...timing, unit } })} />
          </>
        )}
      </div>
      <Check label={t("marketing.window")} help={t("marketing.window_help")} checked={hours !== null} onValue={(on) => set({ window: on ? { from: "09:00", to: "20:00" } : null })} />
      {hours ? (
        <div class="pair">
          <TextField label={t("marketing.from")} type="time" error={form.error("window.from") ?? form.error("window")} value={hours.from} onValue={(from) => set({ window: { ...hours, from } })} />
          <TextField label={t("marketing.to")} type="time" error={form.error("window.to")} value={hours.to} onValue={(to) => set({ window: { ...hours, to } })} />
        </div>
      ) : null}
      <NumberField label={t("marketing.retry")} help={t("marketing.retry_help")} min={0} value={draft.retry_h} error={form.error("retry_h")} onValue={(retry_h) => set({ retry_h })} />
    </>
  );
}
