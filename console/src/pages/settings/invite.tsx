// Inviting a user: who it is and what he may, and then the link to hand over.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, newKey } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import type { Group, User } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { CopyBox } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import { useForm } from "../form.ts";
import { UserFields, type UserValues } from "./user-fields.tsx";

interface Invited {
  user: User;
  invitation_url: string;
}

function InvitedView({ invited, onClose, again }: { invited: Invited; onClose: () => void; again: () => void }): JSX.Element {
  return (
    <Dialog title={t("users.invited_title", { name: invited.user.name })} onClose={onClose}>
      <div class="dialog-body">
        <p class="prose">{t("users.invited_text")}</p>
        <CopyBox text={invited.invitation_url} label={t("users.invitation_link")} />
      </div>
      <div class="dialog-foot">
        <Button onClick={again}>{t("users.invite_another")}</Button>
        <span class="spring" />
        <Button kind="primary" onClick={onClose}>
          {t("action.done")}
        </Button>
      </div>
    </Dialog>
  );
}

const NOBODY: UserValues & { email: string } = { email: "", name: "", role: "manager", groups: [], language: null, zone: null };

export function InviteDialog({ groups, onClose, changed }: { groups: Group[]; onClose: () => void; changed: () => void }): JSX.Element {
  const { values, changed: typed, forget } = useKept("invite", NOBODY);
  const invited = useSignal<Invited | null>(null);
  const key = useSignal(useMemo(newKey, []));
  const form = useForm(["email", "name", "role", "groups", "language", "zone"]);
  const set = (part: Partial<typeof NOBODY>) => {
    values.value = { ...values.value, ...part };
    key.value = newKey();
    form.clear();
  };
  async function invite(): Promise<void> {
    const { email, name, role, groups: codes, language, zone } = values.value;
    const body = { email: email.trim(), name: name.trim(), role, groups: codes, ...(language ? { language } : {}), ...(zone ? { zone } : {}) };
    await form.run(async () => {
      invited.value = await api.post<Invited>("/v1/users", body, { key: key.value });
    });
    if (!invited.value) return;
    forget();
    changed();
  }
  if (invited.value) {
    const again = () => {
      invited.value = null;
      set({ ...NOBODY, role: values.value.role, groups: values.value.groups });
    };
    return <InvitedView key="invited" invited={invited.value} onClose={onClose} again={again} />;
  }
  return (
    <Dialog key="form" title={t("users.invite")} onClose={onClose} keep={typed} onKeyDown={(event) => sends(event) && void invite()}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void invite();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <TextField label={t("field.email")} type="email" autocomplete="off" error={form.error("email")} value={values.value.email} onValue={(email) => set({ email })} />
        <TextField label={t("field.name")} autocomplete="off" error={form.error("name")} value={values.value.name} onValue={(name) => set({ name })} />
        <UserFields values={values.value} groups={groups} form={form} set={set} />
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} onClick={() => void invite()}>
          {t("users.create_invitation")}
        </Button>
      </div>
    </Dialog>
  );
}
