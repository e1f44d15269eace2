// The fields of the form of a task, drawn. What they mean and what is sent is values.ts.
import type { JSX } from "preact";
import { dayOf, instantToLocal, now } from "../../format.ts";
import { t } from "../../i18n/index.ts";
import { session, zone } from "../../session.ts";
import { REMIND_BEFORE, REPEATS } from "../../wire.ts";
import { Field, SelectField, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { RecordPicker } from "../records/record-picker.tsx";
import { reminderAt, weekOf } from "./due.ts";
import { addDays } from "./late.ts";
import type { Performers } from "./performers.ts";
import { dueInstant, type TaskValues } from "./values.ts";
import { dueWords, spanWords } from "./words.ts";

export interface PartProps {
  values: TaskValues;
  set: (part: Partial<TaskValues>) => void;
  error: (field: string) => string | undefined;
}

/**
 * "Reminder: 10:00", as long as the time can be read. For a task whose time is left as it is, the server has said when it
 * reminds, or that it has done so.
 */
function reminderHelp(values: TaskValues, standing: string | null | undefined): string | null {
  if (standing !== undefined) return standing && t("tasks.reminds_at", { when: dueWords(standing) });
  const due = dueInstant(values, zone.value, now.value);
  if (due === null) return t("tasks.no_reminder");
  const at = new Date(reminderAt(due, Number(values.remindBefore), now.value)).toISOString();
  return t("tasks.reminds_at", { when: dueWords(at) });
}

function DayChips({ values, set }: Omit<PartProps, "error">): JSX.Element {
  const today = dayOf(now.value, zone.value);
  const days = [
    { key: "tasks.day_today", date: today },
    { key: "tasks.day_tomorrow", date: addDays(today, 1) },
    { key: "tasks.day_monday", date: addDays(weekOf(today), 7) },
    { key: "tasks.day_none", date: "" },
  ] as const;
  return (
    <div class="day-chips" role="group" aria-label={t("tasks.day_quick")}>
      {days.map(({ key, date }) => (
        <button key={key} type="button" class="chip set" aria-pressed={values.date === date ? "true" : "false"} onClick={() => set(date ? { date } : { date, time: "" })}>
          {t(key)}
        </button>
      ))}
    </div>
  );
}

export interface DueFieldsProps extends PartProps {
  /** The next reminder of a task whose time has not been touched; null is none. */
  standing: string | null | undefined;
}

export function DueFields({ values, set, error, standing }: DueFieldsProps): JSX.Element {
  const help = reminderHelp(values, standing);
  const present = instantToLocal(now.value, zone.value).slice(11);
  return (
    <>
      <div class="due-fields">
        <TextField label={t("tasks.due_day")} type="date" value={values.date} error={error("due")} onValue={(date) => set({ date })} />
        <Field label={t("tasks.due_time")} help={values.date && !values.time ? t("tasks.time_now", { time: present }) : null}>
          {(attributes) => <input class="input" type="time" {...attributes} value={values.time} disabled={!values.date} onInput={(event) => set({ time: event.currentTarget.value })} />}
        </Field>
        <SelectField
          label={t("tasks.remind_before")}
          value={values.remindBefore}
          error={error("remind_before")}
          options={REMIND_BEFORE.map((minutes) => ({ value: String(minutes), label: minutes === 0 ? t("tasks.remind_at_due") : t("tasks.remind_earlier", { span: spanWords(minutes) }) }))}
          onValue={(remindBefore) => set({ remindBefore })}
        />
      </div>
      <div class="due-foot">
        <DayChips values={values} set={set} />
        {help ? (
          <span class="reminds">
            <Icon name="bellRing" size={13} />
            {help}
          </span>
        ) : null}
      </div>
    </>
  );
}

export function PerformerField({ values, set, error, performers }: PartProps & { performers: Performers }): JSX.Element {
  const [me, ...others] = performers.people;
  const known = [...performers.people, ...performers.groups].some((choice) => choice.key === values.performer);
  const option = ({ key, name }: { key: string; name: string }) => (
    <option key={key} value={key} selected={key === values.performer}>
      {name}
    </option>
  );
  return (
    <Field label={t("tasks.performer")} error={error("performer")}>
      {(attributes) => (
        <select class="input" {...attributes} value={values.performer} onChange={(event) => set({ performer: event.currentTarget.value })}>
          {option({ key: "", name: t("records.nobody") })}
          {me ? option({ key: me.key, name: t("tasks.me_named", { name: session.value?.user.name ?? me.name }) }) : null}
          {values.performer && !known ? option({ key: values.performer, name: values.performer.replace(/^\w+:/, "") }) : null}
          {performers.groups.length ? <optgroup label={t("tasks.groups")}>{performers.groups.map(option)}</optgroup> : null}
          {others.length ? <optgroup label={t("tasks.people")}>{others.map(option)}</optgroup> : null}
        </select>
      )}
    </Field>
  );
}

export function AboutFields({ values, set, error }: PartProps): JSX.Element {
  const note = t("form.optional");
  return (
    <div class="pair">
      <RecordPicker type="order" label={t("record.order")} note={note} value={values.order} error={error("order")} onValue={(order) => set({ order })} />
      <RecordPicker type="customer" label={t("record.customer")} note={note} value={values.customer} error={error("customer")} onValue={(customer) => set({ customer })} />
    </div>
  );
}

export function CommentField({ values, set, error }: PartProps): JSX.Element {
  return (
    <Field label={t("tasks.comment")} note={t("form.optional")} error={error("comment")}>
      {(attributes) => <textarea class="input long" rows={3} {...attributes} value={values.comment} dir="auto" onInput={(event) => set({ comment: event.currentTarget.value })} />}
    </Field>
  );
}

/** Phone, repeat, escalation: behind "more", open where one of them is set. */
export function MoreFields({ values, set, error }: PartProps): JSX.Element {
  const isOpen = Boolean(values.phone || values.repeat || values.escalation || error("phone") || error("repeat") || error("escalation"));
  const inRepeat = { until: error("repeat.until"), count: error("repeat.count") };
  return (
    <details class="more" open={isOpen}>
      <summary>
        <Icon name="right" size={14} />
        {t("tasks.more_fields")}
      </summary>
      <div class="more-body">
        <div class="pair">
          <TextField label={t("rfield.phone")} inputMode="tel" autocomplete="off" value={values.phone} error={error("phone")} onValue={(phone) => set({ phone })} />
          <TextField
            label={t("tasks.escalation")}
            inputMode="numeric"
            autocomplete="off"
            placeholder={t("tasks.escalation_never")}
            value={values.escalation}
            help={t("tasks.escalation_help")}
            error={error("escalation")}
            onValue={(escalation) => set({ escalation })}
          />
        </div>
        <div class={values.repeat ? "repeat-fields" : "pair"}>
          <SelectField
            label={t("tasks.repeat")}
            value={values.repeat}
            error={inRepeat.until || inRepeat.count ? undefined : error("repeat")}
            options={[{ value: "", label: t("tasks.repeat_never") }, ...REPEATS.map((every) => ({ value: every, label: t(`tasks.repeat_${every}`) }))]}
            onValue={(repeat) => set(repeat ? { repeat } : { repeat, until: "", count: "" })}
          />
          {values.repeat ? (
            <>
              <TextField label={t("tasks.repeat_until")} type="date" value={values.until} error={inRepeat.until} note={t("form.optional")} onValue={(until) => set({ until })} />
              <TextField label={t("tasks.repeat_count")} inputMode="numeric" autocomplete="off" value={values.count} error={inRepeat.count} note={t("form.optional")} onValue={(count) => set({ count })} />
            </>
          ) : null}
        </div>
      </div>
    </details>
  );
}
