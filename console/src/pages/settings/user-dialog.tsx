// Editing a user: name, role, groups, language, zone. Only what was changed is sent.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { refreshSession, session } from "../../session.ts";
import type { Group, User } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useForm } from "../form.ts";
import { UserFields, type UserValues } from "./user-fields.tsx";

function valuesOf({ name, role, groups, language, zone }: User): UserValues {
  return { name, role, groups, language, zone };
}

function changes(user: User, values: UserValues): Partial<UserValues> {
  const before = valuesOf(user);
  const differs = (name: keyof UserValues) => JSON.stringify(before[name]) !== JSON.stringify(values[name]);
  return Object.fromEntries((Object.keys(before) as (keyof UserValues)[]).filter(differs).map((name) => [name, values[name]]));
}

export function UserDialog({ user, groups, onClose, changed }: { user: User; groups: Group[]; onClose: () => void; changed: () => void }): JSX.Element {
  const { values, changed: typed, forget } = useKept<UserValues>(`user.${user.id}`, valuesOf(user));
  const form = useForm(["name", "role", "groups", "language", "zone"]);
  const set = (part: Partial<UserValues>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    const body = changes(user, values.value);
    const done = await form.run(async () => {
      if (Object.keys(body).length) await api.patch(`/v1/users/${encodeURIComponent(user.id)}`, body);
      if (user.id === session.value?.user.id) await refreshSession();
    });
    if (!done) return;
    forget();
    changed();
    onClose();
    say(t("form.saved"));
  }
  return (
    <Dialog title={user.name} onClose={onClose} keep={typed} onKeyDown={(event) => sends(event) && void save()}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <TextField label={t("field.email")} type="email" readOnly value={user.email ?? ""} onValue={() => {}} />
        <TextField label={t("field.name")} autocomplete="off" error={form.error("name")} value={values.value.name} onValue={(name) => set({ name })} />
        <UserFields values={values.value} groups={groups} form={form} set={set} />
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} onClick={() => void save()}>
          {t("action.save")}
        </Button>
      </div>
    </Dialog>
  );
}
