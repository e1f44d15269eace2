// When a trigger looks: the event, what belongs to it, and the objects that its filter, its condition and its texts may use.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { language, t } from "../../../i18n/index.ts";
import { session } from "../../../session.ts";
import { EVENT_TYPES, type EventType, type Trigger, type TriggerEvent, type Variable } from "../../../wire-rules.ts";
import { Field, SelectField, TextField } from "../../../ui/field.tsx";
import { SpanField } from "../parts.tsx";
import { eventTypeName } from "../words.ts";
import { readCron, RHYTHMS, writeCron, type Rhythm, type Schedule } from "./cron.ts";

const EVENT_EXAMPLE = "cart.left";

function emptyEvent(type: EventType): TriggerEvent {
  if (type === "custom") return { type, name: "" };
  if (type === "schedule") return { type, cron: "0 9 * * 1-5", over: null };
  if (type === "after_trigger") return { type, trigger: "", delay_s: 2 * 86_400 };
  return { type };
}

function weekdays(): { value: string; label: string }[] {
  const format = new Intl.DateTimeFormat(language.value, { weekday: "long", timeZone: "UTC" });
  // The 5th of January 2026 is a Monday.
  return [1, 2, 3, 4, 5, 6, 7].map((n) => ({ value: String(n), label: format.format(Date.UTC(2026, 0, 4 + n)) }));
}

function ScheduleFields({ event, error, onEvent }: { event: Extract<TriggerEvent, { type: "schedule" }>; error: string | undefined; onEvent: (event: TriggerEvent) => void }): JSX.Element {
  // "An expression of one's own" stays chosen although the expression is a usual one.
  const isOwn = useSignal(readCron(event.cron).rhythm === "own");
  const schedule: Schedule = { ...readCron(event.cron), ...(isOwn.value ? { rhythm: "own" as const } : {}) };
  const put = (part: Partial<Schedule>) => onEvent({ ...event, cron: writeCron({ ...schedule, ...part }) });
  const { rhythm } = schedule;
  return (
    <>
      <div class="pair schedule">
        <SelectField<Rhythm>
          label={t("triggers.rhythm")}
          value={rhythm}
          options={RHYTHMS.map((value) => ({ value, label: t(`triggers.rhythm_${value}`) }))}
          onValue={(next) => {
            isOwn.value = next === "own";
            put({ rhythm: next });
          }}
        />
        {rhythm === "weekly" ? <SelectField<string> label={t("triggers.weekday")} value={String(schedule.weekday)} options={weekdays()} onValue={(value) => put({ weekday: Number(value) })} /> : null}
        {rhythm === "monthly" ? (
          <Field label={t("triggers.month_day")}>
            {(attributes) => <input class="input" type="number" min="1" max="31" {...attributes} value={schedule.day} onInput={(input) => put({ day: Math.min(31, Math.max(1, input.currentTarget.valueAsNumber || 1)) })} />}
          </Field>
        ) : null}
        {rhythm === "own" ? (
          <TextField label={t("triggers.cron")} help={t("triggers.cron_help")} error={error} autocomplete="off" spellcheck={false} value={event.cron} onValue={(cron) => onEvent({ ...event, cron })} />
        ) : rhythm === "hourly" ? null : (
          <TextField label={t("triggers.time")} help={t("triggers.time_help", { zone: (session.value?.account.zone ?? "").replace(/_/g, " ") })} type="time" value={schedule.time} onValue={(time) => (time ? put({ time }) : undefined)} />
        )}
      </div>
      <SelectField<"" | "order" | "customer">
        label={t("triggers.over")}
        help={t(event.over ? "triggers.over_each_help" : "triggers.over_once_help")}
        value={event.over ?? ""}
        options={[
          { value: "", label: t("triggers.over_once") },
          { value: "order", label: t("triggers.over_order") },
          { value: "customer", label: t("triggers.over_customer") },
        ]}
        onValue={(over) => onEvent({ ...event, over: over || null })}
      />
    </>
  );
}

export interface EventFieldProps {
  event: TriggerEvent;
  variables: readonly Variable[] | undefined;
  /** The other triggers, for "after a trigger". */
  others: readonly Trigger[];
  error: string | undefined;
  onEvent: (event: TriggerEvent) => void;
}

export function EventField({ event, variables, others, error, onEvent }: EventFieldProps): JSX.Element {
  const objects = [...new Set((variables ?? []).map(({ path }) => path.split(/[.(]/, 1)[0]!))];
  return (
    <>
      <SelectField<EventType>
        label={t("triggers.event")}
        help={
          objects.length ? (
            <span class="objects">
              {t("triggers.objects")}{" "}
              {objects.map((object) => (
                <code key={object}>{object}</code>
              ))}
            </span>
          ) : undefined
        }
        error={event.type === "custom" || event.type === "schedule" ? undefined : error}
        value={event.type}
        options={EVENT_TYPES.map((value) => ({ value, label: eventTypeName(value) }))}
        onValue={(type) => onEvent(emptyEvent(type))}
      />
      {event.type === "custom" ? (
        <TextField label={t("triggers.custom_name")} help={t("triggers.custom_name_help")} placeholder={EVENT_EXAMPLE} autocomplete="off" spellcheck={false} error={error} value={event.name} onValue={(name) => onEvent({ ...event, name })} />
      ) : null}
      {event.type === "schedule" ? <ScheduleFields event={event} error={error} onEvent={onEvent} /> : null}
      {event.type === "after_trigger" ? (
        <div class="pair">
          <SelectField<string>
            label={t("triggers.after")}
            value={event.trigger}
            options={[{ value: "", label: t("triggers.choose_trigger") }, ...others.map(({ id, name }) => ({ value: id, label: name }))]}
            onValue={(trigger) => onEvent({ ...event, trigger })}
          />
          <SpanField label={t("triggers.later_by")} seconds={event.delay_s} help={t("triggers.later_by_help")} onSeconds={(delay_s) => onEvent({ ...event, delay_s })} />
        </div>
      ) : null}
    </>
  );
}
