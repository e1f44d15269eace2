// The fields that inviting and editing a user have in common.
import type { JSX } from "preact";
import { LANGUAGE_NAMES, LANGUAGES, t } from "../../i18n/index.ts";
import type { Group, Language, Role } from "../../wire.ts";
import { Check, FieldHelp, SelectField } from "../../ui/field.tsx";
import { ZoneField } from "../../ui/zone-field.tsx";
import type { FormState } from "../form.ts";

export interface UserValues {
  name: string;
  role: Role;
  groups: string[];
  language: Language | null;
  zone: string | null;
}

export const ROLES: readonly Role[] = ["manager", "administrator"];

export interface UserFieldsProps {
  values: UserValues;
  groups: Group[];
  form: FormState;
  set: (part: Partial<UserValues>) => void;
}

export function LanguageField({ value, onValue, error }: { value: Language | null; onValue: (value: Language | null) => void; error?: string | undefined }): JSX.Element {
  return (
    <SelectField<Language | "account">
      label={t("profile.language")}
      value={value ?? "account"}
      error={error}
      options={[{ value: "account", label: t("profile.as_account") }, ...LANGUAGES.map((name) => ({ value: name, label: LANGUAGE_NAMES[name] }))]}
      onValue={(name) => onValue(name === "account" ? null : name)}
    />
  );
}

export function UserFields({ values, groups, form, set }: UserFieldsProps): JSX.Element {
  return (
    <>
      <SelectField<Role>
        label={t("users.column_role")}
        value={values.role}
        error={form.error("role")}
        help={t(`role.${values.role}_help`)}
        options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        onValue={(role) => set({ role })}
      />
      <fieldset class="field">
        <legend>{t("users.column_groups")}</legend>
        <div class="check-list">
          {groups.map((group) => (
            <Check
              key={group.id}
              label={group.name}
              checked={values.groups.includes(group.code)}
              onValue={(on) => set({ groups: on ? [...values.groups, group.code] : values.groups.filter((code) => code !== group.code) })}
            />
          ))}
          {groups.length === 0 ? <p class="check-none">{t("compose.no_groups")}</p> : null}
        </div>
        <FieldHelp id="user-groups-help" error={form.error("groups")}>
          {null}
        </FieldHelp>
      </fieldset>
      <div class="pair">
        <LanguageField value={values.language} error={form.error("language")} onValue={(language) => set({ language })} />
        <ZoneField label={t("profile.zone")} value={values.zone} fallback={t("profile.as_account")} error={form.error("zone")} onValue={(zone) => set({ zone })} />
      </div>
    </>
  );
}
