// The fields of preferences: the switch over all mail, the matrix, quiet hours, digest, hold, and how long popups stay.
// The profile and the account's defaults draw the same; what is saved where is theirs.
import type { JSX } from "preact";
import { t, type Key } from "../../i18n/index.ts";
import { zone } from "../../session.ts";
import { DIGESTS, type Digest, type Preferences } from "../../wire-mail.ts";
import { Check, FieldHelp, SelectField, TextField } from "../../ui/field.tsx";
import { ZoneField } from "../../ui/zone-field.tsx";
import type { FormState } from "../form.ts";
import { stepsWith, withRule } from "./locks.ts";
import { Matrix } from "./matrix.tsx";

export interface PreferenceFieldsProps {
  values: Preferences;
  set: (part: Partial<Preferences>) => void;
  form: FormState;
  locks?: boolean;
}

/** The parts of a preference that the form shows errors of. */
export const PREFERENCE_FIELDS = ["email", "matrix", "quiet", "popup_seconds", "digest", "hold_seconds", "rules_off", "locked"];

const POPUP_SECONDS = [5, 10, 20, 30, 60];
const HOLD_SECONDS = [0, 60, 300, 900, 3600];

function seconds(value: number): string {
  if (value === 0) return t("prefs.hold_off");
  if (value % 3600 === 0) return t("prefs.hours", { n: value / 3600 });
  return value % 60 === 0 ? t("prefs.minutes", { n: value / 60 }) : t("prefs.seconds", { n: value });
}

function numbers(steps: readonly number[], value: number): { value: string; label: string }[] {
  return stepsWith(steps, value).map((step) => ({ value: String(step), label: seconds(step) }));
}

function QuietFields({ values, set, form }: PreferenceFieldsProps): JSX.Element {
  const quiet = values.quiet;
  return (
    <fieldset class="field quiet-hours">
      <legend class="visually-hidden">{t("prefs.quiet")}</legend>
      <Check
        label={t("prefs.quiet_on")}
        help={t("prefs.quiet_help")}
        checked={quiet !== null}
        onValue={(on) => set({ quiet: on ? { from: "22:00", to: "08:00", zone: zone.value } : null })}
      />
      {quiet ? (
        <div class="quiet-times">
          <TextField label={t("prefs.quiet_from")} type="time" required value={quiet.from} onValue={(from) => set({ quiet: { ...quiet, from } })} />
          <TextField label={t("prefs.quiet_to")} type="time" required value={quiet.to} onValue={(to) => set({ quiet: { ...quiet, to } })} />
          <ZoneField label={t("profile.zone")} value={quiet.zone} onValue={(next) => set({ quiet: { ...quiet, zone: next ?? "" } })} />
        </div>
      ) : null}
      <FieldHelp id="quiet-help" error={form.error("quiet")} />
    </fieldset>
  );
}

/** The rules of system notifications one by one; what the account has switched off stays off. */
function RuleFields({ values, set, form }: PreferenceFieldsProps): JSX.Element | null {
  const { rules, rules_off: off = [] } = values;
  if (!rules) return null;
  return (
    <fieldset class="field rule-switches">
      <legend>{t("prefs.rules")}</legend>
      {rules.map(({ rule, name, active }) => (
        <Check
          key={rule}
          label={name}
          help={active ? undefined : t("prefs.rules_inactive")}
          disabled={!active}
          checked={active && !off.includes(rule)}
          onValue={(on) => set({ rules_off: withRule(off, rule, on) })}
        />
      ))}
      <FieldHelp id="rules-help" error={form.error("rules_off")}>
        {t("prefs.rules_help")}
      </FieldHelp>
    </fieldset>
  );
}

export function PreferenceFields(props: PreferenceFieldsProps): JSX.Element {
  const { values, set, form, locks = false } = props;
  return (
    <>
      <Check label={t("prefs.email")} help={t("prefs.email_help")} checked={values.email} onValue={(email) => set({ email })} />
      <div class="field">
        <Matrix values={values} set={set} locks={locks} />
        <FieldHelp id="matrix-help" error={form.error("matrix")}>
          {t(locks ? "prefs.locks_help" : "prefs.matrix_help")}
        </FieldHelp>
      </div>
      <RuleFields {...props} />
      <QuietFields {...props} />
      <div class="pair">
        <SelectField<Digest>
          label={t("prefs.digest")}
          help={t("prefs.digest_help")}
          value={values.digest}
          error={form.error("digest")}
          options={DIGESTS.map((value) => ({ value, label: t(`prefs.digest_${value}` as Key) }))}
          onValue={(digest) => set({ digest })}
        />
        <SelectField<string>
          label={t("prefs.hold")}
          help={t("prefs.hold_help")}
          value={String(values.hold_seconds)}
          error={form.error("hold_seconds")}
          options={numbers(HOLD_SECONDS, values.hold_seconds)}
          onValue={(value) => set({ hold_seconds: Number(value) })}
        />
      </div>
      <SelectField<string>
        label={t("prefs.popup_seconds")}
        help={t("prefs.popup_seconds_help")}
        value={String(values.popup_seconds)}
        error={form.error("popup_seconds")}
        options={numbers(POPUP_SECONDS, values.popup_seconds)}
        onValue={(value) => set({ popup_seconds: Number(value) })}
      />
    </>
  );
}
