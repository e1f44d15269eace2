// Creating and editing a group: name, symbolic code, rights. The code is proposed from the name until it is typed.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { useResource } from "../../resource.ts";
import { refreshSession } from "../../session.ts";
import type { Group, Sees, Site } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Check, FieldHelp, SelectField, TextField } from "../../ui/field.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useForm, type FormState } from "../form.ts";
import { usePerformers } from "../tasks/performers.ts";
import { codeFrom } from "./code.ts";

interface GroupValues {
  name: string;
  code: string;
  may_send_notifications: boolean;
  may_edit_rules: boolean;
  sees: Sees;
  sites: string[];
  /** The id of a user, or empty. */
  head: string;
}

const SEES: readonly Sees[] = ["all", "sites", "own"];
const NEW: GroupValues = { name: "", code: "", may_send_notifications: true, may_edit_rules: false, sees: "all", sites: [], head: "" };

function valuesOf(group: Group | null): GroupValues {
  if (!group) return NEW;
  const { name, code, may_send_notifications, may_edit_rules, sees, sites, head } = group;
  return { name, code, may_send_notifications, may_edit_rules, sees, sites: sites ?? [], head: head ?? "" };
}

/** Which shops, once the group sees the records of some. */
function SiteBoxes({ values, set, error }: { values: GroupValues; set: (part: Partial<GroupValues>) => void; error: string | undefined }): JSX.Element {
  const id = useId();
  const sites = useResource("sites", () => api.get<{ items: Site[] }>("/v1/sites")).data.value?.items;
  return (
    <fieldset class="field" aria-describedby={id}>
      <legend>{t("nav.sites")}</legend>
      <div class="check-list">
        {sites?.map((site) => (
          <Check
            key={site.code}
            label={site.name}
            checked={values.sites.includes(site.code)}
            onValue={(on) => set({ sites: on ? [...values.sites, site.code] : values.sites.filter((code) => code !== site.code) })}
          />
        ))}
        {sites?.length === 0 ? <p class="check-none">{t("sites.none")}</p> : null}
      </div>
      <FieldHelp id={id} error={error}>
        {null}
      </FieldHelp>
    </fieldset>
  );
}

function RightsFields({ values, set, form }: { values: GroupValues; set: (part: Partial<GroupValues>) => void; form: FormState }): JSX.Element {
  return (
    <>
      <fieldset class="field">
        <legend>{t("groups.rights")}</legend>
        <div class="check-list">
          <Check
            label={t("groups.may_send")}
            help={t("groups.may_send_help")}
            checked={values.may_send_notifications}
            onValue={(may_send_notifications) => set({ may_send_notifications })}
          />
          <Check label={t("groups.may_edit")} help={t("groups.may_edit_help")} checked={values.may_edit_rules} onValue={(may_edit_rules) => set({ may_edit_rules })} />
        </div>
      </fieldset>
      <SelectField<Sees>
        label={t("groups.sees")}
        value={values.sees}
        help={t("groups.rights_help")}
        options={SEES.map((value) => ({ value, label: t(`groups.sees_${value}`) }))}
        onValue={(sees) => set({ sees })}
      />
      {values.sees === "sites" ? <SiteBoxes values={values} set={set} error={form.error("sites")} /> : null}
    </>
  );
}

/** Who hears in the end of what the group leaves undone. */
function HeadField({ values, set, form }: { values: GroupValues; set: (part: Partial<GroupValues>) => void; form: FormState }): JSX.Element {
  const { people } = usePerformers();
  const offered = people.map(({ id, name }) => ({ value: id, label: name }));
  if (values.head && !people.some(({ id }) => id === values.head)) offered.push({ value: values.head, label: values.head });
  return (
    <SelectField
      label={t("groups.head")}
      value={values.head}
      help={t("groups.head_help")}
      error={form.error("head")}
      options={[{ value: "", label: t("records.nobody") }, ...offered]}
      onValue={(head) => set({ head })}
    />
  );
}

interface NameFieldsProps {
  values: GroupValues;
  fixed: boolean;
  form: FormState;
  set: (part: Partial<GroupValues>) => void;
}

/** The code of a group that exists is what imports know it by, and stays. */
function NameFields({ values, fixed, form, set }: NameFieldsProps): JSX.Element {
  const ownCode = useSignal(fixed);
  return (
    <>
      <TextField label={t("field.name")} error={form.error("name")} value={values.name} onValue={(name) => set(ownCode.value ? { name } : { name, code: codeFrom(name) })} />
      <TextField
        label={t("groups.code")}
        help={t("groups.code_help")}
        error={form.error("code")}
        readOnly={fixed}
        value={values.code}
        onValue={(code) => {
          ownCode.value = code !== "";
          set({ code });
        }}
      />
    </>
  );
}

export function GroupDialog({ group, onClose, changed }: { group: Group | null; onClose: () => void; changed: () => void }): JSX.Element {
  const { values, changed: typed, forget } = useKept(`group.${group?.id ?? "new"}`, valuesOf(group));
  const form = useForm(["name", "code", "may_send_notifications", "may_edit_rules", "sees", "sites", "head"]);
  const set = (part: Partial<GroupValues>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    const { code, head, ...rest } = values.value;
    const done = await form.run(async () => {
      if (group) await api.patch(`/v1/groups/${encodeURIComponent(group.id)}`, { ...rest, head: head || null });
      else await api.post("/v1/groups", { code, ...rest });
      await refreshSession();
    });
    if (!done) return;
    forget();
    changed();
    onClose();
    say(group ? t("form.saved") : t("groups.created", { name: rest.name }));
  }
  return (
    <Dialog title={group ? group.name : t("groups.new")} onClose={onClose} keep={typed} onKeyDown={(event) => sends(event) && void save()}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <NameFields values={values.value} fixed={group !== null} form={form} set={set} />
        {group ? <HeadField values={values.value} set={set} form={form} /> : null}
        <RightsFields values={values.value} set={set} form={form} />
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} onClick={() => void save()}>
          {group ? t("action.save") : t("groups.create")}
        </Button>
      </div>
    </Dialog>
  );
}
